#include "crypto/ff1.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 10,
    BLOCK = 16,
    LANES = 64, /* strings that go through the cipher together: enough to keep its pipeline full */
    QUEUE_BLOCKS_MAX = (FF1_TWEAK_BYTES_MAX + 1 + 8 + BLOCK - 1) / BLOCK
};

__extension__ typedef unsigned __int128 wide;

struct ff1 {
    struct block_cipher *cipher;
    uint32_t radix, length;
    uint64_t limits[2]; /* radix^u and radix^v: one more than the highest number of each half */
    uint32_t number_bytes, taken_bytes; /* b and d of the standard */
    bool chained;                       /* what follows is of this tweak */
    uint8_t tweak[FF1_TWEAK_BYTES_MAX];
    size_t tweak_len;
    uint64_t start[2];
    uint8_t lanes[LANES][BLOCK]; /* of a round: on the stack it would be cleared each time */
};

/* radix^length, or 0 if that is more than 2^56: a half fills at most seven bytes, the round's number the eighth. */
static uint64_t power(uint32_t radix, uint32_t length)
{
    wide product = 1;
    for (uint32_t i = 0; i < length; i++) {
        product *= radix;
        if (product > (wide)1 << 56) return 0;
    }
    return (uint64_t)product;
}

RESULT ff1_new(struct crypto *crypto, const struct secret *key, uint32_t radix, uint32_t length,
               struct ff1 **out)
{
    assert(crypto && key && out);
    uint64_t first = power(radix, length / 2), second = power(radix, length - length / 2);
    if (radix < 2 || radix > UINT16_MAX || length < 2 || !second || (wide)first * second < FF1_DOMAIN_MIN) {
        return FAIL(INVALID,
                    "ff1: %u numerals of radix %u are too few or too many; a million strings at least, and "
                    "2^56 a half",
                    length, radix);
    }
    SCOPED(ff1_free) struct ff1 *ff1 = calloc(1, sizeof *ff1);
    if (!ff1) return FAIL(UNAVAILABLE, "ff1: out of memory");
    TRY(block_cipher_new(crypto, key, &ff1->cipher));
    ff1->radix = radix;
    ff1->length = length;
    ff1->limits[0] = first;
    ff1->limits[1] = second;
    ff1->number_bytes = (64u - (uint32_t)__builtin_clzll(second - 1) + 7) / 8;
    ff1->taken_bytes = 4 * ((ff1->number_bytes + 3) / 4) + 4;
    assert(ff1->number_bytes <= 7 && ff1->taken_bytes <= BLOCK);
    *out = TAKE(ff1);
    return OK;
}

void ff1_free(struct ff1 **ff1)
{
    if (!*ff1) return;
    block_cipher_free(&(*ff1)->cipher);
    explicit_bzero(*ff1, sizeof **ff1); /* rounds of the last strings are in its lanes */
    free(*ff1);
    *ff1 = NULL;
}

/*
 * What all rounds of one tweak begin with: the cipher's chain over P and over what of Q never changes, up to the last
 * block, with the unchanging part of that block already in it. A round adds its number and its half, and enciphers once.
 */
static void chain_make(struct ff1 *ff1, struct slice tweak)
{
    uint8_t block[BLOCK], queue[QUEUE_BLOCKS_MAX * BLOCK] = {0};
    uint32_t length = htobe32(ff1->length), tweak_len = htobe32((uint32_t)tweak.len);
    size_t blocks = (tweak.len + 1 + ff1->number_bytes + BLOCK - 1) / BLOCK;
    if (ff1->chained && slice_equal(tweak, (struct slice){ff1->tweak, ff1->tweak_len})) return;
    memcpy(block,
           (const uint8_t[]){1, 2, 1, 0, (uint8_t)(ff1->radix >> 8), (uint8_t)ff1->radix, ROUNDS,
                             (uint8_t)(ff1->length / 2)},
           8);
    memcpy(block + 8, &length, 4);
    memcpy(block + 12, &tweak_len, 4);
    if (tweak.len > 0) memcpy(queue, tweak.at, tweak.len);
    for (size_t at = 0; at < blocks; at++) {
        block_cipher_encrypt(ff1->cipher, block, block);
        for (size_t i = 0; i < BLOCK; i++) block[i] ^= queue[at * BLOCK + i];
    }
    ff1->start[0] = be64_get(block);
    ff1->start[1] = be64_get(block + 8);
    if (tweak.len > 0) memcpy(ff1->tweak, tweak.at, tweak.len);
    ff1->tweak_len = tweak.len;
    ff1->chained = true;
    explicit_bzero(block, sizeof block);
}

