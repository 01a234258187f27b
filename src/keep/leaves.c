#include "keep/leaves.h"

#include <string.h>

bool entry_binds_records(enum entry_kind kind)
{
    return kind == ENTRY_IMPORT || kind == ENTRY_REKEY;
}

void known_done(struct known *known)
{
    secret_done(&known->data_key);
    eras_done(&known->eras);
}

RESULT subject_known(struct shop *shop, struct subject_no no, struct known *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = record_get(shop, no, true, &bytes, &record, &out->newest);
    if (got.code == CODE_NOT_FOUND || got.code == CODE_CORRUPT) {
        return FAIL(TAMPERED, "subject %llu: its record is missing or no record", (unsigned long long)no.at);
    }
    if (got.code != CODE_OK) return got;
    out->no = no;
    out->erased = record.state == SUBJECT_ERASED;
    sha256_one(shop->crypto, buf_slice(&bytes), &out->record);
    if (out->erased) return OK;
    struct result opened = record_unlock(shop, no, &record, &out->data_key);
    if (opened.code == CODE_NOT_FOUND) {
        return FAIL(TAMPERED, "subject %llu: its data key is wrapped by kek epoch %u, which was destroyed",
                    (unsigned long long)no.at, record.epoch);
    }
    if (opened.code == CODE_OK) opened = record_eras(shop, no, &record, &out->eras);
    if (opened.code == CODE_OK || opened.code == CODE_UNAVAILABLE) return opened;
    return FAIL(TAMPERED, "subject %llu: its data key does not open", (unsigned long long)no.at);
}

RESULT known_record(struct shop *shop, const struct known *known, uint64_t index, struct hash *out)
{
    if (known->newest == index) {
        *out = known->record;
        return OK;
    }
    struct result got = shop->store->subject->past_get(shop->store, known->no, index, out->bytes);
    if (got.code != CODE_NOT_FOUND) return got;
    return FAIL(TAMPERED, "subject %llu: the hash of the record that entry %llu wrote is missing",
                (unsigned long long)known->no.at, (unsigned long long)index);
}

RESULT known_leaf(struct shop *shop, const struct known *known, const struct leaf_at *at, struct hash *out)
{
    struct hash salt = {{0}}, bound = {{0}};
    bool record = entry_binds_records(at->entry->kind), observed = at->aside->observed.file > 0;
    if (known->erased) {
        struct result got = shop->store->subject->leaf_get(shop->store, known->no, at->index, out->bytes);
        if (got.code != CODE_NOT_FOUND) return got;
        return FAIL(TAMPERED, "subject %llu: was erased, but its leaf of entry %llu was not kept",
                    (unsigned long long)known->no.at, (unsigned long long)at->index);
    }
    if (record) TRY(known_record(shop, known, at->index, &bound));
    if (observed) observed_bind(shop->crypto, &at->aside->observed, at->position, &bound);
    leaf_salt(shop->crypto, era_key(&known->eras, &known->data_key, at->index), at->entry->nonce, &salt);
    set_leaf(shop->crypto, &salt, &at->aside->set[at->position], record || observed ? &bound : NULL, out);
    return OK;
}

RESULT entry_leaves(struct shop *shop, const struct entry *entry, uint64_t index,
                    const struct aside_read *aside, struct hash *out)
{
    struct hash root = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) {
        SCOPED(known_done) struct known known = {0};
        TRY(subject_known(shop, aside->set[i].no, &known));
        TRY(known_leaf(shop, &known, &(struct leaf_at){entry, index, aside, i}, &out[i]));
    }
    if (aside->set_count == 0) return OK;
    merkle_root(shop->crypto, out, aside->set_count, &root);
    if (entry->has_root && hash_equal(&root, &entry->root)) return OK;
    return FAIL(TAMPERED,
                "entry %llu: its set does not hash to the root in it, or a record of it was changed",
                (unsigned long long)index);
}
