/* Readers of systems outside, and names of files: kept sealed, found by a keyed tag. */
#include "keep/observe/observe_priv.h"

#include <string.h>

enum { AAD_BYTES = SHOP_ID_BYTES + 1 + 8 };

static struct slice name_aad(const struct shop *shop, char kind, uint32_t id, uint32_t system,
                             uint8_t at[AAD_BYTES])
{
    memcpy(at, keyring_shop_id(shop->keyring), SHOP_ID_BYTES);
    at[SHOP_ID_BYTES] = (uint8_t)kind;
    be32_put(at + SHOP_ID_BYTES + 1, id);
    be32_put(at + SHOP_ID_BYTES + 5, system);
    return (struct slice){at, AAD_BYTES};
}

static void reader_tag(const struct shop *shop, uint32_t system, struct slice text, uint8_t out[TAG_BYTES])
{
    uint8_t at[4];
    struct hash hash = {{0}};
    be32_put(at, system);
    const struct slice parts[] = {SLICE_OF(at), text};
    prf_run(shop->outside_tag, parts, COUNT_OF(parts), &hash);
    memcpy(out, hash.bytes, TAG_BYTES);
}

/* What a reader's tag is of, and what is sealed. */
static void reader_text(const struct seen_reader *reader, struct buf *out)
{
    buf_byte(out, (uint8_t)reader->kind);
    buf_slice_put(out, reader->name);
}

RESULT outside_reader_find(struct shop *shop, uint32_t system, const struct seen_reader *reader,
                           uint32_t *out)
{
    uint8_t tag[TAG_BYTES];
    SCOPED(buf_done) struct buf text = {0};
    reader_text(reader, &text);
    reader_tag(shop, system, buf_slice(&text), tag);
    return shop->store->observed->reader_find(shop->store, system, tag, out);
}

RESULT outside_reader_number(struct batch *batch, uint32_t system, const struct seen_reader *reader,
                             uint32_t *out)
{
    struct shop *shop = batch->shop;
    struct store *store = shop->store;
    struct outside_reader_row row = {.system = system};
    uint8_t aad[AAD_BYTES];
    SCOPED(buf_done) struct buf text = {0}, box = {0};
    reader_text(reader, &text);
    reader_tag(shop, system, buf_slice(&text), row.tag);
    struct result got = store->observed->reader_find(store, system, row.tag, out);
    if (got.code != CODE_NOT_FOUND) return got;
    TRY(store->observed->reader_last(store, &row.id));
    if (row.id == UINT32_MAX) return FAIL(TOO_MANY, "observe: more readers outside than there are numbers");
    row.id++;
    aead_seal(shop->outside_box, name_aad(shop, 'r', row.id, system, aad), buf_slice(&text), &box);
    row.sealed = buf_slice(&box);
    *out = row.id;
    return batch_write(batch)->observed->reader_add(store, &row);
}

RESULT outside_reader_open(struct shop *shop, uint32_t id, uint32_t *system, struct buf *name)
{
    struct outside_reader_row row;
    uint8_t aad[AAD_BYTES], tag[TAG_BYTES];
    SCOPED(buf_done) struct buf box = {0}, text = {0};
    struct result got = shop->store->observed->reader_get(shop->store, id, &row, &box);
    if (got.code == CODE_OK)
        got = aead_open(shop->outside_box, name_aad(shop, 'r', id, row.system, aad), buf_slice(&box), &text);
    if (got.code == CODE_OK) reader_tag(shop, row.system, buf_slice(&text), tag);
    if (got.code == CODE_NOT_FOUND || got.code == CODE_CORRUPT ||
        (got.code == CODE_OK && (text.len == 0 || !bytes_equal_ct(tag, row.tag, TAG_BYTES)))) {
        return FAIL(TAMPERED, "outside reader %u: its row is missing or was changed", id);
    }
    if (got.code != CODE_OK) return got;
    *system = row.system;
    if (text.at[0] == SEEN_UNNAMED) buf_text(name, "unnamed");
    if (text.at[0] == SEEN_SYSTEM) buf_text(name, "everybody");
    buf_slice_put(name, slice_from(buf_slice(&text), 1));
    return OK;
}

void outside_file_seal(struct shop *shop, uint32_t id, struct slice name, struct buf *out)
{
    uint8_t aad[AAD_BYTES];
    aead_seal(shop->outside_box, name_aad(shop, 'f', id, 0, aad), name, out);
}

RESULT outside_file_open(struct shop *shop, const struct outside_file_row *row, struct buf *name)
{
    uint8_t aad[AAD_BYTES];
    struct result got = aead_open(shop->outside_box, name_aad(shop, 'f', row->id, 0, aad), row->sealed, name);
    if (got.code == CODE_OK) return OK;
    return FAIL(TAMPERED, "outside file %u: its name was changed", row->id);
}

const char *outside_system_name(const struct shop *shop, uint32_t system)
{
    for (size_t i = 0; i < shop->access.service_count; i++) {
        if (shop->access.services[i].id == system) return shop->access.services[i].name;
    }
    return "";
}
