#include "serve/import.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TARGETS_MAX = IMPORT_TARGETS_MAX - 1, DETAIL_BYTES_MAX = 240 };

struct refused {
    uint64_t line;
    struct slice code, detail; /* in the import's arena */
};

struct import {
    struct import_door door;
    struct rows *rows;
    struct buf conflict, map, chunk, failure, checkpoint;
    struct arena arena; /* of the refused */
    bool dry_run, failed, has_receipt;
    enum cause cause; /* why it failed */
    struct answer_head receipt;
    size_t chunk_rows, in_flight, refused_listed, target_count;
    uint64_t created, changed, unchanged, refused;
    const char *targets[TARGETS_MAX];
    struct import_value encoded[TARGETS_MAX]; /* of the row at hand */
    struct refused list[IMPORT_REFUSED_MAX];
};

void import_fail(struct import *import, struct result failure)
{
    assert(failure.code != CODE_OK);
    if (import->failed) return;
    import->failed = true;
    import->cause = failure.cause;
    buf_text(&import->failure, result_text());
}

static void refuse(struct import *import, uint64_t line, struct slice code, struct slice detail)
{
    import->refused++;
    if (import->refused_listed == IMPORT_REFUSED_MAX) return;
    if (detail.len > DETAIL_BYTES_MAX) detail = SLICE_TEXT("see docs/errors");
    import->list[import->refused_listed++] =
        (struct refused){line, arena_copy(&import->arena, code), arena_copy(&import->arena, detail)};
}

static void refuse_row(struct import *import, uint64_t line, enum cause cause, const char *why)
{
    refuse(import, line, slice_text(cause_row(cause)->slug), slice_text(why));
}

static RESULT send_chunk(struct import *import)
{
    if (import->chunk_rows == 0) return OK;
    struct slice names[TARGETS_MAX];
    for (size_t i = 0; i < import->target_count; i++) names[i] = slice_text(import->targets[i]);
    struct import_ask ask = {.targets = {names, import->target_count},
                             .rows = buf_slice(&import->chunk),
                             .on_conflict = buf_slice(&import->conflict),
                             .dry_run = import->dry_run};
    TRY(import->door.send(import->door.context, &ask));
    import->in_flight++;
    buf_clear(&import->chunk);
    import->chunk_rows = 0;
    import->target_count = 0;
    return OK;
}

/* The place of a target among the chunk's; TARGETS_MAX when there is no room for it. */
static size_t target_index(struct import *import, const char *target)
{
    for (size_t i = 0; i < import->target_count; i++) {
        if (import->targets[i] == target || strcmp(import->targets[i], target) == 0) return i;
    }
    if (import->target_count < TARGETS_MAX)
        import->targets[import->target_count++] = target;
    else
        return TARGETS_MAX;
    return import->target_count - 1;
}

/* Why a row cannot travel; NULL if it can. */
static const char *row_bound(const struct row_value *values, size_t count)
{
    if (count > TARGETS_MAX) return "more than 255 values in one row";
    for (size_t i = 0; i < count; i++) {
        if (values[i].item >= ITEMS_MAX) return "more than 64 items of one group";
        if (values[i].text.len > VALUE_BYTES_MAX) return "a value longer than 16384 bytes";
    }
    return NULL;
}

static RESULT take_row(void *context, uint64_t line, const struct row_value *values, size_t count)
{
    struct import *import = context;
    struct import_value *out = import->encoded;
    const char *bound = row_bound(values, count);
    if (bound) {
        refuse_row(import, line, CAUSE_TOO_MANY, bound);
        return OK;
    }
    if (import->target_count + count > TARGETS_MAX)
        TRY(send_chunk(import)); /* JSON lines may name ever new members */
    for (size_t i = 0; i < count; i++) {
        size_t index = target_index(import, values[i].target);
        assert(index < TARGETS_MAX);
        out[i] = (struct import_value){(uint8_t)index, (uint8_t)values[i].item, values[i].text};
    }
    import_row_write(line, out, count, &import->chunk);
    import->chunk_rows++;
    if (import->chunk_rows < IMPORT_ROWS_MAX && import->chunk.len < IMPORT_CHUNK_BYTES) return OK;
    return send_chunk(import);
}

static RESULT take_reject(void *context, uint64_t line, const char *reason)
{
    refuse_row(context, line, CAUSE_ROW_MALFORMED, reason);
    return OK;
}

RESULT import_new(const struct import_options *options, struct import_door door, struct import **out)
{
    SCOPED(import_free) struct import *import = calloc(1, sizeof *import);
    if (import == NULL) return FAIL(UNAVAILABLE, "import: no memory");
    import->door = door;
    import->dry_run = options->dry_run;
    buf_slice_put(&import->conflict, options->on_conflict);
    buf_text(&import->map, options->map ? options->map : "");
    struct rows_options list = {
        .format = options->format, .map = buf_c(&import->map), .encoding = ENCODING_AUTO};
    TRY(rows_new(&list, (struct rows_sink){import, take_row, take_reject}, &import->rows));
    *out = TAKE(import);
    return OK;
}

void import_free(struct import **import)
{
    struct import *it = *import;
    if (it == NULL) return;
    rows_free(&it->rows);
    buf_done(&it->conflict);
    buf_done(&it->map);
    buf_done(&it->chunk);
    buf_done(&it->failure);
    buf_done(&it->checkpoint);
    arena_done(&it->arena);
    free(it);
    *import = NULL;
}

