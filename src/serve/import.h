/*
 * Import: a customer list that streams in over HTTP becomes import asks of bounded size, and their answers one account.
 *
 * The list is not personal to the front: rows go on as they come, and nothing but line numbers and reasons is kept. Must
 * never hold more than one chunk and the parser's own room. Main calls: import_push(), import_answer(), import_reply().
 */
#ifndef AMN_SERVE_IMPORT_H
#define AMN_SERVE_IMPORT_H

#include "base/rows/rows.h"
#include "serve/reply.h"

enum {
    IMPORT_CHUNK_BYTES = 1024 * 1024, /* a chunk leaves at so many bytes of rows, or IMPORT_ROWS_MAX rows */
    IMPORT_FLIGHT_MAX = 4,            /* chunks without an answer; then reading waits */
    IMPORT_REFUSED_MAX = 1000,        /* refused rows that the account lists; the rest are counted */
    IMPORT_OPTION_BYTES_MAX = 4096
};

struct import_options {
    enum rows_format format;
    const char *map; /* NULL: headers speak for themselves */
    struct slice on_conflict;
    bool dry_run;
};

struct import_door {
    void *context;
    RESULT (*send)(void *context, const struct import_ask *ask); /* its failure ends the import */
};

struct import;

/* INVALID for a malformed map. Options are copied. */
RESULT import_new(const struct import_options *options, struct import_door door, struct import **out);
void import_free(struct import **import); /* wipes */

/* The next bytes; after a failure of parser, door or keeper they are dropped. */
void import_push(struct import *import, struct slice bytes);
void import_end(struct import *import); /* no more bytes: the last chunk leaves */

/* An answer to a chunk. A refusal ends the import. */
void import_answer(struct import *import, const struct answer_head *head, struct slice body,
                   struct slice checkpoint);
void import_fail(struct import *import, struct result failure); /* of this thread: its text is kept */
size_t import_in_flight(const struct import *import);

/* The account: 200, or the problem that ended it with the counts of what had gone in. All answers must be there. */
void import_reply(struct import *import, const char *id, struct reply *out);

#endif
