/*
 * Sentences that longer mails are put together from: locale/<language>/words.txt, `key = text with {{values}}`, carried
 * in the program. Main call: words_put(). Example:
 *     const struct mail_value n = {"n", SLICE_TEXT("3")};
 *     words_put(SLICE_TEXT("en"), "customers", &n, 1, &out);      -> 3 customers
 */
#ifndef AMN_MAIL_WORDS_H
#define AMN_MAIL_WORDS_H

#include "mail/text.h"

/* Is there such a sentence in the language? */
bool words_has(struct slice language, const char *key);

/*
 * Append a sentence; English where the language is none of ours. When the value `n` is 1, `key.1` is taken if there is
 * one. The key must be one, and each of its values be given: our bug otherwise.
 */
void words_put(struct slice language, const char *key, const struct mail_value *values, size_t count,
               struct buf *out);

/* The same with one number. */
void words_count(struct slice language, const char *key, uint64_t n, struct buf *out);

#endif
