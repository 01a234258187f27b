/*
 * Personal values on their way in: checked against the shop's fields, normalised, compared with what a record holds,
 * and turned into index tags. Main calls: values_take(), tags_of(). Used by create, patch and import alike.
 */
#ifndef AMN_KEEP_VALUES_H
#define AMN_KEEP_VALUES_H

#include "keep/batch.h"
#include "keep/record.h"

enum { TAGS_MAX = 512, TAG_EXACT = 0, TAG_CANONICAL = 1 };

struct tag_of {
    uint32_t index;
    uint8_t tag[TAG_BYTES];
};

/* Owned; most subjects have three. */
struct tags {
    struct tag_of *at;
    size_t count, cap;
};
void tags_done(struct tags *tags);

/* What a write changes of a subject. */
struct difference {
    uint64_t fields;                /* bits of the fields that change */
    struct tags old_tags, new_tags; /* of present values that change or go, and of the new ones */
};
void difference_done(struct difference *difference);

/* The number that the store keeps a field's tags under: epoch, variant and field. */
uint32_t tag_index(const struct shop *shop, unsigned field, unsigned variant);

/* The tag of one normalised value. About 200 ns. */
void tag_make(struct shop *shop, unsigned field, struct slice value, uint8_t out[TAG_BYTES]);

/* Add the tags of one stored value (a value, or a group field's items) of an indexed field. */
RESULT tags_of(struct shop *shop, const struct field *field, struct slice stored, struct tags *out);

/* Add the tags of all values that `values` sets. */
RESULT values_tags(struct shop *shop, const struct new_fields *values, struct tags *out);

/*
 * Take values into `out`, normalised. Every bad value is a problem of `answer` under "/fields/…"; the first decides
 * the result. A JSON group replaces all its fields; `out` marks those it does not mention as removed.
 * @param country  of the subject, may be empty
 */
RESULT values_take(struct shop *shop, const struct values *values, struct slice country,
                   struct answer *answer, struct new_fields *out);

/* One value into `out`, for import rows. `item` counts only for fields of a group. */
RESULT value_take(struct shop *shop, const struct field *field, uint16_t item, struct slice text,
                  struct slice country, struct new_fields *out);

/*
 * Drop from `changes` what the record already holds, after record_unlock(); the bits that remain are what changes.
 * `out` is emptied by difference_done(), on failure too.
 */
RESULT values_compare(struct shop *shop, struct subject_no no, const struct record *record,
                      struct new_fields *changes, struct difference *out);

/* Move the index from old to new tags for a subject: ended ones keep their validity. */
RESULT tags_move(struct batch *batch, struct subject_no no, const struct tags *old_tags,
                 const struct tags *new_tags);

/* Normalise language and country of a subject into a record's head. FIELD_FORMAT with pointers /lang, /country. */
RESULT place_take(struct slice lang, struct slice country, struct answer *answer, struct record *head);

#endif
