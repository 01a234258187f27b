#include "prove/proof.h"

#include "prove/witness.h"

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

static struct hash leaf_of(const struct counter *counter, uint64_t index)
{
    return ((const struct hash *)counter->rows[0].at)[index];
}

static struct slice proof_bytes(const struct proof *proof)
{
    return (struct slice){proof->hashes[0].bytes, proof->count * HASH_BYTES};
}

static void hash_must_be(struct slice bytes, const char *hex)
{
    struct hash want = {{0}}, got = {{0}};
    assert_true(hex_get(slice_text(hex), want.bytes, HASH_BYTES));
    sha256_one(crypto, bytes, &got);
    assert_true(hash_equal(&want, &got));
}

/* What a proof is about: an inclusion if `inclusion` is set, else a consistency. */
struct claim {
    uint64_t from, size;
    struct hash first, root; /* leaf or old root */
    bool inclusion;
};

static bool holds(const struct claim *claim, const struct proof *proof)
{
    struct result result =
        claim->inclusion
            ? proof_inclusion_check(crypto, claim->from, claim->size, &claim->first, proof, &claim->root)
            : proof_consistency_check(crypto, claim->from, claim->size, &claim->first, &claim->root, proof);
    assert_true(result.code == CODE_OK || result.cause == CAUSE_PROOF_BAD);
    return result.code == CODE_OK;
}

static void the_eight_leaves_have_their_published_proofs(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    struct slice words[VECTOR_WORDS_MAX];
    struct hash roots[9], leaves[8];
    size_t rows = 0, count = 0;
    eight_leaves(crypto, leaves);
    for (size_t i = 0; i <= COUNT_OF(leaves); i++) merkle_root(crypto, leaves, i, &roots[i]);
    vector_read("eight-proofs.txt", &file);
    for (struct slice rest = buf_slice(&file); (count = vector_row(&rest, words)) > 0; rows++) {
        uint64_t from = vector_number(words[1]), size = vector_number(words[2]);
        struct claim claim = {from, size, {{0}}, roots[size], slice_is(words[0], "inclusion")};
        struct proof proof = {.count = count - 3};
        for (size_t i = 0; i < proof.count; i++) {
            assert_true(hex_get(words[3 + i], proof.hashes[i].bytes, HASH_BYTES));
        }
        claim.first = claim.inclusion ? leaves[from] : roots[from];
        assert_true(holds(&claim, &proof));
    }
    assert_int_equal(rows, 15);
}

/* Make the inclusion proof of leaf `from` in the first `size` entries, and what it proves; it must hold. */
static void include(struct counter *counter, uint64_t from, uint64_t size, struct claim *claim,
                    struct proof *proof)
{
    *claim = (struct claim){from, size, leaf_of(counter, from), {{0}}, true};
    counter_root(counter, size, &claim->root);
    assert_ok(proof_inclusion(crypto, &counter->reader, size, from, proof));
    assert_true(holds(claim, proof));
}

static void continues(struct counter *counter, uint64_t from, uint64_t size, struct claim *claim,
                      struct proof *proof)
{
    *claim = (struct claim){from, size, {{0}}, {{0}}, false};
    counter_root(counter, from, &claim->first);
    counter_root(counter, size, &claim->root);
    assert_ok(proof_consistency(crypto, &counter->reader, from, size, proof));
    assert_true(holds(claim, proof));
}

static void digest_must_be(struct hasher *hasher, const char *hex)
{
    struct hash want = {{0}}, got = {{0}};
    hasher_end(hasher, &got);
    assert_true(hex_get(slice_text(hex), want.bytes, HASH_BYTES));
    assert_true(hash_equal(&want, &got));
}

