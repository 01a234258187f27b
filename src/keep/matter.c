#include "keep/matter.h"

#include "base/cbor.h"
#include "keep/matter_sums.h"
#include "keep/put.h"
#include "keep/record.h"

#include <string.h>

enum { PAIRS_MAX = 32, STATES_MAX = 32 };
#define AFTER(state) (UINT32_C(1) << (state))

static const struct state_row {
    enum id_kind of;
    uint32_t number;
    const char *name;
    uint32_t after; /* bits */
} states[] = {
#define MATTER_STATE(id, name, number, text, after) {ID_##id, number, text, after},
#include "keep/matters.def"
};

enum id_kind matter_id_kind(uint32_t kind)
{
    switch (kind) {
#define MATTER(name, number, id) \
    case MATTER_##name:          \
        return ID_##id;
#include "keep/matters.def"
    default:
        return ID_KINDS;
    }
}

static const struct state_row *state_of(uint32_t kind, uint32_t state)
{
    enum id_kind of = matter_id_kind(kind);
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (states[i].of == of && states[i].number == state) return &states[i];
    }
    return NULL;
}

const char *matter_state_name(uint32_t kind, uint32_t state)
{
    const struct state_row *row = state_of(kind, state);
    return row ? row->name : "?";
}

static void head_put(const struct matter_row *row, uint64_t author, int64_t time_us, struct buf *out)
{
    buf_be64(out, author);
    buf_be64(out, (uint64_t)time_us);
    buf_be32(out, row->kind);
    buf_be64(out, row->subject);
    buf_be64(out, row->about);
    buf_be32(out, row->state);
    buf_be64(out, row->owner);
    buf_be64(out, (uint64_t)row->made_us);
    buf_be64(out, (uint64_t)row->due_us);
    buf_be64(out, row->amount);
}

RESULT matter_line_head(const struct matter_line_row *line, struct matter_line *out)
{
    struct cursor rest = {line->bytes, false};
    struct matter_row row = {.no = line->matter, .lines = line->n};
    uint64_t author = cursor_be64(&rest);
    int64_t time_us = (int64_t)cursor_be64(&rest);
    row.kind = cursor_be32(&rest);
    row.subject = cursor_be64(&rest);
    row.about = cursor_be64(&rest);
    row.state = cursor_be32(&rest);
    row.owner = cursor_be64(&rest);
    row.made_us = (int64_t)cursor_be64(&rest);
    row.due_us = (int64_t)cursor_be64(&rest);
    row.amount = cursor_be64(&rest);
    if (rest.bad || rest.rest.len < AEAD_EXTRA_BYTES)
        return FAIL(CORRUPT, "matter: a stored line is cut short");
    *out = (struct matter_line){
        .n = line->n, .entry = line->entry, .reader = author, .time_us = time_us, .then = row};
    return OK;
}

static void aad_put(uint64_t matter, uint32_t n, struct buf *out)
{
    buf_text(out, "amanah matter line 1");
    buf_be64(out, matter);
    buf_be32(out, n);
}

void matter_line_object(struct crypto *crypto, const struct matter_line_row *line, struct hash *out)
{
    uint8_t at[12];
    be64_put(at, line->matter);
    be32_put(at + 8, line->n);
    const struct slice parts[] = {SLICE_TEXT("amanah matter 1"), SLICE_OF(at), line->bytes};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

/* Of what somebody wants who is no customer the words have a key of their own, so that it can be destroyed. */
static bool key_own(const struct matter_row *row)
{
    return row->subject == 0 && row->kind <= MATTER_RIGHTS;
}

static void key_aad(uint64_t matter, struct buf *out)
{
    buf_text(out, "amanah matter key 1");
    buf_be64(out, matter);
}

static RESULT key_make(struct batch *batch, const struct matter_row *row, struct secret *out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf aad = {0}, box = {0};
    crypto_random(shop->crypto, out->bytes, sizeof out->bytes);
    key_aad(row->no, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), SLICE_OF(out->bytes), &box);
    struct store *store = batch_write(batch);
    return store->matter->key_put(store, row->no, buf_slice(&box));
}

/* NOT_FOUND: it has none, or none any more. */
static RESULT key_find(struct shop *shop, const struct matter_row *row, struct secret *out)
{
    SCOPED(buf_done) struct buf aad = {0}, box = {0}, key = {0};
    TRY(shop->store->matter->key_get(shop->store, row->no, &box));
    key_aad(row->no, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&box), &key));
    if (key.len != sizeof out->bytes) return FAIL(CORRUPT, "matter: a stored key is of another length");
    memcpy(out->bytes, key.at, sizeof out->bytes);
    return OK;
}

