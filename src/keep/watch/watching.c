#include "keep/watch/watching.h"

#include "keep/access/right.h"
#include "keep/country.h"
#include "keep/spend.h"
#include "keep/watch/watching_priv.h"

#include <stdlib.h>
#include <string.h>

RESULT watching_new(bool off, struct watching **out)
{
    SCOPED(watching_free) struct watching *watching = calloc(1, sizeof *watching);
    if (!watching) return FAIL(UNAVAILABLE, "watching: out of memory");
    watching->off = off;
    params_default(&watching->params);
    breaker_policy_default(&watching->params, &watching->policy);
    *out = TAKE(watching);
    return OK;
}

void watching_drop(struct watching *watching)
{
    free(TAKE(watching->breakers));
    free(TAKE(watching->rows));
    free(TAKE(watching->mutes));
    watching->breaker_count = watching->row_count = watching->mute_count = 0;
    watching->ready = false;
}

void watching_free(struct watching **watching)
{
    if (!*watching) return;
    watching_drop(*watching);
    alerts_free(&(*watching)->alerts);
    watch_free(&(*watching)->watch);
    outside_watch_free(&(*watching)->outside);
    free(*watching);
    *watching = NULL;
}

const struct role *reader_role(const struct access *access, uint64_t line)
{
    uint32_t id = (uint32_t)line, role = 0;
    if (line >> 32 == READER_OPERATOR) return &access->operator_role;
    if (id == 0) return NULL;
    if (line >> 32 == READER_ROLE) role = id;
    if (line >> 32 == READER_KEY && id <= access->key_count) role = access->keys[id - 1].role;
    if (line >> 32 == READER_STAFF && id <= access->staff_count) role = access->staff[id - 1].role;
    return role_by_id(access, role);
}

int64_t watching_age(struct batch *batch)
{
    struct watching *watching = batch->shop->watching;
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry first = {0};
    if (watching->began_us == 0) {
        if (ledger_entry(batch->shop->ledger, 0, &bytes, NULL).code != CODE_OK)
            return 0; /* none is durable */
        if (entry_read(buf_slice(&bytes), &first).code != CODE_OK) return 0;
        watching->began_us = first.time_us;
    }
    return batch->now_us - watching->began_us;
}

struct outside_watch *watching_outside(struct shop *shop)
{
    return shop->watching->outside;
}

/* Where it came from; NULL: this machine's own socket. */
static const uint8_t *network_of(const struct draft *draft)
{
    for (size_t i = 0; i < draft->text_count; i++) {
        if (draft->texts[i].kind == COMMIT_NETWORK && draft->texts[i].text.len == NETWORK_BYTES)
            return draft->texts[i].text.at;
    }
    return NULL;
}

/* First 8 bytes of a keyed hash: IPv4 networks by /24, IPv6 by /48. */
static uint64_t network_tag(struct shop *shop, const uint8_t network[NETWORK_BYTES])
{
    enum { FOUR_BYTES = 15, SIX_BYTES = 6 };
    static const uint8_t four[12] = {[10] = 0xff, [11] = 0xff};
    struct watching *watching = shop->watching;
    struct hash tag = {{0}};
    if (watching->network_tag != 0 && memcmp(watching->network, network, NETWORK_BYTES) == 0)
        return watching->network_tag;
    bool is_four = memcmp(network, four, sizeof four) == 0;
    const struct slice parts[] = {SLICE_TEXT("watch network"), {network, is_four ? FOUR_BYTES : SIX_BYTES}};
    prf_run(shop->row_mac, parts, COUNT_OF(parts), &tag);
    memcpy(watching->network, network, NETWORK_BYTES);
    watching->network_tag = be64_get(tag.bytes);
    return watching->network_tag;
}

