/* Properties of the primitives: what was sealed opens and nothing else does; HMAC and HKDF are those of OpenSSL. */
#include "prop.h"

#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

static struct crypto *crypto;

static void secret_draw(struct prop_rng *rng, struct secret *out)
{
    for (size_t i = 0; i < SECRET_BYTES; i++) out->bytes[i] = (uint8_t)prop_u64(rng);
}

static void flip_bit(struct prop_rng *rng, uint8_t *at, size_t len)
{
    at[prop_below(rng, len)] ^= (uint8_t)(1u << prop_below(rng, 8));
}

/* A box that must not open leaves what stood in the output before it as it was. */
static void stays_shut(struct aead *aead, struct slice aad, struct slice box)
{
    SCOPED(buf_done) struct buf out = {0};
    buf_text(&out, "before");
    assert_code(CODE_CORRUPT, aead_open(aead, aad, box, &out));
    assert_true(slice_is(buf_slice(&out), "before"));
}

static void opens_what_it_sealed(void **state)
{
    (void)state;
    SCOPED(aead_free) struct aead *aead = NULL;
    assert_ok(aead_new(crypto, &aead));
    PROPERTY(500, rng) {
        uint8_t text[600], aad[40];
        struct slice clear = {text, prop_fill(&rng, text, sizeof text)};
        struct slice bound = {aad, prop_fill(&rng, aad, sizeof aad)};
        SCOPED(buf_done) struct buf box = {0}, back = {0};
        SECRET key = {{0}};
        secret_draw(&rng, &key);
        aead_key(aead, &key);
        buf_text(&box, "box:");
        buf_text(&back, "text:");
        aead_seal(aead, bound, clear, &box);
        assert_int_equal(box.len, 4 + clear.len + AEAD_EXTRA_BYTES);
        struct slice sealed = slice_from(buf_slice(&box), 4);
        assert_ok(aead_open(aead, bound, sealed, &back));
        assert_true(slice_starts(buf_slice(&back), "text:"));
        assert_true(slice_equal(slice_from(buf_slice(&back), 5), clear));
        stays_shut(aead, bound, slice_part(sealed, 0, prop_below(&rng, sealed.len)));
        stays_shut(aead, bound, slice_from(sealed, 1));
        if (bound.len > 0) stays_shut(aead, slice_from(bound, 1), sealed);
        flip_bit(&rng, box.at + 4, sealed.len);
        stays_shut(aead, bound, sealed);
    }
}

static void opens_nothing_with_another_key_or_binding(void **state)
{
    (void)state;
    SCOPED(aead_free) struct aead *aead = NULL;
    assert_ok(aead_new(crypto, &aead));
    PROPERTY(300, rng) {
        uint8_t text[64], aad[40];
        struct slice clear = {text, prop_fill(&rng, text, sizeof text)};
        struct slice bound = {aad, prop_fill(&rng, aad, sizeof aad - 1) + 1};
        SCOPED(buf_done) struct buf box = {0}, back = {0};
        SECRET key = {{0}}, other = {{0}};
        secret_draw(&rng, &key);
        other = key;
        flip_bit(&rng, other.bytes, SECRET_BYTES);
        aead_key(aead, &key);
        aead_seal(aead, bound, clear, &box);
        flip_bit(&rng, aad, bound.len);
        stays_shut(aead, bound, buf_slice(&box));
        aead_key(aead, &other);
        stays_shut(aead, bound, buf_slice(&box));
        aead_key_drop(aead);
        aead_key(aead, &key);
        aead_seal(aead, bound, clear, &back); /* it works on after failures, and after its key was dropped */
        buf_clear(&box);
        assert_ok(aead_open(aead, bound, buf_slice(&back), &box));
        assert_true(slice_equal(buf_slice(&box), clear));
    }
}

static void refuses_bad_boxes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len;
    } cases[] = {{"empty", 0},
                 {"a nonce", 12},
                 {"one byte short of nonce and tag", 27},
                 {"right size, wrong tag", 28}};
    static const uint8_t zeros[28];
    SCOPED(aead_free) struct aead *aead = NULL;
    const struct secret key = {{1}};
    assert_ok(aead_new(crypto, &aead));
    aead_key(aead, &key);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct result got = aead_open(aead, (struct slice){0}, (struct slice){zeros, cases[i].len}, &out);
        if (got.code != CODE_CORRUPT || out.len != 0)
            fail_msg("%s: %s", cases[i].name, code_meaning(got.code));
    }
}

static void seals_the_same_text_differently_each_time(void **state)
{
    (void)state;
    SCOPED(aead_free) struct aead *aead = NULL;
    SCOPED(buf_done) struct buf boxes = {0};
    const struct secret key = {{7}};
    const struct slice text = SLICE_TEXT("kim@example.com");
    enum { BOXES = 400 };
    size_t size = text.len + AEAD_EXTRA_BYTES;
    assert_ok(aead_new(crypto, &aead));
    aead_key(aead, &key);
    for (size_t i = 0; i < BOXES; i++) aead_seal(aead, (struct slice){0}, text, &boxes);
    for (size_t i = 0; i < BOXES; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(boxes.at + i * size, boxes.at + j * size, AEAD_NONCE_BYTES);
        }
    }
}

