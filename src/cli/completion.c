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

enum { WORDS_MAX = 3 }; /* of a command: watch sink put */

/* Its `n`th word, from 0; empty: it has fewer. */
static struct slice word_at(const struct command *command, unsigned n)
{
    const char *at = command->words;
    while (n > 0 && (at = strchr(at, ' ')) != NULL) at++, n--;
    return at ? (struct slice){(const uint8_t *)at, strcspn(at, " ")} : (struct slice){0};
}

static bool same_words(const struct command *a, const struct command *b, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        if (!slice_equal(word_at(a, n), word_at(b, n))) return false;
    }
    return true;
}

/* Is it the first row with its first `count` words, of those that have an `n`th? Rows of one word need not stand together. */
static bool begins(const struct command *rows, size_t i, unsigned count, unsigned n)
{
    for (size_t before = 0; before < i; before++) {
        if (word_at(&rows[before], n).len > 0 && same_words(&rows[i], &rows[before], count)) return false;
    }
    return true;
}

/* The words that may follow the first `count` of row `i`, each once, with blanks between. */
static void next_words_put(size_t i, unsigned count, struct buf *out)
{
    size_t row_count = 0, start = out->len;
    const struct command *rows = command_rows(&row_count);
    for (size_t at = i; at < row_count; at++) {
        struct slice word = word_at(&rows[at], count);
        if (word.len == 0 || !same_words(&rows[i], &rows[at], count)) continue;
        if (!begins(rows, at, count + 1, count)) continue;
        buf_print(out, "%s%.*s", out->len == start ? "" : " ", (int)word.len, (const char *)word.at);
    }
}

/* How long its first `count` words are, with the blanks between. */
static int words_len(const struct command *command, unsigned count)
{
    struct slice last = count > 0 ? word_at(command, count - 1) : (struct slice){0};
    return last.len > 0 ? (int)((const char *)last.at + last.len - command->words) : 0;
}

/* What may follow the words before it, as cases of a shell's `case`: "watch sink") words="put list" ;; */
static void word_cases_put(struct buf *out)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    for (unsigned n = 0; n < WORDS_MAX; n++) {
        for (size_t i = 0; i < count; i++) {
            if (word_at(&rows[i], n).len == 0 || !begins(rows, i, n, n)) continue;
            buf_print(out, "        \"%.*s\") words=\"", words_len(&rows[i], n), rows[i].words);
            next_words_put(i, n, out);
            buf_text(out, n == 0 ? " --help --version\" ;;\n" : "\" ;;\n");
        }
    }
}

/* By what was typed, and a blank: longer commands first, as shorter ones could be their beginning. */
static void option_cases_put(struct buf *out)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    for (unsigned n = WORDS_MAX; n > 0; n--) {
        for (size_t i = 0; i < count; i++) {
            if (word_at(&rows[i], n - 1).len == 0 || word_at(&rows[i], n).len > 0) continue;
            buf_print(out, "        \"%s \"*) options=\"", rows[i].words);
            options_put(&rows[i], out);
            buf_text(out, "\" ;;\n");
        }
    }
}

/* bash and zsh (through bashcompinit) run the same function. */
static void show_bash(void)
{
    SCOPED(buf_done) struct buf words = {0}, options = {0};
    word_cases_put(&words);
    option_cases_put(&options);
    show_words("_amanah()\n{\n"
               "    local current=${COMP_WORDS[COMP_CWORD]} before= words= options= at=1\n"
               "    while [ \"$at\" -lt \"$COMP_CWORD\" ]; do\n"
               "        before=\"$before${before:+ }${COMP_WORDS[at]}\"\n"
               "        at=$((at + 1))\n"
               "    done\n");
    show_words("    case $before in\n%s    esac\n", buf_c(&words));
    show_words("    case \"$before \" in\n%s    esac\n", buf_c(&options));
    show_words("    if [ -n \"$words\" ]; then\n"
               "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
               "        return\n"
               "    fi\n"
               "    case $current in\n"
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
    next_words_put(0, 0, &first);
    show_words("complete -c amanah -n __fish_use_subcommand -f -a ' %s'\n", buf_c(&first));
    for (size_t i = 0; i < count; i++) {
        const char *last = strrchr(rows[i].words, ' ');
        struct slice second = word_at(&rows[i], 1);
        if (word_at(&rows[i], 2).len > 0 && begins(rows, i, 2, 2)) {
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
