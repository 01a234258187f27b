/*
 * Subjects: made, changed, closed. Every change is a new sealed record, and an entry that carries the record's hash.
 * Main calls: subject_make(), subject_change(). Used by the verbs and by import.
 */
#ifndef AMN_KEEP_SUBJECT_H
#define AMN_KEEP_SUBJECT_H

#include "keep/values.h"

/* A change of one subject, written but for its entry: what the entry and its leaf need. */
struct change {
    struct subject_no no;
    struct difference difference;
    struct hash record; /* SHA-256 of the new record */
    struct secret data_key;
    struct buf bytes; /* the new record */
    uint64_t before;  /* entry of the record it replaces; only if `replaces` */
    struct hash past; /* hash of that record */
    bool replaces;
    struct buf told; /* the address to tell that the contact changed; empty: none */
    char told_lang[4];
};
void change_done(struct change *change);

/* The subject with this normalised ref. SUBJECT_UNKNOWN when there is none. */
RESULT subject_by_ref(struct shop *shop, struct slice ref, struct subject_no *out);
/* The same by the ref's tag; 0 when there is none, which an import hears of nearly every row. */
RESULT subject_by_ref_tag(struct shop *shop, const uint8_t tag[TAG_BYTES], struct subject_no *out);

/* Prepare a new subject from its values; takes the next number. Nothing is written. `head` gets what is new about it. */
RESULT subject_make(struct batch *batch, struct record *head, struct new_fields *values, struct change *out);

/*
 * Seal the first record of a new subject, whose number and tags `out` has: its data key is drawn here. Only keys of
 * `shop` are used, so a hand of the shop will do (shop_hand_new()).
 */
void subject_seal(struct shop *shop, struct record *head, const struct new_fields *values, int64_t now_us,
                  struct change *out);

/* A subject as it is held: its record borrows from `bytes`. */
struct held {
    struct subject_no no;
    struct record record;
    struct buf bytes;
    uint64_t entry;
};
void held_done(struct held *held);

/* Read it. SUBJECT_UNKNOWN, SUBJECT_ERASED. */
RESULT subject_hold(struct shop *shop, struct subject_no no, struct held *out);

/*
 * Prepare a change of a held one. `head` says state, country and language as they shall be; `values` are compared
 * with what it holds. out->replaces is false, and nothing is prepared, when all is as it was.
 */
RESULT subject_change(struct batch *batch, const struct held *held, const struct record *head,
                      struct new_fields *values, struct change *out);

/*
 * An entry of whom values were compared with and found equal, or whose ref was found taken: an answer that depends on
 * a personal value is a look. `keys` are the subjects' data keys, in the order of `set`. Sets the answer's receipt if it has none.
 */
void compare_note(struct batch *batch, const struct reader *reader, const struct sighted *set,
                  const struct secret *keys, size_t count, struct answer *out);

/* Write a prepared change under the entry that tells of it. */
RESULT change_write(struct batch *batch, const struct change *change, uint64_t entry);

/* Write it with an entry of its own, of that kind. */
RESULT subject_commit(struct batch *batch, const struct reader *reader, enum entry_kind kind,
                      const struct change *change, struct receipt *out);

/* The leaf of a change; with the record's hash where the entry does not carry it (import). */
void change_leaf(struct shop *shop, const struct change *change, const uint8_t nonce[ENTRY_NONCE_BYTES],
                 bool with_record, struct sighted *sighted, struct hash *leaf);

#endif
