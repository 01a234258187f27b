#include "cli/commands.h"

#define O(NAME) OPTION_BIT(NAME)
#define OUTPUT (O(JSON) | O(QUIET))
#define ASKING (OUTPUT | O(HOME) | O(SHOP) | O(URL) | O(OUTPUT_CURL) | O(OUTPUT_ROLE))

static const struct command rows[] = {
#define COMMAND(words, function, args, least, most, options, about) \
    {words, command_##function, args, least, most, (options) | O(HELP), about},
#include "cli/commands.def"
#undef COMMAND
};

const struct command *command_rows(size_t *out_count)
{
    *out_count = COUNT_OF(rows);
    return rows;
}
