/* The verbs on fields. */
#include "keep/access/authority.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

/* An indexed field needs its key durable before the field is: the keyring is written first. */
static RESULT index_make(struct shop *shop, const struct field *field)
{
    SCOPED(buf_done) struct buf path = {0};
    if (!field->indexed) return OK;
    if (keyring_newest(shop->keyring, KEY_INDEX, field->number) == 0) {
        TRY(keyring_add(shop->keyring, shop->crypto, KEY_INDEX, field->number, NULL));
        shop_path(shop->home, shop->name, "keyring", &path);
        struct result saved =
            keyring_save(shop->keyring, shop->crypto, buf_c(&path), home_root(shop->home), shop->name);
        if (saved.code != CODE_OK) {
            keyring_drop_last(shop->keyring); /* what is not durable must not be used */
            return saved;
        }
    }
    return shop_index_open(shop, field->number);
}

RESULT verb_field_put(struct batch *batch, const struct reader *reader, const struct field_put_ask *ask,
                      struct answer *out)
{
    struct field field = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(field_from_ask(&batch->shop->fields, ask, &field));
    TRY(index_make(batch->shop, &field));
    field_body_write(&field, &body);
    TRY(authority_put(batch, reader, AUTHORITY_FIELD, (uint32_t)(field.number - FIELD_OWN_FIRST + 1),
                      buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 1);
    put_text(&out->body, "name", ask->name);
    return OK;
}

RESULT verb_field_list(struct batch *batch, const struct reader *reader, const struct field_list_ask *ask,
                       struct answer *out)
{
    (void)reader;
    (void)ask;
    const struct fields *fields = &batch->shop->fields;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), count = 0;
    for (size_t i = 0; i < FIELD_MAX; i++) {
        const struct field *field = &fields->at[i];
        if (!field->name[0]) continue;
        cbor_map(&out->body, 6);
        put_text(&out->body, "name", slice_text(field->name));
        put_text(&out->body, "group", slice_text(field->group));
        put_text(&out->body, "normaliser", slice_text(field_normaliser_name(field->normaliser)));
        put_text(&out->body, "mask", slice_text(field_mask_name(field->mask)));
        put_text(&out->body, "index", field->indexed ? SLICE_TEXT("full") : SLICE_TEXT("none"));
        put_number(&out->body, "bytes", field->bytes_max);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    return OK;
}
