/* The verbs on budgets that a shop puts. */
#include "keep/access/approval.h"
#include "keep/access/budget.h"
#include "keep/access/changes.h"
#include "keep/access/network.h"
#include "keep/put.h"
#include "keep/spend.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <stdio.h>
#include <string.h>

static RESULT target_reader(struct shop *shop, struct slice id, uint64_t *out)
{
    if (slice_is(id, "operator")) {
        *out = reader_no(READER_OPERATOR, 0);
        return OK;
    }
    enum id_kind kind = slice_starts(id, "staff_") ? ID_STAFF : ID_KEY;
    TRY(id_get(shop, kind, id, out));
    *out =
        reader_line(&shop->access, reader_no(kind == ID_STAFF ? READER_STAFF : READER_KEY, (uint32_t)*out));
    return OK;
}

static RESULT target_network(struct slice text, uint64_t *out)
{
    enum { BLOCK_BITS = 64 };
    struct network_range range = {0};
    TRY(network_range_get(text, &range));
    *out = network_id(range.at);
    bool four = *out >> 32 == NETWORK_FOUR;
    if (*out != 0 && range.bits >= (four ? NETWORK_BITS : BLOCK_BITS)) return OK;
    return FAIL(INVALID, "budget: id: a network is one IPv4 address, or an IPv6 /64 by one of its addresses");
}

static RESULT target_of(struct shop *shop, const struct budget_put_ask *ask, struct budget_row *out)
{
    const struct role *role = NULL;
    for (int scope = BUDGET_READER; scope <= BUDGET_SHOP; scope++) {
        if (slice_is(ask->scope, budget_scope_name((enum budget_scope)scope)))
            out->scope = (enum budget_scope)scope;
    }
    if ((out->scope == BUDGET_SHOP) != (ask->id.len == 0) && out->scope != 0)
        return FAIL(INVALID, "budget: id: say which reader, holder, network or role; of the shop none");
    if (out->scope == BUDGET_SHOP) return OK;
    if (out->scope == BUDGET_READER) return target_reader(shop, ask->id, &out->target);
    if (out->scope == BUDGET_HOLDER) return id_get(shop, ID_STAFF, ask->id, &out->target);
    if (out->scope == BUDGET_NETWORK && ask->monthly > 0)
        return FAIL(INVALID, "budget: monthly: networks are counted for a day; leave it out");
    if (out->scope == BUDGET_NETWORK) return target_network(ask->id, &out->target);
    if (out->scope != BUDGET_ROLE)
        return FAIL(INVALID, "budget: scope: reader, holder, network, role or shop");
    role = role_find(&shop->access, ask->id);
    if (!role) return FAIL(NOT_FOUND, "budget: id: this shop has no such role");
    out->target = role->id;
    return OK;
}

/* What holds for the scope without a row; above a reader, the least that it can be. */
static struct limits without_row(struct shop *shop, const struct budget_row *row)
{
    static const struct role person = {.reason = true};
    const struct role *role = &person;
    struct limits least = limits_of_role(&person, shop_customers(shop));
    if (row->scope != BUDGET_READER) return limits_of_scope(row->scope, &least, shop_customers(shop));
    if (row->target == reader_no(READER_OPERATOR, 0)) return limits_of_operator();
    const struct key *key =
        row->target >> 32 == READER_KEY ? key_by_id(&shop->access, (uint32_t)row->target) : NULL;
    if (key) role = role_by_id(&shop->access, key->role);
    return limits_of_role(role, shop_customers(shop));
}

/* Does the row let anybody see more than what holds now? */
static bool is_wider(struct shop *shop, const struct budget_row *row, const struct budget_row *old)
{
    struct limits base = without_row(shop, row), before = base, after = base;
    for (int window = 0; window < WINDOW_COUNT; window++) {
        uint64_t was = old ? old->limits.at[window] : 0, is = row->limits.at[window];
        if (was > 0) before.at[window] = was;
        if (is > 0) after.at[window] = is;
        if (was > 0 && is == 0 && row->scope != BUDGET_READER) return true; /* for some it may be more */
    }
    return !limits_within(&after, &before);
}

static void network_put(uint64_t network, struct buf *out)
{
    struct network_range range = {.at = {[10] = 0xff, [11] = 0xff}, .bits = NETWORK_BITS};
    if (network >> 32 == NETWORK_FOUR) {
        be32_put(range.at + 12, (uint32_t)network);
    } else if (network == 1) {
        range = (struct network_range){.at = {[15] = 1}, .bits = NETWORK_BITS};
    } else {
        range = (struct network_range){.bits = 64};
        be64_put(range.at, network);
    }
    network_range_put(&range, out);
}

static void target_put(struct shop *shop, const struct budget_row *row, struct buf *out)
{
    SCOPED(buf_done) struct buf id = {0};
    if (row->scope == BUDGET_READER) reader_put(shop, row->target, &id);
    if (row->scope == BUDGET_HOLDER) id_put(shop, ID_STAFF, row->target, &id);
    if (row->scope == BUDGET_ROLE) buf_text(&id, role_by_id(&shop->access, (uint32_t)row->target)->name);
    if (row->scope == BUDGET_NETWORK) network_put(row->target, &id);
    put_text(out, "scope", slice_text(budget_scope_name(row->scope)));
    put_text(out, "id", buf_slice(&id));
}

static void row_put(struct shop *shop, const struct budget_row *row, struct buf *out)
{
    static const char *const names[] = {"minute", "hour", "daily", "monthly"};
    cbor_map(out, 2 + WINDOW_COUNT);
    target_put(shop, row, out);
    for (int window = 0; window < WINDOW_COUNT; window++)
        put_number(out, names[window], row->limits.at[window]);
}

RESULT verb_budget_put(struct batch *batch, const struct reader *reader, const struct budget_put_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct budget_row row = {.limits = {{ask->minute, ask->hour, ask->daily, ask->monthly}}};
    const struct budget_row *old = NULL;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(target_of(shop, ask, &row));
    for (size_t i = 0; i < shop->access.budget_count && !old; i++) {
        const struct budget_row *at = &shop->access.budgets[i];
        if (at->scope == row.scope && at->target == row.target) old = at;
    }
    if (!old && shop->access.budget_count == BUDGETS_MAX)
        return FAIL(TOO_MANY, "budget: a shop has at most %d of its own; change one", BUDGETS_MAX);
    row.id = old ? old->id : (uint32_t)shop->access.budget_count + 1;
    budget_body_write(&row, &body);
    if (is_wider(shop, &row, old)) {
        SCOPED(buf_done) struct buf was = {0}, now = {0}, changes = {0};
        bool put = false;
        if (old) row_put(shop, old, &was);
        row_put(shop, &row, &now);
        changes_put(buf_slice(&was), buf_slice(&now), &changes);
        const struct loosening loosening = {
            AUTHORITY_BUDGET,
            row.id,
            buf_slice(&body),
            {LOOSENS_BUDGET, {SAID_TEXT(slice_text(budget_scope_name(row.scope)))}},
            buf_slice(&changes)};
        TRY(loosen(batch, reader, &loosening, out, &put));
        if (!put) return OK;
    } else {
        TRY(authority_put(batch, reader, AUTHORITY_BUDGET, row.id, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    }
    row_put(shop, &row, &out->body);
    return OK;
}

RESULT verb_budget_list(struct batch *batch, const struct reader *reader, const struct budget_list_ask *ask,
                        struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, shop->access.budget_count);
    for (size_t i = 0; i < shop->access.budget_count; i++)
        row_put(shop, &shop->access.budgets[i], &out->body);
    return OK;
}
