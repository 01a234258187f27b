#include "answer/evidence/match_state.h"

#include "keep/field.h"
#include "prop.h"

static struct crypto *crypto;

struct shop_like {
    struct prf *prf[MATCH_KEYS];
    struct matcher *matcher;
};

static void make(struct shop_like *out)
{
    for (size_t i = 0; i < MATCH_KEYS; i++) {
        SECRET key = {{(uint8_t)(i + 1)}};
        assert_ok(prf_new(crypto, &key, &out->prf[i]));
    }
    assert_ok(matcher_new(1, &out->matcher));
}

static void done(struct shop_like *shop)
{
    for (size_t i = 0; i < MATCH_KEYS; i++) prf_free(&shop->prf[i]);
    matcher_free(&shop->matcher);
}

static void hold(struct shop_like *shop, uint32_t subject, enum match_key key, const char *value,
                 unsigned flags)
{
    const uint8_t version = 1;
    const struct slice parts[] = {{&version, 1}, slice_text(value)};
    struct hash tag = {{0}};
    prf_run(shop->prf[key], parts, COUNT_OF(parts), &tag);
    assert_ok(matcher_add(shop->matcher, tag.bytes, subject, flags));
}

static struct match *begin(const struct shop_like *shop)
{
    struct match *match = NULL;
    const struct prf *prf[MATCH_KEYS] = {shop->prf[0], shop->prf[1], shop->prf[2]};
    assert_ok(match_new(shop->matcher, prf, 1, 7, &match));
    return match;
}

static void row(struct match *match, uint64_t line, const char *email, const char *canonical,
                const char *phone)
{
    struct sheet_value values[4];
    size_t count = 0;
    if (email) values[count++] = (struct sheet_value){0, KIND_EMAIL, slice_text(email)};
    if (canonical) values[count++] = (struct sheet_value){0, KIND_EMAIL_CANONICAL, slice_text(canonical)};
    if (phone) values[count++] = (struct sheet_value){1, KIND_PHONE, slice_text(phone)};
    values[count++] = (struct sheet_value){2, KIND_NAME, SLICE_TEXT("Somebody")};
    assert_ok(match_row(match, line, values, count));
}

/* One shop, one row each: whom it names, and by what. */
static void names_whom_the_values_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *email, *canonical, *phone;
        uint64_t hit, shared, crossed, agreeing, canonically, past;
        uint32_t who; /* 0: nobody */
    } cases[] = {
        {"by address", "kim@x.kr", NULL, NULL, 1, 0, 0, 0, 0, 0, 1},
        {"by the canonical one of a written one", "k.im+a@gmail.com", "kim@gmail.com", NULL, 1, 0, 0, 0, 1, 0,
         2},
        {"by one that is canonical, of a customer whose is not", "lee@gmail.com", NULL, NULL, 1, 0, 0, 0, 1,
         0, 3},
        {"both canonical of the same", "l.e.e@gmail.com", "lee@gmail.com", NULL, 1, 0, 0, 0, 1, 0, 3},
        {"address and telephone of one", "kim@x.kr", NULL, "+82101", 1, 0, 0, 1, 0, 0, 1},
        {"a telephone that two share", NULL, NULL, "+82102", 0, 1, 0, 0, 0, 0, 0},
        {"and an address that tells which", "kim@gmail.com", NULL, "+82102", 1, 0, 0, 1, 0, 0, 2},
        {"two people", "kim@x.kr", NULL, "+82103", 1, 0, 1, 0, 0, 0, 1},
        {"an address that somebody had once", "old@x.kr", NULL, NULL, 1, 0, 0, 0, 0, 1, 1},
        {"nobody", "stranger@x.kr", NULL, "+82199", 0, 0, 0, 0, 0, 0, 0},
        {"a telephone that everybody gives", NULL, NULL, "+82100", 0, 0, 0, 0, 0, 0, 0},
    };
    struct shop_like shop = {{0}};
    make(&shop);
    hold(&shop, 1, MATCH_EMAIL, "kim@x.kr", 0);
    hold(&shop, 1, MATCH_EMAIL, "old@x.kr", MATCHER_PAST);
    hold(&shop, 1, MATCH_PHONE, "+82101", 0);
    hold(&shop, 2, MATCH_EMAIL, "kim@gmail.com", 0);
    hold(&shop, 2, MATCH_PHONE, "+82102", 0);
    hold(&shop, 3, MATCH_EMAIL, "l.ee@gmail.com", 0);
    hold(&shop, 3, MATCH_EMAIL, "lee@gmail.com", MATCHER_CANONICAL);
    hold(&shop, 3, MATCH_PHONE, "+82102", 0);
    hold(&shop, 4, MATCH_PHONE, "+82103", 0);
    for (uint32_t i = 100; i < 100 + MATCH_SHARED_MAX + 1; i++) hold(&shop, i, MATCH_PHONE, "+82100", 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(match_free) struct match *match = begin(&shop);
        row(match, 1, cases[i].email, cases[i].canonical, cases[i].phone);
        assert_ok(match_flush(match));
        match_close(match);
        bool good = match->hit == cases[i].hit && match->shared == cases[i].shared &&
                    match->crossed == cases[i].crossed && match->agreeing == cases[i].agreeing &&
                    match->canonical == cases[i].canonically && match->past == cases[i].past &&
                    set_count(&match->people) == (cases[i].who > 0) &&
                    (cases[i].who == 0 || set_has(&match->people, cases[i].who));
        if (!good) fail_msg("%s", cases[i].name);
    }
    done(&shop);
}

