/*
 * What is kept of a match: the body of its incident's line. The sets of people lie beside it, named by their hashes.
 *
 *     array: version 1 · line of the file · what is told, a CBOR map · epoch of the index · sketch ·
 *            array of (fields, count, name of the set) · count and name of those who are named together
 *
 * Main calls: match_kept_write(), match_kept_read().
 */
#ifndef AMN_ANSWER_EVIDENCE_KEPT_H
#define AMN_ANSWER_EVIDENCE_KEPT_H

#include "answer/evidence/provenance.h"
#include "answer/evidence/register.h"
#include "answer/incident/fold.h"

struct match_kept_set {
    uint64_t fields, count;
    struct hash name;
};

struct match_kept {
    uint64_t line;             /* of the file */
    struct slice told, sketch; /* borrowed */
    uint64_t epoch;            /* sketches of other epochs cannot be compared */
    struct match_kept_set sets[MATCH_COMBINATIONS];
    size_t set_count;
    struct match_kept_set maybe; /* fields 0 */
};

void match_kept_write(const struct match_kept *kept, struct buf *out);
RESULT match_kept_read(struct slice body, struct match_kept *out); /* CORRUPT */

/* The newest line of a match of the file that line `file` took in; NULL. */
const struct line *match_line(const struct fold *fold, uint64_t file);

/* What was told, and which known files it is as far as this reader may know: that is asked anew each time. */
RESULT match_told_put(struct shop *shop, struct slice told, const struct register_hits *known,
                      struct buf *out);

/* What is told of a provenance: a CBOR map. `shop`: for ids. */
void provenance_told(struct shop *shop, const struct provenance *provenance, struct buf *out);

#endif
