#include "keep/access/challenge.h"
#include "keep/access/sign_in.h"
#include "keeper/keeper_priv.h"

#include "store/sqlite/sqlite.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Its rows of rights were changed: whom it can still reach is told, and `done` says whether that worked. */
static struct result closed_tell(struct keeper *keeper, struct shop *shop)
{
    SCOPED(buf_done) struct buf why = {0};
    buf_text(&why, result_text());
    mails_of_closed(keeper, shop, keeper->closed_mail, &why);
    return result_carry(CAUSE_TAMPERED, (const char *)why.at, why.len);
}

RESULT keeper_shop_open(struct keeper *keeper, const char *name)
{
    SCOPED(shop_free) struct shop *closed = NULL;
    struct shop_options options = {keeper->home,
                                   name,
                                   keeper->options.clock,
                                   SHOP_WRITER,
                                   NULL,
                                   keeper->options.public_origin,
                                   keeper->options.unwatched,
                                   keeper->options.countries,
                                   &closed};
    if (keeper->options.store_open) {
        SCOPED(buf_done) struct buf path = {0};
        shop_path(keeper->home, name, "shop.db", &path);
        TRY(keeper->options.store_open(keeper->options.store_context, buf_c(&path), &options.store));
    }
    struct result opened = shop_open(&options, &keeper->shops[keeper->shop_count]);
    if (closed) return closed_tell(keeper, closed);
    TRY(opened);
    keeper->shops[keeper->shop_count]->number = (uint32_t)keeper->shop_count + 1;
    struct result recovered = mails_recover(keeper, keeper->shops[keeper->shop_count]);
    if (recovered.code != CODE_OK) {
        shop_free(&keeper->shops[keeper->shop_count]);
        return recovered;
    }
    keeper->shop_count++;
    return OK;
}

static RESULT shops_open(struct keeper *keeper)
{
    SCOPED(shop_names_done) struct shop_names names = {0};
    TRY(home_shops(keeper->home, &names));
    keeper->shops = calloc(HOME_SHOPS_MAX, sizeof(struct shop *));
    if (!keeper->shops) return FAIL(UNAVAILABLE, "keeper: out of memory");
    for (size_t i = 0; i < names.count; i++) {
        struct result opened = keeper_shop_open(keeper, names.at[i]);
        if (opened.code == CODE_OK) continue;
        if (opened.code != CODE_CORRUPT || names.count == 1) return opened;
        buf_print(&keeper->unserved, "%sshop %s is not served: %s", keeper->unserved.len ? "; " : "",
                  names.at[i], result_text()); /* its neighbours share nothing with it, and go on */
    }
    if (keeper->shop_count > 0) return OK;
    return FAIL(CORRUPT, "%s: %s", keeper->options.home,
                keeper->unserved.len > 0 ? buf_c(&keeper->unserved) : "a home without a shop; restore it");
}

/* Whose customers the portal is for. */
static RESULT portal_find(struct keeper *keeper)
{
    struct slice name = keeper->options.portal_shop;
    if (!keeper->options.portal) return OK;
    if (name.len == 0 && keeper->shop_count == 1) keeper->portal = keeper->shops[0];
    for (size_t i = 0; i < keeper->shop_count; i++) {
        if (slice_is(name, keeper->shops[i]->name)) keeper->portal = keeper->shops[i];
    }
    if (keeper->portal) return OK;
    return name.len > 0 ? FAIL(CONFIG, "--portal-shop: this home has no such shop, or it is not served")
                        : FAIL(CONFIG, "--portal: this home has several shops; say whose with --portal-shop");
}

RESULT keeper_open(const struct keeper_options *options, struct keeper **out)
{
    SCOPED(keeper_free) struct keeper *keeper = calloc(1, sizeof *keeper);
    static const struct rlimit no_core;
    if (!keeper) return FAIL(UNAVAILABLE, "keeper: out of memory");
    (void)prctl(PR_SET_DUMPABLE, 0); /* no core dump, no ptrace by a peer: both are a matter of hardening */
    (void)setrlimit(RLIMIT_CORE, &no_core); /* the same, for where dumps go through a handler */
    sqlite_setup();
    keeper->options = *options;
    keeper->options.mail = NULL; /* the caller's until all is open */
    keeper->closed_mail = options->mail;
    keeper->options.carrier = NULL;
    TRY(home_seal_kind(options->home, &keeper->seal));
    TRY(home_open(options->home, options->passphrase, true, &keeper->home));
    TRY(shops_open(keeper));
    TRY(portal_find(keeper));
    keeper->closed_mail = NULL;
    keeper->options.passphrase = (struct slice){0};
    for (size_t i = 0; i < keeper->shop_count; i++)
        evidence_tidy(keeper, keeper->shops[i]); /* what a crash left */
    for (size_t i = 0; i < keeper->shop_count; i++) jobs_tidy(keeper, keeper->shops[i]);
    keeper->started_us = keeper->upkeep_us = clock_now(&options->clock);
    if (options->mail) TRY(notices_begin(keeper));
    keeper->options.mail = options->mail;
    keeper->options.carrier = options->carrier;
    keeper->countries = options->countries;
    *out = TAKE(keeper);
    return OK;
}

