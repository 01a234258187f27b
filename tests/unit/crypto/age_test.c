/* The age format: what it sealed it opens, however the bytes come; what was changed, cut or made for others it refuses. */
#include "prop.h"

#include "crypto/age.h"

enum { WORK = 4 };

static const size_t chunk = AGE_CHUNK_BYTES, box = AGE_CHUNK_BYTES + 16;

static struct crypto *crypto;

/* Two identities and their recipients, the second of whom is a stranger. */
static struct secret identity, stranger;
static struct age_recipient own, other;

static void text_of(struct prop_rng *rng, size_t len, struct buf *out)
{
    uint8_t *at = buf_extend(out, len);
    for (size_t i = 0; i < len; i++) at[i] = (uint8_t)prop_u64(rng);
}

static void seal_whole(const struct age_recipient *to, size_t count, struct slice text, struct buf *out)
{
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    assert_ok(age_seal_to(crypto, to, count, out, &seal));
    assert_ok(age_seal_put(seal, text, out));
    assert_ok(age_seal_end(seal, out));
}

/* Open in pieces of at most `piece` bytes. */
static struct result open_pieces(const struct secret *with, struct slice passphrase, struct slice file,
                                 size_t piece, struct buf *out)
{
    SCOPED(age_open_free) struct age_open *open = NULL;
    assert_ok(age_open_new(crypto, with, with ? 1 : 0, passphrase, &open));
    while (file.len > 0) {
        size_t len = file.len < piece ? file.len : piece;
        TRY(age_open_put(open, slice_part(file, 0, len), out));
        file = slice_from(file, len);
    }
    return age_open_end(open, out);
}

static struct result open_whole(const struct secret *with, struct slice file, struct buf *out)
{
    return open_pieces(with, (struct slice){0}, file, file.len, out);
}

static void keys_have_one_text(void **state)
{
    (void)state;
    /* The pair that the specification prints. */
    struct slice secret_text =
        SLICE_TEXT("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX");
    struct slice public_text = SLICE_TEXT("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj");
    SECRET read = {{0}};
    struct age_recipient made, got;
    SCOPED(buf_done) struct buf text = {0};
    assert_int_equal(secret_text.len, AGE_IDENTITY_CHARS);
    assert_int_equal(public_text.len, AGE_RECIPIENT_CHARS);
    assert_ok(age_identity_get(secret_text, &read));
    for (size_t i = 0; i < SECRET_BYTES; i++) assert_int_equal(read.bytes[i], 0x42);
    assert_ok(age_identity_recipient(&read, &made));
    age_recipient_put(&text, &made);
    assert_true(slice_equal(buf_slice(&text), public_text));
    assert_ok(age_recipient_get(public_text, &got));
    assert_memory_equal(&got, &made, sizeof got);
    buf_clear(&text);
    age_identity_put(&text, &read);
    assert_true(slice_equal(buf_slice(&text), secret_text));
}

static void a_mistyped_key_is_refused(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf text = {0}, secret_text = {0};
    age_recipient_put(&text, &own);
    age_identity_put(&secret_text, &identity);
    PROPERTY(300, rng) {
        struct age_recipient got = own;
        SECRET read = {{0}};
        size_t at = prop_below(&rng, text.len), in = prop_below(&rng, secret_text.len);
        uint8_t was = text.at[at], had = secret_text.at[in];
        text.at[at] ^= (uint8_t)(1u << prop_below(&rng, 8)); /* also what changes its case */
        secret_text.at[in] ^= (uint8_t)(1u << prop_below(&rng, 8));
        assert_code(CODE_INVALID, age_recipient_get(buf_slice(&text), &got));
        assert_code(CODE_INVALID, age_identity_get(buf_slice(&secret_text), &read));
        assert_memory_equal(&got, &own, sizeof got);
        text.at[at] = was;
        secret_text.at[in] = had;
    }
    struct age_recipient got;
    SECRET read = {{0}};
    assert_code(CODE_INVALID, age_recipient_get(slice_part(buf_slice(&text), 0, text.len - 1), &got));
    assert_code(CODE_INVALID, age_recipient_get((struct slice){0}, &got));
    assert_code(CODE_INVALID, age_identity_get(buf_slice(&text), &read));
    assert_code(CODE_INVALID, age_recipient_get(buf_slice(&secret_text), &got));
    for (size_t i = 0; i < text.len; i++) { /* one case only: one text for each key */
        if (text.at[i] >= 'a' && text.at[i] <= 'z') text.at[i] &= 0xdf;
    }
    assert_code(CODE_INVALID, age_recipient_get(buf_slice(&text), &got));
}

static void nobody_is_written_to_at_a_point_of_small_order(void **state)
{
    (void)state;
    struct age_recipient zero = {{0}}, got;
    SCOPED(buf_done) struct buf text = {0}, file = {0};
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    age_recipient_put(&text, &zero);
    assert_code(CODE_INVALID, age_recipient_get(buf_slice(&text), &got));
    assert_code(CODE_INVALID, age_seal_to(crypto, &zero, 1, &file, &seal));
    assert_null(seal);
    assert_int_equal(file.len, 0);
}