static void all_proofs_up_to_130_have_their_published_checksums(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 130);
    SCOPED(hasher_free) struct hasher *inclusion = NULL, *consistency = NULL;
    assert_ok(hasher_new(crypto, &inclusion));
    assert_ok(hasher_new(crypto, &consistency));
    for (uint64_t n = 1; n <= 130; n++) {
        for (uint64_t m = 0; m < n; m++) {
            struct claim claim;
            struct proof proof = {0}, path = {0};
            include(counter, m, n, &claim, &proof);
            merkle_path(crypto, (const struct hash *)counter->rows[0].at, n, m, &path);
            assert_true(slice_equal(proof_bytes(&path), proof_bytes(&proof)));
            hasher_put(inclusion, proof_bytes(&proof));
            hasher_put(inclusion, SLICE_TEXT("|"));
            continues(counter, m + 1, n, &claim, &proof);
            hasher_put(consistency, proof_bytes(&proof));
            hasher_put(consistency, SLICE_TEXT("|"));
        }
    }
    digest_must_be(inclusion, "0cb855838d9eecf788c17871f3ba1d19561ade021192841a7172fb7b7c1a4a90");
    digest_must_be(consistency, "9d2855fb0655731022fac353b417a2237b7fb82e2fe6dde6d76908558337e0bd");
}

static struct proof without(const struct proof *proof, size_t at)
{
    struct proof shorter = *proof;
    memmove(&shorter.hashes[at], &proof->hashes[at + 1], (proof->count - at - 1) * HASH_BYTES);
    shorter.count--;
    return shorter;
}

static struct proof with(const struct proof *proof, size_t at, struct hash added)
{
    struct proof longer = *proof;
    memmove(&longer.hashes[at + 1], &proof->hashes[at], (proof->count - at) * HASH_BYTES);
    longer.hashes[at] = added;
    longer.count++;
    return longer;
}

static void no_changed_proof_may_hold(const struct claim *claim, const struct proof *proof,
                                      struct prop_rng *rng)
{
    assert_true(holds(claim, proof));
    for (size_t i = 0; i < proof->count; i++) {
        struct proof changed = *proof, shorter = without(proof, i);
        changed.hashes[i].bytes[prop_below(rng, HASH_BYTES)] ^= (uint8_t)(1U << prop_below(rng, 8));
        assert_false(holds(claim, &changed));
        assert_false(holds(claim, &shorter));
    }
    for (size_t i = 0; i <= proof->count; i++) {
        const struct hash added[] = {claim->root, claim->first, {{1}}};
        struct proof longer = with(proof, i, added[prop_below(rng, COUNT_OF(added))]);
        /* consistency from an empty tree says nothing, so any proof but the empty one is refused there too */
        assert_false(holds(claim, &longer));
    }
    struct claim other = *claim;
    other.root.bytes[0] ^= 1;
    assert_false(holds(&other, proof));
    other = *claim;
    other.first.bytes[31] ^= 1;
    assert_false(holds(&other, proof));
}

static void every_hash_of_every_proof_up_to_70_counts(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70);
    struct prop_rng rng = {prop_seed()};
    size_t proofs = 0;
    for (uint64_t n = 1; n <= 70; n++) {
        for (uint64_t m = 0; m < n; m++, proofs += 2) {
            struct claim claim;
            struct proof proof = {0};
            include(counter, m, n, &claim, &proof);
            no_changed_proof_may_hold(&claim, &proof, &rng);
            continues(counter, m + 1, n, &claim, &proof);
            no_changed_proof_may_hold(&claim, &proof, &rng);
        }
    }
    assert_int_equal(proofs, 4970);
}

static void an_inclusion_proof_holds_at_its_index_and_size_only(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 40);
    for (uint64_t m = 0; m < 37; m++) {
        struct proof proof = {0};
        struct hash leaf = leaf_of(counter, m), root = {{0}};
        counter_root(counter, 37, &root);
        assert_ok(proof_inclusion(crypto, &counter->reader, 37, m, &proof));
        for (uint64_t other = 0; other <= 70; other++) {
            struct claim claim = {other, 37, leaf, root, true};
            assert_true(holds(&claim, &proof) == (other == m));
        }
    }
}

