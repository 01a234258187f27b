#include "keep/shown.h"

#include "base/cbor.h"
#include "keep/mask.h"
#include "keep/values.h"

#include <string.h>

/* Whose fields they are. */
struct shown {
    struct subject_no no;
    const struct record *record;
};

static const struct field *field_of(const struct shop *shop, struct asked_field asked)
{
    return &shop->fields.at[asked.field];
}

static void form_put(const struct shop *shop, struct asked_field asked, struct slice value, struct buf *out)
{
    SCOPED(buf_done) struct buf masked = {0};
    if (asked.form == FORM_FULL) {
        cbor_text(out, value);
        return;
    }
    mask(asked.form == FORM_LAST4 ? MASK_LAST4 : field_of(shop, asked)->mask, value, &masked);
    cbor_text(out, buf_slice(&masked));
}

static const char *suffix_of(struct asked_field asked)
{
    static const char *const suffixes[] = {[FORM_FULL] = "", [FORM_MASK] = ".mask", [FORM_LAST4] = ".last4"};
    return suffixes[asked.form];
}

static void name_put(const struct shop *shop, struct asked_field asked, struct buf *out)
{
    char name[FIELD_NAME_BYTES_MAX + 8];
    struct slice base = slice_text(field_of(shop, asked)->name), suffix = slice_text(suffix_of(asked));
    memcpy(name, base.at, base.len);
    memcpy(name + base.len, suffix.at, suffix.len);
    cbor_text(out, (struct slice){(const uint8_t *)name, base.len + suffix.len});
}

void shown_name_put(const struct shop *shop, struct asked_field asked, struct buf *out)
{
    buf_text(out, field_of(shop, asked)->name);
    buf_text(out, suffix_of(asked));
}

/* All asked fields of one group, put together as an array of items again. */
static RESULT group_put(struct shop *shop, const struct shown *shown, const struct permit *permit,
                        size_t first, struct buf *out)
{
    enum { GROUP_FIELDS_MAX = FIELD_MAX };
    struct buf opened[GROUP_FIELDS_MAX] = {{0}};
    struct asked_field asked[GROUP_FIELDS_MAX];
    const char *group = field_of(shop, permit->fields[first])->group;
    size_t count = 0;
    int last = -1;
    struct result done = OK;
    for (size_t i = first; i < permit->field_count && done.code == CODE_OK && count < GROUP_FIELDS_MAX; i++) {
        const struct field *field = field_of(shop, permit->fields[i]);
        if (strcmp(field->group, group) != 0 || !(shown->record->held >> field->number & 1)) continue;
        done = record_field(shop, shown->no, shown->record, field->number, &opened[count]);
        asked[count] = permit->fields[i];
        struct cursor items = {buf_slice(&opened[count++]), false};
        uint8_t item = 0;
        struct slice text = {0};
        while (item_get(&items, &item, &text)) last = item > last ? item : last;
    }
    cbor_array(out, (size_t)last + 1);
    for (int at = 0; at <= last; at++) {
        size_t mark = cbor_open(out), members = 0;
        for (size_t i = 0; i < count; i++) {
            struct cursor items = {buf_slice(&opened[i]), false};
            uint8_t item = 0;
            struct slice text = {0};
            while (item_get(&items, &item, &text)) {
                if (item != at) continue;
                name_put(shop, asked[i], out);
                form_put(shop, asked[i], text, out);
                members++;
            }
        }
        cbor_map_close(out, mark, members);
    }
    for (size_t i = 0; i < count; i++) buf_done(&opened[i]);
    return done;
}

static bool group_seen(const struct shop *shop, const struct permit *permit, size_t at)
{
    const char *group = field_of(shop, permit->fields[at])->group;
    for (size_t i = 0; i < at; i++) {
        if (strcmp(field_of(shop, permit->fields[i])->group, group) == 0) return true;
    }
    return false;
}

RESULT shown_fields_put(struct shop *shop, struct subject_no no, const struct record *record,
                        const struct permit *permit, struct buf *out)
{
    const struct shown shown = {no, record};
    size_t mark = cbor_open(out), count = 0;
    SCOPED(buf_done) struct buf value = {0};
    for (size_t i = 0; i < permit->field_count; i++) {
        const struct field *field = field_of(shop, permit->fields[i]);
        bool group = field->group[0] != 0;
        if (group && group_seen(shop, permit, i)) continue;
        if (group) {
            cbor_text(out, slice_text(field->group));
            TRY(group_put(shop, &shown, permit, i, out));
            count++;
            continue;
        }
        if (!(record->held >> field->number & 1)) continue;
        buf_clear(&value);
        TRY(record_field(shop, no, record, field->number, &value));
        name_put(shop, permit->fields[i], out);
        form_put(shop, permit->fields[i], buf_slice(&value), out);
        count++;
    }
    cbor_map_close(out, mark, count);
    return OK;
}
