/*
 * A page for reading, in one language: headings, and paragraphs wrapped below their label. Words come from
 * locale/<language>/words.txt, texts of rule files stay in the language they were written in.
 *
 * Main calls: sheet_head(), sheet_line(). Example:
 *     struct sheet sheet = {.language = SLICE_TEXT("ko")};  sheet_head(&sheet, "law.head.duties");  sheet_show(&sheet);
 */
#ifndef AMN_CLI_LAW_SHEET_H
#define AMN_CLI_LAW_SHEET_H

#include "answer/law/law.h"
#include "mail/words.h"

struct sheet {
    struct buf out;
    struct slice language;
};
void sheet_done(struct sheet *sheet);
void sheet_show(struct sheet *sheet); /* on standard output, without control characters */

void sheet_head(struct sheet *sheet, const char *key); /* an empty line, and a heading of words.txt */
/* Wrapped text at a depth of two columns each; `label` in a column of its own, NULL: none. */
void sheet_line(struct sheet *sheet, unsigned depth, const char *label, struct slice text);
void sheet_text(struct sheet *sheet, unsigned depth, const char *label,
                const char *text); /* nothing if NULL */

/* Append a sentence of words.txt, without values, with one, or with a number. */
void word_put(const struct sheet *sheet, struct buf *out, const char *key);
void word_with(const struct sheet *sheet, struct buf *out, const char *key, const char *name,
               const char *value);
/* The same for "law.<group>.<name>". */
void word_of(const struct sheet *sheet, struct buf *out, const char *group, const char *name);
const char *span_words(const struct sheet *sheet, struct buf *out,
                       const char *span); /* "72h" as "72 hours" */

/* Append "[primary text read; art. 34(1); K1, K2]". */
void sure_put(const struct sheet *sheet, struct buf *out, enum law_sure sure, const char *source,
              const struct law_names *refs);
void names_put(struct buf *out, const struct law_names *names, const char *between);
/* Facts or kinds of a set, joined by a word. */
void facts_put(const struct sheet *sheet, struct buf *out, uint64_t facts, const char *between);
void kinds_put(const struct sheet *sheet, struct buf *out, uint64_t kinds, const char *between);

#endif
