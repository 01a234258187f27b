/* The schema as the next version of the program might have it: for a program that is newer than this one, in upgrade.py. */
#include "store/sqlite/schema_priv.h"

unsigned schema_newest_now(void);
const char *schema_step_now(unsigned version);
#define schema_newest schema_newest_now
#define schema_step schema_step_now
#include "store/sqlite/schema.c" /* NOLINT(bugprone-suspicious-include) */
#undef schema_newest
#undef schema_step

unsigned schema_newest(void)
{
    return schema_newest_now() + 1;
}

const char *schema_step(unsigned version)
{
    return version > schema_newest_now() ? "CREATE TABLE of_the_next_version (id INTEGER PRIMARY KEY);"
                                         : schema_step_now(version);
}
