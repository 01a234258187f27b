/* What budgets let through, told from the same charges that enforce them. */
#include "keep/observe/outside.h"
#include "keep/put.h"
#include "keep/spend.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"
#include "keep/watch/watching.h"
#include "watch/detect/detect.h"

#include <string.h>

enum { THOUSAND = 1000 };

/* A live reader of a key, from nowhere: the budget of a network does not bound a thief who has several. */
static bool reader_of_key(const struct access *access, const struct key *key, int64_t now_us,
                          struct reader *out)
{
    *out = (struct reader){.no = reader_no(READER_KEY, key->id), .key = key};
    out->line = reader_line(access, out->no);
    out->role = role_by_id(access, key->role);
    out->person_count = key->holder_count;
    memcpy(out->persons, key->holders, key->holder_count * sizeof *key->holders);
    return key->ended_us == 0 && now_us < key->expires_us;
}

static bool shows_people(const struct role *role)
{
    const uint32_t acts =
        1U << ACT_REVEAL | 1U << ACT_LOOKUP | 1U << ACT_IMPORT | 1U << ACT_CHANGE | 1U << ACT_CREATE;
    return role->acts & acts;
}

/* "people" and "per_mille" by window. */
static void reach_put(struct shop *shop, const struct reader *reader, struct buf *out)
{
    struct charge charges[SPEND_FIXED + KEY_HOLDERS_MAX];
    struct spending spending = {charges, 0};
    uint64_t people[WINDOW_COUNT], customers = shop_customers(shop);
    spending_of(shop, reader, &spending);
    for (size_t i = 0; i < spending.count; i++) charges[i].count = 1;
    struct plan plan = {0, charges, spending.count};
    for (int window = 0; window < WINDOW_COUNT; window++) {
        uint64_t reach = shows_people(reader->role) ? budget_reach(&plan, (enum window)window) : 0;
        people[window] = reach < customers ? reach : customers;
    }
    cbor_text(out, SLICE_TEXT("people"));
    cbor_map(out, WINDOW_COUNT);
    for (int window = 0; window < WINDOW_COUNT; window++)
        put_number(out, window_rows[window].name, people[window]);
    cbor_text(out, SLICE_TEXT("per_mille"));
    cbor_map(out, WINDOW_COUNT);
    for (int window = 0; window < WINDOW_COUNT; window++) {
        uint64_t share = customers ? people[window] * THOUSAND / customers : 0;
        put_number(out, window_rows[window].name, share);
    }
}

static void key_reach_put(struct shop *shop, const struct reader *reader, struct buf *out)
{
    cbor_map(out, 5);
    put_id(shop, out, "key", ID_KEY, reader->key->id);
    put_text(out, "name", slice_text(reader->key->name));
    put_text(out, "role", slice_text(reader->role->name));
    reach_put(shop, reader, out);
}

