#include "answer/evidence/dump/reader.h"
#include "answer/paper/print.h"
#include "child/child.h"
#include "cli/help.h"
#include "cli/show.h"
#include "serve/launch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* No core dump may hold a key or a value; files are for their owner; a gone reader is an error, not a signal. */
static void harden(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)umask(S_IRWXG | S_IRWXO);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* `amanah --help` and `amanah --version` name no command. */
static bool asks_about_program(int argc, char **argv)
{
    if (argc != 2) return false;
    bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    bool version = strcmp(argv[1], "--version") == 0;
    if (help) help_all();
    if (version) help_version(false);
    return help || version;
}

static RESULT run(int argc, char **argv, struct call *call)
{
    size_t count = 0;
    const struct command *rows = command_rows(&count);
    if (asks_about_program(argc, argv)) return OK;
    TRY(call_parse(rows, count, argc, argv, call));
    if (!call_has(call, OPT_HELP)) return call->command->run(call);
    help_command(call->command);
    return OK;
}

/* What this program does for itself in a process of its own. */
static const struct child_kind children[] = {{PRINT_WORD, print_main}, {READER_WORD, reader_main}};

int main(int argc, char **argv)
{
    struct call call = {0};
    harden();
    if (argc > 1 && strcmp(argv[1], FRONT_WORD) == 0) return front_main(argc, argv); /* started by `serve` */
    if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0)
        return child_run(children, COUNT_OF(children), argc, argv);
    struct result result = run(argc, argv, &call);
    if (result.code == CODE_OK) result = show_end();
    if (result.code == CODE_OK) return call.exit;
    if (call_has(&call, OPT_JSON) && !call.printed) (void)show_json_problem(result.cause, (struct doc){0});
    show_failure(result);
    return code_row(result.code)->exit;
}
