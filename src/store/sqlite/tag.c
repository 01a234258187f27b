#include "store/sqlite/tag_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { OP_ADD = 1, OP_DROP = 2, OP_BYTES = 1 + TAG_ROW_BYTES };

static struct tag_tree *tree_of(struct store *store)
{
    return sqlite_of(store)->tags;
}

void tag_tree_free(struct tag_tree **tree)
{
    struct tag_tree *at = *tree;
    if (!at) return;
    tag_mem_done(&at->mem);
    for (size_t i = 0; i < at->run_count; i++) tag_run_done(&at->runs[i]);
    tag_merge_done(&at->merge);
    buf_done(&at->ops);
    buf_done(&at->killed);
    free(at);
    *tree = NULL;
}

/* Mark a row in memory as gone, so that a rollback can bring it back. */
static void mem_kill(struct tag_tree *tree, struct tag_bytes *row)
{
    uint32_t number = (uint32_t)(row - tree->mem.rows);
    tag_row_kill(row, true);
    tree->mem.dead++;
    buf_put(&tree->killed, &number, sizeof number);
}

static void op_note(struct tag_tree *tree, uint8_t op, const struct tag_bytes *row)
{
    uint8_t *at = buf_extend(&tree->ops, OP_BYTES);
    at[0] = op;
    memcpy(at + 1, row->at, TAG_ROW_BYTES);
    tree->added++;
}

static RESULT log_read(struct store *store, struct tag_tree *tree)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_LOG_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct slice ops = column_blob(&query, 0);
        if (ops.len % OP_BYTES != 0) return FAIL(CORRUPT, "store: the log of the index is malformed");
        for (size_t at = 0; at < ops.len; at += OP_BYTES) {
            struct tag_bytes row;
            memcpy(row.at, ops.at + at + 1, TAG_ROW_BYTES);
            struct tag_bytes *old = tag_mem_find(&tree->mem, row.at);
            if (ops.at[at] == OP_ADD) tag_mem_add(&tree->mem, &row);
            if (ops.at[at] == OP_DROP && old) mem_kill(tree, old);
        }
    }
}

RESULT tag_tree_load(struct store *store)
{
    struct sqlite_store *at = sqlite_of(store);
    tag_tree_free(&at->tags);
    struct tag_tree *tree = calloc(1, sizeof *tree);
    if (!tree) return FAIL(UNAVAILABLE, "store: out of memory");
    at->tags = tree;
    TRY(tag_runs_load(store, tree->runs, &tree->run_count));
    for (size_t i = 0; i < tree->run_count; i++) {
        if (tree->runs[i].id >= tree->next_run) tree->next_run = tree->runs[i].id + 1;
    }
    if (tree->next_run == 0) tree->next_run = 1;
    TRY(log_read(store, tree));
    buf_clear(&tree->killed);
    tree->mem_mark = tree->mem.count;
    tree->loaded = true;
    return OK;
}

static RESULT ready(struct store *store)
{
    return tree_of(store) && tree_of(store)->loaded ? OK : tag_tree_load(store);
}

static RESULT log_write(struct store *store, struct tag_tree *tree)
{
    QUERY query = {0};
    if (tree->ops.len == 0) return OK;
    TRY(query_begin(store, STATEMENT_TAG_LOG_ADD, &query));
    bind_blob(&query, ":ops", buf_slice(&tree->ops));
    return query_run(&query);
}

struct tag_run *tag_run_new(struct tag_tree *tree, uint8_t level, uint64_t rows)
{
    if (tree->run_count == TAG_RUNS_MAX) return NULL;
    struct tag_run *run = &tree->runs[tree->run_count++];
    *run = (struct tag_run){.id = tree->next_run++, .level = level, .state = RUN_LIVE};
    tag_filter_size(run, rows);
    return run;
}

static RESULT rows_write(struct store *store, struct tag_run *run, const struct tag_bytes *rows,
                         const uint32_t *order, size_t count)
{
    struct tag_bytes page[TAG_PAGE_ROWS];
    for (size_t at = 0; at < count; at += TAG_PAGE_ROWS) {
        size_t take = count - at < TAG_PAGE_ROWS ? count - at : TAG_PAGE_ROWS;
        for (size_t i = 0; i < take; i++) page[i] = rows[order[at + i]];
        TRY(tag_page_write(store, run, (struct slice){page[0].at, take * TAG_ROW_BYTES}));
    }
    return tag_run_save(store, run);
}

