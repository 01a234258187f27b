/*
 * What comes from the vault piece by piece, into a file: whole and durable under its name, or not there. Main call:
 * output_made(). Example:
 *     TRY(output_made(path, receive, &receiving));
 */
#ifndef AMN_CLI_OUTPUT_H
#define AMN_CLI_OUTPUT_H

#include "base/bytes.h"

/* All of it. UNAVAILABLE when it cannot be written. */
RESULT output_all(int fd, struct slice bytes);

/*
 * What `make` writes, under PATH.part first, then under its name; "-": to standard output as it comes. Where `make`
 * fails nothing is left.
 */
RESULT output_made(const char *path, struct result (*make)(void *context, int fd), void *context);

#endif