static void empty_proofs_hold_where_nothing_is_to_prove_and_nowhere_else(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 8);
    const struct proof none = {0};
    struct hash leaf = leaf_of(counter, 0), one = {{0}}, eight = {{0}};
    counter_root(counter, 1, &one);
    counter_root(counter, 8, &eight);
    assert_ok(proof_inclusion_check(crypto, 0, 1, &leaf, &none, &one));
    assert_code(CODE_CORRUPT, proof_inclusion_check(crypto, 0, 8, &leaf, &none, &leaf));
    assert_code(CODE_CORRUPT, proof_inclusion_check(crypto, 0, 0, &leaf, &none, &one));
    assert_ok(proof_consistency_check(crypto, 8, 8, &eight, &eight, &none));
    assert_ok(proof_consistency_check(crypto, 0, 8, &one, &eight, &none));
    assert_code(CODE_CORRUPT, proof_consistency_check(crypto, 8, 8, &one, &eight, &none));
    assert_code(CODE_CORRUPT, proof_consistency_check(crypto, 1, 8, &one, &eight, &none));
    assert_code(CODE_CORRUPT, proof_consistency_check(crypto, 8, 1, &eight, &one, &none));
    struct proof long_one = {.count = PROOF_HASHES_MAX + 1};
    assert_code(CODE_CORRUPT, proof_inclusion_check(crypto, 0, TREE_SIZE_MAX, &leaf, &long_one, &one));
    assert_code(CODE_CORRUPT, proof_consistency_check(crypto, 3, TREE_SIZE_MAX, &leaf, &one, &long_one));
}

