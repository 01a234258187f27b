/*
 * A home: the directory of one installation. Its seal guards one root key; each shop in it has a keyring, a store
 * and a ledger of its own, with nothing shared.
 *
 *     HOME/home                 how the root is sealed (keep/seal.h)
 *     HOME/lock                 held by the one keeper (flock)
 *     HOME/socket               the keeper's Unix socket while a daemon runs
 *     HOME/shops/NAME/keyring   the shop's keys, wrapped under the root
 *     HOME/shops/NAME/shop.db   the shop's store
 *     HOME/shops/NAME/evidence/ files of evidence, sealed (answer/incident/evidence.h)
 *     HOME/shops/NAME/made      written last: without it the shop is half made, and not there
 *     HOME/shops/NAME/signed    the newest signed ledger size, outside the store
 *
 * Example: `TRY(home_init(&options, &made));`
 */
#ifndef AMN_KEEP_HOME_H
#define AMN_KEEP_HOME_H

#include "base/clock.h"
#include "crypto/crypto.h"
#include "keep/seal.h"

struct home_options {
    const char *path;
    const char *shop;   /* first shop's name; NULL: "shop" */
    const char *origin; /* of its ledger; NULL: "amanah.invalid/NAME/" and 16 random hex digits */
    struct seal_how seal;
    struct clock clock;
};

/* What a new shop's owner is told once. Wiped by home_made_done(). */
struct home_made {
    struct buf shop, key, origin, vkey;
};
void home_made_done(struct home_made *made);

/*
 * Make a home with its first shop and that shop's first admin key. Everything is built in a temporary directory
 * beside it and renamed into place, so a crash leaves no half home.
 * HOME_EXISTS when the path holds anything; CONFIG for a bad name, origin or passphrase; UNAVAILABLE for the disk.
 */
RESULT home_init(const struct home_options *options, struct home_made *out);

/* How its root is sealed. NOT_FOUND when there is no home at `path`. */
RESULT home_seal_kind(const char *path, enum seal_kind *out);

struct home; /* an open home: holds the lock and the root key in locked memory */

/* @param writer  take the lock; false: read only, beside a running daemon (verify)
 * SEALED for a wrong or missing passphrase; HOME_LOCKED when another keeper holds it. */
RESULT home_open(const char *path, struct slice passphrase, bool writer, struct home **out);
void home_free(struct home **home);
const char *home_path(const struct home *home);
const struct secret *home_root(const struct home *home);
void home_root_renew(struct home *home, const struct secret *root); /* for home_reseal() alone */

/* Names of its shops, sorted. Bounded by HOME_SHOPS_MAX. */
enum { HOME_SHOPS_MAX = 1000, SHOP_NAME_BYTES_MAX = 32 };
struct shop_names {
    size_t count;
    char (*at)[SHOP_NAME_BYTES_MAX + 1];
};
void shop_names_done(struct shop_names *names);
RESULT home_shops(const struct home *home, struct shop_names *out);

/* Add a shop, with its first admin key. CONFLICT when the name is taken. */
RESULT home_shop_add(struct home *home, struct clock clock, const char *name, const char *origin,
                     struct home_made *out);

#endif
