/*
 * Drawing a document as PDF: A4, text shaped by Pango, fonts embedded as subsets, pages numbered, an outline of its
 * headings, its language named. The same bytes in give the same bytes out. Meant to run in a process of its own
 * (answer/paper/print.h): it needs two or three files of fonts and nothing else. Must fetch nothing and run nothing.
 *
 * Main calls: draw_ready(), draw_pdf(). Example: `TRY(draw_ready(&pen));  TRY(draw_pdf(pen, bytes, &pdf));`
 */
#ifndef AMN_ANSWER_PAPER_DRAW_H
#define AMN_ANSWER_PAPER_DRAW_H

#include "answer/paper/document.h"

enum { DRAW_PAGES_MAX = 1200 };

struct pen;

/* Open the fonts, and draw a letter of each, so that nothing is opened any more. UNAVAILABLE names the file and package. */
RESULT draw_ready(struct pen **out);
void draw_done(struct pen **pen);

/**
 * @param bytes  of a struct document
 * @param out    appended to
 * @return INVALID   no document
 *         TOO_MANY  more than DRAW_PAGES_MAX pages
 * Cost: about 2 ms a page.
 */
RESULT draw_pdf(struct pen *pen, struct slice bytes, struct buf *out);

/* Name language and title in a PDF that Cairo made, by an update at its end. INVALID if it does not look like one. */
RESULT stamp_pdf(const struct document_head *head, struct buf *pdf);

#endif
