/*
 * A JSON document written as it goes: commas by themselves, members that are empty left out. Example:
 *     jot_open(&jot, NULL, '{');  jot_text(&jot, "id", regime->id);  jot_close(&jot, '}');
 */
#ifndef AMN_CLI_LAW_JOT_H
#define AMN_CLI_LAW_JOT_H

#include "answer/law/law.h"

struct jot {
    struct buf out;
    bool more; /* something stands before, on this level */
};
void jot_done(struct jot *jot);

/* `key` is NULL in a list. Texts that are NULL, and empty lists of names, are left out. */
void jot_open(struct jot *jot, const char *key, char bracket);
void jot_close(struct jot *jot, char bracket);
void jot_text(struct jot *jot, const char *key, const char *text);
void jot_number(struct jot *jot, const char *key, uint64_t number);
void jot_bool(struct jot *jot, const char *key, bool yes);
void jot_names(struct jot *jot, const char *key, const struct law_names *names);
void jot_time(struct jot *jot, const char *key, int64_t us); /* RFC 3339, UTC */

void jot_show(struct jot *jot); /* on a line of standard output */

#endif
