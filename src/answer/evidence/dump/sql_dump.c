/*
 * SQL dumps: INSERT of MySQL and PostgreSQL, COPY … FROM stdin of PostgreSQL, CREATE TABLE for the names of columns. All
 * other statements are passed over, with their quotes and comments.
 */
#include "answer/evidence/dump/sql_priv.h"

#include <stdlib.h>
#include <string.h>

static RESULT token_end(struct sql *sql)
{
    struct slice text = buf_slice(&sql->text);
    enum token token = sql->token;
    sql->token = TOKEN_NONE;
    struct result done = OK;
    if (sql->place == PLACE_ROW)
        sql_cell(sql, text, token == TOKEN_WORD);
    else if (token == TOKEN_WORD || token == TOKEN_NAME)
        done = sql_word(sql, text, token == TOKEN_NAME);
    buf_clear(&sql->text);
    if (sql->place != PLACE_ROW) sql->bytes = 0;
    return done;
}

static bool is_word_byte(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' ||
           byte == '-' || byte == '+' || byte >= 0x80;
}

/* Between tokens. */
static RESULT open_byte(struct sql *sql, uint8_t byte)
{
    uint8_t before = sql->before;
    bool word = is_word_byte(byte) || (byte == '.' && sql->place == PLACE_ROW);
    if (byte != ' ' && byte != '\t' && byte != '\r' && (byte != '.' || !word)) sql->before = byte;
    if (byte == '\'' || (byte == '"' && sql->place == PLACE_ROW)) {
        sql->token = TOKEN_TEXT;
        sql->quote = byte;
    } else if (byte == '"' || byte == '`') {
        sql->token = TOKEN_NAME;
        sql->quote = byte;
        sql->before = before;
    } else if (byte == '*' && before == '/') {
        sql->token = TOKEN_COMMENT;
        sql->before = 0;
    } else if (byte == '#' && sql->place != PLACE_ROW) {
        sql->token = TOKEN_LINE_COMMENT;
    } else if (word) {
        sql->token = TOKEN_WORD;
        sql->before = before;
        buf_byte(&sql->text, byte);
        return OK;
    } else {
        return sql_mark(sql, byte);
    }
    sql->closed = sql->escaped = false;
    return OK;
}

static uint8_t unescaped(uint8_t byte)
{
    static const char from[] = "nrtbZ", to[] = "\n\r\t\b\x1a";
    const char *known = byte ? strchr(from, byte) : NULL;
    return byte == '0' ? 0 : known ? (uint8_t)to[known - from] : byte;
}

/* In a text or a quoted name. */
static RESULT quoted_byte(struct sql *sql, uint8_t byte)
{
    if (sql->closed && byte != sql->quote) {
        TRY(token_end(sql));
        return open_byte(sql, byte);
    }
    if (sql->closed) { /* doubled: it stands for itself */
        sql->closed = false;
        buf_byte(&sql->text, byte);
    } else if (sql->escaped) {
        sql->escaped = false;
        buf_byte(&sql->text, unescaped(byte));
    } else if (byte == sql->quote) {
        sql->closed = true;
    } else if (byte == '\\' && sql->token == TOKEN_TEXT) {
        sql->escaped = true;
    } else {
        buf_byte(&sql->text, byte);
    }
    return OK;
}

static RESULT word_byte(struct sql *sql, uint8_t byte)
{
    bool number_dot = byte == '.' && sql->place == PLACE_ROW;
    if (byte == '-' && sql->text.len == 1 && sql->text.at[0] == '-') {
        sql->token = TOKEN_LINE_COMMENT;
        buf_clear(&sql->text);
        return OK;
    }
    if (is_word_byte(byte) || number_dot) {
        buf_byte(&sql->text, byte);
        return OK;
    }
    TRY(token_end(sql));
    sql->before = byte == '.' ? '.' : 0;
    return byte == '.' ? OK : open_byte(sql, byte);
}

static RESULT byte_take(struct sql *sql, uint8_t byte)
{
    switch (sql->token) {
    case TOKEN_NONE:
        return open_byte(sql, byte);
    case TOKEN_WORD:
        return word_byte(sql, byte);
    case TOKEN_TEXT:
    case TOKEN_NAME:
        return quoted_byte(sql, byte);
    case TOKEN_LINE_COMMENT:
        if (byte == '\n') sql->token = TOKEN_NONE;
        return OK;
    case TOKEN_COMMENT:
        if (byte == '/' && sql->before == '*') sql->token = TOKEN_NONE;
        sql->before = sql->token == TOKEN_NONE ? 0 : byte;
        return OK;
    }
    return OK;
}

