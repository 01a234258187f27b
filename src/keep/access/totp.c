#include "keep/access/totp.h"

#include "base/clock.h"

#include <assert.h>
#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step, char out[TOTP_DIGITS + 1])
{
    int done = oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, step, TOTP_DIGITS, false,
                                  OATH_HOTP_DYNAMIC_TRUNCATION, out);
    if (done != OATH_OK) abort(); /* it fails for digits out of range and without memory */
}

bool totp_use(struct totp *totp, struct slice code, int64_t now_us)
{
    uint64_t now = (uint64_t)(now_us / (TOTP_STEP_S * SECOND_US)), used = 0;
    if (code.len != TOTP_DIGITS || now < TOTP_WINDOW) return false;
    for (uint64_t step = now - TOTP_WINDOW; step <= now + TOTP_WINDOW; step++) {
        char want[TOTP_DIGITS + 1];
        totp_code(totp->secret, step, want);
        bool same = bytes_equal_ct(want, code.at, TOTP_DIGITS);
        if (same && step > totp->step && used == 0) used = step;
        explicit_bzero(want, sizeof want);
    }
    if (used != 0) totp->step = used;
    return used != 0;
}

void totp_secret_put(const struct totp *totp, struct buf *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    _Static_assert(TOTP_SECRET_BYTES % 5 == 0, "no padding");
    for (size_t i = 0; i < TOTP_SECRET_BYTES; i += 5) {
        uint64_t group = 0;
        for (size_t j = 0; j < 5; j++) group = group << 8 | totp->secret[i + j];
        for (int shift = 35; shift >= 0; shift -= 5) buf_byte(out, (uint8_t)alphabet[group >> shift & 31]);
    }
}

static void percent(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.at[i], low = byte | 0x20;
        if ((low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
            byte == '_') {
            buf_byte(out, byte);
        } else {
            buf_print(out, "%%%02X", byte);
        }
    }
}

void totp_uri_put(const struct totp *totp, struct slice issuer, struct slice account, struct buf *out)
{
    buf_text(out, "otpauth://totp/");
    percent(issuer, out);
    buf_byte(out, ':');
    percent(account, out);
    buf_text(out, "?secret=");
    totp_secret_put(totp, out);
    buf_text(out, "&issuer=");
    percent(issuer, out);
}
