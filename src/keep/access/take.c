/* What the bodies of authority rows are read with, and taking rows into memory. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"
#include "keep/access/containment.h"
#include "keep/access/notice_row.h"
#include "keep/access/quiet.h"
#include "keep/access/redress_row.h"
#include "keep/export/export.h"
#include "keep/hold.h"
#include "keep/keeping.h"
#include "keep/post.h"
#include "keep/profile.h"
#include "keep/watch/canary.h"
#include "keep/watch/sink.h"
#include "keep/watch/watching.h"

#include <stdlib.h>
#include <string.h>

RESULT body_numbers_read(struct cbor *reader, uint32_t *out, size_t room, size_t *count)
{
    size_t found = 0;
    TRY(cbor_read_array(reader, &found));
    if (found > room) return FAIL(CORRUPT, "authority: a stored list is too long");
    for (size_t i = 0; i < found; i++) {
        uint64_t number = 0;
        TRY(cbor_read_uint(reader, &number));
        if (number > UINT32_MAX) return FAIL(CORRUPT, "authority: a stored number is out of range");
        out[i] = (uint32_t)number;
    }
    *count = found;
    return OK;
}

RESULT body_name_read(struct cbor *reader, char *out, size_t bytes_max)
{
    struct slice name = {0};
    TRY(cbor_read_text(reader, &name));
    if (name.len > bytes_max) return FAIL(CORRUPT, "authority: a stored name is too long");
    if (name.len > 0) memcpy(out, name.at, name.len);
    out[name.len] = 0;
    return OK;
}

RESULT body_time_read(struct cbor *reader, int64_t *out)
{
    uint64_t time = 0;
    TRY(cbor_read_uint(reader, &time));
    if (time > INT64_MAX) return FAIL(CORRUPT, "authority: a stored time is out of range");
    *out = (int64_t)time;
    return OK;
}

RESULT body_limits_read(struct cbor *reader, struct limits *out)
{
    size_t count = 0;
    TRY(cbor_read_array(reader, &count));
    if (count != WINDOW_COUNT) return FAIL(CORRUPT, "authority: stored limits of %zu windows", count);
    for (size_t i = 0; i < WINDOW_COUNT; i++) TRY(cbor_read_uint(reader, &out->at[i]));
    return OK;
}

/* Room for row `id` in an array of `count` rows: the row of that id, or the next free one. */
RESULT row_place(void **rows, size_t *count, size_t row_bytes, uint32_t id, void **out)
{
    if (id == 0 || id > *count + 1) return FAIL(TAMPERED, "authority: row %u has no row before it", id);
    if (id == *count + 1) {
        uint8_t *grown = realloc(*rows, (*count + 1) * row_bytes);
        if (!grown) return FAIL(UNAVAILABLE, "authority: out of memory");
        *rows = grown;
        (*count)++;
        memset(grown + (id - 1) * row_bytes, 0, row_bytes);
    }
    *out = (uint8_t *)*rows + (size_t)(id - 1) * row_bytes;
    return OK;
}

static RESULT field_take(struct shop *shop, struct slice body)
{
    struct field field = {0};
    TRY(field_body_read(body, &field));
    shop->fields.at[field.number] = field;
    return OK;
}

RESULT access_take(struct shop *shop, uint16_t kind, uint32_t id, struct slice body)
{
    switch (kind) {
    case AUTHORITY_ROLE:
        return role_take(&shop->access, id, body);
    case AUTHORITY_KEY:
        return key_take(&shop->access, id, body);
    case AUTHORITY_STAFF:
        return staff_take(&shop->access, id, body);
    case AUTHORITY_SIGN_IN:
        return sign_in_take(&shop->access, id, body);
    case AUTHORITY_FIELD:
        return field_take(shop, body);
    case AUTHORITY_LEAVE:
        return leave_take(&shop->access, id, body);
    case AUTHORITY_SERVICE:
        return service_take(&shop->access, id, body);
    case AUTHORITY_BUDGET:
        return budget_take(&shop->access, id, body);
    case AUTHORITY_SECRET:
        return secret_take(&shop->access, id, body);
    case AUTHORITY_APPROVAL:
        return approval_take(&shop->access, id, body);
    case AUTHORITY_MAIL:
        return post_settings_take(shop, body);
    case AUTHORITY_SINK:
        return sink_take(shop, id, body);
    case AUTHORITY_CANARY:
        return canary_take(shop, id, body);
    case AUTHORITY_BREAKER:
    case AUTHORITY_ALERT:
    case AUTHORITY_MUTE:
        return watching_take(shop, kind, id, body);
    case AUTHORITY_CONTAINMENT:
        return containment_take(&shop->access, id, body);
    case AUTHORITY_HOLD:
        return hold_take(&shop->access, id, body);
    case AUTHORITY_NOTICE:
        return notice_row_take(&shop->access, id, body);
    case AUTHORITY_REDRESS:
        return body_row_take(&shop->access.redress, id, body, REDRESS_ROW_BYTES_MAX);
    case AUTHORITY_PAYMENT:
        return body_row_take(&shop->access.payments, id, body, PAYMENT_ROW_BYTES_MAX);
    case AUTHORITY_BOOK:
        return profile_take(shop, id, body);
    case AUTHORITY_KEEPING:
        return keeping_take(&shop->access, id, body);
    case AUTHORITY_QUIET:
        return quiet_take(&shop->access, id, body);
    case AUTHORITY_EXPORT:
        return export_take(shop, id, body);
    case AUTHORITY_WITNESS:
        return OK; /* read from its row when it is needed */
    default:
        return FAIL(TAMPERED, "authority: a row of an unknown kind");
    }
}
