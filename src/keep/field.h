/*
 * Fields: the kinds of personal data a shop keeps. Those of fields.def every shop has; a shop defines its own beside
 * them (numbers 32 to 63). A field's number is its bit in the masks of ledger entries. Main calls: field_find(),
 * fields_add(). Example: `const struct field *email = field_find(&shop->fields, SLICE_TEXT("email"));`
 */
#ifndef AMN_KEEP_FIELD_H
#define AMN_KEEP_FIELD_H

#include "base/asks.h"
#include "base/cbor.h"
#include "keep/mask.h"
#include "keep/normalise.h"

enum field_number {
#define FIELD(NAME, number, name, group, class, normaliser, mask, indexed, bytes) FIELD_##NAME = (number),
#include "keep/fields.def"
#undef FIELD
};

enum { FIELD_MAX = 64, FIELD_OWN_FIRST = 32, FIELD_NAME_BYTES_MAX = 32 };

enum field_class {
    CLASS_IDENTIFIER,
    CLASS_CONTACT,
    CLASS_LINKED,
    CLASS_DOOR,
    CLASS_IDENTITY,
    CLASS_FREE_TEXT,
    CLASS_PURCHASE,
    CLASS_OWN,
    CLASS_COUNT
};

/* "contact", "identity", "door" …; and the class of a name, CLASS_COUNT when there is none. */
const char *field_class_name(enum field_class class);
enum field_class field_class_find(struct slice name);

struct field {
    uint8_t number;
    char name[FIELD_NAME_BYTES_MAX + 1];  /* empty: no such field */
    char group[FIELD_NAME_BYTES_MAX + 1]; /* empty: it does not repeat */
    enum field_class class;
    enum normaliser normaliser;
    enum mask mask;
    bool indexed;
    uint16_t bytes_max;
};

struct fields {
    struct field at[FIELD_MAX]; /* by number */
};

void fields_init(struct fields *fields); /* those of fields.def */
bool fields_equal(const struct fields *a, const struct fields *b);

const struct field *field_find(const struct fields *fields, struct slice name); /* NULL when there is none */
bool field_group_known(const struct fields *fields, struct slice group);
uint64_t field_group_mask(const struct fields *fields,
                          struct slice group); /* bits of its fields; 0: no such group */

static inline uint64_t field_bit(const struct field *field)
{
    return (uint64_t)1 << field->number;
}

/* Take the lowest field out of a mask. False when there is none left. */
static inline bool field_next(uint64_t *bits, unsigned *field)
{
    if (*bits == 0) return false;
    *field = (unsigned)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return true;
}

/* A field of the shop's own, from what was asked. FIELD_UNKNOWN for a bad name, kind or mask; CONFLICT when taken. */
RESULT field_from_ask(const struct fields *fields, const struct field_put_ask *ask, struct field *out);

/* The body of its authority row, and back. */
void field_body_write(const struct field *field, struct buf *out);
RESULT field_body_read(struct slice body, struct field *out);

const char *field_normaliser_name(enum normaliser normaliser);
const char *field_mask_name(enum mask mask);

/* Append the names of a mask's bits as a CBOR array of texts, with `suffix` (".mask" or ""); how many. */
size_t field_names_put(const struct fields *fields, uint64_t bits, const char *suffix, struct buf *out);

#endif