/* Sizes that no test can fill: siblings are random, and the root is folded along the splits of RFC 6962. */
static void inclusion_is_checked_in_trees_of_any_size(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint64_t size = 1 + (prop_u64(&rng) >> (1 + prop_below(&rng, 63))), index = prop_u64(&rng) % size;
        bool right[PROOF_HASHES_MAX] = {false};
        struct proof proof = {0};
        for (uint64_t low = 0, high = size; high - low > 1; proof.count++) {
            uint64_t middle = low + tree_split(high - low);
            right[proof.count] = index < middle;
            if (index < middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        struct hash leaf = {{5}}, root = leaf;
        for (size_t i = 0; i < proof.count; i++) { /* the splits were taken from the top; proofs climb */
            struct hash *sibling = &proof.hashes[i];
            for (size_t k = 0; k < HASH_BYTES; k++) sibling->bytes[k] = (uint8_t)prop_u64(&rng);
            bool sibling_right = right[proof.count - 1 - i];
            node_hash(crypto, sibling_right ? &root : sibling, sibling_right ? sibling : &root, &root);
        }
        struct claim claim = {index, size, leaf, root, true};
        no_changed_proof_may_hold(&claim, &proof, &rng);
    }
}

static void proofs_at_70000_are_the_published_ones_from_few_tiles(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    struct proof proof = {0};
    struct hash root = {{0}}, old = {{0}}, leaf = leaf_of(counter, 12345);
    counter_root(counter, 70000, &root);
    assert_ok(proof_inclusion(crypto, &counter->reader, 70000, 12345, &proof));
    assert_int_equal(counter->reads, 4);
    assert_int_equal(proof.count, 17);
    hash_must_be(proof_bytes(&proof), "241b9b83417e10cb860f7705b4773abd6ebacab1842b8163bc33a601e14732d2");
    assert_ok(proof_inclusion_check(crypto, 12345, 70000, &leaf, &proof, &root));
    assert_ok(proof_inclusion(crypto, &counter->reader, 70000, 69999, &proof));
    assert_int_equal(proof.count, 9);
    assert_ok(proof_consistency(crypto, &counter->reader, 65537, 70000, &proof));
    assert_int_equal(proof.count, 15);
    hash_must_be(proof_bytes(&proof), "33b6c157ffdff5f39f33b7c49db9b374d2e253b11982375e9a58b2559ae94d57");
    assert_ok(proof_consistency(crypto, &counter->reader, 300, 70000, &proof));
    assert_int_equal(proof.count, 16);
    counter_root(counter, 300, &old);
    assert_ok(proof_consistency_check(crypto, 300, 70000, &old, &root, &proof));
}

static void random_proofs_of_a_large_log_hold(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    PROPERTY(60, rng) {
        uint64_t size = 1 + prop_below(&rng, 70000), from = prop_below(&rng, size);
        struct claim claim;
        struct proof proof = {0};
        counter->reads = 0;
        continues(counter, from, size, &claim, &proof);
        assert_true(counter->reads <= 6);
        if (from > 0) no_changed_proof_may_hold(&claim, &proof, &rng);
        counter->reads = 0;
        include(counter, from, size, &claim, &proof);
        assert_true(counter->reads <= 6);
        no_changed_proof_may_hold(&claim, &proof, &rng);
    }
}

static RESULT read_nothing(void *context, unsigned level, uint64_t n, unsigned width, struct buf *out)
{
    (void)context, (void)level, (void)n, (void)width, (void)out;
    return FAIL(UNAVAILABLE, "tile: the disk is away");
}

static void a_reader_that_fails_is_heard_and_nothing_is_made(void **state)
{
    (void)state;
    const struct tile_reader reader = {read_nothing, NULL};
    struct proof proof = {.count = 42};
    assert_code(CODE_UNAVAILABLE, proof_inclusion(crypto, &reader, 300, 2, &proof));
    assert_code(CODE_UNAVAILABLE, proof_consistency(crypto, &reader, 2, 300, &proof));
    assert_int_equal(proof.count, 42);
    assert_ok(proof_consistency(crypto, &reader, 300, 300, &proof)); /* nothing to read */
    assert_int_equal(proof.count, 0);
}

static void the_request_from_300_to_70000_is_the_published_one(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf want = {0}, got = {0}, checkpoint = {0};
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    struct proof proof = {0};
    vector_read("add-checkpoint-300-70000.request", &want);
    counter_checkpoint(counter, &log, 70000, &checkpoint);
    assert_ok(proof_consistency(crypto, &counter->reader, 300, 70000, &proof));
    witness_request_put(&got, 300, &proof, buf_slice(&checkpoint));
    assert_true(slice_equal(buf_slice(&want), buf_slice(&got)));
}

static void the_published_proof_file_is_read_checked_and_written(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bytes = {0}, again = {0};
    SCOPED(tlog_proof_done) struct tlog_proof file = {0};
    struct note_check checks[2] = {0};
    struct checkpoint checkpoint = {.size = 42};
    struct hash leaf = {{0}};
    vector_read("counter-2-of-300.tlog-proof", &bytes);
    assert_ok(vkey_get(crypto, SLICE_TEXT(LOG_VKEY), &checks[0].key));
    assert_ok(vkey_get(crypto, SLICE_TEXT(WITNESS_VKEY), &checks[1].key));
    assert_ok(tlog_proof_get(buf_slice(&bytes), &file));
    assert_true(file.index == 2 && file.proof.count == 9 && file.extra.len == 0);
    leaf_hash(crypto, SLICE_TEXT("\0\0\0\0\0\0\0\3"), &leaf);
    assert_code(CODE_CORRUPT, tlog_proof_check(crypto, &file, &leaf, checks, 2, &checkpoint));
    assert_true(checkpoint.size == 42 && !checks[0].good && !checks[1].good);
    leaf_hash(crypto, SLICE_TEXT("\0\0\0\0\0\0\0\2"), &leaf);
    assert_ok(tlog_proof_check(crypto, &file, &leaf, checks, 2, &checkpoint));
    assert_true(checkpoint.size == 300 && checks[0].good && checks[1].time_s == 1679315147);
    tlog_proof_put(&again, &file);
    assert_true(slice_equal(buf_slice(&again), buf_slice(&bytes)));
    file.index = 3; /* what the file says of itself proves nothing */
    assert_code(CODE_CORRUPT, tlog_proof_check(crypto, &file, &leaf, checks, 2, &checkpoint));
}

static void a_proof_file_can_carry_extra_bytes(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 5);
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    SCOPED(buf_done) struct buf checkpoint = {0};
    counter_checkpoint(counter, &log, 5, &checkpoint);
    PROPERTY(200, rng) {
        uint8_t extra[100];
        SCOPED(buf_done) struct buf bytes = {0};
        SCOPED(tlog_proof_done) struct tlog_proof made = {0}, back = {0};
        buf_put(&made.extra, extra, prop_fill(&rng, extra, sizeof extra));
        made.index = prop_below(&rng, 5);
        made.checkpoint = buf_slice(&checkpoint);
        assert_ok(proof_inclusion(crypto, &counter->reader, 5, made.index, &made.proof));
        tlog_proof_put(&bytes, &made);
        assert_ok(tlog_proof_get(buf_slice(&bytes), &back));
        assert_true(slice_equal(buf_slice(&made.extra), buf_slice(&back.extra)));
        assert_true(back.index == made.index && slice_equal(back.checkpoint, made.checkpoint));
        assert_true(slice_equal(proof_bytes(&back.proof), proof_bytes(&made.proof)));
    }
}

