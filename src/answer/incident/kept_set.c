#include "answer/incident/kept_set.h"

#include "keep/shop.h"

void set_hash_begin(struct buf *out)
{
    buf_text(out, "amanah set 1");
}

void set_hash_chunk(uint64_t chunk, struct slice bytes, struct buf *out)
{
    buf_be64(out, chunk);
    buf_be32(out, (uint32_t)bytes.len);
    buf_slice_put(out, bytes);
}

void set_hash(struct crypto *crypto, struct set *set, struct hash *out)
{
    SCOPED(buf_done) struct buf all = {0};
    set_hash_begin(&all);
    for (size_t i = 0; i < set_chunk_count(set); i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        uint64_t chunk = 0;
        set_chunk_get(set, i, &chunk, &bytes);
        set_hash_chunk(chunk, buf_slice(&bytes), &all);
    }
    sha256_one(crypto, buf_slice(&all), out);
}

RESULT set_keep(struct store *store, struct set *set, const struct hash *hash)
{
    bool there = false;
    TRY(store->exposure->set_there(store, hash->bytes, &there));
    for (size_t i = 0; !there && i < set_chunk_count(set); i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        uint64_t chunk = 0;
        set_chunk_get(set, i, &chunk, &bytes);
        TRY(store->exposure->chunk_put(store, hash->bytes, chunk, buf_slice(&bytes)));
    }
    return OK;
}

static RESULT chunk_load(void *context, uint64_t chunk, struct slice bitmap)
{
    return set_chunk_put(context, chunk, bitmap);
}

RESULT set_load(struct store *store, const uint8_t name[SET_HASH_BYTES], uint64_t count, struct set *out)
{
    SCOPED(set_done) struct set set = {0};
    TRY(store->exposure->chunk_each(store, name, chunk_load, &set));
    if (set_count(&set) != count) return FAIL(TAMPERED, "evidence: a stored set is not as it was found");
    set_union_in(out, &set);
    return OK;
}
