/* The verbs on sinks: adding one needs one person, whatever tells somebody less or somebody else needs two. */
#include "base/text.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/normalise.h"
#include "keep/post.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/sink_priv.h"
#include "keep/watch/weekly.h"
#include "mail/texts.h"
#include "send/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static RESULT kind_find(struct slice name, enum sink_kind *out)
{
#define SINK_KIND(NAME, number, text, target, about) \
    if (slice_is(name, text)) {                      \
        *out = SINK_##NAME;                          \
        return OK;                                   \
    }
#include "send/kinds.def"
#undef SINK_KIND
    return FAIL(INVALID, "kind: webhook, syslog, ocsf or mail");
}

/* "+07:00" */
static RESULT offset_read(struct slice text, int64_t *out)
{
    bool good = text.len == 6 && (text.at[0] == '+' || text.at[0] == '-') && text.at[3] == ':';
    for (size_t i = 1; good && i < 6; i++) good = i == 3 || (text.at[i] >= '0' && text.at[i] <= '9');
    if (!good) return FAIL(FIELD_FORMAT, "offset: must be like +07:00");
    int64_t hours = (text.at[1] - '0') * 10 + (text.at[2] - '0');
    int64_t minutes = (text.at[4] - '0') * 10 + (text.at[5] - '0');
    if (minutes > 59 || hours * 60 + minutes > SINK_OFFSET_MAX_MIN)
        return FAIL(FIELD_FORMAT, "offset: at most 14:00 from UTC");
    *out = (text.at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return OK;
}

static void offset_put(struct buf *out, int64_t offset_min)
{
    SCOPED(buf_done) struct buf text = {0};
    int64_t size = offset_min < 0 ? -offset_min : offset_min;
    buf_print(&text, "%c%02d:%02d", offset_min < 0 ? '-' : '+', (int)(size / 60), (int)(size % 60));
    put_text(out, "offset", buf_slice(&text));
}

static bool is_operator(const struct reader *reader)
{
    return reader->no >> 32 == READER_OPERATOR;
}

static void path_free(char **path)
{
    free(*path);
}

/* A path of the machine is for who holds the machine, and never inside the home: what stands there is not to be written to. */
static RESULT path_check(const struct shop *shop, const struct reader *reader, struct slice path)
{
    SCOPED(buf_done) struct buf folder = {0};
    size_t len = path.len;
    while (len > 1 && path.at[len - 1] != '/') len--;
    buf_slice_put(&folder, slice_part(path, 0, len));
    if (!is_operator(reader)) {
        return FAIL(ROLE_ACT,
                    "file: a path of the machine is for its operator, through the home's own socket; give "
                    "a plain name");
    }
    SCOPED(path_free) char *real = realpath(buf_c(&folder), NULL);
    SCOPED(path_free) char *home = realpath(home_path(shop->home), NULL);
    if (!real || !home) return FAIL(FIELD_FORMAT, "file: its folder is not there: %s", strerror(errno));
    size_t bytes = strlen(home);
    if (strncmp(real, home, bytes) == 0 && (real[bytes] == 0 || real[bytes] == '/'))
        return FAIL(FIELD_FORMAT, "file: not inside the home; give a plain name, and it has a place there");
    return OK;
}

static RESULT file_take(struct shop *shop, const struct reader *reader, struct slice file, struct buf *out)
{
    SCOPED(buf_done) struct buf folder = {0};
    bool absolute = false;
    if (!target_file(file, &absolute))
        return FAIL(FIELD_FORMAT, "file: must be a plain name such as alerts.jsonl, or a whole path");
    if (absolute) TRY(path_check(shop, reader, file));
    shop_path(shop->home, shop->name, "alerts", &folder);
    if (!absolute && mkdir(buf_c(&folder), S_IRWXU) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "file: its folder in the home cannot be made: %s", strerror(errno));
    buf_slice_put(out, file);
    return OK;
}

static RESULT address_take(struct slice address, struct buf *out)
{
    SCOPED(buf_done) struct buf normal = {0};
    TRY(normalise(NORMALISE_EMAIL, address, (struct slice){0}, &normal));
    buf_slice_put(out, buf_slice(&normal));
    return OK;
}

/* Where it leads, by its kind, and nothing that belongs to another kind. */
static RESULT target_take(struct shop *shop, const struct reader *reader, const struct sink_put_ask *ask,
                          struct sink_row *row)
{
    bool line = row->kind == SINK_SYSLOG, url = line || row->kind == SINK_WEBHOOK;
    const struct {
        const char *name;
        bool given, fits;
    } members[] = {
        {"url", ask->url.len > 0, url},
        {"ca", ask->ca.len > 0, url},
        {"file", ask->file.len > 0, row->kind == SINK_OCSF},
        {"address", ask->address.len > 0, row->kind == SINK_MAIL},
        {"lang", ask->lang.len > 0, row->kind == SINK_MAIL},
        {"offset", ask->offset.len > 0, row->kind == SINK_MAIL},
    };
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].given && !members[i].fits)
            return FAIL(INVALID, "%s: a %s has none", members[i].name, sink_kind_name(row->kind));
    }
    SCOPED(buf_done) struct buf target = {0};
    if (ask->url.len > 0) {
        if (line ? !target_line(ask->url, NULL) : !target_web(ask->url)) {
            return line ? FAIL(FIELD_FORMAT, "url: must be tcp://host:port or tls://host:port")
                        : FAIL(FIELD_FORMAT, "url: must be https://host/path; http:// to this machine alone");
        }
        buf_slice_put(&target, ask->url);
    }
    if (ask->file.len > 0) TRY(file_take(shop, reader, ask->file, &target));
    if (ask->address.len > 0) TRY(address_take(ask->address, &target));
    if (target.len > 0) {
        buf_done(&row->target);
        row->target = TAKE(target);
    }
    return row->target.len > 0 ? OK : FAIL(MEMBER_MISSING, "say where it leads: url, file or address");
}

