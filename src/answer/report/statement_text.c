#include "answer/report/statement_text.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *const sections[] = {
    "lead.statement",
    "lead.apology",
    "lead.update",
    "sorry",
#define CHANNEL(NAME, name, kind, limit, limit_ko, whole) name,
#include "answer/report/channels.def"
#undef CHANNEL
};
static const char *const variables[] = {"who",     "lead",   "sorry",      "page",     "as_of", "next",
                                        "persons", "kinds",  "data_items", "when",     "how",   "desk",
                                        "relief",  "rights", "actions",    "self_help"};

static bool among(const char *const *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, names[i])) return true;
    }
    return false;
}

static struct slice trimmed(struct slice text)
{
    while (text.len > 0 &&
           (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\r'))
        text.len--;
    return text;
}

/* The first "{{name}}" behind `start`: its name, and where it begins and ends. */
static bool variable_find(struct slice text, size_t start, size_t *from, size_t *to, struct slice *name)
{
    struct slice rest = slice_from(text, start);
    const uint8_t *open = rest.len > 0 ? memmem(rest.at, rest.len, "{{", 2) : NULL;
    if (!open) return false;
    *from = (size_t)(open - text.at);
    rest = slice_from(text, *from + 2);
    const uint8_t *close = rest.len > 0 ? memmem(rest.at, rest.len, "}}", 2) : NULL;
    *to = close ? (size_t)(close - text.at) + 2 : text.len;
    *name = close ? slice_part(text, *from + 2, *to - *from - 4) : (struct slice){0};
    return true;
}

static RESULT section_check(const char *file, unsigned line, const struct statement_section *section)
{
    size_t from = 0, to = 0;
    struct slice name = {0};
    for (size_t at = 0; variable_find(section->text, at, &from, &to, &name); at = to) {
        if (!among(variables, COUNT_OF(variables), name))
            return FAIL(CONFIG, "%s:%u: a variable of that section is none", file, line);
        bool nested =
            slice_is(name, "page") && !slice_is(section->name, "email") && !slice_is(section->name, "desk");
        if (nested) return FAIL(CONFIG, "%s:%u: only email and desk may hold the page", file, line);
    }
    return OK;
}

RESULT statement_file_read(const char *name, struct slice text, struct statement_file *out)
{
    unsigned line = 1, lines[STATEMENT_SECTIONS_MAX] = {0};
    if (text.len > STATEMENT_FILE_BYTES_MAX || !utf8_valid(text))
        return FAIL(CONFIG, "%s:1: not UTF-8, or above %d bytes", name, STATEMENT_FILE_BYTES_MAX);
    out->count = 0;
    for (size_t at = 0; at < text.len; line++) {
        struct slice rest = slice_from(text, at);
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        at += len + 1;
        if (slice_starts(rest, "== ")) {
            struct slice title = trimmed(slice_part(rest, 3, len - 3));
            bool twice = false;
            for (size_t i = 0; i < out->count; i++)
                twice = twice || slice_equal(out->sections[i].name, title);
            if (!among(sections, COUNT_OF(sections), title) || twice || out->count == STATEMENT_SECTIONS_MAX)
                return FAIL(CONFIG, "%s:%u: no section of that name, or twice", name, line);
            lines[out->count] = line;
            out->sections[out->count++] = (struct statement_section){title, slice_from(text, at)};
            out->sections[out->count - 1].text.len = 0;
        } else if (out->count > 0) {
            struct statement_section *last = &out->sections[out->count - 1];
            last->text.len = (size_t)(text.at + (at < text.len ? at : text.len) - last->text.at);
        } else if (len > 0 && rest.at[0] != '#') {
            return FAIL(CONFIG, "%s:%u: text before the first section", name, line);
        }
    }
    for (size_t i = 0; i < out->count; i++) {
        out->sections[i].text = trimmed(out->sections[i].text);
        TRY(section_check(name, lines[i], &out->sections[i]));
    }
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        if (statement_section(out, sections[i]).len == 0)
            return FAIL(CONFIG, "%s:%u: section %s is missing, or empty", name, line, sections[i]);
    }
    return OK;
}

struct slice statement_section(const struct statement_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++) {
        if (slice_is(file->sections[i].name, name)) return file->sections[i].text;
    }
    return (struct slice){0};
}

/* False: there is none. */
static RESULT own_read(const char *folder, const char *language, struct buf *out, bool *there)
{
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/%s/statement.txt", folder, language);
    int fd = open(buf_c(&path), O_RDONLY | O_CLOEXEC);
    *there = fd >= 0;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? OK
                                                   : FAIL(UNAVAILABLE, "%s: cannot be read", buf_c(&path));
    ssize_t got = 0;
    do {
        size_t had = out->len;
        got = read(fd, buf_extend(out, 4096), 4096);
        out->len = had + (got > 0 ? (size_t)got : 0);
    } while (got > 0 && out->len <= STATEMENT_FILE_BYTES_MAX);
    (void)close(fd);
    return got >= 0 ? OK : FAIL(UNAVAILABLE, "%s: cannot be read", buf_c(&path));
}

void statement_texts_done(struct statement_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) buf_done(&texts->at[i].own);
}

RESULT statement_texts_load(const char *folder, struct statement_texts *out)
{
    for (size_t i = 0; i < STATEMENT_LANGUAGES && statement_sources[i].text; i++) {
        struct statement_file *file = &out->at[out->count++];
        SCOPED(buf_done) struct buf name = {0};
        bool own = false;
        file->language = statement_sources[i].language;
        if (folder) TRY(own_read(folder, file->language, &file->own, &own));
        buf_print(&name, "locale/%s/statement.txt", file->language);
        TRY(statement_file_read(buf_c(&name),
                                own ? buf_slice(&file->own) : slice_text(statement_sources[i].text), file));
    }
    return OK;
}

void statement_fill(struct slice text, const struct statement_value *values, size_t count, struct buf *out)
{
    size_t from = 0, to = 0, at = 0;
    struct slice name = {0};
    for (; variable_find(text, at, &from, &to, &name); at = to) {
        buf_slice_put(out, slice_part(text, at, from - at));
        for (size_t i = 0; i < count; i++) {
            if (slice_is(name, values[i].name)) buf_slice_put(out, values[i].text);
        }
    }
    buf_slice_put(out, slice_from(text, at));
}
