/*
 * Another seal is another root key: what an older copy of HOME/home gives out opens nothing that is here now.
 *
 *     HOME/shops/NAME/keyring.next   the keyring under the root to come, until the new HOME/home is there
 *     HOME/former                    what opens backups made under roots before, sealed by the root of now; former.next as above
 *     HOME/shops/NAME/resealed       an entry that is still owed
 *
 * The new HOME/home in its place is the moment: killed before it, all is as it was; after it, whoever holds the home next
 * puts the rest in its place. Must never remove a `.next` file but for one of another root.
 * Main calls: home_reseal(), home_settle(), home_keyring(). Example: TRY(home_reseal(path, old, &how));
 */
#ifndef AMN_KEEP_RESEAL_H
#define AMN_KEEP_RESEAL_H

#include "crypto/keyring.h"
#include "keep/home.h"

struct shop;

/*
 * Make a new root key, put every keyring under it, and seal it in another way; each shop gets an entry. The home must not be
 * in use (HOME_LOCKED). Keyrings keep their keys: who has an older copy of one, and the root of then, reads what it reads.
 *
 * @param old  the present passphrase, or empty
 * Errors are those of home_open(), keyring_open() and seal_write(); after one the home opens as before, or as asked for.
 */
RESULT home_reseal(const char *path, struct slice old, const struct seal_how *how);

/* Finish what a home_reseal() that was killed began, or undo it. By who holds the home's lock, with the root of its seal. */
RESULT home_settle(const struct home *home);

/* The keyring of a shop, wherever a change of seal has left it. As keyring_open(). */
RESULT home_keyring(const struct home *home, struct crypto *crypto, const char *name, struct keyring **out);

/* Whether one was killed, and its files wait for who settles them: they may be of two roots. */
bool home_unsettled(const struct home *home);

/* The identity (crypto/age.h) that opens the backups which are made now: who has the home's root key has it. */
RESULT home_identity(const struct home *home, struct secret *out);
/* And behind it those of backups made under the 31 roots before. */
enum { HOME_IDENTITIES_MAX = 32 };
struct identities {
    size_t count;
    struct secret at[HOME_IDENTITIES_MAX];
};
void identities_done(struct identities *identities);
RESULT home_identities(const struct home *home, struct identities *out);

/* The entry that is owed after a change of seal; none, most times. By who opened the shop as its writer. */
RESULT reseal_note(struct shop *shop);

#endif
