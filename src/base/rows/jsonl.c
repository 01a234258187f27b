#include "base/rows/jsonl.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

struct jsonl {
    size_t line_bytes_max;
    struct jsonl_sink sink;
    struct buf carry; /* a line's beginning, from pushes before */
    struct buf text;  /* the line as the parser gets it */
    uint64_t line;
    bool skip; /* the line is too long: wait for its end */
    struct jsonl_value *values;
    size_t count;
};

void jsonl_new(size_t line_bytes_max, struct jsonl_sink sink, struct jsonl **out)
{
    assert(sink.row && sink.reject && out && line_bytes_max > 0 && line_bytes_max <= 1U << 30);
    struct jsonl *jsonl = calloc(1, sizeof *jsonl);
    if (!jsonl) abort();
    jsonl->line_bytes_max = line_bytes_max;
    jsonl->sink = sink;
    jsonl->line = 1;
    jsonl->values = calloc(JSONL_VALUES_MAX, sizeof *jsonl->values);
    if (!jsonl->values) abort();
    *out = jsonl;
}

void jsonl_free(struct jsonl **jsonl)
{
    if (!*jsonl) return;
    buf_done(&(*jsonl)->carry);
    buf_done(&(*jsonl)->text);
    free((*jsonl)->values);
    free(*jsonl);
    *jsonl = NULL;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* The byte at `i`, 0 behind the end. */
static uint8_t peek(struct slice rest, size_t i)
{
    return i < rest.len ? rest.at[i] : 0;
}

static size_t digits_end(struct slice rest, size_t from)
{
    while (is_digit(peek(rest, from))) from++;
    return from;
}

/* A number of RFC 8259 section 6 at the start of `rest`; its length, 0 if malformed. */
static size_t number_len(struct slice rest)
{
    size_t whole = peek(rest, 0) == '-' ? 1 : 0;
    size_t end = digits_end(rest, whole);
    if (end == whole || (rest.at[whole] == '0' && end > whole + 1)) return 0;
    if (peek(rest, end) == '.') {
        size_t from = end + 1;
        end = digits_end(rest, from);
        if (end == from) return 0;
    }
    if ((peek(rest, end) | 0x20) == 'e') {
        size_t from = end + 1;
        if (peek(rest, from) == '+' || peek(rest, from) == '-') from++;
        end = digits_end(rest, from);
        if (end == from) return 0;
    }
    return end;
}

/* Length of the string at the start of `rest` with its quotes, 0 if malformed. */
static size_t string_len(struct slice rest)
{
    assert(rest.len > 0 && rest.at[0] == '"');
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.at[i] < ' ') return 0;
        if (rest.at[i] == '"') return i + 1;
        if (rest.at[i] != '\\') continue;
        if (slice_starts(slice_from(rest, i), "\\u0000")) return 0; /* the parser's strings end at a zero */
        i++;
    }
    return 0;
}

struct shape {
    size_t depth, commas;
};

/* Keep count of one structural byte; NULL, or what is wrong. */
static const char *shape_count(struct shape *shape, uint8_t byte)
{
    if (byte == 0) return "not a JSON object: a zero byte";
    if (byte == ',' && ++shape->commas >= JSONL_VALUES_MAX) return "too many members";
    if ((byte == '{' || byte == '[') && ++shape->depth > JSONL_DEPTH_MAX) return "nested too deeply";
    if ((byte == '}' || byte == ']') && shape->depth-- == 0) return "not a JSON object";
    return NULL;
}

/*
 * Copy the line into `text` with numbers as strings: their digits reach us as written, not as a double has them, and
 * the parser's own number code is never run. NULL, or what is wrong.
 */
static const char *prepare(struct slice line, struct buf *text)
{
    struct shape shape = {0};
    for (struct slice rest = line; rest.len > 0;) {
        const uint8_t byte = rest.at[0];
        const bool number = byte == '-' || is_digit(byte);
        size_t len = number ? number_len(rest) : byte == '"' ? string_len(rest) : 1;
        if (len == 0 && number) return "not a JSON object: a number is malformed";
        if (len == 0) return "not a JSON object: a text is malformed or not closed";
        const char *fault = shape_count(&shape, byte);
        if (fault) return fault;
        if (number) buf_byte(text, '"');
        buf_put(text, rest.at, len);
        if (number) buf_byte(text, '"');
        rest = slice_from(rest, len);
    }
    return NULL;
}

static bool name_is(const cJSON *node, const char *name)
{
    return node->string && strcmp(node->string, name) == 0;
}

