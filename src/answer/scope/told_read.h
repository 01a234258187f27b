/*
 * A count read back from what an incident's scope line tells of it (answer/scope/told.h): the numbers that texts about
 * the leak may use. Slices borrow from the line. Main call: told_read(). Example:
 *     TRY(told_read(line->body, &arena, &count));  n = count.any.known;
 */
#ifndef AMN_ANSWER_SCOPE_TOLD_READ_H
#define AMN_ANSWER_SCOPE_TOLD_READ_H

#include "base/arena.h"
#include "base/bytes.h"

struct told_three { /* accounts; persons where the count has them */
    uint64_t known, known_persons, full, masked, observed;
    uint64_t possible, possible_persons;
    uint64_t excluded;
    bool unprovable; /* of the excluded: a system outside the vault was named that holds it too */
};
struct told_field {
    struct slice name, class_name;
    struct told_three three;
};
struct told_group { /* a status, country or language, by accounts */
    struct slice code;
    uint64_t known, possible, excluded;
};
struct told_groups {
    struct told_group *at;
    size_t count;
};
struct told_names {
    struct slice *at;
    size_t count;
};

struct told_count {
    uint32_t version;
    uint64_t entries;                               /* of the ledger then */
    struct slice counted, suspicion_hash, from, to; /* times as RFC 3339 */
    uint64_t everybody, linked, persons;
    struct told_three any;
    struct told_field *fields;
    size_t field_count;
    struct told_groups statuses, countries, languages;
    struct slice earliest;   /* first trace; empty: none found */
    uint64_t earliest_entry; /* of it */
    bool earliest_has_entry;
    struct told_names not_provable;     /* systems outside the vault */
    uint64_t nobody_lines, nobody_rows; /* outside logs told of nobody who is held */
};

/* CORRUPT: the line tells of no count. Members that are not known are passed over. Cost: about 10 us. */
RESULT told_read(struct slice line_body, struct arena *arena, struct told_count *out);

#endif
