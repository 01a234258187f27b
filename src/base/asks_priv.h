/* Inside base only: tables of members, and words that several of them say. */
#ifndef AMN_BASE_ASKS_PRIV_H
#define AMN_BASE_ASKS_PRIV_H

#include "base/asks.h"

#define TEXT(ask, name, max, required, about)                              \
    {                                                                      \
#name, WIRE_TEXT, max, offsetof(struct ask, name), required, about \
    }
#define MEMBER(ask, name, wire, max, required, about)                 \
    {                                                                 \
#name, wire, max, offsetof(struct ask, name), required, about \
    }

extern const char subject_id_about[];
extern const char lang_about[];
extern const char page_about[];
extern const char limit_about[];

#define VERB(NAME, name, changes) extern const struct member name##_members[];
#include "keeper/verbs.def"
#undef VERB

#endif