static void order_done(uint32_t **order)
{
    free(*order);
}

static RESULT log_clear(struct store *store)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_LOG_CLEAR, &query));
    return query_run(&query);
}

/* The table in memory becomes a run of level 0, sorted. The log goes first: the run takes its pages, so that they are
 * written once. */
static RESULT flush(struct store *store, struct tag_tree *tree)
{
    size_t count = 0;
    SCOPED(order_done) uint32_t *order = malloc((tree->mem.count + 1) * sizeof *order);
    if (!order) return FAIL(UNAVAILABLE, "store: out of memory");
    for (size_t i = 0; i < tree->mem.count; i++) {
        if (!tag_row_dead(&tree->mem.rows[i])) order[count++] = (uint32_t)i;
    }
    tag_sort(tree->mem.rows, order, count);
    tree->flushed = tree->touched = true;
    TRY(log_clear(store));
    if (count == 0) return OK;
    struct tag_run *run = tag_run_new(tree, 0, count);
    if (!run) return FAIL(UNAVAILABLE, "store: too many runs of the index");
    return rows_write(store, run, tree->mem.rows, order, count);
}

RESULT tag_precommit(struct store *store)
{
    struct tag_tree *tree = tree_of(store);
    if (!tree || !tree->loaded) return OK;
    if (tree->flush || tree->mem.count >= TAG_MEM_ROWS) {
        TRY(flush(store, tree));
    } else {
        TRY(log_write(store, tree));
    }
    /* eight rows merged for each added keeps ahead of what comes in, at every level */
    return tag_merge_step(store, tree, TAG_MERGE_PAGES + (uint32_t)(tree->added * 8 / TAG_PAGE_ROWS));
}

static void transaction_end(struct tag_tree *tree)
{
    buf_clear(&tree->ops);
    buf_clear(&tree->killed);
    tree->mem_mark = tree->mem.count;
    tree->added = 0;
    tree->flush = tree->flushed = tree->touched = false;
}

void tag_committed(struct store *store)
{
    struct tag_tree *tree = tree_of(store);
    if (!tree) return;
    if (tree->flushed) {
        bool full = tree->mem.count >= TAG_MEM_ROWS; /* a long import, which will fill it again */
        if (tree->mem.cap > TAG_MEM_ROWS / 8 && !full) {
            tag_mem_done(&tree->mem);
        } else {
            tag_mem_clear(&tree->mem);
        }
    }
    transaction_end(tree);
}

void tag_rolled_back(struct store *store)
{
    struct tag_tree *tree = tree_of(store);
    if (!tree || !tree->loaded) return;
    if (tree->touched) { /* runs or a merge changed: what is stored is the truth, read it when next needed */
        tag_tree_free(&sqlite_of(store)->tags);
        return;
    }
    const uint32_t *killed = (const uint32_t *)(const void *)tree->killed.at;
    for (size_t i = tree->killed.len / sizeof *killed; i > 0; i--) {
        tag_row_kill(&tree->mem.rows[killed[i - 1]], false);
        tree->mem.dead--;
    }
    tag_mem_back(&tree->mem, tree->mem_mark);
    transaction_end(tree);
}

struct finding {
    struct subject_no *out;
    size_t room, count;
};

static void take(void *context, const uint8_t *bytes)
{
    struct finding *finding = context;
    struct tag_row row;
    tag_row_of(bytes, &row);
    for (size_t i = 0; i < finding->count && i < finding->room; i++) {
        if (finding->out[i].at == row.no.at) return;
    }
    if (finding->count < finding->room) finding->out[finding->count] = row.no;
    finding->count++;
}

static RESULT run_find(struct store *store, const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES],
                       struct finding *finding)
{
    if (run->state != RUN_LIVE || !tag_filter_may(run, fence)) return OK;
    for (uint32_t page = tag_page_of(run, fence); page < run->pages; page++) {
        SCOPED(buf_done) struct buf rows = {0};
        if (memcmp(run->fences.at + (size_t)page * TAG_FENCE_BYTES, fence, TAG_FENCE_BYTES) > 0) break;
        TRY(tag_page_read(store, run, page, &rows));
        for (size_t at = 0; at < rows.len; at += TAG_ROW_BYTES) {
            int order = memcmp(rows.at + at, fence, TAG_FENCE_BYTES);
            if (order == 0) take(finding, rows.at + at);
            if (order > 0) return OK;
        }
    }
    return OK;
}

