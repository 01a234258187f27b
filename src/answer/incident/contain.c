/*
 * Contain: one act suspends every suspect's keys, sign-in and passes, freezes what loosens, opens what must be rotated
 * and rotates what it can, in one batch; each key's probe is tried over the real listener before and after. Cut off in
 * between it stands, and the same act again ends what is left.
 */
#include "answer/incident/incident_put.h"
#include "answer/incident/verbs.h"
#include "keep/access/approval.h"
#include "keep/access/containment.h"
#include "keep/access/key_make.h"
#include "keep/access/leave.h"
#include "keep/access/probing.h"
#include "keep/access/secret.h"
#include "keep/put.h"

#include <stdio.h>

enum { WORDS_MAX = 200 };

/* One act at work. */
struct work {
    struct batch *batch;
    const struct reader *reader;
    struct incident *incident;
    struct containment row;         /* as it will be */
    size_t known_keys, known_staff; /* of it before this act */
    struct receipt receipt;
    struct buf rotated; /* answers of the successors */
    size_t rotated_count;
    bool secret;
};

static void work_done(struct work *work)
{
    buf_done(&work->rotated);
}

static bool add_number(uint32_t *numbers, size_t *count, size_t room, uint32_t number)
{
    for (size_t i = 0; i < *count; i++) {
        if (numbers[i] == number) return true;
    }
    if (*count == room) return false;
    numbers[(*count)++] = number;
    return true;
}

static RESULT add_key(struct work *work, uint32_t id)
{
    struct shop *shop = work->batch->shop;
    struct containment *row = &work->row;
    const struct key *key = key_by_id(&shop->access, id);
    bool asks = work->reader->no ==
                reader_no(READER_KEY, id); /* it would end what it does: it is told to rotate it */
    if (!key || asks || key_live(shop, key, work->batch->now_us).code != CODE_OK) return OK;
    if (add_number(row->keys, &row->key_count, CONTAINED_KEYS_MAX, id)) return OK;
    return FAIL(TOO_MANY, "contain: more than %d keys at once; revoke some first", CONTAINED_KEYS_MAX);
}

/* A person, with every key that they hold, or made and so saw the secret of. */
static RESULT add_person(struct work *work, uint32_t id)
{
    SCOPED(leave_done) struct leave held = {0};
    if (!add_number(work->row.staff, &work->row.staff_count, CONTAINED_STAFF_MAX, id))
        return FAIL(TOO_MANY, "contain: more than %d people", CONTAINED_STAFF_MAX);
    TRY(leave_find(work->batch->shop, id, &held));
    for (size_t i = 0; i < held.count; i++) {
        if (held.items[i].kind <= LEAVE_KEY_MADE) TRY(add_key(work, held.items[i].id));
    }
    return OK;
}

static RESULT plan(struct work *work, const struct circle *circle)
{
    struct shop *shop = work->batch->shop;
    const struct containment *before = containment_of(&shop->access, work->incident->no);
    if (before) work->row = *before;
    if (!before || before->lifted_us != 0) {
        uint32_t id = before ? before->id : (uint32_t)shop->access.containment_count + 1;
        work->row =
            (struct containment){.id = id, .incident = work->incident->no, .since_us = work->batch->now_us};
    }
    work->known_keys = work->row.key_count;
    work->known_staff = work->row.staff_count;
    for (size_t i = 0; i < circle->suspect_count; i++) {
        uint32_t id = (uint32_t)circle->suspects[i];
        if (circle->suspects[i] >> 32 == READER_KEY) TRY(add_key(work, id));
        if (circle->suspects[i] >> 32 == READER_STAFF) TRY(add_person(work, id));
    }
    if (circle->suspect_count > 0) return OK;
    return FAIL(CHECK_NOT_MET,
                "contain: nobody is suspected; say whom first: amanah incident add ID suspects who=");
}

/* One step of it, or a task that it leaves, as a line. */
static RESULT note(struct work *work, enum line_kind kind, const char *name, uint64_t who, const char *text)
{
    struct line line = {.kind = kind, .text = slice_text(text), .name = slice_text(name)};
    if (kind == LINE_CONTAIN) line.who = who;
    if (kind == LINE_TASK) line.needs_evidence = true;
    return incident_line(work->batch, work->reader, work->incident, NULL, &line, &work->receipt);
}

static RESULT suspend_keys(struct work *work)
{
    struct containment *row = &work->row;
    for (size_t i = work->known_keys; i < row->key_count; i++) {
        char text[WORDS_MAX];
        row->before[i] = probing_seen(work->batch->probed, row->keys[i]);
        (void)snprintf(text, sizeof text, "key suspended with its sessions and passes; its probe before: %s",
                       probing_name((enum probe_seen)row->before[i]));
        session_end_of(work->batch->shop, READER_KEY, row->keys[i]);
        TRY(note(work, LINE_CONTAIN, "key", reader_no(READER_KEY, row->keys[i]), text));
    }
    return OK;
}

