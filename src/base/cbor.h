/*
 * Deterministic CBOR (RFC 8949 section 4.2.1): one encoding per value, so that bytes can be hashed and compared.
 *
 * Numbers, byte and text strings, arrays, maps, true, false, null. Must never carry floats, tags or indefinite lengths:
 * the reader refuses them, and every head that is not the shortest. The writer appends to a buf; the order of map keys
 * is the caller's duty, cbor_check() tells whether it was kept. Main calls: cbor_map(), cbor_uint(), cbor_text();
 * cbor_read_map(), cbor_read_uint(), cbor_read_text(). Example:
 *     cbor_map(&out, 1);  cbor_uint(&out, 1);  cbor_text(&out, SLICE_TEXT("kim"));
 */
#ifndef AMN_BASE_CBOR_H
#define AMN_BASE_CBOR_H

#include "base/bytes.h"

enum { CBOR_DEPTH_MAX = 8, CBOR_HEAD_MAX = 9 }; /* arrays and maps in each other; bytes of a head */

enum cbor_major {
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_SIMPLE
};
enum cbor_simple { CBOR_FALSE = 20, CBOR_TRUE = 21, CBOR_NULL = 22 };

void cbor_uint(struct buf *out, uint64_t number);
void cbor_int(struct buf *out, int64_t number);
void cbor_bytes(struct buf *out, struct slice bytes);
void cbor_text(struct buf *out,
               struct slice text); /* valid UTF-8: our bug otherwise, and the reader refuses it */
void cbor_array(struct buf *out, size_t count); /* `count` items follow */
void cbor_map(struct buf *out,
              size_t count); /* `count` pairs follow, keys in the order of their encoded bytes */
void cbor_bool(struct buf *out, bool value);
void cbor_null(struct buf *out);

/*
 * A map or array whose count is known only at its end: open, write, close with what open gave and the count.
 * Opened ones may stand in each other. Up to 23 items closing is free; above, the content moves by a few bytes.
 */
size_t cbor_open(struct buf *out);
void cbor_map_close(struct buf *out, size_t mark, size_t count);
void cbor_array_close(struct buf *out, size_t mark, size_t count);
size_t cbor_map_open(struct buf *out); /* = cbor_open() */

/* Reads items one after another. After a failure its place is unspecified: give up the whole message. */
struct cbor {
    struct cursor cursor;
};

struct cbor_head {
    enum cbor_major major;
    uint64_t argument; /* the number, string length in bytes, count of items or pairs, or enum cbor_simple */
};

struct cbor cbor_reader(struct slice bytes); /* borrows */

/**
 * Each reads one item, or the head of an array or map whose items follow.
 *
 * @param out  the value; a slice borrows from the message; untouched on failure
 * @return INVALID  another type, cut short, not the shortest form, a length or count that the rest of the message
 *                  cannot hold, a number out of int64_t (cbor_read_int), a text that is not UTF-8, a float, a tag,
 *                  an indefinite length, a simple value other than true, false and null
 * Cost: about 10 ns an item. Source: RFC 8949 sections 3 and 4.2.1.
 */
RESULT cbor_read_head(struct cbor *reader, struct cbor_head *out);
RESULT cbor_read_uint(struct cbor *reader, uint64_t *out);
RESULT cbor_read_int(struct cbor *reader, int64_t *out);
RESULT cbor_read_bytes(struct cbor *reader, struct slice *out);
RESULT cbor_read_text(struct cbor *reader, struct slice *out);
RESULT cbor_read_array(struct cbor *reader, size_t *out_count);
RESULT cbor_read_map(struct cbor *reader, size_t *out_pairs);
RESULT cbor_read_bool(struct cbor *reader, bool *out);
RESULT cbor_read_null(struct cbor *reader);

/* The type of the next item without reading it; CBOR_TAG, which nobody takes, at the end of the message. */
enum cbor_major cbor_next(const struct cbor *reader);

/*
 * Pass over one whole item, with all that is in it. INVALID as above, or when it stands more than CBOR_DEPTH_MAX deep,
 * a map has its keys out of order or twice, or a key that is an array or a map. No recursion, no memory.
 */
RESULT cbor_skip(struct cbor *reader);

RESULT cbor_end(const struct cbor *reader); /* INVALID when bytes are left */

/* Is it exactly one deterministic item? INVALID otherwise, for the reasons above. */
RESULT cbor_check(struct slice bytes);

#endif
