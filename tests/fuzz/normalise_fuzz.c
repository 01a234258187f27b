#include "base/text.h"
#include "keep/mask.h"
#include "keep/normalise.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: kind and country; the rest is the value. What is taken is UTF-8, is its own normal form, and has masks. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const countries[] = {"", "KR", "ID", "US", "IT", "RU", "SG", "ZZ"};
    if (size == 0) return 0;
    enum normaliser kind = (enum normaliser)(data[0] % NORMALISER_COUNT);
    struct slice country = slice_text(countries[data[0] / NORMALISER_COUNT % COUNT_OF(countries)]);
    struct slice value = {data + 1, size - 1};
    SCOPED(buf_done) struct buf once = {0}, twice = {0};
    if (normalise(kind, value, country, &once).code != CODE_OK) {
        if (once.len != 0) abort();
        return 0;
    }
    if (normalise(kind, buf_slice(&once), country, &twice).code != CODE_OK) abort();
    if (!slice_equal(buf_slice(&once), buf_slice(&twice))) abort();
    if (kind != NORMALISE_NONE && !utf8_valid(buf_slice(&once))) abort();
    for (int row = 0; row < MASK_COUNT; row++) {
        SCOPED(buf_done) struct buf masked = {0};
        mask((enum mask)row, buf_slice(&once), &masked);
        if (!utf8_valid(buf_slice(&masked))) abort();
    }
    return 0;
}
