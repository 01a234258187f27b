/* A simulator that cannot fail proves nothing: each of these deliberate bugs in the store must be found by it. */
#include "redress_sim.h"
#include "sim.h"

enum { SEEDS_MAX = 12 };

struct bug {
    const char *name;
    enum fault_call drop;
    uint64_t every; /* each so-manieth of such calls is not made */
};

/* Does one life with that bug in it end well? */
typedef bool life(uint64_t seed, const struct bug *bug);

static void each_is_found(life *ends_well, const struct bug *bugs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (uint64_t seed = 1; seed <= SEEDS_MAX && !found; seed++) found = !ends_well(seed, &bugs[i]);
        if (!found) fail_msg("not found in %d seeds: %s", SEEDS_MAX, bugs[i].name);
    }
}

static bool keeper_ends_well(uint64_t seed, const struct bug *bug)
{
    const struct sim_options options = {.seed = seed, .drop = bug->drop, .drop_every = bug->every};
    return sim_run(&options).good;
}

static bool checkout_ends_well(uint64_t seed, const struct bug *bug)
{
    const struct redress_options options = {.seed = seed, .drop = bug->drop, .drop_every = bug->every};
    return redress_sim_run(&options).good;
}

static void finds_a_store_that_drops_writes(void **state)
{
    (void)state;
    static const struct bug bugs[] = {
        {"a changed record is not written", CALL_subject_replace, 5},
        {"a tag is not written", CALL_tag_add, 20},
        {"a tag that ended is still there", CALL_tag_end, 7},
        {"an erased subject keeps its past tags or leaves", CALL_subject_leaf_put, 3},
        {"entries of the tail are not written", CALL_ledger_tail_add, 30},
        {"a bundle's tile is not written", CALL_ledger_tile_put, 2},
        {"a row of authority is not written", CALL_authority_put, 9},
        {"an entry of authority is not listed", CALL_ledger_authority_add, 9},
        {"an answer is not kept for its idempotency key", CALL_replay_put, 3},
        {"a commit says it was made, and was not", CALL_batch_commit, 60},
        {"the hash of a replaced record is not kept", CALL_subject_past_put, 4},
    };
    each_is_found(keeper_ends_well, bugs, COUNT_OF(bugs));
}

static void finds_books_that_are_not_kept(void **state)
{
    (void)state;
    static const struct bug bugs[] = {
        {"what was used of a voucher is not written", CALL_voucher_put, 40},
        {"a redemption is not written", CALL_voucher_taken_add, 40},
        {"what became of a redemption is not written", CALL_voucher_taken_put, 20},
        {"a posting is not written", CALL_voucher_act_add, 20},
        {"an account is not written", CALL_voucher_account_put, 9},
        {"an order's answer is not kept", CALL_replay_put, 10},
        {"a commit says it was made, and was not", CALL_batch_commit, 60},
    };
    each_is_found(checkout_ends_well, bugs, COUNT_OF(bugs));
}

static void the_same_seed_is_the_same_life(void **state)
{
    (void)state;
    struct sim_options options = {.seed = 4, .steps = 60};
    struct sim_result first = sim_run(&options), again = sim_run(&options);
    if (!first.good) fail_msg("%s", first.text);
    assert_true(again.good);
    assert_int_equal(first.asks, again.asks);
    assert_int_equal(first.entries, again.entries);
    assert_int_equal(first.faults, again.faults);
    assert_int_equal(first.crashes, again.crashes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_store_that_drops_writes),
        cmocka_unit_test(finds_books_that_are_not_kept),
        cmocka_unit_test(the_same_seed_is_the_same_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
