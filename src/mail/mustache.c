#include "mail/mustache.h"

#include "base/text.h"
#include "mail/text.h"

#include <stdio.h>
#include <stdlib.h>

enum part_kind { PART_TEXT, PART_VALUE, PART_SECTION, PART_INVERTED, PART_END };

struct part {
    enum part_kind kind;
    struct slice text; /* of a tag: its name */
    size_t end;        /* of a section: its PART_END */
};

struct mustache {
    struct part parts[MUSTACHE_PARTS_MAX];
    size_t count;
};

struct parsing {
    struct slice rest;
    const char *names, *where;
    size_t line;
    struct mustache *out;
    size_t open[MUSTACHE_DEPTH_MAX];
    size_t depth;
};

void mustache_free(struct mustache **mustache)
{
    free(*mustache);
    *mustache = NULL;
}

static size_t find(struct slice text, const char *mark)
{
    const uint8_t *at = text.len > 0 ? memmem(text.at, text.len, mark, strlen(mark)) : NULL;
    return at ? (size_t)(at - text.at) : text.len;
}

static struct slice trimmed(struct slice text)
{
    while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t' || text.at[0] == '\n'))
        text = slice_from(text, 1);
    while (text.len > 0 &&
           (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t' || text.at[text.len - 1] == '\n'))
        text.len--;
    return text;
}

static RESULT part_add(struct parsing *parsing, struct part part)
{
    if (part.kind == PART_TEXT && part.text.len == 0) return OK;
    if (parsing->out->count == MUSTACHE_PARTS_MAX)
        return FAIL(CONFIG, "%s: more than %d pieces", parsing->where, MUSTACHE_PARTS_MAX);
    parsing->out->parts[parsing->out->count++] = part;
    return OK;
}

static RESULT section_end(struct parsing *parsing, struct slice name)
{
    struct mustache *out = parsing->out;
    struct part *from = parsing->depth > 0 ? &out->parts[parsing->open[parsing->depth - 1]] : NULL;
    if (!from || !slice_equal(from->text, name))
        return FAIL(CONFIG, "%s:%zu: ends a section that did not begin", parsing->where, parsing->line);
    from->end = out->count;
    parsing->depth--;
    return part_add(parsing, (struct part){.kind = PART_END, .text = name});
}

static RESULT tag_add(struct parsing *parsing, struct slice tag)
{
    uint8_t sign = tag.len > 0 ? tag.at[0] : 0;
    bool section = sign == '#' || sign == '^' || sign == '/';
    struct slice name = trimmed(section || sign == '&' ? slice_from(tag, 1) : tag);
    if (sign == '!') return OK;
    if (sign == '>' || sign == '=' || sign == '{')
        return FAIL(CONFIG, "%s:%zu: a tag of a kind that there is not", parsing->where, parsing->line);
    if (name.len > MUSTACHE_NAME_BYTES_MAX || !mail_word_in(name, parsing->names))
        return FAIL(CONFIG, "%s:%zu: uses a name that there is not; there are: %s", parsing->where,
                    parsing->line, parsing->names);
    if (sign == '/') return section_end(parsing, name);
    if (section && parsing->depth == MUSTACHE_DEPTH_MAX)
        return FAIL(CONFIG, "%s:%zu: sections inside each other, too deep", parsing->where, parsing->line);
    if (section) parsing->open[parsing->depth++] = parsing->out->count;
    return part_add(parsing, (struct part){.kind = sign == '#'   ? PART_SECTION
                                                   : sign == '^' ? PART_INVERTED
                                                                 : PART_VALUE,
                                           .text = name});
}

/* How many bytes of blanks and one line end stand in front; SIZE_MAX when something else does. */
static size_t line_rest(struct slice text)
{
    size_t len = 0;
    while (len < text.len && (text.at[len] == ' ' || text.at[len] == '\t')) len++;
    if (len == text.len) return len;
    return text.at[len] == '\n' ? len + 1 : SIZE_MAX;
}

/* A section's tag or a comment that is alone on its line takes the line with it. */
static bool alone(struct slice before, bool line_begins, uint8_t sign, struct slice behind, size_t *drop,
                  size_t *cut)
{
    size_t len = before.len;
    if (!strchr("#^/!", sign) || sign == 0) return false;
    while (len > 0 && (before.at[len - 1] == ' ' || before.at[len - 1] == '\t')) len--;
    if (!(len > 0 ? before.at[len - 1] == '\n' : line_begins)) return false;
    *drop = line_rest(behind);
    *cut = before.len - len;
    return *drop != SIZE_MAX;
}

static size_t lines_in(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += text.at[i] == '\n';
    return count;
}

static RESULT parse(struct parsing *parsing)
{
    bool line_begins = true; /* does what comes next stand at the beginning of a line? */
    while (parsing->rest.len > 0) {
        size_t at = find(parsing->rest, "{{"), drop = 0, cut = 0;
        struct slice before = slice_part(parsing->rest, 0, at), behind = slice_from(parsing->rest, at);
        parsing->line += lines_in(before);
        if (behind.len == 0) return part_add(parsing, (struct part){.kind = PART_TEXT, .text = before});
        behind = slice_from(behind, 2);
        bool three = slice_starts(behind, "{");
        size_t end = find(behind, three ? "}}}" : "}}");
        if (end == behind.len)
            return FAIL(CONFIG, "%s:%zu: a tag that does not end", parsing->where, parsing->line);
        struct slice tag = slice_part(behind, three, end - three);
        uint8_t sign = tag.len > 0 && !three ? tag.at[0] : 0;
        behind = slice_from(behind, end + (three ? 3 : 2));
        bool is_alone = alone(before, line_begins, sign, behind, &drop, &cut);
        if (is_alone) before.len -= cut;
        TRY(part_add(parsing, (struct part){.kind = PART_TEXT, .text = before}));
        TRY(tag_add(parsing, trimmed(tag)));
        parsing->line += lines_in(tag);
        if (is_alone) parsing->line += drop > 0 && behind.at[drop - 1] == '\n';
        parsing->rest = is_alone ? slice_from(behind, drop) : behind;
        line_begins = is_alone;
    }
    return OK;
}

static bool text_fit(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.at[i] < ' ' && text.at[i] != '\n') || text.at[i] == 0x7f) return false;
    }
    return utf8_valid(text);
}