/* The shop's own secrets that they held are rotated by people: a task each, and the register says so too. */
static RESULT open_secrets(struct work *work, uint32_t staff)
{
    struct shop *shop = work->batch->shop;
    size_t opened = 0;
    for (size_t i = 0; i < shop->access.secret_count; i++) {
        SCOPED(buf_done) struct buf text = {0};
        if (!secret_held_by(&shop->access.secrets[i], staff)) continue;
        buf_text(&text,
                 "rotate a secret that a suspect held, and show the old one dead: amanah secret rotated ");
        id_put(shop, ID_SECRET, shop->access.secrets[i].id, &text);
        TRY(note(work, LINE_TASK, "rotate", 0, buf_c(&text)));
    }
    return secrets_open_for(work->batch, work->reader, staff, &opened);
}

static RESULT suspend_people(struct work *work)
{
    struct shop *shop = work->batch->shop;
    for (size_t i = work->known_staff; i < work->row.staff_count; i++) {
        uint32_t id = work->row.staff[i];
        session_end_of(shop, READER_STAFF, id);
        TRY(note(work, LINE_CONTAIN, "person", reader_no(READER_STAFF, id),
                 "sessions ended, sign-in suspended"));
        for (size_t k = 0; k < shop->access.approval_count; k++) {
            const struct approval *approval = &shop->access.approvals[k];
            bool theirs = false;
            for (size_t p = 0; p < approval->person_count; p++) theirs |= approval->persons[p] == id;
            if (theirs && approval_is_open(approval))
                TRY(approval_take_back(work->batch, work->reader, approval->id));
        }
        TRY(open_secrets(work, id));
    }
    return OK;
}

static RESULT freeze(struct work *work)
{
    if (work->known_keys + work->known_staff > 0) return OK;
    TRY(note(work, LINE_CONTAIN, "freeze", 0,
             "roles, new credentials and permissions to look at many people frozen"));
    return note(
        work, LINE_TASK, "rekey", 0,
        "if a copy of the database and of the keyring could be out: make new data keys for every customer, "
        "amanah rotate --rekey, and say here how it was decided");
}

static bool others_hold(const struct shop *shop, const struct key *key)
{
    for (size_t i = 0; i < key->holder_count; i++) {
        if (!containment_has(&shop->access, READER_STAFF, key->holders[i])) return true;
    }
    return key->holder_count == 0;
}

/* Whoever else needs the key gets another. One that signs, or comes with a certificate, takes a new pair: a task. */
static RESULT rotate_key(struct work *work, uint32_t id)
{
    struct shop *shop = work->batch->shop;
    struct answer one = {0};
    SCOPED(buf_done) struct buf text = {0};
    const struct key *key = key_by_id(&shop->access, id);
    bool live = key_live(shop, key, work->batch->now_us).code == CODE_OK;
    if (!live || key_successor(&shop->access, id) || !others_hold(shop, key)) return OK;
    if (key->proof_kind != PROOF_SECRET) {
        buf_text(&text, "give a key that a suspect held a new pair: amanah key rotate ");
        id_put(shop, ID_KEY, id, &text);
        return note(work, LINE_TASK, "rotate", 0, buf_c(&text));
    }
    struct result made =
        key_succeed(work->batch, work->reader, id, (struct slice){0}, (struct slice){0}, &one);
    if (made.code == CODE_OK) {
        buf_slice_put(&work->rotated, buf_slice(&one.body));
        work->rotated_count++;
        work->secret = true;
    }
    answer_wipe(&one);
    TRY(made);
    return note(work, LINE_CONTAIN, "rotate", reader_no(READER_KEY, id),
                "a successor was issued to those who hold it and are not suspected");
}

/* What is seen once all is suspended, and what takes its place. */
static RESULT settle(struct work *work)
{
    struct containment *row = &work->row;
    for (size_t i = row->settled; i < row->key_count; i++) {
        char text[WORDS_MAX];
        row->after[i] = probing_seen(work->batch->probed, row->keys[i]);
        (void)snprintf(text, sizeof text, "its probe after: %s",
                       probing_name((enum probe_seen)row->after[i]));
        TRY(note(work, LINE_CONTAIN, "probe", reader_no(READER_KEY, row->keys[i]), text));
        TRY(rotate_key(work, row->keys[i]));
    }
    row->settled = row->key_count;
    return containment_put(work->batch, work->reader, row, &work->receipt);
}

