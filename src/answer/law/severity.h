/*
 * ENISA's severity of a personal data breach, SE = DPC x EI + CB, with each factor's reason, the size beside it, and
 * the flips: which single answer would move the band.
 *
 * The score is blind to size: 101 people and 33 million give the same number. So the number of people stands beside it,
 * never in it. Main call: enisa_score(). Example:
 *     struct enisa severity = {.count = 1, ...};  struct enisa_result result;  enisa_score(&severity, &result);
 * Source: ENISA, Recommendations for a methodology of the assessment of severity of personal data breaches, v1.0, 2013.
 */
#ifndef AMN_ANSWER_LAW_SEVERITY_H
#define AMN_ANSWER_LAW_SEVERITY_H

#include "base/bytes.h"

/* Classes of data; the number is their base score. */
enum enisa_class { ENISA_SIMPLE = 1, ENISA_BEHAVIOURAL, ENISA_FINANCIAL, ENISA_SENSITIVE };
enum { ENISA_CLASSES = 4, ENISA_ADJUST_MAX = 3, ENISA_MANY = 100 };

/* The answers, each a small number. FACTOR(NAME, name, values): values from 0. */
enum enisa_factor {
    ENISA_DATA_1,         /* adjusted score of simple data: 0 none leaked, 1 to 4 */
    ENISA_DATA_2,         /* behavioural */
    ENISA_DATA_3,         /* financial */
    ENISA_DATA_4,         /* sensitive */
    ENISA_IDENTIFICATION, /* 0 negligible, 1 limited, 2 significant, 3 maximum */
    ENISA_CONFIDENTIALITY, /* 0 no evidence of access, 1 known recipients, 2 unknown number of them, or public */
    ENISA_INTEGRITY,    /* 0 not altered or no wrong use, 1 wrongly used and recoverable, 2 not recoverable */
    ENISA_AVAILABILITY, /* 0 recovered easily, 1 unavailable for a time, 2 lost for good */
    ENISA_MALICE,       /* 0 an accident, 1 intended */
    ENISA_FACTORS
};

/* One class of data, and how much its context raises or lowers it. */
struct enisa_data {
    enum enisa_class class_of;
    unsigned up;   /* volume a person, nature of the shop, vulnerable people: 0 … ENISA_ADJUST_MAX */
    unsigned down; /* invalid or old, public already, says less than its class: the same */
};

struct enisa {
    struct enisa_data data[ENISA_CLASSES]; /* classes that leaked, each at most once */
    size_t count;                          /* 1 … ENISA_CLASSES */
    unsigned identification, confidentiality, integrity, availability, malice;
    uint64_t people;     /* 0: not known */
    bool unintelligible; /* strong encryption, its key safe */
};

enum enisa_band { ENISA_LOW, ENISA_MEDIUM, ENISA_HIGH, ENISA_VERY_HIGH };

struct enisa_flip { /* one other answer, and what would come of it */
    enum enisa_factor factor;
    unsigned from, to;
    unsigned score; /* hundredths */
    enum enisa_band band;
};
enum { ENISA_FLIPS_MAX = 32 };

struct enisa_result {
    unsigned dpc;                /* 1 … 4 */
    enum enisa_class decided_by; /* the class with the highest score */
    unsigned ei, cb, score;      /* hundredths: 25 … 100, 0 … 200, 25 … 600 */
    unsigned parts[4];           /* of cb: confidentiality, integrity, availability, malice */
    enum enisa_band band;
    bool many; /* more than ENISA_MANY people; it is no part of the score */
    size_t flip_count;
    struct enisa_flip flips
        [ENISA_FLIPS_MAX]; /* by factor; of each factor the nearest answer that moves the band, up and down */
};

/* INVALID: a number out of its range, a class twice, or none. */
RESULT enisa_score(const struct enisa *severity, struct enisa_result *out);

/* The names of factors and of their answers; a class of data is answered by how its context moves it: "leaked", "+1". */
const char *enisa_factor_name(unsigned factor); /* below ENISA_FACTORS */
const char *enisa_answer_name(unsigned factor,
                              unsigned answer); /* of no class of data; NULL behind the last */

/*
 * Take one answer by its names; `given` says which factors were answered so far. INVALID: no such factor or answer, or a
 * factor twice.
 */
RESULT enisa_answer(struct enisa *severity, bool given[ENISA_FACTORS], struct slice factor,
                    struct slice answer);
const char *enisa_band_name(enum enisa_band band); /* "very high" */

#endif
