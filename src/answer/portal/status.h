/*
 * The page of public words, as files that any web server can carry: what was published last in three languages, every
 * earlier word with its date, the same as Atom and JSON, and a signed list of their hashes. Made from published
 * statements alone; nothing in it depends on a person.
 *
 * Main call: status_make(). Example: TRY(status_make(batch, &status));  file = status_file(&status, SLICE_TEXT("en.html"));
 */
#ifndef AMN_ANSWER_PORTAL_STATUS_H
#define AMN_ANSWER_PORTAL_STATUS_H

#include "keep/batch.h"

enum {
    STATUS_LANGUAGES = 3,
    STATUS_WORDS_MAX = 50,
    STATUS_FILES_MAX = 3 * STATUS_WORDS_MAX + 16,
    STATUS_NAME_BYTES = 32
};

struct status_file {
    char name[STATUS_NAME_BYTES];
    const char *type;
    struct buf text;
};

struct status {
    uint64_t lines;            /* of all incidents together, when it was made */
    struct status_file *files; /* STATUS_FILES_MAX of them */
    size_t count;
};
void status_done(struct status *status);

/* How many lines all incidents have: when it changed, the page may have. */
RESULT status_lines(struct shop *shop, uint64_t *out);

/* Of the newest STATUS_WORDS_MAX published statements. Cost: opens every incident, about 1 ms each. */
RESULT status_make(struct batch *batch, struct status *out);

/* Of that name; of the empty name the page in that language ("en", "id", "ko"; else the shop's own). NULL. */
const struct status_file *status_find(const struct shop *shop, const struct status *status, struct slice name,
                                      struct slice lang);

#endif