static void value_add(struct jsonl *jsonl, const cJSON *node, enum target_group group, size_t item)
{
    assert(jsonl->count < JSONL_VALUES_MAX); /* counted by prepare() */
    struct slice text = {0};
    bool other = cJSON_IsObject(node) || cJSON_IsArray(node);
    if (cJSON_IsString(node)) text = slice_text(node->valuestring);
    if (cJSON_IsTrue(node)) text = SLICE_TEXT("true");
    if (cJSON_IsFalse(node)) text = SLICE_TEXT("false");
    jsonl->values[jsonl->count++] =
        (struct jsonl_value){slice_text(node->string), text, group, (uint16_t)item, other};
}

static void group_add(struct jsonl *jsonl, const cJSON *array, enum target_group group)
{
    size_t item = 0;
    for (const cJSON *node = array->child; node; node = node->next, item++) {
        if (!cJSON_IsObject(node)) {
            value_add(jsonl, node, group, item);
            continue;
        }
        for (const cJSON *member = node->child; member; member = member->next)
            value_add(jsonl, member, group, item);
    }
}

static void object_add(struct jsonl *jsonl, const cJSON *object)
{
    for (const cJSON *node = object->child; node; node = node->next) {
        if (cJSON_IsArray(node) && name_is(node, "addresses"))
            group_add(jsonl, node, TARGET_ADDRESS);
        else if (cJSON_IsArray(node) && name_is(node, "orders"))
            group_add(jsonl, node, TARGET_ORDER);
        else if (!cJSON_IsObject(node) || !name_is(node, "fields"))
            value_add(jsonl, node, TARGET_PLAIN, 0);
    }
}

/* Free a tree with its texts wiped. Depth was bounded by prepare(). */
static void tree_free(cJSON **root)
{
    cJSON *path[JSONL_DEPTH_MAX + 1];
    size_t depth = 0;
    if (*root) path[depth++] = *root;
    while (depth > 0) {
        cJSON *node = path[depth - 1];
        if (node->valuestring) explicit_bzero(node->valuestring, strlen(node->valuestring));
        path[depth - 1] = node->next;
        if (!node->next) depth--;
        if (!node->child) continue;
        assert(depth < COUNT_OF(path));
        path[depth++] = node->child;
    }
    cJSON_Delete(*root);
    *root = NULL;
}

static const char *parse(struct jsonl *jsonl, struct slice line, cJSON **out)
{
    buf_clear(&jsonl->text);
    if (!utf8_valid(line)) return "bytes that its encoding does not have";
    const char *fault = prepare(line, &jsonl->text);
    if (fault) return fault;
    *out = cJSON_ParseWithOpts(buf_c(&jsonl->text), NULL, 1);
    return cJSON_IsObject(*out) ? NULL : "not a JSON object";
}

/* One line without its line end. */
static RESULT line_take(struct jsonl *jsonl, struct slice line)
{
    uint64_t number = jsonl->line++;
    size_t blank = 0;
    while (blank < line.len && strchr(" \t\r", line.at[blank]) && line.at[blank]) blank++;
    if (blank == line.len) return OK;
    SCOPED(tree_free) cJSON *root = NULL;
    const char *fault = parse(jsonl, line, &root);
    if (fault) return jsonl->sink.reject(jsonl->sink.context, number, fault);
    jsonl->count = 0;
    object_add(jsonl, root);
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(root, "fields");
    if (cJSON_IsObject(fields)) object_add(jsonl, fields);
    return jsonl->sink.row(jsonl->sink.context, number, jsonl->values, jsonl->count);
}

RESULT jsonl_push(struct jsonl *jsonl, struct slice bytes)
{
    assert(jsonl && (bytes.at || bytes.len == 0));
    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.at, '\n', bytes.len);
        struct slice line = slice_part(bytes, 0, end ? (size_t)(end - bytes.at) : bytes.len);
        bytes = slice_from(bytes, line.len + 1);
        if (!jsonl->skip && jsonl->carry.len + line.len > jsonl->line_bytes_max) {
            buf_clear(&jsonl->carry);
            jsonl->skip = true;
            TRY(jsonl->sink.reject(jsonl->sink.context, jsonl->line, "longer than a line may be"));
        }
        if (!jsonl->skip && (!end || jsonl->carry.len > 0)) buf_slice_put(&jsonl->carry, line);
        if (!end) return OK;
        if (jsonl->skip)
            jsonl->line++;
        else
            TRY(line_take(jsonl, jsonl->carry.len > 0 ? buf_slice(&jsonl->carry) : line));
        jsonl->skip = false;
        buf_clear(&jsonl->carry);
    }
    return OK;
}

RESULT jsonl_end(struct jsonl *jsonl)
{
    assert(jsonl);
    struct result result = jsonl->skip ? OK : line_take(jsonl, buf_slice(&jsonl->carry));
    buf_clear(&jsonl->carry);
    return result;
}
