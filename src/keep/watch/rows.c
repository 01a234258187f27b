/* Rows of breakers, alerts and mutes: their bodies, and taking them into memory. */
#include "keep/access/rows.h"
#include "keep/watch/watching_priv.h"

#include <string.h>

enum { ALERT_MEMBERS = 12, SCORE_UNITS = 1000 };

static const struct own_row {
    unsigned number;
    const char *name;
    enum severity severity;
} own_rows[] = {
#define ALERT(NAME, number, name, severity) {number, name, SEVERITY_##severity},
#include "keep/watch/alerts.def"
#undef ALERT
};

/* Of what is told in place of a detector; NULL. */
static const struct own_row *own_row(uint64_t number)
{
    for (size_t i = 0; i < COUNT_OF(own_rows); i++) {
        if (own_rows[i].number == number) return &own_rows[i];
    }
    return NULL;
}

const char *alert_name(unsigned detector)
{
    const struct detector_row *row = detector_row(detector);
    const struct own_row *own = own_row(detector);
    return own ? own->name : row ? row->name : own_rows[0].name;
}

enum severity alert_severity(unsigned detector)
{
    const struct detector_row *row = detector_row(detector);
    const struct own_row *own = own_row(detector);
    return own ? own->severity : row ? row->severity : own_rows[0].severity;
}

struct breaker_row *breaker_row_find(const struct watching *watching, uint64_t reader)
{
    for (size_t i = 0; i < watching->breaker_count; i++)
        if (watching->breakers[i].reader == reader) return &watching->breakers[i];
    return NULL;
}

void breaker_body_write(uint64_t reader, const struct breaker *breaker, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    breaker_put(&text, breaker);
    cbor_array(out, 2);
    cbor_uint(out, reader);
    cbor_text(out, buf_slice(&text));
}

RESULT breaker_save(struct batch *batch, const struct reader *by, uint64_t reader,
                    const struct breaker *breaker, struct receipt *out)
{
    const struct watching *watching = batch->shop->watching;
    const struct breaker_row *row = breaker_row_find(watching, reader);
    size_t place = row ? (size_t)(row - watching->breakers) : watching->breaker_count;
    SCOPED(buf_done) struct buf body = {0};
    breaker_body_write(reader, breaker, &body);
    return authority_put(batch, by, AUTHORITY_BREAKER, (uint32_t)place + 1, buf_slice(&body), out);
}

static RESULT breaker_take(struct watching *watching, uint32_t id, struct slice body)
{
    struct breaker_row row = {0};
    struct slice text = {0};
    size_t members = 0;
    struct cbor reader = cbor_reader(body);
    void *rows = watching->breakers, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &row.reader));
    TRY(cbor_read_text(&reader, &text));
    TRY(cbor_end(&reader));
    if (members != 2 || breaker_get(text, &row.breaker).code != CODE_OK)
        return FAIL(CORRUPT, "authority: a stored breaker is malformed");
    TRY(row_place(&rows, &watching->breaker_count, sizeof row, id, &at));
    watching->breakers = rows;
    struct breaker_row *place = at;
    bool freed = place->breaker.state == BREAKER_OPEN && row.breaker.state != BREAKER_OPEN;
    *place = row;
    if (freed && watching->watch) watch_calm(watching->watch, row.reader);
    return OK;
}

static void alert_body_write(const struct alert_row *row, struct buf *out)
{
    const struct alert *alert = &row->alert;
    cbor_array(out, ALERT_MEMBERS);
    cbor_uint(out, alert->detector);
    cbor_uint(out, alert->reader);
    cbor_uint(out, (uint64_t)alert->first_us);
    cbor_uint(out, (uint64_t)alert->last_us);
    cbor_uint(out, (uint64_t)alert->told_us);
    cbor_uint(out, alert->count);
    cbor_uint(out, alert->folded);
    cbor_uint(out, alert->muted);
    cbor_uint(out, alert->people);
    cbor_uint(out, (uint64_t)(alert->score * SCORE_UNITS));
    cbor_bool(out, alert->trips);
    cbor_uint(out, (uint64_t)row->over_us);
}

RESULT alert_save(struct batch *batch, const struct alert_row *row, uint32_t *number, struct receipt *out)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    const struct watching *watching = batch->shop->watching;
    size_t place = watching->row_count;
    SCOPED(buf_done) struct buf body = {0};
    for (size_t i = watching->row_count; i > 0 && place == watching->row_count; i--) {
        const struct alert_row *at = &watching->rows[i - 1];
        if (at->over_us == 0 && at->alert.detector == row->alert.detector &&
            at->alert.reader == row->alert.reader)
            place = i - 1;
    }
    alert_body_write(row, &body);
    *number = (uint32_t)place + 1;
    return authority_put(batch, &system, AUTHORITY_ALERT, *number, buf_slice(&body), out);
}