/* A number that half a shop left in a form is nobody's, costs little, and hides nobody who came before or after. */
static void a_value_of_everybody_names_nobody(void **state)
{
    (void)state;
    enum { CUSTOMERS = 200000, EVERY = 1000 };
    struct shop_like shop = {{0}};
    char address[32];
    uint32_t who[MATCHER_SAME_MAX];
    struct hash tag = {{0}};
    const struct slice nothing = SLICE_TEXT("\1+821000000000");
    make(&shop);
    for (uint32_t i = 1; i <= CUSTOMERS; i++) {
        (void)snprintf(address, sizeof address, "c%u@x.kr", i);
        if (i % EVERY == 0) hold(&shop, i, MATCH_EMAIL, address, 0);
        hold(&shop, i, MATCH_PHONE, "+821000000000", 0);
    }
    prf_run(shop.prf[MATCH_PHONE], &nothing, 1, &tag);
    assert_true(matcher_find(shop.matcher, tag.bytes, who, COUNT_OF(who)) > MATCH_SHARED_MAX);
    SCOPED(match_free) struct match *match = begin(&shop);
    static char addresses[CUSTOMERS / EVERY][32];
    for (uint32_t i = 0; i < COUNT_OF(addresses); i++) {
        (void)snprintf(addresses[i], sizeof addresses[i], "c%u@x.kr", (i + 1) * EVERY);
        row(match, i + 1, addresses[i], NULL, "+821000000000");
    }
    assert_ok(match_flush(match));
    match_close(match);
    assert_int_equal(match->hit, COUNT_OF(addresses));
    assert_int_equal(match->by[MATCH_PHONE], 0);
    assert_int_equal(set_count(&match->people), COUNT_OF(addresses));
    done(&shop);
}

