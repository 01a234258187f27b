#include "watch/detect/rule/passes.h"

double passes_look(struct passes *passes, const struct params *params, const struct look *look, int64_t hour)
{
    double score = (double)look->network_people / params->at[PARAM_PASSES_PEOPLE];
    if (look->kind != LOOK_PASS_UNKNOWN) return score;
    if (passes->hour != hour) *passes = (struct passes){.hour = hour};
    double unknown = (double)++passes->unknown / params->at[PARAM_PASSES_UNKNOWN];
    return unknown > score ? unknown : score;
}
