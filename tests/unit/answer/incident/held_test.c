/* What is kept outside: what places say is read strictly, and only what kept all that it had is taken for good. */
#include "answer/incident/held.h"

#include "prop.h"

#include <stdio.h>
#include <string.h>

static void text_of(const char *before, const char *path, struct buf *out)
{
    buf_print(out, "7 ");
    for (int i = 0; i < 32; i++) buf_text(out, "0a");
    buf_print(out, " %s %s", before, path);
}

static void reads_what_a_place_says_and_nothing_else(void **state)
{
    (void)state;
    static const char hash[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
    struct held_said said = {0};
    SCOPED(buf_done) struct buf good = {0}, short_hash = {0}, no_path = {0};
    text_of(hash, "/var/log/a b.log", &good);
    assert_ok(held_said_read(buf_slice(&good), &said));
    assert_true(slice_is(said.path, "/var/log/a b.log"));
    assert_int_equal(said.bytes, 7);
    assert_int_equal(said.hash.bytes[31], 0x0a);
    assert_int_equal(said.before.bytes[0], 0x0b);
    assert_ok(held_said_read(SLICE_TEXT("- /gone"), &said));
    assert_true(said.gone && slice_is(said.path, "/gone"));
    text_of("0b0b", "/x", &short_hash);
    text_of(hash, "", &no_path);
    const struct slice bad[] = {SLICE_TEXT(""),         SLICE_TEXT("-"),        SLICE_TEXT("- "),
                                SLICE_TEXT("7 /x"),     buf_slice(&short_hash), buf_slice(&no_path),
                                SLICE_TEXT("-7 0 0 /x")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_code(CODE_INVALID, held_said_read(bad[i], &said));
}

/* A log that only grows, or that somebody shortens or changes by one byte anywhere in what was there. */
static void only_what_kept_all_that_it_had_is_held(void **state)
{
    (void)state;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    assert_ok(crypto_new(&crypto));
    PROPERTY(300, rng) {
        uint8_t text[512];
        size_t was = 1 + prop_below(&rng, 200), now = prop_below(&rng, 400);
        struct held_file file = {.bytes = was, .state = HELD_AS_IT_WAS};
        for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)prop_below(&rng, 256);
        sha256_one(crypto, (struct slice){text, was}, &file.hash);
        const struct held_file kept = file;
        bool touched = prop_below(&rng, 2) == 0;
        if (touched) text[prop_below(&rng, was)] ^= (uint8_t)(1U << prop_below(&rng, 8));
        struct held_said said = {.bytes = now};
        sha256_one(crypto, (struct slice){text, now}, &said.hash);
        sha256_one(crypto, (struct slice){text, now < was ? now : was}, &said.before);
        enum held_state want = now < was ? HELD_SHRANK : touched ? HELD_CHANGED : HELD_AS_IT_WAS;
        assert_int_equal(held_judge(&said, &file), want);
        if (want == HELD_AS_IT_WAS) {
            assert_int_equal(file.bytes, now);
            assert_true(hash_equal(&file.hash, &said.hash));
        } else {
            assert_int_equal(file.bytes, kept.bytes); /* what it is held against stays */
            assert_true(hash_equal(&file.hash, &kept.hash));
        }
        said.gone = true;
        assert_int_equal(held_judge(&said, &file), HELD_GONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_place_says_and_nothing_else),
        cmocka_unit_test(only_what_kept_all_that_it_had_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
