#include "cli/demo/page.h"

#include "cli/show.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const part_labels[] = {[PAGE_DONE] = "Done", [PAGE_CAME] = "Came out", [PAGE_WHY] = "Why"};
static const char *const part_names[] = {[PAGE_DONE] = "done", [PAGE_CAME] = "came_out", [PAGE_WHY] = "why"};

static void step_end(struct page *page)
{
    if (page->title.len == 0) return;
    cbor_map(&page->items, 2 + PAGE_PARTS);
    cbor_text(&page->items, SLICE_TEXT("step"));
    cbor_uint(&page->items, page->steps);
    cbor_text(&page->items, SLICE_TEXT("title"));
    cbor_text(&page->items, buf_slice(&page->title));
    for (size_t i = 0; i < PAGE_PARTS; i++) {
        cbor_text(&page->items, slice_text(part_names[i]));
        cbor_text(&page->items, buf_slice(&page->part[i]));
        buf_clear(&page->part[i]);
    }
    buf_clear(&page->title);
}

void page_done(struct page *page)
{
    buf_done(&page->title);
    buf_done(&page->items);
    for (size_t i = 0; i < PAGE_PARTS; i++) buf_done(&page->part[i]);
}

static void blanks(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) buf_byte(out, ' ');
}

void page_wrap(struct buf *out, struct slice words, size_t indent)
{
    size_t column = indent;
    for (struct slice rest = words; rest.len > 0;) {
        const uint8_t *blank = memchr(rest.at, ' ', rest.len);
        size_t len = blank ? (size_t)(blank - rest.at) : rest.len;
        size_t width = text_width(slice_part(rest, 0, len));
        if (column > indent && column + 1 + width > PAGE_COLUMNS) {
            buf_byte(out, '\n');
            blanks(out, indent);
            column = indent;
        } else if (column > indent) {
            buf_byte(out, ' ');
            column++;
        }
        buf_put(out, rest.at, len);
        column += width;
        rest = slice_from(rest, blank ? len + 1 : len);
    }
    buf_byte(out, '\n');
}

static void print_part(const struct page *page, const char *label, struct slice words)
{
    SCOPED(buf_done) struct buf text = {0};
    if (page->json) return;
    blanks(&text, PAGE_INDENT);
    buf_text(&text, label);
    blanks(&text, PAGE_LABEL - strlen(label));
    page_wrap(&text, words, PAGE_INDENT + PAGE_LABEL);
    show_slice(buf_slice(&text));
    (void)fflush(stdout); /* a page that is told while it happens; a failed write is seen at the end */
}

static void print_bold(const struct page *page, const char *text)
{
    show_words(page->colour ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

static void print_paragraph(const char *words)
{
    SCOPED(buf_done) struct buf text = {0};
    page_wrap(&text, slice_text(words), 0);
    show_slice(buf_slice(&text));
}

void page_open(struct page *page, const char *title, const char *words)
{
    if (page->json) return;
    print_bold(page, title);
    show_words("\n");
    print_paragraph(words);
}

void page_step(struct page *page, const char *title)
{
    SCOPED(buf_done) struct buf heading = {0};
    step_end(page);
    page->steps++;
    buf_text(&page->title, title);
    if (page->json) return;
    buf_print(&heading, "\n%2u. %s", page->steps, title);
    print_bold(page, buf_c(&heading));
    (void)fflush(stdout);
}

static void part_put(struct page *page, enum page_part part, struct slice words)
{
    assert(part < PAGE_PARTS);
    print_part(page, page->part[part].len == 0 ? part_labels[part] : "", words);
    if (page->part[part].len > 0) buf_byte(&page->part[part], ' ');
    buf_slice_put(&page->part[part], words);
}

void page_say(struct page *page, enum page_part part, const char *format, ...)
{
    enum { SENTENCES_BYTES = 1024 };
    char words[SENTENCES_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    assert(len > 0 && (size_t)len < sizeof words);
    part_put(page, part, (struct slice){(const uint8_t *)words, (size_t)len});
}

void page_value(struct page *page, const char *name, struct slice value)
{
    enum { NAME_COLUMNS = 16 };
    SCOPED(buf_done) struct buf line = {0};
    size_t width = strlen(name);
    buf_text(&line, name);
    blanks(&line, width < NAME_COLUMNS ? NAME_COLUMNS - width : 1);
    buf_slice_put(&line, value);
    if (page->part[PAGE_CAME].len > 0) buf_text(&page->part[PAGE_CAME], " | ");
    buf_print(&page->part[PAGE_CAME], "%s: ", name);
    buf_slice_put(&page->part[PAGE_CAME], value);
    if (page->json) return;
    show_words("%*s", PAGE_INDENT + PAGE_LABEL, "");
    show_value(buf_slice(&line));
    show_words("\n");
}

void page_quote(struct page *page, const char *line)
{
    if (page->part[PAGE_CAME].len > 0) buf_byte(&page->part[PAGE_CAME], ' ');
    buf_text(&page->part[PAGE_CAME], line);
    if (page->json) return;
    SCOPED(buf_done) struct buf text = {0};
    blanks(&text, PAGE_INDENT + PAGE_LABEL);
    buf_text(&text, "| ");
    page_wrap(&text, slice_text(line), PAGE_INDENT + PAGE_LABEL + 2);
    show_slice(buf_slice(&text));
}

RESULT page_close(struct page *page, const char *words)
{
    step_end(page);
    if (!page->json) {
        show_words("\n");
        print_paragraph(words);
        return OK;
    }
    SCOPED(buf_done) struct buf doc = {0};
    cbor_map(&doc, 2);
    cbor_text(&doc, SLICE_TEXT("held"));
    cbor_bool(&doc, true);
    cbor_text(&doc, SLICE_TEXT("steps"));
    cbor_array(&doc, page->steps);
    buf_slice_put(&doc, buf_slice(&page->items));
    return show_json(doc_of(buf_slice(&doc)));
}
