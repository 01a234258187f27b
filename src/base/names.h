/*
 * Names for made-up people (names.def), a list a kind and language: for canaries, and for lists of customers to try
 * things with. COUNT_OF() works on each.
 */
#ifndef AMN_BASE_NAMES_H
#define AMN_BASE_NAMES_H

struct word {
    const char *text, *roman; /* as it is written, and in the letters of an e-mail address */
};

enum {
    KOREAN_FAMILY_COUNT = 0
#define KOREAN_FAMILY(text, roman) +1
#include "base/names.def"
};
extern const struct word korean_families[KOREAN_FAMILY_COUNT];

enum {
    KOREAN_SYLLABLE_COUNT = 0
#define KOREAN_SYLLABLE(text, roman) +1
#include "base/names.def"
};
extern const struct word korean_syllables[KOREAN_SYLLABLE_COUNT];

enum {
    INDONESIAN_GIVEN_COUNT = 0
#define INDONESIAN_GIVEN(text, roman) +1
#include "base/names.def"
};
extern const struct word indonesian_given[INDONESIAN_GIVEN_COUNT];

enum {
    INDONESIAN_FAMILY_COUNT = 0
#define INDONESIAN_FAMILY(text, roman) +1
#include "base/names.def"
};
extern const struct word indonesian_families[INDONESIAN_FAMILY_COUNT];

enum {
    ENGLISH_GIVEN_COUNT = 0
#define ENGLISH_GIVEN(text, roman) +1
#include "base/names.def"
};
extern const struct word english_given[ENGLISH_GIVEN_COUNT];

enum {
    ENGLISH_FAMILY_COUNT = 0
#define ENGLISH_FAMILY(text, roman) +1
#include "base/names.def"
};
extern const struct word english_families[ENGLISH_FAMILY_COUNT];

#endif