static int by_number(const void *a, const void *b)
{
    const struct subject_no *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static RESULT tag_find(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES],
                       struct subject_no *out, size_t room, size_t *count)
{
    struct finding finding = {out, room, 0};
    struct tag_bytes key;
    struct tag_row row = {.index = index};
    TRY(ready(store));
    memcpy(row.tag, tag, TAG_BYTES);
    tag_bytes_of(&row, &key);
    struct tag_tree *tree = tree_of(store);
    tag_mem_each(&tree->mem, key.at, take, &finding);
    for (size_t i = 0; i < tree->run_count; i++) TRY(run_find(store, &tree->runs[i], key.at, &finding));
    if (finding.count > room) return FAIL(TOO_MANY, "lookup: more than %zu subjects have this value", room);
    if (finding.count > 1) qsort(out, finding.count, sizeof *out, by_number);
    *count = finding.count;
    return OK;
}

static void tag_soon(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES])
{
    const struct tag_tree *tree = tree_of(store);
    struct tag_row row = {.index = index};
    struct tag_bytes key;
    if (!tree || !tree->loaded) return;
    memcpy(row.tag, tag, TAG_BYTES);
    tag_bytes_of(&row, &key);
    tag_mem_soon(&tree->mem, key.at);
    for (size_t i = 0; i < tree->run_count; i++) tag_filter_soon(&tree->runs[i], key.at);
}

static RESULT tag_add(struct store *store, const struct tag_row *row)
{
    struct tag_bytes bytes;
    TRY(ready(store));
    tag_bytes_of(row, &bytes);
    struct tag_tree *tree = tree_of(store);
    tag_mem_add(&tree->mem, &bytes);
    op_note(tree, OP_ADD, &bytes);
    return OK;
}

/* Take a tag out of memory and runs; `since` comes from the row that was there. */
static RESULT tag_take(struct store *store, const struct tag_row *row, bool *found, uint32_t *since,
                       bool *in_memory)
{
    struct tag_bytes key, old;
    TRY(ready(store));
    tag_bytes_of(row, &key);
    struct tag_tree *tree = tree_of(store);
    struct tag_bytes *held = tag_mem_find(&tree->mem, key.at);
    if (held) {
        *since = be32_get(held->at + TAG_KEY_BYTES);
        mem_kill(tree, held);
        op_note(tree, OP_DROP, &key);
        *found = *in_memory = true;
    }
    for (size_t i = 0; i < tree->run_count; i++) {
        bool here = false;
        if (tree->runs[i].state != RUN_LIVE) continue;
        TRY(tag_run_remove(store, &tree->runs[i], key.at, &old, &here));
        if (here) *since = be32_get(old.at + TAG_KEY_BYTES);
        *found = *found || here;
    }
    return tag_merge_forget(store, tree, key.at);
}

static RESULT tag_drop(struct store *store, const struct tag_row *row)
{
    bool found = false, in_memory = false;
    uint32_t since = 0;
    TRY(tag_take(store, row, &found, &since, &in_memory));
    if (in_memory) tree_of(store)->flush = true; /* its row must leave the log at once, too */
    return OK;
}

static RESULT tag_end(struct store *store, const struct tag_row *row)
{
    bool found = false, in_memory = false;
    uint32_t since = 0;
    TRY(tag_take(store, row, &found, &since, &in_memory));
    if (!found) return FAIL(NOT_FOUND, "store: no such tag of that subject");
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAST_ADD, &query));
    bind_u64(&query, ":field", row->index);
    bind_blob(&query, ":tag", (struct slice){row->tag, TAG_BYTES});
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":since", since);
    bind_u64(&query, ":until", row->until_s);
    return query_run(&query);
}

static RESULT tag_drop_past(struct store *store, struct subject_no no)
{
    QUERY query = {0};
    TRY(ready(store));
    TRY(query_begin(store, STATEMENT_TAG_PAST_DROP, &query));
    bind_u64(&query, ":no", no.at);
    TRY(query_run(&query));
    if (sqlite3_changes(sqlite_of(store)->db) > 0)
        tree_of(store)->flush = true; /* the log may tell of its end */
    return OK;
}