/* The box that a matter's words lie in. Of somebody erased a line can still be added, which says nothing: `gone`. */
static RESULT box_for(struct batch *batch, const struct matter_row *row, struct aead **out, bool *gone)
{
    struct shop *shop = batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET key = {{0}};
    *out = shop->staff_box;
    *gone = false;
    if (row->subject > 0) {
        const struct subject_no no = {row->subject};
        TRY(record_get(shop, no, row->lines > 1, &bytes, &record, NULL));
        *gone = record.state == SUBJECT_ERASED;
        if (*gone) return OK;
        TRY(record_unlock(shop, no, &record, &key)); /* it sets shop->dek */
        *out = shop->dek;
        return OK;
    }
    if (!key_own(row)) return OK;
    struct result got = row->lines == 1 ? key_make(batch, row, &key) : key_find(shop, row, &key);
    if (got.code == CODE_NOT_FOUND) return OK; /* of before there were such keys */
    TRY(got);
    aead_key(shop->dek, &key);
    *out = shop->dek;
    return OK;
}

static RESULT text_seal(struct batch *batch, const struct matter_row *row, struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    struct aead *box = NULL;
    bool gone = false;
    TRY(box_for(batch, row, &box, &gone));
    aad_put(row->no, row->lines, &aad);
    aead_seal(box, buf_slice(&aad), gone ? (struct slice){0} : text, out);
    return OK;
}

RESULT matter_add(struct batch *batch, const struct reader *reader, struct matter_row *row, struct slice text,
                  struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct matter_row next = *row;
    SCOPED(buf_done) struct buf bytes = {0};
    if (text.len > MATTER_TEXT_MAX) return FAIL(FIELD_TOO_LONG, "text: more than %d bytes", MATTER_TEXT_MAX);
    if (next.lines == MATTER_LINES_MAX)
        return FAIL(TOO_MANY, "matter: %d lines are all that one may have", MATTER_LINES_MAX);
    if (next.no == 0) {
        TRY(shop->store->matter->last(shop->store, &next.no));
        next.no++;
        next.made_us = batch->now_us;
    }
    next.lines++;
    head_put(&next, reader->no, batch->now_us, &bytes);
    struct matter_row was = {0};
    if (row->no > 0 && row->kind == MATTER_CLAIM) TRY(shop->store->matter->get(shop->store, row->no, &was));
    TRY(text_seal(batch, &next, text, &bytes));
    struct matter_line_row line = {.matter = next.no, .n = next.lines, .bytes = buf_slice(&bytes)};
    struct draft draft = batch_draft(batch, reader, ENTRY_MATTER);
    draft.entry.object_kind = next.kind;
    draft.entry.object_id = next.no;
    draft.entry.has_object = true;
    matter_line_object(shop->crypto, &line, &draft.entry.object);
    batch_append(batch, &draft, out);
    line.entry = out->index;
    struct store *store = batch_write(batch);
    TRY(store->matter->line_add(store, &line));
    TRY(store->matter->put(store, &next));
    if (next.kind == MATTER_CLAIM) TRY(matter_sums_move(batch, was.no > 0 ? &was : NULL, &next));
    *row = next;
    return OK;
}

RESULT matter_forget(struct batch *batch, const struct reader *reader, struct matter_row *row)
{
    struct matter_row next = *row;
    struct receipt receipt = {0};
    SECRET key = {{0}};
    if (!key_own(row) || row->state == TICKET_FORGOTTEN)
        return FAIL(NOT_FOUND, "matter: its words have no key of their own");
    TRY(key_find(batch->shop, row, &key));
    next.state = TICKET_FORGOTTEN;
    next.due_us = 0;
    TRY(matter_add(batch, reader, &next, (struct slice){0}, &receipt));
    batch->destroys = true;
    struct store *store = batch_write(batch);
    TRY(store->matter->key_drop(store, next.no));
    *row = next;
    return OK;
}

