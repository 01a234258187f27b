/*
 * Sketches: the k lowest of all the keyed hashes in a file, each once. Two files share as large a part of their sketches
 * as of themselves, so a file found again is known, also when it was cut, shuffled or grew (Broder 1997, bottom-k).
 *
 * Must be given keyed hashes only: a sketch is kept. Main calls: sketch_add(), sketch_compare().
 */
#ifndef AMN_ANSWER_EVIDENCE_SKETCH_H
#define AMN_ANSWER_EVIDENCE_SKETCH_H

#include "base/bytes.h"

enum { SKETCH_SIZE = 2048, SKETCH_KEY_BYTES = 16 };

/* A keyed hash of 64 bits for a sketch: SipHash-1-3 (Aumasson and Bernstein 2012). About 15 ns for 16 bytes. */
uint64_t sketch_hash(const uint8_t key[SKETCH_KEY_BYTES], struct slice text);

/*
 * A row by its values, in any order: add up sketch_value() of each, then sketch_row() of the sum. The value's hash
 * (multiply and fold under the key) keeps unlike values apart and hides nothing; the row's is sketch_hash(), so what is kept of
 * a row tells nothing of it. About 5 ns for 16 bytes.
 */
uint64_t sketch_value(const uint8_t key[SKETCH_KEY_BYTES], struct slice text);
uint64_t sketch_row(const uint8_t key[SKETCH_KEY_BYTES], uint64_t sum);

struct sketch {
    uint64_t at[SKETCH_SIZE * 2]; /* the lowest sorted, each once; behind them those that came since */
    size_t count, sorted;
};

void sketch_add(struct sketch *sketch, uint64_t hash); /* about 2 ns once it is full */
void sketch_close(struct sketch *sketch); /* sorted, at most SKETCH_SIZE; before it is looked at */

/* How many different hashes went in: exact below SKETCH_SIZE, then to some 2 %. */
uint64_t sketch_distinct(const struct sketch *sketch);

/* Of 1,000 hashes of `a`, how many are in `b` too; and the other way. Estimates, to some 20 of 1,000. Both closed. */
struct sketch_shares {
    unsigned a_in_b, b_in_a;
};
struct sketch_shares sketch_compare(const struct sketch *a, const struct sketch *b);

void sketch_write(const struct sketch *sketch, struct buf *out); /* of a closed one */
RESULT sketch_read(struct slice bytes, struct sketch *out); /* CORRUPT for what sketch_write() did not make */

#endif