static RESULT words_take(const struct sink_put_ask *ask, struct sink_row *row)
{
    bool known = ask->lang.len == 0;
    for (size_t i = 0; mail_language(i); i++) known = known || slice_is(ask->lang, mail_language(i));
    if (!known) return FAIL(FIELD_FORMAT, "lang: is id, ko or en");
    if (ask->ca.len > 0 && (!text_ascii(ask->ca) || !slice_starts(ask->ca, "-----BEGIN CERTIFICATE-----")))
        return FAIL(FIELD_FORMAT,
                    "ca: must be certificates in PEM, beginning with -----BEGIN CERTIFICATE-----");
    if (ask->severity.len > 0) {
        row->least = alert_severity_find(ask->severity);
        if (row->least == 0) return FAIL(INVALID, "severity: info, low, medium, high or critical");
    }
    if (ask->state.len > 0) {
        bool off = slice_is(ask->state, "off");
        if (!off && !slice_is(ask->state, "on")) return FAIL(INVALID, "state: on or off");
        row->state = off ? SINK_OFF : SINK_ON;
    }
    if (ask->offset.len > 0) TRY(offset_read(ask->offset, &row->offset_min));
    if (ask->ca.len > 0) {
        buf_clear(&row->ca);
        buf_slice_put(&row->ca, ask->ca);
    }
    if (ask->lang.len > 0) {
        buf_clear(&row->lang);
        buf_slice_put(&row->lang, ask->lang);
    }
    return OK;
}

static RESULT sink_find(struct shop *shop, struct slice id, struct sink **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_SINK, id, &number));
    *out = sink_by_id(shop->sinks, number);
    return *out && (*out)->row.state != SINK_DROPPED ? OK
                                                     : FAIL(NOT_FOUND, "sink: this shop has none of that id");
}

/* on, off; gone: its receiver wants no more; failing: it is tried again. */
static const char *state_name(const struct sink *sink, const struct sink_place *place)
{
    if (sink->row.state == SINK_OFF) return "off";
    if (place->gone && !sink->moved) return "gone";
    return place->failures > 0 ? "failing" : "on";
}

static RESULT sink_put(struct shop *shop, const struct sink *sink, struct buf *out)
{
    const struct sink_row *row = &sink->row;
    static const char *const targets[] = {
#define SINK_KIND(NAME, number, name, target, about) [number] = target,
#include "send/kinds.def"
#undef SINK_KIND
    };
    struct sink_place place = {0};
    uint64_t waiting = 0;
    size_t mark = cbor_open(out), count = 9;
    TRY(sink_place(shop, sink->id, &place));
    if (row->state == SINK_ON) TRY(sink_waiting(shop, &place, &waiting));
    put_id(shop, out, "id", ID_SINK, sink->id);
    put_text(out, "kind", slice_text(sink_kind_name(row->kind)));
    put_text(out, targets[row->kind], buf_slice(&row->target));
    put_text(out, "state", slice_text(state_name(sink, &place)));
    put_text(out, "severity", slice_text(alert_severity_name(row->least)));
    put_number(out, "waiting", waiting);
    put_number(out, "told", place.told);
    put_number(out, "folded", place.folded);
    put_time(out, "made", row->made_us);
    if (row->kind == SINK_MAIL) offset_put(out, row->offset_min);
    if (row->lang.len > 0) put_text(out, "lang", buf_slice(&row->lang));
    if (row->ca.len > 0) put_bool(out, "ca", true);
    if (place.arrived_us > 0) put_time(out, "arrived", place.arrived_us);
    count += (row->kind == SINK_MAIL) + (row->lang.len > 0) + (row->ca.len > 0) + (place.arrived_us > 0);
    if (place.failures > 0) {
        put_number(out, "failures", place.failures);
        if (!place.gone) put_time(out, "next_try", place.due_us);
        if (sink->problem) put_text(out, "problem", slice_text(sink->problem));
        if (sink->status > 0) put_number(out, "status", sink->status);
        count += 1 + !place.gone + (sink->problem != NULL) + (sink->status > 0);
    }
    cbor_map_close(out, mark, count);
    return OK;
}

