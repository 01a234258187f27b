/* How far the logs of systems outside were read. */
#include "keep/observe/observe_priv.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

enum { PAGE_USUAL = 100 };

struct listing {
    struct batch *batch;
    const struct service *service; /* NULL: all */
    uint64_t limit, count, next;   /* next 0: no more */
    bool marks;                    /* for who has a file at hand that begins alike */
    struct buf *out;
};

static void hash_put(struct buf *out, const char *name, struct slice hash)
{
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, hash);
    put_text(out, name, buf_slice(&hex));
}

static uint64_t lag_s(int64_t now_us, int64_t newest_us)
{
    return newest_us > 0 && now_us > newest_us ? (uint64_t)((now_us - newest_us) / SECOND_US) : 0;
}

static RESULT file_list(void *context, const struct outside_file_row *row)
{
    struct listing *listing = context;
    struct shop *shop = listing->batch->shop;
    struct buf *out = listing->out;
    SCOPED(buf_done) struct buf name = {0};
    if ((listing->service && listing->service->id != row->system) || listing->next > 0) return OK;
    if (listing->count == listing->limit) {
        listing->next = row->id;
        return OK;
    }
    TRY(outside_file_open(shop, row, &name));
    listing->count++;
    cbor_map(out, 14 + (listing->marks ? 1 : 0));
    if (listing->marks) hash_put(out, "marks", row->marks);
    put_number(out, "file", row->id);
    put_text(out, "system", slice_text(outside_system_name(shop, row->system)));
    put_text(out, "name", buf_slice(&name));
    hash_put(out, "sha256", SLICE_OF(row->hash));
    put_number(out, "bytes", row->bytes);
    put_number(out, "lines", row->lines);
    put_number(out, "broken", row->broken);
    put_number(out, "attributed", row->attributed);
    put_number(out, "unattributed", row->unattributed);
    put_time_or_null(out, "newest", row->newest_us);
    put_number(out, "lag_s", lag_s(listing->batch->now_us, row->newest_us));
    put_number(out, "behind", row->behind);
    put_time(out, "read", row->read_us);
    put_number(out, "index", row->entry);
    return OK;
}

/* All files of one system. */
struct sum {
    uint32_t system;
    uint64_t files, lines, broken, behind;
    int64_t newest_us, read_us;
};

static RESULT file_sum(void *context, const struct outside_file_row *row)
{
    struct sum *sum = context;
    if (row->system != sum->system) return OK;
    sum->files++;
    sum->lines += row->lines;
    sum->broken += row->broken;
    if (row->newest_us > sum->newest_us) sum->newest_us = row->newest_us;
    if (row->read_us < sum->read_us) return OK;
    sum->read_us = row->read_us;
    sum->behind = row->behind; /* of the one that was read last: it is the one that grows */
    return OK;
}

RESULT outside_status_put(struct shop *shop, int64_t now_us, struct buf *out)
{
    size_t mark = cbor_open(out), count = 0;
    for (size_t i = 0; i < shop->access.service_count; i++) {
        struct sum sum = {.system = shop->access.services[i].id};
        TRY(shop->store->observed->file_each(shop->store, 0, NULL, file_sum, &sum));
        if (sum.files == 0) continue;
        count++;
        cbor_map(out, 8);
        put_text(out, "system", slice_text(shop->access.services[i].name));
        put_number(out, "files", sum.files);
        put_number(out, "lines", sum.lines);
        put_number(out, "broken", sum.broken);
        put_time_or_null(out, "newest", sum.newest_us);
        put_number(out, "lag_s", lag_s(now_us, sum.newest_us));
        put_number(out, "behind", sum.behind);
        put_time(out, "read", sum.read_us);
    }
    cbor_array_close(out, mark, count);
    return OK;
}

static RESULT after_read(struct slice text, uint32_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i > 9)
            return FAIL(INVALID, "after: not the `next` of a page before");
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return OK;
}

RESULT verb_observe_list(struct batch *batch, const struct reader *reader, const struct observe_list_ask *ask,
                         struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct listing listing = {.batch = batch,
                              .limit = ask->limit ? ask->limit : PAGE_USUAL,
                              .marks = ask->first.len > 0,
                              .out = &out->body};
    uint8_t first[HASH_BYTES];
    uint32_t from = 0;
    SCOPED(buf_done) struct buf next = {0};
    TRY(after_read(ask->after, &from));
    if (ask->first.len > 0 && !hex_get(ask->first, first, sizeof first))
        return FAIL(INVALID, "first: not 64 hexadecimal digits");
    for (size_t i = 0; i < shop->access.service_count && ask->system.len > 0; i++) {
        if (slice_is(ask->system, shop->access.services[i].name)) listing.service = &shop->access.services[i];
    }
    if (ask->system.len > 0 && !listing.service) return FAIL(NOT_FOUND, "system: no service of that name");
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t items = cbor_open(&out->body);
    TRY(shop->store->observed->file_each(shop->store, from, ask->first.len > 0 ? first : NULL, file_list,
                                         &listing));
    cbor_array_close(&out->body, items, listing.count);
    cbor_text(&out->body, SLICE_TEXT("next"));
    if (listing.next > 0) {
        buf_decimal(&next, listing.next);
        cbor_text(&out->body, buf_slice(&next));
    } else {
        cbor_null(&out->body);
    }
    return OK;
}
