/*
 * ENISA's severity of a personal data breach, SE = DPC x EI + CB, with each factor's reason, the size beside it, and
 * the flips: which single answer would move the band.
 *
 * The score is blind to size: 101 people and 33 million give the same number. So the number of people stands beside it,
 * never in it. Main call: severity_score(). Example:
 *     struct severity severity = {.count = 1, ...};  struct severity_result result;  severity_score(&severity, &result);
 * Source: ENISA, Recommendations for a methodology of the assessment of severity of personal data breaches, v1.0, 2013.
 */
#ifndef AMN_ANSWER_LAW_SEVERITY_H
#define AMN_ANSWER_LAW_SEVERITY_H

#include "base/bytes.h"

/* Classes of data; the number is their base score. */
enum severity_class { SEVERITY_SIMPLE = 1, SEVERITY_BEHAVIOURAL, SEVERITY_FINANCIAL, SEVERITY_SENSITIVE };
enum { SEVERITY_CLASSES = 4, SEVERITY_ADJUST_MAX = 3, SEVERITY_MANY = 100 };

/* The answers, each a small number. FACTOR(NAME, name, values): values from 0. */
enum severity_factor {
    SEVERITY_DATA_1,         /* adjusted score of simple data: 0 none leaked, 1 to 4 */
    SEVERITY_DATA_2,         /* behavioural */
    SEVERITY_DATA_3,         /* financial */
    SEVERITY_DATA_4,         /* sensitive */
    SEVERITY_IDENTIFICATION, /* 0 negligible, 1 limited, 2 significant, 3 maximum */
    SEVERITY_CONFIDENTIALITY, /* 0 no evidence of access, 1 known recipients, 2 unknown number of them, or public */
    SEVERITY_INTEGRITY, /* 0 not altered or no wrong use, 1 wrongly used and recoverable, 2 not recoverable */
    SEVERITY_AVAILABILITY, /* 0 recovered easily, 1 unavailable for a time, 2 lost for good */
    SEVERITY_MALICE,       /* 0 an accident, 1 intended */
    SEVERITY_FACTORS
};

/* One class of data, and how much its context raises or lowers it. */
struct severity_data {
    enum severity_class class_of;
    unsigned up;   /* volume a person, nature of the shop, vulnerable people: 0 … SEVERITY_ADJUST_MAX */
    unsigned down; /* invalid or old, public already, says less than its class: the same */
};

struct severity {
    struct severity_data data[SEVERITY_CLASSES]; /* classes that leaked, each at most once */
    size_t count;                                /* 1 … SEVERITY_CLASSES */
    unsigned identification, confidentiality, integrity, availability, malice;
    uint64_t people;     /* 0: not known */
    bool unintelligible; /* strong encryption, its key safe */
};

enum severity_band { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_VERY_HIGH };

struct severity_flip { /* one other answer, and what would come of it */
    enum severity_factor factor;
    unsigned from, to;
    unsigned score; /* hundredths */
    enum severity_band band;
};
enum { SEVERITY_FLIPS_MAX = 32 };

struct severity_result {
    unsigned dpc;                   /* 1 … 4 */
    enum severity_class decided_by; /* the class with the highest score */
    unsigned ei, cb, score;         /* hundredths: 25 … 100, 0 … 200, 25 … 600 */
    unsigned parts[4];              /* of cb: confidentiality, integrity, availability, malice */
    enum severity_band band;
    bool many; /* more than SEVERITY_MANY people; it is no part of the score */
    size_t flip_count;
    struct severity_flip flips
        [SEVERITY_FLIPS_MAX]; /* by factor; of each factor the nearest answer that moves the band, up and down */
};

/* INVALID: a number out of its range, a class twice, or none. */
RESULT severity_score(const struct severity *severity, struct severity_result *out);
const char *severity_band_name(enum severity_band band); /* "very high" */

#endif
