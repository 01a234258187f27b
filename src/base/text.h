/*
 * UTF-8 (RFC 3629): is it valid, one code point at a time.
 *
 * Overlong forms, surrogates and code points above U+10FFFF are not valid. Must never be asked about anything but
 * UTF-8: other encodings are turned into it by whoever reads the file. Main call: utf8_valid(). Example:
 *     for (struct slice rest = text; rest.len > 0;) { uint32_t point = utf8_next(&rest); ... }
 */
#ifndef AMN_BASE_TEXT_H
#define AMN_BASE_TEXT_H

#include "base/bytes.h"

enum { UTF8_BYTES_MAX = 4 };
#define UTF8_BAD UINT32_MAX

bool utf8_valid(struct slice text); /* the empty text is; about 8 bytes a step while it is ASCII */
bool text_plain(struct slice text); /* UTF-8 without control characters: fit for a line of a list or a mail */
bool text_ascii(struct slice text); /* no byte above 0x7f */
size_t utf8_count(struct slice text); /* code points of a valid text */

/* The first code point, and `rest` moved behind it. UTF8_BAD and one byte further if it is malformed or empty. */
uint32_t utf8_next(struct slice *rest);

/* Append one code point, 1 to 4 bytes. It must be one: not a surrogate, at most U+10FFFF. */
void utf8_put(struct buf *out, uint32_t point);

void count_put(struct buf *out, uint64_t count); /* 20,000 */

#endif
