/* One line of an export's file: JSON, or CSV as RFC 4180 has it. */
#include "answer/export/export_priv.h"
#include "base/cbor.h"
#include "base/json.h"
#include "keep/put.h"
#include "keep/shown.h"

#include <string.h>

/* Is each one's state told? Where the choice says it already, it would tell made-up ones from the others. */
static bool tells_state(const struct export *export)
{
    return export->who == EXPORT_ALL || export->who == EXPORT_LISTED || export->who == EXPORT_EXPOSED;
}

static bool group_seen(const struct shop *shop, const struct permit *permit, size_t at)
{
    const char *group = shop->fields.at[permit->fields[at].field].group;
    for (size_t i = 0; i < at; i++) {
        if (strcmp(shop->fields.at[permit->fields[i].field].group, group) == 0) return true;
    }
    return false;
}

/* The name of column `at` of the permit's: a group is one column. False: it is one that was already there. */
static bool column_name(const struct shop *shop, const struct permit *permit, size_t at, struct buf *out)
{
    const char *group = shop->fields.at[permit->fields[at].field].group;
    buf_clear(out);
    if (group[0] == 0) {
        shown_name_put(shop, permit->fields[at], out);
        return true;
    }
    if (group_seen(shop, permit, at)) return false;
    buf_text(out, group);
    return true;
}

static void cell_put(struct slice text, struct buf *out)
{
    bool quote = false;
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = text.at[i] == ',' || text.at[i] == '"' || text.at[i] == '\n' || text.at[i] == '\r';
    if (!quote) {
        buf_slice_put(out, text);
        return;
    }
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"') buf_byte(out, '"');
        buf_byte(out, text.at[i]);
    }
    buf_byte(out, '"');
}

void export_head_put(const struct shop *shop, const struct export *export, const struct permit *permit,
                     struct buf *out)
{
    SCOPED(buf_done) struct buf name = {0};
    if (export->format != EXPORT_CSV) return;
    buf_text(out, "id");
    if (tells_state(export)) buf_text(out, ",state");
    if (export->who == EXPORT_EXPOSED) buf_text(out, ",known,possible");
    for (size_t i = 0; i < permit->field_count; i++) {
        if (!column_name(shop, permit, i, &name)) continue;
        buf_byte(out, ',');
        cell_put(buf_slice(&name), out);
    }
    buf_text(out, "\r\n");
}

/* What the count of the incident says of them; a made-up one is like whoever was asked for. */
static void standing_of(const struct export *export, const struct exporting *at, const struct export_row *row,
                        uint64_t *known, uint64_t *possible)
{
    choice_standing(&at->choice, row->no, known, possible);
    if (!row->canary) return;
    uint64_t first = export->exposed & (~export->exposed + 1);
    *known = export->standing & EXPORT_KNOWN ? first : 0;
    *possible = export->standing & EXPORT_KNOWN ? 0 : first;
}

static void names_put(struct shop *shop, const char *name, uint64_t fields, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, fields, "", out));
}

static void before_fields_put(struct shop *shop, const struct export *export, const struct exporting *at,
                              const struct export_row *row, struct buf *out)
{
    put_id(shop, out, "id", ID_SUBJECT, row->no.at);
    if (tells_state(export)) put_text(out, "state", slice_text(subject_state_name(row->record->state)));
    if (export->who == EXPORT_EXPOSED) {
        uint64_t known = 0, possible = 0;
        standing_of(export, at, row, &known, &possible);
        names_put(shop, "known", known, out);
        names_put(shop, "possible", possible, out);
    }
}

static RESULT json_put(struct slice before, size_t before_count, struct slice fields, struct buf *out)
{
    SCOPED(buf_done) struct buf all = {0};
    struct cbor reader = cbor_reader(fields);
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    cbor_map(&all, before_count + pairs);
    buf_slice_put(&all, before);
    buf_slice_put(&all, reader.cursor.rest);
    TRY(json_from_cbor(buf_slice(&all), out));
    buf_byte(out, '\n');
    return OK;
}

/* The next item as a cell: a text as it is, a list of names with blanks, a group's items as JSON. */
static RESULT item_cell(struct cbor *reader, bool group, struct buf *out)
{
    struct slice text = {0};
    SCOPED(buf_done) struct buf cell = {0};
    size_t count = 0;
    if (group) {
        TRY(json_from_item(reader, &cell));
    } else if (cbor_next(reader) == CBOR_TEXT) {
        TRY(cbor_read_text(reader, &text));
        buf_slice_put(&cell, text);
    } else {
        TRY(cbor_read_array(reader, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(cbor_read_text(reader, &text));
            if (i > 0) buf_byte(&cell, ' ');
            buf_slice_put(&cell, text);
        }
    }
    cell_put(buf_slice(&cell), out);
    return OK;
}

/* Columns in the order of the head; what somebody does not have is an empty cell. */
static RESULT csv_put(struct shop *shop, const struct permit *permit, struct slice before,
                      size_t before_count, struct slice fields, struct buf *out)
{
    SCOPED(buf_done) struct buf column = {0};
    struct cbor head = cbor_reader(before), reader = cbor_reader(fields);
    struct slice name = {0};
    size_t pairs = 0;
    for (size_t i = 0; i < before_count; i++) {
        TRY(cbor_read_text(&head, &name));
        if (i > 0) buf_byte(out, ',');
        TRY(item_cell(&head, false, out));
    }
    TRY(cbor_read_map(&reader, &pairs));
    if (pairs > 0) TRY(cbor_read_text(&reader, &name));
    for (size_t i = 0; i < permit->field_count; i++) {
        if (!column_name(shop, permit, i, &column)) continue;
        buf_byte(out, ',');
        if (pairs == 0 || !slice_equal(name, buf_slice(&column))) continue;
        TRY(item_cell(&reader, cbor_next(&reader) != CBOR_TEXT, out));
        if (--pairs > 0) TRY(cbor_read_text(&reader, &name));
    }
    buf_text(out, "\r\n");
    return OK;
}

RESULT export_row_put(struct shop *shop, const struct export *export, const struct exporting *at,
                      const struct export_row *row, struct buf *out)
{
    SCOPED(buf_done) struct buf before = {0}, fields = {0};
    size_t count = 1U + tells_state(export) + (export->who == EXPORT_EXPOSED ? 2 : 0);
    before_fields_put(shop, export, at, row, &before);
    TRY(shown_fields_put(shop, row->no, row->record, &at->permit, &fields));
    if (export->format == EXPORT_CSV)
        return csv_put(shop, &at->permit, buf_slice(&before), count, buf_slice(&fields), out);
    return json_put(buf_slice(&before), count, buf_slice(&fields), out);
}
