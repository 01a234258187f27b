/* The verbs on staff: who works for the shop, what they were taught, and inviting them to sign in. */
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/containment.h"
#include "keep/access/maker.h"
#include "keep/access/sign_in.h"
#include "keep/post.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The normal forms of what was given, and slices into them. */
struct given {
    struct buf name, email, lang;
    struct identity person;
};

static void given_done(struct given *given)
{
    buf_done(&given->name);
    buf_done(&given->email);
    buf_done(&given->lang);
}

static RESULT person_given(const struct staff_add_ask *ask, struct given *out)
{
    TRY(normalise(NORMALISE_TEXT, ask->name, (struct slice){0}, &out->name));
    TRY(normalise(NORMALISE_EMAIL, ask->email, (struct slice){0}, &out->email));
    if (ask->lang.len > 0) TRY(normalise(NORMALISE_LANG, ask->lang, (struct slice){0}, &out->lang));
    if (out->name.len == 0) return FAIL(FIELD_FORMAT, "name: is empty");
    if (out->name.len > STAFF_NAME_BYTES_MAX)
        return FAIL(FIELD_TOO_LONG, "name: longer than %d bytes once normalised", STAFF_NAME_BYTES_MAX);
    out->person = (struct identity){
        .name = buf_slice(&out->name), .email = buf_slice(&out->email), .lang = buf_slice(&out->lang)};
    return OK;
}

/* The role of that name, if this reader may hand it out. */
static RESULT role_given(struct shop *shop, const struct reader *reader, struct slice name,
                         const struct role **out)
{
    const struct role *role = role_find(&shop->access, name);
    if (!role) return FAIL(NOT_FOUND, "role: this shop has none of that name; see GET /v1/roles");
    if (!role_may_give(reader->role, role)) {
        return FAIL(ROLE_ACT,
                    "role %s may do or see more than yours, so you cannot hand it out; ask an admin",
                    role->name);
    }
    *out = role;
    return OK;
}

RESULT verb_staff_add(struct batch *batch, const struct reader *reader, const struct staff_add_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(given_done) struct given given = {0};
    SCOPED(buf_done) struct buf sealed = {0}, invite = {0};
    SCOPED(sign_in_done) struct sign_in sign_in = {.id = (uint32_t)shop->access.staff_count + 1};
    struct staff staff = {.id = sign_in.id,
                          .state = STAFF_INVITED,
                          .created_us = batch->now_us,
                          .made_by = reader->no,
                          .invited_us = batch->now_us};
    struct receipt receipt = {0};
    const struct role *role = NULL;
    uint32_t other = 0;
    TRY(containment_ask_of(&batch->shop->access, reader));
    TRY(person_given(ask, &given));
    TRY(staff_find(shop, given.person.email, &other));
    if (other != 0) return FAIL(STAFF_EMAIL, "email: another member of staff signs in by it");
    if (ask->role.len > 0) TRY(role_given(shop, reader, ask->role, &role));
    staff.role = role ? role->id : 0;
    staff_seal(shop, staff.id, &given.person, &sealed);
    staff.sealed = sealed; /* borrowed until the row is written */
    invite_make(shop, &sign_in, reader->no, batch->now_us, &invite);
    TRY(sign_in_put(batch, reader, &sign_in, &receipt));
    TRY(staff_put(batch, reader, &staff, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    out->secret = true;
    cbor_map(&out->body, 3);
    put_id(shop, &out->body, "id", ID_STAFF, staff.id);
    put_text(&out->body, "invite", buf_slice(&invite));
    put_time(&out->body, "expires", sign_in.invite.until_us);
    return OK;
}

static void put_passkeys(const struct sign_in *sign_in, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("passkeys"));
    cbor_array(out, sign_in->passkey_count);
    for (size_t i = 0; i < sign_in->passkey_count; i++) cbor_text(out, slice_text(sign_in->passkeys[i].name));
}

static void put_lessons(const struct staff *staff, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("lessons"));
    cbor_array(out, staff->lesson_count);
    for (size_t i = 0; i < staff->lesson_count; i++) {
        cbor_map(out, 2);
        put_text(out, "name", slice_text(staff->lessons[i].name));
        put_time(out, "taught", staff->lessons[i].taught_us);
    }
}

