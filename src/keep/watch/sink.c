#include "keep/watch/sink_priv.h"

#include "base/cbor.h"
#include "keep/access/authority.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TELLING_MEMBERS = 11, ROW_MEMBERS = 7, SEALED_MEMBERS = 3 };

void sink_row_done(struct sink_row *row)
{
    buf_done(&row->lang);
    buf_done(&row->target);
    buf_done(&row->ca);
    buf_done(&row->secret);
    *row = (struct sink_row){0};
}

void sink_row_copy(const struct sink_row *from, struct sink_row *to)
{
    *to = *from;
    to->lang = to->target = to->ca = to->secret = (struct buf){0};
    buf_slice_put(&to->lang, buf_slice(&from->lang));
    buf_slice_put(&to->target, buf_slice(&from->target));
    buf_slice_put(&to->ca, buf_slice(&from->ca));
    buf_slice_put(&to->secret, buf_slice(&from->secret));
}

static void row_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "sink");
    buf_be32(out, id);
}

void sink_row_write(struct shop *shop, uint32_t id, const struct sink_row *row, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0}, aad = {0}, box = {0};
    cbor_array(&text, SEALED_MEMBERS);
    cbor_text(&text, buf_slice(&row->target));
    cbor_text(&text, buf_slice(&row->ca));
    cbor_bytes(&text, buf_slice(&row->secret));
    row_aad(id, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), &box);
    cbor_array(out, ROW_MEMBERS);
    cbor_uint(out, row->kind);
    cbor_uint(out, row->state);
    cbor_uint(out, row->least);
    cbor_int(out, row->offset_min);
    cbor_uint(out, (uint64_t)row->made_us);
    cbor_text(out, buf_slice(&row->lang));
    cbor_bytes(out, buf_slice(&box));
}

static RESULT sealed_read(struct shop *shop, uint32_t id, struct slice box, struct sink_row *out)
{
    SCOPED(buf_done) struct buf text = {0}, aad = {0};
    struct slice target = {0}, ca = {0}, secret = {0};
    size_t members = 0;
    row_aad(id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), box, &text));
    struct cbor reader = cbor_reader(buf_slice(&text));
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &target));
    TRY(cbor_read_text(&reader, &ca));
    TRY(cbor_read_bytes(&reader, &secret));
    TRY(cbor_end(&reader));
    if (members != SEALED_MEMBERS || (secret.len != 0 && secret.len != SECRET_BYTES))
        return FAIL(CORRUPT, "authority: the sealed part of a sink is malformed");
    buf_slice_put(&out->target, target);
    buf_slice_put(&out->ca, ca);
    buf_slice_put(&out->secret, secret);
    return OK;
}

RESULT sink_row_read(struct shop *shop, uint32_t id, struct slice body, struct sink_row *out)
{
    SCOPED(sink_row_done) struct sink_row row = {0};
    struct cbor reader = cbor_reader(body);
    struct slice lang = {0}, box = {0};
    uint64_t kind = 0, state = 0, least = 0, made_us = 0;
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &kind));
    TRY(cbor_read_uint(&reader, &state));
    TRY(cbor_read_uint(&reader, &least));
    TRY(cbor_read_int(&reader, &row.offset_min));
    TRY(cbor_read_uint(&reader, &made_us));
    TRY(cbor_read_text(&reader, &lang));
    TRY(cbor_read_bytes(&reader, &box));
    TRY(cbor_end(&reader));
    bool good = members == ROW_MEMBERS && sink_kind_name((unsigned)kind)[0] != '?' && state >= SINK_ON &&
                state <= SINK_DROPPED && least <= ALERT_CRITICAL && made_us <= INT64_MAX &&
                row.offset_min >= -SINK_OFFSET_MAX_MIN && row.offset_min <= SINK_OFFSET_MAX_MIN;
    if (!good) return FAIL(CORRUPT, "authority: a stored sink is malformed");
    row.kind = (enum sink_kind)kind;
    row.state = (enum sink_state)state;
    row.least = (uint32_t)least;
    row.made_us = (int64_t)made_us;
    buf_slice_put(&row.lang, lang);
    TRY(sealed_read(shop, id, box, &row));
    *out = TAKE(row);
    return OK;
}

