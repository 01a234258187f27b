#include "keep/record.h"

#include <assert.h>
#include <string.h>

enum {
    AAD_BYTES = 1 + SHOP_ID_BYTES + 8 + 1 + 4,
    WRAP_AAD_BYTES = 3 + SHOP_ID_BYTES + 8 + 2,
    BLOCK_BYTES = 16
};

const char *subject_state_name(enum subject_state state)
{
    switch (state) {
    case SUBJECT_ACTIVE:
        return "active";
    case SUBJECT_CLOSED:
        return "closed";
    case SUBJECT_ERASED:
        return "erased";
    case SUBJECT_LINKED:
        return "linked";
    }
    return "unknown";
}

static RESULT bad_record(void)
{
    return FAIL(CORRUPT, "record: the stored bytes are no record; run `amanah ledger verify`");
}

static RESULT parse_fields(struct cursor *cursor, struct record *out)
{
    size_t count = cursor_byte(cursor);
    int before = -1;
    for (size_t i = 0; i < count; i++) {
        int number = cursor_byte(cursor);
        uint32_t version = cursor_be32(cursor);
        size_t blocks = cursor_be16(cursor);
        struct slice box = cursor_take(cursor, AEAD_EXTRA_BYTES + blocks * BLOCK_BYTES);
        if (cursor->bad || number <= before || number >= FIELD_MAX || blocks == 0) return bad_record();
        out->fields[number] = (struct record_field){box, version};
        out->held |= (uint64_t)1 << number;
        before = number;
    }
    return OK;
}

RESULT record_parse(struct slice bytes, struct record *out)
{
    struct cursor cursor = {bytes, false};
    uint8_t format = cursor_byte(&cursor), state = cursor_byte(&cursor);
    memset(out, 0, sizeof *out);
    struct slice country = cursor_take(&cursor, 2), lang = cursor_take(&cursor, 3);
    out->version = cursor_be32(&cursor);
    out->created_us = (int64_t)cursor_be64(&cursor);
    if (cursor.bad || format != RECORD_FORMAT || state < SUBJECT_ACTIVE || state > SUBJECT_LINKED)
        return bad_record();
    memcpy(out->country, country.at, country.len);
    memcpy(out->lang, lang.at, lang.len);
    out->state = (enum subject_state)state;
    if (out->state != SUBJECT_ERASED) {
        out->contact_s = cursor_be32(&cursor);
        out->epoch = cursor_be16(&cursor);
        out->wrapped = cursor_take(&cursor, WRAPPED_KEY_BYTES);
        if (cursor.bad) return bad_record();
        TRY(parse_fields(&cursor, out));
    }
    return cursor.bad || cursor.rest.len != 0 ? bad_record() : OK;
}

static struct slice wrap_aad(const struct shop *shop, struct subject_no no, uint16_t epoch,
                             uint8_t at[WRAP_AAD_BYTES])
{
    static const uint8_t label[3] = {'d', 'e', 'k'};
    memcpy(at, label, sizeof label);
    memcpy(at + 3, keyring_shop_id(shop->keyring), SHOP_ID_BYTES);
    be64_put(at + 3 + SHOP_ID_BYTES, no.at);
    be16_put(at + 3 + SHOP_ID_BYTES + 8, epoch);
    return (struct slice){at, WRAP_AAD_BYTES};
}

static struct slice field_aad(const struct shop *shop, struct subject_no no, unsigned field, uint32_t version,
                              uint8_t at[AAD_BYTES])
{
    at[0] = RECORD_FORMAT;
    memcpy(at + 1, keyring_shop_id(shop->keyring), SHOP_ID_BYTES);
    be64_put(at + 1 + SHOP_ID_BYTES, no.at);
    at[1 + SHOP_ID_BYTES + 8] = (uint8_t)field;
    be32_put(at + 1 + SHOP_ID_BYTES + 9, version);
    return (struct slice){at, AAD_BYTES};
}

/* The aead of a kek epoch: the newest is kept ready, an older one is set up for this call. */
static RESULT kek_of(struct shop *shop, uint16_t epoch, struct aead **older, struct aead **out)
{
    SECRET key = {{0}};
    if (epoch == shop->kek_epoch) {
        *out = shop->kek;
        return OK;
    }
    TRY(keyring_key(shop->keyring, KEY_KEK, 0, epoch, &key));
    TRY(aead_new(shop->crypto, older));
    aead_key(*older, &key);
    *out = *older;
    return OK;
}

RESULT record_unlock(struct shop *shop, struct subject_no no, const struct record *record,
                     struct secret *data_key)
{
    SCOPED(aead_free) struct aead *older = NULL;
    SECRET opened = {{0}};
    struct aead *kek = NULL;
    uint8_t aad[WRAP_AAD_BYTES];
    TRY(kek_of(shop, record->epoch, &older, &kek));
    TRY(aead_open_at(kek, wrap_aad(shop, no, record->epoch, aad), record->wrapped, opened.bytes,
                     SECRET_BYTES));
    memcpy(data_key->bytes, opened.bytes, SECRET_BYTES);
    aead_key(shop->dek, data_key);
    return OK;
}

