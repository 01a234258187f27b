/*
 * The tasks of one shop become batches: run in order, committed once, answered after the commit. The only place that
 * calls batch_commit().
 */
#include "answer/redress/campaign.h"
#include "keep/access/authority.h"
#include "keep/access/quiet.h"
#include "keep/spend.h"
#include "keep/watch/watching.h"
#include "keeper/keeper_priv.h"

#include <assert.h>
#include <string.h>

enum { REPLAY_S = 24 * 3600, BATCH_BYTES_MAX = 64 * 1024 * 1024 };

static void problems_put(const struct answer *answer, struct buf *out)
{
    cbor_array(out, answer->problem_count);
    for (size_t i = 0; i < answer->problem_count; i++) {
        const struct problem *problem = &answer->problems[i];
        cbor_map(out, 3);
        cbor_text(out, SLICE_TEXT("pointer"));
        cbor_text(out, slice_text(problem->pointer));
        cbor_text(out, SLICE_TEXT("code"));
        cbor_text(out, slice_text(cause_row(problem->cause)->slug));
        cbor_text(out, SLICE_TEXT("detail"));
        cbor_text(out, slice_text(problem->detail));
    }
}

static void refusal_put(const struct answer *answer, struct slice detail, struct buf *out)
{
    size_t mark = cbor_open(out), members = 1;
    if (answer->budget) {
        cbor_text(out, SLICE_TEXT("budget"));
        spend_refusal_put(answer->budget, out);
        members++;
    }
    cbor_text(out, SLICE_TEXT("detail"));
    cbor_text(out, detail);
    if (answer->problem_count > 0) {
        cbor_text(out, SLICE_TEXT("errors"));
        problems_put(answer, out);
        members++;
    }
    cbor_map_close(out, mark, members);
}

void task_refuse(struct task *task, struct result why)
{
    struct answer *answer = &task->answer;
    buf_clear(&answer->body); /* whatever a verb had begun to answer is wiped */
    answer->head.cause = why.cause;
    answer->head.shape = ANSWER_CBOR;
    refusal_put(answer, slice_text(result_text()), &answer->body);
}

/* Refusals of a known reader are entries; what failed below, or was merely malformed, is none. */
static bool is_refusal(struct result why)
{
    return why.code == CODE_DENIED || why.code == CODE_SPENT;
}

static void refusal_note(struct batch *batch, const struct reader *reader, struct result why,
                         struct answer *answer)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_REFUSED);
    struct receipt receipt = {0};
    batch->spent += why.code == CODE_SPENT;
    draft.entry.cause = entry_cause(batch->shop->crypto, why.cause);
    batch_append(batch, &draft, &receipt);
    batch_receipt(answer, &receipt);
    watching_refused(batch, reader, why.cause);
}

static RESULT dispatch(struct keeper *keeper, struct batch *batch, const struct reader *reader,
                       struct task *task)
{
    const union any_ask *ask = &task->ask;
    struct answer *out = &task->answer;
    if (task->head.verb == VERB_STATUS) return verb_status(keeper, batch->shop, out);
    switch (task->head.verb) {
#define VERB(NAME, name, changes) \
    case VERB_##NAME:             \
        return verb_##name(batch, reader, &ask->name, out);
#define HOME_VERB(NAME, name, changes) case VERB_##NAME:
#include "keeper/verbs.def"
#undef VERB
    case VERB_COUNT:
        break;
    }
    return FAIL(ROLE_ACT, "only the local operator may do this");
}

/* What an idempotency key is bound to: reader and key, and the ask's members. Only keyed hashes are kept. */
static void replay_keys(struct shop *shop, const struct reader *reader, const struct task *task,
                        struct replay_row *out)
{
    uint8_t number[8], verb = (uint8_t)task->head.verb;
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf members = {0};
    be64_put(number, reader->no);
    const struct slice key[] = {SLICE_TEXT("replay key"), SLICE_OF(number), task->head.idempotency};
    prf_run(shop->pepper, key, COUNT_OF(key), &hash);
    memcpy(out->key, hash.bytes, HASH_BYTES);
    struct result written = ask_members_write(verb_row(task->head.verb)->members, &task->ask, &members);
    assert(written.code == CODE_OK); /* it was read within the same bounds */
    const struct slice ask[] = {SLICE_TEXT("replay ask"), {&verb, 1}, buf_slice(&members)};
    prf_run(shop->pepper, ask, COUNT_OF(ask), &hash);
    memcpy(out->ask, hash.bytes, HASH_BYTES);
}

