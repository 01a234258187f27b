/* The verbs on keys. */
#include "keep/access/authority.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

RESULT verb_key_issue(struct batch *batch, const struct reader *reader, const struct key_issue_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct role *role = role_find(&shop->access, ask->role);
    struct key key = {.id = (uint32_t)shop->access.key_count + 1, .created_us = batch->now_us};
    SCOPED(buf_done) struct buf text = {0}, body = {0}, name = {0};
    struct receipt receipt = {0};
    if (!role) return FAIL(NOT_FOUND, "role: this shop has none of that name; see GET /v1/roles");
    TRY(normalise(NORMALISE_TEXT, ask->name, (struct slice){0}, &name));
    if (name.len > NAME_BYTES_MAX)
        return FAIL(FIELD_TOO_LONG, "name: longer than %d bytes once normalised", NAME_BYTES_MAX);
    for (size_t i = 0; i < ask->holders.count; i++) {
        uint64_t staff = 0;
        TRY(id_get(shop, ID_STAFF, ask->holders.at[i], &staff));
        if (staff == 0 || staff > shop->access.staff_count)
            return FAIL(NOT_FOUND, "holders: item %zu is no member of staff", i);
        key.holders[key.holder_count++] = (uint32_t)staff;
    }
    key.role = role->id;
    memcpy(key.name, name.len ? name.at : (const uint8_t *)"", name.len);
    key.expires_us = key.created_us + (int64_t)(ask->days ? ask->days : KEY_DAYS_MAX) * DAY_US;
    key_secret_make(shop, &key, &text);
    key_body_write(&key, &body);
    out->secret = true;
    cbor_map(&out->body, 4);
    put_id(shop, &out->body, "id", ID_KEY, key.id);
    put_text(&out->body, "key", buf_slice(&text));
    put_text(&out->body, "role", slice_text(role->name));
    put_time(&out->body, "expires", key.expires_us);
    TRY(authority_put(batch, reader, AUTHORITY_KEY, key.id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

RESULT verb_key_revoke(struct batch *batch, const struct reader *reader, const struct key_revoke_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    uint64_t number = 0;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(id_get(shop, ID_KEY, ask->id, &number));
    const struct key *found = key_by_id(&shop->access, (uint32_t)number);
    if (!found || number > UINT32_MAX) return FAIL(NOT_FOUND, "key: this shop has none of that id");
    struct key key = *found;
    if (key.ended_us == 0) {
        key.ended_us = batch->now_us;
        key_body_write(&key, &body);
        TRY(authority_put(batch, reader, AUTHORITY_KEY, key.id, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    }
    cbor_map(&out->body, 2);
    put_text(&out->body, "id", ask->id);
    put_time(&out->body, "ended", key.ended_us);
    return OK;
}

static void key_put(struct shop *shop, const struct key *key, struct buf *out)
{
    const struct role *role = role_by_id(&shop->access, key->role);
    cbor_map(out, key->ended_us ? 7 : 6);
    put_id(shop, out, "id", ID_KEY, key->id);
    put_text(out, "name", slice_text(key->name));
    put_text(out, "role", slice_text(role ? role->name : ""));
    cbor_text(out, SLICE_TEXT("holders"));
    cbor_array(out, key->holder_count);
    for (size_t i = 0; i < key->holder_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_STAFF, key->holders[i], &id);
        cbor_text(out, buf_slice(&id));
    }
    put_time(out, "created", key->created_us);
    put_time(out, "expires", key->expires_us);
    if (key->ended_us) put_time(out, "ended", key->ended_us);
}

RESULT verb_key_list(struct batch *batch, const struct reader *reader, const struct key_list_ask *ask,
                     struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.key_count};
    TRY(page_of(shop, ID_KEY, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, page.to - page.from);
    for (size_t i = page.from; i < page.to; i++) key_put(shop, &shop->access.keys[i], &out->body);
    put_next(shop, ID_KEY, &page, &out->body);
    return OK;
}
