/*
 * SQL dumps: INSERT of MySQL and PostgreSQL, COPY … FROM stdin of PostgreSQL, CREATE TABLE for the names of columns. All
 * other statements are passed over, with their quotes and comments.
 */
#include "answer/evidence/dump/dump_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TABLE_NAME_BYTES = 128, WORD_BYTES = 128, CELLS = SHEET_COLUMNS_MAX };

/* Where a statement is. */
enum place {
    PLACE_START,   /* its first word */
    PLACE_INTO,    /* INSERT: up to the table */
    PLACE_TABLE,   /* its name was read: a list of columns, or VALUES */
    PLACE_COLUMNS, /* in that list */
    PLACE_VALUES,  /* between rows */
    PLACE_ROW,     /* in one */
    PLACE_CREATE,  /* CREATE TABLE name: up to ( */
    PLACE_DEFINE,  /* in its list: the first word of each part names a column */
    PLACE_COPY,    /* COPY name (columns) FROM stdin */
    PLACE_DATA,    /* its lines */
    PLACE_OTHER    /* pass over it up to ; */
};

enum token { TOKEN_NONE, TOKEN_WORD, TOKEN_TEXT, TOKEN_NAME, TOKEN_LINE_COMMENT, TOKEN_COMMENT };

struct table {
    char name[TABLE_NAME_BYTES];
    char columns[CELLS][SHEET_NAME_BYTES_MAX + 1];
    size_t count;
};

struct sql {
    struct parser parser;
    struct dump_out *out;
    enum place place;
    enum token token;
    uint8_t quote;   /* that ends the text or name at hand */
    bool escaped;    /* behind a backslash */
    bool closed;     /* behind a quote that ends it, or is doubled */
    uint8_t before;  /* the byte before this one, between tokens: of --, of a comment's end */
    struct buf text; /* of the token at hand */
    char word[WORD_BYTES];
    size_t depth; /* of parentheses in a row, or a definition */
    bool first;   /* of a part in DEFINE: its name is not read yet */
    bool creates; /* TABLE was read behind CREATE */
    bool copy, stdin_word;
    bool in_data; /* of COPY: behind the line of its statement */
    bool lost;    /* a row was broken: the next line begins a statement */
    char table[TABLE_NAME_BYTES];
    struct table *tables; /* DUMP_TABLES_MAX of them, those with names of columns */
    size_t table_count;
    char columns[CELLS][SHEET_NAME_BYTES_MAX + 1]; /* of the statement at hand */
    size_t column_count;
    char shown[TABLE_NAME_BYTES]; /* the table that the sheet is of */
    size_t shown_count;
    bool any_shown;
    struct buf cells[CELLS];
    bool null[CELLS];
    size_t cell_count;
    struct lines lines; /* of COPY */
    uint64_t line, row_line;
    size_t bytes; /* of the row */
};

static void row_forget(struct sql *sql)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (sql->cells[i].len > 0) buf_clear(&sql->cells[i]);
        sql->null[i] = false;
    }
    sql->cell_count = 0;
    sql->bytes = 0;
}

static void statement_begin(struct sql *sql)
{
    sql->place = PLACE_START;
    sql->column_count = 0;
    sql->depth = 0;
    sql->copy = sql->stdin_word = sql->creates = sql->in_data = sql->lost = false;
    sql->table[0] = '\0';
}

/* Lose the row, and what is left of its statement's line. */
static void row_break(struct sql *sql)
{
    dump_out_broken(sql->out);
    row_forget(sql);
    sql->place = PLACE_OTHER;
    sql->lost = true;
    sql->depth = 0;
}

static void text_copy(char *out, size_t room, struct slice text)
{
    size_t len = text.len < room - 1 ? text.len : room - 1;
    if (len > 0) memcpy(out, text.at, len);
    out[len] = '\0';
}

static void columns_keep(struct sql *sql)
{
    if (sql->column_count == 0 || sql->table_count == DUMP_TABLES_MAX) return;
    struct table *table = &sql->tables[sql->table_count++];
    memcpy(table->name, sql->table, sizeof table->name);
    memcpy(table->columns, sql->columns, sizeof table->columns);
    table->count = sql->column_count;
}

static const struct table *table_find(const struct sql *sql, const char *name)
{
    for (size_t i = 0; i < sql->table_count; i++) {
        if (strcmp(sql->tables[i].name, name) == 0) return &sql->tables[i];
    }
    return NULL;
}

