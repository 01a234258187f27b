/*
 * Sessions: short credentials, "ams_…", that a key or a member of staff got for proving once who they are. They live
 * in memory alone, so a restart ends them, and so does a clock that is put back. What opened or ended one in a batch
 * that came to nothing is undone with it.
 *
 * The table is bounded, and nobody can crowd others out of it: whoever has SESSIONS_OF_ONE_MAX loses the oldest of
 * their own. Main calls: session_open(), session_find(). Example:
 *     struct session_terms terms = {.kind = READER_KEY, .id = key->id, .life_us = KEY_SESSION_US};
 *     TRY(session_open(shop, &terms, now_us, &token, &expires_us));
 */
#ifndef AMN_KEEP_ACCESS_SESSION_H
#define AMN_KEEP_ACCESS_SESSION_H

#include "keep/access/access.h"

#define KEY_SESSION_US (15 * MINUTE_US)
#define SESSION_ONCE_US MINUTE_US /* for how long what opened a session is known again */

enum {
    SESSIONS_MAX = 16384, /* a power of two: the low bits of a session's number are its place */
    SESSIONS_OF_ONE_MAX = 256,
    SESSION_ONCE_BYTES = 16,
    SESSION_BOOT_BYTES = 32,
    AMS_BYTES = 4 + 4 + AMK_SECRET_BYTES, /* shop tag, session number, secret */
    SESSION_CLOCK_BACK_S = 5              /* a clock put back by more ends all sessions */
};

struct session {
    uint32_t no;           /* from SESSIONS_MAX; 0: a free place */
    enum reader_kind kind; /* READER_KEY or READER_STAFF */
    uint32_t id;           /* of the key or the member of staff */
    struct hash mac;       /* HMAC(pepper, number and secret) */
    uint8_t once[SESSION_ONCE_BYTES];
    int64_t opened_us, expires_us, seen_us;
    int64_t idle_us;                /* longest pause between two uses; 0: any */
    bool bound;                     /* good from `network` only */
    uint8_t network[NETWORK_BYTES]; /* as network_block() */
    bool ended, fresh, ending;      /* fresh, ending: opened, ended in the open batch */
};

/* What a session is opened on. */
struct session_terms {
    enum reader_kind kind;
    uint32_t id;
    int64_t life_us;        /* above 0 */
    int64_t idle_us;        /* 0: it may rest */
    const uint8_t *network; /* NETWORK_BYTES whose network it is bound to; NULL: to none */
    const uint8_t
        *once; /* SESSION_ONCE_BYTES of the proof given, which opens one session only; NULL: any number */
};

struct sessions;
RESULT sessions_new(struct crypto *crypto, struct sessions **out); /* UNAVAILABLE without memory */
void sessions_free(struct sessions **sessions);

/* The batch in which sessions were opened or ended is durable, or is undone. */
void sessions_settle(struct sessions *sessions);
void sessions_undo(struct sessions *sessions);

/*
 * Open a session: its token is appended to `token`, its end goes to `expires_us`. The caller has checked who it is, and
 * writes the entry. CREDENTIAL_UNKNOWN when `once` has opened one already; TOO_BUSY when this reader opened
 * SESSIONS_OF_ONE_MAX, or all together SESSIONS_MAX, within SESSION_ONCE_US. Cost: a walk over the open sessions.
 */
RESULT session_open(struct shop *shop, const struct session_terms *terms, int64_t now_us, struct buf *token,
                    int64_t *expires_us);

/*
 * The live session of a token, or NULL; the same work whatever is wrong. It counts as a use. Whether it may be used from
 * this network is for the caller: session_here(). Lives until the next session_open().
 */
const struct session *session_find(struct shop *shop, struct slice token, int64_t now_us);
bool session_here(const struct session *session, const uint8_t network[NETWORK_BYTES]);

/* End one session, or all of a reader: at once, and for good when the batch is committed. */
void session_end(struct shop *shop, uint32_t no);
void session_end_of(struct shop *shop, enum reader_kind kind, uint32_t id);

/* What a browser must send beside the cookie that holds this token: HMAC(pepper, token), in hex, with its ending zero. */
void session_csrf(struct shop *shop, struct slice token, char out[CSRF_BYTES + 1]);

/* The entry of a session: for how long it may last; 0: it ended. Its receipt goes into the answer. */
struct batch;
struct answer;
void session_note(struct batch *batch, const struct reader *reader, int64_t life_us, struct answer *out);

/* Live sessions of a reader. */
size_t session_count_of(struct shop *shop, enum reader_kind kind, uint32_t id, int64_t now_us);

/*
 * The time as sessions see it, never behind what it was: a clock that is put back by more than SESSION_CLOCK_BACK_S ends
 * all sessions, and changes session_boot().
 */
int64_t sessions_now(struct sessions *sessions, int64_t now_us);

/*
 * What challenges of this start of the shop are made with: SESSION_BOOT_BYTES, anew at each start and when the clock was
 * put back, so that no challenge lives longer than it says. As long as the shop.
 */
const uint8_t *session_boot(const struct shop *shop);

#endif
