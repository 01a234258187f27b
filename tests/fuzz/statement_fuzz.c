/* Templates of public words that a shop wrote, statements as they are stored, and any text with any values put in. */
#include "answer/report/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct statement_file file;
    struct slice bytes = {data, len};
    SCOPED(statement_done) struct statement statement = {.kind = {0}};
    SCOPED(buf_done) struct buf filled = {0};
    struct result result = statement_file_read("locale/en/statement.txt", bytes, &file);
    if (result.code != CODE_OK && result.cause != CAUSE_CONFIG) __builtin_trap();
    if (statement_read(bytes, &statement).code == CODE_OK) {
        SCOPED(buf_done) struct buf again = {0};
        statement_write(&statement, &again);
        if (!slice_equal(buf_slice(&again), bytes)) __builtin_trap();
    }
    const struct statement_value values[] = {{"who", bytes}, {"page", SLICE_TEXT("{{who}}")}};
    statement_fill(bytes, values, COUNT_OF(values), &filled);
    if (filled.len > len * (len + 8)) __builtin_trap();
    return 0;
}