/* whsec_ and base64, as others write such secrets. Shown once. */
static void secret_make(struct shop *shop, struct sink_row *row, struct buf *text)
{
    crypto_random(shop->crypto, buf_extend(&row->secret, SECRET_BYTES), SECRET_BYTES);
    buf_text(text, "whsec_");
    base64_put(text, buf_slice(&row->secret));
}

static size_t sinks_there(const struct sinks *sinks)
{
    size_t count = 0;
    for (size_t i = 0; i < sinks->count; i++)
        count += sinks->at[i].set && sinks->at[i].row.state != SINK_DROPPED;
    return count;
}

static RESULT sink_add(struct batch *batch, const struct reader *reader, const struct sink_put_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    uint32_t id = (uint32_t)shop->sinks->count + 1;
    SCOPED(sink_row_done)
    struct sink_row row = {.state = SINK_ON, .least = ALERT_INFO, .made_us = batch->now_us};
    SCOPED(buf_done) struct buf body = {0}, secret = {0};
    struct receipt receipt = {0};
    TRY(kind_find(ask->kind, &row.kind));
    if (sinks_there(shop->sinks) >= SINKS_MAX || id > SINK_ROWS_MAX)
        return FAIL(TOO_MANY, "sinks: a shop has %d at most, and %d ever", SINKS_MAX, SINK_ROWS_MAX);
    row.offset_min = weekly_offset_min(post_language(shop));
    TRY(words_take(ask, &row));
    TRY(target_take(shop, reader, ask, &row));
    if (row.kind == SINK_WEBHOOK) secret_make(shop, &row, &secret);
    sink_row_write(shop, id, &row, &body);
    TRY(authority_put(batch, reader, AUTHORITY_SINK, id, buf_slice(&body), &receipt));
    TRY(sink_place_begin(batch, id));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, secret.len > 0 ? 2 : 1);
    put_id(shop, &out->body, "id", ID_SINK, id);
    if (secret.len > 0) put_text(&out->body, "secret", buf_slice(&secret));
    out->secret = secret.len > 0;
    return OK;
}

/* Switching on what was off or gone, and nothing else: that tightens. */
static bool only_on(const struct sink_put_ask *ask)
{
    return slice_is(ask->state, "on") && ask->url.len + ask->file.len + ask->address.len + ask->ca.len +
                                                 ask->lang.len + ask->offset.len + ask->severity.len ==
                                             0;
}

/* A sink's new row. `what` is the change, for who must approve it. */
struct change {
    const struct sink *sink;
    const struct sink_row *row;
    enum loosens what;
    bool tighter;
};

/* A sink as who must agree sees it: all but its secret. */
static void sink_said(struct shop *shop, const struct sink_row *row, struct buf *out)
{
    static const char *const states[] = {[SINK_ON] = "on", [SINK_OFF] = "off", [SINK_DROPPED] = "dropped"};
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf ca = {0}, offset = {0};
    const struct slice pem = buf_slice(&row->ca);
    sha256(shop->crypto, &pem, 1, &hash);
    if (pem.len > 0) hex_put(&ca, SLICE_OF(hash.bytes));
    buf_print(&offset, "%d min", (int)row->offset_min);
    cbor_map(out, 7);
    put_text(out, "kind", slice_text(sink_kind_name(row->kind)));
    put_text(out, "target", buf_slice(&row->target));
    put_text(out, "state", slice_text(states[row->state]));
    put_text(out, "severity",
             row->least > 0 ? slice_text(alert_severity_name(row->least)) : (struct slice){0});
    put_text(out, "lang", buf_slice(&row->lang));
    put_text(out, "offset", buf_slice(&offset));
    put_text(out, "ca", ca.len > 0 ? buf_slice(&ca) : SLICE_TEXT("the machine's"));
}

