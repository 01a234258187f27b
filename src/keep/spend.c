#include "keep/spend.h"

#include "keep/access/pass.h"
#include "keep/access/sign_in.h"
#include "keep/access/staff.h"
#include "keep/export/export.h"
#include "keep/put.h"
#include "keep/values.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_SHIFT = 4, VALUE_BITS = 28, DAY_HOURS = 24, HOUR_LAST_MINUTE = 59 };

static bool is_operator(const struct reader *reader)
{
    return reader->no == reader_no(READER_OPERATOR, 0);
}

/* Without what approved exports add. */
static struct limits own_limits(struct shop *shop, const struct reader *reader)
{
    struct limits limits =
        is_operator(reader) ? limits_of_operator() : limits_of_role(reader->role, shop_customers(shop));
    return limits_put(&shop->access, BUDGET_READER, reader->line, limits);
}

struct limits spend_limits(struct shop *shop, const struct reader *reader)
{
    struct limits limits = own_limits(shop, reader);
    exports_allow(shop, BUDGET_READER, reader->line, clock_now(&shop->clock), &limits);
    return limits;
}

static void charge_add(struct spending *spending, enum budget_scope scope, uint64_t id, struct limits limits)
{
    spending->at[spending->count++] = (struct charge){.scope = scope, .id = id, .limits = limits};
}

void spending_allow(struct shop *shop, struct spending *spending)
{
    int64_t now_us = clock_now(&shop->clock);
    if (export_count(shop) == 0) return;
    for (size_t i = 0; i < spending->count; i++) {
        struct charge *charge = &spending->at[i];
        exports_allow(shop, charge->scope, charge->id, now_us, &charge->limits);
    }
}

/* A charge above the reader's own. */
static void wider_add(struct shop *shop, struct spending *spending, enum budget_scope scope, uint64_t id,
                      const struct limits *reader)
{
    struct limits limits = limits_of_scope(scope, reader, shop_customers(shop));
    charge_add(spending, scope, id, limits_put(&shop->access, scope, id, limits));
}

void spending_of(struct shop *shop, const struct reader *reader, struct spending *out)
{
    struct limits own = own_limits(shop, reader);
    uint64_t network = network_id(reader->network);
    charge_add(out, BUDGET_READER, reader->line, own);
    if (is_operator(reader)) return;
    for (size_t i = 0; i < reader->person_count; i++)
        wider_add(shop, out, BUDGET_HOLDER, reader->persons[i], &own);
    if (network != 0) wider_add(shop, out, BUDGET_NETWORK, network, &own);
    wider_add(shop, out, BUDGET_ROLE, reader->role->id, &own);
    wider_add(shop, out, BUDGET_SHOP, 0, &own);
}

static uint64_t class_fields(const struct shop *shop, enum field_class class)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < FIELD_MAX; i++) {
        const struct field *field = &shop->fields.at[i];
        if (field->name[0] && field->class == class) fields |= field_bit(field);
    }
    return fields;
}

static uint64_t class_id(uint64_t reader, enum field_class class)
{
    return (uint64_t)(class + 1) << SPEND_CLASS_SHIFT | reader;
}

/* Those of the looks that show a field of the class. */
static size_t class_subjects(const struct sighted *looks, size_t count, uint64_t fields, uint64_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if ((looks[i].full | looks[i].masked) & fields) out[found++] = looks[i].no.at;
    }
    return found;
}

static bool has_classes(const struct role *role)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (role->classes[i] > 0) return true;
    }
    return false;
}

static void classes_add(struct batch *batch, const struct reader *reader, const struct sighted *looks,
                        size_t count, struct spending *spending)
{
    for (int class = 0; class < CLASS_COUNT; class ++) {
        uint64_t limit = reader->role->classes[class];
        uint64_t fields = limit > 0 ? class_fields(batch->shop, (enum field_class) class) : 0;
        if (fields == 0) continue;
        uint64_t *subjects = arena_take(batch->arena, count * sizeof *subjects);
        size_t found = class_subjects(looks, count, fields, subjects);
        charge_add(spending, BUDGET_CLASS, class_id(reader->line, (enum field_class) class),
                   (struct limits){{UINT64_MAX, UINT64_MAX, limit, UINT64_MAX}});
        struct charge *charge = &spending->at[spending->count - 1];
        charge->subjects = subjects;
        charge->count = found;
        exports_allow(batch->shop, charge->scope, charge->id, batch->now_us, &charge->limits);
    }
}

