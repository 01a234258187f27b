/* Which states a matter may come to, against a list of them written here, and that no other step is taken for ours. */
#include "people.h"

#include "keep/batch.h"
#include "keep/matter.h"

enum { PATH_MAX_STATES = 6 };

/* A way through states that is ours, and a step from its end that is not. */
static const struct way {
    enum matter_kind kind;
    uint32_t states[PATH_MAX_STATES]; /* 0: it ends */
    uint32_t never;
} ways[] = {{MATTER_COMPLAINT, {1, 1, 2, 2, 3, 4}, 1},
            {MATTER_QUESTION, {1, 3}, 1},
            {MATTER_SCAM, {1, 4}, 3},
            {MATTER_RIGHTS, {1, 2, 4}, 2},
            {MATTER_RIGHTS, {0}, 4},
            {MATTER_PROMISE, {1, 1, 2}, 1},
            {MATTER_PROMISE, {1, 3}, 2},
            {MATTER_PROMISE, {0}, 2},
            {MATTER_POOL, {1, 2, 3}, 2},
            {MATTER_POOL, {1}, 3},
            {MATTER_CLAIM, {1, 2, 3, 5}, 3},
            {MATTER_CLAIM, {1, 2, 4}, 5},
            {MATTER_CLAIM, {1}, 3},
            {MATTER_CLAIM, {0}, 3},
            {MATTER_COUNSEL, {1, 1, 2, 2, 3}, 2},
            {MATTER_COUNSEL, {1, 3}, 1},
            {MATTER_COUNSEL, {0}, 2},
            {MATTER_MANDATE, {1, 2, 3, 4, 4, 5}, 4},
            {MATTER_MANDATE, {2, 4, 5}, 1},
            {MATTER_MANDATE, {3, 5}, 3},
            {MATTER_MANDATE, {1}, 4},
            {MATTER_MANDATE, {0}, 5},
            {MATTER_POOL, {1, 2}, 4}};

static void line_add(struct people *people, struct matter_row *row, uint32_t state)
{
    const struct reader reader = {.no = 1};
    SCOPED(batch_done) struct batch batch = {0};
    struct receipt receipt = {0};
    assert_ok(batch_begin(people->shop, &people->keeper->arena, &batch));
    if (row->no > 0 && matter_id_kind(row->kind) == ID_TICKET && state == TICKET_FORGOTTEN) {
        assert_ok(matter_forget(&batch, &reader, row)); /* its key goes as well */
    } else {
        row->state = state;
        assert_ok(matter_add(&batch, &reader, row, (struct slice){0}, &receipt));
    }
    assert_ok(batch_settle(&batch));
    arena_reset(&people->keeper->arena);
}

static void steps_that_are_ours_are_known_and_no_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct people people;
        struct matter_row row = {.kind = ways[i].kind};
        uint64_t lines = 0, count = 0;
        people_begin(&people);
        for (; lines < PATH_MAX_STATES && ways[i].states[lines] > 0; lines++)
            line_add(&people, &row, ways[i].states[lines]);
        assert_ok(matters_check(people.shop, &count));
        assert_int_equal(count, lines);
        line_add(&people, &row, ways[i].never);
        assert_int_equal(matters_check(people.shop, &count).cause, CAUSE_TAMPERED);
        people_end(&people);
    }
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(matter_state_name(MATTER_SCAM, 4), "forgotten");
    assert_string_equal(matter_state_name(MATTER_CLAIM, 5), "shared");
    assert_string_equal(matter_state_name(MATTER_POOL, 4), "?");
    assert_string_equal(matter_state_name(0, 1), "?");
    assert_int_equal(matter_id_kind(MATTER_RIGHTS), ID_TICKET);
    assert_int_equal(matter_id_kind(10), ID_KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_that_are_ours_are_known_and_no_others),
        cmocka_unit_test(states_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
