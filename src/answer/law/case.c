#include "answer/law/case.h"

#include <assert.h>
#include <string.h>

enum law_answer law_case_fact(const struct law_case *facts, unsigned fact)
{
    assert(fact < LAW_FACT_COUNT);
    if (facts->yes & LAW_BIT(fact)) return LAW_YES;
    return facts->no & LAW_BIT(fact) ? LAW_NO : LAW_MAYBE;
}

const char *law_case_switch(const struct law_case *facts, const struct law_regime *regime,
                            const struct law_switch *which)
{
    for (size_t i = 0; i < facts->choice_count; i++) {
        const struct law_choice *choice = &facts->choices[i];
        if (strcmp(choice->regime, regime->id) == 0 && strcmp(choice->name, which->id) == 0)
            return choice->value;
    }
    return which->value;
}

bool law_only_holds(const struct law_case *facts, const struct law_regime *regime,
                    const struct law_only *only)
{
    if (!only) return true;
    const struct law_switch *which = law_switch(regime, only->name);
    assert(which); /* the file was checked */
    const char *value = law_case_switch(facts, regime, which);
    for (uint32_t i = 0; i < only->values.at_count; i++) {
        if (strcmp(only->values.at[i], value) == 0) return true;
    }
    return false;
}

const struct law_instant *law_case_first(const struct law_case *facts, enum law_from kind)
{
    const struct law_instant *first = NULL;
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct law_instant *one = &facts->instants[i];
        if (one->kind == kind && (!first || one->us < first->us)) first = one;
    }
    return first;
}

static RESULT choice_check(const struct law *law, const struct law_choice *choice)
{
    const struct law_regime *regime = law_regime(law, choice->regime);
    const struct law_switch *which = regime ? law_switch(regime, choice->name) : NULL;
    if (!which)
        return FAIL(INVALID, "switch: no such regime, or no such switch of it; amanah law show lists them");
    for (uint32_t i = 0; i < which->values.at_count; i++) {
        if (strcmp(which->values.at[i], choice->value) == 0) return OK;
    }
    return FAIL(INVALID, "switch %s/%s: not one of its values; amanah law show lists them", regime->id,
                which->id);
}

RESULT law_case_check(const struct law *law, const struct law_case *facts)
{
    size_t kinds[LAW_FROM_COUNT] = {0};
    if (facts->yes & facts->no) return FAIL(INVALID, "facts: one is both yes and no");
    for (size_t i = 0; i < facts->instant_count; i++) {
        enum law_from kind = facts->instants[i].kind;
        assert(kind < LAW_FROM_COUNT && kind != LAW_FROM_REPORT);
        if (++kinds[kind] > LAW_CANDIDATES_MAX)
            return FAIL(INVALID, "instants: more than %d of one kind", LAW_CANDIDATES_MAX);
    }
    for (size_t i = 0; i < facts->choice_count; i++) TRY(choice_check(law, &facts->choices[i]));
    for (size_t i = 0; i < facts->done_count; i++) {
        const struct law_done *done = &facts->done[i];
        const struct law_regime *regime = law_regime(law, done->regime);
        if (!regime || !law_duty(regime, done->duty))
            return FAIL(INVALID, "done: no such regime, or no such duty of it; amanah law show lists them");
        if (done->from_us > done->to_us) return FAIL(INVALID, "done: it ended before it began");
    }
    return OK;
}
