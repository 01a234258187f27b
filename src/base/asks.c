#include "base/asks/tables.h"

#include <assert.h>
#include <string.h>

static const struct verb_row verbs[] = {
#define VERB(NAME, name, changes) {#name, name##_members, sizeof(struct name##_ask), changes},
#include "keeper/verbs.def"
#undef VERB
};

bool verb_at_portal(enum verb verb)
{
    static const char prefix[] = "portal_";
    return strncmp(verb_row(verb)->name, prefix, sizeof prefix - 1) == 0;
}

const struct verb_row *verb_row(enum verb verb)
{
    assert((unsigned)verb < VERB_COUNT);
    return &verbs[verb];
}

static void put_text(struct slice text, struct buf *out)
{
    buf_varint(out, text.len);
    buf_slice_put(out, text);
}

static RESULT check_text(const struct member *member, struct slice text)
{
    if (text.len <= member->max) return OK;
    return FAIL(TOO_MANY, "%s: longer than %zu bytes; shorten it", member->name, member->max);
}

static RESULT write_values(const struct member *member, const struct values *values, struct buf *out)
{
    if (values->count > member->max)
        return FAIL(TOO_MANY, "%s: more than %zu values", member->name, member->max);
    buf_varint(out, values->count);
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->at[i];
        if (value->name.len > NAME_BYTES_MAX || value->group.len > NAME_BYTES_MAX ||
            value->item >= ITEMS_MAX) {
            return FAIL(FIELD_UNKNOWN, "%s: value %zu: not a field of this shop", member->name, i);
        }
        if (value->text.len > VALUE_BYTES_MAX) {
            return FAIL(FIELD_TOO_LONG, "%s: value %zu: longer than %d bytes", member->name, i,
                        VALUE_BYTES_MAX);
        }
        buf_byte(out, value->kind);
        buf_be16(out, value->item);
        put_text(value->name, out);
        put_text(value->group, out);
        put_text(value->text, out);
    }
    return OK;
}

static RESULT write_texts(const struct member *member, const struct texts *texts, struct buf *out)
{
    if (texts->count > member->max)
        return FAIL(TOO_MANY, "%s: more than %zu; split it", member->name, member->max);
    buf_varint(out, texts->count);
    for (size_t i = 0; i < texts->count; i++) {
        if (texts->at[i].len > BEARER_BYTES_MAX)
            return FAIL(INVALID, "%s: item %zu is too long", member->name, i);
        put_text(texts->at[i], out);
    }
    return OK;
}

static RESULT write_number(const struct member *member, uint64_t number, struct buf *out)
{
    if (number > member->max) return FAIL(INVALID, "%s: above %zu", member->name, member->max);
    buf_varint(out, number);
    return OK;
}

static RESULT write_member(const struct member *member, const uint8_t *at, struct buf *out)
{
    const void *field = at + member->offset;
    switch (member->wire) {
    case WIRE_TEXT:
    case WIRE_BYTES:
        TRY(check_text(member, *(const struct slice *)field));
        put_text(*(const struct slice *)field, out);
        return OK;
    case WIRE_U64:
        return write_number(member, *(const uint64_t *)field, out);
    case WIRE_BOOL:
        buf_byte(out, *(const bool *)field);
        return OK;
    case WIRE_TEXTS:
        return write_texts(member, field, out);
    case WIRE_VALUES:
        return write_values(member, field, out);
    case WIRE_END:
        break;
    }
    return FAIL(INVALID, "ask: a member of no kind");
}

RESULT ask_members_write(const struct member *members, const void *ask, struct buf *out)
{
    size_t start = out->len;
    for (const struct member *member = members; member->wire != WIRE_END; member++) {
        struct result written = write_member(member, ask, out);
        if (written.code != CODE_OK) {
            out->len = start;
            return written;
        }
    }
    return OK;
}

