/*
 * Passkeys: WebAuthn credentials (W3C, level 2) of staff, verified by libfido2. The person is verified by their device
 * (UV) each time, the origin and relying party are this vault's, and a counter that goes back is refused.
 *
 * Must never take the asker's word for challenge, origin or relying party. Main calls: passkey_register(),
 * passkey_check(). Example:
 *     struct passkey_said said = {.client_data = …};  TRY(passkey_check(crypto, &party, &said, challenge, &passkey));
 */
#ifndef AMN_KEEP_ACCESS_PASSKEY_H
#define AMN_KEEP_ACCESS_PASSKEY_H

#include "base/asks.h"
#include "crypto/crypto.h"

enum {
    PASSKEY_ID_BYTES_MAX = 512,
    PASSKEY_KEY_BYTES_MAX = 260, /* RSA-2048 as libfido2 holds it: 256 of modulus, 3 of exponent */
    CLIENT_DATA_BYTES_MAX = 2048,
    ATTESTATION_BYTES_MAX = 8192,
    AUTHENTICATOR_BYTES_MAX = 1024,
    ASSERTION_SIGNATURE_BYTES_MAX = 600,
    RELYING_ID_BYTES_MAX = 253
};

/* COSE algorithms that are offered and taken. */
enum passkey_algorithm { PASSKEY_ES256 = -7, PASSKEY_EDDSA = -8, PASSKEY_RS256 = -257 };

struct passkey {
    uint8_t id[PASSKEY_ID_BYTES_MAX];
    size_t id_len;
    enum passkey_algorithm algorithm;
    uint8_t key[PASSKEY_KEY_BYTES_MAX]; /* as libfido2 gives it: x ‖ y, 32 bytes, or modulus ‖ exponent */
    size_t key_len;
    uint32_t count;
    char name[NAME_BYTES_MAX + 1];
    int64_t made_us;
};

/* Who asks the devices: "https://vault.example:8443", and its host. */
struct relying_party {
    char origin[RELYING_ID_BYTES_MAX + 16];
    char id[RELYING_ID_BYTES_MAX + 1];
};

/* From an origin: https://HOST[:PORT] in lower case, or http://localhost[:PORT]. CONFIG otherwise. */
RESULT relying_party_of(struct slice origin, struct relying_party *out);

/* What a browser handed back. Slices borrow; what a step does not need is empty. */
struct passkey_said {
    struct slice client_data;                   /* JSON as the browser wrote it */
    struct slice attestation;                   /* of a registration: CBOR */
    struct slice authenticator_data, signature; /* of a sign-in */
};

/* The fixed head of authenticator data (WebAuthn section 6.1). */
struct authenticator_data {
    struct hash party;
    uint8_t flags;
    uint32_t count;
};
enum { AUTHENTICATOR_UP = 0x01, AUTHENTICATOR_UV = 0x04, AUTHENTICATOR_AT = 0x40 };
RESULT authenticator_data_read(struct slice bytes,
                               struct authenticator_data *out); /* INVALID when too short */

/*
 * Does the client data say this type ("webauthn.get"), this challenge (base64url) and this origin, and no other frame?
 * Compared as bytes from the start, by the specification's own limited algorithm, so no JSON of a stranger is parsed.
 * CREDENTIAL_UNKNOWN otherwise. Source: WebAuthn level 2, section 5.8.1.2.
 */
RESULT client_data_check(struct slice client_data, const char *type, struct slice challenge,
                         struct slice origin);

/* An attestation object in its three parts; `statement` is CBOR. INVALID unless canonical CBOR of that shape. */
struct attestation {
    struct slice format, statement, authenticator_data;
};
RESULT attestation_read(struct slice bytes, struct attestation *out);

/*
 * A new passkey from what the browser said. Attestation "none", and "packed" whose signature must be good; it is asked
 * for no maker's word, so none is trusted. `out` gets id, key, algorithm and count.
 * CREDENTIAL_UNKNOWN when anything is not as it must be; the text says what, never with what was sent.
 */
RESULT passkey_register(struct crypto *crypto, const struct relying_party *party,
                        const struct passkey_said *said, struct slice challenge, struct passkey *out);

/*
 * Is this assertion the passkey's, for this challenge? Then its count is moved on. A count that did not rise, where
 * the device counts at all, is refused: there may be a copy of it. CREDENTIAL_UNKNOWN. About 100 us for ES256.
 */
RESULT passkey_check(struct crypto *crypto, const struct relying_party *party,
                     const struct passkey_said *said, struct slice challenge, struct passkey *passkey);

#endif
