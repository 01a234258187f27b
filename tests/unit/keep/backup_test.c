/* What a backup is made of: an archive that tar reads, and the manifest at its end. */
#include "keep/backup/manifest.h"

#include "prop.h"

enum { MEMBERS = 6, MEMBER_BYTES = 3000 };

struct got {
    size_t members, ends;
    struct buf names, bytes;
    uint64_t said;
};

static RESULT begin(void *context, struct slice name, uint64_t bytes)
{
    struct got *got = context;
    buf_slice_put(&got->names, name);
    buf_byte(&got->names, ' ');
    got->members++;
    got->said += bytes;
    return OK;
}

static RESULT take(void *context, struct slice bytes)
{
    struct got *got = context;
    buf_slice_put(&got->bytes, bytes);
    return OK;
}

static RESULT end(void *context)
{
    struct got *got = context;
    got->ends++;
    return OK;
}

static void got_done(struct got *got)
{
    buf_done(&got->names);
    buf_done(&got->bytes);
}

/* The archive in random pieces. */
static struct result read_pieces(struct prop_rng *rng, struct slice archive, struct got *got)
{
    const struct tar_events events = {begin, take, end, got};
    struct tar tar = {0};
    while (archive.len > 0) {
        size_t step = 1 + prop_below(rng, archive.len < 700 ? archive.len : 700);
        struct result took = tar_take(&tar, slice_part(archive, 0, step), &events);
        if (took.code != CODE_OK) return took;
        archive = slice_from(archive, step);
    }
    return tar_whole(&tar);
}

static void make(struct prop_rng *rng, struct buf *archive, struct got *want)
{
    for (size_t i = prop_below(rng, MEMBERS); i > 0; i--) {
        uint8_t bytes[MEMBER_BYTES];
        SCOPED(buf_done) struct buf name = {0};
        size_t len = prop_below(rng, 4) == 0 ? 0 : prop_fill(rng, bytes, sizeof bytes);
        buf_print(&name, "shops/kopi/evidence/%u", (unsigned)prop_below(rng, 1000));
        tar_member_put(archive, buf_slice(&name), len, 1700000000000000);
        buf_put(archive, bytes, len);
        tar_pad_put(archive, len);
        assert_ok(begin(want, buf_slice(&name), len));
        assert_ok(take(want, (struct slice){bytes, len}));
        assert_ok(end(want));
    }
    tar_end_put(archive);
}

static void an_archive_comes_back_in_any_pieces(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf archive = {0};
        SCOPED(got_done) struct got want = {0}, got = {0};
        make(&rng, &archive, &want);
        assert_ok(read_pieces(&rng, buf_slice(&archive), &got));
        assert_true(got.members == want.members && got.ends == want.ends && got.said == want.said);
        assert_true(slice_equal(buf_slice(&got.names), buf_slice(&want.names)));
        assert_true(slice_equal(buf_slice(&got.bytes), buf_slice(&want.bytes)));
    }
}

static void a_cut_archive_is_never_whole(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf archive = {0};
        SCOPED(got_done) struct got want = {0}, got = {0};
        make(&rng, &archive, &want);
        struct slice cut =
            slice_part(buf_slice(&archive), 0, prop_below(&rng, archive.len - TAR_BLOCK_BYTES));
        assert_code(CODE_CORRUPT, read_pieces(&rng, cut, &got));
    }
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "/etc/passwd", "../x", "a/../b", "a//b", "a/",
                                      ".hidden", "a/.b",        "a b",  "a\nb",   "a\\b", "~x"};
    static const char *const good[] = {"manifest", "shops/kopi/shop.db", "shops/kopi-2/pages/1",
                                       "law/id-pdp.yaml"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(tar_name_good(slice_text(bad[i])));
    for (size_t i = 0; i < COUNT_OF(good); i++) assert_true(tar_name_good(slice_text(good[i])));
}

/* Headers that another program may write, or an attacker. */
static void other_kinds_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } changes[] = {{156, '2'}, {156, '5'},  {156, 'x'}, {257, 'X'},
                   {345, 'p'}, {124, 0xff}, {0, '/'},   {0, '.'}};
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        SCOPED(buf_done) struct buf archive = {0};
        SCOPED(got_done) struct got got = {0};
        struct prop_rng rng = {1};
        uint32_t sum = 0;
        tar_member_put(&archive, SLICE_TEXT("manifest"), 0, 0);
        archive.at[changes[i].at] = changes[i].byte;
        for (size_t k = 0; k < TAR_BLOCK_BYTES; k++) sum += k >= 148 && k < 156 ? ' ' : archive.at[k];
        (void)snprintf((char *)archive.at + 148, 8, "%06o", sum); /* a good sum over it */
        archive.at[155] = ' ';
        tar_end_put(&archive);
        assert_code(CODE_CORRUPT, read_pieces(&rng, buf_slice(&archive), &got));
        assert_int_equal(got.members, 0);
    }
}

