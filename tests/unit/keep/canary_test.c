/* Canaries: how many there are and where, what honest work never meets of them, and how they give way. */
#include "people.h"

#include "keep/record.h"
#include "keep/watch/canary.h"

enum { MANY = 2000, SOME = 60 };

struct aviary {
    struct people people;
    char ids[SOME][ID_BYTES_MAX + 1];
};

static void begin(struct aviary *aviary)
{
    static const struct slice domain[] = {{(const uint8_t *)"mail.shop.example", 17}};
    struct canary_begin_ask ask = {.domains = {domain, 1}};
    struct people *people = &aviary->people;
    people_begin(people);
    struct buf bearer = TAKE(people->bearer); /* the operator sets it up */
    assert_int_equal(people_once(people, VERB_CANARY_BEGIN, &ask), CAUSE_OK);
    people->bearer = bearer;
}

static void make_some(struct aviary *aviary)
{
    for (size_t i = 0; i < SOME; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "R%03zu", i);
        people_make(&aviary->people, ref, aviary->ids[i]);
    }
}

/* The first canary up to there; there must be one. */
static struct subject_no first(const struct shop *shop)
{
    for (uint64_t no = 1; no <= shop->last.at; no++)
        if (canary_is(shop, (struct subject_no){no})) return (struct subject_no){no};
    fail_msg("no canary among %llu", (unsigned long long)shop->last.at);
    return (struct subject_no){0};
}

static void value_of(struct shop *shop, struct subject_no no, unsigned field, struct buf *out)
{
    struct record record;
    struct buf bytes = {0};
    SECRET data_key = {{0}};
    assert_ok(record_get(shop, no, false, &bytes, &record, NULL));
    assert_ok(record_unlock(shop, no, &record, &data_key));
    assert_ok(record_field(shop, no, &record, field, out));
    buf_done(&bytes);
}

static void one_stands_in_each_block_and_all_are_counted(void **state)
{
    (void)state;
    static struct aviary aviary;
    begin(&aviary);
    struct shop *shop = aviary.people.shop;
    uint64_t counted = 0, from = 0;
    for (uint64_t no = 1; no <= MANY; no++) {
        shop->last.at = no;
        counted += canary_is(shop, shop->last);
        assert_int_equal(canary_count(shop), counted);
        assert_int_equal(shop_customers(shop), no - counted);
        uint64_t size =
            no <= (uint64_t)CANARY_EVERY_FIRST * CANARY_FIRST_BLOCKS ? CANARY_EVERY_FIRST : CANARY_EVERY;
        if (no % size != (size == CANARY_EVERY ? 800 % CANARY_EVERY : 0)) continue;
        assert_int_equal(counted, from + 1);
        from = counted;
    }
    assert_int_equal(counted, CANARY_FIRST_BLOCKS + (MANY - 800) / CANARY_EVERY);
    shop->last.at = 0;
    people_end(&aviary.people);
}

static void they_are_made_with_the_customers_beside_them(void **state)
{
    (void)state;
    static struct aviary aviary;
    begin(&aviary);
    make_some(&aviary);
    struct shop *shop = aviary.people.shop;
    assert_int_equal(shop_customers(shop), SOME);
    for (uint64_t no = 1; no <= shop->last.at; no++) {
        struct record record;
        struct buf bytes = {0};
        assert_ok(record_get(shop, (struct subject_no){no}, false, &bytes, &record, NULL));
        /* one whose ref a customer after it came to want has given it away */
        assert_in_range(record.version, 1, canary_is(shop, (struct subject_no){no}) ? 2 : 1);
        buf_done(&bytes);
    }
    people_end(&aviary.people);
}

static enum cause look_for(struct aviary *aviary, const char *field, const struct buf *value)
{
    const struct lookup_ask ask = {
        .field = slice_text(field), .value = buf_slice(value), .purpose = SLICE_TEXT("support")};
    return people_once(&aviary->people, VERB_LOOKUP, &ask);
}

static void honest_work_meets_none_by_chance(void **state)
{
    (void)state;
    static struct aviary aviary;
    begin(&aviary);
    make_some(&aviary);
    struct shop *shop = aviary.people.shop;
    struct subject_no canary = first(shop), found[] = {{0}, canary};
    struct buf ref = {0}, email = {0};
    value_of(shop, canary, FIELD_REF, &ref);
    value_of(shop, canary, FIELD_EMAIL, &email);
    assert_int_equal(look_for(&aviary, "ref", &ref),
                     CAUSE_SUBJECT_UNKNOWN);                        /* a shop asks before it makes one */
    assert_int_equal(look_for(&aviary, "email", &email), CAUSE_OK); /* nobody types that by mistake */
    found[0] = people_no(&aviary.people, aviary.ids[0]);
    assert_int_equal(canaries_unfound(shop, true, found, COUNT_OF(found)), 1);
    assert_int_equal(found[0].at, people_no(&aviary.people, aviary.ids[0]).at);
    buf_done(&ref);
    buf_done(&email);
    people_end(&aviary.people);
}

static void one_gives_its_ref_away_to_a_customer(void **state)
{
    (void)state;
    static struct aviary aviary;
    char id[ID_BYTES_MAX + 1];
    begin(&aviary);
    make_some(&aviary);
    struct shop *shop = aviary.people.shop;
    struct subject_no canary = first(shop);
    struct buf ref = {0}, other = {0};
    value_of(shop, canary, FIELD_REF, &ref);
    people_make(&aviary.people, buf_c(&ref), id);
    value_of(shop, canary, FIELD_REF, &other);
    assert_false(slice_equal(buf_slice(&ref), buf_slice(&other)));
    assert_int_equal(look_for(&aviary, "ref", &ref), CAUSE_OK);
    assert_false(canary_is(shop, people_no(&aviary.people, id)));
    people_reopen(&aviary.people);
    assert_true(canary_is(aviary.people.shop, canary));
    assert_int_equal(shop_customers(aviary.people.shop), SOME + 1);
    buf_done(&ref);
    buf_done(&other);
    people_end(&aviary.people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_stands_in_each_block_and_all_are_counted),
        cmocka_unit_test(they_are_made_with_the_customers_beside_them),
        cmocka_unit_test(honest_work_meets_none_by_chance),
        cmocka_unit_test(one_gives_its_ref_away_to_a_customer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
