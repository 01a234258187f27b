#include "redress_sim.h"

#include "answer/redress/campaign.h"
#include "answer/redress/check.h"
#include "keep/put.h"
#include "keeper/keeper_priv.h"
#include "prop.h"
#include "redress_model.h"
#include "world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    START_DAY = 20600,
    KEYS = 2,
    BATCH_MAX = 12,
    POSTINGS_MAX = 16384,
    KEPT_MAX = 4096,
    BODY_BYTES_MAX = 400,
    CALLS_A_RUN = 60,
    TOKEN_BYTES = 100,
    ID_BYTES = 40,
    TRIES_MAX = 50,
    WORTH_DAYS = 4 /* how long a campaign lasts at first */
};

/* A posting as its entry tells it. */
struct told {
    struct redress_posting posting;
    uint64_t index, reader;
};

/* An answer that an idempotency key gives again. */
struct kept {
    struct redress_ask ask;
    uint64_t index;
    size_t body_len;
    uint8_t body[BODY_BYTES_MAX];
};

struct life {
    struct world world;
    struct redress_model model;
    struct prop_rng rng;
    struct redress_said said;
    char tokens[KEYS + 1][TOKEN_BYTES];
    char ids[REDRESS_CAMPAIGNS + 1][ID_BYTES];
    uint64_t wanted[REDRESS_CAMPAIGNS + 1][REDRESS_PARTS + 1]; /* budgets as they were last asked for */
    char codes[REDRESS_CAMPAIGNS + 1][REDRESS_VERSIONS + 1][REDRESS_PARTS + 1][REDRESS_PEOPLE + 1]
              [VOUCHER_TEXT_BYTES];
    struct told *told;
    size_t told_count, cursor; /* cursor: how far the model is */
    uint64_t seen;             /* entries that were looked at */
    struct kept *kept;
    size_t kept_count;
    struct redress_ask again[BATCH_MAX]; /* was not answered: it is asked again */
    size_t again_count;
    unsigned idem_next;
    uint64_t next_id;
    bool doubt; /* of a crash: nobody knows which of its asks took effect */
    bool verbose;
};

static const struct {
    const char *parts[REDRESS_PARTS + 1], *names[REDRESS_PARTS + 1], *budget;
    uint64_t worth[REDRESS_PARTS + 1], budgets[REDRESS_PARTS + 1];
    unsigned part_count;
    bool money;
} offers[REDRESS_CAMPAIGNS + 1] = {
    {{NULL}, {NULL}, NULL, {0}, {0}, 0, false},
    {{NULL, "shop=90", "eats=120"}, {NULL, "shop", "eats"}, "eats=310", {0, 90, 120}, {0, 540, 310}, 2, true},
    {{NULL, "music=30 month", NULL}, {NULL, "music", NULL}, NULL, {0, 30, 0}, {0, 180, 0}, 1, false},
};

static bool wrong(struct life *life, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct life *life, const char *format, ...)
{
    if (!life->said.good) return false; /* the first one counts */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(life->said.text, sizeof life->said.text, format, args); /* cut is fine: it is talk */
    va_end(args);
    life->said.good = false;
    return false;
}

#define MUST(life, condition, ...)                           \
    do {                                                     \
        if (!(condition)) return wrong((life), __VA_ARGS__); \
    } while (0)

static bool chance(struct life *life, unsigned in_thousand)
{
    return prop_below(&life->rng, 1000) < in_thousand;
}

static unsigned from_one(struct life *life, size_t count)
{
    return 1 + (unsigned)prop_below(&life->rng, count);
}

static struct shop *shop_of(struct life *life)
{
    return life->world.keeper->shops[0];
}

/* The home opened to read, with its own keys. */
struct reading {
    struct home *home;
    struct shop *shop;
};

static void reading_done(struct reading *reading)
{
    shop_free(&reading->shop);
    home_free(&reading->home);
}

static bool reading_open(struct life *life, struct reading *out)
{
    struct result done = home_open(life->world.home, (struct slice){0}, false, &out->home);
    struct shop_options options = {out->home, "shop", world_clock(&life->world), SHOP_READER, NULL};
    if (done.code == CODE_OK) done = shop_open(&options, &out->shop);
    MUST(life, done.code == CODE_OK, "the home cannot be read: %s", result_text());
    return true;
}

/* Postings that came into the ledger since it was looked at last. */
static bool told_read(struct life *life, struct shop *shop)
{
    for (; life->seen < ledger_durable(shop->ledger); life->seen++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct entry entry = {0};
        struct result got = ledger_entry(shop->ledger, life->seen, &bytes, NULL);
        if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
        MUST(life, got.code == CODE_OK, "entry %llu: %s", (unsigned long long)life->seen, result_text());
        if (entry.kind != ENTRY_VOUCHER) continue;
        assert(life->told_count < POSTINGS_MAX);
        life->told[life->told_count++] =
            (struct told){.posting = {(enum voucher_act)entry.object_kind, (unsigned)(entry.object_id >> 8),
                                      (unsigned)(entry.object_id & 0xff), entry.count},
                          .index = life->seen,
                          .reader = entry.reader};
    }
    return true;
}

static bool posting_same(const struct redress_posting *a, const struct redress_posting *b)
{
    return a->act == b->act && a->campaign == b->campaign && a->part == b->part && a->amount == b->amount;
}