void keeper_free(struct keeper **keeper)
{
    struct keeper *at = *keeper;
    SCOPED(buf_done) struct buf why = {0};
    if (!at) return;
    buf_text(&why, result_text()); /* what fails while it is closed must not stand for why it is closed */
    errands_free(&at->errands);
    stretcher_free(&at->stretcher);
    sends_end(at);
    mails_end(at);
    notices_end(at);
    for (size_t i = 0; i < at->shop_count; i++) {
        shop_upkeep(at, at->shops[i], true);
        shop_free(&at->shops[i]);
    }
    free(at->shops);
    countries_free(&at->countries);
    buf_done(&at->unserved);
    home_free(&at->home);
    arena_done(&at->arena);
    free(at);
    *keeper = NULL;
    (void)result_carry(CAUSE_UNAVAILABLE, (const char *)why.at,
                       why.len); /* the text alone: the caller has the cause */
}

size_t shop_place(const struct keeper *keeper, const struct shop *shop)
{
    for (size_t i = 0; i < keeper->shop_count; i++) {
        if (keeper->shops[i] == shop) return i;
    }
    return 0;
}

static const char shop_prefix[] = "shop:";

/* The name of a shop that came with the ask, as its member or from the local operator; empty: none. */
static struct slice shop_said(const struct task *task)
{
    if (task->ask.session_open.shop.len > 0) return task->ask.session_open.shop;
    bool named = task->from->local && slice_starts(task->head.bearer, shop_prefix);
    return named ? slice_from(task->head.bearer, sizeof shop_prefix - 1) : (struct slice){0};
}

/*
 * Whose sign-in it is. An address that several shops have, without a word which is meant, and a shop that is not here are
 * nobody's: they go the way of an unknown address, so that nobody is guessed at and nothing is learned.
 */
static void session_shop(struct keeper *keeper, struct task *task)
{
    struct session_open_ask *ask = &task->ask.session_open;
    struct slice named = shop_said(task);
    size_t found = 0;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct shop *shop = keeper->shops[i];
        bool meant = session_of_shop(shop, ask);
        if (named.len > 0) meant = slice_is(named, shop->name);
        if (meant) task->shop = shop;
        found += meant;
    }
    if (found == 1 || ask->staff.len == 0 || (found == 0 && named.len == 0)) return;
    uint8_t *nobody = arena_take(&keeper->arena, ask->staff.len + 1);
    nobody[0] = 1; /* a control character stands in no address and no id */
    memcpy(nobody + 1, ask->staff.at, ask->staff.len);
    ask->staff = (struct slice){nobody, ask->staff.len + 1};
    task->shop = keeper->shops[0];
}

/* What needs no credential says in its members which shop is meant, and whatever came as one is not looked at. */
static bool stranger_shop(struct keeper *keeper, struct task *task)
{
    uint8_t tag[4];
    bool enrol = task->head.verb == VERB_ENROL;
    if (enrol && task->ask.enrol.invite.len == 0) return false; /* in a session of theirs */
    if (verb_at_portal(task->head.verb) && !task->from->local) task->shop = keeper->portal;
    bool invited = enrol && invite_shop(task->ask.enrol.invite, tag);
    if (task->head.verb == VERB_SESSION_OPEN) session_shop(keeper, task);
    for (size_t i = 0; i < keeper->shop_count && invited && !task->shop; i++) {
        struct shop *shop = keeper->shops[i];
        if (bytes_equal_ct(keyring_shop_id(shop->keyring), tag, sizeof tag)) task->shop = shop;
    }
    bool names_shop = task->from->local && slice_starts(task->head.bearer, shop_prefix);
    if (task->shop || !names_shop) task->head.bearer = (struct slice){0};
    return task->shop != NULL;
}

