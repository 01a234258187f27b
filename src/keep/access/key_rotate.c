/* A key's successor, and what time does to keys. */
#include "keep/access/authority.h"
#include "keep/access/containment.h"
#include "keep/access/key_make.h"
#include "keep/access/leave.h"
#include "keep/verbs.h"

#include <string.h>

const struct key *key_successor(const struct access *access, uint32_t id)
{
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        if (key->rotated_from == id && key->ended_us == 0) return key;
    }
    return NULL;
}

RESULT key_end_by(struct batch *batch, const struct reader *reader, uint32_t id, int64_t until_us)
{
    struct key key = *key_by_id(&batch->shop->access, id);
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    if (key.ended_us != 0 || key.expires_us <= until_us) return OK;
    key.expires_us = until_us;
    key_body_write(&key, &body);
    return authority_put(batch, reader, AUTHORITY_KEY, id, buf_slice(&body), &receipt);
}

/* The successor is asked for as the old key was proved: whoever sends a secret gets one, unless a pair is given. */
static RESULT proof_given(const struct key *old, const struct key_rotate_ask *ask)
{
    if (old->proof_kind == PROOF_SECRET || ask->public_key.len > 0 || ask->certificate.len > 0) return OK;
    return FAIL(MEMBER_MISSING, "public_key: this key has no secret; send the public key of a new pair");
}

/* Whoever stays holds the successor. */
static void holders_who_stay(struct shop *shop, struct key *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < key->holder_count; i++) {
        const struct staff *staff = staff_by_id(&shop->access, key->holders[i]);
        if (staff && staff->state != STAFF_LEFT && !containment_has(&shop->access, READER_STAFF, staff->id))
            key->holders[kept++] = key->holders[i];
    }
    key->holder_count = kept;
}

/* Is it good from a part of the world only? */
static bool network_bound(const struct key *key)
{
    enum { FEWEST_BITS = 16, FEWEST_BITS_IPV4 = 96 + 8 };
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool bound = key->network_count > 0;
    for (size_t i = 0; i < key->network_count; i++) {
        const struct network_range *range = &key->networks[i];
        bool four = range->bits >= 96 && memcmp(range->at, mapped, sizeof mapped) == 0;
        bound = bound && range->bits >= (four ? FEWEST_BITS_IPV4 : FEWEST_BITS);
    }
    return bound;
}

/* Somebody who left knows the key still, so whoever comes with it could be them: they must not get its successor. */
static RESULT rotates_own(struct shop *shop, const struct reader *reader, const struct key *key)
{
    if (leave_knows_key(&shop->access, key->id))
        return FAIL(ROLE_ACT,
                    "key: somebody who left knows it, so it cannot rotate itself; have an admin do it");
    /* A copy of a plain secret looks like the key, and would live on in a successor that only the thief knows. */
    if (key->proof_kind != PROOF_SECRET || network_near(reader->network) || network_bound(key)) return OK;
    return FAIL(KEY_NETWORK,
                "key: from afar a plain secret rotates itself only if it is bound to networks; have an admin "
                "rotate it, or use a key that signs");
}

RESULT key_succeed(struct batch *batch, const struct reader *reader, uint32_t id, struct slice public_key,
                   struct slice certificate, struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf text = {0};
    struct key old = *key_by_id(&shop->access, id),
               key = old; /* role, name, networks, holders who work here stay */
    holders_who_stay(shop, &key);
    key.id = (uint32_t)shop->access.key_count + 1;
    key.created_us = batch->now_us;
    key.expires_us = batch->now_us + (old.expires_us - old.created_us);
    key.rotated_from = old.id;
    key.made_by = reader->no;
    TRY(key_make(shop, public_key, certificate, &key, &text));
    TRY(key_put_new(batch, reader, &key, buf_slice(&text), out));
    return key_end_by(batch, reader, old.id, batch->now_us + KEY_OVERLAP_US);
}

RESULT verb_key_rotate(struct batch *batch, const struct reader *reader, const struct key_rotate_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct key *found = NULL;
    TRY(key_named(shop, ask->id, &found));
    if (reader->no != reader_no(READER_KEY, found->id))
        TRY(access_act(reader, ACT_KEYS));
    else
        TRY(rotates_own(shop, reader, found));
    struct result usable = key_live(shop, found, batch->now_us);
    if (usable.code != CODE_OK) return FAIL(CONFLICT, "key: it has ended; issue a new one");
    if (key_successor(&shop->access, found->id))
        return FAIL(CONFLICT, "key: it has a successor already; rotate that one");
    TRY(proof_given(found, ask));
    return key_succeed(batch, reader, found->id, ask->public_key, ask->certificate, out);
}

static RESULT key_upkeep(struct batch *batch, const struct reader *system, uint32_t id)
{
    struct shop *shop = batch->shop;
    const struct key *key = key_by_id(&shop->access, id);
    struct receipt receipt = {0};
    if (key->ended_us != 0) return OK;
    if (key_live(shop, key, batch->now_us).code != CODE_OK) return key_end(batch, system, id, &receipt);
    TRY(key_tell(batch, key));
    if (key->rotated_from == 0 || !key_was_used(shop, id)) return OK;
    return key_end_by(batch, system, key->rotated_from, batch->now_us + KEY_OVERLAP_USED_US);
}

RESULT keys_upkeep(struct batch *batch)
{
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    for (uint32_t id = 1; id <= batch->shop->access.key_count; id++) TRY(key_upkeep(batch, &system, id));
    return OK;
}
