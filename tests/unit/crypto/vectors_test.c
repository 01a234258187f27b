/* Published vectors, and what each primitive makes of them. The tables are in vectors/, their source on line one. */
#include "vectors.h"

#include "crypto/crypto.h"

enum { DECODED_BYTES_MAX = 256, PADDED_BLOCK_BYTES = 64 };

static struct crypto *crypto;

/* A word of hexadecimal digits; "-" is empty. `room` has DECODED_BYTES_MAX. */
static struct slice decoded(struct slice word, uint8_t *room)
{
    size_t len = slice_is(word, "-") ? 0 : word.len / 2;
    assert_true(len <= DECODED_BYTES_MAX);
    if (len > 0) assert_true(hex_get(word, room, len));
    return (struct slice){room, len};
}

struct row {
    struct slice parts[6];
    uint8_t rooms[6][DECODED_BYTES_MAX];
};

/* Decode the words of the next row: false at the end of the table. */
static bool row_next(struct slice *rest, size_t count, struct row *out)
{
    static struct slice words[VECTOR_WORDS_MAX];
    size_t got = vector_row(rest, words);
    if (got == 0) return false;
    assert_int_equal(got, count);
    for (size_t i = 0; i < count; i++) out->parts[i] = decoded(words[i], out->rooms[i]);
    return true;
}

static void secret_of(struct slice bytes, struct secret *out)
{
    assert_int_equal(bytes.len, SECRET_BYTES);
    memcpy(out->bytes, bytes.at, SECRET_BYTES);
}

static void hashes_as_nist_says(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    struct hash hash = {{0}};
    struct row row;
    size_t rows = 0;
    vector_read("sha256.txt", &table);
    assert_ok(hasher_new(crypto, &hasher));
    for (struct slice rest = buf_slice(&table); row_next(&rest, 2, &row); rows++) {
        sha256_one(crypto, row.parts[0], &hash);
        assert_true(slice_equal(SLICE_OF(hash), row.parts[1]));
        for (size_t i = 0; i < row.parts[0].len; i++) hasher_put(hasher, slice_part(row.parts[0], i, 1));
        hasher_end(hasher, &hash);
        assert_true(slice_equal(SLICE_OF(hash), row.parts[1]));
    }
    assert_int_equal(rows, 4);
}

static void hashes_a_million_letters(void **state) /* FIPS 180-2 appendix B.3 */
{
    (void)state;
    static uint8_t letters[1000];
    uint8_t want[HASH_BYTES];
    struct hash hash = {{0}};
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    memset(letters, 'a', sizeof letters);
    assert_ok(hasher_new(crypto, &hasher));
    for (int i = 0; i < 1000; i++) hasher_put(hasher, SLICE_OF(letters));
    hasher_end(hasher, &hash);
    assert_true(hex_get(SLICE_TEXT("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"), want,
                        sizeof want));
    assert_memory_equal(hash.bytes, want, sizeof want);
}

/* HMAC fills a short key with zeros and hashes one that is longer than a block: so 32 bytes can stand for any key. */
static void hmac_key(struct slice key, struct secret *out)
{
    struct hash hash = {{0}};
    if (key.len > PADDED_BLOCK_BYTES) {
        sha256_one(crypto, key, &hash);
        key = SLICE_OF(hash);
    }
    assert_true(key.len <= SECRET_BYTES);
    memset(out->bytes, 0, SECRET_BYTES);
    memcpy(out->bytes, key.at, key.len);
}

static void authenticates_as_rfc_4231_says(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    struct hash mac = {{0}};
    struct row row;
    size_t rows = 0;
    vector_read("hmac-sha256.txt", &table);
    for (struct slice rest = buf_slice(&table); row_next(&rest, 3, &row); rows++) {
        SCOPED(prf_free) struct prf *prf = NULL;
        SECRET key = {{0}};
        hmac_key(row.parts[0], &key);
        assert_ok(prf_new(crypto, &key, &prf));
        prf_run(prf, &row.parts[1], 1, &mac);
        assert_true(row.parts[2].len >= HASH_BYTES / 2);
        assert_memory_equal(mac.bytes, row.parts[2].at, row.parts[2].len);
    }
    assert_int_equal(rows, 7);
}

