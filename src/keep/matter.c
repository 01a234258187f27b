#include "keep/matter.h"

#include "base/cbor.h"
#include "keep/record.h"

#include <string.h>

enum { PAIRS_MAX = 32 };

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

static RESULT head_get(const struct matter_line_row *line, struct matter_line *out)
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

static void object_of(struct crypto *crypto, const struct matter_line_row *line, struct hash *out)
{
    uint8_t at[12];
    be64_put(at, line->matter);
    be32_put(at + 8, line->n);
    const struct slice parts[] = {SLICE_TEXT("amanah matter 1"), SLICE_OF(at), line->bytes};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

/* Under the subject's data key, or the shop's. Of somebody erased a line can still be added, which says nothing. */
static RESULT text_seal(struct shop *shop, const struct matter_row *row, struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, bytes = {0};
    struct record record;
    bool gone = false;
    SECRET data_key = {{0}};
    aad_put(row->no, row->lines, &aad);
    if (row->subject > 0) {
        const struct subject_no no = {row->subject};
        TRY(record_get(shop, no, row->lines > 1, &bytes, &record, NULL));
        gone = record.state == SUBJECT_ERASED;
        if (!gone) TRY(record_unlock(shop, no, &record, &data_key));
    }
    aead_seal(row->subject > 0 && !gone ? shop->dek : shop->staff_box, buf_slice(&aad),
              gone ? (struct slice){0} : text, out);
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
    TRY(text_seal(shop, &next, text, &bytes));
    struct matter_line_row line = {.matter = next.no, .n = next.lines, .bytes = buf_slice(&bytes)};
    struct draft draft = batch_draft(batch, reader, ENTRY_MATTER);
    draft.entry.object_kind = next.kind;
    draft.entry.object_id = next.no;
    draft.entry.has_object = true;
    object_of(shop->crypto, &line, &draft.entry.object);
    batch_append(batch, &draft, out);
    line.entry = out->index;
    struct store *store = batch_write(batch);
    TRY(store->matter->line_add(store, &line));
    TRY(store->matter->put(store, &next));
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
    object_of(shop->crypto, line, &hash);
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
    TRY(head_get(&newest.line, &read));
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
    bool gone; /* its subject was erased */
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
    if (reading->row->subject == 0) return aead_open(shop->staff_box, buf_slice(&aad), box, out);
    aead_key(shop->dek, era_key(&reading->eras, reading->data_key, line->entry));
    return aead_open(shop->dek, buf_slice(&aad), box, out);
}

static RESULT line_take(void *context, const struct matter_line_row *row)
{
    struct reading *reading = context;
    struct matter_line line = {0};
    SCOPED(buf_done) struct buf text = {0};
    TRY(entry_check(reading->shop, row));
    TRY(head_get(row, &line));
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

/*
 * Which states may follow one, as bits, by kind: what no line of ours ever did was not written by this program. The
 * states are those of answer/desk, which names them; nothing follows the last one.
 */
enum { STATES_MAX = 6 };
static const uint8_t steps[][STATES_MAX] = {
    [MATTER_COMPLAINT] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3, 1 << 2 | 1 << 3},
    [MATTER_QUESTION] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3, 1 << 2 | 1 << 3},
    [MATTER_SCAM] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3, 1 << 2 | 1 << 3},
    [MATTER_RIGHTS] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3, 1 << 2 | 1 << 3},
    [MATTER_PROMISE] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3},
    [MATTER_POOL] = {1 << 1, 1 << 2, 1 << 3},
    [MATTER_CLAIM] = {1 << 1, 1 << 2, 1 << 3 | 1 << 4, 1 << 5}};

/* From nothing (all zero) to its first line, or from one line to the next. */
static RESULT step_check(const struct matter_row *from, const struct matter_row *to)
{
    bool first = from->no == 0;
    bool may = to->kind > 0 && to->kind < COUNT_OF(steps) && from->state < STATES_MAX &&
               to->state < STATES_MAX && (steps[to->kind][from->state] >> to->state & 1);
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
    TRY(head_get(line, &read));
    TRY(step_check(&checking->newest, &read.then));
    checking->newest = read.then;
    checking->count++;
    if (line->n == checking->next++) return OK;
    return FAIL(TAMPERED, "matter: a line is missing before the one of entry %llu",
                (unsigned long long)line->entry);
}

static RESULT row_check(void *context, const struct matter_row *row)
{
    struct checking *checking = context;
    struct store *store = checking->shop->store;
    checking->next = 1;
    checking->newest = (struct matter_row){0};
    TRY(store->matter->line_each(store, row->no, line_check, checking));
    return row_same(row, &checking->newest) ? OK : row_tampered(row);
}

RESULT matters_check(struct shop *shop, uint64_t *count)
{
    struct checking checking = {.shop = shop};
    TRY(shop->store->matter->each(shop->store, 0, 0, row_check, &checking));
    *count = checking.count;
    return OK;
}
