#include "keep/access/passkey.h"

#include "base/cbor.h"

#include <assert.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <stdio.h>
#include <string.h>

enum { AUTHENTICATOR_HEAD_BYTES = 37 };

static bool host_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
}

RESULT relying_party_of(struct slice origin, struct relying_party *out)
{
    static const char secure[] = "https://", local[] = "http://localhost";
    struct relying_party party = {0};
    bool plain = slice_starts(origin, local), known = plain || slice_starts(origin, secure);
    size_t start = plain ? strlen("http://") : sizeof secure - 1, end = start;
    while (known && end < origin.len && host_byte(origin.at[end])) end++;
    size_t port = end + 1, last = port;
    while (last < origin.len && origin.at[last] >= '0' && origin.at[last] <= '9') last++;
    bool whole = end == origin.len || (known && origin.at[end] == ':' && last == origin.len && last > port);
    bool host =
        end > start && end - start <= RELYING_ID_BYTES_MAX && (!plain || end - start == strlen("localhost"));
    if (!known || !whole || !host || last - port > 5) {
        return FAIL(CONFIG,
                    "--public-origin: must be https://HOST[:PORT] in lower case, as browsers show it");
    }
    memcpy(party.origin, origin.at, origin.len);
    memcpy(party.id, origin.at + start, end - start);
    *out = party;
    return OK;
}

RESULT authenticator_data_read(struct slice bytes, struct authenticator_data *out)
{
    struct cursor cursor = {bytes, false};
    struct authenticator_data data = {0};
    struct slice party = cursor_take(&cursor, HASH_BYTES);
    data.flags = cursor_byte(&cursor);
    data.count = cursor_be32(&cursor);
    if (cursor.bad)
        return FAIL(INVALID, "passkey: authenticator data of less than %d bytes", AUTHENTICATOR_HEAD_BYTES);
    memcpy(data.party.bytes, party.at, HASH_BYTES);
    *out = data;
    return OK;
}

/* What is compared stands in plain ASCII without quotes, so it is its own JSON. */
RESULT client_data_check(struct slice client_data, const char *type, struct slice challenge,
                         struct slice origin)
{
    static const char frame[] = ",\"crossOrigin\":false";
    SCOPED(buf_done) struct buf want = {0};
    buf_print(&want, "{\"type\":\"%s\",\"challenge\":\"", type);
    buf_slice_put(&want, challenge);
    buf_text(&want, "\",\"origin\":\"");
    buf_slice_put(&want, origin);
    buf_text(&want, "\"");
    struct slice rest = slice_from(client_data, want.len);
    if (client_data.len < want.len || !slice_equal(slice_part(client_data, 0, want.len), buf_slice(&want)))
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: made for another purpose, challenge or origin");
    if (slice_is(rest, "}")) return OK; /* before level 2 a browser said nothing of frames */
    bool top = slice_starts(rest, frame);
    if (top) rest = slice_from(rest, sizeof frame - 1);
    if (top && rest.len > 0 && (rest.at[0] == ',' || slice_is(rest, "}")) && rest.at[rest.len - 1] == '}')
        return OK;
    return FAIL(CREDENTIAL_UNKNOWN, "passkey: made within a page of another origin");
}

RESULT attestation_read(struct slice bytes, struct attestation *out)
{
    struct cbor reader = cbor_reader(bytes);
    struct attestation read = {0};
    struct slice key = {0};
    size_t pairs = 0;
    TRY(cbor_check(bytes));
    TRY(cbor_read_map(&reader, &pairs));
    for (; pairs > 0; pairs--) {
        TRY(cbor_read_text(&reader, &key));
        if (slice_is(key, "fmt")) {
            TRY(cbor_read_text(&reader, &read.format));
        } else if (slice_is(key, "authData")) {
            TRY(cbor_read_bytes(&reader, &read.authenticator_data));
        } else {
            struct slice from = reader.cursor.rest;
            TRY(cbor_skip(&reader));
            if (slice_is(key, "attStmt"))
                read.statement = slice_part(from, 0, from.len - reader.cursor.rest.len);
        }
    }
    if (read.format.len == 0 || read.authenticator_data.len == 0 || read.statement.len == 0)
        return FAIL(INVALID, "passkey: an attestation without fmt, attStmt and authData");
    *out = read;
    return OK;
}

