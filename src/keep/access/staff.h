/*
 * Staff: the people who work for the shop. Who they are stands sealed in their row; the role that a session of theirs
 * has, whether they are active, and which lessons they took stand beside it. How they sign in is keep/access/sign_in.h.
 *
 * Must never put a name or an address into an error or an entry. Main calls: staff_by_id(), staff_find(), staff_put().
 * Example: `SCOPED(identity_done) struct identity person = {0};  TRY(staff_person(shop, staff, &person));`
 */
#ifndef AMN_KEEP_ACCESS_STAFF_H
#define AMN_KEEP_ACCESS_STAFF_H

#include "base/bytes.h"

struct access;
struct batch;
struct reader;
struct receipt;
struct shop;

enum {
    STAFF_NAME_BYTES_MAX = 200,
    STAFF_EMAIL_BYTES_MAX = 254,
    STAFF_LANG_BYTES_MAX = 8,
    LESSON_NAME_BYTES_MAX = 32,
    LESSONS_MAX = 32 /* of one person */
};

/* Stored: never reuse a number. */
enum staff_state { STAFF_INVITED = 1, STAFF_ACTIVE = 2, STAFF_LEFT = 3 };

struct lesson {
    char name[LESSON_NAME_BYTES_MAX + 1];
    int64_t taught_us;
};

struct staff {
    uint32_t id;   /* from 1 */
    uint32_t role; /* of their sessions; 0: none, so they cannot sign in */
    enum staff_state state;
    int64_t created_us, left_us; /* left_us 0: not yet */
    uint64_t made_by;    /* reader_no() of who added them, or made the invitation that they enrolled by */
    int64_t invited_us;  /* when they were added, or enrolled by it */
    int64_t silenced_us; /* when they were last left without a right to approve; 0: never */
    struct lesson lessons[LESSONS_MAX];
    size_t lesson_count;
    struct buf sealed; /* a struct identity under the staff key */
};

/* Who it is, in clear: slices into `text`, which is wiped. */
struct identity {
    struct buf text;
    struct slice name, email, lang;
};
void identity_done(struct identity *person);

/* CORRUPT when the row does not open. About 300 ns. */
RESULT staff_person(struct shop *shop, const struct staff *staff, struct identity *out);
/* Append the sealed form for the row of that id. */
void staff_seal(struct shop *shop, uint32_t id, const struct identity *person, struct buf *out);

struct staff *staff_by_id(struct access *access, uint64_t id); /* NULL; lives until the next staff_put() */

/*
 * The member of staff with that public id or e-mail address: `*out` 0 when there is none. All rows are opened, whoever
 * is asked for and whether they are there: the time tells nothing. CORRUPT when a row does not open.
 */
RESULT staff_find(struct shop *shop, struct slice who, uint32_t *out);

/* Did they take that lesson? */
bool staff_has_lesson(const struct staff *staff, struct slice name);

/* Write the row and its entry; in memory it stands in place of the old one. */
void staff_body_write(const struct staff *staff, struct buf *out);
RESULT staff_put(struct batch *batch, const struct reader *reader, const struct staff *staff,
                 struct receipt *out);
/* A copy to change and put: the row in memory changes only with its authority row. */
void staff_copy(const struct staff *from, struct staff *to);
void staff_done(struct staff *copy);

#endif
