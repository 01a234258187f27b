/* Keys and certificates as openssl writes them: what is read, what is refused. The pair was made for this test. */
#include "prop.h"

#include "crypto/pem.h"

static const char private_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                                  "MC4CAQAwBQYDK2VwBCIEIKyNFQwOq9rdE1+xKnvR5WQoOnfcYHp8uM+g7QkQubNT\n"
                                  "-----END PRIVATE KEY-----\n";
static const char public_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                                 "MCowBQYDK2VwAyEADtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA=\n"
                                 "-----END PUBLIC KEY-----\n";
static const char encrypted_pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiHAANc0lKywgICCAAw\n"
                                    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMXEL19HyC74v/8gX7rog2sEQBNx\n"
                                    "HfuslynwUPNrxYnQAce10CPtJ5w4DN40EreJR+HODI4WMLoA1bHft84RZCby6sSE\n"
                                    "AhV0SKDalZBPtypmHLc=\n"
                                    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char rsa_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAovR28EkcZTA7fg0yQkND\n"
                              "bpkhwk7+q9j7DeJ7TKGUBGjqxr4/qREdqozdOYmOxY1hsFBIHOORLtqiNIl86dF8\n"
                              "9vJhHT63HEZiNp5+RkC/BF+O6XC2qEJOhcKRW2624lOIOsXpX9/M5FGcyh93Gq9u\n"
                              "zYLp3y5hqoe6yY4FpXRV6BBfal8ZMsVOnEcxWkVTWOiMPTlvA4bOWIeu5mCDUNp+\n"
                              "2zlKrhJEClKqVCZiBJQUcboYyeYB6wAzb5EdXwZhtdzxLxKDu8jGf4y/4aUAwnbb\n"
                              "S2GCpVN+4yCVEXbxwxZE9gi1jTSBhj/nswuEryAJbLQSIBnnJ5W9JNxF1WuFWbgN\n"
                              "sQIDAQAB\n"
                              "-----END PUBLIC KEY-----\n";
static const char certificate_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                      "MIIBMjCB5aADAgECAhQVGs1RW2Y78n/UR0etzsf6DpWA6zAFBgMrZXAwDzENMAsG\n"
                                      "A1UEAwwEdGVzdDAeFw0yNjExMjIwNzE5MzNaFw0zNjExMTkwNzE5MzNaMA8xDTAL\n"
                                      "BgNVBAMMBHRlc3QwKjAFBgMrZXADIQAO1nf3Co0AW8e5Eo0EbtWwyuW/qXHMHTi4\n"
                                      "anuI2hOwEKNTMFEwHQYDVR0OBBYEFObK6wf3j5etn/2khQ7NAv8qvdJNMB8GA1Ud\n"
                                      "IwQYMBaAFObK6wf3j5etn/2khQ7NAv8qvdJNMA8GA1UdEwEB/wQFMAMBAf8wBQYD\n"
                                      "K2VwA0EAp0S8AVnzogHzQMWasO19TZ/9JR+9IcdAXO11+4bg1cVg+Cn3xm5ydfJP\n"
                                      "QrB6J6cVtNsF+6SWl++PKHtJ/wUkAQ==\n"
                                      "-----END CERTIFICATE-----\n";
static const char public_hex[] = "0ed677f70a8d005bc7b9128d046ed5b0cae5bfa971cc1d38b86a7b88da13b010";
static const char spki_hex[] = "261b8cd0f0ef7a49fce888ca8a37fe475d47605af739ea3d54dca93eff92e92c";

static struct crypto *crypto;

