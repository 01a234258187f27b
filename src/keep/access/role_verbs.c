/* The verbs on roles, and what a reader may learn of itself. */
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/containment.h"
#include "keep/access/second.h"
#include "keep/put.h"
#include "keep/spend.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <stdio.h>

static void put_acts(const struct role *role, struct buf *out)
{
    size_t mark = cbor_open(out), count = 0;
    for (int act = 0; act < ACT_NONE; act++) {
        const char *name = act_name((enum act)act);
        if (!name || !(role->acts >> act & 1)) continue;
        cbor_text(out, slice_text(name));
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void put_fields(struct shop *shop, const struct role *role, struct buf *out)
{
    size_t mark = cbor_open(out);
    size_t count = field_names_put(&shop->fields, role->fields_all ? UINT64_MAX : role->full, "", out);
    uint64_t masked = role->fields_all ? 0 : role->masked & ~role->full;
    count += field_names_put(&shop->fields, masked, ".mask", out);
    cbor_array_close(out, mark, count);
}

static void put_purposes(const struct role *role, struct buf *out)
{
    cbor_array(out, role->purpose_count);
    for (size_t i = 0; i < role->purpose_count; i++) {
        const char *name = role->purposes[i] == PURPOSE_ANY ? "*" : purpose_name(role->purposes[i]);
        cbor_text(out, slice_text(name ? name : "unknown"));
    }
}

/* The window of the reader's own budget that the fewest people are left in. */
static void put_budget(struct batch *batch, const struct reader *reader, struct buf *out)
{
    struct limits limits = spend_limits(batch->shop, reader);
    uint64_t used[WINDOW_COUNT], least = UINT64_MAX;
    int tightest = WINDOW_DAY;
    budget_used(batch->shop->budgets, BUDGET_READER, reader->line, batch->now_us, used);
    for (int window = WINDOW_MINUTE; window < WINDOW_COUNT; window++) {
        uint64_t left = limits.at[window] > used[window] ? limits.at[window] - used[window] : 0;
        if (left > least || (left == least && window != WINDOW_DAY)) continue;
        least = left;
        tightest = window;
    }
    cbor_map(out, 3);
    put_text(out, "window", slice_text(window_rows[tightest].name));
    put_number(out, "limit", limits.at[tightest]);
    put_number(out, "used", used[tightest]);
}

RESULT verb_self(struct batch *batch, const struct reader *reader, const struct self_ask *ask,
                 struct answer *out)
{
    (void)ask;
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf name = {0};
    size_t count = 7;
    reader_put(shop, reader->no, &name);
    size_t mark = cbor_open(&out->body);
    put_text(&out->body, "reader", buf_slice(&name));
    put_text(&out->body, "role", slice_text(reader->role->name));
    put_text(&out->body, "shop", slice_text(shop->name));
    cbor_text(&out->body, SLICE_TEXT("acts"));
    put_acts(reader->role, &out->body);
    cbor_text(&out->body, SLICE_TEXT("fields"));
    put_fields(shop, reader->role, &out->body);
    cbor_text(&out->body, SLICE_TEXT("purposes"));
    put_purposes(reader->role, &out->body);
    if (reader->key) {
        put_time(&out->body, "expires", reader->key->expires_us);
        count++;
    }
    if (reader->csrf[0]) {
        put_text(&out->body, "csrf", slice_text(reader->csrf));
        count++;
    }
    cbor_text(&out->body, SLICE_TEXT("budget"));
    put_budget(batch, reader, &out->body);
    cbor_map_close(&out->body, mark, count);
    return OK;
}

/* Wider than it was; or, when it is new, than every role there is. */
static bool role_is_wider(struct shop *shop, const struct role *role)
{
    const struct role *old = role_by_id(&shop->access, role->id);
    if (old) return !role_within(role, old, shop_customers(shop));
    for (size_t i = 0; i < shop->access.role_count; i++) {
        if (role_within(role, &shop->access.roles[i], shop_customers(shop))) return false;
    }
    return true;
}

enum { FIELDS_EVER = 0x7fffffff }; /* those that every shop has */

static unsigned more_bits(uint64_t now, uint64_t before)
{
    return (unsigned)__builtin_popcountll(now & ~before);
}

/* What a second person is asked to agree to: how much more than before. */
static RESULT widening_ask(struct batch *batch, const struct reader *reader, const struct role *role,
                           const struct loosening *loosening, struct answer *out, bool *put)
{
    static const struct role nothing = {.reason = true};
    struct shop *shop = batch->shop;
    const struct role *known = role_by_id(&shop->access, role->id), *old = known ? known : &nothing;
    uint64_t full = role->fields_all ? UINT64_MAX : role->full;
    uint64_t before = old->fields_all ? UINT64_MAX : old->full;
    struct limits now = limits_of_role(role, shop_customers(shop));
    struct limits was = known ? limits_of_role(old, shop_customers(shop)) : (struct limits){{0}};
    const char *fields_seen = role->fields_all && !old->fields_all ? "all" : "some";
    struct loosening_value name = SAID_TEXT(slice_text(role->name)),
                           fields = SAID_NUMBER(more_bits(full & FIELDS_EVER, before)),
                           acts = SAID_NUMBER(more_bits(role->acts, old->acts)),
                           purposes = SAID_NUMBER(role->purpose_count),
                           people = SAID_NUMBER(now.at[WINDOW_DAY]),
                           sees = SAID_TEXT(slice_text(fields_seen)),
                           reason = SAID_TEXT(slice_text(role->reason ? "asked" : "none"));
    struct loosening whole = *loosening;
    if (known) {
        whole.what =
            (struct loosening_said){LOOSENS_ROLE,
                                    {name, sees, fields, acts, purposes, SAID_NUMBER(old->purpose_count),
                                     people, SAID_NUMBER(was.at[WINDOW_DAY]), reason}};
    } else {
        whole.what =
            (struct loosening_said){LOOSENS_ROLE_NEW, {name, sees, fields, acts, purposes, people, reason}};
    }
    return loosen(batch, reader, &whole, out, put);
}

static const char *const window_members[] = {"minute", "hour", "daily", "monthly"};

/* Which limits the shop said itself. All else follows its size, and goes on to when a role is put without it. */
static void put_own(const struct role *role, struct buf *out)
{
    size_t mark = cbor_open(out), count = 0;
    for (int window = 0; window < WINDOW_COUNT; window++) {
        if (role->limits.at[window] == 0) continue;
        cbor_text(out, slice_text(window_members[window]));
        count++;
    }
    cbor_array_close(out, mark, count);
}

/* How many people one of its readers may look at, today; which classes have a limit of their own. */
static void put_limits(const struct shop *shop, const struct role *role, struct buf *out)
{
    struct limits limits = limits_of_role(role, shop_customers(shop));
    size_t count = 0;
    for (int window = 0; window < WINDOW_COUNT; window++)
        put_number(out, window_members[window], limits.at[window]);
    cbor_text(out, SLICE_TEXT("classes"));
    size_t mark = cbor_open(out);
    for (int class = 0; class < CLASS_COUNT; class ++) {
        char text[FIELD_NAME_BYTES_MAX];
        if (role->classes[class] == 0) continue;
        (void)snprintf(text, sizeof text, "%s=%u", field_class_name((enum field_class) class),
                       role->classes[class]);
        cbor_text(out, slice_text(text));
        count++;
    }
    cbor_array_close(out, mark, count);
}

/* A role as what asks for a wider one compares it; `own` as well where its shop's list shows it. */
static void role_item_put(struct shop *shop, const struct role *role, bool own, struct buf *out)
{
    cbor_map(out, 12 + WINDOW_COUNT + own);
    put_text(out, "name", slice_text(role->name));
    cbor_text(out, SLICE_TEXT("fields"));
    put_fields(shop, role, out);
    cbor_text(out, SLICE_TEXT("purposes"));
    put_purposes(role, out);
    cbor_text(out, SLICE_TEXT("acts"));
    put_acts(role, out);
    put_limits(shop, role, out);
    put_bool(out, "reason", role->reason);
    put_bool(out, "grant", role->grant);
    put_bool(out, "pass", role->pass);
    put_text(out, "lesson", slice_text(role->lesson));
    put_number(out, "approval_above", role->approval_above);
    put_text(out, "watch", slice_text(stance_name(role->stance)));
    put_bool(out, "watch_alone", role->alone);
    if (!own) return;
    cbor_text(out, SLICE_TEXT("own"));
    put_own(role, out);
}

/* Whom a tighter role leaves without a right to approve: noted with each, so that it is known who was removed by it. */
static RESULT silenced_note(struct batch *batch, const struct reader *reader, const bool *could, size_t count)
{
    struct access *access = &batch->shop->access;
    struct receipt receipt = {0};
    for (size_t i = 0; i < count; i++) {
        SCOPED(staff_done) struct staff staff = {0};
        if (!could[i] || person_may_approve(access, access->staff[i].id)) continue;
        staff_copy(&access->staff[i], &staff);
        staff.silenced_us = batch->now_us;
        TRY(staff_put(batch, reader, &staff, &receipt));
    }
    return OK;
}

static RESULT role_tighten(struct batch *batch, const struct reader *reader, const struct role *role,
                           struct slice body, struct receipt *receipt)
{
    const struct access *access = &batch->shop->access;
    size_t count = access->staff_count;
    struct reader self = *reader;
    struct role own = *reader->role; /* the roles move when a new one is put */
    bool *could = arena_take(batch->arena, (count + 1) * sizeof *could);
    self.role = &own;
    for (size_t i = 0; i < count; i++) could[i] = person_may_approve(access, access->staff[i].id);
    TRY(authority_put(batch, &self, AUTHORITY_ROLE, role->id, body, receipt));
    return silenced_note(batch, &self, could, count);
}

RESULT verb_role_put(struct batch *batch, const struct reader *reader, const struct role_put_ask *ask,
                     struct answer *out)
{
    struct role role = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(containment_ask_of(&batch->shop->access, reader));
    TRY(role_from_ask(batch->shop, ask, &role));
    role_body_write(&role, &body);
    if (role_is_wider(batch->shop, &role)) {
        const struct role *old = role_by_id(&batch->shop->access, role.id);
        SCOPED(buf_done) struct buf was = {0}, now = {0}, changes = {0};
        bool put = false;
        if (old) role_item_put(batch->shop, old, false, &was);
        role_item_put(batch->shop, &role, false, &now);
        changes_put(buf_slice(&was), buf_slice(&now), &changes);
        const struct loosening loosening = {
            .kind = AUTHORITY_ROLE, .id = role.id, .body = buf_slice(&body), .changes = buf_slice(&changes)};
        TRY(widening_ask(batch, reader, &role, &loosening, out, &put));
        if (!put) return OK;
    } else {
        TRY(role_tighten(batch, reader, &role, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    }
    cbor_map(&out->body, 1);
    put_text(&out->body, "name", ask->name);
    return OK;
}

RESULT verb_role_list(struct batch *batch, const struct reader *reader, const struct role_list_ask *ask,
                      struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, shop->access.role_count);
    for (size_t i = 0; i < shop->access.role_count; i++)
        role_item_put(shop, &shop->access.roles[i], true, &out->body);
    return OK;
}
