/* The verbs on alerts and breakers: list, trip, reset, mute. */
#include "keep/access/approval.h"
#include "keep/observe/outside.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/watching_priv.h"

#include <stdio.h>
#include <string.h>

static void put_reader(struct shop *shop, struct buf *out, uint64_t reader)
{
    SCOPED(buf_done) struct buf text = {0};
    if (reader == 0)
        buf_text(&text, "all");
    else
        reader_put(shop, reader, &text);
    put_text(out, "reader", buf_slice(&text));
}

static void breaker_show(struct shop *shop, const struct breaker_row *row, struct buf *out)
{
    cbor_map(out, 4);
    put_reader(shop, out, row->reader);
    put_text(out, "breaker", slice_text(breaker_state_name(row->breaker.state)));
    put_text(out, "by", slice_text(row->breaker.detector ? alert_name(row->breaker.detector) : "people"));
    put_number(out, "trips", row->breaker.trips);
}

/*
 * Whose log it was: the vault stops nobody there. The name that the log gives is for who may take in logs. One that was
 * tampered with is empty: `ledger verify` tells, and the alert is shown all the same.
 */
static void outside_show(struct shop *shop, uint64_t reader, bool names, struct buf *out)
{
    uint32_t system = 0;
    SCOPED(buf_done) struct buf name = {0};
    if (outside_reader_open(shop, (uint32_t)reader, &system, &name).code != CODE_OK) buf_clear(&name);
    put_bool(out, "observed", true);
    put_text(out, "system", slice_text(outside_system_name(shop, system)));
    if (names) put_text(out, "name", buf_slice(&name));
}

static void alert_show(struct shop *shop, const struct alert_row *row, bool names, struct buf *out)
{
    bool outside = row->alert.reader >> 32 == READER_OUTSIDE;
    const struct alert *alert = &row->alert;
    const struct breaker_row *breaker = breaker_row_find(shop->watching, alert->reader);
    enum breaker_state state = breaker ? breaker->breaker.state : BREAKER_CLOSED;
    cbor_map(out, outside ? 14 + names : 12);
    put_id(shop, out, "alert", ID_ALERT, alert->number);
    put_text(out, "detector", slice_text(alert_name(alert->detector)));
    put_text(out, "severity", slice_text(severity_name(alert_severity(alert->detector))));
    put_reader(shop, out, alert->reader);
    put_text(out, "state", row->over_us ? SLICE_TEXT("over") : SLICE_TEXT("open"));
    put_text(out, "breaker", outside ? SLICE_TEXT("none") : slice_text(breaker_state_name(state)));
    put_time(out, "first", alert->first_us);
    put_time(out, "last", alert->last_us);
    put_number(out, "findings", alert->count);
    put_number(out, "muted", alert->muted);
    put_number(out, "people", alert->people);
    put_bool(out, "trips", alert->trips);
    if (outside) outside_show(shop, alert->reader, names, out);
}

static void mute_show(struct shop *shop, const struct alerts_mute *mute, struct buf *out)
{
    cbor_map(out, 4);
    put_text(out, "detector", slice_text(mute->detector ? alert_name(mute->detector) : "all"));
    put_reader(shop, out, mute->reader);
    put_time(out, "until", mute->until_us);
    put_text(out, "reason", slice_text(mute->reason));
}

static void mutes_show(struct batch *batch, const struct reader *reader, struct buf *out)
{
    struct shop *shop = batch->shop;
    struct alerts_mute *mutes = arena_take(batch->arena, ALERTS_MUTES_MAX * sizeof *mutes);
    size_t count = alerts_mutes(shop->watching->alerts, batch->now_us, mutes, ALERTS_MUTES_MAX), shown = 0;
    cbor_text(out, SLICE_TEXT("mutes"));
    size_t mark = cbor_open(out);
    for (size_t i = 0; i < count; i++) {
        if (watching_concerns(shop, reader, mutes[i].reader)) continue;
        mute_show(shop, &mutes[i], out);
        shown++;
    }
    cbor_array_close(out, mark, shown);
}

