/*
 * One-time codes by time (RFC 6238): six digits, a step of 30 seconds, HMAC-SHA-1, as every authenticator app knows them.
 * A step is taken once: its number is kept with the secret. Main call: totp_use(). Example:
 *     if (!totp_use(&sign_in.totp, code, now_us)) return FAIL(CREDENTIAL_UNKNOWN, "…");
 */
#ifndef AMN_KEEP_ACCESS_TOTP_H
#define AMN_KEEP_ACCESS_TOTP_H

#include "base/bytes.h"

enum {
    TOTP_SECRET_BYTES = 20, /* RFC 4226 section 4, R6 */
    TOTP_DIGITS = 6,
    TOTP_STEP_S = 30,
    TOTP_WINDOW = 1 /* steps that a clock may be off, either way */
};

struct totp {
    uint8_t secret[TOTP_SECRET_BYTES];
    uint64_t step; /* the last one used: only later ones count */
};

/* The code of one step; out with its ending zero. Source: RFC 6238 section 4. */
void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step, char out[TOTP_DIGITS + 1]);

/*
 * Is it the code of this step, the one before or the one after, and later than the last one used? Then it is used up.
 * Every step is compared whatever the others gave. About 3 us.
 */
bool totp_use(struct totp *totp, struct slice code, int64_t now_us);

/* The secret as apps take it: base32 of RFC 4648, no padding. Appended. */
void totp_secret_put(const struct totp *totp, struct buf *out);
/* "otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER", percent-encoded. Appended. */
void totp_uri_put(const struct totp *totp, struct slice issuer, struct slice account, struct buf *out);

#endif