static bool told_is(struct life *life, const struct redress_posting *want, uint64_t reader)
{
    MUST(life, life->cursor < life->told_count, "the books lack: act %d, campaign %u, part %u, %llu",
         (int)want->act, want->campaign, want->part, (unsigned long long)want->amount);
    const struct told *got = &life->told[life->cursor++];
    MUST(life, posting_same(&got->posting, want) && got->reader == reader,
         "entry %llu: act %d, campaign %u, part %u, %llu by %llx; not act %d, campaign %u, part %u, %llu by "
         "%llx",
         (unsigned long long)got->index, (int)got->posting.act, got->posting.campaign, got->posting.part,
         (unsigned long long)got->posting.amount, (unsigned long long)got->reader, (int)want->act,
         want->campaign, want->part, (unsigned long long)want->amount, (unsigned long long)reader);
    life->said.postings++;
    return true;
}

static bool lapse_due(const struct life *life)
{
    for (uint64_t i = 1; i <= life->model.taking_count; i++) {
        int64_t due_us = life->model.takings[i].due_us;
        if (due_us > 0 && due_us <= life->model.now_us) return true;
    }
    return false;
}

/* A budget that was put, or what nobody can use any more: the ledger says when, the model whether it may be. */
static bool budget_told(struct life *life, const struct told *at)
{
    unsigned campaign = at->posting.campaign, part = at->posting.part;
    MUST(life, campaign >= 1 && campaign <= REDRESS_CAMPAIGNS && part >= 1 && part <= REDRESS_PARTS,
         "entry %llu: of no campaign", (unsigned long long)at->index);
    struct redress_part *of = &life->model.campaigns[campaign].parts[part];
    struct redress_posting want = {at->posting.act, campaign, part, 0};
    if (at->posting.act == ACT_VOUCHER_FUND) {
        want.amount = life->wanted[campaign][part] - of->budget;
        of->budget = life->wanted[campaign][part];
    } else {
        uint64_t open = redress_open(&life->model, campaign, part);
        uint64_t kept = redress_kept(&life->model, campaign, part);
        MUST(life, life->model.now_us >= life->model.campaigns[campaign].until_us && open > kept,
             "entry %llu: expired before its time", (unsigned long long)at->index);
        want.amount = open - kept;
        of->expired += want.amount;
        life->said.expired++;
    }
    return told_is(life, &want, reader_no(READER_SYSTEM, 0));
}

/* What the keeper does around every ask. False with `*more` when a crash came before it, or what is wrong. */
static bool settle(struct life *life, bool *more)
{
    *more = true;
    for (;;) {
        const struct told *at = life->cursor < life->told_count ? &life->told[life->cursor] : NULL;
        if (lapse_due(life)) {
            struct redress_posting want = {0};
            if (!at && life->doubt) {
                *more = false;
                return true;
            }
            (void)redress_lapse(&life->model, &want);
            if (!told_is(life, &want, reader_no(READER_SYSTEM, 0))) return false;
            life->said.lapsed++;
            continue;
        }
        if (!at || (at->posting.act != ACT_VOUCHER_FUND && at->posting.act != ACT_VOUCHER_EXPIRE))
            return true;
        if (!budget_told(life, at)) return false;
    }
}

/* What is left in the ledger came from no ask. */
static bool rest_follow(struct life *life)
{
    bool more = true;
    while (life->cursor < life->told_count && more) {
        size_t before = life->cursor;
        if (!settle(life, &more)) return false;
        MUST(life, life->cursor > before, "entry %llu: a posting that nobody asked for",
             (unsigned long long)life->told[before].index);
    }
    return true;
}

static uint64_t reader_of(unsigned who)
{
    return who == 0 ? reader_no(READER_OPERATOR, 0) : reader_no(READER_KEY, who + 1); /* 1: the admin's */
}

static struct kept *kept_find(struct life *life, const struct redress_ask *ask)
{
    for (size_t i = 0; i < life->kept_count && ask->idem != 0; i++) {
        struct kept *at = &life->kept[i];
        if (at->ask.who == ask->who && at->ask.idem == ask->idem) return at;
    }
    return NULL;
}

static void part_put(struct life *life, unsigned campaign, unsigned part, struct buf *out)
{
    bool money = offers[campaign].money;
    put_id(shop_of(life), out, "campaign", ID_CAMPAIGN, campaign);
    put_text(out, "part", slice_text(offers[campaign].names[part]));
    put_text(out, money ? "currency" : "unit", money ? SLICE_TEXT("KRW") : SLICE_TEXT("month"));
}

static void body_moved(struct life *life, uint64_t taking, uint64_t amount, struct buf *out)
{
    static const char *const names[] = {"?", "reserved", "captured", "voided", "lapsed"};
    const struct redress_taking *at = &life->model.takings[taking];
    cbor_map(out, at->state == TAKING_RESERVED ? 10 : 9);
    put_id(shop_of(life), out, "redemption", ID_REDEMPTION, taking);
    put_text(out, "state", slice_text(names[at->state]));
    part_put(life, at->campaign, at->part, out);
    put_number(out, "amount", amount);
    put_number(out, "captured", at->taken);
    put_number(out, "refunded", at->back);
    put_number(out, "left", redress_left(&life->model, at->campaign, at->part, at->person));
    if (at->state == TAKING_RESERVED) put_time(out, "until", at->due_us);
}

