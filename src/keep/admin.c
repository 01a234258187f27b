/* Staff, keys, roles and fields: the verbs on authority rows. */
#include "keep/authority.h"
#include "keep/verbs.h"

#include <string.h>

static void put_text(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
}

static void put_time(struct buf *out, const char *name, int64_t us)
{
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, us);
    put_text(out, name, buf_slice(&time));
}

static void put_id(struct shop *shop, struct buf *out, const char *name, enum id_kind kind, uint64_t number)
{
    SCOPED(buf_done) struct buf id = {0};
    id_put(shop, kind, number, &id);
    put_text(out, name, buf_slice(&id));
}

static void put_number(struct buf *out, const char *name, uint64_t number)
{
    cbor_text(out, slice_text(name));
    cbor_uint(out, number);
}

static void put_acts(const struct role *role, struct buf *out)
{
    size_t mark = cbor_open(out), count = 0;
    for (int act = 0; act < ACT_NONE; act++) {
        if (!(role->acts >> act & 1)) continue;
        cbor_text(out, slice_text(act_name((enum act)act)));
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void put_fields(struct shop *shop, const struct role *role, struct buf *out)
{
    size_t mark = cbor_open(out);
    size_t count = field_names_put(&shop->fields, role->fields_all ? UINT64_MAX : role->full, "", out);
    uint64_t masked = role->fields_all ? 0 : role->masked & ~role->full;
    count += field_names_put(&shop->fields, masked, ".mask", out);
    cbor_array_close(out, mark, count);
}

static void put_purposes(const struct role *role, struct buf *out)
{
    cbor_array(out, role->purpose_count);
    for (size_t i = 0; i < role->purpose_count; i++) {
        const char *name = role->purposes[i] == PURPOSE_ANY ? "*" : purpose_name(role->purposes[i]);
        cbor_text(out, slice_text(name ? name : "unknown"));
    }
}

RESULT verb_self(struct batch *batch, const struct reader *reader, const struct self_ask *ask,
                 struct answer *out)
{
    (void)ask;
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf name = {0};
    size_t count = 7;
    reader_put(shop, reader->no, &name);
    size_t mark = cbor_open(&out->body);
    put_text(&out->body, "reader", buf_slice(&name));
    put_text(&out->body, "role", slice_text(reader->role->name));
    put_text(&out->body, "shop", slice_text(shop->name));
    cbor_text(&out->body, SLICE_TEXT("acts"));
    put_acts(reader->role, &out->body);
    cbor_text(&out->body, SLICE_TEXT("fields"));
    put_fields(shop, reader->role, &out->body);
    cbor_text(&out->body, SLICE_TEXT("purposes"));
    put_purposes(reader->role, &out->body);
    if (reader->key) {
        put_time(&out->body, "expires", reader->key->expires_us);
        count++;
    }
    cbor_text(&out->body, SLICE_TEXT("budget"));
    cbor_map(&out->body, 3);
    put_text(&out->body, "window", SLICE_TEXT("day"));
    put_number(&out->body, "limit", reader->role->daily);
    put_number(&out->body, "used", budget_used(shop->budgets, reader->no, batch->now_us));
    cbor_map_close(&out->body, mark, count);
    return OK;
}

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

/* A page of rows 1 … count: from behind the id in `after`, at most `limit`. */
struct page {
    size_t from, to, count;
};

static RESULT page_of(struct shop *shop, enum id_kind kind, struct slice after, uint64_t limit,
                      struct page *page)
{
    uint64_t number = 0;
    if (after.len > 0) TRY(id_get(shop, kind, after, &number));
    if (number > page->count) number = page->count;
    page->from = (size_t)number;
    page->to = page->from + (size_t)(limit ? limit : 100);
    if (page->to > page->count) page->to = page->count;
    return OK;
}

static void put_next(struct shop *shop, enum id_kind kind, const struct page *page, struct buf *out)
{
    if (page->to < page->count) {
        put_id(shop, out, "next", kind, page->to);
        return;
    }
    cbor_text(out, SLICE_TEXT("next"));
    cbor_null(out);
}

static RESULT staff_put(struct shop *shop, const struct staff *staff, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, text = {0};
    struct slice name = {0}, email = {0};
    size_t two = 0;
    buf_text(&aad, "staff");
    buf_be32(&aad, staff->id);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&staff->sealed), &text));
    struct cbor reader = cbor_reader(buf_slice(&text));
    TRY(cbor_read_array(&reader, &two));
    TRY(cbor_read_text(&reader, &name));
    TRY(cbor_read_text(&reader, &email));
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

RESULT verb_role_put(struct batch *batch, const struct reader *reader, const struct role_put_ask *ask,
                     struct answer *out)
{
    struct role role = {0};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(role_from_ask(batch->shop, ask, &role));
    role_body_write(&role, &body);
    TRY(authority_put(batch, reader, AUTHORITY_ROLE, role.id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 1);
    put_text(&out->body, "name", ask->name);
    return OK;
}

RESULT verb_role_list(struct batch *batch, const struct reader *reader, const struct role_list_ask *ask,
                      struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, shop->access.role_count);
    for (size_t i = 0; i < shop->access.role_count; i++) {
        const struct role *role = &shop->access.roles[i];
        cbor_map(&out->body, 6);
        put_text(&out->body, "name", slice_text(role->name));
        cbor_text(&out->body, SLICE_TEXT("fields"));
        put_fields(shop, role, &out->body);
        cbor_text(&out->body, SLICE_TEXT("purposes"));
        put_purposes(role, &out->body);
        cbor_text(&out->body, SLICE_TEXT("acts"));
        put_acts(role, &out->body);
        put_number(&out->body, "daily", role->daily);
        cbor_text(&out->body, SLICE_TEXT("reason"));
        cbor_bool(&out->body, role->reason);
    }
    return OK;
}

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
