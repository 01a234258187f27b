#include "answer/redress/code.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    BITS = 5,
    RADIX = 1 << BITS,
    FIRST = VOUCHER_NUMERALS / 2,
    SECOND = VOUCHER_NUMERALS - FIRST,
    LANES = 64
};

static const char alphabet[RADIX + 1] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct voucher_codes {
    struct ff1 *ff1;
};

RESULT voucher_codes_new(struct crypto *crypto, const struct secret *key, struct voucher_codes **out)
{
    assert(crypto && key && out);
    SCOPED(voucher_codes_free) struct voucher_codes *codes = calloc(1, sizeof *codes);
    if (!codes) return FAIL(UNAVAILABLE, "vouchers: out of memory");
    TRY(ff1_new(crypto, key, RADIX, VOUCHER_NUMERALS, &codes->ff1));
    *out = TAKE(codes);
    return OK;
}

void voucher_codes_free(struct voucher_codes **codes)
{
    if (!*codes) return;
    ff1_free(&(*codes)->ff1);
    free(*codes);
    *codes = NULL;
}

struct tweak {
    uint32_t campaign, part, version; /* big-endian */
};

static struct tweak tweak_of(struct code_of of)
{
    return (struct tweak){htobe32(of.campaign), htobe32(of.part), htobe32(of.version)};
}

/* Damm's interim digit after one more numeral: twice their sum in GF(2^5). It is 0 behind a good check symbol. */
static uint32_t damm_step(uint32_t interim, uint32_t numeral)
{
    uint32_t doubled = (interim ^ numeral) << 1;
    return doubled & RADIX ? doubled ^ (RADIX | 5) : doubled;
}

static uint32_t numeral_at(const struct ff1_halves *numerals, size_t at)
{
    uint64_t half = at < FIRST ? numerals->a : numerals->b;
    size_t behind = at < FIRST ? FIRST - 1 - at : VOUCHER_NUMERALS - 1 - at;
    return (uint32_t)(half >> (BITS * behind)) & (RADIX - 1);
}

static void text_write(const struct ff1_halves *numerals, char out[VOUCHER_TEXT_BYTES])
{
    uint32_t check = 0;
    for (size_t i = 0; i < VOUCHER_SYMBOLS; i++) {
        uint32_t numeral = i < VOUCHER_NUMERALS ? numeral_at(numerals, i) : check;
        check = damm_step(check, numeral);
        out[i + i / 4] = alphabet[numeral];
        if (i % 4 == 3 && i + 1 < VOUCHER_SYMBOLS) out[i + i / 4 + 1] = '-';
    }
    assert(check == 0);
}

RESULT voucher_codes_make(struct voucher_codes *codes, struct code_of of, uint64_t first, size_t count,
                          char (*out)[VOUCHER_TEXT_BYTES])
{
    assert(codes && (out || count == 0));
    const uint64_t most = UINT64_C(1) << VOUCHER_SERIALS_LOG2;
    if (first > most || count > most - first) {
        return FAIL(INVALID, "vouchers: a part of a campaign has at most %llu of them; make another campaign",
                    (unsigned long long)most);
    }
    const struct tweak tweak = tweak_of(of);
    for (size_t at = 0; at < count; at += LANES) {
        struct ff1_halves texts[LANES];
        size_t lanes = count - at < LANES ? count - at : LANES;
        for (size_t i = 0; i < lanes; i++) texts[i] = (struct ff1_halves){0, first + at + i};
        TRY(ff1_encrypt(codes->ff1, SLICE_OF(tweak), texts, lanes));
        for (size_t i = 0; i < lanes; i++) text_write(&texts[i], out[at + i]);
        explicit_bzero(texts, sizeof texts);
    }
    return OK;
}

/* The numeral of a symbol as people type it; RADIX for none. Of letters, capital or not, from A on. */
static uint32_t numeral_of(uint8_t symbol)
{
    static const uint8_t letters[26] = {10, 11, 12, 13, 14, 15, 16, 17,    1,  18, 19, 1,  20,
                                        21, 0,  22, 23, 24, 25, 26, RADIX, 27, 28, 29, 30, 31};
    uint8_t capital = symbol & 0xdf;
    if (symbol >= '0' && symbol <= '9') return symbol - '0';
    return capital >= 'A' && capital <= 'Z' ? letters[capital - 'A'] : RADIX;
}

enum typed code_typed(struct slice text, struct ff1_halves *out)
{
    struct ff1_halves numerals = {0, 0};
    size_t count = 0;
    uint32_t check = 0;
    if (text.len > VOUCHER_TYPED_BYTES_MAX) return TYPED_LENGTH;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == ' ' || text.at[i] == '-') continue;
        uint32_t numeral = numeral_of(text.at[i]);
        if (numeral == RADIX) return TYPED_SYMBOL;
        if (count < FIRST) {
            numerals.a = numerals.a << BITS | numeral;
        } else if (count < VOUCHER_NUMERALS) {
            numerals.b = numerals.b << BITS | numeral;
        }
        check = damm_step(check, numeral);
        count++;
    }
    if (count != VOUCHER_SYMBOLS) return TYPED_LENGTH;
    if (check != 0) return TYPED_SLIP;
    *out = numerals;
    return TYPED_CODE;
}

RESULT voucher_codes_serial(struct voucher_codes *codes, struct code_of of, struct ff1_halves numerals,
                            uint64_t issued, uint64_t *out)
{
    assert(codes && out && issued <= UINT64_C(1) << VOUCHER_SERIALS_LOG2);
    const struct tweak tweak = tweak_of(of);
    TRY(ff1_decrypt(codes->ff1, SLICE_OF(tweak), &numerals, 1));
    if (numerals.a != 0 || numerals.b >= issued)
        return FAIL(NOT_FOUND, "voucher: no such code; check it with whoever sent it");
    *out = numerals.b;
    return OK;
}