static RESULT reserve(struct batch *batch, const struct spending *spending, struct answer *out)
{
    struct plan plan = {batch->now_us, spending->at, spending->count};
    struct budget_refusal refusal;
    struct result done = budget_reserve(batch->shop->budgets, &plan, &refusal);
    if (done.code != CODE_SPENT) return done;
    out->budget = arena_take(batch->arena, sizeof *out->budget);
    *out->budget = refusal;
    return done;
}

RESULT spend(struct batch *batch, const struct reader *reader, const struct sighted *looks, size_t count,
             struct answer *out)
{
    bool classes = has_classes(reader->role) && !is_operator(reader);
    size_t room = SPEND_FIXED + reader->person_count + (classes ? CLASS_COUNT : 0);
    if (count == 0) return OK;
    /* People themselves are bounded at the portal: a crowd there would spend what the shop's own readers have. */
    if (reader->no == PORTAL_READER) return OK;
    uint64_t *subjects = arena_take(batch->arena, count * sizeof *subjects);
    struct spending spending = {arena_take(batch->arena, room * sizeof *spending.at), 0};
    for (size_t i = 0; i < count; i++) subjects[i] = looks[i].no.at;
    spending_of(batch->shop, reader, &spending);
    spending_allow(batch->shop, &spending);
    for (size_t i = 0; i < spending.count; i++) {
        spending.at[i].subjects = subjects;
        spending.at[i].count = count;
    }
    if (classes) classes_add(batch, reader, looks, count, &spending);
    return reserve(batch, &spending, out);
}

RESULT spend_approved(struct batch *batch, const struct reader *reader, const struct sighted *looks,
                      size_t count)
{
    static const struct limits none = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    bool classes = has_classes(reader->role) && !is_operator(reader);
    size_t room = SPEND_FIXED + reader->person_count + (classes ? CLASS_COUNT : 0);
    struct answer unused = {{0}};
    if (count == 0) return OK;
    uint64_t *subjects = arena_take(batch->arena, count * sizeof *subjects);
    struct spending spending = {arena_take(batch->arena, room * sizeof *spending.at), 0};
    for (size_t i = 0; i < count; i++) subjects[i] = looks[i].no.at;
    spending_of(batch->shop, reader, &spending);
    for (size_t i = 0; i < spending.count; i++) {
        spending.at[i].subjects = subjects;
        spending.at[i].count = count;
    }
    if (classes) classes_add(batch, reader, looks, count, &spending);
    for (size_t i = 0; i < spending.count; i++) spending.at[i].limits = none;
    return reserve(batch, &spending, &unused);
}

static uint64_t value_number(const uint8_t tag[TAG_BYTES])
{
    return be32_get(tag) >> VALUE_SHIFT;
}

RESULT spend_try(struct batch *batch, const struct reader *reader, const uint8_t tag[TAG_BYTES],
                 struct answer *out)
{
    uint64_t value = value_number(tag);
    struct charge charge = {BUDGET_TRIES, reader->line, own_limits(batch->shop, reader), &value, 1};
    charge.limits.at[WINDOW_MONTH] = UINT64_MAX; /* it is kept for a day */
    return reserve(batch, &(struct spending){&charge, 1}, out);
}

void spend_refusal_put(const struct budget_refusal *refusal, struct buf *out)
{
    bool class = refusal->scope == BUDGET_CLASS, own = class || refusal->scope == BUDGET_TRIES;
    enum budget_scope scope = own ? BUDGET_READER : refusal->scope;
    cbor_map(out, 5 + own);
    put_text(out, "scope", slice_text(budget_scope_name(scope)));
    put_text(out, "window", slice_text(window_rows[refusal->window].name));
    if (class) {
        enum field_class named = (enum field_class)((refusal->id >> SPEND_CLASS_SHIFT) - 1);
        put_text(out, "class", slice_text(field_class_name(named)));
    } else if (own) {
        put_text(out, "class", SLICE_TEXT("tries"));
    }
    put_number(out, "limit", refusal->limit);
    put_number(out, "used", refusal->used);
    put_time(out, "refills_at", refusal->refills_us);
}

