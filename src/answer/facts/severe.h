/*
 * How severe an incident is by ENISA's formula, from the answers in its timeline: each with its reason. Unanswered stays
 * unanswered; what is missing is named. Main call: severe_of(). Example: severe_of(&fold, &facts, &severe);
 */
#ifndef AMN_ANSWER_FACTS_SEVERE_H
#define AMN_ANSWER_FACTS_SEVERE_H

#include "answer/facts/facts.h"
#include "answer/law/severity.h"

struct severe_answer {
    const struct line *line; /* the newest that answers it; NULL: nobody did */
    const char *proposed;    /* what the count speaks for, as an answer; NULL: nothing */
};
struct severe {
    struct severe_answer answers[ENISA_FACTORS];
    bool complete; /* `result` is there */
    struct enisa severity;
    struct enisa_result result;
    uint64_t line; /* the newest of its answers */
};

/* `facts` needs its count and fields only. */
void severe_of(const struct fold *fold, const struct facts *facts, struct severe *out);

/* Append the answer: the score, each answer with its reason, what is missing, the flips. */
void severe_tell(struct shop *shop, const struct severe *severe, struct buf *out);

#endif
