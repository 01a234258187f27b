#include "cli/incident/paper.h"

#include "answer/paper/print.h"
#include "base/markup.h"
#include "cli/show.h"

#include <string.h>

enum { CUT_COLUMNS = 180 };

static const char style[] =
    "@page{size:A4;margin:16mm}body{font:10.5pt/1.35 sans-serif;margin:0 auto;max-width:178mm}"
    "section{break-after:page}section:last-of-type{break-after:auto}h1{font-size:15pt;margin:0}"
    "h2{font-size:11.5pt;margin:9pt 0 2pt;break-after:avoid}table{border-collapse:collapse;width:100%}"
    "tr{break-inside:avoid}th,td{text-align:left;vertical-align:top;padding:1.5pt 6pt 1.5pt 0;"
    "overflow-wrap:anywhere}th{width:34%;font-weight:normal;color:#333}p{margin:2pt 0}";

/* Bytes of the first character of a text that is not empty. */
static size_t step(struct slice text)
{
    size_t len = 1;
    while (len < text.len && (text.at[len] & 0xc0) == 0x80) len++;
    return len;
}

/* At most CUT_COLUMNS of it, on one line, without control characters. */
static void cut(struct buf *out, struct slice text)
{
    size_t columns = 0;
    while (text.len > 0) {
        struct slice one = slice_part(text, 0, step(text));
        bool control =
            one.at[0] < ' ' || one.at[0] == 0x7f || (one.len == 2 && one.at[0] == 0xc2 && one.at[1] < 0xa0);
        columns += control ? 1 : text_width(one);
        if (columns > CUT_COLUMNS) break;
        buf_slice_put(out, control ? SLICE_TEXT(" ") : one);
        text = slice_from(text, one.len);
    }
    if (text.len > 0) buf_text(out, " …");
}

void paper_done(struct paper *paper)
{
    sheet_done(&paper->sheet);
    document_done(&paper->document);
}

RESULT paper_format_of(struct slice name, enum paper_format *out)
{
    static const char *const names[] = {[PAPER_TEXT] = "text", [PAPER_HTML] = "html", [PAPER_PDF] = "pdf"};
    *out = PAPER_TEXT;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!slice_is(name, names[i])) continue;
        *out = (enum paper_format)i;
        return OK;
    }
    return name.len == 0 ? OK : FAIL(USAGE, "--format: text, html, or pdf");
}

static void html_open(struct paper *paper, struct slice title)
{
    struct buf *out = &paper->sheet.out;
    buf_text(out, "<!DOCTYPE html>\n<html lang=\"");
    buf_slice_put(out, paper->sheet.language);
    buf_text(out, "\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>");
    markup_put(out, title);
    buf_print(out, "</title><style>%s</style></head><body>\n", style);
}

void paper_open(struct paper *paper, struct slice title, int64_t made_us)
{
    const struct document_head head = {.title = title,
                                       .author = SLICE_TEXT("Amanah"),
                                       .language = paper->sheet.language,
                                       .footer = title,
                                       .made_us = made_us};
    if (paper->format == PAPER_HTML) html_open(paper, title);
    if (paper->format == PAPER_PDF) document_begin(&paper->document, &head);
}

RESULT paper_close(struct paper *paper)
{
    if (paper->format == PAPER_HTML) buf_text(&paper->sheet.out, "</body></html>\n");
    return paper->format == PAPER_PDF ? document_print(&paper->document, &paper->sheet.out) : OK;
}

void paper_begin(struct paper *paper, const char *key, struct slice title)
{
    struct buf *out = &paper->sheet.out;
    SCOPED(buf_done) struct buf head = {0}, name = {0};
    word_put(&paper->sheet, &head, key);
    cut(&name, title);
    if (paper->format == PAPER_HTML) {
        buf_text(out, "<section><h1>");
        markup_put(out, buf_slice(&head));
        buf_text(out, "</h1><p>");
        markup_put(out, buf_slice(&name));
        buf_text(out, "</p><table>\n");
    } else if (paper->format == PAPER_PDF) {
        document_page(&paper->document);
        document_text(&paper->document, BLOCK_TITLE, buf_slice(&head));
        document_text(&paper->document, BLOCK_PARAGRAPH, buf_slice(&name));
    } else {
        if (paper->pages > 0) buf_byte(out, '\f');
        sheet_line(&paper->sheet, 0, NULL, buf_slice(&head));
        sheet_line(&paper->sheet, 0, NULL, buf_slice(&name));
    }
    paper->pages++;
}

void paper_end(struct paper *paper)
{
    if (paper->format == PAPER_HTML) buf_text(&paper->sheet.out, "</table></section>\n");
}

void paper_head(struct paper *paper, const char *key)
{
    SCOPED(buf_done) struct buf head = {0};
    word_put(&paper->sheet, &head, key);
    if (paper->format == PAPER_PDF) document_text(&paper->document, BLOCK_HEADING, buf_slice(&head));
    if (paper->format == PAPER_TEXT) sheet_head(&paper->sheet, key);
    if (paper->format != PAPER_HTML) return;
    buf_text(&paper->sheet.out, "</table><h2>");
    markup_put(&paper->sheet.out, buf_slice(&head));
    buf_text(&paper->sheet.out, "</h2><table>\n");
}

void paper_row(struct paper *paper, struct slice label, struct slice text)
{
    struct buf *out = &paper->sheet.out;
    SCOPED(buf_done) struct buf first = {0}, said = {0};
    cut(&first, label);
    if (text.len == 0)
        word_put(&paper->sheet, &said, "report.unknown");
    else
        cut(&said, text);
    if (paper->format == PAPER_PDF) {
        document_pair(&paper->document, buf_slice(&first), buf_slice(&said));
        return;
    }
    if (paper->format == PAPER_HTML) {
        buf_text(out, "<tr><th>");
        markup_put(out, buf_slice(&first));
        buf_text(out, "</th><td>");
        markup_put(out, buf_slice(&said));
        buf_text(out, "</td></tr>\n");
        return;
    }
    buf_text(&first, ": ");
    buf_slice_put(&first, buf_slice(&said));
    sheet_line(&paper->sheet, 1, NULL, buf_slice(&first));
}

void paper_row_of(struct paper *paper, const char *key, struct slice text)
{
    SCOPED(buf_done) struct buf label = {0};
    word_put(&paper->sheet, &label, key);
    paper_row(paper, buf_slice(&label), text);
}
