/* Setting up a sign-in: password with one-time codes, or a passkey. */
#include "keep/access/authority.h"
#include "keep/access/guess.h"
#include "keep/access/session.h"
#include "keep/access/webauthn.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

/* Who enrols, by an invitation or in their own session. */
struct enrol {
    struct reader self; /* what is written is written in their name */
    const struct staff *staff;
    struct sign_in sign_in;
    bool invited;
};

static void enrol_done(struct enrol *enrol)
{
    sign_in_done(&enrol->sign_in);
}

/*
 * A session alone must not be enough to add a way in that outlives it: it may have been stolen. Whoever has a password
 * gives a code of the present app as well; whoever has passkeys alone is invited anew for anything else.
 */
static RESULT own_session(struct batch *batch, const struct reader *reader, const struct enrol_ask *ask,
                          struct enrol *out, struct answer *answer)
{
    struct guess_from from = {0};
    struct shop *shop = batch->shop;
    if (reader->no >> 32 != READER_STAFF)
        return FAIL(CREDENTIAL_MISSING, "invite: missing; without one, sign in first");
    TRY(sign_in_open(shop, (uint32_t)reader->no, &out->sign_in));
    bool first = ask->passkey.len > 0 ? slice_is(ask->passkey, "begin") : ask->password.len > 0;
    if (!first) return OK; /* what the first step gave is bound to the person */
    guess_source(shop, (uint32_t)reader->no, reader->network, &from);
    from.known = true; /* they are signed in: only guesses from here slow them down */
    if (!batch->stretched) TRY(guess_take(shop->guesses, &from, batch->now_us, &answer->head.retry_after_s));
    if (!out->sign_in.password.set || !totp_use(&out->sign_in.totp, ask->current, batch->now_us)) {
        guess_note(batch, (uint32_t)reader->no, reader->network, &from);
        return FAIL(CREDENTIAL_UNKNOWN, "current: give a new code of the present app");
    }
    guess_right(shop->guesses, &from);
    return OK;
}

static RESULT enrol_who(struct batch *batch, const struct reader *reader, const struct enrol_ask *ask,
                        struct enrol *out, struct answer *answer)
{
    struct shop *shop = batch->shop;
    out->self = *reader;
    out->invited = ask->invite.len > 0;
    if (out->invited)
        TRY(invite_open(shop, ask->invite, batch->now_us, &out->sign_in));
    else
        TRY(own_session(batch, reader, ask, out, answer));
    out->staff = staff_by_id(&shop->access, out->sign_in.id);
    out->self.no = reader_no(READER_STAFF, out->sign_in.id);
    return OK;
}

static RESULT totp_put(struct shop *shop, const struct enrol *enrol, struct buf *out)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf secret = {0}, uri = {0}, issuer = {0};
    const struct totp *totp = &enrol->sign_in.pending.totp;
    TRY(staff_person(shop, enrol->staff, &person));
    buf_print(&issuer, "Amanah %s", shop->name);
    totp_secret_put(totp, &secret);
    totp_uri_put(totp, buf_slice(&issuer), person.email, &uri);
    cbor_text(out, SLICE_TEXT("totp"));
    cbor_map(out, 2);
    put_text(out, "secret", buf_slice(&secret));
    put_text(out, "uri", buf_slice(&uri));
    return OK;
}

static RESULT write_sign_in(struct batch *batch, struct enrol *enrol, struct answer *out)
{
    struct receipt receipt = {0};
    TRY(sign_in_put(batch, &enrol->self, &enrol->sign_in, &receipt));
    batch_receipt(out, &receipt);
    return OK;
}

/* A password, to be confirmed by a first code. Until then the old way in stays as it is. */
static RESULT enrol_password(struct batch *batch, struct enrol *enrol, const struct enrol_ask *ask,
                             struct answer *out)
{
    struct shop *shop = batch->shop;
    struct sign_in *sign_in = &enrol->sign_in;
    SCOPED(buf_done) struct buf codes = {0};
    memset(&sign_in->pending, 0, sizeof sign_in->pending);
    TRY(password_make(batch, sign_in->id, ask->password, &sign_in->pending.password));
    crypto_random(shop->crypto, sign_in->pending.totp.secret, TOTP_SECRET_BYTES);
    recovery_make(shop, sign_in->id, sign_in->pending.recovery, &codes);
    out->secret = true;
    cbor_map(&out->body, 3);
    put_id(shop, &out->body, "id", ID_STAFF, sign_in->id);
    TRY(totp_put(shop, enrol, &out->body));
    cbor_text(&out->body, SLICE_TEXT("recovery"));
    buf_slice_put(&out->body, buf_slice(&codes));
    return write_sign_in(batch, enrol, out);
}

