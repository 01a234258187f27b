/*
 * Mustache, as far as a text for a person needs it: {{variables}}, {{#sections}}, {{^inverted ones}}, {{/their ends}} and
 * {{! comments}}. Nothing to run, no partials, no other delimiters: those are refused when a text is read. The result is
 * plain text, so nothing is escaped for HTML. Example:
 *     TRY(mustache_parse(text, "name fields risks", "locale/en/notice/notice.txt", &template));
 *     mustache_render(template, &frame, &out);
 * Source: mustache(5); https://github.com/mustache/spec (variables, sections, inverted, comments).
 */
#ifndef AMN_MAIL_MUSTACHE_H
#define AMN_MAIL_MUSTACHE_H

#include "base/bytes.h"

enum {
    MUSTACHE_BYTES_MAX = 32 * 1024,
    MUSTACHE_PARTS_MAX = 512,
    MUSTACHE_DEPTH_MAX = 8,
    MUSTACHE_NAME_BYTES_MAX = 32
};

struct mustache;

/* What a name stands for. A list is gone through by its section; a text counts as yes unless it is empty. */
struct mustache_frame;
struct mustache_value {
    const char *name;
    struct slice text;                  /* UTF-8 */
    const struct mustache_frame *items; /* NULL: not a list */
    size_t count;
};

/* The values of one place: of the whole text, or of one item of a list. */
struct mustache_frame {
    const struct mustache_value *values;
    size_t count;
};

/**
 * Read a text and check it whole.
 *
 * @param text   UTF-8; must outlive `out`
 * @param names  all that it may use, separated by blanks
 * @param where  for the error
 * @return CONFIG  too long, not UTF-8, a control character, an unknown name, a section that does not end, a tag of
 *                 another kind; names file and line
 */
RESULT mustache_parse(struct slice text, const char *names, const char *where, struct mustache **out);
void mustache_free(struct mustache **mustache);

/* Does the text use this name, as a variable or a section? */
bool mustache_uses(const struct mustache *mustache, const char *name);

/*
 * Append the text with its values. A name without a value is empty. Control characters of values become blanks, line ends
 * stay. Cost: about 1 us for 1,000 bytes and 20 values.
 */
void mustache_render(const struct mustache *mustache, const struct mustache_frame *frame, struct buf *out);

#endif
