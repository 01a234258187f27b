/*
 * A suspicion: by whom, whence, what for, when, which fields; and what is known to have leaked beside that. What a count
 * is made from, in plain numbers: names were looked up before. Its bytes are kept with the count, and its hash stands in
 * the ledger. Main calls: suspicion_check(), suspicion_write(), suspicion_read(). Example:
 *     struct suspicion suspicion = {.from_us = june, .to_us = november, .fields = UINT64_MAX};
 */
#ifndef AMN_ANSWER_SCOPE_SUSPICION_H
#define AMN_ANSWER_SCOPE_SUSPICION_H

#include "keep/access/network.h"
#include "keep/field.h"
#include "prove/entry.h"

enum scope_rule {
#define RULE(NAME, number, name, needs, why, source) RULE_##NAME = (number),
#include "answer/scope/rules.def"
#undef RULE
};

enum rule_needs { NEEDS_SPAN, NEEDS_TIME, NEEDS_EPOCH, NEEDS_FIELD };

struct rule {
    enum scope_rule number;
    const char *name;
    enum rule_needs needs;
    const char *why;
};
const struct rule *rule_of(enum scope_rule number); /* NULL */
const struct rule *rule_find(struct slice name);    /* NULL */

enum {
    SUSPICION_READERS_MAX = 1024,
    SUSPICION_NETWORKS_MAX = 64,
    SUSPICION_PURPOSES_MAX = 32,
    SUSPICION_CASES_MAX = 16,
    SUSPICION_OUTSIDE_MAX = 16,
    SUSPICION_STRANGERS_MAX = 256,
    SUSPICION_FOUND_MAX = 16,
    OUTSIDE_BYTES_MAX = 64
};

/* One case of a rule. Members that its rule does not need are zero. */
struct suspicion_case {
    enum scope_rule rule;
    int64_t from_us, to_us; /* of a gap; a copy has from_us alone */
    uint32_t epoch;
    uint8_t field;
    uint64_t fields; /* that may be among it; cut to the suspicion's own */
};

/* What is outside the vault, so that nothing about it can be proved here. */
struct suspicion_outside {
    char name[OUTSIDE_BYTES_MAX + 1];
    uint64_t fields; /* of the vault that it holds too: to be excluded here says nothing of there */
};

struct suspicion {
    uint64_t
        readers[SUSPICION_READERS_MAX]; /* ascending, each once; none: whoever it was, or strangers alone */
    size_t reader_count;
    uint32_t strangers[SUSPICION_STRANGERS_MAX]; /* readers in logs of other systems; as above */
    size_t stranger_count;
    struct network_range networks[SUSPICION_NETWORKS_MAX]; /* none: from anywhere */
    size_t network_count;
    uint32_t purposes[SUSPICION_PURPOSES_MAX]; /* ascending; none: for whatever */
    size_t purpose_count;
    int64_t from_us, to_us; /* from the first to before the second */
    uint64_t fields;
    struct suspicion_case cases[SUSPICION_CASES_MAX];
    size_t case_count;
    struct suspicion_outside outside[SUSPICION_OUTSIDE_MAX];
    size_t outside_count;
    uint32_t found[SUSPICION_FOUND_MAX]; /* lines of the incident: files found outside, which were matched */
    size_t found_count;
    bool found_alone; /* no look is suspected: what is known is who stands in them */
};

/* Is it one? INVALID says what is not: no time, no field, an order, a case that lacks what its rule needs. */
RESULT suspicion_check(const struct suspicion *suspicion);

bool suspicion_reader(const struct suspicion *suspicion, uint64_t reader);
bool suspicion_stranger(const struct suspicion *suspicion, uint32_t stranger);
bool suspicion_purpose(const struct suspicion *suspicion, uint32_t purpose);

/* Its deterministic CBOR, appended; and back: CORRUPT when it is not what was written. */
void suspicion_write(const struct suspicion *suspicion, struct buf *out);
RESULT suspicion_read(struct slice bytes, struct suspicion *out);

#endif
