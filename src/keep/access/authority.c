#include "keep/access/authority.h"

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

void authority_list_done(struct authority_list *list)
{
    free(list->at);
    *list = (struct authority_list){0};
}

RESULT authority_list_add(struct authority_list *list, uint64_t index, const struct entry *entry)
{
    if (entry->object_id > UINT32_MAX)
        return FAIL(TAMPERED, "authority: entry %llu names no row", (unsigned long long)index);
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        struct authority_said *at = realloc(list->at, cap * sizeof *at);
        if (!at) return FAIL(UNAVAILABLE, "authority: out of memory");
        list->at = at;
        list->cap = cap;
    }
    list->at[list->count++] =
        (struct authority_said){entry->object_kind, (uint32_t)entry->object_id, index, entry->object};
    return OK;
}

struct replay {
    struct shop *shop;
    struct authority_list newest; /* one a row */
    size_t next;
    uint64_t *forged; /* rows that no entry made are passed over and counted; NULL: the first one fails */
    RESULT (*take)(struct shop *shop, const struct authority_row *row);
};

static void replay_done(struct replay *replay)
{
    authority_list_done(&replay->newest);
}

static RESULT replay_entry(void *context, uint64_t index)
{
    struct replay *replay = context;
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(ledger_entry(replay->shop->ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    return authority_list_add(&replay->newest, index, &entry);
}

static int by_row_then_index(const void *a, const void *b)
{
    const struct authority_said *x = a, *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Keep only the newest entry of each row. */
static void replay_newest(struct authority_list *list)
{
    size_t kept = 0;
    if (list->count > 1) qsort(list->at, list->count, sizeof *list->at, by_row_then_index);
    for (size_t i = 0; i < list->count; i++) {
        const struct authority_said *next = i + 1 < list->count ? &list->at[i + 1] : NULL;
        if (next && next->kind == list->at[i].kind && next->id == list->at[i].id) continue;
        list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

bool authority_row_good(struct shop *shop, const struct authority_row *row)
{
    uint8_t mac[32];
    row_mac(shop, row, mac);
    return bytes_equal_ct(mac, row->mac, sizeof mac);
}

const char *authority_kind_name(uint32_t kind)
{
    static const char *const names[] = {
#define AUTHORITY(NAME, number, name, news) [number] = (name),
#include "keep/access/kinds.def"
#undef AUTHORITY
    };
    return kind < COUNT_OF(names) && names[kind] ? names[kind] : "?";
}

static RESULT changed(const struct authority_row *row)
{
    return FAIL(TAMPERED, "authority: row %s %u is not the one that entry %llu of the ledger made",
                authority_kind_name(row->kind), row->id, (unsigned long long)row->entry);
}

/* Does the ledger know of no such row? The list is in the order in which rows come. */
static bool nobody_made(const struct replay *replay, const struct authority_row *row)
{
    if (replay->next >= replay->newest.count) return true;
    const struct authority_said *said = &replay->newest.at[replay->next];
    return row->kind < said->kind || (row->kind == said->kind && row->id < said->id);
}

static RESULT missing(const struct authority_said *said)
{
    return FAIL(TAMPERED, "authority: row %s %u, which entry %llu of the ledger made, is missing",
                authority_kind_name(said->kind), said->id, (unsigned long long)said->index);
}

/* Is the row the one that this entry made? */
static bool made_by(struct shop *shop, const struct authority_said *said, const struct authority_row *row)
{
    struct hash object = {{0}};
    row_hash(shop, row->kind, row->id, row->body, &object);
    return authority_row_good(shop, row) && said->index == row->entry && hash_equal(&said->object, &object);
}

static RESULT replay_row(void *context, const struct authority_row *row)
{
    struct replay *replay = context;
    if (nobody_made(replay, row)) {
        if (!replay->forged) return changed(row);
        ++*replay->forged;
        return OK;
    }
    const struct authority_said *said = &replay->newest.at[replay->next++];
    if (said->kind != row->kind || said->id != row->id) return missing(said);
    if (!made_by(replay->shop, said, row)) return changed(row);
    return replay->take ? replay->take(replay->shop, row) : OK;
}

static RESULT replay_rows(struct replay *replay)
{
    struct store *store = replay->shop->store;
    replay_newest(&replay->newest);
    TRY(store->authority->each(store, replay_row, replay));
    if (replay->next == replay->newest.count) return OK;
    return missing(&replay->newest.at[replay->next]);
}

RESULT authority_load(struct shop *shop, RESULT (*take)(struct shop *shop, const struct authority_row *row),
                      uint64_t *forged)
{
    SCOPED(replay_done) struct replay replay = {.shop = shop, .forged = forged, .take = take};
    *forged = 0;
    TRY(shop->store->ledger->authority_each(shop->store, replay_entry, &replay));
    return replay_rows(&replay);
}

static RESULT replay_good_row(void *context, const struct authority_row *row)
{
    struct replay *replay = context;
    const struct authority_said key = {.kind = row->kind, .id = row->id, .index = UINT64_MAX};
    while (replay->next < replay->newest.count) {
        const struct authority_said *said = &replay->newest.at[replay->next];
        if (said->kind == row->kind && said->id == row->id)
            return made_by(replay->shop, said, row) ? replay->take(replay->shop, row) : OK;
        if (by_row_then_index(said, &key) > 0) return OK; /* nobody made it */
        replay->next++;
    }
    return OK;
}

RESULT authority_load_good(struct shop *shop,
                           RESULT (*take)(struct shop *shop, const struct authority_row *row))
{
    SCOPED(replay_done) struct replay replay = {.shop = shop, .take = take};
    TRY(shop->store->ledger->authority_each(shop->store, replay_entry, &replay));
    replay_newest(&replay.newest);
    return shop->store->authority->each(shop->store, replay_good_row, &replay);
}

RESULT authority_check(struct shop *shop, struct authority_list *list)
{
    SCOPED(replay_done) struct replay replay = {.shop = shop, .newest = TAKE(*list)};
    return replay_rows(&replay);
}

struct row_search {
    enum authority_kind kind;
    uint32_t id;
    uint64_t entry;
    bool found;
};

static RESULT row_is(void *context, const struct authority_row *row)
{
    struct row_search *search = context;
    if (row->kind != search->kind || row->id != search->id) return OK;
    search->entry = row->entry;
    search->found = true;
    return OK;
}

RESULT authority_changed_us(struct shop *shop, enum authority_kind kind, uint32_t id, int64_t *out)
{
    struct row_search search = {.kind = kind, .id = id};
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(shop->store->authority->each(shop->store, row_is, &search));
    if (!search.found) return FAIL(NOT_FOUND, "authority: there is no such row");
    if (search.entry >= ledger_durable(shop->ledger)) { /* made in this batch */
        *out = clock_now(&shop->clock);
        return OK;
    }
    TRY(ledger_entry(shop->ledger, search.entry, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    *out = entry.time_us;
    return OK;
}
