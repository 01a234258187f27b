/*
 * Scope: from a suspicion to whose what was exposed. For each field the customers fall into three: *known* (an entry or
 * an observed line says so), *possible* (a rule says so, with its reason), *excluded* (neither does). Numbers and sets
 * only, over one moment of the shop; who may ask, and where it is kept, is decided elsewhere.
 *
 * Must never guess: what no source tells is excluded here, and said to be provable only as far as the vault can see.
 * Main calls: scope_known(), scope_possible(), scope_field(). Example:
 *     TRY(scope_known(&base, &suspicion, &scope));  TRY(scope_possible(&base, &suspicion, &scope, &census));
 */
#ifndef AMN_ANSWER_SCOPE_SCOPE_H
#define AMN_ANSWER_SCOPE_SCOPE_H

#include "answer/scope/suspicion.h"
#include "prove/sighting.h"

/* Where a part comes from. Numbers are stored: never reuse one. */
enum scope_source { SOURCE_ENTRIES = 1, SOURCE_OBSERVED = 2, SOURCE_RULE = 3, SOURCE_FOUND = 4 };

/* Subjects of whom one source exposed exactly these fields at a time. Parts overlap: somebody is looked at often. */
struct scope_part {
    enum scope_source source;
    uint32_t at;           /* of SOURCE_RULE: number of the suspicion's case; else 0 */
    uint64_t full, masked; /* of a rule: `full` alone */
    struct set subjects;
};

/* The first look of all that are counted. */
struct scope_trace {
    bool found;
    bool outside; /* a line of an outside log: known by its hour, and no entry of its own */
    int64_t time_us;
    uint64_t index, reader; /* the entry, and whose it is */
};

struct scope {
    struct scope_part *parts;
    size_t part_count, part_cap;
    struct set customers; /* everybody the vault ever had, by the moment of the count */
    struct scope_trace earliest;
    /* Lines of other systems' logs that told of fields, but of nobody who is held: what leaked may be larger by these. */
    struct {
        uint64_t lines, rows; /* and how many rows the logs say were returned */
        uint64_t named;       /* of the lines: they name somebody whom the shop does not hold */
    } nobody;
};
void scope_done(struct scope *scope);

/* The shop at one moment; borrowed. */
struct scope_base {
    struct store *store;
    struct ledger *ledger;
    struct sightings *sightings;     /* up to that moment */
    struct shop *shop;               /* for what logs of other systems told; NULL: nothing is asked of them */
    const struct scope_found *found; /* what the suspicion's files say; borrowed */
    size_t found_count;
};

/* People of whom a file that was found holds exactly these fields: a kept set. */
struct scope_found {
    uint64_t fields, count;
    struct hash set;
};

/* The part of these members; made when there is none. */
struct scope_part *scope_part(struct scope *scope, enum scope_source source, uint32_t at, uint64_t full,
                              uint64_t masked);

/*
 * Gather who is known from the ledger: whole hours from the sightings, the edges of a first and last hour, and all of
 * it when networks or purposes are named, from the entries.
 *
 * Errors are those of store and ledger; `out` is then scope_done()'s to empty.
 * Cost: 34 million looks over 150 days 20 to 200 ms; an entry that must be opened 1 us, with its network 3.
 */
RESULT scope_known(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out);

/*
 * Add who is known from logs of other systems. Lines are known by the hour: one that reaches into the suspicion's time
 * counts. Purposes no log tells, so where one is named no line counts; nor where only readers of the vault are named.
 */
RESULT scope_observed(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out);

/* Add who stands in files that were found. TAMPERED when a kept set is not as it was found. */
RESULT scope_found(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out);

/* From where the asker came is one of the suspected networks: aside says it; nothing aside, and it was this machine. */
bool network_meant(const struct suspicion *suspicion, const struct aside_read *aside);

/* One field's customers in three, disjoint and together all of them; known ones again in three. */
struct scope_field {
    struct set full;     /* seen in full, by an entry */
    struct set masked;   /* by an entry, but never in full */
    struct set observed; /* by a line of an outside log alone */
    struct set found;    /* by a file that was found alone */
    struct set possible;
    struct set excluded;
};
void scope_field_done(struct scope_field *field);

/* What the parts say of any of these fields, taken together. `out` is empty before. Cost: a union a part. */
void scope_field(const struct scope *scope, uint64_t fields, struct scope_field *out);

/* Everybody of whom any field is known, by whatever source. */
void scope_any_known(const struct scope *scope, struct set *out);

#endif
