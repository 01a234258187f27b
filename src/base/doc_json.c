#include "base/doc.h"

#include "base/text.h"

#include <string.h>

/* One open object or array. */
struct level {
    size_t mark, count;
    bool map;
};

/* Where the reader is, and what it made so far. */
struct reader {
    struct slice rest;
    struct buf *out;
    size_t depth;
    struct level levels[CBOR_DEPTH_MAX];
};

static RESULT malformed(const char *what)
{
    return FAIL(INVALID, "JSON: %s; is this the file that was meant?", what);
}

static uint8_t peek(struct reader *reader)
{
    while (reader->rest.len > 0 && strchr(" \t\r\n", reader->rest.at[0]) && reader->rest.at[0] != '\0') {
        reader->rest = slice_from(reader->rest, 1);
    }
    return reader->rest.len > 0 ? reader->rest.at[0] : 0;
}

static void step(struct reader *reader, size_t bytes)
{
    reader->rest = slice_from(reader->rest, bytes);
}

/* Four hexadecimal digits at the start of the rest; UTF8_BAD if they are not there. */
static uint32_t four_digits(struct reader *reader)
{
    uint32_t number = 0;
    if (reader->rest.len < 4) return UTF8_BAD;
    for (size_t i = 0; i < 4; i++) {
        uint8_t digit = reader->rest.at[i];
        uint8_t lower = digit | 0x20;
        if (digit >= '0' && digit <= '9') {
            number = number << 4 | (uint32_t)(digit - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            number = number << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return UTF8_BAD;
        }
    }
    step(reader, 4);
    return number;
}

/* What stands behind \u, a pair of surrogates joined; UTF8_BAD if it is none. Source: RFC 8259 section 7. */
static uint32_t escaped_point(struct reader *reader)
{
    uint32_t high = four_digits(reader);
    if (high == UTF8_BAD || high < 0xd800 || high > 0xdfff) return high;
    if (high > 0xdbff || reader->rest.len < 2 || memcmp(reader->rest.at, "\\u", 2) != 0) return UTF8_BAD;
    step(reader, 2);
    uint32_t low = four_digits(reader);
    if (low < 0xdc00 || low > 0xdfff) return UTF8_BAD;
    return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

/* One escape, its backslash already read. */
static RESULT escape_read(struct reader *reader, struct buf *text)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    uint8_t name = reader->rest.len > 0 ? reader->rest.at[0] : 0;
    step(reader, 1);
    if (name == 'u') {
        uint32_t point = escaped_point(reader);
        if (point == UTF8_BAD) return malformed("a bad \\u escape");
        utf8_put(text, point);
        return OK;
    }
    const char *found = name ? strchr(names, name) : NULL;
    if (!found) return malformed("a bad escape");
    buf_byte(text, (uint8_t)bytes[found - names]);
    return OK;
}

static RESULT string_read(struct reader *reader)
{
    SCOPED(buf_done) struct buf text = {0};
    step(reader, 1);
    while (reader->rest.len > 0 && reader->rest.at[0] != '"') {
        size_t plain = 0;
        while (plain < reader->rest.len && reader->rest.at[plain] != '"' && reader->rest.at[plain] != '\\' &&
               reader->rest.at[plain] >= ' ') {
            plain++;
        }
        buf_slice_put(&text, slice_part(reader->rest, 0, plain));
        step(reader, plain);
        if (plain > 0) continue;
        if (reader->rest.at[0] != '\\') return malformed("a control character in a text");
        step(reader, 1);
        TRY(escape_read(reader, &text));
    }
    if (reader->rest.len == 0) return malformed("a text without end");
    step(reader, 1);
    if (!utf8_valid(buf_slice(&text))) return malformed("a text that is not UTF-8");
    cbor_text(reader->out, buf_slice(&text));
    return OK;
}

static RESULT number_read(struct reader *reader)
{
    bool negative = reader->rest.at[0] == '-';
    if (negative) step(reader, 1);
    uint64_t number = 0;
    size_t digits = 0;
    for (; digits < reader->rest.len && reader->rest.at[digits] >= '0' && reader->rest.at[digits] <= '9';
         digits++) {
        if (number > (uint64_t)INT64_MAX / 10 - 1) return malformed("a number that is too large");
        number = number * 10 + (uint64_t)(reader->rest.at[digits] - '0');
    }
    if (digits == 0 || (digits > 1 && reader->rest.at[0] == '0'))
        return malformed("neither a value nor a number");
    step(reader, digits);
    if (reader->rest.len > 0 && strchr(".eE", reader->rest.at[0]) && reader->rest.at[0] != '\0') {
        return malformed("a number that is not whole");
    }
    if (negative) {
        cbor_int(reader->out, -(int64_t)number);
    } else {
        cbor_uint(reader->out, number);
    }
    return OK;
}

/* true, false, null; else it must be a number. */
static RESULT plain_read(struct reader *reader)
{
    if (slice_starts(reader->rest, "true")) {
        cbor_bool(reader->out, true);
        step(reader, 4);
        return OK;
    }
    if (slice_starts(reader->rest, "false")) {
        cbor_bool(reader->out, false);
        step(reader, 5);
        return OK;
    }
    if (slice_starts(reader->rest, "null")) {
        cbor_null(reader->out);
        step(reader, 4);
        return OK;
    }
    return number_read(reader);
}

static RESULT key_read(struct reader *reader)
{
    if (peek(reader) != '"') return malformed("a name is missing");
    TRY(string_read(reader));
    if (peek(reader) != ':') return malformed("a colon is missing");
    step(reader, 1);
    return OK;
}

/* A value, or the beginning of an object or array; `open` says which. */
static RESULT value_read(struct reader *reader, bool *open)
{
    uint8_t first = peek(reader);
    *open = first == '{' || first == '[';
    if (reader->rest.len == 0) return malformed("cut short");
    if (first == '"') return string_read(reader);
    if (!*open) return plain_read(reader);
    if (reader->depth == CBOR_DEPTH_MAX) return malformed("too deep");
    reader->levels[reader->depth++] = (struct level){cbor_open(reader->out), 0, first == '{'};
    step(reader, 1);
    return OK;
}

/* Close whatever ends here. `more`: another item of the innermost level follows. */
static RESULT close_read(struct reader *reader, bool after_value, bool *more)
{
    while (reader->depth > 0) {
        struct level *level = &reader->levels[reader->depth - 1];
        uint8_t next = peek(reader);
        if (after_value) level->count++;
        if (next == (level->map ? '}' : ']')) {
            step(reader, 1);
            if (level->map) {
                cbor_map_close(reader->out, level->mark, level->count);
            } else {
                cbor_array_close(reader->out, level->mark, level->count);
            }
            reader->depth--;
            after_value = true;
            continue;
        }
        if (after_value && next != ',') return malformed("a comma or an end is missing");
        if (after_value) step(reader, 1);
        *more = true;
        return level->map ? key_read(reader) : OK;
    }
    *more = false;
    return OK;
}

RESULT doc_from_json(struct slice text, struct buf *out)
{
    struct reader reader = {.rest = text, .out = out};
    bool more = true, open = false;
    while (more) {
        TRY(value_read(&reader, &open));
        TRY(close_read(&reader, !open, &more));
    }
    if (peek(&reader) != 0 || reader.rest.len > 0) return malformed("something behind its end");
    return OK;
}
