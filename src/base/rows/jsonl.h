/*
 * JSON lines, in a stream: one object a line, its members come out as named texts.
 *
 * Read are members with a text, number, true, false or null (an empty text); those inside a member "fields"; and the
 * items of the arrays "addresses" and "orders". A number comes out as the text it was written as. Depth, members and
 * length are bounded before the parser sees a line. Must never lose more than the line that is wrong. Main call:
 * jsonl_push().
 */
#ifndef AMN_BASE_ROWS_JSONL_H
#define AMN_BASE_ROWS_JSONL_H

#include "base/rows/columns.h"

enum {
    JSONL_DEPTH_MAX = 8,
    JSONL_VALUES_MAX = 1024, /* members and array items of one line, at any depth */
    JSONL_REASON_BYTES = 160
};

struct jsonl_value {
    struct slice name; /* of the member; empty for an item of "addresses" that is a text */
    struct slice text;
    enum target_group group; /* of the array it is in; TARGET_PLAIN outside */
    uint16_t item;           /* its place there */
    bool other;              /* an object or array, not a text: `text` is empty */
};

/* As struct csv_sink; the values live for the call. A failure of the sink ends the stream. */
struct jsonl_sink {
    void *context;
    RESULT (*row)(void *context, uint64_t line, const struct jsonl_value *values, size_t count);
    RESULT (*reject)(void *context, uint64_t line, const char *reason);
};

struct jsonl;

/* `out` is the caller's to free. `line_bytes_max` 1 … 2^30; memory stays below four times that. */
void jsonl_new(size_t line_bytes_max, struct jsonl_sink sink, struct jsonl **out);
RESULT jsonl_push(struct jsonl *jsonl, struct slice bytes); /* UTF-8; after a failure only jsonl_free() */
RESULT jsonl_end(struct jsonl *jsonl);                      /* the last line may lack its line end */
void jsonl_free(struct jsonl **jsonl);                      /* wipes what it holds */

#endif
