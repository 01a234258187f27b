/*
 * The census: one pass over all records' heads, opening nothing. It tells who may have been exposed by the suspicion's
 * rules, and whose they are that were: status, country, language. Main call: scope_possible(). Example:
 *     TRY(scope_possible(&base, &suspicion, &scope, &census));
 */
#ifndef AMN_ANSWER_SCOPE_CENSUS_H
#define AMN_ANSWER_SCOPE_CENSUS_H

#include "answer/scope/scope.h"
#include "keep/record.h"

/* How many of some are known and possible by any field, or excluded by all. */
struct census_counts {
    uint64_t known, possible, excluded;
};

/* Those of one country, or of one language. */
struct census_row {
    char code[4]; /* empty: it was not said, or is not kept of the erased */
    struct census_counts counts;
};
enum { CENSUS_ROWS_MAX = 512 };

/* Of whom a record holds exactly these fields. */
struct census_held {
    uint64_t fields;
    struct set subjects;
};

struct census {
    struct census_counts by_state[SUBJECT_LINKED + 1]; /* by enum subject_state */
    struct census_row *countries, *languages;
    size_t country_count, language_count;
    struct set linked;  /* people whom a customer brought: no customers themselves */
    struct set later;   /* made behind the end of the suspicion, by themselves and not by an import */
    struct set before;  /* erased before its beginning */
    struct set changed; /* whose record changed since: what it held then is not known */
    struct census_held *held;
    size_t held_count, held_cap;
};
void census_done(struct census *census);

/*
 * Fill the parts of the suspicion's rules into `scope`, and the census. After scope_known() on the same base. `out` is
 * empty before, and census_done()'s to empty on failure too.
 *
 * A rule takes in whoever it cannot exclude. Records say when somebody was made; of those who came by an import, who may
 * be older than the vault, any earlier moment is held possible. What a record held before its last change is not kept:
 * of who changed since, every field that the rule is about is possible.
 *
 * TAMPERED when a record is none. Cost: about 0.3 us a customer.
 */
RESULT scope_possible(const struct scope_base *base, const struct suspicion *suspicion, struct scope *scope,
                      struct census *out);

/* Why customers are excluded from a field; together all of field->excluded. */
struct excluded_counts {
    uint64_t later;    /* they came behind the end */
    uint64_t before;   /* they were erased before the beginning */
    uint64_t not_held; /* they have no such field, and had none since the beginning */
    uint64_t not_seen; /* no look and no rule concerns them */
};
void census_excluded(const struct census *census, uint64_t fields, const struct set *excluded,
                     struct excluded_counts *out);

#endif
