#include "cli/call.h"

#include <assert.h>
#include <string.h>

enum { LIST_ITEMS_MAX = 256, WORD_BYTES_MAX = 24, NEAR_MAX = 2 };

static const struct option_row option_rows[] = {
#define OPTION(NAME, name, value, many, about) {name, value, (many) != 0, about},
#include "cli/options.def"
#undef OPTION
};

const struct option_row *option_row(enum option option)
{
    assert((unsigned)option < OPT_COUNT);
    return &option_rows[option];
}

/* The option called `name`, or OPT_COUNT. */
static enum option find_option(struct slice name)
{
    unsigned found = 0;
    while (found < OPT_COUNT && !slice_is(name, option_rows[found].name)) found++;
    return (enum option)found;
}

/* Letters to change, add or leave out to turn one word into the other; WORD_BYTES_MAX if one is longer than that. */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned row[WORD_BYTES_MAX + 1];
    if (a.len > WORD_BYTES_MAX || b.len > WORD_BYTES_MAX) return WORD_BYTES_MAX;
    for (unsigned k = 0; k <= b.len; k++) row[k] = k;
    for (size_t i = 0; i < a.len; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < b.len; k++) {
            unsigned change = corner + (a.at[i] != b.at[k]);
            corner = row[k + 1];
            unsigned shift = (row[k] < corner ? row[k] : corner) + 1;
            row[k + 1] = change < shift ? change : shift;
        }
    }
    return row[b.len];
}

/* A failure that names the nearest option, but not the word that was typed: it could be a value. */
static RESULT no_option(struct slice name, int at)
{
    unsigned best = NEAR_MAX + 1;
    const char *near = NULL;
    for (size_t i = 0; i < OPT_COUNT; i++) {
        unsigned far = distance(name, slice_text(option_rows[i].name));
        if (far >= best) continue;
        best = far;
        near = option_rows[i].name;
    }
    if (near) return FAIL(USAGE, "argument %d: no such option; did you mean --%s?", at, near);
    return FAIL(USAGE, "argument %d: no such option; see amanah help COMMAND", at);
}

static RESULT no_command(const struct command *rows, size_t count, const struct call *call)
{
    if (call->arg_count == 0) return FAIL(USAGE, "command: missing; see amanah help");
    unsigned best = NEAR_MAX + 1;
    struct slice near = {0};
    for (size_t i = 0; i < count; i++) {
        struct slice words = slice_text(rows[i].words);
        const uint8_t *blank = memchr(words.at, ' ', words.len);
        struct slice first = {words.at, blank ? (size_t)(blank - words.at) : words.len};
        if (slice_is(first, call->args[0])) {
            return FAIL(USAGE, "%.*s: what is to be done with it is missing or unknown; see amanah help %.*s",
                        (int)first.len, (const char *)first.at, (int)first.len, (const char *)first.at);
        }
        unsigned far = distance(slice_text(call->args[0]), first);
        if (far >= best) continue;
        best = far;
        near = first;
    }
    if (near.len == 0) return FAIL(USAGE, "command: no such command; see amanah help");
    return FAIL(USAGE, "command: no such command; did you mean amanah %.*s?", (int)near.len,
                (const char *)near.at);
}

static RESULT add_given(struct call *call, enum option option, const char *value)
{
    const struct option_row *row = option_row(option);
    if (!row->many && call_has(call, option))
        return FAIL(USAGE, "--%s: given twice; give it once", row->name);
    if (call->given_count == CALL_GIVEN_MAX) {
        return FAIL(USAGE, "options: more than %d; give fewer", CALL_GIVEN_MAX);
    }
    call->given[call->given_count++] = (struct option_given){option, value};
    return OK;
}

/* The token at `at`, which begins with "--"; `used` says whether the next one was its value. */
static RESULT take_option(struct call *call, int at, char *const *argv, bool *used)
{
    const char *token = argv[at], *next = argv[at + 1];
    const char *equals = strchr(token, '=');
    struct slice name = slice_from(slice_text(token), 2);
    if (equals) name.len = (size_t)(equals - token) - 2;
    enum option option = find_option(name);
    if (option == OPT_COUNT) return no_option(name, at);
    const struct option_row *row = option_row(option);
    if (!row->value) {
        if (equals) return FAIL(USAGE, "--%s: takes no value; leave it out", row->name);
        return add_given(call, option, NULL);
    }
    const char *value = equals ? equals + 1 : next;
    if (!value) return FAIL(USAGE, "--%s: its value is missing; give %s", row->name, row->value);
    *used = !equals;
    return add_given(call, option, value);
}

static RESULT add_arg(struct call *call, const char *arg)
{
    if (call->arg_count == CALL_ARGS_MAX)
        return FAIL(USAGE, "arguments: more than %d; split them", CALL_ARGS_MAX);
    call->args[call->arg_count++] = arg;
    return OK;
}

static RESULT sort_tokens(int argc, char *const *argv, struct call *call)
{
    bool options = true;
    for (int i = 1; i < argc; i++) {
        const char *token = argv[i];
        bool used = false;
        if (!options || token[0] != '-' || token[1] == '\0') {
            TRY(add_arg(call, token));
        } else if (strcmp(token, "--") == 0) {
            options = false;
        } else if (strcmp(token, "-h") == 0) {
            TRY(add_given(call, OPT_HELP, NULL));
        } else if (token[1] != '-') {
            return FAIL(USAGE, "argument %d: options begin with two dashes; see amanah help", i);
        } else {
            TRY(take_option(call, i, argv, &used));
        }
        if (used) i++;
    }
    return OK;
}

