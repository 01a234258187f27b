/* Import: a chunk of rows becomes new subjects and new versions under one entry with its set. */
#include "keep/subject.h"
#include "keep/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REF_BUCKETS = 1024 };

/* What a column of the chunk holds. */
enum column_kind { COLUMN_FIELD, COLUMN_LANG, COLUMN_COUNTRY, COLUMN_STATUS };
struct column {
    enum column_kind kind;
    const struct field *field;
};

struct refused {
    uint64_t line;
    enum cause cause;
    char detail[160];
};

struct import {
    struct batch *batch;
    const struct import_ask *ask;
    struct column columns[IMPORT_TARGETS_MAX];
    struct draft draft;
    struct change *changes; /* written when the whole chunk was read */
    struct sighted *set;
    struct hash *leaves;
    struct sighted *same; /* whom the chunk found unchanged, with their data keys: a look */
    struct secret *same_keys;
    size_t change_count, same_count, created, changed, unchanged, refused_count;
    struct refused *refused;
    bool skip, fail; /* on_conflict */
    uint16_t ref_heads[REF_BUCKETS],
        ref_next[IMPORT_ROWS_MAX]; /* new refs of the chunk: position + 1, 0 ends */
};

static RESULT columns_find(struct import *import)
{
    const struct shop *shop = import->batch->shop;
    bool ref = false;
    for (size_t i = 0; i < import->ask->targets.count; i++) {
        struct slice name = import->ask->targets.at[i];
        struct column *column = &import->columns[i];
        if (slice_is(name, "lang")) {
            column->kind = COLUMN_LANG;
        } else if (slice_is(name, "country")) {
            column->kind = COLUMN_COUNTRY;
        } else if (slice_is(name, "status")) {
            column->kind = COLUMN_STATUS;
        } else {
            column->field = field_find(&shop->fields, name);
            if (!column->field)
                return FAIL(FIELD_UNKNOWN, "import: column %zu is mapped to no field of this shop", i + 1);
            ref = ref || column->field->number == FIELD_REF;
        }
    }
    return ref ? OK
               : FAIL(FIELD_UNKNOWN, "import: no column is mapped to ref; say which with --map ref=HEADER");
}

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
static RESULT row_place(const struct import *import, const struct import_value *values, size_t count,
                        struct record *head, bool *state)
{
    struct answer ignored = {0};
    struct slice lang = {0}, country = {0};
    for (size_t i = 0; i < count; i++) {
        enum column_kind kind = import->columns[values[i].target].kind;
        if (kind == COLUMN_LANG) lang = values[i].text;
        if (kind == COLUMN_COUNTRY) country = values[i].text;
        if (kind != COLUMN_STATUS || values[i].text.len == 0) continue; /* an empty cell says nothing */
        TRY(state_take(values[i].text, head));
        *state = true;
    }
    return place_take(lang, country, &ignored, head);
}

/* A row that gives one member of a group gives the group: a new address must not keep the old one's door code. */
static void group_replace(const struct shop *shop, struct new_fields *out)
{
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        const char *group = shop->fields.at[i].group;
        if (!out->at[i].set || !group[0]) continue;
        for (unsigned other = 0; other < FIELD_MAX; other++) {
            if (strcmp(shop->fields.at[other].group, group) == 0 && !out->at[other].set)
                out->at[other].remove = true;
        }
    }
}

static RESULT row_fields(const struct import *import, const struct import_value *values, size_t count,
                         const struct record *head, struct new_fields *out)
{
    struct shop *shop = import->batch->shop;
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &import->columns[values[i].target];
        if (column->kind != COLUMN_FIELD || values[i].text.len == 0) continue;
        TRY(value_take(shop, column->field, values[i].item, values[i].text, slice_text(head->country), out));
    }
    group_replace(shop, out);
    return out->at[FIELD_REF].set ? OK : FAIL(FIELD_FORMAT, "ref: is empty");
}

/* A subject that the chunk already made or changed has no row yet in that version: take such a row as refused. */
static bool in_chunk(const struct import *import, struct subject_no no)
{
    for (size_t i = 0; i < import->change_count; i++) {
        if (import->changes[i].no.at == no.at) return true;
    }
    return false;
}

