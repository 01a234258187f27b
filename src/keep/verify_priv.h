/* Inside verify only: a shop under verification, shared by verify.c and verify_*.c. */
#ifndef AMN_KEEP_VERIFY_PRIV_H
#define AMN_KEEP_VERIFY_PRIV_H

#include "keep/access/authority.h"
#include "keep/leaves.h"
#include "keep/values.h"
#include "keep/verify.h"

enum { KNOWN_SLOTS = 1 << 16 };
#define NEVER UINT64_MAX

/* What one reader saw in the hour at hand, as entries say it and as it is stored. */
struct seen_group {
    uint64_t reader, full, masked;
    struct set subjects, stored;
};

/* Arrays are by subject number. */
struct verify {
    const struct verify_options *options;
    struct verify_report *report;
    struct shop *shop;
    struct signed_state state; /* what the signed file says */
    bool state_known;

    struct known *known; /* direct-mapped by number: what its leaves take */
    uint64_t *written;   /* newest entry that wrote the subject's record; NEVER */
    uint64_t *tags;      /* sum over the tags it should have, less those it has */
    uint64_t room;       /* of both */
    uint64_t last;       /* highest subject number that an entry wrote */
    uint64_t made;       /* so many numbers at most were given out by the entries until now */
    struct hash *leaves; /* of the entry at hand: SET_SUBJECTS_MAX */
    int64_t before_us;   /* time of the entry before */
    struct prf *sum;     /* under a key drawn for this run: nobody can choose tags that add up */

    struct authority_list authority; /* every AUTHORITY entry of the walk */
    struct authority_head head;      /* over them */
    struct authority_head then;      /* as it was at the signed file's size */

    uint64_t upto; /* sightings are stored of entries below it */
    struct seen_group *groups;
    size_t group_count, group_cap;
    uint32_t hour, hour_next; /* of the groups; the first whose rows were not looked at */
};

/* Note what is wrong, and go on: the next one counts too. */
void verify_found(struct verify *verify, const char *shop, const char *text);
/* A failure that says something about the stored bytes is a finding; any other ends the work. */
RESULT finding_of(struct verify *verify, struct result result);

/* Every tile, entry and set, in order; fills what the others compare with. */
RESULT verify_tiles(struct verify *verify);
RESULT verify_entries(struct verify *verify);

/* Rows against what the entries said. */
RESULT verify_subjects(struct verify *verify);
RESULT verify_tags(struct verify *verify);
RESULT verify_authority(struct verify *verify);
RESULT verify_checkpoints(struct verify *verify);
RESULT verify_signed(struct verify *verify);
RESULT verify_pin(struct verify *verify);

/* One look of the walk, in order of time; then the end of it. */
RESULT verify_seen(struct verify *verify, uint64_t index, const struct entry *entry,
                   const struct aside_read *aside);
RESULT verify_seen_end(struct verify *verify);
void verify_seen_done(struct verify *verify);

#endif
