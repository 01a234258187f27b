#include "prop.h"

#include "watch/detect/detect.h"

#include "base/cbor.h"

enum { CUSTOMERS = 5000, READERS = 12 };

static struct watch *watch_made(uint32_t readers_max)
{
    struct watch_options options = {.customers = CUSTOMERS, .readers_max = readers_max, .offset_s = 9 * 3600};
    params_default(&options.params);
    struct watch *watch = NULL;
    assert_ok(watch_new(&options, &watch));
    return watch;
}

/* A random look, the same for each watch that is given the same rng. */
static struct look look_any(struct prop_rng *rng, int64_t now_us, uint64_t subjects[20])
{
    struct look look = {.kind = (enum look_kind)prop_below(rng, LOOK_OBSERVED + 1),
                        .now_us = now_us,
                        .reader = 1 + prop_below(rng, READERS),
                        .network = prop_below(rng, 40),
                        .country = (uint16_t)prop_below(rng, 5),
                        .fields = prop_u64(rng) & prop_u64(rng) & prop_u64(rng),
                        .purpose = (uint32_t)prop_below(rng, 70),
                        .granted = prop_below(rng, 2) == 0,
                        .passed = prop_below(rng, 3) == 0,
                        .subjects = subjects,
                        .count = prop_below(rng, 20),
                        .value = prop_u64(rng),
                        .canaries = prop_below(rng, 500) == 0,
                        .limit_day = 100,
                        .used_day = prop_below(rng, 101),
                        .limit_hour = 20,
                        .used_hour = prop_below(rng, 21)};
    look.peers = look.reader % 3;
    for (size_t i = 0; i < look.count; i++) subjects[i] = 1 + prop_below(rng, CUSTOMERS);
    return look;
}

static int64_t live(struct watch *watch, struct prop_rng *rng, int64_t now_us, unsigned looks)
{
    uint64_t subjects[20];
    for (unsigned i = 0; i < looks; i++) {
        struct look look = look_any(rng, now_us, subjects);
        watch_look(watch, &look);
        if (i % 10 == 0) watch_minute(watch, now_us, CUSTOMERS);
        now_us += (int64_t)prop_below(rng, 30) * MINUTE_US;
    }
    return now_us;
}

static void comes_back_as_it_was_and_goes_on_the_same(void **state)
{
    (void)state;
    PROPERTY(20, rng) {
        SCOPED(watch_free) struct watch *first = watch_made(0), *second = watch_made(0);
        SCOPED(buf_done) struct buf saved = {0}, again = {0};
        int64_t now_us = live(first, &rng, 20000 * DAY_US, 1500);
        watch_save(first, &saved);
        assert_ok(cbor_check(buf_slice(&saved)));
        assert_true(saved.len <= READERS * 8192 + 16384);
        assert_ok(watch_load(second, buf_slice(&saved)));
        watch_save(second, &again);
        assert_true(slice_equal(buf_slice(&saved), buf_slice(&again)));

        struct prop_rng same =
            rng; /* and what comes after is judged alike: the next day's state is equal as well */
        (void)live(first, &rng, now_us + DAY_US, 700);
        (void)live(second, &same, now_us + DAY_US, 700);
        buf_clear(&saved);
        buf_clear(&again);
        watch_save(first, &saved);
        watch_save(second, &again);
        assert_true(slice_equal(buf_slice(&saved), buf_slice(&again)));
    }
}

static void an_empty_one_comes_back(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0), *other = watch_made(0);
    SCOPED(buf_done) struct buf saved = {0};
    struct prop_rng rng = {1};
    watch_save(watch, &saved);
    (void)live(other, &rng, 0, 100);
    assert_ok(watch_load(other, buf_slice(&saved)));
    assert_int_equal(watch_counts(other).readers, 0);
}

static void hostile_bytes_change_nothing(void **state)
{
    (void)state;
    PROPERTY(10, rng) {
        SCOPED(watch_free) struct watch *watch = watch_made(0), *other = watch_made(0);
        SCOPED(buf_done) struct buf good = {0}, before = {0};
        (void)live(watch, &rng, 20000 * DAY_US, 300);
        (void)live(other, &rng, 20000 * DAY_US, 50);
        watch_save(watch, &good);
        watch_save(other, &before);
        for (unsigned i = 0; i < 300; i++) {
            SCOPED(buf_done) struct buf bad = {0}, after = {0};
            size_t kind = prop_below(&rng, 3);
            buf_put(&bad, good.at, kind == 0 ? prop_below(&rng, good.len) : good.len);
            if (kind == 1) buf_byte(&bad, 0);
            if (kind == 2) bad.at[prop_below(&rng, 40)] ^= (uint8_t)(1U << prop_below(&rng, 8));
            struct result result = watch_load(other, buf_slice(&bad));
            if (kind == 2 && result.code == CODE_OK) { /* another number within its bounds: so be it */
                assert_ok(watch_load(other, buf_slice(&before)));
            } else {
                assert_int_equal(result.code, CODE_INVALID);
            }
            watch_save(other, &after);
            assert_true(slice_equal(buf_slice(&before), buf_slice(&after)));
        }
    }
}

static void more_readers_than_there_is_room_for_are_refused(void **state)
{
    (void)state;
    SCOPED(watch_free) struct watch *watch = watch_made(0), *small = watch_made(READERS - 1);
    SCOPED(buf_done) struct buf saved = {0};
    struct prop_rng rng = {1};
    (void)live(watch, &rng, 20000 * DAY_US, 300);
    watch_save(watch, &saved);
    assert_int_equal(watch_load(small, buf_slice(&saved)).code, CODE_INVALID);
    assert_int_equal(watch_counts(small).readers, 0);
}

/* A state of version 2 is one of this version without hours, which stand at the end of each reader. */
static void a_state_of_before_the_hours_comes_back(void **state)
{
    (void)state;
    enum { HOURS_BYTES = 1 + 2 + HOURS_KEPT, ARRAY_HEAD = 0x98 };
    SCOPED(watch_free) struct watch *first = watch_made(0), *second = watch_made(0);
    SCOPED(buf_done) struct buf saved = {0};
    uint64_t subject = 7;
    struct look look = {.now_us = 20000 * DAY_US, .reader = 3, .subjects = &subject, .count = 1};
    watch_look(first, &look);
    watch_save(first, &saved);
    assert_int_equal(saved.at[1], 3);
    saved.at[1] = 2;
    size_t at = saved.len;
    while (at > 2 && !(saved.at[at - 1] == ARRAY_HEAD && saved.at[at - 2] == 0x81)) at--;
    saved.at[at] = (uint8_t)(saved.at[at] - 2);
    saved.len -= HOURS_BYTES;
    assert_ok(watch_load(second, buf_slice(&saved)));
    struct watch_view view = {0};
    uint32_t hours[HOURS_KEPT];
    assert_true(watch_view(second, 3, &view) && view.people_today == 1);
    watch_hours(second, 3, look.now_us, hours);
    assert_int_equal(hours[HOURS_KEPT - 1], 0);
    watch_minute(second, look.now_us, CUSTOMERS);
    watch_hours(second, 3, look.now_us, hours);
    assert_int_equal(hours[HOURS_KEPT - 1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was_and_goes_on_the_same),
        cmocka_unit_test(an_empty_one_comes_back),
        cmocka_unit_test(hostile_bytes_change_nothing),
        cmocka_unit_test(a_state_of_before_the_hours_comes_back),
        cmocka_unit_test(more_readers_than_there_is_room_for_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