RESULT record_field(struct shop *shop, struct subject_no no, const struct record *record, unsigned field,
                    struct buf *out)
{
    assert(field < FIELD_MAX && record->fields[field].box.len > 0);
    const struct record_field *at = &record->fields[field];
    uint8_t aad[AAD_BYTES];
    size_t start = out->len;
    TRY(aead_open(shop->dek, field_aad(shop, no, field, at->version, aad), at->box, out));
    size_t len = be16_get(out->at + start);
    if (len > out->len - start - 2) {
        out->len = start;
        return bad_record();
    }
    memmove(out->at + start, out->at + start + 2, len);
    explicit_bzero(out->at + start + len, out->len - start - len);
    out->len = start + len;
    return OK;
}

void record_key_new(struct shop *shop, struct subject_no no, struct secret *data_key,
                    uint8_t wrapped[WRAPPED_KEY_BYTES])
{
    uint8_t aad[WRAP_AAD_BYTES];
    crypto_random(shop->crypto, data_key->bytes, SECRET_BYTES);
    memcpy(wrapped + AEAD_NONCE_BYTES, data_key->bytes, SECRET_BYTES); /* sealed where it stands */
    aead_seal_at(shop->kek, wrap_aad(shop, no, shop->kek_epoch, aad), wrapped, SECRET_BYTES);
    aead_key(shop->dek, data_key);
}

void new_fields_done(struct new_fields *fields)
{
    for (size_t i = 0; i < FIELD_MAX; i++) {
        if (fields->text[i].at) buf_done(&fields->text[i]);
    }
}

void new_fields_clear(struct new_fields *fields)
{
    unsigned field = 0;
    while (field_next(&fields->used, &field)) buf_clear(&fields->text[field]);
    fields->set = fields->remove = 0;
}

void item_put(struct buf *out, uint8_t item, struct slice text)
{
    buf_byte(out, item);
    buf_be16(out, (uint16_t)text.len);
    buf_slice_put(out, text);
}

bool item_get(struct cursor *items, uint8_t *item, struct slice *text)
{
    if (items->bad || items->rest.len == 0) return false;
    *item = cursor_byte(items);
    size_t len = cursor_be16(items);
    *text = cursor_take(items, len);
    return !items->bad;
}

static void head_write(const struct record *head, struct buf *out)
{
    buf_byte(out, RECORD_FORMAT);
    buf_byte(out, (uint8_t)head->state);
    buf_put(out, head->country, 2);
    buf_put(out, head->lang, 3);
    buf_be32(out, head->version);
    buf_be64(out, (uint64_t)head->created_us);
}

static void field_seal(struct shop *shop, struct subject_no no, unsigned field, uint32_t version,
                       struct slice text, struct buf *out)
{
    assert(text.len <= FIELD_BYTES_MAX);
    uint8_t aad[AAD_BYTES];
    size_t blocks = (text.len + 2 + BLOCK_BYTES - 1) / BLOCK_BYTES, padded = blocks * BLOCK_BYTES;
    buf_byte(out, (uint8_t)field);
    buf_be32(out, version);
    buf_be16(out, (uint16_t)blocks);
    uint8_t *box = buf_extend(out, AEAD_EXTRA_BYTES + padded), *at = box + AEAD_NONCE_BYTES;
    be16_put(at, (uint16_t)text.len);
    if (text.len > 0) memcpy(at + 2, text.at, text.len);
    memset(at + 2 + text.len, 0, padded - 2 - text.len);
    aead_seal_at(shop->dek, field_aad(shop, no, field, version, aad), box, padded);
}

void record_write(struct shop *shop, struct subject_no no, const struct record *head,
                  const struct new_fields *changes, struct buf *out)
{
    assert(head->wrapped.len == WRAPPED_KEY_BYTES && head->state != SUBJECT_ERASED);
    buf_reserve(out, 512);
    head_write(head, out);
    buf_be32(out, head->contact_s);
    buf_be16(out, head->epoch);
    buf_slice_put(out, head->wrapped);
    size_t count_at = out->len;
    uint8_t count = 0;
    buf_byte(out, 0);
    uint64_t left = (head->held | changes->set) & ~changes->remove;
    unsigned field = 0;
    while (field_next(&left, &field)) {
        const struct record_field *old = &head->fields[field];
        count++;
        if (changes->set >> field & 1) {
            field_seal(shop, no, field, head->version, buf_slice(&changes->text[field]), out);
            continue;
        }
        buf_byte(out, (uint8_t)field);
        buf_be32(out, old->version);
        buf_be16(out, (uint16_t)((old->box.len - AEAD_EXTRA_BYTES) / BLOCK_BYTES));
        buf_slice_put(out, old->box);
    }
    out->at[count_at] = count;
}

void record_tombstone(const struct record *head, struct buf *out)
{
    struct record erased = *head;
    erased.state = SUBJECT_ERASED;
    head_write(&erased, out);
}

RESULT record_get(struct shop *shop, struct subject_no no, bool erased_fine, struct buf *bytes,
                  struct record *out, uint64_t *entry)
{
    uint64_t at = 0;
    struct result got = shop->store->subject->get(shop->store, no, &at, bytes);
    if (got.code == CODE_NOT_FOUND) return FAIL(SUBJECT_UNKNOWN, "subject: no such subject in this shop");
    if (got.code != CODE_OK) return got;
    TRY(record_parse(buf_slice(bytes), out));
    if (out->state == SUBJECT_ERASED && !erased_fine) return FAIL(SUBJECT_ERASED, "subject: was erased");
    if (entry) *entry = at;
    return OK;
}
