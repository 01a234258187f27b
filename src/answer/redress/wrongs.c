#include "answer/redress/wrongs.h"

#include "keep/access/network.h"

#include <stdlib.h>

enum { SHOP_TAG = 1, WRONGS_HOURS = 1 };

struct wrong {
    struct wrong_row row;
    bool dirty;
};

struct wrongs {
    struct wrong
        at[WRONGS_ROWS_MAX]; /* a hash table: a row stands at its tag, or in one of the next places */
    size_t dirty;
    int64_t swept_us;
};

enum { PLACES = 16 };

/* The row of a tag, else the place where it would go: a free one, else the one that ends first. */
static struct wrong *place_of(struct wrongs *wrongs, uint64_t tag)
{
    struct wrong *best = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        struct wrong *at = &wrongs->at[(tag + i) % WRONGS_ROWS_MAX];
        if (at->row.source == tag) return at;
        if (!best || at->row.until_us < best->row.until_us) best = at;
    }
    return best;
}

static uint64_t count_of(const struct wrongs *wrongs, uint64_t tag, int64_t now_us, int64_t *until_us)
{
    for (size_t i = 0; i < PLACES; i++) {
        const struct wrong *at = &wrongs->at[(tag + i) % WRONGS_ROWS_MAX];
        if (at->row.source != tag || at->row.until_us <= now_us) continue;
        *until_us = at->row.until_us;
        return at->row.count;
    }
    return 0;
}

static RESULT row_load(void *context, const struct wrong_row *row)
{
    *place_of(context, row->source) = (struct wrong){.row = *row};
    return OK;
}

RESULT wrongs_new(struct shop *shop, struct wrongs **out)
{
    SCOPED(wrongs_free) struct wrongs *wrongs = calloc(1, sizeof *wrongs);
    if (!wrongs) return FAIL(UNAVAILABLE, "voucher: out of memory");
    TRY(shop->store->voucher->wrong_each(shop->store, row_load, wrongs));
    *out = TAKE(wrongs);
    return OK;
}

void wrongs_free(struct wrongs **wrongs)
{
    free(*wrongs);
    *wrongs = NULL;
}

/* Positive in the store's integers, and no tag of ours. */
static uint64_t tag_of(struct shop *shop, const char *label, struct slice bytes)
{
    struct hash hash = {{0}};
    const struct slice parts[] = {slice_text(label), bytes};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &hash);
    uint64_t tag = be64_get(hash.bytes) >> 1;
    return tag > SHOP_TAG ? tag : SHOP_TAG + 1;
}

RESULT wrong_from(struct shop *shop, const struct reader *reader, struct slice client, struct wrong_from *out)
{
    uint8_t number[8], block[NETWORK_BYTES];
    struct network_range range = {0};
    be64_put(number, reader->no);
    *out = (struct wrong_from){.key = tag_of(shop, "voucher key", SLICE_OF(number))};
    if (client.len == 0) return OK;
    TRY(network_range_get(client, &range));
    if (range.bits < NETWORK_BITS)
        return FAIL(INVALID, "client_network: the address that the customer comes from, not a range");
    network_block(range.at, block);
    out->source = tag_of(shop, "voucher source", SLICE_OF(block));
    return OK;
}

RESULT wrongs_may(const struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us,
                  uint32_t *retry_after_s)
{
    int64_t key_until_us = 0, shop_until_us = 0, until_us = 0;
    bool spent = count_of(wrongs, from->key, now_us, &key_until_us) >= WRONGS_KEY;
    spent |= count_of(wrongs, SHOP_TAG, now_us, &shop_until_us) >= WRONGS_SHOP;
    if (from->source == 0) {
        until_us = key_until_us > shop_until_us ? key_until_us : shop_until_us;
        if (!spent) return OK;
    } else if (count_of(wrongs, from->source, now_us, &until_us) < (spent ? 1 : WRONGS_SOURCE)) {
        return OK;
    }
    *retry_after_s = (uint32_t)((until_us - now_us + SECOND_US - 1) / SECOND_US);
    return FAIL(VOUCHER_GUESSES, "voucher: too many wrong codes came from there; wait, then try once more");
}

static void count_one(struct wrongs *wrongs, uint64_t tag, int64_t now_us)
{
    struct wrong *at = place_of(wrongs, tag);
    if (at->row.source != tag || at->row.until_us <= now_us)
        at->row = (struct wrong_row){tag, now_us + WRONGS_HOURS * HOUR_US, 0};
    at->row.count++;
    wrongs->dirty += !at->dirty;
    at->dirty = true;
}

void wrongs_count(struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us)
{
    if (from->source != 0) count_one(wrongs, from->source, now_us);
    count_one(wrongs, from->key, now_us);
    count_one(wrongs, SHOP_TAG, now_us);
}

RESULT wrongs_flush(struct batch *batch, struct wrongs *wrongs)
{
    struct store *store = batch->shop->store;
    for (size_t i = 0; i < WRONGS_ROWS_MAX && wrongs->dirty > 0; i++) {
        if (!wrongs->at[i].dirty) continue;
        store = batch_write(batch);
        TRY(store->voucher->wrong_put(store, &wrongs->at[i].row));
        wrongs->at[i].dirty = false;
        wrongs->dirty--;
    }
    if (batch->now_us - wrongs->swept_us < HOUR_US) return OK;
    wrongs->swept_us = batch->now_us;
    store = batch_write(batch);
    return store->voucher->wrong_sweep(store, batch->now_us);
}
