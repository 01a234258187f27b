#include "answer/notice/delivery.h"

#include "keep/put.h"
#include "prove/tree.h"

#include <assert.h>
#include <stdlib.h>

enum { SALT_BYTES = 16 };

RESULT delivery_new(size_t room, struct delivery *out)
{
    struct hash *leaves = calloc(room + 1, sizeof *leaves);
    if (!leaves) return FAIL(UNAVAILABLE, "notice: out of memory");
    *out = (struct delivery){.leaves = leaves, .room = room};
    return OK;
}

void delivery_done(struct delivery *delivery)
{
    buf_done(&delivery->bytes);
    free(delivery->leaves);
    delivery->leaves = NULL;
}

static void record_text(struct shop *shop, const struct flight *flight, struct slice reply, int64_t now_us,
                        struct buf *out)
{
    uint8_t salt[SALT_BYTES];
    SCOPED(buf_done) struct buf hex = {0};
    crypto_random(shop->crypto, salt, sizeof salt);
    cbor_map(out, 7);
    put_number(out, "run", flight->run);
    put_id(shop, out, "subject", ID_SUBJECT, flight->no.at);
    put_time(out, "accepted", now_us);
    put_text(out, "to", slice_text(flight->masked));
    put_text(out, "reply", reply);
    hex_put(&hex, SLICE_OF(flight->text.bytes));
    put_text(out, "text_sha256", buf_slice(&hex));
    buf_clear(&hex);
    hex_put(&hex, SLICE_OF(salt));
    put_text(out, "salt", buf_slice(&hex));
}

RESULT delivery_add(struct batch *batch, const struct flight *flight, struct slice reply,
                    struct delivery *delivery)
{
    struct shop *shop = batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf text = {0}, bytes = {0}, sealed = {0}, aad = {0};
    SECRET data_key = {{0}};
    assert(delivery->count < delivery->room);
    record_text(shop, flight, reply, batch->now_us, &text);
    leaf_hash(shop->crypto, buf_slice(&text), &delivery->leaves[delivery->count]);
    struct result got = record_get(shop, flight->no, false, &bytes, &record, NULL);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK) { /* else: erased while it was on its way; its leaf stays, and says nothing */
        TRY(record_unlock(shop, flight->no, &record, &data_key));
        buf_text(&aad, "amanah notice record 1");
        buf_be64(&aad, flight->no.at);
        buf_be32(&aad, flight->run);
        aead_seal(shop->dek, buf_slice(&aad), buf_slice(&text), &sealed);
    }
    buf_be64(&delivery->bytes, flight->no.at);
    buf_put(&delivery->bytes, delivery->leaves[delivery->count].bytes, HASH_BYTES);
    buf_be16(&delivery->bytes, (uint16_t)sealed.len);
    buf_slice_put(&delivery->bytes, buf_slice(&sealed));
    if (delivery->count == 0 || flight->no.at < delivery->first) delivery->first = flight->no.at;
    if (flight->no.at > delivery->last) delivery->last = flight->no.at;
    delivery->count++;
    return OK;
}

RESULT delivery_enter(struct batch *batch, const struct run *run, const struct delivery *delivery)
{
    struct shop *shop = batch->shop;
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct draft draft = batch_draft(batch, &system, ENTRY_RUN);
    struct receipt receipt = {0};
    uint64_t n = 0;
    if (delivery->count == 0) return OK;
    draft.entry.count = delivery->count;
    draft.entry.object_kind = RUN_ENTRY_DELIVERED;
    draft.entry.object_id = run->row.id;
    draft.entry.has_object = true;
    merkle_root(shop->crypto, delivery->leaves, delivery->count, &draft.entry.object);
    batch_append(batch, &draft, &receipt);
    struct store *store = batch_write(batch);
    TRY(store->run->said_last(store, run->row.id, &n));
    return store->run->said_add(store, run->row.id, n + 1, receipt.index, delivery->first, delivery->last,
                                buf_slice(&delivery->bytes));
}
