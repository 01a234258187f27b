/* What words and marks mean in a statement of an SQL dump: its table, its columns, its rows. */
#include "answer/evidence/dump/sql_priv.h"

#include <string.h>
#include <strings.h>

void sql_row_forget(struct sql *sql)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (sql->cells[i].len > 0) buf_clear(&sql->cells[i]);
        sql->null[i] = false;
    }
    sql->cell_count = 0;
    sql->bytes = 0;
}

void sql_statement_begin(struct sql *sql)
{
    sql->place = PLACE_START;
    sql->column_count = 0;
    sql->depth = 0;
    sql->copy = sql->stdin_word = sql->creates = sql->in_data = sql->lost = false;
    sql->table[0] = '\0';
}

void sql_row_break(struct sql *sql)
{
    dump_out_broken(sql->out);
    sql_row_forget(sql);
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

RESULT sql_row_end(struct sql *sql)
{
    struct slice cells[CELLS];
    if (sql->cell_count > CELLS) sql->cell_count = CELLS;
    for (size_t i = 0; i < sql->cell_count; i++)
        cells[i] = sql->null[i] ? (struct slice){0} : buf_slice(&sql->cells[i]);
    struct result given = dump_out_row(sql->out, sql->row_line, cells, sql->cell_count);
    sql_row_forget(sql);
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

RESULT sql_word(struct sql *sql, struct slice word, bool quoted)
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

void sql_cell(struct sql *sql, struct slice text, bool word)
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

static void row_open(struct sql *sql)
{
    sql_row_forget(sql);
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
        return sql_row_end(sql);
    }
    if (sql->place == PLACE_DEFINE && sql->depth == 0) {
        columns_keep(sql);
        sql->place = PLACE_OTHER;
    }
    return OK;
}

static RESULT statement_end(struct sql *sql)
{
    if (sql->place == PLACE_ROW) sql_row_break(sql);
    bool data = sql->place == PLACE_COPY && sql->stdin_word;
    if (data) TRY(rows_begin(sql));
    sql_statement_begin(sql);
    if (data) sql->place = PLACE_DATA;
    return OK;
}

RESULT sql_mark(struct sql *sql, uint8_t byte)
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
