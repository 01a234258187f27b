/* Credentials: who is behind the secret, the session or the certificate that came with an ask. */
#include "keep/access/containment.h"
#include "keep/shop.h"

#include <assert.h>
#include <string.h>

/* A token is its prefix and base32 of shop tag, number and secret; what is kept of it is an HMAC under its label. */
struct token_kind {
    const char *prefix, *label;
};
static const char key_prefix[] = "amk_", session_prefix[] = "ams_", probe_prefix[] = "amt_";
static const struct token_kind token_key = {key_prefix, "amk"}, token_probe = {probe_prefix, "amt"};
enum { PREFIX_BYTES = 4 };

_Static_assert(AMK_BYTES == (int)AMS_BYTES, "one form for all tokens");

/* The token and what stands behind it, in what the front made of a cookie. */
static struct slice cookie_token(struct slice bearer, struct slice *behind)
{
    struct slice rest = slice_from(bearer, sizeof BEARER_COOKIE - 1);
    size_t len = PREFIX_BYTES + base32_len(AMS_BYTES);
    *behind = slice_from(rest, len);
    return slice_part(rest, 0, len);
}

bool token_shop(struct slice token, uint8_t out[4])
{
    uint8_t bytes[AMK_BYTES];
    struct slice behind = {0};
    if (slice_starts(token, BEARER_COOKIE)) token = cookie_token(token, &behind);
    bool known = slice_starts(token, key_prefix) || slice_starts(token, probe_prefix) ||
                 slice_starts(token, session_prefix);
    bool good = known && base32_get(slice_from(token, PREFIX_BYTES), bytes, sizeof bytes);
    if (good) memcpy(out, bytes, 4);
    wipe(bytes, sizeof bytes);
    return good;
}

static void secret_mac(struct shop *shop, const struct token_kind *kind, const uint8_t *number_and_secret,
                       struct hash *out)
{
    const struct slice parts[] = {slice_text(kind->label), {number_and_secret, 4 + AMK_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

static void token_put(struct shop *shop, const struct token_kind *kind, uint8_t bytes[AMK_BYTES],
                      struct buf *out)
{
    memcpy(bytes, keyring_shop_id(shop->keyring), 4);
    buf_text(out, kind->prefix);
    base32_put(out, (struct slice){bytes, AMK_BYTES});
    wipe(bytes, AMK_BYTES);
}

void key_secret_make(struct shop *shop, struct key *key, struct buf *text)
{
    uint8_t bytes[AMK_BYTES];
    be32_put(bytes + 4, key->id);
    crypto_random(shop->crypto, bytes + 8, AMK_SECRET_BYTES);
    key->proof_kind = PROOF_SECRET;
    secret_mac(shop, &token_key, bytes + 4, &key->proof);
    token_put(shop, &token_key, bytes, text);
}

static void probe_aad(const struct key *key, struct buf *out)
{
    buf_text(out, "probe");
    buf_be32(out, key->id);
}

void key_probe_make(struct shop *shop, struct key *key)
{
    uint8_t bytes[AMK_BYTES];
    SCOPED(buf_done) struct buf aad = {0}, box = {0};
    be32_put(bytes + 4, key->id);
    crypto_random(shop->crypto, bytes + 8, AMK_SECRET_BYTES);
    secret_mac(shop, &token_probe, bytes + 4, &key->probe_mac);
    probe_aad(key, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), (struct slice){bytes + 8, AMK_SECRET_BYTES}, &box);
    assert(box.len == sizeof key->probe);
    memcpy(key->probe, box.at, box.len);
    wipe(bytes, sizeof bytes);
}

RESULT key_probe(struct shop *shop, const struct key *key, struct buf *out)
{
    uint8_t bytes[AMK_BYTES];
    SCOPED(buf_done) struct buf aad = {0}, secret = {0};
    probe_aad(key, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), SLICE_OF(key->probe), &secret));
    assert(secret.len == AMK_SECRET_BYTES);
    be32_put(bytes + 4, key->id);
    memcpy(bytes + 8, secret.at, secret.len);
    token_put(shop, &token_probe, bytes, out);
    return OK;
}

