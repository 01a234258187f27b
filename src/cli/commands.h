/*
 * The functions behind commands.def: each does one command and prints its outcome. A refusal is a failure with the
 * words that main() says. Called by main() alone.
 */
#ifndef AMN_CLI_COMMANDS_H
#define AMN_CLI_COMMANDS_H

#include "cli/call.h"

#define COMMAND(words, function, args, least, most, options, about) \
    RESULT command_##function(struct call *call);
#include "cli/commands.def"
#undef COMMAND

#endif
