/*
 * The least role that would allow an ask, for --output-role: the act of its verb and, of a look, its fields and purpose.
 * Nothing is asked of a vault. Main call: role_ask_show(). Example: return role_ask_show(call, VERB_REVEAL, &ask);
 */
#ifndef AMN_CLI_ROLE_ASK_H
#define AMN_CLI_ROLE_ASK_H

#include "base/asks.h"
#include "cli/call.h"

/*
 * Print it as the command that would make such a role, or with --json as {acts, fields, purposes}. USAGE for what only
 * the local operator may. Not in it: grant, pass, lesson or second yes, which a role may ask for beside.
 */
RESULT role_ask_show(const struct call *call, enum verb verb, const void *ask);

#endif
