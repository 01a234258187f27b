/*
 * What a loosening is, in one line without personal values: a code with values, so that whoever must agree to it reads it in
 * their own language, on a page as in a mail. Decides nothing. Main calls: loosening_said_write(), loosening_said_put().
 * Example:
 *     const struct loosening_said what = {LOOSENS_CONTAINMENT, {SAID_NUMBER(2), SAID_NUMBER(1)}};
 */
#ifndef AMN_KEEP_ACCESS_LOOSENING_H
#define AMN_KEEP_ACCESS_LOOSENING_H

#include "base/bytes.h"
#include "base/result.h"

enum { LOOSENING_VALUES_MAX = 10 };

enum loosens {
#define LOOSENING(NAME, ...) LOOSENS_##NAME,
#include "keep/access/loosenings.def"
#undef LOOSENING
    LOOSENS_COUNT
};

struct loosening_row {
    const char *code, *names[LOOSENING_VALUES_MAX]; /* of its values; NULL behind the last */
};
const struct loosening_row *loosening_row(enum loosens what);

/* A text, borrowed, or a number. */
struct loosening_value {
    struct slice text;
    uint64_t number;
    bool is_number;
};
#define SAID_TEXT(borrowed) ((struct loosening_value){.text = (borrowed)})
#define SAID_NUMBER(value) ((struct loosening_value){.number = (value), .is_number = true})

/* The values stand in the order of the row's names. */
struct loosening_said {
    enum loosens what;
    struct loosening_value values[LOOSENING_VALUES_MAX];
};

/* Append the line in a language; English where it is none of ours. */
void loosening_said_put(const struct loosening_said *said, struct slice language, struct buf *out);

/* Append it as it is stored and answered: {"code", "values": {name: text}}. */
void loosening_said_write(const struct loosening_said *said, struct buf *out);

/* Read what loosening_said_write() wrote; borrows from `bytes`. INVALID, CORRUPT: it did not write that. */
RESULT loosening_said_read(struct slice bytes, struct loosening_said *out);

#endif
