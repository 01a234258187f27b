#include "prove/tile.h"

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

static void hash_must_be(struct slice bytes, const char *hex)
{
    struct hash want = {{0}}, got = {{0}};
    assert_true(hex_get(slice_text(hex), want.bytes, HASH_BYTES));
    sha256_one(crypto, bytes, &got);
    assert_true(hash_equal(&want, &got));
}

static void tiles_have_the_names_of_the_spec(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {
        0, 1, 9, 10, 99, 100, 999, 1000, 1001, 1234067, 999999, 1000000, 123456789, (UINT64_C(1) << 40) - 1};
    SCOPED(buf_done) struct buf names = {0};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        SCOPED(buf_done) struct buf path = {0};
        struct tile_at at = {.n = numbers[i], .width = TILE_WIDTH};
        tile_path_put(&path, &at);
        assert_true(slice_starts(buf_slice(&path), "tile/0/"));
        buf_slice_put(&names, slice_from(buf_slice(&path), strlen("tile/0/")));
        buf_byte(&names, '\n');
    }
    hash_must_be(buf_slice(&names), "ce1cb47d7ad65ca382ee5315a0c1d074aa9c3fa6222c63c763f64569d4224258");
}

static void paths_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        struct tile_at at;
    } cases[] = {
        {"tile/0/273.p/112", {false, 0, 273, 112}},
        {"tile/1/001.p/17", {false, 1, 1, 17}},
        {"tile/2/000.p/1", {false, 2, 0, 1}},
        {"tile/63/000.p/255", {false, 63, 0, 255}},
        {"tile/4/x001/x099/x511/x627/775", {false, 4, (UINT64_C(1) << 40) - 1, 256}},
        {"tile/entries/x001/x234/067.p/5", {true, 0, 1234067, 5}},
        {"tile/entries/000", {true, 0, 0, 256}},
        {"tile/0/x036/x028/x797/x018/x963/967", {false, 0, TILE_N_MAX, 256}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tile_at got = {0};
        SCOPED(buf_done) struct buf path = {0};
        assert_ok(tile_path_get(slice_text(cases[i].path), &got));
        assert_true(got.entries == cases[i].at.entries && got.level == cases[i].at.level);
        assert_true(got.n == cases[i].at.n && got.width == cases[i].at.width);
        tile_path_put(&path, &got);
        assert_true(slice_is(buf_slice(&path), cases[i].path));
    }
}

static void refuses_every_other_spelling_of_a_path(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/8/0/000",
        "tile/0/x000/001",
        "tile/0/1000",
        "tile/0/001/000",
        "tile/0/x1/000",
        "tile/0/x0001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/00a",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/05",
        "tile/0/000.p/5/",
        "tile/0/000.p/5 ",
        "tile/0/000.q/5",
        "tile/0/000.",
        "tile/data/000",
        "tile/entries/0",
        "tile/Entries/000",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/x000/000",
        "tile/0/000.p/5.p/5",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile//000",
        "tiles/0/000",
        "tile/entries/000.p/300",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct tile_at at = {.n = 42};
        struct result got = tile_path_get(slice_text(bad[i]), &at);
        if (got.code != CODE_INVALID) fail_msg("%s: %s", bad[i], code_meaning(got.code));
        assert_true(at.n == 42 && at.width == 0);
    }
}

static void the_tiles_of_a_size_are_those_of_the_spec(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        unsigned level;
        uint64_t n;
        unsigned want;
    } cases[] = {
        {0, 0, 0, 0},
        {1, 0, 0, 1},
        {255, 0, 0, 255},
        {255, 1, 0, 0},
        {256, 0, 0, 256},
        {256, 0, 1, 0},
        {256, 1, 0, 1},
        {257, 0, 1, 1},
        {70000, 0, 272, 256},
        {70000, 0, 273, 112},
        {70000, 0, 274, 0},
        {70000, 1, 0, 256},
        {70000, 1, 1, 17},
        {70000, 2, 0, 1},
        {70000, 3, 0, 0},
        {70000, 8, 0, 0},
        {TREE_SIZE_MAX, 7, 0, 127},
        {TREE_SIZE_MAX, 0, TILE_N_MAX, 255},
        {TREE_SIZE_MAX, 0, TILE_N_MAX + 1, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(tile_width(cases[i].size, cases[i].level, cases[i].n), cases[i].want);
    }
}

static void file_of(struct counter *counter, const struct tile_at *at, struct buf *out)
{
    if (!at->entries) {
        assert_ok(counter->reader.read(counter->reader.context, at->level, at->n, at->width, out));
        return;
    }
    for (uint64_t i = 0; i < at->width; i++) {
        uint8_t entry[COUNTER_ENTRY_BYTES];
        counter_entry(at->n * TILE_WIDTH + i, entry);
        bundle_put(out, (struct slice){entry, sizeof entry});
    }
}

