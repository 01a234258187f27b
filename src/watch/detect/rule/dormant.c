#include "watch/detect/rule/dormant.h"

double dormant_look(struct dormant *dormant, const struct params *params, const struct look *look,
                    int64_t day)
{
    if (dormant->last_day != day) {
        if (dormant->last_day != 0 && day > dormant->last_day)
            dormant->slept = (uint64_t)(day - dormant->last_day - 1);
        dormant->last_day = day;
    }
    dormant->people += look->count;
    if ((double)dormant->slept < params->at[PARAM_DORMANT_DAYS]) return 0;
    if ((double)dormant->people < params->at[PARAM_DORMANT_PEOPLE]) return 0;
    return (double)dormant->slept / params->at[PARAM_DORMANT_DAYS];
}

void dormant_close(struct dormant *dormant)
{
    dormant->slept = 0;
    dormant->people = 0;
}