/* For one or two recipients, handed over in pieces. */
static void seal_pieces(struct prop_rng *rng, struct slice text, struct buf *out)
{
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    struct age_recipient both[] = {other, own};
    size_t count = 1 + prop_below(rng, 2);
    assert_ok(age_seal_to(crypto, both + 2 - count, count, out, &seal));
    while (text.len > 0) {
        size_t piece = 1 + prop_below(rng, 2 * chunk);
        assert_ok(age_seal_put(seal, slice_part(text, 0, piece), out));
        text = slice_from(text, piece);
    }
    assert_ok(age_seal_end(seal, out));
}

static void opens_what_it_sealed_however_the_bytes_come(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 63, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 17};
    PROPERTY(4 * (int)COUNT_OF(lengths), rng) {
        SCOPED(buf_done) struct buf text = {0}, file = {0}, back = {0};
        text_of(&rng, lengths[prop_turn % (int)COUNT_OF(lengths)], &text);
        seal_pieces(&rng, buf_slice(&text), &file);
        size_t piece = prop_turn % 2 ? 1 + prop_below(&rng, chunk + 5000) : file.len;
        assert_ok(open_pieces(&identity, (struct slice){0}, buf_slice(&file), piece, &back));
        assert_true(slice_equal(buf_slice(&back), buf_slice(&text)));
    }
}

static void each_recipient_opens_it_and_no_stranger(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf both = {0}, one = {0}, back = {0};
    struct age_recipient to[] = {own, other};
    struct slice text = SLICE_TEXT("seen by two");
    seal_whole(to, 2, text, &both);
    seal_whole(to, 1, text, &one);
    assert_ok(open_whole(&identity, buf_slice(&both), &back));
    assert_ok(open_whole(&stranger, buf_slice(&both), &back));
    assert_int_equal(back.len, 2 * text.len);
    assert_code(CODE_NOT_FOUND, open_whole(&stranger, buf_slice(&one), &back));
    assert_code(CODE_NOT_FOUND,
                open_pieces(NULL, SLICE_TEXT("a passphrase"), buf_slice(&one), one.len, &back));
    assert_int_equal(back.len, 2 * text.len);
    assert_false(slice_equal(slice_part(buf_slice(&one), 0, 120), slice_part(buf_slice(&both), 0, 120)));
}

static void a_passphrase_opens_it_and_no_other_does(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, back = {0};
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    struct slice text = SLICE_TEXT("behind a passphrase"), secret = SLICE_TEXT("correct horse");
    assert_ok(age_seal_with(crypto, secret, WORK, &file, &seal));
    assert_ok(age_seal_put(seal, text, &file));
    assert_ok(age_seal_end(seal, &file));
    assert_ok(open_pieces(NULL, secret, buf_slice(&file), 1, &back));
    assert_true(slice_equal(buf_slice(&back), text));
    assert_code(CODE_NOT_FOUND,
                open_pieces(NULL, SLICE_TEXT("correct horsf"), buf_slice(&file), file.len, &back));
    assert_code(CODE_NOT_FOUND, open_whole(&identity, buf_slice(&file), &back));
    assert_int_equal(back.len, text.len);
}

