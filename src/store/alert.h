/*
 * Storage of what is told of alerts, of how far each sink was told, and of small counts by day. A telling is written in
 * the batch of what it tells of; sinks read behind each other at their own pace. See store/store.h for the rules.
 */
#ifndef AMN_STORE_ALERT_H
#define AMN_STORE_ALERT_H

#include "store/store.h"

struct telling_row {
    uint64_t id;   /* from 1, one behind the other */
    uint32_t sink; /* for it alone; 0: for every sink */
    int64_t time_us;
    struct slice body; /* CBOR */
};

/* How far a sink was told. */
struct sink_place {
    uint32_t sink;
    uint64_t next;      /* the first telling it does not have */
    uint64_t more;      /* tellings passed over, of which it must still be told how many they were */
    uint64_t told;      /* tellings that arrived */
    uint64_t folded;    /* passed over in all */
    uint32_t failures;  /* in a row */
    int64_t due_us;     /* not before */
    int64_t arrived_us; /* the latest; 0: never */
    bool gone;          /* its receiver said that it wants no more */
};

/* Numbers are stored: never reuse one. */
enum tally { TALLY_BUDGET_REFUSED = 1 };

struct alert_store {
    RESULT (*last)(struct store *store, uint64_t *id); /* highest id there is; 0: none */
    RESULT (*add)(struct store *store, const struct telling_row *row);
    /* Tellings for a sink from `from` on, ascending, at most `most`; sink 0: only those for all. The row is borrowed. */
    RESULT(*each)
    (struct store *store, uint32_t sink, uint64_t from, size_t most,
     RESULT (*each)(void *context, const struct telling_row *row), void *context);
    /* How many of those there are of `until_us` or before. */
    RESULT(*count)
    (struct store *store, uint32_t sink, uint64_t from, int64_t until_us, uint64_t *out);
    /* The id that stands behind the first `skip` of them. NOT_FOUND when there are no more. */
    RESULT (*behind)(struct store *store, uint32_t sink, uint64_t from, uint64_t skip, uint64_t *id);
    /* The first id of `from_us` or later, and of all. NOT_FOUND when there is none. */
    RESULT (*since)(struct store *store, int64_t from_us, uint64_t *id);
    /* Forget up to `most` of those below an id, or of `until_us` and before; the latest one always stays. */
    RESULT (*sweep)(struct store *store, uint64_t below, int64_t until_us, size_t most);

    RESULT (*place_get)(struct store *store, uint32_t sink, struct sink_place *out); /* NOT_FOUND */
    RESULT (*place_put)(struct store *store, const struct sink_place *place);        /* replaces */

    RESULT (*tally_add)(struct store *store, enum tally tally, uint32_t day, uint64_t n);
    RESULT (*tally_sum)(struct store *store, enum tally tally, uint32_t from_day, uint64_t *out);
    RESULT (*tally_sweep)(struct store *store, uint32_t before_day);
};

#endif
