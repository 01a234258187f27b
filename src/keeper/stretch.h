/*
 * Passwords apart from the keeper's thread: one thread runs Argon2id on them, one after another, so that a flood of
 * sign-ins stalls no look. What waits is bounded, by network too, and those from a network that the person signed in from
 * before have places of their own and go first: strangers cannot crowd them out.
 *
 * Must never touch a shop: it sees a password, a salt and costs. Main calls: stretcher_put(), stretcher_take(). Example:
 *     if (!stretcher_put(stretcher, ask, network, &batch->wanted)) refuse;
 */
#ifndef AMN_KEEPER_STRETCH_H
#define AMN_KEEPER_STRETCH_H

#include "keep/batch.h"
#include "keeper/keeper.h"

enum {
    STRETCH_WAITING_MAX = 16, /* from known networks; as many from others */
    STRETCH_NETWORK_MAX = 4,  /* of them from one network */
    PROBES_S_MAX = 10
};

struct stretcher;

/* Starts the thread. UNAVAILABLE without memory or descriptors. Freeing waits for the password at hand. */
RESULT stretcher_new(struct stretcher **out);
void stretcher_free(struct stretcher **stretcher);

/* Readable when something is done. Lives as long as the stretcher. */
int stretcher_fd(const struct stretcher *stretcher);

/* Put an ask aside, copied, with what its password wants. False when there is no room for it. */
bool stretcher_put(struct stretcher *stretcher, const struct keeper_ask *ask,
                   const uint8_t network[NETWORK_BYTES], const struct stretching *wanted);
/* The same for an ask whose probes are to be tried at the listener of this URL, PROBES_S_MAX in all. */
bool stretcher_probe(struct stretcher *stretcher, const struct keeper_ask *ask,
                     const uint8_t network[NETWORK_BYTES], const char *url, const struct probes *wanted);

/* Asks whose passwords are done, ready to be run again; at most `room`. They stay the stretcher's until
 * stretcher_taken(), which wipes them. Returns how many. */
size_t stretcher_take(struct stretcher *stretcher, struct keeper_ask *out, size_t room);
void stretcher_taken(struct stretcher *stretcher);

/* Whoever asked is gone: nothing of theirs is run any more. */
void stretcher_forget(struct stretcher *stretcher, const void *from);

#endif
