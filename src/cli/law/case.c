#include "cli/law/case.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

enum { WHO_BYTES_MAX = 200, PEOPLE_MAX = 64 };

void case_done(struct case_read *read)
{
    arena_done(&read->arena);
    read->facts = (struct law_case){0};
}

static const char *text_keep(struct arena *arena, struct slice text)
{
    char *copy = arena_take(arena, text.len + 1);
    memcpy(copy, text.at, text.len);
    return copy;
}

bool pair_split(struct arena *arena, struct slice text, char mark, const char **left, const char **right)
{
    const uint8_t *at = text.len > 0 ? memchr(text.at, mark, text.len) : NULL;
    if (!at) return false;
    size_t len = (size_t)(at - text.at);
    if (len == 0 || len + 1 == text.len) return false;
    *left = text_keep(arena, slice_part(text, 0, len));
    *right = text_keep(arena, slice_from(text, len + 1));
    return true;
}

static RESULT bad(enum option option, const char *why)
{
    return FAIL(USAGE, "--%s: %s", option_row(option)->name, why);
}

RESULT case_now(const struct call *call, int64_t *out)
{
    struct clock clock = clock_system();
    *out = clock_now(&clock);
    if (!call_has(call, OPT_AT)) return OK;
    if (time_get(call_slice(call, OPT_AT), out).code == CODE_OK) return OK;
    return bad(OPT_AT, "not RFC 3339, such as 2026-11-22T03:24:00+09:00");
}

/* Both are in a country's form, two capital letters. */
static bool country_fine(const char *code)
{
    return strlen(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

static RESULT people_read(const struct call *call, struct case_read *read)
{
    struct texts given = {0};
    call_values(call, OPT_COUNTRY, &read->arena, &given);
    struct law_people *people = arena_take(&read->arena, (given.count + 1) * sizeof *people);
    if (given.count > PEOPLE_MAX) return bad(OPT_COUNTRY, "too many countries");
    for (size_t i = 0; i < given.count; i++) {
        const char *country = NULL, *number = NULL;
        bool fine = pair_split(&read->arena, given.at[i], '=', &country, &number) && country_fine(country) &&
                    number_get(slice_text(number), LAW_PERSONS_MAX, &people[i].count);
        if (!fine) return bad(OPT_COUNTRY, "not one like KR=33700000");
        people[i].country = country;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(people[j].country, country) == 0) return bad(OPT_COUNTRY, "a country twice");
        }
    }
    read->facts.people = people;
    read->facts.people_count = given.count;
    read->facts.seat = call_text(call, OPT_SEAT);
    if (read->facts.seat && !country_fine(read->facts.seat)) return bad(OPT_SEAT, "not a country such as KR");
    return OK;
}

/* "T", "T=WHO" or "T=WHO/WHY". */
static RESULT instant_read(enum option option, struct arena *arena, struct slice text,
                           struct law_instant *out)
{
    const char *time = NULL, *rest = NULL;
    if (!utf8_valid(text) || text.len > WHO_BYTES_MAX) return bad(option, "not UTF-8, or too long");
    if (!pair_split(arena, text, '=', &time, &rest)) time = text_keep(arena, text);
    if (time_get(slice_text(time), &out->us).code != CODE_OK)
        return bad(option, "not RFC 3339, such as 2025-11-17T16:00:00+09:00, and =WHO/WHY behind it");
    out->who = rest;
    if (rest && !pair_split(arena, slice_text(rest), '/', &out->who, &out->why)) out->who = rest;
    return OK;
}

static RESULT instants_read(const struct call *call, struct case_read *read)
{
    static const enum law_from kinds[] = {LAW_FROM_INTRUSION, LAW_FROM_OCCURRED, LAW_FROM_ASSESSED,
                                          LAW_FROM_FACT};
    struct texts aware = {0}, others = {0};
    call_values(call, OPT_AWARE, &read->arena, &aware);
    call_values(call, OPT_INSTANT, &read->arena, &others);
    struct law_instant *at = arena_take(&read->arena, (aware.count + others.count + 1) * sizeof *at);
    for (size_t i = 0; i < aware.count; i++) {
        TRY(instant_read(OPT_AWARE, &read->arena, aware.at[i], &at[i]));
        at[i].kind = LAW_FROM_AWARE;
    }
    for (size_t i = 0; i < others.count; i++) {
        struct law_instant *one = &at[aware.count + i];
        const char *kind = NULL, *rest = NULL;
        size_t found = 0;
        if (!pair_split(&read->arena, others.at[i], '=', &kind, &rest)) return bad(OPT_INSTANT, "not KIND=T");
        while (found < COUNT_OF(kinds) && strcmp(law_from_name(kinds[found]), kind) != 0) found++;
        if (found == COUNT_OF(kinds)) return bad(OPT_INSTANT, "none of intrusion, occurred, assessed, fact");
        TRY(instant_read(OPT_INSTANT, &read->arena, slice_text(rest), one));
        one->kind = kinds[found];
    }
    read->facts.instants = at;
    read->facts.instant_count = aware.count + others.count;
    return OK;
}

