/* Inside keeper only: the open keeper, shared by keeper.c, run.c, home_verbs.c and upkeep.c. */
#ifndef AMN_KEEPER_PRIV_H
#define AMN_KEEPER_PRIV_H

#include "answer/bundle/verbs.h"
#include "answer/desk/verbs.h"
#include "answer/evidence/verbs.h"
#include "answer/export/verbs.h"
#include "answer/facts/verbs.h"
#include "answer/incident/verbs.h"
#include "answer/notice/verbs.h"
#include "answer/portal/verbs.h"
#include "answer/redress/verbs.h"
#include "answer/report/verbs.h"
#include "answer/scope/verbs.h"
#include "keep/country.h"
#include "keep/post.h"
#include "keep/verbs.h"
#include "keeper/errands.h"
#include "keeper/keeper.h"
#include "keeper/stretch.h"
#include "mail/bulk/bulk.h"
#include "send/carrier.h"

enum {
    STRANGERS_MAX = 256,
    STRANGER_TRIES_MAX = 1200 /* failed ones in a minute from one network */,
    UPKEEP_EVERY_US = 60 * 1000 * 1000,
    DOUBT_US = 5 * 1000 * 1000
};
enum {
    KEEPER_MAILS_MAX = 64, /* handed over in one commit */
    KEEPER_SENDS_MAX = 64, /* the same of alerts, and word of them that no commit has written down yet */
    KEEPER_WORD_MAX = 1024 /* word of mails that no commit has written down yet */
};

/* Requests without a good credential from one network in one minute: they become one entry. */
struct stranger {
    uint64_t reader; /* whose credential it was that is good no more; 0: nobody's */
    uint8_t network[NETWORK_BYTES];
    size_t shop; /* index into shops */
    int64_t minute;
    uint64_t count, noted; /* noted: of them, those that are an entry of their own already */
};

struct counters {
    uint64_t asks[VERB_COUNT][CODE_COUNT];
    uint64_t batches, commits_failed, redone;
    uint64_t commit_us; /* all together */
};

/* What stands between the sinks and the carrier. */
struct sending {
    struct send_done word[KEEPER_SENDS_MAX];
    size_t count, first; /* first: the shop whose turn comes first */
    int64_t after_us;    /* not before that is there another turn */
};

/* Jobs take a share of the time while asks come: one part in JOBS_SHARE. */
enum { JOBS_SHARE = 4 };
/* What stands between the notice runs and the sender for many. */
enum { NOTICING_WORD_MAX = BULK_IN_HAND_MAX };
struct noticing {
    struct bulk *bulk;
    struct carrier *hook;                     /* of text messages; NULL until there is one */
    int word_fd;                              /* epoll: readable when either of them has word */
    struct bulk_word word[NOTICING_WORD_MAX]; /* that no commit has written down yet */
    size_t count;
    int64_t after_us; /* not before that is there another turn */
};

struct keeper {
    struct noticing *noticing;   /* NULL: nothing is sent here */
    struct countries *countries; /* owned once it is open */
    struct keeper_options options;
    struct home *home;
    struct stretcher *stretcher; /* NULL: passwords are checked in place */
    struct errands *errands;     /* NULL: they are run in place */
    struct shop **shops;
    size_t shop_count;
    struct shop *portal;             /* the shop that the portal is of; NULL: there is none */
    struct mail_sender *closed_mail; /* for shops that are not served; borrowed while the home is opened */
    struct buf unserved;             /* which shops did not hold together, in words */
    struct stranger strangers[STRANGERS_MAX];
    size_t stranger_count;
    struct counters counters;
    int64_t doubted_us; /* a write failed then, and none was tried since; 0: no doubt */
    struct arena arena;
    const struct keeper_ask *soon; /* what the next run begins with; NULL: not known */
    const struct task *soon_task;  /* the same while this one runs, when it is a chunk of an import */
    int64_t started_us, upkeep_us;
    struct mail_done word[KEEPER_WORD_MAX];
    size_t word_count, mail_first; /* mail_first: the shop whose turn with the sender comes first */
    int64_t mail_us;               /* not before that is there another turn */
    struct sending sending;
    uint64_t jobs_batches; /* counters.batches at their last slice */
    int64_t jobs_us;       /* monotonic: not before that, while asks come */
    enum seal_kind seal;
};

