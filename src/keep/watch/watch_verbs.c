/* The verbs of who watches: the alerts from a number on, and how the week was. */
#include "keep/post.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/sink.h"
#include "keep/watch/watching.h"
#include "keep/watch/weekly.h"

enum { EVENTS_PAGE = 100 };

RESULT verb_weekly(struct batch *batch, const struct reader *reader, const struct weekly_ask *ask,
                   struct answer *out)
{
    SCOPED(buf_done) struct buf text = {0};
    (void)reader;
    TRY(weekly_put(batch, ask->lang.len > 0 ? ask->lang : post_language(batch->shop), &text));
    cbor_map(&out->body, 1);
    put_text(&out->body, "text", buf_slice(&text));
    return OK;
}

struct page_of_events {
    struct shop *shop;
    const struct reader *reader;
    struct buf *out;
    size_t count, seen;
    uint64_t next;
};

static void event_put(struct page_of_events *page, uint64_t id, const struct alert_text *text,
                      const struct alert_names *names)
{
    SCOPED(buf_done) struct buf json = {0};
    alert_json(text, names, &json);
    cbor_map(page->out, 3);
    put_number(page->out, "id", id);
    put_text(page->out, "event", slice_text(alert_event_name(text->event)));
    put_text(page->out, "data", buf_slice(&json));
    page->count++;
}

static RESULT telling_put(void *context, const struct telling_row *row)
{
    struct page_of_events *page = context;
    SCOPED(telling_names_done) struct telling_names names = {0};
    struct alert_text text = {0};
    TRY(telling_read(row->body, &text));
    page->seen++;
    page->next = row->id + 1;
    if (watching_concerns(page->shop, page->reader, text.reader))
        return OK; /* who is suspected is not told */
    telling_names_make(page->shop, row, &text, &names);
    event_put(page, row->id, &text, &names.names);
    return OK;
}

/* What was forgotten before the asker came back is told as a number. */
static void missed_put(struct page_of_events *page, uint64_t oldest, int64_t now_us)
{
    if (page->next >= oldest) return;
    struct alert_text text = {.event = ALERT_MORE, .count = oldest - page->next};
    SCOPED(buf_done) struct buf id = {0};
    id_put(page->shop, ID_MORE, oldest, &id);
    const struct alert_names names = {
        .id = buf_slice(&id), .shop = slice_text(page->shop->name), .time_us = now_us};
    event_put(page, oldest - 1, &text, &names);
    page->next = oldest;
}

RESULT alerts_since(struct batch *batch, const struct reader *reader, uint64_t from, struct buf *items,
                    struct alerts_told *out)
{
    struct store *store = batch->shop->store;
    struct page_of_events page = {.shop = batch->shop, .reader = reader, .out = items, .next = from};
    uint64_t last = 0, oldest = 1;
    TRY(store->alert->last(store, &last));
    struct result first = store->alert->since(store, 0, &oldest);
    if (first.code != CODE_OK && first.code != CODE_NOT_FOUND) return first;
    if (from == 0 || from > last + 1) page.next = last + 1; /* from now on */
    missed_put(&page, oldest, batch->now_us);
    TRY(store->alert->each(store, 0, page.next, EVENTS_PAGE, telling_put, &page));
    if (page.seen < EVENTS_PAGE) page.next = last + 1; /* what was left out is not for all */
    *out = (struct alerts_told){.count = page.count, .next = page.next};
    return OK;
}
