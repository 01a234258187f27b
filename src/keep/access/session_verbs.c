/* The verbs on sessions. */
#include "keep/access/challenge.h"
#include "keep/access/key_make.h"
#include "keep/access/sign_in.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

void session_note(struct batch *batch, const struct reader *reader, int64_t life_us, struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_SESSION);
    struct receipt receipt = {0};
    draft.entry.count = (uint64_t)(life_us / SECOND_US);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
}

static RESULT give_challenge(struct batch *batch, struct slice key_id, struct answer *out)
{
    SCOPED(buf_done) struct buf text = {0};
    int64_t expires_us = 0;
    challenge_put(batch->shop, key_id, batch->now_us, &text, &expires_us);
    cbor_map(&out->body, 2);
    put_text(&out->body, "challenge", buf_slice(&text));
    put_time(&out->body, "expires", expires_us);
    return OK;
}

/*
 * Was the challenge signed by the key's pair? The same work for a key that signs nothing: a signature is always checked.
 */
static bool signed_by(struct shop *shop, const struct key *key, const struct session_open_ask *ask)
{
    /* Some point of the curve (RFC 8032, section 7.1, test 1); what verifies under it is refused all the same. */
    static const uint8_t nobody[PUBLIC_KEY_BYTES] = {
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
        0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    SCOPED(buf_done) struct buf signature = {0};
    bool pair = key->proof_kind == PROOF_SIGNATURE;
    bool whole =
        base64_any_get(ask->signature, &signature).code == CODE_OK && signature.len == SIGNATURE_BYTES;
    if (!whole) return false;
    bool good = signature_good(shop->crypto, pair ? key->proof.bytes : nobody, ask->challenge, signature.at);
    return good && pair;
}

static RESULT open_session(struct batch *batch, const struct reader *stranger, const struct key *key,
                           const uint8_t once[SESSION_ONCE_BYTES], struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf token = {0};
    int64_t expires_us = 0;
    struct reader reader = {.no = reader_no(READER_KEY, key->id),
                            .role = role_by_id(&shop->access, key->role)};
    struct session_terms terms = {.kind = READER_KEY, .id = key->id, .life_us = KEY_SESSION_US, .once = once};
    memcpy(reader.network, stranger->network, NETWORK_BYTES);
    TRY(key_usable(shop, key, batch->now_us));
    TRY(key_here(key, stranger->network));
    if (key->expires_us - batch->now_us < terms.life_us) terms.life_us = key->expires_us - batch->now_us;
    TRY(session_open(shop, &terms, batch->now_us, &token, &expires_us));
    key_used(shop, key->id, batch->now_us);
    session_note(batch, &reader, terms.life_us, out);
    cbor_map(&out->body, 2);
    put_text(&out->body, "token", buf_slice(&token));
    put_time(&out->body, "expires", expires_us);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

static RESULT key_session(struct batch *batch, const struct reader *stranger,
                          const struct session_open_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct key *key = NULL;
    uint8_t once[SESSION_ONCE_BYTES];
    if ((ask->challenge.len > 0) != (ask->signature.len > 0))
        return FAIL(MEMBER_MISSING, "session: challenge and signature go together");
    TRY(key_named(shop, ask->key, &key));
    if (ask->challenge.len == 0) return give_challenge(batch, ask->key, out);
    if (!challenge_good(shop, ask->key, ask->challenge, batch->now_us, once))
        return FAIL(CREDENTIAL_UNKNOWN, "session: not a challenge of now for this key; ask for a new one");
    if (!signed_by(shop, key, ask))
        return FAIL(CREDENTIAL_UNKNOWN, "session: the signature is not by this key over that challenge");
    out->stranger = reader_no(READER_KEY, key->id); /* whoever is refused from here on holds that key */
    return open_session(batch, stranger, key, once, out);
}

RESULT verb_session_open(struct batch *batch, const struct reader *reader, const struct session_open_ask *ask,
                         struct answer *out)
{
    if (ask->key.len > 0) return key_session(batch, reader, ask, out);
    if (ask->staff.len > 0 || ask->passkey.len > 0) return staff_sign_in(batch, reader, ask, out);
    return FAIL(MEMBER_MISSING, "key, staff: say whose session");
}

bool session_of_shop(struct shop *shop, const struct session_open_ask *ask)
{
    uint64_t number = 0;
    uint32_t staff = 0; /* all shops are asked, so that the time does not tell which has the address */
    if (ask->key.len > 0) return id_get(shop, ID_KEY, ask->key, &number).code == CODE_OK;
    return ask->staff.len > 0 && staff_find(shop, ask->staff, &staff).code == CODE_OK && staff != 0;
}

RESULT verb_session_end(struct batch *batch, const struct reader *reader, const struct session_end_ask *ask,
                        struct answer *out)
{
    (void)ask;
    if (reader->session == 0)
        return FAIL(INVALID,
                    "session: you came with a key or none, not by a session; there is nothing to end");
    session_end(batch->shop, reader->session);
    session_note(batch, reader, 0, out);
    cbor_map(&out->body, 1);
    put_time(&out->body, "ended", batch->now_us);
    return OK;
}
