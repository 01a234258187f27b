/*
 * Storage of mails to send: a queue with what is known of each, and the sealed message while it is needed. Counts by
 * state and kind are kept beside, so that telling how long the queue is costs nothing. See store/store.h for the rules.
 */
#ifndef AMN_STORE_MAIL_H
#define AMN_STORE_MAIL_H

#include "store/store.h"

/* Numbers are stored: never reuse one. */
enum mail_state {
    MAIL_WAITING = 1,
    MAIL_SENDING, /* handed over, no word back yet */
    MAIL_SENT,
    MAIL_FAILED, /* refused for good, or given up */
    MAIL_UNKNOWN /* no word came back and none will: it may have arrived; it is sent again, as the same message */
};

struct mail_row {
    uint64_t id; /* from 1 */
    enum mail_state state;
    int64_t due_us;            /* when to send it; of SENT and FAILED: when to forget it */
    int64_t made_us;           /* when it was queued */
    uint32_t attempts;         /* begun so far */
    uint16_t kind;             /* which mail, never 0 */
    uint16_t reply;            /* the receiving server's last answer, 550; 0: none */
    struct subject_no subject; /* whom it is about; 0: staff */
    struct slice message;      /* sealed; empty once SENT or FAILED */
};

struct mail_store {
    RESULT (*last)(struct store *store, uint64_t *id); /* highest id there is; 0: none */
    RESULT (*add)(struct store *store, const struct mail_row *row);
    /* Write state, due_us, attempts and reply of the row of that id; SENT and FAILED empty its message. NOT_FOUND. */
    RESULT (*move)(struct store *store, const struct mail_row *row);
    /* Rows in `state` due by `now_us`, the longest due first, at most `most`. The row is borrowed. */
    RESULT(*due)
    (struct store *store, enum mail_state state, int64_t now_us, size_t most,
     RESULT (*each)(void *context, const struct mail_row *row), void *context);
    RESULT (*next)(struct store *store, enum mail_state state, int64_t *due_us); /* NOT_FOUND when none is */
    RESULT(*counts)
    (struct store *store, RESULT (*each)(void *context, enum mail_state state, unsigned kind, uint64_t count),
     void *context);
    RESULT (*drop_subject)(struct store *store, struct subject_no no, size_t *dropped); /* erasure */
    /* Forget up to `most` SENT and FAILED ones due by `now_us`. */
    RESULT (*sweep)(struct store *store, int64_t now_us, size_t most);
};

#endif
