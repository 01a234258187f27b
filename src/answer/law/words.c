#include "answer/law/words.h"

#include <assert.h>

const char *law_fact_name(unsigned number)
{
    static const char *const names[] = {
#define FACT(NAME, name) name,
#include "answer/law/names.def"
#undef FACT
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_kind_name(unsigned number)
{
    static const char *const names[] = {
#define KIND(NAME, name) name,
#include "answer/law/names.def"
#undef KIND
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_sure_name(unsigned number)
{
    static const char *const names[] = {
#define SURE(NAME, name) name,
#include "answer/law/names.def"
#undef SURE
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_to_name(unsigned number)
{
    static const char *const names[] = {
#define TO(NAME, name) name,
#include "answer/law/names.def"
#undef TO
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_stage_name(unsigned number)
{
    static const char *const names[] = {
#define STAGE(NAME, name) name,
#include "answer/law/names.def"
#undef STAGE
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_from_name(unsigned number)
{
    static const char *const names[] = {
#define FROM(NAME, name) name,
#include "answer/law/names.def"
#undef FROM
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_risk_name(unsigned number)
{
    static const char *const names[] = {
#define RISK(NAME, name) name,
#include "answer/law/names.def"
#undef RISK
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_fine_kind_name(unsigned number)
{
    static const char *const names[] = {
#define FINE(NAME, name) name,
#include "answer/law/names.def"
#undef FINE
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_of_name(unsigned number)
{
    static const char *const names[] = {
#define OF(NAME, name) name,
#include "answer/law/names.def"
#undef OF
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

const char *law_about_name(unsigned number)
{
    static const char *const names[] = {
#define ABOUT(NAME, name) name,
#include "answer/law/names.def"
#undef ABOUT
    };
    assert(number < COUNT_OF(names));
    return names[number];
}

static int number_of(struct slice name, const char *(*name_of)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (slice_is(name, name_of(i))) return (int)i;
    }
    return -1;
}

int law_fact_by(struct slice name)
{
    return number_of(name, law_fact_name, LAW_FACT_COUNT);
}

int law_kind_by(struct slice name)
{
    return number_of(name, law_kind_name, LAW_KIND_COUNT);
}

int law_risk_by(struct slice name)
{
    return number_of(name, law_risk_name, LAW_RISK_COUNT);
}