static void same_keep(struct import *import, const struct change *change, uint64_t fields)
{
    size_t at = import->same_count++;
    import->same[at] = (struct sighted){change->no, fields, 0};
    import->same_keys[at] = change->data_key;
}

static RESULT row_change(struct import *import, struct subject_no no, const struct record *place, bool state,
                         struct new_fields *values, struct change *change)
{
    struct batch *batch = import->batch;
    struct record head;
    SCOPED(held_done) struct held held = {0};
    if (in_chunk(import, no))
        return FAIL(ROW_MALFORMED, "ref: stands twice within a few rows; the first one counts");
    TRY(subject_hold(batch->shop, no, &held));
    if (import->fail || import->skip) {
        TRY(record_unlock(batch->shop, no, &held.record, &change->data_key));
        change->no = no;
        same_keep(import, change, (uint64_t)1 << FIELD_REF);
        return import->fail ? FAIL(REF_TAKEN, "ref: another subject has it") : OK;
    }
    uint64_t named = named_fields(values);
    head = held.record;
    if (state) head.state = place->state;
    if (place->lang[0]) memcpy(head.lang, place->lang, sizeof head.lang);
    if (place->country[0]) memcpy(head.country, place->country, sizeof head.country);
    TRY(subject_change(batch, &held, &head, values, change));
    if (!change->replaces || import->ask->dry_run) same_keep(import, change, named);
    return OK;
}

static uint16_t *ref_bucket(struct import *import, const uint8_t tag[TAG_BYTES])
{
    return &import->ref_heads[be16_get(tag) % REF_BUCKETS];
}

static const struct tag_of *ref_tag(const struct import *import, const struct change *change)
{
    uint32_t index = tag_index(import->batch->shop, FIELD_REF, TAG_EXACT);
    for (size_t i = 0; i < change->difference.new_tags.count; i++) {
        if (change->difference.new_tags.at[i].index == index) return &change->difference.new_tags.at[i];
    }
    return NULL;
}

static void change_keep(struct import *import, struct change *change)
{
    struct shop *shop = import->batch->shop;
    size_t at = import->change_count++;
    const struct tag_of *tag = ref_tag(import, change);
    change_leaf(shop, change, import->draft.entry.nonce, true, &import->set[at], &import->leaves[at]);
    import->changes[at] = *change;
    *change = (struct change){0};
    if (!tag) return;
    uint16_t *bucket = ref_bucket(import, tag->tag);
    import->ref_next[at] = *bucket;
    *bucket = (uint16_t)(at + 1);
}

/* A row whose ref was made by this chunk is not in the store's index yet. 0: nobody has the ref. */
static RESULT row_find(struct import *import, struct slice ref, struct subject_no *no)
{
    uint8_t tag[TAG_BYTES];
    tag_make(import->batch->shop, FIELD_REF, ref, tag);
    for (uint16_t at = *ref_bucket(import, tag); at > 0; at = import->ref_next[at - 1]) {
        const struct change *change = &import->changes[at - 1];
        if (!bytes_equal_ct(ref_tag(import, change)->tag, tag, TAG_BYTES)) continue;
        *no = change->no;
        return OK;
    }
    return subject_by_ref_tag(import->batch->shop, tag, no);
}

static RESULT row_run(struct import *import, const struct import_value *values, size_t count)
{
    struct record place = {.state = SUBJECT_ACTIVE};
    struct subject_no no = {0};
    bool state = false;
    SCOPED(new_fields_done) struct new_fields fields = {0};
    SCOPED(change_done) struct change change = {0};
    TRY(row_place(import, values, count, &place, &state));
    TRY(row_fields(import, values, count, &place, &fields));
    TRY(row_find(import, buf_slice(&fields.at[FIELD_REF].text), &no));
    if (no.at != 0) {
        TRY(row_change(import, no, &place, state, &fields, &change));
        import->changed += change.replaces;
        import->unchanged += !change.replaces;
        if (change.replaces) change_keep(import, &change);
        return OK;
    }
    TRY(subject_make(import->batch, &place, &fields, &change));
    import->created++;
    change_keep(import, &change);
    return OK;
}

