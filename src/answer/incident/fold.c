#include "answer/incident/fold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char instants[] = "occurred detected aware intrusion assessed contained notified closed";

void fold_done(struct fold *fold)
{
    free(fold->lines);
    free(fold->items);
    *fold = (struct fold){0};
}

static bool among(const uint64_t *numbers, size_t count, uint64_t number, size_t *out_at)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != number) continue;
        *out_at = i;
        return true;
    }
    return false;
}

bool circle_has_member(const struct circle *circle, uint64_t reader)
{
    size_t at = 0;
    return reader == circle->owner || among(circle->members, circle->member_count, reader, &at);
}

bool circle_has_suspect(const struct circle *circle, uint64_t reader)
{
    size_t at = 0;
    return among(circle->suspects, circle->suspect_count, reader, &at);
}

static struct item *item_at(const struct fold *fold, uint64_t n)
{
    for (size_t i = 0; i < fold->item_count; i++) {
        if (fold->items[i].now.n == n) return &fold->items[i];
    }
    return NULL;
}

const struct item *fold_item(const struct fold *fold, enum line_kind kind, uint64_t n)
{
    const struct item *item = item_at(fold, n);
    return item && item->now.kind == kind ? item : NULL;
}

static bool is_cause(const struct item *item)
{
    return item->now.kind == LINE_HYPOTHESIS && item->now.cause && slice_is(item->now.state, "confirmed");
}

static bool is_over(const struct item *item)
{
    return !slice_is(item->now.state, "open");
}

/* What the line is about must be there. */
static RESULT may_refer(const struct fold *fold, const struct line *line)
{
    enum line_kind kind = line->kind == LINE_CHECK   ? LINE_PREVENTION
                          : line->kind == LINE_PROBE ? LINE_POSTING
                                                     : line->kind;
    if (line->of == 0) return OK;
    if (line->kind == LINE_NOTE)
        return line->of <= fold->line_count ? OK : FAIL(NOT_FOUND, "of: this incident has no such line");
    if (fold_item(fold, kind, line->of)) return OK;
    return FAIL(NOT_FOUND, "of: this incident has no %s of that number", line_row(kind)->name);
}

/* Nobody is both let in and suspected. */
static RESULT may_join(const struct fold *fold, const struct line *line)
{
    const struct circle *circle = &fold->circle;
    bool away = slice_is(line->state, "out") || slice_is(line->state, "cleared");
    if (line->kind == LINE_SUSPECT && !away) {
        if (line->peers.len > 0 && !words_have("key role", line->peers))
            return FAIL(INVALID, "peers: key (who holds a key with them), or role (who has their role, too)");
        if (circle_has_member(circle, line->who))
            return FAIL(CONFLICT, "who: is owner or member; hand the incident over, or take them out first");
        if (circle->suspect_count == CIRCLE_MAX)
            return FAIL(TOO_MANY, "who: more than %d suspects", CIRCLE_MAX);
    }
    if ((line->kind == LINE_MEMBER && !away) || line->kind == LINE_OWNER) {
        if (circle_has_suspect(circle, line->who))
            return FAIL(CONFLICT, "who: is a suspect of it; clear them first");
        if (circle->member_count == CIRCLE_MAX)
            return FAIL(TOO_MANY, "who: more than %d members", CIRCLE_MAX);
    }
    if (line->kind == LINE_MEMBER && away && line->who == circle->owner)
        return FAIL(CONFLICT, "who: is the owner; hand it over first");
    return OK;
}

static RESULT may_mark_cause(const struct fold *fold, const struct line *line)
{
    if (!line->cause) return OK;
    if (!slice_is(line->state, "confirmed"))
        return FAIL(CHECK_NOT_MET, "cause: only a hypothesis that is confirmed is the cause");
    for (size_t i = 0; i < fold->item_count; i++) {
        if (is_cause(&fold->items[i]) && fold->items[i].now.n != line->of)
            return FAIL(CONFLICT, "cause: line %llu is marked already; refute that one first",
                        (unsigned long long)fold->items[i].now.n);
    }
    return OK;
}

/* A state that says that something is so wants what shows it. */
static RESULT may_conclude(const struct fold *fold, const struct line *line)
{
    const struct item *item = line->of ? item_at(fold, line->of) : NULL;
    size_t evidence = line->evidence.count + (item ? item->evidence : 0);
    if (line->kind == LINE_CLAIM && slice_is(line->state, "verified")) {
        if (!item || item->now.author == line->author)
            return FAIL(CHECK_NOT_MET, "claim: somebody else than who made it must verify it");
        if (evidence == 0) return FAIL(CHECK_NOT_MET, "claim: what shows it? Name the evidence");
    }
    if (line->kind == LINE_TASK && slice_is(line->state, "done")) {
        bool wants = line->needs_evidence || (item && item->now.needs_evidence);
        if (wants && evidence == 0) return FAIL(CHECK_NOT_MET, "task: is done only with evidence; name it");
    }
    if (line->kind == LINE_RECOVERY && slice_is(line->state, "verified") && evidence == 0)
        return FAIL(CHECK_NOT_MET, "recovery: what shows it? Name the evidence");
    if (line->kind == LINE_REQUEST && slice_is(line->state, "delivered") && line->hash.len == 0)
        return FAIL(CHECK_NOT_MET, "request: give the hash of what was delivered");
    if (line->kind == LINE_CHECK && evidence == line->evidence.count &&
        line->hash.len + line->evidence.count == 0)
        return FAIL(CHECK_NOT_MET, "check: what shows how it came out? Name the evidence, or give a hash");
    return OK;
}