/* How many of the leading arguments are the words of the command: 0 if they are not. */
static size_t words_match(const char *words, const struct call *call)
{
    size_t matched = 0;
    for (struct slice rest = slice_text(words); rest.len > 0; matched++) {
        const uint8_t *blank = memchr(rest.at, ' ', rest.len);
        struct slice word = {rest.at, blank ? (size_t)(blank - rest.at) : rest.len};
        if (matched == call->arg_count || !slice_is(word, call->args[matched])) return 0;
        rest = slice_from(rest, word.len + 1);
    }
    return matched;
}

static RESULT find_command(const struct command *rows, size_t count, struct call *call)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        size_t matched = words_match(rows[i].words, call);
        if (matched <= best) continue;
        best = matched;
        call->command = &rows[i];
    }
    if (best == 0) return no_command(rows, count, call);
    call->arg_count -= best;
    memmove(call->args, call->args + best, call->arg_count * sizeof *call->args);
    return OK;
}

static RESULT check_call(const struct call *call)
{
    const struct command *command = call->command;
    for (size_t i = 0; i < call->given_count; i++) {
        enum option option = call->given[i].option;
        if (command_takes(command, option)) continue;
        return FAIL(USAGE, "--%s: %s does not take it; see amanah help %s", option_row(option)->name,
                    command->words, command->words);
    }
    if (call->arg_count < command->args_min) {
        return FAIL(USAGE, "%s: %s is missing; see amanah help %s", command->words, command->args,
                    command->words);
    }
    if (call->arg_count > command->args_max) {
        return FAIL(USAGE, "%s: takes %zu argument%s; see amanah help %s", command->words, command->args_max,
                    command->args_max == 1 ? "" : "s", command->words);
    }
    return OK;
}

RESULT call_parse(const struct command *rows, size_t count, int argc, char *const *argv, struct call *out)
{
    assert(rows && argv && argc >= 1);
    *out = (struct call){0};
    TRY(sort_tokens(argc, argv, out));
    TRY(find_command(rows, count, out));
    if (call_has(out, OPT_HELP)) return OK; /* help is given whatever else is missing */
    return check_call(out);
}

const char *call_act(const struct call *call)
{
    const char *blank = strrchr(call->command->words, ' ');
    return blank ? blank + 1 : call->command->words;
}

bool command_takes(const struct command *command, enum option option)
{
    for (const enum option *at = command->options; *at != OPT_COUNT; at++) {
        if (*at == option) return true;
    }
    return false;
}

bool call_shows(const struct call *call)
{
    return call_has(call, OPT_OUTPUT_CURL) || call_has(call, OPT_OUTPUT_ROLE);
}

bool call_has(const struct call *call, enum option option)
{
    for (size_t i = 0; i < call->given_count; i++) {
        if (call->given[i].option == option) return true;
    }
    return false;
}

const char *call_text(const struct call *call, enum option option)
{
    for (size_t i = 0; i < call->given_count; i++) {
        if (call->given[i].option == option) return call->given[i].value;
    }
    return NULL;
}

struct slice call_slice(const struct call *call, enum option option)
{
    return slice_text(call_text(call, option));
}

RESULT call_need(const struct call *call, enum option option, struct slice *out)
{
    const struct option_row *row = option_row(option);
    struct slice given = call_slice(call, option);
    if (given.len == 0) return FAIL(USAGE, "--%s: missing; give %s: %s", row->name, row->value, row->about);
    *out = given;
    return OK;
}

bool number_get(struct slice text, uint64_t high, uint64_t *out)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > 20) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        uint64_t digit = text.at[i] - '0';
        if (digit > high || number > (high - digit) / 10) return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

RESULT call_number(const struct call *call, enum option option, uint64_t low, uint64_t high, uint64_t *out)
{
    uint64_t number = 0;
    if (!call_has(call, option)) return OK;
    if (number_get(call_slice(call, option), high, &number) && number >= low) {
        *out = number;
        return OK;
    }
    return FAIL(USAGE, "--%s: not a number from %llu to %llu", option_row(option)->name,
                (unsigned long long)low, (unsigned long long)high);
}

void call_values(const struct call *call, enum option option, struct arena *arena, struct texts *out)
{
    struct slice *at = arena_take(arena, (call->given_count + 1) * sizeof *at);
    size_t count = 0;
    for (size_t i = 0; i < call->given_count; i++) {
        if (call->given[i].option == option) at[count++] = slice_text(call->given[i].value);
    }
    *out = (struct texts){at, count};
}

RESULT call_list(const struct call *call, enum option option, struct arena *arena, struct texts *out)
{
    struct slice items[LIST_ITEMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < call->given_count; i++) {
        if (call->given[i].option != option) continue;
        for (struct slice rest = slice_text(call->given[i].value); rest.len > 0;) {
            const uint8_t *comma = memchr(rest.at, ',', rest.len);
            struct slice item = {rest.at, comma ? (size_t)(comma - rest.at) : rest.len};
            rest = slice_from(rest, item.len + 1);
            if (item.len == 0) continue;
            if (count == LIST_ITEMS_MAX) {
                return FAIL(USAGE, "--%s: more than %d items; give fewer", option_row(option)->name,
                            LIST_ITEMS_MAX);
            }
            items[count++] = item;
        }
    }
    struct slice *at = arena_take(arena, (count + 1) * sizeof *at);
    memcpy(at, items, count * sizeof *at);
    *out = (struct texts){at, count};
    return OK;
}