static void budget_put(struct batch *batch, const struct draft *draft, struct look *look)
{
    struct shop *shop = batch->shop;
    const struct role *role = role_by_id(&shop->access, draft->entry.role);
    uint64_t used[WINDOW_COUNT];
    if (!role) return;
    const struct reader reader = {.no = draft->entry.reader, .line = look->reader, .role = role};
    struct limits limits = spend_limits(shop, &reader);
    budget_used(shop->budgets, BUDGET_READER, look->reader, batch->now_us, used);
    look->limit_hour = limits.at[WINDOW_HOUR] == UINT64_MAX ? 0 : limits.at[WINDOW_HOUR];
    look->limit_day = limits.at[WINDOW_DAY] == UINT64_MAX ? 0 : limits.at[WINDOW_DAY];
    look->used_hour = used[WINDOW_HOUR];
    look->used_day = used[WINDOW_DAY];
}

static enum look_kind kind_of(const struct draft *draft)
{
    if (draft->entry.kind == ENTRY_REVEAL) return LOOK_REVEAL;
    return draft->set_count > 0 ? LOOK_FOUND : LOOK_MISSED;
}

void watching_look(struct batch *batch, const struct draft *draft)
{
    struct shop *shop = batch->shop;
    struct watching *watching = shop->watching;
    const struct entry *entry = &draft->entry;
    if (entry->kind != ENTRY_REVEAL && entry->kind != ENTRY_LOOKUP) return;
    if (watching->off || !watching->watch || entry->reader == reader_no(READER_SYSTEM, 0)) return;
    uint64_t *subjects = arena_take(batch->arena, draft->set_count * sizeof *subjects), most = 0, groups = 0;
    const uint8_t *network = network_of(draft);
    for (size_t i = 0; i < draft->set_count; i++) subjects[i] = draft->set[i].no.at;
    struct look look = {.kind = kind_of(draft),
                        .now_us = batch->now_us,
                        .reader = reader_line(&shop->access, entry->reader),
                        .peers = entry->role,
                        .network = network ? network_tag(shop, network) : 0,
                        .country = network ? country_of(shop->countries, network) : 0,
                        .fields = entry->full | entry->masked,
                        .purpose = entry->purpose,
                        .granted = entry->object_kind == RIGHT_GRANT,
                        .passed = entry->object_kind == RIGHT_PASS,
                        .subjects = subjects,
                        .count = draft->set_count,
                        .value = entry->kind == ENTRY_LOOKUP ? batch->tried : 0};
    if (look.passed) spread_now(shop->pass_spread, batch->now_us, &groups, &most);
    look.network_people = most;
    budget_put(batch, draft, &look);
    watch_look(watching->watch, &look);
    watching->changed = true;
}

void watching_refused(struct batch *batch, const struct reader *reader, enum cause cause)
{
    struct watching *watching = batch->shop->watching;
    const struct look look = {.kind = cause == CAUSE_PASS_UNKNOWN ? LOOK_PASS_UNKNOWN : LOOK_REFUSED,
                              .now_us = batch->now_us,
                              .reader = reader_line(&batch->shop->access, reader->no),
                              .peers = reader->role ? reader->role->id : 0};
    if (watching->off || !watching->watch || reader->no == reader_no(READER_SYSTEM, 0)) return;
    watch_look(watching->watch, &look);
    watching->changed = true;
}

void watching_canary(struct batch *batch, const struct reader *reader)
{
    struct watching *watching = batch->shop->watching;
    if (watching->off || !watching->watch || reader->no == reader_no(READER_SYSTEM, 0)) return;
    watch_look(watching->watch, &(struct look){.kind = LOOK_REFUSED,
                                               .now_us = batch->now_us,
                                               .reader = reader_line(&batch->shop->access, reader->no),
                                               .peers = reader->role ? reader->role->id : 0,
                                               .canaries = 1});
    watching->changed = true;
}

