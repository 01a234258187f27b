#include "serve/reply.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char json_type[] = "application/json";
static const char problem_type[] = "application/problem+json";
static const char no_store[] = "no-store";
/* Tiles never change, but their readers need a credential: a shared cache must not hand them on. */
static const char immutable[] = "private, max-age=604800, immutable";

void reply_done(struct reply *reply)
{
    buf_done(&reply->body);
    buf_done(&reply->token);
    *reply = (struct reply){0};
}

RESULT reply_skip(struct cbor *reader)
{
    struct slice string = {0};
    struct cbor_head head = {0};
    for (size_t left = 1, count = 0; left > 0; left--) {
        switch (cbor_next(reader)) {
        case CBOR_TEXT:
            TRY(cbor_read_text(reader, &string));
            break;
        case CBOR_BYTES:
            TRY(cbor_read_bytes(reader, &string));
            break;
        case CBOR_ARRAY:
            TRY(cbor_read_array(reader, &count));
            left += count;
            break;
        case CBOR_MAP:
            TRY(cbor_read_map(reader, &count));
            left += 2 * count;
            break;
        case CBOR_UINT:
        case CBOR_NEGATIVE:
        case CBOR_SIMPLE:
        case CBOR_TAG:
            TRY(cbor_read_head(reader, &head));
            break;
        }
    }
    return OK;
}

bool reply_member(struct slice map, const char *name, struct cbor *out)
{
    struct cbor reader = cbor_reader(map);
    size_t pairs = 0;
    if (cbor_read_map(&reader, &pairs).code != CODE_OK) return false;
    for (; pairs > 0; pairs--) {
        struct slice key = {0};
        if (cbor_read_text(&reader, &key).code != CODE_OK) return false;
        if (slice_is(key, name)) {
            *out = reader;
            return true;
        }
        if (reply_skip(&reader).code != CODE_OK) return false;
    }
    return false;
}

static uint64_t member_number(struct slice map, const char *name)
{
    struct cbor at = {0};
    uint64_t number = 0;
    return reply_member(map, name, &at) && cbor_read_uint(&at, &number).code == CODE_OK ? number : 0;
}

static struct slice member_text(struct slice map, const char *name)
{
    struct cbor at = {0};
    struct slice text = {0};
    return reply_member(map, name, &at) && cbor_read_text(&at, &text).code == CODE_OK ? text
                                                                                      : (struct slice){0};
}

void reply_receipt(const struct answer_head *head, struct slice checkpoint, struct buf *out)
{
    buf_text(out, "\"receipt\":{\"index\":");
    buf_decimal(out, head->index);
    buf_text(out, ",\"leaf_hash\":");
    json_base64(out, (struct slice){head->leaf_hash, sizeof head->leaf_hash});
    buf_text(out, ",\"checkpoint\":");
    json_text(out, checkpoint);
    buf_byte(out, '}');
}

/* Put the receipt into the object that `out` ends with, as its last member. */
static void add_receipt(const struct answer_head *head, struct slice checkpoint, struct reply *reply)
{
    struct buf *out = &reply->body;
    if ((head->flags & ANSWER_RECEIPT) == 0 || out->len < 2 || out->at[out->len - 1] != '}') return;
    bool empty = out->at[--out->len - 1] == '{';
    if (!empty) buf_byte(out, ',');
    reply_receipt(head, checkpoint, out);
    buf_byte(out, '}');
    reply->receipt = true;
    reply->receipt_index = head->index;
}

static void take_budget(struct slice body, struct reply *reply)
{
    struct cbor at = {0};
    if (!reply_member(body, "budget", &at)) return;
    struct slice budget = at.cursor.rest, window = member_text(budget, "window");
    if (window.len == 0 || window.len >= sizeof reply->budget_window) return;
    for (size_t i = 0; i < window.len; i++) {
        if (window.at[i] < 'a' || window.at[i] > 'z') return; /* it goes into a header */
    }
    memcpy(reply->budget_window, window.at, window.len);
    uint64_t limit = member_number(budget, "limit"), used = member_number(budget, "used");
    reply->budget = true;
    reply->budget_limit = limit;
    reply->budget_left = used < limit ? limit - used : 0;
}

