#include "keep/access/webauthn.h"

#include "keep/access/session.h"
#include "keep/put.h"

#include <stdlib.h>
#include <string.h>

enum { MAC_BYTES = 16, NONCE_BYTES = 16, TIMEOUT_MS = 300000 };

struct spent {
    uint8_t mac[MAC_BYTES];
    int64_t until_us;
};

struct webauthn {
    bool on;
    struct relying_party party;
    struct spent spent[WEBAUTHN_SPENT_MAX];
    size_t spent_count;
};

RESULT webauthn_new(struct slice origin, struct webauthn **out)
{
    SCOPED(webauthn_free) struct webauthn *webauthn = calloc(1, sizeof *webauthn);
    if (!webauthn) return FAIL(UNAVAILABLE, "passkeys: out of memory");
    webauthn->on = origin.len > 0;
    if (webauthn->on) TRY(relying_party_of(origin, &webauthn->party));
    *out = TAKE(webauthn);
    return OK;
}

void webauthn_free(struct webauthn **webauthn)
{
    free(*webauthn);
    *webauthn = NULL;
}

RESULT webauthn_party(struct shop *shop, const struct relying_party **out)
{
    if (!shop->webauthn->on)
        return FAIL(PASSKEYS_OFF, "passkeys: off; start with amanah serve --public-origin https://HOST");
    *out = &shop->webauthn->party;
    return OK;
}

