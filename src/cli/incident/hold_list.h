/*
 * What is kept on this machine for an incident: a file `held` in the hold's directory, and what was put in place so that
 * nothing rotates it away: a file for logrotate, one for journald. Main calls: hold_list_read(), hold_list_place().
 *
 *     DIR/held             this list
 *     DIR/copies/N-NAME    what was copied of file N, growing with it
 *     DIR/copies/journal   the journal as journalctl exports it; DIR/copies/command what --run wrote
 *     DIR/journal.cursor   how far the journal was exported
 */
#ifndef AMN_CLI_HOLD_LIST_H
#define AMN_CLI_HOLD_LIST_H

#include "base/asks.h"

enum { HOLD_FILES_MAX = HELD_FILES_MAX / 2 - 2 /* each has a copy, and so may journal and command */ };

struct hold_list {
    struct buf text; /* as it was read; the others borrow from it, or from what they were set to */
    struct slice incident, place, logrotate, journald, run; /* empty: none */
    struct slice files[HOLD_FILES_MAX];
    size_t file_count;
};
void hold_list_done(struct hold_list *list);

/* NOT_FOUND: nothing is kept there. CONFLICT: for another incident. INVALID: the file is none of ours. */
RESULT hold_list_read(const char *dir, struct slice incident, struct hold_list *out);
RESULT hold_list_write(const char *dir, const struct hold_list *list);

/* One file more; one that is there already changes nothing. TOO_MANY. INVALID: a path that no list could hold. */
RESULT hold_list_add(struct hold_list *list, struct slice path);

/* Put in place what keeps logrotate and journald off, or bring it up to the list; take it away again. */
RESULT hold_list_place(const struct hold_list *list);
RESULT hold_list_lift(const char *dir, const struct hold_list *list);

/* "DIR/NAME", with its zero byte. */
void hold_path(const char *dir, const char *name, struct buf *out);
/* Of the copy of file `i`. */
void hold_copy_path(const char *dir, const struct hold_list *list, size_t i, struct buf *out);

#endif