/*
 * They work here. Whoever made the invitation could be the one who used it, so for a while they count as one: see
 * keep/access/maker.h. Not so where somebody made it for themselves, by a recovery code.
 */
static RESULT staff_enrolled(struct batch *batch, const struct enrol *enrol, uint64_t invited_by)
{
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf sealed = {0};
    struct staff staff = *enrol->staff;
    bool by_other = invited_by != 0 && invited_by != enrol->self.no;
    if (staff.state == STAFF_ACTIVE && !by_other) return OK;
    buf_slice_put(&sealed, buf_slice(&enrol->staff->sealed));
    staff.sealed = sealed; /* borrowed until the row is written */
    staff.state = STAFF_ACTIVE;
    if (by_other) staff.made_by = invited_by;
    if (by_other) staff.invited_us = batch->now_us;
    return staff_put(batch, &enrol->self, &staff, &receipt);
}

/* From here on they sign in by what is set up now; whatever was open before is ended. */
static RESULT activate(struct batch *batch, struct enrol *enrol, struct answer *out)
{
    uint64_t by = enrol->invited ? enrol->sign_in.invite.by : 0;
    memset(&enrol->sign_in.pending, 0, sizeof enrol->sign_in.pending);
    if (enrol->invited) {
        memset(&enrol->sign_in.invite, 0, sizeof enrol->sign_in.invite);
        enrol->sign_in.network_count = 0;
    }
    TRY(write_sign_in(batch, enrol, out));
    session_end_of(batch->shop, READER_STAFF, enrol->sign_in.id);
    return staff_enrolled(batch, enrol, by);
}

static RESULT enrol_confirm(struct batch *batch, struct enrol *enrol, const struct enrol_ask *ask,
                            struct answer *out)
{
    struct sign_in *sign_in = &enrol->sign_in;
    if (!sign_in->pending.password.set)
        return FAIL(CONFLICT, "totp: no password waits to be confirmed; send it first");
    if (!totp_use(&sign_in->pending.totp, ask->totp, batch->now_us))
        return FAIL(CREDENTIAL_UNKNOWN,
                    "totp: not the code of now; look at the app's and this machine's clocks");
    sign_in->password = sign_in->pending.password;
    sign_in->totp = sign_in->pending.totp;
    memcpy(sign_in->recovery, sign_in->pending.recovery, sizeof sign_in->recovery);
    sign_in->recovery_count = RECOVERY_CODES;
    if (enrol->invited) sign_in->passkey_count = 0; /* an invitation replaces whatever there was */
    cbor_map(&out->body, 2);
    put_id(batch->shop, &out->body, "id", ID_STAFF, sign_in->id);
    put_text(&out->body, "state", SLICE_TEXT("active"));
    return activate(batch, enrol, out);
}

/* Ids of passkeys are unique over all staff (WebAuthn section 7.1, step 22). */
static RESULT passkey_new_to_all(struct shop *shop, const struct passkey *passkey)
{
    for (uint32_t id = 1; id <= shop->access.sign_in_count; id++) {
        SCOPED(sign_in_done) struct sign_in other = {0};
        TRY(sign_in_open(shop, id, &other));
        for (size_t i = 0; i < other.passkey_count; i++) {
            if (slice_equal((struct slice){passkey->id, passkey->id_len},
                            (struct slice){other.passkeys[i].id, other.passkeys[i].id_len}))
                return FAIL(CONFLICT, "passkey: it is registered already");
        }
    }
    return OK;
}

