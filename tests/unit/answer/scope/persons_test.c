/* Accounts into persons: against plain merging over every pair of accounts, until nothing merges any more. */
#include "log.h"

#include "answer/scope/persons.h"

enum { ACCOUNTS = 300, VALUES = 400, EXACT = 0x102, CANONICAL = 0x142, PHONE = 0x103, TAGS_EACH = 3 };

static const struct person_rule rules[] = {{.field = 2, .why = "", .indexes = {{EXACT, CANONICAL}, 2}},
                                           {.field = 3, .why = "", .indexes = {{PHONE}, 1}}};

struct account {
    struct tag_row tags[TAGS_EACH];
    size_t count;
    size_t person; /* the lowest account of theirs */
};

struct street {
    struct log log;
    struct account at[ACCOUNTS];
    size_t count;
};

static bool same_kind(uint32_t a, uint32_t b)
{
    return (a == PHONE) == (b == PHONE);
}

static bool same_value(const struct tag_row *a, const struct tag_row *b)
{
    return same_kind(a->index, b->index) && memcmp(a->tag, b->tag, TAG_BYTES) == 0;
}

static bool has(const struct account *account, const struct tag_row *value)
{
    for (size_t i = 0; i < account->count; i++)
        if (same_value(&account->tags[i], value)) return true;
    return false;
}

static size_t have(const struct street *street, const struct tag_row *value)
{
    size_t count = 0;
    for (size_t i = 0; i < street->count; i++) count += has(&street->at[i], value);
    return count;
}

static bool share(const struct street *street, size_t a, size_t b)
{
    for (size_t i = 0; i < street->at[a].count; i++) {
        const struct tag_row *value = &street->at[a].tags[i];
        if (has(&street->at[b], value) && have(street, value) <= PERSON_ACCOUNTS_MAX) return true;
    }
    return false;
}

static void merge_plainly(struct street *street)
{
    static bool shared[ACCOUNTS][ACCOUNTS];
    for (size_t a = 0; a < street->count; a++) {
        street->at[a].person = a;
        for (size_t b = 0; b < street->count; b++) shared[a][b] = share(street, a, b);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t a = 0; a < street->count; a++) {
            for (size_t b = 0; b < street->count; b++) {
                if (!shared[a][b] || street->at[a].person <= street->at[b].person) continue;
                street->at[a].person = street->at[b].person;
                changed = true;
            }
        }
    }
}

/* Few values for some accounts, one value for very many, and of an e-mail sometimes its canonical form as well. */
static void account_make(struct street *street, struct prop_rng *rng)
{
    struct account *account = &street->at[street->count];
    uint64_t number = log_person(street->count++);
    *account = (struct account){.count = 0};
    for (size_t more = prop_below(rng, TAGS_EACH + 1); more > 0; more--) {
        static const uint32_t indexes[] = {EXACT, CANONICAL, PHONE};
        struct tag_row row = {.index = indexes[prop_below(rng, 3)], .no = {number}, .since_s = 1};
        be64_put(row.tag, prop_below(rng, 6) ? prop_below(rng, VALUES) + 1 : UINT64_MAX);
        bool there = false;
        for (size_t i = 0; i < account->count; i++)
            there |= account->tags[i].index == row.index && same_value(&account->tags[i], &row);
        if (there) continue;
        account->tags[account->count++] = row;
        assert_ok(street->log.store->tag->add(street->log.store, &row));
    }
}

/* Three random classes that are all of the accounts; of persons each is where their first one is. */
static void check_classes(const struct street *street, const struct persons *persons, struct prop_rng *rng)
{
    struct set classes[3] = {{0}};
    SCOPED(set_done) struct set counted = {0};
    size_t best[ACCOUNTS], want[3] = {0}, all = 0;
    for (size_t i = 0; i < street->count; i++) best[i] = 3;
    for (size_t i = 0; i < street->count; i++) {
        size_t class = prop_below(rng, 3), person = street->at[i].person;
        (void)set_add(&classes[class], log_person(i));
        if (class < best[person]) best[person] = class;
    }
    for (size_t i = 0; i < street->count; i++) {
        if (best[i] < 3) want[best[i]]++;
        all += street->at[i].person == i;
    }
    assert_int_equal(want[0] + want[1] + want[2], all);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(persons_among(persons, &classes[i], &counted), want[i]);
        set_done(&classes[i]);
    }
}

static void check_street(struct street *street, struct prop_rng *rng)
{
    SCOPED(persons_done) struct persons persons = {0};
    uint64_t last = log_person(street->count - 1);
    assert_ok(persons_find(street->log.store, rules, COUNT_OF(rules), last, &persons));
    for (size_t a = 0; a < street->count; a++) {
        bool alone = true;
        for (size_t b = 0; b < street->count; b++)
            alone &= a == b || street->at[a].person != street->at[b].person;
        assert_int_equal(set_has(&persons.merged, log_person(a)), !alone);
    }
    for (int i = 0; i < 5; i++) check_classes(street, &persons, rng);
}

static void merges_as_pairs_do(void **state)
{
    (void)state;
    static struct street street;
    PROPERTY(12, rng) {
        log_begin(&street.log);
        struct store *store = street.log.store;
        street.count = 0;
        size_t most = 1 + prop_below(&rng, ACCOUNTS);
        assert_ok(store->batch->begin(store));
        while (street.count < most) account_make(&street, &rng);
        assert_ok(store->batch->commit(store));
        merge_plainly(&street);
        check_street(&street, &rng);
        log_end(&street.log);
    }
}

static void a_value_of_many_is_nobodys(void **state)
{
    (void)state;
    static struct log log;
    SCOPED(persons_done) struct persons persons = {0}, after = {0};
    SCOPED(set_done) struct set everybody = {0}, counted = {0}, again = {0};
    log_begin(&log);
    assert_ok(log.store->batch->begin(log.store));
    for (uint64_t no = 1; no <= PERSON_ACCOUNTS_MAX; no++) {
        struct tag_row row = {.index = PHONE, .tag = {7}, .no = {no}, .since_s = 1};
        assert_ok(log.store->tag->add(log.store, &row));
        (void)set_add(&everybody, no);
    }
    assert_ok(persons_find(log.store, rules, COUNT_OF(rules), PERSON_ACCOUNTS_MAX, &persons));
    assert_int_equal(persons_among(&persons, &everybody, &counted), 1);
    struct tag_row one_more = {.index = PHONE, .tag = {7}, .no = {PERSON_ACCOUNTS_MAX + 1}, .since_s = 1};
    assert_ok(log.store->tag->add(log.store, &one_more));
    (void)set_add(&everybody, PERSON_ACCOUNTS_MAX + 1);
    assert_ok(persons_find(log.store, rules, COUNT_OF(rules), PERSON_ACCOUNTS_MAX + 1, &after));
    assert_int_equal(persons_among(&after, &everybody, &again), PERSON_ACCOUNTS_MAX + 1);
    assert_int_equal(after.too_common, 1);
    assert_ok(log.store->batch->commit(log.store));
    log_end(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_as_pairs_do),
        cmocka_unit_test(a_value_of_many_is_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
