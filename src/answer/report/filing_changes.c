#include "answer/report/filing.h"

#include "keep/put.h"

struct said {
    struct slice element, label, text;
};
struct saids {
    struct said at[FILING_ELEMENTS_MAX];
    size_t count;
};

/* Past one item with all that is in it; its keys may stand in any order. */
static RESULT item_pass(struct cbor *reader)
{
    struct cbor_head head = {0};
    struct slice text = {0};
    for (size_t left = 1; left > 0; left--) {
        enum cbor_major next = cbor_next(reader);
        if (next == CBOR_TEXT) {
            TRY(cbor_read_text(reader, &text));
        } else {
            TRY(cbor_read_head(reader, &head));
            if (next == CBOR_ARRAY) left += head.argument;
            if (next == CBOR_MAP) left += 2 * head.argument;
        }
    }
    return OK;
}

static RESULT said_read(struct cbor *reader, struct said *out)
{
    size_t pairs = 0;
    TRY(cbor_read_map(reader, &pairs));
    for (; pairs > 0; pairs--) {
        struct slice name = {0};
        TRY(cbor_read_text(reader, &name));
        if (slice_is(name, "element"))
            TRY(cbor_read_text(reader, &out->element));
        else if (slice_is(name, "label"))
            TRY(cbor_read_text(reader, &out->label));
        else if (slice_is(name, "text"))
            TRY(cbor_read_text(reader, &out->text));
        else
            TRY(item_pass(reader));
    }
    return OK;
}

static RESULT saids_read(struct cbor *reader, struct saids *out)
{
    TRY(cbor_read_array(reader, &out->count));
    if (out->count > FILING_ELEMENTS_MAX) return FAIL(CORRUPT, "report: more elements than there can be");
    for (size_t i = 0; i < out->count; i++) TRY(said_read(reader, &out->at[i]));
    return OK;
}

static RESULT before_read(struct slice map, struct saids *out)
{
    struct cbor reader = cbor_reader(map);
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    for (; pairs > 0; pairs--) {
        struct slice name = {0};
        TRY(cbor_read_text(&reader, &name));
        if (slice_is(name, "elements")) return saids_read(&reader, out);
        TRY(item_pass(&reader));
    }
    return OK;
}

static const struct said *said_of_element(const struct saids *saids, struct slice element)
{
    for (size_t i = 0; i < saids->count; i++) {
        if (slice_equal(saids->at[i].element, element)) return &saids->at[i];
    }
    return NULL;
}

RESULT filing_changes(struct slice before, struct slice after, struct buf *out)
{
    struct saids was = {.count = 0}, now = {.count = 0};
    struct cbor reader = cbor_reader(after);
    size_t count = 0;
    if (before_read(before, &was).code != CODE_OK || saids_read(&reader, &now).code != CODE_OK)
        return FAIL(CORRUPT, "report: the one that it changes cannot be read");
    cbor_text(out, SLICE_TEXT("changes"));
    size_t list = cbor_open(out);
    for (size_t i = 0; i < now.count; i++) {
        const struct said *old = said_of_element(&was, now.at[i].element);
        if (old && slice_equal(old->text, now.at[i].text)) continue;
        cbor_map(out, 4);
        put_text(out, "element", now.at[i].element);
        put_text(out, "label", now.at[i].label);
        put_text(out, "before", old ? old->text : (struct slice){0});
        put_text(out, "after", now.at[i].text);
        count++;
    }
    cbor_array_close(out, list, count);
    return OK;
}