void import_push(struct import *import, struct slice bytes)
{
    if (import->failed) return;
    struct result pushed = rows_push(import->rows, bytes);
    if (pushed.code != CODE_OK) import_fail(import, pushed);
}

void import_end(struct import *import)
{
    if (import->failed) return;
    struct result ended = rows_end(import->rows);
    if (ended.code == CODE_OK) ended = send_chunk(import);
    if (ended.code != CODE_OK) import_fail(import, ended);
}

size_t import_in_flight(const struct import *import)
{
    return import->in_flight;
}

static uint64_t number_of(struct slice map, const char *name)
{
    struct cbor at = {0};
    uint64_t number = 0;
    return reply_member(map, name, &at) && cbor_read_uint(&at, &number).code == CODE_OK ? number : 0;
}

static struct slice text_of(struct slice map, const char *name)
{
    struct cbor at = {0};
    struct slice text = {0};
    return reply_member(map, name, &at) && cbor_read_text(&at, &text).code == CODE_OK ? text
                                                                                      : (struct slice){0};
}

static void take_refused(struct import *import, struct slice body)
{
    struct cbor at = {0};
    size_t count = 0;
    if (!reply_member(body, "refused", &at) || cbor_read_array(&at, &count).code != CODE_OK) return;
    for (; count > 0; count--) {
        struct slice row = at.cursor.rest;
        refuse(import, number_of(row, "line"), text_of(row, "code"), text_of(row, "detail"));
        if (reply_skip(&at).code != CODE_OK) return;
    }
}

void import_answer(struct import *import, const struct answer_head *head, struct slice body,
                   struct slice checkpoint)
{
    assert(import->in_flight > 0);
    import->in_flight--;
    if (head->cause != CAUSE_OK) {
        struct slice detail = text_of(body, "detail");
        import_fail(import, result_carry(head->cause, (const char *)detail.at, detail.len));
        return;
    }
    import->created += number_of(body, "created");
    import->changed += number_of(body, "changed");
    import->unchanged += number_of(body, "unchanged");
    take_refused(import, body);
    if ((head->flags & ANSWER_RECEIPT) == 0) return;
    import->has_receipt = true;
    import->receipt = *head;
    buf_clear(&import->checkpoint);
    buf_slice_put(&import->checkpoint, checkpoint);
}

static int by_line(const void *a, const void *b)
{
    uint64_t left = ((const struct refused *)a)->line, right = ((const struct refused *)b)->line;
    return left < right ? -1 : left > right;
}

static void put_refused(struct import *import, struct buf *out)
{
    qsort(import->list, import->refused_listed, sizeof import->list[0], by_line);
    buf_text(out, ",\"refused\":[");
    for (size_t i = 0; i < import->refused_listed; i++) {
        buf_print(out, "%s{\"line\":%llu,\"code\":", i > 0 ? "," : "",
                  (unsigned long long)import->list[i].line);
        json_text(out, import->list[i].code);
        buf_text(out, ",\"detail\":");
        json_text(out, import->list[i].detail);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void put_mapping(const struct rows_summary *list, struct buf *out)
{
    buf_print(out, ",\"format\":\"%s\",\"encoding\":\"%s\",\"mapping\":[", rows_format_name(list->format),
              encoding_name(list->encoding));
    for (size_t i = 0; i < list->column_count; i++) {
        const struct column *column = &list->columns[i];
        buf_text(out, i > 0 ? ",{\"column\":" : "{\"column\":");
        json_text(out, column->header);
        buf_text(out, ",\"target\":");
        if (column->target)
            json_text(out, slice_text(column->target));
        else
            buf_text(out, "null");
        if (column->item > 0) buf_print(out, ",\"item\":%u", column->item);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void put_counts(struct import *import, struct buf *out)
{
    struct rows_summary list = rows_summary(import->rows);
    uint64_t rows = list.rows + list.rejects;
    buf_print(
        out, "\"rows\":%llu,\"created\":%llu,\"changed\":%llu,\"unchanged\":%llu,\"refused_count\":%llu",
        (unsigned long long)rows, (unsigned long long)import->created, (unsigned long long)import->changed,
        (unsigned long long)import->unchanged, (unsigned long long)import->refused);
    if (import->dry_run) buf_text(out, ",\"dry_run\":true");
    put_refused(import, out);
    if (!import->failed) put_mapping(&list, out); /* without a header the first row would be told as one */
}

void import_reply(struct import *import, const char *id, struct reply *out)
{
    assert(import->in_flight == 0);
    struct reply reply = {.status = 200, .type = "application/json", .cache = "no-store"};
    if (import->failed) {
        struct slice why = buf_slice(&import->failure);
        reply_problem(result_carry(import->cause, (const char *)why.at, why.len), NULL, id, &reply);
        reply.body.len--; /* its closing brace: the counts of what had gone in before follow */
        buf_byte(&reply.body, ',');
    } else {
        buf_byte(&reply.body, '{');
    }
    put_counts(import, &reply.body);
    if (import->has_receipt) {
        buf_byte(&reply.body, ',');
        reply_receipt(&import->receipt, buf_slice(&import->checkpoint), &reply.body);
        reply.receipt = true;
        reply.receipt_index = import->receipt.index;
    }
    buf_byte(&reply.body, '}');
    *out = reply;
}