static void opens_the_boxes_of_gcm(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    SCOPED(aead_free) struct aead *aead = NULL;
    struct row row;
    size_t rows = 0;
    vector_read("aes-256-gcm.txt", &table);
    assert_ok(aead_new(crypto, &aead));
    for (struct slice rest = buf_slice(&table); row_next(&rest, 6, &row); rows++) {
        SCOPED(buf_done) struct buf box = {0}, text = {0};
        SECRET key = {{0}};
        secret_of(row.parts[0], &key);
        aead_key(aead, &key);
        buf_slice_put(&box, row.parts[1]);
        buf_slice_put(&box, row.parts[4]);
        buf_slice_put(&box, row.parts[5]);
        assert_ok(aead_open(aead, row.parts[2], buf_slice(&box), &text));
        assert_true(slice_equal(buf_slice(&text), row.parts[3]));
    }
    assert_int_equal(rows, 4);
}

static void enciphers_a_block_as_nist_says(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    struct row row;
    size_t rows = 0;
    vector_read("aes-256.txt", &table);
    for (struct slice rest = buf_slice(&table); row_next(&rest, 3, &row); rows++) {
        SCOPED(block_cipher_free) struct block_cipher *cipher = NULL;
        SECRET key = {{0}};
        uint8_t out[16];
        secret_of(row.parts[0], &key);
        assert_ok(block_cipher_new(crypto, &key, &cipher));
        block_cipher_encrypt(cipher, row.parts[1].at, out);
        assert_memory_equal(out, row.parts[2].at, sizeof out);
        block_cipher_decrypt(cipher, row.parts[2].at, out);
        assert_memory_equal(out, row.parts[1].at, sizeof out);
    }
    assert_int_equal(rows, 5);
}

static void signs_as_rfc_8032_says(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    struct row row;
    size_t rows = 0;
    vector_read("ed25519.txt", &table);
    for (struct slice rest = buf_slice(&table); row_next(&rest, 4, &row); rows++) {
        SCOPED(signer_free) struct signer *signer = NULL;
        SECRET seed = {{0}};
        uint8_t public_key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
        secret_of(row.parts[0], &seed);
        assert_ok(signer_new(crypto, &seed, &signer));
        signer_public(signer, public_key);
        assert_memory_equal(public_key, row.parts[1].at, sizeof public_key);
        signer_sign(signer, row.parts[2], signature);
        assert_memory_equal(signature, row.parts[3].at, sizeof signature);
        assert_true(signature_good(crypto, public_key, row.parts[2], signature));
    }
    assert_int_equal(rows, 4);
}

static void stretches_as_a_second_implementation(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf table = {0};
    struct slice words[VECTOR_WORDS_MAX], rest = {0};
    size_t rows = 0;
    vector_read("argon2id.txt", &table);
    for (rest = buf_slice(&table); vector_row(&rest, words) == 5; rows++) {
        uint8_t rooms[3][DECODED_BYTES_MAX], got[64];
        struct slice passphrase = decoded(words[0], rooms[0]), salt = decoded(words[1], rooms[1]);
        struct slice want = decoded(words[4], rooms[2]);
        assert_int_equal(salt.len, 16);
        assert_int_equal(want.len, sizeof got);
        assert_ok(passphrase_stretch(passphrase, salt.at, (uint32_t)vector_number(words[2]),
                                     (uint32_t)vector_number(words[3]), got));
        assert_memory_equal(got, want.at, sizeof got);
    }
    assert_int_equal(rows, 4);
}

static void refuses_a_stretch_out_of_range(void **state)
{
    (void)state;
    static const struct {
        uint32_t memory_kib, passes;
    } cases[] = {{63, 1}, {4194305, 1}, {64, 0}, {64, 65}, {0, 0}, {UINT32_MAX, UINT32_MAX}};
    static const uint8_t salt[16];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t out[64] = {1};
        assert_code(CODE_INVALID, passphrase_stretch(SLICE_TEXT("passphrase"), salt, cases[i].memory_kib,
                                                     cases[i].passes, out));
        assert_int_equal(out[0], 1);
    }
}

static int begin(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
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
        cmocka_unit_test(hashes_as_nist_says),
        cmocka_unit_test(hashes_a_million_letters),
        cmocka_unit_test(authenticates_as_rfc_4231_says),
        cmocka_unit_test(opens_the_boxes_of_gcm),
        cmocka_unit_test(enciphers_a_block_as_nist_says),
        cmocka_unit_test(signs_as_rfc_8032_says),
        cmocka_unit_test(stretches_as_a_second_implementation),
        cmocka_unit_test(refuses_a_stretch_out_of_range),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
