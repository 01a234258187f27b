/*
 * Storage of one shop. The headers speak the domain, one concept each, as a struct of functions; the backends
 * (store/sqlite/, later store/postgres/) hold the SQL. A caller never sees a row id, a statement or a database error.
 *
 * Everything written since begin() becomes durable in commit() or is gone after rollback(). One thread, one writer.
 * Must never decide anything: refusals are decided before a statement runs. Example:
 *     TRY(store->batch->begin(store));  TRY(store->subject->put(store, no, index, record));  TRY(store->batch->commit(store));
 */
#ifndef AMN_STORE_STORE_H
#define AMN_STORE_STORE_H

#include "base/bytes.h"

/* A subject's number: dense, per shop, from 1, internal. A type of its own, so that it is never mixed up. */
struct subject_no {
    uint64_t at;
};

struct store;

/* The transaction. After a failure inside one, rollback() is the only call that may follow. */
struct batch_store {
    RESULT (*begin)(struct store *store);
    RESULT(*commit)
    (struct store *store); /* durable when it returns OK; on failure everything is rolled back */
    void (*rollback)(struct store *store); /* also when nothing was begun */
    /* A long read of one moment: until view_end() every read sees the store as it was now. */
    RESULT (*view)(struct store *store);
    void (*view_end)(struct store *store);
    void (*close)(struct store **store);
    /* The one call from another thread: what is being read fails with UNAVAILABLE. What is read next does not. */
    void (*interrupt)(struct store *store);
    uint64_t (*bytes)(struct store *store); /* of the database on disk, for metrics */
    /*
     * Make sure that nothing deleted by a commit stands in a log of the database any more. Never waits: UNAVAILABLE
     * while a reader or another writer is in the way; then again later. Between transactions.
     */
    RESULT (*scrub)(struct store *store);
};

/* A few small named values of the shop, such as how far the sightings have been counted. Names are in the code. */
struct fact_store {
    RESULT (*get)(struct store *store, const char *name, uint64_t *out); /* NOT_FOUND when never put */
    RESULT (*put)(struct store *store, const char *name, uint64_t value);
};

struct subject_row {
    struct subject_no no;
    uint64_t entry; /* index of the ledger entry that wrote this record */
    struct slice record;
};

struct subject_store {
    RESULT (*last)(struct store *store, struct subject_no *out); /* 0 when there is none */
    RESULT(*get)
    (struct store *store, struct subject_no no, uint64_t *entry, struct buf *record); /* NOT_FOUND */
    RESULT (*add)(struct store *store, const struct subject_row *row);     /* a number that was never used */
    RESULT (*replace)(struct store *store, const struct subject_row *row); /* NOT_FOUND */
    /* Rows from `from` on, ascending, until `each` fails or the rows end. The row is borrowed. */
    RESULT(*each)
    (struct store *store, struct subject_no from,
     RESULT (*each)(void *context, const struct subject_row *row), void *context);
    /* SHA-256 of a record that a later one replaced: what `verify` needs to recompute an old import's leaf. */
    RESULT (*past_put)(struct store *store, struct subject_no no, uint64_t entry, const uint8_t hash[32]);
    RESULT (*past_get)(struct store *store, struct subject_no no, uint64_t entry, uint8_t hash[32]);
    /* Every entry whose record of the subject was replaced, ascending. */
    RESULT(*past_each)
    (struct store *store, struct subject_no no, RESULT (*each)(void *context, uint64_t entry), void *context);
    /* Leaves of an erased subject, kept because their salt is gone with the data key. */
    RESULT (*leaf_put)(struct store *store, struct subject_no no, uint64_t entry, const uint8_t leaf[32]);
    RESULT (*leaf_get)(struct store *store, struct subject_no no, uint64_t entry, uint8_t leaf[32]);
};

enum { TAG_BYTES = 16, TAG_SUBJECTS_MAX = 1000 };

/* Blind index tags: which subjects have a value now, or had it once (validity dates a leak). `index` names field,
 * kind of normalisation and key epoch in one number. */
struct tag_row {
    uint32_t index;
    uint8_t tag[TAG_BYTES];
    struct subject_no no;
    uint32_t since_s, until_s; /* seconds since 1970; until 0: still valid */
};

enum { TAG_INDEXES_MAX = 8 };
struct tag_indexes {
    uint32_t at[TAG_INDEXES_MAX];
    size_t count;
};

struct tag_store {
    /* Up to `room` subjects that have the tag now. TOO_MANY when there are more. */
    RESULT(*find)
    (struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES], struct subject_no *out, size_t room,
     size_t *count);
    /* The tag will be looked for or added a few calls from now: memory may be fetched ahead. Nothing else happens. */
    void (*soon)(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES]);
    RESULT (*add)(struct store *store, const struct tag_row *row);
    /* End a present tag at until_s: it moves to the past. NOT_FOUND when it was not there. */
    RESULT (*end)(struct store *store, const struct tag_row *row);
    /* Forget one present tag, without a past (erasure). */
    RESULT (*drop)(struct store *store, const struct tag_row *row);
    /* Since when a present tag of a subject is there, in row->since_s. NOT_FOUND. Cost as find(). */
    RESULT (*since)(struct store *store, struct tag_row *row);
    /* Every past tag once, in no order, with its validity. `each` must not write. */
    RESULT(*past_each)
    (struct store *store, RESULT (*each)(void *context, const struct tag_row *row), void *context);
    /* Forget all past tags of a subject (erasure). */
    RESULT (*drop_past)(struct store *store, struct subject_no no);
    /* Every present tag once, in no order, for checks. */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct tag_row *row), void *context);
    /*
     * Every present tag of these indexes once, in the order of tag and subject, whichever index it is of. `each` must
     * not write. A page of each run and index is held, and what is in memory: a few MB. 0.1 us a tag.
     */
    RESULT(*sorted)
    (struct store *store, const struct tag_indexes *indexes,
     RESULT (*each)(void *context, const struct tag_row *row), void *context);
    /* TAMPERED when what find() relies on would hide a present tag: order, fences, filters, counts. */
    RESULT (*check)(struct store *store);
};

#endif