static RESULT put_staff(struct shop *shop, const struct staff *staff, struct buf *out)
{
    static const char *const states[] = {
        [STAFF_INVITED] = "invited", [STAFF_ACTIVE] = "active", [STAFF_LEFT] = "left"};
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(sign_in_done) struct sign_in sign_in = {0};
    const struct role *role = role_by_id(&shop->access, staff->role);
    TRY(staff_person(shop, staff, &person));
    TRY(sign_in_open(shop, staff->id, &sign_in));
    size_t mark = cbor_open(out), count = 9;
    put_id(shop, out, "id", ID_STAFF, staff->id);
    put_text(out, "name", person.name);
    put_text(out, "email", person.email);
    put_text(out, "lang", person.lang);
    put_text(out, "role", slice_text(role ? role->name : ""));
    put_text(out, "state", slice_text(states[staff->state]));
    put_time(out, "created", staff->created_us);
    put_passkeys(&sign_in, out);
    put_lessons(staff, out);
    if (staff->left_us) {
        put_time(out, "left", staff->left_us);
        count++;
    }
    cbor_map_close(out, mark, count);
    return OK;
}

RESULT verb_staff_list(struct batch *batch, const struct reader *reader, const struct staff_list_ask *ask,
                       struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.staff_count};
    TRY(page_of(shop, ID_STAFF, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, page.to - page.from);
    for (size_t i = page.from; i < page.to; i++) TRY(put_staff(shop, &shop->access.staff[i], &out->body));
    put_next(shop, ID_STAFF, &page, &out->body);
    return OK;
}

/* Whom an ask names, and that they work here still. */
static RESULT staff_asked(struct shop *shop, struct slice id, const struct staff **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_STAFF, id, &number));
    const struct staff *staff = staff_by_id(&shop->access, number);
    if (!staff) return FAIL(NOT_FOUND, "staff: this shop has nobody of that id");
    if (staff->state == STAFF_LEFT) return FAIL(STAFF_LEFT, "staff: they have left; add them anew");
    *out = staff;
    return OK;
}

static bool lesson_word(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
    }
    return name.len > 0 && name.len <= LESSON_NAME_BYTES_MAX;
}

/* Whose account it is, for who must agree; `member` is what is to be `asked`. */
static RESULT staff_changes(struct shop *shop, const struct staff *staff, const char *member,
                            const char *asked, struct buf *out)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf now = {0};
    const struct role *role = role_by_id(&shop->access, staff->role);
    TRY(staff_person(shop, staff, &person));
    cbor_map(&now, 5);
    put_id(shop, &now, "staff", ID_STAFF, staff->id);
    put_text(&now, "name", person.name);
    put_text(&now, "email", person.email);
    put_text(&now, "role", slice_text(role ? role->name : ""));
    put_text(&now, member, slice_text(asked));
    changes_put((struct slice){0}, buf_slice(&now), out);
    return OK;
}

/* Put the changed row at once, or where it loosens something (then it has changes to show) file it. */
static RESULT staff_loosen(struct batch *batch, const struct reader *reader, const struct staff *staff,
                           const struct loosening *loosening, struct answer *out, bool *put)
{
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    struct loosening whole = *loosening;
    *put = true;
    if (loosening->changes.len == 0) {
        TRY(staff_put(batch, reader, staff, &receipt));
        batch_receipt(out, &receipt);
        return OK;
    }
    staff_body_write(staff, &body);
    whole.kind = AUTHORITY_STAFF;
    whole.id = staff->id;
    whole.body = buf_slice(&body);
    return loosen(batch, reader, &whole, out, put);
}

static RESULT lesson_add(struct staff *staff, struct slice name, int64_t now_us)
{
    size_t at = 0;
    while (at < staff->lesson_count && !slice_is(name, staff->lessons[at].name)) at++;
    if (at == LESSONS_MAX) return FAIL(TOO_MANY, "lesson: a person has at most %d", LESSONS_MAX);
    if (at == staff->lesson_count) staff->lesson_count++;
    staff->lessons[at] = (struct lesson){.taught_us = now_us}; /* taken again: the newer date */
    memcpy(staff->lessons[at].name, name.at, name.len);
    return OK;
}

