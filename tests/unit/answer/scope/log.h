/*
 * A random ledger with its sightings, and a plain list of the same looks beside it: what tests of scope compare with.
 * Time stands until a test moves it; people lie in two chunks.
 */
#ifndef AMN_TESTS_SCOPE_LOG_H
#define AMN_TESTS_SCOPE_LOG_H

#include "prop.h"

#include "answer/scope/scope.h"
#include "store/sqlite/sqlite.h"

enum {
    LOG_READERS = 4,
    LOG_PEOPLE = 60,
    LOG_FIELDS = 6,
    LOG_LOOKS_MAX = 4000,
    LOG_SET_MAX = 6,
    LOG_PURPOSES = 3
};

struct log_look {
    int64_t time_us;
    uint64_t reader, index;
    uint32_t purpose, network; /* number of the network; 0: this machine */
    enum entry_kind kind;
    struct sighted set[LOG_SET_MAX];
    size_t count;
};

struct log {
    char path[64];
    int64_t now_us, start_us;
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
    struct sightings *sightings;
    struct log_look *looks;
    size_t look_count;
    size_t people; /* who may be looked at: so many, from the first; LOG_PEOPLE at the beginning */
};

void log_begin(struct log *log);
void log_end(struct log *log);
void log_restart(struct log *log);
struct scope_base log_base(const struct log *log);

/* The number of the person, of LOG_PEOPLE. */
uint64_t log_person(size_t at);

/* Add a batch of random looks, at random moments of the next hour or two; sometimes write sightings down. */
void log_grow(struct log *log, struct prop_rng *rng);

/* A network address by its number. */
void log_network(uint32_t number, uint8_t out[NETWORK_BYTES]);

#endif
