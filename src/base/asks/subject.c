/* Members of the asks of customers. */
#include "base/asks/tables.h"

#include <assert.h>

enum { SUBJECT_REF_BYTES_MAX = 128 };

static const char purpose_about[] = "why, as one of the role's purposes";
static const char country_about[] = "ISO 3166 alpha-2";
static const char ref_about[] = "the shop's own id of the customer, unique";
static const char conflict_about[] = "fail, update or skip when the ref exists";
static const char export_about[] = "the export's id, exp_…";

const struct member subject_create_members[] = {
    TEXT(subject_create_ask, ref, SUBJECT_REF_BYTES_MAX, true, ref_about),
    TEXT(subject_create_ask, lang, 8, false, lang_about),
    TEXT(subject_create_ask, country, 2, false, country_about),
    TEXT(subject_create_ask, kind, 16, false, "customer (default) or linked"),
    TEXT(subject_create_ask, on_conflict, 8, false, conflict_about),
    MEMBER(subject_create_ask, fields, WIRE_VALUES, VALUES_MAX, true, "the personal values by field"),
    {0},
};
const struct member subject_show_members[] = {
    TEXT(subject_show_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
const struct member subject_patch_members[] = {
    TEXT(subject_patch_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_patch_ask, lang, 8, false, lang_about),
    TEXT(subject_patch_ask, country, 2, false, country_about),
    TEXT(subject_patch_ask, ref, SUBJECT_REF_BYTES_MAX, false, ref_about),
    MEMBER(subject_patch_ask, version, WIRE_U64, UINT64_MAX, false,
           "the version it was made from (If-Match)"),
    MEMBER(subject_patch_ask, fields, WIRE_VALUES, VALUES_MAX, false, "new values; null removes one"),
    {0},
};
const struct member subject_close_members[] = {
    TEXT(subject_close_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
const struct member subject_erase_members[] = {
    TEXT(subject_erase_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_erase_ask, reason, REASON_BYTES_MAX, false, reason_about),
    MEMBER(subject_erase_ask, dry_run, WIRE_BOOL, 1, false, "say what would be erased, change nothing"),
    {0},
};
const struct member subject_sightings_members[] = {
    TEXT(subject_sightings_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_sightings_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(subject_sightings_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    MEMBER(subject_sightings_ask, proofs, WIRE_BOOL, 1, false, "with leaf, path and inclusion proof"),
    {0},
};
const struct member lookup_members[] = {
    TEXT(lookup_ask, field, NAME_BYTES_MAX, true, "an indexed field, or ref"),
    TEXT(lookup_ask, value, 1024, true, "the value to look for"),
    TEXT(lookup_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(lookup_ask, reason, REASON_BYTES_MAX, false, reason_about),
    {0},
};
const struct member reveal_members[] = {
    MEMBER(reveal_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false,
           "1 to 1000 public ids; none with a pass: its customer"),
    MEMBER(reveal_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, true,
           "field names, groups, or name.mask, name.last4"),
    TEXT(reveal_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(reveal_ask, reason, REASON_BYTES_MAX, false, reason_about),
    TEXT(reveal_ask, grant, ID_BYTES_MAX, false, "the grant it is made under; none: any that is open for it"),
    TEXT(reveal_ask, pass, BEARER_BYTES_MAX, false, "the self pass of a customer who signed in, amp_…"),
    {0},
};
const struct member import_members[] = {
    MEMBER(import_ask, targets, WIRE_TEXTS, IMPORT_TARGETS_MAX, true, "what the columns hold"),
    MEMBER(import_ask, rows, WIRE_BYTES, IMPORT_BYTES_MAX, true, "encoded rows"),
    TEXT(import_ask, on_conflict, 8, false, conflict_about),
    MEMBER(import_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
const struct member field_put_members[] = {
    TEXT(field_put_ask, name, 32, true, "letters, digits and _; begins with a letter"),
    TEXT(field_put_ask, kind, 16, false, "normaliser: text, email, phone, date, national_id, postcode"),
    TEXT(field_put_ask, mask, 16, false, "mask: text, name, email, tail, date"),
    TEXT(field_put_ask, group, 32, false, "repeating group it belongs to"),
    TEXT(field_put_ask, index, 8, false, "none (default) or full"),
    MEMBER(field_put_ask, bytes, WIRE_U64, VALUE_BYTES_MAX, false, "longest value in bytes"),
    {0},
};
const struct member field_list_members[] = {{0}};
const struct member export_ask_members[] = {
    TEXT(export_ask_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(export_ask_ask, reason, REASON_BYTES_MAX, true, reason_about),
    TEXT(export_ask_ask, who, NAME_BYTES_MAX, true, "all, active, closed, listed or exposed"),
    MEMBER(export_ask_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false,
           "fields, such as email or email.mask; none: ids alone, of exposed"),
    MEMBER(export_ask_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of listed: ids"),
    TEXT(export_ask_ask, incident, ID_BYTES_MAX, false, "of exposed: whose count it is, inc_…"),
    MEMBER(export_ask_ask, number, WIRE_U64, UINT32_MAX, false, "which count; 0 or none: the newest"),
    TEXT(export_ask_ask, field, NAME_BYTES_MAX, false, "of exposed: this field; none: any"),
    TEXT(export_ask_ask, class, NAME_BYTES_MAX, false, "of exposed: known, possible; none: either"),
    TEXT(export_ask_ask, format, NAME_BYTES_MAX, false, "jsonl (default) or csv"),
    TEXT(export_ask_ask, recipient, NAME_BYTES_MAX, true, "for whom it is encrypted: age1…"),
    {0},
};
const struct member export_list_members[] = {
    TEXT(export_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(export_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member export_show_members[] = {
    TEXT(export_show_ask, id, ID_BYTES_MAX, true, export_about),
    {0},
};
const struct member export_read_members[] = {
    TEXT(export_read_ask, id, ID_BYTES_MAX, true, export_about),
    MEMBER(export_read_ask, from, WIRE_U64, INT64_MAX, false, "one piece of it, from this byte on"),
    MEMBER(export_read_ask, bytes, WIRE_U64, EXPORT_PIECE_BYTES, false,
           "one piece of at most so many; neither: all of it"),
    {0},
};

void import_row_write(uint64_t line, const struct import_value *values, size_t count, struct buf *rows)
{
    assert(count < IMPORT_TARGETS_MAX);
    buf_varint(rows, line);
    buf_byte(rows, (uint8_t)count);
    for (size_t i = 0; i < count; i++) {
        buf_byte(rows, values[i].target);
        buf_byte(rows, values[i].item);
        buf_varint(rows, values[i].text.len);
        buf_slice_put(rows, values[i].text);
    }
}

bool import_row_read(struct cursor *rows, uint64_t *line, struct import_value *values, size_t *count)
{
    if (rows->bad || rows->rest.len == 0) return false;
    *line = cursor_varint(rows);
    *count = cursor_byte(rows);
    for (size_t i = 0; i < *count; i++) {
        values[i].target = cursor_byte(rows);
        values[i].item = cursor_byte(rows);
        uint64_t len = cursor_varint(rows);
        values[i].text = cursor_take(rows, len > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)len);
    }
    return !rows->bad;
}
