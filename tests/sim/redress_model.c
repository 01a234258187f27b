#include "redress_model.h"

#include <assert.h>
#include <string.h>

static bool is_of(const struct redress_taking *at, unsigned campaign, unsigned part, unsigned person)
{
    return at->campaign == campaign && at->part == part && (person == 0 || at->person == person);
}

uint64_t redress_used(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person)
{
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= model->taking_count; i++) {
        const struct redress_taking *at = &model->takings[i];
        if (is_of(at, campaign, part, person)) sum += at->taken - at->back;
    }
    return sum;
}

uint64_t redress_held(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person)
{
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= model->taking_count; i++) {
        const struct redress_taking *at = &model->takings[i];
        if (is_of(at, campaign, part, person)) sum += at->held;
    }
    return sum;
}

uint64_t redress_open(const struct redress_model *model, unsigned campaign, unsigned part)
{
    const struct redress_part *of = &model->campaigns[campaign].parts[part];
    return of->budget - of->expired - redress_used(model, campaign, part, 0) -
           redress_held(model, campaign, part, 0);
}

uint64_t redress_left(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person)
{
    return model->campaigns[campaign].parts[part].worth - redress_used(model, campaign, part, person) -
           redress_held(model, campaign, part, person);
}

int64_t redress_until(const struct redress_model *model, unsigned campaign, unsigned part, unsigned person)
{
    const struct redress_campaign *of = &model->campaigns[campaign];
    int64_t own_us = of->parts[part].own_until_us[person];
    return own_us > of->until_us ? own_us : of->until_us;
}

uint64_t redress_kept(const struct redress_model *model, unsigned campaign, unsigned part)
{
    uint64_t kept = 0;
    for (unsigned person = 1; person <= REDRESS_PEOPLE; person++) {
        if (model->campaigns[campaign].parts[part].own_until_us[person] > model->now_us)
            kept += redress_left(model, campaign, part, person);
    }
    return kept;
}

const char *redress_sums(const struct redress_model *model)
{
    for (unsigned campaign = 1; campaign <= REDRESS_CAMPAIGNS; campaign++) {
        const struct redress_campaign *of = &model->campaigns[campaign];
        for (unsigned part = 1; part <= of->part_count; part++) {
            uint64_t gone = redress_used(model, campaign, part, 0) + redress_held(model, campaign, part, 0);
            if (of->parts[part].budget < of->parts[part].expired + gone)
                return "more was promised away than there is budget";
            for (unsigned person = 1; person <= REDRESS_PEOPLE; person++) {
                if (redress_used(model, campaign, part, person) +
                        redress_held(model, campaign, part, person) >
                    of->parts[part].worth)
                    return "a voucher was used beyond its worth";
            }
        }
    }
    return NULL;
}

static struct redress_posting posting_of(const struct redress_taking *at, enum voucher_act act,
                                         uint64_t amount)
{
    return (struct redress_posting){act, at->campaign, at->part, amount};
}

static void let_go(struct redress_taking *at, enum redemption_state state, uint64_t taken)
{
    at->held = 0;
    at->taken = taken;
    at->due_us = 0;
    at->state = state;
}

bool redress_lapse(struct redress_model *model, struct redress_posting *out)
{
    struct redress_taking *first = NULL;
    for (uint64_t i = 1; i <= model->taking_count; i++) {
        struct redress_taking *at = &model->takings[i];
        if (at->due_us > 0 && at->due_us <= model->now_us && (!first || at->due_us < first->due_us))
            first = at;
    }
    if (!first) return false;
    *out = posting_of(first, ACT_VOUCHER_LAPSE, first->held);
    let_go(first, TAKING_LAPSED, 0);
    return true;
}

static enum cause code_leads(const struct redress_model *model, const struct redress_ask *ask)
{
    const struct redress_campaign *of = &model->campaigns[ask->campaign];
    if (ask->campaign == 0 || !of->given[ask->version]) return CAUSE_VOUCHER_UNKNOWN;
    if (ask->version < of->version) return CAUSE_VOUCHER_REKEYED;
    if (of->halted) return CAUSE_VOUCHER_HALTED;
    if (ask->named_campaign != 0 && ask->named_campaign != ask->campaign) return CAUSE_VOUCHER_ELSEWHERE;
    if (ask->named_part != 0 && ask->named_part != ask->part) return CAUSE_VOUCHER_ELSEWHERE;
    return CAUSE_OK;
}

