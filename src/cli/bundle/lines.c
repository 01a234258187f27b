#include "answer/incident/line.h"
#include "answer/scope/kept.h"
#include "base/clock.h"
#include "base/doc.h"
#include "base/json.h"
#include "cli/bundle/check.h"
#include "keep/incident_lines.h"
#include "prove/entry.h"
#include "prove/proof.h"

#include <stdio.h>
#include <string.h>

/* The lines one behind the other, and where the timeline is. */
struct lines {
    struct crypto *crypto;
    const struct bundle_found *found;
    struct slice timeline;
    struct arena arena;
    uint64_t n, last_entry;
    struct slice scope; /* body of the newest count */
};

static void lines_done(struct lines *lines)
{
    arena_done(&lines->arena);
}

static const struct bundle_file *file_of(const struct lines *lines, const char *format, uint64_t n)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s/%06llu%s", format, (unsigned long long)n,
                   format[0] == 'p' ? ".tlog-proof" : "");
    return bundle_file(lines->found, name);
}

/* Its entry is in the ledger, behind that of the line before, and carries the hash of this text. */
static RESULT entry_check(struct lines *lines, struct slice open, struct line *line)
{
    unsigned long long n = lines->n;
    const struct bundle_file *file = file_of(lines, "proofs", n);
    SCOPED(tlog_proof_done) struct tlog_proof proof = {0};
    struct line_seal seal = {0};
    struct checkpoint checkpoint = {0};
    struct note_check key = lines->found->keys[0];
    struct entry entry = {0};
    struct hash leaf = {{0}}, object = {{0}};
    if (!file) return FAIL(PROOF_BAD, "line %llu: its proof is missing", n);
    TRY(tlog_proof_get(buf_slice(&file->bytes), &proof));
    leaf_hash(lines->crypto, buf_slice(&proof.extra), &leaf);
    TRY(tlog_proof_check(lines->crypto, &proof, &leaf, &key, 1, &checkpoint));
    TRY(entry_read(buf_slice(&proof.extra), &entry));
    memcpy(seal.box.bytes, open.at, HASH_BYTES);
    incident_text_hash(lines->crypto, slice_from(open, HASH_BYTES), &seal.text);
    incident_line_object(lines->crypto, lines->found->number, n, &seal, &object);
    if (entry.kind != ENTRY_INCIDENT || !entry.has_object || !hash_equal(&object, &entry.object))
        return FAIL(PROOF_BAD, "line %llu: its words are not those that stand in the ledger", n);
    if (checkpoint.size != lines->found->checkpoint.size || (n > 1 && proof.index <= lines->last_entry))
        return FAIL(PROOF_BAD, "line %llu: its proof is of another place", n);
    lines->last_entry = line->entry = proof.index;
    return OK;
}

static bool texts_same(const struct texts *texts, struct doc doc)
{
    struct docs docs = docs_of(doc);
    struct doc item = {0};
    bool same = docs.left == texts->count;
    for (size_t i = 0; same && docs_next(&docs, &item); i++) same = slice_equal(doc_text(item), texts->at[i]);
    return same;
}

static bool time_same(int64_t us, struct doc doc)
{
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us);
    return slice_equal(buf_slice(&text), doc_text(doc));
}

/* Who it was stands in the line as a number that the vault alone can turn into an id: it is not compared. */
static bool value_same(const struct line_value *value, struct doc told)
{
    switch (value->type) {
    case LINE_TYPE_TEXT:
        return slice_equal(*(const struct slice *)value->at, doc_text(doc_get(told, value->name)));
    case LINE_TYPE_BYTES:
        return ((const struct slice *)value->at)->len == doc_number(doc_get(told, "body_bytes"));
    case LINE_TYPE_TIME:
        return time_same(*(const int64_t *)value->at, doc_get(told, value->name));
    case LINE_TYPE_NUMBER:
        return *(const uint64_t *)value->at == doc_number(doc_get(told, value->name));
    case LINE_TYPE_FLAG:
        return doc_true(doc_get(told, value->name));
    case LINE_TYPE_TEXTS:
        return texts_same(value->at, doc_get(told, value->name));
    case LINE_TYPE_WHO:
        break;
    }
    return doc_there(doc_get(told, value->name));
}

