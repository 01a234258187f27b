/* What a hand does to one row of an import: reading it, and sealing what it makes. */
#include "keep/import_priv.h"

#include <assert.h>
#include <string.h>

static RESULT state_take(struct slice text, struct record *head)
{
    if (slice_is(text, "active")) {
        head->state = SUBJECT_ACTIVE;
    } else if (slice_is(text, "closed")) {
        head->state = SUBJECT_CLOSED;
    } else {
        return FAIL(FIELD_FORMAT, "status: active or closed");
    }
    return OK;
}

/* Language, country and status first: the country decides what a national telephone number means. */
static RESULT row_place(const struct reading *reading, struct import_hand *hand, size_t count,
                        struct import_row *row)
{
    struct answer ignored = {0};
    struct slice lang = {0}, country = {0};
    hand->head.state = SUBJECT_ACTIVE;
    memset(hand->head.lang, 0, sizeof hand->head.lang);
    memset(hand->head.country, 0, sizeof hand->head.country);
    for (size_t i = 0; i < count; i++) {
        const struct import_value *cell = &hand->cells[i];
        enum column_kind kind = reading->columns[cell->target].kind;
        if (kind == COLUMN_LANG) lang = cell->text;
        if (kind == COLUMN_COUNTRY) country = cell->text;
        if (kind != COLUMN_STATUS || cell->text.len == 0) continue; /* an empty cell says nothing */
        TRY(state_take(cell->text, &hand->head));
        row->state_given = true;
    }
    TRY(place_take(lang, country, &ignored, &hand->head));
    row->state = hand->head.state;
    memcpy(row->lang, hand->head.lang, sizeof row->lang);
    memcpy(row->country, hand->head.country, sizeof row->country);
    return OK;
}

static RESULT row_fields(const struct reading *reading, struct import_hand *hand, size_t count)
{
    struct new_fields *values = &hand->values;
    for (size_t i = 0; i < count; i++) {
        const struct import_value *cell = &hand->cells[i];
        const struct column *column = &reading->columns[cell->target];
        if (column->kind != COLUMN_FIELD || cell->text.len == 0) continue;
        TRY(value_take(hand->shop, column->field, cell->item, cell->text, slice_text(hand->head.country),
                       values));
    }
    return values->set >> FIELD_REF & 1 ? OK : FAIL(FIELD_FORMAT, "ref: is empty");
}

static void ref_tag_keep(const struct shop *shop, struct import_row *row)
{
    uint32_t index = tag_index(shop, FIELD_REF, TAG_EXACT);
    for (size_t i = 0; i < row->tags.count; i++) {
        if (row->tags.at[i].index == index) memcpy(row->ref_tag, row->tags.at[i].tag, TAG_BYTES);
    }
}

/* As items of a row's fields. */
static size_t values_bytes(const struct new_fields *values)
{
    enum { ITEM_HEAD_BYTES = 3 };
    size_t bytes = 0;
    uint64_t left = values->set;
    unsigned field = 0;
    while (field_next(&left, &field)) bytes += ITEM_HEAD_BYTES + values->text[field].len;
    return bytes;
}

static RESULT row_read(const struct reading *reading, struct import_hand *hand, struct import_row *row)
{
    struct cursor cursor = {row->bytes, false};
    uint64_t line = 0;
    size_t count = 0;
    bool whole = import_row_read(&cursor, &line, hand->cells, &count);
    assert(whole); /* it was read before, to find its end */
    new_fields_clear(&hand->values);
    TRY(row_place(reading, hand, count, row));
    TRY(row_fields(reading, hand, count));
    TRY(values_tags(hand->shop, &hand->values, &row->tags));
    ref_tag_keep(hand->shop, row);
    buf_reserve(&row->fields, values_bytes(&hand->values));
    uint64_t left = hand->values.set;
    unsigned field = 0;
    while (field_next(&left, &field))
        item_put(&row->fields, (uint8_t)field, buf_slice(&hand->values.text[field]));
    return OK;
}

void import_row_take(void *context, unsigned hand, size_t item)
{
    struct reading *reading = context;
    struct import_row *row = &reading->rows[item];
    row->done = row_read(reading, &reading->hands[hand], row);
    if (row->done.code != CODE_OK) buf_text(&row->why, result_text());
}

/* A row that gives one member of a group gives the group: a new address must not keep the old one's door code. */
static void group_replace(const struct shop *shop, struct new_fields *out)
{
    uint64_t left = out->set;
    unsigned field = 0;
    while (field_next(&left, &field)) {
        const char *group = shop->fields.at[field].group;
        if (group[0]) out->remove |= field_group_mask(&shop->fields, slice_text(group)) & ~out->set;
    }
}

void import_row_values(const struct import_row *row, struct import_hand *hand)
{
    struct cursor items = {buf_slice(&row->fields), false};
    uint8_t field = 0;
    struct slice text = {0};
    new_fields_clear(&hand->values);
    while (item_get(&items, &field, &text)) {
        hand->values.set |= (uint64_t)1 << field;
        buf_slice_put(&hand->values.text[field], text);
    }
    hand->values.used = hand->values.set;
    group_replace(hand->shop, &hand->values);
    hand->head.state = row->state;
    memcpy(hand->head.lang, row->lang, sizeof row->lang);
    memcpy(hand->head.country, row->country, sizeof row->country);
}

void import_change_seal(void *context, unsigned hand, size_t item)
{
    struct import *import = context;
    struct import_hand *with = &import->hands[hand];
    struct import_row *row = &import->rows[import->changes[item]];
    if (row->made) {
        import_row_values(row, with);
        subject_seal(with->shop, &with->head, &with->values, import->batch->now_us, &row->change);
    }
    change_leaf(with->shop, &row->change, import->draft.entry.nonce, true, &import->set[item],
                &import->leaves[item]);
}

static void room_clear(struct buf *room)
{
    enum { KEEP_BYTES = 2048 };
    if (room->cap > KEEP_BYTES)
        buf_done(room);
    else
        buf_clear(room);
}

void import_row_clear(struct import_row *row)
{
    struct buf record = TAKE(row->change.bytes);
    if (row->made) row->tags = TAKE(row->change.difference.new_tags);
    change_done(&row->change);
    buf_done(&row->why);
    room_clear(&row->fields);
    room_clear(&record);
    row->tags.count = 0;
    *row = (struct import_row){.fields = row->fields, .tags = row->tags, .change = {.bytes = record}};
}

void import_row_done(struct import_row *row)
{
    change_done(&row->change);
    tags_done(&row->tags);
    buf_done(&row->fields);
    buf_done(&row->why);
}
