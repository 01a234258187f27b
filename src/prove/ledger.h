/*
 * The ledger of one shop: entries, the tree over them, signed checkpoints, receipts and proofs.
 *
 * Entries of a batch are appended in memory, written with the checkpoint by ledger_seal() into the store's open
 * transaction, and are real only after the store's commit, told by ledger_committed(). Before a checkpoint is signed
 * the size is compared with what was signed before (the `signed` file outside the database). Must never sign a size
 * twice with another root. Example:
 *     TRY(ledger_append(ledger, &draft, &receipt));  TRY(ledger_seal(ledger));  TRY(commit);  ledger_committed(ledger);
 */
#ifndef AMN_PROVE_LEDGER_H
#define AMN_PROVE_LEDGER_H

#include "base/clock.h"
#include "crypto/keyring.h"
#include "prove/checkpoint.h"
#include "prove/entry.h"
#include "prove/proof.h"
#include "prove/tile.h"
#include "store/authority.h"
#include "store/ledger.h"

struct ledger;

struct ledger_options {
    struct crypto *crypto;
    struct store *store;
    const struct keyring *keyring;
    struct clock clock;
    const char *signed_path; /* NULL: none is kept (tests, readers) */
};

/* Hash over every AUTHORITY entry in order, and how many: what authority rows are replayed against. */
struct authority_head {
    uint64_t count;
    struct hash hash;
};
void authority_head_add(struct crypto *crypto, struct authority_head *head, uint64_t index,
                        const struct hash *leaf);

/* What the newest signed checkpoint said, kept in the `signed` file outside the store. */
struct signed_state {
    uint64_t epoch,
        sequence; /* of the log's key; the file's own count of writes: the highest pair is the newest */
    uint64_t size;
    struct hash root;
    struct authority_head authority;
};

/*
 * Open the ledger on an open store: read the tail, rebuild the tree, compare with the newest checkpoint and the
 * signed file. Slices and pointers of `options` must outlive the ledger.
 *
 * The signed file is written after each commit, and synced at most once a second and at the end. When the process is
 * killed nothing of it is lost. A power cut loses what the kernel had not written yet (a second of it under load): the
 * next start then compares with that much less. The store itself is durable with each commit.
 *
 * TAMPERED when stored bytes do not hash to the newest checkpoint, when that was signed by none of the keyring's ledger
 * keys under its origin, or when root or authority entries are not those that were signed; LEDGER_BEHIND when the store
 * is older than what was signed, or its log was closed: then ledger_reopen() after the keyring got a new ledger key.
 * Cost: the tail, one tile a level, and each authority entry once.
 */
RESULT ledger_open(const struct ledger_options *options, struct ledger **out);
void ledger_free(struct ledger **ledger);

/*
 * The same for a store that is behind: accepts it, but nothing else. The next entry must be LOG_OPENED, naming what
 * ledger_behind() gives: an old size and root that no reader can compare with anything here, as their entries are gone.
 */
RESULT ledger_reopen(const struct ledger_options *options, struct ledger **out);
/* What the signed file says; it is only read. NOT_FOUND when there is none or it is empty; TAMPERED when no slot is ours. */
RESULT ledger_behind(const struct ledger_options *options, struct signed_state *out);

/* Size with, and without, what the open batch appended. */
uint64_t ledger_size(const struct ledger *ledger);
uint64_t ledger_durable(const struct ledger *ledger);

/* The time of the newest entry, appended or durable; 0 for an empty log. */
int64_t ledger_last_us(const struct ledger *ledger);

/* What a new entry says. The ledger sets its time, count, root, nonce and commitments from `leaves` and `texts`. */
struct draft {
    struct entry entry;
    const struct sighted *set; /* whom it concerns, in leaf order */
    const struct hash *leaves; /* one a subject, made with `entry.nonce` */
    size_t set_count;
    struct aside_text texts[COMMITMENTS_MAX]; /* salts are drawn by the ledger */
    size_t text_count;
    struct slice more; /* of OBSERVED: what stands beside it; see prove/observed.h */
};

