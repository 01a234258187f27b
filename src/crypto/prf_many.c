/* HMAC-SHA-256 of many short inputs, four at a time, or sixteen (prf_wide.c). FIPS 180-4, RFC 2104. */
#include "crypto/crypto_priv.h"

#include <assert.h>
#include <string.h>

const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void run_each(const struct prf *prf, uint8_t first, const struct slice *inputs, size_t count,
                     struct hash *out)
{
    for (size_t i = 0; i < count; i++) {
        const struct slice parts[] = {{&first, 1}, inputs[i]};
        prf_run(prf, parts, COUNT_OF(parts), &out[i]);
    }
}

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

enum { LANES = 4, BLOCK = SHA256_CBLOCK, LENGTH_BYTES = 8 };
_Static_assert(PRF_SHORT_BYTES == BLOCK - LENGTH_BYTES - 2,
               "one block holds it with the first byte and the mark");

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* A state as the instructions want it: a b e f, and c d g h. */
struct lanes {
    __m128i abef[LANES], cdgh[LANES];
};

TARGET static inline void state_load(const uint32_t h[8], __m128i *abef, __m128i *cdgh)
{
    __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)h);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(h + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    *abef = _mm_alignr_epi8(cdab, efgh, 8);
    *cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

/* As the 32 bytes of the hash. */
TARGET static inline void state_put(__m128i abef, __m128i cdgh, uint8_t out[HASH_BYTES])
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    __m128i dcba = _mm_blend_epi16(feba, dchg, 0xf0), hgfe = _mm_alignr_epi8(dchg, feba, 8);
    _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(dcba, swap));
    _mm_storeu_si128((__m128i *)(void *)(out + 16), _mm_shuffle_epi8(hgfe, swap));
}

/*
 * Four rounds in each lane, written out: the lanes stand beside each other so that one works while another waits. Of the
 * words that follow, half a step is made in each of three steps.
 */
#define LANE_ROUNDS(lane, now, next, last, constants, makes_next, makes_later)                    \
    do {                                                                                          \
        __m128i sum = _mm_add_epi32(now[lane], constants);                                        \
        cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], sum);                          \
        if (makes_next) {                                                                         \
            next[lane] = _mm_add_epi32(next[lane], _mm_alignr_epi8(now[lane], last[lane], 4));    \
            next[lane] = _mm_sha256msg2_epu32(next[lane], now[lane]);                             \
        }                                                                                         \
        abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(sum, 0x0e)); \
        if (makes_later) last[lane] = _mm_sha256msg1_epu32(last[lane], now[lane]);                \
    } while (0)

#define ROUNDS(step, now, next, last)                                                                       \
    do {                                                                                                    \
        const __m128i constants =                                                                           \
            _mm_loadu_si128((const __m128i *)(const void *)(sha256_constants + (size_t)(step)*4));          \
        LANE_ROUNDS(0, now, next, last, constants, (step) >= 3 && (step) < 15, (step) >= 1 && (step) < 13); \
        LANE_ROUNDS(1, now, next, last, constants, (step) >= 3 && (step) < 15, (step) >= 1 && (step) < 13); \
        LANE_ROUNDS(2, now, next, last, constants, (step) >= 3 && (step) < 15, (step) >= 1 && (step) < 13); \
        LANE_ROUNDS(3, now, next, last, constants, (step) >= 3 && (step) < 15, (step) >= 1 && (step) < 13); \
    } while (0)

TARGET static inline void words_load(uint8_t blocks[LANES][BLOCK], size_t at, __m128i out[LANES])
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (size_t lane = 0; lane < LANES; lane++)
        out[lane] =
            _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(blocks[lane] + at)), swap);
}

/* One block in each lane. NOLINTNEXTLINE(readability-function-size): the macros above write it out */
TARGET static void compress(struct lanes *state, uint8_t blocks[LANES][BLOCK])
{
    __m128i a[LANES], b[LANES], c[LANES], d[LANES], abef[LANES], cdgh[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        abef[lane] = state->abef[lane];
        cdgh[lane] = state->cdgh[lane];
    }
    words_load(blocks, 0, a);
    words_load(blocks, 16, b);
    words_load(blocks, 32, c);
    words_load(blocks, 48, d);
    ROUNDS(0, a, b, d);
    ROUNDS(1, b, c, a);
    ROUNDS(2, c, d, b);
    ROUNDS(3, d, a, c);
    ROUNDS(4, a, b, d);
    ROUNDS(5, b, c, a);
    ROUNDS(6, c, d, b);
    ROUNDS(7, d, a, c);
    ROUNDS(8, a, b, d);
    ROUNDS(9, b, c, a);
    ROUNDS(10, c, d, b);
    ROUNDS(11, d, a, c);
    ROUNDS(12, a, b, d);
    ROUNDS(13, b, c, a);
    ROUNDS(14, c, d, b);
    ROUNDS(15, d, a, c);
    for (size_t lane = 0; lane < LANES; lane++) {
        state->abef[lane] = _mm_add_epi32(state->abef[lane], abef[lane]);
        state->cdgh[lane] = _mm_add_epi32(state->cdgh[lane], cdgh[lane]);
    }
}

