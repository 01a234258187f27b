#include "keep/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    AAD_BYTES = 1 + SHOP_ID_BYTES + 8 + 1 + 4,
    WRAP_AAD_BYTES = 3 + SHOP_ID_BYTES + 8 + 2,
    ERA_BYTES = 8 + SECRET_BYTES,
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

static void parse_rotated(struct cursor *cursor, struct record *out)
{
    out->rotated = true;
    out->wrote = cursor_be64(cursor);
    out->era_count = cursor_byte(cursor);
    if (out->era_count > 0) out->eras = cursor_take(cursor, AEAD_EXTRA_BYTES + out->era_count * ERA_BYTES);
}

RESULT record_parse(struct slice bytes, struct record *out)
{
    struct cursor cursor = {bytes, false};
    uint8_t format = cursor_byte(&cursor), state = cursor_byte(&cursor);
    memset(out, 0, sizeof *out);
    struct slice country = cursor_take(&cursor, 2), lang = cursor_take(&cursor, 3);
    out->version = cursor_be32(&cursor);
    out->created_us = (int64_t)cursor_be64(&cursor);
    bool known = format == RECORD_FORMAT || (format == RECORD_ROTATED && state != SUBJECT_ERASED);
    if (cursor.bad || !known || state < SUBJECT_ACTIVE || state > SUBJECT_LINKED) return bad_record();
    memcpy(out->country, country.at, country.len);
    memcpy(out->lang, lang.at, lang.len);
    out->state = (enum subject_state)state;
    if (out->state != SUBJECT_ERASED) {
        out->contact_s = cursor_be32(&cursor);
        out->epoch = cursor_be16(&cursor);
        out->wrapped = cursor_take(&cursor, WRAPPED_KEY_BYTES);
        if (format == RECORD_ROTATED) parse_rotated(&cursor, out);
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

static void key_wrap(struct shop *shop, struct subject_no no, const struct secret *data_key,
                     uint8_t wrapped[WRAPPED_KEY_BYTES])
{
    uint8_t aad[WRAP_AAD_BYTES];
    memcpy(wrapped + AEAD_NONCE_BYTES, data_key->bytes, SECRET_BYTES); /* sealed where it stands */
    aead_seal_at(shop->kek, wrap_aad(shop, no, shop->kek_epoch, aad), wrapped, SECRET_BYTES);
}

void record_key_new(struct shop *shop, struct subject_no no, struct secret *data_key,
                    uint8_t wrapped[WRAPPED_KEY_BYTES])
{
    crypto_random(shop->crypto, data_key->bytes, SECRET_BYTES);
    key_wrap(shop, no, data_key, wrapped);
    aead_key(shop->dek, data_key);
}

void eras_done(struct eras *eras)
{
    if (eras->at) explicit_bzero(eras->at, eras->count * sizeof *eras->at);
    free(eras->at);
    *eras = (struct eras){0};
}

static struct slice eras_aad(const struct shop *shop, struct subject_no no, uint8_t at[WRAP_AAD_BYTES])
{
    static const uint8_t label[3] = {'e', 'r', 'a'};
    (void)wrap_aad(shop, no, 0, at);
    memcpy(at, label, sizeof label); /* no other box has it */
    return (struct slice){at, WRAP_AAD_BYTES};
}

RESULT record_eras(struct shop *shop, struct subject_no no, const struct record *record, struct eras *out)
{
    SCOPED(eras_done) struct eras eras = {0};
    SCOPED(buf_done) struct buf text = {0};
    uint8_t aad[WRAP_AAD_BYTES];
    if (record->era_count == 0) return OK;
    TRY(aead_open(shop->dek, eras_aad(shop, no, aad), record->eras, &text));
    struct cursor cursor = {buf_slice(&text), false};
    eras.at = calloc(record->era_count, sizeof *eras.at);
    if (!eras.at) return FAIL(UNAVAILABLE, "record: out of memory");
    for (; eras.count < record->era_count; eras.count++) {
        struct era *era = &eras.at[eras.count];
        era->until = cursor_be64(&cursor);
        struct slice key = cursor_take(&cursor, SECRET_BYTES);
        if (cursor.bad) return bad_record();
        memcpy(era->key.bytes, key.at, SECRET_BYTES);
    }
    *out = TAKE(eras);
    return OK;
}

const struct secret *era_key(const struct eras *eras, const struct secret *present, uint64_t entry)
{
    for (size_t i = 0; i < eras->count; i++) {
        if (entry < eras->at[i].until) return &eras->at[i].key;
    }
    return present;
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
    buf_byte(out, head->rotated ? RECORD_ROTATED : RECORD_FORMAT);
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

/* What stands before the fields; where their count is to stand is returned. */
static size_t live_head_write(const struct record *head, struct buf *out)
{
    assert(head->wrapped.len == WRAPPED_KEY_BYTES && head->state != SUBJECT_ERASED);
    head_write(head, out);
    buf_be32(out, head->contact_s);
    buf_be16(out, head->epoch);
    buf_slice_put(out, head->wrapped);
    if (head->rotated) {
        buf_be64(out, head->wrote);
        buf_byte(out, head->era_count);
        buf_slice_put(out, head->eras);
    }
    size_t count_at = out->len;
    buf_byte(out, 0);
    return count_at;
}

void record_write(struct shop *shop, struct subject_no no, const struct record *head,
                  const struct new_fields *changes, struct buf *out)
{
    buf_reserve(out, 512);
    size_t count_at = live_head_write(head, out);
    uint8_t count = 0;
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
    erased.rotated = false;
    head_write(&erased, out);
}

/* The data keys that were, and the one that was the present one until now. */
static RESULT eras_seal(struct shop *shop, struct subject_no no, const struct eras *eras,
                        const struct era *last, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    uint8_t aad[WRAP_AAD_BYTES];
    if (eras->count == ERAS_MAX)
        return FAIL(TOO_MANY, "record: its data key was changed %d times, which is as often as can be",
                    ERAS_MAX);
    buf_reserve(&text, (eras->count + 1) * ERA_BYTES);
    for (size_t i = 0; i <= eras->count; i++) {
        const struct era *era = i < eras->count ? &eras->at[i] : last;
        buf_be64(&text, era->until);
        buf_put(&text, era->key.bytes, SECRET_BYTES);
    }
    aead_seal(shop->dek, eras_aad(shop, no, aad), buf_slice(&text), out);
    return OK;
}

/* The fields of `old`, opened; each keeps the version it was written in. */
static RESULT fields_open(struct shop *shop, struct subject_no no, const struct record *old, struct buf *text,
                          size_t ends[FIELD_MAX])
{
    uint64_t left = old->held;
    unsigned field = 0;
    while (field_next(&left, &field)) {
        TRY(record_field(shop, no, old, field, text));
        ends[field] = text->len;
    }
    return OK;
}

static void fields_seal(struct shop *shop, struct subject_no no, const struct record *old,
                        const struct buf *text, const size_t ends[FIELD_MAX], struct buf *out)
{
    uint64_t left = old->held;
    unsigned field = 0;
    for (size_t from = 0; field_next(&left, &field); from = ends[field]) {
        struct slice value = slice_part(buf_slice(text), from, ends[field] - from);
        field_seal(shop, no, field, old->fields[field].version, value, out);
    }
}

static RESULT record_rekey(struct shop *shop, struct subject_no no, const struct record *old,
                           const struct rotate_how *how, struct secret *data_key, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0}, box = {0};
    SCOPED(eras_done) struct eras eras = {0};
    uint8_t wrapped[WRAPPED_KEY_BYTES];
    size_t ends[FIELD_MAX] = {0};
    struct record head = *old;
    struct era last = {.until = how->entry};
    TRY(record_eras(shop, no, old, &eras));
    TRY(fields_open(shop, no, old, &text, ends));
    memcpy(last.key.bytes, data_key->bytes, SECRET_BYTES);
    record_key_new(shop, no, data_key, wrapped);
    struct result sealed = eras_seal(shop, no, &eras, &last, &box);
    explicit_bzero(&last, sizeof last);
    TRY(sealed);
    head.epoch = shop->kek_epoch;
    head.wrapped = SLICE_OF(wrapped);
    head.era_count = (uint8_t)(eras.count + 1);
    head.eras = buf_slice(&box);
    size_t count_at = live_head_write(&head, out);
    out->at[count_at] = (uint8_t)__builtin_popcountll(old->held);
    fields_seal(shop, no, old, &text, ends, out);
    return OK;
}

RESULT record_rotate(struct shop *shop, struct subject_no no, const struct record *old,
                     const struct rotate_how *how, struct secret *data_key, struct buf *out)
{
    static const struct new_fields unchanged;
    uint8_t wrapped[WRAPPED_KEY_BYTES];
    struct record head = *old;
    TRY(record_unlock(shop, no, old, data_key));
    head.rotated = true;
    if (head.wrote == 0) head.wrote = how->wrote;
    if (how->rekey) return record_rekey(shop, no, &head, how, data_key, out);
    key_wrap(shop, no, data_key, wrapped);
    head.epoch = shop->kek_epoch;
    head.wrapped = SLICE_OF(wrapped);
    record_write(shop, no, &head, &unchanged, out);
    return OK;
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
