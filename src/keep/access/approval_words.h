/*
 * Approvals in words and bytes: their stored row, what is sealed beside it, what is told of them in answers and by mail.
 * Decides nothing: that is approval.c. Inside keep/access only. Main calls: approval_body_write(),
 * approval_words_open(), approval_put().
 */
#ifndef AMN_KEEP_ACCESS_APPROVAL_WORDS_H
#define AMN_KEEP_ACCESS_APPROVAL_WORDS_H

#include "keep/access/approval.h"
#include "mail/texts.h"

const char *approval_state_name(enum approval_state state); /* "waiting" */

/* The body of its authority row; approval_take() (access_priv.h) reads it. */
void approval_body_write(const struct approval *approval, struct buf *out);

/*
 * What it is about, the new body, and what would change for whoever must agree: all borrow from `text`. `about` says the
 * same as `what` by code; it is empty in those of older programs, which have the English line alone.
 */
struct approval_words {
    struct buf text;
    struct slice what, body, changes, about;
};
void approval_words_done(struct approval_words *words);
void approval_words_make(const struct loosening *loosening, struct approval_words *out);

/* For that approval alone. */
void approval_words_seal(struct shop *shop, const struct approval_words *words, struct approval *approval);
RESULT approval_words_open(struct shop *shop, const struct approval *approval, struct approval_words *out);

/* Everybody who may ask is told what it is about; what it would change, only those who may agree. */
bool approval_may_agree(const struct reader *reader);

/* Append an approval to an answer; `whole`: with what it would change. */
void approval_put(struct shop *shop, const struct approval *approval, const struct approval_words *words,
                  bool whole, struct buf *out);

/* Tell every member of staff, by mail. A mail that cannot be made holds nothing up; a write that fails does. */
RESULT approval_tell(struct batch *batch, const struct approval *approval, enum mail_kind kind,
                     const struct approval_words *words);

#endif