/* The round function: for each lane, NUM of the first d bytes of the chain over Q with `round` and its number. */
static void round_run(struct ff1 *ff1, uint64_t round, const struct ff1_halves *texts, size_t count,
                      bool second)
{
    uint64_t last = ff1->start[1] ^ round << 8 * ff1->number_bytes;
    for (size_t i = 0; i < count; i++) {
        be64_put(ff1->lanes[i], ff1->start[0]);
        be64_put(ff1->lanes[i] + 8, last ^ (second ? texts[i].b : texts[i].a));
    }
    block_cipher_encrypt_each(ff1->cipher, ff1->lanes, count);
}

/* What the last round gave lane `i`, mod limit. */
static uint64_t round_mod(const struct ff1 *ff1, size_t i, uint64_t limit)
{
    const uint8_t *lane = ff1->lanes[i];
    wide number = ((wide)be64_get(lane) << 64 | be64_get(lane + 8)) >> 8 * (BLOCK - ff1->taken_bytes);
    bool binary = (limit & (limit - 1)) == 0; /* a division of 128 bits takes longer than the cipher */
    return binary ? (uint64_t)number & (limit - 1) : (uint64_t)(number % limit);
}

/* A sum of two numbers up to the limit, at most 2^57: brought below it. */
static uint64_t below(uint64_t sum, uint64_t limit)
{
    return sum >= limit ? sum - limit : sum;
}

static void lanes_encrypt(struct ff1 *ff1, struct ff1_halves *texts, size_t count)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        uint64_t limit = ff1->limits[round % 2];
        round_run(ff1, round, texts, count, true);
        for (size_t i = 0; i < count; i++) {
            uint64_t sum = below(texts[i].a + round_mod(ff1, i, limit), limit);
            texts[i] = (struct ff1_halves){texts[i].b, sum};
        }
    }
}

static void lanes_decrypt(struct ff1 *ff1, struct ff1_halves *texts, size_t count)
{
    for (size_t round = ROUNDS; round-- > 0;) {
        uint64_t limit = ff1->limits[round % 2];
        round_run(ff1, round, texts, count, false);
        for (size_t i = 0; i < count; i++) {
            uint64_t difference = below(texts[i].b + limit - round_mod(ff1, i, limit), limit);
            texts[i] = (struct ff1_halves){difference, texts[i].a};
        }
    }
}

static RESULT texts_run(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count,
                        void (*run)(struct ff1 *, struct ff1_halves *, size_t))
{
    assert(ff1 && (texts || count == 0));
    if (tweak.len > FF1_TWEAK_BYTES_MAX)
        return FAIL(INVALID, "ff1: a tweak has at most %d bytes", FF1_TWEAK_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].a >= ff1->limits[0] || texts[i].b >= ff1->limits[1]) {
            return FAIL(INVALID, "ff1: a half is out of range");
        }
    }
    chain_make(ff1, tweak);
    for (size_t at = 0; at < count; at += LANES)
        run(ff1, texts + at, count - at < LANES ? count - at : LANES);
    explicit_bzero(ff1->lanes, (count < LANES ? count : LANES) * BLOCK);
    return OK;
}

RESULT ff1_encrypt(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count)
{
    return texts_run(ff1, tweak, texts, count, lanes_encrypt);
}

RESULT ff1_decrypt(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count)
{
    return texts_run(ff1, tweak, texts, count, lanes_decrypt);
}
