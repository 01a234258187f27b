/*
 * A home with one shop in a temporary directory, its keeper and its clock: for tests of what is done to people.
 * Asks come through a front of this machine, with a key of a role that may do everything.
 */
#ifndef AMN_TESTS_PEOPLE_H
#define AMN_TESTS_PEOPLE_H

#include "prop.h"

#include "base/cbor.h"
#include "keep/shop.h"
#include "keeper/keeper_priv.h"

struct people {
    char home[64];
    int64_t now_us; /* the shop's clock; each batch moves it on by a millisecond */
    struct keeper *keeper;
    struct shop *shop;
    struct buf bearer, frames, ends, body; /* body: of the newest answer */
    struct answer_head head;               /* of the newest answer */
    size_t count;                          /* asks made and not run */
    uint64_t refused;                      /* answers other than OK since people_begin() */
};

void people_begin(struct people *people);
void people_end(struct people *people);
void people_reopen(struct people *people);

/* Make an ask for the next people_run(); run what was made, at most 1,024 a batch. */
void people_ask(struct people *people, enum verb verb, const void *ask);
void people_run(struct people *people);
/* One ask alone: its cause. head and body say more. */
enum cause people_once(struct people *people, enum verb verb, const void *ask);

/* A text member of the newest answer's map; aborts the test when it has none. */
struct slice people_text(const struct people *people, const char *name);

/* Make somebody with this ref, an email address and a telephone number; the id goes to `id`. */
void people_make(struct people *people, const char *ref, char id[ID_BYTES_MAX + 1]);
struct subject_no people_no(const struct people *people, const char *id);

/* Ask to see the email address of some: people_ask() of a reveal for support. */
void people_look(struct people *people, const char *const *ids, size_t count, const char *reason);

/* Add sets nobody cares for until the ledger's durable size is a multiple of 256, so that all before is in bundles. */
void people_fill(struct people *people, const char *id);

/* The number of members in the newest answer's "items", and the ledger index of item `at`. */
size_t people_items(const struct people *people, size_t at, uint64_t *index);

#endif
