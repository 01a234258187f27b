/* Guesses: who guesses waits, whom they guess at does not. */
#include "prop.h"

#include "keep/access/guess.h"

static const int64_t begin_us = 1795300000 * SECOND_US;

static void who_guesses_wrong_waits_longer_each_time(void **state)
{
    (void)state;
    SCOPED(guesses_free) struct guesses *guesses = NULL;
    const struct guess_from from = {.person = 7, .network = 70, .known = true};
    int64_t now_us = begin_us;
    uint32_t wait_s = 0;
    assert_ok(guesses_new(&guesses));
    for (int i = 0; i < GUESS_FREE; i++) assert_ok(guess_take(guesses, &from, now_us, &wait_s));
    for (uint32_t want = GUESS_WAIT_S; want < GUESS_WAIT_S_MAX; want *= 2) {
        assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, now_us, &wait_s));
        assert_int_equal(wait_s, want < GUESS_WAIT_S_MAX ? want : GUESS_WAIT_S_MAX);
        assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, now_us + want * SECOND_US - 1, &wait_s));
        now_us += want * SECOND_US;
        assert_ok(guess_take(guesses, &from, now_us, &wait_s));
    }
    for (int i = 0; i < 3; i++) {
        assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, now_us, &wait_s));
        assert_int_equal(wait_s, GUESS_WAIT_S_MAX);
        now_us += GUESS_WAIT_S_MAX * SECOND_US;
        assert_ok(guess_take(guesses, &from, now_us, &wait_s));
    }
    guess_right(guesses, &from);
    assert_ok(guess_take(guesses, &from, now_us, &wait_s));
}

static void strangers_cannot_hold_up_a_known_network(void **state)
{
    (void)state;
    SCOPED(guesses_free) struct guesses *guesses = NULL;
    const struct guess_from home = {.person = 7, .network = 70, .known = true};
    uint32_t wait_s = 0, taken = 0;
    assert_ok(guesses_new(&guesses));
    for (uint64_t i = 0; i < 100000; i++) {
        struct guess_from stranger = {.person = 7, .network = i * 0x9e3779b97f4a7c15U};
        taken += guess_take(guesses, &stranger, begin_us, &wait_s).code == CODE_OK;
    }
    assert_int_equal(taken, GUESS_STRANGERS_FREE);
    assert_int_equal(guess_strangers(guesses, &home, begin_us), GUESS_STRANGERS_FREE);
    assert_ok(guess_take(guesses, &home, begin_us, &wait_s));
    guess_right(guesses, &home);
    struct guess_from other = {.person = 8, .network = 70};
    assert_ok(guess_take(guesses, &other, begin_us, &wait_s));
}

static void strangers_get_through_again_when_it_is_over(void **state)
{
    (void)state;
    SCOPED(guesses_free) struct guesses *guesses = NULL;
    struct guess_from from = {.person = 7, .network = 1};
    int64_t now_us = begin_us;
    uint32_t wait_s = 0, most_s = 0;
    assert_ok(guesses_new(&guesses));
    for (uint64_t i = 0; i < 60; i++) {
        from.network = i << 8 | 1;
        if (guess_take(guesses, &from, now_us, &wait_s).code == CODE_OK) continue;
        if (wait_s > most_s) most_s = wait_s;
        now_us += wait_s * SECOND_US;
        assert_ok(guess_take(guesses, &from, now_us, &wait_s));
    }
    assert_int_equal(most_s, GUESS_STRANGERS_WAIT_S_MAX);
    from.network = 0xffff;
    assert_int_equal(guess_take(guesses, &from, now_us, &wait_s).cause, CAUSE_SIGN_IN_WAIT);
    assert_ok(guess_take(guesses, &from, now_us + 10 * HOUR_US, &wait_s));
    assert_int_equal(guess_strangers(guesses, &from, now_us + 10 * HOUR_US), 1);
}

