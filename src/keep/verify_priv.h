/* Inside verify only: a shop under verification, shared by verify.c and verify_*.c. */
#ifndef AMN_KEEP_VERIFY_PRIV_H
#define AMN_KEEP_VERIFY_PRIV_H

#include "keep/access/authority.h"
#include "keep/leaves.h"
#include "keep/values.h"
#include "keep/verify.h"

#include <pthread.h>

enum {
    HANDS_MAX = 8,
    KNOWN_SLOTS = 1 << 18,
    PIECE_SUBJECTS = 1024,
    SUM_KEY_BYTES = 24,
    SET_KEPT_MAX =
        1024 /* subjects of a set that is held until its entry's turn; a larger one is read again */
};
#define NEVER UINT64_MAX

/* What one reader saw in the hour at hand, as entries say it and as it is stored. */
struct seen_group {
    uint64_t reader, full, masked;
    struct set subjects, stored;
};

/* An entry between work and settling. */
struct checked {
    struct entry entry;
    struct aside_read aside;
    bool read, opened; /* it is what its leaf says and can be read; so can what stands beside it */
    bool large;        /* its set was not held */
    bool bad;          /* there is a finding: one an entry is enough */
};

/* One thread, and what only it touches. */
struct hand {
    struct verify *verify;
    struct shop *shop;         /* of this thread, at the same moment as the others' */
    bool owns;                 /* and made for it: not the shop under verification itself */
    struct known *known;       /* direct-mapped by number: what its leaves take */
    struct hash *leaves;       /* of the entry at hand: SET_SUBJECTS_MAX */
    struct verify_report part; /* of the piece of work at hand */

    struct bundle bundle;
    struct buf tile; /* its leaves */
    struct checked checked[TILE_WIDTH];
    uint64_t rows_end; /* the number behind the last subject of the piece */
    bool rows_ended;   /* it was reached */
};

/* Work in pieces, of which every hand does some. `settle` runs one at a time, in order; NULL: there is no need. */
struct crew_job {
    RESULT (*work)(struct hand *hand, uint64_t piece);
    RESULT (*settle)(struct hand *hand, uint64_t piece);
};

struct crew {
    struct hand *hands;
    size_t count;
    const struct crew_job *job;
    bool ready;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t turned;
    uint64_t pieces, next, turn; /* all; the next to be taken; the next to be settled */
    struct result failed;
    char failed_text[FINDING_BYTES];
    size_t failed_len;
};

/* Arrays are by subject number. */
struct verify {
    const struct verify_options *options;
    struct verify_report *report;
    struct shop *shop;
    struct signed_state state; /* what the signed file says */
    bool state_known;

    struct crew crew;

    uint64_t *written; /* newest entry that wrote the subject's record; NEVER */
    uint64_t *tags;    /* sum over the tags it should have, less those it has; added to by any hand */
    uint8_t sum_key[SUM_KEY_BYTES]; /* drawn for this run: nobody can choose tags that add up */
    uint64_t room;                  /* of both */
    uint64_t last;                  /* highest subject number that an entry wrote */
    uint64_t incident_lines;        /* entries of such */
    uint64_t matter_lines;
    uint64_t made;     /* so many numbers at most were given out by the entries until now */
    int64_t before_us; /* time of the entry before */

    struct authority_list authority; /* every AUTHORITY entry of the walk */
    struct authority_head head;      /* over them */
    struct authority_head then;      /* as it was at the signed file's size */

    struct outside_check *outside; /* what OBSERVED entries say; verify_observed.c's */

    uint64_t upto; /* sightings are stored of entries below it */
    struct seen_group *groups;
    size_t group_count, group_cap;
    uint32_t hour, hour_next; /* of the groups; the first whose rows were not looked at */
    struct seen_span {        /* the same over the day and the month at hand, from the hours' */
        struct seen_group *groups;
        size_t count, cap;
        uint32_t first, next; /* hour it begins with; the first whose rows were not looked at */
    } spans[SPAN_COUNT];      /* that of SPAN_HOUR is empty */
    struct sightings_roll rolled;
};

/* A failure that says something about the stored bytes is a finding; any other ends the work. */
RESULT finding_of(struct verify *verify, struct result result);
/* The same while a hand works; told when its piece is settled. */
RESULT finding_by(struct hand *hand, struct result result);

/* How many hands are worth having here; 1 … HANDS_MAX. */
size_t crew_size(void);
/* A hand a view, all of one moment; verify->shop has the first, the others are taken. */
RESULT crew_make(struct verify *verify, struct store **views, size_t count);
/* Have all pieces done. The first failure ends it. */
RESULT crew_run(struct verify *verify, const struct crew_job *job, uint64_t pieces);
void crew_done(struct crew *crew);

/* Every entry and set, in order; fills what the others compare with. */
RESULT verify_entries(struct verify *verify);

/* Every tile, by one hand. */
RESULT verify_tiles(struct hand *hand);

/* Rows against what the entries said. */
RESULT verify_subjects(struct verify *verify);
RESULT verify_authority(struct verify *verify);
RESULT verify_checkpoints(struct verify *verify);
RESULT verify_signed(struct verify *verify);
RESULT verify_pin(struct verify *verify);

/* One look of the walk, in order of time; then the end of it. */
RESULT verify_seen(struct hand *hand, uint64_t index, const struct entry *entry,
                   const struct aside_read *aside);
RESULT verify_seen_end(struct verify *verify);
void verify_seen_done(struct verify *verify);

/* What stands beside an entry that was observed, by itself; then in order; then the end of the walk. */
RESULT verify_observed_entry(struct shop *shop, uint64_t index, const struct entry *entry,
                             const struct aside_read *aside);
RESULT verify_observed(struct hand *hand, uint64_t index, const struct entry *entry,
                       const struct aside_read *aside);
RESULT verify_observed_end(struct verify *verify);
void verify_observed_done(struct outside_check **check);

#endif