RESULT ask_write(const struct ask_head *head, const void *ask, struct buf *out)
{
    assert(head->id > 0 && (unsigned)head->verb < VERB_COUNT);
    size_t start = out->len;
    if (head->bearer.len > BEARER_BYTES_MAX)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: too long to be one");
    if (head->idempotency.len > IDEMPOTENCY_BYTES_MAX) {
        return FAIL(INVALID, "Idempotency-Key: longer than %d bytes", IDEMPOTENCY_BYTES_MAX);
    }
    buf_be32(out, 0);
    buf_be64(out, head->id);
    buf_be16(out, (uint16_t)head->verb);
    buf_put(out, head->network, NETWORK_BYTES);
    buf_byte(out, (uint8_t)head->bearer.len);
    buf_slice_put(out, head->bearer);
    buf_byte(out, (uint8_t)head->idempotency.len);
    buf_slice_put(out, head->idempotency);
    struct result written = ask_members_write(verb_row(head->verb)->members, ask, out);
    if (written.code == CODE_OK && out->len - start - 4 > ASK_FRAME_BYTES_MAX) {
        written = FAIL(BODY_TOO_LARGE, "request: longer than %d bytes; split it", ASK_FRAME_BYTES_MAX);
    }
    if (written.code != CODE_OK) {
        out->len = start;
        return written;
    }
    be32_put(out->at + start, (uint32_t)(out->len - start - 4));
    return OK;
}

static RESULT read_text(struct cursor *cursor, const char *name, size_t max, struct slice *out)
{
    uint64_t len = cursor_varint(cursor);
    if (len > max) return FAIL(INVALID, "ask: %s: above its bound", name);
    *out = cursor_take(cursor, (size_t)len);
    return OK;
}

static RESULT read_texts(struct cursor *cursor, const struct member *member, struct arena *arena,
                         struct texts *out)
{
    uint64_t count = cursor_varint(cursor);
    if (count > member->max || count > cursor->rest.len)
        return FAIL(INVALID, "ask: %s: above its bound", member->name);
    struct slice *at = arena_take(arena, (size_t)count * sizeof *at);
    for (size_t i = 0; i < count; i++) TRY(read_text(cursor, member->name, BEARER_BYTES_MAX, &at[i]));
    *out = (struct texts){at, (size_t)count};
    return OK;
}

static RESULT read_values(struct cursor *cursor, const struct member *member, struct arena *arena,
                          struct values *out)
{
    uint64_t count = cursor_varint(cursor);
    if (count > member->max || count > cursor->rest.len)
        return FAIL(INVALID, "ask: %s: above its bound", member->name);
    struct value *at = arena_take(arena, (size_t)count * sizeof *at);
    for (size_t i = 0; i < count; i++) {
        at[i].kind = cursor_byte(cursor);
        at[i].item = cursor_be16(cursor);
        if (at[i].kind > VALUE_REMOVE || at[i].item >= ITEMS_MAX)
            return FAIL(INVALID, "ask: %s: bad value", member->name);
        TRY(read_text(cursor, member->name, NAME_BYTES_MAX, &at[i].name));
        TRY(read_text(cursor, member->name, NAME_BYTES_MAX, &at[i].group));
        TRY(read_text(cursor, member->name, VALUE_BYTES_MAX, &at[i].text));
    }
    *out = (struct values){at, (size_t)count};
    return OK;
}

static RESULT read_member(struct cursor *cursor, const struct member *member, struct arena *arena,
                          uint8_t *ask)
{
    void *field = ask + member->offset;
    uint64_t number = 0;
    switch (member->wire) {
    case WIRE_TEXT:
    case WIRE_BYTES:
        return read_text(cursor, member->name, member->max, field);
    case WIRE_U64:
        number = cursor_varint(cursor);
        if (number > member->max) return FAIL(INVALID, "ask: %s: above its bound", member->name);
        *(uint64_t *)field = number;
        return OK;
    case WIRE_BOOL:
        number = cursor_byte(cursor);
        if (number > 1) return FAIL(INVALID, "ask: %s: neither 0 nor 1", member->name);
        *(bool *)field = number == 1;
        return OK;
    case WIRE_TEXTS:
        return read_texts(cursor, member, arena, field);
    case WIRE_VALUES:
        return read_values(cursor, member, arena, field);
    case WIRE_END:
        break;
    }
    return FAIL(INVALID, "ask: a member of no kind");
}