/* Does it lead to values, or tell who is a customer? Whatever leaves a look's entry is among them. */
static bool is_look(enum verb verb)
{
    static const bool looks[VERB_COUNT] = {
        [VERB_REVEAL] = true,         [VERB_LOOKUP] = true,        [VERB_SUBJECT_SHOW] = true,
        [VERB_SUBJECT_CREATE] = true, [VERB_SUBJECT_PATCH] = true, [VERB_IMPORT] = true,
        [VERB_GRANT_ADD] = true,      [VERB_PASS_ISSUE] = true,    [VERB_WALLET] = true,
        [VERB_TICKET_SHOW] = true,    [VERB_CLAIM_SHOW] = true,    [VERB_COUNSEL_NAME] = true,
        [VERB_COUNSEL_FILE] = true,   [VERB_MANDATE_OWN] = true,
    };
    return looks[verb];
}

/* The whole role is stopped. The local operator's is never. */
static RESULT role_ask(struct batch *batch, const struct reader *reader)
{
    struct watching *watching = batch->shop->watching;
    if (reader->no == reader_no(READER_OPERATOR, 0)) return OK;
    const struct breaker_row *row = breaker_row_find(watching, reader_no(READER_ROLE, reader->role->id));
    if (!row || row->breaker.state != BREAKER_OPEN) return OK;
    watching->refused++;
    return FAIL(BREAKER_OPEN, "breaker: all readers of this role were stopped by %s; two people reset it",
                row->breaker.detector ? "what several of them did" : "a person");
}

/* A slowed reader waits between its looks, and keeps a part of its day. */
static RESULT slowed(struct batch *batch, const struct reader *reader, struct breaker_row *row,
                     uint32_t delay_ms, struct asking *asking)
{
    enum { SPENT_WAIT_S = 3600, MS_US = 1000 };
    struct watching *watching = batch->shop->watching;
    uint64_t used[WINDOW_COUNT], limit = spend_limits(batch->shop, reader).at[WINDOW_DAY];
    asking->retry_after_s = 1;
    if (batch->now_us < row->next_us)
        return FAIL(BREAKER_SLOWED, "breaker: this reader was slowed by %s; one look each %u ms",
                    alert_name(row->breaker.detector), delay_ms);
    limit = breaker_limit(&watching->policy, &row->breaker, limit);
    budget_used(batch->shop->budgets, BUDGET_READER, reader->line, batch->now_us, used);
    if (used[WINDOW_DAY] >= limit && row->breaker.state == BREAKER_SLOWED) {
        asking->retry_after_s = SPENT_WAIT_S;
        return FAIL(BREAKER_SLOWED,
                    "breaker: this reader was slowed by %s; until it is free, %llu people a day",
                    alert_name(row->breaker.detector), (unsigned long long)limit);
    }
    row->next_us = batch->now_us + (int64_t)delay_ms * MS_US;
    return OK;
}

RESULT watching_ask(struct batch *batch, const struct reader *reader, struct asking *asking)
{
    struct watching *watching = batch->shop->watching;
    if (!is_look(asking->verb) || watching->breaker_count == 0) return OK;
    TRY(role_ask(batch, reader));
    struct breaker_row *row = breaker_row_find(watching, reader->line);
    if (!row || row->breaker.state == BREAKER_CLOSED) return OK;
    struct breaker_answer answer = breaker_ask(&watching->policy, &row->breaker, asking->people);
    if (!answer.refused && answer.delay_ms > 0) {
        struct result may = slowed(batch, reader, row, answer.delay_ms, asking);
        if (may.code != CODE_OK) breaker_give_back(&row->breaker, asking->people);
        return may;
    }
    if (!answer.refused) return OK;
    watching->refused++;
    return FAIL(BREAKER_OPEN, "breaker: this reader was stopped by %s; two people reset it",
                row->breaker.detector ? alert_name(row->breaker.detector) : "a person");
}

void watching_give_back(struct batch *batch, const struct reader *reader, const struct asking *asking)
{
    struct breaker_row *row = breaker_row_find(batch->shop->watching, reader->line);
    if (row && is_look(asking->verb)) breaker_give_back(&row->breaker, asking->people);
}

