/*
 * The words of WebAuthn between a browser and the vault: options with a challenge, and whether a challenge that comes
 * back is one of ours. A challenge is made without state, under a secret of this start, so that nobody can crowd out
 * another's; it is good for five minutes, for one purpose, and once: those that served are kept until they end.
 *
 * Main calls: webauthn_create_options(), webauthn_get_options(), webauthn_challenge_good(), webauthn_spend().
 */
#ifndef AMN_KEEP_ACCESS_WEBAUTHN_H
#define AMN_KEEP_ACCESS_WEBAUTHN_H

#include "keep/access/sign_in.h"

#define WEBAUTHN_CHALLENGE_US (5 * MINUTE_US)

enum {
    WEBAUTHN_SPENT_MAX = 4096,             /* sign-ins and enrolments by passkey in five minutes */
    WEBAUTHN_CHALLENGE_BYTES = 8 + 16 + 16 /* end, nonce, MAC */
};

struct webauthn;

/* @param origin  as browsers see the vault; empty: passkeys are off. CONFIG as relying_party_of(). */
RESULT webauthn_new(struct slice origin, struct webauthn **out);
void webauthn_free(struct webauthn **webauthn);

/* PASSKEYS_OFF when the vault has no public origin. Lives as long as the shop. */
RESULT webauthn_party(struct shop *shop, const struct relying_party **out);

/* What navigator.credentials.create() and .get() take, bytes as base64url. Appended as a CBOR map. PASSKEYS_OFF. */
RESULT webauthn_create_options(struct shop *shop, const struct staff *staff, const struct sign_in *sign_in,
                               int64_t now_us, struct buf *out);
RESULT webauthn_get_options(struct shop *shop, int64_t now_us, struct buf *out);

/* Is it a challenge for this member of staff to enrol, or with 0 for anybody to sign in? CREDENTIAL_UNKNOWN: it is none,
 * is over, or has served. */
RESULT webauthn_challenge_good(struct shop *shop, struct slice challenge, uint32_t staff, int64_t now_us);
/* It has served: never again. TOO_BUSY when too many did in five minutes. */
RESULT webauthn_spend(struct shop *shop, struct slice challenge, int64_t now_us);

#endif
