/*
 * Templates of public words: locale/<language>/statement.txt, sections "== name" with {{variables}}, and nothing to run. A
 * home's own file of the same name under HOME/locale stands in place of the program's. Main call: statement_texts_load().
 */
#ifndef AMN_ANSWER_REPORT_STATEMENT_TEXT_H
#define AMN_ANSWER_REPORT_STATEMENT_TEXT_H

#include "base/bytes.h"

enum { STATEMENT_LANGUAGES = 3, STATEMENT_SECTIONS_MAX = 16, STATEMENT_FILE_BYTES_MAX = 64 * 1024 };

struct statement_value {
    const char *name;
    struct slice text;
};

struct statement_section {
    struct slice name, text; /* borrowed from the file */
};
struct statement_file {
    const char *language;
    struct buf own; /* the home's */
    struct statement_section sections[STATEMENT_SECTIONS_MAX];
    size_t count;
};
struct statement_texts {
    struct statement_file at[STATEMENT_LANGUAGES];
    size_t count;
};

/* CONFIG: the home's file is none; the text names file and line. UNAVAILABLE: it cannot be read. */
RESULT statement_texts_load(const char *folder, struct statement_texts *out);
void statement_texts_done(struct statement_texts *texts);

/* Is it a file of templates: sections that there are, all of them, with variables that there are? CONFIG. */
RESULT statement_file_read(const char *name, struct slice text, struct statement_file *out);

/* The section of a language; empty: none. */
struct slice statement_section(const struct statement_file *file, const char *name);

/* Put the values in. What stands in a value is text, never a variable. */
void statement_fill(struct slice text, const struct statement_value *values, size_t count, struct buf *out);

struct statement_source {
    const char *language, *name, *text;
};
extern const struct statement_source statement_sources[]; /* made by embed.py */

#endif
