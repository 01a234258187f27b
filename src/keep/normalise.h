/*
 * Normalise: one form for each personal value, so that the same mailbox, telephone or number gives the same index tag
 * whoever wrote it and however.
 *
 * The form does not depend on the country where the value itself tells it; the country decides what a national form
 * means. Must never put a value into an error text. Main call: normalise(). Example:
 *     TRY(normalise(NORMALISE_PHONE, SLICE_TEXT("010-1234-5678"), SLICE_TEXT("KR"), &out));   +821012345678
 */
#ifndef AMN_KEEP_NORMALISE_H
#define AMN_KEEP_NORMALISE_H

#include "base/bytes.h"

/* Goes into every index tag; raise it when any form changes, and old tags are made again. */
enum { NORMALISER_VERSION = 1 };

/* Bytes of the longest value each takes, after trimming; NORMALISE_TEXT and _NONE leave the bound to the caller. */
enum {
    NORMALISE_EMAIL_BYTES_MAX = 254,
    NORMALISE_REF_BYTES_MAX = 128,
    NORMALISE_ID_SYMBOLS_MAX = 32,
    NORMALISE_POSTCODE_SYMBOLS_MAX = 12
};

enum normaliser {
    NORMALISE_NONE,            /* the bytes as they are */
    NORMALISE_TEXT,            /* trimmed, NFC, line ends as \n; no control characters but tab and line end */
    NORMALISE_EMAIL,           /* trimmed, no mailto: or quotes, NFKC, lower case, domain as IDNA A-labels */
    NORMALISE_EMAIL_CANONICAL, /* the same without +tag; at gmail.com, also googlemail.com, without dots */
    NORMALISE_PHONE,           /* E.164 */
    NORMALISE_NATIONAL_ID,     /* digits of an RRN, NIK or NPWP; otherwise letters and digits, upper case */
    NORMALISE_DATE,            /* 1990-01-31 */
    NORMALISE_REF,             /* trimmed, NFC, case kept */
    NORMALISE_POSTCODE,        /* five digits in KR and ID; otherwise upper case, single spaces or hyphens */
    NORMALISE_COUNTRY,         /* ISO 3166-1 alpha-2, upper case */
    NORMALISE_LANG,            /* BCP 47 primary subtag, lower case */
    NORMALISER_COUNT
};

/**
 * Append the normal form of `value` to `out`.
 *
 * Normalising twice gives what once gave. Never slower than linear in the length.
 *
 * @param value    UTF-8 as somebody wrote it
 * @param country  ISO 3166-1 alpha-2 of the subject in upper case, or empty: then only what is unmistakable in any
 *                 country is taken (a telephone with + or 00, a Korean 010, an Indonesian 081 to 089)
 * @param out      appended to; as before on failure
 * @return FIELD_FORMAT    not that kind of value; the text says what is wrong, without the value
 *         FIELD_TOO_LONG  longer than its bound above
 * Cost: under 150 ns for ASCII and for composed Hangul; about 2 us where Unicode tables are needed.
 * Source: RFC 5321, RFC 6531, UTS 46 (non-transitional), ITU-T E.164, numbering plans of KR and ID.
 */
RESULT normalise(enum normaliser kind, struct slice value, struct slice country, struct buf *out);

/* Is a normal e-mail its own canonical form for sure? False may mean yes too: then normalise() tells. About 5 ns. */
bool email_is_canonical(struct slice normal);

#endif