/* Somebody else says that they learned it: nobody for themselves, nor who could be them. */
RESULT verb_staff_lesson(struct batch *batch, const struct reader *reader, const struct staff_lesson_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct staff *found = NULL;
    bool put = false;
    SCOPED(staff_done) struct staff staff = {0};
    SCOPED(buf_done) struct buf changes = {0};
    struct loosening loosening = {0};
    TRY(staff_asked(shop, ask->id, &found));
    if (!lesson_word(ask->lesson))
        return FAIL(FIELD_FORMAT, "lesson: 1 to %d small letters, digits, - and _", LESSON_NAME_BYTES_MAX);
    const struct asked_by them = {reader_no(READER_STAFF, found->id), &found->id, 1};
    bool other = reader->person_count == 1 &&
                 maker_speaks(&shop->access, reader->persons[0], reader->key, &them, batch->now_us);
    staff_copy(found, &staff);
    TRY(lesson_add(&staff, ask->lesson, batch->now_us));
    if (!other) {
        char name[LESSON_NAME_BYTES_MAX + 1] = "";
        memcpy(name, ask->lesson.at, ask->lesson.len);
        TRY(staff_changes(shop, found, "lesson", name, &changes));
        loosening.what =
            (struct loosening_said){LOOSENS_STAFF_LESSON, {SAID_TEXT(ask->id), SAID_TEXT(ask->lesson)}};
        loosening.changes = buf_slice(&changes);
    }
    TRY(staff_loosen(batch, reader, &staff, &loosening, out, &put));
    if (!put) return OK;
    cbor_map(&out->body, 3);
    put_text(&out->body, "id", ask->id);
    put_text(&out->body, "lesson", ask->lesson);
    put_time(&out->body, "taught", batch->now_us);
    return OK;
}

/* A role that may do or see nothing which the one before it could not needs one person; any other takes two. */
RESULT verb_staff_role(struct batch *batch, const struct reader *reader, const struct staff_role_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct staff *found = NULL;
    const struct role *role = NULL;
    bool put = false;
    SCOPED(staff_done) struct staff staff = {0};
    SCOPED(buf_done) struct buf changes = {0};
    struct loosening loosening = {0};
    TRY(staff_asked(shop, ask->id, &found));
    if (ask->role.len > 0) TRY(role_given(shop, reader, ask->role, &role));
    const struct role *old = role_by_id(&shop->access, found->role);
    staff_copy(found, &staff);
    staff.role = role ? role->id : 0;
    bool approved = old && (old->acts >> ACT_APPROVE & 1), approves = role && (role->acts >> ACT_APPROVE & 1);
    if (approved && !approves) staff.silenced_us = batch->now_us;
    if (role && !(old && role_within(role, old, shop->last.at))) {
        TRY(staff_changes(shop, found, "new role", role->name, &changes));
        loosening.what = (struct loosening_said){LOOSENS_STAFF_ROLE,
                                                 {SAID_TEXT(ask->id), SAID_TEXT(slice_text(role->name))}};
        loosening.changes = buf_slice(&changes);
    }
    TRY(staff_loosen(batch, reader, &staff, &loosening, out, &put));
    if (!put) return OK;
    cbor_map(&out->body, 2);
    put_text(&out->body, "id", ask->id);
    put_text(&out->body, "role", ask->role);
    return OK;
}

/* Is there somebody else who can sign in and look after the staff? */
static RESULT others_can(struct shop *shop, uint32_t but, bool *out)
{
    *out = false;
    for (size_t i = 0; i < shop->access.staff_count && !*out; i++) {
        const struct staff *staff = &shop->access.staff[i];
        const struct role *role = role_by_id(&shop->access, staff->role);
        SCOPED(sign_in_done) struct sign_in sign_in = {0};
        if (staff->id == but || staff->state != STAFF_ACTIVE || !role || !(role->acts >> ACT_STAFF & 1))
            continue;
        TRY(sign_in_open(shop, staff->id, &sign_in));
        *out = sign_in_ready(&sign_in);
    }
    return OK;
}

/* Whose account is about to change hands, to everybody who could object. */
static RESULT tell_all(struct batch *batch, const struct staff *staff, int64_t from_us)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf until = {0};
    TRY(staff_person(batch->shop, staff, &person));
    mail_time_put(&until, from_us);
    const struct mail_value values[] = {{"who", person.name}, {"until", buf_slice(&until)}};
    return mail_tell_staff(
        batch,
        &(struct mail_draft){.kind = MAIL_RECOVERY_ASKED, .values = values, .count = COUNT_OF(values)});
}

/* Everything of one new invitation but where it is put. */
struct inviting {
    const struct staff *staff;
    struct sign_in sign_in;
    struct buf text;
    bool ready; /* they can sign in already, so that it takes an account over */
};

