#include "answer/redress/wrongs.h"

#include "keep/access/network.h"
#include "keep/watch/watching.h"

#include <stdlib.h>

enum { SHOP_TAG = 1, WRONGS_HOURS = 1 };

struct wrong {
    struct wrong_row row;
    bool dirty;
};

/* Of one key in one minute. */
struct telling {
    uint64_t reader;
    int64_t until_us;
    uint64_t told, folded;
};

struct wrongs {
    struct wrong
        at[WRONGS_ROWS_MAX]; /* a hash table: a row stands at its tag, or in one of the next places */
    size_t dirty;
    int64_t swept_us;
    struct telling tellings[WRONGS_TELLINGS];
    bool alarm;       /* a key's budget or the shop's was spent, and nobody was told */
    int64_t quiet_us; /* until then it was told */
};

enum { PLACES = 16 };

/* Tags of keys and of the shop are odd, those of sources even. */
static bool is_source(uint64_t tag)
{
    return tag % 2 == 0;
}

/*
 * The row of a tag, else the place where it would go: a free one, else the one that ends first. Sources, of which anybody
 * can name ever new ones, never take the place of a key or of the shop.
 */
static struct wrong *place_of(struct wrongs *wrongs, uint64_t tag)
{
    struct wrong *best = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        struct wrong *at = &wrongs->at[(tag + i) % WRONGS_ROWS_MAX];
        if (at->row.source == tag) return at;
        if (is_source(at->row.source) && (!best || at->row.until_us < best->row.until_us)) best = at;
    }
    return best ? best : &wrongs->at[tag % WRONGS_ROWS_MAX]; /* sixteen keys side by side */
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

/* Positive in the store's integers, and neither 0 nor the shop's. */
static uint64_t tag_of(struct shop *shop, const char *label, struct slice bytes, bool source)
{
    struct hash hash = {{0}};
    const struct slice parts[] = {slice_text(label), bytes};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &hash);
    uint64_t tag = (be64_get(hash.bytes) >> 2) + 1; /* from 1 */
    return source ? tag * 2 : tag * 2 + 1;
}

RESULT wrong_from(struct shop *shop, const struct reader *reader, struct slice client, struct wrong_from *out)
{
    uint8_t number[8], block[NETWORK_BYTES];
    struct network_range range = {0};
    be64_put(number, reader->no);
    *out = (struct wrong_from){.key = tag_of(shop, "voucher key", SLICE_OF(number), false)};
    if (client.len == 0) return OK;
    TRY(network_range_get(client, &range));
    if (range.bits < NETWORK_BITS)
        return FAIL(INVALID, "client_network: the address that the customer comes from, not a range");
    network_block(range.at, block);
    out->source = tag_of(shop, "voucher source", SLICE_OF(block), true);
    return OK;
}

RESULT wrongs_may(const struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us,
                  uint32_t *retry_after_s)
{
    int64_t key_until_us = 0, shop_until_us = 0, until_us = 0;
    uint64_t key = count_of(wrongs, from->key, now_us, &key_until_us);
    uint64_t shop = count_of(wrongs, SHOP_TAG, now_us, &shop_until_us);
    bool spent = key >= WRONGS_KEY || shop >= WRONGS_SHOP;
    bool ended = key >= WRONGS_KEY_END || shop >= WRONGS_SHOP_END;
    if (from->source == 0 || ended) {
        until_us = key_until_us > shop_until_us ? key_until_us : shop_until_us;
        if (!spent) return OK;
    } else if (count_of(wrongs, from->source, now_us, &until_us) < (spent ? 1 : WRONGS_SOURCE)) {
        return OK;
    }
    *retry_after_s = (uint32_t)((until_us - now_us + SECOND_US - 1) / SECOND_US);
    return FAIL(VOUCHER_GUESSES, "voucher: too many wrong codes came from there; wait, then try once more");
}

/* How many it has now. */
static uint64_t count_one(struct wrongs *wrongs, uint64_t tag, int64_t now_us)
{
    struct wrong *at = place_of(wrongs, tag);
    if (at->row.source != tag || at->row.until_us <= now_us)
        at->row = (struct wrong_row){tag, now_us + WRONGS_HOURS * HOUR_US, 0};
    at->row.count++;
    wrongs->dirty += !at->dirty;
    at->dirty = true;
    return at->row.count;
}

void wrongs_count(struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us)
{
    if (from->source != 0) (void)count_one(wrongs, from->source, now_us);
    uint64_t key = count_one(wrongs, from->key, now_us), shop = count_one(wrongs, SHOP_TAG, now_us);
    if ((key == WRONGS_KEY || shop == WRONGS_SHOP) && now_us >= wrongs->quiet_us) wrongs->alarm = true;
}

bool wrongs_tell(struct wrongs *wrongs, const struct reader *reader, int64_t now_us)
{
    struct telling *at = NULL;
    for (size_t i = 0; i < WRONGS_TELLINGS; i++) {
        struct telling *one = &wrongs->tellings[i];
        if (one->reader == reader->no && (one->folded > 0 || one->until_us > now_us)) {
            at = one;
            break;
        }
        if (!at && one->folded == 0 && one->until_us <= now_us) at = one;
    }
    if (!at) return true; /* so many keys at once: an entry each */
    if (at->reader != reader->no || (at->folded == 0 && at->until_us <= now_us))
        *at = (struct telling){.reader = reader->no, .until_us = now_us + MINUTE_US};
    if (at->told < WRONGS_TOLD) {
        at->told++;
        return true;
    }
    at->folded++;
    return false;
}

void wrongs_tell_counted(struct batch *batch, struct wrongs *wrongs, bool all)
{
    for (size_t i = 0; i < WRONGS_TELLINGS; i++) {
        struct telling *at = &wrongs->tellings[i];
        if (at->folded == 0 || (!all && at->until_us > batch->now_us)) continue;
        struct receipt receipt = {0};
        const struct reader reader = {.no = at->reader};
        struct draft draft = batch_draft(batch, &reader, ENTRY_CAMPAIGN);
        draft.entry.object_kind = CAMPAIGN_WRONG;
        draft.entry.count = at->folded;
        (void)batch_write(batch); /* so that upkeep commits it */
        batch_append(batch, &draft, &receipt);
        *at = (struct telling){0};
    }
}

static RESULT alarm_flush(struct batch *batch, struct wrongs *wrongs)
{
    if (!wrongs->alarm) return OK;
    TRY(alert_once(batch, ALERT_GUESSES));
    wrongs->alarm = false;
    wrongs->quiet_us = batch->now_us + WRONGS_HOURS * HOUR_US;
    return OK;
}

RESULT wrongs_flush(struct batch *batch, struct wrongs *wrongs)
{
    struct store *store = batch->shop->store;
    wrongs_tell_counted(batch, wrongs, false);
    TRY(alarm_flush(batch, wrongs));
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