/* The customer's network of a self pass, by the entry that gave the pass. */
struct pass_from {
    uint64_t entry;
    uint8_t network[NETWORK_BYTES];
};

/* Looks of the past by one reader, on their way back into the budgets. */
struct restoring {
    struct shop *shop;
    struct pass_from *passes; /* of the entries read so far, in their order */
    size_t pass_count, pass_room;
    uint64_t *subjects, *of_class; /* room for `room` each */
    struct sighted *looks;
    size_t room;
};

static void restoring_done(struct restoring *restoring)
{
    free(restoring->subjects);
    free(restoring->of_class);
    free(restoring->looks);
    free(restoring->passes);
    *restoring = (struct restoring){.shop = restoring->shop};
}

static RESULT restoring_room(struct restoring *restoring, size_t count)
{
    if (count <= restoring->room) return OK;
    restoring->subjects = reallocarray(restoring->subjects, count, sizeof *restoring->subjects);
    restoring->of_class = reallocarray(restoring->of_class, count, sizeof *restoring->of_class);
    restoring->looks = reallocarray(restoring->looks, count, sizeof *restoring->looks);
    restoring->room = count;
    if (!restoring->subjects || !restoring->of_class || !restoring->looks) abort(); /* as everywhere below */
    return OK;
}

/* The reader of a look of the past, as far as its rows still say. */
static void reader_again(struct shop *shop, uint64_t no, const uint8_t network[NETWORK_BYTES],
                         struct reader *out)
{
    enum reader_kind kind = (enum reader_kind)(no >> 32);
    const struct key *key = kind == READER_KEY ? key_by_id(&shop->access, (uint32_t)no) : NULL;
    *out = (struct reader){.no = no, .line = reader_line(&shop->access, no), .key = key};
    if (network) memcpy(out->network, network, NETWORK_BYTES);
    const struct staff *staff = kind == READER_STAFF ? staff_by_id(&shop->access, (uint32_t)no) : NULL;
    if (staff) {
        out->role = role_by_id(&shop->access, staff->role);
        out->persons[0] = staff->id;
        out->person_count = 1;
    }
    if (!key) return;
    out->role = role_by_id(&shop->access, key->role);
    out->person_count = key->holder_count;
    memcpy(out->persons, key->holders, key->holder_count * sizeof *key->holders);
}

static void classes_restore(struct restoring *restoring, const struct reader *reader, int64_t at_us,
                            size_t count)
{
    struct shop *shop = restoring->shop;
    for (int class = 0; class < CLASS_COUNT && reader->role; class ++) {
        if (reader->role->classes[class] == 0) continue;
        uint64_t fields = class_fields(shop, (enum field_class) class);
        size_t found = class_subjects(restoring->looks, count, fields, restoring->of_class);
        budget_restore(shop->budgets, BUDGET_CLASS, class_id(reader->line, (enum field_class) class), at_us,
                       restoring->of_class, found);
    }
}

/* Count `looks` again, in every charge that they had. */
static RESULT looks_restore(struct restoring *restoring, const struct reader *reader, int64_t at_us,
                            size_t count)
{
    struct shop *shop = restoring->shop;
    struct budgets *budgets = shop->budgets;
    for (size_t i = 0; i < count; i++) {
        restoring->subjects[i] = restoring->looks[i].no.at;
        if (restoring->subjects[i] > shop->last.at)
            return FAIL(TAMPERED, "sightings: of a subject that there never was");
    }
    const uint64_t *subjects = restoring->subjects;
    budget_restore(budgets, BUDGET_READER, reader->line, at_us, subjects, count);
    if (is_operator(reader)) return OK;
    for (size_t i = 0; i < reader->person_count; i++)
        budget_restore(budgets, BUDGET_HOLDER, reader->persons[i], at_us, subjects, count);
    uint64_t network = network_id(reader->network);
    if (network != 0) budget_restore(budgets, BUDGET_NETWORK, network, at_us, subjects, count);
    if (reader->role) budget_restore(budgets, BUDGET_ROLE, reader->role->id, at_us, subjects, count);
    budget_restore(budgets, BUDGET_SHOP, 0, at_us, subjects, count);
    classes_restore(restoring, reader, at_us, count);
    return OK;
}

