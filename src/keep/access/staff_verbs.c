/* The verbs on staff. */
#include "keep/access/authority.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

RESULT verb_staff_add(struct batch *batch, const struct reader *reader, const struct staff_add_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    uint32_t id = (uint32_t)shop->access.staff_count + 1;
    SCOPED(buf_done) struct buf name = {0}, email = {0}, text = {0}, aad = {0}, box = {0}, body = {0};
    struct receipt receipt = {0};
    TRY(normalise(NORMALISE_TEXT, ask->name, (struct slice){0}, &name));
    TRY(normalise(NORMALISE_EMAIL, ask->email, (struct slice){0}, &email));
    if (name.len == 0) return FAIL(FIELD_FORMAT, "name: is empty");
    cbor_array(&text, 2);
    cbor_text(&text, buf_slice(&name));
    cbor_text(&text, buf_slice(&email));
    buf_text(&aad, "staff");
    buf_be32(&aad, id);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), &box);
    cbor_array(&body, 2);
    cbor_uint(&body, (uint64_t)batch->now_us);
    cbor_bytes(&body, buf_slice(&box));
    TRY(authority_put(batch, reader, AUTHORITY_STAFF, id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 1);
    put_id(shop, &out->body, "id", ID_STAFF, id);
    return OK;
}

static RESULT staff_put(struct shop *shop, const struct staff *staff, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    struct slice name = {0}, email = {0};
    TRY(staff_open(shop, staff, &text, &name, &email));
    cbor_map(out, 4);
    put_id(shop, out, "id", ID_STAFF, staff->id);
    put_text(out, "name", name);
    put_text(out, "email", email);
    put_time(out, "created", staff->created_us);
    return OK;
}

RESULT verb_staff_list(struct batch *batch, const struct reader *reader, const struct staff_list_ask *ask,
                       struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.staff_count};
    TRY(page_of(shop, ID_STAFF, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, page.to - page.from);
    for (size_t i = page.from; i < page.to; i++) TRY(staff_put(shop, &shop->access.staff[i], &out->body));
    put_next(shop, ID_STAFF, &page, &out->body);
    return OK;
}