static RESULT alert_take(struct watching *watching, uint32_t id, struct slice body)
{
    struct alert_row row = {.alert = {.number = id}};
    struct alert *alert = &row.alert;
    size_t members = 0;
    uint64_t detector = 0, score = 0;
    struct cbor reader = cbor_reader(body);
    void *rows = watching->rows, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &detector));
    TRY(cbor_read_uint(&reader, &alert->reader));
    TRY(body_time_read(&reader, &alert->first_us));
    TRY(body_time_read(&reader, &alert->last_us));
    TRY(body_time_read(&reader, &alert->told_us));
    TRY(cbor_read_uint(&reader, &alert->count));
    TRY(cbor_read_uint(&reader, &alert->folded));
    TRY(cbor_read_uint(&reader, &alert->muted));
    TRY(cbor_read_uint(&reader, &alert->people));
    TRY(cbor_read_uint(&reader, &score));
    TRY(cbor_read_bool(&reader, &alert->trips));
    TRY(body_time_read(&reader, &row.over_us));
    TRY(cbor_end(&reader));
    if (members != ALERT_MEMBERS || (detector >= DETECTORS_END && !own_row(detector)))
        return FAIL(CORRUPT, "authority: a stored alert is malformed");
    alert->detector = (enum detector)detector;
    alert->score = (double)score / SCORE_UNITS;
    TRY(row_place(&rows, &watching->row_count, sizeof row, id, &at));
    watching->rows = rows;
    memcpy(at, &row, sizeof row);
    return OK;
}

static void mute_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "mute");
    buf_be32(out, id);
}

void mute_body_write(struct shop *shop, uint32_t id, const struct alerts_mute *mute, struct slice reason,
                     struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, sealed = {0};
    mute_aad(id, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), reason, &sealed);
    cbor_array(out, 4);
    cbor_uint(out, mute->reader);
    cbor_uint(out, mute->detector);
    cbor_uint(out, (uint64_t)mute->until_us);
    cbor_bytes(out, buf_slice(&sealed));
}

/* One whose end is past ends the mute of before of the same pair. */
static RESULT mute_apply(struct shop *shop, const struct mute_row *row)
{
    int64_t now_us = clock_now(&shop->clock);
    const struct alerts_mute *mute = &row->mute;
    if (mute->until_us <= now_us) {
        (void)alerts_unmute(shop->watching->alerts, mute->reader, mute->detector); /* none is fine */
        return OK;
    }
    return alerts_mute(shop->watching->alerts, now_us, *mute, slice_text(mute->reason));
}

static RESULT mute_take(struct shop *shop, uint32_t id, struct slice body)
{
    struct watching *watching = shop->watching;
    struct mute_row row = {0};
    struct slice sealed = {0};
    size_t members = 0;
    uint64_t detector = 0;
    struct cbor reader = cbor_reader(body);
    void *rows = watching->mutes, *at = NULL;
    SCOPED(buf_done) struct buf aad = {0}, reason = {0};
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &row.mute.reader));
    TRY(cbor_read_uint(&reader, &detector));
    TRY(body_time_read(&reader, &row.mute.until_us));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(cbor_end(&reader));
    mute_aad(id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), sealed, &reason));
    if (members != 4 || detector >= DETECTORS_END || reason.len > ALERTS_REASON_MAX)
        return FAIL(CORRUPT, "authority: a stored mute is malformed");
    row.mute.detector = (unsigned)detector;
    if (reason.len > 0) memcpy(row.mute.reason, reason.at, reason.len);
    TRY(row_place(&rows, &watching->mute_count, sizeof row, id, &at));
    watching->mutes = rows;
    memcpy(at, &row, sizeof row);
    return watching->ready ? mute_apply(shop, &row) : OK;
}

RESULT watching_take(struct shop *shop, uint16_t kind, uint32_t id, struct slice body)
{
    if (kind == AUTHORITY_BREAKER) return breaker_take(shop->watching, id, body);
    if (kind == AUTHORITY_ALERT) return alert_take(shop->watching, id, body);
    return mute_take(shop, id, body);
}

RESULT watching_ready(struct shop *shop)
{
    struct watching *watching = shop->watching;
    alerts_free(&watching->alerts);
    TRY(alerts_new(&watching->params, &watching->alerts));
    for (size_t i = 0; i < watching->row_count; i++) {
        const struct alert_row *row = &watching->rows[i];
        if (row->over_us == 0 && detector_row(row->alert.detector))
            alerts_restore(watching->alerts, &row->alert);
    }
    for (size_t i = 0; i < watching->mute_count; i++) TRY(mute_apply(shop, &watching->mutes[i]));
    watching->ready = true;
    return OK;
}
