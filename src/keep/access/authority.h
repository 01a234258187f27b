/*
 * Authority rows: who may do what (staff, keys, roles, fields, witnesses). Each carries a MAC over the row and the
 * entry that made it, and that entry holds the row's hash; both are checked at load and against a replay of the
 * ledger. So whoever can write the database can still not give themselves a role unseen, nor put an old row back.
 */
#ifndef AMN_KEEP_AUTHORITY_H
#define AMN_KEEP_AUTHORITY_H

#include "keep/batch.h"

enum authority_kind {
#define AUTHORITY(NAME, number, name, news) AUTHORITY_##NAME = (number),
#include "keep/access/kinds.def"
#undef AUTHORITY
};
const char *authority_kind_name(uint32_t kind); /* "breaker"; "?": none of them */

/* Write a row and its entry in the open batch. `id` from 1. */
RESULT authority_put(struct batch *batch, const struct reader *reader, enum authority_kind kind, uint32_t id,
                     struct slice body, struct receipt *out);

/*
 * Check every row and give it to `take` in order of kind and id. A row that no entry ever made gives nobody anything: it is
 * passed over and counted in `forged`, else whoever can write one row could stop the shop. Of a row that was changed, put
 * back or removed nobody knows any more what it should say: TAMPERED names the first.
 */
RESULT authority_load(struct shop *shop, RESULT (*take)(struct shop *shop, const struct authority_row *row),
                      uint64_t *forged);

/*
 * For telling people of a shop that authority_load() refused: give `take` the rows alone that are what their newest entry
 * made, whatever became of the others. They say what they say, but that they are all there is, nobody knows.
 */
RESULT authority_load_good(struct shop *shop,
                           RESULT (*take)(struct shop *shop, const struct authority_row *row));

/* What one AUTHORITY entry of the ledger says, and a list of them. */
struct authority_said {
    uint32_t kind, id;
    uint64_t index;
    struct hash object;
};
struct authority_list {
    struct authority_said *at;
    size_t count, cap;
};
void authority_list_done(struct authority_list *list);
RESULT authority_list_add(struct authority_list *list, uint64_t index, const struct entry *entry);

/* Check every row against entries found by who walked the whole ledger. Takes the list over. TAMPERED as above. */
RESULT authority_check(struct shop *shop, struct authority_list *list);

/* When a row was last changed. NOT_FOUND: there is none. Cost: one pass over the authority rows. */
RESULT authority_changed_us(struct shop *shop, enum authority_kind kind, uint32_t id, int64_t *out);

/* Does the row carry this shop's MAC? For rows that are read again after the load. */
bool authority_row_good(struct shop *shop, const struct authority_row *row);

#endif