RESULT watching_reader(struct shop *shop, struct slice id, uint64_t *out)
{
    uint64_t number = 0;
    bool staff = slice_starts(id, "staff_");
    if (slice_starts(id, "outside_")) {
        TRY(id_get(shop, ID_OUTSIDE, id, &number));
        *out = reader_no(READER_OUTSIDE, (uint32_t)number);
        return OK;
    }
    if (slice_starts(id, "role_")) {
        const struct role *role = role_find(&shop->access, slice_from(id, sizeof "role_" - 1));
        if (!role) return FAIL(NOT_FOUND, "role: none of that name");
        *out = reader_no(READER_ROLE, role->id);
        return OK;
    }
    if (slice_is(id, "operator")) {
        *out = reader_no(READER_OPERATOR, 0);
        return OK;
    }
    TRY(id_get(shop, staff ? ID_STAFF : ID_KEY, id, &number));
    *out = reader_line(&shop->access, reader_no(staff ? READER_STAFF : READER_KEY, (uint32_t)number));
    return OK;
}

static bool holds(const struct reader *reader, uint32_t staff)
{
    for (size_t i = 0; i < reader->person_count; i++)
        if (reader->persons[i] == staff) return true;
    return false;
}

bool watching_concerns(const struct shop *shop, const struct reader *reader, uint64_t line)
{
    const struct access *access = &shop->access;
    if (line == 0 || reader->no == reader_no(READER_OPERATOR, 0)) return false;
    if (line == reader->line) return true;
    if (line >> 32 == READER_STAFF) return holds(reader, (uint32_t)line);
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        if (reader_line(access, reader_no(READER_KEY, key->id)) != line) continue;
        for (size_t held = 0; held < key->holder_count; held++)
            if (holds(reader, key->holders[held])) return true;
    }
    return false;
}

const char *watching_state(const struct shop *shop, uint64_t line)
{
    const struct role *role = reader_role(&shop->access, line);
    const struct breaker_row *row = breaker_row_find(shop->watching, line), *all = NULL;
    if (role && line >> 32 != READER_OPERATOR)
        all = breaker_row_find(shop->watching, reader_no(READER_ROLE, role->id));
    if (all && all->breaker.state == BREAKER_OPEN) row = all;
    return breaker_state_name(row ? row->breaker.state : BREAKER_CLOSED);
}

void watching_hours(const struct shop *shop, uint64_t line, int64_t now_us, uint32_t out[HOURS_KEPT])
{
    memset(out, 0, HOURS_KEPT * sizeof *out);
    if (shop->watching->watch) watch_hours(shop->watching->watch, line, now_us, out);
}

bool watching_view(const struct shop *shop, uint64_t line, struct watch_view *out)
{
    return shop->watching->watch && watch_view(shop->watching->watch, line, out);
}

struct watching_counts watching_counts(const struct shop *shop, int64_t now_us)
{
    const struct watching *watching = shop->watching;
    struct watching_counts counts = {.on = watching->watch != NULL,
                                     .alerts = alerts_count(watching->alerts),
                                     .mutes = alerts_mutes_count(watching->alerts, now_us),
                                     .refused = watching->refused,
                                     .muted = watching->muted};
    for (size_t i = 0; i < watching->breaker_count; i++) {
        const struct breaker *breaker = &watching->breakers[i].breaker;
        counts.trips += breaker->trips;
        counts.slowed += breaker->state == BREAKER_SLOWED;
        counts.open += breaker->state == BREAKER_OPEN;
        counts.half_open += breaker->state == BREAKER_HALF_OPEN;
    }
    if (!counts.on) return counts;
    struct watch_counts held = watch_counts(watching->watch);
    counts.readers = held.readers;
    counts.dropped = held.dropped;
    counts.evicted = held.evicted;
    return counts;
}
