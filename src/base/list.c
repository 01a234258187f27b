#include "base/list.h"

#include <stdint.h>
#include <stdlib.h>

enum { LIST_FIRST = 16 };

void *list_grow(void *at, size_t *cap, size_t item_bytes)
{
    size_t more = *cap ? *cap * 2 : LIST_FIRST;
    void *grown = more <= SIZE_MAX / item_bytes ? realloc(at, more * item_bytes) : NULL;
    if (!grown) abort();
    *cap = more;
    return grown;
}
