#include "answer/scope/persons.h"

#include "keep/values.h"

#include <stdlib.h>
#include <string.h>

void persons_done(struct persons *persons)
{
    free(persons->parent);
    set_done(&persons->merged);
    *persons = (struct persons){0};
}

size_t person_rules(const struct shop *shop, struct person_rule out[PERSON_RULES_MAX])
{
    out[0] = (struct person_rule){
        .field = FIELD_EMAIL,
        .why = "the same mailbox: what follows a + and, at gmail.com, dots make no other one",
        .indexes = {{tag_index(shop, FIELD_EMAIL, TAG_EXACT), tag_index(shop, FIELD_EMAIL, TAG_CANONICAL)},
                    2}};
    out[1] = (struct person_rule){.field = FIELD_PHONE,
                                  .why = "the same telephone",
                                  .indexes = {{tag_index(shop, FIELD_PHONE, TAG_EXACT)}, 1}};
    return PERSON_RULES_MAX;
}

/* Halves the way on its way. */
static uint32_t root_of(uint32_t *parent, uint32_t number)
{
    while (parent[number] != 0) {
        uint32_t above = parent[number];
        if (parent[above] != 0) parent[number] = parent[above];
        number = above;
    }
    return number;
}

struct merging {
    struct persons *persons;
    uint8_t tag[TAG_BYTES];
    uint32_t accounts[PERSON_ACCOUNTS_MAX + 1]; /* that have it */
    size_t count;
};

static void join(struct persons *persons, uint32_t a, uint32_t b)
{
    uint32_t x = root_of(persons->parent, a), y = root_of(persons->parent, b);
    (void)set_add(&persons->merged, a); /* several values may tell of it */
    (void)set_add(&persons->merged, b);
    if (x < y) persons->parent[y] = x;
    if (y < x) persons->parent[x] = y;
}

/* The accounts of the tag before are all there. */
static void settle(struct merging *merging)
{
    bool common = merging->count > PERSON_ACCOUNTS_MAX;
    merging->persons->too_common += common;
    for (size_t i = 1; i < merging->count && !common; i++)
        join(merging->persons, merging->accounts[0], merging->accounts[i]);
    merging->count = 0;
}

static RESULT tag_take(void *context, const struct tag_row *row)
{
    struct merging *merging = context;
    bool same = merging->count > 0 && bytes_equal_ct(merging->tag, row->tag, TAG_BYTES);
    if (row->no.at == 0 || row->no.at > merging->persons->last)
        return FAIL(TAMPERED, "index: a tag of a subject that is not there; see ledger verify");
    if (!same) settle(merging);
    memcpy(merging->tag, row->tag, TAG_BYTES);
    bool again = merging->count > 0 && merging->count <= PERSON_ACCOUNTS_MAX &&
                 merging->accounts[merging->count - 1] == row->no.at; /* by its canonical form as well */
    if (!again && merging->count <= PERSON_ACCOUNTS_MAX)
        merging->accounts[merging->count++] = (uint32_t)row->no.at;
    return OK;
}

RESULT persons_find(struct store *store, const struct person_rule *rules, size_t rule_count, uint64_t last,
                    struct persons *out)
{
    if (last >= UINT32_MAX) return FAIL(TOO_MANY, "persons: more than 2^32 customers are not merged");
    out->parent = calloc(last + 1, sizeof *out->parent);
    if (!out->parent) return FAIL(UNAVAILABLE, "persons: out of memory");
    out->last = last;
    for (size_t i = 0; i < rule_count; i++) {
        struct merging merging = {.persons = out};
        TRY(store->tag->sorted(store, &rules[i].indexes, tag_take, &merging));
        settle(&merging);
    }
    return OK;
}

struct among {
    const struct persons *persons;
    struct set *counted;
    uint64_t fresh;
};

static bool root_count(uint64_t number, void *context)
{
    struct among *among = context;
    among->fresh += set_add(among->counted, root_of(among->persons->parent, (uint32_t)number));
    return true;
}

uint64_t persons_among(const struct persons *persons, const struct set *accounts, struct set *counted)
{
    SCOPED(set_done) struct set some = {0};
    struct among among = {persons, counted, 0};
    set_union_in(&some, accounts);
    set_intersect_in(&some, &persons->merged);
    (void)set_each(&some, root_count, &among); /* it never ends early */
    return set_count(accounts) - set_count(&some) + among.fresh;
}
