#ifndef AMN_ANSWER_WORDS_PRIV_H
#define AMN_ANSWER_WORDS_PRIV_H

#include "answer/words/words.h"

/*
 * A text as it is compared: small letters, one blank between words, no invisible characters, composed Hangul, straight
 * quotes. from[i] is where byte i stands in the text.
 */
struct folded {
    struct buf text;
    uint32_t *from;
    size_t cap;
};
void folded_done(struct folded *folded);
void fold_text(struct slice text, struct folded *out);

enum words_when {
    WHEN_ALWAYS,
    WHEN_CONFIRMED,
    WHEN_CERTAIN,
    WHEN_OPEN,
    WHEN_NOTICE,
    WHEN_PUBLIC,
    WHEN_COUNT
};

/* A pattern: folded; `head` begins a word, `tail` ends one. */
struct pattern {
    enum words_rule rule;
    enum words_when when;
    uint64_t scale;        /* of WORDS_RULE_SCALE */
    unsigned group;        /* patterns of one heading share it */
    struct buf text;       /* folded */
    bool head, tail, open; /* open: the word may go on */
    struct slice instead;  /* borrowed from the table */
};

struct wordlist {
    char language[8];
    struct buf source;
    struct pattern *patterns;
    size_t count, cap;
    unsigned groups;
};

struct wording {
    struct wordlist *tables;
    size_t count;
};

struct words_source {
    const char *language, *name, *text;
};
extern const struct words_source words_tables[]; /* made by embed.py */

RESULT wordlist_read(const char *name, struct slice text, struct wordlist *out); /* adds to it */
void wordlist_done(struct wordlist *table);

/* Where the pattern stands from `start` on; folded.text.len: nowhere. */
size_t pattern_find(const struct pattern *pattern, struct slice text, size_t start);

/* A number as it is written. */
struct number {
    size_t start, end;  /* in the folded text, without its scale */
    double value, unit; /* the last digit counts `unit` */
    bool people;
};
bool number_next(const struct wordlist *table, struct slice text, size_t start, struct number *out);

/* The sentence around a place. */
struct slice sentence_of(struct slice text, size_t at);

#endif
