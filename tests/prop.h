/*
 * What every unit test uses: cmocka, result assertions, and properties over seeded random input.
 * AMN_SEED=n repeats a failing property; the seed is printed when a test fails.
 */
#ifndef AMN_TESTS_PROP_H
#define AMN_TESTS_PROP_H

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct prop_rng {
    uint64_t state;
};

static inline uint64_t prop_u64(struct prop_rng *rng) /* splitmix64: small, and the same everywhere */
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static inline size_t prop_below(struct prop_rng *rng, size_t bound)
{
    return (size_t)(prop_u64(rng) % bound);
}

/* Fill a random prefix of `out` with random bytes; its length. */
static inline size_t prop_fill(struct prop_rng *rng, uint8_t *out, size_t room)
{
    size_t len = prop_below(rng, room + 1);
    for (size_t i = 0; i < len; i++) out[i] = (uint8_t)prop_u64(rng);
    return len;
}

static inline uint64_t prop_seed(void)
{
    const char *given = getenv("AMN_SEED");
    return given ? strtoull(given, NULL, 10) : 20251129;
}

/* Run the block `times` times, each with its own `rng`. */
#define PROPERTY(times, rng)                                                                  \
    for (struct prop_rng rng = {prop_seed()}, *prop_once = &rng; prop_once; prop_once = NULL) \
        for (int prop_turn = 0; prop_turn < (times);                                          \
             prop_turn++, rng.state = prop_seed() + (uint64_t)prop_turn * 7919)

#define assert_ok(call)                                                                   \
    do {                                                                                  \
        struct result assert_result = (call);                                             \
        if (assert_result.code != CODE_OK)                                                \
            fail_msg("%s: %s (%s) [AMN_SEED=%llu]", #call, result_text(), result_place(), \
                     (unsigned long long)prop_seed());                                    \
    } while (0)

#define assert_why(want, call)                                                             \
    do {                                                                                   \
        struct result cause_result = (call);                                               \
        if (cause_result.cause != (want))                                                  \
            fail_msg("%s: %s [AMN_SEED=%llu]", #call, cause_row(cause_result.cause)->slug, \
                     (unsigned long long)prop_seed());                                     \
    } while (0)

#define assert_code(want, call)                                              \
    do {                                                                     \
        struct result assert_result = (call);                                \
        if (assert_result.code != (want))                                    \
            fail_msg("%s: want %s, got %s: %s", #call, code_row(want)->name, \
                     code_row(assert_result.code)->name, result_text());     \
    } while (0)

#endif