/* Rows of this statement's table follow: the sheet is told when that is another. */
static RESULT rows_begin(struct sql *sql)
{
    struct slice names[CELLS];
    const struct table *table = table_find(sql, sql->table);
    size_t count = sql->column_count;
    for (size_t i = 0; i < count; i++) names[i] = slice_text(sql->columns[i]);
    if (count == 0 && table) {
        count = table->count;
        for (size_t i = 0; i < count; i++) names[i] = slice_text(table->columns[i]);
    }
    if (sql->any_shown && strcmp(sql->shown, sql->table) == 0 && sql->shown_count == count) return OK;
    memcpy(sql->shown, sql->table, sizeof sql->shown);
    sql->shown_count = count;
    sql->any_shown = true;
    return sheet_begin(sql->out->sheet, count > 0 ? names : NULL, count);
}

static RESULT row_end(struct sql *sql)
{
    struct slice cells[CELLS];
    if (sql->cell_count > CELLS) sql->cell_count = CELLS;
    for (size_t i = 0; i < sql->cell_count; i++)
        cells[i] = sql->null[i] ? (struct slice){0} : buf_slice(&sql->cells[i]);
    struct result given = dump_out_row(sql->out, sql->row_line, cells, sql->cell_count);
    row_forget(sql);
    return given;
}

static void column_add(struct sql *sql, struct slice name)
{
    if (sql->column_count == CELLS) return;
    text_copy(sql->columns[sql->column_count++], sizeof sql->columns[0], name);
}

static bool word_is(struct slice word, const char *text)
{
    return word.len == strlen(text) && strncasecmp((const char *)word.at, text, word.len) == 0;
}

/* Begins a part of CREATE TABLE that is no column. */
static bool is_constraint(struct slice word)
{
    static const char *const words[] = {"primary", "key",   "unique",   "constraint", "foreign",
                                        "check",   "index", "fulltext", "spatial",    "exclude"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (word_is(word, words[i])) return true;
    }
    return false;
}

static RESULT first_word(struct sql *sql, struct slice word)
{
    if (word_is(word, "insert") || word_is(word, "replace"))
        sql->place = PLACE_INTO;
    else if (word_is(word, "create"))
        sql->place = PLACE_CREATE;
    else if (word_is(word, "copy"))
        sql->place = PLACE_COPY;
    else
        sql->place = PLACE_OTHER;
    return OK;
}

/* CREATE TABLE IF NOT EXISTS name; of anything else that is created nothing is wanted. */
static RESULT create_word(struct sql *sql, struct slice word, bool quoted)
{
    static const char *const passed[] = {"if",   "not",      "exists", "temporary",
                                         "temp", "unlogged", "or",     "replace"};
    for (size_t i = 0; !quoted && i < COUNT_OF(passed); i++) {
        if (word_is(word, passed[i])) return OK;
    }
    if (sql->creates)
        text_copy(sql->table, sizeof sql->table, word);
    else if (!quoted && word_is(word, "table"))
        sql->creates = true;
    else
        sql->place = PLACE_OTHER;
    return OK;
}

/* Behind the table's name. */
static RESULT table_word(struct sql *sql, struct slice word, bool quoted)
{
    if (!quoted && (word_is(word, "values") || word_is(word, "value"))) {
        sql->place = PLACE_VALUES;
        return rows_begin(sql);
    }
    if (!quoted && (word_is(word, "select") || word_is(word, "set")))
        sql->place = PLACE_OTHER;
    else if (sql->before == '.')
        text_copy(sql->table, sizeof sql->table, word);
    return OK;
}

static void copy_word(struct sql *sql, struct slice word, bool quoted)
{
    if (sql->depth > 0)
        column_add(sql, word);
    else if (!quoted && word_is(word, "from"))
        sql->copy = true;
    else if (!quoted && sql->copy && word_is(word, "stdin"))
        sql->stdin_word = true;
    else if (!sql->copy)
        text_copy(sql->table, sizeof sql->table, word);
}

/* A word or quoted name in a statement. Of "db"."table" the last counts. */
static RESULT word_end(struct sql *sql, struct slice word, bool quoted)
{
    switch (sql->place) {
    case PLACE_START:
        return quoted ? OK : first_word(sql, word);
    case PLACE_INTO:
        if (!quoted && (word_is(word, "into") || word_is(word, "ignore") || word_is(word, "low_priority") ||
                        word_is(word, "delayed") || word_is(word, "only")))
            return OK;
        text_copy(sql->table, sizeof sql->table, word);
        sql->place = PLACE_TABLE;
        return OK;
    case PLACE_TABLE:
        return table_word(sql, word, quoted);
    case PLACE_COLUMNS:
        column_add(sql, word);
        return OK;
    case PLACE_CREATE:
        return create_word(sql, word, quoted);
    case PLACE_DEFINE:
        if (sql->depth == 1 && sql->first && (quoted || !is_constraint(word))) column_add(sql, word);
        sql->first = false;
        return OK;
    case PLACE_COPY:
        copy_word(sql, word, quoted);
        return OK;
    case PLACE_VALUES: /* ON DUPLICATE KEY …, ON CONFLICT …, RETURNING … */
        if (!quoted) sql->place = PLACE_OTHER;
        return OK;
    case PLACE_ROW:
    case PLACE_DATA:
    case PLACE_OTHER:
        break;
    }
    return OK;
}

