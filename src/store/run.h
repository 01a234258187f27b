/*
 * Storage of notice runs: what each is about, in which state every person of it is, and what hosts said. States are sets
 * in chunks of 65,536 numbers; only who is not where they should be has a row of their own. See store/store.h for the
 * rules.
 */
#ifndef AMN_STORE_RUN_H
#define AMN_STORE_RUN_H

#include "store/store.h"

/* Numbers are stored: never reuse one. */
enum run_state { RUN_DRAFT = 1, RUN_ASKED, RUN_SENDING, RUN_PAUSED, RUN_STOPPED, RUN_DONE };

/* Where a person of a run stands. Numbers are stored: never reuse one. */
enum person_state {
    PERSON_QUEUED = 1,
    PERSON_SENDING,  /* handed over; no word yet */
    PERSON_WAITING,  /* the host said: later */
    PERSON_UNKNOWN,  /* it may have arrived; it is sent again, as the same message */
    PERSON_ACCEPTED, /* the host took it */
    PERSON_REFUSED,  /* no host will take it */
    PERSON_BOUNCED,  /* it was taken, and came back */
    PERSON_NO_ADDRESS,
    PERSON_NO_CONSENT, /* to electronic notices, where a law wants it */
    PERSON_OTHERWISE,  /* reached another way */
    PERSON_GONE,       /* erased since */
    PERSON_STATES
};

struct run_row {
    uint32_t id;             /* from 1 */
    uint64_t incident, line; /* the incident's line that holds what it says */
    enum run_state state;
    int64_t made_us, started_us, ended_us;
    uint64_t entered;    /* the entries of its look hold everybody up to this number */
    uint64_t asked_by;   /* reader_no() of who asked to send it; 0: nobody yet */
    uint32_t day, today; /* so many were handed over on that day since 1970 */
};

/* Somebody of whom more is to be known than their state. */
struct run_odd {
    uint32_t run;
    struct subject_no no;
    int64_t due_us, made_us;   /* when to try again; when it was first tried */
    uint32_t attempts, doubts; /* doubts: how often it was unknown whether it arrived */
    uint16_t reply;
};

struct run_store {
    RESULT (*put)(struct store *store, const struct run_row *row); /* replaces */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct run_row *row), void *context);
    /* A chunk of those in a state; an empty bitmap takes it away. */
    RESULT(*chunk_put)
    (struct store *store, uint32_t run, enum person_state state, uint64_t chunk, struct slice bitmap);
    RESULT(*chunk_each)
    (struct store *store, uint32_t run,
     RESULT (*each)(void *context, enum person_state state, uint64_t chunk, struct slice bitmap),
     void *context);
    RESULT (*odd_put)(struct store *store, const struct run_odd *odd); /* replaces */
    RESULT(*odd_each)
    (struct store *store, uint32_t run, RESULT (*each)(void *context, const struct run_odd *odd),
     void *context);
    /* What hosts said of some, from number `first` to `last`, as one blob; `n` counts them in a run. */
    RESULT (*said_last)(struct store *store, uint32_t run, uint64_t *n); /* 0: none */
    RESULT(*said_add)
    (struct store *store, uint32_t run, uint64_t n, uint64_t entry, uint64_t first, uint64_t last,
     struct slice bytes);
    /* Those that may hold the number. */
    RESULT(*said_each)
    (struct store *store, uint32_t run, struct subject_no no,
     RESULT (*each)(void *context, uint64_t entry, struct slice bytes), void *context);
};

#endif
