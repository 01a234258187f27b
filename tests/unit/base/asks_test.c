#include "base/asks.h"
#include "prop.h"

static struct slice random_text(struct prop_rng *rng, struct arena *arena, size_t most)
{
    size_t len = prop_below(rng, most + 1);
    uint8_t *at = arena_take(arena, len + 1);
    for (size_t i = 0; i < len; i++) at[i] = (uint8_t)prop_u64(rng);
    return (struct slice){at, len};
}

/* Fill any ask by its table, so that a new verb is tested without a new line here. */
static void random_ask(struct prop_rng *rng, struct arena *arena, const struct member *members, uint8_t *ask)
{
    for (; members->wire != WIRE_END; members++) {
        void *at = ask + members->offset;
        size_t few = prop_below(rng, (members->max < 4 ? members->max : 4) + 1);
        struct slice *texts = arena_take(arena, 4 * sizeof *texts);
        struct value *values = arena_take(arena, 4 * sizeof *values);
        for (size_t i = 0; i < few && i < 4; i++) {
            texts[i] = random_text(rng, arena, BEARER_BYTES_MAX);
            values[i] = (struct value){random_text(rng, arena, NAME_BYTES_MAX),
                                       random_text(rng, arena, NAME_BYTES_MAX), random_text(rng, arena, 300),
                                       (uint16_t)prop_below(rng, ITEMS_MAX), (uint8_t)prop_below(rng, 2)};
        }
        if (members->wire == WIRE_TEXT) *(struct slice *)at = random_text(rng, arena, members->max);
        if (members->wire == WIRE_BYTES) {
            *(struct slice *)at = random_text(rng, arena, members->max < 1000 ? members->max : 1000);
        }
        if (members->wire == WIRE_U64) *(uint64_t *)at = prop_u64(rng) & members->max & (members->max >> 1);
        if (members->wire == WIRE_BOOL) *(bool *)at = prop_below(rng, 2) == 1;
        if (members->wire == WIRE_TEXTS) *(struct texts *)at = (struct texts){texts, few};
        if (members->wire == WIRE_VALUES) *(struct values *)at = (struct values){values, few};
    }
}

static void every_ask_comes_back(void **state)
{
    (void)state;
    SCOPED(arena_done) struct arena arena = {0};
    PROPERTY(600, rng) {
        enum verb verb = (enum verb)(prop_turn % VERB_COUNT);
        union any_ask ask = {0}, back = {0};
        struct ask_head head = {1 + prop_below(&rng, 1000),
                                verb,
                                {1, 2},
                                random_text(&rng, &arena, BEARER_BYTES_MAX),
                                random_text(&rng, &arena, IDEMPOTENCY_BYTES_MAX)};
        struct ask_head head_back = {0};
        random_ask(&rng, &arena, verb_row(verb)->members, (uint8_t *)&ask);
        SCOPED(buf_done) struct buf frame = {0}, again = {0};
        assert_ok(ask_write(&head, &ask, &frame));
        assert_ok(ask_read(slice_from(buf_slice(&frame), 4), &arena, &head_back, &back));
        assert_int_equal(head_back.verb, verb);
        assert_ok(ask_write(&head_back, &back, &again));
        assert_true(slice_equal(buf_slice(&frame), buf_slice(&again)));

        union any_ask none = {0}; /* and its other side: a cut frame is refused */
        size_t cut = 4 + prop_below(&rng, frame.len - 4);
        struct slice short_frame = {frame.at + 4, cut - 4};
        assert_code(CODE_INVALID, ask_read(short_frame, &arena, &head_back, &none));
        arena_reset(&arena);
    }
}

static void bounds_are_checked_before_a_frame_leaves(void **state)
{
    (void)state;
    static const char long_text[1200] = {'x'};
    struct lookup_ask ask = {.field = SLICE_TEXT("email"), .value = {(const uint8_t *)long_text, 1025}};
    struct ask_head head = {.id = 1, .verb = VERB_LOOKUP};
    SCOPED(buf_done) struct buf frame = {0};
    assert_code(CODE_INVALID, ask_write(&head, &ask, &frame));
    assert_int_equal(frame.len, 0);
    head.bearer = (struct slice){(const uint8_t *)long_text, BEARER_BYTES_MAX + 1};
    ask.value.len = 10;
    assert_code(CODE_DENIED, ask_write(&head, &ask, &frame));
    assert_int_equal(frame.len, 0);
}

static void answers_come_back(void **state)
{
    (void)state;
    struct answer_head head = {.id = 9,
                               .cause = CAUSE_BUDGET_DAY,
                               .flags = ANSWER_RECEIPT,
                               .shop = 3,
                               .version = 1ULL << 60,
                               .retry_after_s = 77,
                               .index = 123456789};
    head.leaf_hash[31] = 5;
    struct answer_head back = {0};
    struct slice body = {0};
    SCOPED(buf_done) struct buf frame = {0};
    answer_write(&head, SLICE_TEXT("body"), &frame);
    assert_ok(answer_read(slice_from(buf_slice(&frame), 4), &back, &body));
    assert_memory_equal(&head, &back, sizeof head);
    assert_true(slice_is(body, "body"));
}

static void import_rows_come_back(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf rows = {0};
    struct import_value values[2] = {{0, 0, SLICE_TEXT("C1")}, {3, 2, SLICE_TEXT("\xea\xb0\x80")}};
    struct import_value back[IMPORT_TARGETS_MAX];
    import_row_write(300, values, 2, &rows);
    import_row_write(301, values, 1, &rows);
    struct cursor cursor = {buf_slice(&rows), false};
    uint64_t line = 0;
    size_t count = 0;
    assert_true(import_row_read(&cursor, &line, back, &count));
    assert_true(line == 300 && count == 2 && back[1].target == 3 && back[1].item == 2);
    assert_true(slice_equal(back[1].text, values[1].text));
    assert_true(import_row_read(&cursor, &line, back, &count));
    assert_false(import_row_read(&cursor, &line, back, &count));
    assert_false(cursor.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ask_comes_back),
        cmocka_unit_test(bounds_are_checked_before_a_frame_leaves),
        cmocka_unit_test(answers_come_back),
        cmocka_unit_test(import_rows_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