#define HEAD "c2sp.org/tlog-proof@v1\n"
#define HASH_LINE "/uvxhjvR/O7f7/JpOCnVD/vKwQDQ++dFSC4DL5P2uvs=\n"
#define NOTE "a\n\n\xe2\x80\x94 a AAAAAAA=\n"

static void refuses_files_that_are_no_proofs(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum code want;
    } cases[] = {
        {"a good one", HEAD "index 2\n" HASH_LINE "\n" NOTE, CODE_OK},
        {"no hashes", HEAD "index 0\n\n" NOTE, CODE_OK},
        {"with extra", HEAD "extra AAAA\nindex 0\n\n" NOTE, CODE_OK},
        {"empty", "", CODE_INVALID},
        {"another version", "c2sp.org/tlog-proof@v2\nindex 2\n\n" NOTE, CODE_INVALID},
        {"no head", "index 2\n" HASH_LINE "\n" NOTE, CODE_INVALID},
        {"head alone", HEAD, CODE_INVALID},
        {"no index", HEAD HASH_LINE "\n" NOTE, CODE_INVALID},
        {"index with a leading zero", HEAD "index 02\n\n" NOTE, CODE_INVALID},
        {"negative index", HEAD "index -2\n\n" NOTE, CODE_INVALID},
        {"two spaces", HEAD "index  2\n\n" NOTE, CODE_INVALID},
        {"CRLF", "c2sp.org/tlog-proof@v1\r\nindex 2\n\n" NOTE, CODE_INVALID},
        {"extra after index", HEAD "index 2\nextra AAAA\n\n" NOTE, CODE_INVALID},
        {"extra twice", HEAD "extra AAAA\nextra AAAA\nindex 2\n\n" NOTE, CODE_INVALID},
        {"empty extra", HEAD "extra \nindex 2\n\n" NOTE, CODE_INVALID},
        {"extra not base64", HEAD "extra AAA\nindex 2\n\n" NOTE, CODE_INVALID},
        {"a line that is no hash", HEAD "index 2\nAAAA\n\n" NOTE, CODE_INVALID},
        {"no empty line", HEAD "index 2\n" HASH_LINE, CODE_INVALID},
        {"no checkpoint", HEAD "index 2\n" HASH_LINE "\n", CODE_INVALID},
        {"a checkpoint without signature", HEAD "index 2\n\na\n0\nb\n", CODE_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(tlog_proof_done) struct tlog_proof file = {.index = 42};
        struct result got = tlog_proof_get(slice_text(cases[i].text), &file);
        if (got.code != cases[i].want) fail_msg("%s: %s", cases[i].name, code_meaning(got.code));
        if (got.code != CODE_OK) assert_true(file.index == 42 && file.checkpoint.len == 0);
    }
    SCOPED(buf_done) struct buf many = {0};
    struct proof proof = {.count = 42};
    for (int i = 0; i < PROOF_HASHES_MAX; i++) buf_text(&many, HASH_LINE);
    assert_ok(proof_lines_get(buf_slice(&many), &proof));
    assert_int_equal(proof.count, PROOF_HASHES_MAX);
    buf_text(&many, HASH_LINE);
    assert_code(CODE_INVALID, proof_lines_get(buf_slice(&many), &proof));
    assert_code(CODE_INVALID, proof_lines_get(SLICE_TEXT("/uvx"), &proof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eight_leaves_have_their_published_proofs),
        cmocka_unit_test(all_proofs_up_to_130_have_their_published_checksums),
        cmocka_unit_test(every_hash_of_every_proof_up_to_70_counts),
        cmocka_unit_test(an_inclusion_proof_holds_at_its_index_and_size_only),
        cmocka_unit_test(empty_proofs_hold_where_nothing_is_to_prove_and_nowhere_else),
        cmocka_unit_test(inclusion_is_checked_in_trees_of_any_size),
        cmocka_unit_test(proofs_at_70000_are_the_published_ones_from_few_tiles),
        cmocka_unit_test(random_proofs_of_a_large_log_hold),
        cmocka_unit_test(a_reader_that_fails_is_heard_and_nothing_is_made),
        cmocka_unit_test(the_request_from_300_to_70000_is_the_published_one),
        cmocka_unit_test(the_published_proof_file_is_read_checked_and_written),
        cmocka_unit_test(a_proof_file_can_carry_extra_bytes),
        cmocka_unit_test(refuses_files_that_are_no_proofs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