static void begin_problem(enum cause cause, struct slice detail, const char *id, struct reply *out)
{
    const struct cause_row *row = cause_row(cause);
    out->status = row->http;
    out->type = problem_type;
    out->cache = no_store;
    buf_print(&out->body, "{\"type\":\"/errors/%s\",\"title\":\"%s\",\"status\":%d,\"detail\":", row->slug,
              row->title, row->http);
    json_text(&out->body, detail.len > 0 ? detail : slice_text(row->title));
    buf_print(&out->body, ",\"instance\":\"%s\",\"code\":\"%s\"", id, row->slug);
}

/* Append `,"name":` and the member of the keeper's refusal; nothing if it is not there. */
static void copy_member(struct slice map, const char *name, struct buf *out)
{
    struct cbor at = {0};
    SCOPED(buf_done) struct buf json = {0};
    if (!reply_member(map, name, &at) || json_from_item(&at, &json).code != CODE_OK) return;
    buf_print(out, ",\"%s\":", name);
    buf_slice_put(out, buf_slice(&json));
}

static void refusal(const struct answer_head *head, struct slice body, struct slice checkpoint,
                    const char *id, struct reply *out)
{
    begin_problem(head->cause, member_text(body, "detail"), id, out);
    copy_member(body, "errors", &out->body);
    copy_member(body, "budget", &out->body);
    buf_byte(&out->body, '}');
    add_receipt(head, checkpoint, out);
    take_budget(body, out);
    out->retry_after_s = head->retry_after_s;
    if (out->retry_after_s == 0 && out->status == 503) out->retry_after_s = 1;
}

void reply_problem(struct result failure, const struct json_errors *errors, const char *id, struct reply *out)
{
    assert(failure.code != CODE_OK);
    struct reply reply = {0};
    begin_problem(failure.cause, slice_text(result_text()), id, &reply);
    for (size_t i = 0; errors && i < errors->count; i++) {
        const struct json_error *error = &errors->at[i];
        buf_text(&reply.body, i == 0 ? ",\"errors\":[{\"pointer\":" : ",{\"pointer\":");
        json_text(&reply.body, slice_text(error->pointer));
        buf_print(&reply.body, ",\"code\":\"%s\",\"detail\":\"%s\"}", cause_row(error->cause)->slug,
                  error->detail);
        if (i + 1 == errors->count) buf_byte(&reply.body, ']');
    }
    buf_byte(&reply.body, '}');
    if (reply.status == 503) reply.retry_after_s = 1;
    *out = reply;
}

static void health(struct slice body, struct reply *out)
{
    struct cbor at = {0};
    bool ready = false;
    bool known = reply_member(body, "ready", &at) && cbor_read_bool(&at, &ready).code == CODE_OK;
    out->status = known && ready ? 200 : 503;
    buf_print(&out->body, "{\"ready\":%s", out->status == 200 ? "true" : "false");
    copy_member(body, "reason", &out->body);
    buf_byte(&out->body, '}');
}

/* The answer without its member "cookie", which is for a header: no script of a page may read it. */
static RESULT take_token(struct slice body, struct buf *rest, struct buf *token)
{
    struct cbor reader = cbor_reader(body), text = {0};
    struct slice key = {0}, value = {0};
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    if (!reply_member(body, "cookie", &text) || cbor_read_text(&text, &value).code != CODE_OK) {
        buf_slice_put(rest, body);
        return OK;
    }
    buf_slice_put(token, value);
    cbor_map(rest, pairs - 1);
    for (; pairs > 0; pairs--) {
        struct slice from = reader.cursor.rest;
        TRY(cbor_read_text(&reader, &key));
        TRY(reply_skip(&reader));
        if (!slice_is(key, "cookie"))
            buf_slice_put(rest, slice_part(from, 0, from.len - reader.cursor.rest.len));
    }
    return OK;
}