static RESULT may_fix(const struct fold *fold, const struct line *line)
{
    if (line->kind != LINE_PREVENTION || line->fixes == 0) return OK;
    const struct item *cause = fold_item(fold, LINE_HYPOTHESIS, line->fixes);
    if (!cause) return FAIL(NOT_FOUND, "fixes: this incident has no hypothesis of that number");
    return is_cause(cause) ? OK : FAIL(CHECK_NOT_MET, "fixes: that hypothesis is not confirmed as the cause");
}

RESULT fold_may(const struct fold *fold, const struct line *line)
{
    TRY(line_fits(line));
    if (fold->line_count == FOLD_LINES_MAX)
        return FAIL(TOO_MANY, "incident: has %d lines; open another", FOLD_LINES_MAX);
    if (fold->closed_us != 0 && line->kind != LINE_REOPENED)
        return FAIL(CONFLICT, "incident: is closed; open it again first");
    if (line->kind == LINE_REOPENED && fold->closed_us == 0) return FAIL(CONFLICT, "incident: is open");
    if (line->kind == LINE_INSTANT && line->of == 0 && !words_have(instants, line->name))
        return FAIL(INVALID, "name: an instant is one of: %s", instants);
    TRY(may_refer(fold, line));
    TRY(may_join(fold, line));
    TRY(may_mark_cause(fold, line));
    TRY(may_fix(fold, line));
    return may_conclude(fold, line);
}

static void *grown(void *at, size_t *cap, size_t item_bytes)
{
    *cap = *cap ? *cap * 2 : 32;
    void *more = realloc(at, *cap * item_bytes);
    if (!more) abort(); /* as all memory: see bytes.h */
    return more;
}

static void set_put(uint64_t *numbers, size_t *count, uint64_t number, bool in, size_t *out_at)
{
    size_t at = 0;
    bool there = among(numbers, *count, number, &at);
    *out_at = there ? at : *count;
    if (there && !in) numbers[at] = numbers[--*count];
    if (!there && in && *count < CIRCLE_MAX) numbers[(*count)++] = number;
}

static void circle_take(struct circle *circle, const struct line *line)
{
    size_t at = 0;
    if (line->kind == LINE_OWNER) circle->owner = line->who;
    if (line->kind == LINE_OPENED && circle->owner == 0) circle->owner = line->author;
    if (line->kind == LINE_MEMBER)
        set_put(circle->members, &circle->member_count, line->who, !slice_is(line->state, "out"), &at);
    if (line->kind != LINE_SUSPECT) return;
    bool named = !slice_is(line->state, "cleared");
    set_put(circle->suspects, &circle->suspect_count, line->who, named, &at);
    if (named && at < CIRCLE_MAX) circle->peers_by_role[at] = slice_is(line->peers, "role");
    if (!named && at < circle->suspect_count)
        circle->peers_by_role[at] = circle->peers_by_role[circle->suspect_count];
}

static void cost_take(struct fold *fold, const struct line *line)
{
    fold->minutes += line->minutes;
    if (line->amount == 0 || line->currency.len > 3) return;
    size_t at = 0;
    while (at < fold->cost_count && !slice_is(line->currency, fold->costs[at].currency)) at++;
    if (at == CURRENCIES_MAX) return;
    if (at == fold->cost_count)
        memcpy(fold->costs[fold->cost_count++].currency, line->currency.at, line->currency.len);
    fold->costs[at].amount += line->amount;
}

/* What a later line says stands in place of what was said before; text and name stay those of the first. */
static void item_amend(struct item *item, const struct line *line)
{
    struct line *now = &item->now;
    if (line->state.len > 0) {
        now->state = line->state;
        item->decided_by = line->author;
        now->cause = line->cause;
    }
    if (line->who) now->who = line->who;
    if (line->at) now->at = line->at;
    if (line->due) now->due = line->due;
    if (line->fixes) now->fixes = line->fixes;
    if (line->check.len > 0) now->check = line->check;
    if (line->hash.len > 0) now->hash = line->hash;
    if (line->bytes) now->bytes = line->bytes;
    if (line->receipt.len > 0) now->receipt = line->receipt;
    if (line->role.len > 0) now->role = line->role;
    if (line->confidence.len > 0) now->confidence = line->confidence;
    now->needs_evidence |= line->needs_evidence;
}

