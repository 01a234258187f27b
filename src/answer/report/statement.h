/*
 * Public words about an incident: one set of facts told on every channel in three languages, a script for the help desk,
 * questions and answers. People may put a text of their own in place of one; then it is held against the same facts, so that
 * no two channels say different things. Main calls: statement_make(), statement_lint(). Example:
 *     TRY(statement_make(shop, &making, next_us, &statement));  TRY(statement_lint(shop, &making, &statement, &out, &faults));
 */
#ifndef AMN_ANSWER_REPORT_STATEMENT_H
#define AMN_ANSWER_REPORT_STATEMENT_H

#include "answer/facts/facts.h"
#include "answer/incident/incident.h"
#include "answer/report/statement_text.h"

enum channel {
#define CHANNEL(NAME, name, kind, limit, limit_ko, whole) CHANNEL_##NAME,
#include "answer/report/channels.def"
#undef CHANNEL
    CHANNEL_COUNT
};
const char *channel_name(enum channel channel);
bool channel_by(struct slice name, enum channel *out);

struct statement {
    struct slice kind; /* statement, apology, update */
    int64_t as_of_us, next_us;
    struct buf texts[STATEMENT_LANGUAGES][CHANNEL_COUNT]; /* en, id, ko */
};
void statement_done(struct statement *statement);
bool statement_language(struct slice name, size_t *out);

struct statement_making {
    const struct reading *reading;
    const struct facts *facts;
};

/* Fill the templates. CONFIG: a template of the home is none. `kind` and the instants of `out` are set before. */
RESULT statement_make(struct shop *shop, const struct statement_making *making, struct statement *out);

/* Hold every text against the tables, the facts and its channel: "findings": [{lang, channel, line, rule, word, instead}]. */
RESULT statement_lint(struct shop *shop, const struct statement_making *making,
                      const struct statement *statement, struct buf *out, size_t *faults);

/* As it is stored, and back. CORRUPT. */
void statement_write(const struct statement *statement, struct buf *out);
RESULT statement_read(struct slice bytes, struct statement *out);

#endif
