/*
 * JSON of any arrangement: an array of objects, one a line, one behind the other, a list within a wrapper. A record is
 * the outermost object that is no wrapper; what it holds comes out flat, each value under the path of its names.
 */
#include "answer/evidence/dump/dump_priv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 256, CELLS_MAX = SHEET_COLUMNS_MAX };

enum json_state {
    JSON_BETWEEN, /* outside a record: brackets, commas, blanks */
    JSON_INSIDE,  /* inside one, between tokens */
    JSON_STRING,
    JSON_ESCAPE,
    JSON_UNICODE,
    JSON_WORD,  /* a number, true, false, null */
    JSON_BROKEN /* wait for the end of the line */
};

/* An object or array that is open. */
struct level {
    bool array;
    bool list;     /* it may hold the file's records: an object as its first value will say so */
    uint16_t path; /* length of the path that leads to it */
};

struct json {
    struct parser parser;
    struct dump_out *out;
    enum json_state state;
    struct level levels[DUMP_DEPTH_MAX];
    size_t depth;
    size_t
        wrappers; /* of them, those that are no record: arrays, and objects that hold a list of objects first */
    bool name_next; /* what comes next in the object at hand is a name */
    bool named;     /* a name was read, its value not */
    char path[NAME_BYTES];
    size_t path_len; /* of the name at hand, with those above it */
    struct buf text; /* string or word at hand */
    uint32_t unicode, high;
    uint8_t unicode_left;
    uint8_t before;       /* while broken: the byte before this one that is no blank */
    uint64_t line, first; /* first: of the record at hand */
    size_t bytes;         /* of it so far */
    bool cell_set[CELLS_MAX];
    struct buf cells[CELLS_MAX];
    size_t cell_count, members;
};

static void record_forget(struct json *json)
{
    for (size_t i = 0; i < json->cell_count; i++) {
        buf_clear(&json->cells[i]);
        json->cell_set[i] = false;
    }
    json->cell_count = json->members = json->bytes = 0;
    json->first = 0;
}

/* Lose this record and what is left of its line. */
static void break_record(struct json *json)
{
    dump_out_broken(json->out);
    record_forget(json);
    json->state = JSON_BROKEN;
    json->before = 0;
    json->depth = json->wrappers = 0;
    json->path_len = 0;
    json->named = json->name_next = false;
    buf_clear(&json->text);
    json->high = 0;
}

static bool in_record(const struct json *json)
{
    return json->depth > json->wrappers;
}

static RESULT record_end(struct json *json)
{
    struct slice cells[CELLS_MAX];
    if (json->members == 0) {
        record_forget(json);
        return OK;
    }
    for (size_t i = 0; i < json->cell_count; i++) cells[i] = buf_slice(&json->cells[i]);
    struct result given = dump_out_row(json->out, json->first, cells, json->cell_count);
    record_forget(json);
    return given;
}

static bool path_add(struct json *json, struct slice name)
{
    size_t dot = json->path_len > 0;
    if (json->path_len + dot + name.len > sizeof json->path) return false;
    if (dot) json->path[json->path_len] = '.';
    if (name.len > 0) memcpy(json->path + json->path_len + dot, name.at, name.len);
    json->path_len += dot + name.len;
    return true;
}

/* The path without the name of the last value. */
static void path_back(struct json *json)
{
    json->path_len = json->depth > 0 ? json->levels[json->depth - 1].path : 0;
    json->named = false;
}

/* A value of the record: of several under one path the first counts. */
static void cell_put(struct json *json, struct slice text)
{
    struct slice path = {(const uint8_t *)json->path, json->path_len};
    size_t at = sheet_column_of(json->out->sheet, path);
    json->members++;
    if (at >= CELLS_MAX) return;
    if (at >= json->cell_count) json->cell_count = at + 1;
    if (json->cell_set[at]) return;
    json->cell_set[at] = true;
    buf_slice_put(&json->cells[at], text);
}

static void value_end(struct json *json)
{
    struct slice text = buf_slice(&json->text);
    struct level *level = json->depth > 0 ? &json->levels[json->depth - 1] : NULL;
    if (level && !level->array && json->name_next) {
        if (!path_add(json, text)) {
            break_record(json);
            return;
        }
        json->named = true;
        json->name_next = false;
    } else {
        if (level) level->list = false;
        if (in_record(json)) cell_put(json, slice_is(text, "null") ? (struct slice){0} : text);
        path_back(json);
    }
    buf_clear(&json->text);
    json->state = in_record(json) ? JSON_INSIDE : JSON_BETWEEN;
}

