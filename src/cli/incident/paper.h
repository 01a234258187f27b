/*
 * Pages for printing, as plain text with form feeds between them or as one HTML file without script or request. Each text
 * is cut so that a bounded number of rows stays on its page. Example:
 *     paper_begin(&paper, "report.board");  paper_head(&paper, "report.when");  paper_row(&paper, label, text);  paper_end(&page);
 */
#ifndef AMN_CLI_INCIDENT_PAPER_H
#define AMN_CLI_INCIDENT_PAPER_H

#include "cli/law/sheet.h"

struct paper {
    struct sheet sheet; /* its `out` holds what was written */
    bool html;
    unsigned pages;
};
void paper_open(struct paper *paper, struct slice title); /* once; `title` is of the HTML file */
void paper_close(struct paper *paper);
void paper_begin(struct paper *paper, const char *key, struct slice title); /* a new sheet of paper */
void paper_end(struct paper *paper);
void paper_head(struct paper *paper, const char *key);
void paper_row(struct paper *paper, struct slice label, struct slice text); /* empty text: "not yet known" */
void paper_row_of(struct paper *paper, const char *key,
                  struct slice text); /* its label a word of words.txt */

#endif