static void sizes_above_eight_gigabytes_are_said(void **state)
{
    (void)state;
    const uint64_t sizes[] = {0, 1, 077777777777, 077777777777 + 1ULL, 1ULL << 40};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        SCOPED(buf_done) struct buf archive = {0};
        SCOPED(got_done) struct got got = {0};
        struct prop_rng rng = {1};
        tar_member_put(&archive, SLICE_TEXT("shops/a/shop.db"), sizes[i], 0);
        struct result read = read_pieces(&rng, buf_slice(&archive), &got);
        assert_int_equal(read.code, CODE_CORRUPT); /* its bytes do not follow */
        assert_int_equal(got.said, sizes[i]);
    }
}

static void manifest_of(struct prop_rng *rng, struct manifest *out)
{
    out->made_us = 1763800000123456;
    out->follows = prop_below(rng, 2) == 0;
    if (out->follows) (void)prop_fill(rng, out->after.bytes, HASH_BYTES);
    out->shop_count = 1 + prop_below(rng, 3);
    for (size_t i = 0; i < out->shop_count; i++) {
        struct manifest_shop *shop = &out->shops[i];
        (void)snprintf(shop->name, sizeof shop->name, "kopi-%zu", i);
        (void)snprintf(shop->origin, sizeof shop->origin, "log.example/%zu", i);
        shop->size = prop_u64(rng) >> 20;
        shop->page_bytes = 4096;
        shop->pages = 1 + prop_below(rng, 1000000);
        (void)prop_fill(rng, shop->root.bytes, HASH_BYTES);
        (void)prop_fill(rng, shop->digest.bytes, HASH_BYTES);
    }
    for (size_t i = prop_below(rng, 40); i > 0; i--) {
        struct manifest_file *file = manifest_file_add(out);
        (void)snprintf(file->path, sizeof file->path, "shops/kopi-0/evidence/%zx", i);
        file->bytes = prop_u64(rng) >> 24;
        (void)prop_fill(rng, file->hash.bytes, HASH_BYTES);
    }
}

static void a_manifest_comes_back(void **state)
{
    (void)state;
    PROPERTY(200, rng) {
        SCOPED(manifest_done) struct manifest want = {0}, got = {0};
        SCOPED(buf_done) struct buf text = {0}, again = {0};
        manifest_of(&rng, &want);
        manifest_put(&text, &want);
        assert_ok(manifest_get(buf_slice(&text), &got));
        manifest_put(&again, &got);
        assert_true(slice_equal(buf_slice(&text), buf_slice(&again)));
    }
}

static void what_is_no_manifest_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum code code;
    } rows[] = {
        {"", CODE_CORRUPT},
        {"amanah backup 2\n", CODE_UNAVAILABLE},
        {"amanah backup 1\nmade yesterday\nprogram 1\nafter -\n", CODE_CORRUPT},
        {"amanah backup 1\nmade 2026-11-22T13:00:00Z\nprogram 1\nafter -\n", CODE_CORRUPT}, /* no shop */
        {"amanah backup 1\nmade 2026-11-22T13:00:00Z\nprogram 1\nafter -\nshop a b 07 x 4096 1 y\n",
         CODE_CORRUPT},
        {"amanah backup 1\nmade 2026-11-22T13:00:00Z\nprogram 1\nafter -\nfile ../x 1 y\n", CODE_CORRUPT},
        {"amanah backup 1\nmade 2026-11-22T13:00:00Z\nprogram 1\nafter AAAA\n", CODE_CORRUPT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct manifest got = {0};
        assert_code(rows[i].code, manifest_get(slice_text(rows[i].text), &got));
        assert_int_equal(got.shop_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_comes_back_in_any_pieces),
        cmocka_unit_test(a_cut_archive_is_never_whole),
        cmocka_unit_test(names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(other_kinds_are_refused),
        cmocka_unit_test(sizes_above_eight_gigabytes_are_said),
        cmocka_unit_test(a_manifest_comes_back),
        cmocka_unit_test(what_is_no_manifest_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
