/*
 * Guesses at passwords: counted for each person and network, so that who guesses waits longer and longer, and whom they
 * guess at does not. What strangers try at one person from many networks is slowed down as well, but never a network
 * from which that person signed in before, and never a passkey.
 *
 * In memory and bounded; a wrong guess is also an entry before its answer leaves, and counts again from there after a restart.
 * Holds no name and no address, only keyed tags. A guess counts from the moment it is taken, until it turned out right. Main calls: guess_take(), guess_right(). Example:
 *     TRY(guess_take(guesses, &from, now_us, &wait_s));  … if (good) guess_right(guesses, &from);
 */
#ifndef AMN_KEEP_ACCESS_GUESS_H
#define AMN_KEEP_ACCESS_GUESS_H

#include "base/clock.h"
#include "crypto/crypto.h"

enum {
    GUESS_ROWS = 8192, /* a power of two */
    GUESS_PLACES = 8,  /* rows that one pair may stand in; the one with the fewest guesses gives way */
    GUESS_FREE = 4,    /* of one pair, without a wait */
    GUESS_WAIT_S = 4,  /* the first wait; each one after it is twice as long */
    GUESS_WAIT_S_MAX = 900,
    GUESS_STRANGERS_FREE = 20, /* at one person from unknown networks together */
    GUESS_STRANGERS_WAIT_S_MAX = 60
};

/* Who is guessed at, and from where. */
struct guess_from {
    uint64_t person, network; /* keyed tags; the same for an address nobody has */
    bool known;               /* this person signed in from there before */
};

struct guesses;
RESULT guesses_new(struct guesses **out);
void guesses_free(struct guesses **guesses);

/* The batch in which guesses were counted is durable, or is undone: then it is as if they had not been made yet. */
void guesses_settle(struct guesses *guesses);
void guesses_undo(struct guesses *guesses);

/* Count a guess. SIGN_IN_WAIT, and nothing is counted, while this pair or all strangers must wait. */
RESULT guess_take(struct guesses *guesses, const struct guess_from *from, int64_t now_us, uint32_t *wait_s);
/* It was right: the pair begins anew, and it is no stranger's guess. */
void guess_right(struct guesses *guesses, const struct guess_from *from);
/* After a restart, oldest first: a wrong guess of the past counts again, a right one wipes what its pair had guessed. */
void guess_again(struct guesses *guesses, const struct guess_from *from, int64_t at_us);
void guess_right_again(struct guesses *guesses, const struct guess_from *from);
/* Guesses at a person by strangers that are counted still: told at the next sign-in. */
uint32_t guess_strangers(const struct guesses *guesses, const struct guess_from *from, int64_t now_us);

#endif
