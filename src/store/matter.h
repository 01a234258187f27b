/*
 * Storage of matters: what somebody wants of the shop, each a row of numbers and lines of bytes that are added and never
 * changed. What a line says is sealed. See keep/matter.h, and store/store.h for the rules.
 */
#ifndef AMN_STORE_MATTER_H
#define AMN_STORE_MATTER_H

#include "store/store.h"

struct matter_row {
    uint64_t no;      /* from 1 */
    uint32_t kind;    /* enum matter_kind */
    uint64_t subject; /* whose; 0: of somebody who did not say who they are */
    uint64_t about;   /* what it hangs on, as its kind has it; 0: nothing */
    uint32_t state;   /* as its kind has them, from 1 */
    uint64_t owner;   /* reader_no() of who answers for it; 0: nobody yet */
    int64_t made_us;
    int64_t due_us;  /* 0: nothing is due any more */
    uint64_t amount; /* minor units; 0: none */
    uint32_t lines;
};

struct matter_line_row {
    uint64_t matter;
    uint32_t n; /* from 1, one behind the other */
    uint64_t entry;
    struct slice bytes;
};

typedef RESULT matter_each(void *context, const struct matter_row *row);
typedef RESULT matter_line_each(void *context, const struct matter_line_row *row);

/* What became of a pool's claims, counted as they come; from them, so it can be counted again. Amounts in minor units. */
struct matter_sums {
    uint64_t pool, claims, waiting, granted, shared;
};

struct matter_store {
    RESULT (*last)(struct store *store, uint64_t *no); /* 0: none */
    RESULT (*put)(struct store *store, const struct matter_row *row);
    RESULT (*get)(struct store *store, uint64_t no, struct matter_row *row); /* NOT_FOUND */
    /* Ascending, those behind `after`; of one kind, or of all (0). The row is borrowed; must not be called within itself. */
    RESULT (*each)(struct store *store, uint32_t kind, uint64_t after, matter_each *each, void *context);
    RESULT (*of_subject)(struct store *store, uint64_t subject, matter_each *each, void *context);
    /* Ascending, those of one kind that hang on the same, behind `after`. */
    RESULT(*of_about)
    (struct store *store, uint32_t kind, uint64_t about, uint64_t after, matter_each *each, void *context);
    /* Due by then, the longest due first. */
    RESULT (*due)(struct store *store, int64_t now_us, matter_each *each, void *context);
    RESULT (*line_add)(struct store *store, const struct matter_line_row *row);
    RESULT (*line_each)(struct store *store, uint64_t matter, matter_line_each *each, void *context);
    RESULT (*sums_put)(struct store *store, const struct matter_sums *row); /* replaces */
    RESULT (*sums_get)(struct store *store, struct matter_sums *row);       /* by row->pool; NOT_FOUND */
    /* The key that somebody's own words are sealed under, itself sealed. */
    RESULT (*key_put)(struct store *store, uint64_t matter, struct slice key);
    RESULT (*key_get)(struct store *store, uint64_t matter, struct buf *out); /* NOT_FOUND */
    RESULT (*key_drop)(struct store *store, uint64_t matter);
};

#endif
