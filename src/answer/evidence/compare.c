#include "answer/evidence/compare.h"

#include "base/text.h"
#include "keep/record.h"
#include "keep/values.h"

#include <stdlib.h>
#include <string.h>

enum { ALIKE_BYTES_MAX = 600 };

void compare_done(struct compare *compare)
{
    free(compare->agrees);
    compare->agrees = NULL;
}

/* Letters and digits alone, in lower case: what is left of a name or street however it is written. */
static size_t bare(struct slice text, uint8_t out[ALIKE_BYTES_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < ALIKE_BYTES_MAX; i++) {
        uint8_t byte = text.at[i];
        bool digit = byte >= '0' && byte <= '9', letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        if (byte >= 0x80 || digit) out[len++] = byte;
        if (byte < 0x80 && letter) out[len++] = byte | 0x20;
    }
    return len;
}

/* Is it the same, as written by somebody else? A value that was cut still counts by its beginning. */
static bool alike(struct slice held, struct slice written)
{
    uint8_t a[ALIKE_BYTES_MAX], b[ALIKE_BYTES_MAX];
    size_t a_len = bare(held, a), b_len = bare(written, b);
    bool cut = written.len >= SHEET_VALUE_BYTES_MAX && b_len < a_len;
    bool same = b_len > 0 && (a_len == b_len || cut) && memcmp(a, b, b_len) == 0;
    explicit_bzero(a, sizeof a);
    explicit_bzero(b, sizeof b);
    return same;
}

/* 31/01/1990 as 1990-01-31. */
static bool alike_date(struct slice held, struct slice written)
{
    uint8_t a[ALIKE_BYTES_MAX], b[ALIKE_BYTES_MAX], turned[8];
    size_t a_len = bare(held, a), b_len = bare(written, b);
    bool same = a_len == sizeof turned && b_len >= sizeof turned;
    if (same) {
        memcpy(turned, b + 4, 4);
        memcpy(turned + 4, b + 2, 2);
        memcpy(turned + 6, b, 2);
        same = memcmp(a, b, sizeof turned) == 0 || memcmp(a, turned, sizeof turned) == 0;
    }
    explicit_bzero(a, sizeof a);
    explicit_bzero(b, sizeof b);
    explicit_bzero(turned, sizeof turned);
    return same;
}

static bool value_alike(const struct field *field, struct slice held, struct slice written,
                        struct slice country)
{
    SCOPED(buf_done) struct buf normal = {0};
    if (field->number == FIELD_BIRTH_DATE && alike_date(held, written)) return true;
    if (normalise(field->normaliser, written, country, &normal).code != CODE_OK) return alike(held, written);
    return slice_equal(buf_slice(&normal), held) || alike(held, buf_slice(&normal));
}

/* One of a person's values, or of a group any item's. */
static RESULT field_alike(struct shop *shop, struct subject_no no, const struct record *record,
                          unsigned number, struct slice written, bool *out)
{
    const struct field *field = &shop->fields.at[number];
    SCOPED(buf_done) struct buf held = {0};
    TRY(record_field(shop, no, record, number, &held));
    struct slice country = slice_text(record->country), text = {0};
    if (!field->group[0]) {
        *out = value_alike(field, buf_slice(&held), written, country);
        return OK;
    }
    struct cursor items = {buf_slice(&held), false};
    uint8_t item = 0;
    while (!*out && item_get(&items, &item, &text)) *out = value_alike(field, text, written, country);
    return OK;
}

struct row_seen {
    size_t keys, others; /* kinds of value that are the person's: looked up, and beside that */
    bool own, own_agrees;
    uint64_t seen; /* bits of fields that were compared already */
};

static RESULT value_compare(struct shop *shop, struct subject_no no, const struct record *record,
                            const struct sheet_value *value, struct compare *out, struct row_seen *row)
{
    unsigned number = (unsigned)value->kind - 1;
    bool agrees = false;
    if (!kind_is_field(value->kind) || !shop->fields.at[number].name[0]) return OK;
    if (!(record->held >> number & 1) || row->seen >> number & 1) return OK;
    row->seen |= (uint64_t)1 << number;
    TRY(field_alike(shop, no, record, number, value->text, &agrees));
    out->fields[number].compared++;
    out->fields[number].agreed += agrees;
    bool key = number == FIELD_EMAIL || number == FIELD_PHONE || number == FIELD_NATIONAL_ID;
    bool own = number == FIELD_REF || number == FIELD_ORDER_REF || number == FIELD_DOOR_CODE;
    row->keys += agrees && key;
    row->others += agrees && !key && !own;
    row->own = row->own || own;
    row->own_agrees = row->own_agrees || (own && agrees);
    return OK;
}

static RESULT row_compare(struct shop *shop, const struct match_row *row, struct compare *out, bool *agrees)
{
    struct sheet_value values[SHEET_VALUES_MAX];
    struct cursor rows = {buf_slice(&row->text), false};
    struct subject_no no = {row->subject};
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    struct record record = {0};
    struct row_seen seen = {0};
    uint64_t line = 0;
    size_t count = 0;
    if (!rows_next(&rows, &line, values, &count)) return OK; /* it was too long to be kept */
    struct result got = record_get(shop, no, false, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND || got.cause == CAUSE_SUBJECT_ERASED) return OK;
    TRY(got);
    TRY(record_unlock(shop, no, &record, &data_key));
    for (size_t i = 0; i < count; i++) TRY(value_compare(shop, no, &record, &values[i], out, &seen));
    out->rows++;
    *agrees = seen.others > 0 || seen.keys > 1 || seen.own_agrees;
    out->agreeing += *agrees;
    out->own_compared += seen.own;
    out->own_agreeing += seen.own_agrees;
    return OK;
}

