#include "base/cbor.h"
#include "prop.h"

/* RFC 8949 appendix A, the rows that have neither float, tag, indefinite length nor other simple value. */
static const char *const vectors[] = {
    "00",
    "01",
    "0a",
    "17",
    "1818",
    "1819",
    "1864",
    "1903e8",
    "1a000f4240",
    "1b000000e8d4a51000",
    "1bffffffffffffffff",
    "3bffffffffffffffff",
    "20",
    "29",
    "3863",
    "3903e7",
    "f4",
    "f5",
    "f6",
    "40",
    "4401020304",
    "60",
    "6161",
    "6449455446",
    "62225c",
    "62c3bc",
    "63e6b0b4",
    "64f0908591",
    "80",
    "83010203",
    "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0",
    "a201020304",
    "a26161016162820203",
    "826161a161626163",
    "a56161614161626142616361436164614461656145",
};

static struct slice from_hex(const char *text, uint8_t *room, size_t room_len)
{
    size_t len = strlen(text) / 2;
    assert_true(len <= room_len);
    assert_true(hex_get(slice_text(text), room, len));
    return (struct slice){room, len};
}

static void published_vectors_are_deterministic(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t room[64];
        struct slice bytes = from_hex(vectors[i], room, sizeof room);
        assert_ok(cbor_check(bytes));
        for (size_t cut = 0; cut < bytes.len; cut++)
            assert_code(CODE_INVALID, cbor_check(slice_part(bytes, 0, cut)));
    }
}

static void numbers_are_written_as_published(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *hex;
    } rows[] = {{0, "00"},
                {1, "01"},
                {10, "0a"},
                {23, "17"},
                {24, "1818"},
                {25, "1819"},
                {100, "1864"},
                {1000, "1903e8"},
                {1000000, "1a000f4240"},
                {1000000000000, "1b000000e8d4a51000"},
                {-1, "20"},
                {-10, "29"},
                {-100, "3863"},
                {-1000, "3903e7"},
                {INT64_MIN, "3b7fffffffffffffff"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SCOPED(buf_done) struct buf out = {0}, hex = {0};
        cbor_int(&out, rows[i].number);
        hex_put(&hex, buf_slice(&out));
        assert_string_equal(buf_c(&hex), rows[i].hex);
        struct cbor reader = cbor_reader(buf_slice(&out));
        int64_t back = 7;
        assert_ok(cbor_read_int(&reader, &back));
        assert_true(back == rows[i].number);
        assert_ok(cbor_end(&reader));
    }
}

static void what_is_not_deterministic_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
    } rows[] = {
        {"nothing", ""},
        {"two items", "0000"},
        {"23 in two bytes", "1817"},
        {"255 in three bytes", "1900ff"},
        {"65535 in five bytes", "1a0000ffff"},
        {"32 bits in nine bytes", "1b00000000ffffffff"},
        {"length not shortest", "580161"},
        {"reserved length", "1c"},
        {"indefinite bytes", "5f42010243030405ff"},
        {"indefinite array", "9fff"},
        {"indefinite map", "bf6161019fff"},
        {"break alone", "ff"},
        {"half float", "f90000"},
        {"float", "fa47c35000"},
        {"double", "fb3ff199999999999a"},
        {"undefined", "f7"},
        {"simple 16", "f0"},
        {"simple 255", "f8ff"},
        {"tag", "c11a514b67b0"},
        {"text not UTF-8", "61ff"},
        {"overlong text", "62c080"},
        {"surrogate", "63eda080"},
        {"keys out of order", "a203040102"},
        {"key twice", "a201020103"},
        {"longer key first", "a262616101616202"},
        {"array as key", "a18001"},
        {"array larger than the message", "9bffffffffffffffff"},
        {"map larger than the message", "bb8000000000000000"},
        {"bytes larger than the message", "5bffffffffffffffff"},
        {"half a pair", "a101"},
        {"nine deep", "81818181818181818100"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t room[32];
        struct result got = cbor_check(from_hex(rows[i].hex, room, sizeof room));
        if (got.code != CODE_INVALID) fail_msg("%s: %s", rows[i].name, code_meaning(got.code));
    }
    uint8_t room[16];
    assert_ok(cbor_check(from_hex("818181818181818100", room, sizeof room)));
}

