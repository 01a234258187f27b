/*
 * A file that the keeper makes piece by piece, each with its entry before it leaves: asked for until there is no more, and
 * written as it comes. Main call: pieces_save(). Example: TRY(pieces_save(call, &pieces));
 */
#ifndef AMN_CLI_PIECES_H
#define AMN_CLI_PIECES_H

#include "cli/ask.h"

struct pieces {
    enum verb verb;
    void *ask;
    struct slice *taking; /* of the ask: as the piece before named it */
    uint64_t *piece;
    uint64_t people; /* in the file, by the sum of its pieces or as the last one says */
    bool summed;
};

/* Into the file that --out names; with --output-curl the first ask alone, and USAGE without --out. */
RESULT pieces_save(struct call *call, struct pieces *pieces, bool *saved);

/* How many people are in a file that was saved: "WORDS 12 people. ..." */
RESULT pieces_saved_show(const struct call *call, uint64_t people, const char *words);

#endif
