/*
 * How many different numbers were seen, in 1,090 bytes: HyperLogLog with 1,024 registers.
 *
 * Standard error 1.04 / sqrt(1,024) = 3.3 %; below about 200 numbers it is off by one or none. Numbers go in mixed
 * (sketch_mix()), so that dense ones spread. Main calls: sketch_add(), sketch_count(). Example:
 *     sketch_add(&sketch, sketch_mix(subject));
 * Sources: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", AofA 2007; the estimate is the improved one of Ertl, "New
 * cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284, algorithm 6: without bias or tables.
 */
#ifndef AMN_WATCH_DETECT_MEASURE_SKETCH_H
#define AMN_WATCH_DETECT_MEASURE_SKETCH_H

#include "base/bytes.h"

enum {
    SKETCH_BITS = 10,
    SKETCH_REGISTERS = 1 << SKETCH_BITS,
    SKETCH_RANK_MAX = 32 /* counts to about 2^41 */
};

struct sketch {
    uint16_t many[SKETCH_RANK_MAX + 1]; /* registers that have each rank; all 0 in the empty sketch `{0}` */
    uint8_t rank[SKETCH_REGISTERS];
};

/* The finaliser of splitmix64: a bijection whose bits all depend on all bits. */
static inline uint64_t sketch_mix(uint64_t number)
{
    number += 0x9e3779b97f4a7c15U;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
    return number ^ (number >> 31);
}

/* A few ns. True when the sketch changed: then the number is surely new. */
static inline bool sketch_add(struct sketch *sketch, uint64_t mixed)
{
    size_t at = mixed & (SKETCH_REGISTERS - 1);
    uint64_t rest = (mixed >> SKETCH_BITS) | (UINT64_C(1) << (SKETCH_RANK_MAX - 1));
    uint8_t rank = (uint8_t)(1 + __builtin_ctzll(rest)), before = sketch->rank[at];
    if (rank <= before) return false;
    if (before > 0) sketch->many[before]--;
    sketch->many[rank]++;
    sketch->rank[at] = rank;
    return true;
}

void sketch_clear(struct sketch *sketch);
double sketch_count(const struct sketch *sketch); /* about 0.3 us */

/* Registers put back from outside: false, and the sketch empty, when one has a rank that cannot be. */
bool sketch_restore(struct sketch *sketch);

#endif
