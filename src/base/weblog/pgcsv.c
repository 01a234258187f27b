/*
 * PostgreSQL's csvlog with the lines of pgaudit: who ran which command on which table, and how many rows it gave when
 * pgaudit.log_rows is on. Whom it was about the line does not tell. Sources: PostgreSQL 15 documentation, section 20.8.4
 * ("Using CSV-Format Log Output"); pgaudit 1.7 README, "Format".
 */
#include "base/weblog/weblog_priv.h"

#include <string.h>

enum {
    FIELD_TIME = 0,
    FIELD_USER = 1,
    FIELD_FROM = 4,
    FIELD_MESSAGE = 13,
    FIELDS_LEAST = 23,
    AUDIT_COMMAND = 4,
    AUDIT_OBJECT = 6,
    AUDIT_ROWS = 9,
    AUDIT_FIELDS_MAX = 10,
    ROWS_DIGITS_MAX = 15
};

/* A field behind its opening quote, which `rest` begins with; doubled quotes in it are undone. */
static bool quoted_take(struct parse *parse, struct slice *rest, struct slice *out)
{
    size_t from = 1, doubled = 0, len = 0;
    for (;; doubled++) {
        const uint8_t *quote = from < rest->len ? memchr(rest->at + from, '"', rest->len - from) : NULL;
        if (!quote) return false;
        from = (size_t)(quote - rest->at) + 2;
        if (from > rest->len || quote[1] != '"') break;
    }
    struct slice text = slice_part(*rest, 1, from - 3);
    *rest = slice_from(*rest, from - 1);
    *out = text;
    if (doubled == 0) return true;
    uint8_t *at = scratch_room(parse, text.len);
    for (size_t i = 0; i < text.len; i++) {
        at[len++] = text.at[i];
        i += text.at[i] == '"';
    }
    *out = (struct slice){at, len};
    return true;
}

/* The next field of a CSV record, and whether it is the last one. False when it is broken. */
static bool field_take(struct parse *parse, struct slice *rest, struct slice *out, bool *last)
{
    if (rest->len > 0 && rest->at[0] == '"') {
        if (!quoted_take(parse, rest, out)) return false;
    } else {
        const uint8_t *comma = rest->len > 0 ? memchr(rest->at, ',', rest->len) : NULL;
        *out = slice_part(*rest, 0, comma ? (size_t)(comma - rest->at) : rest->len);
        *rest = slice_from(*rest, out->len);
    }
    *last = rest->len == 0;
    if (!*last && rest->at[0] != ',') return false;
    *rest = slice_from(*rest, 1);
    return true;
}

static bool rows_get(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > ROWS_DIGITS_MAX) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = number;
    return true;
}

/* "SESSION,1,1,READ,SELECT,TABLE,public.customers,select …,<none>,12" behind "AUDIT: ". */
static bool audit_parse(struct parse *parse, struct slice text, struct weblog_line *line)
{
    bool last = false;
    line->why = "an AUDIT line of another form than pgaudit writes";
    for (size_t i = 0; !last && i < AUDIT_FIELDS_MAX; i++) {
        struct slice field = {0};
        if (!field_take(parse, &text, &field, &last)) return false;
        if (i == AUDIT_COMMAND) line->method = field;
        if (i == AUDIT_OBJECT) line->target = field;
        if (i == AUDIT_ROWS && !rows_get(field, &line->rows)) return false;
        if (i < AUDIT_ROWS - 1 && last) return false;
    }
    return last && line->method.len > 0;
}

bool pgcsv_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other)
{
    struct slice fields[FIELD_MESSAGE + 1] = {{0}};
    bool last = false;
    size_t count = 0;
    line->why = "not a record of a csvlog";
    for (; count < FIELDS_LEAST && !last; count++) {
        struct slice field = {0};
        if (!field_take(parse, &text, &field, &last)) return false;
        if (count <= FIELD_MESSAGE) fields[count] = field;
    }
    if (count < FIELDS_LEAST) return false;
    *other = !slice_starts(fields[FIELD_MESSAGE], "AUDIT: ");
    if (!time_take(parse, fields[FIELD_TIME], line)) return false;
    if (*other) return true;
    line->reader = fields[FIELD_USER];
    line->network = address_bare(fields[FIELD_FROM]);
    return audit_parse(parse, slice_from(fields[FIELD_MESSAGE], sizeof "AUDIT: " - 1), line);
}