static void check_take(struct item *item, const struct line *line)
{
    if (slice_is(line->state, "failed")) {
        if (item->failed == 0) item->failed = line->n;
        item->passed = 0; /* it fails again */
    } else if (item->failed > 0) {
        item->passed = line->n;
    }
}

static void item_take(struct fold *fold, const struct line *line)
{
    struct item *item = line->of > 0 && line->kind != LINE_NOTE ? item_at(fold, line->of) : NULL;
    if (!item) {
        if (fold->item_count == fold->item_cap)
            fold->items = grown(fold->items, &fold->item_cap, sizeof *fold->items);
        item = &fold->items[fold->item_count++];
        *item = (struct item){.now = *line, .decided_by = line->author};
        const char *states = line_row(line->kind)->states;
        if (line->state.len == 0) item->now.state = words_first(states);
    } else if (line->kind == LINE_CHECK) {
        check_take(item, line);
    } else if (line->kind != LINE_PROBE) { /* what was found changes nothing of what should stand */
        item_amend(item, line);
    }
    item->last = line->n;
    item->last_us = line->time_us;
    item->evidence += line->evidence.count;
}

RESULT fold_take(struct fold *fold, const struct line *line)
{
    if (line->n != fold->line_count + 1)
        return FAIL(TAMPERED, "incident: line %llu is missing", (unsigned long long)fold->line_count + 1);
    if (fold->line_count == fold->line_cap)
        fold->lines = grown(fold->lines, &fold->line_cap, sizeof *fold->lines);
    fold->lines[fold->line_count++] = *line;
    if (line->kind == LINE_OPENED || line->kind == LINE_KIND) fold->kind = line->name;
    if (line->kind == LINE_OPENED) fold->opened_us = line->time_us;
    if (line->kind == LINE_CLOSED) fold->closed_us = line->time_us;
    if (line->kind == LINE_REOPENED) fold->closed_us = 0;
    if (line->kind == LINE_SCOPE) fold->scope = line->n;
    if (line->kind == LINE_COST) cost_take(fold, line);
    circle_take(&fold->circle, line);
    item_take(fold, line);
    return OK;
}

struct list {
    struct missing *at;
    size_t count;
};

static void miss(struct list *list, const char *code, uint64_t n, const char *text)
{
    if (list->count < MISSING_MAX) list->at[list->count++] = (struct missing){code, n, text};
}

static void miss_of_item(struct list *list, const struct item *item, const struct item *cause)
{
    uint64_t n = item->now.n;
    if (item->now.kind == LINE_TASK && !is_over(item))
        miss(list, "task.open", n, "a task is open: do it, or drop it with a reason");
    if (item->now.kind == LINE_AUDIT && !is_over(item))
        miss(list, "audit.open", n, "a point of the audit is open");
    if (item->now.kind == LINE_REQUEST && !is_over(item))
        miss(list, "request.open", n, "an authority waits for an answer");
    if (item->now.kind != LINE_PREVENTION) return;
    if (!cause || item->now.fixes != cause->now.n)
        miss(list, "prevention.untied", n, "a prevention is not tied to the cause (fixes)");
    if (item->failed == 0)
        miss(list, "prevention.unfailed", n, "no check of a prevention was seen to fail before it");
    else if (item->passed == 0)
        miss(list, "prevention.unpassed", n, "the check of a prevention does not pass yet");
}

size_t fold_missing(const struct fold *fold, struct missing out[MISSING_MAX])
{
    struct list list = {out, 0};
    const struct item *cause = NULL;
    size_t audits = 0, preventions = 0;
    for (size_t i = 0; i < fold->item_count; i++) {
        if (is_cause(&fold->items[i])) cause = &fold->items[i];
        audits += fold->items[i].now.kind == LINE_AUDIT;
        preventions += fold->items[i].now.kind == LINE_PREVENTION;
    }
    if (!cause) miss(&list, "cause", 0, "no hypothesis is confirmed and marked as the cause");
    if (audits == 0) miss(&list, "audit.none", 0, "there is no list of what the audit after it looks at");
    if (preventions == 0)
        miss(&list, "prevention.none", 0, "nothing was done that keeps it from happening again");
    for (size_t i = 0; i < fold->item_count; i++) miss_of_item(&list, &fold->items[i], cause);
    return list.count;
}

const struct item *fold_instant(const struct fold *fold, const char *name)
{
    const struct item *best = NULL;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct item *item = &fold->items[i];
        if (item->now.kind != LINE_INSTANT || !slice_is(item->now.name, name) ||
            slice_is(item->now.state, "withdrawn"))
            continue;
        bool chosen = slice_is(item->now.state, "chosen"), was = best && slice_is(best->now.state, "chosen");
        bool later = best && item->last > best->last;
        bool earlier = !best || item->now.at < best->now.at;
        if ((chosen && (!was || later)) || (!chosen && !was && earlier)) best = item;
    }
    return best;
}
