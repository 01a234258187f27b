#include "keep/tampered.h"

#include "keep/access/authority.h"
#include "keep/access/rows.h"
#include "keep/access/staff.h"
#include "keep/post.h"

/* Staff and mail settings alone. Of staff whose rows do not hold, an empty place stays. */
static RESULT take_for_telling(struct shop *shop, const struct authority_row *row)
{
    struct access *access = &shop->access;
    if (row->kind == AUTHORITY_MAIL) return post_settings_take(shop, row->body);
    if (row->kind != AUTHORITY_STAFF) return OK;
    while (access->staff_count + 1 < row->id) {
        void *rows = access->staff, *at = NULL;
        TRY(row_place(&rows, &access->staff_count, sizeof *access->staff, (uint32_t)access->staff_count + 1,
                      &at));
        access->staff = rows;
    }
    return access_take(shop, row->kind, row->id, row->body);
}

/* Were they told within the last hour? While it is closed a shop's log grows by such starts alone. */
static RESULT told_lately(struct shop *shop, bool *out)
{
    uint64_t size = ledger_durable(shop->ledger);
    int64_t now_us = clock_now(&shop->clock);
    for (uint64_t back = 1; back <= TAMPERED_LOOK_BACK && back <= size; back++) {
        struct entry entry = {0};
        SCOPED(buf_done) struct buf bytes = {0};
        TRY(ledger_entry(shop->ledger, size - back, &bytes, NULL));
        TRY(entry_read(buf_slice(&bytes), &entry));
        if (entry.time_us < now_us - TAMPERED_AGAIN_MINUTES * MINUTE_US) return OK;
        *out = *out || (entry.kind == ENTRY_NOTICE && entry.object_id == MAIL_ROWS_CHANGED);
    }
    return OK;
}

RESULT shop_tampered(struct shop *shop, struct slice why)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    const struct mail_value value = {"why", why};
    const struct mail_draft mail = {.kind = MAIL_ROWS_CHANGED, .values = &value, .count = 1};
    bool lately = false;
    TRY(authority_load_good(shop, take_for_telling));
    TRY(sightings_open(shop->store, shop->ledger, &shop->sightings)); /* a batch wants them */
    TRY(told_lately(shop, &lately));
    if (lately) return OK;
    TRY(batch_begin(shop, &arena, &batch));
    struct result done = mail_tell_staff(&batch, &mail);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}
