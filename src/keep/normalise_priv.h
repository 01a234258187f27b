/* What the normalisers share. Every value comes trimmed, valid UTF-8 and not empty. */
#ifndef AMN_KEEP_NORMALISE_PRIV_H
#define AMN_KEEP_NORMALISE_PRIV_H

#include "keep/normalise.h"

enum unicode_form { UNICODE_NFC, UNICODE_NFKC, UNICODE_NFKC_LOWER };

struct slice value_trim(
    struct slice value); /* white space, also of Unicode, and byte order marks off both ends; of any bytes */
bool point_is_space(uint32_t point);
bool point_is_control(uint32_t point);
bool is_digit(uint8_t c);
bool is_letter(uint8_t c); /* ASCII */
uint8_t upper(uint8_t c);
uint8_t lower(uint8_t c);

/* Append `value` in that form. UNAVAILABLE without memory. */
RESULT unicode_put(struct slice value, enum unicode_form form, struct buf *out);

/* Is it a day of the Gregorian calendar? */
bool calendar_day(unsigned year, unsigned month, unsigned day);

RESULT normalise_email(struct slice value, struct buf *out);
RESULT normalise_email_canonical(struct slice value, struct buf *out);
RESULT normalise_phone(struct slice value, struct slice country, struct buf *out);
RESULT normalise_national_id(struct slice value, struct slice country, struct buf *out);
RESULT normalise_date(struct slice value, struct slice country, struct buf *out);
RESULT normalise_postcode(struct slice value, struct slice country, struct buf *out);
RESULT normalise_country(struct slice value, struct buf *out);
RESULT normalise_lang(struct slice value, struct buf *out);

#endif
