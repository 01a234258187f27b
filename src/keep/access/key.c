/* Keys in memory, and the bodies of their rows. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"

#include <string.h>

enum { KEY_MEMBERS = 13, RANGE_BYTES = NETWORK_BYTES + 1 };

void key_body_write(const struct key *key, struct buf *out)
{
    cbor_array(out, KEY_MEMBERS);
    cbor_uint(out, key->role);
    cbor_text(out, slice_text(key->name));
    cbor_array(out, key->holder_count);
    for (size_t i = 0; i < key->holder_count; i++) cbor_uint(out, key->holders[i]);
    cbor_uint(out, key->proof_kind);
    cbor_bytes(out, SLICE_OF(key->proof));
    cbor_uint(out, (uint64_t)key->created_us);
    cbor_uint(out, (uint64_t)key->expires_us);
    cbor_uint(out, (uint64_t)key->ended_us);
    SCOPED(buf_done) struct buf ranges = {0};
    for (size_t i = 0; i < key->network_count; i++) {
        buf_put(&ranges, key->networks[i].at, NETWORK_BYTES);
        buf_byte(&ranges, key->networks[i].bits);
    }
    cbor_bytes(out, buf_slice(&ranges));
    cbor_uint(out, key->rotated_from);
    cbor_bytes(out, SLICE_OF(key->probe_mac));
    cbor_bytes(out, SLICE_OF(key->probe));
    cbor_uint(out, key->made_by);
}

static RESULT number_read(struct cbor *reader, uint32_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number > UINT32_MAX) return FAIL(CORRUPT, "authority: a stored number is out of range");
    *out = (uint32_t)number;
    return OK;
}

static RESULT bytes_read(struct cbor *reader, void *out, size_t len)
{
    struct slice bytes = {0};
    TRY(cbor_read_bytes(reader, &bytes));
    if (bytes.len != len) return FAIL(CORRUPT, "authority: stored bytes have another length");
    memcpy(out, bytes.at, len);
    return OK;
}

static RESULT networks_read(struct cbor *reader, struct key *out)
{
    struct slice ranges = {0};
    TRY(cbor_read_bytes(reader, &ranges));
    if (ranges.len % RANGE_BYTES != 0 || ranges.len / RANGE_BYTES > KEY_NETWORKS_MAX)
        return FAIL(CORRUPT, "authority: the networks of a stored key are malformed");
    out->network_count = ranges.len / RANGE_BYTES;
    for (size_t i = 0; i < out->network_count; i++) {
        memcpy(out->networks[i].at, ranges.at + i * RANGE_BYTES, NETWORK_BYTES);
        out->networks[i].bits = ranges.at[i * RANGE_BYTES + NETWORK_BYTES];
        if (out->networks[i].bits > NETWORK_BITS)
            return FAIL(CORRUPT, "authority: the networks of a stored key are malformed");
    }
    return OK;
}

static RESULT key_body_read(struct slice body, struct key *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint32_t kind = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != KEY_MEMBERS) return FAIL(CORRUPT, "authority: a stored key is malformed");
    TRY(number_read(&reader, &out->role));
    TRY(body_name_read(&reader, out->name, NAME_BYTES_MAX));
    TRY(body_numbers_read(&reader, out->holders, KEY_HOLDERS_MAX, &out->holder_count));
    TRY(number_read(&reader, &kind));
    TRY(bytes_read(&reader, out->proof.bytes, HASH_BYTES));
    TRY(body_time_read(&reader, &out->created_us));
    TRY(body_time_read(&reader, &out->expires_us));
    TRY(body_time_read(&reader, &out->ended_us));
    TRY(networks_read(&reader, out));
    TRY(number_read(&reader, &out->rotated_from));
    TRY(bytes_read(&reader, out->probe_mac.bytes, HASH_BYTES));
    TRY(bytes_read(&reader, out->probe, sizeof out->probe));
    TRY(cbor_read_uint(&reader, &out->made_by));
    TRY(cbor_end(&reader));
    if (kind < PROOF_SECRET || kind > PROOF_CERTIFICATE)
        return FAIL(CORRUPT, "authority: a stored key is malformed");
    out->proof_kind = (enum key_proof)kind;
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
