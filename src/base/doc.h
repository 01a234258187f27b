/*
 * A document: one CBOR item that came as an answer, read by name. What is not there, or is of another type, reads as
 * empty: the command line shows what it got and never fails on a member that it misses.
 *
 * A doc borrows from the answer. Main calls: doc_get(), doc_text(), docs_next(). Example:
 *     struct docs items = docs_of(doc_get(doc, "items"));  struct doc item;
 *     while (docs_next(&items, &item)) show_text(doc_text(doc_get(item, "id")));
 */
#ifndef AMN_BASE_DOC_H
#define AMN_BASE_DOC_H

#include "base/cbor.h"

struct doc {
    struct slice item; /* exactly one item, or empty */
};

/* The first item in `bytes`; empty when there is none that is whole. */
struct doc doc_of(struct slice bytes);

bool doc_there(struct doc doc);
struct doc doc_get(struct doc map, const char *name);
struct slice doc_text(struct doc doc);
bool doc_is(struct doc doc, const char *text);
uint64_t doc_number(struct doc doc);
bool doc_true(struct doc doc);
size_t doc_count(struct doc doc); /* items of an array, pairs of a map; 0 of anything else */

/* Append a byte string, or what a base64 text stands for. False, and `out` as before, if it is neither. */
bool doc_bytes(struct doc doc, struct buf *out);

/* A hash: 32 bytes, by doc_bytes(). */
bool doc_hash(struct doc doc, uint8_t out[32]);

/* Append a time as people read it: 2026-11-22 03:24:00 UTC. False, and nothing appended: it is none. */
bool doc_time_put(struct doc time, struct buf *out);

/* Walks the items of an array, or the pairs of a map with text keys; nothing of anything else. */
struct docs {
    struct slice rest;
    size_t left;
};
struct docs docs_of(struct doc doc);
bool docs_next(struct docs *docs, struct doc *out);
bool docs_pair(struct docs *docs, struct slice *name, struct doc *out);

/*
 * Append a JSON text as one item: whole numbers only, at most CBOR_DEPTH_MAX deep. No recursion.
 * INVALID when it is not such a text (RFC 8259); then `out` holds a part.
 */
RESULT doc_from_json(struct slice text, struct buf *out);

#endif
