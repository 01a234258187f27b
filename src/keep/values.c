#include "keep/values.h"

#include <stdlib.h>
#include <string.h>

uint32_t tag_index(const struct shop *shop, unsigned field, unsigned variant)
{
    return (uint32_t)shop->index_epoch[field] << 8 | (uint32_t)variant << 6 | (uint32_t)field;
}

void tag_make(struct shop *shop, unsigned field, struct slice value, uint8_t out[TAG_BYTES])
{
    const uint8_t version = NORMALISER_VERSION;
    const struct slice parts[] = {{&version, 1}, value};
    struct hash hash = {{0}};
    prf_run(shop->index[field], parts, COUNT_OF(parts), &hash);
    memcpy(out, hash.bytes, TAG_BYTES);
}

void tags_done(struct tags *tags)
{
    free(tags->at);
    *tags = (struct tags){0};
}

void difference_done(struct difference *difference)
{
    tags_done(&difference->old_tags);
    tags_done(&difference->new_tags);
}

static RESULT tag_add(struct shop *shop, unsigned field, unsigned variant, struct slice value,
                      struct tags *out)
{
    if (out->count == TAGS_MAX) return FAIL(TOO_MANY, "fields: more than %d indexed values", TAGS_MAX);
    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 4;
        struct tag_of *at = realloc(out->at, cap * sizeof *at);
        if (!at) abort();
        out->at = at;
        out->cap = cap;
    }
    out->at[out->count].index = tag_index(shop, field, variant);
    tag_make(shop, field, value, out->at[out->count].tag);
    out->count++;
    return OK;
}

/*
 * The tags of one value. An e-mail gets a second one over its canonical form, for evidence only, unless that is what
 * it is already: then evidence finds it under the exact tag.
 */
static RESULT value_tags(struct shop *shop, const struct field *field, struct slice value, struct tags *out)
{
    TRY(tag_add(shop, field->number, TAG_EXACT, value, out));
    if (field->normaliser != NORMALISE_EMAIL) return OK;
    if (email_is_canonical(value)) return OK;
    SCOPED(buf_done) struct buf canonical = {0};
    TRY(normalise(NORMALISE_EMAIL_CANONICAL, value, (struct slice){0}, &canonical));
    if (slice_equal(buf_slice(&canonical), value)) return OK;
    return tag_add(shop, field->number, TAG_CANONICAL, buf_slice(&canonical), out);
}

RESULT tags_of(struct shop *shop, const struct field *field, struct slice stored, struct tags *out)
{
    if (!field->indexed || stored.len == 0) return OK;
    if (!field->group[0]) return value_tags(shop, field, stored, out);
    struct cursor items = {stored, false};
    uint8_t item = 0;
    struct slice text = {0};
    while (item_get(&items, &item, &text)) TRY(value_tags(shop, field, text, out));
    return OK;
}

RESULT values_tags(struct shop *shop, const struct new_fields *values, struct tags *out)
{
    uint64_t left = values->set;
    unsigned field = 0;
    while (field_next(&left, &field))
        TRY(tags_of(shop, &shop->fields.at[field], buf_slice(&values->text[field]), out));
    return OK;
}

static void field_set(const struct field *field, struct new_fields *out)
{
    out->set |= field_bit(field);
    out->remove &= ~field_bit(field);
}

RESULT value_take(struct shop *shop, const struct field *field, uint16_t item, struct slice text,
                  struct slice country, struct new_fields *out)
{
    (void)shop;
    struct buf *at = &out->text[field->number];
    if (text.len > field->bytes_max) {
        return FAIL(FIELD_TOO_LONG, "%s: longer than %u bytes; shorten it", field->name, field->bytes_max);
    }
    out->used |= field_bit(field);
    if (!field->group[0]) {
        buf_clear(at);
        TRY(normalise(field->normaliser, text, country, at));
        field_set(field, out);
        return OK;
    }
    SCOPED(buf_done) struct buf normal = {0};
    TRY(normalise(field->normaliser, text, country, &normal));
    field_set(field, out);
    if (at->len + normal.len + 3 > FIELD_BYTES_MAX) {
        return FAIL(FIELD_TOO_LONG, "%s: all items together are longer than %d bytes", field->name,
                    FIELD_BYTES_MAX);
    }
    item_put(at, (uint8_t)item, buf_slice(&normal));
    return OK;
}

static RESULT value_remove(struct shop *shop, const struct value *value, struct new_fields *out)
{
    struct slice name = value->name.len ? value->name : value->group;
    const struct field *field = field_find(&shop->fields, name);
    uint64_t bits = field ? field_bit(field) : field_group_mask(&shop->fields, name);
    if (bits == 0) return FAIL(FIELD_UNKNOWN, "not a field of this shop; see GET /v1/fields");
    if (bits & (uint64_t)1 << FIELD_REF)
        return FAIL(FIELD_FORMAT, "ref: a subject keeps its ref; give another one");
    out->remove |= bits & ~out->set;
    return OK;
}

