/* A log of any kind, found by its content. */
#include "weblog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return weblog_try(WEBLOG_ANY, NULL, data, len);
}
