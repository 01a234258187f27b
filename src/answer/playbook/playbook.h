/*
 * What is to be done about each kind of leak, as data: one file a kind under playbooks/, carried in the program; a home's
 * own files under HOME/playbooks stand in place of those of the same name, or beside them. docs/incidents.md says how
 * such a file is written. The kinds of incidents are the ids of these files, and "other", which has none.
 *
 * Main calls: playbooks_load(), playbook_of(). Example:
 *     SCOPED(playbooks_free) struct playbooks *books = NULL;  TRY(playbooks_load(NULL, &books));
 *     playbook_of(books, SLICE_TEXT("ransom"))->tasks[0].due_us
 */
#ifndef AMN_ANSWER_PLAYBOOK_H
#define AMN_ANSWER_PLAYBOOK_H

#include "base/form/form.h"

enum { PLAYBOOKS_MAX = 64, PLAYBOOK_TASKS_MAX = 32 };

enum playbook_role {
#define ROLE(NAME, name) PLAYBOOK_##NAME,
#include "answer/playbook/roles.def"
#undef ROLE
    PLAYBOOK_ROLES
};
const char *playbook_role_name(enum playbook_role role);

struct playbook_task {
    char *id;
    enum playbook_role role;
    char *due;      /* "30m", "24h", "7d" */
    int64_t due_us; /* the same: so long after the shop became aware; not of the file */
    bool needs_evidence;
    struct form_texts text;
};

struct playbook {
    char *id;
    struct form_texts title, about; /* `about`: how one knows that it is this kind */
    struct playbook_task *tasks;
    uint32_t tasks_count;
};

struct playbooks;
void playbooks_free(struct playbooks **books);

/*
 * What the program carries, then the files of a folder, which need not be there; NULL: no folder. A bad file is CONFIG, and
 * nothing is loaded; the words are "FILE:LINE: FIELD: WHY".
 */
RESULT playbooks_load(const char *folder, struct playbooks **out);

const struct playbook *playbook_at(const struct playbooks *books,
                                   size_t number); /* by id; NULL behind the last */
const struct playbook *playbook_of(const struct playbooks *books, struct slice id); /* NULL: there is none */
bool playbook_is_own(const struct playbooks *books, const struct playbook *book);   /* of the folder */
const struct playbook_task *playbook_task(const struct playbook *book, struct slice id);

/* Is this text one that may stand in such a file? CONFIG. */
RESULT playbook_check(const char *name, struct slice text);

#endif