static RESULT rows_run(struct import *import)
{
    struct cursor rows = {import->ask->rows, false};
    struct import_value values[IMPORT_TARGETS_MAX];
    uint64_t line = 0;
    size_t count = 0, seen = 0;
    while (import_row_read(&rows, &line, values, &count)) {
        if (++seen > IMPORT_ROWS_MAX)
            return FAIL(TOO_MANY, "import: more than %d rows in a chunk", IMPORT_ROWS_MAX);
        for (size_t i = 0; i < count; i++) {
            if (values[i].target >= import->ask->targets.count)
                return FAIL(INVALID, "import: a value of no column");
        }
        struct result done = row_run(import, values, count);
        if (done.code == CODE_OK) continue;
        if (done.code == CODE_UNAVAILABLE || done.code == CODE_CORRUPT) return done;
        struct refused *refused = &import->refused[import->refused_count++];
        refused->line = line;
        refused->cause = done.cause;
        (void)snprintf(refused->detail, sizeof refused->detail, "%s", result_text()); /* cut is fine */
    }
    return rows.bad ? FAIL(INVALID, "import: the rows of the chunk are malformed") : OK;
}

static RESULT chunk_write(struct import *import, struct answer *out)
{
    struct batch *batch = import->batch;
    struct receipt receipt = {0};
    struct draft *draft = &import->draft;
    if (import->change_count == 0) return OK;
    draft->set = import->set;
    draft->leaves = import->leaves;
    draft->set_count = import->change_count;
    for (size_t i = 0; i < import->change_count; i++) draft->entry.full |= import->set[i].full;
    batch_append(batch, draft, &receipt);
    for (size_t i = 0; i < import->change_count; i++)
        TRY(change_write(batch, &import->changes[i], receipt.index));
    batch_receipt(out, &receipt);
    return OK;
}

static void answer_put(const struct import *import, struct buf *out)
{
    cbor_map(out, 4);
    cbor_text(out, SLICE_TEXT("created"));
    cbor_uint(out, import->created);
    cbor_text(out, SLICE_TEXT("changed"));
    cbor_uint(out, import->changed);
    cbor_text(out, SLICE_TEXT("unchanged"));
    cbor_uint(out, import->unchanged);
    cbor_text(out, SLICE_TEXT("refused"));
    cbor_array(out, import->refused_count);
    for (size_t i = 0; i < import->refused_count; i++) {
        const struct refused *refused = &import->refused[i];
        cbor_map(out, 3);
        cbor_text(out, SLICE_TEXT("line"));
        cbor_uint(out, refused->line);
        cbor_text(out, SLICE_TEXT("code"));
        cbor_text(out, slice_text(cause_row(refused->cause)->slug));
        cbor_text(out, SLICE_TEXT("detail"));
        cbor_text(out, slice_text(refused->detail));
    }
}

RESULT verb_import(struct batch *batch, const struct reader *reader, const struct import_ask *ask,
                   struct answer *out)
{
    struct import import = {.batch = batch, .ask = ask};
    struct subject_no last = batch->shop->last;
    import.draft = batch_draft(batch, reader, ENTRY_IMPORT);
    import.skip = slice_is(ask->on_conflict, "skip");
    import.fail = slice_is(ask->on_conflict, "fail");
    if (ask->on_conflict.len > 0 && !import.skip && !import.fail && !slice_is(ask->on_conflict, "update")) {
        return FAIL(INVALID, "on_conflict: fail, update or skip");
    }
    TRY(columns_find(&import));
    import.changes = arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.changes);
    import.set = arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.set);
    import.leaves = arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.leaves);
    import.same = arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.same);
    import.same_keys =
        arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.same_keys); /* wiped with the arena */
    import.refused = arena_take(batch->arena, IMPORT_ROWS_MAX * sizeof *import.refused);
    struct result done = rows_run(&import);
    if (done.code == CODE_OK && !ask->dry_run) done = chunk_write(&import, out);
    if (done.code == CODE_OK) {
        if (import.same_count > 0 || ask->dry_run)
            compare_note(batch, reader, import.same, import.same_keys, import.same_count, out);
        answer_put(&import, &out->body);
    }
    if (done.code != CODE_OK || ask->dry_run) batch->shop->last = last; /* no number was used */
    for (size_t i = 0; i < import.change_count; i++) change_done(&import.changes[i]);
    return done;
}
