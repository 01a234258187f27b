#include "answer/incident/line.h"

#include "base/cbor.h"

#include <assert.h>
#include <string.h>

static const struct line_row rows[] = {
#define LINE(NAME, number, name, path, takes, needs, states, about) \
    {LINE_##NAME, name, path, takes, needs, states},
#include "answer/incident/lines.def"
#undef LINE
};

const struct line_row *line_rows(size_t *out_count)
{
    *out_count = COUNT_OF(rows);
    return rows;
}

const struct line_row *line_row(enum line_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].kind == kind) return &rows[i];
    }
    return NULL;
}

const struct line_row *line_row_of(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_is(name, rows[i].name) || (rows[i].path[0] && slice_is(name, rows[i].path)))
            return &rows[i];
    }
    return NULL;
}

bool words_have(const char *words, struct slice word)
{
    for (const char *at = words; *at; at += *at == ' ') {
        size_t len = strcspn(at, " ");
        if (len == word.len && len > 0 && memcmp(at, word.at, len) == 0) return true;
        at += len;
    }
    return false;
}

struct slice words_first(const char *words)
{
    return (struct slice){(const uint8_t *)words, strcspn(words, " ")};
}

static const struct {
    uint64_t number;
    enum line_type type;
    const char *name;
    size_t offset;
} members[] = {
#define LINE_MEMBER(number, TYPE, name) {number, LINE_TYPE_##TYPE, #name, offsetof(struct line, name)},
#include "answer/incident/members.def"
#undef LINE_MEMBER
};

static bool is_there(const struct line *line, size_t member)
{
    const void *at = (const uint8_t *)line + members[member].offset;
    switch (members[member].type) {
    case LINE_TYPE_TEXT:
    case LINE_TYPE_BYTES:
        return ((const struct slice *)at)->len > 0;
    case LINE_TYPE_TEXTS:
        return ((const struct texts *)at)->count > 0;
    case LINE_TYPE_TIME:
        return *(const int64_t *)at != 0;
    case LINE_TYPE_FLAG:
        return *(const bool *)at;
    case LINE_TYPE_WHO:
    case LINE_TYPE_NUMBER:
        break;
    }
    return *(const uint64_t *)at != 0;
}

struct line_value line_value(const struct line *line, size_t i)
{
    if (i >= COUNT_OF(members)) return (struct line_value){0};
    return (struct line_value){members[i].name, members[i].type, (const uint8_t *)line + members[i].offset,
                               is_there(line, i)};
}

RESULT line_fits(const struct line *line)
{
    static const char common[] = "source confidence evidence";
    const struct line_row *row = line_row(line->kind);
    assert(row);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct slice name = slice_text(members[i].name);
        bool there = is_there(line, i);
        if (there && !words_have(row->takes, name) && !words_have(common, name))
            return FAIL(MEMBER_UNKNOWN, "%s: a %s has none", members[i].name, row->name);
        bool amends = line->of > 0 && !words_have(row->needs, SLICE_TEXT("of"));
        if (!there && !amends && words_have(row->needs, name))
            return FAIL(MEMBER_MISSING, "%s: a %s needs it", members[i].name, row->name);
    }
    if (line->state.len > 0 && !words_have(row->states, line->state))
        return FAIL(INVALID, "state: of a %s it is one of: %s", row->name, row->states);
    if (line->confidence.len > 0 && !words_have("low medium high", line->confidence))
        return FAIL(INVALID, "confidence: low, medium or high");
    if (line->basis.len > 0 && !words_have("device file log sample word", line->basis))
        return FAIL(INVALID, "basis: device, file, log, sample or word");
    if ((line->people > 0) != (line->basis.len > 0))
        return FAIL(MEMBER_MISSING, "people: comes with its basis, and a basis with its people");
    if (line->stance.len > 0 && !words_have("for against", line->stance))
        return FAIL(INVALID, "stance: for or against");
    return OK;
}

