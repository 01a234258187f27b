/*
 * What a file is packed in: gzip, xz, zip, 7z, tar within the first two, or nothing. Each member's bytes come out one
 * behind the other. Names of members are never looked at, nothing is written, an archive within one is passed over.
 *
 * Must never give out more than UNPACK_RATIO times the file and UNPACK_FREE_BYTES: what would be more is a bomb, and ends
 * the reading. For a child (answer/evidence/dump/reader.h). Main call: unpack_run().
 */
#ifndef AMN_ANSWER_EVIDENCE_UNPACK_H
#define AMN_ANSWER_EVIDENCE_UNPACK_H

#include "base/bytes.h"

enum unpack_kind { UNPACK_PLAIN, UNPACK_GZIP, UNPACK_XZ, UNPACK_ZIP, UNPACK_7ZIP, UNPACK_KINDS };
enum unpack_stop { UNPACK_WHOLE, UNPACK_BOMB, UNPACK_DAMAGED, UNPACK_TOO_MANY, UNPACK_STOPS };
enum {
    UNPACK_RATIO = 200,
    UNPACK_FREE_BYTES = 64 * 1024 * 1024,
    UNPACK_MEMBERS_MAX = 10000,
    UNPACK_PART_BYTES = 512 * 1024 /* read at once */
};

struct unpack_summary {
    enum unpack_kind kind;
    enum unpack_stop stop;
    uint64_t members, nested, bytes; /* nested: members that are archives themselves, passed over */
};

struct unpack_source {
    void *context;
    uint64_t size;
    /* `len` bytes from `at`, or up to the end; appended to `out`. */
    RESULT (*read)(void *context, uint64_t at, size_t len, struct buf *out);
};

struct unpack_sink {
    void *context;
    RESULT (*begin)(void *context); /* a member */
    RESULT (*bytes)(void *context, struct slice bytes);
    RESULT (*end)(void *context);
};

const char *unpack_kind_name(enum unpack_kind kind);
const char *unpack_stop_name(enum unpack_stop stop); /* "whole", "bomb", "damaged", "too_many" */
/* By its first bytes; UNPACK_PLAIN for anything else. */
enum unpack_kind unpack_sniff(struct slice head);

/* Fails as source and sink do, or without memory; what is wrong with the file stands in `out`. */
RESULT unpack_run(const struct unpack_source *source, const struct unpack_sink *sink,
                  struct unpack_summary *out);

#endif
