#include "keep/access/challenge.h"

#include "keep/shop.h"

#include <string.h>

enum { MAC_BYTES = 16, NONCE_BYTES = SESSION_ONCE_BYTES + MAC_BYTES, NONCE_TEXT_BYTES = 44 };

/* The whole text of those random bytes and that end. */
static void text_put(struct shop *shop, struct slice key_id, const uint8_t once[SESSION_ONCE_BYTES],
                     uint64_t until_s, struct buf *out)
{
    uint8_t nonce[NONCE_BYTES], until[8];
    struct hash mac = {{0}};
    be64_put(until, until_s);
    const struct slice parts[] = {SLICE_TEXT("challenge"),
                                  {session_boot(shop), SESSION_BOOT_BYTES},
                                  SLICE_OF(until),
                                  {once, SESSION_ONCE_BYTES},
                                  key_id};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &mac);
    memcpy(nonce, once, SESSION_ONCE_BYTES);
    memcpy(nonce + SESSION_ONCE_BYTES, mac.bytes, MAC_BYTES);
    buf_text(out, "amanah session 1 ");
    buf_slice_put(out, keyring_origin(shop->keyring));
    buf_byte(out, ' ');
    buf_slice_put(out, key_id);
    buf_byte(out, ' ');
    base64_put(out, SLICE_OF(nonce));
    buf_byte(out, ' ');
    buf_decimal(out, until_s);
}

void challenge_put(struct shop *shop, struct slice key_id, int64_t now_us, struct buf *out,
                   int64_t *expires_us)
{
    uint8_t once[SESSION_ONCE_BYTES];
    uint64_t until_s = (uint64_t)(sessions_now(shop->sessions, now_us) / SECOND_US) + CHALLENGE_S;
    crypto_random(shop->crypto, once, sizeof once);
    text_put(shop, key_id, once, until_s, out);
    *expires_us = (int64_t)until_s * SECOND_US;
}

/* The last word of a text, which is cut off it; false when there is none. */
static bool last_word(struct slice *text, struct slice *out)
{
    size_t start = text->len;
    while (start > 0 && text->at[start - 1] != ' ') start--;
    if (start == 0) return false;
    *out = slice_from(*text, start);
    text->len = start - 1;
    return true;
}

static bool seconds_get(struct slice word, uint64_t *out)
{
    uint64_t number = 0;
    if (word.len == 0 || word.len > 12) return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9') return false;
        number = number * 10 + (word.at[i] - '0');
    }
    *out = number;
    return true;
}

/* The two words that differ are read, and the text is made anew of them: so there is one spelling of each. */
bool challenge_good(struct shop *shop, struct slice key_id, struct slice text, int64_t now_us,
                    uint8_t once[SESSION_ONCE_BYTES])
{
    SCOPED(buf_done) struct buf nonce = {0}, same = {0};
    struct slice rest = text, word = {0};
    uint64_t until_s = 0, now_s = (uint64_t)(sessions_now(shop->sessions, now_us) / SECOND_US);
    if (!last_word(&rest, &word) || !seconds_get(word, &until_s)) return false;
    if (!last_word(&rest, &word) || word.len != NONCE_TEXT_BYTES) return false;
    if (base64_get(word, &nonce).code != CODE_OK || nonce.len != NONCE_BYTES) return false;
    text_put(shop, key_id, nonce.at, until_s, &same);
    bool good = same.len == text.len && bytes_equal_ct(same.at, text.at, text.len);
    if (!good || now_s >= until_s || until_s - now_s > CHALLENGE_S) return false;
    memcpy(once, nonce.at, SESSION_ONCE_BYTES);
    return true;
}
