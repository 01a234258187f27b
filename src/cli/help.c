#include "cli/help.h"

#include "cli/commands.h"
#include "cli/pages.h"
#include "cli/show.h"

#include <string.h>

static const char about_exits[] =
    "Exit status: 0 done; 1 the answer is no; 2 malformed or usage; 3 not allowed or "
    "budget spent;\n4 unavailable, try again; 5 part of a batch failed; 6 tampering "
    "found.\n";

/* Anything but --help, which all take. */
static bool takes_any(const struct command *command)
{
    for (const enum option *at = command->options; *at != OPT_COUNT; at++) {
        if (*at != OPT_HELP) return true;
    }
    return false;
}

static void show_usage(const struct command *command)
{
    show_words("amanah %s%s%s%s", command->words, command->args[0] ? " " : "", command->args,
               takes_any(command) ? " [options]" : "");
}

void help_all(void)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    SCOPED(table_done) struct table table = {.columns = 2};
    show_words("Amanah keeps a shop's customer data, and proves who looked at it.\n\n"
               "usage: amanah COMMAND [arguments] [options]\n\n");
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf usage = {0};
        buf_print(&usage, "  %s %s", rows[i].words, rows[i].args);
        table_cell(&table, buf_slice(&usage));
        table_cell(&table, slice_text(rows[i].about));
    }
    table_show(&table);
    show_words("\namanah help COMMAND says more of a command, amanah help CODE explains an error.\n");
    show_words("Environment: AMANAH_HOME, AMANAH_URL, AMANAH_KEY_FILE (with AMANAH_KEY_ID) or AMANAH_KEY, "
               "AMANAH_CACERT, "
               "AMANAH_CERT with AMANAH_CERT_KEY, AMANAH_PASSPHRASE_FILE.\n%s",
               about_exits);
}

static void option_usage(const struct option_row *option, struct buf *out)
{
    buf_print(out, "--%s", option->name);
    if (option->value) buf_print(out, " %s", option->value);
}

void help_command(const struct command *command)
{
    SCOPED(table_done) struct table table = {.columns = 2};
    show_words("usage: ");
    show_usage(command);
    show_words("\n\n%s\n\n", command->about);
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if (!command_takes(command, (enum option)i)) continue;
        SCOPED(buf_done) struct buf usage = {0};
        buf_text(&usage, "  ");
        option_usage(option_row((enum option)i), &usage);
        table_cell(&table, buf_slice(&usage));
        table_cell(&table, slice_text(option_row((enum option)i)->about));
    }
    table_show(&table);
}

void help_version(bool json)
{
    if (json) {
        show_words("{\"version\":\"%s\"}\n", AMN_VERSION);
    } else {
        show_words("amanah %s\n", AMN_VERSION);
    }
}

RESULT help_cause(const char *code)
{
    enum cause found = cause_by_slug(code);
    for (unsigned i = 0; i < CAUSE_COUNT && found == CAUSE_COUNT; i++) {
        if (strcmp(cause_row((enum cause)i)->name, code) == 0) found = (enum cause)i;
    }
    if (found == CAUSE_COUNT) return FAIL(NOT_FOUND, "help: no such command or error code; see amanah help");
    const struct cause_row *cause = cause_row(found);
    const char *page = page_text(cause->slug);
    show_words("%s: %s\nHTTP status %d, exit status %d\n", cause->slug, cause->title, cause->http,
               code_row(cause->code)->exit);
    if (page) show_words("\n%s", page);
    return OK;
}

/* A cell of a Markdown table: `|` would end it. */
static void markdown_cell(const char *text)
{
    for (const char *at = text; *at; at++) show_words("%s%c", *at == '|' ? "\\" : "", *at);
}

static void markdown_command(const struct command *command)
{
    show_words("\n## amanah %s\n\n```\n", command->words);
    show_usage(command);
    show_words("\n```\n\n%s.\n", command->about);
    if (!takes_any(command)) return;
    show_words("\n| option | meaning |\n|---|---|\n");
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if (!command_takes(command, (enum option)i)) continue;
        const struct option_row *row = option_row((enum option)i);
        show_words("| `--%s", row->name);
        if (row->value) show_words(" ");
        if (row->value) markdown_cell(row->value);
        show_words("` | ");
        markdown_cell(row->about);
        show_words(" |\n");
    }
}

static void help_markdown(void)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    show_words("# Commands\n\nMade by `amanah help --markdown` from `src/cli/commands.def` and "
               "`src/cli/options.def`; do not edit.\n\n"
               "Data goes to standard output, talk to standard error. `-` is standard input. Secrets are "
               "never taken "
               "from the command line.\n%s",
               about_exits);
    for (size_t i = 0; i < count; i++) markdown_command(&rows[i]);
}