static void cell_put(struct sql *sql, struct slice text, bool word)
{
    if (sql->cell_count == 0 || sql->cell_count > CELLS) return;
    struct buf *cell = &sql->cells[sql->cell_count - 1];
    if (word && (word_is(text, "null") || word_is(text, "default"))) {
        sql->null[sql->cell_count - 1] = true;
        return;
    }
    if (word && (word_is(text, "n") || word_is(text, "e") || word_is(text, "_utf8") ||
                 word_is(text, "_utf8mb4") || word_is(text, "_binary")))
        return; /* what stands before a text */
    if (sql->depth == 1) buf_slice_put(cell, text);
}

static RESULT token_end(struct sql *sql)
{
    struct slice text = buf_slice(&sql->text);
    enum token token = sql->token;
    sql->token = TOKEN_NONE;
    struct result done = OK;
    if (sql->place == PLACE_ROW)
        cell_put(sql, text, token == TOKEN_WORD);
    else if (token == TOKEN_WORD || token == TOKEN_NAME)
        done = word_end(sql, text, token == TOKEN_NAME);
    buf_clear(&sql->text);
    if (sql->place != PLACE_ROW) sql->bytes = 0;
    return done;
}

static void row_open(struct sql *sql)
{
    row_forget(sql);
    sql->place = PLACE_ROW;
    sql->depth = 1;
    sql->cell_count = 1;
    sql->row_line = sql->line + 1;
}

static void paren_open(struct sql *sql)
{
    if (sql->place == PLACE_TABLE) {
        sql->place = PLACE_COLUMNS;
    } else if (sql->place == PLACE_VALUES) {
        row_open(sql);
    } else if (sql->place == PLACE_CREATE) {
        sql->place = sql->table[0] ? PLACE_DEFINE : PLACE_OTHER;
        sql->depth = 1;
        sql->first = true;
    } else if (sql->place == PLACE_ROW || sql->place == PLACE_DEFINE || sql->place == PLACE_COPY) {
        sql->depth++;
    }
}

static RESULT paren_close(struct sql *sql)
{
    if (sql->place == PLACE_COLUMNS) {
        sql->place = PLACE_TABLE;
        return OK;
    }
    if (sql->depth > 0) sql->depth--;
    if (sql->place == PLACE_ROW && sql->depth == 0) {
        sql->place = PLACE_VALUES;
        return row_end(sql);
    }
    if (sql->place == PLACE_DEFINE && sql->depth == 0) {
        columns_keep(sql);
        sql->place = PLACE_OTHER;
    }
    return OK;
}

static RESULT statement_end(struct sql *sql)
{
    if (sql->place == PLACE_ROW) row_break(sql);
    bool data = sql->place == PLACE_COPY && sql->stdin_word;
    if (data) TRY(rows_begin(sql));
    statement_begin(sql);
    if (data) sql->place = PLACE_DATA;
    return OK;
}

static RESULT mark(struct sql *sql, uint8_t byte)
{
    switch (byte) {
    case '(':
        paren_open(sql);
        return OK;
    case ')':
        return paren_close(sql);
    case ',':
        if (sql->place == PLACE_ROW && sql->depth == 1 && sql->cell_count <= CELLS) sql->cell_count++;
        if (sql->place == PLACE_DEFINE && sql->depth == 1) sql->first = true;
        return OK;
    case ';':
        return statement_end(sql);
    default:
        return OK;
    }
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
        return mark(sql, byte);
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
        statement_begin(sql);
        return OK;
    }
    struct slice rest = *text;
    row_forget(sql);
    while (sql->cell_count < CELLS) {
        const uint8_t *tab = rest.len > 0 ? memchr(rest.at, '\t', rest.len) : NULL;
        struct slice field = slice_part(rest, 0, tab ? (size_t)(tab - rest.at) : rest.len);
        field_put(sql, sql->cell_count++, field);
        if (!tab) break;
        rest = slice_from(rest, field.len + 1);
    }
    sql->row_line = sql->line;
    return row_end(sql);
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
    statement_begin(sql);
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
            row_break(sql);
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
    if (sql->place == PLACE_ROW) row_break(sql);
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
