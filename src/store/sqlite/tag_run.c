#include "store/sqlite/tag_priv.h"

#include <assert.h>
#include <string.h>

enum { FILTER_BITS = 10, FILTER_PROBES = 6, KIND_FENCES = 1, KIND_FILTER = 2 };

void tag_run_done(struct tag_run *run)
{
    buf_done(&run->fences);
    buf_done(&run->filter);
    *run = (struct tag_run){0};
}

static size_t filter_bytes(uint64_t rows)
{
    return (size_t)(rows * FILTER_BITS / 8 + 8);
}

void tag_filter_size(struct tag_run *run, uint64_t rows)
{
    size_t bytes = filter_bytes(rows);
    run->filter.len = 0;
    memset(buf_extend(&run->filter, bytes), 0, bytes);
}

struct probe {
    uint64_t at, step, bits;
};

static struct probe probe_of(const struct tag_run *run, const uint8_t *row)
{
    return (struct probe){be64_get(row + 4) ^ be32_get(row), be64_get(row + 12) | 1, run->filter.len * 8};
}

void tag_filter_add(struct tag_run *run, const uint8_t *row)
{
    struct probe probe = probe_of(run, row);
    for (int i = 0; i < FILTER_PROBES; i++, probe.at += probe.step) {
        uint64_t bit = probe.at % probe.bits;
        run->filter.at[bit / 8] |= (uint8_t)(1U << bit % 8);
    }
}

bool tag_filter_may(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES])
{
    struct probe probe = probe_of(run, fence);
    if (probe.bits == 0) return true;
    for (int i = 0; i < FILTER_PROBES; i++, probe.at += probe.step) {
        uint64_t bit = probe.at % probe.bits;
        if (!(run->filter.at[bit / 8] >> bit % 8 & 1)) return false;
    }
    return true;
}

void tag_filter_soon(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES])
{
    struct probe probe = probe_of(run, fence);
    if (probe.bits > 0) __builtin_prefetch(run->filter.at + probe.at % probe.bits / 8);
}

uint32_t tag_page_of(const struct tag_run *run, const uint8_t fence[TAG_FENCE_BYTES])
{
    uint32_t low = 0, high = run->pages; /* first page whose fence is not below */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(run->fences.at + (size_t)middle * TAG_FENCE_BYTES, fence, TAG_FENCE_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low > 0) return low - 1; /* its rows may begin at the end of the page before */
    bool may = run->pages > 0 && memcmp(run->fences.at, fence, TAG_FENCE_BYTES) == 0;
    return may ? 0 : run->pages;
}

static uint64_t page_id(const struct tag_run *run, uint32_t page)
{
    return (uint64_t)run->id << 32 | page;
}

RESULT tag_page_read(struct store *store, const struct tag_run *run, uint32_t page, struct buf *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAGE_GET, &query));
    bind_u64(&query, ":id", page_id(run, page));
    TRY(query_one(&query, "page of the index"));
    struct slice rows = column_blob(&query, 0);
    if (rows.len % TAG_ROW_BYTES != 0 || rows.len > TAG_PAGE_BYTES) {
        return FAIL(CORRUPT, "store: page %u of run %u of the index has a wrong length", page, run->id);
    }
    buf_slice_put(out, rows);
    return OK;
}

static RESULT page_put(struct store *store, enum statement which, uint64_t id, struct slice rows)
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":id", id);
    bind_blob(&query, ":rows", rows);
    return query_run(&query);
}

RESULT tag_page_write(struct store *store, struct tag_run *run, struct slice rows)
{
    assert(rows.len > 0 && rows.len <= TAG_PAGE_BYTES);
    TRY(page_put(store, STATEMENT_TAG_PAGE_ADD, page_id(run, run->pages), rows));
    buf_put(&run->fences, rows.at, TAG_FENCE_BYTES);
    for (size_t at = 0; at < rows.len; at += TAG_ROW_BYTES) tag_filter_add(run, rows.at + at);
    run->rows += rows.len / TAG_ROW_BYTES;
    run->pages++;
    return OK;
}

RESULT tag_page_replace(struct store *store, const struct tag_run *run, uint32_t page, struct slice rows)
{
    return page_put(store, STATEMENT_TAG_PAGE_REPLACE, page_id(run, page), rows);
}

static RESULT parts_save(struct store *store, const struct tag_run *run, unsigned kind, struct slice bytes)
{
    for (size_t part = 0; part * TAG_PART_BYTES < bytes.len; part++) {
        QUERY query = {0};
        TRY(query_begin(store, STATEMENT_TAG_PART_PUT, &query));
        bind_u64(&query, ":run", run->id);
        bind_u64(&query, ":kind", kind);
        bind_u64(&query, ":part", part);
        bind_blob(&query, ":bytes", slice_part(bytes, part * TAG_PART_BYTES, TAG_PART_BYTES));
        TRY(query_run(&query));
    }
    return OK;
}

static RESULT parts_drop(struct store *store, const struct tag_run *run)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PART_DROP, &query));
    bind_u64(&query, ":run", run->id);
    return query_run(&query);
}

RESULT tag_run_save(struct store *store, const struct tag_run *run)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_RUN_PUT, &query));
    bind_u64(&query, ":id", run->id);
    bind_u64(&query, ":level", run->level);
    bind_u64(&query, ":state", run->state);
    bind_u64(&query, ":rows", run->rows);
    bind_u64(&query, ":pages", run->pages);
    TRY(query_run(&query));
    if (run->state == RUN_GARBAGE) return parts_drop(store, run);
    if (run->state != RUN_LIVE) return OK;
    TRY(parts_save(store, run, KIND_FENCES, buf_slice(&run->fences)));
    return parts_save(store, run, KIND_FILTER, buf_slice(&run->filter));
}

