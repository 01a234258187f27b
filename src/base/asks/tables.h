/* For the tables of members alone: how a row is written, and words and bounds that several subjects share. */
#ifndef AMN_BASE_ASKS_TABLES_H
#define AMN_BASE_ASKS_TABLES_H

#include "base/asks.h"

#define TEXT(ask, name, max, required, about)                              \
    {                                                                      \
#name, WIRE_TEXT, max, offsetof(struct ask, name), required, about \
    }
#define MEMBER(ask, name, wire, max, required, about)                 \
    {                                                                 \
#name, wire, max, offsetof(struct ask, name), required, about \
    }

enum { DAYS_MAX = 90, LINE_TEXT_MAX = 4000 };

#define AMOUNT_MOST ((size_t)1000000000000000)

extern const char subject_id_about[];
extern const char reason_about[];
extern const char lang_about[];
extern const char page_about[];
extern const char limit_about[];
extern const char minute_about[];
extern const char hour_about[];
extern const char daily_about[];
extern const char monthly_about[];
extern const char incident_about[];

#define VERB(NAME, name, changes) extern const struct member name##_members[];
#include "keeper/verbs.def"
#undef VERB

#endif