/* One of a few files, of a type that the keeper names. */
static RESULT page(struct slice body, struct reply *out)
{
    static const char *const types[] = {"text/html; charset=utf-8", "text/css; charset=utf-8",
                                        "application/atom+xml; charset=utf-8", "application/json",
                                        "text/plain; charset=utf-8"};
    struct slice type = member_text(body, "type");
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (!slice_is(type, types[i])) continue;
        out->type = types[i];
        out->cache = "public, max-age=30";
        buf_slice_put(&out->body, member_text(body, "text"));
        return OK;
    }
    return FAIL(CORRUPT, "keeper: a page of no known type");
}

static RESULT fill_body(const struct route *route, const struct answer_head *head, struct slice body,
                        struct reply *out)
{
    switch (head->shape) {
    case ANSWER_TEXT:
        out->type = "text/plain; version=0.0.4; charset=utf-8";
        buf_slice_put(&out->body, body);
        return OK;
    case ANSWER_OCTETS:
        out->type = route->reply == REPLY_PDF     ? "application/pdf"
                    : route->reply == REPLY_RANGE ? "text/plain; charset=utf-8"
                                                  : "application/octet-stream";
        out->cache = route->reply == REPLY_OCTETS ? immutable : no_store;
        if (route->reply == REPLY_FILE) out->version = 0; /* the file's length, not a version */
        buf_slice_put(&out->body, body);
        return OK;
    case ANSWER_CBOR:
        break;
    case ANSWER_CHECKPOINT:
        return FAIL(CORRUPT, "keeper: an answer of the wrong shape");
    }
    if (route->reply == REPLY_HEALTH) {
        health(body, out);
        return OK;
    }
    if (route->reply == REPLY_PAGE) return page(body, out);
    if (route->reply == REPLY_CHECKPOINT) {
        out->type = "text/plain; charset=utf-8";
        buf_slice_put(&out->body, member_text(body, "checkpoint"));
        return OK;
    }
    buf_reserve(&out->body, 2 * body.len);
    bool token = route->verb == VERB_SESSION_OPEN || route->verb == VERB_PORTAL_CODE ||
                 route->verb == VERB_PORTAL_ENTER;
    if (!token) return json_from_cbor(body, &out->body);
    SCOPED(buf_done) struct buf rest = {0};
    TRY(take_token(body, &rest, &out->token));
    return json_from_cbor(buf_slice(&rest), &out->body);
}

void reply_answer(const struct route *route, const struct answer_head *head, struct slice body,
                  struct slice checkpoint, const char *id, struct reply *out)
{
    struct reply reply = {.status = 200, .type = json_type, .cache = no_store};
    reply.replayed = (head->flags & ANSWER_REPLAYED) != 0;
    if (head->cause != CAUSE_OK) {
        refusal(head, body, checkpoint, id, &reply);
        *out = reply;
        return;
    }
    if (head->flags & ANSWER_CREATED) reply.status = 201;
    if (head->flags & ANSWER_ACCEPTED) reply.status = 202;
    reply.version = head->version;
    struct result filled = fill_body(route, head, body, &reply);
    if (filled.code != CODE_OK) { /* the look is in the ledger, but nobody can read its answer */
        reply_done(&reply);
        reply_problem(filled, NULL, id, out);
        return;
    }
    if (reply.type == json_type) add_receipt(head, checkpoint, &reply);
    if (route->verb == VERB_SELF) take_budget(body, &reply);
    reply.session_ended = route->verb == VERB_SESSION_END || route->verb == VERB_PORTAL_LEAVE;
    *out = reply;
}