/* The key of a token, or NULL: the same work whatever is wrong with it, compared in constant time. */
static const struct key *key_of_token(struct shop *shop, const struct token_kind *kind, struct slice token)
{
    static const struct key nobody;
    uint8_t bytes[AMK_BYTES] = {0};
    struct hash mac = {{0}};
    bool good = base32_get(slice_from(token, PREFIX_BYTES), bytes, sizeof bytes);
    const struct key *found = key_by_id(&shop->access, be32_get(bytes + 4)), *key = found ? found : &nobody;
    secret_mac(shop, kind, bytes + 4, &mac);
    wipe(bytes, sizeof bytes);
    bool secret = kind == &token_key;
    bool same = hash_equal(&mac, secret ? &key->proof : &key->probe_mac);
    good &= same & (found != NULL) & (!secret || key->proof_kind == PROOF_SECRET);
    return good ? found : NULL;
}

const struct key *key_of_certificate(const struct access *access, struct slice bearer)
{
    struct hash spki = {{0}};
    const struct key *found = NULL;
    if (!slice_starts(bearer, BEARER_CERTIFICATE) ||
        !hex_get(slice_from(bearer, sizeof BEARER_CERTIFICATE - 1), spki.bytes, HASH_BYTES))
        return NULL;
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        if (key->proof_kind == PROOF_CERTIFICATE && hash_equal(&key->proof, &spki)) found = key;
    }
    return found;
}

RESULT key_usable(const struct shop *shop, const struct key *key, int64_t now_us)
{
    if (containment_has(&shop->access, READER_KEY, key->id)) /* told as one that was ended: no word of why */
        return FAIL(CREDENTIAL_UNKNOWN, "credential: this key was ended; ask for a new one");
    return key_live(shop, key, now_us);
}

RESULT key_live(const struct shop *shop, const struct key *key, int64_t now_us)
{
    if (key->ended_us != 0)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: this key was ended; ask for a new one");
    if (now_us >= key->expires_us)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: this key has ended; ask for a new one");
    if (now_us >= key_unused_us(shop, key, now_us)) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "credential: this key was unused for %d days and has ended; ask for a new one",
                    KEY_UNUSED_DAYS);
    }
    return OK;
}

RESULT key_here(const struct key *key, const uint8_t network[NETWORK_BYTES])
{
    static const uint8_t local[NETWORK_BYTES];
    if (memcmp(network, local, NETWORK_BYTES) == 0) return OK; /* the home's own socket is no network */
    if (network_in(key->networks, key->network_count, network)) return OK;
    return FAIL(KEY_NETWORK, "credential: this key is bound to networks, and yours is none of them");
}

/* A plain secret may be copied on its way, so from afar it is good for a day only. */
static RESULT bearer_usable(const struct key *key, const uint8_t network[NETWORK_BYTES], int64_t now_us)
{
    if (!network_near(network) && now_us >= key->created_us + KEY_FAR_HOURS_MAX * HOUR_US) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "credential: from another machine a bearer key works %d hours; issue a new one, or one "
                    "with a public key",
                    KEY_FAR_HOURS_MAX);
    }
    return OK;
}

/* From here on it is known who asks, also when they are not let in. */
static void reader_name(const struct key *key, struct reader *out)
{
    out->no = reader_no(READER_KEY, key->id);
    out->key = key;
    out->person_count = key->holder_count;
    memcpy(out->persons, key->holders, key->holder_count * sizeof *key->holders);
}

static RESULT reader_admit(struct shop *shop, const struct key *key, int64_t now_us, struct reader *out)
{
    TRY(key_usable(shop, key, now_us));
    TRY(key_here(key, out->network));
    out->role = role_by_id(&shop->access, key->role);
    assert(out->role); /* roles are never removed */
    key_used(shop, key->id, now_us);
    return OK;
}

/* A person has the role that their row has now. */
static RESULT reader_of_staff(struct shop *shop, const struct session *session, struct reader *out)
{
    const struct staff *staff = staff_by_id(&shop->access, session->id);
    const struct role *role = staff ? role_by_id(&shop->access, staff->role) : NULL;
    if (!staff || staff->state != STAFF_ACTIVE || !role ||
        containment_has(&shop->access, READER_STAFF, staff->id))
        return FAIL(CREDENTIAL_UNKNOWN, "credential: the session is of nobody who works here");
    out->no = reader_no(READER_STAFF, staff->id);
    out->role = role;
    out->session = session->no;
    out->persons[out->person_count++] = staff->id;
    return OK;
}

static RESULT unknown(void)
{
    return FAIL(CREDENTIAL_UNKNOWN, "credential: not one of this shop");
}

