/*
 * The keeper: the one process that holds keys, stores and ledgers. It takes ask frames in batches and gives answer
 * frames back, after the batch's commit and never before. It knows nothing of sockets (keeper/loop.h), so the
 * simulator drives it as it is. Single-threaded, but for reading and sealing the rows of an import (base/hands.h). Example: keeper_run(keeper, asks, count, sink);
 */
#ifndef AMN_KEEPER_KEEPER_H
#define AMN_KEEPER_KEEPER_H

#include "base/asks.h"
#include "base/clock.h"

enum { KEEPER_BATCH_MAX = 1024 }; /* asks in one batch */

struct keeper;
struct mail_sender;
struct carrier;
struct store;
struct stretched;
struct probes;
struct errand;

struct keeper_options {
    const char *home;
    struct slice passphrase; /* empty for a plain seal */
    struct clock clock;
    /* Opens the database of a shop; NULL: as it is. The simulator puts a store there that fails. */
    RESULT (*store_open)(void *context, const char *path, struct store **out);
    void *store_context;
    const char
        *listener; /* URL of its own front, where probes are tried; NULL: none. Borrowed as public_origin */
    struct slice
        public_origin; /* as browsers see the vault, for passkeys; empty: none. Borrowed as long as the keeper */
    bool portal;       /* there is one: portal_shop's, or the only shop's */
    struct slice portal_shop;    /* its name; empty: there is one shop alone */
    bool unwatched;              /* no detectors: tests that know every entry beforehand */
    struct countries *countries; /* of networks (keep/country.h); taken over once it is open. NULL: unknown */
    struct mail_sender *mail;    /* sends the shops' mails; taken over once it is open. NULL: they wait */
    struct carrier *carrier;     /* carries alerts out; taken over once it is open. NULL: they wait */
};

/* Take the home's lock, unseal, open every shop, check it and bring its ledger up. Errors as home_open(),
 * and CORRUPT (TAMPERED, LEDGER_BEHIND) when a shop does not hold together. */
RESULT keeper_open(const struct keeper_options *options, struct keeper **out);
void keeper_free(struct keeper **keeper);

/* Name of the n-th shop, from 0, whose store was found older than what had been signed, so that its ledger began a new
 * log at this start; NULL when there are no more. `keys_ended`: and no key of before is let in. To be said loudly. */
const char *keeper_reopened(const struct keeper *keeper, size_t n, bool *keys_ended);

/* The name of the i-th shop in whose database somebody wrote rows that give rights, and how many; NULL behind the last. */
const char *keeper_forged(const struct keeper *keeper, size_t i, uint64_t *rows);

/* Which shops are not served and why, in words; empty: all are. To be said loudly. */
struct slice keeper_unserved(const struct keeper *keeper);

struct keeper_ask {
    struct slice frame; /* without its length word; borrowed until keeper_run() returns */
    bool local;         /* from the home's own socket or process: no credential means the local operator */
    void *from;         /* handed back to the sink */
    const struct stretched *stretched; /* of one that was put aside for its password; NULL: new */
    const struct probes *probed;       /* of one whose probes were tried; NULL: none were */
    const struct errand *returned;     /* of one whose errand is done; NULL: none was run */
};

/*
 * Where answers go: whole frames, with their length word. Called once for every ask in order (but see
 * keeper_apart()), after the commit; a
 * checkpoint frame (ANSWER_CHECKPOINT) for the same `from` comes before the first answer that needs it.
 */
struct keeper_sink {
    void (*answer)(void *context, void *from, struct slice frame);
    void *context;
};

/*
 * From here on passwords are checked by a thread of their own, and what reads for long is read by another: such an ask is
 * put aside by keeper_run() and answered by keeper_resume(), so it may be answered after asks that came later. Without
 * this it is done in place, as the simulator wants it. @param out_fd  readable when keeper_resume() has something to do; the keeper's. UNAVAILABLE.
 */
RESULT keeper_apart(struct keeper *keeper, int *out_fd);
void keeper_resume(struct keeper *keeper, struct keeper_sink sink);
/* Whoever asked is gone: what was put aside for them is dropped. */
void keeper_forget(struct keeper *keeper, const void *from);

/*
 * The next run will begin with this ask, of somebody who asks in this one too: if it is the next part of an import, it is
 * read while this one is written. Only a hint; borrowed until the next keeper_run() returns. Call it just before.
 */
void keeper_soon(struct keeper *keeper, const struct keeper_ask *ask);

/* Run up to KEEPER_BATCH_MAX asks as one batch. Never fails as a whole: each ask gets an answer. */
void keeper_run(struct keeper *keeper, const struct keeper_ask *asks, size_t count, struct keeper_sink sink);

/* Work that waits for no ask: upkeep, mails. Cheap when there is none. Call it when the time it said is over, after a
 * batch, and when one of keeper_word_fd() is readable. Returns microseconds until it wants to be called again. */
int64_t keeper_idle(struct keeper *keeper);

/* One slice of the jobs that run: true while there is more. keeper_idle() does it too; who keeps no process running does
 * them to their end. */
bool keeper_jobs(struct keeper *keeper);

/* Readable when the sender of mails (0), the carrier of alerts (1) or the sender of notices (2) has something to tell; -1:
 * there is none. */
enum { KEEPER_WORD_FDS = 3 };
int keeper_word_fd(struct keeper *keeper, size_t which);

#endif