typedef RESULT tag_visitor(void *context, const struct tag_row *row);

/* A row of this key, when the run has it. */
static RESULT run_row(struct store *store, const struct tag_run *run, const struct tag_bytes *key,
                      uint32_t *since, bool *found)
{
    if (run->state != RUN_LIVE || !tag_filter_may(run, key->at)) return OK;
    for (uint32_t page = tag_page_of(run, key->at); page < run->pages && !*found; page++) {
        SCOPED(buf_done) struct buf rows = {0};
        if (memcmp(run->fences.at + (size_t)page * TAG_FENCE_BYTES, key->at, TAG_FENCE_BYTES) > 0) break;
        TRY(tag_page_read(store, run, page, &rows));
        for (size_t at = 0; at < rows.len && !*found; at += TAG_ROW_BYTES) {
            *found = memcmp(rows.at + at, key->at, TAG_KEY_BYTES) == 0;
            if (*found) *since = be32_get(rows.at + at + TAG_KEY_BYTES);
        }
    }
    return OK;
}

static RESULT tag_since(struct store *store, struct tag_row *row)
{
    struct tag_bytes key;
    TRY(ready(store));
    tag_bytes_of(row, &key);
    const struct tag_tree *tree = tree_of(store);
    const struct tag_bytes *held = tag_mem_find(&tree->mem, key.at);
    bool found = held != NULL;
    if (held) row->since_s = be32_get(held->at + TAG_KEY_BYTES);
    for (size_t i = 0; i < tree->run_count && !found; i++)
        TRY(run_row(store, &tree->runs[i], &key, &row->since_s, &found));
    return found ? OK : FAIL(NOT_FOUND, "store: no such tag of that subject");
}

static RESULT tag_past_each(struct store *store, tag_visitor *each, void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAST_EACH, &query));
    for (bool more = true;;) {
        struct tag_row row = {0};
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct slice tag = column_blob(&query, 2);
        if (tag.len != TAG_BYTES) return FAIL(CORRUPT, "store: a past tag is malformed");
        row.no.at = column_u64(&query, 0);
        row.index = (uint32_t)column_u64(&query, 1);
        memcpy(row.tag, tag.at, TAG_BYTES);
        row.since_s = (uint32_t)column_u64(&query, 3);
        row.until_s = (uint32_t)column_u64(&query, 4);
        TRY(each(context, &row));
    }
}

static RESULT rows_each(const uint8_t *rows, size_t len, tag_visitor *each, void *context)
{
    for (size_t at = 0; at < len; at += TAG_ROW_BYTES) {
        struct tag_row row;
        if (rows[at] & 0x80) continue; /* dead in memory */
        tag_row_of(rows + at, &row);
        TRY(each(context, &row));
    }
    return OK;
}

static RESULT tag_each(struct store *store, tag_visitor *each, void *context)
{
    TRY(ready(store));
    struct tag_tree *tree = tree_of(store);
    TRY(rows_each((const uint8_t *)tree->mem.rows, tree->mem.count * TAG_ROW_BYTES, each, context));
    for (size_t i = 0; i < tree->run_count; i++) {
        const struct tag_run *run = &tree->runs[i];
        for (uint32_t page = 0; run->state == RUN_LIVE && page < run->pages; page++) {
            SCOPED(buf_done) struct buf rows = {0};
            TRY(tag_page_read(store, run, page, &rows));
            TRY(rows_each(rows.at, rows.len, each, context));
        }
    }
    return OK;
}

static RESULT sorted(struct store *store, const struct tag_indexes *indexes, tag_visitor *each, void *context)
{
    TRY(ready(store));
    return tag_sorted(store, tree_of(store), indexes, each, context);
}

static RESULT tag_check(struct store *store)
{
    TRY(ready(store));
    const struct tag_tree *tree = tree_of(store);
    for (size_t i = 0; i < tree->run_count; i++) {
        if (tree->runs[i].state == RUN_LIVE) TRY(tag_run_check(store, &tree->runs[i]));
    }
    return OK;
}

const struct tag_store sqlite_tag = {
    .find = tag_find,
    .soon = tag_soon,
    .add = tag_add,
    .end = tag_end,
    .drop = tag_drop,
    .since = tag_since,
    .past_each = tag_past_each,
    .drop_past = tag_drop_past,
    .each = tag_each,
    .sorted = sorted,
    .check = tag_check,
};
