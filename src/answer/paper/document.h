/*
 * A document for printing, as a list of blocks: title, headings, paragraphs, items, rows of a label and a text, tables,
 * a monospaced annex. It is written here as bytes, and drawn from those bytes elsewhere (answer/paper/print.h), in a
 * process that knows nothing else.
 *
 * Texts may be anything that somebody typed: what is no UTF-8, controls a terminal or turns text around is replaced here by
 * a visible mark, so nothing after this file needs to care. Main calls: document_begin(), document_pair(),
 * document_row(). Example:
 *     SCOPED(document_done) struct document document = {0};
 *     document_begin(&document, &(struct document_head){.title = title, .language = SLICE_TEXT("ko")});
 *     document_heading(&document, 1, text);  document_paragraph(&document, text);
 */
#ifndef AMN_ANSWER_PAPER_DOCUMENT_H
#define AMN_ANSWER_PAPER_DOCUMENT_H

#include "base/cbor.h"

enum {
    DOCUMENT_COLUMNS_MAX = 8,
    DOCUMENT_BLOCKS_MAX = 20000,
    DOCUMENT_TEXT_BYTES_MAX = 64 * 1024, /* of one text: the rest is cut, and says so */
    DOCUMENT_BYTES_MAX = 4 * 1024 * 1024
};

/* Numbers stand in the bytes that go to the process that draws. */
enum block {
    BLOCK_TITLE = 1,
    BLOCK_HEADING = 2,
    BLOCK_SUBHEADING = 3,
    BLOCK_PARAGRAPH = 4,
    BLOCK_NOTE = 5, /* smaller, grey */
    BLOCK_ITEM = 6, /* of a list, with a dot */
    BLOCK_PAIR = 7,
    BLOCK_TABLE = 8, /* weights of the columns that follow */
    BLOCK_ROW_HEAD = 9,
    BLOCK_ROW = 10,
    BLOCK_MONO = 11,
    BLOCK_PAGE = 12,   /* what follows begins a page */
    BLOCK_ADDRESS = 13 /* begins a letter: a page of its own, its text where the window of an envelope is */
};

struct document_head {
    struct slice title, author, subject;
    struct slice language; /* BCP 47: "ko", "id", "en" */
    struct slice footer;   /* at the bottom of every page, left of its number */
    int64_t made_us;       /* the same bytes for the same instant */
};

struct document {
    struct buf bytes;
    size_t blocks;
    size_t columns; /* of the table that is open */
    bool full;      /* something had no more room: it cannot be drawn */
};
void document_done(struct document *document);

void document_begin(struct document *document, const struct document_head *head);
void document_text(struct document *document, enum block kind, struct slice text); /* of one text */
void document_pair(struct document *document, struct slice label, struct slice text);

/* A table: its columns by weight, at most DOCUMENT_COLUMNS_MAX; then rows of as many texts. */
void document_table(struct document *document, const uint8_t *weights, size_t count);
void document_row(struct document *document, enum block kind, const struct slice *texts);

void document_page(struct document *document);

/*
 * Text that is safe to draw: valid UTF-8; lines ended by \n; no other control, no invisible or turning character, at most
 * four marks on one letter. Each thing taken out of the first kinds leaves U+FFFD. Cost: about 5 ns a byte.
 */
void document_clean(struct slice text, struct buf *out);

/* Reading the bytes again: the head, then one block after another until `left` is 0. INVALID for what no writer made. */
struct document_reader {
    struct cbor cbor;
    size_t columns;
};
struct document_block {
    enum block kind;
    size_t count;
    struct slice texts[DOCUMENT_COLUMNS_MAX]; /* borrowed */
    uint8_t weights[DOCUMENT_COLUMNS_MAX];
};
RESULT document_open(struct slice bytes, struct document_reader *reader, struct document_head *out);
bool document_more(const struct document_reader *reader);
RESULT document_next(struct document_reader *reader, struct document_block *out);

#endif
