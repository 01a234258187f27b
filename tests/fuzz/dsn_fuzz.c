/* Any bounce: read or refused, with an action and a status that there are. */
#include "answer/notice/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dsn dsn = {DSN_NONE, 0};
    if (dsn_read((struct slice){data, len}, &dsn).code != CODE_OK) return 0;
    if (dsn.action == DSN_NONE || dsn.status > 599 || (dsn.status > 0 && dsn.status < 200)) __builtin_trap();
    return 0;
}
