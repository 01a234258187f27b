#include "keep/access/probing.h"

#include <assert.h>
#include <string.h>

RESULT probing_want(struct batch *batch, const uint32_t *keys, size_t count, bool *wanted)
{
    struct probes *probes = batch->probe_later ? arena_take(batch->arena, sizeof *probes) : NULL;
    *wanted = false;
    if (!probes) return OK;
    probes->count = 0;
    for (size_t i = 0; i < count && probes->count < PROBES_MAX; i++) {
        SCOPED(buf_done) struct buf token = {0};
        struct probe *probe = &probes->at[probes->count++];
        TRY(key_probe(batch->shop, key_by_id(&batch->shop->access, keys[i]), &token));
        assert(token.len < PROBE_TOKEN_BYTES);
        *probe = (struct probe){.key = keys[i]};
        memcpy(probe->token, token.at, token.len);
    }
    if (probes->count == 0) return OK;
    batch->probes = probes;
    *wanted = true;
    return OK;
}

enum probe_seen probing_seen(const struct probes *probed, uint32_t key)
{
    for (size_t i = 0; probed && i < probed->count; i++) {
        if (probed->at[i].key == key) return probed->at[i].seen;
    }
    return PROBE_NOT_TRIED;
}

const char *probing_name(enum probe_seen seen)
{
    static const char *const names[] = {"not tried", "let in", "refused", "no answer"};
    return (size_t)seen < COUNT_OF(names) ? names[seen] : "not tried";
}
