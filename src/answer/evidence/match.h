/*
 * Matching: rows of a dump against the blind index in memory. What is looked up are tags; no value of the vault is
 * opened, and whom a row hits is known here by number alone. Counts, sets and a sample of rows come out.
 *
 * A value that several have names nobody, unless another of the row does; one that more than MATCH_SHARED_MAX have is
 * passed over. Main calls: match_row(), match_flush(), match_close(). Example: see the bench, bench/evidence_bench.c.
 */
#ifndef AMN_ANSWER_EVIDENCE_MATCH_H
#define AMN_ANSWER_EVIDENCE_MATCH_H

#include "answer/evidence/dump/frames.h"
#include "answer/evidence/matcher.h"
#include "answer/evidence/sketch.h"
#include "base/set.h"
#include "crypto/crypto.h"

enum match_key { MATCH_EMAIL, MATCH_PHONE, MATCH_NATIONAL_ID, MATCH_KEYS };

enum {
    MATCH_SHARED_MAX = 20,  /* a value that more have is nobody's */
    MATCH_BATCH_ROWS = 256, /* looked up together */
    MATCH_BATCH_TAGS = 1024,
    MATCH_SAMPLE = 2000,       /* rows kept to be compared, chosen at random */
    MATCH_NEWEST = 200,        /* and those of the newest customers: they date a dump */
    MATCH_COMBINATIONS = 64,   /* of fields that rows held of somebody */
    MATCH_ROW_BYTES = 8 * 1024 /* of a row that is kept; a longer one is not */
};

/* A row that hit somebody, with its values. */
struct match_row {
    uint64_t line;
    uint32_t subject;
    uint8_t file;    /* of an archive: which columns it has */
    bool past;       /* by a value that the person has no more */
    struct buf text; /* as frame_row_put() writes it */
};

/* Everybody of whom rows held exactly these fields: bits as in keep/field.h, the matched ones among them. */
struct match_combination {
    uint64_t fields;
    struct set people;
};

struct match {
    uint64_t rows, keyed;      /* keyed: with a value that can be looked up */
    uint64_t hit;              /* rows that name one of ours */
    uint64_t shared;           /* that name several, and none of them alone */
    uint64_t crossed;          /* whose values name different people */
    uint64_t agreeing;         /* two kinds of value or more name the same person */
    uint64_t past;             /* rows that hit by a value that somebody had once */
    uint64_t by[MATCH_KEYS];   /* rows whose value of that kind names the person */
    uint64_t canonical;        /* of those by e-mail: not letter by letter the same */
    uint64_t keys[MATCH_KEYS]; /* rows that have one */
    struct set people;         /* that a row names alone: whole behind match_close() */
    struct set maybe;          /* of those that share a value */
    struct match_combination combinations[MATCH_COMBINATIONS];
    size_t combination_count;
    bool combinations_cut;
    struct match_row *sample; /* MATCH_SAMPLE of them at most */
    size_t sample_count;
    struct match_row *newest; /* ascending by subject, MATCH_NEWEST at most */
    size_t newest_count;
    struct sketch *sketch; /* of the first value of each row: how many people */
    struct sketch
        *rows_sketch; /* of whole rows, whichever way their columns stand: is it a file found before? */
    uint8_t sketch_key[SKETCH_KEY_BYTES];

    const struct matcher *matcher;     /* borrowed */
    const struct prf *prf[MATCH_KEYS]; /* of the indexes; NULL: not matched. Borrowed */
    uint8_t version;                   /* of normal forms, as tags have it */
    uint64_t random;                   /* seed of the sample */
    uint8_t file;                      /* of the rows to come */
    struct match_batch *batch;
};

/* @param prf  of e-mail, phone, national id; each may be NULL. `random`: unpredictable to who made the dump. */
RESULT match_new(const struct matcher *matcher, const struct prf *const prf[MATCH_KEYS], uint8_t version,
                 uint64_t random, struct match **out);
void match_free(struct match **match);

/* The texts live until match_flush(). */
RESULT match_row(struct match *match, uint64_t line, const struct sheet_value *values, size_t count);
RESULT match_flush(struct match *match);
void match_close(struct match *match); /* behind the last flush: people are whole, sketches sorted */

/* The field of the vault that each kind of key is of. */
unsigned match_field(enum match_key key);

#endif
