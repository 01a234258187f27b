/* The schema's versions, inside store/sqlite only. */
#ifndef AMN_STORE_SQLITE_SCHEMA_PRIV_H
#define AMN_STORE_SQLITE_SCHEMA_PRIV_H

#include "base/result.h"

enum { SCHEMA_APPLICATION_ID = 0x416d616e }; /* "Aman": PRAGMA application_id of our files */

unsigned schema_newest(void);
const char *
schema_step(unsigned version); /* the SQL that brings version - 1 to version, 1 … schema_newest() */

#endif
