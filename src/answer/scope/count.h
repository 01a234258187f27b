/*
 * One count from beginning to end: what was found, how it differs from the count before, as it is stored and as it is
 * told. Main calls: count_make(), count_keep(), told_put(). Example:
 *     TRY(count_make(&base, &count));  TRY(count_keep(store, incident, 1, &count, hashes));
 */
#ifndef AMN_ANSWER_SCOPE_COUNT_H
#define AMN_ANSWER_SCOPE_COUNT_H

#include "answer/incident/kept_set.h"
#include "answer/scope/census.h"
#include "answer/scope/gaps.h"
#include "answer/scope/own_gaps.h"
#include "answer/scope/persons.h"
#include "store/exposure.h"

/* Of a set that was known of exactly these fields, by entries and observed lines. */
struct combination {
    uint64_t fields;
    struct set subjects;
};
enum { COMBINATIONS_MAX = 128 };

/* Where a subject stood and stands: enum scope_standing of the count before, and of this one. */
enum scope_standing { STANDING_NONE, STANDING_KNOWN, STANDING_POSSIBLE, STANDING_EXCLUDED, STANDING_COUNT };
struct moved {
    uint64_t by[STANDING_COUNT][STANDING_COUNT];
};

struct count {
    struct suspicion suspicion;
    struct scope scope;
    struct census census;
    struct persons persons;
    struct gaps gaps;
    struct own_gaps own;
    uint64_t entries; /* of the ledger, when it was made */
    struct combination combinations[COMBINATIONS_MAX];
    size_t combination_count;
    bool combinations_cut; /* there are more: those are in none */
};
void count_done(struct count *count);

/* Errors of scope_known(), scope_observed(), scope_possible(), own_gaps_suspect(). `out` is empty but for its suspicion, to which cases
 * are added where the vault's own log was lost. */
RESULT count_make(const struct scope_base *base, struct count *out);

/* The parts of a version, as scope_known() and the others had made them. NOT_FOUND: no such version; CORRUPT. */
RESULT count_load(struct store *store, uint64_t incident, uint32_t version, struct scope *out);

/* How many moved from where to where, of any of these fields. `before` NULL: there was no count. */
void count_moved(const struct scope *before, const struct scope *now, uint64_t fields, struct moved *out);

/* Part `i` as it is stored: the first, of no source, is everybody. Incident and version are the caller's to say. */
void count_part_row(const struct scope *scope, size_t i, const struct hash *hash,
                    struct exposure_part_row *out);

/* The name of each part's set, that of everybody first: one more than there are parts. */
void count_hashes(struct crypto *crypto, struct scope *scope, struct hash *out);

/* Write parts and sets, under those names, inside the open transaction. A set that is there already is not written again. */
RESULT count_keep(struct store *store, uint64_t incident, uint32_t version, struct count *count,
                  const struct hash *hashes);

/* What somebody's part in a version is: bits of fields. */
struct person_parts {
    bool there;                             /* the vault had them when it was counted */
    uint64_t full, masked, observed, found; /* known so */
    uint64_t possible;                      /* and not known */
    uint64_t by_case[SUSPICION_CASES_MAX];  /* fields that each case of a rule makes possible */
};
/* Cost: a stored chunk a part, about 5 us each. */
RESULT count_person(struct store *store, uint64_t incident, uint32_t version, struct subject_no no,
                    struct person_parts *out);

#endif
