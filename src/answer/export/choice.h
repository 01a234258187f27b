/*
 * Whom an export is about: one predicate over subjects, made from its row. Made-up customers are nobody's choice: those
 * that go with an export are added by job.c.
 *
 * Main calls: choice_make(), choice_takes(). Example:
 *     SCOPED(choice_done) struct choice choice = {0};  TRY(choice_make(shop, export, &choice));
 */
#ifndef AMN_ANSWER_EXPORT_CHOICE_H
#define AMN_ANSWER_EXPORT_CHOICE_H

#include "answer/scope/scope.h"
#include "keep/export/export.h"
#include "keep/record.h"

struct choice {
    enum export_who who;
    struct subject_no last;
    struct slice listed; /* borrowed from the export */
    struct scope scope;  /* of EXPORT_EXPOSED: the count */
    struct set exposed;  /* and whom of it */
};
void choice_done(struct choice *choice);

/* NOT_FOUND, TAMPERED: the count that it names cannot be read. Cost: that count's sets. */
RESULT choice_make(struct shop *shop, const struct export *export, struct choice *out);

bool choice_takes(const struct shop *shop, const struct choice *choice, struct subject_no no,
                  const struct record *record);

/* How many there are. Cost: a pass over all records' heads, 1 us each; of listed ones a read each. */
RESULT choice_count(struct shop *shop, const struct choice *choice, uint64_t *out);

/* Which fields of somebody the count says are known, and which possible. */
void choice_standing(const struct choice *choice, struct subject_no no, uint64_t *known, uint64_t *possible);

/* Of a list of numbers, eight bytes each, ascending: the first that is greater. 0: none. */
uint64_t listed_after(struct slice listed, uint64_t no);

#endif
