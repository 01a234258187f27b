/* A report to an authority, as its answer tells it, on paper. Example: filing_page(report, state, &document); */
#ifndef AMN_ANSWER_REPORT_FILING_PAGE_H
#define AMN_ANSWER_REPORT_FILING_PAGE_H

#include "answer/paper/document.h"
#include "base/doc.h"

/* `now` is its line as it stands; empty: it was just drafted. The document is empty before. */
void filing_page(struct doc report, struct doc now, struct document *out);

/* The same as plain text. */
void document_plain(const struct document *document, struct buf *out);

#endif