static RESULT reader_of_secret(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    int64_t now_us = clock_now(&shop->clock);
    const struct key *key = key_of_token(shop, &token_key, head->bearer);
    if (!key) return unknown();
    reader_name(key, out);
    TRY(key_usable(shop, key, now_us));
    TRY(bearer_usable(key, out->network, now_us));
    return reader_admit(shop, key, now_us, out);
}

static RESULT reader_of_certificate(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    const struct key *key = key_of_certificate(&shop->access, head->bearer);
    if (!key) return unknown();
    reader_name(key, out);
    return reader_admit(shop, key, clock_now(&shop->clock), out);
}

/* A session has the rights that its key has now. Seen from another network than its own, it was stolen: it ends. */
static RESULT reader_of_token(struct shop *shop, struct slice token, struct reader *out)
{
    int64_t now_us = clock_now(&shop->clock);
    const struct session *session = session_find(shop, token, now_us);
    if (!session)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: not one of this shop, or its session has ended");
    out->session = session->no;
    const struct key *key = session->kind == READER_KEY ? key_by_id(&shop->access, session->id) : NULL;
    out->no = reader_no(session->kind, session->id);
    if (!session_here(session, out->network)) {
        session_end(shop, session->no);
        return FAIL(SESSION_NETWORK,
                    "credential: this session was opened from another network; it has ended");
    }
    if (session->kind == READER_STAFF) return reader_of_staff(shop, session, out);
    if (!key) return FAIL(CREDENTIAL_UNKNOWN, "credential: the session is of nobody");
    reader_name(key, out);
    return reader_admit(shop, key, now_us, out);
}

static RESULT reader_of_session(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    return reader_of_token(shop, head->bearer, out);
}

/* The browser's session: where the front says that the request may change something, it must show its second token. */
static RESULT reader_of_cookie(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    struct slice behind = {0}, token = cookie_token(head->bearer, &behind);
    char want[CSRF_BYTES + 1];
    TRY(reader_of_token(shop, token, out));
    session_csrf(shop, token, want);
    memcpy(out->csrf, want, sizeof want);
    if (behind.len == 0) return OK;
    bool same = behind.len == 1 + CSRF_BYTES && bytes_equal_ct(behind.at + 1, want, CSRF_BYTES);
    wipe(want, sizeof want);
    return same ? OK
                : FAIL(SESSION_CSRF,
                       "X-CSRF-Token: must be what came with the cookie; sign in again if it is lost");
}

/* A probe answers as its key would, from wherever it is tried, and is no use of the key. */
static RESULT reader_of_probe(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    const struct key *key = key_of_token(shop, &token_probe, head->bearer);
    if (!key) return unknown();
    reader_name(key, out);
    TRY(key_usable(shop, key, clock_now(&shop->clock)));
    if (head->verb != VERB_SELF) return FAIL(KEY_PROBE, "credential: a probe may only ask for GET /v1/self");
    out->role = role_by_id(&shop->access, key->role);
    assert(out->role);
    return OK;
}

static RESULT reader_of_bearer(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    static const struct {
        const char *prefix;
        RESULT (*find)(struct shop *shop, const struct ask_head *head, struct reader *out);
    } kinds[] = {
        {session_prefix, reader_of_session}, {key_prefix, reader_of_secret},
        {probe_prefix, reader_of_probe},     {BEARER_CERTIFICATE, reader_of_certificate},
        {BEARER_COOKIE, reader_of_cookie},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_starts(head->bearer, kinds[i].prefix)) return kinds[i].find(shop, head, out);
    }
    return unknown();
}

RESULT access_reader(struct shop *shop, const struct ask_head *head, bool local, struct reader *out)
{
    static const struct role stranger = {.name = "stranger"}; /* without acts, fields, purposes */
    *out = (struct reader){.no = reader_no(READER_SYSTEM, 0)};
    memcpy(out->network, head->network, NETWORK_BYTES);
    bool own =
        head->verb == VERB_ENROL && head->bearer.len > 0; /* in a session of theirs, not by invitation */
    if (access_act_of(head->verb) == ACT_STRANGER && !own) {
        out->role = &stranger;
        return OK;
    }
    if (head->bearer.len > 0) {
        struct result found = reader_of_bearer(shop, head, out);
        out->line = reader_line(&shop->access, out->no);
        return found;
    }
    if (!local) return FAIL(CREDENTIAL_MISSING, "credential: send Authorization: Bearer amk_…");
    out->no = out->line = reader_no(READER_OPERATOR, 0);
    shop->access.operator_role = role_builtin(0);
    out->role = &shop->access.operator_role;
    return OK;
}
