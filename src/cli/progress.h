/*
 * A progress bar on standard error: on a terminal only, never with --quiet or --json. At most ten times a second.
 * Main calls: progress_begin(), progress_show(), progress_end(). Example:
 *     struct progress progress = progress_begin(call, file_bytes);  progress_show(&progress, rows, bytes);
 */
#ifndef AMN_CLI_PROGRESS_H
#define AMN_CLI_PROGRESS_H

#include "cli/call.h"

struct progress {
    bool on;
    uint64_t total; /* bytes; 0: unknown */
    int64_t began_us, shown_us;
};

struct progress progress_begin(const struct call *call, uint64_t total_bytes);
void progress_show(struct progress *progress, uint64_t rows, uint64_t bytes);
void progress_part(struct progress *progress, uint64_t done, uint64_t all,
                   const char *what);         /* "12 of 40 entries" */
void progress_end(struct progress *progress); /* take it off the screen */

/* The line without control characters, as it would be after `elapsed_us`: for progress_show() and its test. */
void progress_put(struct buf *out, uint64_t rows, uint64_t bytes, uint64_t total, int64_t elapsed_us);

#endif
