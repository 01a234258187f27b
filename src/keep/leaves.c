#include "keep/leaves.h"

#include <string.h>

bool entry_binds_records(enum entry_kind kind)
{
    return kind == ENTRY_IMPORT;
}

/* The record hash that an import bound into a leaf: of the present record, or of one that was replaced since. */
static RESULT record_hash(struct shop *shop, struct subject_no no, uint64_t index, uint64_t newest, struct slice record,
                          struct hash *out)
{
    if (newest == index) {
        sha256_one(shop->crypto, record, out);
        return OK;
    }
    struct result got = shop->store->subject->past_get(shop->store, no, index, out->bytes);
    if (got.code != CODE_NOT_FOUND) return got;
    return FAIL(TAMPERED, "ledger: the hash of a record that entry %llu wrote is missing", (unsigned long long)index);
}

static RESULT one_leaf(struct shop *shop, const struct entry *entry, uint64_t index, const struct sighted *sighted,
                       struct hash *out)
{
    struct record record;
    struct hash salt = {{0}}, hash = {{0}};
    uint64_t newest = 0;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    struct result got = record_get(shop, sighted->no, true, &bytes, &record, &newest);
    if (got.code == CODE_NOT_FOUND || got.code == CODE_CORRUPT) {
        return FAIL(TAMPERED, "vault: the record of a subject in entry %llu is missing or changed", (unsigned long long)index);
    }
    if (got.code != CODE_OK) return got;
    if (record.state == SUBJECT_ERASED) {
        got = shop->store->subject->leaf_get(shop->store, sighted->no, index, out->bytes);
        if (got.code != CODE_NOT_FOUND) return got;
        return FAIL(TAMPERED, "ledger: a leaf of an erased subject in entry %llu is missing", (unsigned long long)index);
    }
    if (record_unlock(shop, sighted->no, &record, &data_key).code != CODE_OK) {
        return FAIL(TAMPERED, "vault: the data key of a subject in entry %llu does not open", (unsigned long long)index);
    }
    bool bound = entry_binds_records(entry->kind);
    if (bound) TRY(record_hash(shop, sighted->no, index, newest, buf_slice(&bytes), &hash));
    leaf_salt(shop->crypto, &data_key, entry->nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, bound ? &hash : NULL, out);
    return OK;
}

RESULT entry_leaves(struct shop *shop, const struct entry *entry, uint64_t index, const struct aside_read *aside,
                    struct hash *out)
{
    struct hash root = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) TRY(one_leaf(shop, entry, index, &aside->set[i], &out[i]));
    if (aside->set_count == 0) return OK;
    merkle_root(shop->crypto, out, aside->set_count, &root);
    if (entry->has_root && hash_equal(&root, &entry->root)) return OK;
    return FAIL(TAMPERED, "ledger: the set beside entry %llu does not hash to the root in it, or a record of it was changed",
                (unsigned long long)index);
}
