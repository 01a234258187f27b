/*
 * The words of rule files as numbers: enums made of names.def, and their names. Facts and kinds stand in sets, where
 * bit n is number n.
 */
#ifndef AMN_ANSWER_LAW_WORDS_H
#define AMN_ANSWER_LAW_WORDS_H

#include "base/bytes.h"

enum law_fact {
#define FACT(NAME, name) LAW_FACT_##NAME,
#include "answer/law/names.def"
#undef FACT
    LAW_FACT_COUNT
};
enum law_kind {
#define KIND(NAME, name) LAW_KIND_##NAME,
#include "answer/law/names.def"
#undef KIND
    LAW_KIND_COUNT
};
enum law_sure {
#define SURE(NAME, name) LAW_SURE_##NAME,
#include "answer/law/names.def"
#undef SURE
    LAW_SURE_COUNT
};
enum law_to {
#define TO(NAME, name) LAW_TO_##NAME,
#include "answer/law/names.def"
#undef TO
    LAW_TO_COUNT
};
enum law_stage {
#define STAGE(NAME, name) LAW_STAGE_##NAME,
#include "answer/law/names.def"
#undef STAGE
    LAW_STAGE_COUNT
};
enum law_from {
#define FROM(NAME, name) LAW_FROM_##NAME,
#include "answer/law/names.def"
#undef FROM
    LAW_FROM_COUNT
};
enum law_count {
#define COUNT(NAME, name) LAW_COUNT_##NAME,
#include "answer/law/names.def"
#undef COUNT
    LAW_COUNT_COUNT
};
enum law_risk {
#define RISK(NAME, name) LAW_RISK_##NAME,
#include "answer/law/names.def"
#undef RISK
    LAW_RISK_COUNT
};
enum law_fine_kind {
#define FINE(NAME, name) LAW_FINE_##NAME,
#include "answer/law/names.def"
#undef FINE
    LAW_FINE_COUNT
};
enum law_rule {
#define RULE(NAME, name) LAW_RULE_##NAME,
#include "answer/law/names.def"
#undef RULE
    LAW_RULE_COUNT
};
enum law_of {
#define OF(NAME, name) LAW_OF_##NAME,
#include "answer/law/names.def"
#undef OF
    LAW_OF_COUNT
};
enum law_about {
#define ABOUT(NAME, name) LAW_ABOUT_##NAME,
#include "answer/law/names.def"
#undef ABOUT
    LAW_ABOUT_COUNT
};

_Static_assert(LAW_FACT_COUNT <= 64 && LAW_KIND_COUNT <= 64, "sets of them are 64 bits");
#define LAW_BIT(number) ((uint64_t)1 << (number))

/* The name of a number. */
const char *law_fact_name(unsigned number);
const char *law_kind_name(unsigned number);
const char *law_sure_name(unsigned number);
const char *law_to_name(unsigned number);
const char *law_stage_name(unsigned number);
const char *law_from_name(unsigned number);
const char *law_risk_name(unsigned number);
const char *law_fine_kind_name(unsigned number);
const char *law_of_name(unsigned number);
const char *law_about_name(unsigned number);

/* A number by its name; -1 where there is none. */
int law_fact_by(struct slice name);
int law_kind_by(struct slice name);
int law_risk_by(struct slice name);

#endif