static RESULT parts_load(struct store *store, struct tag_run *run)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PART_EACH, &query));
    bind_u64(&query, ":run", run->id);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) break;
        buf_slice_put(column_u64(&query, 0) == KIND_FENCES ? &run->fences : &run->filter,
                      column_blob(&query, 1));
    }
    if (run->fences.len != (size_t)run->pages * TAG_FENCE_BYTES) {
        return FAIL(CORRUPT, "store: run %u of the index lacks its fences", run->id);
    }
    if (run->rows <= (uint64_t)run->pages * TAG_PAGE_ROWS && run->filter.len >= filter_bytes(run->rows))
        return OK;
    return FAIL(CORRUPT, "store: run %u of the index lacks its filter",
                run->id); /* an emptier one says yes too seldom */
}

RESULT tag_runs_load(struct store *store, struct tag_run *runs, size_t *count)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_RUN_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        if (*count == TAG_RUNS_MAX)
            return FAIL(CORRUPT, "store: more than %d runs of the index", TAG_RUNS_MAX);
        struct tag_run *run = &runs[(*count)++];
        *run = (struct tag_run){.id = (uint32_t)column_u64(&query, 0),
                                .level = (uint8_t)column_u64(&query, 1),
                                .state = (enum run_state)column_u64(&query, 2),
                                .rows = column_u64(&query, 3),
                                .pages = (uint32_t)column_u64(&query, 4)};
        if (run->state == RUN_BUILDING) run->state = RUN_GARBAGE; /* its merge ended with its process */
        if (run->state == RUN_LIVE) TRY(parts_load(store, run));
    }
}

/* Deleted pages are overwritten (secure_delete): a tag that was erased since the merge read them may stand in them. */
RESULT tag_garbage_step(struct store *store, struct tag_run *run, bool *gone)
{
    sqlite3 *db = sqlite_of(store)->db;
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAGE_DROP, &query));
    bind_u64(&query, ":from", (uint64_t)run->id << 32);
    bind_u64(&query, ":to", ((uint64_t)run->id + 1) << 32);
    bind_u64(&query, ":room", TAG_GARBAGE_PAGES);
    TRY(query_run(&query));
    *gone = sqlite3_changes(db) < TAG_GARBAGE_PAGES;
    if (!*gone) return OK;
    QUERY end = {0};
    TRY(query_begin(store, STATEMENT_TAG_RUN_DROP, &end));
    bind_u64(&end, ":id", run->id);
    return query_run(&end);
}

RESULT tag_run_remove(struct store *store, const struct tag_run *run, const uint8_t key[TAG_KEY_BYTES],
                      struct tag_bytes *row, bool *found)
{
    if (!tag_filter_may(run, key)) return OK;
    for (uint32_t page = tag_page_of(run, key); page < run->pages; page++) {
        SCOPED(buf_done) struct buf rows = {0};
        if (memcmp(run->fences.at + (size_t)page * TAG_FENCE_BYTES, key, TAG_FENCE_BYTES) > 0) break;
        TRY(tag_page_read(store, run, page, &rows));
        for (size_t at = 0; at < rows.len; at += TAG_ROW_BYTES) {
            if (memcmp(rows.at + at, key, TAG_KEY_BYTES) != 0) continue;
            memcpy(row->at, rows.at + at, TAG_ROW_BYTES);
            memmove(rows.at + at, rows.at + at + TAG_ROW_BYTES, rows.len - at - TAG_ROW_BYTES);
            rows.len -= TAG_ROW_BYTES;
            *found = true;
            return tag_page_replace(store, run, page, buf_slice(&rows));
        }
    }
    return OK;
}

/* A page may have lost rows since its run was written, so its fence may stand before its first row. */
static bool page_good(const struct tag_run *run, uint32_t page, struct slice rows,
                      uint8_t last[TAG_KEY_BYTES])
{
    const uint8_t *fence = run->fences.at + (size_t)page * TAG_FENCE_BYTES;
    if (memcmp(last, fence, TAG_FENCE_BYTES) > 0) return false; /* rows before it stand behind it */
    for (size_t at = 0; at < rows.len; at += TAG_ROW_BYTES) {
        const uint8_t *row = rows.at + at;
        if (memcmp(row, fence, TAG_FENCE_BYTES) < 0 || memcmp(row, last, TAG_KEY_BYTES) <= 0) return false;
        if (!tag_filter_may(run, row)) return false;
        memcpy(last, row, TAG_KEY_BYTES);
    }
    if (memcmp(last, fence, TAG_FENCE_BYTES) < 0) { /* a page without rows */
        memset(last, 0, TAG_KEY_BYTES);
        memcpy(last, fence, TAG_FENCE_BYTES);
    }
    return true;
}

RESULT tag_run_check(struct store *store, const struct tag_run *run)
{
    uint8_t last[TAG_KEY_BYTES] = {0};
    uint64_t count = 0;
    for (uint32_t page = 0; page < run->pages; page++) {
        SCOPED(buf_done) struct buf rows = {0};
        struct result got = tag_page_read(store, run, page, &rows);
        if (got.code == CODE_NOT_FOUND)
            return FAIL(TAMPERED, "index: page %u of run %u is missing", page, run->id);
        TRY(got);
        count += rows.len / TAG_ROW_BYTES;
        if (page_good(run, page, buf_slice(&rows), last)) continue;
        return FAIL(TAMPERED, "index: page %u of run %u would not be found by its fence or filter", page,
                    run->id);
    }
    if (count <= run->rows) return OK;
    return FAIL(TAMPERED, "index: run %u has more rows than were written to it", run->id);
}