/* What every authenticator must have said of itself, whatever its signature is worth. */
static RESULT data_check(struct crypto *crypto, const struct relying_party *party, struct slice bytes,
                         bool made, struct authenticator_data *out)
{
    struct hash want = {{0}};
    TRY(authenticator_data_read(bytes, out));
    sha256_one(crypto, slice_text(party->id), &want);
    if (!hash_equal(&want, &out->party))
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: made for another relying party");
    if ((out->flags & AUTHENTICATOR_UP) == 0 || (out->flags & AUTHENTICATOR_UV) == 0) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "passkey: the device did not verify its user; set a PIN or fingerprint there");
    }
    if (made && (out->flags & AUTHENTICATOR_AT) == 0)
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: the device gave no new key");
    return OK;
}

static void cred_done(fido_cred_t **cred)
{
    fido_cred_free(cred);
}

static RESULT fido(int done, const char *what)
{
    if (done == FIDO_OK) return OK;
    if (done == FIDO_ERR_INTERNAL) return FAIL(UNAVAILABLE, "passkey: %s: %s", what, fido_strerr(done));
    return FAIL(CREDENTIAL_UNKNOWN, "passkey: %s: %s", what, fido_strerr(done));
}

/* The credential in the authenticator data, as the first of our algorithms whose key it is. */
static RESULT cred_read(const struct relying_party *party, const struct passkey_said *said,
                        const struct attestation *attestation, fido_cred_t **out)
{
    static const int algorithms[] = {PASSKEY_ES256, PASSKEY_EDDSA, PASSKEY_RS256};
    struct slice data = attestation->authenticator_data;
    for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
        SCOPED(cred_done) fido_cred_t *cred = fido_cred_new();
        if (!cred) return FAIL(UNAVAILABLE, "passkey: out of memory");
        TRY(fido(fido_cred_set_type(cred, algorithms[i]), "algorithm"));
        TRY(fido(fido_cred_set_rp(cred, party->id, NULL), "relying party"));
        TRY(fido(fido_cred_set_uv(cred, FIDO_OPT_TRUE), "verification"));
        TRY(fido(fido_cred_set_clientdata(cred, said->client_data.at, said->client_data.len), "client data"));
        if (fido_cred_set_authdata_raw(cred, data.at, data.len) != FIDO_OK) continue;
        *out = TAKE(cred);
        return OK;
    }
    return FAIL(CREDENTIAL_UNKNOWN, "passkey: a key of no algorithm that is taken (ES256, EdDSA, RS256)");
}

static RESULT statement_check(fido_cred_t *cred, const struct attestation *attestation)
{
    if (slice_is(attestation->format, "none")) return OK;
    if (!slice_is(attestation->format, "packed")) {
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: an attestation of a kind that was not asked for");
    }
    TRY(fido(fido_cred_set_fmt(cred, "packed"), "format"));
    TRY(fido(fido_cred_set_attstmt(cred, attestation->statement.at, attestation->statement.len),
             "statement"));
    return fido(fido_cred_x5c_len(cred) > 0 ? fido_cred_verify(cred) : fido_cred_verify_self(cred),
                "attestation");
}

