/* The verbs on canaries: say where their addresses stand and who keeps them, hand one out, see the list. */
#include "keep/access/approval.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/verbs.h"
#include "keep/watch/canary_priv.h"

#include <stdio.h>
#include <string.h>

enum { FREE_TRIES = 64, OPEN_DAYS = APPROVAL_WAITS_DAYS + 1 };

static RESULT domains_take(const struct texts *given, struct canary_plan *plan)
{
    if (given->count == 0 || given->count > CANARY_DOMAINS_MAX)
        return FAIL(INVALID, "canaries: domains: name 1 to %d of the shop's own", CANARY_DOMAINS_MAX);
    plan->domain_count = 0;
    for (size_t i = 0; i < given->count; i++) {
        SCOPED(buf_done) struct buf address = {0}, normal = {0};
        buf_text(&address, "a@");
        buf_slice_put(&address, given->at[i]);
        if (normalise(NORMALISE_EMAIL, buf_slice(&address), (struct slice){0}, &normal).code != CODE_OK ||
            normal.len - 2 > CANARY_DOMAIN_BYTES_MAX)
            return FAIL(INVALID, "canaries: domains: item %zu is no mail domain", i);
        memcpy(plan->domains[i], normal.at + 2, normal.len - 2);
        plan->domains[i][normal.len - 2] = 0;
        plan->domain_count++;
    }
    return OK;
}

static RESULT keepers_take(struct shop *shop, const struct texts *given, struct canary_plan *plan)
{
    size_t want = shop->access.staff_count > 0 ? CANARY_KEEPERS : 0;
    if (given->count != want)
        return FAIL(INVALID, "canaries: keepers: name two members of staff, or none while the shop has none");
    plan->keeper_count = 0;
    for (size_t i = 0; i < want; i++) {
        uint64_t number = 0;
        TRY(id_get(shop, ID_STAFF, given->at[i], &number));
        if (number == 0 || number > shop->access.staff_count ||
            shop->access.staff[number - 1].state == STAFF_LEFT || (i > 0 && plan->keepers[0] == number))
            return FAIL(NOT_FOUND, "canaries: keepers: two different members of staff who are still there");
        plan->keepers[plan->keeper_count++] = (uint32_t)number;
    }
    return OK;
}

static void plan_show(struct shop *shop, const struct canary_plan *plan, struct buf *out)
{
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("domains"));
    cbor_array(out, plan->domain_count);
    for (size_t i = 0; i < plan->domain_count; i++) cbor_text(out, slice_text(plan->domains[i]));
    cbor_text(out, SLICE_TEXT("keepers"));
    cbor_array(out, plan->keeper_count);
    for (size_t i = 0; i < plan->keeper_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_STAFF, plan->keepers[i], &id);
        cbor_text(out, buf_slice(&id));
    }
}

RESULT verb_canary_begin(struct batch *batch, const struct reader *reader, const struct canary_begin_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(canary_plan_done) struct canary_plan plan = shop->canaries->plan;
    SCOPED(buf_done) struct buf body = {0};
    bool put = false;
    if (!canary_keeper(shop, reader))
        return FAIL(ROLE_ACT, "canaries: only the two people whom the shop named may change this");
    TRY(domains_take(&ask->domains, &plan));
    TRY(keepers_take(shop, &ask->keepers, &plan));
    if (!shop->canaries->planned) {
        crypto_random(shop->crypto, plan.seed.bytes, SECRET_BYTES);
        plan.from = shop->last.at;
    }
    plan.open_to = 0;
    canary_plan_write(shop, &plan, &body);
    const struct loosening loosening = {
        AUTHORITY_CANARY, CANARY_PLAN_ROW, buf_slice(&body), {.what = LOOSENS_CANARY_PLAN}, {0}};
    TRY(loosen(batch, reader, &loosening, out, &put));
    if (put) plan_show(shop, &plan, &out->body);
    return OK;
}

RESULT canary_free(struct shop *shop, struct subject_no *out)
{
    const struct canaries *canaries = shop->canaries;
    size_t blocks = canary_blocks(canaries, shop->last.at);
    *out = (struct subject_no){0};
    for (size_t i = 0; i < FREE_TRIES && blocks > 0; i++) {
        struct record record;
        SCOPED(buf_done) struct buf bytes = {0};
        uint64_t random = 0;
        crypto_random(shop->crypto, &random, sizeof random);
        struct subject_no no = {canary_number(canaries, random % blocks)};
        if (no.at > shop->last.at || canary_given(canaries, no)) continue;
        struct result got = record_get(shop, no, false, &bytes, &record, NULL);
        if (got.code == CODE_NOT_FOUND) continue; /* erased */
        TRY(got);
        *out = no;
        return OK;
    }
    return OK;
}

static RESULT for_whom(struct shop *shop, const struct canary_plant_ask *ask, struct canary *out)
{
    uint64_t number = 0;
    if ((ask->key.len > 0) == (ask->partner.len > 0))
        return FAIL(INVALID, "canary: say for which key, or for which partner");
    if (ask->partner.len > CANARY_PARTNER_BYTES_MAX)
        return FAIL(INVALID, "canary: partner: at most %d bytes", CANARY_PARTNER_BYTES_MAX);
    out->for_kind = ask->key.len > 0 ? CANARY_FOR_KEY : CANARY_FOR_PARTNER;
    if (ask->partner.len > 0) memcpy(out->partner, ask->partner.at, ask->partner.len);
    if (ask->key.len == 0) return OK;
    TRY(id_get(shop, ID_KEY, ask->key, &number));
    if (!key_by_id(&shop->access, (uint32_t)number))
        return FAIL(NOT_FOUND, "canary: this shop has no such key");
    out->key = (uint32_t)number;
    return OK;
}

