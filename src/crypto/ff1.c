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
};

/* radix^length, or 0 if that is more than 2^63. */
static uint64_t power(uint32_t radix, uint32_t length)
{
    wide product = 1;
    for (uint32_t i = 0; i < length; i++) {
        product *= radix;
        if (product > (wide)1 << 63) return 0;
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
                    "2^63 a half",
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
    assert(ff1->taken_bytes <= BLOCK);
    *out = TAKE(ff1);
    return OK;
}

void ff1_free(struct ff1 **ff1)
{
    if (!*ff1) return;
    block_cipher_free(&(*ff1)->cipher);
    free(*ff1);
    *ff1 = NULL;
}

/* What all rounds of one tweak begin with: the cipher's chain over P, and the parts of Q that never change. */
struct chain {
    uint8_t start[BLOCK];
    uint8_t queue[QUEUE_BLOCKS_MAX * BLOCK]; /* tweak, zeros; the round and the number are put at its end */
    size_t blocks;
};

static void chain_make(struct ff1 *ff1, struct slice tweak, struct chain *out)
{
    uint8_t *start = out->start;
    uint32_t length = htobe32(ff1->length), tweak_len = htobe32((uint32_t)tweak.len);
    memcpy(start,
           (const uint8_t[]){1, 2, 1, 0, (uint8_t)(ff1->radix >> 8), (uint8_t)ff1->radix, ROUNDS,
                             (uint8_t)(ff1->length / 2)},
           8);
    memcpy(start + 8, &length, 4);
    memcpy(start + 12, &tweak_len, 4);
    block_cipher_encrypt(ff1->cipher, start, start);
    out->blocks = (tweak.len + 1 + ff1->number_bytes + BLOCK - 1) / BLOCK;
    memset(out->queue, 0, sizeof out->queue);
    if (tweak.len > 0) memcpy(out->queue, tweak.at, tweak.len);
}

/* The round function: for each lane, NUM of the first d bytes of the chain over Q with `round` and its number. */
static void round_run(struct ff1 *ff1, const struct chain *chain, size_t round, const uint64_t *numbers,
                      size_t count, wide *out)
{
    uint8_t lanes[LANES][BLOCK];
    for (size_t i = 0; i < count; i++) memcpy(lanes[i], chain->start, BLOCK);
    for (size_t at = 0; at < chain->blocks; at++) {
        bool last = at + 1 == chain->blocks;
        for (size_t i = 0; i < count; i++) {
            uint8_t block[BLOCK];
            memcpy(block, chain->queue + at * BLOCK, BLOCK);
            if (last) {
                uint64_t number = htobe64(numbers[i]);
                block[BLOCK - 1 - ff1->number_bytes] = (uint8_t)round;
                memcpy(block + BLOCK - ff1->number_bytes, (uint8_t *)&number + 8 - ff1->number_bytes,
                       ff1->number_bytes);
            }
            for (size_t k = 0; k < BLOCK; k++) lanes[i][k] ^= block[k];
        }
        block_cipher_encrypt_each(ff1->cipher, lanes, count);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t high = 0, low = 0;
        memcpy(&high, lanes[i], 8);
        memcpy(&low, lanes[i] + 8, 8);
        out[i] = ((wide)be64toh(high) << 64 | be64toh(low)) >> 8 * (BLOCK - ff1->taken_bytes);
    }
    explicit_bzero(lanes, sizeof lanes);
}

/* (a + b) or (a - b) mod limit, for a below limit. */
static uint64_t sum_mod(uint64_t a, wide b, uint64_t limit)
{
    return (uint64_t)((a + b % limit) % limit);
}

static uint64_t difference_mod(uint64_t a, wide b, uint64_t limit)
{
    return (uint64_t)((a + limit - (uint64_t)(b % limit)) % limit);
}

static void lanes_encrypt(struct ff1 *ff1, const struct chain *chain, struct ff1_halves *texts, size_t count)
{
    uint64_t a[LANES], b[LANES];
    wide y[LANES];
    for (size_t i = 0; i < count; i++) {
        a[i] = texts[i].a;
        b[i] = texts[i].b;
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        round_run(ff1, chain, round, b, count, y);
        for (size_t i = 0; i < count; i++) {
            uint64_t sum = sum_mod(a[i], y[i], ff1->limits[round % 2]);
            a[i] = b[i];
            b[i] = sum;
        }
    }
    for (size_t i = 0; i < count; i++) texts[i] = (struct ff1_halves){a[i], b[i]};
}

static void lanes_decrypt(struct ff1 *ff1, const struct chain *chain, struct ff1_halves *texts, size_t count)
{
    uint64_t a[LANES], b[LANES];
    wide y[LANES];
    for (size_t i = 0; i < count; i++) {
        a[i] = texts[i].a;
        b[i] = texts[i].b;
    }
    for (size_t round = ROUNDS; round-- > 0;) {
        round_run(ff1, chain, round, a, count, y);
        for (size_t i = 0; i < count; i++) {
            uint64_t difference = difference_mod(b[i], y[i], ff1->limits[round % 2]);
            b[i] = a[i];
            a[i] = difference;
        }
    }
    for (size_t i = 0; i < count; i++) texts[i] = (struct ff1_halves){a[i], b[i]};
}

static RESULT texts_run(struct ff1 *ff1, struct slice tweak, struct ff1_halves *texts, size_t count,
                        void (*run)(struct ff1 *, const struct chain *, struct ff1_halves *, size_t))
{
    assert(ff1 && (texts || count == 0));
    if (tweak.len > FF1_TWEAK_BYTES_MAX)
        return FAIL(INVALID, "ff1: a tweak has at most %d bytes", FF1_TWEAK_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].a >= ff1->limits[0] || texts[i].b >= ff1->limits[1]) {
            return FAIL(INVALID, "ff1: a half is out of range");
        }
    }
    struct chain chain;
    chain_make(ff1, tweak, &chain);
    for (size_t at = 0; at < count; at += LANES)
        run(ff1, &chain, texts + at, count - at < LANES ? count - at : LANES);
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
