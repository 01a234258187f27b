/*
 * Challenges: a line of text that a key's holder signs to get a session. Made without keeping anything: the line holds
 * a MAC that only this start of the shop can make, so it is this shop's, of this key, and a minute old at most.
 *
 *     amanah session 1 <origin> <key id> <base64 of 16 random bytes and 16 of MAC> <unix seconds of its end>
 *
 * Main calls: challenge_put(), challenge_good(). Example:
 *     challenge_put(shop, id, clock_now(&shop->clock), &text, &expires_us);
 */
#ifndef AMN_KEEP_ACCESS_CHALLENGE_H
#define AMN_KEEP_ACCESS_CHALLENGE_H

#include "keep/access/session.h"

enum { CHALLENGE_S = 60 };
_Static_assert(CHALLENGE_S *SECOND_US <= SESSION_ONCE_US, "a used challenge is known as long as it is good");

/* Append a new challenge for the key of that public id; its end goes to `expires_us`. Cost: one HMAC. */
void challenge_put(struct shop *shop, struct slice key_id, int64_t now_us, struct buf *out,
                   int64_t *expires_us);

/*
 * Did this start of the shop make that text for that key, less than CHALLENGE_S ago? Then its random bytes, which one
 * session may be opened with, go to `once`. Every byte of the text counts.
 */
bool challenge_good(struct shop *shop, struct slice key_id, struct slice text, int64_t now_us,
                    uint8_t once[SESSION_ONCE_BYTES]);

/* Is what is asked for without a credential of this shop? For a home of several. */
bool session_of_shop(struct shop *shop, const struct session_open_ask *ask);

#endif
