/* Staff in memory, and the bodies of their rows. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"

#include <string.h>

RESULT staff_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    struct slice sealed = {0};
    size_t members = 0;
    int64_t created_us = 0;
    void *rows = access->staff, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_time_read(&reader, &created_us));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(row_place(&rows, &access->staff_count, sizeof *access->staff, id, &at));
    access->staff = rows;
    struct staff *staff = at;
    buf_done(&staff->sealed);
    *staff = (struct staff){.id = id, .created_us = created_us};
    buf_slice_put(&staff->sealed, sealed);
    return members == 2 ? OK : FAIL(CORRUPT, "authority: a stored member of staff is malformed");
}

RESULT staff_open(struct shop *shop, const struct staff *staff, struct buf *text, struct slice *name,
                  struct slice *email)
{
    SCOPED(buf_done) struct buf aad = {0};
    size_t two = 0;
    buf_text(&aad, "staff");
    buf_be32(&aad, staff->id);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&staff->sealed), text));
    struct cbor reader = cbor_reader(buf_slice(text));
    TRY(cbor_read_array(&reader, &two));
    TRY(cbor_read_text(&reader, name));
    return cbor_read_text(&reader, email);
}
