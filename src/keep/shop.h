/*
 * An open shop: its keys, store, ledger, fields, readers and budgets. Everything a look needs, passed as one pointer;
 * there are no globals. Single-threaded, owned by the keeper, but for shop_hand_new(). Example: `TRY(shop_open(home, name, &options, &shop));`
 */
#ifndef AMN_KEEP_SHOP_H
#define AMN_KEEP_SHOP_H

#include "keep/access/key_use.h"
#include "keep/access/session.h"
#include "keep/field.h"
#include "keep/home.h"
#include "keep/news.h"
#include "prove/sighting.h"
#include "watch/budget/budget.h"
#include "watch/spread.h"

struct post;
struct sinks;
struct watching;
struct canaries;
struct profiles;
struct exports;

struct shop {
    uint32_t number; /* in this keeper, from 1 */
    char name[SHOP_NAME_BYTES_MAX + 1];
    uint64_t forged; /* rows of authority that no entry made, passed over at the newest load */
    struct clock clock;
    const struct home *home;
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
    struct sightings *sightings;
    struct fields fields;
    struct access access;
    struct guesses *guesses;     /* keep/access/guess.h */
    struct webauthn *webauthn;   /* keep/access/webauthn.h */
    struct countries *countries; /* keep/country.h; borrowed. NULL: unknown */
    struct sessions *sessions;
    struct key_uses key_uses;
    struct budgets *budgets;
    struct post *post;         /* keep/post.h */
    struct sinks *sinks;       /* keep/watch/sink.h */
    struct watching *watching; /* keep/watch/watching.h */
    struct canaries *canaries; /* keep/watch/canary.h */
    struct profiles *profiles; /* keep/profile.h; NULL: nothing was said */
    struct exports *exports;   /* keep/export/export.h */
    struct pass_tally {
        uint64_t issued, seen, unknown, refused;
    } passes; /* as keep/access/pass.h tells them */
    /* What the rows below keep in memory of this shop: answer/incident/incident.h. Stale: to be read anew. */
    struct {
        void *at;
        void (*free)(void *at);
        bool stale;
    } answer;
    struct {
        void *at;
        void (*free)(void *at);
    } laws; /* rules on breaches, read: answer/facts/lawbook.h */
    struct {
        void *at;
        void (*free)(void *at);
    } evidence; /* files of evidence on their way: answer/incident/evidence.h */
    struct {
        void *at;
        void (*free)(void *at);
        bool untidy; /* a file may lie there that nobody may have any more */
    } exporting;     /* the export at hand: answer/export/job.h */
    uint64_t
        salts_gone; /* by erasures and new data keys since the start: leaves kept for later must be made anew */
    uint8_t rotating; /* enum rotation_state of a rotation that is not over, 0: none. keep/rotate.h */
    struct {
        void *at;
        void (*free)(void *at);
        bool stale;
    } notice; /* notice runs: answer/notice/run.h. Stale: a batch was undone */
    struct {
        void *at;
        void (*free)(void *at);
        /* Before each commit; NULL: there is none yet. */
        struct result (*flush)(struct batch *batch, void *at);
        bool stale;
    } redress; /* campaigns: answer/redress/campaign.h. Stale: a batch was undone */
    struct {
        void *at;
        void (*free)(void *at);
        void (*ended)(void *at, bool durable); /* behind each batch: what it changed stands, or is undone */
    } portal;                                  /* who asks there, in memory alone: answer/portal/portal.h */
    struct {
        int64_t minute;
        uint16_t counts[256];   /* by number of the reader: two may share a place */
    } ranges;                   /* asked for in this minute: keep/password_verbs.c */
    struct spread *pass_spread; /* subjects that passes were issued for, by network */

    struct block_cipher *ids;
    struct prf *index[FIELD_MAX]; /* blind index key of a field's newest epoch; NULL: not indexed */
    uint16_t index_epoch[FIELD_MAX];
    struct prf *pepper, *row_mac;
    struct aead *kek; /* under the newest kek epoch */
    struct aead *dek; /* under the data key of the subject at hand */
    struct aead *staff_box;
    struct prf *outside_tag;  /* who is named in logs of systems outside */
    struct aead *outside_box; /* the same, sealed */
    uint16_t kek_epoch;

    struct reading
        *ahead; /* a chunk of an import that is read before its turn; keep/import_priv.h. NULL: none */
    struct reading *spare; /* room for the one after it */

