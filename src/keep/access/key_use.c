#include "keep/access/key_use.h"

#include "keep/batch.h"
#include "store/authority.h"

#include <stdlib.h>
#include <string.h>

static void use_mac(struct shop *shop, const struct key_use_row *row, uint8_t out[HASH_BYTES])
{
    uint8_t at[4 + 4 + 4];
    struct hash mac = {{0}};
    be32_put(at, row->id);
    be32_put(at + 4, row->day);
    be32_put(at + 8, row->told);
    const struct slice parts[] = {SLICE_TEXT("key use"), {at, sizeof at}};
    prf_run(shop->row_mac, parts, COUNT_OF(parts), &mac);
    memcpy(out, mac.bytes, HASH_BYTES);
}

static void grow(struct key_use **list, size_t from, size_t to)
{
    struct key_use *grown = realloc(*list, to * sizeof *grown);
    if (!grown) abort();
    memset(grown + from, 0, (to - from) * sizeof *grown);
    *list = grown;
}

/* Room for a key's row. Ids are given out in order, so the list is as long as there are keys. */
static size_t place_of(struct key_uses *uses, uint32_t id)
{
    if (id > uses->count) {
        grow(&uses->at, uses->count, id);
        grow(&uses->kept, uses->count, id);
        uses->count = id;
    }
    return id - 1;
}

static uint32_t day_of(int64_t us)
{
    return us > 0 ? (uint32_t)(us / DAY_US) : 0;
}

void key_used(struct shop *shop, uint32_t id, int64_t now_us)
{
    size_t place = place_of(&shop->key_uses, id);
    struct key_use *use = &shop->key_uses.at[place];
    uint32_t day = day_of(now_us);
    if (use->day == day) return;
    use->day = day;
    use->told &= ~(uint32_t)KEY_TOLD_REST;
    shop->key_uses.changed = true;
}

uint32_t key_told_of(const struct shop *shop, uint32_t id)
{
    return id <= shop->key_uses.count ? shop->key_uses.at[id - 1].told : 0;
}

void key_told(struct shop *shop, uint32_t id, uint32_t told)
{
    size_t place = place_of(&shop->key_uses, id);
    shop->key_uses.at[place].told = told;
    shop->key_uses.changed = true;
}

bool key_was_used(const struct shop *shop, uint32_t id)
{
    return id <= shop->key_uses.count && shop->key_uses.at[id - 1].day > 0;
}

int64_t key_unused_us(const struct shop *shop, const struct key *key, int64_t now_us)
{
    uint32_t day = day_of(key->created_us), today = day_of(now_us);
    uint32_t used = key->id <= shop->key_uses.count ? shop->key_uses.at[key->id - 1].day : 0;
    if (used > today) used = today; /* the clock was ahead */
    if (used > day) day = used;
    return (int64_t)(day + 1 + KEY_UNUSED_DAYS) * DAY_US;
}

RESULT key_uses_write(struct batch *batch)
{
    struct shop *shop = batch->shop;
    if (!shop->key_uses.changed) return OK;
    for (size_t i = 0; i < shop->key_uses.count; i++) {
        const struct key_use *use = &shop->key_uses.at[i];
        struct key_use_row row = {.id = (uint32_t)i + 1, .day = use->day, .told = use->told};
        if (memcmp(use, &shop->key_uses.kept[i], sizeof *use) == 0) continue;
        use_mac(shop, &row, row.mac);
        struct store *store = batch_write(batch);
        TRY(store->key_use->put(store, &row));
    }
    return OK;
}

void key_uses_settle(struct key_uses *uses)
{
    if (uses->changed) memcpy(uses->kept, uses->at, uses->count * sizeof *uses->at);
    uses->changed = false;
}

void key_uses_undo(struct key_uses *uses)
{
    if (uses->changed) memcpy(uses->at, uses->kept, uses->count * sizeof *uses->at);
    uses->changed = false;
}

static RESULT take_row(void *context, const struct key_use_row *row)
{
    struct shop *shop = context;
    uint8_t mac[HASH_BYTES];
    use_mac(shop, row, mac);
    if (!bytes_equal_ct(mac, row->mac, sizeof mac) || !key_by_id(&shop->access, row->id)) return OK;
    size_t place = place_of(&shop->key_uses, row->id);
    shop->key_uses.at[place] = shop->key_uses.kept[place] = (struct key_use){row->day, row->told};
    return OK;
}

RESULT key_uses_load(struct shop *shop)
{
    return shop->store->key_use->each(shop->store, take_row, shop);
}

void key_uses_done(struct key_uses *uses)
{
    free(uses->at);
    free(uses->kept);
    *uses = (struct key_uses){0};
}
