/*
 * Sealed records: what the store holds of a subject. Each subject has a random data key, wrapped under a key epoch;
 * each field is a box of its own, bound to shop, subject, field and the version in which it was written. So opening
 * or changing one field touches that field only, and a box that was moved or put back does not open.
 *
 *     format 1 · state 1 · country 2 · lang 3 · version 4 · created_us 8 · contact_s 4 · kek epoch 2 · wrapped key 60 ·
 *     count 1 ·
 *     fields: number 1 · version 4 · blocks 2 · box (nonce 12, 16 x blocks, tag 16), ascending by number
 *     inside a box: length 2 · value · zeros to a multiple of 16; of a group's field: items (item 1 · length 2 · value)
 *
 * A record whose key was rotated (keep/rotate.h) has format 2 and, behind the wrapped key, what came before:
 *
 *     wrote 8 · eras 1 · box (nonce 12, 40 x eras, tag 16; none without eras)
 *     inside the box, under the present data key: for each data key that was, ascending: until 8 · key 32
 *
 * `until` is the index of the entry from which on the next key salts leaves: what is proved of older entries needs the
 * key of their era, and it goes with the subject.
 *
 * An erased subject's record ends behind created_us. Main calls: record_parse(), record_unlock(), record_field().
 */
#ifndef AMN_KEEP_RECORD_H
#define AMN_KEEP_RECORD_H

#include "keep/shop.h"

enum subject_state { SUBJECT_ACTIVE = 1, SUBJECT_CLOSED, SUBJECT_ERASED, SUBJECT_LINKED };

enum {
    RECORD_FORMAT = 1, /* of boxes, whatever became of their keys */
    RECORD_ROTATED = 2,
    ERAS_MAX = 255,
    RECORD_HEAD_BYTES = 1 + 1 + 2 + 3 + 4 + 8,
    WRAPPED_KEY_BYTES = AEAD_EXTRA_BYTES + SECRET_BYTES,
    RECORD_BYTES_MAX = 4 * 1024 * 1024,
    FIELD_BYTES_MAX = 65535 - 2
};

struct record_field {
    struct slice box; /* borrowed from the record; empty: not held */
    uint32_t version;
};

struct record {
    enum subject_state state;
    char country[3], lang[4]; /* zero-terminated, may be empty */
    uint32_t version;
    int64_t created_us;
    uint32_t
        contact_s; /* when e-mail address or telephone number changed last, in seconds since 1970; 0: never */
    uint16_t epoch;
    struct slice wrapped; /* borrowed */
    bool rotated;         /* has the two that follow */
    uint8_t era_count;    /* data keys that were, */
    struct slice eras;    /* sealed; borrowed */
    uint64_t wrote;       /* entry that wrote its values; 0: the row's own, nothing was rotated since */
    uint64_t held;        /* bits of the fields it has */
    struct record_field fields[FIELD_MAX];
};

/* CORRUPT when the bytes are no record. Slices of `out` borrow from `bytes`. */
RESULT record_parse(struct slice bytes, struct record *out);

/* Unwrap the subject's data key and set it on shop->dek. CORRUPT when it does not open. About 350 ns. */
RESULT record_unlock(struct shop *shop, struct subject_no no, const struct record *record,
                     struct secret *data_key);

/* Data keys that a subject had before, each up to before an entry. Empty for nearly everybody. */
struct eras {
    struct era {
        uint64_t until;
        struct secret key;
    } * at; /* ascending */
    size_t count;
};
void eras_done(struct eras *eras);
/* Open them, after record_unlock(). CORRUPT. */
RESULT record_eras(struct shop *shop, struct subject_no no, const struct record *record, struct eras *out);
/* The data key of the time of an entry: `present` unless an older one was in use then. Borrowed from either. */
const struct secret *era_key(const struct eras *eras, const struct secret *present, uint64_t entry);

/* Open one field the record holds, after record_unlock(): appends the value's bytes, or items, to `out`. */
RESULT record_field(struct shop *shop, struct subject_no no, const struct record *record, unsigned field,
                    struct buf *out);

/* How a record's keys are rotated. */
struct rotate_how {
    bool rekey; /* a new data key, and everything sealed anew under it; else the same one is wrapped anew */
    uint64_t entry; /* the record's next entry: from there on the new key salts leaves */
    uint64_t wrote; /* the row's entry: it wrote the values, unless the record says another did */
};

/*
 * The same record under the newest kek epoch; its version, and those of its fields, stay. Sets shop->dek, and in
 * `data_key` the key that holds from then on. CORRUPT when something does not open; TOO_MANY beyond ERAS_MAX.
 */
RESULT record_rotate(struct shop *shop, struct subject_no no, const struct record *old,
                     const struct rotate_how *how, struct secret *data_key, struct buf *out);

/* Draw a data key for a new subject and wrap it. Sets it on shop->dek. */
void record_key_new(struct shop *shop, struct subject_no no, struct secret *data_key,
                    uint8_t wrapped[WRAPPED_KEY_BYTES]);

/* New values by field number: a text is the value, or items of a group's field as item_put() makes them. */
struct new_fields {
    uint64_t set;    /* bits of those that change */
    uint64_t remove; /* of those that go */
    uint64_t used;   /* of those whose text may hold something, set or not */
    struct buf text[FIELD_MAX];
};
void new_fields_done(struct new_fields *fields);
void new_fields_clear(struct new_fields *fields); /* as done, but the memory stays for the next ones */
static inline uint64_t named_fields(const struct new_fields *fields)
{
    return fields->set | fields->remove;
}
void item_put(struct buf *out, uint8_t item, struct slice text);
bool item_get(struct cursor *items, uint8_t *item, struct slice *text); /* false at the end */

/*
 * Write a record: its head from `head` (version already raised), boxes of unchanged fields copied from it, changed
 * ones sealed anew under that version. shop->dek must hold the subject's key.
 */
void record_write(struct shop *shop, struct subject_no no, const struct record *head,
                  const struct new_fields *changes, struct buf *out);
/* What remains of an erased subject. */
void record_tombstone(const struct record *head, struct buf *out);

/* Read a subject's row. SUBJECT_UNKNOWN; SUBJECT_ERASED too, unless `erased_fine`. `bytes` keeps what `out` borrows. */
RESULT record_get(struct shop *shop, struct subject_no no, bool erased_fine, struct buf *bytes,
                  struct record *out, uint64_t *entry);

const char *subject_state_name(enum subject_state state);

#endif