const char *sink_kind_name(unsigned kind)
{
    switch (kind) {
#define SINK_KIND(NAME, number, name, target, about) \
    case number:                                     \
        return name;
#include "send/kinds.def"
#undef SINK_KIND
    default:
        return "?";
    }
}

RESULT sinks_new(struct shop *shop, struct sinks **out)
{
    struct sinks *sinks = calloc(1, sizeof *sinks);
    (void)shop;
    if (!sinks) return FAIL(UNAVAILABLE, "sinks: out of memory");
    if (gethostname(sinks->host, sizeof sinks->host - 1) != 0) sinks->host[0] = 0; /* then it is unknown */
    *out = sinks;
    return OK;
}

static void sink_forget(struct sink *sink)
{
    sink->set = false;
    sink_row_done(&sink->row);
    prf_free(&sink->sign);
}

void sinks_drop(struct sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++) sink_forget(&sinks->at[i]);
    sinks->count = 0; /* a row that was rolled back never was */
}

void sinks_free(struct sinks **sinks)
{
    if (!*sinks) return;
    sinks_drop(*sinks);
    free(*sinks);
    *sinks = NULL;
}

struct sink *sink_by_id(struct sinks *sinks, uint64_t id)
{
    return id > 0 && id <= sinks->count && sinks->at[id - 1].set ? &sinks->at[id - 1] : NULL;
}

RESULT sink_take(struct shop *shop, uint32_t id, struct slice body)
{
    struct sinks *sinks = shop->sinks;
    SCOPED(sink_row_done) struct sink_row row = {0};
    struct prf *sign = NULL;
    if (id == 0 || id > SINK_ROWS_MAX || id > sinks->count + 1)
        return FAIL(TAMPERED, "authority: sink %u has no row before it", id);
    TRY(sink_row_read(shop, id, body, &row));
    if (row.secret.len > 0) {
        SECRET key = {{0}};
        memcpy(key.bytes, row.secret.at, SECRET_BYTES);
        TRY(prf_new(shop->crypto, &key, &sign));
    }
    if (id > sinks->count) sinks->count = id;
    struct sink *sink = &sinks->at[id - 1];
    bool moved = sink->set && !slice_equal(buf_slice(&sink->row.target), buf_slice(&row.target));
    sink_forget(sink);
    sink->id = id;
    sink->set = true;
    sink->row = TAKE(row);
    sink->sign = sign;
    sink->moved = sink->moved || moved;
    sink->fresh = true;
    sink->due_us = INT64_MIN;
    return OK;
}

void sinks_wake(struct sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++) sinks->at[i].due_us = INT64_MIN;
}

void sinks_look_again(struct shop *shop)
{
    sinks_wake(shop->sinks);
}

int64_t sinks_due_us(const struct shop *shop)
{
    const struct sinks *sinks = shop->sinks;
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < sinks->count; i++) {
        const struct sink *sink = &sinks->at[i];
        if (sink->set && sink->row.state == SINK_ON && !sink->in_hand && sink->due_us < due_us)
            due_us = sink->due_us;
    }
    return due_us;
}

static void telling_write(const struct alert_text *text, struct buf *out)
{
    cbor_array(out, TELLING_MEMBERS);
    cbor_uint(out, text->event);
    cbor_uint(out, text->severity);
    cbor_text(out, text->detector);
    cbor_uint(out, text->alert);
    cbor_uint(out, text->reader);
    cbor_uint(out, text->people);
    cbor_uint(out, text->count);
    cbor_uint(out, text->entry);
    cbor_uint(out, (uint64_t)text->first_us);
    cbor_uint(out, (uint64_t)text->last_us);
    cbor_bool(out, text->stopped);
}

