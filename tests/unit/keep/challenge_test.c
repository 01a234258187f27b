/* Challenges: only the shop that made one takes it, for the key it was made for, for a minute, byte for byte. */
#include "two_shops.h"

#include "keep/access/challenge.h"

struct made {
    struct buf id, other_id, text;
    int64_t expires_us;
};

static void made_done(struct made *made)
{
    buf_done(&made->id);
    buf_done(&made->other_id);
    buf_done(&made->text);
}

static void make(const struct two_shops *two, struct made *out)
{
    id_put(two->shops[0], ID_KEY, 1, &out->id);
    id_put(two->shops[0], ID_KEY, 2, &out->other_id);
    challenge_put(two->shops[0], buf_slice(&out->id), two->now_us, &out->text, &out->expires_us);
}

static void is_good_for_its_key_for_a_minute(void **state)
{
    const struct two_shops *two = *state;
    struct shop *shop = two->shops[0];
    SCOPED(made_done) struct made made = {0}, again = {0};
    uint8_t once[SESSION_ONCE_BYTES], other[SESSION_ONCE_BYTES];
    make(two, &made);
    make(two, &again);
    struct slice id = buf_slice(&made.id), text = buf_slice(&made.text);
    assert_int_equal(made.expires_us, two->now_us + CHALLENGE_S * SECOND_US);
    assert_true(slice_starts(text, "amanah session 1 "));
    assert_true(challenge_good(shop, id, text, two->now_us, once));
    assert_true(challenge_good(shop, id, buf_slice(&again.text), two->now_us, other));
    assert_memory_not_equal(once, other, sizeof once);
    assert_true(challenge_good(shop, id, text, made.expires_us - 1, once));
    assert_false(challenge_good(shop, id, text, made.expires_us, once));
    assert_false(challenge_good(shop, buf_slice(&made.other_id), text, two->now_us, once));
    assert_false(challenge_good(two->shops[1], id, text, two->now_us, once));
}

static void ends_with_the_shop_s_start_and_when_the_clock_goes_back(void **state)
{
    struct two_shops *two = *state;
    SCOPED(made_done) struct made made = {0}, later = {0};
    uint8_t once[SESSION_ONCE_BYTES];
    make(two, &made);
    assert_true(challenge_good(two->shops[0], buf_slice(&made.id), buf_slice(&made.text), two->now_us, once));
    sessions_free(&two->shops[0]->sessions);
    assert_ok(sessions_new(two->shops[0]->crypto, &two->shops[0]->sessions));
    assert_false(
        challenge_good(two->shops[0], buf_slice(&made.id), buf_slice(&made.text), two->now_us, once));
    make(two, &later);
    int64_t hour_us = two->now_us + HOUR_US; /* it has ended, and the clock is put back to when it had not */
    assert_false(challenge_good(two->shops[0], buf_slice(&later.id), buf_slice(&later.text), hour_us, once));
    assert_false(
        challenge_good(two->shops[0], buf_slice(&later.id), buf_slice(&later.text), two->now_us, once));
}

static void refuses_any_other_text(void **state)
{
    const struct two_shops *two = *state;
    struct shop *shop = two->shops[0];
    SCOPED(made_done) struct made made = {0};
    SCOPED(buf_done) struct buf longer = {0};
    uint8_t once[SESSION_ONCE_BYTES];
    make(two, &made);
    struct slice id = buf_slice(&made.id), text = buf_slice(&made.text);
    for (size_t i = 0; i < text.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            made.text.at[i] ^= (uint8_t)(1U << bit);
            assert_false(challenge_good(shop, id, text, two->now_us, once));
            made.text.at[i] ^= (uint8_t)(1U << bit);
        }
        assert_false(challenge_good(shop, id, slice_part(text, 0, i), two->now_us, once));
        assert_false(challenge_good(shop, id, slice_from(text, i + 1), two->now_us, once));
    }
    buf_slice_put(&longer, text);
    buf_byte(&longer, '\n');
    assert_false(challenge_good(shop, id, buf_slice(&longer), two->now_us, once));
    assert_false(challenge_good(shop, id, SLICE_TEXT("    "), two->now_us, once));
    assert_true(challenge_good(shop, id, text, two->now_us, once));
}

static int begin(void **state)
{
    static struct two_shops two;
    two_shops_begin(&two);
    *state = &two;
    return 0;
}

static int end(void **state)
{
    two_shops_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_good_for_its_key_for_a_minute),
        cmocka_unit_test(refuses_any_other_text),
        cmocka_unit_test(ends_with_the_shop_s_start_and_when_the_clock_goes_back),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
