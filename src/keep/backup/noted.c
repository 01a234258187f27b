#include "keep/backup/noted.h"

static const char *const facts[NOTED_END] = {
    [NOTED_MADE] = "backup.made",
    [NOTED_FAILED] = "backup.failed",
    [NOTED_DRILL] = "backup.drill",
    [NOTED_DRILL_FAILED] = "backup.drill_failed",
};

static RESULT noted_get(struct shop *shop, enum noted_kind kind, struct noted *out)
{
    uint64_t index = 0;
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = shop->store->fact->get(shop->store, facts[kind], &index);
    if (got.code == CODE_OK) got = ledger_entry_proved(shop->ledger, index, &bytes);
    if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
    if (got.code == CODE_UNAVAILABLE) return got;
    if (got.code != CODE_OK || entry.kind != ENTRY_BACKUP || entry.object_kind != (uint32_t)kind) return OK;
    *out = (struct noted){.time_us = entry.time_us,
                          .index = index,
                          .size = entry.old_size,
                          .manifest = entry.object,
                          .cause = entry.cause ? entry_cause_find(shop->crypto, entry.cause) : CAUSE_OK};
    return OK;
}

RESULT backup_noted(struct shop *shop, struct noted out[NOTED_END])
{
    for (enum noted_kind kind = NOTED_MADE; kind < NOTED_END; kind++) {
        out[kind] = (struct noted){0};
        TRY(noted_get(shop, kind, &out[kind]));
    }
    return OK;
}

bool backup_well(const struct noted noted[NOTED_END], int64_t now_us)
{
    const struct noted *made = &noted[NOTED_MADE], *drill = &noted[NOTED_DRILL];
    return made->time_us > 0 && drill->time_us > 0 &&
           made->time_us > now_us - BACKUP_AGE_HOURS_MAX * HOUR_US &&
           drill->time_us > now_us - DRILL_AGE_DAYS_MAX * DAY_US &&
           made->time_us > noted[NOTED_FAILED].time_us && drill->time_us > noted[NOTED_DRILL_FAILED].time_us;
}

RESULT backup_note(struct batch *batch, const struct reader *reader, enum noted_kind kind,
                   const struct noted *noted, struct receipt *out)
{
    bool good = kind == NOTED_MADE || kind == NOTED_DRILL;
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, ENTRY_BACKUP);
    draft.entry.object_kind = (uint32_t)kind;
    draft.entry.cause = good ? 0 : entry_cause(shop->crypto, noted->cause);
    draft.entry.has_object = good;
    draft.entry.object = noted->manifest;
    if (good) {
        SCOPED(tiles_done)
        struct tiles tiles = tiles_of(shop->crypto, ledger_tiles(shop->ledger), ledger_durable(shop->ledger));
        TRY(tiles_range(&tiles, 0, noted->size, &draft.entry.old_root));
        draft.entry.old_size = noted->size;
        draft.entry.has_old = true;
    }
    batch_append(batch, &draft, out);
    struct store *store = batch_write(batch);
    return store->fact->put(store, facts[kind], out->index);
}
