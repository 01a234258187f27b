#include "keep/reopen.h"

#include "keep/access/authority.h"
#include "keep/access/quiet.h"
#include "keep/erase.h"
#include "keep/erased.h"
#include "keep/record.h"

static RESULT keys_end(struct batch *batch, const struct reader *reader)
{
    struct shop *shop = batch->shop;
    for (size_t i = 0; i < shop->access.key_count; i++) {
        struct key key = shop->access.keys[i];
        struct receipt receipt = {0};
        SCOPED(buf_done) struct buf body = {0};
        if (key.ended_us != 0) continue;
        key.ended_us = batch->now_us;
        key_body_write(&key, &body);
        TRY(authority_put(batch, reader, AUTHORITY_KEY, key.id, buf_slice(&body), &receipt));
    }
    shop->keys_ended = true;
    return OK;
}

struct replay {
    struct batch *batch;
    const struct reader *reader;
};

static RESULT erase_again(void *context, struct erasure erasure)
{
    const struct replay *replay = context;
    struct subject_no no = {erasure.subject};
    struct record record;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = record_get(replay->batch->shop, no, true, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND) return OK; /* made after the copy was */
    if (got.code != CODE_OK) return got;
    if (record.state == SUBJECT_ERASED) return OK;
    if (record.created_us > erasure.time_us)
        return OK; /* the number was given again, after an earlier such start */
    return subject_erase_now(replay->batch, replay->reader, no,
                             SLICE_TEXT("erased before an old copy of the store was put back"), &receipt);
}

static RESULT erasures_replay(struct batch *batch, const struct reader *reader)
{
    struct shop *shop = batch->shop;
    struct replay replay = {batch, reader};
    struct erased_look look;
    SCOPED(buf_done) struct buf path = {0}, list = {0};
    shop_path(shop->home, shop->name, "erased", &path);
    struct result got = file_read(buf_c(&path), ERASED_BYTES_MAX, &list);
    if (got.code == CODE_NOT_FOUND) return OK; /* nobody was erased */
    if (got.code != CODE_OK) return got;
    return erased_look(shop->row_mac, buf_slice(&list), erase_again, &replay, &look);
}

static bool authority_same(const struct authority_head *a, const struct authority_head *b)
{
    return a->count == b->count && hash_equal(&a->hash, &b->hash);
}

static bool erasures_lost(struct shop *shop)
{
    SCOPED(buf_done) struct buf path = {0}, mark = {0};
    shop_path(shop->home, shop->name, SHOP_RESTORED, &path);
    struct result got = file_read(buf_c(&path), sizeof SHOP_RESTORED_QUIET, &mark);
    return got.code == CODE_OK && slice_is(buf_slice(&mark), SHOP_RESTORED_QUIET);
}

static RESULT reopen_run(struct batch *batch, const struct signed_state *old)
{
    struct shop *shop = batch->shop;
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct draft draft = batch_draft(batch, &system, ENTRY_LOG_OPENED);
    struct receipt receipt = {0};
    struct authority_head now = ledger_authority(shop->ledger);
    draft.entry.old_size = old->size;
    draft.entry.old_root = old->root;
    draft.entry.has_old = true;
    batch_append(batch, &draft, &receipt);
    if (!authority_same(&now, &old->authority)) TRY(keys_end(batch, &system));
    if (erasures_lost(shop)) TRY(quiet_begin(batch));
    return erasures_replay(batch, &system);
}

RESULT shop_reopen(struct shop *shop, const struct signed_state *old)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    TRY(batch_begin(shop, &arena, &batch));
    struct result done = reopen_run(&batch, old);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}
