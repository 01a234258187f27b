#include "keep/authority.h"

#include <stdlib.h>
#include <string.h>

static void row_hash(struct shop *shop, uint16_t kind, uint32_t id, struct slice body, struct hash *out)
{
    uint8_t at[6];
    be16_put(at, kind);
    be32_put(at + 2, id);
    const struct slice parts[] = {SLICE_TEXT("amanah row 1"), {at, sizeof at}, body};
    sha256(shop->crypto, parts, COUNT_OF(parts), out);
}

static void row_mac(struct shop *shop, const struct authority_row *row, uint8_t out[32])
{
    uint8_t at[14];
    struct hash mac = {{0}};
    be16_put(at, row->kind);
    be32_put(at + 2, row->id);
    be64_put(at + 6, row->entry);
    const struct slice parts[] = {SLICE_TEXT("row"), {at, sizeof at}, row->body};
    prf_run(shop->row_mac, parts, COUNT_OF(parts), &mac);
    memcpy(out, mac.bytes, HASH_BYTES);
}

RESULT authority_put(struct batch *batch, const struct reader *reader, enum authority_kind kind, uint32_t id,
                     struct slice body, struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, ENTRY_AUTHORITY);
    struct authority_row row = {.kind = (uint16_t)kind, .id = id, .body = body};
    draft.entry.object_kind = (uint32_t)kind;
    draft.entry.object_id = id;
    draft.entry.has_object = true;
    row_hash(shop, row.kind, id, body, &draft.entry.object);
    batch_append(batch, &draft, out);
    row.entry = out->index;
    row_mac(shop, &row, row.mac);
    struct store *store = batch_write(batch);
    batch->authority = true;
    TRY(store->authority->put(store, &row));
    return access_take(shop, row.kind, id, body);
}

/* What the ledger says of one row: its newest entry. */
struct said {
    uint32_t kind, id;
    uint64_t index;
    struct hash object;
};

struct replay {
    struct shop *shop;
    struct said *said;
    size_t count, cap, next;
    RESULT (*take)(struct shop *shop, const struct authority_row *row);
};

static void replay_done(struct replay *replay)
{
    free(replay->said);
}

static RESULT replay_entry(void *context, uint64_t index)
{
    struct replay *replay = context;
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(ledger_entry(replay->shop->ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    if (replay->count == replay->cap) {
        size_t cap = replay->cap ? replay->cap * 2 : 64;
        struct said *said = realloc(replay->said, cap * sizeof *said);
        if (!said) return FAIL(UNAVAILABLE, "authority: out of memory");
        replay->said = said;
        replay->cap = cap;
    }
    replay->said[replay->count++] = (struct said){entry.object_kind, entry.object_id, index, entry.object};
    return OK;
}

static int by_row_then_index(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Keep only the newest entry of each row. */
static void replay_newest(struct replay *replay)
{
    size_t kept = 0;
    if (replay->count > 1) qsort(replay->said, replay->count, sizeof *replay->said, by_row_then_index);
    for (size_t i = 0; i < replay->count; i++) {
        const struct said *next = i + 1 < replay->count ? &replay->said[i + 1] : NULL;
        if (next && next->kind == replay->said[i].kind && next->id == replay->said[i].id) continue;
        replay->said[kept++] = replay->said[i];
    }
    replay->count = kept;
}

static RESULT changed(const struct authority_row *row)
{
    static const char *const names[] = {"?", "staff", "key", "role", "field", "witness"};
    return FAIL(TAMPERED, "authority: row %s %u is not the one that entry %llu of the ledger made",
                row->kind < COUNT_OF(names) ? names[row->kind] : "?", row->id, (unsigned long long)row->entry);
}

static RESULT replay_row(void *context, const struct authority_row *row)
{
    struct replay *replay = context;
    uint8_t mac[32];
    struct hash object = {{0}};
    row_mac(replay->shop, row, mac);
    if (!bytes_equal_ct(mac, row->mac, sizeof mac)) return changed(row);
    row_hash(replay->shop, row->kind, row->id, row->body, &object);
    if (replay->next >= replay->count) return changed(row);
    const struct said *said = &replay->said[replay->next++];
    if (said->kind != row->kind || said->id != row->id || said->index != row->entry ||
        !hash_equal(&said->object, &object)) {
        return changed(row);
    }
    return replay->take ? replay->take(replay->shop, row) : OK;
}

RESULT authority_load(struct shop *shop, RESULT (*take)(struct shop *shop, const struct authority_row *row))
{
    SCOPED(replay_done) struct replay replay = {.shop = shop, .take = take};
    TRY(shop->store->ledger->authority_each(shop->store, replay_entry, &replay));
    replay_newest(&replay);
    TRY(shop->store->authority->each(shop->store, replay_row, &replay));
    if (replay.next == replay.count) return OK;
    return FAIL(TAMPERED, "authority: the row of entry %llu of the ledger is missing",
                (unsigned long long)replay.said[replay.next].index);
}