    struct subject_no last; /* highest subject number given out, with the open batch's */
    bool readers_lost;      /* after a rollback they could not be read */
    bool reopened;          /* an old copy was put back: the ledger began a new log at this start */
    bool keys_ended;        /* and every key was ended, as revocations may have been lost */
    bool scrubbed;          /* nothing that a process before this one destroyed stands in the store's log */
    uint64_t unscrubbed;    /* batches that destroyed something, which may still stand there */
    struct news news;       /* for open pages; keep/news.h */
    bool outside;           /* somebody outside holds a checkpoint younger than a day */
};

enum shop_mode { SHOP_CREATE, SHOP_WRITER, SHOP_READER };

/* In the shop's folder after a restore that could not tell whether it was of the newest state: keep/backup/restore.h. */
#define SHOP_RESTORED "restored"
/* What it holds when who was erased since the backup is unknown: keep/access/quiet.h. */
#define SHOP_RESTORED_QUIET "restored, erasures unknown\n"

struct shop_options {
    const struct home *home;
    const char *name;
    struct clock clock;
    enum shop_mode mode;
    struct store *store;        /* NULL: the shop's own database; the simulator brings its own. Taken over. */
    struct slice public_origin; /* as browsers see the vault, https://HOST; empty: no passkeys. Copied. */
    bool unwatched;             /* no detectors: tests that know every entry beforehand */
    struct countries *countries; /* of networks; NULL: unknown. Borrowed, by all shops of a keeper */
    struct shop *
        *closed; /* where a shop goes whose rows of rights were changed: keep/tampered.h. NULL: freed */
};

/*
 * Open a shop of a home: keyring, store, ledger, authority rows checked against their entries, today's budgets.
 * TAMPERED when rows and ledger do not agree. A store behind what was signed gets a new log (see design, section 4)
 * before anybody is served: `reopened` is set, and what the old copy has forgotten is done again (keep/reopen.h).
 */
RESULT shop_open(const struct shop_options *options, struct shop **out);
void shop_free(struct shop **shop);

/*
 * The shop for one more thread, for values that are normalised, tagged and sealed there: the same keys and fields under
 * contexts of its own. It has no store, ledger, readers or budgets, so it cannot touch them. Lives no longer than the
 * shop, and only while the shop's keys and fields stay as they are. About 5 us.
 */
RESULT shop_hand_new(const struct shop *shop, struct shop **out);
void shop_hand_free(struct shop **hand);
/*
 * Such a hand that reads as well: records and ledger, by a view of its own.
 *
 * @param view  of the same moment as the shop's store; taken over, on failure too
 * Errors are those of keyring and ledger_open(). Freed by shop_hand_free(), before its shop.
 */
RESULT shop_hand_reading(const struct shop *shop, struct store *view, struct shop **out);

/* Load staff, keys, roles and fields anew from their authority rows; or forget them all. */
RESULT shop_readers_load(struct shop *shop);
void shop_readers_drop(struct shop *shop);

/* Have new data keys wrapped by the keyring's newest kek epoch. */
RESULT shop_kek_open(struct shop *shop);

/* Set up the blind index of a field from the keyring's newest epoch. */
RESULT shop_index_open(struct shop *shop, unsigned field);

/* The shop's directory, "HOME/shops/NAME" and a file in it. */
void shop_path(const struct home *home, const char *name, const char *file, struct buf *out);

/* Public ids: prefix and base32 of one AES block of (number, kind). Nobody without the key can count through them. */
enum id_kind {
    ID_SUBJECT,
    ID_KEY,
    ID_STAFF,
    ID_APPROVAL,
    ID_SECRET,
    ID_GRANT,
    ID_PASS,
    ID_SINK,
    ID_TELLING,
    ID_MORE,
    ID_ALERT,
    ID_OUTSIDE,
    ID_INCIDENT,
    ID_EXPORT,
    ID_JOB,
    ID_CAMPAIGN,
    ID_REDEMPTION,
    ID_TICKET,
    ID_PROMISE,
    ID_POOL,
    ID_CLAIM,
    ID_PAYMENTS,
    ID_PAYMENT,
    ID_COUNSEL,
    ID_MANDATE,
    ID_KINDS /* how many */
};
void id_put(struct shop *shop, enum id_kind kind, uint64_t number, struct buf *out);
/* ID_MALFORMED unless this shop made it. */
RESULT id_get(struct shop *shop, enum id_kind kind, struct slice text, uint64_t *out);

/* "key_…", "staff_…", "operator", "system": who a reader is, as text. */
void reader_put(struct shop *shop, uint64_t reader, struct buf *out);

#endif
