/*
 * One call of the program: which command, with which arguments and options. Parsed by two tables, commands.def and
 * options.def, from which help, completion and docs/commands.md are made as well.
 *
 * Must never put what stood on the command line into an error text. Main calls: call_parse(), call_text(). Example:
 *     struct call call = {0};  TRY(call_parse(argc, argv, &call));  return call.command->run(&call);
 */
#ifndef AMN_CLI_CALL_H
#define AMN_CLI_CALL_H

#include "base/asks.h"

enum option {
#define OPTION(NAME, name, value, many, about) OPT_##NAME,
#include "cli/options.def"
#undef OPTION
    OPT_COUNT
};

enum {
    CALL_ARGS_MAX = REVEAL_SUBJECTS_MAX,
    CALL_GIVEN_MAX = 128,
    EXIT_PARTLY = 5 /* part of a batch failed, and was listed */
};

struct option_row {
    const char *name;  /* "on-conflict" */
    const char *value; /* "FILE"; NULL: a switch */
    bool many;
    const char *about;
};

struct call;
typedef RESULT command_run(struct call *call);

struct command {
    const char *words; /* "subject reveal" */
    command_run *run;
    const char *args; /* "ID...", for usage */
    size_t args_min, args_max;
    const enum option *options; /* ended by OPT_COUNT */
    const char *about;
};

/* Owned by main(); borrows argv. */
struct call {
    const struct command *command;
    size_t arg_count, given_count;
    const char *args[CALL_ARGS_MAX];
    struct option_given {
        enum option option;
        const char *value; /* NULL of a switch */
    } given[CALL_GIVEN_MAX];
    bool printed; /* standard output has its document, so that a failure adds none */
    int exit; /* set by a command that did its work, but not wholly: EXIT_PARTLY, or 1 where the answer is no */
};

const struct option_row *option_row(enum option option);

/* The tables. `commands` lie in the order of commands.def. */
const struct command *command_rows(size_t *out_count);

/**
 * Find the command and sort what follows it. Options may stand anywhere before `--`; `--name=value` is `--name value`.
 *
 * @param rows   commands to choose from
 * @param count  how many
 * @param argv   argv[0] is the program; borrowed
 * @return USAGE  no such command or option, one that this command does not take, a missing or doubled value, too few
 *                or too many arguments; out->command is set if it was found
 */
RESULT call_parse(const struct command *rows, size_t count, int argc, char *const *argv, struct call *out);

bool call_has(const struct call *call, enum option option);

/* The last word of its command, where several that differ in what is done are one function: of `claim grant` "grant". */
const char *call_act(const struct call *call);

/* Does the command take that option? */
bool command_takes(const struct command *command, enum option option);

/* Is the call only to be shown, by --output-curl or --output-role? Then nothing is asked, of a vault or of a person. */
bool call_shows(const struct call *call);
const char *call_text(const struct call *call, enum option option);   /* NULL if not given */
struct slice call_slice(const struct call *call, enum option option); /* empty if not given */

/* USAGE when it is missing: "--purpose: missing; …". */
RESULT call_need(const struct call *call, enum option option, struct slice *out);

/* A decimal number of `low` … `high`; `out` keeps its default when the option was not given. USAGE otherwise. */
RESULT call_number(const struct call *call, enum option option, uint64_t low, uint64_t high, uint64_t *out);

/* Every value of an option that may be given several times, and every item of one that is a list: "a,b". */
RESULT call_list(const struct call *call, enum option option, struct arena *arena, struct texts *out);

/* Every value of an option that may be given several times, whole: commas belong to it. */
void call_values(const struct call *call, enum option option, struct arena *arena, struct texts *out);

/* A decimal number without sign or blanks, at most `high`; false otherwise. */
bool number_get(struct slice text, uint64_t high, uint64_t *out);

#endif
