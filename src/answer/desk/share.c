#include "answer/desk/share.h"

#include <assert.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

struct rest {
    uint64_t left;
    size_t at;
};

static int larger_first(const void *a, const void *b)
{
    const struct rest *x = a, *y = b;
    if (x->left != y->left) return x->left > y->left ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

void shares_of(uint64_t pool, const uint64_t *granted, size_t count, uint64_t *out)
{
    uint64_t total = 0, given = 0;
    assert(count <= SHARES_MAX && pool <= SHARE_AMOUNT_MAX);
    for (size_t i = 0; i < count; i++) {
        assert(granted[i] <= SHARE_AMOUNT_MAX);
        total += granted[i];
    }
    if (total <= pool) {
        for (size_t i = 0; i < count; i++) out[i] = granted[i];
        return;
    }
    struct rest *rests = calloc(count, sizeof *rests);
    if (!rests) abort(); /* as all memory: see bytes.h */
    for (size_t i = 0; i < count; i++) {
        wide part = (wide)granted[i] * pool;
        out[i] = (uint64_t)(part / total);
        rests[i] = (struct rest){(uint64_t)(part % total), i};
        given += out[i];
    }
    qsort(rests, count, sizeof *rests, larger_first);
    for (size_t i = 0; given < pool; i++, given++) out[rests[i].at]++;
    free(rests);
}
