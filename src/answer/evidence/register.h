/*
 * The register of files that were found: each match keeps a sketch of its rows under a key of the shop, so a file that is
 * found again is known as an old one, a part of it, more of it, or new. It is the lines of matches themselves: there is no
 * other list. Main calls: register_search(), register_tell(). Example: see match_verbs.c.
 */
#ifndef AMN_ANSWER_EVIDENCE_REGISTER_H
#define AMN_ANSWER_EVIDENCE_REGISTER_H

#include "answer/evidence/sketch.h"
#include "answer/incident/incident.h"

enum register_relation { RELATION_NEW, RELATION_SAME, RELATION_PART, RELATION_MORE, RELATION_OVERLAPS };
enum { REGISTER_MAX = 32 }; /* files that are told of */

struct register_hit {
    uint64_t incident, line; /* the file's */
    bool seen, closed;       /* may this reader know of the incident; is it closed */
    enum register_relation relation;
    struct sketch_shares shares; /* of the new file in that one, of that one in the new file; of 1,000 */
};

struct register_hits {
    struct register_hit at[REGISTER_MAX];
    size_t count;
};

const char *register_relation_name(enum register_relation relation); /* "same" */

/* What two files are to each other, by what they share. */
enum register_relation register_relation_of(struct sketch_shares shares);

/* The key of this shop's sketches, of the present epoch of its index. */
void register_key(struct shop *shop, uint8_t out[SKETCH_KEY_BYTES]);

/* The file that is looked for. Equal bytes are the same file whatever a sketch says. Borrowed. */
struct register_file {
    uint64_t incident, line;
    const struct sketch *sketch;
    struct slice hash; /* hexadecimal */
};

/* Look through all matches of the shop, but those of this very file. */
RESULT register_search(struct shop *shop, const struct reader *reader, const struct register_file *file,
                       struct register_hits *out);

/* "known_as": an array, of incidents that the reader may know of. */
void register_put(struct shop *shop, const struct register_hits *hits, struct buf *out);

/* A closed incident whose file was found again, with more or in other hands, is opened again and says so. */
RESULT register_reopen(struct batch *batch, const struct register_hits *hits);

#endif
