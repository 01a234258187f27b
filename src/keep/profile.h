/*
 * The shop as laws see it: who answers, where its seat is, how large it is, whom to ask; and its own book of whom to
 * reach at authorities. Rows of authority, so each change is an entry.
 *
 * Nothing here is taken for granted: what was not said is empty, and then not known. Main calls: profile_of(),
 * profile_put(), contact_put(). Example: const struct profile *profile = profile_of(shop);  if (profile->seat[0]) …
 */
#ifndef AMN_KEEP_PROFILE_H
#define AMN_KEEP_PROFILE_H

#include "keep/access/authority.h"

enum {
    PROFILE_ROW = 1, /* the rows behind it are contacts */
    PROFILE_TEXT_BYTES_MAX = 1000,
    PROFILE_NAME_BYTES_MAX = 40,
    CONTACTS_MAX = 200
};
#define PROFILE_TURNOVER_MAX ((uint64_t)1000000000000000)

enum profile_answer { PROFILE_UNSAID, PROFILE_YES, PROFILE_NO };

struct profile {
    char seat[3];                            /* country; empty: not said */
    char currency[4];                        /* of the turnover */
    uint64_t turnover;                       /* of a year, whole units; 0: not said */
    char sector[PROFILE_NAME_BYTES_MAX + 1]; /* in the shop's words */
    enum profile_answer marketplace, medium; /* an online marketplace; of medium size or larger */
    uint64_t prevention;                     /* what prevention costs a year, in `currency`; 0: not said */
    struct buf name, contact, desk; /* the controller; whom an authority asks; who takes complaints */
};

/* Whom to reach at an authority, as the shop found it. */
struct contact_row {
    uint32_t id;                                /* of its row */
    char regime[PROFILE_NAME_BYTES_MAX + 1];    /* empty: of none */
    char recipient[PROFILE_NAME_BYTES_MAX + 1]; /* as the regime calls it; may be empty */
    struct buf name, way, note;                 /* who; telephone, mail or page; hours, case numbers */
    bool gone;
};

struct profiles {
    struct profile profile;
    struct contact_row *contacts;
    size_t contact_count;
};
void profiles_free(struct profiles **profiles);

/* Never NULL: empty where nothing was said. Lives until the next change. */
const struct profile *profile_of(const struct shop *shop);
const struct contact_row *contacts_of(const struct shop *shop, size_t *count);

/* Write the row and its entry in the open batch. */
RESULT profile_put(struct batch *batch, const struct reader *reader, const struct profile *profile,
                   struct receipt *out);
RESULT contact_put(struct batch *batch, const struct reader *reader, const struct contact_row *contact,
                   struct receipt *out);
void profile_done(struct profile *profile);
void contact_done(struct contact_row *contact);

/* From the rows, at load. CORRUPT. */
RESULT profile_take(struct shop *shop, uint32_t id, struct slice body);
void profile_drop(struct shop *shop);

#endif
