#include "mail/text.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

static const char subject_head[] = "Subject: ";

bool mail_word_in(struct slice name, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len == name.len && len > 0 && memcmp(words, name.at, len) == 0) return true;
        words += len + (words[len] == ' ');
    }
    return false;
}

struct parser {
    struct slice rest; /* of the part at hand: subject or body */
    const char *variables, *name;
    unsigned line;
    struct mail_text *out;
};

static RESULT part_add(struct parser *parser, struct slice text, bool variable)
{
    if (text.len == 0) return OK;
    if (parser->out->count == MAIL_PARTS_MAX) {
        return FAIL(CONFIG, "%s:%u: more than %d variables and pieces between them", parser->name,
                    parser->line, MAIL_PARTS_MAX);
    }
    parser->out->parts[parser->out->count++] = (struct mail_part){text, variable};
    return OK;
}

/* Behind "{{": a name and "}}". */
static RESULT variable_read(struct parser *parser)
{
    size_t len = 0;
    while (len < parser->rest.len && len <= MAIL_VARIABLE_BYTES_MAX && parser->rest.at[len] != '}' &&
           parser->rest.at[len] != '\n') {
        len++;
    }
    struct slice name = slice_part(parser->rest, 0, len);
    if (!slice_starts(slice_from(parser->rest, len), "}}")) {
        return FAIL(CONFIG, "%s:%u: {{ without }} behind a name of at most %d bytes", parser->name,
                    parser->line, MAIL_VARIABLE_BYTES_MAX);
    }
    if (!mail_word_in(name, "shop time") && !mail_word_in(name, parser->variables)) {
        return FAIL(CONFIG, "%s:%u: an unknown variable; this mail knows {{shop}} {{time}} %s", parser->name,
                    parser->line, parser->variables);
    }
    parser->rest = slice_from(parser->rest, len + 2);
    return part_add(parser, name, true);
}

static RESULT parts_read(struct parser *parser)
{
    size_t len = 0;
    while (len < parser->rest.len) {
        struct slice at = slice_from(parser->rest, len);
        if (slice_starts(at, "}}"))
            return FAIL(CONFIG, "%s:%u: }} without {{ before", parser->name, parser->line);
        if (slice_starts(at, "{{")) {
            TRY(part_add(parser, slice_part(parser->rest, 0, len), false));
            parser->rest = slice_from(at, 2);
            TRY(variable_read(parser));
            len = 0;
            continue;
        }
        if (at.at[0] == '\n') parser->line++;
        len++;
    }
    return part_add(parser, parser->rest, false);
}

static RESULT bytes_check(struct slice source, const char *name)
{
    unsigned line = 1;
    if (source.len > MAIL_TEXT_BYTES_MAX)
        return FAIL(CONFIG, "%s: longer than %d bytes", name, MAIL_TEXT_BYTES_MAX);
    if (!utf8_valid(source)) return FAIL(CONFIG, "%s: is not UTF-8", name);
    for (size_t i = 0; i < source.len; i++) {
        if (source.at[i] == '\n') {
            line++;
        } else if (source.at[i] < ' ' || source.at[i] == 0x7f) {
            return FAIL(CONFIG, "%s:%u: a control character; lines end with a line feed alone", name, line);
        }
    }
    return OK;
}

RESULT mail_text_parse(struct slice source, const char *variables, const char *name, struct mail_text *out)
{
    struct mail_text text = {.count = 0};
    struct parser parser = {{0}, variables, name, 1, &text};
    TRY(bytes_check(source, name));
    const uint8_t *end = source.len > 0 ? memchr(source.at, '\n', source.len) : NULL;
    size_t len = end ? (size_t)(end - source.at) : source.len;
    struct slice subject = slice_part(source, 0, len), body = slice_from(source, len + 1);
    if (!slice_starts(subject, subject_head) || subject.len == strlen(subject_head)) {
        return FAIL(CONFIG, "%s:1: the first line must be \"Subject: \" and the subject", name);
    }
    if (!slice_starts(body, "\n") || body.len < 2) {
        return FAIL(CONFIG, "%s:2: an empty line must follow, then the body", name);
    }
    parser.rest = slice_from(subject, strlen(subject_head));
    TRY(parts_read(&parser));
    text.subject_count = text.count;
    parser.line = 3;
    parser.rest = slice_from(body, 1);
    TRY(parts_read(&parser));
    *out = text;
    return OK;
}

/* A value as text: what is no character of a text becomes a blank. */
static void value_put(struct slice value, bool lines, struct buf *out)
{
    size_t start = out->len;
    buf_slice_put(out, value);
    for (size_t i = start; i < out->len; i++) {
        uint8_t *byte = &out->at[i];
        if ((*byte < ' ' && !(lines && *byte == '\n')) || *byte == 0x7f) *byte = ' ';
    }
}

void mail_text_render(const struct mail_text *text, const struct mail_value *values, size_t count,
                      struct buf *subject, struct buf *body)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct mail_part *part = &text->parts[i];
        struct buf *out = i < text->subject_count ? subject : body;
        if (!part->variable) {
            buf_slice_put(out, part->text);
            continue;
        }
        size_t at = 0;
        while (at < count && !slice_is(part->text, values[at].name)) at++;
        assert(at < count);
        value_put(values[at].text, out == body, out);
    }
}