static void keys_put(const struct work *work, struct buf *out)
{
    struct shop *shop = work->batch->shop;
    const struct containment *row = &work->row;
    cbor_text(out, SLICE_TEXT("keys"));
    cbor_array(out, row->key_count);
    for (size_t i = 0; i < row->key_count; i++) {
        cbor_map(out, 4);
        put_id(shop, out, "id", ID_KEY, row->keys[i]);
        put_text(out, "name", slice_text(key_by_id(&shop->access, row->keys[i])->name));
        put_text(out, "before", slice_text(probing_name((enum probe_seen)row->before[i])));
        put_text(out, "after", slice_text(probing_name((enum probe_seen)row->after[i])));
    }
    cbor_text(out, SLICE_TEXT("staff"));
    cbor_array(out, row->staff_count);
    for (size_t i = 0; i < row->staff_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_STAFF, row->staff[i], &id);
        cbor_text(out, buf_slice(&id));
    }
}

static void answer_put(struct work *work, const char *state, struct answer *out)
{
    struct buf *body = &out->body;
    buf_clear(body);
    cbor_map(body, 6);
    put_id(work->batch->shop, body, "id", ID_INCIDENT, work->incident->no);
    put_text(body, "state", slice_text(state));
    put_time(body, "since", work->row.since_us);
    keys_put(work, body);
    cbor_text(body, SLICE_TEXT("rotated"));
    cbor_array(body, work->rotated_count);
    buf_slice_put(body, buf_slice(&work->rotated));
    out->secret = work->secret;
    if (work->receipt.index > 0) batch_receipt(out, &work->receipt);
}

static RESULT contain_now(struct work *work)
{
    struct batch *batch = work->batch;
    struct containment *row = &work->row;
    size_t fresh = row->key_count - work->known_keys;
    bool wanted = false, begins = work->known_keys + work->known_staff == 0;
    if (fresh == 0 && row->staff_count == work->known_staff && !begins) return OK;
    if (!batch->probed) TRY(probing_want(batch, row->keys + work->known_keys, fresh, &wanted));
    if (wanted) return FAIL(TOO_BUSY, "contain: too much is being tried already; try again in a moment");
    TRY(suspend_keys(work));
    TRY(containment_put(batch, work->reader, row, &work->receipt)); /* from here on they are suspended */
    TRY(suspend_people(work));
    TRY(freeze(work));
    batch->probed = NULL; /* that was before */
    TRY(probing_want(batch, row->keys + row->settled, row->key_count - row->settled, &wanted));
    return OK;
}

/* Lifting lets people in again: it loosens. */
static RESULT lift(struct work *work, struct answer *out)
{
    bool put = false;
    SCOPED(buf_done) struct buf body = {0};
    const struct containment *before = containment_of(&work->batch->shop->access, work->incident->no);
    if (!before || before->lifted_us != 0)
        return FAIL(CONFLICT, "contain: nothing of this incident is contained");
    work->row = *before;
    work->row.lifted_us = work->batch->now_us;
    containment_body_write(&work->row, &body);
    const struct loosening loosening = {
        AUTHORITY_CONTAINMENT,
        work->row.id,
        buf_slice(&body),
        {LOOSENS_CONTAINMENT, {SAID_NUMBER(work->row.key_count), SAID_NUMBER(work->row.staff_count)}},
        {0}};
    TRY(loosen(work->batch, work->reader, &loosening, out, &put));
    TRY(note(work, LINE_CONTAIN, "lift", 0,
             put ? "lifted" : "somebody asked to lift it; it waits for a second person"));
    if (put) answer_put(work, "lifted", out);
    return OK;
}

RESULT verb_incident_contain(struct batch *batch, const struct reader *reader,
                             const struct incident_contain_ask *ask, struct answer *out)
{
    SCOPED(work_done) struct work work = {.batch = batch, .reader = reader};
    TRY(incident_find(batch, reader, ask->id, &work.incident));
    if (work.incident->closed) return FAIL(CONFLICT, "incident: is closed; open it again first");
    if (ask->lift && !ask->dry_run) return lift(&work, out);
    TRY(plan(&work, &work.incident->circle));
    if (ask->dry_run) {
        answer_put(&work, "would be contained", out);
        return OK;
    }
    TRY(contain_now(&work));
    if (!batch->probes && work.row.settled < work.row.key_count) {
        bool wanted = false;
        if (!batch->probed)
            TRY(probing_want(batch, work.row.keys + work.row.settled, work.row.key_count - work.row.settled,
                             &wanted));
        if (wanted)
            return FAIL(TOO_BUSY, "contain: done, but its probes could not be tried now; ask once more");
        TRY(settle(&work));
    }
    answer_put(&work, "contained", out);
    return OK;
}
