#include "watch/detect/table.h"

#include <assert.h>
#include <math.h>

static const struct detector_row detectors[DETECTORS_END] = {
#define DETECTOR(name, number, text, severity, runs, about) \
    [number] = {text, SEVERITY_##severity, RUNS_##runs, about},
#include "watch/detect/detectors.def"
#undef DETECTOR
};

static const enum param trips[DETECTORS_END] = {
#define DETECTOR(name, number, text, severity, runs, about) [number] = PARAM_##name##_TRIP,
#include "watch/detect/detectors.def"
#undef DETECTOR
};

static const struct param_row params_rows[] = {
#define PARAM(name, text, value, least, most, unit, about) {text, value, least, most, unit, about},
#include "watch/detect/params.def"
#undef PARAM
};
_Static_assert(COUNT_OF(params_rows) == PARAM_COUNT, "one row a parameter");

const struct detector_row *detector_row(unsigned number)
{
    return number < DETECTORS_END && detectors[number].name ? &detectors[number] : NULL;
}

enum detector detector_by_name(struct slice name)
{
    for (unsigned i = 1; i < DETECTORS_END; i++)
        if (detectors[i].name && slice_is(name, detectors[i].name)) return (enum detector)i;
    return (enum detector)0;
}

const char *severity_name(enum severity severity)
{
    static const char *const names[] = {"low", "medium", "high", "critical"};
    assert(severity >= SEVERITY_LOW && severity <= SEVERITY_CRITICAL);
    return names[severity - SEVERITY_LOW];
}

double detector_trip(const struct params *params, enum detector detector)
{
    assert(detector_row(detector));
    return params->at[trips[detector]];
}

const struct param_row *param_row(enum param param)
{
    assert(param < PARAM_COUNT);
    return &params_rows[param];
}

void params_default(struct params *out)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) out->at[i] = params_rows[i].value;
}

RESULT params_set(struct params *params, struct slice name, double value)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param_row *row = &params_rows[i];
        if (!slice_is(name, row->name)) continue;
        if (!isfinite(value) || value < row->least || value > row->most) {
            return FAIL(INVALID, "%s: must be %g to %g (%s)", row->name, row->least, row->most, row->unit);
        }
        params->at[i] = value;
        return OK;
    }
    return FAIL(INVALID, "parameters: no such name; src/watch/detect/params.def lists them");
}
