/*
 * One line of an incident: what was seen, done, decided, by whom, from which source, how sure. Kinds are lines.def,
 * members members.def. In clear only while it is read or written; stored sealed (answer/incident/incident.h).
 *
 * Main calls: line_write(), line_read(), line_fits(). Example:
 *     struct line line = {.kind = LINE_NOTE, .time_us = now, .author = reader->no, .text = text};  line_write(&line, &out);
 */
#ifndef AMN_ANSWER_INCIDENT_LINE_H
#define AMN_ANSWER_INCIDENT_LINE_H

#include "base/arena.h"
#include "base/asks.h"

enum line_kind {
#define LINE(NAME, number, name, path, takes, needs, states, about) LINE_##NAME = (number),
#include "answer/incident/lines.def"
#undef LINE
};

enum {
    LINE_TEXT_BYTES_MAX = 4000,
    LINE_NAME_BYTES_MAX = 100,
    LINE_EVIDENCE_MAX = 32,
    LINE_BODY_BYTES_MAX = 1 << 20
};

/* Absent members are zero or empty and not written. Slices borrow. */
struct line {
    uint64_t n,
        entry; /* its number from 1, and the ledger entry that carries its hash: not part of what is sealed */
    enum line_kind kind;
    int64_t time_us;
    uint64_t author; /* reader_no() */
#define MEMBER_TYPE_TEXT struct slice
#define MEMBER_TYPE_BYTES struct slice
#define MEMBER_TYPE_WHO uint64_t
#define MEMBER_TYPE_TIME int64_t
#define MEMBER_TYPE_NUMBER uint64_t
#define MEMBER_TYPE_FLAG bool
#define MEMBER_TYPE_TEXTS struct texts
#define LINE_MEMBER(number, TYPE, name) MEMBER_TYPE_##TYPE name;
#include "answer/incident/members.def"
#undef LINE_MEMBER
};

struct line_row {
    enum line_kind kind;
    const char *name, *path, *takes, *needs, *states;
};

enum line_type {
    LINE_TYPE_TEXT,
    LINE_TYPE_WHO,
    LINE_TYPE_TIME,
    LINE_TYPE_NUMBER,
    LINE_TYPE_FLAG,
    LINE_TYPE_BYTES,
    LINE_TYPE_TEXTS
};

/* The i-th member of members.def, as this line has it; `at` points at it. NULL name: there is none of that number. */
struct line_value {
    const char *name;
    enum line_type type;
    const void *at;
    bool there;
};
struct line_value line_value(const struct line *line, size_t i);

const struct line_row *line_rows(size_t *out_count);
const struct line_row *line_row(enum line_kind kind);  /* never NULL for a kind of lines.def */
const struct line_row *line_row_of(struct slice name); /* by name or path; NULL */
bool words_have(const char *words, struct slice word); /* is it one of those, set apart by blanks? */
struct slice words_first(const char *words);           /* empty of none */

/*
 * Does it have what its row says: only members that it takes, all that it needs, a state that there is?
 * MEMBER_UNKNOWN, MEMBER_MISSING, INVALID.
 */
RESULT line_fits(const struct line *line);

/* Append what is to be sealed, in deterministic CBOR. The members are within their bounds: ask_read() saw to it. */
void line_write(const struct line *line, struct buf *out);

/* Read it back. Texts borrow from `bytes`, lists live in `arena`. CORRUPT for what line_write() did not make. */
RESULT line_read(struct slice bytes, struct arena *arena, struct line *out);

#endif