static void a_clock_put_back_shortens_no_wait(void **state)
{
    (void)state;
    SCOPED(guesses_free) struct guesses *guesses = NULL;
    const struct guess_from from = {.person = 7, .network = 70, .known = true};
    uint32_t wait_s = 0;
    assert_ok(guesses_new(&guesses));
    for (int i = 0; i < GUESS_FREE; i++) assert_ok(guess_take(guesses, &from, begin_us, &wait_s));
    assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, begin_us - DAY_US, &wait_s));
    assert_int_equal(wait_s, GUESS_WAIT_S);
}

/* A batch that is undone runs again: its guesses must not count twice, nor one that was right be forgotten. */
static void guesses_are_undone_with_their_batch(void **state)
{
    (void)state;
    struct guesses *guesses = NULL;
    struct guess_from from = {.person = 5, .network = 9};
    uint32_t wait_s = 0;
    assert_ok(guesses_new(&guesses));
    for (int i = 0; i < GUESS_FREE - 1; i++) assert_ok(guess_take(guesses, &from, 1000, &wait_s));
    guesses_settle(guesses);
    for (int again = 0; again < 3 * GUESS_FREE; again++) {
        assert_ok(guess_take(guesses, &from, 1000, &wait_s));
        guesses_undo(guesses);
    }
    assert_ok(guess_take(guesses, &from, 1000, &wait_s));
    guesses_settle(guesses);
    assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, 1000, &wait_s));
    guess_right(guesses, &from);
    guesses_undo(guesses);
    assert_why(CAUSE_SIGN_IN_WAIT, guess_take(guesses, &from, 1000, &wait_s)); /* it was not right yet */
    guesses_free(&guesses);
}

/* What entries tell of the past counts as it did, and what was right since is forgiven. */
static void guesses_of_the_past_count_as_they_did(void **state)
{
    (void)state;
    SCOPED(guesses_free) struct guesses *live = NULL;
    SCOPED(guesses_free) struct guesses *again = NULL;
    const struct guess_from from = {.person = 7, .network = 70}, other = {.person = 7, .network = 90};
    const struct guess_from known = {.person = 7, .network = 50, .known = true};
    int64_t now_us = begin_us;
    uint32_t wait_s = 0, wait_again_s = 0;
    assert_ok(guesses_new(&live));
    assert_ok(guesses_new(&again));
    for (int i = 0; i < GUESS_FREE + 3; i++) {
        assert_ok(guess_take(live, &from, now_us, &wait_s));
        guess_again(again, &from, now_us);
        now_us += GUESS_WAIT_S_MAX * SECOND_US;
    }
    now_us -= GUESS_WAIT_S_MAX * SECOND_US;
    assert_why(CAUSE_SIGN_IN_WAIT, guess_take(live, &from, now_us, &wait_s));
    assert_why(CAUSE_SIGN_IN_WAIT, guess_take(again, &from, now_us, &wait_again_s));
    assert_int_equal(wait_s, wait_again_s);
    assert_int_equal(guess_strangers(live, &other, now_us), guess_strangers(again, &other, now_us));
    guesses_undo(again); /* of no batch */
    guess_again(again, &known, now_us);
    assert_int_equal(guess_strangers(live, &other, now_us), guess_strangers(again, &other, now_us));
    guess_right_again(again, &from);
    assert_ok(guess_take(again, &from, now_us, &wait_s));
    guess_right_again(again, &(struct guess_from){.person = 8, .network = 1}); /* of whom nothing is known */
    assert_ok(guess_take(again, &from, now_us + DAY_US + SECOND_US, &wait_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_guesses_wrong_waits_longer_each_time),
        cmocka_unit_test(guesses_are_undone_with_their_batch),
        cmocka_unit_test(guesses_of_the_past_count_as_they_did),
        cmocka_unit_test(strangers_cannot_hold_up_a_known_network),
        cmocka_unit_test(strangers_get_through_again_when_it_is_over),
        cmocka_unit_test(a_clock_put_back_shortens_no_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