RESULT verb_blast_radius(struct batch *batch, const struct reader *reader, const struct blast_radius_ask *ask,
                         struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    const struct access *access = &shop->access;
    struct reader one;
    size_t count = 0;
    cbor_map(&out->body, 3);
    put_number(&out->body, "customers", shop_customers(shop));
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    for (size_t i = 0; i < access->key_count; i++) {
        if (!reader_of_key(access, &access->keys[i], batch->now_us, &one)) continue;
        key_reach_put(shop, &one, &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    cbor_text(&out->body, SLICE_TEXT("roles"));
    cbor_array(&out->body, access->role_count);
    for (size_t i = 0; i < access->role_count; i++) {
        one = (struct reader){.no = reader_no(READER_KEY, 0), .role = &access->roles[i]};
        cbor_map(&out->body, 3);
        put_text(&out->body, "role", slice_text(one.role->name));
        reach_put(shop, &one, &out->body);
    }
    return OK;
}

static void charge_put(struct batch *batch, const struct charge *charge, struct buf *out)
{
    struct shop *shop = batch->shop;
    uint64_t used[WINDOW_COUNT];
    budget_used(shop->budgets, charge->scope, charge->id, batch->now_us, used);
    cbor_map(out, 1 + (charge->scope == BUDGET_HOLDER) + WINDOW_COUNT);
    put_text(out, "scope", slice_text(budget_scope_name(charge->scope)));
    if (charge->scope == BUDGET_HOLDER) put_id(shop, out, "id", ID_STAFF, charge->id);
    for (int window = 0; window < WINDOW_COUNT; window++) {
        cbor_text(out, slice_text(window_rows[window].name));
        cbor_map(out, 2);
        put_number(out, "used", used[window]);
        put_number(out, "limit", charge->limits.at[window]);
    }
}

/* What its detectors hold of a reader. Zeros: nothing, or not for who asks. */
static void habit_put(struct batch *batch, uint64_t line, bool hidden, struct buf *out)
{
    struct shop *shop = batch->shop;
    enum { TENTHS = 10 };
    struct watch_view view = {0};
    uint32_t hours[HOURS_KEPT] = {0};
    if (!hidden) {
        (void)watching_view(shop, line, &view); /* false: nothing is known, as zeros say */
        watching_hours(shop, line, batch->now_us, hours);
    }
    cbor_text(out, SLICE_TEXT("habit"));
    cbor_map(out, 7);
    put_number(out, "people_today", view.people_today);
    put_number(out, "days", view.days);
    put_number(out, "usual_a_day", (uint64_t)view.baseline);
    put_number(out, "rise_tenths", (uint64_t)(view.rise * TENTHS));
    put_bool(out, "alerted", view.alerted);
    put_number(out, "busiest_hour", (uint64_t)view.busiest_hour);
    cbor_text(out, SLICE_TEXT("hours"));
    cbor_array(out, HOURS_KEPT);
    for (size_t i = 0; i < HOURS_KEPT; i++) cbor_uint(out, hours[i]);
}

static void counts_put(struct batch *batch, struct buf *out)
{
    struct watching_counts counts = watching_counts(batch->shop, batch->now_us);
    cbor_text(out, SLICE_TEXT("watch"));
    cbor_map(out, 6);
    put_bool(out, "on", counts.on);
    put_number(out, "readers", counts.readers);
    put_number(out, "refused", counts.refused);
    put_number(out, "muted", counts.muted);
    put_number(out, "dropped", counts.dropped);
    put_number(out, "evicted", counts.evicted);
}

/* One reader with everything its looks are charged to. `hidden`: who asks may be the reader, and is told no more. */
static void reader_status_put(struct batch *batch, const struct reader *reader, bool hidden, struct buf *out)
{
    struct charge charges[SPEND_FIXED + KEY_HOLDERS_MAX];
    struct spending spending = {charges, 0};
    SCOPED(buf_done) struct buf name = {0};
    spending_of(batch->shop, reader, &spending);
    spending_allow(batch->shop, &spending);
    reader_put(batch->shop, reader->no, &name);
    cbor_map(out, 6);
    put_text(out, "reader", buf_slice(&name));
    put_text(out, "name", slice_text(reader->key ? reader->key->name : ""));
    put_text(out, "role", slice_text(reader->role->name));
    put_text(out, "breaker", slice_text(hidden ? "closed" : watching_state(batch->shop, reader->line)));
    habit_put(batch, reader->line, hidden, out);
    cbor_text(out, SLICE_TEXT("budgets"));
    cbor_array(out, spending.count);
    for (size_t i = 0; i < spending.count; i++) charge_put(batch, &charges[i], out);
}

RESULT verb_watch_status(struct batch *batch, const struct reader *reader, const struct watch_status_ask *ask,
                         struct answer *out)
{
    (void)ask;
    const struct access *access = &batch->shop->access;
    const struct role admin = role_builtin(0);
    struct reader one = {.no = reader_no(READER_OPERATOR, 0), .role = &admin};
    one.line = one.no;
    size_t count = 1;
    cbor_map(&out->body, 4);
    put_number(&out->body, "customers", shop_customers(batch->shop));
    counts_put(batch, &out->body);
    cbor_text(&out->body, SLICE_TEXT("outside"));
    TRY(outside_status_put(batch->shop, batch->now_us, &out->body));
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    reader_status_put(batch, &one, false, &out->body);
    for (size_t i = 0; i < access->key_count; i++) {
        if (!reader_of_key(access, &access->keys[i], batch->now_us, &one)) continue;
        reader_status_put(batch, &one, watching_concerns(batch->shop, reader, one.line), &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    return OK;
}
