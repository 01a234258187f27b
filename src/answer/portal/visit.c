#include "answer/portal/visit.h"

#include "answer/portal/gate.h"
#include "answer/portal/portal.h"
#include "answer/portal/queue.h"
#include "base/undo.h"
#include "keep/contact.h"
#include "keep/normalise.h"
#include "keep/post.h"
#include "keep/subject.h"
#include "keep/watch/canary.h"
#include "keep/watch/watching.h"
#include "prove/tree.h"
#include "watch/detect/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORK_MOST = 8,
    PLACES_LOOKED_AT = 256,
    LATE_GROUPS = 5,
    FINDINGS_MAX = 64,
    TOKEN_TEXT_BYTES = 4 + (VISIT_TOKEN_BYTES * 8 + 4) / 5
};
static const char token_prefix[] = "amb_";

struct visits {
    struct visit at[VISITS_MAX];
    struct queue queue;
    uint32_t next;  /* place where a free one is looked for */
    int64_t due_us; /* when the next group of the queue is looked at; 0: none was */
    struct undo undo;
    size_t asked;                     /* newest of the queue: of the open batch */
    int64_t canary_us, canary_was_us; /* an alert of one: newest, and before the open batch */
};

RESULT visits_new(struct visits **out)
{
    struct visits *visits = calloc(1, sizeof *visits);
    if (!visits) return FAIL(UNAVAILABLE, "portal: out of memory");
    *out = visits;
    return OK;
}

void visit_changes(struct visits *visits, struct visit *visit)
{
    undo_note(&visits->undo, visit, sizeof *visit);
}

void visits_ended(struct visits *visits, bool durable)
{
    for (; !durable && visits->asked > 0; visits->asked--) queue_undo(&visits->queue);
    undo_ended(&visits->undo, durable);
    visits->asked = 0;
    if (durable)
        visits->canary_was_us = visits->canary_us;
    else
        visits->canary_us = visits->canary_was_us;
}

void visits_free(struct visits **visits)
{
    if (!*visits) return;
    queue_done(&(*visits)->queue);
    undo_done(&(*visits)->undo);
    explicit_bzero(*visits, sizeof **visits);
    free(*visits);
    *visits = NULL;
}

