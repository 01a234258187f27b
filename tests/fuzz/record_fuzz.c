/* Sealed records: parsing never runs past the bytes, what it gives lies within them, and a record has one spelling. */
#include "keep/record.h"

static bool within(struct slice part, struct slice whole)
{
    return part.len == 0 || (part.at >= whole.at && part.len <= (size_t)(whole.at + whole.len - part.at));
}

/* Items of a group's field are slices of it, one behind the other. */
static void walk_items(struct slice bytes)
{
    struct cursor items = {bytes, false};
    struct slice text = {0};
    size_t used = 0;
    uint8_t item = 0;
    while (item_get(&items, &item, &text)) used += 1 + 2 + text.len;
    if (used > bytes.len || (!items.bad && used != bytes.len)) __builtin_trap();
}

/* Written anew without a change, it is the same bytes; erased, it is the head alone. */
static void write_again(const struct record *record, struct slice bytes)
{
    static const struct new_fields unchanged;
    struct shop shop = {0}; /* no key of it is needed where nothing is sealed */
    struct record erased = {0};
    SCOPED(buf_done) struct buf again = {0}, tombstone = {0};
    record_tombstone(record, &tombstone);
    if (record_parse(buf_slice(&tombstone), &erased).code != CODE_OK) __builtin_trap();
    if (erased.state != SUBJECT_ERASED || erased.version != record->version || erased.held != 0)
        __builtin_trap();
    bool gone = record->state == SUBJECT_ERASED;
    if (!gone) record_write(&shop, (struct subject_no){1}, record, &unchanged, &again);
    if (!slice_equal(bytes, buf_slice(gone ? &tombstone : &again))) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct slice bytes = {data, len};
    struct record record;
    walk_items(bytes);
    if (record_parse(bytes, &record).code != CODE_OK) return 0;
    if (!within(record.wrapped, bytes)) __builtin_trap();
    if (record.state != SUBJECT_ERASED && record.wrapped.len != WRAPPED_KEY_BYTES) __builtin_trap();
    if (!within(record.eras, bytes) || (record.era_count > 0) != (record.eras.len > 0)) __builtin_trap();
    if (record.country[2] != 0 || record.lang[3] != 0) __builtin_trap();
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        bool held = record.held >> i & 1;
        if (held != (record.fields[i].box.len > 0) || !within(record.fields[i].box, bytes)) __builtin_trap();
        if (held && record.fields[i].box.len < AEAD_EXTRA_BYTES + 16) __builtin_trap();
    }
    write_again(&record, bytes);
    return 0;
}