static void inviting_done(struct inviting *inviting)
{
    sign_in_done(&inviting->sign_in);
    buf_done(&inviting->text);
}

static RESULT inviting_of(struct shop *shop, struct slice id, struct inviting *out)
{
    TRY(staff_asked(shop, id, &out->staff));
    TRY(sign_in_open(shop, out->staff->id, &out->sign_in));
    out->ready = sign_in_ready(&out->sign_in);
    return OK;
}

static void put_invite(struct slice id, const struct inviting *inviting, struct answer *out)
{
    out->head.flags |= ANSWER_CREATED;
    out->secret = true;
    cbor_map(&out->body, 4);
    put_text(&out->body, "id", id);
    put_text(&out->body, "invite", buf_slice(&inviting->text));
    put_time(&out->body, "from", inviting->sign_in.invite.from_us);
    put_time(&out->body, "expires", inviting->sign_in.invite.until_us);
}

/* One more member at the end of the map that is the answer. */
static RESULT answer_add(struct answer *out, const char *name, struct slice text)
{
    SCOPED(buf_done) struct buf longer = {0};
    struct cbor reader = cbor_reader(buf_slice(&out->body));
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    cbor_map(&longer, pairs + 1);
    buf_slice_put(&longer, reader.cursor.rest);
    put_text(&longer, name, text);
    buf_done(&out->body);
    out->body = TAKE(longer);
    return OK;
}

/* For somebody who can sign in already it takes an account over, so it needs a second person. */
RESULT verb_staff_invite(struct batch *batch, const struct reader *reader, const struct staff_invite_ask *ask,
                         struct answer *out)
{
    SCOPED(inviting_done) struct inviting inviting = {0};
    SCOPED(buf_done) struct buf body = {0}, changes = {0};
    struct receipt receipt = {0};
    bool put = true;
    TRY(inviting_of(batch->shop, ask->id, &inviting));
    invite_make(batch->shop, &inviting.sign_in, reader->no, batch->now_us, &inviting.text);
    if (!inviting.ready) {
        TRY(sign_in_put(batch, reader, &inviting.sign_in, &receipt));
        batch_receipt(out, &receipt);
        put_invite(ask->id, &inviting, out);
        return OK;
    }
    inviting.sign_in.invite.until_us += APPROVAL_WAITS_DAYS * DAY_US; /* it may wait so long for its yes */
    sign_in_body_write(batch->shop, &inviting.sign_in, &body);
    TRY(staff_changes(batch->shop, inviting.staff, "sign-in", "set up anew, by whoever has the invitation",
                      &changes));
    const struct loosening loosening = {AUTHORITY_SIGN_IN,
                                        inviting.staff->id,
                                        buf_slice(&body),
                                        {LOOSENS_SIGN_IN, {SAID_TEXT(ask->id)}},
                                        buf_slice(&changes)};
    TRY(loosen(batch, reader, &loosening, out, &put));
    if (put) {
        put_invite(ask->id, &inviting, out);
        return OK;
    }
    out->secret = true; /* shown to the asker now, good once approved */
    return answer_add(out, "invite", buf_slice(&inviting.text));
}

/*
 * By the machine's own operator, who has no name: everybody who could object is told and gets a day for it, unless there
 * is nobody else who could help.
 */
RESULT verb_staff_recover(struct batch *batch, const struct reader *reader,
                          const struct staff_recover_ask *ask, struct answer *out)
{
    SCOPED(inviting_done) struct inviting inviting = {0};
    struct receipt receipt = {0};
    bool others = false;
    if (reader->no != reader_no(READER_OPERATOR, 0))
        return FAIL(ROLE_ACT, "only the local operator may do this, on the vault's own machine");
    TRY(inviting_of(batch->shop, ask->id, &inviting));
    TRY(others_can(batch->shop, inviting.staff->id, &others));
    invite_make(batch->shop, &inviting.sign_in, reader->no, batch->now_us + (others ? INVITE_DELAY_US : 0),
                &inviting.text);
    TRY(sign_in_put(batch, reader, &inviting.sign_in, &receipt));
    TRY(tell_all(batch, inviting.staff, inviting.sign_in.invite.from_us));
    batch_receipt(out, &receipt);
    put_invite(ask->id, &inviting, out);
    return OK;
}
