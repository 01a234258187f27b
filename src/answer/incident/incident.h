/*
 * Incidents of a shop: each has a random number and a key of its own, under which its lines lie sealed. Every line is
 * one entry of the ledger, which holds a hash of text and sealed bytes and no more: neither kind nor author.
 *
 * Need to know: who is neither owner nor member, and every suspect, is answered as if there were no such incident, in
 * the same words after the same work. incident_find() is the only door. Example:
 *     struct incident *incident = NULL;  TRY(incident_find(batch, reader, ask->id, &incident));
 *     SCOPED(reading_done) struct reading reading = {0};  TRY(incident_read(batch->shop, incident, &reading));
 */
#ifndef AMN_ANSWER_INCIDENT_INCIDENT_H
#define AMN_ANSWER_INCIDENT_INCIDENT_H

#include "answer/incident/fold.h"
#include "keep/batch.h"

/* What is kept in memory of an incident: who may know, and how far it is. No texts. */
struct incident {
    uint64_t no;
    int64_t made_us;
    uint64_t lines;
    struct circle circle;
    bool closed;
    struct aead *box; /* under its key */
};

struct incidents {
    struct incident *at;
    size_t count;
};

/* All of the shop's, the oldest first; read from the store when that was not done yet, or a batch was undone since. */
RESULT incidents_of(struct shop *shop, struct incidents **out);

/* Does the reader see it? The operator does, and the owner and members who are no suspects. */
bool incident_seen_by(const struct shop *shop, const struct incident *incident, const struct reader *reader);

/*
 * An auditor's look at `what` of an incident, NULL: at the list of those it sees. An entry of its own, whose receipt goes with the answer;
 * for whoever works on incidents nothing.
 */
void incident_audited(struct batch *batch, const struct reader *reader, const struct incident *incident,
                      struct slice what, struct answer *out);

/* The incident of a public id, inc_…, if this reader may know of it. NOT_FOUND, in the same words, for anything else. */
RESULT incident_find(struct batch *batch, const struct reader *reader, struct slice id,
                     struct incident **out);

/* An incident read: its lines, opened, and their fold. Everything is wiped by reading_done(). */
struct reading {
    struct arena arena;
    struct buf *texts; /* of each line its salt, then what line_read() takes (keep/incident_lines.h) */
    size_t text_count;
    struct fold fold;
};
void reading_done(struct reading *reading);
RESULT incident_read(struct shop *shop, const struct incident *incident, struct reading *out);

/*
 * Add a line: sealed, stored, its entry in the batch. Its number, time and author are set here.
 *
 * @param reading  of this incident as it is, or empty: then the line is the program's own, and is not asked about
 * @param out      receipt of its entry
 * Errors of fold_may(); UNAVAILABLE when it could not be written: then the batch must be undone.
 */
RESULT incident_line(struct batch *batch, const struct reader *reader, struct incident *incident,
                     const struct reading *reading, struct line *line, struct receipt *out);

/* A new incident, with its key, without lines. */
RESULT incident_new(struct batch *batch, struct incident **out);

/* Does the reader of that number share a key, or where `by_role` the role, with one of the suspects? */
bool incident_is_peer(const struct shop *shop, const struct circle *circle, uint64_t reader);

#endif