static RESULT group_restore(void *context, const struct sighting_group *group)
{
    struct restoring *restoring = context;
    struct reader reader;
    size_t count = (size_t)set_count(group->subjects);
    if (group->reader == PORTAL_READER) return OK;
    if (group->reader >> 32 == READER_OUTSIDE) return OK; /* seen elsewhere */
    TRY(restoring_room(restoring, count));
    set_list(group->subjects, restoring->subjects);
    for (size_t i = 0; i < count; i++)
        restoring->looks[i] = (struct sighted){{restoring->subjects[i]}, group->full, group->masked};
    reader_again(restoring->shop, group->reader, NULL, &reader);
    return looks_restore(restoring, &reader, group->hour * HOUR_US + HOUR_LAST_MINUTE * MINUTE_US, count);
}

static struct slice aside_text_of(const struct aside_read *aside, enum commitment_kind kind)
{
    for (size_t i = 0; i < aside->text_count; i++) {
        if (aside->texts[i].kind == kind) return aside->texts[i].text;
    }
    return (struct slice){0};
}

/* A lookup's value counts again; one that was erased since counts as a value of its own. */
static void try_restore(struct shop *shop, const struct entry *entry, const struct aside_read *aside,
                        uint64_t index)
{
    uint8_t tag[TAG_BYTES];
    struct slice text = aside_text_of(aside, COMMIT_VALUE);
    uint64_t value = (uint64_t)1 << VALUE_BITS | (index & (((uint64_t)1 << VALUE_BITS) - 1));
    unsigned field = entry->full ? (unsigned)__builtin_ctzll(entry->full) : 0;
    if (text.len > 0 && shop->index[field]) {
        tag_make(shop, field, text, tag);
        value = value_number(tag);
    }
    budget_restore(shop->budgets, BUDGET_TRIES, reader_line(&shop->access, entry->reader), entry->time_us,
                   &value, 1);
}

static RESULT pass_keep(struct restoring *restoring, struct slice client, uint64_t index)
{
    SCOPED(buf_done) struct buf text = {0};
    struct pass_from pass = {.entry = index};
    if (client.len == 0) return OK; /* erased with the customer */
    TRY(pass_network(restoring->shop, client, &text, pass.network));
    if (restoring->pass_count == restoring->pass_room) {
        restoring->pass_room = restoring->pass_room ? restoring->pass_room * 2 : 1024;
        restoring->passes = reallocarray(restoring->passes, restoring->pass_room, sizeof *restoring->passes);
        if (!restoring->passes) abort();
    }
    restoring->passes[restoring->pass_count++] = pass;
    return OK;
}

