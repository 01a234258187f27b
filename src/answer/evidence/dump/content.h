/*
 * What a cell of a dump looks like, by its characters alone. Used to find out what a column holds: one cell says little,
 * the share of many says much. Must never be taken for a check of a value: that is keep/normalise.h. Main call:
 * content_looks(). Example: `if (content_looks(cell) & LOOKS_EMAIL) emails++;`
 */
#ifndef AMN_ANSWER_EVIDENCE_CONTENT_H
#define AMN_ANSWER_EVIDENCE_CONTENT_H

#include "base/bytes.h"

enum kind {
#define KIND(NAME, number, name) KIND_##NAME = (number),
#include "answer/evidence/dump/kinds.def"
#undef KIND
};

enum { KIND_FIELDS = 32, KIND_MAX = 63 };

/* "email"; NULL: a number of no kind. */
const char *kind_name(unsigned kind);
/* The kind of that name, or KIND_OTHER. */
enum kind kind_find(const char *name);
/* Is it a field of the vault? Its number is one less. */
static inline bool kind_is_field(unsigned kind)
{
    return kind > 0 && kind < KIND_FIELDS;
}

enum looks {
    LOOKS_EMAIL = 1 << 0,
    LOOKS_PHONE = 1 << 1,
    LOOKS_NATIONAL_ID = 1 << 2, /* RRN or NIK: 13 or 16 digits with a date where it belongs */
    LOOKS_DATE = 1 << 3,
    LOOKS_HASH = 1 << 4, /* hexadecimal of a usual length, or $2y$… and its like */
    LOOKS_NETWORK = 1 << 5,
    LOOKS_URL = 1 << 6,
    LOOKS_NAME = 1 << 7,
    LOOKS_ADDRESS = 1 << 8,
    LOOKS_POSTCODE = 1 << 9
};
enum { LOOKS_COUNT = 10 };

/* Bits of enum looks; 0 for nothing of these. Linear in its length, which it looks at up to 512 bytes of. */
unsigned content_looks(struct slice cell);

#endif
