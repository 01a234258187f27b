/* Signing in: a member of staff by password and code, by passkey, or by a recovery code. */
#include "keep/access/containment.h"
#include "keep/access/guess.h"
#include "keep/access/session.h"
#include "keep/access/webauthn.h"
#include "keep/post.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* Whoever is meant. An address that nobody has is gone through like any other, with a sign-in that nothing opens. */
struct arriving {
    const struct session_open_ask *ask;
    struct reader self; /* who it will be: what is written is written in their name */
    const struct staff *staff;
    struct sign_in sign_in;
    struct guess_from from;
};

static void arriving_done(struct arriving *arriving)
{
    sign_in_done(&arriving->sign_in);
}

static RESULT wrong(void)
{
    return FAIL(
        CREDENTIAL_UNKNOWN,
        "sign-in: not right, or not possible for this person; in a vault of several shops say which; see "
        "docs/errors");
}

static uint64_t tag_of(struct shop *shop, const char *label, struct slice what)
{
    struct hash tag = {{0}};
    const struct slice parts[] = {slice_text(label), what};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &tag);
    return be64_get(tag.bytes);
}

/* Whom one guesses at: short enough for a number of JSON, since entries name it. */
static uint64_t person_tag(struct shop *shop, struct slice who)
{
    return tag_of(shop, "guess at", who) >> 11;
}

void guess_source(struct shop *shop, uint32_t staff, const uint8_t network[NETWORK_BYTES],
                  struct guess_from *out)
{
    uint8_t number[4], block[NETWORK_BYTES];
    be32_put(number, staff);
    network_block(network, block);
    out->person = person_tag(shop, SLICE_OF(number));
    out->network = tag_of(shop, "guess from", SLICE_OF(block));
}

