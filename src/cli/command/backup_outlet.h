/*
 * Where a backup goes: standard output, a file that takes its name once it is whole, or a command. Must never leave a
 * file of a backup's name that is not one. Main calls: outlet_open(), outlet_put(), outlet_durable().
 */
#ifndef AMN_CLI_COMMAND_BACKUP_OUTLET_H
#define AMN_CLI_COMMAND_BACKUP_OUTLET_H

#include "cli/call.h"
#include "cli/handover.h"
#include "cli/progress.h"

#include <stdio.h>
#include <sys/types.h>

struct outlet {
    FILE *at;              /* NULL: a command, or none */
    off_t written, sent;   /* of a file: bytes put, and those of them that are on their way to the disk */
    struct hand_over hand; /* of a command */
    struct buf path, part; /* of a file; both empty otherwise */
    struct progress progress;
};
void outlet_done(struct outlet *outlet); /* what was not finished is removed */

/* As --out and --command of the call say. `kind` is a part of its name in a folder: full, increment, keys. */
RESULT outlet_open(const struct call *call, const char *kind, int64_t now_us, struct outlet *out);
/* A file; or in a folder amanah-TIME-KIND.age, so that names sort by time. */
RESULT outlet_file(const char *file, const char *kind, int64_t now_us, struct outlet *out);

/* put() and durable() of struct backup_options. */
RESULT outlet_put(void *context, struct slice bytes);
RESULT outlet_durable(void *context);

#endif
