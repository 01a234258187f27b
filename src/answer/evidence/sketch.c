#include "answer/evidence/sketch.h"

#include <stdlib.h>

struct sip {
    uint64_t a, b, c, d;
};

static inline uint64_t turned(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static inline void sip_round(struct sip *sip)
{
    sip->a += sip->b;
    sip->b = turned(sip->b, 13) ^ sip->a;
    sip->a = turned(sip->a, 32);
    sip->c += sip->d;
    sip->d = turned(sip->d, 16) ^ sip->c;
    sip->a += sip->d;
    sip->d = turned(sip->d, 21) ^ sip->a;
    sip->c += sip->b;
    sip->b = turned(sip->b, 17) ^ sip->c;
    sip->c = turned(sip->c, 32);
}

static inline void sip_take(struct sip *sip, uint64_t word)
{
    sip->d ^= word;
    sip_round(sip);
    sip->a ^= word;
}

static uint64_t word_at(const uint8_t *at, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, at, len);
    return le64toh(word);
}

uint64_t sketch_hash(const uint8_t key[SKETCH_KEY_BYTES], struct slice text)
{
    uint64_t k0 = word_at(key, 8), k1 = word_at(key + 8, 8);
    struct sip sip = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU, k0 ^ 0x6c7967656e657261U,
                      k1 ^ 0x7465646279746573U};
    size_t whole = text.len / 8 * 8;
    for (size_t at = 0; at < whole; at += 8) sip_take(&sip, word_at(text.at + at, 8));
    uint64_t last = text.len > whole ? word_at(text.at + whole, text.len - whole) : 0;
    sip_take(&sip, last | (uint64_t)text.len << 56);
    sip.c ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(&sip);
    return sip.a ^ sip.b ^ sip.c ^ sip.d;
}

static inline uint64_t word_load(const uint8_t *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline uint64_t folded(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t sketch_value(const uint8_t key[SKETCH_KEY_BYTES], struct slice text)
{
    enum { WORD = 8, TWO = 2 * WORD };
    /* As SipHash does, so that a key of zeros multiplies by no zero. */
    const uint64_t k0 = word_load(key) ^ 0x736f6d6570736575U,
                   k1 = word_load(key + WORD) ^ 0x646f72616e646f6dU;
    const uint8_t *at = text.at;
    uint64_t hash = k0 ^ text.len;
    for (size_t left = text.len; left > TWO; left -= TWO, at += TWO)
        hash = folded(word_load(at) ^ k1, word_load(at + WORD) ^ hash);
    size_t left = text.len - (size_t)(at - text.at);
    uint64_t low = 0, high = 0;
    if (text.len >= TWO) { /* the last two words: what was taken before counts again, by the length */
        low = word_load(at + left - TWO);
        high = word_load(at + left - WORD);
    } else if (left >= WORD) {
        low = word_load(at);
        high = word_load(at + left - WORD);
    } else {
        for (size_t i = 0; i < left; i++) low |= (uint64_t)at[i] << i * 8;
    }
    return folded(folded(low ^ k1, high ^ hash) ^ k0, hash ^ k1);
}

uint64_t sketch_row(const uint8_t key[SKETCH_KEY_BYTES], uint64_t sum)
{
    uint64_t bytes = htole64(sum);
    return sketch_hash(key, SLICE_OF(bytes));
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = 0, y = 0;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

void sketch_close(struct sketch *sketch)
{
    size_t kept = 0;
    qsort(sketch->at, sketch->count, sizeof sketch->at[0], by_size);
    for (size_t i = 0; i < sketch->count && kept < SKETCH_SIZE; i++) {
        if (kept == 0 || sketch->at[kept - 1] != sketch->at[i]) sketch->at[kept++] = sketch->at[i];
    }
    sketch->count = sketch->sorted = kept;
}

void sketch_add(struct sketch *sketch, uint64_t hash)
{
    if (sketch->sorted == SKETCH_SIZE && hash >= sketch->at[SKETCH_SIZE - 1]) return;
    sketch->at[sketch->count++] = hash;
    if (sketch->count == COUNT_OF(sketch->at)) sketch_close(sketch);
}

uint64_t sketch_distinct(const struct sketch *sketch)
{
    if (sketch->count < SKETCH_SIZE) return sketch->count;
    uint64_t last = sketch->at[SKETCH_SIZE - 1];
    if (last == 0) return SKETCH_SIZE;
    double share = (double)last / 18446744073709551616.0; /* 2^64: all that a hash can be */
    return (uint64_t)((SKETCH_SIZE - 1) / share);
}

/* Of the lowest hashes of both together: how many are in a, in b, in both. */
struct counts {
    size_t a, b, both;
};

static struct counts lowest(const struct sketch *a, const struct sketch *b)
{
    struct counts counts = {0};
    size_t i = 0, j = 0;
    bool a_whole = a->count < SKETCH_SIZE, b_whole = b->count < SKETCH_SIZE;
    while (i < a->count || j < b->count) {
        /* beyond the end of a sketch that is cut, nothing is known of its file */
        if ((i == a->count && !a_whole) || (j == b->count && !b_whole)) break;
        bool from_a = i < a->count && (j == b->count || a->at[i] <= b->at[j]);
        bool from_b = j < b->count && (i == a->count || b->at[j] <= a->at[i]);
        counts.a += from_a;
        counts.b += from_b;
        counts.both += from_a && from_b;
        i += from_a;
        j += from_b;
    }
    return counts;
}

struct sketch_shares sketch_compare(const struct sketch *a, const struct sketch *b)
{
    struct counts counts = lowest(a, b);
    return (struct sketch_shares){counts.a ? (unsigned)(counts.both * 1000 / counts.a) : 0,
                                  counts.b ? (unsigned)(counts.both * 1000 / counts.b) : 0};
}

void sketch_write(const struct sketch *sketch, struct buf *out)
{
    for (size_t i = 0; i < sketch->count; i++) buf_be64(out, sketch->at[i]);
}

RESULT sketch_read(struct slice bytes, struct sketch *out)
{
    struct cursor cursor = {bytes, false};
    size_t count = bytes.len / sizeof(uint64_t);
    if (bytes.len % sizeof(uint64_t) != 0 || count > SKETCH_SIZE)
        return FAIL(CORRUPT, "evidence: a stored sketch is none");
    for (size_t i = 0; i < count; i++) {
        out->at[i] = cursor_be64(&cursor);
        if (i > 0 && out->at[i] <= out->at[i - 1])
            return FAIL(CORRUPT, "evidence: a stored sketch is not in order");
    }
    out->count = out->sorted = count;
    return OK;
}
