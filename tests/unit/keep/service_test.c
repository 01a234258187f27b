/* The endpoint map: what a key asked for counts once its entry is durable, and stays until the minute's upkeep. */
#include "keep/access/service.h"
#include "two_shops.h"

enum { FIELDS_FIRST = 4, FIELDS_LATER = 8 };

static void look(struct batch *batch, uint64_t fields)
{
    const struct reader reader = {.no = reader_no(READER_KEY, 1)};
    struct receipt receipt = {0};
    struct draft draft = batch_draft(batch, &reader, ENTRY_REVEAL);
    draft.entry.full = fields;
    draft.entry.purpose = 2;
    batch_append(batch, &draft, &receipt);
}

static uint64_t seen(const struct shop *shop)
{
    return shop->access.use_count > 0 ? shop->access.uses[0].fields : 0;
}

static void a_look_that_was_undone_is_no_use_of_the_service(void **state)
{
    (void)state;
    struct two_shops two;
    two_shops_begin(&two);
    struct shop *shop = two.shops[0];
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch undone = {0};
    SCOPED(batch_done) struct batch kept = {0};
    assert_ok(batch_begin(shop, &arena, &undone));
    look(&undone, FIELDS_FIRST);
    look(&undone, FIELDS_LATER);
    batch_rollback(&undone);
    assert_int_equal(seen(shop), 0);
    assert_ok(batch_begin(shop, &arena, &kept));
    look(&kept, FIELDS_FIRST);
    assert_int_equal(seen(shop), 0);
    assert_ok(batch_settle(&kept));
    assert_int_equal(seen(shop), FIELDS_FIRST);
    assert_int_equal(shop->access.uses[0].purposes, 1u << 2);
    two_shops_end(&two);
}

static void what_was_seen_outlives_rows_that_are_read_again(void **state)
{
    (void)state;
    struct two_shops two;
    two_shops_begin(&two);
    struct shop *shop = two.shops[0];
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch kept = {0};
    SCOPED(batch_done) struct batch undone = {0};
    assert_ok(batch_begin(shop, &arena, &kept));
    look(&kept, FIELDS_FIRST);
    assert_ok(batch_settle(&kept));
    assert_ok(batch_begin(shop, &arena, &undone));
    look(&undone, FIELDS_LATER);
    undone.authority = true; /* so the rows in memory are read again */
    batch_rollback(&undone);
    assert_false(shop->readers_lost);
    assert_int_equal(seen(shop), FIELDS_FIRST);
    two_shops_end(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_that_was_undone_is_no_use_of_the_service),
        cmocka_unit_test(what_was_seen_outlives_rows_that_are_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
