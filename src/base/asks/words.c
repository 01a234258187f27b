/* Words that members of several subjects say. */
#include "base/asks/tables.h"

const char subject_id_about[] = "the subject's public id, sub_…";
const char reason_about[] = "why, in words; sealed, never in the ledger";
const char lang_about[] = "id, ko, en or another ISO 639 code";
const char page_about[] = "the `next` of the page before";
const char limit_about[] = "1 to 1000, default 100";
const char minute_about[] = "different people in a minute; 0 or none: by the shop's size";
const char hour_about[] = "different people in an hour; 0 or none: by the shop's size";
const char daily_about[] = "different people in a day; 0 or none: by the shop's size";
const char monthly_about[] = "different people in 30 days; 0 or none: by the shop's size";
const char incident_about[] = "the incident's id, inc_…";
