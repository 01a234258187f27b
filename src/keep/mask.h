/*
 * Masks: what a reader sees who may know that a value is there, and recognise it, but not have it.
 *
 * A mask never tells more than its row below, not even the length of what it hides, except the count of syllables of a
 * Korean or Chinese name. Must never be given something that was not normalised: then it shows "***". Main call:
 * mask(). Example:
 *     mask(MASK_EMAIL, SLICE_TEXT("minsu@naver.com"), &out);   m***@naver.com
 */
#ifndef AMN_KEEP_MASK_H
#define AMN_KEEP_MASK_H

#include "base/bytes.h"

enum mask {
    MASK_TEXT, /* ***: that there is one */
    MASK_NAME, /* 김*수, B*** S***: first character of each word; of Hangul and Han words the last one too */
    MASK_EMAIL, /* m***@naver.com */
    MASK_TAIL,  /* ***5678: the last four characters of at least eight */
    MASK_LAST4, /* 5678: the same without stars */
    MASK_DATE,  /* 1990-**-** */
    MASK_ID,    /* 97***: the first two characters of at least eight */
    MASK_COUNT
};

/* Append the mask of `value`, normalised UTF-8. An empty value gives nothing. Cost: under 100 ns for short values. */
void mask(enum mask kind, struct slice value, struct buf *out);

#endif
