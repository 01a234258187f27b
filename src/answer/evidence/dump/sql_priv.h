/*
 * Inside the parser of SQL dumps only: sql_dump.c makes tokens of bytes, sql_statement.c knows what they mean in a statement.
 */
#ifndef AMN_ANSWER_EVIDENCE_SQL_PRIV_H
#define AMN_ANSWER_EVIDENCE_SQL_PRIV_H

#include "answer/evidence/dump/dump_priv.h"

enum { TABLE_NAME_BYTES = 128, CELLS = SHEET_COLUMNS_MAX };

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

void sql_statement_begin(struct sql *sql);
/* A word or quoted name in a statement. Of "db"."table" the last counts. */
RESULT sql_word(struct sql *sql, struct slice word, bool quoted);
/* A text, or with `word` a number or word, of the row at hand. */
void sql_cell(struct sql *sql, struct slice text, bool word);
/* One of ( ) , ; and what means nothing. */
RESULT sql_mark(struct sql *sql, uint8_t byte);

void sql_row_forget(struct sql *sql);
RESULT sql_row_end(struct sql *sql);
/* Lose the row, and what is left of its statement's line. */
void sql_row_break(struct sql *sql);

#endif
