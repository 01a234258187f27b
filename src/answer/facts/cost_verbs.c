/* What an incident can cost, or would cost if everybody's data leaked today: maxima by formula, and what was said of prices. */
#include "answer/facts/deadlines.h"
#include "answer/facts/verbs.h"
#include "answer/law/cost.h"
#include "keep/profile.h"
#include "keep/put.h"
#include "keep/watch/canary.h"

struct costing {
    const struct law *law;
    const struct law_case *facts;
    struct law_turnover turnover;
    uint64_t people;
};

static size_t money_put(struct buf *out, const char *amount_name, const char *currency_name, uint64_t amount,
                        const char *currency)
{
    if (!currency) return 0;
    put_number(out, amount_name, amount);
    put_text(out, currency_name, slice_text(currency));
    return 2;
}

static RESULT fine_put(const struct costing *costing, const struct law_applied *applied,
                       const struct law_fine *fine, struct buf *out)
{
    static const char *const answers[] = {"no", "maybe", "yes"};
    struct law_cost cost = {0};
    TRY(law_cost(fine, &costing->turnover, applied->people, &cost));
    size_t map = cbor_open(out), count = 8;
    put_text(out, "regime", slice_text(applied->regime->id));
    put_text(out, "applies", slice_text(answers[applied->answer]));
    put_text(out, "fine", slice_text(fine->id));
    put_text(out, "kind", slice_text(law_fine_kind_name(fine->kind)));
    put_bool(out, "aggravated", fine->aggravated);
    put_bool(out, "known", cost.kind == LAW_COST_AMOUNT || cost.kind == LAW_COST_EITHER);
    put_text(out, "text", slice_text(fine->text));
    put_text(out, "sure", slice_text(law_sure_name(fine->sure)));
    count += money_put(out, "amount", "currency", cost.amount, cost.currency);
    count += money_put(out, "other_amount", "other_currency", cost.other_amount, cost.other_currency);
    if (cost.kind == LAW_COST_TURNOVER || cost.kind == LAW_COST_PEOPLE) {
        put_text(out, "needs",
                 cost.kind == LAW_COST_TURNOVER ? SLICE_TEXT("turnover") : SLICE_TEXT("people"));
        count++;
    }
    cbor_map_close(out, map, count);
    return OK;
}

static RESULT fines_put(const struct costing *costing, struct buf *out)
{
    size_t items = 0;
    cbor_text(out, SLICE_TEXT("fines"));
    size_t array = cbor_open(out);
    for (size_t i = 0; law_at(costing->law, i); i++) {
        struct law_applied applied;
        law_applies(costing->law, law_at(costing->law, i), costing->facts, &applied);
        for (uint32_t j = 0; applied.answer != LAW_NO && j < applied.regime->fines_count; j++, items++)
            TRY(fine_put(costing, &applied, &applied.regime->fines[j], out));
    }
    cbor_array_close(out, array, items);
    return OK;
}

/* So many people at a price each that was said; nothing is taken for granted where none was. */
static RESULT each_put(const char *name, uint64_t people, uint64_t each, const char *currency,
                       struct buf *out)
{
    uint64_t sum = 0;
    cbor_text(out, slice_text(name));
    if (each == 0) {
        cbor_null(out);
        return OK;
    }
    if (!currency[0])
        return FAIL(MEMBER_MISSING, "%s_each: in which currency? amanah profile put currency=", name);
    if (__builtin_mul_overflow(people, each, &sum)) return FAIL(INVALID, "%s_each: too large", name);
    cbor_map(out, 4);
    put_number(out, "people", people);
    put_number(out, "each", each);
    put_number(out, "amount", sum);
    put_text(out, "currency", slice_text(currency));
    return OK;
}

