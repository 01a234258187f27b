/*
 * Storage of authority rows (staff, keys, roles, fields, witnesses …): who may do what. Each row carries the entry
 * that made it and a MAC; both are checked by keep/access/authority.h, not here. And the answers kept for idempotency keys.
 */
#ifndef AMN_STORE_AUTHORITY_H
#define AMN_STORE_AUTHORITY_H

#include "store/store.h"

struct authority_row {
    uint16_t kind;
    uint32_t id;
    uint64_t entry;
    struct slice body; /* CBOR */
    uint8_t mac[32];
};

struct authority_store {
    RESULT (*put)(struct store *store, const struct authority_row *row); /* replaces */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct authority_row *row), void *context);
};

/* When a key was last used. Its MAC is checked by keep/access/key_use.h. Not domain state: a lost row is an unused key. */
struct key_use_row {
    uint32_t id;
    uint32_t day;  /* since 1970 */
    uint32_t told; /* bits: what its holders were told of its end */
    uint8_t mac[32];
};

struct key_use_store {
    RESULT (*put)(struct store *store, const struct key_use_row *row); /* replaces */
    RESULT(*each)
    (struct store *store, RESULT (*each)(void *context, const struct key_use_row *row), void *context);
};

/* An answer that is given again to the same idempotency key. Not domain state. */
struct replay_row {
    uint8_t key[32]; /* keyed hash of reader and key */
    uint8_t ask[32]; /* keyed hash of the ask */
    int64_t until_us;
    struct slice answer; /* answer frame without personal values and secrets */
};

struct replay_store {
    RESULT (*put)(struct store *store, const struct replay_row *row);
    RESULT(*get)
    (struct store *store, const uint8_t key[32], uint8_t ask[32], int64_t *until_us, struct buf *answer);
    RESULT (*sweep)(struct store *store, int64_t now_us); /* forget up to 64 that ended */
};

/* What every backend fills in. */
struct ledger_store;
struct sighting_store;
struct mail_store;
struct right_store;
struct alert_store;
struct observed_store;
struct incident_store;
struct hold_store;
struct exposure_store;
struct run_store;
struct rotation_store;
struct voucher_store;
struct store {
    const struct batch_store *batch;
    const struct fact_store *fact;
    const struct subject_store *subject;
    const struct tag_store *tag;
    const struct ledger_store *ledger;
    const struct sighting_store *sighting;
    const struct authority_store *authority;
    const struct replay_store *replay;
    const struct key_use_store *key_use;
    const struct mail_store *mail;
    const struct right_store *right;
    const struct alert_store *alert;
    const struct observed_store *observed;
    const struct incident_store *incident;
    const struct hold_store *hold;
    const struct exposure_store *exposure;
    const struct run_store *run;
    const struct rotation_store *rotation;
    const struct voucher_store *voucher;
    const struct matter_store *matter;
};

#endif