static void body_checked(struct life *life, const struct redress_ask *ask, struct buf *out)
{
    const struct redress_campaign *of = &life->model.campaigns[ask->campaign];
    uint64_t open = redress_open(&life->model, ask->campaign, ask->part);
    uint64_t left = redress_left(&life->model, ask->campaign, ask->part, ask->person);
    int64_t until_us = redress_until(&life->model, ask->campaign, ask->part, ask->person);
    bool over = life->model.now_us >= until_us, early = life->model.now_us < of->from_us;
    cbor_map(out, 10);
    part_put(life, ask->campaign, ask->part, out);
    put_number(out, "worth", of->parts[ask->part].worth);
    put_number(out, "left", left);
    put_number(out, "reserved", redress_held(&life->model, ask->campaign, ask->part, ask->person));
    put_number(out, "usable", over || early ? 0 : left < open ? left : open);
    put_text(out, "state", slice_text(over ? "ended" : early ? "early" : left == 0 ? "used" : "good"));
    put_time(out, "from", of->from_us);
    put_time(out, "until", until_us);
}

/* What it must be answered. */
struct want {
    enum cause cause;
    bool replayed, posted;
    uint64_t index;
    struct buf body;
};

/* An answer that its key will give again; whoever asked may never have seen it. */
static void keep(struct life *life, const struct redress_ask *ask, const struct want *want)
{
    assert(life->kept_count < KEPT_MAX && want->body.len <= BODY_BYTES_MAX);
    struct kept *at = &life->kept[life->kept_count++];
    *at = (struct kept){.ask = *ask, .index = want->index, .body_len = want->body.len};
    memcpy(at->body, want->body.at, want->body.len);
}

static bool ask_same(const struct redress_ask *a, const struct redress_ask *b)
{
    bool code = a->campaign == b->campaign && a->part == b->part && a->person == b->person &&
                a->version == b->version;
    bool named = a->named_campaign == b->named_campaign && a->named_part == b->named_part;
    return a->verb == b->verb && a->taking == b->taking && a->amount == b->amount &&
           a->seconds == b->seconds && code && named;
}

/* The ask takes effect now. `*more` false: not before the crash. */
static bool ask_expect(struct life *life, const struct redress_ask *ask, struct want *want, bool *more)
{
    struct redress_posting posting = {0};
    uint64_t taking = 0;
    const struct kept *kept = NULL;
    if (!settle(life, more)) return false;
    if (!*more || (life->doubt && life->cursor == life->told_count)) {
        *more = false;
        return true;
    }
    kept = ask->verb == VERB_VOUCHER_CHECK ? NULL : kept_find(life, ask);
    if (kept) {
        want->replayed = ask_same(&kept->ask, ask);
        want->cause = want->replayed ? CAUSE_OK : CAUSE_IDEMPOTENCY_BODY;
        want->index = kept->index;
        buf_put(&want->body, kept->body, kept->body_len);
        return true;
    }
    want->cause = redress_expect(&life->model, ask, &posting, &taking);
    if (want->cause == CAUSE_OK && posting.act == 0) body_checked(life, ask, &want->body);
    if (want->cause != CAUSE_OK || posting.act == 0) return true;
    if (!told_is(life, &posting, reader_of(ask->who))) return false;
    want->posted = true;
    want->index = life->told[life->cursor - 1].index;
    body_moved(life, taking, posting.amount, &want->body);
    if (ask->idem != 0) keep(life, ask, want);
    const char *sums = redress_sums(&life->model);
    MUST(life, !sums, "%s", sums);
    return true;
}

static bool answer_same(struct life *life, const struct redress_ask *ask, const struct heard *heard,
                        const struct want *want)
{
    const char *name = verb_row(ask->verb)->name;
    MUST(life, heard->head.cause == want->cause, "%s: is answered %s, not %s: %.*s", name,
         cause_row(heard->head.cause)->slug, cause_row(want->cause)->slug, (int)heard->body.len,
         (const char *)heard->body.at);
    if (want->cause != CAUSE_OK) {
        life->said.refused++;
        return true;
    }
    bool receipt = heard->head.flags & ANSWER_RECEIPT, again = heard->head.flags & ANSWER_REPLAYED;
    MUST(life, again == want->replayed, "%s: %s given again", name, again ? "was" : "was not");
    MUST(life, receipt == (want->posted || want->replayed), "%s: receipt", name);
    MUST(life, !receipt || heard->head.index == want->index, "%s: the receipt is of entry %llu, not %llu",
         name, (unsigned long long)heard->head.index, (unsigned long long)want->index);
    MUST(life, slice_equal(buf_slice(&heard->body), buf_slice(&want->body)), "%s: another answer", name);
    life->said.replays += again;
    return true;
}

/* One ask that was answered, or may have been before the crash. `*more` false: it was not. */
static bool answer_follow(struct life *life, const struct redress_ask *ask, const struct heard *heard,
                          bool *more)
{
    struct want want = {0};
    bool good = ask_expect(life, ask, &want, more);
    if (life->verbose)
        (void)fprintf(stderr, "  %s by %u: %s%s\n", verb_row(ask->verb)->name, ask->who,
                      cause_row(want.cause)->slug, life->doubt ? " (in doubt)" : "");
    good = good && (life->doubt || answer_same(life, ask, heard, &want));
    buf_done(&want.body);
    return good;
}

static bool answers_follow(struct life *life, const struct redress_ask *asks, size_t count, uint64_t failed)
{
    bool more = true;
    for (size_t i = 0; i < count && more; i++) {
        const struct heard *heard = &life->world.heard[i];
        const char *name = verb_row(asks[i].verb)->name;
        bool undone = !life->doubt && cause_row(heard->head.cause)->code == CODE_UNAVAILABLE;
        MUST(life, life->doubt || heard->any, "%s: was not answered", name);
        MUST(life, !undone || failed > 0, "%s: unavailable without a reason", name);
        if (undone) {
            life->again[life->again_count++] = asks[i];
        } else if (!answer_follow(life, &asks[i], heard, &more)) {
            return false;
        }
    }
    return rest_follow(life);
}