RESULT mustache_parse(struct slice text, const char *names, const char *where, struct mustache **out)
{
    SCOPED(mustache_free) struct mustache *mustache = calloc(1, sizeof *mustache);
    struct parsing parsing = {.rest = text, .names = names, .where = where, .line = 1, .out = mustache};
    if (!mustache) return FAIL(UNAVAILABLE, "mail: out of memory");
    if (text.len == 0 || text.len > MUSTACHE_BYTES_MAX)
        return FAIL(CONFIG, "%s: empty, or longer than %d bytes", where, MUSTACHE_BYTES_MAX);
    if (!text_fit(text)) return FAIL(CONFIG, "%s: not UTF-8, or a control character in it", where);
    TRY(parse(&parsing));
    if (parsing.depth > 0) return FAIL(CONFIG, "%s: a section does not end", where);
    *out = TAKE(mustache);
    return OK;
}

bool mustache_uses(const struct mustache *mustache, const char *name)
{
    for (size_t i = 0; i < mustache->count; i++) {
        const struct part *part = &mustache->parts[i];
        if (part->kind != PART_TEXT && slice_is(part->text, name)) return true;
    }
    return false;
}

/* The values of the innermost place first. */
struct places {
    const struct mustache_frame *at[MUSTACHE_DEPTH_MAX + 1];
    size_t count;
};

static const struct mustache_value *value_of(const struct places *places, struct slice name)
{
    for (size_t i = places->count; i > 0; i--) {
        const struct mustache_frame *frame = places->at[i - 1];
        for (size_t k = 0; k < frame->count; k++) {
            if (slice_is(name, frame->values[k].name)) return &frame->values[k];
        }
    }
    return NULL;
}

static void value_put(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        buf_byte(out, (c < ' ' && c != '\n') || c == 0x7f ? ' ' : c);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): MUSTACHE_DEPTH_MAX deep */
static void render(const struct mustache *mustache, size_t from, size_t to, struct places *places,
                   struct buf *out)
{
    static const struct mustache_frame nothing = {NULL, 0};
    for (size_t i = from; i < to; i++) {
        const struct part *part = &mustache->parts[i];
        if (part->kind == PART_TEXT) {
            buf_slice_put(out, part->text);
            continue;
        }
        if (part->kind == PART_END) continue;
        const struct mustache_value *value = value_of(places, part->text);
        bool yes = value && (value->items ? value->count > 0 : value->text.len > 0);
        if (part->kind == PART_VALUE) {
            if (value && !value->items) value_put(value->text, out);
            continue;
        }
        size_t turns = part->kind == PART_INVERTED ? !yes : !yes ? 0 : value->items ? value->count : 1;
        for (size_t turn = 0; turn < turns; turn++) {
            bool item = part->kind == PART_SECTION && value->items;
            places->at[places->count++] = item ? &value->items[turn] : &nothing;
            render(mustache, i + 1, part->end, places, out);
            places->count--;
        }
        i = part->end;
    }
}

void mustache_render(const struct mustache *mustache, const struct mustache_frame *frame, struct buf *out)
{
    struct places places = {.at = {frame}, .count = 1};
    render(mustache, 0, mustache->count, &places, out);
}