/* The last block of a message of `len` bytes that stand in it, behind one block more. */
static void block_close(uint8_t block[BLOCK], size_t len)
{
    block[len] = 0x80;
    memset(block + len + 1, 0, BLOCK - len - 1);
    be64_put(block + BLOCK - LENGTH_BYTES, (BLOCK + len) * 8);
}

TARGET static void run_four(const struct prf *prf, uint8_t first, const struct slice inputs[LANES],
                            struct hash out[LANES])
{
    uint8_t blocks[LANES][BLOCK];
    struct lanes state;
    for (size_t lane = 0; lane < LANES; lane++) {
        assert(inputs[lane].len <= PRF_SHORT_BYTES);
        blocks[lane][0] = first;
        if (inputs[lane].len > 0) memcpy(blocks[lane] + 1, inputs[lane].at, inputs[lane].len);
        block_close(blocks[lane], inputs[lane].len + 1);
        state_load(prf->inner.h, &state.abef[lane], &state.cdgh[lane]);
    }
    compress(&state, blocks);
    for (size_t lane = 0; lane < LANES; lane++) {
        state_put(state.abef[lane], state.cdgh[lane], blocks[lane]);
        block_close(blocks[lane], HASH_BYTES);
        state_load(prf->outer.h, &state.abef[lane], &state.cdgh[lane]);
    }
    compress(&state, blocks);
    for (size_t lane = 0; lane < LANES; lane++)
        state_put(state.abef[lane], state.cdgh[lane], out[lane].bytes);
    explicit_bzero(blocks, sizeof blocks);
}

bool sha_instructions(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0, more_a = 0, more_b = 0, more_c = 0, more_d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &more_a, &more_b, &more_c, &more_d))
        return false;
    return (c & bit_SSSE3) && (c & bit_SSE4_1) && (more_b & bit_SHA);
}

static bool all_short(const struct slice inputs[PRF_WIDE])
{
    bool all = true;
    for (size_t lane = 0; lane < PRF_WIDE; lane++) all = all && inputs[lane].len <= PRF_SHORT_BYTES;
    return all;
}

/* Of `filled` short ones; behind them in `inputs` stand empty ones. */
static void run_short(const struct prf *prf, uint8_t first, const struct slice inputs[PRF_WIDE],
                      size_t filled, struct hash out[PRF_WIDE])
{
    if (prf->wide && filled > PRF_WIDE / 2) {
        prf_run_wide(prf, first, inputs, out);
        return;
    }
    for (size_t at = 0; at < filled; at += LANES) run_four(prf, first, inputs + at, out + at);
}

/* Short ones are gathered among the others. */
static void run_mixed(const struct prf *prf, uint8_t first, const struct slice *inputs, size_t count,
                      struct hash *out)
{
    static const uint8_t none;
    struct slice some[PRF_WIDE];
    struct hash got[PRF_WIDE];
    size_t place[PRF_WIDE], filled = 0;
    for (size_t i = 0; i <= count; i++) {
        bool short_one = i < count && inputs[i].len <= PRF_SHORT_BYTES;
        if (short_one) {
            place[filled] = i;
            some[filled++] = inputs[i];
        } else if (i < count) {
            run_each(prf, first, &inputs[i], 1, &out[i]);
        }
        if (filled == 0 || (filled < PRF_WIDE && i < count)) continue;
        for (size_t rest = filled; rest < PRF_WIDE; rest++) some[rest] = (struct slice){&none, 0};
        run_short(prf, first, some, filled, got);
        for (size_t lane = 0; lane < filled; lane++) out[place[lane]] = got[lane];
        filled = 0;
    }
}

void prf_run_many(const struct prf *prf, uint8_t first, const struct slice *inputs, size_t count,
                  struct hash *out)
{
    if (!prf->quick) {
        run_each(prf, first, inputs, count, out);
        return;
    }
    size_t at = 0;
    for (; count - at >= PRF_WIDE && all_short(inputs + at); at += PRF_WIDE) /* nearly always all */
        run_short(prf, first, inputs + at, PRF_WIDE, out + at);
    run_mixed(prf, first, inputs + at, count - at, out + at);
}

#else

bool sha_instructions(void)
{
    return false;
}

void prf_run_many(const struct prf *prf, uint8_t first, const struct slice *inputs, size_t count,
                  struct hash *out)
{
    run_each(prf, first, inputs, count, out);
}

#endif
