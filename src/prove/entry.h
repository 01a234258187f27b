/*
 * Ledger entries: deterministic CBOR of codes and numbers, private by design. Personal values, reasons, networks and
 * looked-up values appear only as salted commitments; whom a look concerned, only as the Merkle root of salted leaves.
 * What the commitments and roots stand for is kept aside, sealed, and can be erased.
 *
 *     leaf  = SHA-256(0x00 ‖ salt ‖ be64 subject ‖ be64 full ‖ be64 masked [‖ bound])
 *     bound = the record's hash in an import, the hash of the subject's observations in OBSERVED (prove/observed.h)
 *     salt  = SHA-256("amanah leaf salt 1" ‖ data key ‖ nonce of the entry)
 *     commitment = SHA-256("amanah commitment 1" ‖ kind ‖ salt ‖ text)
 *
 * The CDDL is docs/entry.cddl. Main calls: entry_write(), entry_read(), set_leaf().
 */
#ifndef AMN_PROVE_ENTRY_H
#define AMN_PROVE_ENTRY_H

#include "prove/observed.h"
#include "prove/tree.h"
#include "store/store.h"

enum entry_kind {
#define ENTRY(NAME, number, name, about) ENTRY_##NAME = (number),
#include "prove/entries.def"
#undef ENTRY
};

enum commitment_kind {
    COMMIT_REASON = 1, /* free text of why */
    COMMIT_NETWORK,    /* the asker's address */
    COMMIT_VALUE,      /* a looked-up value */
    COMMIT_PURPOSE,    /* a purpose that is in no table */
    COMMIT_WHERE,      /* who holds a pin */
    COMMIT_CLIENT,     /* the network of the customer whom a self pass was issued to */
    COMMIT_LAST = COMMIT_CLIENT
};

enum reader_kind {
    READER_SYSTEM,
    READER_OPERATOR,
    READER_KEY,
    READER_STAFF,
    READER_PASS,    /* number 0: the person themself, at the portal */
    READER_OUTSIDE, /* principal of a system outside the vault; number 0: all of them, whoever it was */
    READER_ROLE     /* all readers of a role: whom a breaker or an alert is about; of no entry */
};

enum { LEDGER_ENTRY_BYTES_MAX = 4096, COMMITMENTS_MAX = 6, ENTRY_NONCE_BYTES = 16, COMMIT_SALT_BYTES = 16 };

/* Who looks, in one number: kind in the high half, its number in the low one. */
static inline uint64_t reader_no(enum reader_kind kind, uint32_t id)
{
    return (uint64_t)kind << 32 | id;
}

#define PORTAL_READER reader_no(READER_PASS, 0)

struct commitment {
    enum commitment_kind kind;
    struct hash hash;
};

/* Absent members are zero and not written. */
struct entry {
    enum entry_kind kind;
    int64_t time_us;
    uint64_t reader;
    uint32_t role, purpose;
    uint64_t full, masked; /* field masks: bit n is field n of the shop */
    uint64_t count;        /* subjects; of STRANGERS requests */
    bool has_root, has_object, has_old;
    struct hash root; /* over the set's leaves */
    uint8_t nonce[ENTRY_NONCE_BYTES];
    uint32_t object_kind; /* of AUTHORITY: which row; of REVEAL: by what right, a grant or a self pass */
    uint64_t object_id;   /* number of the row, or of the entry that gave the right */
    struct hash object;   /* SHA-256 of the record or row that the entry made; of OBSERVED: observed_hash() */
    uint32_t cause;       /* of REFUSED: enum cause's slug number, see entry_cause() */
    uint64_t old_size;    /* of LOG_OPENED after a restore, and of PIN */
    struct hash old_root;
    size_t commitments;
    struct commitment commitment[COMMITMENTS_MAX];
};

const char *entry_kind_name(enum entry_kind kind); /* "reveal"; "unknown" for a number of no row */

/* Append the entry's bytes. The caller keeps counts in bounds; the result is at most LEDGER_ENTRY_BYTES_MAX. */
void entry_write(const struct entry *entry, struct buf *out);

/* Read it back: INVALID unless deterministic CBOR with known members. `out` is untouched on failure. */
RESULT entry_read(struct slice bytes, struct entry *out);

/* Causes in entries outlive renumbering: the first four bytes of SHA-256(slug). 0 for CAUSE_OK. */
uint32_t entry_cause(struct crypto *crypto, enum cause cause);
enum cause entry_cause_find(struct crypto *crypto, uint32_t code); /* CAUSE_COUNT when none has it */

/* One subject of a set, in the order of its leaf. */
struct sighted {
    struct subject_no no;
    uint64_t full, masked;
};

/* A text kept aside, and the salt that opens its commitment. Borrowed. */
struct aside_text {
    enum commitment_kind kind;
    uint8_t salt[COMMIT_SALT_BYTES];
    struct slice text;
};

void leaf_salt(struct crypto *crypto, const struct secret *data_key, const uint8_t nonce[ENTRY_NONCE_BYTES],
               struct hash *out);
/* `bound`: see above; NULL where a leaf binds nothing more. */
void set_leaf(struct crypto *crypto, const struct hash *salt, const struct sighted *sighted,
              const struct hash *bound, struct hash *out);
void commitment_make(struct crypto *crypto, const struct aside_text *text, struct hash *out);

/*
 * What is kept beside one entry, before it is sealed: its set and its texts.
 * Written as varints; a set whose subjects share their masks costs about two bytes a neighbouring subject.
 */
enum { SET_SUBJECTS_MAX = 65536 };
struct aside {
    const struct sighted *set;
    size_t set_count;
    const struct aside_text *texts;
    size_t text_count;
    struct slice more; /* of OBSERVED: what observed_write() made; empty elsewhere */
};
void aside_write(const struct aside *aside, struct buf *out);

/* What aside_read() gives: arrays owned, texts borrowed from the bytes. */
struct aside_read {
    struct sighted *set;
    size_t set_count;
    struct aside_text texts[COMMITMENTS_MAX];
    size_t text_count;
    struct slice more;        /* borrowed as well */
    struct observed observed; /* and what it says; file 0: nothing */
};
void aside_read_done(struct aside_read *aside);
RESULT aside_read(struct slice bytes,
                  struct aside_read *out); /* CORRUPT when it is not what aside_write() made */

#endif
