#include "keep/access/right.h"

#include "keep/hold.h"
#include "keep/record.h"
#include "keep/spend.h"

#include <assert.h>
#include <string.h>

enum { RIGHT_HEAD_BYTES = 2 + 8 + 8 + 8 };

static void head_put(const struct right_row *row, uint8_t out[RIGHT_HEAD_BYTES])
{
    be16_put(out, row->kind);
    be64_put(out + 2, row->no.at);
    be64_put(out + 10, (uint64_t)row->until_us);
    be64_put(out + 18, (uint64_t)row->keep_us);
}

static void right_hash(struct shop *shop, const struct right_row *row, struct hash *out)
{
    uint8_t head[RIGHT_HEAD_BYTES];
    head_put(row, head);
    const struct slice parts[] = {SLICE_TEXT("amanah right 1"), {head, sizeof head}, row->body};
    sha256(shop->crypto, parts, COUNT_OF(parts), out);
}

static void right_mac(struct shop *shop, const struct right_row *row, struct hash *out)
{
    uint8_t head[RIGHT_HEAD_BYTES], entry[8];
    head_put(row, head);
    be64_put(entry, row->entry);
    const struct slice parts[] = {SLICE_TEXT("right"), {entry, sizeof entry}, {head, sizeof head}, row->body};
    prf_run(shop->row_mac, parts, COUNT_OF(parts), out);
}

int64_t right_now(struct shop *shop)
{
    int64_t now_us = clock_now(&shop->clock), last_us = ledger_last_us(shop->ledger);
    return now_us > last_us ? now_us : last_us;
}

/* The leaf of whom the right is about. */
static RESULT subject_leaf(struct batch *batch, struct draft *draft, const struct sighted *sighted,
                           struct hash *leaf)
{
    struct shop *shop = batch->shop;
    struct record record;
    struct hash salt = {{0}};
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    TRY(record_get(shop, sighted->no, false, &bytes, &record, NULL));
    TRY(record_unlock(shop, sighted->no, &record, &data_key));
    leaf_salt(shop->crypto, &data_key, draft->entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, NULL, leaf);
    draft->set = sighted;
    draft->leaves = leaf;
    draft->set_count = 1;
    return OK;
}

RESULT right_give(struct batch *batch, const struct reader *reader, const struct right *right,
                  struct answer *answer, struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, right->entry);
    struct right_row row = {.kind = (uint16_t)right->kind,
                            .no = right->no,
                            .until_us = right->until_us,
                            .keep_us = right->keep_us,
                            .body = right->body};
    struct sighted sighted = {right->no, 0, 0};
    struct hash leaf = {{0}}, mac = {{0}};
    assert(right->until_us <= right->keep_us);
    TRY(subject_leaf(batch, &draft, &sighted, &leaf));
    TRY(spend(batch, reader, &sighted, 1, answer));
    draft.entry.object_kind = right->to_kind;
    draft.entry.object_id = right->to_id;
    draft.entry.full = right->full;
    draft.entry.masked = right->masked;
    draft.entry.has_object = true;
    right_hash(shop, &row, &draft.entry.object);
    draft_text(&draft, COMMIT_CLIENT, right->client);
    batch_append(batch, &draft, out);
    row.entry = out->index;
    right_mac(shop, &row, &mac);
    memcpy(row.mac, mac.bytes, HASH_BYTES);
    struct store *store = batch_write(batch);
    TRY(store->right->put(store, &row));
    if (hold_stands(&batch->shop->access)) return OK;
    return store->right->sweep(store, batch->now_us); /* so that they never outgrow it */
}

RESULT right_row_check(struct shop *shop, const struct right_row *row)
{
    struct hash mac = {{0}};
    right_mac(shop, row, &mac);
    if (bytes_equal_ct(mac.bytes, row->mac, HASH_BYTES)) return OK;
    return FAIL(TAMPERED, "right: that of entry %llu is not the one which was given",
                (unsigned long long)row->entry);
}

RESULT right_get(struct shop *shop, enum right_kind kind, uint64_t entry, struct right_row *row,
                 struct buf *body)
{
    TRY(shop->store->right->get(shop->store, (uint16_t)kind, entry, row, body));
    return right_row_check(shop, row);
}

static RESULT given_by_entry(void *context, const struct right_row *row, bool *stop)
{
    struct shop *shop = context;
    struct entry entry = {0};
    struct hash object = {{0}};
    SCOPED(buf_done) struct buf bytes = {0};
    enum entry_kind kind = row->kind == RIGHT_GRANT ? ENTRY_GRANT : ENTRY_PASS;
    (void)stop; /* all of them */
    TRY(right_row_check(shop, row));
    right_hash(shop, row, &object);
    struct result got = ledger_entry(shop->ledger, row->entry, &bytes, NULL);
    if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
    if (got.code == CODE_UNAVAILABLE) return got;
    if (got.code == CODE_OK && entry.kind == kind && hash_equal(&entry.object, &object)) return OK;
    return FAIL(TAMPERED, "right: entry %llu gave no such one", (unsigned long long)row->entry);
}

RESULT rights_check(struct shop *shop)
{
    struct store *store = shop->store;
    TRY(store->right->of_kind(store, RIGHT_GRANT, 0, given_by_entry, shop));
    return store->right->of_kind(store, RIGHT_PASS, 0, given_by_entry, shop);
}
