/*
 * HMAC-SHA-256 of sixteen short inputs at once, one in each lane of AVX-512. FIPS 180-4, RFC 2104. prf_many.c asks for it,
 * and keeps to four at a time where the processor lacks it.
 */
#include "crypto/crypto_priv.h"

#ifdef __x86_64__

#include <assert.h>
#include <immintrin.h>
#include <string.h>

/* gcc 12's address sanitizer puts locals where they are not aligned to 64 bytes, and stores as if they were (its bug 110027). */
#define TARGET __attribute__((target("avx512f,avx512bw"), no_sanitize_address))

enum { STATE = 8, WORDS = 16, STEPS = 64, BLOCK_BYTES = 64, LENGTH_BYTES = 8, LENGTH_WORD = 15, BITS = 8 };

struct wide_state {
    __m512i word[STATE];
};

TARGET static inline __m512i small_sigma(__m512i x, bool first)
{
    enum { XOR_OF_THREE = 0x96 };
    __m512i a = first ? _mm512_ror_epi32(x, 7) : _mm512_ror_epi32(x, 17);
    __m512i b = first ? _mm512_ror_epi32(x, 18) : _mm512_ror_epi32(x, 19);
    __m512i c = first ? _mm512_srli_epi32(x, 3) : _mm512_srli_epi32(x, 10);
    return _mm512_ternarylogic_epi32(a, b, c, XOR_OF_THREE);
}

TARGET static inline __m512i large_sigma(__m512i x, bool first)
{
    enum { XOR_OF_THREE = 0x96 };
    __m512i a = first ? _mm512_ror_epi32(x, 2) : _mm512_ror_epi32(x, 6);
    __m512i b = first ? _mm512_ror_epi32(x, 13) : _mm512_ror_epi32(x, 11);
    __m512i c = first ? _mm512_ror_epi32(x, 22) : _mm512_ror_epi32(x, 25);
    return _mm512_ternarylogic_epi32(a, b, c, XOR_OF_THREE);
}

/* One block of each lane, `words` as numbers; they are used up. */
TARGET static void compress_wide(struct wide_state *state, __m512i words[WORDS])
{
    enum { CHOOSE = 0xca, MAJORITY = 0xe8 };
    __m512i a = state->word[0], b = state->word[1], c = state->word[2], d = state->word[3],
            e = state->word[4], f = state->word[5], g = state->word[6], h = state->word[7];
#pragma GCC unroll 16
    for (size_t step = 0; step < STEPS; step++) {
        __m512i *word = &words[step % WORDS];
        if (step >= WORDS) {
            __m512i from = _mm512_add_epi32(small_sigma(words[(step + 1) % WORDS], true),
                                            small_sigma(words[(step + 14) % WORDS], false));
            *word = _mm512_add_epi32(_mm512_add_epi32(*word, words[(step + 9) % WORDS]), from);
        }
        __m512i given = _mm512_add_epi32(*word, _mm512_set1_epi32((int)sha256_constants[step]));
        __m512i one = _mm512_add_epi32(_mm512_add_epi32(h, large_sigma(e, false)),
                                       _mm512_add_epi32(_mm512_ternarylogic_epi32(e, f, g, CHOOSE), given));
        __m512i two = _mm512_add_epi32(large_sigma(a, true), _mm512_ternarylogic_epi32(a, b, c, MAJORITY));
        h = g;
        g = f;
        f = e;
        e = _mm512_add_epi32(d, one);
        d = c;
        c = b;
        b = a;
        a = _mm512_add_epi32(one, two);
    }
    const __m512i add[STATE] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < STATE; i++) state->word[i] = _mm512_add_epi32(state->word[i], add[i]);
}

TARGET static inline __m512i swapped(__m512i words)
{
    const __m512i order = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    return _mm512_shuffle_epi8(words, order);
}

TARGET static void state_set(const uint32_t h[STATE], struct wide_state *out)
{
    for (size_t i = 0; i < STATE; i++) out->word[i] = _mm512_set1_epi32((int)h[i]);
}