static void the_counter_tree_has_its_published_files(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    struct slice words[VECTOR_WORDS_MAX];
    size_t rows = 0;
    vector_read("counter-files.txt", &file);
    for (struct slice rest = buf_slice(&file); vector_row(&rest, words) == 4; rows++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct tile_at at = {0};
        char hex[2 * HASH_BYTES + 1] = {0};
        memcpy(hex, words[3].at, sizeof hex - 1);
        assert_ok(tile_path_get(words[0], &at));
        assert_int_equal(tile_width(vector_number(words[1]), at.level, at.n), at.width);
        file_of(counter, &at, &bytes);
        assert_int_equal(bytes.len, vector_number(words[2]));
        hash_must_be(buf_slice(&bytes), hex);
    }
    assert_int_equal(rows, 10);
}

static void bundles_come_back_and_other_bytes_are_refused(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf bundle = {0};
    struct slice entries[TILE_WIDTH];
    bundle_put(&bundle, SLICE_TEXT(""));
    bundle_put(&bundle, SLICE_TEXT("abc"));
    bundle_put(&bundle, SLICE_TEXT("\xff\xff"));
    assert_true(slice_equal(buf_slice(&bundle), SLICE_TEXT("\x00\x00\x00\x03\x61\x62\x63\x00\x02\xff\xff")));
    assert_ok(bundle_get(buf_slice(&bundle), 3, entries));
    assert_true(slice_is(entries[0], "") && slice_is(entries[1], "abc") && slice_is(entries[2], "\xff\xff"));
    assert_code(CODE_CORRUPT, bundle_get(buf_slice(&bundle), 2, entries));
    assert_code(CODE_CORRUPT, bundle_get(buf_slice(&bundle), 4, entries));
    for (size_t len = 0; len < bundle.len; len++) {
        assert_code(CODE_CORRUPT, bundle_get(slice_part(buf_slice(&bundle), 0, len), 3, entries));
    }
}

static void ranges_read_from_tiles_have_the_roots_of_their_leaves(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    const struct hash *leaves = (const struct hash *)counter->rows[0].at;
    PROPERTY(300, rng) {
        uint64_t size = 1 + prop_below(&rng, 70000), high = size, low = 0;
        while (high - low > 1 && prop_below(&rng, 4) > 0) { /* the ranges that a proof asks for */
            uint64_t middle = low + tree_split(high - low);
            if (prop_below(&rng, 2)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        struct hash want = {{0}}, got = {{0}}, root = {{0}};
        struct tree tree = {0};
        SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, &counter->reader, size);
        merkle_root(crypto, leaves + low, high - low, &want);
        assert_ok(tiles_range(&tiles, low, high, &got));
        assert_true(hash_equal(&want, &got));
        assert_ok(tiles_tree(&tiles, &tree));
        tree_root(crypto, &tree, &got);
        counter_root(counter, size, &root);
        assert_true(hash_equal(&root, &got));
    }
}

static void a_tree_read_from_tiles_grows_on(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 3000);
    const struct hash *leaves = (const struct hash *)counter->rows[0].at;
    for (uint64_t size = 0; size < 3000; size += 97) {
        SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, &counter->reader, size);
        struct tree tree = {0};
        struct hash want = {{0}}, got = {{0}};
        assert_ok(tiles_tree(&tiles, &tree));
        while (tree.size < 3000) tree_append(crypto, &tree, &leaves[tree.size], NULL);
        tree_root(crypto, &tree, &got);
        tree_root(crypto, &counter->tree, &want);
        assert_true(hash_equal(&want, &got));
    }
}

struct visited {
    uint64_t next;
    uint64_t stop; /* fail at this leaf */
};

static RESULT visit_leaves(void *context, uint64_t first, const struct hash *leaves, size_t count)
{
    struct visited *visited = context;
    assert_true(first == visited->next && leaves && count > 0 && count <= TILE_WIDTH);
    visited->next += count;
    if (visited->stop < visited->next) return FAIL(TAMPERED, "entry: not the one that was logged");
    return OK;
}

static void a_whole_log_is_found_good_and_every_leaf_is_shown(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 300, 511, 512, 65535, 65536, 65537, 70000};
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct hash root = {{0}};
        struct visited visited = {0, UINT64_MAX};
        struct tile_visit visit = {visit_leaves, &visited};
        struct tiles_report report = {0};
        counter_root(counter, sizes[i], &root);
        assert_ok(tiles_check(crypto, &counter->reader, sizes[i], &root, &visit, &report));
        assert_true(visited.next == sizes[i]);
        assert_false(report.named);
        visited = (struct visited){0, 0};
        if (sizes[i] == 0) continue;
        assert_code(CODE_CORRUPT, tiles_check(crypto, &counter->reader, sizes[i], &root, &visit, &report));
        root.bytes[31] ^= 1;
        assert_code(CODE_CORRUPT, tiles_check(crypto, &counter->reader, sizes[i], &root, NULL, &report));
    }
}

