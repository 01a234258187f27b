/*
 * Inside keep's import only. A chunk goes through four steps:
 *
 *     read    each row: cells normalised, its tags made             two hands, or one while the chunk before is written
 *     decide  in order: refused, new, changed or unchanged          the keeper's thread
 *     seal    each new record under a key of its own; the leaves    two hands
 *     write   records, tags, one entry with its set                 the keeper's thread, behind the seals
 *
 * So a row's outcome depends on the rows before it and on nothing else, whichever hand did what. Reading needs the
 * chunk's bytes, the shop's fields and its index keys: what was read ahead is taken only by an ask with the same bytes,
 * and only while fields and keys are the same.
 */
#ifndef AMN_KEEP_IMPORT_PRIV_H
#define AMN_KEEP_IMPORT_PRIV_H

#include "base/hands.h"
#include "keep/subject.h"

enum {
    REF_BUCKETS = 1024,
    SOON_ROWS = 8 /* the store is told of tags so many rows ahead */
};

/* What a column of the chunk holds. */
enum column_kind { COLUMN_FIELD, COLUMN_LANG, COLUMN_COUNTRY, COLUMN_STATUS };
struct column {
    enum column_kind kind;
    const struct field *field;
};

/* A row on its way. */
struct import_row {
    struct slice bytes; /* as it came, with its line */
    uint64_t line;
    struct result done; /* why it is refused, if it is: `why` says it in words */
    struct buf why;
    struct buf fields; /* the normalised values: items by field number */
    struct tags tags;  /* of all of them */
    uint8_t ref_tag[TAG_BYTES];
    enum subject_state state;
    bool state_given, made; /* made: a subject of this chunk */
    char country[3], lang[4];
    struct change change;
};

/* What a hand works with: its keys, and room that every row of its uses again. */
struct import_hand {
    struct shop *shop;
    struct record head;
    struct new_fields values;
    struct import_value cells[IMPORT_TARGETS_MAX];
};

/* A chunk that is being read, or was. The next one uses its room again. */
struct reading {
    struct arena arena;
    struct texts targets; /* copies, as is `bytes`: the ask may be gone before its turn comes */
    struct buf bytes;
    struct column columns[IMPORT_TARGETS_MAX];
    struct shop *second; /* the second hand's shop; its fields are those that the chunk was read by */
    struct import_hand hands[HANDS];
    struct import_row rows[IMPORT_ROWS_MAX];
    size_t row_count;
    struct hands job;
};

/* Find the columns and rows of a chunk and begin to read it. FIELD_UNKNOWN, TOO_MANY, INVALID. */
RESULT reading_begin(struct shop *shop, const struct import_ask *ask, struct reading **out);
void reading_free(struct reading **reading);
/* Done with: wiped, and its room kept for the next one. */
void reading_rest(struct shop *shop, struct reading **reading);
/* The reading of this chunk, ended: the one that was begun ahead, or a new one. */
RESULT reading_take(struct shop *shop, const struct import_ask *ask, struct reading **out);

struct import {
    struct batch *batch;
    const struct reader *reader;
    const struct import_ask *ask;
    struct draft draft;
    struct reading *reading;
    struct hands seal;
    struct import_hand *hands; /* of the reading, as are the rows */
    struct import_row *rows;
    uint16_t *changes; /* of rows, those that are written when the whole chunk was decided */
    struct sighted *set;
    struct hash *leaves;
    struct sighted *same; /* whom the chunk found unchanged, with their data keys: a look */
    struct secret *same_keys;
    struct change *
        canaries; /* made up for the numbers that the chunk passed over: they stand in its set as the rows do */
    size_t canary_count;
    size_t row_count, change_count, same_count, refused_count, created, changed, unchanged;
    bool skip, fail; /* on_conflict */
    uint16_t ref_heads[REF_BUCKETS];
    uint16_t ref_next[IMPORT_ROWS_MAX]; /* changes by ref: position + 1, 0 ends */
};

/* For hands_begin(): read row `item` of a reading; seal what change `item` of an import writes, and make its leaf. */
void import_row_take(void *reading, unsigned hand, size_t item);
void import_change_seal(void *import, unsigned hand, size_t item);

/* A row's values and place again, as the hand's own. */
void import_row_values(const struct import_row *row, struct import_hand *hand);

void import_row_done(struct import_row *row);
void import_row_clear(struct import_row *row); /* wiped, its room kept */

#endif