RESULT verb_alert_list(struct batch *batch, const struct reader *reader, const struct alert_list_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct watching *watching = shop->watching;
    struct page page = {.count = watching->row_count};
    size_t count = 0;
    bool names = access_act(reader, ACT_OBSERVE).code == CODE_OK;
    TRY(page_of(shop, ID_ALERT, ask->after, ask->limit, &page));
    cbor_map(&out->body, 4);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    for (size_t i = page.from; i < page.to; i++) {
        if (watching->rows[i].over_us && !ask->all) continue;
        if (watching_concerns(shop, reader, watching->rows[i].alert.reader)) continue;
        alert_show(shop, &watching->rows[i], names, &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    put_next(shop, ID_ALERT, &page, &out->body);
    cbor_text(&out->body, SLICE_TEXT("breakers"));
    mark = cbor_open(&out->body);
    count = 0;
    for (size_t i = 0; i < watching->breaker_count; i++) {
        if (watching->breakers[i].breaker.state == BREAKER_CLOSED) continue;
        if (watching_concerns(shop, reader, watching->breakers[i].reader)) continue;
        breaker_show(shop, &watching->breakers[i], &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    mutes_show(batch, reader, &out->body);
    return OK;
}

RESULT verb_breaker_trip(struct batch *batch, const struct reader *reader, const struct breaker_trip_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct breaker_row row = {0};
    struct receipt receipt = {0};
    TRY(watching_reader(shop, ask->reader, &row.reader));
    if (row.reader >> 32 == READER_OUTSIDE)
        return FAIL(INVALID, "breaker: reader: of a system outside the vault; end its access there");
    if (row.reader == reader_no(READER_OPERATOR, 0))
        return FAIL(INVALID,
                    "breaker: reader: the local operator is never refused; end their access to the machine");
    const struct breaker_row *known = breaker_row_find(shop->watching, row.reader);
    if (known) row.breaker = known->breaker;
    if (breaker_trip(&row.breaker, batch->now_us)) {
        TRY(breaker_save(batch, reader, row.reader, &row.breaker, &receipt));
        batch_receipt(out, &receipt);
    }
    breaker_show(shop, &row, &out->body);
    return OK;
}

/* Its time is 0 in the row: from when it counts is known when it takes effect, and written by the minute's upkeep. */
RESULT verb_breaker_reset(struct batch *batch, const struct reader *reader,
                          const struct breaker_reset_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    uint64_t line = 0;
    bool put = false;
    SCOPED(buf_done) struct buf body = {0}, name = {0};
    TRY(watching_reader(shop, ask->reader, &line));
    const struct breaker_row *known = breaker_row_find(shop->watching, line);
    struct breaker_row row = known ? *known : (struct breaker_row){0};
    if (!breaker_reset(&row.breaker, 0))
        return FAIL(CONFLICT, "breaker: this reader is neither stopped nor slowed");
    breaker_body_write(line, &row.breaker, &body);
    reader_put(shop, line, &name);
    const struct loosening loosening = {
        AUTHORITY_BREAKER,
        (uint32_t)(known - shop->watching->breakers) + 1,
        buf_slice(&body),
        {LOOSENS_BREAKER,
         {SAID_TEXT(buf_slice(&name)), SAID_TEXT(slice_text(breaker_state_name(row.breaker.state)))}},
        {0}};
    TRY(loosen(batch, reader, &loosening, out, &put));
    if (put) breaker_show(shop, &row, &out->body);
    return OK;
}

RESULT verb_mute_put(struct batch *batch, const struct reader *reader, const struct mute_put_ask *ask,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    struct alerts_mute mute = {.detector = detector_by_name(ask->detector),
                               .until_us = batch->now_us + (int64_t)ask->days * DAY_US};
    uint32_t id = (uint32_t)shop->watching->mute_count + 1;
    bool put = false;
    SCOPED(buf_done) struct buf body = {0};
    if (ask->detector.len > 0 && mute.detector == 0)
        return FAIL(INVALID, "mute: detector: none of that name");
    if (mute.detector == 0 && ask->reader.len == 0)
        return FAIL(MEMBER_MISSING, "mute: say which detector, which reader, or both");
    if (ask->reason.len == 0 || ask->reason.len > ALERTS_REASON_MAX)
        return FAIL(REASON_MISSING, "mute: reason: say why in 1 to %d bytes", ALERTS_REASON_MAX);
    if (ask->days > ALERTS_MUTE_DAYS_MAX || ask->days == 0)
        return FAIL(INVALID, "mute: days: 1 to %d", ALERTS_MUTE_DAYS_MAX);
    if (shop->watching->mute_count >= ALERTS_MUTES_MAX)
        return FAIL(TOO_MANY, "mute: at most %d", ALERTS_MUTES_MAX);
    if (ask->reader.len > 0) TRY(watching_reader(shop, ask->reader, &mute.reader));
    memcpy(mute.reason, ask->reason.at, ask->reason.len);
    mute_body_write(shop, id, &mute, ask->reason, &body);
    struct loosening_said what = {LOOSENS_MUTE_READER, {SAID_NUMBER(ask->days)}};
    if (mute.detector)
        what = (struct loosening_said){
            LOOSENS_MUTE, {SAID_TEXT(slice_text(alert_name(mute.detector))), SAID_NUMBER(ask->days)}};
    const struct loosening loosening = {AUTHORITY_MUTE, id, buf_slice(&body), what, {0}};
    TRY(loosen(batch, reader, &loosening, out, &put));
    if (put) mute_show(shop, &mute, &out->body);
    return OK;
}