RESULT compare_rows(struct shop *shop, const struct match *match, struct compare *out)
{
    struct compare newest = {.agrees =
                                 NULL}; /* only dates are asked of those: they were not chosen at random */
    out->agrees = calloc(match->sample_count + match->newest_count + 1, sizeof *out->agrees);
    if (!out->agrees) return FAIL(UNAVAILABLE, "evidence: out of memory");
    for (size_t i = 0; i < match->sample_count; i++)
        TRY(row_compare(shop, &match->sample[i], out, &out->agrees[i]));
    for (size_t i = 0; i < match->newest_count; i++)
        TRY(row_compare(shop, &match->newest[i], &newest, &out->agrees[match->sample_count + i]));
    return OK;
}

/* A tag of a row that agrees. */
struct dated {
    uint8_t tag[TAG_BYTES];
    uint32_t index;
    uint64_t no;
};

struct dating {
    struct shop *shop;
    struct dated *at;
    size_t count, cap;
    struct compare *out;
};

static void dating_done(struct dating *dating)
{
    free(dating->at);
}

static void dated_add(struct dating *dating, unsigned field, unsigned variant, struct slice value,
                      uint64_t no)
{
    if (dating->count == dating->cap || !dating->shop->index[field]) return;
    struct dated *at = &dating->at[dating->count++];
    tag_make(dating->shop, field, value, at->tag);
    at->index = tag_index(dating->shop, field, variant);
    at->no = no;
}

static void row_date(struct dating *dating, const struct match_row *row)
{
    struct sheet_value values[SHEET_VALUES_MAX];
    struct cursor rows = {buf_slice(&row->text), false};
    uint64_t line = 0;
    size_t count = 0;
    if (!rows_next(&rows, &line, values, &count)) return;
    for (size_t i = 0; i < count; i++) {
        if (values[i].kind == KIND_EMAIL)
            dated_add(dating, FIELD_EMAIL, TAG_EXACT, values[i].text, row->subject);
        if (values[i].kind == KIND_PHONE)
            dated_add(dating, FIELD_PHONE, TAG_EXACT, values[i].text, row->subject);
        if (values[i].kind == KIND_NATIONAL_ID)
            dated_add(dating, FIELD_NATIONAL_ID, TAG_EXACT, values[i].text, row->subject);
    }
}

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, TAG_BYTES);
}

static void bounds_take(struct compare *out, uint32_t since_s, uint32_t until_s)
{
    int64_t since_us = (int64_t)since_s * SECOND_US, until_us = (int64_t)until_s * SECOND_US;
    if (since_us > out->not_before_us) out->not_before_us = since_us;
    if (until_us > 0 && (out->not_after_us == 0 || until_us < out->not_after_us))
        out->not_after_us = until_us;
}

static RESULT past_take(void *context, const struct tag_row *row)
{
    struct dating *dating = context;
    const struct dated *at = bsearch(row->tag, dating->at, dating->count, sizeof *at, by_tag);
    if (!at) return OK;
    while (at > dating->at && bytes_equal_ct(at[-1].tag, row->tag, TAG_BYTES)) at--;
    for (; at < dating->at + dating->count && bytes_equal_ct(at->tag, row->tag, TAG_BYTES); at++) {
        if (at->no != row->no.at || at->index != row->index) continue;
        bounds_take(dating->out, row->since_s, row->until_s);
        return OK;
    }
    return OK;
}

RESULT compare_dates(struct shop *shop, const struct match *match, struct compare *out)
{
    size_t rows = match->sample_count + match->newest_count;
    SCOPED(dating_done) struct dating dating = {.shop = shop, .cap = rows * SHEET_KEYS_MAX + 1, .out = out};
    dating.at = calloc(dating.cap, sizeof *dating.at);
    if (!dating.at) return FAIL(UNAVAILABLE, "evidence: out of memory");
    for (size_t i = 0; i < rows; i++) {
        bool of_sample = i < match->sample_count;
        if (out->agrees[i])
            row_date(&dating, of_sample ? &match->sample[i] : &match->newest[i - match->sample_count]);
    }
    for (size_t i = 0; i < dating.count; i++) {
        struct tag_row row = {.index = dating.at[i].index, .no = {dating.at[i].no}};
        memcpy(row.tag, dating.at[i].tag, TAG_BYTES);
        struct result got = shop->store->tag->since(shop->store, &row);
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
        if (got.code == CODE_OK) bounds_take(out, row.since_s, 0);
    }
    qsort(dating.at, dating.count, sizeof *dating.at, by_tag);
    TRY(shop->store->tag->past_each(shop->store, past_take, &dating));
    out->at_odds = out->not_after_us > 0 && out->not_before_us > out->not_after_us;
    return OK;
}
