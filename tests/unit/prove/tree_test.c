#include "prove/tree.h"

#include "counter.h"
#include "vectors.h"

static struct crypto *crypto;

static int set_up(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

static void the_empty_root_is_the_hash_of_nothing(void **state)
{
    (void)state;
    struct hash want = {{0}}, got = {{0}}, tree = {{0}};
    sha256_one(crypto, (struct slice){0}, &want);
    empty_root(&got);
    merkle_root(crypto, NULL, 0, &tree);
    assert_true(hash_equal(&want, &got));
    assert_true(hash_equal(&want, &tree));
}

static void the_eight_leaves_have_their_published_roots(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    struct slice words[VECTOR_WORDS_MAX];
    struct hash leaves[8];
    struct tree tree = {0};
    size_t rows = 0;
    eight_leaves(crypto, leaves);
    vector_read("eight-leaves.txt", &file);
    for (struct slice rest = buf_slice(&file); vector_row(&rest, words) == 3; rows++) {
        struct hash want = {{0}}, grown = {{0}}, whole = {{0}}, text = {{0}};
        assert_true(vector_number(words[0]) == rows);
        assert_true(hex_get(words[1], want.bytes, HASH_BYTES));
        assert_true(hash_text_get(words[2], &text));
        tree_root(crypto, &tree, &grown);
        merkle_root(crypto, leaves, rows, &whole);
        assert_true(hash_equal(&want, &grown));
        assert_true(hash_equal(&want, &whole));
        assert_true(hash_equal(&want, &text));
        if (rows < 8) tree_append(crypto, &tree, &leaves[rows], NULL);
    }
    assert_int_equal(rows, 9);
}

static void the_eight_leaves_have_their_published_paths(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    struct slice words[VECTOR_WORDS_MAX];
    struct hash leaves[8];
    size_t rows = 0, count = 0;
    eight_leaves(crypto, leaves);
    vector_read("eight-proofs.txt", &file);
    for (struct slice rest = buf_slice(&file); (count = vector_row(&rest, words)) > 0;) {
        struct proof proof = {0};
        if (!slice_is(words[0], "inclusion")) continue;
        merkle_path(crypto, leaves, vector_number(words[2]), vector_number(words[1]), &proof);
        assert_int_equal(proof.count, count - 3);
        for (size_t i = 0; i < proof.count; i++) {
            struct hash want = {{0}};
            assert_true(hex_get(words[3 + i], want.bytes, HASH_BYTES));
            assert_true(hash_equal(&want, &proof.hashes[i]));
        }
        rows++;
    }
    assert_int_equal(rows, 7);
}

static void the_counter_tree_has_its_published_roots(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 0);
    struct slice words[VECTOR_WORDS_MAX];
    size_t rows = 0;
    vector_read("counter-roots.txt", &file);
    for (struct slice rest = buf_slice(&file); vector_row(&rest, words) == 2; rows++) {
        struct hash want = {{0}}, grown = {{0}}, whole = {{0}};
        uint64_t size = vector_number(words[0]);
        assert_true(hash_text_get(words[1], &want));
        counter_grow(counter, size);
        tree_root(crypto, &counter->tree, &grown);
        counter_root(counter, size, &whole);
        assert_true(hash_equal(&want, &grown));
        assert_true(hash_equal(&want, &whole));
    }
    assert_int_equal(rows, 13);
}

struct seen {
    uint64_t nodes, leaves;
    unsigned level;
};

static void see(void *context, unsigned level, uint64_t index, const struct hash *hash)
{
    struct seen *seen = context;
    assert_non_null(hash);
    if (level == 0) assert_true(index == seen->leaves++);
    if (level > 0) assert_int_equal(level, seen->level + 1); /* upwards, without a gap */
    seen->level = level;
    seen->nodes++;
}

static void each_node_is_told_once_when_it_is_complete(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct tree_emit emit = {see, &seen};
    struct tree tree = {0};
    const struct hash leaf = {{7}};
    for (int i = 0; i < 1024; i++) tree_append(crypto, &tree, &leaf, &emit);
    assert_true(seen.nodes == 2047);
    assert_int_equal(seen.level, 10);
}

static void a_tree_splits_strictly_below_its_size(void **state)
{
    (void)state;
    static const struct {
        uint64_t size, want;
    } cases[] = {{2, 1}, {3, 2}, {4, 2}, {5, 4}, {8, 4}, {9, 8}, {UINT64_C(1) << 40, UINT64_C(1) << 39}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) assert_true(tree_split(cases[i].size) == cases[i].want);
}

static void a_hash_has_one_text(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw",  /* no padding */
        "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dx=", /* left-over bits */
        "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ_5FhNC14Dw=", /* the alphabet of URLs */
        "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14A==", /* 31 bytes */
        "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dwa", /* 33 bytes */
        " kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw=",
    };
    struct hash hash = {{9}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(hash_text_get(slice_text(bad[i]), &hash));
        assert_int_equal(hash.bytes[0], 9);
    }
    SCOPED(buf_done) struct buf text = {0};
    assert_true(hash_text_get(SLICE_TEXT("kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw="), &hash));
    hash_text_put(&text, &hash);
    assert_true(slice_is(buf_slice(&text), "kJcpqcb0qWKBKkZXnxPSra0Dz30AFtViQ/5FhNC14Dw="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_root_is_the_hash_of_nothing),
        cmocka_unit_test(the_eight_leaves_have_their_published_roots),
        cmocka_unit_test(the_eight_leaves_have_their_published_paths),
        cmocka_unit_test(the_counter_tree_has_its_published_roots),
        cmocka_unit_test(each_node_is_told_once_when_it_is_complete),
        cmocka_unit_test(a_tree_splits_strictly_below_its_size),
        cmocka_unit_test(a_hash_has_one_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
