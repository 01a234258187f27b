/*
 * Mandates: that a person has somebody act for them. Counsel's request is a matter of the shop's about an incident, which
 * one person opens and a second starts; each person whom it names is a matter of theirs that hangs on it. A mandate stands
 * once somebody of the shop has seen it and a second person has started the request, or once the person said so themself:
 * by handing on the code of their own notice, or with a self pass. Of a mandate that stands, and of no other, a certificate
 * is made: what of that person's the newest count of the incident has, and since when. It is kept sealed under their key, so
 * that it goes with them; its hash is in an entry about them.
 *
 * Main calls: mandate_line_read(), mandate_words_read(), certificate_make(). Example:
 *     SCOPED(mandate_words_done) struct mandate_words words = {0};  TRY(mandate_words_read(shop, &row, &words));
 */
#ifndef AMN_ANSWER_DESK_MANDATE_H
#define AMN_ANSWER_DESK_MANDATE_H

#include "answer/desk/desk_priv.h"
#include "answer/redress/wallet.h"
#include "answer/scope/count.h"

/* A request is one file, and one batch of the keeper's. */
enum { COUNSEL_PEOPLE_MAX = 500, COUNSELS_MAX = 1000, MANDATE_REFERENCE_MAX = 100 };

/* WHO,DAY,REFERENCE[,SHA256], as counsel's list has it. */
struct mandate_line {
    struct slice who, day, reference, digest; /* the digest may be empty */
};
RESULT mandate_line_read(struct slice line, struct mandate_line *out); /* INVALID */

/* What the lines of a request say. */
struct counsel_words {
    struct buf counsel, recipient;
    uint64_t lines; /* of counsel's lists: also those that name no customer */
};
void counsel_words_done(struct counsel_words *words);
RESULT counsel_words_read(struct shop *shop, const struct matter_row *row, struct counsel_words *out);

/* What the lines of a mandate say; empty where its subject was erased. */
struct mandate_words {
    struct buf line, day, reference, digest; /* as counsel has it */
    struct buf proof;                        /* what shows the mandate: "seen", "notice code", "self pass" */
    struct buf certificate;                  /* the newest: a signed note */
    uint64_t entry;                          /* of that certificate */
    uint64_t count;                          /* which count it is of */
    bool certified;
};
void mandate_words_done(struct mandate_words *words);
RESULT mandate_words_read(struct shop *shop, const struct matter_row *row, struct mandate_words *out);

/* The mandates of a request, in the order in which they were named, each held against its newest line. */
struct mandates {
    struct matter_row at[COUNSEL_PEOPLE_MAX];
    size_t count;
};
RESULT mandates_of(struct shop *shop, uint64_t counsel, struct mandates *out);

/* Persons of one entry of ENTRY_RELIEF, with their leaves. */
struct concerned {
    struct draft draft;
    struct sighted set[COUNSEL_PEOPLE_MAX];
    struct hash leaves[COUNSEL_PEOPLE_MAX];
    size_t count;
};
void concerned_begin(struct batch *batch, const struct reader *reader, enum relief_entry kind,
                     uint64_t object, struct concerned *out);
/* One more, by their data key. */
void concerned_add(struct shop *shop, struct concerned *concerned, struct subject_no no,
                   const struct secret *data_key);
/* Its entry. */
void concerned_note(struct batch *batch, struct concerned *concerned, struct receipt *out);

/* What is certified about: the newest count of a request's incident. */
struct certifying {
    const struct matter_row *counsel;
    const struct counsel_words *words;
    uint32_t count; /* of the incident */
    int64_t counted_us, from_us, to_us;
    struct concerned *room; /* for the entry of one */
};
/* CHECK_NOT_MET: nothing was counted yet. */
RESULT certifying_of(struct batch *batch, const struct reader *reader, const struct matter_row *counsel,
                     const struct counsel_words *words, struct certifying *out);

/*
 * Make the certificate of a mandate that stands: its entry, and a line of the mandate that holds it. The caller has charged
 * it. `made` false: its person was erased. Cost: about 200 us.
 */
RESULT certificate_make(struct batch *batch, const struct reader *reader, const struct certifying *certifying,
                        struct matter_row *row, bool *made);

/* Append it as JSON for counsel: the note, the proof that its entry is in the ledger, the ledger's key. */
RESULT certificate_put(struct shop *shop, const struct mandate_words *words, struct buf *out);

#endif