/* "data=sensitive,financial"; "data=none": none of the kinds that a threshold knows. */
static RESULT kinds_read(const char *list, struct law_case *facts)
{
    facts->kinds_known = true;
    if (strcmp(list, "none") == 0) return OK;
    for (const char *at = list;;) {
        size_t len = strcspn(at, ",");
        int kind = law_kind_by((struct slice){(const uint8_t *)at, len});
        if (kind < 0)
            return bad(OPT_FACT, "data is none, or some of sensitive,unique_id,financial,identity_fraud");
        facts->kinds |= LAW_BIT(kind);
        if (at[len] == '\0') return OK;
        at += len + 1;
    }
}

static RESULT fact_read(struct slice text, struct case_read *read)
{
    const char *name = NULL, *value = "yes";
    struct law_case *facts = &read->facts;
    if (!pair_split(&read->arena, text, '=', &name, &value)) name = text_keep(&read->arena, text);
    if (strcmp(name, "data") == 0) return kinds_read(value, facts);
    if (strcmp(name, "risk") == 0) {
        int risk = law_risk_by(slice_text(value));
        if (risk < 0) return bad(OPT_FACT, "risk is none, some or high");
        facts->risk = (enum law_risk)risk;
        facts->risk_known = true;
        return OK;
    }
    int fact = law_fact_by(slice_text(name));
    bool yes = strcmp(value, "yes") == 0, no = strcmp(value, "no") == 0;
    if (fact < 0 || yes == no) return bad(OPT_FACT, "not a fact and yes or no; docs/law.md lists the facts");
    if (yes) facts->yes |= LAW_BIT(fact);
    if (no) facts->no |= LAW_BIT(fact);
    if (facts->yes & facts->no) return bad(OPT_FACT, "one is both yes and no");
    return OK;
}

static RESULT done_read(const struct call *call, struct case_read *read)
{
    struct texts given = {0};
    call_values(call, OPT_DONE, &read->arena, &given);
    struct law_done *done = arena_take(&read->arena, (given.count + 1) * sizeof *done);
    for (size_t i = 0; i < given.count; i++) {
        const char *which = NULL, *when = NULL;
        bool fine = pair_split(&read->arena, given.at[i], '=', &which, &when) &&
                    pair_split(&read->arena, slice_text(which), '/', &done[i].regime, &done[i].duty);
        if (!fine) return bad(OPT_DONE, "not one like kr-pipa/persons=2026-11-22T10:00:00+09:00");
        const char *dots = strstr(when, "..");
        struct slice first = {(const uint8_t *)when, dots ? (size_t)(dots - when) : strlen(when)};
        fine = time_get(first, &done[i].from_us).code == CODE_OK &&
               time_get(dots ? slice_text(dots + 2) : first, &done[i].to_us).code == CODE_OK;
        if (!fine) return bad(OPT_DONE, "not RFC 3339, or two such with .. between them");
    }
    read->facts.done = done;
    read->facts.done_count = given.count;
    return OK;
}

static RESULT choices_read(const struct call *call, struct case_read *read)
{
    struct texts given = {0};
    call_values(call, OPT_SWITCH, &read->arena, &given);
    struct law_choice *choices = arena_take(&read->arena, (given.count + 1) * sizeof *choices);
    for (size_t i = 0; i < given.count; i++) {
        const char *which = NULL;
        bool fine = pair_split(&read->arena, given.at[i], '=', &which, &choices[i].value) &&
                    pair_split(&read->arena, slice_text(which), '/', &choices[i].regime, &choices[i].name);
        if (!fine) return bad(OPT_SWITCH, "not one like kr-network/user-notice=owed");
    }
    read->facts.choices = choices;
    read->facts.choice_count = given.count;
    return OK;
}

RESULT case_read(const struct call *call, struct case_read *out)
{
    struct texts given = {0};
    TRY(people_read(call, out));
    TRY(instants_read(call, out));
    call_values(call, OPT_FACT, &out->arena, &given);
    for (size_t i = 0; i < given.count; i++) TRY(fact_read(given.at[i], out));
    TRY(done_read(call, out));
    TRY(choices_read(call, out));
    return case_now(call, &out->facts.now_us);
}