/* "shop:NAME" names the shop for the local operator; a token carries its shop's tag. */
static RESULT shop_of(struct keeper *keeper, struct task *task)
{
    uint8_t tag[4];
    if (access_act_of(task->head.verb) == ACT_STRANGER && stranger_shop(keeper, task)) return OK;
    struct slice bearer = task->head.bearer;
    if (bearer.len == 0 || (task->from->local && slice_starts(bearer, shop_prefix))) {
        struct slice name = slice_from(bearer, bearer.len ? sizeof shop_prefix - 1 : 0);
        task->head.bearer = (struct slice){0};
        if (!task->from->local || (name.len == 0 && keeper->shop_count == 1)) {
            task->shop = keeper->shops[0];
            return OK;
        }
        for (size_t i = 0; i < keeper->shop_count; i++) {
            if (slice_is(name, keeper->shops[i]->name)) task->shop = keeper->shops[i];
        }
        return task->shop ? OK : FAIL(CONFIG, "shop: this home has several; say which with --shop");
    }
    bool token = token_shop(bearer, tag);
    size_t found = 0;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct shop *shop = keeper->shops[i];
        bool named = token && bytes_equal_ct(keyring_shop_id(shop->keyring), tag, sizeof tag);
        if (!named && !key_of_certificate(&shop->access, bearer)) continue;
        task->shop = shop;
        found++;
    }
    if (found == 1) return OK;
    if (found >
        1) { /* certificates are public: another shop may have registered this one to be sent what is not its own */
        return FAIL(CREDENTIAL_UNKNOWN,
                    "certificate: several shops of this home registered it; use one for each");
    }
    stranger_count(keeper, keeper->shops[0], task->head.network, 0, false);
    return FAIL(CREDENTIAL_UNKNOWN, "credential: not one of this home");
}

static void task_read(struct keeper *keeper, const struct keeper_ask *ask, struct task *task)
{
    *task = (struct task){.from = ask};
    static const uint8_t nowhere[NETWORK_BYTES];
    struct result read = ask_read(ask->frame, &keeper->arena, &task->head, &task->ask);
    task->bearer = task->head.bearer;
    if (read.code == CODE_OK && !ask->local && memcmp(task->head.network, nowhere, NETWORK_BYTES) == 0) {
        read =
            FAIL(INVALID,
                 "ask: from the front, but from no network"); /* only the local socket comes from nowhere */
    }
    if (read.code == CODE_OK && home_verb(keeper, task)) return;
    if (read.code == CODE_OK) read = shop_of(keeper, task);
    if (read.code == CODE_OK) return;
    task_refuse(task, read);
    task->shop = NULL;
    task->done = true;
}

struct told {
    void *from;
    const struct shop *shop;
};

/* The checkpoint frame of a shop goes to a peer before the first receipt that needs it. */
static void checkpoint_tell(const struct shop *shop, const struct task *task, struct told *told,
                            size_t *count, struct keeper_sink sink)
{
    for (size_t i = 0; i < *count; i++) {
        if (told[i].from == task->from->from && told[i].shop == shop) return;
    }
    SCOPED(buf_done) struct buf frame = {0};
    struct answer_head head = {.shape = ANSWER_CHECKPOINT, .shop = shop->number};
    answer_write(&head, ledger_checkpoint(shop->ledger), &frame);
    sink.answer(sink.context, task->from->from, buf_slice(&frame));
    told[(*count)++] = (struct told){task->from->from, shop};
}

/* What was done may have ended the credential that asked for it: then the answer is what there is by now. */
static bool still_let_in(const struct task *task)
{
    struct reader reader = {0};
    return access_reader(task->shop, &task->head, task->from->local, &reader).code == CODE_OK;
}

static void answers_release(struct keeper *keeper, struct task *tasks, size_t count, struct keeper_sink sink)
{
    struct told *told = arena_take(&keeper->arena, count * sizeof *told);
    size_t told_count = 0;
    SCOPED(buf_done) struct buf frame = {0};
    for (size_t i = 0; i < count; i++) {
        struct task *task = &tasks[i];
        if (task->probes && task->answer.head.cause == CAUSE_OK && still_let_in(task)) { /* durable by now */
            task->aside = stretcher_probe(keeper->stretcher, task->from, task->head.network,
                                          keeper->options.listener, task->probes);
            if (task->aside) answer_wipe(&task->answer);
        }
        if (task->aside) continue;
        buf_clear(&frame);
        task->answer.head.id = task->head.id;
        task->answer.head.shop = task->shop ? task->shop->number : 0;
        if (task->shop && (task->answer.head.flags & ANSWER_RECEIPT)) {
            checkpoint_tell(task->shop, task, told, &told_count, sink);
        }
        keeper->counters.asks[task->head.verb][cause_row(task->answer.head.cause)->code]++;
        answer_write(&task->answer.head, buf_slice(&task->answer.body), &frame);
        sink.answer(sink.context, task->from->from, buf_slice(&frame));
        answer_wipe(&task->answer);
    }
}