/* Rows of the store against the model. */
static RESULT account_same(void *context, const struct account_row *row)
{
    struct life *life = context;
    const struct redress_part *of = &life->model.campaigns[row->campaign].parts[row->part];
    uint64_t used = redress_used(&life->model, row->campaign, row->part, 0);
    if (row->budget != of->budget || row->expired != of->expired ||
        row->open != redress_open(&life->model, row->campaign, row->part) ||
        row->reserved != redress_held(&life->model, row->campaign, row->part, 0) ||
        row->used - row->refunded != used)
        (void)wrong(life, "the account of campaign %u, part %u is another", row->campaign, row->part);
    return OK;
}

static RESULT voucher_same(void *context, const struct voucher_row *row)
{
    struct life *life = context;
    unsigned person = (unsigned)row->at.serial;
    if (row->used != redress_used(&life->model, row->at.campaign, row->at.part, person) ||
        row->reserved != redress_held(&life->model, row->at.campaign, row->at.part, person))
        (void)wrong(life, "the voucher of campaign %u, part %u, customer %u is another", row->at.campaign,
                    row->at.part, person);
    return OK;
}

static RESULT taking_same(void *context, const struct redemption_row *row)
{
    struct life *life = context;
    const struct redress_taking *at = &life->model.takings[row->id % REDRESS_TAKINGS_MAX];
    if (row->id > life->model.taking_count || row->at.campaign != at->campaign || row->at.part != at->part ||
        row->at.serial != at->person || row->state != at->state || row->reserved != at->reserved ||
        row->captured != at->taken || row->refunded != at->back || row->made_us != at->made_us ||
        row->due_us != at->due_us || row->reader != reader_of(at->who))
        (void)wrong(life, "redemption %llu is another", (unsigned long long)row->id);
    return OK;
}

static bool home_same(struct life *life)
{
    SCOPED(reading_done) struct reading reading = {0};
    uint64_t postings = 0, last = 0;
    if (!reading_open(life, &reading)) return false;
    struct store *store = reading.shop->store;
    struct result got = redress_check(reading.shop, &postings);
    MUST(life, got.code == CODE_OK, "verify: %s", result_text());
    MUST(life, postings == life->cursor, "verify added up %llu postings, not %zu",
         (unsigned long long)postings, life->cursor);
    got = store->voucher->account_each(store, account_same, life);
    if (got.code == CODE_OK) got = store->voucher->each(store, voucher_same, life);
    if (got.code == CODE_OK) got = store->voucher->taken_each(store, taking_same, life);
    if (got.code == CODE_OK) got = store->voucher->taken_last(store, &last);
    MUST(life, got.code == CODE_OK, "the store cannot be read: %s", result_text());
    MUST(life, last == life->model.taking_count, "%llu redemptions are stored, not %llu",
         (unsigned long long)last, (unsigned long long)life->model.taking_count);
    return life->said.good;
}

static bool keeper_up(struct life *life)
{
    world_calm(&life->world);
    struct result opened = world_open(&life->world);
    MUST(life, opened.code == CODE_OK, "the keeper does not open: %s (%s)", result_text(), result_place());
    return told_read(life, shop_of(life));
}

static void trouble_plan(struct life *life)
{
    struct fault_plan *plan = &life->world.plan;
    world_calm(&life->world);
    uint64_t at = plan->calls + 1 + prop_below(&life->rng, 1 + prop_below(&life->rng, CALLS_A_RUN));
    if (chance(life, 150)) {
        plan->fail_at = at;
        plan->fail_count = 1 + prop_below(&life->rng, 3);
        plan->cause = chance(life, 500) ? CAUSE_DISK_FULL : CAUSE_UNAVAILABLE;
    } else if (chance(life, 120)) {
        plan->crash_at = at;
        plan->crash = (enum fault_crash)(CRASH_BEFORE + prop_below(&life->rng, 3));
        life->world.cut = prop_u64(&life->rng);
    }
}

/* It is started again from what a killed process left; the books say how far it came. */
static bool crash_follow(struct life *life, const struct redress_ask *asks, size_t count)
{
    life->said.crashes++;
    struct result done = world_recover(&life->world);
    MUST(life, done.code == CODE_OK, "recovery: %s", result_text());
    if (!keeper_up(life)) return false;
    life->doubt = true;
    bool good = answers_follow(life, asks, count, 0);
    life->doubt = false;
    for (size_t i = 0; i < count; i++) life->again[life->again_count++] = asks[i]; /* nobody was answered */
    return good && home_same(life);
}