RESULT passkey_register(struct crypto *crypto, const struct relying_party *party,
                        const struct passkey_said *said, struct slice challenge, struct passkey *out)
{
    struct attestation attestation = {0};
    struct authenticator_data data = {0};
    struct passkey made = {0};
    SCOPED(cred_done) fido_cred_t *cred = NULL;
    TRY(client_data_check(said->client_data, "webauthn.create", challenge, slice_text(party->origin)));
    if (attestation_read(said->attestation, &attestation).code != CODE_OK)
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: the attestation is malformed");
    TRY(data_check(crypto, party, attestation.authenticator_data, true, &data));
    TRY(cred_read(party, said, &attestation, &cred));
    TRY(statement_check(cred, &attestation));
    made.id_len = fido_cred_id_len(cred);
    made.key_len = fido_cred_pubkey_len(cred);
    if (made.id_len == 0 || made.id_len > sizeof made.id || made.key_len == 0 ||
        made.key_len > sizeof made.key)
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: its id or key is longer than any known device makes");
    memcpy(made.id, fido_cred_id_ptr(cred), made.id_len);
    memcpy(made.key, fido_cred_pubkey_ptr(cred), made.key_len);
    made.algorithm = (enum passkey_algorithm)fido_cred_type(cred);
    made.count = data.count;
    *out = made;
    return OK;
}

static void assert_done(fido_assert_t **assertion)
{
    fido_assert_free(assertion);
}

static void es256_done(es256_pk_t **key)
{
    es256_pk_free(key);
}

static void eddsa_done(eddsa_pk_t **key)
{
    eddsa_pk_free(key);
}

static void rs256_done(rs256_pk_t **key)
{
    rs256_pk_free(key);
}

static RESULT signature_check(const fido_assert_t *assertion, const struct passkey *passkey)
{
    SCOPED(es256_done) es256_pk_t *es256 = NULL;
    SCOPED(eddsa_done) eddsa_pk_t *eddsa = NULL;
    SCOPED(rs256_done) rs256_pk_t *rs256 = NULL;
    const void *key = NULL;
    int done = FIDO_ERR_INTERNAL;
    switch (passkey->algorithm) {
    case PASSKEY_ES256:
        key = es256 = es256_pk_new();
        if (es256) done = es256_pk_from_ptr(es256, passkey->key, passkey->key_len);
        break;
    case PASSKEY_EDDSA:
        key = eddsa = eddsa_pk_new();
        if (eddsa) done = eddsa_pk_from_ptr(eddsa, passkey->key, passkey->key_len);
        break;
    case PASSKEY_RS256:
        key = rs256 = rs256_pk_new();
        if (rs256) done = rs256_pk_from_ptr(rs256, passkey->key, passkey->key_len);
        break;
    }
    TRY(fido(done, "key"));
    return fido(fido_assert_verify(assertion, 0, passkey->algorithm, key), "signature");
}

RESULT passkey_check(struct crypto *crypto, const struct relying_party *party,
                     const struct passkey_said *said, struct slice challenge, struct passkey *passkey)
{
    struct authenticator_data data = {0};
    SCOPED(assert_done) fido_assert_t *assertion = fido_assert_new();
    if (!assertion) return FAIL(UNAVAILABLE, "passkey: out of memory");
    TRY(client_data_check(said->client_data, "webauthn.get", challenge, slice_text(party->origin)));
    if (authenticator_data_read(said->authenticator_data, &data).code != CODE_OK)
        return FAIL(CREDENTIAL_UNKNOWN, "passkey: the authenticator data is too short");
    TRY(data_check(crypto, party, said->authenticator_data, false, &data));
    TRY(fido(fido_assert_set_rp(assertion, party->id), "relying party"));
    TRY(fido(fido_assert_set_up(assertion, FIDO_OPT_TRUE), "presence"));
    TRY(fido(fido_assert_set_uv(assertion, FIDO_OPT_TRUE), "verification"));
    TRY(fido(fido_assert_set_clientdata(assertion, said->client_data.at, said->client_data.len),
             "client data"));
    TRY(fido(fido_assert_set_count(assertion, 1), "count"));
    TRY(fido(
        fido_assert_set_authdata_raw(assertion, 0, said->authenticator_data.at, said->authenticator_data.len),
        "authenticator data"));
    TRY(fido(fido_assert_set_sig(assertion, 0, said->signature.at, said->signature.len), "signature"));
    TRY(signature_check(assertion, passkey));
    if ((data.count != 0 || passkey->count != 0) && data.count <= passkey->count) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "passkey: its counter did not rise, so there may be a copy of it; enrol anew");
    }
    passkey->count = data.count;
    return OK;
}
