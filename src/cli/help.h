/*
 * Help, made from the tables: all commands, one command, one error code, the page docs/commands.md. On standard
 * output. Main calls: help_all(), help_command(). Example: help_command(call->command);
 */
#ifndef AMN_CLI_HELP_H
#define AMN_CLI_HELP_H

#include "cli/call.h"

void help_all(void);
void help_command(const struct command *command);
void help_version(bool json);

/* Explain an error by its slug or its name in causes.def. NOT_FOUND when it is neither. */
RESULT help_cause(const char *code);

#endif
