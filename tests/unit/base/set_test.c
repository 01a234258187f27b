#include "base/set.h"
#include "prop.h"

enum { MODEL_NUMBERS = 3 * SET_CHUNK_NUMBERS };

/* The plain model: one flag a number, over three chunks that lie apart. */
struct model {
    bool in[MODEL_NUMBERS];
    size_t count;
};

static uint64_t number_of(size_t at)
{
    static const uint64_t chunks[] = {0, 7, SET_CHUNK_MAX};
    return chunks[at / SET_CHUNK_NUMBERS] * SET_CHUNK_NUMBERS + at % SET_CHUNK_NUMBERS;
}

static void put(struct set *set, struct model *model, size_t at)
{
    assert_int_equal(set_add(set, number_of(at)), !model->in[at]);
    model->count += !model->in[at];
    model->in[at] = true;
}

/* Runs, scattered numbers and dense parts, so that all three kinds of container meet. */
static void fill(struct prop_rng *rng, struct set *set, struct model *model)
{
    for (size_t part = 0; part < 4; part++) {
        size_t start = prop_below(rng, MODEL_NUMBERS), len = prop_below(rng, 20000),
               step = 1 + prop_below(rng, 5);
        for (size_t at = start; at < start + len && at < MODEL_NUMBERS; at += step) put(set, model, at);
    }
    for (size_t i = prop_below(rng, 200); i > 0; i--) put(set, model, prop_below(rng, MODEL_NUMBERS));
    SCOPED(buf_done) struct buf drop = {0};
    uint64_t chunk = 0;
    if (prop_below(rng, 2) == 0 && set_chunk_count(set) > 0)
        set_chunk_get(set, 0, &chunk, &drop); /* compacts it */
}

static bool count_each(uint64_t number, void *context)
{
    (void)number;
    ++*(size_t *)context;
    return true;
}

static void same(const struct set *set, const struct model *model)
{
    size_t count = 0, walked = 0;
    for (size_t at = 0; at < MODEL_NUMBERS; at++) count += model->in[at];
    assert_int_equal(set_count(set), count);
    assert_true(set_each(set, count_each, &walked));
    assert_int_equal(walked, count);
    uint64_t *list = calloc(count + 1, sizeof *list);
    assert_non_null(list);
    set_list(set, list);
    size_t next = 0;
    for (size_t at = 0; at < MODEL_NUMBERS; at++) {
        if (set_has(set, number_of(at)) != model->in[at]) fail_msg("number %zu", at);
        if (model->in[at] && list[next++] != number_of(at)) fail_msg("list at %zu", next);
    }
    free(list);
}

static void behaves_like_a_list_of_flags(void **state)
{
    (void)state;
    static struct model a, b;
    PROPERTY(60, rng) {
        SCOPED(set_done) struct set x = {0}, y = {0};
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        fill(&rng, &x, &a);
        fill(&rng, &y, &b);
        same(&x, &a);
        switch (prop_below(&rng, 3)) {
        case 0:
            set_union_in(&x, &y);
            for (size_t at = 0; at < MODEL_NUMBERS; at++) a.in[at] |= b.in[at];
            break;
        case 1:
            set_intersect_in(&x, &y);
            for (size_t at = 0; at < MODEL_NUMBERS; at++) a.in[at] &= b.in[at];
            break;
        default:
            set_minus_in(&x, &y);
            for (size_t at = 0; at < MODEL_NUMBERS; at++) a.in[at] &= !b.in[at];
            break;
        }
        same(&x, &a);
        same(&y, &b);
    }
}

static void removed_numbers_are_gone_and_empty_chunks_with_them(void **state)
{
    (void)state;
    static struct model model;
    PROPERTY(20, rng) {
        SCOPED(set_done) struct set set = {0};
        memset(&model, 0, sizeof model);
        fill(&rng, &set, &model);
        size_t from = prop_below(&rng, MODEL_NUMBERS), to = from + prop_below(&rng, MODEL_NUMBERS - from);
        for (size_t at = from; at < to; at++) {
            assert_int_equal(set_remove(&set, number_of(at)), model.in[at]);
            model.in[at] = false;
        }
        same(&set, &model);
        for (size_t at = 0; at < MODEL_NUMBERS; at++)
            (void)set_remove(&set, number_of(at)); /* counted above */
        assert_int_equal(set_chunk_count(&set), 0);
    }
}

static void store_and_load(struct set *set, size_t index, struct set *back)
{
    SCOPED(buf_done) struct buf bytes = {0};
    uint64_t chunk = 0;
    set_chunk_get(set, index, &chunk, &bytes);
    assert_true(bytes.len <= SET_CHUNK_NUMBERS / 8 + 16);
    assert_ok(set_chunk_put(back, chunk, buf_slice(&bytes)));
    assert_ok(set_chunk_put(back, chunk, buf_slice(&bytes))); /* twice is once */
}

static void stored_chunks_come_back_in_any_order(void **state)
{
    (void)state;
    static struct model model;
    PROPERTY(40, rng) {
        SCOPED(set_done) struct set set = {0}, back = {0};
        memset(&model, 0, sizeof model);
        fill(&rng, &set, &model);
        for (size_t i = set_chunk_count(&set); i > 0; i--) store_and_load(&set, i - 1, &back);
        assert_true(set_equal(&set, &back));
        same(&back, &model);
        assert_int_equal(set_equal(&set, &(struct set){0}), model.count == 0);
    }
}