static void frame_make(struct life *life, const struct ask_head *head, const union any_ask *any,
                       struct buf *out)
{
    struct ask_head said = *head;
    said.id = ++life->next_id;
    memcpy(said.network, ((const uint8_t[NETWORK_BYTES]){[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}),
           NETWORK_BYTES);
    struct result done = ask_write(&said, any, out);
    assert(done.code == CODE_OK);
}

/* A code that nobody has, with a good check symbol. */
static void code_nobodys(struct life *life, char out[VOUCHER_TEXT_BYTES + 1])
{
    static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct ff1_halves numerals = {0};
    for (size_t i = 0; i < VOUCHER_TEXT_BYTES; i++)
        out[i] = i % 5 == 4 ? '-' : signs[prop_below(&life->rng, 32)];
    out[VOUCHER_TEXT_BYTES] = 0;
    for (size_t i = 0; i < 32; i++) {
        out[VOUCHER_TEXT_BYTES - 1] = signs[i];
        if (code_typed(slice_text(out), &numerals) == TYPED_CODE) return;
    }
    abort();
}

static void ask_frame(struct life *life, const struct redress_ask *ask, struct buf *out)
{
    union any_ask any = {0};
    char code[VOUCHER_TEXT_BYTES + 1] = "", idem[TOKEN_BYTES];
    SCOPED(buf_done) struct buf id = {0};
    struct ask_head head = {.verb = ask->verb, .bearer = slice_text(life->tokens[ask->who])};
    (void)snprintf(idem, sizeof idem, "order-%u", ask->idem);
    if (ask->idem != 0) head.idempotency = slice_text(idem);
    id_put(shop_of(life), ID_REDEMPTION, ask->taking, &id);
    if (ask->campaign == 0) {
        code_nobodys(life, code);
    } else {
        memcpy(code, life->codes[ask->campaign][ask->version][ask->part][ask->person], VOUCHER_TEXT_BYTES);
    }
    struct slice campaign = slice_text(ask->named_campaign ? life->ids[ask->named_campaign] : "");
    struct slice part = slice_text(ask->named_part ? offers[ask->campaign].names[ask->named_part] : "");
    switch ((unsigned)ask->verb) {
    case VERB_VOUCHER_CHECK:
        any.voucher_check =
            (struct voucher_check_ask){.code = slice_text(code), .campaign = campaign, .part = part};
        break;
    case VERB_VOUCHER_RESERVE:
        any.voucher_reserve = (struct voucher_reserve_ask){.code = slice_text(code),
                                                           .campaign = campaign,
                                                           .part = part,
                                                           .amount = ask->amount,
                                                           .seconds = ask->seconds};
        break;
    case VERB_VOUCHER_REDEEM:
        any.voucher_redeem = (struct voucher_redeem_ask){
            .code = slice_text(code), .campaign = campaign, .part = part, .amount = ask->amount};
        break;
    case VERB_VOUCHER_CAPTURE:
        any.voucher_capture = (struct voucher_capture_ask){buf_slice(&id), ask->amount};
        break;
    case VERB_VOUCHER_VOID:
        any.voucher_void = (struct voucher_void_ask){buf_slice(&id)};
        break;
    default:
        any.voucher_refund = (struct voucher_refund_ask){buf_slice(&id), ask->amount};
        break;
    }
    frame_make(life, &head, &any, out);
}

static struct redress_ask some_ask(struct life *life)
{
    static const enum verb verbs[] = {VERB_VOUCHER_REDEEM,  VERB_VOUCHER_REDEEM, VERB_VOUCHER_RESERVE,
                                      VERB_VOUCHER_RESERVE, VERB_VOUCHER_REFUND, VERB_VOUCHER_CAPTURE,
                                      VERB_VOUCHER_CAPTURE, VERB_VOUCHER_VOID,   VERB_VOUCHER_CHECK};
    if (life->kept_count > 0 && chance(life, 120)) { /* an order is sent again, days later */
        struct redress_ask ask = life->kept[prop_below(&life->rng, life->kept_count)].ask;
        if (chance(life, 100) && ask.verb != VERB_VOUCHER_VOID) ask.amount++; /* which is another order */
        return ask;
    }
    struct redress_ask ask = {.verb = verbs[prop_below(&life->rng, COUNT_OF(verbs))],
                              .who = (unsigned)prop_below(&life->rng, KEYS + 1),
                              .amount = prop_below(&life->rng, chance(life, 100) ? 100 : 8)};
    if (chance(life, 400) && ask.verb != VERB_VOUCHER_CHECK) ask.idem = ++life->idem_next;
    if (ask.verb == VERB_VOUCHER_CAPTURE || ask.verb == VERB_VOUCHER_VOID ||
        ask.verb == VERB_VOUCHER_REFUND) {
        uint64_t count = life->model.taking_count, recent = count < 12 ? count : 12;
        ask.taking = count + 1 - (recent > 0 && !chance(life, 30) ? from_one(life, recent) : 0);
        if (ask.verb == VERB_VOUCHER_VOID) ask.amount = 0;
        return ask;
    }
    ask.seconds = ask.verb == VERB_VOUCHER_RESERVE ? from_one(life, 3600) : 0;
    if (ask.verb == VERB_VOUCHER_CHECK) ask.amount = 0;
    if (chance(life, 8)) return ask; /* a guess */
    ask.campaign = from_one(life, REDRESS_CAMPAIGNS);
    const struct redress_campaign *of = &life->model.campaigns[ask.campaign];
    ask.part = from_one(life, of->part_count);
    ask.person = from_one(life, REDRESS_PEOPLE);
    ask.version = chance(life, 50) ? from_one(life, of->version) : of->version;
    if (!of->given[ask.version]) ask.version--; /* whoever has a code that was not handed out: see trip() */
    if (chance(life, 30)) ask.named_campaign = from_one(life, REDRESS_CAMPAIGNS);
    if (chance(life, 30)) ask.named_part = from_one(life, of->part_count);
    return ask;
}

/* What a batch of checkouts asks, and behind it one ask of who runs campaigns, unless it is empty. */
static void batch_run(struct life *life, const struct redress_ask *asks, size_t count, struct slice last)
{
    struct world_ask frames[BATCH_MAX + 1];
    struct buf bytes[BATCH_MAX] = {{0}};
    for (size_t i = 0; i < count; i++) {
        ask_frame(life, &asks[i], &bytes[i]);
        frames[i] = (struct world_ask){slice_from(buf_slice(&bytes[i]), 4), asks[i].who == 0};
    }
    frames[count] = (struct world_ask){last, true};
    world_run(&life->world, frames, count + (last.len > 0));
    for (size_t i = 0; i < count; i++) buf_done(&bytes[i]);
    life->said.asks += count;
}

static bool run_once(struct life *life)
{
    struct redress_ask asks[BATCH_MAX];
    size_t fresh = from_one(life, BATCH_MAX), count = 0;
    for (size_t i = 0; i < life->again_count; i++) asks[count++] = life->again[i];
    life->again_count = 0;
    while (count < fresh) asks[count++] = some_ask(life);
    trouble_plan(life);
    batch_run(life, asks, count, (struct slice){0});
    if (life->world.plan.dead) return crash_follow(life, asks, count);
    uint64_t failed = life->world.plan.failed;
    life->said.faults += failed;
    world_calm(&life->world);
    return told_read(life, shop_of(life)) && answers_follow(life, asks, count, failed);
}

/*
 * One ask of who runs campaigns, again and again until it is answered; only what it changed is in doubt meanwhile. At
 * first it comes in one batch with others, which ask before it.
 */
static bool insist(struct life *life, const struct ask_head *head, const union any_ask *any, bool trouble,
                   struct heard **out)
{
    struct redress_ask asks[BATCH_MAX];
    size_t count = trouble && life->again_count == 0 ? prop_below(&life->rng, BATCH_MAX / 2) : 0;
    for (size_t i = 0; i < count; i++) asks[i] = some_ask(life);
    for (size_t i = 0; i < TRIES_MAX; i++, count = 0) {
        SCOPED(buf_done) struct buf frame = {0};
        frame_make(life, head, any, &frame);
        world_calm(&life->world);
        if (trouble) trouble_plan(life);
        batch_run(life, asks, count, slice_from(buf_slice(&frame), 4));
        if (life->world.plan.dead) {
            if (!crash_follow(life, asks, count)) return false;
            continue;
        }
        uint64_t failed = life->world.plan.failed;
        life->said.faults += failed;
        world_calm(&life->world);
        if (!told_read(life, shop_of(life)) || !answers_follow(life, asks, count, failed)) return false;
        *out = &life->world.heard[count];
        if (cause_row((*out)->head.cause)->code != CODE_UNAVAILABLE) return true;
    }
    return wrong(life, "%s: was never answered", verb_row(head->verb)->name);
}

static bool good(struct life *life, enum verb verb, const union any_ask *any, bool trouble,
                 struct heard **out)
{
    char idem[TOKEN_BYTES];
    (void)snprintf(idem, sizeof idem, "run-%u", ++life->idem_next);
    struct ask_head head = {.verb = verb, .idempotency = slice_text(idem)};
    if (verb == VERB_CAMPAIGN_CODES)
        head.idempotency = (struct slice){0}; /* begun anew: with the same codes */
    if (!insist(life, &head, any, trouble, out)) return false;
    MUST(life, (*out)->head.cause == CAUSE_OK, "%s: %s: %.*s", verb_row(verb)->name,
         cause_row((*out)->head.cause)->slug, (int)(*out)->body.len, (const char *)(*out)->body.at);
    return true;
}

/* The text of one member of an answer. */
static bool member(struct life *life, const struct heard *heard, const char *name, char *out, size_t room)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0;
    struct slice key = {0}, text = {0};
    if (cbor_read_map(&reader, &pairs).code == CODE_OK) {
        for (size_t i = 0; i < pairs; i++) {
            if (cbor_read_text(&reader, &key).code != CODE_OK ||
                cbor_read_text(&reader, &text).code != CODE_OK)
                break;
            if (!slice_is(key, name) || text.len >= room) continue;
            memcpy(out, text.at, text.len);
            out[text.len] = 0;
            return true;
        }
    }
    return wrong(life, "an answer without %s", name);
}