static int by_entry(const void *a, const void *b)
{
    const struct pass_from *x = a, *y = b;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Where the person was who looked: the asker's network, or with a pass the customer's. NULL: not known any more. */
static const uint8_t *network_of(const struct restoring *restoring, const struct entry *entry,
                                 const struct aside_read *aside)
{
    struct slice network = aside_text_of(aside, COMMIT_NETWORK);
    struct pass_from key = {.entry = entry->object_id};
    const uint8_t *asker = network.len == NETWORK_BYTES ? network.at : NULL;
    bool by_pass = entry->kind == ENTRY_REVEAL && entry->object_kind == RIGHT_PASS;
    if (!by_pass && entry->kind != ENTRY_RELIEF) return asker;
    const struct pass_from *pass =
        restoring->pass_count > 0
            ? bsearch(&key, restoring->passes, restoring->pass_count, sizeof key, by_entry)
            : NULL;
    if (!pass && !by_pass) return asker; /* a wallet that no pass was needed for */
    return pass ? pass->network : NULL;
}

static RESULT entry_restore(struct restoring *restoring, struct slice bytes, struct slice aside_bytes,
                            uint64_t index)
{
    struct entry entry = {0};
    struct reader reader;
    SCOPED(aside_read_done) struct aside_read aside = {0};
    TRY(entry_read(bytes, &entry));
    bool guess = entry.kind == ENTRY_STRANGERS || entry.kind == ENTRY_SESSION;
    if (entry.reader == PORTAL_READER) return OK; /* bounded at the portal itself */
    if ((!entry_is_look(entry.kind) && !guess) || entry.kind == ENTRY_OBSERVED)
        return OK; /* seen elsewhere: nobody's budget */
    TRY(aside_read(aside_bytes, &aside));
    if (guess) {
        guess_restore(restoring->shop, &entry, network_of(restoring, &entry, &aside));
        return OK;
    }
    if (entry.kind == ENTRY_PASS) TRY(pass_keep(restoring, aside_text_of(&aside, COMMIT_CLIENT), index));
    if (entry.kind == ENTRY_LOOKUP) try_restore(restoring->shop, &entry, &aside, index);
    reader_again(restoring->shop, entry.reader, network_of(restoring, &entry, &aside), &reader);
    if (!reader.role) reader.role = role_by_id(&restoring->shop->access, entry.role);
    if (aside.set_count == 0) return OK;
    TRY(restoring_room(restoring, aside.set_count));
    memcpy(restoring->looks, aside.set, aside.set_count * sizeof *aside.set);
    return looks_restore(restoring, &reader, entry.time_us, aside.set_count);
}

/* From entry `from` on, by the minute. */
static RESULT entries_restore(struct restoring *restoring, uint64_t from)
{
    struct ledger *ledger = restoring->shop->ledger;
    for (uint64_t n = from / TILE_WIDTH; n * TILE_WIDTH < ledger_durable(ledger); n++) {
        SCOPED(bundle_done) struct bundle bundle = {0};
        TRY(ledger_bundle(ledger, n, &bundle));
        for (unsigned i = 0; i < bundle.count; i++) {
            if (bundle.first + i < from) continue;
            TRY(entry_restore(restoring, bundle.entries[i], bundle.asides[i], bundle.first + i));
        }
    }
    return OK;
}

/* Where the entries begin that are read again, and the first hour that none of them misses. */
static RESULT replay_from(struct shop *shop, int64_t time_us, uint64_t *from, uint32_t *hour)
{
    uint64_t durable = ledger_durable(shop->ledger);
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    *hour = time_us / HOUR_US > DAY_HOURS ? (uint32_t)(time_us / HOUR_US - DAY_HOURS) : 0;
    TRY(ledger_at_time(shop->ledger, *hour * HOUR_US, from));
    if (durable - *from <= SPEND_REPLAY_MAX) return OK;
    *from = durable - SPEND_REPLAY_MAX;
    TRY(ledger_entry(shop->ledger, *from, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    *hour = (uint32_t)(entry.time_us / HOUR_US) + 1; /* that hour itself comes from sightings, too */
    return OK;
}

RESULT spend_restore(struct shop *shop)
{
    int64_t now_us = clock_now(&shop->clock), time_us = now_us, last_us = ledger_last_us(shop->ledger);
    SCOPED(restoring_done) struct restoring restoring = {.shop = shop};
    uint64_t from = 0;
    uint32_t hour = 0, first = 0;
    if (last_us > time_us)
        time_us = last_us; /* a clock that was ahead, or was put back, must not refill a budget */
    budget_start(shop->budgets, time_us, now_us);
    TRY(replay_from(shop, time_us, &from, &hour));
    if (time_us / DAY_US > METER_DAYS) first = (uint32_t)(time_us / DAY_US - METER_DAYS) * DAY_HOURS;
    if (hour > first) TRY(sightings_each(shop->sightings, first, hour - 1, group_restore, &restoring));
    return entries_restore(&restoring, from);
}
