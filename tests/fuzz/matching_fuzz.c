/* What was kept of a match: whatever is taken is written as the same bytes again. */
#include "answer/evidence/match_state.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct prf *const none[MATCH_KEYS];
    SCOPED(match_free) struct match *match = NULL;
    SCOPED(buf_done) struct buf once = {0}, twice = {0};
    if (match_new(NULL, none, 1, 1, &match).code != CODE_OK) abort();
    struct cursor state = {{data, len}, false};
    if (match_state_take(&state, match).code != CODE_OK) return 0;
    match_state_put(match, &once);
    SCOPED(match_free) struct match *again = NULL;
    if (match_new(NULL, none, 1, 1, &again).code != CODE_OK) abort();
    struct cursor kept = {buf_slice(&once), false};
    if (match_state_take(&kept, again).code != CODE_OK || kept.rest.len > 0) __builtin_trap();
    match_state_put(again, &twice);
    if (!slice_equal(buf_slice(&once), buf_slice(&twice))) __builtin_trap();
    return 0;
}