/* Many rows in any order of batches: counts, sample and newest are those of a model. */
static void counts_as_a_model_does(void **state)
{
    (void)state;
    enum { CUSTOMERS = 5000, ROWS = 9000 };
    struct shop_like shop = {{0}};
    char address[32];
    make(&shop);
    for (uint32_t i = 1; i <= CUSTOMERS; i++) {
        (void)snprintf(address, sizeof address, "c%u@x.kr", i);
        hold(&shop, i, MATCH_EMAIL, address, 0);
    }
    assert_int_equal(matcher_count(shop.matcher), CUSTOMERS);
    SCOPED(match_free) struct match *match = begin(&shop);
    static char addresses[ROWS][32];
    for (uint32_t i = 0; i < ROWS; i++) {
        (void)snprintf(addresses[i], sizeof addresses[i], "c%u@x.kr", 1 + i * 7919U % (CUSTOMERS * 2));
        row(match, i + 1, addresses[i], NULL, NULL);
    }
    assert_ok(match_flush(match));
    match_close(match);
    uint64_t hits = 0;
    bool seen[CUSTOMERS * 2 + 1] = {false};
    size_t people = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t who = 1 + i * 7919U % (CUSTOMERS * 2);
        hits += who <= CUSTOMERS;
        people += who <= CUSTOMERS && !seen[who];
        seen[who] = true;
    }
    assert_int_equal(match->rows, ROWS);
    assert_int_equal(match->hit, hits);
    assert_int_equal(set_count(&match->people), people);
    assert_int_equal(match->sample_count, MATCH_SAMPLE);
    assert_int_equal(match->newest_count, MATCH_NEWEST);
    for (size_t i = 0; i < match->newest_count; i++) {
        assert_true(match->newest[i].text.len > 0);
        if (i > 0) assert_true(match->newest[i - 1].subject < match->newest[i].subject);
    }
    uint32_t newest = CUSTOMERS;
    while (!seen[newest]) newest--;
    assert_int_equal(match->newest[match->newest_count - 1].subject, newest);
    assert_int_equal(match->combination_count, 1);
    assert_int_equal(match->combinations[0].fields, 1U << FIELD_EMAIL | 1U << FIELD_NAME);
    uint64_t distinct = sketch_distinct(match->sketch);
    assert_in_range(distinct, ROWS * 93 / 100, ROWS * 107 / 100);
    done(&shop);
}

static void fill(struct sketch *sketch, uint64_t from, uint64_t to)
{
    memset(sketch, 0, sizeof *sketch);
    for (uint64_t i = from; i < to; i++) {
        struct prop_rng rng = {i * 0x9e3779b97f4a7c15U};
        sketch_add(sketch, prop_u64(&rng));
        if (i % 3 == 0) sketch_add(sketch, prop_u64(&(struct prop_rng){i * 0x9e3779b97f4a7c15U})); /* again */
    }
    sketch_close(sketch);
}

/* Each byte and the length count, wherever the words of a value end; the key as well. */
static void values_differ_in_their_hashes(void **state)
{
    (void)state;
    enum { LONGEST = 70 };
    static const uint8_t key[SKETCH_KEY_BYTES] = {1, 2, 3}, other[SKETCH_KEY_BYTES] = {1, 2, 4};
    uint8_t text[LONGEST] = {0};
    uint64_t seen[LONGEST * LONGEST + LONGEST + 1];
    size_t count = 0;
    for (size_t len = 0; len <= LONGEST; len++) { /* zeros of each length, then with one byte changed */
        seen[count++] = sketch_value(key, (struct slice){text, len});
        assert_true(seen[count - 1] != sketch_value(other, (struct slice){text, len}));
        for (size_t at = 0; at < len && count < COUNT_OF(seen); at++) {
            text[at] = 0x80;
            seen[count++] = sketch_value(key, (struct slice){text, len});
            text[at] = 0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) assert_true(seen[i] != seen[j]);
    }
    assert_true(sketch_row(key, 1) != sketch_row(key, 2) && sketch_row(key, 1) != sketch_row(other, 1));
}

