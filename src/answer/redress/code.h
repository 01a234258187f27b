/*
 * Voucher codes: computed from a campaign's key and a serial, never stored. A code is fifteen numerals of radix 32, the
 * serial under FF1, and a check symbol: `K3QF-81ZB-0TCA-9XGM`.
 *
 * Most of the 2^75 strings are nobody's: with 2^27 serials given out a guess hits once in 2^48. Must never log a code.
 * Main calls: voucher_codes_make(), code_typed(), voucher_codes_serial(). Example:
 *     if (code_typed(typed, &numerals) == TYPED_SLIP) …;   TRY(voucher_codes_serial(codes, of, numerals, issued, &serial));
 *
 * Source: NIST SP 800-38G rev. 1 (FF1); H. Damm, "Total anti-symmetrische Quasigruppen" (2004), example 5.2, over
 * GF(2^5) with x^5 + x^2 + 1; D. Crockford, "Base 32", for the alphabet.
 */
#ifndef AMN_ANSWER_REDRESS_CODE_H
#define AMN_ANSWER_REDRESS_CODE_H

#include "crypto/ff1.h"

enum {
    VOUCHER_NUMERALS = 15,
    VOUCHER_SYMBOLS = VOUCHER_NUMERALS + 1,
    VOUCHER_TEXT_BYTES = VOUCHER_SYMBOLS + 3, /* three hyphens, no end mark */
    VOUCHER_TYPED_BYTES_MAX = 64,
    VOUCHER_SERIALS_LOG2 = 27 /* of one campaign, part and key version */
};

/* Whose codes: each combination has a permutation of its own. */
struct code_of {
    uint32_t campaign, part, version;
};

struct voucher_codes;

RESULT voucher_codes_new(struct crypto *crypto, const struct secret *key,
                         struct voucher_codes **out); /* UNAVAILABLE */
void voucher_codes_free(struct voucher_codes **codes);

/**
 * The codes of `count` serials from `first` on.
 *
 * @param first  from 0; first + count at most 2^27, else INVALID
 * @param out    count texts of VOUCHER_TEXT_BYTES, in capitals, four groups of four; the caller wipes them
 * Cost: about 0.07 us a code.
 */
RESULT voucher_codes_make(struct voucher_codes *codes, struct code_of of, uint64_t first, size_t count,
                          char (*out)[VOUCHER_TEXT_BYTES]);

/* What somebody typed. Spaces and hyphens are passed over; i and l are 1, o is 0; capitals and small letters are alike. */
enum typed {
    TYPED_CODE,   /* the check symbol fits: a code of ours, or somebody's guess */
    TYPED_LENGTH, /* too few or too many symbols */
    TYPED_SYMBOL, /* a symbol that no code has */
    TYPED_SLIP    /* one symbol is wrong, or two neighbours changed places: every such slip is found */
};
enum typed code_typed(struct slice text, struct ff1_halves *out);

/* The serial below `issued` that has these numerals; NOT_FOUND when none has. About 0.3 us, the same for every answer. */
RESULT voucher_codes_serial(struct voucher_codes *codes, struct code_of of, struct ff1_halves numerals,
                            uint64_t issued, uint64_t *out);

#endif
