/* Credentials: who is behind the secret that came with an ask. */
#include "keep/shop.h"

#include <assert.h>
#include <string.h>

static const char key_prefix[] = "amk_";
static const char session_prefix[] = "ams_";
enum { TOKEN_PREFIX_BYTES = 4 };

_Static_assert(AMK_BYTES == (int)AMS_BYTES, "one form for both tokens");

bool token_shop(struct slice token, uint8_t out[4])
{
    uint8_t bytes[AMK_BYTES];
    if (!slice_starts(token, key_prefix) && !slice_starts(token, session_prefix)) return false;
    bool good = base32_get(slice_from(token, TOKEN_PREFIX_BYTES), bytes, sizeof bytes);
    if (good) memcpy(out, bytes, 4);
    wipe(bytes, sizeof bytes);
    return good;
}

static void secret_mac(struct shop *shop, const uint8_t *number_and_secret, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("amk"), {number_and_secret, 4 + AMK_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

void key_secret_make(struct shop *shop, struct key *key, struct buf *text)
{
    uint8_t bytes[AMK_BYTES];
    memcpy(bytes, keyring_shop_id(shop->keyring), 4);
    be32_put(bytes + 4, key->id);
    crypto_random(shop->crypto, bytes + 8, AMK_SECRET_BYTES);
    secret_mac(shop, bytes + 4, &key->mac);
    buf_text(text, key_prefix);
    base32_put(text, (struct slice){bytes, sizeof bytes});
    wipe(bytes, sizeof bytes);
}

static bool network_is_near(const uint8_t network[NETWORK_BYTES])
{
    static const uint8_t local[NETWORK_BYTES], loopback6[NETWORK_BYTES] = {[15] = 1};
    static const uint8_t loopback4[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};
    return memcmp(network, local, NETWORK_BYTES) == 0 || memcmp(network, loopback6, NETWORK_BYTES) == 0 ||
           memcmp(network, loopback4, sizeof loopback4) == 0;
}

static RESULT key_usable(const struct key *key, int64_t now_us)
{
    if (key->ended_us != 0)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: this key was revoked; ask for a new one");
    if (now_us >= key->expires_us)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: this key has ended; ask for a new one");
    return OK;
}

/* A plain secret may be copied on its way, so from afar it is good for a day only. */
static RESULT bearer_usable(const struct key *key, const uint8_t network[NETWORK_BYTES], int64_t now_us)
{
    if (!network_is_near(network) && now_us >= key->created_us + KEY_FAR_HOURS_MAX * HOUR_US) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "credential: from another machine a bearer key works %d hours; issue a new one",
                    KEY_FAR_HOURS_MAX);
    }
    return OK;
}

static void reader_set(struct shop *shop, const struct key *key, struct reader *out)
{
    out->no = reader_no(READER_KEY, key->id);
    out->key = key;
    out->role = role_by_id(&shop->access, key->role);
    assert(out->role); /* roles are never removed */
    out->person_count = key->holder_count;
    memcpy(out->persons, key->holders, key->holder_count * sizeof *key->holders);
}

static RESULT reader_of_key(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    uint8_t bytes[AMK_BYTES] = {0};
    struct hash mac = {{0}};
    static const struct key nobody;
    int64_t now_us = clock_now(&shop->clock);
    bool good = slice_starts(head->bearer, key_prefix) &&
                base32_get(slice_from(head->bearer, TOKEN_PREFIX_BYTES), bytes, sizeof bytes);
    const struct key *key = good ? key_by_id(&shop->access, be32_get(bytes + 4)) : NULL;
    secret_mac(shop, bytes + 4, &mac); /* also for an unknown number: the same work whatever is wrong */
    wipe(bytes, sizeof bytes);
    if (!hash_equal(&mac, &(key ? key : &nobody)->mac) || !key) {
        return FAIL(CREDENTIAL_UNKNOWN, "credential: not one of this shop");
    }
    TRY(key_usable(key, now_us));
    TRY(bearer_usable(key, head->network, now_us));
    reader_set(shop, key, out);
    return OK;
}

/* A person has the role that their row has now. */
static RESULT reader_of_staff(struct shop *shop, const struct session *session, struct reader *out)
{
    const struct staff *staff = staff_by_id(&shop->access, session->id);
    const struct role *role = staff ? role_by_id(&shop->access, staff->role) : NULL;
    if (!staff || staff->state != STAFF_ACTIVE || !role)
        return FAIL(CREDENTIAL_UNKNOWN, "credential: the session is of nobody who works here");
    out->no = reader_no(READER_STAFF, staff->id);
    out->role = role;
    out->session = session->no;
    out->persons[out->person_count++] = staff->id;
    return OK;
}

/* A session has the rights that its key has now. Seen from another network than its own, it was stolen: it ends. */
static RESULT reader_of_session(struct shop *shop, const struct ask_head *head, struct reader *out)
{
    int64_t now_us = clock_now(&shop->clock);
    const struct session *session = session_find(shop, head->bearer, now_us);
    bool here = session && session_here(session, head->network);
    if (session && !here) session_end(shop, session->no);
    if (!here) return FAIL(CREDENTIAL_UNKNOWN, "credential: not one of this shop, or the session has ended");
    if (session->kind == READER_STAFF) return reader_of_staff(shop, session, out);
    const struct key *key = session->kind == READER_KEY ? key_by_id(&shop->access, session->id) : NULL;
    if (!key) return FAIL(CREDENTIAL_UNKNOWN, "credential: the session is of nobody");
    TRY(key_usable(key, now_us));
    reader_set(shop, key, out);
    out->session = session->no;
    return OK;
}

RESULT access_reader(struct shop *shop, const struct ask_head *head, bool local, struct reader *out)
{
    struct reader reader = {0};
    memcpy(reader.network, head->network, NETWORK_BYTES);
    if (slice_starts(head->bearer, session_prefix)) {
        TRY(reader_of_session(shop, head, &reader));
    } else if (head->bearer.len > 0) {
        TRY(reader_of_key(shop, head, &reader));
    } else if (local) {
        reader.no = reader_no(READER_OPERATOR, 0);
        shop->access.operator_role = role_builtin(0);
        reader.role = &shop->access.operator_role;
    } else {
        return FAIL(CREDENTIAL_MISSING, "credential: send Authorization: Bearer amk_…");
    }
    *out = reader;
    return OK;
}
