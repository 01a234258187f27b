/*
 * Exports: bulk readings of people, each an authority row. It is asked for, and a second person says yes: an approval
 * puts the row in its next state (keep/access/approval.h). What then reads the people and writes their file is
 * answer/export/. What a row says is sealed; in memory it is open, as the rest of a shop is.
 *
 * Whom an approved export showed counts in every budget of its asker, and for as long the limits of those are higher by
 * as many: two people said yes to that number, so it must neither go uncounted nor stop the shop's other work.
 *
 * Main calls: export_by_id(), export_put(), exports_allow(). Example:
 *     struct export next = *export;  next.state = EXPORT_STOPPED;  TRY(export_put(batch, reader, &next, &receipt));
 */
#ifndef AMN_KEEP_EXPORT_EXPORT_H
#define AMN_KEEP_EXPORT_EXPORT_H

#include "crypto/age.h"
#include "keep/access/authority.h"

/* Stored: never reuse a number. */
enum export_state {
    EXPORT_ASKED = 1, /* waits for its approval */
    EXPORT_APPROVED,
    EXPORT_RUNNING, /* some of its people are in the ledger */
    EXPORT_DONE,    /* its file is there, until it is EXPORT_HOURS old */
    EXPORT_STOPPED, /* by a containment, or as its asker may no longer */
    EXPORT_CANCELLED
};

enum export_who { EXPORT_ALL = 1, EXPORT_ACTIVE, EXPORT_CLOSED, EXPORT_LISTED, EXPORT_EXPOSED };

enum export_format { EXPORT_JSONL = 1, EXPORT_CSV };

/* Of EXPORT_EXPOSED: what the count of an incident says of a field. Bits. */
enum { EXPORT_KNOWN = 1, EXPORT_POSSIBLE = 2 };

/* Why it was stopped. Stored: never reuse a number. */
enum export_why { EXPORT_WHY_NONE, EXPORT_WHY_FROZEN, EXPORT_WHY_ASKER, EXPORT_WHY_COUNT };

enum {
    EXPORT_HOURS = 24, /* its file can be fetched for so long */
    EXPORT_FIELDS_MAX = 64,
    EXPORT_PARTS_MAX = 4096, /* entries, each with a set of at most SET_SUBJECTS_MAX */
    EXPORT_NOTE_BYTES_MAX = 2048
};

struct export
{
    uint32_t id;
    enum export_state state;
    uint64_t asker; /* reader_no() */
    uint32_t role;
    uint32_t persons[KEY_HOLDERS_MAX];
    size_t person_count; /* staff who may be behind the asker */
    int64_t asked_us;
    enum export_who who;
    enum export_format format;
    struct age_recipient recipient;
    uint64_t incident; /* of EXPORT_EXPOSED, and which count of it */
    uint32_t version;
    uint64_t exposed;                       /* bits of fields of which it must say ... */
    unsigned standing;                      /* ... one of these */
    struct subject_no last;                 /* nobody who came later */
    uint64_t asked_people;                  /* how many it was about when it was asked for */
    struct slice purpose, reason;           /* these borrow from `body` */
    struct slice fields[EXPORT_FIELDS_MAX]; /* as asked: email, email.mask, addresses */
    size_t field_count;
    struct slice listed; /* of EXPORT_LISTED: numbers of eight bytes, ascending */

    /* How far it is. */
    struct slice entries;   /* their indexes, eight bytes each */
    bool counted;           /* nobody is missing from them */
    uint64_t people;        /* in them */
    uint64_t full, masked;  /* fields that they show */
    struct subject_no upto; /* the last of them */
    int64_t logged_us;      /* the newest entry; 0: none */
    int64_t done_us;
    uint64_t bytes; /* of the file, its hash, and what the ledger's key signed of it */
    struct hash hash;
    struct slice note;
    enum export_why why;
    struct buf body;
};

struct exports;
RESULT exports_new(struct exports **out); /* UNAVAILABLE: no memory */
void exports_free(struct exports **exports);
void exports_drop(struct exports *exports); /* before rows are loaded anew */
RESULT export_take(struct shop *shop, uint32_t id, struct slice body);

size_t export_count(const struct shop *shop);
/* From 1. NULL: there is none. Lives until rows change. */
const struct export *export_by_id(const struct shop *shop, uint64_t id);

/* The row as it is stored: sealed. */
void export_write(struct shop *shop, const struct export *export, struct buf *out);
/* Write it with its entry, in the open batch: the row in memory is then this one. */
RESULT export_put(struct batch *batch, const struct reader *reader, const struct export *export,
                  struct receipt *out);

/* Is it somebody's own: by the same credential or one of its line, or by another of the same one person? */
bool export_is_of(const struct shop *shop, const struct export *export, const struct reader *reader);

/* Raise the limits of a budget by what approved exports counted in it and its windows still hold. */
void exports_allow(const struct shop *shop, enum budget_scope scope, uint64_t id, int64_t now_us,
                   struct limits *limits);

const char *export_state_name(enum export_state state);
const char *export_who_name(enum export_who who);
const char *export_why_words(enum export_why why);

#endif