static RESULT passkey_made(struct batch *batch, struct enrol *enrol, const struct enrol_ask *ask,
                           struct passkey *out)
{
    struct shop *shop = batch->shop;
    const struct relying_party *party = NULL;
    SCOPED(buf_done) struct buf client = {0}, attestation = {0}, name = {0};
    TRY(webauthn_party(shop, &party));
    TRY(webauthn_challenge_good(shop, ask->challenge, enrol->sign_in.id, batch->now_us));
    if (base64_any_get(ask->client_data, &client).code != CODE_OK ||
        base64_any_get(ask->attestation, &attestation).code != CODE_OK)
        return FAIL(INVALID, "client_data, attestation: must be base64url");
    struct passkey_said said = {.client_data = buf_slice(&client), .attestation = buf_slice(&attestation)};
    TRY(passkey_register(shop->crypto, party, &said, ask->challenge, out));
    TRY(passkey_new_to_all(shop, out));
    TRY(normalise(NORMALISE_TEXT, ask->name, (struct slice){0}, &name));
    if (name.len > NAME_BYTES_MAX) return FAIL(FIELD_TOO_LONG, "name: longer than %d bytes", NAME_BYTES_MAX);
    if (name.len == 0) buf_text(&name, "passkey");
    memcpy(out->name, name.at, name.len);
    out->made_us = batch->now_us;
    return webauthn_spend(shop, ask->challenge, batch->now_us);
}

static RESULT enrol_passkey(struct batch *batch, struct enrol *enrol, const struct enrol_ask *ask,
                            struct answer *out)
{
    struct sign_in *sign_in = &enrol->sign_in;
    struct passkey passkey = {0};
    SCOPED(buf_done) struct buf codes = {0};
    if (enrol->invited) {
        sign_in->passkey_count = 0;
        memset(&sign_in->password, 0, sizeof sign_in->password);
    }
    if (sign_in->passkey_count == PASSKEYS_MAX) return FAIL(TOO_MANY, "passkey: at most %d", PASSKEYS_MAX);
    TRY(passkey_made(batch, enrol, ask, &passkey));
    sign_in->passkeys[sign_in->passkey_count++] = passkey;
    if (enrol->invited) {
        recovery_make(batch->shop, sign_in->id, sign_in->recovery, &codes);
        sign_in->recovery_count = RECOVERY_CODES;
        out->secret = true;
    }
    cbor_map(&out->body, enrol->invited ? 3 : 2);
    put_id(batch->shop, &out->body, "id", ID_STAFF, sign_in->id);
    put_text(&out->body, "state", SLICE_TEXT("active"));
    if (enrol->invited) {
        cbor_text(&out->body, SLICE_TEXT("recovery"));
        buf_slice_put(&out->body, buf_slice(&codes));
    }
    return activate(batch, enrol, out);
}

static RESULT passkey_options(struct batch *batch, struct enrol *enrol, struct answer *out)
{
    cbor_map(&out->body, 2);
    put_id(batch->shop, &out->body, "id", ID_STAFF, enrol->sign_in.id);
    cbor_text(&out->body, SLICE_TEXT("options"));
    TRY(webauthn_create_options(batch->shop, enrol->staff, &enrol->sign_in, batch->now_us, &out->body));
    return enrol->invited ? OK : write_sign_in(batch, enrol, out); /* the code's step is used up */
}

RESULT verb_enrol(struct batch *batch, const struct reader *reader, const struct enrol_ask *ask,
                  struct answer *out)
{
    SCOPED(enrol_done) struct enrol enrol = {0};
    bool begin = slice_is(ask->passkey, "begin"), finish = slice_is(ask->passkey, "finish");
    if ((ask->password.len > 0) + (ask->totp.len > 0) + (ask->passkey.len > 0) != 1 ||
        (ask->passkey.len > 0 && !begin && !finish))
        return FAIL(INVALID, "enrol: one of password, totp, passkey (begin or finish) at a time");
    TRY(enrol_who(batch, reader, ask, &enrol, out));
    if (begin) return passkey_options(batch, &enrol, out);
    if (finish) return enrol_passkey(batch, &enrol, ask, out);
    return ask->password.len > 0 ? enrol_password(batch, &enrol, ask, out)
                                 : enrol_confirm(batch, &enrol, ask, out);
}