/*
 * What stands in the sixteen blocks, a word of each beside each other: sixteen rows become columns, first within each
 * quarter of a register, then the quarters among each other.
 */
TARGET static void words_gather(uint8_t blocks[PRF_WIDE][BLOCK_BYTES], __m512i out[WORDS])
{
    enum { EVEN = 0x88, ODD = 0xdd, FOUR = 4 };
    __m512i rows[WORDS];
    for (size_t i = 0; i < WORDS; i++) rows[i] = swapped(_mm512_loadu_si512(blocks[i]));
    for (size_t i = 0; i < WORDS; i += FOUR) {
        __m512i a = _mm512_unpacklo_epi32(rows[i], rows[i + 1]),
                b = _mm512_unpackhi_epi32(rows[i], rows[i + 1]),
                c = _mm512_unpacklo_epi32(rows[i + 2], rows[i + 3]),
                d = _mm512_unpackhi_epi32(rows[i + 2], rows[i + 3]);
        rows[i] = _mm512_unpacklo_epi64(a, c);
        rows[i + 1] = _mm512_unpackhi_epi64(a, c);
        rows[i + 2] = _mm512_unpacklo_epi64(b, d);
        rows[i + 3] = _mm512_unpackhi_epi64(b, d);
    }
    for (size_t i = 0; i < FOUR; i++) {
        __m512i a = _mm512_shuffle_i32x4(rows[i], rows[i + 4], EVEN),
                b = _mm512_shuffle_i32x4(rows[i], rows[i + 4], ODD),
                c = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], EVEN),
                d = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], ODD);
        out[i] = _mm512_shuffle_i32x4(a, c, EVEN);
        out[i + 4] = _mm512_shuffle_i32x4(b, d, EVEN);
        out[i + 8] = _mm512_shuffle_i32x4(a, c, ODD);
        out[i + 12] = _mm512_shuffle_i32x4(b, d, ODD);
    }
}

TARGET void prf_run_wide(const struct prf *prf, uint8_t first, const struct slice inputs[PRF_WIDE],
                         struct hash out[PRF_WIDE])
{
    uint8_t blocks[PRF_WIDE][BLOCK_BYTES];
    struct wide_state state;
    __m512i words[WORDS];
    memset(blocks, 0, sizeof blocks);
    for (size_t lane = 0; lane < PRF_WIDE; lane++) {
        size_t len = inputs[lane].len + 1;
        assert(len < BLOCK_BYTES - LENGTH_BYTES);
        blocks[lane][0] = first;
        if (len > 1) memcpy(blocks[lane] + 1, inputs[lane].at, len - 1);
        blocks[lane][len] = 0x80;
        be64_put(blocks[lane] + BLOCK_BYTES - LENGTH_BYTES, (BLOCK_BYTES + len) * BITS);
    }
    words_gather(blocks, words);
    state_set(prf->inner.h, &state);
    compress_wide(&state, words);

    memcpy(words, state.word,
           sizeof state.word); /* the inner hash, then the mark, zeros and the length in bits */
    words[STATE] = _mm512_set1_epi32((int)0x80000000U);
    for (size_t i = STATE + 1; i < LENGTH_WORD; i++) words[i] = _mm512_setzero_si512();
    words[LENGTH_WORD] = _mm512_set1_epi32((BLOCK_BYTES + HASH_BYTES) * BITS);
    state_set(prf->outer.h, &state);
    compress_wide(&state, words);

    uint32_t got[STATE][PRF_WIDE];
    for (size_t i = 0; i < STATE; i++) _mm512_storeu_si512(got[i], swapped(state.word[i]));
    for (size_t lane = 0; lane < PRF_WIDE; lane++) {
        for (size_t i = 0; i < STATE; i++)
            memcpy(out[lane].bytes + i * sizeof(uint32_t), &got[i][lane], sizeof(uint32_t));
    }
    explicit_bzero(blocks, sizeof blocks);
}

bool sha_wide(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

#else

bool sha_wide(void)
{
    return false;
}

#endif