/* What is told of it in the timeline is what it says, no less and no more. */
static RESULT told_check(struct lines *lines, const struct line *line)
{
    enum { ALWAYS = 5 };
    const struct line_row *row = line_row(line->kind);
    SCOPED(buf_done) struct buf cbor = {0};
    const uint8_t *end =
        lines->timeline.len > 0 ? memchr(lines->timeline.at, '\n', lines->timeline.len) : NULL;
    size_t count = ALWAYS;
    if (!end) return FAIL(PROOF_BAD, "timeline.jsonl: line %llu is missing", (unsigned long long)lines->n);
    struct slice text = {lines->timeline.at, (size_t)(end - lines->timeline.at)};
    lines->timeline = slice_from(lines->timeline, text.len + 1);
    TRY(doc_from_json(text, &cbor));
    struct doc told = doc_of(buf_slice(&cbor));
    bool same =
        row && doc_is(doc_get(told, "kind"), row->name) && time_same(line->time_us, doc_get(told, "time")) &&
        doc_number(doc_get(told, "line")) == lines->n && doc_number(doc_get(told, "entry")) == line->entry;
    for (size_t i = 0; same; i++) {
        struct line_value value = line_value(line, i);
        if (!value.name) break;
        if (!value.there) continue;
        same = value_same(&value, told);
        count++;
    }
    if (same && doc_count(told) == count) return OK;
    return FAIL(PROOF_BAD, "timeline.jsonl: line %llu does not say what was sealed",
                (unsigned long long)lines->n);
}

static RESULT one_check(struct lines *lines)
{
    struct line line = {0};
    const struct bundle_file *file = file_of(lines, "lines", lines->n);
    struct slice open = file ? buf_slice(&file->bytes) : (struct slice){0};
    if (open.len <= HASH_BYTES + LINE_SALT_BYTES)
        return FAIL(PROOF_BAD, "line %llu: it is missing", (unsigned long long)lines->n);
    TRY(entry_check(lines, open, &line));
    uint64_t entry = line.entry;
    TRY(line_read(slice_from(open, HASH_BYTES + LINE_SALT_BYTES), &lines->arena, &line));
    line.n = lines->n;
    line.entry = entry;
    if (line.kind == LINE_SCOPE) lines->scope = line.body;
    return told_check(lines, &line);
}

/* What is told of the newest count is what its line holds. */
static RESULT scope_check(const struct lines *lines)
{
    const struct bundle_file *file = bundle_file(lines->found, "scope.json");
    struct slice suspicion = {0}, told = {0};
    SCOPED(buf_done) struct buf json = {0};
    if (lines->scope.len == 0 && !file) return OK;
    if (lines->scope.len == 0 || !file)
        return FAIL(PROOF_BAD, "scope.json: there is one without a count, or a count without it");
    TRY(scope_body_read(lines->scope, &suspicion, &told));
    TRY(json_from_cbor(told, &json));
    buf_byte(&json, '\n');
    return slice_equal(buf_slice(&json), buf_slice(&file->bytes))
               ? OK
               : FAIL(PROOF_BAD, "scope.json: it is not the newest count of the lines");
}

RESULT bundle_lines_check(struct crypto *crypto, const struct bundle_found *found)
{
    const struct bundle_file *timeline = bundle_file(found, "timeline.jsonl");
    SCOPED(lines_done) struct lines lines = {.crypto = crypto, .found = found};
    if (!timeline || found->lines == 0) return FAIL(INVALID, "bundle: it holds no timeline");
    lines.timeline = buf_slice(&timeline->bytes);
    for (lines.n = 1; lines.n <= found->lines; lines.n++) TRY(one_check(&lines));
    if (lines.timeline.len > 0) return FAIL(PROOF_BAD, "timeline.jsonl: it has more than the lines");
    return scope_check(&lines);
}