static void reads_a_public_key_in_each_form(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool good;
    } cases[] = {
        {"PEM", public_pem, true},
        {"32 bytes", "DtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA=", true},
        {"32 bytes in the URL's alphabet", "DtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA", true},
        {"44 bytes", "MCowBQYDK2VwAyEADtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA=", true},
        {"44 bytes and a line's end", "MCowBQYDK2VwAyEADtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA=\n", true},
        {"nothing", "", false},
        {"a private key", private_pem, false},
        {"a certificate", certificate_pem, false},
        {"RSA", rsa_pem, false},
        {"31 bytes", "DtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsA==", false},
        {"44 bytes of another algorithm",
         "MCowBQYDK2VuAyEADtZ39wqNAFvHuRKNBG7VsMrlv6lxzB04uGp7iNoTsBA=", false},
        {"words", "not a key at all", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t key[PUBLIC_KEY_BYTES] = {7}, want[PUBLIC_KEY_BYTES];
        struct result got = public_key_read(slice_text(cases[i].text), key);
        if ((got.code == CODE_OK) != cases[i].good) fail_msg("%s: %s", cases[i].name, result_text());
        assert_true(hex_get(slice_text(public_hex), want, sizeof want));
        if (cases[i].good) {
            assert_memory_equal(key, want, sizeof key);
        } else {
            assert_int_equal(key[0], 7);
        }
    }
}

/* Under a key of small order OpenSSL takes what nobody signed: R is the base point, S is 1, the key is the identity. */
static void refuses_keys_under_which_anybody_signs(void **state)
{
    (void)state;
    static const char *const small[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    uint8_t identity[PUBLIC_KEY_BYTES] = {1}, forged[SIGNATURE_BYTES] = {0x58, [32] = 1};
    memset(forged + 1, 0x66, 31);
    assert_true(signature_good(crypto, identity, SLICE_TEXT("nobody signed this"), forged));
    for (size_t i = 0; i < COUNT_OF(small); i++) {
        uint8_t key[PUBLIC_KEY_BYTES], out[PUBLIC_KEY_BYTES] = {7};
        SCOPED(buf_done) struct buf text = {0};
        assert_true(hex_get(slice_text(small[i]), key, sizeof key));
        assert_false(public_key_sound(key));
        base64_put(&text, SLICE_OF(key));
        assert_code(CODE_INVALID, public_key_read(buf_slice(&text), out));
        assert_int_equal(out[0], 7);
    }
}

static void takes_every_key_that_was_made(void **state)
{
    (void)state;
    PROPERTY(50, rng) {
        SECRET seed = {{0}};
        SCOPED(signer_free) struct signer *signer = NULL;
        uint8_t key[PUBLIC_KEY_BYTES];
        for (size_t i = 0; i < SECRET_BYTES; i++) seed.bytes[i] = (uint8_t)prop_u64(&rng);
        assert_ok(signer_new(crypto, &seed, &signer));
        signer_public(signer, key);
        assert_true(public_key_sound(key));
    }
}

static void reads_a_private_key_that_is_not_encrypted(void **state)
{
    (void)state;
    static const char *const bad[] = {encrypted_pem, public_pem, certificate_pem, "", "words"};
    SCOPED(signer_free) struct signer *signer = NULL;
    uint8_t key[PUBLIC_KEY_BYTES], want[PUBLIC_KEY_BYTES];
    assert_ok(signer_read(crypto, slice_text(private_pem), &signer));
    signer_public(signer, key);
    assert_true(hex_get(slice_text(public_hex), want, sizeof want));
    assert_memory_equal(key, want, sizeof key);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(signer_free) struct signer *none = NULL;
        assert_code(CODE_INVALID, signer_read(crypto, slice_text(bad[i]), &none));
        assert_null(none);
    }
}

static void reads_a_certificate(void **state)
{
    (void)state;
    static const char *const bad[] = {public_pem, private_pem, "", "words"};
    struct certificate read = {0};
    struct hash want = {{0}};
    assert_ok(certificate_read(crypto, slice_text(certificate_pem), &read));
    assert_true(hex_get(slice_text(spki_hex), want.bytes, HASH_BYTES));
    assert_true(hash_equal(&read.spki, &want));
    assert_int_equal(read.from_us, 1795331973 * (int64_t)1000000);
    assert_int_equal(read.until_us, 2110691973 * (int64_t)1000000);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_code(CODE_INVALID, certificate_read(crypto, slice_text(bad[i]), &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_public_key_in_each_form),
        cmocka_unit_test(refuses_keys_under_which_anybody_signs),
        cmocka_unit_test(takes_every_key_that_was_made),
        cmocka_unit_test(reads_a_private_key_that_is_not_encrypted),
        cmocka_unit_test(reads_a_certificate),
    };
    if (crypto_new(&crypto).code != CODE_OK) abort();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    crypto_free(&crypto);
    return failed;
}