/* In the file's first object: does this name stand for all records? */
static bool names_list(const struct json *json)
{
    static const char *const names[] = {"data", "records", "RECORDS",   "items",  "users",
                                        "rows", "results", "customers", "members"};
    struct slice path = {(const uint8_t *)json->path, json->path_len};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_is(path, names[i])) return json->out->rows == 0;
    }
    return false;
}

/* What is open so far stands around the records. */
static void wrapper_take(struct json *json)
{
    record_forget(json);
    json->wrappers = json->depth;
    json->path_len = 0;
    json->levels[json->depth - 1].path = 0;
    json->levels[json->depth - 1].list = false;
}

static void level_open(struct json *json, bool array)
{
    if (json->depth == DUMP_DEPTH_MAX) {
        break_record(json);
        return;
    }
    bool may_wrap = json->depth == 1 && json->wrappers == 0 && (json->members == 0 || names_list(json));
    if (!array && json->depth > 0 && json->levels[json->depth - 1].list) wrapper_take(json);
    bool outermost = json->depth == json->wrappers;
    json->levels[json->depth++] = (struct level){array, array && may_wrap, (uint16_t)json->path_len};
    if (array && outermost) {
        wrapper_take(json);
    } else if (outermost) {
        json->first = json->line + 1;
        json->bytes = 0;
    }
    json->name_next = !array;
    json->named = false;
    json->state = in_record(json) ? JSON_INSIDE : JSON_BETWEEN;
}

static RESULT level_close(struct json *json, bool array)
{
    if (json->depth == 0) return OK; /* of something that was broken */
    if (json->levels[json->depth - 1].array != array) {
        break_record(json);
        return OK;
    }
    bool record = json->depth == json->wrappers + 1;
    if (record && !array) TRY(record_end(json));
    json->depth--;
    if (json->wrappers > json->depth) json->wrappers = json->depth;
    path_back(json);
    json->name_next = false;
    json->state = in_record(json) ? JSON_INSIDE : JSON_BETWEEN;
    return OK;
}

static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' ||
           ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

static RESULT structure(struct json *json, uint8_t byte)
{
    switch (byte) {
    case '{':
    case '[':
        level_open(json, byte == '[');
        return OK;
    case '}':
    case ']':
        return level_close(json, byte == ']');
    case ',':
        if (json->depth > 0) {
            path_back(json);
            json->name_next = !json->levels[json->depth - 1].array;
        }
        return OK;
    case ':':
        if (!json->named && in_record(json)) break_record(json);
        return OK;
    case '"':
        json->state = JSON_STRING;
        return OK;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return OK;
    default:
        break;
    }
    if (is_word(byte)) {
        json->state = JSON_WORD;
        buf_byte(&json->text, byte);
    } else {
        break_record(json);
    }
    return OK;
}

static void unicode_put(struct json *json)
{
    uint32_t unit = json->unicode;
    bool low = unit >= 0xdc00 && unit < 0xe000, high = unit >= 0xd800 && unit < 0xdc00;
    if (json->high && low) {
        utf8_put(&json->text, 0x10000 + ((json->high - 0xd800) << 10) + (unit - 0xdc00));
        json->high = 0;
        return;
    }
    if (json->high || low || unit == 0) { /* half of a pair, or a zero: no text, as the sheet will say */
        buf_byte(&json->text, 0xff);
        json->high = 0;
        return;
    }
    if (high)
        json->high = unit;
    else
        utf8_put(&json->text, unit);
}

static void escape(struct json *json, uint8_t byte)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    json->state = JSON_STRING;
    if (byte == 'u') {
        json->state = JSON_UNICODE;
        json->unicode = 0;
        json->unicode_left = 4;
        return;
    }
    const char *known = byte ? strchr(from, byte) : NULL;
    if (known)
        buf_byte(&json->text, (uint8_t)to[known - from]);
    else if (byte == '"' || byte == '\\' || byte == '/')
        buf_byte(&json->text, byte);
    else
        break_record(json);
}

