#include "serve/shape.h"

#include <string.h>

/* What is open, from the outside in. Each closes by the sign of its kind; `null|` by the end of what follows it. */
struct level {
    char closes; /* '}', ']' or '>'; '|' for null */
    bool first;
    struct buf required; /* of '}': the names that are always there, as JSON */
};

struct shaping {
    const char *at;
    struct buf *out;
    size_t depth;
    struct level levels[SHAPE_DEPTH_MAX];
};

static void shaping_done(struct shaping *shaping)
{
    for (size_t i = 0; i < SHAPE_DEPTH_MAX; i++) buf_done(&shaping->levels[i].required);
}

const char *answer_shape(enum verb verb)
{
    static const char *const shapes[VERB_COUNT] = {
#define ANSWER(VERB, shape) [VERB_##VERB] = (shape),
#include "serve/answers.def"
#undef ANSWER
    };
    return shapes[verb];
}

static bool open_level(struct shaping *shaping, char closes, const char *text)
{
    if (shaping->depth == SHAPE_DEPTH_MAX) return false;
    struct level *level = &shaping->levels[shaping->depth++];
    level->closes = closes;
    level->first = true;
    buf_clear(&level->required);
    buf_text(shaping->out, text);
    return true;
}

/* A type ended: so did each `null|` before it. */
static void type_ended(struct shaping *shaping)
{
    while (shaping->depth > 0 && shaping->levels[shaping->depth - 1].closes == '|') {
        buf_text(shaping->out, "]}");
        shaping->depth--;
    }
}

static bool close_level(struct shaping *shaping)
{
    struct level *level = shaping->depth > 0 ? &shaping->levels[shaping->depth - 1] : NULL;
    if (!level || level->closes != *shaping->at) return false;
    if (level->closes == '}') {
        buf_text(shaping->out, "},\"required\":[");
        buf_slice_put(shaping->out, buf_slice(&level->required));
        buf_byte(shaping->out, ']');
    }
    buf_byte(shaping->out, '}');
    shaping->depth--;
    shaping->at++;
    type_ended(shaping);
    return true;
}

static size_t word_len(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* "name:" or "name?:" of an object; its type follows. */
static bool member_take(struct shaping *shaping)
{
    struct level *level = &shaping->levels[shaping->depth - 1];
    size_t len = word_len(shaping->at);
    const char *behind = shaping->at + len + (shaping->at[len] == '?');
    if (len == 0 || *behind != ':') return false;
    if (!level->first) buf_byte(shaping->out, ',');
    level->first = false;
    buf_print(shaping->out, "\"%.*s\":", (int)len, shaping->at);
    if (shaping->at[len] != '?')
        buf_print(&level->required, "%s\"%.*s\"", level->required.len > 0 ? "," : "", (int)len, shaping->at);
    shaping->at = behind + 1;
    return true;
}

static bool scalar_take(struct shaping *shaping)
{
    static const struct {
        const char *name, *schema;
    } types[] = {{"string", "{\"type\":\"string\"}"},
                 {"integer", "{\"type\":\"integer\"}"},
                 {"number", "{\"type\":\"number\"}"},
                 {"boolean", "{\"type\":\"boolean\"}"},
                 {"any", "{}"},
                 {"Receipt", "{\"$ref\":\"#/components/schemas/Receipt\"}"}};
    size_t len = word_len(shaping->at);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strlen(types[i].name) != len || strncmp(types[i].name, shaping->at, len) != 0) continue;
        buf_text(shaping->out, types[i].schema);
        shaping->at += len;
        type_ended(shaping);
        return true;
    }
    return false;
}

static bool type_take(struct shaping *shaping)
{
    if (strncmp(shaping->at, "null|", 5) == 0) {
        shaping->at += 5;
        return open_level(shaping, '|', "{\"anyOf\":[{\"type\":\"null\"},") && *shaping->at != 0;
    }
    switch (*shaping->at) {
    case '{':
        shaping->at++;
        return open_level(shaping, '}', "{\"type\":\"object\",\"properties\":{");
    case '[':
        shaping->at++;
        return open_level(shaping, ']', "{\"type\":\"array\",\"items\":");
    case '<':
        shaping->at++;
        return open_level(shaping, '>', "{\"type\":\"object\",\"additionalProperties\":");
    default:
        return scalar_take(shaping);
    }
}

RESULT shape_put(const char *shape, struct buf *out)
{
    SCOPED(shaping_done) struct shaping shaping = {.at = shape, .out = out};
    bool wants_type = true, good = true;
    while (good && (*shaping.at != 0 || wants_type)) {
        size_t depth = shaping.depth;
        bool object = depth > 0 && shaping.levels[depth - 1].closes == '}';
        if (*shaping.at == ' ' || (*shaping.at == ',' && object && !wants_type)) {
            shaping.at++;
        } else if (wants_type) {
            good = type_take(&shaping);
            char top = shaping.depth > 0 ? shaping.levels[shaping.depth - 1].closes : 0;
            wants_type = shaping.depth > depth && top != '}';
        } else if (depth > 0 && *shaping.at == shaping.levels[depth - 1].closes) {
            good = close_level(&shaping);
        } else {
            good = object && member_take(&shaping);
            wants_type = true;
        }
    }
    if (good && shaping.depth == 0) return OK;
    return FAIL(INVALID, "shape: at %zu of `%s`", (size_t)(shaping.at - shape), shape);
}