/* Give the answer of the first request with this key, if there was one. */
static RESULT replay_give(struct batch *batch, const struct replay_row *row, struct task *task, bool *given)
{
    uint8_t ask[32];
    int64_t until_us = 0;
    struct slice body = {0};
    struct answer_head head = {0};
    SCOPED(buf_done) struct buf frame = {0};
    struct store *store = batch->shop->store;
    struct result got = store->replay->get(store, row->key, ask, &until_us, &frame);
    if (got.code == CODE_NOT_FOUND || (got.code == CODE_OK && until_us <= batch->now_us)) return OK;
    if (got.code != CODE_OK) return got;
    if (!bytes_equal_ct(ask, row->ask, sizeof ask)) {
        return FAIL(IDEMPOTENCY_BODY, "Idempotency-Key: was used for another request; take a new one");
    }
    if (answer_read(slice_from(buf_slice(&frame), 4), &head, &body).code != CODE_OK) {
        return FAIL(CORRUPT, "store: a kept answer is malformed");
    }
    task->answer.head = head;
    task->answer.head.flags |= ANSWER_REPLAYED;
    buf_slice_put(&task->answer.body, body);
    *given = true;
    return OK;
}

/* Keep the answer. One that holds a secret is kept as its id and a word in the secret's place. */
static RESULT replay_keep(struct batch *batch, struct replay_row *row, const struct task *task)
{
    SCOPED(buf_done) struct buf frame = {0}, body = {0};
    struct slice id = {0};
    if (task->answer.secret) {
        struct cbor reader = cbor_reader(buf_slice(&task->answer.body));
        size_t pairs = 0;
        struct slice name = {0};
        TRY(cbor_read_map(&reader, &pairs));
        TRY(cbor_read_text(&reader, &name));
        TRY(cbor_read_text(&reader, &id));
        cbor_map(&body, 2);
        cbor_text(&body, name);
        cbor_text(&body, id);
        cbor_text(&body, SLICE_TEXT("key"));
        cbor_text(&body, SLICE_TEXT("already shown"));
    } else {
        buf_slice_put(&body, buf_slice(&task->answer.body));
    }
    answer_write(&task->answer.head, buf_slice(&body), &frame);
    row->until_us = batch->now_us + REPLAY_S * SECOND_US;
    if (task->answer.keep_until_us > row->until_us) row->until_us = task->answer.keep_until_us;
    row->answer = buf_slice(&frame);
    struct store *store = batch_write(batch);
    TRY(store->replay->put(store, row));
    return batch->replays++ == 0 ? store->replay->sweep(store, batch->now_us)
                                 : OK; /* so they never outgrow it */
}

/* What the ask is, as far as a breaker cares. */
static struct asking asking_of(const struct task *task)
{
    struct asking asking = {.verb = task->head.verb, .people = 1};
    if (asking.verb == VERB_REVEAL && task->ask.reveal.subjects.count > 1)
        asking.people = task->ask.reveal.subjects.count;
    return asking;
}

static RESULT task_verb(struct keeper *keeper, struct batch *batch, const struct reader *reader,
                        struct task *task)
{
    struct asking asking = asking_of(task);
    struct replay_row row = {{0}};
    bool keep = task->head.idempotency.len > 0 && verb_row(task->head.verb)->changes, given = false;
    enum act act = access_act_of(task->head.verb);
    TRY(access_verb(reader, task->head.verb));
    TRY(quiet_may(&batch->shop->access, act, task->head.verb));
    if (act != ACT_NONE) TRY(access_lesson(batch->shop, reader));
    struct result may = watching_ask(batch, reader, &asking);
    task->answer.head.retry_after_s = asking.retry_after_s;
    TRY(may);
    if (keep) {
        replay_keys(batch->shop, reader, task, &row);
        TRY(replay_give(batch, &row, task, &given));
        if (given) return OK;
    }
    TRY(dispatch(keeper, batch, reader, task));
    return keep && !batch->probes ? replay_keep(batch, &row, task) : OK; /* what is run again is kept then */
}

/* After how many seconds to try again: never before the budget refills. */
static void budget_tell(const struct batch *batch, struct task *task)
{
    const struct budget_refusal *refusal = task->answer.budget;
    int64_t wait_us = refusal ? refusal->refills_us - batch->now_us : 0;
    if (wait_us > 0) task->answer.head.retry_after_s = (uint32_t)((wait_us + SECOND_US - 1) / SECOND_US);
}

static bool is_stranger(const struct reader *reader)
{
    return reader->no == reader_no(READER_SYSTEM, 0);
}

/* A credential that is good, but not here or not for this, is a refusal of a known reader. The rest are strangers. */
static void not_let_in(struct keeper *keeper, struct batch *batch, const struct reader *reader,
                       struct task *task, struct result why)
{
    bool live = why.cause != CAUSE_CREDENTIAL_UNKNOWN && why.cause != CAUSE_CREDENTIAL_MISSING;
    if (live) {
        refusal_note(batch, reader, why, &task->answer);
    } else {
        stranger_count(keeper, batch->shop, task->head.network, reader->no, false);
    }
}