static void unicode_digit(struct json *json, uint8_t byte)
{
    uint8_t low = byte | 0x20;
    bool digit = byte >= '0' && byte <= '9', letter = low >= 'a' && low <= 'f';
    if (!digit && !letter) {
        break_record(json);
        return;
    }
    json->unicode = json->unicode << 4 | (uint32_t)(digit ? byte - '0' : low - 'a' + 10);
    if (--json->unicode_left > 0) return;
    unicode_put(json);
    json->state = JSON_STRING;
}

static void string_byte(struct json *json, uint8_t byte)
{
    if (json->high && byte != '\\') {
        buf_byte(&json->text, 0xff);
        json->high = 0;
    }
    if (byte == '"')
        value_end(json);
    else if (byte == '\\')
        json->state = JSON_ESCAPE;
    else if (byte == '\n')
        break_record(json); /* no text has one: this was left open */
    else
        buf_byte(&json->text, byte);
}

/* All may stand on one line: where an object begins behind a comma or bracket, reading goes on as well. */
static RESULT broken_byte(struct json *json, uint8_t byte)
{
    bool begins = byte == '{' && (json->before == ',' || json->before == '[');
    if (byte != ' ' && byte != '\t') json->before = byte;
    if (!begins) return OK;
    json->state = JSON_BETWEEN;
    return structure(json, byte);
}

static RESULT byte_take(struct json *json, uint8_t byte)
{
    switch (json->state) {
    case JSON_STRING:
        string_byte(json, byte);
        break;
    case JSON_ESCAPE:
        escape(json, byte);
        break;
    case JSON_UNICODE:
        unicode_digit(json, byte);
        break;
    case JSON_WORD:
        if (is_word(byte)) {
            buf_byte(&json->text, byte);
            break;
        }
        value_end(json);
        return json->state == JSON_BROKEN ? OK : structure(json, byte);
    case JSON_BROKEN:
        return broken_byte(json, byte);
    case JSON_BETWEEN:
    case JSON_INSIDE:
        return structure(json, byte);
    }
    return OK;
}

/* The plain bytes of a string, many at a time. */
static size_t string_run(struct json *json, struct slice rest)
{
    size_t len = 0;
    while (len < rest.len && rest.at[len] != '"' && rest.at[len] != '\\' && rest.at[len] != '\n') len++;
    if (len > DUMP_ROW_BYTES_MAX - json->bytes) len = DUMP_ROW_BYTES_MAX - json->bytes;
    if (json->high && len > 0) {
        buf_byte(&json->text, 0xff);
        json->high = 0;
    }
    buf_slice_put(&json->text, slice_part(rest, 0, len));
    json->bytes += len;
    return len;
}

static RESULT json_push(struct parser *parser, struct slice bytes)
{
    struct json *json = (struct json *)parser;
    while (bytes.len > 0) {
        if (json->state == JSON_STRING) bytes = slice_from(bytes, string_run(json, bytes));
        if (bytes.len == 0) break;
        uint8_t byte = bytes.at[0];
        bytes = slice_from(bytes, 1);
        TRY(byte_take(json, byte));
        bool outside = json->state == JSON_BETWEEN || json->state == JSON_BROKEN;
        json->bytes = outside ? 0 : json->bytes + 1;
        if (json->bytes >= DUMP_ROW_BYTES_MAX) break_record(json);
        if (byte != '\n') continue;
        json->line++;
        if (json->state == JSON_BROKEN) json->state = JSON_BETWEEN;
    }
    return OK;
}

static RESULT json_end(struct parser *parser)
{
    struct json *json = (struct json *)parser;
    if (json->state == JSON_WORD) value_end(json);
    if (in_record(json) || json->state == JSON_STRING) break_record(json);
    return OK;
}

static void json_free(struct parser *parser)
{
    struct json *json = (struct json *)parser;
    for (size_t i = 0; i < CELLS_MAX; i++) buf_done(&json->cells[i]);
    buf_done(&json->text);
    explicit_bzero(json->path, sizeof json->path);
    free(json);
}

RESULT dump_json_new(struct dump_out *out, struct parser **parser)
{
    static const struct slice none = {0};
    struct json *json = calloc(1, sizeof *json);
    if (!json) return FAIL(UNAVAILABLE, "dump: out of memory");
    json->parser = (struct parser){json_push, json_end, json_free};
    json->out = out;
    *parser = &json->parser;
    return sheet_begin(out->sheet, &none, 0);
}