static void damaged_chunks_are_refused_or_are_other_sets(void **state)
{
    (void)state;
    static struct model model;
    PROPERTY(300, rng) {
        SCOPED(set_done) struct set set = {0}, back = {0};
        SCOPED(buf_done) struct buf bytes = {0};
        memset(&model, 0, sizeof model);
        fill(&rng, &set, &model);
        if (set_chunk_count(&set) == 0) continue;
        uint64_t chunk = 0;
        set_chunk_get(&set, prop_below(&rng, set_chunk_count(&set)), &chunk, &bytes);
        struct slice cut = slice_part(buf_slice(&bytes), 0, prop_below(&rng, bytes.len));
        assert_code(CODE_CORRUPT, set_chunk_put(&back, chunk, cut));
        bytes.at[prop_below(&rng, bytes.len)] ^= (uint8_t)(1U << prop_below(&rng, 8));
        if (set_chunk_put(&back, chunk, buf_slice(&bytes)).code == CODE_OK) {
            assert_true(set_count(&back) <= SET_CHUNK_NUMBERS);
            assert_false(set_equal(&set, &back));
        }
    }
}

static const struct {
    const char *name, *hex;
    enum code want;
} edges[] = {
    {"one member",
     "3a300000010000000000000010000000"
     "0500",
     CODE_OK},
    {"two members",
     "3a300000010000000000010010000000"
     "05000600",
     CODE_OK},
    {"a member twice",
     "3a300000010000000000010010000000"
     "05000500",
     CODE_CORRUPT},
    {"members out of order",
     "3a300000010000000000010010000000"
     "06000500",
     CODE_CORRUPT},
    {"bytes behind",
     "3a300000010000000000000010000000"
     "050000",
     CODE_CORRUPT},
    {"no container", "3a30000000000000", CODE_CORRUPT},
    {"two containers",
     "3a300000020000000000000010000000"
     "0500",
     CODE_CORRUPT},
    {"a number beyond the chunk",
     "3a300000010000000100000010000000"
     "0500",
     CODE_CORRUPT},
    {"another offset",
     "3a300000010000000000000012000000"
     "0500",
     CODE_CORRUPT},
    {"unknown cookie",
     "3c300000010000000000000010000000"
     "0500",
     CODE_CORRUPT},
    {"every number as a run",
     "3b30000001"
     "0000ffff"
     "01000000ffff",
     CODE_OK},
    {"a run beyond the chunk",
     "3b30000001"
     "0000ffff"
     "01000100ffff",
     CODE_CORRUPT},
    {"runs that overlap",
     "3b30000001"
     "00000500"
     "0200"
     "00000200"
     "02000200",
     CODE_CORRUPT},
    {"runs that miscount",
     "3b30000001"
     "00000600"
     "0200"
     "00000200"
     "05000200",
     CODE_CORRUPT},
    {"two runs",
     "3b30000001"
     "00000500"
     "0200"
     "00000200"
     "05000200",
     CODE_OK},
    {"no run",
     "3b30000001"
     "00000000"
     "0000",
     CODE_CORRUPT},
    {"runs without their flag",
     "3b30000000"
     "0000ffff"
     "01000000ffff",
     CODE_CORRUPT},
    {"two containers with runs",
     "3b30010001"
     "0000ffff"
     "01000000ffff",
     CODE_CORRUPT},
    {"nothing", "", CODE_CORRUPT},
};

static void named_edges_of_stored_chunks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        uint8_t room[32];
        size_t len = strlen(edges[i].hex) / 2;
        assert_true(hex_get(slice_text(edges[i].hex), room, len));
        SCOPED(set_done) struct set set = {0};
        struct result got = set_chunk_put(&set, 3, (struct slice){room, len});
        if (got.code != edges[i].want) fail_msg("%s: %s", edges[i].name, code_meaning(got.code));
    }
    SCOPED(set_done) struct set set = {0};
    assert_code(CODE_CORRUPT, set_chunk_put(&set, SET_CHUNK_MAX + 1, SLICE_TEXT("")));
}

static void the_next_number_and_its_chunk_are_found(void **state)
{
    (void)state;
    PROPERTY(100, rng) {
        SCOPED(set_done) struct set set = {0};
        uint64_t at = 0, sum = 0, want = 0;
        for (size_t i = prop_below(&rng, 50); i > 0; i--) (void)set_add(&set, prop_below(&rng, 400000));
        for (uint64_t number = 0; number < 400000; number++) want += set_has(&set, number) ? number : 0;
        for (uint64_t from = 0; set_next(&set, from, &at); from = at + 1) {
            assert_true(set_has(&set, at) && at >= from);
            assert_true(set_chunk_find(&set, at >> SET_CHUNK_BITS) < set_chunk_count(&set));
            sum += at;
        }
        assert_int_equal(sum, want);
        assert_true(set_chunk_find(&set, 7) == SIZE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_number_and_its_chunk_are_found),
        cmocka_unit_test(behaves_like_a_list_of_flags),
        cmocka_unit_test(removed_numbers_are_gone_and_empty_chunks_with_them),
        cmocka_unit_test(stored_chunks_come_back_in_any_order),
        cmocka_unit_test(damaged_chunks_are_refused_or_are_other_sets),
        cmocka_unit_test(named_edges_of_stored_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