struct receipt {
    uint64_t index;
    struct hash leaf;
};

/* Append an entry to the open batch. Always succeeds: bounds are the caller's. Cost: about 1 us and 200 bytes. */
void ledger_append(struct ledger *ledger, const struct draft *draft, struct receipt *out);

/* Write what was appended, and a checkpoint signed over it, into the open transaction. Nothing appended: does nothing. */
RESULT ledger_seal(struct ledger *ledger);
void ledger_committed(struct ledger *ledger); /* the transaction is durable */
void ledger_rollback(struct ledger *ledger);  /* it is not: forget what was appended */

/* The newest signed note, of what is durable. Borrowed until the next ledger_committed(). */
struct slice ledger_checkpoint(const struct ledger *ledger);
void ledger_vkey(const struct ledger *ledger, struct buf *out);
const struct note_key *ledger_key(const struct ledger *ledger);

/*
 * Have the log's key say something else than a checkpoint: a note of "amanah KIND 1", the origin and `text`, which ends in
 * a newline. Its first line has blanks, so that no reader can take it for a checkpoint, whose first line is an origin.
 */
void ledger_statement(struct ledger *ledger, const char *kind, struct slice text, struct buf *out);

/* One entry's bytes, and what stands beside it, opened (`aside` may be NULL). NOT_FOUND beyond the durable size. */
RESULT ledger_entry(struct ledger *ledger, uint64_t index, struct buf *entry, struct buf *aside);
/* One entry's bytes, proved to be in the durable tree: TAMPERED otherwise. Cost: two tiles a level, 100 us. */
RESULT ledger_entry_proved(struct ledger *ledger, uint64_t index, struct buf *entry);

/* All entries of bundle n that are durable: slices into `held`, which the caller keeps. */
struct bundle {
    uint64_t first;
    unsigned count;
    struct slice entries[TILE_WIDTH], asides[TILE_WIDTH];
    struct buf entry_bytes, aside_bytes;
};
void bundle_done(struct bundle *bundle);
RESULT ledger_bundle(struct ledger *ledger, uint64_t n, struct bundle *out);

/* The same in two steps, for who needs what stands aside of few bundles only: opening it is the costly part. */
RESULT ledger_bundle_entries(struct ledger *ledger, uint64_t n, struct bundle *out);
RESULT ledger_bundle_asides(struct ledger *ledger, struct bundle *bundle);

/* Reads the ledger's tiles, partial ones included. Lives as long as the ledger. */
const struct tile_reader *ledger_tiles(struct ledger *ledger);

/* A tile or bundle by its tlog-tiles coordinates, cut to its width. NOT_FOUND when it does not exist (yet). */
RESULT ledger_tile(struct ledger *ledger, const struct tile_at *at, struct buf *out);

/* The first entry at or after a time; the durable size when there is none. Cost: a binary search over bundles. */
RESULT ledger_at_time(struct ledger *ledger, int64_t time_us, uint64_t *index);

/* Entries of one bundle, a bit each. */
struct ledger_places {
    uint64_t bits[TILE_WIDTH / 64];
};

/*
 * Erase texts beside the entries `at` of bundle n: of the kinds whose bit 1 << COMMIT_… is in `kinds`. What else stands
 * beside them stays. Inside a transaction, before ledger_seal() of at least one entry.
 * NOT_FOUND when no durable entry is in that bundle. Cost: the bundle is opened and, if anything goes, sealed once.
 */
RESULT ledger_texts_drop(struct ledger *ledger, uint64_t n, const struct ledger_places *at, unsigned kinds);

/*
 * Keep a checkpoint of this log with the line by which a witness cosigned it; lines of several witnesses gather.
 * Inside a transaction. INVALID when a signature does not verify, NOT_FOUND when the line is not by that key, CONFLICT
 * when the checkpoint is not of this log; then nothing was written.
 */
RESULT ledger_cosigned(struct ledger *ledger, const struct note_key *key, struct slice checkpoint,
                       struct slice line);

/* Over what the store lists, the open batch's included. */
struct authority_head ledger_authority(const struct ledger *ledger);

#endif
