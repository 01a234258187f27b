/* A line of an incident: any bytes are refused, or read and written again as they were. */
#include "answer/incident/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(buf_done) struct buf again = {0};
    struct line line = {0};
    if (line_read((struct slice){data, len}, &arena, &line).code != CODE_OK) {
        if (line.kind != 0) __builtin_trap();
        return 0;
    }
    line_write(&line, &again);
    if (!slice_equal(buf_slice(&again), (struct slice){data, len})) __builtin_trap();
    struct result fits = line_fits(&line); /* says yes or no, and stays within the line */
    return fits.code == CODE_UNAVAILABLE ? -1 : 0;
}
