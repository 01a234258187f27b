/*
 * The tables of the detectors (detectors.def) and of the numbers they go by (params.def).
 *
 * A parameter is named by its dotted name outside ("slow_rise.limit"), by PARAM_SLOW_RISE_LIMIT inside. Main calls:
 * detector_row(), params_default(), params_set(). Example:
 *     struct params params;  params_default(&params);  TRY(params_set(&params, SLICE_TEXT("riding.days"), 5));
 */
#ifndef AMN_WATCH_DETECT_TABLE_H
#define AMN_WATCH_DETECT_TABLE_H

#include "base/bytes.h"

enum severity { SEVERITY_LOW = 2, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL }; /* numbers of OCSF */
enum runs { RUNS_PATH, RUNS_MINUTE };

enum detector {
#define DETECTOR(name, number, text, severity, runs, about) DETECTOR_##name = (number),
#include "watch/detect/detectors.def"
#undef DETECTOR
};
enum { DETECTORS_END = 13 }; /* one above the greatest number */

struct detector_row {
    const char *name; /* "slow_rise" */
    enum severity severity;
    enum runs runs;
    const char *about;
};

enum param {
#define PARAM(name, text, value, least, most, unit, about) PARAM_##name,
#include "watch/detect/params.def"
#undef PARAM
    PARAM_COUNT
};

struct param_row {
    const char *name; /* "slow_rise.limit" */
    double value, least, most;
    const char *unit, *about;
};

struct params {
    double at[PARAM_COUNT];
};

/* The row of a detector; NULL for a number that is none. By name: 0 when there is none. */
const struct detector_row *detector_row(unsigned number);
enum detector detector_by_name(struct slice name);

/* "low" to "critical". */
const char *severity_name(enum severity severity);

/* The score from which the detector trips; 0: never. */
double detector_trip(const struct params *params, enum detector detector);

const struct param_row *param_row(enum param param); /* never NULL; `param` is below PARAM_COUNT */
void params_default(struct params *out);

/* INVALID: no parameter of that name, or a value that is out of its bounds or no number; nothing is changed then. */
RESULT params_set(struct params *params, struct slice name, double value);

#endif
