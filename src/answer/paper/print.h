/*
 * A document to PDF, in a child of this program that has no key, no store, no network and no files but its fonts.
 *
 * Main call: document_print(). Example:
 *     SCOPED(buf_done) struct buf pdf = {0};  TRY(document_print(&document, &pdf));
 */
#ifndef AMN_ANSWER_PAPER_PRINT_H
#define AMN_ANSWER_PAPER_PRINT_H

#include "answer/paper/document.h"

#define PRINT_WORD "print" /* the kind of child, for the table in main() */

enum { PRINT_BYTES_MAX = 64 * 1024 * 1024, PRINT_CPU_S = 30, PRINT_IDLE_MS = 60000 };

/**
 * @param out  the PDF, appended
 * @return TOO_MANY     the document is full, or has more pages than DRAW_PAGES_MAX
 *         UNAVAILABLE  the child could not be started, a font is missing (the text says which), or it was ended
 * Cost: about 100 ms for the process and its fonts, 2 ms a page.
 */
RESULT document_print(const struct document *document, struct buf *out);

/* The child's main function, for child_run(). */
int print_main(int argc, char **argv);

#endif
