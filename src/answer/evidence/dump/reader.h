/*
 * The child that reads a dump: unpacks it, finds its rows, writes them as frames. It has neither keys nor store nor
 * network; its parent hands it the parts of the file that it asks for. See child/child.h for its walls.
 *
 * Main call: reader_main(), a kind of child. reader_run() is the same without a process around it, for tests.
 */
#ifndef AMN_ANSWER_EVIDENCE_READER_H
#define AMN_ANSWER_EVIDENCE_READER_H

#include "answer/evidence/dump/frames.h"

#define READER_WORD "dump" /* its kind */

enum { READER_MEMORY_BYTES = 1 << 30, READER_CPU_S = 6 * 60 * 60 };

/* argv[1]: size of the file in bytes; argv[2]: how many of its rows were given before, and are passed over. */
int reader_main(int argc, char **argv);

/* Reads by `source`, gives frames to `write`, of rows those behind the first `skip`. Fails as they do. */
RESULT reader_run(const struct unpack_source *source, uint64_t skip,
                  struct result (*write)(void *context, struct slice bytes), void *context);

#endif
