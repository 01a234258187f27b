/* What somebody said who is no customer is not kept for ever: they have no record that an erasure could take it with. */
#include "answer/desk/desk_priv.h"
#include "keep/access/access.h"

#define FORGOT_FACT "desk_forgot"

enum { FORGET_MAX = 256 };

struct forgetting {
    struct shop *shop;
    int64_t now_us;
    struct matter_row at[FORGET_MAX];
    size_t count;
};

/* Was nothing added for so long? A row that was tampered with is for verify to tell of. */
static RESULT forgetting_add(void *context, const struct matter_row *row)
{
    struct forgetting *forgetting = context;
    int64_t kept_us = desk_kept_us((enum matter_kind)row->kind), newest_us = 0;
    if (row->subject > 0 || row->state == TICKET_FORGOTTEN || forgetting->count == FORGET_MAX) return OK;
    if (kept_us == INT64_MAX || forgetting->now_us - row->made_us < kept_us) return OK;
    SCOPED(buf_done) struct buf key = {0};
    struct store *store = forgetting->shop->store;
    struct result kept = store->matter->key_get(store, row->no, &key);
    if (kept.code == CODE_NOT_FOUND) return OK; /* of before its words had a key of their own */
    TRY(kept);
    struct result read = desk_newest_us(forgetting->shop, row, &newest_us);
    if (read.code == CODE_CORRUPT) return OK;
    TRY(read);
    if (forgetting->now_us - newest_us >= kept_us) forgetting->at[forgetting->count++] = *row;
    return OK;
}

RESULT desk_forget(struct batch *batch, bool *noted)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct shop *shop = batch->shop;
    struct store *store = shop->store;
    uint64_t looked_us = 0;
    struct result got = store->fact->get(store, FORGOT_FACT, &looked_us);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (batch->now_us - (int64_t)looked_us < DAY_US) return OK;
    struct forgetting *forgetting = arena_take(batch->arena, sizeof *forgetting);
    *forgetting = (struct forgetting){.shop = shop, .now_us = batch->now_us};
    TRY(store->matter->each(store, 0, 0, forgetting_add, forgetting));
    for (size_t i = 0; i < forgetting->count; i++) {
        got = matter_forget(batch, &system, &forgetting->at[i]);
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND && got.code != CODE_CORRUPT) return got;
        *noted = *noted || got.code == CODE_OK;
    }
    store = batch_write(batch);
    return forgetting->count == FORGET_MAX /* more are due: in a minute */
               ? OK
               : store->fact->put(store, FORGOT_FACT, (uint64_t)batch->now_us);
}
