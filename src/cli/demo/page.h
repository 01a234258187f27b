/*
 * The page that the demo tells: numbered steps in plain words, 80 columns wide, or one JSON document of the same.
 *
 * Main calls: page_step(), page_say(). Example:
 *     page_step(&page, "A home for the customers");  page_say(&page, PAGE_DONE, "Made %s.", count);
 */
#ifndef AMN_CLI_DEMO_PAGE_H
#define AMN_CLI_DEMO_PAGE_H

#include "base/bytes.h"

enum page_part { PAGE_DONE, PAGE_CAME, PAGE_WHY, PAGE_PARTS };
enum { PAGE_COLUMNS = 80, PAGE_INDENT = 4, PAGE_LABEL = 12 /* columns of what stands before a paragraph */ };

struct page {
    bool json, colour;
    unsigned steps;
    struct buf title;            /* of the step at hand */
    struct buf part[PAGE_PARTS]; /* its sentences, for JSON */
    struct buf items;            /* steps so far, CBOR */
};

void page_done(struct page *page);

/* The heading, and a paragraph under it. */
void page_open(struct page *page, const char *title, const char *words);

/* Begin the next step. */
void page_step(struct page *page, const char *title);

/* A paragraph of the step: what was done, what came out, why it matters. No personal value may be an argument. */
void page_say(struct page *page, enum page_part part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line of what came out: a name and a value. The value may be of a made-up customer, masked. */
void page_value(struct page *page, const char *name, struct slice value);

/* Something that ran over many lines, cut off from the paragraphs: each line as it is. */
void page_quote(struct page *page, const char *line);

/* The last paragraph; of JSON, the document. */
RESULT page_close(struct page *page, const char *words);

/* Append `words` broken at blanks, every line behind `indent` blanks and at most PAGE_COLUMNS wide. The first line's
 * indent is already there. Ends with a line end. */
void page_wrap(struct buf *out, struct slice words, size_t indent);

#endif
