#include "answer/law/applies.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

static enum law_force force_at(const struct law_regime *regime, const struct zone *zone, int64_t us)
{
    int64_t day = zone_day(zone, us), from = 0, to = 0;
    if (!regime->from || date_get(slice_text(regime->from), &from).code != CODE_OK) return LAW_FORCE_UNKNOWN;
    if (day < from) return LAW_NOT_YET;
    if (!regime->to || date_get(slice_text(regime->to), &to).code != CODE_OK) return LAW_IN_FORCE;
    return day < to ? LAW_IN_FORCE : LAW_NO_MORE;
}

/* Version by date: the earliest instant at which the shop may have known; of an intrusion, where that alone is known. */
static void force_find(const struct law_regime *regime, const struct zone *zone, const struct law_case *facts,
                       struct law_applied *out)
{
    enum law_from kind = law_case_first(facts, LAW_FROM_AWARE) ? LAW_FROM_AWARE : LAW_FROM_INTRUSION;
    const struct law_instant *first = law_case_first(facts, kind);
    out->force = LAW_FORCE_UNKNOWN;
    if (!first) return;
    out->force = force_at(regime, zone, first->us);
    for (size_t i = 0; i < facts->instant_count; i++) {
        if (facts->instants[i].kind != kind) continue;
        out->straddles = out->straddles || force_at(regime, zone, facts->instants[i].us) != out->force;
    }
}

static void people_find(const struct law *law, const struct law_case *facts, struct law_applied *out)
{
    const struct law_applies *applies = &out->regime->applies;
    uint64_t all = 0;
    out->people_known = facts->people_count > 0 ? LAW_YES : LAW_NO;
    for (size_t i = 0; i < facts->people_count; i++) {
        all += facts->people[i].count;
        if (facts->people[i].count == 0 ||
            !law_country_among(law, facts->people[i].country, &applies->persons))
            continue;
        out->by_people = true;
        out->people += facts->people[i].count;
    }
    out->by_seat = facts->seat && law_country_among(law, facts->seat, &applies->seat);
    if (out->by_seat) out->people = all;
}

void law_applies(const struct law *law, const struct law_regime *regime, const struct law_case *facts,
                 struct law_applied *out)
{
    struct law_applied applied = {.regime = regime};
    const char *zone_name = NULL;
    struct zone zone = law_zone(law, regime, facts, &zone_name);
    assert(law && regime && facts);
    people_find(law, facts, &applied);
    force_find(regime, &zone, facts, &applied);
    applied.answer = applied.by_people || applied.by_seat ? LAW_YES : LAW_NO;
    bool may = (facts->people_count == 0 && regime->applies.persons.at_count > 0) ||
               (!facts->seat && regime->applies.seat.at_count > 0 && regime->applies.persons.at_count == 0);
    if (applied.answer == LAW_NO && may) applied.answer = LAW_MAYBE;
    for (unsigned i = 0; i < LAW_FACT_COUNT; i++) {
        if (!(regime->applies.needs & LAW_BIT(i))) continue;
        if (law_case_fact(facts, i) == LAW_MAYBE) applied.needs_open |= LAW_BIT(i);
        if (law_case_fact(facts, i) == LAW_NO) applied.needs_missing |= LAW_BIT(i);
    }
    bool outdated = applied.force == LAW_NOT_YET || applied.force == LAW_NO_MORE;
    if (applied.needs_missing || (outdated && !applied.straddles)) applied.answer = LAW_NO;
    if (applied.answer == LAW_YES && (applied.needs_open || outdated)) applied.answer = LAW_MAYBE;
    *out = applied;
}

bool law_uncovered(const struct law *law, const char *country)
{
    for (size_t i = 0; law_at(law, i); i++) {
        if (law_country_among(law, country, &law_at(law, i)->applies.persons)) return false;
    }
    return true;
}

struct zone law_zone(const struct law *law, const struct law_regime *regime, const struct law_case *facts,
                     const char **out_name)
{
    struct zone zone = {0};
    const struct law_country *country = law_country(law, regime->country);
    if (!country && facts->seat && law_country_among(law, facts->seat, &regime->applies.seat))
        country = law_country(law, facts->seat);
    for (size_t i = 0; !country && i < facts->people_count; i++) {
        if (law_country_among(law, facts->people[i].country, &regime->applies.persons))
            country = law_country(law, facts->people[i].country);
    }
    *out_name = "UTC";
    if (country && zone_parse(slice_text(country->rule), &zone).code == CODE_OK) *out_name = country->zone;
    return zone;
}