static RESULT sink_change(struct batch *batch, const struct reader *reader, const struct change *change,
                          struct answer *out, bool *put)
{
    uint32_t id = change->sink->id;
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    sink_row_write(batch->shop, id, change->row, &body);
    *put = true;
    if (!change->tighter) {
        SCOPED(buf_done) struct buf was = {0}, now = {0}, changes = {0};
        sink_said(batch->shop, &change->sink->row, &was);
        sink_said(batch->shop, change->row, &now);
        changes_put(buf_slice(&was), buf_slice(&now), &changes);
        const struct loosening loosening = {
            AUTHORITY_SINK,
            id,
            buf_slice(&body),
            {change->what, {SAID_TEXT(slice_text(sink_kind_name(change->row->kind)))}},
            buf_slice(&changes)};
        return loosen(batch, reader, &loosening, out, put);
    }
    TRY(authority_put(batch, reader, AUTHORITY_SINK, id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    return sink_place_begin(batch, id);
}

RESULT verb_sink_put(struct batch *batch, const struct reader *reader, const struct sink_put_ask *ask,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    struct sink *sink = NULL;
    SCOPED(sink_row_done) struct sink_row row = {0};
    bool put = true;
    if (ask->id.len == 0) return sink_add(batch, reader, ask, out);
    TRY(sink_find(shop, ask->id, &sink));
    if (ask->kind.len > 0 && !slice_is(ask->kind, sink_kind_name(sink->row.kind)))
        return FAIL(INVALID, "kind: a sink keeps its kind; add another one, then drop this");
    sink_row_copy(&sink->row, &row);
    TRY(words_take(ask, &row));
    TRY(target_take(shop, reader, ask, &row));
    bool same_target = slice_equal(buf_slice(&row.target), buf_slice(&sink->row.target));
    enum loosens what = row.state == SINK_OFF ? LOOSENS_SINK_OFF
                        : same_target         ? LOOSENS_SINK_OTHER
                                              : LOOSENS_SINK_TARGET;
    TRY(sink_change(batch, reader, &(struct change){sink, &row, what, only_on(ask)}, out, &put));
    return put ? sink_put(shop, sink, &out->body) : OK;
}

RESULT verb_sink_drop(struct batch *batch, const struct reader *reader, const struct sink_drop_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    struct sink *sink = NULL;
    SCOPED(sink_row_done) struct sink_row row = {0};
    bool put = true;
    TRY(sink_find(shop, ask->id, &sink));
    row.kind = sink->row.kind;
    row.state = SINK_DROPPED;
    row.made_us = sink->row.made_us;
    TRY(sink_change(batch, reader, &(struct change){sink, &row, LOOSENS_SINK_DROP, false}, out, &put));
    if (!put) return OK;
    cbor_map(&out->body, 2);
    put_id(shop, &out->body, "id", ID_SINK, sink->id);
    put_text(&out->body, "state", SLICE_TEXT("dropped"));
    return OK;
}

RESULT verb_sink_list(struct batch *batch, const struct reader *reader, const struct sink_list_ask *ask,
                      struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    size_t count = 0;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    for (size_t i = 0; i < shop->sinks->count; i++) {
        const struct sink *sink = &shop->sinks->at[i];
        if (!sink->set || sink->row.state == SINK_DROPPED) continue;
        TRY(sink_put(shop, sink, &out->body));
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    return OK;
}

RESULT verb_sink_test(struct batch *batch, const struct reader *reader, const struct sink_test_ask *ask,
                      struct answer *out)
{
    struct sink *sink = NULL;
    struct receipt receipt = {0};
    if (ask->id.len > 0) TRY(sink_find(batch->shop, ask->id, &sink));
    if (sink && sink->row.state != SINK_ON) return FAIL(CONFLICT, "sink: it is off; switch it on first");
    uint32_t id = sink ? sink->id : 0;
    TRY(telling_add(batch, id, &(struct alert_text){.event = ALERT_TEST, .severity = ALERT_INFO}));
    struct draft draft = batch_draft(batch, reader, ENTRY_NOTICE);
    draft.entry.count = 1;
    draft.entry.object_kind = AUTHORITY_SINK;
    draft.entry.object_id = id;
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_ACCEPTED;
    if (sink) return sink_put(batch->shop, sink, &out->body);
    cbor_map(&out->body, 1);
    put_text(&out->body, "state", SLICE_TEXT("told"));
    return OK;
}
