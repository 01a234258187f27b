/*
 * Inside store/sqlite only: the blind index as a log-structured tree.
 *
 * Tags are random, so a B-tree would write a page a tag. Here new tags go to a table in memory and, per transaction,
 * as one row to tag_log; a full table becomes a run of sorted pages; eight runs of a level are merged into one of the
 * next, a few pages a commit. A lookup asks the table and then each run that its filter does not rule out: about one
 * page. A tag is forgotten at once by rewriting its page: there are no tombstones that would outlive an erasure.
 *
 *     row    index be32 · tag 16 · subject be48 · since be32: 30 bytes, ordered by memcmp of the first 26
 *     page   up to 134 rows; fence: the first 20 bytes of its first row
 *     filter ten bits a row, six probes (Bloom 1970); tags are HMAC outputs, so their bytes are the hashes
 */
#ifndef AMN_STORE_SQLITE_TAG_PRIV_H
#define AMN_STORE_SQLITE_TAG_PRIV_H

#include "store/sqlite/sqlite_priv.h"

enum {
    TAG_ROW_BYTES = 30,
    TAG_KEY_BYTES = 26,   /* index, tag, subject */
    TAG_FENCE_BYTES = 20, /* index, tag */
    TAG_PAGE_ROWS = 134,
    TAG_PAGE_BYTES = TAG_PAGE_ROWS * TAG_ROW_BYTES, /* 4,020: fits a database page without overflow */
    TAG_MEM_ROWS = 1 << 18,
    TAG_RUNS_MAX = 128,
    TAG_FANOUT = 8,
    TAG_LEVELS = 12,
    TAG_MERGE_PAGES = 16,    /* at least so many a commit while there is something to merge */
    TAG_GARBAGE_PAGES = 256, /* at most so many deleted a commit */
    TAG_PART_BYTES = 1 << 20 /* of a fence or filter blob in one row */
};

struct tag_bytes {
    uint8_t at[TAG_ROW_BYTES];
};

void tag_bytes_of(const struct tag_row *row, struct tag_bytes *out);
void tag_row_of(const uint8_t *bytes, struct tag_row *out);

/*
 * The table in memory: rows in the order they came, found through open addressing. A slot holds half of the row's hash
 * above its number, so that only rows that are probably meant are looked at: they lie anywhere in megabytes.
 */
struct tag_mem {
    struct tag_bytes *rows;
    uint64_t *slots; /* hash 32 · row number + 1; 0: free */
    size_t count, cap, slot_count, dead;
};

void tag_mem_done(struct tag_mem *mem);
void tag_mem_add(struct tag_mem *mem, const struct tag_bytes *row); /* nothing when it is there */
void tag_mem_clear(struct tag_mem *mem);                            /* without rows, its memory kept */
void tag_mem_back(struct tag_mem *mem, size_t count); /* forget the newest rows, down to `count` */
/* The live row of a key, or NULL. */
struct tag_bytes *tag_mem_find(const struct tag_mem *mem, const uint8_t key[TAG_KEY_BYTES]);
bool tag_row_dead(const struct tag_bytes *row);
void tag_row_kill(struct tag_bytes *row, bool dead); /* the mark is its own inverse */
/* Call `each` with every live row of (index, tag). */
void tag_mem_each(const struct tag_mem *mem, const uint8_t fence[TAG_FENCE_BYTES],
                  void (*each)(void *context, const uint8_t *row), void *context);

/* Have the processor fetch what finding or adding (index, tag) will read first. */
void tag_mem_soon(const struct tag_mem *mem, const uint8_t fence[TAG_FENCE_BYTES]);

/*
 * Sort `order`, which holds the numbers of `count` rows, by their keys: radix over the first eight bytes, then by hand
 * where those are equal. 25 ns a row.
 */
void tag_sort(const struct tag_bytes *rows, uint32_t *order, size_t count);