static void keyed(struct shop *shop, const char *label, struct slice a, struct slice b, struct hash *out)
{
    const struct slice parts[] = {slice_text(label), a, b};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

static void token_make(struct shop *shop, uint32_t place, struct visit *visit, struct buf *out)
{
    uint8_t bytes[VISIT_TOKEN_BYTES];
    be32_put(bytes, place);
    crypto_random(shop->crypto, bytes + 4, sizeof bytes - 4);
    keyed(shop, "portal browser", SLICE_OF(bytes), (struct slice){0}, &visit->token);
    buf_text(out, token_prefix);
    base32_put(out, SLICE_OF(bytes));
    wipe(bytes, sizeof bytes);
}

/* The visit of a token that is not over; NULL. The same work for every wrong one. */
static struct visit *visit_of(struct batch *batch, struct visits *visits, struct slice token)
{
    static struct visit nobody;
    uint8_t bytes[VISIT_TOKEN_BYTES] = {0};
    struct hash mac = {{0}};
    bool good = slice_starts(token, token_prefix) &&
                base32_get(slice_from(token, sizeof token_prefix - 1), bytes, sizeof bytes);
    uint32_t place = be32_get(bytes);
    struct visit *visit = good && place < VISITS_MAX ? &visits->at[place] : &nobody;
    keyed(batch->shop, "portal browser", SLICE_OF(bytes), (struct slice){0}, &mac);
    wipe(bytes, sizeof bytes);
    good &= hash_equal(&mac, &visit->token) & (visit->until_us > batch->now_us);
    return good ? visit : NULL;
}

/*
 * A free place, or one that is over; NULL: nearly all are taken. Each call looks on where the last one ended, at so many
 * places at most: who is refused costs no more than who is let in.
 */
static struct visit *visit_new(struct visits *visits, int64_t now_us, uint32_t *place)
{
    for (uint32_t i = 0; i < PLACES_LOOKED_AT; i++) {
        *place = visits->next;
        visits->next = (visits->next + 1) % VISITS_MAX;
        if (visits->at[*place].until_us <= now_us) return &visits->at[*place];
    }
    return NULL;
}

uint32_t visits_wait_s(const struct visits *visits)
{
    return (uint32_t)(visits->queue.count / VISITS_A_SECOND) + 1;
}

RESULT visit_ask(struct batch *batch, struct visits *visits, const struct visit_asking *asking,
                 struct buf *token, uint32_t *wait_s)
{
    uint32_t place = 0;
    *wait_s = visits_wait_s(visits);
    const uint64_t source = asking->from.tags[0];
    if (visits->queue.count == QUEUE_PLACES || queue_of(&visits->queue, source) >= VISIT_SOURCE_WAITING_MAX)
        return FAIL(PORTAL_WAIT, "portal: others are before you; come back when your turn may be");
    struct visit *visit = visit_new(visits, batch->now_us, &place);
    if (!visit) return FAIL(PORTAL_WAIT, "portal: too many people are here; come back later");
    visit_changes(visits, visit);
    *visit = (struct visit){.from = asking->from,
                            .until_us = batch->now_us + (int64_t)*wait_s * SECOND_US +
                                        VISIT_CODE_MINUTES * MINUTE_US};
    crypto_random(batch->shop->crypto, visit->code.bytes, HASH_BYTES); /* nobody's, until it is somebody's */
    token_make(batch->shop, place, visit, token);
    struct waiting *waiting = queue_add(&visits->queue, source);
    visits->asked++;
    waiting->place = place;
    waiting->token = visit->token;
    buf_slice_put(&waiting->email, asking->email);
    (void)snprintf(waiting->lang, sizeof waiting->lang, "%.*s", (int)asking->lang.len,
                   (const char *)asking->lang.at);
    return OK;
}

RESULT visit_find(struct batch *batch, struct visits *visits, struct slice token, struct visit **out)
{
    struct visit *visit = visit_of(batch, visits, token);
    if (!visit || !visit->in)
        return FAIL(CREDENTIAL_MISSING, "portal: nobody came in with this browser, or it is too long ago");
    *out = visit;
    return OK;
}

RESULT visit_enter(struct batch *batch, struct visits *visits, struct slice token, struct slice code,
                   struct visit **out)
{
    static struct visit nobody;
    struct visit *found = visit_of(batch, visits, token), *visit = found ? found : &nobody;
    struct hash mac = {{0}};
    keyed(batch->shop, "portal code", SLICE_OF(visit->token.bytes), code, &mac);
    bool same = hash_equal(&mac, &visit->code);
    bool may = (found != NULL) & !visit->in & (visit->tries < VISIT_TRIES);
    if (found && visit->tries < VISIT_TRIES) {
        visit_changes(visits, visit);
        visit->tries++;
    }
    if (!(same & may) || visit->count == 0)
        return FAIL(PORTAL_CODE, "code: not the one that was sent, or it is over; ask for another one");
    *out = visit;
    return OK;
}

void visit_came_in(struct batch *batch, struct visits *visits, struct visit *visit, struct buf *new_token)
{
    visit_changes(visits, visit);
    visit->in = true;
    visit->until_us = batch->now_us + VISIT_MINUTES * MINUTE_US;
    crypto_random(batch->shop->crypto, visit->code.bytes, HASH_BYTES); /* once */
    token_make(batch->shop, (uint32_t)(visit - visits->at), visit, new_token);
}

void visit_leave(struct visits *visits, struct visit *visit)
{
    visit_changes(visits, visit);
    explicit_bzero(visit, sizeof *visit);
}

RESULT portal_note(struct batch *batch, enum portal_entry kind, const struct reader *reader,
                   const struct sighted *set, size_t count, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, ENTRY_PORTAL);
    struct hash leaves[VISIT_SUBJECTS_MAX];
    struct receipt receipt = {0};
    assert(count <= VISIT_SUBJECTS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct record record;
        struct hash salt = {{0}};
        SCOPED(buf_done) struct buf bytes = {0};
        SECRET data_key = {{0}};
        TRY(record_get(shop, set[i].no, false, &bytes, &record, NULL));
        TRY(record_unlock(shop, set[i].no, &record, &data_key));
        leaf_salt(shop->crypto, &data_key, draft.entry.nonce, &salt);
        set_leaf(shop->crypto, &salt, &set[i], NULL, &leaves[i]);
        draft.entry.full |= set[i].full;
        draft.entry.masked |= set[i].masked;
    }
    draft.entry.object_kind = kind;
    draft.set = set;
    draft.leaves = leaves;
    draft.set_count = count;
    (void)batch_write(batch);
    batch_append(batch, &draft, &receipt);
    if (out) batch_receipt(out, &receipt);
    return OK;
}

