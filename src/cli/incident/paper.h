/*
 * Pages for printing: as plain text with form feeds between them, as one HTML file without script or request, or as PDF.
 * Each text is cut so that a bounded number of rows stays on its page. Example:
 *     paper_begin(&paper, "report.board");  paper_head(&paper, "report.when");  paper_row(&paper, label, text);  paper_end(&page);
 */
#ifndef AMN_CLI_INCIDENT_PAPER_H
#define AMN_CLI_INCIDENT_PAPER_H

#include "answer/paper/document.h"
#include "cli/law/sheet.h"

enum paper_format { PAPER_TEXT, PAPER_HTML, PAPER_PDF };

struct paper {
    struct sheet sheet; /* its `out` holds what was written, once it is closed */
    enum paper_format format;
    struct document document; /* of PAPER_PDF */
    unsigned pages;
};
void paper_done(struct paper *paper);

/* "text", "html", "pdf", or empty for text. USAGE for anything else. */
RESULT paper_format_of(struct slice name, enum paper_format *out);

void paper_open(struct paper *paper, struct slice title, int64_t made_us); /* once; `title` is of the file */
RESULT paper_close(struct paper *paper); /* document_print()'s errors for a PDF */
void paper_begin(struct paper *paper, const char *key, struct slice title); /* a new sheet of paper */
void paper_end(struct paper *paper);
void paper_head(struct paper *paper, const char *key);
void paper_row(struct paper *paper, struct slice label, struct slice text); /* empty text: "not yet known" */
void paper_row_of(struct paper *paper, const char *key,
                  struct slice text); /* its label a word of words.txt */

#endif
