#include "keep/keeping.h"

#include "keep/access/rows.h"
#include "keep/hold.h"

enum { KEEPING_MEMBERS = 5 };

void keeping_done(struct keeping *keeping)
{
    buf_done(&keeping->sealed);
}

static RESULT flag_read(struct cbor *reader, bool *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    *out = number == 1;
    return number <= 1 ? OK : FAIL(CORRUPT, "authority: a stored keeping is malformed");
}

RESULT keeping_take(struct access *access, uint32_t id, struct slice body)
{
    SCOPED(keeping_done) struct keeping row = {.id = id};
    struct cbor reader = cbor_reader(body);
    struct slice sealed = {0};
    size_t members = 0;
    void *rows = access->keepings, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    if (members != KEEPING_MEMBERS) return FAIL(CORRUPT, "authority: a stored keeping is malformed");
    TRY(cbor_read_uint(&reader, &row.cause));
    TRY(body_time_read(&reader, &row.proved_us));
    TRY(flag_read(&reader, &row.ended));
    TRY(flag_read(&reader, &row.silent));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(cbor_end(&reader));
    bool fresh = id > access->keeping_count;
    TRY(row_place(&rows, &access->keeping_count, sizeof row, id, &at));
    access->keepings = rows;
    if (!fresh) keeping_done(at);
    buf_slice_put(&row.sealed, sealed);
    *(struct keeping *)at = TAKE(row);
    return OK;
}

RESULT keeping_put(struct batch *batch, const struct keeping *row, struct receipt *out)
{
    const struct reader system = {.no =
                                      reader_no(READER_SYSTEM, 0)}; /* who knows of an incident is for few */
    SCOPED(buf_done) struct buf body = {0};
    cbor_array(&body, KEEPING_MEMBERS);
    cbor_uint(&body, row->cause);
    cbor_uint(&body, (uint64_t)row->proved_us);
    cbor_uint(&body, row->ended);
    cbor_uint(&body, row->silent);
    cbor_bytes(&body, buf_slice(&row->sealed));
    return authority_put(batch, &system, AUTHORITY_KEEPING, row->id, buf_slice(&body), out);
}

/* Does the hold stand that it is for? */
static bool wanted(const struct access *access, uint64_t cause)
{
    for (size_t i = 0; i < access->hold_count; i++) {
        if (access->holds[i].cause == cause && access->holds[i].until_us == 0) return true;
    }
    return false;
}

const struct keeping *keepings_silent(const struct access *access, int64_t now_us, uint32_t after)
{
    for (size_t i = after; i < access->keeping_count; i++) {
        const struct keeping *row = &access->keepings[i];
        bool due = now_us - row->proved_us > KEEPING_SILENT_H * HOUR_US;
        if (due && !row->ended && !row->silent && wanted(access, row->cause)) return row;
    }
    return NULL;
}