/* A canary's address came from nobody but a thief. Who it was isn't known, so nobody is stopped; told once an hour. */
static RESULT canaries_tell(struct batch *batch, struct visits *visits, const struct sighted *people,
                            size_t count)
{
    bool touched = false;
    for (size_t i = 0; i < count; i++) touched = touched || canary_is(batch->shop, people[i].no);
    int64_t ago_us = batch->now_us - visits->canary_us;
    if (!touched || (visits->canary_us != 0 && ago_us >= 0 && ago_us < HOUR_US)) return OK;
    visits->canary_us = batch->now_us;
    return alert_once(batch, DETECTOR_CANARY);
}

/*
 * Whom a code may go to: those who have the address and did not change it in the last 72 hours. Canaries beside a
 * customer are left out; where they alone have it, they are treated as anybody, so that nobody can tell them apart.
 */
static RESULT people_find(struct shop *shop, struct slice email, struct sighted out[VISIT_SUBJECTS_MAX],
                          size_t *out_count)
{
    uint8_t tag[TAG_BYTES];
    struct subject_no found[FINDINGS_MAX];
    size_t count = 0, kept = 0;
    tag_make(shop, FIELD_EMAIL, email, tag);
    *out_count = 0;
    struct result looked = shop->store->tag->find(shop->store, tag_index(shop, FIELD_EMAIL, 0), tag, found,
                                                  FINDINGS_MAX, &count);
    if (looked.cause == CAUSE_TOO_MANY) return OK; /* no one person's: as nobody's */
    TRY(looked);
    count = canaries_unfound(shop, true, found, count);
    for (size_t i = 0; i < count && kept < VISIT_SUBJECTS_MAX; i++) {
        struct record record;
        SCOPED(buf_done) struct buf bytes = {0};
        struct result got = record_get(shop, found[i], false, &bytes, &record, NULL);
        if (got.code == CODE_NOT_FOUND) continue; /* erased */
        TRY(got);
        if (!(record.held >> FIELD_EMAIL & 1) || contact_held_until(shop, &record) != 0) continue;
        size_t place = kept++;
        for (; place > 0 && out[place - 1].no.at > found[i].at; place--) out[place] = out[place - 1];
        out[place] = (struct sighted){found[i], 0, 0};
    }
    *out_count = kept;
    return OK;
}

/* The mail with the code, to the address as the shop holds it: what was typed may only look like it. */
static RESULT code_send(struct batch *batch, const struct waiting *waiting, struct subject_no no,
                        struct slice code)
{
    struct shop *shop = batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0}, to = {0};
    SECRET data_key = {{0}};
    TRY(record_get(shop, no, false, &bytes, &record, NULL));
    TRY(record_unlock(shop, no, &record, &data_key));
    TRY(record_field(shop, no, &record, FIELD_EMAIL, &to));
    const struct mail_value values[] = {{"code", code}, {"minutes", SLICE_TEXT("10")}};
    const struct mail_draft draft = {.kind = MAIL_PORTAL_CODE,
                                     .to = buf_slice(&to),
                                     .lang = slice_text(waiting->lang[0] ? waiting->lang : record.lang),
                                     .subject = no,
                                     .values = values,
                                     .count = COUNT_OF(values)};
    struct result queued = mail_queue(batch, &draft);
    return queued.code == CODE_INVALID ? OK : queued; /* no address that mail goes to */
}

/* Eight digits, each as likely as any other. */
static void code_make(struct crypto *crypto, char out[VISIT_CODE_DIGITS + 1])
{
    enum { SPAN = 100000000 };
    uint8_t random[4];
    uint32_t number = 0;
    do {
        crypto_random(crypto, random, sizeof random);
        number = be32_get(random);
    } while (number >= UINT32_MAX / SPAN * SPAN);
    (void)snprintf(out, VISIT_CODE_DIGITS + 1, "%08u", number % SPAN);
}

static bool often(struct batch *batch, struct portal *portal, struct slice email)
{
    struct hash hash = {{0}};
    uint32_t wait_s = 0;
    keyed(batch->shop, "portal contact", email, (struct slice){0}, &hash);
    const struct source to = {{be64_get(hash.bytes) | 1}};
    if (gate_may(portal->gate, GATE_CONTACT, &to, batch->now_us, &wait_s).code != CODE_OK) return true;
    gate_count(portal->gate, GATE_CONTACT, &to, batch->now_us);
    return false;
}

