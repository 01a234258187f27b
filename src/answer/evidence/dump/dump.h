/*
 * Dumps: the bytes of a file found somewhere go in, rows of known values come out. Format, encoding and what each column
 * holds are found by content. Pure: no keys, no store, no files; it runs in a child (answer/evidence/reader.h).
 *
 * Must never fail for what the bytes are: what cannot be read is counted as broken, and reading goes on. Memory stays
 * below some MB whatever comes. Main calls: dump_new(), dump_push(), dump_end(). Example:
 *     TRY(dump_new(sink, &dump));  while (more(&bytes)) TRY(dump_push(dump, bytes));  TRY(dump_end(dump));
 */
#ifndef AMN_ANSWER_EVIDENCE_DUMP_H
#define AMN_ANSWER_EVIDENCE_DUMP_H

#include "answer/evidence/dump/sheet.h"
#include "base/rows/encoding.h"

enum dump_format { DUMP_UNKNOWN, DUMP_CSV, DUMP_JSON, DUMP_SQL, DUMP_LIST, DUMP_BLOCKS };
enum { DUMP_FORMATS = 6, DUMP_HEAD_BYTES = 64 * 1024 };

const char *dump_format_name(enum dump_format format);

/* So far. `rows` holds `broken` and `unreadable` is of values: no telephone number though its column is one of those. */
struct dump_summary {
    enum dump_format format;
    enum encoding encoding;
    uint64_t bytes, rows, broken, unreadable;
};

struct dump;
/* `skip`: how many rows are passed over, counted down; borrowed. NULL: none. */
RESULT dump_new(struct sheet_sink sink, uint64_t *skip, struct dump **out);
void dump_free(struct dump **dump); /* wipes what it holds */
RESULT dump_push(struct dump *dump,
                 struct slice bytes); /* fails as the sink does, and without memory or converter */
RESULT dump_end(struct dump *dump);
struct dump_summary dump_summary(const struct dump *dump);

/* Which format a text begins as: the first DUMP_HEAD_BYTES of it are enough. */
enum dump_format dump_sniff(struct slice head);

#endif
