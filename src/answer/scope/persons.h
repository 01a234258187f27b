/*
 * Persons among accounts: accounts that have a value in common now are taken for one person's. By tags of the blind index
 * alone: nothing is opened. Main calls: persons_find(), persons_among(). Example:
 *     TRY(persons_find(&base, &persons));  count = persons_among(&persons, &known, &counted);
 *
 * What it cannot know: one person with two mailboxes and two telephones; that a family shares a telephone.
 */
#ifndef AMN_ANSWER_SCOPE_PERSONS_H
#define AMN_ANSWER_SCOPE_PERSONS_H

#include "answer/scope/scope.h"

/* A value that more accounts have is no person's: a shop's own telephone, or one made up to get past a form. */
enum { PERSON_ACCOUNTS_MAX = 20 };

/* Fields that tell whose an account is, with their indexes. Each is merged by itself. */
struct person_rule {
    uint8_t field;
    const char *why;
    struct tag_indexes indexes;
};
enum { PERSON_RULES_MAX = 2 };

struct persons {
    uint32_t *parent; /* by subject number; 0: itself. The root of a person is their lowest account */
    uint64_t last;
    struct set merged;   /* accounts that are not their person's only one */
    uint64_t too_common; /* values that more accounts have than a person's may */
};
void persons_done(struct persons *persons);

/* What merges in this shop: present tags of e-mail and telephone, of the present epoch of their index. */
size_t person_rules(const struct shop *shop, struct person_rule out[PERSON_RULES_MAX]);

/*
 * Merge. `last` is the highest subject number; `out` is empty before, and persons_done()'s to empty on failure too.
 * Cost: 0.1 us of processor a tag, 4 bytes a customer.
 */
RESULT persons_find(struct store *store, const struct person_rule *rules, size_t rule_count, uint64_t last,
                    struct persons *out);

/*
 * How many persons have an account in `accounts` and none in `counted`, which their roots are added to: asked of known,
 * possible and excluded in this order, the three add up to all persons. Cost: 50 ns a merged account.
 */
uint64_t persons_among(const struct persons *persons, const struct set *accounts, struct set *counted);

#endif
