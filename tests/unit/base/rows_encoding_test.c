#include "base/rows/encoding.h"
#include "prop.h"

static struct result keep(void *context, struct slice text)
{
    buf_slice_put(context, text);
    return OK;
}

static enum encoding decode(enum encoding asked, struct slice bytes, size_t piece, struct buf *out)
{
    SCOPED(decoder_free) struct decoder *decoder = NULL;
    assert_ok(decoder_new(asked, (struct decoder_sink){out, keep}, &decoder));
    while (bytes.len > 0) {
        struct slice part = slice_part(bytes, 0, piece ? piece : bytes.len);
        assert_ok(decoder_push(decoder, part));
        bytes = slice_from(bytes, part.len);
    }
    assert_ok(decoder_end(decoder));
    return decoder_found(decoder);
}

#define CASE(name, asked, bytes, found, text)                              \
    {                                                                      \
        name, asked, {(const uint8_t *)(bytes), sizeof(bytes) - 1}, found, \
        {                                                                  \
            (const uint8_t *)(text), sizeof(text) - 1                      \
        }                                                                  \
    }

static void turns_lists_into_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum encoding asked;
        struct slice bytes;
        enum encoding found;
        struct slice text;
    } cases[] = {
        CASE("nothing", ENCODING_AUTO, "", ENCODING_UTF_8, ""),
        CASE("ASCII", ENCODING_AUTO, "abc\n", ENCODING_UTF_8, "abc\n"),
        CASE("UTF-8", ENCODING_AUTO, "이름\n", ENCODING_UTF_8, "이름\n"),
        CASE("UTF-8 mark", ENCODING_AUTO,
             "\xef\xbb\xbf"
             "이름",
             ENCODING_UTF_8, "이름"),
        CASE("UTF-8 mark, asked for", ENCODING_UTF_8,
             "\xef\xbb\xbf"
             "a",
             ENCODING_UTF_8, "a"),
        CASE("the mark alone", ENCODING_AUTO, "\xef\xbb\xbf", ENCODING_UTF_8, ""),
        CASE("UTF-8 with one bad byte", ENCODING_AUTO, "김민준박서연최도윤정하은\xff", ENCODING_UTF_8,
             "김민준박서연최도윤정하은\xff"),
        CASE("CP949", ENCODING_AUTO, "\xc0\xcc\xb8\xa7,\xc1\xd6\xbc\xd2\n", ENCODING_CP949, "이름,주소\n"),
        CASE("CP949, a syllable beyond KS X 1001", ENCODING_AUTO, "\xc0\xcc\xb8\xa7\x8c\x63", ENCODING_CP949,
             "이름똠"),
        CASE("CP949, cut at the end", ENCODING_CP949, "\xc0\xcc\xb8", ENCODING_CP949, "이\xff"),
        CASE("CP949 with a bad byte, asked for", ENCODING_CP949, "\xff\xc0\xcc\n", ENCODING_CP949,
             "\xff이\n"),
        CASE("CP949, a lead byte before a comma", ENCODING_CP949, "\xc0,a", ENCODING_CP949, "\xff,a"),
        CASE("Latin-1", ENCODING_AUTO, "Jos\xe9,M\xfcller\n", ENCODING_LATIN_1, "José,Müller\n"),
        CASE("Latin-1, asked for", ENCODING_LATIN_1, "\xc0\xcc", ENCODING_LATIN_1, "ÀÌ"),
        CASE("UTF-16LE", ENCODING_AUTO,
             "\xff\xfe"
             "a\0,\0\x74\xc7\n\0",
             ENCODING_UTF_16LE, "a,이\n"),
        CASE("UTF-16BE", ENCODING_AUTO,
             "\xfe\xff"
             "\0a\0,\xc7\x74\0\n",
             ENCODING_UTF_16BE, "a,이\n"),
        CASE("UTF-16BE beyond the plane", ENCODING_AUTO, "\xfe\xff\xd8\x3d\xde\x00", ENCODING_UTF_16BE, "😀"),
        CASE("UTF-16BE, two halves that do not pair", ENCODING_AUTO, "\xfe\xff\xd8\x00\xd8\x00\0a",
             ENCODING_UTF_16BE,
             "\xff\xff"
             "a"),
        CASE("UTF-16LE, odd length", ENCODING_AUTO,
             "\xff\xfe"
             "a\0b",
             ENCODING_UTF_16LE, "a\xff"),
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t piece = 0; piece < 8; piece++) {
            SCOPED(buf_done) struct buf out = {0};
            enum encoding found = decode(cases[i].asked, cases[i].bytes, piece, &out);
            if (found != cases[i].found) fail_msg("%s: found %s", cases[i].name, encoding_name(found));
            if (!slice_equal(buf_slice(&out), cases[i].text))
                fail_msg("%s, in pieces of %zu: %s", cases[i].name, piece, buf_c(&out));
        }
    }
}

static void pieces_change_nothing(void **state)
{
    (void)state;
    static const enum encoding asked[] = {ENCODING_AUTO, ENCODING_UTF_8, ENCODING_CP949, ENCODING_LATIN_1};
    PROPERTY(400, rng) {
        SCOPED(buf_done) struct buf whole = {0}, pieces = {0};
        uint8_t bytes[300];
        struct slice list = {bytes, prop_fill(&rng, bytes, sizeof bytes)};
        if (list.len > 2 && prop_below(&rng, 3) == 0)
            memcpy(bytes, prop_below(&rng, 2) ? "\xff\xfe" : "\xfe\xff", 2);
        enum encoding encoding = asked[prop_below(&rng, COUNT_OF(asked))];
        enum encoding found = decode(encoding, list, 0, &whole);
        assert_int_equal(found, decode(encoding, list, 1 + prop_below(&rng, 5), &pieces));
        assert_true(slice_equal(buf_slice(&whole), buf_slice(&pieces)));
    }
}

static void a_character_cut_by_the_head_is_not_bad(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        SCOPED(buf_done) struct buf list = {0}, out = {0};
        for (size_t i = 0; i < shift; i++) buf_byte(&list, 'a');
        while (list.len < ENCODING_HEAD_BYTES + 100) buf_text(&list, "가");
        assert_int_equal(decode(ENCODING_AUTO, buf_slice(&list), 70000, &out), ENCODING_UTF_8);
        assert_true(slice_equal(buf_slice(&list), buf_slice(&out)));
    }
    for (size_t shift = 0; shift < 2; shift++) {
        SCOPED(buf_done) struct buf list = {0}, out = {0};
        for (size_t i = 0; i < shift; i++) buf_byte(&list, 'a');
        while (list.len < ENCODING_HEAD_BYTES + 100) buf_text(&list, "\xb0\xa1");
        assert_int_equal(decode(ENCODING_AUTO, buf_slice(&list), 70000, &out), ENCODING_CP949);
        assert_int_equal(out.len, shift + (list.len - shift) / 2 * 3);
    }
}

static void knows_its_names(void **state)
{
    (void)state;
    enum encoding encoding = ENCODING_UTF_16BE;
    assert_true(encoding_parse("CP949", &encoding));
    assert_int_equal(encoding, ENCODING_CP949);
    assert_true(encoding_parse("utf-8", &encoding));
    assert_int_equal(encoding, ENCODING_UTF_8);
    assert_false(encoding_parse("utf-16le", &encoding));
    assert_false(encoding_parse("", &encoding));
    assert_int_equal(encoding, ENCODING_UTF_8);
    assert_string_equal(encoding_name(ENCODING_LATIN_1), "latin-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_lists_into_utf8),
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(a_character_cut_by_the_head_is_not_bad),
        cmocka_unit_test(knows_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