/* Codes of the newest version, made by the campaign's own key beside the keeper. */
static bool codes_make(struct life *life, unsigned campaign)
{
    SCOPED(reading_done) struct reading reading = {0};
    struct campaign_spec spec = {0};
    if (!reading_open(life, &reading)) return false;
    struct result got = campaign_read(body_row(&reading.shop->access.redress, campaign), &spec);
    MUST(life, got.code == CODE_OK && spec.version == life->model.campaigns[campaign].version,
         "campaign %u has codes of version %u, not %u", campaign, spec.version,
         life->model.campaigns[campaign].version);
    SECRET key = {{0}}, derived = {{0}};
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    got = keyring_key(reading.shop->keyring, KEY_VOUCHER, 0, spec.epochs[spec.version - 1], &key);
    if (got.code == CODE_OK) {
        hkdf(reading.shop->crypto, &key, "amanah voucher codes 1", (struct slice){0}, &derived);
        got = voucher_codes_new(reading.shop->crypto, &derived, &codes);
    }
    for (unsigned part = 1; part <= spec.part_count && got.code == CODE_OK; part++) {
        const struct code_of of = {campaign, part, spec.version};
        got = voucher_codes_make(codes, of, 1, REDRESS_PEOPLE, &life->codes[campaign][spec.version][part][1]);
    }
    MUST(life, got.code == CODE_OK, "codes: %s", result_text());
    return true;
}

static bool hand_out(struct life *life, unsigned campaign, bool trouble)
{
    struct heard *heard = NULL;
    struct redress_campaign *of = &life->model.campaigns[campaign];
    const union any_ask any = {.campaign_codes = {.id = slice_text(life->ids[campaign])}};
    if (of->given[of->version] || of->halted) return true;
    if (!good(life, VERB_CAMPAIGN_CODES, &any, trouble, &heard)) return false;
    of->given[of->version] = true;
    return true;
}

