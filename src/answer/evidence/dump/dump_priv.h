/* Inside dump/ only: what every parser of a format is given, and the parsers themselves. */
#ifndef AMN_ANSWER_EVIDENCE_DUMP_PRIV_H
#define AMN_ANSWER_EVIDENCE_DUMP_PRIV_H

#include "answer/evidence/dump/sheet.h"

enum {
    DUMP_ROW_BYTES_MAX = 64 * 1024, /* of one row: what is longer is broken */
    DUMP_LINE_BYTES_MAX = 8 * 1024, /* of a line of a list or a block */
    DUMP_DEPTH_MAX = 8,             /* of JSON */
    DUMP_TABLES_MAX = 32            /* of SQL, whose columns are remembered */
};

/* Where a parser's rows go, and what could not be read. Borrowed by the parser. */
struct dump_out {
    struct sheet *sheet;
    uint64_t rows, broken;
};

static inline RESULT dump_out_row(struct dump_out *out, uint64_t line, const struct slice *cells,
                                  size_t count)
{
    bool good = true;
    out->rows++;
    TRY(sheet_row(out->sheet, line, cells, count, &good));
    out->broken += !good;
    return OK;
}

static inline void dump_out_broken(struct dump_out *out)
{
    out->rows++;
    out->broken++;
}

/* Lines of a stream, without their ends: LF, CRLF or CR before LF. One that is too long comes as NULL, cut. */
struct lines {
    struct buf carry;
    uint64_t line;
    bool skip;
};
void lines_done(struct lines *lines);
RESULT lines_push(struct lines *lines, struct slice bytes,
                  RESULT (*each)(void *context, uint64_t line, const struct slice *text), void *context);
RESULT lines_end(struct lines *lines, RESULT (*each)(void *context, uint64_t line, const struct slice *text),
                 void *context);

/*
 * A parser of a stream of text: any pieces. All memory is its own, bounded by DUMP_ROW_BYTES_MAX and a constant. A
 * failure is the sink's.
 */
struct parser {
    RESULT (*push)(struct parser *parser, struct slice bytes);
    RESULT (*end)(struct parser *parser);
    void (*free)(struct parser *parser);
};

RESULT dump_csv_new(struct dump_out *out, struct parser **parser);
RESULT dump_json_new(struct dump_out *out, struct parser **parser);
RESULT dump_sql_new(struct dump_out *out, struct parser **parser);
/* mail:password and its like, whichever of : ; | stands between. */
RESULT dump_list_new(struct dump_out *out, struct parser **parser);
/* Blocks of "URL: …", "Username: …", "Password: …" as stealers leave them. */
RESULT dump_blocks_new(struct dump_out *out, struct parser **parser);

/* The label of a line of such a block, as its column; -1 when it has none. `value`: what stands behind it. */
enum { BLOCK_URL, BLOCK_LOGIN, BLOCK_PASSWORD, BLOCK_APPLICATION, BLOCK_COLUMNS };
int block_label(struct slice line, struct slice *value);

/* The parts of a list's line: [0] the login, [1] what stands behind it, [2] an address before it. How many are filled. */
size_t list_split(struct slice line, struct slice parts[3]);

#endif