/* Checking a stranger's proof costs more than most asks: a network from which too many failed waits for the next minute. */
static RESULT stranger_may(struct keeper *keeper, struct batch *batch, const struct reader *reader,
                           struct task *task)
{
    if (!is_stranger(reader) || task->from->local) return OK;
    if (stranger_tries(keeper, batch->shop, task->head.network) < STRANGER_TRIES_MAX) return OK;
    task->answer.head.retry_after_s = (uint32_t)(60 - batch->now_us / SECOND_US % 60);
    return FAIL(TOO_BUSY, "session: too many tries from this network failed; wait for the next minute");
}

/* Does it wait for a password that is checked elsewhere, for probes or for an errand? Then it is run again when that is done. */
static bool put_aside(struct keeper *keeper, struct batch *batch, struct task *task, uint64_t writes)
{
    if (batch->wanted.memory_kib == 0 && !batch->probes && !batch->errand) return false;
    assert(batch->writes == writes); /* nothing was done that would be done twice */
    if (batch->errand) {
        task->aside = errands_put(keeper->errands, task->from, batch->shop->name, &batch->errand);
        task->done |= task->aside;
        return task->aside;
    }
    if (batch->probes) {
        task->aside = stretcher_probe(keeper->stretcher, task->from, task->head.network,
                                      keeper->options.listener, batch->probes);
        task->done |= task->aside;
        return task->aside;
    }
    task->aside = stretcher_put(keeper->stretcher, task->from, task->head.network, &batch->wanted);
    task->done |= task->aside;
    return task->aside;
}

static bool task_answer(struct keeper *keeper, struct batch *batch, struct task *task)
{
    struct reader reader = {0};
    const struct asking asking = asking_of(task);
    uint64_t writes = batch->writes, entries = ledger_size(batch->shop->ledger);
    batch->charged = budget_mark(batch->shop->budgets);
    answer_wipe(&task->answer);
    task->answer = (struct answer){0};
    struct result done = access_reader(batch->shop, &task->head, task->from->local, &reader);
    if (done.code == CODE_OK) done = stranger_may(keeper, batch, &reader, task);
    if (done.code != CODE_OK) {
        if (done.code == CODE_DENIED) not_let_in(keeper, batch, &reader, task, done);
        task_refuse(task, done);
        return true;
    }
    batch->stretched = task->from->stretched;
    batch->stretch_later = keeper->stretcher != NULL;
    batch->wanted = (struct stretching){0};
    batch->probes = NULL;
    batch->probed = task->from->probed;
    batch->probe_later = keeper->stretcher != NULL && keeper->options.listener != NULL;
    task->probes = NULL;
    errand_free(&batch->errand);
    batch->returned = task->from->returned;
    batch->errand_later = keeper->errands != NULL;
    done = task_verb(keeper, batch, &reader, task);
    if (done.code == CODE_OK) {
        task->probes = batch->probes;
        return true;
    }
    if (put_aside(keeper, batch, task, writes)) return true;
    bool noted = ledger_size(batch->shop->ledger) != entries; /* a miss is an entry, and stays charged */
    if (!noted) budget_undo(batch->shop->budgets, batch->charged);
    if (!noted && done.cause != CAUSE_BREAKER_OPEN && done.cause != CAUSE_BREAKER_SLOWED)
        watching_give_back(batch, &reader, &asking);
    budget_tell(batch, task);
    task_refuse(task, done);
    bool below =
        done.code == CODE_UNAVAILABLE || done.code == CODE_CORRUPT; /* no refusal, so its entry must go too */
    if (batch->writes != writes || (noted && below)) return false;
    if (!is_refusal(done) || task->answer.counted) return true;
    if (is_stranger(&reader)) {
        stranger_count(keeper, batch->shop, task->head.network, task->answer.stranger, noted);
    } else {
        refusal_note(batch, &reader, done, &task->answer);
    }
    return true;
}

/* Let what was found take effect, before anybody else looks. */
static bool found_settle(struct batch *batch, struct task *task)
{
    struct result done = watching_settle(batch);
    if (done.code == CODE_OK) return true;
    answer_wipe(&task->answer);
    task->answer = (struct answer){0};
    task_refuse(task, done);
    return false;
}

/* The same of compensation, around asks about it: what ended has ended before them, what they found takes effect behind. */
static bool redress_settled(struct batch *batch, struct task *task)
{
    if (!act_is_of(access_act_of(task->head.verb), ACTS_OF_VOUCHERS)) return true;
    struct result done = redress_settle(batch);
    if (done.code == CODE_OK) return true;
    answer_wipe(&task->answer);
    task->answer = (struct answer){0};
    task_refuse(task, done);
    return false;
}

