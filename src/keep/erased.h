/*
 * The list of erasures, a file outside the database (shops/NAME/erased): a restore from an older backup erases again who
 * is on it. Rows of 48 bytes: number of the subject, time, and a MAC of both under the shop's key. The last row is the
 * end: all ones, how many rows there are, and a MAC over the end of the list before and its newest row. So a list that
 * was cut, doubled, or put together anew is told from a whole one. What cannot be told is an older copy of it: that was
 * whole once; hence its newest time is said to whoever restores. Main calls: erased_add(), erased_look().
 */
#ifndef AMN_KEEP_ERASED_H
#define AMN_KEEP_ERASED_H

#include "crypto/crypto.h"

enum {
    ERASED_ROW_BYTES = 8 + 8 + HASH_BYTES,
    ERASED_BYTES_MAX = 256 * 1024 * 1024 /* 5.6 million erasures */
};

struct erasure {
    uint64_t subject;
    int64_t time_us;
};

/*
 * One more, unless the subject stands there already from since it was made (its number may be given again after a
 * restore). UNAVAILABLE: the list is as it was before. Reads the whole list: 1 ms where 100,000 stand on it.
 */
RESULT erased_add(const struct prf *mac, const char *path, struct erasure erasure, int64_t since_us);

/*
 * A list without an end, of a version that wrote none or torn as the machine went down, gets one: what is no row goes.
 * Of a list that ends only the last row is read.
 */
RESULT erased_mend(const struct prf *mac, const char *path);

struct erased_look {
    bool whole;        /* nothing but good rows, and the end that belongs to them */
    uint64_t count;    /* good rows */
    int64_t newest_us; /* of them; 0: none */
};

/*
 * Each good row of a list, whole or not, and what it is. A torn row leaves those behind it out of step: what is no row is
 * passed over byte by byte.
 */
RESULT erased_look(const struct prf *mac, struct slice list,
                   struct result (*row)(void *context, struct erasure erasure), void *context,
                   struct erased_look *out);

#endif
