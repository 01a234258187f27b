/* Keys in memory, and the bodies of their rows. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"

#include <string.h>

void key_body_write(const struct key *key, struct buf *out)
{
    cbor_array(out, 7);
    cbor_uint(out, key->role);
    cbor_text(out, slice_text(key->name));
    cbor_array(out, key->holder_count);
    for (size_t i = 0; i < key->holder_count; i++) cbor_uint(out, key->holders[i]);
    cbor_bytes(out, SLICE_OF(key->mac));
    cbor_uint(out, (uint64_t)key->created_us);
    cbor_uint(out, (uint64_t)key->expires_us);
    cbor_uint(out, (uint64_t)key->ended_us);
}

static RESULT key_body_read(struct slice body, struct key *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t role = 0;
    struct slice mac = {0};
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &role));
    TRY(body_name_read(&reader, out->name, NAME_BYTES_MAX));
    TRY(body_numbers_read(&reader, out->holders, KEY_HOLDERS_MAX, &out->holder_count));
    TRY(cbor_read_bytes(&reader, &mac));
    TRY(body_time_read(&reader, &out->created_us));
    TRY(body_time_read(&reader, &out->expires_us));
    TRY(body_time_read(&reader, &out->ended_us));
    TRY(cbor_end(&reader));
    if (members != 7 || mac.len != HASH_BYTES || role > UINT32_MAX)
        return FAIL(CORRUPT, "authority: a stored key is malformed");
    memcpy(out->mac.bytes, mac.at, HASH_BYTES);
    out->role = (uint32_t)role;
    return OK;
}

RESULT key_take(struct access *access, uint32_t id, struct slice body)
{
    struct key key = {.id = id};
    void *rows = access->keys, *at = NULL;
    TRY(key_body_read(body, &key));
    TRY(row_place(&rows, &access->key_count, sizeof key, id, &at));
    access->keys = rows;
    memcpy(at, &key, sizeof key);
    return OK;
}
