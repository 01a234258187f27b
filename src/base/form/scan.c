#include "base/form/form.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

/* A mapping or sequence that is open, and which of its values comes next. */
struct level {
    char path[PLACE_BYTES_MAX];
    bool map, want_value;
    uint32_t count;
    char keys[PLACE_KEYS_MAX][PLACE_BYTES_MAX]; /* of a mapping */
};

struct scan {
    struct form_file file;
    struct places *out;
    size_t depth;
    struct level levels[PLACE_DEPTH_MAX];
    uint32_t line;
    bool ended;
};

void places_done(struct places *places)
{
    free(places->at);
    *places = (struct places){0};
}

uint32_t places_line(const struct places *places, const char *path)
{
    size_t best = 0;
    uint32_t line = 1;
    for (size_t i = 0; i < places->count; i++) {
        size_t len = strlen(places->at[i].path);
        if (len < best || strncmp(places->at[i].path, path, len) != 0) continue;
        char next = path[len];
        if (next != '\0' && next != '.' && next != '[') continue; /* of another name that begins so */
        best = len;
        line = places->at[i].line;
    }
    return line;
}

struct result form_bad(struct form_file file, const struct places *places, const char *path,
                       const char *source, int line, const char *format, ...)
{
    char why[256];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why, sizeof why, format, list); /* a longer one is cut */
    va_end(list);
    return result_fail(CAUSE_CONFIG, source, line, "%s:%u: %s: %s", file.name, places_line(places, path),
                       *path ? path : "the file", why);
}

static struct result bad_at(const struct scan *scan, const char *path, const char *why)
{
    return FAIL(CONFIG, "%s:%u: %s: %s", scan->file.name, scan->line, path[0] ? path : "the file", why);
}

/* The path of the value that comes next. */
static RESULT path_next(struct scan *scan, char path[PLACE_BYTES_MAX])
{
    path[0] = '\0';
    if (scan->depth == 0) return OK;
    struct level *level = &scan->levels[scan->depth - 1];
    int len = 0;
    if (level->map) {
        len = snprintf(path, PLACE_BYTES_MAX, "%s%s%s", level->path, level->path[0] ? "." : "",
                       level->keys[level->count - 1]);
    } else {
        len = snprintf(path, PLACE_BYTES_MAX, "%s[%u]", level->path, level->count);
        level->count++;
    }
    level->want_value = false;
    if (len < 0 || len >= PLACE_BYTES_MAX) return bad_at(scan, level->path, "a name that is too long");
    return OK;
}

static RESULT key_take(struct scan *scan, struct slice key)
{
    struct level *level = &scan->levels[scan->depth - 1];
    for (size_t i = 0; i < key.len; i++) {
        bool fine = (key.at[i] >= 'a' && key.at[i] <= 'z') || key.at[i] == '_';
        if (!fine) return bad_at(scan, level->path, "a key that is not of small letters and _");
    }
    if (key.len == 0 || key.len >= FORM_KEY_BYTES_MAX)
        return bad_at(scan, level->path, "an empty or overlong key");
    if (level->count == PLACE_KEYS_MAX) return bad_at(scan, level->path, "too many keys");
    for (uint32_t i = 0; i < level->count; i++) {
        if (slice_is(key, level->keys[i])) return bad_at(scan, level->path, "a key that stands twice");
    }
    memcpy(level->keys[level->count], key.at, key.len);
    level->keys[level->count++][key.len] = '\0';
    level->want_value = true;
    return OK;
}

static RESULT value_begin(struct scan *scan, char path[PLACE_BYTES_MAX])
{
    TRY(path_next(scan, path));
    if (scan->out->count == PLACES_MAX) return bad_at(scan, path, "more values than a file may have");
    struct place *place = &scan->out->at[scan->out->count++];
    memcpy(place->path, path, PLACE_BYTES_MAX);
    place->line = scan->line;
    return OK;
}

