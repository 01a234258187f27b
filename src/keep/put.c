#include "keep/put.h"

void put_text(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
}

void put_time(struct buf *out, const char *name, int64_t us)
{
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, us);
    put_text(out, name, buf_slice(&time));
}

void put_time_or_null(struct buf *out, const char *name, int64_t us)
{
    if (us > 0) {
        put_time(out, name, us);
        return;
    }
    cbor_text(out, slice_text(name));
    cbor_null(out);
}

void put_id(struct shop *shop, struct buf *out, const char *name, enum id_kind kind, uint64_t number)
{
    SCOPED(buf_done) struct buf id = {0};
    id_put(shop, kind, number, &id);
    put_text(out, name, buf_slice(&id));
}

void put_number(struct buf *out, const char *name, uint64_t number)
{
    cbor_text(out, slice_text(name));
    cbor_uint(out, number);
}

void put_bool(struct buf *out, const char *name, bool value)
{
    cbor_text(out, slice_text(name));
    cbor_bool(out, value);
}

RESULT page_of(struct shop *shop, enum id_kind kind, struct slice after, uint64_t limit, struct page *page)
{
    uint64_t number = 0;
    if (after.len > 0) TRY(id_get(shop, kind, after, &number));
    if (number > page->count) number = page->count;
    page->from = (size_t)number;
    page->to = page->from + (size_t)(limit ? limit : 100);
    if (page->to > page->count) page->to = page->count;
    return OK;
}

void put_next(struct shop *shop, enum id_kind kind, const struct page *page, struct buf *out)
{
    if (page->to < page->count) {
        put_id(shop, out, "next", kind, page->to);
        return;
    }
    cbor_text(out, SLICE_TEXT("next"));
    cbor_null(out);
}