enum run_state { RUN_LIVE = 1, RUN_BUILDING, RUN_GARBAGE };

struct tag_run {
    uint32_t id;
    uint8_t level;
    enum run_state state;
    uint64_t rows;
    uint32_t pages, pages_gone; /* gone: of a garbage run, already deleted */
    struct buf fences, filter;
};

void tag_run_done(struct tag_run *run);
void tag_filter_size(struct tag_run *run, uint64_t rows);
void tag_filter_add(struct tag_run *run, const uint8_t *row);
bool tag_filter_may(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES]);
void tag_filter_soon(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES]);
/* The first page in which rows of this fence may stand; run->pages when none. */
uint32_t tag_page_of(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES]);

RESULT tag_page_read(struct store *store, const struct tag_run *run, uint32_t page, struct buf *out);
RESULT tag_page_write(struct store *store, struct tag_run *run,
                      struct slice rows); /* the next page of a building run */
RESULT tag_page_replace(struct store *store, const struct tag_run *run, uint32_t page, struct slice rows);
RESULT tag_run_save(struct store *store,
                    const struct tag_run *run); /* its row; of a live one its fences and filter */
RESULT tag_runs_load(struct store *store, struct tag_run *runs, size_t *count);
RESULT tag_garbage_step(struct store *store, struct tag_run *run, bool *gone);

/* One merge under way: the inputs stay live until the output is whole. */
struct tag_input {
    uint32_t run; /* id */
    uint32_t page;
    struct buf rows;
    size_t at; /* bytes of `rows` already taken */
};

struct tag_merge {
    bool active;
    uint8_t level;
    size_t input_count;
    struct tag_input inputs[TAG_FANOUT];
    struct tag_run out;
    struct buf page;
    uint8_t last[TAG_KEY_BYTES]; /* the newest key taken into `out` or `page` */
    bool any;
};

struct tag_tree {
    struct tag_mem mem;
    struct tag_run runs[TAG_RUNS_MAX];
    size_t run_count;
    uint32_t next_run;
    struct tag_merge merge;
    struct buf ops;      /* of the open transaction, for tag_log */
    struct buf killed;   /* row numbers marked dead in it */
    size_t mem_mark;     /* rows in memory when it began */
    uint64_t added;      /* tags in it, which set the pace of merging */
    bool flush, flushed; /* the table must become, and became, a run in it */
    bool touched;        /* runs or merge changed in it: a rollback loads everything anew */
    bool loaded;
};

/* Behind sqlite.c's begin, commit and rollback. */
RESULT tag_tree_load(struct store *store);
void tag_tree_free(struct tag_tree **tree);
RESULT tag_precommit(struct store *store);
void tag_committed(struct store *store);
void tag_rolled_back(struct store *store);

/* Behind tag->sorted, of a tree that is loaded. */
RESULT tag_sorted(struct store *store, const struct tag_tree *tree, const struct tag_indexes *indexes,
                  RESULT (*each)(void *context, const struct tag_row *row), void *context);

/* One step of merging: up to `pages` output pages. Begins a merge when a level is full. */
RESULT tag_merge_step(struct store *store, struct tag_tree *tree, uint32_t pages);
/* A row was removed from the runs: take it out of what the merge has read or written too. */
RESULT tag_merge_forget(struct store *store, struct tag_tree *tree, const uint8_t key[TAG_KEY_BYTES]);
void tag_merge_done(struct tag_merge *merge);
/* Remove a key's row from one run. `found` is left alone when it is not there. */
RESULT tag_run_remove(struct store *store, const struct tag_run *run, const uint8_t key[TAG_KEY_BYTES],
                      struct tag_bytes *row, bool *found);
/* Fences and filter again from the pages: TAMPERED, naming the run, when a row of it would not be found. */
RESULT tag_run_check(struct store *store, const struct tag_run *run);
struct tag_run *tag_run_new(struct tag_tree *tree, uint8_t level, uint64_t rows);

#endif
