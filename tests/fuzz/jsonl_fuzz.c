/* JSON lines as rows: nothing but valid text and known targets comes out, whatever goes in. */
#include "base/rows/rows.h"
#include "base/text.h"

#include <string.h>

enum { LINE_BYTES = 4096 };

static struct result check_row(void *context, uint64_t line, const struct row_value *values, size_t count)
{
    (void)context;
    if (line == 0 || count == 0 || count > ROWS_VALUES_MAX) __builtin_trap();
    bool ref = false;
    for (size_t i = 0; i < count; i++) {
        if (!columns_target(values[i].target) || values[i].item >= TARGET_ITEMS_MAX) __builtin_trap();
        if (!utf8_valid(values[i].text) || values[i].text.len > LINE_BYTES) __builtin_trap();
        if (strcmp(values[i].target, "ref") == 0 && values[i].text.len > 0) ref = true;
    }
    if (!ref) __builtin_trap();
    return OK;
}

static struct result check_reject(void *context, uint64_t line, const char *reason)
{
    (void)context;
    if (line == 0 || reason[0] == 0) __builtin_trap();
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    SCOPED(rows_free) struct rows *rows = NULL;
    struct rows_options options = {ROWS_JSONL, 0, ENCODING_UTF_8, NULL, LINE_BYTES, 16};
    if (rows_new(&options, (struct rows_sink){NULL, check_row, check_reject}, &rows).code != CODE_OK)
        __builtin_trap();
    if (rows_push(rows, (struct slice){data, len / 2}).code != CODE_OK) __builtin_trap();
    if (rows_push(rows, (struct slice){data + len / 2, len - len / 2}).code != CODE_OK) __builtin_trap();
    if (rows_end(rows).code != CODE_OK) __builtin_trap();
    return 0;
}