/* What it took so far, by the timeline; null before any leak. */
static void spent_put(const struct fold *fold, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("spent"));
    if (!fold) {
        cbor_null(out);
        return;
    }
    cbor_map(out, 2);
    put_number(out, "minutes", fold->minutes);
    cbor_text(out, SLICE_TEXT("costs"));
    cbor_array(out, fold->cost_count);
    for (size_t i = 0; i < fold->cost_count; i++) {
        cbor_map(out, 2);
        put_text(out, "currency", slice_text(fold->costs[i].currency));
        put_number(out, "amount_minor", fold->costs[i].amount);
    }
}

static void assumptions_put(bool today, struct buf *out)
{
    static const char *const said[] = {"maxima",        "one_turnover", "no_sum",
                                       "no_lost_trade", "everybody",    "at_the_seat"};
    size_t count = today ? COUNT_OF(said) : 4;
    cbor_text(out, SLICE_TEXT("assumptions"));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_text(out, slice_text(said[i]));
}

static RESULT cost_put(const struct profile *profile, const struct incident_cost_ask *ask,
                       const struct costing *costing, const struct fold *fold, struct buf *out)
{
    cbor_map(out, 8);
    put_number(out, "people", costing->people);
    TRY(fines_put(costing, out));
    TRY(each_put("notice", costing->people, ask->notice_each, profile->currency, out));
    TRY(each_put("redress", costing->people, ask->redress_each, profile->currency, out));
    spent_put(fold, out);
    cbor_text(out, SLICE_TEXT("prevention"));
    if (profile->prevention > 0) {
        cbor_map(out, 2);
        put_number(out, "amount_a_year", profile->prevention);
        put_text(out, "currency", slice_text(profile->currency));
    } else {
        cbor_null(out);
    }
    put_bool(out, "today", fold == NULL);
    assumptions_put(fold == NULL, out);
    return OK;
}

static struct law_turnover turnover_of(const struct profile *profile)
{
    if (profile->turnover == 0) return (struct law_turnover){0};
    return (struct law_turnover){profile->currency, profile->turnover};
}

/* As if it were known now that everybody's data leaked: all of them counted where the shop has its seat. */
static RESULT cost_today(struct batch *batch, const struct incident_cost_ask *ask, struct answer *out)
{
    const struct profile *profile = profile_of(batch->shop);
    const struct law_people people = {profile->seat, shop_customers(batch->shop)};
    const struct law_instant now = {LAW_FROM_AWARE, batch->now_us, NULL, NULL};
    const struct lawbook *book = NULL;
    struct law_case facts = {
        .instants = &now, .instant_count = 1, .now_us = batch->now_us, .seat = profile->seat};
    if (!profile->seat[0]) return FAIL(MEMBER_MISSING, "seat: where is the shop? amanah profile put seat=ID");
    facts.people = &people;
    facts.people_count = 1;
    if (profile->marketplace != PROFILE_UNSAID)
        *(profile->marketplace == PROFILE_YES ? &facts.yes : &facts.no) |= LAW_BIT(LAW_FACT_MARKETPLACE);
    if (profile->medium != PROFILE_UNSAID)
        *(profile->medium == PROFILE_YES ? &facts.yes : &facts.no) |= LAW_BIT(LAW_FACT_MEDIUM_OR_LARGER);
    TRY(lawbook(batch->shop, &book));
    const struct costing costing = {book->law, &facts, turnover_of(profile), people.count};
    return cost_put(profile, ask, &costing, NULL, &out->body);
}

RESULT verb_incident_cost(struct batch *batch, const struct reader *reader,
                          const struct incident_cost_ask *ask, struct answer *out)
{
    const struct profile *profile = profile_of(batch->shop);
    struct incident *incident = NULL;
    SCOPED(deadlines_free) struct deadlines *all = NULL;
    if (ask->id.len == 0) return cost_today(batch, ask, out);
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(deadlines_of(batch->shop, incident, batch->now_us, &all));
    const struct told_three *any = &all->facts.scope.any;
    const struct costing costing = {all->book->law, &all->made.facts, turnover_of(profile),
                                    all->facts.counted ? any->known_persons + any->possible_persons : 0};
    return cost_put(profile, ask, &costing, &all->reading.fold, &out->body);
}
