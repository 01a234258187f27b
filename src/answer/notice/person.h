/*
 * One person of a run: which of their fields it opens, whether they agreed to be told electronically, and what is written to
 * them, or to who decides for them while they are a minor.
 *
 * Main calls: notice_mail_make(), person_consents(). Example: TRY(notice_mail_make(batch, runs, run, no, &mail));
 */
#ifndef AMN_ANSWER_NOTICE_PERSON_H
#define AMN_ANSWER_NOTICE_PERSON_H

#include "answer/notice/run.h"
#include "keep/record.h"

/* Subject and body for one person, as they go out, with the mail's address and hash. */
struct notice_mail {
    struct buf to, name, subject, body;
    struct hash text;
    bool guardian; /* it goes to a minor's guardian; `name` is the minor's */
};
void notice_mail_done(struct notice_mail *mail);
/* SUBJECT_ERASED and those of opening. An empty `to`: there is no address. The subject's data key is set. */
RESULT notice_mail_make(struct batch *batch, struct notices *runs, struct run *run, struct subject_no no,
                        struct notice_mail *out);
/* The same of a record that is read and unlocked, by a run whose words are made. */
RESULT notice_mail_write(struct shop *shop, struct notices *runs, struct run *run,
                         const struct record *record, struct subject_no no, struct notice_mail *out);

/* A field of the shop's own that a person has once, such as e_notice_consent; NULL: it has none. */
const struct field *person_field(const struct shop *shop, const char *name);

/* Which fields of them a run opens, as bits. */
uint64_t person_opened(const struct shop *shop, const struct spec *spec, const struct record *record);

/* Did they agree to electronic notices, before now, or need they not? A date that cannot be read is no yes. */
RESULT person_consents(struct shop *shop, const struct spec *spec, const struct record *record,
                       struct subject_no no, int64_t now_us, bool *out);

#endif
