#include "answer/evidence/kept.h"

#include "base/cbor.h"
#include "keep/put.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_VERSION = 1, KEPT_MEMBERS = 8, SET_MEMBERS = 3 };

void match_kept_write(const struct match_kept *kept, struct buf *out)
{
    cbor_array(out, KEPT_MEMBERS);
    cbor_uint(out, KEPT_VERSION);
    cbor_uint(out, kept->line);
    cbor_bytes(out, kept->told);
    cbor_uint(out, kept->epoch);
    cbor_bytes(out, kept->sketch);
    cbor_array(out, kept->set_count * SET_MEMBERS);
    for (size_t i = 0; i < kept->set_count; i++) {
        cbor_uint(out, kept->sets[i].fields);
        cbor_uint(out, kept->sets[i].count);
        cbor_bytes(out, SLICE_OF(kept->sets[i].name.bytes));
    }
    cbor_uint(out, kept->maybe.count);
    cbor_bytes(out, SLICE_OF(kept->maybe.name.bytes));
}

static RESULT name_read(struct cbor *reader, struct hash *out)
{
    struct slice name = {0};
    TRY(cbor_read_bytes(reader, &name));
    if (name.len != HASH_BYTES) return FAIL(CORRUPT, "evidence: a kept match names no set");
    memcpy(out->bytes, name.at, HASH_BYTES);
    return OK;
}

static RESULT members_read(struct cbor *reader, struct match_kept *out)
{
    size_t members = 0, items = 0;
    uint64_t version = 0;
    TRY(cbor_read_array(reader, &members));
    TRY(cbor_read_uint(reader, &version));
    if (members != KEPT_MEMBERS || version != KEPT_VERSION)
        return FAIL(CORRUPT, "evidence: a kept match is of no known form");
    TRY(cbor_read_uint(reader, &out->line));
    TRY(cbor_read_bytes(reader, &out->told));
    TRY(cbor_read_uint(reader, &out->epoch));
    TRY(cbor_read_bytes(reader, &out->sketch));
    TRY(cbor_read_array(reader, &items));
    if (items % SET_MEMBERS != 0 || items / SET_MEMBERS > MATCH_COMBINATIONS)
        return FAIL(CORRUPT, "evidence: a kept match has too many sets");
    out->set_count = items / SET_MEMBERS;
    for (size_t i = 0; i < out->set_count; i++) {
        TRY(cbor_read_uint(reader, &out->sets[i].fields));
        TRY(cbor_read_uint(reader, &out->sets[i].count));
        TRY(name_read(reader, &out->sets[i].name));
    }
    TRY(cbor_read_uint(reader, &out->maybe.count));
    TRY(name_read(reader, &out->maybe.name));
    return cbor_end(reader);
}

RESULT match_kept_read(struct slice body, struct match_kept *out)
{
    struct cbor reader = cbor_reader(body);
    struct match_kept kept = {0};
    if (members_read(&reader, &kept).code != CODE_OK)
        return FAIL(CORRUPT, "evidence: a kept match cannot be read");
    *out = kept;
    return OK;
}

const struct line *match_line(const struct fold *fold, uint64_t file)
{
    for (size_t i = fold->line_count; i > 0; i--) {
        const struct line *line = &fold->lines[i - 1];
        if (line->kind == LINE_MATCH && line->lines == file) return line;
    }
    return NULL;
}

static void file_put(const struct provenance *provenance, struct buf *out)
{
    const struct frame_end *end = &provenance->end;
    cbor_text(out, SLICE_TEXT("file"));
    cbor_map(out, 9);
    put_text(out, "hash", buf_slice(&provenance->hash));
    put_text(out, "format", slice_text(dump_format_name(provenance->format)));
    put_text(out, "encoding", slice_text(encoding_name(provenance->encoding)));
    put_text(out, "packed", slice_text(unpack_kind_name(end->unpack.kind)));
    put_number(out, "members", end->unpack.members);
    put_number(out, "nested", end->unpack.nested);
    put_number(out, "bytes", end->unpack.bytes);
    put_text(out, "read", slice_text(unpack_stop_name(end->unpack.stop)));
    put_number(out, "resumed", provenance->resumed);
}

static void by_put(const struct match *match, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("by"));
    cbor_map(out, 4);
    put_number(out, "email", match->by[MATCH_EMAIL]);
    put_number(out, "email_canonical", match->canonical);
    put_number(out, "phone", match->by[MATCH_PHONE]);
    put_number(out, "national_id", match->by[MATCH_NATIONAL_ID]);
}