void guess_note(struct batch *batch, uint32_t staff, const uint8_t network[NETWORK_BYTES],
                const struct guess_from *from)
{
    struct reader who = {.no = staff ? reader_no(READER_STAFF, staff) : reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    memcpy(who.network, network, NETWORK_BYTES);
    struct draft draft = batch_draft(batch, &who, ENTRY_STRANGERS);
    draft.entry.count = 1;
    draft.entry.object_kind = from->known ? GUESS_KNOWN : GUESS_STRANGE;
    draft.entry.object_id = from->person;
    batch_append(batch, &draft, &receipt);
}

void guess_restore(struct shop *shop, const struct entry *entry, const uint8_t *network)
{
    static const uint8_t here[NETWORK_BYTES];
    struct guess_from from = {0};
    bool opened = entry->kind == ENTRY_SESSION && entry->reader >> 32 == READER_STAFF && entry->count > 0;
    bool wrong_one = entry->kind == ENTRY_STRANGERS && entry->object_kind != 0;
    if (!opened && !wrong_one) return;
    guess_source(shop, (uint32_t)entry->reader, network ? network : here, &from);
    if (opened) {
        guess_right_again(shop->guesses, &from);
        return;
    }
    from.person = entry->object_id;
    from.known = entry->object_kind == GUESS_KNOWN;
    guess_again(shop->guesses, &from, entry->time_us);
}

static RESULT arrive(struct batch *batch, const struct reader *stranger, const struct session_open_ask *ask,
                     struct arriving *out)
{
    struct shop *shop = batch->shop;
    uint32_t id = 0;
    TRY(staff_find(shop, ask->staff, &id));
    const struct staff *staff = staff_by_id(&shop->access, id);
    const struct role *role = staff ? role_by_id(&shop->access, staff->role) : NULL;
    out->ask = ask;
    out->self = *stranger;
    if (staff && staff->state == STAFF_ACTIVE && role && !containment_has(&shop->access, READER_STAFF, id)) {
        TRY(sign_in_open(shop, id, &out->sign_in));
        out->staff = staff;
        out->self.no = reader_no(READER_STAFF, id);
        out->self.role = role;
        out->from.known = network_known(shop, &out->sign_in, stranger->network);
    }
    guess_source(shop, id, stranger->network, &out->from);
    if (id == 0) out->from.person = person_tag(shop, ask->staff);
    return OK;
}

/* Of a person without a password: costs and a salt all the same, always the same ones. */
static void password_of(struct shop *shop, const struct arriving *arriving, struct password *out)
{
    uint64_t salt[2] = {tag_of(shop, "no password 1", arriving->ask->staff),
                        tag_of(shop, "no password 2", arriving->ask->staff)};
    *out = (struct password){.memory_kib = PASSWORD_MEMORY_KIB, .passes = PASSWORD_PASSES};
    memcpy(out->salt, salt, sizeof out->salt);
    if (arriving->sign_in.password.set) *out = arriving->sign_in.password;
}

static RESULT guess_now(struct batch *batch, const struct arriving *arriving, struct answer *out)
{
    if (batch->stretched) return OK; /* it was counted when the ask was put aside */
    return guess_take(batch->shop->guesses, &arriving->from, batch->now_us, &out->head.retry_after_s);
}

static RESULT wrong_guess(struct batch *batch, const struct arriving *arriving)
{
    guess_note(batch, arriving->staff ? arriving->staff->id : 0, arriving->self.network, &arriving->from);
    return wrong();
}

static RESULT password_right(struct batch *batch, const struct arriving *arriving, bool *out)
{
    struct password password = {0};
    struct hash mac = {{0}};
    password_of(batch->shop, arriving, &password);
    TRY(password_mac(batch, arriving->sign_in.id, &password, arriving->ask->password, arriving->from.known,
                     &mac));
    *out = hash_equal(&mac, &password.mac) && password.set;
    return OK;
}

static RESULT tell_new_network(struct batch *batch, const struct arriving *arriving)
{
    SCOPED(identity_done) struct identity person = {0};
    char text[INET6_ADDRSTRLEN] = "";
    const uint8_t *network = arriving->self.network;
    bool four = memcmp(network, mapped, sizeof mapped) == 0;
    (void)inet_ntop(four ? AF_INET : AF_INET6, four ? network + sizeof mapped : network, text, sizeof text);
    TRY(staff_person(batch->shop, arriving->staff, &person));
    const struct mail_value values[] = {{"network", slice_text(text)}};
    return mail_queue(batch, &(struct mail_draft){.kind = MAIL_SIGN_IN_NEW_NETWORK,
                                                  .to = person.email,
                                                  .to_name = person.name,
                                                  .lang = person.lang,
                                                  .values = values,
                                                  .count = COUNT_OF(values)});
}

static void put_session(struct shop *shop, const struct arriving *arriving, struct slice token,
                        int64_t expires_us, struct answer *out)
{
    char csrf[CSRF_BYTES + 1];
    bool cookie = arriving->ask->cookie;
    session_csrf(shop, token, csrf);
    cbor_map(&out->body, cookie ? 5 : 4);
    put_id(shop, &out->body, "staff", ID_STAFF, arriving->staff->id);
    put_text(&out->body, cookie ? "cookie" : "token", token);
    if (cookie) put_text(&out->body, "csrf", slice_text(csrf));
    put_time(&out->body, "expires", expires_us);
    put_number(&out->body, "wrong_guesses",
               guess_strangers(shop->guesses, &arriving->from, clock_now(&shop->clock)));
    wipe(csrf, sizeof csrf);
}

/* It is them: what was used up is written, the network known from now on, and the session open. */
static RESULT let_in(struct batch *batch, struct arriving *arriving, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct session_terms terms = {.kind = READER_STAFF,
                                  .id = arriving->staff->id,
                                  .life_us = STAFF_SESSION_US,
                                  .idle_us = STAFF_IDLE_US,
                                  .network = arriving->self.network};
    struct receipt receipt = {0};
    int64_t expires_us = 0;
    SCOPED(buf_done) struct buf token = {0};
    bool first = arriving->sign_in.network_count == 0;
    guess_right(shop->guesses, &arriving->from);
    network_learn(shop, &arriving->sign_in, arriving->self.network);
    TRY(sign_in_put(batch, &arriving->self, &arriving->sign_in, &receipt));
    if (!first && !arriving->from.known) TRY(tell_new_network(batch, arriving));
    TRY(session_open(shop, &terms, batch->now_us, &token, &expires_us));
    session_note(batch, &arriving->self, terms.life_us, out);
    put_session(shop, arriving, buf_slice(&token), expires_us, out);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

static RESULT by_password(struct batch *batch, struct arriving *arriving, struct answer *out)
{
    bool right = false;
    TRY(guess_now(batch, arriving, out));
    TRY(password_right(batch, arriving, &right));
    bool code = totp_use(&arriving->sign_in.totp, arriving->ask->totp, batch->now_us);
    return right && code ? let_in(batch, arriving, out) : wrong_guess(batch, arriving);
}

/* Who lost the app or the device: one of the codes that were shown at enrolment gives an invitation that counts now. */
static RESULT by_recovery(struct batch *batch, struct arriving *arriving, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf text = {0};
    bool right = false;
    TRY(guess_now(batch, arriving, out));
    TRY(password_right(batch, arriving, &right));
    bool code = recovery_use(shop, &arriving->sign_in, arriving->ask->recovery);
    if (!code || (arriving->sign_in.password.set && !right)) return wrong_guess(batch, arriving);
    guess_right(shop->guesses, &arriving->from);
    invite_make(shop, &arriving->sign_in, arriving->self.no, batch->now_us, &text);
    TRY(sign_in_put(batch, &arriving->self, &arriving->sign_in, &receipt));
    TRY(tell_new_network(batch, arriving));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 3);
    put_id(shop, &out->body, "staff", ID_STAFF, arriving->staff->id);
    put_text(&out->body, "invite", buf_slice(&text));
    put_time(&out->body, "expires", arriving->sign_in.invite.until_us);
    return OK;
}

static struct passkey *passkey_named(struct arriving *arriving)
{
    SCOPED(buf_done) struct buf id = {0};
    if (base64_any_get(arriving->ask->credential, &id).code != CODE_OK) return NULL;
    for (size_t i = 0; i < arriving->sign_in.passkey_count; i++) {
        struct passkey *passkey = &arriving->sign_in.passkeys[i];
        if (slice_equal(buf_slice(&id), (struct slice){passkey->id, passkey->id_len})) return passkey;
    }
    return NULL;
}

/* No guess at a passkey gets anywhere, so none is counted, and nothing slows its holder down. */
static RESULT by_passkey(struct batch *batch, struct arriving *arriving, struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct session_open_ask *ask = arriving->ask;
    const struct relying_party *party = NULL;
    SCOPED(buf_done) struct buf client = {0}, data = {0}, signature = {0};
    TRY(webauthn_party(shop, &party));
    TRY(webauthn_challenge_good(shop, ask->challenge, 0, batch->now_us));
    if (base64_any_get(ask->client_data, &client).code != CODE_OK ||
        base64_any_get(ask->authenticator_data, &data).code != CODE_OK ||
        base64_any_get(ask->signature, &signature).code != CODE_OK)
        return FAIL(INVALID, "client_data, authenticator_data, signature: must be base64url");
    struct passkey_said said = {.client_data = buf_slice(&client),
                                .authenticator_data = buf_slice(&data),
                                .signature = buf_slice(&signature)};
    struct passkey *passkey = passkey_named(arriving);
    if (!passkey) return wrong();
    TRY(passkey_check(shop->crypto, party, &said, ask->challenge, passkey));
    TRY(webauthn_spend(shop, ask->challenge, batch->now_us));
    return let_in(batch, arriving, out);
}

RESULT staff_sign_in(struct batch *batch, const struct reader *stranger, const struct session_open_ask *ask,
                     struct answer *out)
{
    SCOPED(arriving_done) struct arriving arriving = {0};
    if (slice_is(ask->passkey, "begin")) {
        cbor_map(&out->body, 1);
        cbor_text(&out->body, SLICE_TEXT("options"));
        return webauthn_get_options(batch->shop, batch->now_us, &out->body);
    }
    bool finish = slice_is(ask->passkey, "finish");
    if (ask->passkey.len > 0 && !finish) return FAIL(INVALID, "passkey: begin or finish");
    if ((ask->totp.len > 0) + (ask->recovery.len > 0) + finish != 1)
        return FAIL(MEMBER_MISSING, "session: password and totp, or a recovery code, or a passkey");
    TRY(arrive(batch, stranger, ask, &arriving));
    if (finish) return by_passkey(batch, &arriving, out);
    return ask->totp.len > 0 ? by_password(batch, &arriving, out) : by_recovery(batch, &arriving, out);
}
