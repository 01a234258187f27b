/* Two hands: every item once, never the same hand twice at a time, whatever the count. */
#include "base/hands.h"
#include "prop.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { ITEMS_MAX_HERE = 5000 };

struct tally {
    atomic_bool busy[HANDS];
    unsigned seen[ITEMS_MAX_HERE];
    uint64_t sums[HANDS];
};

static void count_item(void *context, unsigned hand, size_t item)
{
    struct tally *tally = context;
    if (hand >= HANDS || item >= ITEMS_MAX_HERE || atomic_exchange(&tally->busy[hand], true)) abort();
    tally->seen[item]++;
    for (size_t i = 0; i < 200; i++) tally->sums[hand] += item * i;
    atomic_store(&tally->busy[hand], false);
}

static void check(size_t count)
{
    struct tally tally = {0};
    uint64_t expected = 0;
    hands_run(count, count_item, &tally);
    for (size_t i = 0; i < ITEMS_MAX_HERE; i++) assert_int_equal(tally.seen[i], i < count);
    for (size_t i = 0; i < count; i++) expected += i * (199 * 200 / 2);
    assert_true(tally.sums[0] + tally.sums[1] == expected);
    if (count < HANDS_LEAST) assert_true(tally.sums[1] == 0);
}

static void each_item_once(void **state)
{
    (void)state;
    static const size_t counts[] = {
        0, 1, HANDS_TAKE - 1, HANDS_TAKE, HANDS_TAKE + 1, HANDS_LEAST - 1, HANDS_LEAST, ITEMS_MAX_HERE};
    for (size_t i = 0; i < COUNT_OF(counts); i++) check(counts[i]);
    for (size_t i = 0; i < 100; i++) check(i * 37);
}

static void second_hand_helps(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (int i = 0; i < 1000 && tally.sums[1] == 0; i++) hands_run(ITEMS_MAX_HERE, count_item, &tally);
    assert_true(tally.sums[1] > 0);
}

/* Between begin and end the caller does something else; a job may also end at once, or never have begun. */
static void works_while_the_caller_does_something_else(void **state)
{
    (void)state;
    struct hands job = {0};
    hands_end(&job);
    bool alone = false;
    for (int i = 0; i < 1000 && !alone; i++) {
        struct tally tally = {0};
        hands_begin(&job, ITEMS_MAX_HERE, count_item, &tally);
        for (int wait = 0; wait < 1000 && atomic_load(&job.next) < ITEMS_MAX_HERE; wait++) usleep(100);
        hands_end(&job);
        for (size_t item = 0; item < ITEMS_MAX_HERE; item++) assert_int_equal(tally.seen[item], 1);
        alone = tally.sums[0] == 0;
        hands_end(&job); /* again: nothing */
    }
    assert_true(alone);
}

/* Whoever goes over the items behind the hands finds each one done. */
static void waits_for_each_item_in_order(void **state)
{
    (void)state;
    static const size_t counts[] = {1, HANDS_TAKE + 1, HANDS_LEAST, ITEMS_MAX_HERE};
    for (size_t i = 0; i < 200; i++) {
        struct tally tally = {0};
        struct hands job = {0};
        size_t count = counts[i % COUNT_OF(counts)];
        hands_begin(&job, count, count_item, &tally);
        for (size_t item = 0; item < count; item++) {
            hands_until(&job, item);
            assert_int_equal(tally.seen[item], 1);
        }
        hands_end(&job);
        hands_until(&job, 0); /* it has ended: nothing to wait for */
        for (size_t item = 0; item < ITEMS_MAX_HERE; item++) assert_int_equal(tally.seen[item], item < count);
    }
}

static void stops_without_doing_the_rest(void **state)
{
    (void)state;
    bool part = false;
    for (int i = 0; i < 1000 && !part; i++) {
        struct tally tally = {0};
        struct hands job = {0};
        size_t done = 0;
        hands_begin(&job, ITEMS_MAX_HERE, count_item, &tally);
        hands_stop(&job);
        for (size_t item = 0; item < ITEMS_MAX_HERE; item++) done += tally.seen[item];
        assert_true(tally.sums[0] == 0); /* the caller did none */
        usleep(100);
        for (size_t item = 0; item < ITEMS_MAX_HERE; item++) done -= tally.seen[item];
        assert_int_equal(done, 0); /* and nobody does any more */
        part = tally.seen[ITEMS_MAX_HERE - 1] == 0;
    }
    assert_true(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_item_once), cmocka_unit_test(second_hand_helps),
                                       cmocka_unit_test(works_while_the_caller_does_something_else),
                                       cmocka_unit_test(waits_for_each_item_in_order),
                                       cmocka_unit_test(stops_without_doing_the_rest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