void keeper_soon(struct keeper *keeper, const struct keeper_ask *ask)
{
    keeper->soon = ask;
}

/* Nothing is decided about it before its turn: not even whose it is. */
static const struct task *soon_read(struct keeper *keeper)
{
    if (!keeper->soon) return NULL;
    struct task *task = arena_take(&keeper->arena, sizeof *task);
    struct result read = ask_read(keeper->soon->frame, &keeper->arena, &task->head, &task->ask);
    if (read.code != CODE_OK || task->head.verb != VERB_IMPORT) return NULL;
    task->from = keeper->soon;
    task->bearer = task->head.bearer;
    return task;
}

void keeper_run(struct keeper *keeper, const struct keeper_ask *asks, size_t count, struct keeper_sink sink)
{
    assert(count <= KEEPER_BATCH_MAX);
    if (count == 0) return;
    struct task *tasks = arena_take(&keeper->arena, count * sizeof *tasks);
    for (size_t i = 0; i < count; i++) task_read(keeper, &asks[i], &tasks[i]);
    keeper->soon_task = soon_read(keeper);
    for (size_t i = 0; i < keeper->shop_count; i++)
        budget_tick(keeper->shops[i]->budgets, clock_now(&keeper->options.clock));
    for (size_t i = 0; i < keeper->shop_count; i++) shop_run(keeper, keeper->shops[i], tasks, count);
    for (size_t i = 0; i < keeper->shop_count; i++) {
        if (keeper->soon_task)
            import_wait(keeper->shops[i]);
        else
            import_drop(keeper->shops[i]);
    }
    keeper->soon = NULL;
    keeper->counters.batches++;
    answers_release(keeper, tasks, count, sink);
    arena_reset(&keeper->arena);
}

RESULT keeper_apart(struct keeper *keeper, int *out_fd)
{
    TRY(stretcher_new(&keeper->stretcher));
    *out_fd = stretcher_fd(keeper->stretcher);
    return errands_new(keeper->home, keeper->options.clock, *out_fd, &keeper->errands);
}

void keeper_resume(struct keeper *keeper, struct keeper_sink sink)
{
    struct keeper_ask asks[2 * STRETCH_WAITING_MAX];
    size_t count = stretcher_take(keeper->stretcher, asks, COUNT_OF(asks));
    keeper_run(keeper, asks, count, sink);
    stretcher_taken(keeper->stretcher);
    count = errands_take(keeper->errands, asks, COUNT_OF(asks)); /* behind what read the bell */
    keeper_run(keeper, asks, count, sink);
    errands_taken(keeper->errands);
}

void keeper_forget(struct keeper *keeper, const void *from)
{
    if (keeper->stretcher) stretcher_forget(keeper->stretcher, from);
    if (keeper->errands) errands_forget(keeper->errands, from);
    for (size_t i = 0; i < keeper->shop_count; i++) import_drop(keeper->shops[i]);
}

int64_t keeper_idle(struct keeper *keeper)
{
    int64_t now_us = clock_now(&keeper->options.clock);
    for (size_t i = 0; i < keeper->shop_count; i++) budget_tick(keeper->shops[i]->budgets, now_us);
    if (now_us - keeper->upkeep_us >= UPKEEP_EVERY_US || now_us < keeper->upkeep_us) {
        for (size_t i = 0; i < keeper->shop_count; i++) shop_upkeep(keeper, keeper->shops[i], false);
        keeper->upkeep_us = now_us;
    }
    int64_t next_us = keeper->upkeep_us + UPKEEP_EVERY_US - now_us, sends_us = sends_turn(keeper);
    if (sends_us < next_us) next_us = sends_us;
    int64_t portal_us = portal_turn(keeper);
    if (portal_us < next_us) next_us = portal_us;
    int64_t mails_us = mails_turn(keeper); /* behind the alerts and the portal, which may have queued some */
    int64_t jobs_us = jobs_turn(keeper);
    if (jobs_us < next_us) next_us = jobs_us;
    if (mails_us < next_us) next_us = mails_us;
    int64_t notices_us = notices_turn(keeper);
    return notices_us < next_us ? notices_us : next_us;
}

int keeper_word_fd(struct keeper *keeper, size_t which)
{
    struct mail_sender *sender = keeper->options.mail;
    struct carrier *carrier = keeper->options.carrier;
    if (which == 0) return sender ? sender->fd(sender) : -1;
    if (which == 2) return notices_fd(keeper);
    return carrier ? carrier->fd(carrier) : -1;
}