static void a_passphrase_is_stretched_within_bounds(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, back = {0};
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    struct slice secret = SLICE_TEXT("p");
    assert_code(CODE_INVALID, age_seal_with(crypto, secret, AGE_WORK_MAX + 1, &file, &seal));
    assert_code(CODE_INVALID, age_seal_with(crypto, secret, 0, &file, &seal));
    assert_code(CODE_INVALID, age_seal_with(crypto, (struct slice){0}, WORK, &file, &seal));
    assert_int_equal(file.len, 0);
    /* A file that asks for more: refused before any memory is taken for it. */
    buf_text(&file, "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 21\n");
    buf_text(
        &file,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    assert_code(CODE_INVALID, open_pieces(NULL, secret, buf_slice(&file), file.len, &back));
}

static void every_cut_is_seen(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, text = {0};
    struct prop_rng rng = {prop_seed()};
    text_of(&rng, 40, &text);
    seal_whole(&own, 1, buf_slice(&text), &file);
    for (size_t len = 0; len < file.len; len++) {
        SCOPED(buf_done) struct buf back = {0};
        struct result got = open_whole(&identity, slice_part(buf_slice(&file), 0, len), &back);
        assert_true(got.code == CODE_INVALID || got.code == CODE_CORRUPT);
        assert_int_equal(back.len, 0);
    }
    /* At the seams of chunks too, and what was verified before came out. */
    buf_clear(&file);
    buf_clear(&text);
    text_of(&rng, 2 * chunk, &text);
    seal_whole(&own, 1, buf_slice(&text), &file);
    size_t header = file.len - 2 * box;
    for (size_t whole = 0; whole < 2; whole++) {
        SCOPED(buf_done) struct buf back = {0};
        struct slice cut = slice_part(buf_slice(&file), 0, header + whole * box);
        assert_code(CODE_CORRUPT, open_whole(&identity, cut, &back));
        size_t released = whole * chunk;
        assert_int_equal(back.len, released);
        assert_true(slice_equal(buf_slice(&back), slice_part(buf_slice(&text), 0, released)));
    }
}

static void every_changed_bit_is_seen(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0};
    seal_whole(&own, 1, SLICE_TEXT("a line of text"), &file);
    for (size_t bit = 0; bit < 8 * file.len; bit++) {
        SCOPED(buf_done) struct buf back = {0};
        file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct result got = open_whole(&identity, buf_slice(&file), &back);
        if (got.code == CODE_OK || back.len > 0) fail_msg("bit %zu may change", bit);
        file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void chunks_stay_in_their_places(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf text = {0}, file = {0}, bad = {0}, back = {0};
    struct prop_rng rng = {prop_seed()};
    text_of(&rng, 3 * chunk, &text);
    seal_whole(&own, 1, buf_slice(&text), &file);
    size_t header = file.len - 3 * box;
    struct slice all = buf_slice(&file);
    struct slice head = slice_part(all, 0, header), first = slice_part(all, header, box);
    struct slice second = slice_part(all, header + box, box), third = slice_part(all, header + 2 * box, box);
    const struct slice orders[][4] = {{second, first, third}, {first, third}, {first, second},
                                      {first, first, second}, {third},        {first, second, third, third}};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        buf_clear(&bad);
        buf_clear(&back);
        buf_slice_put(&bad, head);
        for (size_t k = 0; k < 4; k++) buf_slice_put(&bad, orders[i][k]);
        if (open_whole(&identity, buf_slice(&bad), &back).code != CODE_CORRUPT)
            fail_msg("order %zu is taken", i);
        assert_true(slice_equal(buf_slice(&back), slice_part(buf_slice(&text), 0, back.len)));
    }
    buf_clear(&bad);
    buf_slice_put(&bad, all);
    buf_byte(&bad, 0); /* something behind the end */
    assert_code(CODE_CORRUPT, open_whole(&identity, buf_slice(&bad), &back));
}

static void other_versions_and_endless_headers_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"age-encryption.org/v2\n-> X25519 a\n\n--- a\n",
                                      "",
                                      "\n",
                                      "PK\3\4",
                                      "-----BEGIN AGE ENCRYPTED FILE-----\n",
                                      "age-encryption.org/v1\n--- a\n",
                                      "age-encryption.org/v1\n\n--- a\n"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(buf_done) struct buf back = {0};
        assert_code(CODE_INVALID, open_whole(&identity, slice_text(bad[i]), &back));
    }
    SCOPED(age_open_free) struct age_open *open = NULL;
    SCOPED(buf_done) struct buf line = {0}, back = {0};
    assert_ok(age_open_new(crypto, &identity, 1, (struct slice){0}, &open));
    assert_ok(age_open_put(open, SLICE_TEXT("age-encryption.org/v1\n"), &back));
    for (size_t i = 0; i < 100; i++) buf_text(&line, "-> other argument\n\n");
    size_t fed = 0;
    struct result got = OK;
    for (; fed < 100 && got.code == CODE_OK; fed++) got = age_open_put(open, buf_slice(&line), &back);
    assert_int_equal(got.code, CODE_INVALID);
    assert_true(fed * line.len < 2 * (size_t)AGE_HEADER_BYTES_MAX);
    assert_code(CODE_CORRUPT, age_open_put(open, buf_slice(&line), &back)); /* and it stays so */
    assert_code(CODE_CORRUPT, age_open_end(open, &back));
}

static int begin(void **state)
{
    (void)state;
    if (crypto_new(&crypto).code != CODE_OK) return -1;
    age_identity_new(crypto, &identity);
    age_identity_new(crypto, &stranger);
    if (age_identity_recipient(&identity, &own).code != CODE_OK) return -1;
    return age_identity_recipient(&stranger, &other).code == CODE_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_one_text),
        cmocka_unit_test(a_mistyped_key_is_refused),
        cmocka_unit_test(nobody_is_written_to_at_a_point_of_small_order),
        cmocka_unit_test(opens_what_it_sealed_however_the_bytes_come),
        cmocka_unit_test(each_recipient_opens_it_and_no_stranger),
        cmocka_unit_test(a_passphrase_opens_it_and_no_other_does),
        cmocka_unit_test(a_passphrase_is_stretched_within_bounds),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(every_changed_bit_is_seen),
        cmocka_unit_test(chunks_stay_in_their_places),
        cmocka_unit_test(other_versions_and_endless_headers_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