static bool rekey(struct life *life, unsigned campaign)
{
    struct heard *heard = NULL;
    struct redress_campaign *of = &life->model.campaigns[campaign];
    const union any_ask any = {.campaign_rekey = {.id = slice_text(life->ids[campaign])}};
    if (of->version == REDRESS_VERSIONS) return true;
    if (!good(life, VERB_CAMPAIGN_REKEY, &any, true, &heard)) return false;
    of->version++;
    of->halted = false;
    life->said.rekeys++;
    return codes_make(life, campaign);
}

/* A code comes that was never handed out: its campaign is stopped, and says so when somebody looks. */
static bool trip(struct life *life, unsigned campaign)
{
    struct heard *heard = NULL;
    struct redress_campaign *of = &life->model.campaigns[campaign];
    if (of->given[of->version] && !rekey(life, campaign)) return false;
    if (of->given[of->version]) return true;
    const char *code = life->codes[campaign][of->version][1][1];
    const struct ask_head head = {.verb = VERB_VOUCHER_CHECK};
    const union any_ask any = {.voucher_check = {.code = {(const uint8_t *)code, VOUCHER_TEXT_BYTES}}};
    if (!insist(life, &head, &any, true, &heard)) return false;
    MUST(life, heard->head.cause == CAUSE_VOUCHER_UNKNOWN, "a code of nobody: %s",
         cause_row(heard->head.cause)->slug);
    of->halted = true;
    life->said.trips++;
    SCOPED(reading_done) struct reading reading = {0};
    struct campaign_spec spec = {0};
    if (!reading_open(life, &reading)) return false;
    struct result got = campaign_read(body_row(&reading.shop->access.redress, campaign), &spec);
    MUST(life, got.code == CODE_OK && spec.state == CAMPAIGN_HALTED, "campaign %u was not stopped", campaign);
    return true;
}

/* Longer, and more money: to the better, so it is announced again and nothing else. */
static bool extend(struct life *life, unsigned campaign)
{
    struct heard *heard = NULL;
    struct redress_campaign *of = &life->model.campaigns[campaign];
    char budget[TOKEN_BYTES];
    SCOPED(buf_done) struct buf until = {0};
    if (of->halted) return true;
    int64_t until_us = (of->until_us > life->model.now_us ? of->until_us : life->model.now_us) + 2 * DAY_US;
    uint64_t more = life->wanted[campaign][1] + prop_below(&life->rng, 9);
    time_put(&until, until_us);
    (void)snprintf(budget, sizeof budget, "%s=%llu", offers[campaign].names[1], (unsigned long long)more);
    const struct slice budgets[] = {slice_text(budget)};
    const union any_ask any = {.campaign_change = {.id = slice_text(life->ids[campaign]),
                                                   .until = buf_slice(&until),
                                                   .budgets = {budgets, 1}}};
    life->wanted[campaign][1] = more;
    if (!good(life, VERB_CAMPAIGN_CHANGE, &any, true, &heard)) return false;
    of->until_us = until_us;
    MUST(life, of->parts[1].budget == more, "campaign %u: its budget was not put", campaign);
    return true;
}

static bool campaign_open(struct life *life, unsigned campaign)
{
    struct heard *heard = NULL;
    struct redress_campaign *of = &life->model.campaigns[campaign];
    SCOPED(buf_done) struct buf until = {0};
    struct slice parts[REDRESS_PARTS], budgets[1] = {{0}};
    *of = (struct redress_campaign){.version = 1,
                                    .part_count = offers[campaign].part_count,
                                    .from_us = life->model.now_us,
                                    .until_us = life->model.now_us + WORTH_DAYS * DAY_US,
                                    .refund_days = 1};
    time_put(&until, of->until_us);
    for (unsigned part = 1; part <= of->part_count; part++) {
        parts[part - 1] = slice_text(offers[campaign].parts[part]);
        of->parts[part].worth = offers[campaign].worth[part];
        life->wanted[campaign][part] = offers[campaign].budgets[part];
    }
    if (offers[campaign].budget) budgets[0] = slice_text(offers[campaign].budget);
    const union any_ask any = {
        .campaign_open = {
            .title = SLICE_TEXT("sorry"),
            .who = SLICE_TEXT("all"),
            .parts = {parts, of->part_count},
            .budgets = {budgets, offers[campaign].budget ? 1 : 0},
            .currency = offers[campaign].money ? SLICE_TEXT("KRW") : (struct slice){0},
            .until = buf_slice(&until),
            .refund_days = 1,
            .recipient = SLICE_TEXT("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"),
            .terms_en = SLICE_TEXT("Good."),
            .terms_id = SLICE_TEXT("Baik."),
            .terms_ko = SLICE_TEXT("\xec\xa2\x8b\xec\x8a\xb5\xeb\x8b\x88\xeb\x8b\xa4."),
        }};
    if (!good(life, VERB_CAMPAIGN_OPEN, &any, false, &heard) ||
        !member(life, heard, "id", life->ids[campaign], ID_BYTES))
        return false;
    const union any_ask announce = {.campaign_announce = {.id = slice_text(life->ids[campaign])}};
    return good(life, VERB_CAMPAIGN_ANNOUNCE, &announce, false, &heard) && codes_make(life, campaign) &&
           hand_out(life, campaign, false);
}

static bool customers_make(struct life *life)
{
    struct heard *heard = NULL;
    for (unsigned i = 1; i <= REDRESS_PEOPLE; i++) {
        char ref[TOKEN_BYTES];
        (void)snprintf(ref, sizeof ref, "C-%u", i);
        const union any_ask any = {.subject_create = {.ref = slice_text(ref)}};
        if (!good(life, VERB_SUBJECT_CREATE, &any, false, &heard)) return false;
    }
    return true;
}

