#include "cli/commands.h"
#include "cli/show.h"

#include <string.h>

/* In the words of the shell: the options of one command, each after a blank. */
static void options_put(const struct command *command, struct buf *out)
{
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if (command_takes(command, (enum option)i)) buf_print(out, " --%s", option_row((enum option)i)->name);
    }
}

static struct slice first_word(const struct command *command)
{
    const char *blank = strchr(command->words, ' ');
    return (struct slice){(const uint8_t *)command->words,
                          blank ? (size_t)(blank - command->words) : strlen(command->words)};
}

/* Is it the first row of its first word? Rows of one word need not stand together. */
static bool begins(const struct command *rows, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (slice_equal(first_word(&rows[i]), first_word(&rows[before]))) return false;
    }
    return true;
}

/* Empty: it has one word. */
static struct slice second_word(const struct command *command)
{
    const char *at = strchr(command->words, ' ');
    if (!at) return (struct slice){0};
    return (struct slice){(const uint8_t *)at + 1, strcspn(at + 1, " ")};
}

/* Is it the first row of its first two words? Some have a third: watch sink put. */
static bool begins_second(const struct command *rows, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (slice_equal(first_word(&rows[i]), first_word(&rows[before])) &&
            slice_equal(second_word(&rows[i]), second_word(&rows[before]))) {
            return false;
        }
    }
    return true;
}

/* " init seal shop …": the first words, each once. */
static void first_words_put(struct buf *out)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (!begins(rows, i)) continue;
        buf_byte(out, ' ');
        buf_slice_put(out, first_word(&rows[i]));
    }
}

/* What may follow a first word, as cases of a shell's `case`: "subject) words=… ;;". */
static void second_words_put(struct buf *out)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        struct slice first = first_word(&rows[i]);
        if (!strchr(rows[i].words, ' ') || !begins(rows, i)) continue;
        buf_print(out, "        %.*s) words=\"", (int)first.len, (const char *)first.at);
        for (size_t at = i; at < count; at++) {
            if (!slice_equal(first, first_word(&rows[at])) || !begins_second(rows, at)) continue;
            struct slice second = second_word(&rows[at]);
            buf_print(out, "%s%.*s", at == i ? "" : " ", (int)second.len, (const char *)second.at);
        }
        buf_text(out, "\" ;;\n");
    }
}

static void option_cases_put(struct buf *out)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        buf_print(out, "        \"%s\") options=\"", rows[i].words);
        options_put(&rows[i], out);
        buf_text(out, "\" ;;\n");
    }
}

/* bash and zsh (through bashcompinit) run the same function. */
static void show_bash(void)
{
    SCOPED(buf_done) struct buf first = {0}, second = {0}, options = {0};
    first_words_put(&first);
    second_words_put(&second);
    option_cases_put(&options);
    show_words("_amanah()\n{\n"
               "    local current=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}\n"
               "    local words= options=\n"
               "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
               "        COMPREPLY=($(compgen -W \"%s --help --version\" -- \"$current\"))\n"
               "        return\n"
               "    fi\n",
               buf_c(&first));
    show_words("    case $first in\n%s    esac\n", buf_c(&second));
    show_words("    if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$words\" ]; then\n"
               "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
               "        return\n"
               "    fi\n"
               "    [ -n \"$words\" ] && first=\"$first $second\"\n");
    show_words("    case $first in\n%s    esac\n", buf_c(&options));
    show_words("    case $current in\n"
               "        -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
               "        *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
               "    esac\n}\n"
               "complete -F _amanah amanah\n");
}

static void show_zsh(void)
{
    show_words("#compdef amanah\nautoload -U +X bashcompinit && bashcompinit\n");
    show_bash();
}

/* A text inside single quotes of fish. */
static void fish_quoted(const char *text)
{
    show_words("'");
    for (const char *at = text; *at; at++) show_words("%s%c", *at == '\'' || *at == '\\' ? "\\" : "", *at);
    show_words("'");
}

/* Where the words of a command up to `end` were typed: a condition of fish. */
static void fish_condition(const char *words, const char *end)
{
    show_words("complete -c amanah -n '");
    for (const char *at = words; at < end;) {
        size_t len = strcspn(at, " ");
        show_words("%s__fish_seen_subcommand_from %.*s", at == words ? "" : "; and ", (int)len, at);
        at += len + (at[len] == ' ');
    }
    show_words("' ");
}

static void show_fish_options(const struct command *command)
{
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if (!command_takes(command, (enum option)i)) continue;
        const struct option_row *row = option_row((enum option)i);
        fish_condition(command->words, command->words + strlen(command->words));
        show_words("-l %s%s -d ", row->name, row->value ? " -r" : "");
        fish_quoted(row->about);
        show_words("\n");
    }
}

static void show_fish(void)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    SCOPED(buf_done) struct buf first = {0};
    first_words_put(&first);
    show_words("complete -c amanah -n __fish_use_subcommand -f -a '%s'\n", buf_c(&first));
    for (size_t i = 0; i < count; i++) {
        const char *last = strrchr(rows[i].words, ' ');
        struct slice second = second_word(&rows[i]);
        if (last && (const char *)second.at < last && begins_second(rows, i)) {
            fish_condition(rows[i].words, (const char *)second.at - 1);
            show_words("-f -a %.*s\n", (int)second.len, (const char *)second.at);
        }
        if (last) {
            fish_condition(rows[i].words, last);
            show_words("-f -a%s -d ", last);
            fish_quoted(rows[i].about);
            show_words("\n");
        }
        show_fish_options(&rows[i]);
    }
}

RESULT command_completion(struct call *call)
{
    const char *shell = call->args[0];
    if (strcmp(shell, "bash") == 0) {
        show_bash();
    } else if (strcmp(shell, "zsh") == 0) {
        show_zsh();
    } else if (strcmp(shell, "fish") == 0) {
        show_fish();
    } else {
        return FAIL(USAGE, "completion: no such shell; give bash, zsh or fish");
    }
    return OK;
}
