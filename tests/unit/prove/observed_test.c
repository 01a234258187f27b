/* What stands beside an OBSERVED entry: it comes back, broken bytes do not, and a leaf binds its own observations only. */
#include "prop.h"
#include "prove/entry.h"

enum { SUBJECTS_MAX = 40, ONES_MAX = 200, OTHERS_MAX = 30 };

struct made {
    struct observed observed;
    struct observation ones[ONES_MAX];
    uint32_t ends[SUBJECTS_MAX];
    struct unattributed others[OTHERS_MAX];
};

static struct observation some_one(struct prop_rng *rng)
{
    return (struct observation){(uint32_t)prop_below(rng, 300), (uint32_t)prop_below(rng, 1000000),
                                prop_u64(rng), prop_u64(rng) >> 20, 1 + prop_below(rng, 9)};
}

static void make(struct prop_rng *rng, struct made *made)
{
    struct observed *observed = &made->observed;
    size_t count = 0;
    *made =
        (struct made){.observed = {.file = 1 + (uint32_t)prop_below(rng, 9), .broken = prop_below(rng, 9)}};
    (void)prop_fill(rng, observed->salt, sizeof observed->salt);
    (void)prop_fill(rng, observed->hash.bytes, HASH_BYTES);
    observed->from = prop_u64(rng) >> 8;
    observed->to = observed->from + prop_below(rng, 1 << 20);
    observed->line_from = prop_u64(rng) >> 20;
    observed->line_to = observed->line_from + prop_below(rng, 10000);
    observed->newest_us = (int64_t)(prop_u64(rng) >> 2);
    observed->ones = made->ones;
    observed->ends = made->ends;
    observed->others = made->others;
    observed->set_count = prop_below(rng, SUBJECTS_MAX + 1);
    for (size_t i = 0; i < observed->set_count; i++) {
        for (size_t of = 1 + prop_below(rng, 5); of > 0; of--) made->ones[count++] = some_one(rng);
        made->ends[i] = (uint32_t)count;
    }
    observed->other_count = prop_below(rng, OTHERS_MAX + 1);
    for (size_t i = 0; i < observed->other_count; i++) {
        made->others[i] = (struct unattributed){(uint32_t)prop_below(rng, 300),
                                                (uint32_t)prop_below(rng, 1000000),
                                                prop_u64(rng),
                                                prop_below(rng, 1000),
                                                prop_below(rng, 1000),
                                                prop_below(rng, 2) == 1};
    }
}

static void check_head(const struct observed *back, const struct observed *want)
{
    assert_memory_equal(back->salt, want->salt, sizeof want->salt);
    assert_memory_equal(back->hash.bytes, want->hash.bytes, HASH_BYTES);
    assert_true(back->file == want->file && back->from == want->from && back->to == want->to);
    assert_true(back->line_from == want->line_from && back->line_to == want->line_to &&
                back->broken == want->broken && back->newest_us == want->newest_us);
}

static void what_was_observed_comes_back(void **state)
{
    (void)state;
    static struct made made;
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf bytes = {0};
        SCOPED(observed_done) struct observed back = {0};
        make(&rng, &made);
        observed_write(&made.observed, &bytes);
        assert_ok(observed_read(buf_slice(&bytes), made.observed.set_count, &back));
        check_head(&back, &made.observed);
        for (size_t i = 0; i < back.set_count; i++) {
            struct observations got = observed_of(&back, i), want = observed_of(&made.observed, i);
            assert_int_equal(got.count, want.count);
            for (size_t at = 0; at < got.count; at++) {
                assert_true(got.at[at].reader == want.at[at].reader && got.at[at].hour == want.at[at].hour &&
                            got.at[at].full == want.at[at].full && got.at[at].line == want.at[at].line &&
                            got.at[at].lines == want.at[at].lines);
            }
        }
        assert_int_equal(back.other_count, made.observed.other_count);
        for (size_t i = 0; i < back.other_count; i++) {
            const struct unattributed *got = &back.others[i], *want = &made.others[i];
            assert_true(got->reader == want->reader && got->hour == want->hour && got->full == want->full &&
                        got->lines == want->lines && got->rows == want->rows && got->named == want->named);
        }
        for (size_t cut = 0; cut < bytes.len; cut += 1 + bytes.len / 32) {
            struct observed none = {0};
            assert_code(CODE_CORRUPT,
                        observed_read(slice_part(buf_slice(&bytes), 0, cut), back.set_count, &none));
            assert_null(none.ones);
        }
        buf_byte(&bytes, 0);
        struct observed none = {0};
        assert_code(CODE_CORRUPT, observed_read(buf_slice(&bytes), back.set_count, &none));
    }
}

static void bad_bytes_are_refused(void **state)
{
    (void)state;
    static struct made made;
    struct observed none = {0};
    struct prop_rng rng = {prop_seed()};
    for (int which = 0; which < 4; which++) {
        SCOPED(buf_done) struct buf bytes = {0};
        make(&rng, &made);
        made.observed.set_count = 1;
        made.observed.other_count = which == 3 ? 0 : 1;
        made.ends[0] = 1;
        if (which == 0) made.observed.file = 0;
        if (which == 1) made.ends[0] = 0; /* a subject of whom nothing was observed */
        observed_write(&made.observed, &bytes);
        if (which == 2) bytes.at[bytes.len - 1] = 2; /* neither named nor not */
        assert_code(CODE_CORRUPT, observed_read(buf_slice(&bytes), which == 3 ? 2 : 1, &none));
    }
}

static void a_leaf_binds_its_own_observations(void **state)
{
    (void)state;
    static struct made made;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    assert_ok(crypto_new(&crypto));
    PROPERTY(100, rng) {
        struct hash before = {{0}}, other = {{0}}, after = {{0}};
        make(&rng, &made);
        made.observed.set_count = 2;
        made.ends[0] = 6; /* more than stand on the stack */
        made.ends[1] = 8;
        for (size_t i = 0; i < 8; i++) made.ones[i] = some_one(&rng);
        observed_bind(crypto, &made.observed, 0, &before);
        observed_bind(crypto, &made.observed, 1, &other);
        struct observation *one = &made.ones[prop_below(&rng, 6)];
        bool file = prop_below(&rng, 6) == 0;
        if (file) made.observed.hash.bytes[0] ^= 1;
        if (!file) *one = some_one(&rng);
        observed_bind(crypto, &made.observed, 0, &after);
        assert_false(hash_equal(&before, &after));
        observed_bind(crypto, &made.observed, 1, &after);
        assert_int_equal(hash_equal(&other, &after), !file); /* the file is everybody's */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_observed_comes_back),
        cmocka_unit_test(bad_bytes_are_refused),
        cmocka_unit_test(a_leaf_binds_its_own_observations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
