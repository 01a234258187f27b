/*
 * Running this same program as a child: a command to its end, or the daemon beside. So the demo uses what everybody
 * uses, and nothing behind it.
 *
 * Main calls: program_run(), program_start(), program_stop(). Example:
 *     SCOPED(ended_done) struct ended made = {0};  const char *const words[] = {"init", home, "--json", NULL};
 *     TRY(program_run(&(struct program_options){.words = words}, &made));
 */
#ifndef AMN_CLI_DEMO_PROGRAM_H
#define AMN_CLI_DEMO_PROGRAM_H

#include "base/bytes.h"

#include <sys/types.h>

enum { CHILD_WORDS_MAX = 24, CHILD_STOP_MS = 20000 };

struct program_options {
    const char *const *words; /* what follows the program's name, ends with NULL */
    const char *home;         /* AMANAH_HOME; NULL: none */
    const char *key_file;     /* AMANAH_KEY_FILE; NULL: none */
    const char *output;       /* file for its standard output; NULL: kept in `out` */
};

struct ended {
    int exit;
    struct buf out, err; /* owned */
};
void ended_done(struct ended *ended);

/* Run a command and wait for it. UNAVAILABLE when it cannot be started or a signal ended it; any exit status is OK. */
RESULT program_run(const struct program_options *options, struct ended *out);

/* Start one that goes on; its output is added to `log`. */
RESULT program_start(const struct program_options *options, const char *log, pid_t *out);

/* Has it ended by itself? */
bool program_gone(pid_t child);

/* Ask it to end and wait CHILD_STOP_MS; kill it after that. UNAVAILABLE unless it ended by itself, with status 0. */
RESULT program_stop(pid_t child);

#endif
