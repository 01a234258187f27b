/*
 * The words of a notice for one person: exactly their fields, the risks that follow from those, what to do, in their
 * language. Knows no store: what it is given is all it says. Main calls: says_new(), says_write(). Example:
 *     TRY(says_new(&spec, &shop->fields, name, sender, &says));  says_write(says, &person, &subject, &body);
 */
#ifndef AMN_ANSWER_NOTICE_SAYS_H
#define AMN_ANSWER_NOTICE_SAYS_H

#include "answer/notice/spec.h"
#include "keep/field.h"

/* Everything a template may use. */
#define NOTICE_NAMES                                                                                        \
    "shop name code since until any_known known any_possible possible label risks advice text how actions " \
    "contact relief rights future followup changed linked guardian others"

struct says;

/* One person as the texts see them. */
struct notice_person {
    struct slice lang, name; /* name empty: they are addressed by what is left */
    struct slice code;
    uint64_t known, possible;               /* bits of fields; none in both */
    uint64_t known_before, possible_before; /* of a supplement */
    bool linked, guardian;                  /* guardian: of a minor, and it is them who read it */
};

/**
 * Prepare the texts of a run.
 *
 * @param fields  the shop's; must outlive `out`, as must what `spec` borrows from
 * @return CONFIG  a template is none: names language and line
 */
RESULT says_new(const struct spec *spec, const struct fields *fields, struct slice shop, struct slice sender,
                struct says **out);
void says_free(struct says **says);

/* One template alone: is it one? CONFIG, with `where` and line. */
RESULT says_check(struct slice text, const char *where);

/*
 * Does the template say every element that these names of answer/law ask for? Appends those that it does not, one word
 * each with a blank before it, to `missing`.
 */
void says_missing(struct slice text, char *const *elements, size_t count, struct buf *missing);

/* The number of the language in which somebody is written to, of mail_language(). */
size_t says_language(struct slice lang);

/*
 * Append subject and body. Cost: a tenth where the same leaked of somebody before (docs/benchmarks.md). `says` keeps such pages: one
 * thread at a time.
 */
void says_write(const struct says *says, const struct notice_person *person, struct buf *subject,
                struct buf *body);

/* Append the label of a field in that language. */
void says_label(const struct fields *fields, unsigned field, const char *lang, struct buf *out);

#endif
