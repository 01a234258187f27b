#include "base/names.h"

const struct word korean_families[KOREAN_FAMILY_COUNT] = {
#define KOREAN_FAMILY(text, roman) {text, roman},
#include "base/names.def"
};
const struct word korean_syllables[KOREAN_SYLLABLE_COUNT] = {
#define KOREAN_SYLLABLE(text, roman) {text, roman},
#include "base/names.def"
};
const struct word indonesian_given[INDONESIAN_GIVEN_COUNT] = {
#define INDONESIAN_GIVEN(text, roman) {text, roman},
#include "base/names.def"
};
const struct word indonesian_families[INDONESIAN_FAMILY_COUNT] = {
#define INDONESIAN_FAMILY(text, roman) {text, roman},
#include "base/names.def"
};
const struct word english_given[ENGLISH_GIVEN_COUNT] = {
#define ENGLISH_GIVEN(text, roman) {text, roman},
#include "base/names.def"
};
const struct word english_families[ENGLISH_FAMILY_COUNT] = {
#define ENGLISH_FAMILY(text, roman) {text, roman},
#include "base/names.def"
};
