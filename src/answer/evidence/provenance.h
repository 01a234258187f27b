/*
 * One file matched with the vault, from its first byte to the verdict: made on a shop that is only read, by the keeper's
 * thread for what takes long, or in place. What is found is kept by match_verbs.c in one commit. Main calls:
 * provenance_new(), provenance_run().
 */
#ifndef AMN_ANSWER_EVIDENCE_PROVENANCE_H
#define AMN_ANSWER_EVIDENCE_PROVENANCE_H

#include "answer/evidence/compare.h"
#include "answer/evidence/verdict.h"
#include "answer/incident/evidence_file.h"
#include "keep/batch.h"
#include "keep/passwords.h"

enum { PROVENANCE_FILES_MAX = 16, PROVENANCE_COLUMNS_MAX = 64, PROVENANCE_GIVEN_MAX = 32 };

/* A canary in it: to whom it was given. */
struct provenance_canary {
    bool given;
    uint32_t key;    /* 0: to another, or to nobody */
    uint32_t export; /* the same */
    char partner[64 + 1];
    uint64_t count;
};

struct provenance {
    uint64_t incident, line; /* the file's, filled in by the caller */
    struct buf file;         /* its id, as the line has it */
    struct buf hash;         /* its SHA-256, hexadecimal */
    uint64_t before;         /* the line of its match before this one; 0: it is the first */
    int64_t now_us;
    struct evidence_progress *progress; /* NULL: nobody is told */
    atomic_bool stop;

    struct buf kept_at; /* where it is kept how far this is: answer/evidence/resume.h. Empty: nowhere */
    uint64_t kept_rows; /* rows that were kept last */
    bool known;         /* the match is a line: what was kept on the way goes */

    struct match *match; /* out: from here on */
    uint64_t resumed;    /* rows that an interrupted run had matched before */
    uint64_t unreadable; /* values of keys without a normal form, so far */
    struct frame_end end;
    enum dump_format format; /* of its first part */
    enum encoding encoding;
    struct sheet_column
        columns[PROVENANCE_COLUMNS_MAX]; /* that the vault has no field for, or that say nothing */
    size_t column_count;
    uint64_t all_columns; /* bits of enum kind: of those that there were */
    struct compare compare;
    struct provenance_canary canaries[PROVENANCE_GIVEN_MAX];
    size_t canary_count;
    uint64_t canary_people;
    uint64_t customers, closed, looked_at; /* looked_at: of the people, whether they had left */
    int64_t
        absent_us; /* nobody who came since then is in it, though most who came before are; 0: nothing tells */
    struct passwords_found passwords; /* hashed as they come, then written beside */
    uint64_t passwords_count;         /* different ones in the file */
    struct verdict verdict;
    uint64_t
        confirmed; /* bits of fields that a person's part in it is: looked up, or agreeing where compared */
    struct hash *names; /* of the combinations' sets, then of those who are named together */
};

RESULT provenance_new(struct provenance **out);
void provenance_free(struct provenance **provenance);

/* Do it. Writes nothing but the list of its passwords, hashed (keep/passwords.h). CORRUPT for a changed file; UNAVAILABLE when it was stopped, or the child was lost. */
RESULT provenance_run(struct shop *shop, struct provenance *provenance);

/* The same as an errand of the keeper's, which takes the provenance over. */
RESULT provenance_errand(struct provenance **provenance, struct errand **out);

#endif