static void fields_put(struct shop *shop, const struct provenance *provenance, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("fields"));
    size_t array = cbor_open(out), count = 0;
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        const struct compare_field *field = &provenance->compare.fields[i];
        if (field->compared == 0) continue;
        cbor_map(out, 3);
        put_text(out, "field", slice_text(shop->fields.at[i].name));
        put_number(out, "compared", field->compared);
        put_number(out, "agreed", field->agreed);
        count++;
    }
    cbor_array_close(out, array, count);
}

static void unknown_put(const struct provenance *provenance, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("unknown"));
    cbor_array(out, provenance->column_count);
    for (size_t i = 0; i < provenance->column_count; i++) {
        cbor_map(out, 2);
        put_text(out, "column", slice_text(provenance->columns[i].name));
        put_text(out, "looks_like", slice_text(kind_name(provenance->columns[i].kind)));
    }
}

static void canaries_put(struct shop *shop, const struct provenance *provenance, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("canaries"));
    cbor_array(out, provenance->canary_count);
    for (size_t i = 0; i < provenance->canary_count; i++) {
        const struct provenance_canary *canary = &provenance->canaries[i];
        SCOPED(buf_done) struct buf whom = {0};
        if (canary->key > 0) id_put(shop, ID_KEY, canary->key, &whom);
        if (canary->export > 0) id_put(shop, ID_EXPORT, canary->export, &whom);
        if (whom.len == 0) buf_text(&whom, canary->given ? canary->partner : "nobody");
        cbor_map(out, 2);
        put_text(out, "given_to", buf_slice(&whom));
        put_number(out, "count", canary->count);
    }
}

static void window_put(const struct provenance *provenance, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("taken"));
    cbor_map(out, 4);
    put_time_or_null(out, "not_before", provenance->compare.not_before_us);
    put_time_or_null(out, "not_after", provenance->compare.not_after_us);
    put_time_or_null(out, "absent_since", provenance->absent_us);
    put_bool(out, "at_odds", provenance->compare.at_odds);
}

static void reasons_put(const struct verdict *verdict, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("reasons"));
    size_t array = cbor_open(out), count = 0;
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        if (!(verdict->reasons >> i & 1)) continue;
        cbor_text(out, slice_text(verdict_reason_name((enum verdict_reason)i)));
        count++;
    }
    cbor_array_close(out, array, count);
}

void provenance_told(struct shop *shop, const struct provenance *provenance, struct buf *out)
{
    enum { MEMBERS = 30 };
    const struct match *match = provenance->match;
    uint64_t people = set_count(&match->people);
    uint64_t distinct = sketch_distinct(match->sketch);
    cbor_map(out, MEMBERS);
    put_text(out, "verdict", slice_text(verdict_name(provenance->verdict.kind)));
    put_text(out, "confidence", slice_text(verdict_sure_name(provenance->verdict.sure)));
    reasons_put(&provenance->verdict, out);
    put_number(out, "evidence", provenance->line);
    file_put(provenance, out);
    put_number(out, "lines", provenance->end.rows);
    put_number(out, "broken", provenance->end.broken);
    put_number(out, "unreadable", provenance->end.unreadable);
    put_number(out, "passwords", provenance->passwords_count);
    put_number(out, "parsed", match->rows);
    put_number(out, "keyed", match->keyed);
    put_number(out, "matched", match->hit);
    by_put(match, out);
    put_number(out, "agreeing", match->agreeing);
    put_number(out, "crossed", match->crossed);
    put_number(out, "past", match->past);
    put_number(out, "shared", match->shared);
    put_number(out, "share", match->keyed ? match->hit * 1000 / match->keyed : 0);
    put_number(out, "people", people);
    put_number(out, "people_maybe", set_count(&match->maybe));
    put_number(out, "customers", provenance->customers);
    put_number(out, "customers_share", provenance->customers ? people * 1000 / provenance->customers : 0);
    put_number(out, "closed",
               provenance->looked_at ? provenance->closed * people / provenance->looked_at : 0);
    put_number(out, "others", distinct > people ? distinct - people : 0);
    put_number(out, "compared", provenance->compare.rows);
    put_number(out, "compared_agreeing", provenance->compare.agreeing);
    fields_put(shop, provenance, out);
    unknown_put(provenance, out);
    canaries_put(shop, provenance, out);
    window_put(provenance, out);
}

RESULT match_told_put(struct shop *shop, struct slice told, const struct register_hits *known,
                      struct buf *out)
{
    struct cbor reader = cbor_reader(told);
    size_t pairs = 0;
    TRY(cbor_read_map(&reader, &pairs));
    cbor_map(out, pairs + 1);
    buf_slice_put(out, reader.cursor.rest);
    register_put(shop, known, out);
    return OK;
}
