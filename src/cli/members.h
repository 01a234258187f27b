/*
 * Arguments of a command as members of an ask: MEMBER=VALUE, or MEMBER=@FILE, so that a value stands in no list of
 * processes. Main call: ask_members(). Example: return ask_members(call, 1, VERB_INCIDENT_SCOPE, &ask, show_count);
 */
#ifndef AMN_CLI_MEMBERS_H
#define AMN_CLI_MEMBERS_H

#include "base/arena.h"
#include "cli/ask.h"

enum { MEMBER_FILES_MAX = 32 };

/* Files that values were read from: they live as long as the ask. */
struct member_files {
    struct buf at[MEMBER_FILES_MAX];
    size_t count;
};
void member_files_done(struct member_files *files);

/*
 * The arguments from `from` on, by the table of the verb's members. What a command takes by place it cannot take by name.
 * USAGE: no such member, or not a value of its kind; and what a file refuses.
 */
RESULT members_set(const struct call *call, size_t from, enum verb verb, struct arena *arena,
                   struct member_files *files, void *ask);

/* The same, and ask it: what most commands with members are. */
RESULT ask_members(struct call *call, size_t from, enum verb verb, void *ask, show_answer *words);

#endif