/* One ask of a batch, and what becomes of it. */
struct task {
    const struct keeper_ask *from;
    struct slice
        bearer; /* as it came: of two asks with the same one and `from`, the same is true of who asks */
    struct ask_head head;
    union any_ask ask;
    struct shop *shop;           /* NULL: answered without one */
    bool done;                   /* its answer stands, whatever becomes of the batch */
    bool aside;                  /* it waits for its password or probes, and is answered another time */
    const struct probes *probes; /* to be tried once its batch is durable; NULL: none */
    struct answer answer;
};

/* Fill in a refusal: cause, text and problems, after a failed call. */
void task_refuse(struct task *task, struct result why);

/* Verbs on the home rather than a shop. True when the ask was one. */
bool home_verb(struct keeper *keeper, struct task *task);
RESULT verb_status(struct keeper *keeper, struct shop *shop, struct answer *out);

/* Run the tasks of one shop, in order, in as few commits as can be. */
void shop_run(struct keeper *keeper, struct shop *shop, struct task *tasks, size_t count);

/* Hand over what is due and write down what became of it. Microseconds until it wants to be called again; INT64_MAX. */
int64_t mails_turn(struct keeper *keeper);
/* The same of alerts. */
int64_t sends_turn(struct keeper *keeper);
/* What was being sent when the process before this one ended is marked as unknown. */
RESULT mails_recover(struct keeper *keeper, struct shop *shop);
/* Let the mails of a shop out that is not served, for some seconds, and append to `out` what became of them. */
void mails_of_closed(struct keeper *keeper, struct shop *shop, struct mail_sender *sender, struct buf *out);
/* Look at what was asked for at the portal, behind the answers. Microseconds until it wants to be called again; INT64_MAX. */
int64_t portal_turn(struct keeper *keeper);
/* The same of notices; the beginning and end of their sender, and what is readable when it has word. */
int64_t notices_turn(struct keeper *keeper);
RESULT notices_begin(struct keeper *keeper);
void notices_end(struct keeper *keeper);
int notices_fd(const struct keeper *keeper);
/* Stop and free the sender, and write down its last word. */
void mails_end(struct keeper *keeper);
/* The same of the carrier. */
void sends_end(struct keeper *keeper);

/* Go on with what takes longer than an ask: a slice a shop. Microseconds until it wants to be called again; INT64_MAX. */
int64_t jobs_turn(struct keeper *keeper);
/* Remove files that no job holds any more. */
void jobs_tidy(struct keeper *keeper, struct shop *shop);
VERB_FUNCTION(job_list);
VERB_FUNCTION(job_show);
VERB_FUNCTION(job_cancel);

/* Open a shop of the home, as the next one of the keeper. */
RESULT keeper_shop_open(struct keeper *keeper, const char *name);

/* Somebody was not let in: `reader` whose credential it was, 0 when it was nobody's. `noted`: that is an entry already. */
void stranger_count(struct keeper *keeper, struct shop *shop, const uint8_t network[NETWORK_BYTES],
                    uint64_t reader, bool noted);
/* How often nobody was let in from that network in this minute. */
uint64_t stranger_tries(const struct keeper *keeper, const struct shop *shop,
                        const uint8_t network[NETWORK_BYTES]);
size_t shop_place(const struct keeper *keeper, const struct shop *shop);

/* What a shop needs now and then: strangers' entries, sightings written, old replays forgotten. */
void evidence_tidy(struct keeper *keeper, struct shop *shop);
void shop_upkeep(struct keeper *keeper, struct shop *shop, bool all);

#endif