RESULT verb_canary_plant(struct batch *batch, const struct reader *reader, const struct canary_plant_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct canary canary = {.given_us = batch->now_us};
    struct receipt receipt = {0};
    uint32_t id = (uint32_t)shop->canaries->row_count + 1;
    SCOPED(buf_done) struct buf body = {0};
    if (!shop->canaries->planned)
        return FAIL(CONFLICT, "canary: first say under which mail domain of the shop their addresses stand");
    if (id > CANARY_ROWS_MAX) return FAIL(TOO_MANY, "canary: at most %d are handed out", CANARY_ROWS_MAX);
    TRY(for_whom(shop, ask, &canary));
    TRY(canary_free(shop, &canary.no));
    if (canary.no.at == 0) {
        canary.extra = true;
        TRY(canary_make(batch, reader, &canary.no));
    }
    canary_write(shop, id, &canary, &body);
    TRY(authority_put(batch, reader, AUTHORITY_CANARY, id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 1);
    put_text(&out->body, "state", SLICE_TEXT("planted"));
    return OK;
}

/* Its values: those of nobody. */
static RESULT values_show(struct shop *shop, const struct canary *canary, struct buf *out, size_t *count)
{
    static const unsigned fields[] = {FIELD_REF, FIELD_NAME, FIELD_EMAIL, FIELD_PHONE};
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    struct result got = record_get(shop, canary->no, false, &bytes, &record, NULL);
    if (got.cause == CAUSE_SUBJECT_ERASED) return OK;
    TRY(got);
    TRY(record_unlock(shop, canary->no, &record, &data_key));
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record.held >> fields[i] & 1)) continue;
        TRY(record_field(shop, canary->no, &record, fields[i], &value));
        put_text(out, shop->fields.at[fields[i]].name, buf_slice(&value));
        (*count)++;
    }
    return OK;
}

static RESULT canary_show(struct shop *shop, const struct canary *canary, struct buf *out)
{
    SCOPED(buf_done) struct buf whom = {0};
    size_t mark = cbor_open(out), count = 3;
    put_id(shop, out, "id", ID_SUBJECT, canary->no.at);
    if (canary->for_kind == CANARY_FOR_KEY) id_put(shop, ID_KEY, canary->key, &whom);
    if (canary->for_kind == CANARY_FOR_EXPORT) id_put(shop, ID_EXPORT, canary->key, &whom);
    if (canary->for_kind == CANARY_FOR_PARTNER) buf_text(&whom, canary->partner);
    put_text(out, "for", buf_slice(&whom));
    put_time(out, "given", canary->given_us);
    TRY(values_show(shop, canary, out, &count));
    cbor_map_close(out, mark, count);
    return OK;
}

static RESULT list_show(struct shop *shop, struct buf *out)
{
    const struct canaries *canaries = shop->canaries;
    size_t count = 0;
    cbor_map(out, 2);
    put_number(out, "canaries", canary_count(shop));
    cbor_text(out, SLICE_TEXT("items"));
    size_t mark = cbor_open(out);
    for (size_t i = CANARY_PLAN_ROW; i < canaries->row_count; i++) {
        TRY(canary_show(shop, &canaries->rows[i], out));
        count++;
    }
    cbor_array_close(out, mark, count);
    return OK;
}

/* Shown once for each time that a second person said yes; both acts are entries. */
RESULT verb_canary_list(struct batch *batch, const struct reader *reader, const struct canary_list_ask *ask,
                        struct answer *out)
{
    (void)ask;
    struct shop *shop = batch->shop;
    SCOPED(canary_plan_done) struct canary_plan plan = shop->canaries->plan;
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    bool open = plan.open_to == reader->no && reader->no != 0 && batch->now_us < plan.open_until_us;
    if (!canary_keeper(shop, reader))
        return FAIL(ROLE_ACT, "canaries: only the two people whom the shop named may ask for the list");
    if (!shop->canaries->planned) return FAIL(CONFLICT, "canaries: the shop has none yet");
    if (!open) {
        plan.open_to = reader->no;
        plan.open_until_us = batch->now_us + OPEN_DAYS * DAY_US;
        canary_plan_write(shop, &plan, &body);
        const struct loosening loosening = {
            AUTHORITY_CANARY, CANARY_PLAN_ROW, buf_slice(&body), {.what = LOOSENS_CANARY_LIST}, {0}};
        TRY(loosen(batch, reader, &loosening, out, &open));
        if (!open) return OK;
        buf_clear(&body);
    }
    plan.open_to = 0;
    plan.open_until_us = 0;
    canary_plan_write(shop, &plan, &body);
    TRY(authority_put(batch, reader, AUTHORITY_CANARY, CANARY_PLAN_ROW, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    return list_show(shop, &out->body);
}
