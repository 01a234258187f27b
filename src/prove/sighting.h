/*
 * Sightings: the index over the ledger that answers "this reader saw these fields of these subjects in this hour" as
 * sets, without opening a single entry. Counted in memory as entries become durable, written now and then, and made
 * again from the ledger if lost. Must never be taken for the truth: the ledger is. Main calls: sightings_add(),
 * sightings_each(). Example: `sightings_add(sightings, &entry, aside.set, aside.set_count);`
 */
#ifndef AMN_PROVE_SIGHTING_H
#define AMN_PROVE_SIGHTING_H

#include "base/set.h"
#include "prove/ledger.h"

struct sightings;

enum { SIGHTINGS_WRITE_AFTER = 200000, SIGHTINGS_GROUPS_MAX = 4096 };

/* Open the index and count what the ledger has gained since it was written last. */
RESULT sightings_open(struct store *store, struct ledger *ledger, struct sightings **out);
void sightings_free(struct sightings **sightings);

/* Those that are stored were counted from the entries below `out`. */
RESULT sightings_upto(struct store *store, uint64_t *out);

/* Count one durable entry's set. Entries that are no looks (create, import, erase …) are passed over. */
void sightings_add(struct sightings *sightings, const struct entry *entry, const struct sighted *set,
                   size_t count);

/* Is so much in memory that it should be written? */
bool sightings_full(const struct sightings *sightings);

/* Write what is in memory, with how far the ledger was counted, inside the open transaction; then tell that it holds. */
RESULT sightings_write(struct sightings *sightings, uint64_t upto);
void sightings_written(struct sightings *sightings);

/* How far rows of hours were united into those of days and months: up to before this chunk of this day. */
struct sightings_roll {
    uint32_t day; /* since 1970 */
    uint64_t chunk;
};
RESULT sightings_rolled(struct store *store, struct sightings_roll *out);

/*
 * Unite a few more rows of days that ended before `hour`, inside the open transaction, right after sightings_write().
 * Cost: bounded by SIGHTINGS_ROLL_ROWS rows and one chunk more, about 20 ms.
 */
enum { SIGHTINGS_ROLL_ROWS = 4096 };
RESULT sightings_roll(struct sightings *sightings, uint32_t hour);

/* One group: its set is borrowed for the call. */
struct sighting_group {
    uint64_t reader;
    uint32_t hour;
    uint64_t full, masked;
    const struct set *subjects; /* may be a part of the group: several calls for one group may come */
};

/* Every group of the hours, both ends included, from memory and store. */
RESULT sightings_each(struct sightings *sightings, uint32_t from_hour, uint32_t to_hour,
                      RESULT (*each)(void *context, const struct sighting_group *group), void *context);

/* Whose looks to go through, and over which hours, both ends included. */
struct sightings_within {
    uint32_t from_hour, to_hour;
    const uint64_t *readers; /* ascending; none: everybody's */
    size_t reader_count;
};

/*
 * Their groups, united over whole days and months wherever those lie within and were made: `hour` is then their first.
 * Cost: a row 1 to 4 us; of 34 million people seen over 150 days some 30,000 rows of days, 2,000 of months.
 */
RESULT sightings_within(struct sightings *sightings, const struct sightings_within *within,
                        RESULT (*each)(void *context, const struct sighting_group *group), void *context);

/* How many hours a span goes over; spans begin at multiples of it since 1970. */
uint32_t sighting_span_hours(enum sighting_span span);

/* Which groups to examine for a subject. */
struct sightings_range {
    uint32_t from_hour;
    size_t most;    /* stored groups of its chunk, up to the end of an hour; 0: no bound */
    bool cut;       /* out: the bound was met, */
    uint32_t until; /* out, if cut: and hours from here on were not examined */
};

/* Every group of a range that holds the subject, in no order. Cost: 5 us a group of the subject's chunk of 65,536. */
RESULT sightings_of(struct sightings *sightings, struct subject_no no, struct sightings_range *range,
                    RESULT (*each)(void *context, const struct sighting_group *group), void *context);

/*
 * Does this kind of entry count as a look at those in its set? It tells its reader of their values; or it gives a right
 * to look, then without any field; or it tells of looks outside the vault.
 */
bool entry_is_look(enum entry_kind kind);

/*
 * Under which reader the look is counted: the entry's own; of OBSERVED reader_no(READER_OUTSIDE, 0), which is nobody, in
 * the hour in which the log was read. Who saw what outside, and when, is in store/observed.h; the two never mix.
 */
uint64_t entry_sighted_by(const struct entry *entry);

#endif
