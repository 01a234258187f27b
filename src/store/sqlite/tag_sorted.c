/* Present tags in order, over several indexes at once: the sorted runs and the sorted table in memory, merged by a heap. */
#include "store/sqlite/tag_priv.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_BYTES = TAG_KEY_BYTES - TAG_BYTES - 6 };

/* Rows of one index from one place, ascending. */
struct stream {
    uint8_t index[INDEX_BYTES];
    const struct tag_run *run; /* NULL: the table in memory */
    uint32_t page;             /* the next to be read */
    struct buf rows;           /* of the page at hand; of memory all of them */
    size_t at;
};

struct merging {
    struct store *store;
    struct stream *streams;
    uint32_t *heap; /* numbers of streams, the lowest row first */
    size_t stream_count, heap_count;
};

static void merging_done(struct merging *merging)
{
    for (size_t i = 0; i < merging->stream_count; i++) buf_done(&merging->streams[i].rows);
    free(merging->streams);
    free(merging->heap);
}

static const uint8_t *row_at(const struct stream *stream)
{
    return stream->rows.at + stream->at;
}

/* Stand at the next row of the index, reading on; false when there is none. */
static RESULT stream_on(struct store *store, struct stream *stream, bool *more)
{
    for (;;) {
        for (; stream->at < stream->rows.len; stream->at += TAG_ROW_BYTES) {
            int order = memcmp(row_at(stream), stream->index, INDEX_BYTES);
            *more = order == 0;
            if (order >= 0) return OK;
        }
        *more = false;
        if (!stream->run || stream->page >= stream->run->pages) return OK;
        buf_clear(&stream->rows);
        stream->at = 0;
        TRY(tag_page_read(store, stream->run, stream->page++, &stream->rows));
    }
}

/* By tag, then subject: the index is left out. */
static bool below(const struct merging *merging, uint32_t a, uint32_t b)
{
    return memcmp(row_at(&merging->streams[a]) + INDEX_BYTES, row_at(&merging->streams[b]) + INDEX_BYTES,
                  TAG_KEY_BYTES - INDEX_BYTES) < 0;
}

static void sink(struct merging *merging, size_t at)
{
    uint32_t *heap = merging->heap;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merging->heap_count; child++) {
            if (below(merging, heap[child], heap[least])) least = child;
        }
        if (least == at) return;
        uint32_t swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
        at = least;
    }
}

static struct stream *stream_new(struct merging *merging, uint32_t index)
{
    struct stream *stream = &merging->streams[merging->stream_count++];
    be32_put(stream->index, index);
    return stream;
}

/* The first page in which rows of the index may stand. */
static uint32_t page_first(const struct tag_run *run, uint32_t index)
{
    uint8_t fence[TAG_FENCE_BYTES] = {0};
    be32_put(fence, index);
    uint32_t page = tag_page_of(run, fence);
    return page < run->pages ? page : 0; /* none begins before it: then it may begin in the first */
}

static void memory_sort(const struct tag_mem *mem, struct stream *stream)
{
    size_t count = 0;
    uint32_t *order = malloc((mem->count + 1) * sizeof *order);
    if (!order) abort(); /* as all memory: see bytes.h */
    for (size_t i = 0; i < mem->count; i++) {
        if (tag_row_dead(&mem->rows[i]) || memcmp(mem->rows[i].at, stream->index, INDEX_BYTES) != 0) continue;
        order[count++] = (uint32_t)i;
    }
    tag_sort(mem->rows, order, count);
    for (size_t i = 0; i < count; i++) buf_put(&stream->rows, mem->rows[order[i]].at, TAG_ROW_BYTES);
    free(order);
}

RESULT tag_sorted(struct store *store, const struct tag_tree *tree, const struct tag_indexes *indexes,
                  RESULT (*each)(void *context, const struct tag_row *row), void *context)
{
    SCOPED(merging_done) struct merging merging = {.store = store};
    size_t room = indexes->count * (tree->run_count + 1);
    merging.streams = calloc(room + 1, sizeof *merging.streams);
    merging.heap = calloc(room + 1, sizeof *merging.heap);
    if (!merging.streams || !merging.heap) return FAIL(UNAVAILABLE, "store: out of memory");
    for (size_t i = 0; i < indexes->count; i++) {
        memory_sort(&tree->mem, stream_new(&merging, indexes->at[i]));
        for (size_t r = 0; r < tree->run_count; r++) {
            if (tree->runs[r].state != RUN_LIVE) continue;
            struct stream *stream = stream_new(&merging, indexes->at[i]);
            stream->run = &tree->runs[r];
            stream->page = page_first(stream->run, indexes->at[i]);
        }
    }
    for (uint32_t i = 0; i < merging.stream_count; i++) {
        bool more = false;
        TRY(stream_on(store, &merging.streams[i], &more));
        if (more) merging.heap[merging.heap_count++] = i;
    }
    for (size_t i = merging.heap_count / 2; i > 0; i--) sink(&merging, i - 1);
    while (merging.heap_count > 0) {
        struct stream *least = &merging.streams[merging.heap[0]];
        struct tag_row row = {0};
        bool more = false;
        tag_row_of(row_at(least), &row);
        TRY(each(context, &row));
        least->at += TAG_ROW_BYTES;
        TRY(stream_on(store, least, &more));
        if (!more) merging.heap[0] = merging.heap[--merging.heap_count];
        sink(&merging, 0);
    }
    return OK;
}