RESULT telling_read(struct slice body, struct alert_text *out)
{
    struct alert_text text = {0};
    struct cbor reader = cbor_reader(body);
    uint64_t event = 0, severity = 0, first_us = 0, last_us = 0;
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &event));
    TRY(cbor_read_uint(&reader, &severity));
    TRY(cbor_read_text(&reader, &text.detector));
    TRY(cbor_read_uint(&reader, &text.alert));
    TRY(cbor_read_uint(&reader, &text.reader));
    TRY(cbor_read_uint(&reader, &text.people));
    TRY(cbor_read_uint(&reader, &text.count));
    TRY(cbor_read_uint(&reader, &text.entry));
    TRY(cbor_read_uint(&reader, &first_us));
    TRY(cbor_read_uint(&reader, &last_us));
    TRY(cbor_read_bool(&reader, &text.stopped));
    TRY(cbor_end(&reader));
    if (members != TELLING_MEMBERS || event > ALERT_MORE || severity > ALERT_CRITICAL ||
        first_us > INT64_MAX || last_us > INT64_MAX || text.detector.len > ALERT_DETECTOR_BYTES_MAX)
        return FAIL(CORRUPT, "store: what was told of an alert is malformed");
    text.event = (enum alert_event)event;
    text.severity = (enum alert_severity)severity;
    text.first_us = (int64_t)first_us;
    text.last_us = (int64_t)last_us;
    *out = text;
    return OK;
}

RESULT telling_add(struct batch *batch, uint32_t sink, const struct alert_text *text)
{
    SCOPED(buf_done) struct buf body = {0};
    struct telling_row row = {.sink = sink, .time_us = batch->now_us};
    telling_write(text, &body);
    row.body = buf_slice(&body);
    TRY(batch->shop->store->alert->last(batch->shop->store, &row.id));
    row.id++;
    struct store *store = batch_write(batch);
    TRY(store->alert->add(store, &row));
    sinks_wake(batch->shop->sinks);
    return OK;
}

RESULT sinks_tell(struct batch *batch, const struct alert_text *text)
{
    assert(text->event == ALERT_OPENED || text->event == ALERT_GREW || text->event == ALERT_ENDED);
    assert(text->alert > 0 && text->detector.len > 0 && text->detector.len <= ALERT_DETECTOR_BYTES_MAX);
    assert(text->severity >= ALERT_INFO && text->severity <= ALERT_CRITICAL && text->first_us >= 0 &&
           text->last_us >= 0);
    return telling_add(batch, 0, text);
}

void telling_names_done(struct telling_names *names)
{
    buf_done(&names->id);
    buf_done(&names->alert);
    buf_done(&names->reader);
    *names = (struct telling_names){0};
}

void telling_names_make(struct shop *shop, const struct telling_row *row, const struct alert_text *text,
                        struct telling_names *out)
{
    id_put(shop, ID_TELLING, row->id, &out->id);
    if (text->alert > 0) id_put(shop, ID_ALERT, text->alert, &out->alert);
    if (text->reader > 0) reader_put(shop, text->reader, &out->reader);
    out->names = (struct alert_names){.id = buf_slice(&out->id),
                                      .alert = buf_slice(&out->alert),
                                      .reader = buf_slice(&out->reader),
                                      .shop = slice_text(shop->name),
                                      .host = slice_text(shop->sinks->host),
                                      .observed = text->reader >> 32 == READER_OUTSIDE,
                                      .time_us = row->time_us};
}

RESULT sink_place(struct shop *shop, uint32_t id, struct sink_place *out)
{
    struct store *store = shop->store;
    struct result got = store->alert->place_get(store, id, out);
    if (got.code != CODE_NOT_FOUND) return got;
    uint64_t last = 0;
    TRY(store->alert->last(store, &last));
    *out = (struct sink_place){.sink = id, .next = last + 1};
    return OK;
}

RESULT sink_place_begin(struct batch *batch, uint32_t id)
{
    struct sink_place place = {0};
    uint64_t last = 0;
    struct store *store = batch_write(batch);
    TRY(sink_place(batch->shop, id, &place));
    TRY(store->alert->last(store, &last));
    place.next = last + 1;
    place.failures = 0;
    place.due_us = 0;
    place.gone = false;
    return store->alert->place_put(store, &place);
}

RESULT sink_waiting(struct shop *shop, const struct sink_place *place, uint64_t *out)
{
    struct store *store = shop->store;
    return store->alert->count(store, place->sink, place->next, INT64_MAX, out);
}

void sink_file_path(struct shop *shop, struct slice target, struct buf *out)
{
    if (target.len > 0 && target.at[0] == '/') {
        buf_slice_put(out, target);
        return;
    }
    shop_path(shop->home, shop->name, "alerts/", out);
    buf_slice_put(out, target);
}