static RESULT one_value(struct shop *shop, const struct value *value, struct slice country,
                        struct new_fields *out)
{
    if (value->kind == VALUE_REMOVE && (value->group.len == 0 || value->name.len == 0)) {
        return value_remove(shop, value, out);
    }
    const struct field *field = field_find(&shop->fields, value->name);
    if (!field || field->number == FIELD_REF)
        return FAIL(FIELD_UNKNOWN, "not a field of this shop; see GET /v1/fields");
    if (!slice_is(value->group, field->group) && value->group.len > 0) {
        return FAIL(FIELD_UNKNOWN, "%s: not a member of this group", field->name);
    }
    if (field->group[0] && value->group.len == 0) {
        return FAIL(FIELD_UNKNOWN, "%s: belongs into an item of %s", field->name, field->group);
    }
    if (value->kind == VALUE_REMOVE || value->text.len == 0) {
        if (value->group.len == 0) return value_remove(shop, value, out);
        return OK; /* an item without this member */
    }
    /* a group in a request replaces the whole group: what it does not mention goes */
    uint64_t group = value->group.len ? field_group_mask(&shop->fields, value->group) : 0;
    out->remove |= group & ~out->set;
    return value_take(shop, field, value->item, value->text, country, out);
}

RESULT values_take(struct shop *shop, const struct values *values, struct slice country,
                   struct answer *answer, struct new_fields *out)
{
    struct result first = OK;
    char text[512] = "";
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->at[i];
        struct result taken = one_value(shop, value, country, out);
        if (taken.code == CODE_OK) continue;
        const struct field *field = field_find(&shop->fields, value->name);
        if (field && field->group[0]) {
            batch_problem(answer, taken, "/fields/%s/%u/%s", field->group, value->item, field->name);
        } else if (field) {
            batch_problem(answer, taken, "/fields/%s", field->name);
        } else {
            batch_problem(answer, taken, "/fields");
        }
        if (first.code != CODE_OK) continue;
        first = taken;
        memcpy(text, result_text(), strnlen(result_text(), sizeof text - 1));
    }
    if (first.code == CODE_OK) return OK;
    return result_carry(first.cause, text, strlen(text));
}

static bool tags_have(const struct tags *tags, uint32_t index, const uint8_t tag[TAG_BYTES])
{
    for (size_t i = 0; i < tags->count; i++) {
        if (tags->at[i].index == index && bytes_equal_ct(tags->at[i].tag, tag, TAG_BYTES)) return true;
    }
    return false;
}

RESULT values_compare(struct shop *shop, struct subject_no no, const struct record *record,
                      struct new_fields *changes, struct difference *out)
{
    changes->remove &= record->held;
    uint64_t left = named_fields(changes);
    unsigned number = 0;
    while (field_next(&left, &number)) {
        const struct field *field = &shop->fields.at[number];
        uint64_t bit = (uint64_t)1 << number;
        struct slice text = buf_slice(&changes->text[number]);
        SCOPED(buf_done) struct buf old = {0};
        if (record->held & bit) TRY(record_field(shop, no, record, number, &old));
        if (changes->set & record->held & bit && slice_equal(buf_slice(&old), text)) {
            changes->set &= ~bit;
            continue;
        }
        out->fields |= bit;
        TRY(tags_of(shop, field, buf_slice(&old), &out->old_tags));
        if (changes->set & bit) TRY(tags_of(shop, field, text, &out->new_tags));
    }
    return OK;
}

RESULT tags_move(struct batch *batch, struct subject_no no, const struct tags *old_tags,
                 const struct tags *new_tags)
{
    uint32_t now_s = (uint32_t)(batch->now_us / SECOND_US);
    for (size_t i = 0; i < old_tags->count; i++) {
        if (tags_have(new_tags, old_tags->at[i].index, old_tags->at[i].tag)) continue;
        struct tag_row row = {.index = old_tags->at[i].index, .no = no, .until_s = now_s};
        memcpy(row.tag, old_tags->at[i].tag, TAG_BYTES);
        struct store *store = batch_write(batch);
        struct result ended = store->tag->end(store, &row);
        if (ended.code != CODE_OK && ended.code != CODE_NOT_FOUND)
            return ended; /* two items may share a value */
    }
    for (size_t i = 0; i < new_tags->count; i++) {
        if (tags_have(old_tags, new_tags->at[i].index, new_tags->at[i].tag)) continue;
        struct tag_row row = {.index = new_tags->at[i].index, .no = no, .since_s = now_s};
        memcpy(row.tag, new_tags->at[i].tag, TAG_BYTES);
        struct store *store = batch_write(batch);
        TRY(store->tag->add(store, &row));
    }
    return OK;
}

RESULT place_take(struct slice lang, struct slice country, struct answer *answer, struct record *head)
{
    SCOPED(buf_done) struct buf text = {0};
    struct result done = lang.len ? normalise(NORMALISE_LANG, lang, (struct slice){0}, &text) : OK;
    if (done.code != CODE_OK || text.len > 3) {
        if (done.code == CODE_OK) done = FAIL(FIELD_FORMAT, "lang: an ISO 639 code of two or three letters");
        batch_problem(answer, done, "/lang");
        return done;
    }
    if (lang.len > 0) {
        memset(head->lang, 0, sizeof head->lang);
        memcpy(head->lang, text.at, text.len);
    }
    if (country.len == 0) return OK;
    buf_clear(&text);
    done = normalise(NORMALISE_COUNTRY, country, (struct slice){0}, &text);
    if (done.code != CODE_OK) {
        batch_problem(answer, done, "/country");
        return done;
    }
    memcpy(head->country, text.at, 2);
    return OK;
}
