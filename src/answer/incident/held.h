/*
 * What places outside the vault keep for an incident: files whose rotation was stopped there, with how long and which
 * they were when they were last proved. A place tells of a file how long it is now, what it hashes to, and what as many
 * of its first bytes hash to as were known before: what only grew has kept those. The vault compares, not the place.
 *
 * Each file begins with a line, each change for the worse or back is one, and one a day says that all is as it was; what
 * was proved last stands in a keeping (keep/keeping.h), so that hourly proofs do not fill the incident.
 * Main calls: verb_incident_hold(), held_due(). Example: TRY(held_due(batch, &noted));
 */
#ifndef AMN_ANSWER_INCIDENT_HELD_H
#define AMN_ANSWER_INCIDENT_HELD_H

#include "answer/incident/incident.h"

/* States of a file. Numbers are stored: never reuse one. */
enum held_state {
    HELD_AS_IT_WAS = 1, /* or longer */
    HELD_SHRANK,
    HELD_CHANGED, /* what was there before is another now */
    HELD_GONE,
};
const char *held_state_name(enum held_state state);

struct held_file {
    struct slice path;
    uint64_t line;  /* of the incident, that it began with */
    uint64_t bytes; /* as it was last proved to be as before */
    struct hash hash;
    enum held_state state;
    int64_t since_us;  /* of that state */
    int64_t proved_us; /* told of last */
};

/* What a place says of a file: "BYTES HASH BEFORE PATH", or "- PATH" when it is not there. */
struct held_said {
    struct slice path;
    bool gone;
    uint64_t bytes;
    struct hash hash, before;
};
RESULT held_said_read(struct slice text, struct held_said *out);

/* What became of it; a good one is taken over into `file`. */
enum held_state held_judge(const struct held_said *said, struct held_file *file);

/* For upkeep: places that have proved nothing for too long are told of, each once, by a line and an alert. */
RESULT held_due(struct batch *batch, bool *noted);

#endif
