#include "cli/commands.h"

#define O(NAME) OPT_##NAME
#define OUTPUT O(JSON), O(QUIET)
#define ASKING OUTPUT, O(HOME), O(SHOP), O(URL), O(OUTPUT_CURL), O(OUTPUT_ROLE)
#define LISTED(...) __VA_ARGS__

static const struct command rows[] = {
#define COMMAND(words, function, args, least, most, options, about)       \
    {                                                                     \
        words, command_##function,                                        \
        args,  least,                                                     \
        most,  (const enum option[]){O(HELP), LISTED options, OPT_COUNT}, \
        about},
#include "cli/commands.def"
#undef COMMAND
};

const struct command *command_rows(size_t *out_count)
{
    *out_count = COUNT_OF(rows);
    return rows;
}