static void knows_a_file_again(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t from, to;     /* of the other file; the first holds 0 to 100,000 */
        unsigned in_it, of_it; /* of 1,000: of the first in the other, of the other in the first */
    } cases[] = {
        {"the same", 0, 100000, 1000, 1000},
        {"a part", 0, 20000, 200, 1000},
        {"more", 0, 150000, 1000, 666},
        {"another", 200000, 300000, 0, 0},
        {"half of each", 50000, 150000, 500, 500},
        {"a few lines of it", 500, 900, 4, 1000},
    };
    static struct sketch first, other, back;
    fill(&first, 0, 100000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        fill(&other, cases[i].from, cases[i].to);
        sketch_write(&other, &bytes);
        assert_ok(sketch_read(buf_slice(&bytes), &back));
        struct sketch_shares got = sketch_compare(&first, &back);
        int in_it = (int)got.a_in_b - (int)cases[i].in_it, of_it = (int)got.b_in_a - (int)cases[i].of_it;
        if (abs(in_it) > 50 || abs(of_it) > 50)
            fail_msg("%s: %u and %u of 1,000", cases[i].name, got.a_in_b, got.b_in_a);
    }
}

/* All that a match holds, in bytes. */
static void whole(struct match *match, struct buf *out)
{
    assert_ok(match_flush(match));
    match_close(match);
    match_state_put(match, out);
}

/* Kept, gone, and taken up by another. */
static void interrupt(const struct shop_like *shop, struct match **match)
{
    SCOPED(buf_done) struct buf kept = {0};
    assert_ok(match_flush(*match));
    uint64_t rows = (*match)->rows;
    match_state_put(*match, &kept);
    match_free(match);
    *match = begin(shop);
    struct cursor cursor = {buf_slice(&kept), false};
    assert_ok(match_state_take(&cursor, *match));
    assert_int_equal(cursor.rest.len, 0);
    assert_int_equal((*match)->rows, rows);
}

static void goes_on_as_if_never_interrupted(void **state)
{
    (void)state;
    enum { CUSTOMERS = 4000, ROWS = 7000 };
    static char addresses[ROWS][32];
    struct shop_like shop = {{0}};
    make(&shop);
    for (uint32_t i = 1; i <= CUSTOMERS; i++) {
        char address[32];
        (void)snprintf(address, sizeof address, "c%u@x.kr", i);
        hold(&shop, i, MATCH_EMAIL, address, 0);
        hold(&shop, i, MATCH_PHONE, i % 5 ? address : "+82100", 0);
    }
    PROPERTY(12, rng) {
        SCOPED(match_free) struct match *once = begin(&shop);
        SCOPED(match_free) struct match *parts = begin(&shop);
        SCOPED(buf_done) struct buf want = {0}, got = {0};
        size_t cut = prop_below(&rng, ROWS + 1);
        for (uint32_t i = 0; i < ROWS; i++) {
            (void)snprintf(addresses[i], sizeof addresses[i], "c%zu@x.kr",
                           1 + prop_below(&rng, (size_t)CUSTOMERS * 2));
            row(once, i + 1, addresses[i], NULL, i % 3 ? NULL : addresses[i]);
        }
        for (uint32_t i = 0; i < ROWS; i++) {
            if (i == cut) interrupt(&shop, &parts);
            row(parts, i + 1, addresses[i], NULL, i % 3 ? NULL : addresses[i]);
        }
        whole(once, &want);
        whole(parts, &got);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.at, want.at, want.len);

        SCOPED(match_free) struct match *none = begin(&shop);
        struct cursor cursor = {slice_part(buf_slice(&want), 0, prop_below(&rng, want.len)), false};
        assert_code(CODE_CORRUPT, match_state_take(&cursor, none));
    }
    done(&shop);
}

static int setup(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_whom_the_values_name), cmocka_unit_test(a_value_of_everybody_names_nobody),
        cmocka_unit_test(counts_as_a_model_does),     cmocka_unit_test(values_differ_in_their_hashes),
        cmocka_unit_test(knows_a_file_again),         cmocka_unit_test(goes_on_as_if_never_interrupted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