static RESULT open_take(struct scan *scan, bool map)
{
    char path[PLACE_BYTES_MAX];
    bool as_key =
        scan->depth > 0 && scan->levels[scan->depth - 1].map && !scan->levels[scan->depth - 1].want_value;
    if (as_key) return bad_at(scan, scan->levels[scan->depth - 1].path, "a list or mapping as a key");
    TRY(value_begin(scan, path));
    if (scan->depth == PLACE_DEPTH_MAX) return bad_at(scan, path, "too deep");
    struct level *level = &scan->levels[scan->depth++];
    level->map = map;
    level->want_value = false;
    level->count = 0;
    memcpy(level->path, path, PLACE_BYTES_MAX);
    return OK;
}

static RESULT scalar_take(struct scan *scan, struct slice text)
{
    char path[PLACE_BYTES_MAX];
    if (scan->depth > 0 && scan->levels[scan->depth - 1].map && !scan->levels[scan->depth - 1].want_value) {
        return key_take(scan, text);
    }
    TRY(value_begin(scan, path));
    if (text.len == 0) return bad_at(scan, path, "empty; leave the line out");
    if (text.len > FORM_TEXT_BYTES_MAX) return bad_at(scan, path, "a text that is too long");
    if (memchr(text.at, 0, text.len)) return bad_at(scan, path, "a zero character");
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < ' ' || text.at[i] == 0x7f) return bad_at(scan, path, "a control character");
    }
    return OK;
}

static RESULT event_take(struct scan *scan, const yaml_event_t *event)
{
    const char *here = scan->depth ? scan->levels[scan->depth - 1].path : "";
    scan->line = (uint32_t)event->start_mark.line + 1;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return bad_at(scan, here, "an alias; write it out");
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor || event->data.scalar.tag)
            return bad_at(scan, here, "an anchor or a tag");
        return scalar_take(scan, (struct slice){event->data.scalar.value, event->data.scalar.length});
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor || event->data.sequence_start.tag) {
            return bad_at(scan, here, "an anchor or a tag");
        }
        return open_take(scan, false);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor || event->data.mapping_start.tag) {
            return bad_at(scan, here, "an anchor or a tag");
        }
        return open_take(scan, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        assert(scan->depth > 0);
        scan->depth--;
        return OK;
    case YAML_DOCUMENT_START_EVENT:
        if (scan->out->count > 0) return bad_at(scan, here, "a second document");
        if (event->data.document_start.version_directive ||
            event->data.document_start.tag_directives.start !=
                event->data.document_start.tag_directives.end) {
            return bad_at(scan, here, "a directive");
        }
        return OK;
    case YAML_STREAM_END_EVENT:
        scan->ended = true;
        return OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return OK;
    }
    return OK;
}

static RESULT scan_all(struct scan *scan, yaml_parser_t *parser)
{
    while (!scan->ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            scan->line = (uint32_t)parser->problem_mark.line + 1;
            return bad_at(scan, "", parser->error == YAML_MEMORY_ERROR ? "no memory" : "not YAML");
        }
        struct result result = event_take(scan, &event);
        yaml_event_delete(&event);
        TRY(result);
    }
    if (scan->out->count == 0 || !(scan->out->at[0].line > 0)) return bad_at(scan, "", "nothing is in it");
    return OK;
}

RESULT places_find(struct form_file file, struct places *out)
{
    SCOPED(places_done) struct places places = {0};
    struct scan *scan = calloc(1, sizeof *scan);
    yaml_parser_t parser;
    places.at = calloc(PLACES_MAX, sizeof *places.at);
    bool ready = scan && places.at;
    if (!ready || !yaml_parser_initialize(&parser)) {
        free(scan);
        return FAIL(UNAVAILABLE, "%s: no memory", file.name);
    }
    scan->file = file;
    scan->out = &places;
    scan->line = 1;
    struct result result = OK;
    if (file.text.len == 0 || file.text.len > FORM_FILE_BYTES_MAX) {
        result = bad_at(scan, "", "empty, or larger than a file may be");
    } else if (!utf8_valid(file.text)) {
        result = bad_at(scan, "", "not UTF-8");
    } else {
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, file.text.at, file.text.len);
        result = scan_all(scan, &parser);
    }
    yaml_parser_delete(&parser);
    free(scan);
    TRY(result);
    *out = TAKE(places);
    return OK;
}
