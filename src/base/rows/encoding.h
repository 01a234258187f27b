/*
 * Character encodings of a customer list: which one it is, and its bytes as UTF-8, in a stream.
 *
 * What cannot be decoded comes out as the byte 0xFF, which is never valid UTF-8, so that the row it stands in is
 * refused further down and no other. Must never guess silently: decoder_found() says what was taken. Main call:
 * decoder_push(). Example: `TRY(decoder_new(ENCODING_AUTO, sink, &decoder)); TRY(decoder_push(decoder, bytes));`
 */
#ifndef AMN_BASE_ROWS_ENCODING_H
#define AMN_BASE_ROWS_ENCODING_H

#include "base/bytes.h"

enum encoding {
    ENCODING_AUTO,
    ENCODING_UTF_8,
    ENCODING_CP949,
    ENCODING_LATIN_1,
    ENCODING_UTF_16LE, /* found by its byte order mark only */
    ENCODING_UTF_16BE
};

enum {
    ENCODING_HEAD_BYTES = 1024 * 1024, /* looked at before deciding */
    ENCODING_GOOD_PER_BAD = 10         /* good UTF-8 sequences that outweigh one bad byte */
};

/* "utf-8", "cp949", "latin-1", "utf-16le", "utf-16be"; "auto" while undecided. */
const char *encoding_name(enum encoding encoding);

/* "auto", "utf-8", "cp949" and "latin-1", any case; false for another text, then `out` is untouched. */
bool encoding_parse(const char *text, enum encoding *out);

/*
 * What encoding a list begins with: a byte order mark; else UTF-8 if that is valid, or nearly (a single bad row must
 * not turn all names into noise); else CP949 if it decodes cleanly and most of it is Hangul; else Latin-1.
 *
 * @param head  the first bytes of the list, at most ENCODING_HEAD_BYTES of them are worth giving
 * @param whole true if there is nothing after them; otherwise a character may be cut at the end
 * @param out   never ENCODING_AUTO; untouched on failure
 * @return UNAVAILABLE  the C library's converter for CP949 is not installed
 */
RESULT encoding_detect(struct slice head, bool whole, enum encoding *out);

/*
 * Converters of every encoding, kept open so that what the C library loads for them stays loaded: for a process that
 * may open no file later. What is not installed is passed over, and told when a list needs it.
 */
enum { ENCODINGS_HELD = 4 };
struct encodings_held {
    void *at[ENCODINGS_HELD]; /* iconv_t; NULL: none */
};
void encodings_hold(struct encodings_held *out);
void encodings_release(struct encodings_held *held);

struct decoder_sink {
    void *context;
    RESULT(*bytes)
    (void *context, struct slice text); /* `text` lives for the call; its failure ends the stream */
};

struct decoder;

/*
 * @param encoding  ENCODING_AUTO: hold back up to ENCODING_HEAD_BYTES, then decide
 * @param out       the caller frees it; memory stays below 2 MiB while undecided, 100 KiB after
 * @return UNAVAILABLE  the C library's converter is not installed
 */
RESULT decoder_new(enum encoding encoding, struct decoder_sink sink, struct decoder **out);
RESULT decoder_push(struct decoder *decoder, struct slice bytes); /* after a failure: only decoder_free() */
RESULT decoder_end(struct decoder *decoder); /* a character cut at the end becomes 0xFF */
enum encoding decoder_found(const struct decoder *decoder);
void decoder_free(struct decoder **decoder); /* wipes what it holds */

#endif
