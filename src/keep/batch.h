/*
 * A batch: what one commit makes durable for one shop. Verbs run in order in it; their answers wait in it; only
 * the keeper's batch_commit lets them out, after batch_settle() has flushed it. A failed one wipes them.
 * Main calls: batch_look(), batch_note(). Example: see reveal() in keep/reveal.c.
 */
#ifndef AMN_KEEP_BATCH_H
#define AMN_KEEP_BATCH_H

#include "base/cbor.h"
#include "keep/shop.h"
#include "send/probe.h"

#include <stdatomic.h>

enum { PROBLEMS_MAX = 16 };

/* One member of a request that is wrong: where, and what is the matter. Never a value. */
struct problem {
    char pointer[96];
    char detail[160];
    enum cause cause;
};

struct answer {
    struct answer_head head;
    struct buf body;               /* CBOR, or text or octets as head.shape says */
    size_t problem_count;          /* of a refusal */
    struct problem *problems;      /* PROBLEMS_MAX of them once there is one: nearly every answer has none */
    struct budget_refusal *budget; /* of a refusal with SPENT; in the batch's arena */
    uint64_t stranger;             /* of a refusal of a stranger: whose credential it was; 0: nobody's */
    int64_t keep_until_us;         /* how long an idempotency key gives it again; 0: a day */
    bool counted;                  /* of a refusal: it stands in an entry to come that counts many */
    bool secret;                   /* the body holds a secret: an idempotency key must not replay it */
};
void answer_wipe(struct answer *answer);

/* A set that was appended and counts as sightings once durable. */
struct pending_look {
    struct entry entry;
    struct sighted *set; /* in the arena */
    size_t count;
};

/* What a key asked for, which counts for the endpoint map once durable. */
struct pending_use {
    uint64_t reader, fields;
    uint32_t purpose;
};

/*
 * A password on its way through Argon2id, which takes far longer than a batch may. Where the keeper has a thread for that
 * (`stretch_later`), a verb that needs it fails at once with `wanted` set, before it wrote anything; the keeper puts the
 * ask aside and runs it again, from the start, with what came of it. Elsewhere it is done in place.
 */
enum { STRETCH_BYTES = 64, STRETCH_SALT_BYTES = 16 };
struct stretching {
    struct slice password; /* borrowed from the ask */
    uint8_t salt[STRETCH_SALT_BYTES];
    uint32_t memory_kib, passes; /* memory_kib 0: nothing is wanted */
    bool known;                  /* from a network where this person signed in before: it goes first */
};
struct stretched {
    uint8_t salt[STRETCH_SALT_BYTES], hash[STRETCH_BYTES];
    bool failed; /* for want of memory */
};

/*
 * Credentials to be tried from outside, which takes far longer than a batch may. Where the keeper knows its listener
 * (`probe_later`), a verb sets `probes` in the arena: if it then fails before it wrote anything, its ask is put aside
 * and run again with what was seen; if it succeeds, the same after its batch is durable, and that answer counts.
 */
enum { PROBES_MAX = 64, PROBE_TOKEN_BYTES = 100 };
struct probe {
    uint32_t key;
    enum probe_seen seen;
    char token[PROBE_TOKEN_BYTES];
};
struct probes {
    struct probe at[PROBES_MAX];
    size_t count;
};

/*
 * Reading that takes far longer than a batch may, such as a count of everybody. Where the keeper has a thread for it
 * (`errand_later`), a verb sets `errand` and fails before it wrote anything; the keeper puts the ask aside, has the errand
 * run on the shop as it is at one moment, and runs the ask again, from the start, with what came of it. Elsewhere it is
 * done in place. Two errands `about` the same are run one after the other, each once the ask of the one before is settled.
 */
struct errand {
    uint64_t about;
    RESULT (*run)(struct shop *view, void *state); /* `view` can only be read, and is of that thread alone */
    void (*free)(void *state);
    void *state;
    atomic_bool
        *stop; /* in the state: set when nobody waits for it any more. NULL: it only reads the store */
    enum cause failed; /* out: CAUSE_OK, or why there is nothing */
    struct buf why;    /* out: in words */
};
void errand_free(struct errand **errand);
/* What came of it: OK, or the failure of its run. */
RESULT errand_result(const struct errand *errand);

struct batch {
    struct shop *shop;
    struct arena *arena; /* lives until the answers are out */
    int64_t now_us;
    struct pending_look *looks;
    size_t look_count, look_cap;
    struct pending_use *uses;
    size_t use_count, use_cap;
    uint64_t writes;        /* store writes so far: a failure after one breaks the whole batch */
    struct subject_no last; /* shop->last when it began */
    struct pass_tally
        passes;     /* shop->passes when it began: what was counted goes with a batch that is undone */
    bool authority; /* readers in memory changed: load them again after a rollback */
    bool destroys;  /* something was deleted that must not be found in a log of the store */
    struct stretching wanted;
    const struct stretched *stretched; /* of the ask at hand; NULL: none yet */
    bool stretch_later;
    struct probes *probes;       /* wanted by the ask at hand; NULL: none */
    const struct probes *probed; /* what was seen for it; NULL: nothing yet */
    bool probe_later;
    struct errand *errand; /* wanted by the ask at hand, the batch's until it is put aside; NULL: none */
    const struct errand *returned; /* of the ask at hand, with what came of it; NULL: none yet */
    bool errand_later;
    uint64_t tried;                      /* of the lookup at hand: first 8 bytes of the tag of its value */
    uint32_t replays;                    /* answers kept for idempotency keys in it */
    size_t charged;                      /* mark of the reservations that stay though their ask is refused */
    uint64_t spent;                      /* asks in it that were refused for a budget */
    const struct import_ask *next_chunk; /* of the import that the ask at hand is a part of; NULL: none yet */
    bool begun;
};

RESULT batch_begin(struct shop *shop, struct arena *arena, struct batch *out);
/* Make it durable. Lets no answer out: that is for the keeper, whose batch_commit calls this; a home's own batches
 * have no answers. A failure has rolled back. */
RESULT batch_settle(struct batch *batch);
void batch_rollback(struct batch *batch); /* everything of it is gone, in memory too */
void batch_done(struct batch *batch);

/* After commits that destroyed something: have the store's log emptied. While a reader is in the way nothing happens, and
 * shop->unscrubbed stays; the keeper tries again every minute. */
void shop_scrub(struct shop *shop);

/* Append an entry by a reader. Looks among them are counted as sightings after the commit. */
void batch_append(struct batch *batch, const struct draft *draft, struct receipt *out);

/* Set the receipt flag, index and leaf hash of an answer. */
void batch_receipt(struct answer *answer, const struct receipt *receipt);

/* Add a problem to a refusal's list, while there is room. */
void batch_problem(struct answer *answer, struct result result, const char *pointer_format, ...)
    __attribute__((format(printf, 3, 4)));

/* Begin a draft for this reader: kind, reader, role, and from afar its network as a commitment. */
struct draft batch_draft(struct batch *batch, const struct reader *reader, enum entry_kind kind);
/* A text that stands aside, with its commitment in the entry. An empty one is passed over. */
void draft_text(struct draft *draft, enum commitment_kind kind, struct slice text);

/* TOO_BUSY with `wanted` set when it is for later; else as passphrase_stretch(). */
RESULT batch_stretch(struct batch *batch, const struct stretching *stretch, uint8_t out[STRETCH_BYTES]);

/* Before every write to the store within a verb. */
static inline struct store *batch_write(struct batch *batch)
{
    batch->writes++;
    return batch->shop->store;
}

#endif
