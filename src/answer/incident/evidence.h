/*
 * Evidence of an incident: files that were taken in, each sealed on disk (answer/incident/sealed_file.h) beside a line
 * that holds its name, size and SHA-256. Every taking in, giving out, check and release is a line: the chain of custody.
 *
 *     HOME/shops/NAME/evidence/ID.part   still coming in, or its line is not durable yet
 *     HOME/shops/NAME/evidence/ID        whole, and its line is in the store
 *     HOME/shops/NAME/matching/ID        how far a match of it is (answer/evidence/resume.h); goes with the file
 *
 * A file comes and goes in parts of SEALED_CHUNK_BYTES, one ask each, so the keeper never holds more than one. Must never
 * give out a byte before the line that says so is durable, nor take a file away before the line of its release is.
 * Main calls: the verbs, and evidence_settle() at start and once a minute. Example: TRY(evidence_settle(shop, now_us));
 */
#ifndef AMN_ANSWER_INCIDENT_EVIDENCE_H
#define AMN_ANSWER_INCIDENT_EVIDENCE_H

#include "keep/shop.h"

enum {
    EVIDENCE_OPEN_MAX = 8,    /* files on their way in or out, at once */
    EVIDENCE_IDLE_MIN = 5,    /* then whoever was sending or reading has gone */
    EVIDENCE_CHECK_PARTS = 16 /* parts that one ask checks: 8 MiB, some 10 ms */
};

/*
 * Bring the folder in line with the lines that are durable: files get their name or are removed when nobody is sending
 * them any more, released ones are removed. Whole files that no line names are left: an old database may have been put
 * back. Must not run while a batch holds lines that are not committed.
 * UNAVAILABLE when the folder cannot be read or changed.
 */
RESULT evidence_settle(struct shop *shop, int64_t now_us);

/* Where it is kept how far a match of the file of that id is; without an id their folder. Appended to `out`. */
void evidence_matching_path(const struct shop *shop, struct slice id, struct buf *out);

#endif