static enum cause take(struct redress_model *model, const struct redress_ask *ask,
                       struct redress_posting *posting, uint64_t *taking)
{
    enum cause cause = code_leads(model, ask);
    bool redeem = ask->verb == VERB_VOUCHER_REDEEM;
    if (cause != CAUSE_OK) return cause;
    if (ask->amount == 0) return CAUSE_INVALID;
    if (model->now_us < model->campaigns[ask->campaign].from_us) return CAUSE_VOUCHER_EARLY;
    if (model->now_us >= redress_until(model, ask->campaign, ask->part, ask->person))
        return CAUSE_VOUCHER_OVER;
    if (ask->amount > redress_left(model, ask->campaign, ask->part, ask->person)) return CAUSE_VOUCHER_SPENT;
    if (ask->amount > redress_open(model, ask->campaign, ask->part)) return CAUSE_VOUCHER_BUDGET;
    assert(model->taking_count + 1 < REDRESS_TAKINGS_MAX);
    *taking = ++model->taking_count;
    struct redress_taking *at = &model->takings[*taking];
    *at = (struct redress_taking){.campaign = ask->campaign,
                                  .part = ask->part,
                                  .person = ask->person,
                                  .who = ask->who,
                                  .held = ask->amount,
                                  .reserved = ask->amount,
                                  .made_us = model->now_us,
                                  .due_us = model->now_us + (int64_t)ask->seconds * SECOND_US,
                                  .state = TAKING_RESERVED};
    if (redeem) let_go(at, TAKING_CAPTURED, ask->amount);
    *posting = posting_of(at, redeem ? ACT_VOUCHER_REDEEM : ACT_VOUCHER_RESERVE, ask->amount);
    return CAUSE_OK;
}

static enum cause capture(struct redress_taking *at, uint64_t asked, struct redress_posting *posting)
{
    uint64_t amount = asked > 0 ? asked : at->reserved;
    if (at->state != TAKING_RESERVED) return CAUSE_VOUCHER_STATE;
    if (amount > at->reserved) return CAUSE_VOUCHER_TAKEN;
    let_go(at, TAKING_CAPTURED, amount);
    *posting = posting_of(at, ACT_VOUCHER_CAPTURE, amount);
    return CAUSE_OK;
}

static enum cause refund(struct redress_model *model, struct redress_taking *at, uint64_t asked,
                         struct redress_posting *posting)
{
    uint64_t amount = asked > 0 ? asked : at->taken - at->back;
    struct redress_campaign *of = &model->campaigns[at->campaign];
    if (at->state != TAKING_CAPTURED) return CAUSE_VOUCHER_STATE;
    if (amount == 0) return CAUSE_INVALID;
    if (amount > at->taken - at->back) return CAUSE_VOUCHER_TAKEN;
    int64_t until_us = redress_until(model, at->campaign, at->part, at->person);
    int64_t again_us = model->now_us + (int64_t)of->refund_days * DAY_US;
    if (again_us > until_us) of->parts[at->part].own_until_us[at->person] = again_us;
    at->back += amount;
    *posting = posting_of(at, ACT_VOUCHER_REFUND, amount);
    return CAUSE_OK;
}

static enum cause move(struct redress_model *model, const struct redress_ask *ask,
                       struct redress_posting *posting, uint64_t *taking)
{
    struct redress_taking *at = &model->takings[ask->taking];
    bool there = ask->taking > 0 && ask->taking <= model->taking_count;
    if (!there || (ask->who != 0 && ask->who != at->who)) return CAUSE_NOT_FOUND;
    *taking = ask->taking;
    if (ask->verb == VERB_VOUCHER_CAPTURE) return capture(at, ask->amount, posting);
    if (ask->verb == VERB_VOUCHER_REFUND) return refund(model, at, ask->amount, posting);
    if (at->state != TAKING_RESERVED) return CAUSE_VOUCHER_STATE;
    *posting = posting_of(at, ACT_VOUCHER_VOID, at->held);
    let_go(at, TAKING_VOIDED, 0);
    return CAUSE_OK;
}

enum cause redress_expect(struct redress_model *model, const struct redress_ask *ask,
                          struct redress_posting *posting, uint64_t *taking)
{
    *posting = (struct redress_posting){0};
    *taking = 0;
    if (ask->verb == VERB_VOUCHER_CHECK) return code_leads(model, ask);
    if (ask->verb == VERB_VOUCHER_REDEEM || ask->verb == VERB_VOUCHER_RESERVE)
        return take(model, ask, posting, taking);
    return move(model, ask, posting, taking);
}