/* Text of a manual page: a backslash and a hyphen have meanings of their own there, and so has a point that begins a line. */
static void man_text(const char *text)
{
    if (*text == '.' || *text == '\'') show_words("\\&");
    for (const char *at = text; *at; at++) {
        if (*at == '\\') {
            show_words("\\e");
        } else if (*at == '-') {
            show_words("\\-");
        } else {
            show_words("%c", *at);
        }
    }
}

static void man_command(const struct command *command)
{
    show_words(".SS \"");
    man_text(command->words);
    show_words("\"\n.B amanah ");
    man_text(command->words);
    if (command->args[0]) show_words("\n.I ");
    man_text(command->args);
    show_words("\n.PP\n");
    man_text(command->about);
    show_words(".\n");
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if (i == OPT_HELP || !command_takes(command, (enum option)i)) continue;
        const struct option_row *row = option_row((enum option)i);
        show_words(".TP\n.B ");
        man_text("--");
        man_text(row->name);
        if (row->value) show_words(" ");
        if (row->value) man_text(row->value);
        show_words("\n");
        man_text(row->about);
        show_words("\n");
    }
}

static void help_man(void)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    show_words(
        ".\\\" Made by amanah help --man; do not edit.\n.TH AMANAH 1 \"\" \"amanah %s\" \"\"\n.SH NAME\n",
        AMN_VERSION);
    show_words("amanah \\- keeps a shop's customer data, and proves who looked at it\n.SH SYNOPSIS\n"
               ".B amanah\n.I COMMAND\n[arguments] [options]\n.SH DESCRIPTION\n"
               "Data goes to standard output, talk to standard error.\n.B \\-\nis standard input. "
               "Secrets are never taken from the command line.\n.SH COMMANDS\n");
    for (size_t i = 0; i < count; i++) man_command(&rows[i]);
    show_words(".SH ENVIRONMENT\nAMANAH_HOME, AMANAH_URL, AMANAH_KEY_FILE (with AMANAH_KEY_ID) or "
               "AMANAH_KEY, AMANAH_CACERT, "
               "AMANAH_CERT with AMANAH_CERT_KEY, AMANAH_PASSPHRASE_FILE.\n.SH EXIT STATUS\n%s",
               about_exits);
}

/* Names and words of the tables need no escapes: a test holds that. */
static void help_json(void)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    show_words("{\"version\":\"%s\",\"commands\":[", AMN_VERSION);
    for (size_t i = 0; i < count; i++) {
        const char *comma = "";
        show_words("%s{\"command\":\"%s\",\"arguments\":\"%s\",\"least\":%zu,\"most\":%zu,\"about\":\"%s\","
                   "\"options\":[",
                   i > 0 ? "," : "", rows[i].words, rows[i].args, rows[i].args_min, rows[i].args_max,
                   rows[i].about);
        for (unsigned k = 0; k < OPT_COUNT; k++) {
            if (!command_takes(&rows[i], (enum option)k)) continue;
            show_words("%s\"%s\"", comma, option_row((enum option)k)->name);
            comma = ",";
        }
        show_words("]}");
    }
    show_words("]}\n");
}

/* All commands that begin with the given words; how many. */
static size_t help_matching(struct slice words)
{
    size_t count = 0, shown = 0;
    const struct command *rows = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        struct slice row = slice_text(rows[i].words);
        if (row.len < words.len || !slice_equal(slice_part(row, 0, words.len), words)) continue;
        if (row.len > words.len && row.at[words.len] != ' ') continue;
        if (shown++ > 0) show_words("\n");
        help_command(&rows[i]);
    }
    return shown;
}

RESULT command_help(struct call *call)
{
    SCOPED(buf_done) struct buf words = {0};
    bool markdown = call_has(call, OPT_MARKDOWN), man = call_has(call, OPT_MAN),
         json = call_has(call, OPT_JSON);
    if (markdown) help_markdown();
    if (man && !markdown) help_man();
    if (json && !markdown && !man) help_json();
    if (call->arg_count == 0 && !markdown && !man && !json) help_all();
    if (call->arg_count == 0 || markdown || man || json) return OK;
    for (size_t i = 0; i < call->arg_count; i++) buf_print(&words, "%s%s", i > 0 ? " " : "", call->args[i]);
    if (help_matching(buf_slice(&words)) > 0) return OK;
    return help_cause(call->args[0]);
}

RESULT command_version(struct call *call)
{
    help_version(call_has(call, OPT_JSON));
    return OK;
}
