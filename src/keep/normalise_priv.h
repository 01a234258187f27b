/* What the normalisers share. Every value comes trimmed, valid UTF-8 and not empty. */
#ifndef AMN_KEEP_NORMALISE_PRIV_H
#define AMN_KEEP_NORMALISE_PRIV_H

#include "keep/normalise.h"

enum unicode_form { UNICODE_NFC, UNICODE_NFKC, UNICODE_NFKC_LOWER };

struct slice value_trim(
    struct slice value); /* white space, also of Unicode, and byte order marks off both ends; of any bytes */
bool point_is_space(uint32_t point);
bool point_is_control(uint32_t point);

/* Of ASCII; inline, as each byte of each value goes through them. */
static inline bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}
static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}
static inline uint8_t upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c & ~0x20) : c;
}
static inline bool is_letter(uint8_t c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Append `value` in that form. UNAVAILABLE without memory. */
RESULT unicode_put(struct slice value, enum unicode_form form, struct buf *out);

/* Is it a day of the Gregorian calendar? */
bool calendar_day(unsigned year, unsigned month, unsigned day);

/*
 * An address as nearly all are: ASCII, nothing around it, no A-labels. Its normal form is put, in one pass; false: it is not
 * one of those, nothing is put, and normalise_email() tells what it is.
 */
bool normalise_email_plain(struct slice value, struct buf *out);
RESULT normalise_email(struct slice value, struct buf *out);
RESULT normalise_email_canonical(struct slice value, struct buf *out);
RESULT normalise_phone(struct slice value, struct slice country, struct buf *out);
RESULT normalise_national_id(struct slice value, struct slice country, struct buf *out);
RESULT normalise_date(struct slice value, struct slice country, struct buf *out);
RESULT normalise_postcode(struct slice value, struct slice country, struct buf *out);
RESULT normalise_country(struct slice value, struct buf *out);
RESULT normalise_lang(struct slice value, struct buf *out);

#endif