static void prf_of_many_is_that_of_each(void **state)
{
    (void)state;
    enum { MANY = 37, SHORT = 54 };
    PROPERTY(200, rng) {
        SECRET key = {{0}};
        SCOPED(prf_free) struct prf *prf = NULL;
        uint8_t texts[MANY][130], first = (uint8_t)prop_u64(&rng);
        struct slice inputs[MANY];
        struct hash many[MANY];
        size_t count = prop_below(&rng, MANY + 1);
        bool all_short = prop_below(&rng, 2);
        crypto_random(crypto, key.bytes, sizeof key.bytes);
        assert_ok(prf_new(crypto, &key, &prf));
        for (size_t i = 0; i < count; i++) { /* about the length where one block ends, too */
            size_t room = all_short ? SHORT : prop_below(&rng, 4) ? 57 : sizeof texts[i];
            inputs[i] = (struct slice){texts[i], prop_fill(&rng, texts[i], room)};
        }
        prf_run_many(prf, first, inputs, count, many);
        for (size_t i = 0; i < count; i++) {
            const struct slice parts[] = {{&first, 1}, inputs[i]};
            struct hash one = {{0}};
            prf_run(prf, parts, COUNT_OF(parts), &one);
            assert_memory_equal(one.bytes, many[i].bytes, HASH_BYTES);
        }
    }
}

static void prf_is_the_hmac_of_openssl(void **state)
{
    (void)state;
    PROPERTY(400, rng) {
        uint8_t text[300], want[HASH_BYTES];
        struct slice whole = {text, prop_fill(&rng, text, sizeof text)};
        size_t cut = prop_below(&rng, whole.len + 1);
        const struct slice parts[] = {slice_part(whole, 0, cut), {NULL, 0}, slice_from(whole, cut)};
        SCOPED(prf_free) struct prf *prf = NULL;
        SECRET key = {{0}};
        struct hash once = {{0}}, again = {{0}};
        unsigned len = 0;
        secret_draw(&rng, &key);
        assert_ok(prf_new(crypto, &key, &prf));
        prf_run(prf, parts, COUNT_OF(parts), &once);
        prf_run(prf, &whole, 1, &again); /* the kept states are not used up */
        assert_non_null(HMAC(EVP_sha256(), key.bytes, SECRET_BYTES, whole.at, whole.len, want, &len));
        assert_int_equal(len, HASH_BYTES);
        assert_memory_equal(once.bytes, want, HASH_BYTES);
        assert_memory_equal(again.bytes, want, HASH_BYTES);
    }
}

static void openssl_hkdf(const struct secret *key, struct slice info, uint8_t out[SECRET_BYTES])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    struct secret copy = *key;
    SCOPED(buf_done) struct buf writable = {0};
    buf_slice_put(&writable, info);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, copy.bytes, SECRET_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, writable.at, writable.len),
        OSSL_PARAM_construct_end(),
    };
    assert_int_equal(EVP_KDF_derive(context, out, SECRET_BYTES, params), 1);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    secret_done(&copy);
}

static void hkdf_is_that_of_openssl(void **state) /* RFC 5869 without salt; info is label, zero, context */
{
    (void)state;
    static const char *const labels[] = {"", "a", "amanah keyring 1",
                                         "another label of somewhat greater length"};
    PROPERTY(200, rng) {
        uint8_t context[120], want[SECRET_BYTES];
        struct slice bound = {context, prop_fill(&rng, context, sizeof context)};
        const char *label = labels[prop_below(&rng, COUNT_OF(labels))];
        SCOPED(buf_done) struct buf info = {0};
        SECRET key = {{0}}, got = {{0}};
        secret_draw(&rng, &key);
        buf_text(&info, label);
        buf_byte(&info, 0);
        buf_slice_put(&info, bound);
        hkdf(crypto, &key, label, bound, &got);
        openssl_hkdf(&key, buf_slice(&info), want);
        assert_memory_equal(got.bytes, want, SECRET_BYTES);
    }
}

static void hkdf_keeps_labels_apart(void **state)
{
    (void)state;
    const struct secret key = {{9}};
    struct secret made[4] = {{{0}}};
    hkdf(crypto, &key, "ab", SLICE_TEXT("c"), &made[0]);
    hkdf(crypto, &key, "a", SLICE_TEXT("bc"), &made[1]);
    hkdf(crypto, &key, "abc", SLICE_TEXT(""), &made[2]);
    hkdf(crypto, &key, "", SLICE_TEXT("abc"), &made[3]);
    for (size_t i = 0; i < COUNT_OF(made); i++) {
        for (size_t j = 0; j < i; j++) assert_memory_not_equal(made[i].bytes, made[j].bytes, SECRET_BYTES);
    }
}

