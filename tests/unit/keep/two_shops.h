/* A home with two shops in it, both open: for tests of what must not pass from one to the other. */
#ifndef AMN_TESTS_TWO_SHOPS_H
#define AMN_TESTS_TWO_SHOPS_H

#include "prop.h"

#include "keep/shop.h"

#include <unistd.h>

enum { SHOPS = 2 };

struct two_shops {
    char path[64];
    int64_t now_us;
    struct home *home;
    struct shop *shops[SHOPS];
    struct buf keys[SHOPS]; /* the text of each shop's first admin key */
};

static inline int64_t two_shops_now(void *context)
{
    const struct two_shops *two = context;
    return two->now_us;
}

static inline void two_shops_begin(struct two_shops *two)
{
    static const char *const names[SHOPS] = {"first", "second"};
    SCOPED(home_made_done) struct home_made first = {0}, second = {0};
    *two = (struct two_shops){.path = "/tmp/amanah-shops-XXXXXX", .now_us = 1795300000 * SECOND_US};
    struct clock clock = {two_shops_now, two};
    assert_non_null(mkdtemp(two->path));
    assert_int_equal(rmdir(two->path), 0);
    struct home_options home = {.path = two->path, .shop = names[0], .seal.kind = SEAL_PLAIN, .clock = clock};
    assert_ok(home_init(&home, &first));
    assert_ok(home_open(two->path, (struct slice){0}, true, &two->home));
    assert_ok(home_shop_add(two->home, clock, names[1], NULL, &second));
    two->keys[0] = TAKE(first.key);
    two->keys[1] = TAKE(second.key);
    for (size_t i = 0; i < SHOPS; i++) {
        struct shop_options shop = {.home = two->home, .name = names[i], .clock = clock, .mode = SHOP_WRITER};
        assert_ok(shop_open(&shop, &two->shops[i]));
    }
}

static inline void two_shops_end(struct two_shops *two)
{
    char command[128];
    for (size_t i = 0; i < SHOPS; i++) {
        shop_free(&two->shops[i]);
        buf_done(&two->keys[i]);
    }
    home_free(&two->home);
    (void)snprintf(command, sizeof command, "rm -r '%s'", two->path);
    assert_int_equal(system(command), 0);
}

/* Another symbol of base32 in the place of `at`: never the same one in the other case. */
static inline uint8_t other_symbol(struct prop_rng *rng, uint8_t at)
{
    static const char symbols[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint8_t symbol = at;
    while (symbol == at) symbol = (uint8_t)symbols[prop_below(rng, sizeof symbols - 1)];
    return symbol;
}

#endif
