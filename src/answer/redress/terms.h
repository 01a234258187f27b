/*
 * Terms of a campaign held against what takes away what they give: how many conditions there are, and whether one is a
 * waiver of rights, asks people to register again, to spend, to agree to marketing, or lets a remainder be lost. Finds
 * words, not meaning: a second person reads what is announced. Main call: terms_check(). Example:
 *     terms_check(SLICE_TEXT("ko"), text, &found);   found.flags >> TERMS_WAIVER & 1
 */
#ifndef AMN_ANSWER_REDRESS_TERMS_H
#define AMN_ANSWER_REDRESS_TERMS_H

#include "base/bytes.h"

/* Bits of what is found. */
enum terms_flag { TERMS_WAIVER, TERMS_REREGISTER, TERMS_SPEND, TERMS_CONSENT, TERMS_REMAINDER, TERMS_FLAGS };

struct terms_found {
    uint32_t flags, conditions;
    struct slice sentence[TERMS_FLAGS]; /* the first one that is faulted; borrowed from the text */
};

const char *terms_flag_name(enum terms_flag flag); /* "waiver" */

/* A condition is a sentence, or a line of its own that ends in none. */
void terms_check(struct slice language, struct slice text, struct terms_found *out);

#endif