/* Run one task. False when the batch must be undone: something below failed after a write. */
static bool task_run(struct keeper *keeper, struct batch *batch, struct task *task)
{
    return found_settle(batch, task) && redress_settled(batch, task) && task_answer(keeper, batch, task) &&
           redress_settled(batch, task) && found_settle(batch, task);
}

static bool mine(const struct task *task, const struct shop *shop)
{
    return task->shop == shop && !task->done;
}

static bool same_asker(const struct task *a, const struct task *b)
{
    return a->from->from == b->from->from && a->from->local == b->from->local &&
           slice_equal(a->bearer, b->bearer);
}

/* The chunk after task `at` of the same import, which may be read while that one is written; NULL: none is here. Only
 * of who is let in with that one: a stranger's bytes are not worked for. */
static const struct import_ask *next_chunk(const struct keeper *keeper, const struct task *tasks, size_t at,
                                           size_t count)
{
    for (size_t i = at + 1; i < count; i++) {
        const struct task *task = &tasks[i];
        if (mine(task, tasks[at].shop) && task->head.verb == VERB_IMPORT && same_asker(task, &tasks[at]))
            return &task->ask.import;
    }
    const struct task *soon = keeper->soon_task;
    return soon && same_asker(soon, &tasks[at]) ? &soon->ask.import : NULL;
}

/* Run from task `from` to the end of this batch: up to an erasure, which begins one of its own. */
static size_t batch_fill(struct keeper *keeper, struct batch *batch, struct task *tasks, size_t from,
                         size_t count, bool *broken)
{
    size_t ran = 0, at = from, answered = 0;
    for (; at < count; at++) {
        struct task *task = &tasks[at];
        if (!mine(task, batch->shop)) continue;
        if (task->head.verb == VERB_SUBJECT_ERASE && ran > 0) break; /* its looks must be durable first */
        if (answered > BATCH_BYTES_MAX)
            break; /* answers wait in memory for the commit: not too many of them */
        ran++;
        bool chunk = task->head.verb == VERB_IMPORT;
        batch->next_chunk = chunk ? next_chunk(keeper, tasks, at, count) : NULL;
        if (!chunk && verb_row(task->head.verb)->changes) import_wait(batch->shop);
        bool whole = task_run(keeper, batch, task);
        answered += task->answer.body.len;
        if (whole) continue;
        task->done = true; /* its refusal stands; the others run again without it */
        *broken = true;
        return at;
    }
    return at;
}

/* The commit failed: nothing of the batch is true, so no answer of it may leave. */
static void batch_refuse(struct shop *shop, struct task *tasks, size_t from, size_t to, struct result why)
{
    for (size_t i = from; i < to; i++) {
        if (!mine(&tasks[i], shop)) continue;
        answer_wipe(&tasks[i].answer);
        tasks[i].answer = (struct answer){0};
        struct result said =
            why.cause == CAUSE_DISK_FULL
                ? FAIL(DISK_FULL, "the disk is full, so nothing could be logged; free some space")
                : FAIL(LEDGER_UNWRITABLE, "the ledger could not be written, so nothing was done; try again");
        task_refuse(&tasks[i], said);
        tasks[i].done = true;
    }
}

/* The only door out: what it returns OK for may be answered. */
static RESULT batch_commit(struct keeper *keeper, struct batch *batch)
{
    int64_t began_us = clock_monotonic_us();
    struct result done = batch_settle(batch);
    keeper->counters.commit_us += (uint64_t)(clock_monotonic_us() - began_us);
    keeper->counters.commits_failed += done.code != CODE_OK;
    if (done.code != CODE_OK) keeper->doubted_us = batch->now_us;
    if (done.code == CODE_OK && batch->destroys)
        shop_scrub(batch->shop); /* before the answer says "erased" */
    return done;
}

void shop_run(struct keeper *keeper, struct shop *shop, struct task *tasks, size_t count)
{
    size_t from = 0;
    while (from < count && !mine(&tasks[from], shop)) from++;
    while (from < count) {
        SCOPED(batch_done) struct batch batch = {0};
        bool broken = false;
        size_t to = count;
        struct result done = batch_begin(shop, &keeper->arena, &batch);
        if (done.code == CODE_OK) to = batch_fill(keeper, &batch, tasks, from, count, &broken);
        if (broken) {
            batch_rollback(&batch);
            keeper->doubted_us = batch.now_us;
            keeper->counters.redone++;
            continue; /* from the same place: at least one task fewer */
        }
        if (done.code == CODE_OK) done = batch_commit(keeper, &batch);
        if (done.code != CODE_OK) batch_refuse(shop, tasks, from, to, done);
        from = to;
    }
}
