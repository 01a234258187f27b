/* a csvlog of PostgreSQL with pgaudit: any bytes. */
#include "weblog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return weblog_try(WEBLOG_PGCSV, NULL, data, len);
}