static void challenge_mac(struct shop *shop, const uint8_t *end_and_nonce, uint32_t staff, int64_t now_us,
                          struct hash *out)
{
    uint8_t number[4];
    (void)sessions_now(shop->sessions, now_us); /* a clock put back changes what challenges are made with */
    struct slice boot = {session_boot(shop), SESSION_BOOT_BYTES};
    be32_put(number, staff);
    const struct slice parts[] = {
        SLICE_TEXT("webauthn"), boot, SLICE_OF(number), {end_and_nonce, 8 + NONCE_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

static void challenge_put(struct shop *shop, uint32_t staff, int64_t now_us, struct buf *out)
{
    uint8_t bytes[WEBAUTHN_CHALLENGE_BYTES];
    struct hash mac = {{0}};
    SCOPED(buf_done) struct buf text = {0};
    be64_put(bytes, (uint64_t)(now_us + WEBAUTHN_CHALLENGE_US));
    crypto_random(shop->crypto, bytes + 8, NONCE_BYTES);
    challenge_mac(shop, bytes, staff, now_us, &mac);
    memcpy(bytes + 8 + NONCE_BYTES, mac.bytes, MAC_BYTES);
    base64url_put(&text, SLICE_OF(bytes));
    put_text(out, "challenge", buf_slice(&text));
}

static bool challenge_bytes(struct slice text, uint8_t out[WEBAUTHN_CHALLENGE_BYTES])
{
    SCOPED(buf_done) struct buf bytes = {0};
    if (base64_any_get(text, &bytes).code != CODE_OK || bytes.len != WEBAUTHN_CHALLENGE_BYTES) return false;
    memcpy(out, bytes.at, WEBAUTHN_CHALLENGE_BYTES);
    return true;
}

RESULT webauthn_challenge_good(struct shop *shop, struct slice challenge, uint32_t staff, int64_t now_us)
{
    uint8_t bytes[WEBAUTHN_CHALLENGE_BYTES] = {0};
    const struct webauthn *webauthn = shop->webauthn;
    struct hash mac = {{0}};
    bool form = challenge_bytes(challenge, bytes);
    const uint8_t *given = bytes + 8 + NONCE_BYTES;
    challenge_mac(shop, bytes, staff, now_us, &mac);
    if (!form || !bytes_equal_ct(mac.bytes, given, MAC_BYTES) || (uint64_t)now_us >= be64_get(bytes))
        return FAIL(CREDENTIAL_UNKNOWN, "challenge: none of ours, or over; ask for a new one");
    for (size_t i = 0; i < webauthn->spent_count; i++) {
        if (bytes_equal_ct(webauthn->spent[i].mac, given, MAC_BYTES))
            return FAIL(CREDENTIAL_UNKNOWN, "challenge: it was used already; ask for a new one");
    }
    return OK;
}

RESULT webauthn_spend(struct shop *shop, struct slice challenge, int64_t now_us)
{
    struct webauthn *webauthn = shop->webauthn;
    uint8_t bytes[WEBAUTHN_CHALLENGE_BYTES] = {0};
    size_t kept = 0;
    (void)challenge_bytes(challenge, bytes); /* it was good before */
    for (size_t i = 0; i < webauthn->spent_count; i++) {
        if (webauthn->spent[i].until_us > now_us) webauthn->spent[kept++] = webauthn->spent[i];
    }
    webauthn->spent_count = kept;
    if (kept == WEBAUTHN_SPENT_MAX)
        return FAIL(TOO_BUSY, "passkeys: too many sign-ins; try again in a minute");
    struct spent *spent = &webauthn->spent[webauthn->spent_count++];
    spent->until_us = (int64_t)be64_get(bytes);
    memcpy(spent->mac, bytes + 8 + NONCE_BYTES, MAC_BYTES);
    return OK;
}

static void put_bytes(struct buf *out, const char *name, struct slice bytes)
{
    SCOPED(buf_done) struct buf text = {0};
    base64url_put(&text, bytes);
    put_text(out, name, buf_slice(&text));
}

static void put_algorithms(struct buf *out)
{
    static const enum passkey_algorithm taken[] = {PASSKEY_ES256, PASSKEY_EDDSA, PASSKEY_RS256};
    cbor_text(out, SLICE_TEXT("pubKeyCredParams"));
    cbor_array(out, COUNT_OF(taken));
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        cbor_map(out, 2);
        put_text(out, "type", SLICE_TEXT("public-key"));
        cbor_text(out, SLICE_TEXT("alg"));
        cbor_int(out, taken[i]);
    }
}

static RESULT put_user(struct shop *shop, const struct staff *staff, struct buf *out)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf id = {0};
    TRY(staff_person(shop, staff, &person));
    id_put(shop, ID_STAFF, staff->id, &id);
    cbor_text(out, SLICE_TEXT("user"));
    cbor_map(out, 3);
    put_bytes(out, "id", buf_slice(&id));
    put_text(out, "name", person.email);
    put_text(out, "displayName", person.name);
    return OK;
}

static void put_choice(struct buf *out)
{
    cbor_text(out, SLICE_TEXT("authenticatorSelection"));
    cbor_map(out, 3);
    put_text(out, "residentKey", SLICE_TEXT("required"));
    put_bool(out, "requireResidentKey", true);
    put_text(out, "userVerification", SLICE_TEXT("required"));
}

static void put_excluded(const struct sign_in *sign_in, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("excludeCredentials"));
    cbor_array(out, sign_in->passkey_count);
    for (size_t i = 0; i < sign_in->passkey_count; i++) {
        cbor_map(out, 2);
        put_text(out, "type", SLICE_TEXT("public-key"));
        put_bytes(out, "id", (struct slice){sign_in->passkeys[i].id, sign_in->passkeys[i].id_len});
    }
}

RESULT webauthn_create_options(struct shop *shop, const struct staff *staff, const struct sign_in *sign_in,
                               int64_t now_us, struct buf *out)
{
    const struct relying_party *party = NULL;
    TRY(webauthn_party(shop, &party));
    cbor_map(out, 8);
    challenge_put(shop, staff->id, now_us, out);
    cbor_text(out, SLICE_TEXT("rp"));
    cbor_map(out, 2);
    put_text(out, "id", slice_text(party->id));
    put_text(out, "name", SLICE_TEXT("Amanah"));
    TRY(put_user(shop, staff, out));
    put_algorithms(out);
    put_number(out, "timeout", TIMEOUT_MS);
    put_text(out, "attestation", SLICE_TEXT("none"));
    put_choice(out);
    put_excluded(sign_in, out);
    return OK;
}

RESULT webauthn_get_options(struct shop *shop, int64_t now_us, struct buf *out)
{
    const struct relying_party *party = NULL;
    TRY(webauthn_party(shop, &party));
    cbor_map(out, 4);
    challenge_put(shop, 0, now_us, out);
    put_text(out, "rpId", slice_text(party->id));
    put_number(out, "timeout", TIMEOUT_MS);
    put_text(out, "userVerification", SLICE_TEXT("required"));
    return OK;
}
