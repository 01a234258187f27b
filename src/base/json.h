/*
 * JSON: a request's body becomes an ask by its verb's member table; an answer's CBOR becomes JSON text.
 *
 * Reading is stricter than RFC 8259 asks: UTF-8 only, no zero characters, no doubled names, whole numbers below 2^53,
 * bounded depth and counts. Must never put a value into an error: errors name a place (a JSON pointer) and what is
 * wrong there. Everything read passes through memory that is wiped. Main calls: json_to_ask(), json_from_cbor().
 */
#ifndef AMN_BASE_JSON_H
#define AMN_BASE_JSON_H

#include "base/asks.h"
#include "base/cbor.h"

enum {
    JSON_DEPTH_MAX = 8,      /* objects and arrays in each other */
    JSON_VALUES_MAX = 8192,  /* values of one text, at any depth */
    JSON_MEMBERS_MAX = 256,  /* of one object */
    JSON_ERRORS_MAX = 16,    /* the first ones are told */
    JSON_POINTER_BYTES = 160 /* with its zero; a longer one is cut */
};

struct json_error {
    enum cause cause;
    const char *detail;               /* lives for ever */
    char pointer[JSON_POINTER_BYTES]; /* RFC 6901; a name that is no plain identifier is written as ? */
};

struct json_errors {
    size_t count;
    struct json_error at[JSON_ERRORS_MAX];
};

/*
 * Is it one JSON text within the bounds above? INVALID otherwise, with what is wrong and at which byte.
 * No recursion, no memory; about 1 ns a byte. Source: RFC 8259.
 */
RESULT json_check(struct slice text);

/**
 * Read a JSON object into an ask.
 *
 * VALUES come from an object by field: a text or number; null (the value goes); an array of objects (a repeating
 * group, its items in order), an array of texts (one repeating field); an empty array (the whole group goes).
 *
 * @param text     the body; its size is the caller's bound
 * @param members  the verb's table
 * @param taken    bit i: member i comes from elsewhere (path, header), so the body must not have it
 * @param arena    gets copies of all texts; the caller wipes it
 * @param ask      struct of the verb, zeroed but for what is taken
 * @param errors   empty; what is wrong, if it is JSON but not this ask
 * @return INVALID, MEMBER_UNKNOWN, MEMBER_MISSING, TOO_MANY: the first of the errors, or the text is not JSON at all
 * Cost: about 1 us for 300 bytes.
 */
RESULT json_to_ask(struct slice text, const struct member *members, uint64_t taken, struct arena *arena,
                   void *ask, struct json_errors *errors);

/* Append a JSON string with its quotes. `text` is UTF-8. */
void json_text(struct buf *out, struct slice text);
void json_base64(struct buf *out, struct slice bytes); /* the same, of bytes in base64 */

/*
 * Append one CBOR item as JSON, byte strings as base64 text. INVALID when it is not well-formed CBOR, deeper than
 * CBOR_DEPTH_MAX, or a map has a key that is no text; then `out` holds a part.
 */
RESULT json_from_item(struct cbor *reader, struct buf *out);
RESULT json_from_cbor(struct slice cbor, struct buf *out); /* exactly one item */

#endif
