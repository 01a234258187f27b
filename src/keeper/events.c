/*
 * What an open page, or a program, is told as it happens: alerts to whoever may watch, and which kinds of things changed.
 * News name no person, no reader and no value, and an incident only to whoever may know of it.
 */
#include "answer/incident/incident.h"
#include "base/json.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/sink.h"

/* {"what": […], "incidents": […]}, or nothing: whether something is among it that this reader may be told. */
static RESULT news_put(struct batch *batch, const struct reader *reader, uint64_t since, struct buf *json,
                       bool *any)
{
    struct shop *shop = batch->shop;
    struct incidents *incidents = NULL;
    size_t told = 0;
    *any = false;
    buf_text(json, "{\"what\":[");
    for (enum news_kind kind = 0; kind < NEWS_COUNT; kind++) {
        bool new = shop->news.of[kind] > since &&news_may(kind, reader->role->acts);
        if (!new || kind == NEWS_INCIDENTS) continue;
        buf_print(json, "%s\"%s\"", *any ? "," : "", news_name(kind));
        *any = true;
    }
    buf_text(json, "],\"incidents\":[");
    bool may = shop->news.of[NEWS_INCIDENTS] > since && news_may(NEWS_INCIDENTS, reader->role->acts);
    if (may) TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; may && i < incidents->count; i++) {
        const struct incident *incident = &incidents->at[i];
        SCOPED(buf_done) struct buf id = {0};
        if (!incident_seen_by(shop, incident, reader)) continue;
        if (!news_touches(&shop->news, incident->no, since)) continue;
        id_put(shop, ID_INCIDENT, incident->no, &id);
        if (told++ > 0) buf_byte(json, ',');
        json_text(json, buf_slice(&id));
    }
    buf_text(json, "]}");
    *any |= told > 0;
    return OK;
}

/* Whose streams are counted together: all that one person opened, however they signed in; else all of one key. */
static void whose_put(struct batch *batch, const struct reader *reader, struct buf *out)
{
    SCOPED(buf_done) struct buf who = {0};
    bool person = reader->person_count == 1;
    reader_put(batch->shop, person ? reader_no(READER_STAFF, reader->persons[0]) : reader->no, &who);
    put_text(out, "whose", buf_slice(&who));
}

RESULT verb_events(struct batch *batch, const struct reader *reader, const struct events_ask *ask,
                   struct answer *out)
{
    const struct news *news = &batch->shop->news;
    SCOPED(buf_done) struct buf items = {0}, json = {0};
    struct alerts_told alerts = {0};
    bool any = false;
    size_t mark = cbor_open(&items);
    if (!news_any(reader->role->acts))
        return FAIL(ROLE_ACT, "events: role %s may see nothing of what is told here", reader->role->name);
    TRY(access_lesson(batch->shop, reader)); /* it goes by no single act, so nobody asked yet */
    if (access_act(reader, ACT_WATCH).code == CODE_OK)
        TRY(alerts_since(batch, reader, ask->next, &items, &alerts));
    if (ask->since > 0 && ask->since < news->last + 1)
        TRY(news_put(batch, reader, ask->since - 1, &json, &any));
    if (any) {
        cbor_map(&items, 2);
        put_text(&items, "event", SLICE_TEXT("changed"));
        put_text(&items, "data", buf_slice(&json));
    }
    cbor_array_close(&items, mark, alerts.count + any);
    cbor_map(&out->body, 4);
    whose_put(batch, reader, &out->body);
    put_number(&out->body, "next", alerts.next);
    put_number(&out->body, "since", news->last + 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    buf_slice_put(&out->body, buf_slice(&items));
    return OK;
}
