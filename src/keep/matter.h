/*
 * Matters: what a person wants of the shop, or what it promised: a complaint, a question, identity protection. Each has
 * an owner, a state and a time by which something is due, and lines that only grow. What a line says is sealed under
 * its subject's data key, so that it goes with them; of somebody who did not say who they are under a key of the ticket's own,
 * which goes when it was kept for long enough; and of the shop's own matters under the shop's.
 *
 * Every line is an entry: its hash binds what the line says, sealed, and what it made of the matter, so a row that somebody
 * changed behind the vault's back is found. No entry holds a word of it, nor whose it is.
 *
 *     bytes    head ‖ box        head: author 8 · time 8 · kind 4 · subject 8 · about 8 · state 4 · owner 8 · made 8 · due 8 · amount 8
 *     object   SHA-256("amanah matter 1" ‖ be64 matter ‖ be32 line ‖ bytes): what the entry carries
 *
 * Main calls: matter_add(), matter_find(), matter_read(). Example:
 *     struct matter_row row = {.kind = MATTER_COMPLAINT, .subject = no.at, .state = 1, .due_us = due_us};
 *     TRY(matter_add(batch, reader, &row, buf_slice(&text), &receipt));
 */
#ifndef AMN_KEEP_MATTER_H
#define AMN_KEEP_MATTER_H

#include "keep/batch.h"
#include "store/matter.h"

enum {
    MATTER_HEAD_BYTES = 8 + 8 + 4 + 8 + 8 + 4 + 8 + 8 + 8 + 8,
    MATTER_LINES_MAX = 1000,
    MATTER_TEXT_MAX = 32 * 1024
};

enum matter_kind {
#define MATTER(name, number, id) MATTER_##name = (number),
#include "keep/matters.def"
};

/* Each kind has its own, from 1. */
enum matter_state {
    MATTER_NEW = 0, /* it is not there yet */
#define MATTER_STATE(id, name, number, text, after) id##_##name = (number),
#include "keep/matters.def"
};

enum id_kind matter_id_kind(uint32_t kind); /* of its public id; ID_KINDS: no matter is of that kind */
const char *matter_state_name(uint32_t kind, uint32_t state); /* "?": it has none of that number */

/*
 * Write a line: what `row` is from now on, and why. A row without a number becomes a new matter. `text` is a map of
 * CBOR, sealed; of a subject who was erased since, it is dropped: only what became of the matter is written.
 * @return SUBJECT_UNKNOWN; SUBJECT_ERASED of a new one; TOO_MANY lines; UNAVAILABLE
 */
RESULT matter_add(struct batch *batch, const struct reader *reader, struct matter_row *row, struct slice text,
                  struct receipt *out);

/*
 * Destroy what somebody said who is no customer: the key of their words goes, and the row is TICKET_FORGOTTEN from a last line
 * on. NOT_FOUND: its words have no key of their own, as those of before there were such.
 */
RESULT matter_forget(struct batch *batch, const struct reader *reader, struct matter_row *row);

/* NOT_FOUND: none of that number. TAMPERED: as matter_held(). */
RESULT matter_find(struct shop *shop, uint64_t no, struct matter_row *out);

/*
 * Is the row what its newest line made of it, and that line what its entry holds? Before anything is done by a row that
 * store->matter->each gave. TAMPERED. Cost: its lines, and one entry.
 */
RESULT matter_held(struct shop *shop, const struct matter_row *row);

/* One line as it is read. Borrowed until the next. */
struct matter_line {
    uint32_t n;
    uint64_t entry, reader; /* its author */
    int64_t time_us;
    struct matter_row then; /* what the matter was from that line on */
    struct slice text;      /* a map of CBOR; empty: its subject was erased */
};

/* TAMPERED: a line is not what its entry holds; one of the open batch has none yet. Sets the subject's data key on shop->dek. */
RESULT matter_read(struct shop *shop, const struct matter_row *row,
                   RESULT (*each)(void *context, const struct matter_line *line), void *context);

/* What a line as it is stored says in clear: all but its text. CORRUPT when it is cut short. */
RESULT matter_line_head(const struct matter_line_row *line, struct matter_line *out);
/* What the entry of a line carries. */
void matter_line_object(struct crypto *crypto, const struct matter_line_row *line, struct hash *out);

/* The text of that name in a line's map; empty: none. */
struct slice matter_text(struct slice map, const char *name);
/* Those of these texts that are there, as members of an answer; how many. */
size_t matter_texts_put(struct slice map, const char *const *names, size_t count, struct buf *out);

/* Every line against its entry and the one before it, every row against its newest line. TAMPERED. `count`: of the lines. */
RESULT matters_check(struct shop *shop, uint64_t *count);

#endif