/* A field of COPY's text form, unescaped into its cell. */
static void field_put(struct sql *sql, size_t at, struct slice field)
{
    if (slice_is(field, "\\N")) {
        sql->null[at] = true;
        return;
    }
    for (size_t i = 0; i < field.len; i++) {
        uint8_t byte = field.at[i];
        if (byte == '\\' && i + 1 < field.len) byte = unescaped(field.at[++i]);
        buf_byte(&sql->cells[at], byte);
    }
}

static RESULT data_line(void *context, uint64_t number, const struct slice *text)
{
    struct sql *sql = context;
    (void)number;
    sql->line++;
    if (!text) {
        dump_out_broken(sql->out);
        return OK;
    }
    if (slice_is(*text, "\\.")) {
        sql_statement_begin(sql);
        return OK;
    }
    struct slice rest = *text;
    sql_row_forget(sql);
    while (sql->cell_count < CELLS) {
        const uint8_t *tab = rest.len > 0 ? memchr(rest.at, '\t', rest.len) : NULL;
        struct slice field = slice_part(rest, 0, tab ? (size_t)(tab - rest.at) : rest.len);
        field_put(sql, sql->cell_count++, field);
        if (!tab) break;
        rest = slice_from(rest, field.len + 1);
    }
    sql->row_line = sql->line;
    return sql_row_end(sql);
}

/* Lines of COPY, up to the one that ends it. */
static RESULT data_push(struct sql *sql, struct slice *bytes)
{
    while (bytes->len > 0 && sql->place == PLACE_DATA) {
        const uint8_t *end = memchr(bytes->at, '\n', bytes->len);
        struct slice line = slice_part(*bytes, 0, end ? (size_t)(end - bytes->at) + 1 : bytes->len);
        *bytes = slice_from(*bytes, line.len);
        TRY(lines_push(&sql->lines, line, data_line, sql));
    }
    return OK;
}

/* The end of a line: of the one behind which data stands, or of one that holds a broken row. */
static void line_end(struct sql *sql)
{
    sql->line++;
    if (sql->place == PLACE_DATA) sql->in_data = true;
    if (!sql->lost) return;
    sql_statement_begin(sql);
    sql->token = TOKEN_NONE;
    buf_clear(&sql->text);
}

static RESULT sql_push(struct parser *parser, struct slice bytes)
{
    struct sql *sql = (struct sql *)parser;
    while (bytes.len > 0) {
        if (sql->in_data) {
            TRY(data_push(sql, &bytes));
            continue;
        }
        uint8_t byte = bytes.at[0];
        bytes = slice_from(bytes, 1);
        TRY(byte_take(sql, byte));
        if (sql->place == PLACE_ROW || sql->text.len > 0) sql->bytes++;
        if (sql->bytes > DUMP_ROW_BYTES_MAX) { /* a quote that nobody closed */
            sql_row_break(sql);
            sql->token = TOKEN_NONE;
            buf_clear(&sql->text);
        }
        if (byte == '\n') line_end(sql);
    }
    return OK;
}

static RESULT sql_end(struct parser *parser)
{
    struct sql *sql = (struct sql *)parser;
    if (sql->place == PLACE_DATA) TRY(lines_end(&sql->lines, data_line, sql));
    if (sql->place == PLACE_ROW) sql_row_break(sql);
    return OK;
}

static void sql_free(struct parser *parser)
{
    struct sql *sql = (struct sql *)parser;
    for (size_t i = 0; i < CELLS; i++) buf_done(&sql->cells[i]);
    buf_done(&sql->text);
    lines_done(&sql->lines);
    free(sql->tables);
    free(sql);
}

RESULT dump_sql_new(struct dump_out *out, struct parser **parser)
{
    struct sql *sql = calloc(1, sizeof *sql);
    if (sql) sql->tables = calloc(DUMP_TABLES_MAX, sizeof *sql->tables);
    if (!sql || !sql->tables) {
        free(sql);
        return FAIL(UNAVAILABLE, "dump: out of memory");
    }
    sql->parser = (struct parser){sql_push, sql_end, sql_free};
    sql->out = out;
    *parser = &sql->parser;
    return OK;
}