RESULT ask_read(struct slice frame, struct arena *arena, struct ask_head *head, union any_ask *ask)
{
    struct cursor cursor = {frame, false};
    struct ask_head read = {0};
    if (frame.len > ASK_FRAME_BYTES_MAX) return FAIL(INVALID, "ask: frame above its bound");
    read.id = cursor_be64(&cursor);
    uint16_t verb = cursor_be16(&cursor);
    struct slice network = cursor_take(&cursor, NETWORK_BYTES);
    read.bearer = cursor_take(&cursor, cursor_byte(&cursor));
    read.idempotency = cursor_take(&cursor, cursor_byte(&cursor));
    if (cursor.bad || read.id == 0) return FAIL(INVALID, "ask: short frame");
    head->id = read.id; /* so that the refusal finds its asker */
    if (verb >= VERB_COUNT) return FAIL(INVALID, "ask: unknown verb");
    if (read.bearer.len > BEARER_BYTES_MAX || read.idempotency.len > IDEMPOTENCY_BYTES_MAX) {
        return FAIL(INVALID, "ask: head above its bound");
    }
    read.verb = (enum verb)verb;
    memcpy(read.network, network.at, NETWORK_BYTES);
    memset(ask, 0, sizeof *ask);
    for (const struct member *member = verb_row(read.verb)->members; member->wire != WIRE_END; member++) {
        TRY(read_member(&cursor, member, arena, (uint8_t *)ask));
    }
    if (cursor.bad || cursor.rest.len != 0)
        return FAIL(INVALID, "ask: frame of another length than its members");
    *head = read;
    return OK;
}

void answer_write(const struct answer_head *head, struct slice body, struct buf *out)
{
    assert(body.len + ANSWER_HEAD_BYTES <= ANSWER_FRAME_BYTES_MAX);
    buf_be32(out, (uint32_t)(ANSWER_HEAD_BYTES + body.len));
    buf_be64(out, head->id);
    buf_be16(out, (uint16_t)head->cause);
    buf_byte(out, (uint8_t)head->shape);
    buf_byte(out, head->flags);
    buf_be32(out, head->shop);
    buf_be64(out, head->version);
    buf_be32(out, head->retry_after_s);
    buf_be64(out, head->index);
    buf_put(out, head->leaf_hash, sizeof head->leaf_hash);
    buf_slice_put(out, body);
}

RESULT answer_read(struct slice frame, struct answer_head *head, struct slice *body)
{
    struct cursor cursor = {frame, false};
    struct answer_head read = {0};
    read.id = cursor_be64(&cursor);
    uint16_t cause = cursor_be16(&cursor);
    uint8_t shape = cursor_byte(&cursor);
    read.flags = cursor_byte(&cursor);
    read.shop = cursor_be32(&cursor);
    read.version = cursor_be64(&cursor);
    read.retry_after_s = cursor_be32(&cursor);
    read.index = cursor_be64(&cursor);
    struct slice leaf = cursor_take(&cursor, sizeof read.leaf_hash);
    if (cursor.bad || cause >= CAUSE_COUNT || shape > ANSWER_CHECKPOINT)
        return FAIL(INVALID, "answer: bad frame");
    memcpy(read.leaf_hash, leaf.at, leaf.len);
    read.cause = (enum cause)cause;
    read.shape = (enum answer_shape)shape;
    *head = read;
    *body = cursor.rest;
    return OK;
}