static RESULT work_one(struct batch *batch, struct visits *visits, const struct waiting *waiting)
{
    struct portal *portal = NULL;
    struct visit *visit = &visits->at[waiting->place];
    struct sighted people[VISIT_SUBJECTS_MAX];
    const struct reader system = {.no = PORTAL_READER};
    char code[VISIT_CODE_DIGITS + 1];
    size_t count = 0;
    if (!hash_equal(&visit->token, &waiting->token)) return OK; /* it is over, and another's by now */
    TRY(portal_of(batch->shop, &portal));
    if (often(batch, portal, buf_slice(&waiting->email))) return OK;
    TRY(people_find(batch->shop, buf_slice(&waiting->email), people, &count));
    TRY(portal_note(batch, PORTAL_ASKED, &system, people, count, NULL));
    TRY(canaries_tell(batch, visits, people, count));
    if (count == 0) return OK;
    code_make(batch->shop->crypto, code);
    visit_changes(visits, visit);
    keyed(batch->shop, "portal code", SLICE_OF(visit->token.bytes), slice_text(code), &visit->code);
    visit->count = count;
    visit->until_us = batch->now_us + VISIT_CODE_MINUTES * MINUTE_US;
    for (size_t i = 0; i < count; i++) visit->nos[i] = people[i].no;
    struct result sent = code_send(batch, waiting, people[0].no, slice_text(code));
    explicit_bzero(code, sizeof code);
    return sent;
}

/* Those of the group that did not fail before. */
static RESULT group_work(struct batch *batch, struct visits *visits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct waiting *waiting = queue_at(&visits->queue, i);
        if (waiting->failed) continue;
        struct result done = work_one(batch, visits, waiting);
        waiting->failed = done.code != CODE_OK;
        TRY(done);
    }
    return OK;
}

/*
 * Groups are due at even times, however long each takes, so that the wait which was told is the wait that is had. Who
 * comes late by more than a few groups, as after a time without asks, does not make up for it.
 */
static int64_t next_due_us(int64_t due_us, int64_t now_us)
{
    const int64_t every_us = WORK_MOST * SECOND_US / VISITS_A_SECOND;
    return now_us - due_us > LATE_GROUPS * every_us ? now_us + every_us : due_us + every_us;
}

/* The group leaves the queue once it is durable. Where each of it failed, they go behind the others while they may. */
static void group_worked(struct visits *visits, size_t count, bool durable, int64_t now_us)
{
    size_t failed = 0;
    visits->due_us = next_due_us(visits->due_us, clock_monotonic_us());
    for (size_t i = 0; i < count; i++) failed += queue_at(&visits->queue, i)->failed;
    for (size_t i = 0; i < count && !durable && failed < count; i++)
        queue_at(&visits->queue, i)->failed = false;
    if (!durable && failed < count) return; /* the commit failed: tried again */
    for (size_t i = 0; i < count; i++) {
        struct waiting waiting;
        queue_take(&visits->queue, &waiting);
        if (durable || visits->at[waiting.place].until_us <= now_us) {
            buf_done(&waiting.email);
            continue;
        }
        struct waiting *again = queue_add(&visits->queue, waiting.source);
        waiting.next = again->next;
        waiting.failed = false;
        *again = waiting;
    }
}

RESULT visits_work(struct shop *shop, struct arena *arena, struct visits *visits)
{
    const size_t count = visits->queue.count < WORK_MOST ? visits->queue.count : WORK_MOST;
    struct result done = OK;
    int64_t now_us = 0;
    bool again = count > 0;
    for (size_t failed = 0; again;) {
        SCOPED(batch_done) struct batch batch = {0};
        done = batch_begin(shop, arena, &batch);
        again = false;
        if (done.code != CODE_OK) break;
        now_us = batch.now_us;
        done = group_work(&batch, visits, count);
        if (done.code == CODE_OK) {
            done = batch_settle(&batch);
        } else {
            batch_rollback(&batch);
            again = ++failed < count; /* the others, without it */
        }
    }
    group_worked(visits, count, done.code == CODE_OK, now_us);
    return done;
}

int64_t visits_due_us(const struct visits *visits, int64_t now_us)
{
    if (visits->queue.count == 0) return INT64_MAX;
    return visits->due_us > now_us ? visits->due_us - now_us : 0;
}