static bool checkouts_make(struct life *life)
{
    struct heard *heard = NULL;
    const struct slice purpose[] = {SLICE_TEXT("billing")}, act[] = {SLICE_TEXT("redeem")};
    const union any_ask role = {
        .role_put = {.name = SLICE_TEXT("checkout"), .purposes = {purpose, 1}, .acts = {act, 1}}};
    if (!good(life, VERB_ROLE_PUT, &role, false, &heard)) return false;
    for (unsigned i = 1; i <= KEYS; i++) {
        const union any_ask key = {.key_issue = {.role = SLICE_TEXT("checkout"), .days = 90}};
        const struct ask_head head = {.verb = VERB_KEY_ISSUE};
        if (!insist(life, &head, &key, false, &heard) ||
            !member(life, heard, "key", life->tokens[i], TOKEN_BYTES))
            return false;
    }
    return true;
}

static void clock_move(struct life *life)
{
    int64_t step = (int64_t)prop_below(&life->rng, 120) * SECOND_US;
    if (chance(life, 100)) step = (int64_t)prop_below(&life->rng, 5) * HOUR_US;
    if (chance(life, 20)) step = (int64_t)prop_below(&life->rng, 40) * HOUR_US;
    if (chance(life, 20)) step = -(int64_t)prop_below(&life->rng, 90) * SECOND_US;
    life->world.now_us += step + (int64_t)prop_below(&life->rng, SECOND_US);
    life->model.now_us = life->world.now_us;
}

/* Nobody asks; upkeep does what is due by itself. */
static bool rest_once(struct life *life)
{
    trouble_plan(life);
    (void)keeper_idle(life->world.keeper); /* it says when it wants to be called again */
    if (life->world.plan.dead) return crash_follow(life, NULL, 0);
    life->said.faults += life->world.plan.failed;
    world_calm(&life->world);
    return told_read(life, shop_of(life)) && rest_follow(life);
}

static bool restart_once(struct life *life)
{
    trouble_plan(life);
    world_close(&life->world);
    if (life->world.plan.dead) return crash_follow(life, NULL, 0);
    return keeper_up(life) && rest_follow(life) && home_same(life);
}

static bool step_once(struct life *life)
{
    unsigned campaign = from_one(life, REDRESS_CAMPAIGNS);
    size_t what = prop_below(&life->rng, 1000);
    clock_move(life);
    if (life->again_count > 0 || what < 850) return run_once(life);
    if (what < 890) return rest_once(life);
    if (what < 920) return restart_once(life);
    if (what < 935) return rekey(life, campaign);
    if (what < 945) return trip(life, campaign);
    if (what < 970) return hand_out(life, campaign, true);
    if (what < 985) return extend(life, campaign);
    return home_same(life);
}

/* A minute after the last ask nothing is reserved that lapsed, and nothing open that nobody can use. */
static bool end(struct life *life)
{
    struct heard *heard = NULL;
    life->world.now_us += 2 * MINUTE_US;
    life->model.now_us = life->world.now_us;
    const union any_ask any = {.campaign_show = {.id = slice_text(life->ids[1])}};
    const struct ask_head head = {.verb = VERB_CAMPAIGN_SHOW};
    if (!insist(life, &head, &any, false, &heard)) return false;
    MUST(life, !lapse_due(life), "a reservation did not lapse");
    for (unsigned campaign = 1; campaign <= REDRESS_CAMPAIGNS; campaign++) {
        const struct redress_campaign *of = &life->model.campaigns[campaign];
        for (unsigned part = 1; part <= of->part_count && life->model.now_us >= of->until_us; part++) {
            MUST(life,
                 redress_open(&life->model, campaign, part) <= redress_kept(&life->model, campaign, part),
                 "campaign %u, part %u: what nobody can use has not expired", campaign, part);
        }
    }
    return home_same(life);
}

static bool live(struct life *life)
{
    if (!keeper_up(life) || !customers_make(life) || !checkouts_make(life)) return false;
    for (unsigned campaign = 1; campaign <= REDRESS_CAMPAIGNS; campaign++) {
        if (!campaign_open(life, campaign)) return false;
    }
    for (unsigned step = 0; step < REDRESS_STEPS; step++) {
        if (life->verbose) (void)fprintf(stderr, "step %u\n", step);
        if (!step_once(life)) return false;
    }
    return end(life);
}

struct redress_said redress_sim_run(const struct redress_options *options)
{
    struct life *life = calloc(1, sizeof *life);
    if (!life) abort();
    life->told = calloc(POSTINGS_MAX, sizeof *life->told);
    life->kept = calloc(KEPT_MAX, sizeof *life->kept);
    if (!life->told || !life->kept) abort();
    life->rng.state = options->seed;
    life->verbose = options->verbose;
    life->said.good = true;
    life->model.now_us = START_DAY * DAY_US + (int64_t)prop_below(&life->rng, 86400) * SECOND_US;
    struct result made = world_init(&life->world, life->model.now_us);
    life->world.plan.drop = options->drop;
    life->world.plan.drop_every = options->drop_every;
    if (made.code != CODE_OK) {
        (void)wrong(life, "no home: %s", result_text());
    } else {
        (void)live(life); /* what is wrong stands in what is said */
    }
    struct redress_said said = life->said;
    world_done(&life->world);
    free(life->told);
    free(life->kept);
    free(life);
    return said;
}