static int draw_order(const void *a, const void *b)
{
    return memcmp(a, b, SECRET_BYTES);
}

static void random_never_repeats(void **state)
{
    (void)state;
    enum { DRAWS = 4000, LARGE_BYTES = 5000 }; /* many blocks of 4,096, with draws of other lengths between */
    static uint8_t draws[DRAWS][SECRET_BYTES];
    static uint8_t large[LARGE_BYTES], other[LARGE_BYTES], whole[4096];
    struct prop_rng rng = {prop_seed()};
    for (size_t i = 0; i < DRAWS; i++) {
        crypto_random(crypto, draws[i], SECRET_BYTES);
        crypto_random(crypto, other, prop_below(&rng, 40));
    }
    qsort(draws, DRAWS, SECRET_BYTES, draw_order);
    for (size_t i = 1; i < DRAWS; i++) assert_memory_not_equal(draws[i - 1], draws[i], SECRET_BYTES);
    crypto_random(crypto, large, sizeof large);
    crypto_random(crypto, other, sizeof other);
    assert_memory_not_equal(large, other, sizeof large);
    crypto_random(crypto, whole, sizeof whole);
    crypto_random(crypto, other, sizeof whole);
    assert_memory_not_equal(whole, other, sizeof whole);
}

static void verifies_what_was_signed_and_nothing_else(void **state)
{
    (void)state;
    PROPERTY(100, rng) {
        uint8_t message[200], public_key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
        struct slice signed_text = {message, prop_fill(&rng, message, sizeof message - 1) + 1};
        SCOPED(signer_free) struct signer *signer = NULL;
        SECRET seed = {{0}};
        message[0] = (uint8_t)prop_u64(&rng);
        secret_draw(&rng, &seed);
        assert_ok(signer_new(crypto, &seed, &signer));
        signer_public(signer, public_key);
        signer_sign(signer, signed_text, signature);
        assert_true(signature_good(crypto, public_key, signed_text, signature));
        assert_false(signature_good(crypto, public_key, slice_from(signed_text, 1), signature));
        uint8_t kept = signature[0];
        flip_bit(&rng, signature, 1);
        assert_false(signature_good(crypto, public_key, signed_text, signature));
        signature[0] = kept;
        flip_bit(&rng, signature + 1, SIGNATURE_BYTES - 1);
        assert_false(signature_good(crypto, public_key, signed_text, signature));
        signer_sign(signer, signed_text, signature);
        flip_bit(&rng, message, signed_text.len);
        assert_false(signature_good(crypto, public_key, signed_text, signature));
        signer_sign(signer, signed_text, signature);
        flip_bit(&rng, public_key, PUBLIC_KEY_BYTES);
        assert_false(signature_good(crypto, public_key, signed_text, signature));
    }
}

static void a_block_comes_back(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        SCOPED(block_cipher_free) struct block_cipher *cipher = NULL;
        uint8_t in[16], out[16], back[16];
        SECRET key = {{0}};
        secret_draw(&rng, &key);
        for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)prop_u64(&rng);
        assert_ok(block_cipher_new(crypto, &key, &cipher));
        block_cipher_encrypt(cipher, in, out);
        block_cipher_decrypt(cipher, out, back);
        assert_memory_equal(in, back, sizeof in);
        assert_memory_not_equal(in, out, sizeof in);
        block_cipher_encrypt(cipher, in, back); /* no state is carried from block to block */
        assert_memory_equal(out, back, sizeof out);
    }
}

static void clear_values_are_emptied(void **state)
{
    (void)state;
    struct clear value = {malloc(5), 5};
    struct secret secret = {{1, 2, 3}};
    const struct secret none = {{0}};
    assert_non_null(value.at);
    memcpy(value.at, "hello", 5);
    clear_done(&value);
    assert_null(value.at);
    assert_int_equal(value.len, 0);
    clear_done(&value); /* an empty one is fine */
    secret_done(&secret);
    assert_memory_equal(secret.bytes, none.bytes, SECRET_BYTES);
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
        cmocka_unit_test(opens_what_it_sealed),
        cmocka_unit_test(opens_nothing_with_another_key_or_binding),
        cmocka_unit_test(refuses_bad_boxes),
        cmocka_unit_test(seals_the_same_text_differently_each_time),
        cmocka_unit_test(prf_is_the_hmac_of_openssl),
        cmocka_unit_test(prf_of_many_is_that_of_each),
        cmocka_unit_test(hkdf_is_that_of_openssl),
        cmocka_unit_test(hkdf_keeps_labels_apart),
        cmocka_unit_test(random_never_repeats),
        cmocka_unit_test(verifies_what_was_signed_and_nothing_else),
        cmocka_unit_test(a_block_comes_back),
        cmocka_unit_test(clear_values_are_emptied),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
