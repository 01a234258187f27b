#include "keep/access/containment.h"

#include "keep/access/rows.h"

static bool among(uint32_t id, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) return true;
    }
    return false;
}

bool containment_has(const struct access *access, enum reader_kind kind, uint32_t id)
{
    for (size_t i = 0; i < access->containment_count; i++) {
        const struct containment *at = &access->containments[i];
        if (at->lifted_us != 0) continue;
        if (kind == READER_KEY && among(id, at->keys, at->key_count)) return true;
        if (kind == READER_STAFF && among(id, at->staff, at->staff_count)) return true;
    }
    return false;
}

bool containment_stands(const struct access *access)
{
    for (size_t i = 0; i < access->containment_count; i++) {
        if (access->containments[i].lifted_us == 0) return true;
    }
    return false;
}

RESULT containment_ask(const struct access *access)
{
    return containment_stands(access)
               ? FAIL(FROZEN, "the shop: roles, credentials and permissions are frozen for now; "
                              "ask whoever answers for its security")
               : OK;
}

RESULT containment_ask_of(const struct access *access, const struct reader *reader)
{
    return reader->no == reader_no(READER_OPERATOR, 0) ? OK : containment_ask(access);
}

const struct containment *containment_of(const struct access *access, uint64_t incident)
{
    for (size_t i = 0; i < access->containment_count; i++) {
        if (access->containments[i].incident == incident) return &access->containments[i];
    }
    return NULL;
}

static void numbers_put(const uint32_t *numbers, size_t count, struct buf *out)
{
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_uint(out, numbers[i]);
}

void containment_body_write(const struct containment *containment, struct buf *out)
{
    cbor_array(out, 8);
    cbor_uint(out, containment->incident);
    cbor_uint(out, (uint64_t)containment->since_us);
    cbor_uint(out, (uint64_t)containment->lifted_us);
    cbor_uint(out, containment->settled);
    numbers_put(containment->keys, containment->key_count, out);
    numbers_put(containment->before, containment->key_count, out);
    numbers_put(containment->after, containment->key_count, out);
    numbers_put(containment->staff, containment->staff_count, out);
}

RESULT containment_take(struct access *access, uint32_t id, struct slice body)
{
    struct containment row = {.id = id};
    struct cbor reader = cbor_reader(body);
    size_t members = 0, before = 0, after = 0;
    uint64_t settled = 0;
    void *rows = access->containments, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &row.incident));
    TRY(body_time_read(&reader, &row.since_us));
    TRY(body_time_read(&reader, &row.lifted_us));
    TRY(cbor_read_uint(&reader, &settled));
    TRY(body_numbers_read(&reader, row.keys, CONTAINED_KEYS_MAX, &row.key_count));
    TRY(body_numbers_read(&reader, row.before, CONTAINED_KEYS_MAX, &before));
    TRY(body_numbers_read(&reader, row.after, CONTAINED_KEYS_MAX, &after));
    TRY(body_numbers_read(&reader, row.staff, CONTAINED_STAFF_MAX, &row.staff_count));
    TRY(cbor_end(&reader));
    if (members != 8 || before != row.key_count || after != row.key_count || settled > row.key_count)
        return FAIL(CORRUPT, "authority: a stored containment is malformed");
    row.settled = (size_t)settled;
    TRY(row_place(&rows, &access->containment_count, sizeof row, id, &at));
    access->containments = rows;
    *(struct containment *)at = row;
    return OK;
}

RESULT containment_put(struct batch *batch, const struct reader *reader,
                       const struct containment *containment, struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    containment_body_write(containment, &body);
    return authority_put(batch, reader, AUTHORITY_CONTAINMENT, containment->id, buf_slice(&body), out);
}