static void member_write(enum line_type type, const void *at, struct buf *out)
{
    const struct texts *texts = at;
    switch (type) {
    case LINE_TYPE_TEXT:
        cbor_text(out, *(const struct slice *)at);
        return;
    case LINE_TYPE_BYTES:
        cbor_bytes(out, *(const struct slice *)at);
        return;
    case LINE_TYPE_FLAG:
        cbor_bool(out, true);
        return;
    case LINE_TYPE_TIME:
        cbor_int(out, *(const int64_t *)at);
        return;
    case LINE_TYPE_WHO:
    case LINE_TYPE_NUMBER:
        cbor_uint(out, *(const uint64_t *)at);
        return;
    case LINE_TYPE_TEXTS:
        cbor_array(out, texts->count);
        for (size_t i = 0; i < texts->count; i++) cbor_text(out, texts->at[i]);
        return;
    }
}

void line_write(const struct line *line, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(members); i++) count += is_there(line, i);
    cbor_array(out, 4);
    cbor_uint(out, line->kind);
    cbor_uint(out, (uint64_t)line->time_us);
    cbor_uint(out, line->author);
    cbor_map(out, count);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (!is_there(line, i)) continue;
        cbor_uint(out, members[i].number);
        member_write(members[i].type, (const uint8_t *)line + members[i].offset, out);
    }
}

static RESULT texts_read(struct cbor *reader, struct arena *arena, struct texts *out)
{
    size_t count = 0;
    TRY(cbor_read_array(reader, &count));
    if (count > LINE_EVIDENCE_MAX) return FAIL(CORRUPT, "incident: a stored line lists too much");
    struct slice *at = arena_take(arena, (count + 1) * sizeof *at);
    for (size_t i = 0; i < count; i++) TRY(cbor_read_text(reader, &at[i]));
    *out = (struct texts){at, count};
    return OK;
}

static RESULT member_read(struct cbor *reader, struct arena *arena, enum line_type type, void *at)
{
    switch (type) {
    case LINE_TYPE_TEXT:
        return cbor_read_text(reader, at);
    case LINE_TYPE_BYTES:
        return cbor_read_bytes(reader, at);
    case LINE_TYPE_FLAG:
        return cbor_read_bool(reader, at);
    case LINE_TYPE_TIME:
        return cbor_read_int(reader, at);
    case LINE_TYPE_WHO:
    case LINE_TYPE_NUMBER:
        return cbor_read_uint(reader, at);
    case LINE_TYPE_TEXTS:
        return texts_read(reader, arena, at);
    }
    return FAIL(CORRUPT, "incident: a stored line has a member of no type");
}

static RESULT members_read(struct cbor *reader, struct arena *arena, struct line *line)
{
    size_t pairs = 0, at = 0;
    TRY(cbor_read_map(reader, &pairs));
    for (size_t i = 0; i < pairs; i++) {
        uint64_t number = 0;
        TRY(cbor_read_uint(reader, &number));
        while (at < COUNT_OF(members) && members[at].number < number) at++; /* both go up */
        if (at == COUNT_OF(members) || members[at].number != number)
            return FAIL(CORRUPT, "incident: a stored line has an unknown member");
        TRY(member_read(reader, arena, members[at].type, (uint8_t *)line + members[at].offset));
        if (!is_there(line, at)) return FAIL(CORRUPT, "incident: a stored line has an empty member");
        at++;
    }
    return OK;
}

RESULT line_read(struct slice bytes, struct arena *arena, struct line *out)
{
    struct line line = {0};
    struct cbor reader = cbor_reader(bytes);
    size_t four = 0;
    uint64_t kind = 0, time_us = 0;
    struct result read = cbor_read_array(&reader, &four);
    if (read.code == CODE_OK) read = cbor_read_uint(&reader, &kind);
    if (read.code == CODE_OK) read = cbor_read_uint(&reader, &time_us);
    if (read.code == CODE_OK) read = cbor_read_uint(&reader, &line.author);
    if (read.code == CODE_OK) read = members_read(&reader, arena, &line);
    if (read.code == CODE_OK) read = cbor_end(&reader);
    line.kind = kind <= UINT8_MAX ? (enum line_kind)kind : 0;
    line.time_us = (int64_t)time_us;
    if (read.code != CODE_OK || four != 4 || time_us > INT64_MAX || !line_row(line.kind))
        return FAIL(CORRUPT, "incident: a stored line is malformed");
    *out = line;
    return OK;
}
