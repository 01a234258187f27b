/* JSON lines read by a mapping: any bytes. */
#include "weblog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return weblog_try(WEBLOG_JSONL, "time=t,reader=r,route=p,subject=s,rows=n,status=o.s", data, len);
}
