/*
 * The keeper's detectors against brute force (brute.h), fed with what its ledger says: each look and each refusal in the
 * order of entries, with the budgets that the model counts. Alerts are entries of the system's own; the model takes them
 * where they stand, and they must have a cause.
 */
#include "keep/access/right.h"
#include "keep/normalise.h"
#include "keep/subject.h"
#include "keep/watch/watching_priv.h"
#include "keeper/keeper_priv.h"
#include "sim.h"

static struct shop *shop_of(struct sim *sim)
{
    return sim->world.keeper->shops[0];
}

bool watch_entries(struct sim *sim, struct shop *shop)
{
    struct ledger *ledger = shop ? shop->ledger : shop_of(sim)->ledger;
    while (sim->model.entry_count < ledger_durable(ledger)) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct entry entry = {0};
        struct result got = ledger_entry(ledger, sim->model.entry_count, &bytes, NULL);
        if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
        MUST(sim, got.code == CODE_OK, "entry %llu: %s", (unsigned long long)sim->model.entry_count,
             result_text());
        if (entry.kind != ENTRY_AUTHORITY || entry.reader != 0 || entry.object_kind != AUTHORITY_ALERT)
            return true;
        model_alerted(&sim->model, entry.time_us);
        sim->result.alerts++;
        sim->alerts_now++;
    }
    return true;
}

/* What the reader of an entry has used of its own budget, behind that entry. */
static void used_put(const struct sim *sim, const struct entry *entry, struct look *look)
{
    unsigned id = (uint32_t)entry->reader;
    bool key = entry->reader >> 32 == READER_KEY && id <= sim->model.key_count;
    if ((!key && entry->reader != reader_no(READER_OPERATOR, 0)) || entry->role == 0) return;
    struct asker asker = {.no = entry->reader,
                          .role = key ? &sim->model.roles[sim->model.keys[id].role] : NULL};
    struct limits limits = model_own_limits(&sim->model, &asker);
    look->limit_hour = limits.at[WINDOW_HOUR] == UINT64_MAX ? 0 : limits.at[WINDOW_HOUR];
    look->limit_day = limits.at[WINDOW_DAY] == UINT64_MAX ? 0 : limits.at[WINDOW_DAY];
    look->used_hour = model_used(&sim->model, BUDGET_READER, entry->reader, WINDOW_HOUR);
    look->used_day = model_used(&sim->model, BUDGET_READER, entry->reader, WINDOW_DAY);
}

/* First 8 bytes of the tag of a looked-up address: the one thing that is asked of the keeper. */
static uint64_t value_of(struct sim *sim, unsigned email)
{
    SCOPED(buf_done) struct buf plain = {0};
    char text[TEXT_BYTES_MAX];
    uint8_t tag[TAG_BYTES];
    email_text(email, text);
    struct result got = normalise(NORMALISE_EMAIL, slice_text(text), (struct slice){0}, &plain);
    if (got.code != CODE_OK) abort();
    tag_make(shop_of(sim), FIELD_EMAIL, buf_slice(&plain), tag);
    return be64_get(tag);
}

static bool entry_watch(struct sim *sim, uint64_t index)
{
    const struct model_entry *known = &sim->model.entries[index];
    SCOPED(buf_done) struct buf bytes = {0}, aside_bytes = {0};
    SCOPED(aside_read_done) struct aside_read aside = {0};
    struct entry entry = {0};
    uint64_t subjects[PEOPLE_MAX];
    bool refused = known->kind == ENTRY_REFUSED;
    if (known->kind != ENTRY_REVEAL && known->kind != ENTRY_LOOKUP && !refused) return true;
    struct result got = ledger_entry(shop_of(sim)->ledger, index, &bytes, &aside_bytes);
    if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
    if (got.code == CODE_OK) got = aside_read(buf_slice(&aside_bytes), &aside);
    MUST(sim, got.code == CODE_OK, "entry %llu: %s", (unsigned long long)index, result_text());
    struct look look = {
        .kind = LOOK_REVEAL, .now_us = sim->model.now_us, .reader = entry.reader, .peers = entry.role};
    if (refused) {
        look.kind = known->cause == CAUSE_PASS_UNKNOWN ? LOOK_PASS_UNKNOWN : LOOK_REFUSED;
    } else {
        for (size_t i = 0; i < aside.set_count; i++) subjects[i] = aside.set[i].no.at;
        if (known->kind == ENTRY_LOOKUP) look.kind = aside.set_count > 0 ? LOOK_FOUND : LOOK_MISSED;
        look.network = known->network;
        look.fields = entry.full | entry.masked;
        look.purpose = entry.purpose;
        look.passed = entry.object_kind == RIGHT_PASS;
        look.subjects = subjects;
        look.count = aside.set_count;
        if (known->kind == ENTRY_LOOKUP) look.value = value_of(sim, known->value);
        used_put(sim, &entry, &look);
    }
    brute_look(sim->brute, &look);
    sim->result.looks++;
    return true;
}

bool watch_asked(struct sim *sim, uint64_t from)
{
    if (sim->adrift) return true;
    for (uint64_t i = from; i < sim->model.entry_count; i++)
        if (!entry_watch(sim, i)) return false;
    return true;
}

void watch_minute_ran(struct sim *sim)
{
    if (!sim->adrift) brute_minute(sim->brute, sim->world.now_us, sim->model.last);
}

bool watch_same(struct sim *sim)
{
    bool alerted = sim->alerts_now > 0;
    sim->alerts_now = 0;
    if (sim->adrift) return true;
    MUST(sim, !alerted || brute_any(sim->brute), "watch: an alert without a cause");
    const char *wrong = brute_differs(sim->brute, shop_of(sim)->watching->watch);
    MUST(sim, !wrong, "%s", wrong);
    sim->result.watched++;
    return true;
}

void watch_began(struct sim *sim, bool kept)
{
    sim->alerts_now = 0;
    if (kept && !sim->adrift) {
        brute_restart(sim->brute, sim->model.last);
        return;
    }
    brute_forget(sim->brute, sim->model.last);
    sim->adrift = false;
}
