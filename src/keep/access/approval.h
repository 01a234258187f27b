/*
 * Approvals: tightening needs one person, loosening two. What is looser than before (a wider role, a bigger budget,
 * another target for mail) does not happen when it is asked: it waits for a second, named person, or, in a shop where
 * nobody else could say yes, for 24 hours that everybody is told about. Before the first member of staff is added
 * the shop is being set up, and loosening happens at once.
 *
 * An approval is an authority row: who asked, what would change, what it was then. A permission is one that changes
 * no row: it lets its asker look at more people than their role allows in one go, for a while.
 *
 * Main call: loosen(). Example, in a verb that has found the new row to be wider than the old:
 *     const struct loosening loosening = {AUTHORITY_SERVICE, service.id, buf_slice(&body),
 *                                         {LOOSENS_SERVICE, {SAID_TEXT(slice_text(service.name))}}, buf_slice(&changes)};
 *     TRY(loosen(batch, reader, &loosening, out, &put));
 *     if (!put) return OK;
 */
#ifndef AMN_KEEP_ACCESS_APPROVAL_H
#define AMN_KEEP_ACCESS_APPROVAL_H

#include "keep/access/authority.h"
#include "keep/access/loosening.h"

enum {
    APPROVAL_WAITS_DAYS = 7,
    APPROVAL_DELAY_HOURS = 24,
    APPROVALS_OPEN_MAX = 1000,
    APPROVALS_OF_ONE_MAX = 20, /* open ones that one reader asked for */
    APPROVAL_MINUTES_MAX = 1440,
    APPROVAL_MINUTES = 60 /* of a permission that names none */
};

enum approval_state {
    APPROVAL_WAITING = 1, /* for a second person */
    APPROVAL_DELAYED,     /* nobody else could say yes: takes effect by itself when due */
    APPROVAL_APPLIED,
    APPROVAL_CANCELLED,
    APPROVAL_LAPSED, /* nobody said yes in time, or the row had changed meanwhile */
    APPROVAL_PERMITTED
};

struct approval {
    uint32_t id;
    enum approval_state state;
    uint64_t asker; /* reader_no() */
    uint32_t persons[KEY_HOLDERS_MAX];
    size_t person_count;       /* the staff who may be behind the asker */
    uint32_t kind, row;        /* the authority row that would change; kind 0: a permission */
    uint64_t base;             /* entry that made that row as it stood; 0: there was none */
    int64_t asked_us, due_us;  /* waiting: it lapses then; delayed: it takes effect then */
    uint64_t decided_by;       /* reader_no(); 0: nobody yet, or the shop itself */
    int64_t decided_us;        /* 0: still open */
    uint64_t subjects_max;     /* of a permission */
    int64_t minutes, until_us; /* of a permission: how long, and until when once permitted */
    struct buf sealed;         /* what it is about in words, and the new body; under the staff key */
};

/*
 * A change of one authority row that makes it looser. Borrowed. `what` is one line without personal values, for everybody;
 * `changes` (keep/access/changes.h) is for those alone who may agree, and says it whole.
 */
struct loosening {
    enum authority_kind kind;
    uint32_t id;
    struct slice body;
    struct loosening_said what;
    struct slice changes;
};

/*
 * Loosen a row: at once while the shop is being set up, else file an approval and answer 202 with its id, its state
 * and when it takes effect or lapses.
 * @param put  true: the row is written and the receipt set; the caller goes on with its answer.
 *             false: `out` is the whole answer
 * TOO_MANY when APPROVALS_OPEN_MAX are open, or APPROVALS_OF_ONE_MAX of this reader.
 */
RESULT loosen(struct batch *batch, const struct reader *reader, const struct loosening *loosening,
              struct answer *out, bool *put);

/*
 * File one that takes effect by itself in a day, and that another than `asker` may approve before. Staff are mailed.
 * TOO_MANY as above.
 */
RESULT loosen_in_a_day(struct batch *batch, uint64_t asker, const struct loosening *loosening);

/*
 * May this reader look at `count` people at once, or be at `count` people today, beyond its role's own bound?
 * True while a permission of that size that it asked for itself is running.
 */
bool approval_permits(const struct access *access, uint64_t reader, uint64_t count, int64_t now_us);

/*
 * Let those take effect that are due, and those lapse that nobody approved. For upkeep, in a batch of its own.
 * @param due  true when it has put a row or ended an approval
 */
RESULT approvals_due(struct batch *batch, bool *due);

/* Does it still wait, for a person or for its day? */
bool approval_is_open(const struct approval *approval);

/* Take back one that is open, without asking who: for when its asker leaves. */
RESULT approval_take_back(struct batch *batch, const struct reader *reader, uint32_t id);

/* Approvals that are open, for metrics and the state of the shop. */
size_t approvals_open(const struct access *access);

#endif
