/* Passkeys: what a browser and a device say is taken only for this origin, party, challenge and counter. */
#include "prop.h"
#include "vectors.h"

#include "keep/access/passkey.h"

static const struct relying_party party = {"https://vault.example", "vault.example"};

static void bytes_of(struct slice text, struct buf *out)
{
    assert_ok(base64_any_get(text, out));
}

static void challenge_of(struct buf *out)
{
    uint8_t bytes[40];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
    base64url_put(out, SLICE_OF(bytes));
}

static struct result one(struct crypto *crypto, const struct slice *words, size_t count,
                         struct passkey *passkey)
{
    SCOPED(buf_done) struct buf challenge = {0}, first = {0}, second = {0}, third = {0};
    challenge_of(&challenge);
    bytes_of(words[3], &first);
    bytes_of(words[4], &second);
    struct passkey_said said = {.client_data = buf_slice(&first)};
    if (slice_is(words[0], "create")) {
        assert_int_equal(count, 5);
        said.attestation = buf_slice(&second);
        return passkey_register(crypto, &party, &said, buf_slice(&challenge), passkey);
    }
    assert_int_equal(count, 6);
    bytes_of(words[5], &third);
    said.authenticator_data = buf_slice(&second);
    said.signature = buf_slice(&third);
    return passkey_check(crypto, &party, &said, buf_slice(&challenge), passkey);
}

static void takes_the_good_vectors_and_refuses_the_bad(void **state)
{
    (void)state;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf file = {0};
    struct slice words[VECTOR_WORDS_MAX];
    static struct passkey passkey;
    size_t good = 0, bad = 0, count = 0;
    assert_ok(crypto_new(&crypto));
    vector_read("webauthn.txt", &file);
    struct slice rest = buf_slice(&file);
    while ((count = vector_row(&rest, words)) > 0) {
        struct passkey before = passkey;
        struct result got = one(crypto, words, count, &passkey);
        bool want = slice_is(words[2], "good");
        enum cause cause = want ? CAUSE_OK : CAUSE_CREDENTIAL_UNKNOWN;
        if (got.cause != cause)
            fail_msg("%.*s: %s: %s", (int)words[1].len, (const char *)words[1].at, cause_row(got.cause)->slug,
                     got.code == CODE_OK ? "" : result_text());
        if (!want) assert_memory_equal(&before, &passkey, sizeof passkey);
        if (want)
            good++;
        else
            bad++;
    }
    assert_int_equal(good, 18);
    assert_int_equal(bad, 33);
}

static void any_changed_byte_is_refused(void **state)
{
    (void)state;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf file = {0}, challenge = {0}, client = {0}, data = {0}, signature = {0};
    struct slice words[VECTOR_WORDS_MAX];
    struct passkey passkey = {0};
    assert_ok(crypto_new(&crypto));
    challenge_of(&challenge);
    vector_read("webauthn.txt", &file);
    struct slice rest = buf_slice(&file);
    while (vector_row(&rest, words) > 0 && !slice_is(words[1], "es256_first")) {
        if (slice_is(words[1], "es256")) assert_ok(one(crypto, words, 5, &passkey));
    }
    bytes_of(words[3], &client);
    bytes_of(words[4], &data);
    bytes_of(words[5], &signature);
    struct buf *parts[] = {&client, &data, &signature};
    PROPERTY(300, rng) {
        struct buf *part = parts[prop_below(&rng, COUNT_OF(parts))];
        size_t at = prop_below(&rng, part->len);
        uint8_t bit = (uint8_t)(1U << prop_below(&rng, 8));
        struct passkey_said said = {buf_slice(&client), {0}, buf_slice(&data), buf_slice(&signature)};
        struct passkey copy = passkey;
        part->at[at] ^= bit;
        assert_int_not_equal(passkey_check(crypto, &party, &said, buf_slice(&challenge), &copy).code,
                             CODE_OK);
        part->at[at] ^= bit;
        assert_ok(passkey_check(crypto, &party, &said, buf_slice(&challenge), &copy));
    }
}

static void an_origin_is_https_and_a_host(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *id; /* id NULL: refused */
    } cases[] = {
        {"https://vault.example", "vault.example"},
        {"https://vault.example:8443", "vault.example"},
        {"http://localhost", "localhost"},
        {"http://localhost:8420", "localhost"},
        {"http://vault.example", NULL},
        {"http://localhost.evil.test", NULL},
        {"https://", NULL},
        {"https://vault.example/", NULL},
        {"https://Vault.example", NULL},
        {"https://vault.example:", NULL},
        {"https://vault.example:123456", NULL},
        {"https://vault.example:8a", NULL},
        {"https://a\"b", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct relying_party got = {0};
        struct result done = relying_party_of(slice_text(cases[i].origin), &got);
        if ((done.code == CODE_OK) != (cases[i].id != NULL)) fail_msg("%s", cases[i].origin);
        if (cases[i].id) assert_string_equal(got.id, cases[i].id);
        if (cases[i].id) assert_string_equal(got.origin, cases[i].origin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_good_vectors_and_refuses_the_bad),
        cmocka_unit_test(any_changed_byte_is_refused),
        cmocka_unit_test(an_origin_is_https_and_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