/* Flip one bit of one tile; the walk must say which. */
static void flip_and_find(struct counter *counter, uint64_t size, struct tile_at at, uint64_t bit)
{
    SCOPED(buf_done) struct buf path = {0};
    struct tiles_report report = {0};
    struct hash root = {{0}};
    uint8_t *byte = counter->rows[at.level].at + at.n * TILE_BYTES + bit / 8;
    counter_root(counter, size, &root);
    *byte ^= (uint8_t)(1U << bit % 8);
    struct result result = tiles_check(crypto, &counter->reader, size, &root, NULL, &report);
    *byte ^= (uint8_t)(1U << bit % 8);
    tile_path_put(&path, &at);
    if (result.code != CODE_CORRUPT) fail_msg("%s: not found", buf_c(&path));
    if (!report.named || report.bad.level != at.level || report.bad.n != at.n) {
        fail_msg("%s: found, but named %s", buf_c(&path), result_text());
    }
    assert_int_equal(report.bad.width, at.width);
    assert_non_null(strstr(result_text(), buf_c(&path)));
}

static void one_bit_flipped_in_any_tile_is_found_and_named(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, 200, 256, 257, 300, 1024, 5000, 65536};
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
    struct prop_rng rng = {prop_seed()};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (unsigned level = 0; sizes[i] >> (TILE_HEIGHT * level) > 0; level++) {
            struct tile_at at = {.level = level};
            size_t step = level == 0 && sizes[i] > 5000 ? 41 : 1;
            while ((at.width = tile_width(sizes[i], level, at.n)) > 0) {
                flip_and_find(counter, sizes[i], at, prop_below(&rng, (size_t)at.width * HASH_BYTES * 8));
                at.n += step;
            }
        }
    }
    static const struct tile_at large[] = {{false, 0, 0, 256},   {false, 0, 123, 256}, {false, 0, 272, 256},
                                           {false, 0, 273, 112}, {false, 1, 0, 256},   {false, 1, 1, 17},
                                           {false, 2, 0, 1}};
    for (size_t i = 0; i < COUNT_OF(large); i++) {
        flip_and_find(counter, 70000, large[i], prop_below(&rng, (size_t)large[i].width * HASH_BYTES * 8));
    }
}

/* Forge one leaf, and rewrite the stored hashes above it up to tile level `levels`. */
static void forge(struct counter *counter, uint64_t leaf, unsigned levels)
{
    counter->rows[0].at[leaf * HASH_BYTES] ^= 1;
    for (unsigned level = 1; level <= levels; level++) {
        uint64_t n = leaf >> (TILE_HEIGHT * level);
        const struct hash *below = (const struct hash *)(counter->rows[level - 1].at + n * TILE_BYTES);
        merkle_root(crypto, below, TILE_WIDTH, (struct hash *)(counter->rows[level].at + n * HASH_BYTES));
    }
}

static void a_leaf_forged_with_the_tiles_above_it_is_found(void **state)
{
    (void)state;
    for (unsigned levels = 0; levels <= 2; levels++) {
        SCOPED(counter_free) struct counter *counter = counter_new(crypto, 70000);
        struct hash root = {{0}};
        struct tiles_report report = {0};
        counter_root(counter, 70000, &root);
        forge(counter, 12345, levels);
        assert_code(CODE_CORRUPT, tiles_check(crypto, &counter->reader, 70000, &root, NULL, &report));
        assert_true(report.named);
        if (levels < 2) assert_int_equal(report.bad.level, levels); /* the topmost tile that was forged */
    }
}

static void a_short_tile_is_found_and_named(void **state)
{
    (void)state;
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, 600);
    struct hash root = {{0}}, hash = {{0}};
    struct tiles_report report = {0};
    counter_root(counter, 600, &root);
    counter->rows[0].len = (size_t)400 * HASH_BYTES;
    assert_code(CODE_CORRUPT, tiles_check(crypto, &counter->reader, 600, &root, NULL, &report));
    assert_true(report.named && report.bad.level == 0 && report.bad.n == 1);
    SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, &counter->reader, 600);
    assert_code(CODE_CORRUPT, tiles_node(&tiles, 0, 599, &hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_have_the_names_of_the_spec),
        cmocka_unit_test(paths_are_read_as_they_are_written),
        cmocka_unit_test(refuses_every_other_spelling_of_a_path),
        cmocka_unit_test(the_tiles_of_a_size_are_those_of_the_spec),
        cmocka_unit_test(the_counter_tree_has_its_published_files),
        cmocka_unit_test(bundles_come_back_and_other_bytes_are_refused),
        cmocka_unit_test(ranges_read_from_tiles_have_the_roots_of_their_leaves),
        cmocka_unit_test(a_tree_read_from_tiles_grows_on),
        cmocka_unit_test(a_whole_log_is_found_good_and_every_leaf_is_shown),
        cmocka_unit_test(one_bit_flipped_in_any_tile_is_found_and_named),
        cmocka_unit_test(a_leaf_forged_with_the_tiles_above_it_is_found),
        cmocka_unit_test(a_short_tile_is_found_and_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
