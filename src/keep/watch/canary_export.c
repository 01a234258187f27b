/* Canaries of exports: a few of its own in each, as a watermark that somebody who copies people cannot tell from them. */
#include "keep/access/authority.h"
#include "keep/watch/canary_priv.h"

static RESULT canary_hand(struct batch *batch, const struct reader *reader, uint32_t export,
                          struct subject_no *out)
{
    struct shop *shop = batch->shop;
    struct canary canary = {.for_kind = CANARY_FOR_EXPORT, .key = export, .given_us = batch->now_us};
    struct receipt receipt = {0};
    uint32_t id = (uint32_t)shop->canaries->row_count + 1;
    SCOPED(buf_done) struct buf body = {0};
    TRY(canary_free(shop, &canary.no));
    if (canary.no.at == 0) {
        canary.extra = true;
        TRY(canary_make(batch, reader, &canary.no));
    }
    canary_write(shop, id, &canary, &body);
    *out = canary.no;
    return authority_put(batch, reader, AUTHORITY_CANARY, id, buf_slice(&body), &receipt);
}

RESULT canaries_of_export(struct batch *batch, const struct reader *reader, uint32_t export, size_t want,
                          struct subject_no out[CANARY_EXPORT_MAX], size_t *count)
{
    const struct canaries *canaries = batch->shop->canaries;
    *count = 0;
    for (size_t i = CANARY_PLAN_ROW; i < canaries->row_count && *count < CANARY_EXPORT_MAX; i++) {
        const struct canary *canary = &canaries->rows[i];
        if (canary->for_kind == CANARY_FOR_EXPORT && canary->key == export) out[(*count)++] = canary->no;
    }
    while (canaries->planned && *count < want && *count < CANARY_EXPORT_MAX &&
           canaries->row_count < CANARY_ROWS_MAX) {
        TRY(canary_hand(batch, reader, export, &out[*count]));
        (*count)++;
    }
    return OK;
}
