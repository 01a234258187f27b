/* What the commands of amanah law share: the rules with those of the home, and the language to write in. */
#ifndef AMN_CLI_LAW_COMMAND_H
#define AMN_CLI_LAW_COMMAND_H

#include "answer/law/law.h"
#include "cli/call.h"

/* What the program carries, and the files under law/ of the home that --home or AMANAH_HOME names. As law_load(). */
RESULT law_open(const struct call *call, struct law **out);

/*
 * The same on the day of a leak: where a file of the home is not right, the program's own rules count, as they do in the
 * keeper, and a remark says so.
 */
RESULT law_open_anyway(const struct call *call, struct law **out);
RESULT law_language(const struct call *call, struct slice *out); /* --lang, else English. USAGE */

#endif