/* Of the open batch there is no entry to hold it against yet: it comes from us. */
static RESULT entry_check(struct shop *shop, const struct matter_line_row *line)
{
    struct entry entry = {0};
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf bytes = {0};
    if (line->entry >= ledger_durable(shop->ledger) && line->entry < ledger_size(shop->ledger)) return OK;
    if (line->entry >= ledger_size(shop->ledger))
        return FAIL(TAMPERED, "matter: a line names entry %llu, which is in no ledger",
                    (unsigned long long)line->entry);
    TRY(ledger_entry(shop->ledger, line->entry, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    matter_line_object(shop->crypto, line, &hash);
    if (entry.kind == ENTRY_MATTER && entry.object_id == line->matter && entry.has_object &&
        hash_equal(&hash, &entry.object))
        return OK;
    return FAIL(TAMPERED, "matter: a stored line is not the one that entry %llu of the ledger made",
                (unsigned long long)line->entry);
}

static bool row_same(const struct matter_row *a, const struct matter_row *b)
{
    return a->no == b->no && a->kind == b->kind && a->subject == b->subject && a->about == b->about &&
           a->state == b->state && a->owner == b->owner && a->made_us == b->made_us &&
           a->due_us == b->due_us && a->amount == b->amount && a->lines == b->lines;
}

static RESULT row_tampered(const struct matter_row *row)
{
    return FAIL(TAMPERED, "matter: number %llu is not what its newest line made of it",
                (unsigned long long)row->no);
}

/* A line as it is kept while the next is read. */
struct newest {
    struct matter_line_row line;
    struct buf bytes;
};

static void newest_done(struct newest *newest)
{
    buf_done(&newest->bytes);
}

static RESULT newest_take(void *context, const struct matter_line_row *line)
{
    struct newest *newest = context;
    newest->bytes.len = 0;
    buf_slice_put(&newest->bytes, line->bytes);
    newest->line = *line;
    return OK;
}

RESULT matter_held(struct shop *shop, const struct matter_row *row)
{
    SCOPED(newest_done) struct newest newest = {.line = {.matter = row->no}};
    struct matter_line read = {0};
    TRY(shop->store->matter->line_each(shop->store, row->no, newest_take, &newest));
    if (newest.line.n == 0) return row_tampered(row);
    newest.line.bytes = buf_slice(&newest.bytes);
    TRY(entry_check(shop, &newest.line));
    TRY(matter_line_head(&newest.line, &read));
    return row_same(row, &read.then) ? OK : row_tampered(row);
}

RESULT matter_find(struct shop *shop, uint64_t no, struct matter_row *out)
{
    struct result got = shop->store->matter->get(shop->store, no, out);
    if (got.code == CODE_NOT_FOUND) return FAIL(NOT_FOUND, "there is none of that id");
    TRY(got);
    return matter_held(shop, out);
}

struct reading {
    struct shop *shop;
    const struct matter_row *row;
    bool gone; /* its subject was erased, or its words were destroyed */
    bool own;  /* its words have a key of their own */
    struct record record;
    struct secret *data_key;
    struct eras eras;
    RESULT (*each)(void *context, const struct matter_line *line);
    void *context;
};

static RESULT text_open(struct reading *reading, const struct matter_line_row *line, struct buf *out)
{
    struct shop *shop = reading->shop;
    struct slice box = slice_from(line->bytes, MATTER_HEAD_BYTES);
    SCOPED(buf_done) struct buf aad = {0};
    aad_put(line->matter, line->n, &aad);
    if (reading->own) aead_key(shop->dek, reading->data_key);
    if (reading->row->subject == 0)
        return aead_open(reading->own ? shop->dek : shop->staff_box, buf_slice(&aad), box, out);
    aead_key(shop->dek, era_key(&reading->eras, reading->data_key, line->entry));
    return aead_open(shop->dek, buf_slice(&aad), box, out);
}

static RESULT line_take(void *context, const struct matter_line_row *row)
{
    struct reading *reading = context;
    struct matter_line line = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(entry_check(reading->shop, row));
    TRY(matter_line_head(row, &line));
    if (!reading->gone) TRY(text_open(reading, row, &text));
    line.text = buf_slice(&text);
    return reading->each(reading->context, &line);
}

RESULT matter_read(struct shop *shop, const struct matter_row *row,
                   RESULT (*each)(void *context, const struct matter_line *line), void *context)
{
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    struct reading reading = {
        .shop = shop, .row = row, .data_key = &data_key, .each = each, .context = context};
    if (row->subject > 0) {
        const struct subject_no no = {row->subject};
        TRY(record_get(shop, no, true, &bytes, &reading.record, NULL));
        reading.gone = reading.record.state == SUBJECT_ERASED;
        if (!reading.gone) TRY(record_unlock(shop, no, &reading.record, &data_key));
        if (!reading.gone) TRY(record_eras(shop, no, &reading.record, &reading.eras));
    }
    if (key_own(row)) {
        struct result got = key_find(shop, row, &data_key);
        reading.own = got.code == CODE_OK;
        reading.gone = row->state == TICKET_FORGOTTEN;
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    }
    struct result done = shop->store->matter->line_each(shop->store, row->no, line_take, &reading);
    eras_done(&reading.eras);
    return done;
}

struct slice matter_text(struct slice map, const char *name)
{
    struct cbor reader = cbor_reader(map);
    size_t pairs = 0;
    if (map.len == 0 || cbor_read_map(&reader, &pairs).code != CODE_OK || pairs > PAIRS_MAX)
        return (struct slice){0};
    for (size_t i = 0; i < pairs; i++) {
        struct slice key = {0}, text = {0};
        if (cbor_read_text(&reader, &key).code != CODE_OK) return (struct slice){0};
        if (slice_is(key, name))
            return cbor_read_text(&reader, &text).code == CODE_OK ? text : (struct slice){0};
        if (cbor_skip(&reader).code != CODE_OK) return (struct slice){0};
    }
    return (struct slice){0};
}

struct checking {
    struct shop *shop;
    struct matter_row newest;
    uint32_t next;
    uint64_t count;
};

/* From nothing (all zero) to its first line, or from one line to the next. */
static RESULT step_check(const struct matter_row *from, const struct matter_row *to)
{
    bool first = from->no == 0;
    const struct state_row *state = state_of(to->kind, to->state);
    bool may = state && from->state < STATES_MAX && (state->after & AFTER(from->state)) != 0;
    bool same = first || (from->kind == to->kind && from->subject == to->subject &&
                          from->about == to->about && from->made_us == to->made_us);
    bool grows =
        !first && (to->kind == MATTER_CLAIM ? to->amount > from->amount : to->amount != from->amount);
    if (may && same && !grows) return OK;
    return FAIL(TAMPERED, "matter: number %llu came to be what it can't have", (unsigned long long)to->no);
}

static RESULT line_check(void *context, const struct matter_line_row *line)
{
    struct checking *checking = context;
    struct matter_line read = {0};
    if (line->entry >= ledger_durable(checking->shop->ledger))
        return FAIL(TAMPERED, "matter: a line names entry %llu, which is in no ledger",
                    (unsigned long long)line->entry);
    TRY(entry_check(checking->shop, line));
    TRY(matter_line_head(line, &read));
    TRY(step_check(&checking->newest, &read.then));
    checking->newest = read.then;
    checking->count++;
    if (line->n == checking->next++) return OK;
    return FAIL(TAMPERED, "matter: a line is missing before the one of entry %llu",
                (unsigned long long)line->entry);
}

/* Whoever puts the key back puts the words back. */
static RESULT forgotten_check(struct shop *shop, const struct matter_row *row)
{
    SECRET key = {{0}};
    struct result got = key_find(shop, row, &key);
    if (got.code == CODE_NOT_FOUND) return OK;
    return FAIL(TAMPERED, "matter: number %llu was destroyed, and its key is there",
                (unsigned long long)row->no);
}

static RESULT row_check(void *context, const struct matter_row *row)
{
    struct checking *checking = context;
    struct store *store = checking->shop->store;
    checking->next = 1;
    checking->newest = (struct matter_row){0};
    TRY(store->matter->line_each(store, row->no, line_check, checking));
    if (!row_same(row, &checking->newest)) return row_tampered(row);
    if (row->kind == MATTER_POOL) TRY(matter_sums_check(checking->shop, row->no));
    return row->state == TICKET_FORGOTTEN && key_own(row) ? forgotten_check(checking->shop, row) : OK;
}

RESULT matters_check(struct shop *shop, uint64_t *count)
{
    struct checking checking = {.shop = shop};
    TRY(shop->store->matter->each(shop->store, 0, 0, row_check, &checking));
    *count = checking.count;
    return OK;
}

size_t matter_texts_put(struct slice map, const char *const *names, size_t count, struct buf *out)
{
    size_t there = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice text = matter_text(map, names[i]);
        if (text.len == 0) continue;
        put_text(out, names[i], text);
        there++;
    }
    return there;
}