static void every_value_comes_back_by_its_type_and_by_no_other(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        uint8_t bytes[300];
        struct slice in = {bytes, prop_fill(&rng, bytes, sizeof bytes)}, got = {0};
        uint64_t number = prop_u64(&rng) >> prop_below(&rng, 64), back = 0;
        size_t count = 0;
        bool truth = false;
        SCOPED(buf_done) struct buf out = {0};
        cbor_array(&out, 5);
        cbor_uint(&out, number);
        cbor_bytes(&out, in);
        cbor_text(&out, SLICE_TEXT("김수 keeps"));
        cbor_bool(&out, true);
        cbor_null(&out);
        assert_ok(cbor_check(buf_slice(&out)));
        struct cbor reader = cbor_reader(buf_slice(&out)), wrong = reader;
        assert_code(CODE_INVALID, cbor_read_map(&wrong, &count));
        assert_ok(cbor_read_array(&reader, &count));
        assert_int_equal(count, 5);
        assert_ok(cbor_read_uint(&reader, &back));
        assert_true(back == number);
        wrong = reader;
        assert_code(CODE_INVALID, cbor_read_text(&wrong, &got));
        assert_int_equal(cbor_next(&reader), CBOR_BYTES);
        assert_ok(cbor_read_bytes(&reader, &got));
        assert_true(slice_equal(in, got));
        assert_ok(cbor_read_text(&reader, &got));
        assert_true(slice_is(got, "김수 keeps"));
        assert_ok(cbor_read_bool(&reader, &truth));
        assert_true(truth);
        assert_ok(cbor_read_null(&reader));
        assert_ok(cbor_end(&reader));
        assert_int_equal(cbor_next(&reader), CBOR_TAG);
    }
}

static void a_map_closed_late_is_the_map_opened_with_its_count(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 23, 24, 255, 256, 300};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        SCOPED(buf_done) struct buf late = {0}, early = {0};
        cbor_array(&late, 1);
        cbor_array(&early, 1);
        size_t mark = cbor_map_open(&late);
        cbor_map(&early, counts[i]);
        for (size_t key = 0; key < counts[i]; key++) {
            cbor_uint(&late, key);
            size_t inner = cbor_open(&late);
            cbor_null(&late);
            cbor_array_close(&late, inner, 1);
            cbor_uint(&early, key);
            cbor_array(&early, 1);
            cbor_null(&early);
        }
        cbor_map_close(&late, mark, counts[i]);
        assert_true(slice_equal(buf_slice(&late), buf_slice(&early)));
        assert_ok(cbor_check(buf_slice(&late)));
    }
}

static void failure_leaves_the_output_alone(void **state)
{
    (void)state;
    uint64_t number = 7;
    int64_t signed_number = 7;
    struct slice text = SLICE_TEXT("before");
    struct cbor cut = cbor_reader(SLICE_TEXT("\x19\x01")),
                wide = cbor_reader(SLICE_TEXT("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"));
    struct cbor bad = cbor_reader(SLICE_TEXT("\x61\xff"));
    assert_code(CODE_INVALID, cbor_read_uint(&cut, &number));
    assert_code(CODE_INVALID, cbor_read_int(&wide, &signed_number));
    assert_code(CODE_INVALID, cbor_read_text(&bad, &text));
    assert_true(number == 7 && signed_number == 7 && slice_is(text, "before"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_are_deterministic),
        cmocka_unit_test(numbers_are_written_as_published),
        cmocka_unit_test(what_is_not_deterministic_is_refused),
        cmocka_unit_test(every_value_comes_back_by_its_type_and_by_no_other),
        cmocka_unit_test(a_map_closed_late_is_the_map_opened_with_its_count),
        cmocka_unit_test(failure_leaves_the_output_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
