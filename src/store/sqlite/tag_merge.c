#include "store/sqlite/tag_priv.h"

#include <assert.h>
#include <string.h>

void tag_merge_done(struct tag_merge *merge)
{
    for (size_t i = 0; i < merge->input_count; i++) buf_done(&merge->inputs[i].rows);
    tag_run_done(&merge->out);
    buf_done(&merge->page);
    *merge = (struct tag_merge){0};
}

static struct tag_run *run_by_id(struct tag_tree *tree, uint32_t id)
{
    for (size_t i = 0; i < tree->run_count; i++) {
        if (tree->runs[i].id == id) return &tree->runs[i];
    }
    return NULL;
}

/* The next page of an input, over pages that erasures have emptied. */
static RESULT input_fill(struct store *store, struct tag_tree *tree, struct tag_input *input)
{
    const struct tag_run *run = run_by_id(tree, input->run);
    assert(run);
    while (input->at >= input->rows.len && input->page < run->pages) {
        input->rows.len = 0;
        input->at = 0;
        TRY(tag_page_read(store, run, input->page++, &input->rows));
    }
    return OK;
}

/* A level with TAG_FANOUT live runs is merged, lowest level first. */
static RESULT merge_begin(struct store *store, struct tag_tree *tree)
{
    struct tag_merge *merge = &tree->merge;
    for (unsigned level = 0; level < TAG_LEVELS; level++) {
        size_t count = 0;
        uint64_t rows = 0;
        for (size_t i = 0; i < tree->run_count && count < TAG_FANOUT; i++) {
            const struct tag_run *run = &tree->runs[i];
            if (run->state != RUN_LIVE || run->level != level) continue;
            merge->inputs[count++] = (struct tag_input){.run = run->id};
            rows += run->rows;
        }
        if (count < TAG_FANOUT) continue;
        merge->active = tree->touched = true;
        merge->level = (uint8_t)level;
        merge->input_count = count;
        merge->out =
            (struct tag_run){.id = tree->next_run++, .level = (uint8_t)(level + 1), .state = RUN_BUILDING};
        tag_filter_size(&merge->out, rows);
        for (size_t i = 0; i < count; i++) TRY(input_fill(store, tree, &merge->inputs[i]));
        return tag_run_save(store, &merge->out);
    }
    return OK;
}

static struct tag_input *smallest(struct tag_merge *merge)
{
    struct tag_input *best = NULL;
    for (size_t i = 0; i < merge->input_count; i++) {
        struct tag_input *input = &merge->inputs[i];
        if (input->at >= input->rows.len) continue;
        if (!best || memcmp(input->rows.at + input->at, best->rows.at + best->at, TAG_KEY_BYTES) < 0)
            best = input;
    }
    return best;
}

/* The output is whole: it lives, and the inputs are garbage. */
static RESULT merge_end(struct store *store, struct tag_tree *tree)
{
    struct tag_merge *merge = &tree->merge;
    if (merge->page.len > 0) TRY(tag_page_write(store, &merge->out, buf_slice(&merge->page)));
    for (size_t i = 0; i < merge->input_count; i++) {
        struct tag_run *run = run_by_id(tree, merge->inputs[i].run);
        assert(run);
        run->state = RUN_GARBAGE;
        TRY(tag_run_save(store, run));
    }
    if (tree->run_count == TAG_RUNS_MAX) return FAIL(UNAVAILABLE, "store: too many runs of the index");
    merge->out.state = RUN_LIVE;
    TRY(tag_run_save(store, &merge->out));
    tree->runs[tree->run_count++] = TAKE(merge->out);
    tag_merge_done(merge);
    return OK;
}

static RESULT merge_rows(struct store *store, struct tag_tree *tree, uint32_t pages)
{
    struct tag_merge *merge = &tree->merge;
    for (uint32_t written = 0; written < pages;) {
        struct tag_input *input = smallest(merge);
        if (!input) return merge_end(store, tree);
        const uint8_t *row = input->rows.at + input->at;
        if (!merge->any || memcmp(row, merge->last, TAG_KEY_BYTES) != 0)
            buf_put(&merge->page, row, TAG_ROW_BYTES);
        memcpy(merge->last, row, TAG_KEY_BYTES);
        merge->any = true;
        input->at += TAG_ROW_BYTES;
        if (input->at >= input->rows.len) TRY(input_fill(store, tree, input));
        if (merge->page.len < TAG_PAGE_BYTES) continue;
        TRY(tag_page_write(store, &merge->out, buf_slice(&merge->page)));
        merge->page.len = 0;
        written++;
    }
    return tag_run_save(store,
                        &merge->out); /* how far it came: nothing reads it but the sweep after a crash */
}

static RESULT garbage(struct store *store, struct tag_tree *tree)
{
    for (size_t i = 0; i < tree->run_count; i++) {
        bool gone = false;
        if (tree->runs[i].state != RUN_GARBAGE) continue;
        tree->touched = true;
        TRY(tag_garbage_step(store, &tree->runs[i], &gone));
        if (!gone) return OK;
        tag_run_done(&tree->runs[i]);
        tree->runs[i] = tree->runs[--tree->run_count];
        tree->runs[tree->run_count] = (struct tag_run){0};
        return OK; /* one a commit */
    }
    return OK;
}

RESULT tag_merge_step(struct store *store, struct tag_tree *tree, uint32_t pages)
{
    TRY(garbage(store, tree));
    if (!tree->merge.active) TRY(merge_begin(store, tree));
    if (!tree->merge.active) return OK;
    tree->touched = true;
    return merge_rows(store, tree, pages);
}

static void rows_forget(struct buf *rows, size_t from, const uint8_t key[TAG_KEY_BYTES])
{
    for (size_t at = from; at < rows->len; at += TAG_ROW_BYTES) {
        if (memcmp(rows->at + at, key, TAG_KEY_BYTES) != 0) continue;
        memmove(rows->at + at, rows->at + at + TAG_ROW_BYTES, rows->len - at - TAG_ROW_BYTES);
        rows->len -= TAG_ROW_BYTES;
        return;
    }
}

RESULT tag_merge_forget(struct store *store, struct tag_tree *tree, const uint8_t key[TAG_KEY_BYTES])
{
    struct tag_merge *merge = &tree->merge;
    struct tag_bytes ignored;
    bool found = false;
    if (!merge->active) return OK;
    tree->touched = true;
    rows_forget(&merge->page, 0, key);
    for (size_t i = 0; i < merge->input_count; i++) {
        struct tag_input *input = &merge->inputs[i];
        rows_forget(&input->rows, input->at, key);
        if (input->at >= input->rows.len) TRY(input_fill(store, tree, input));
    }
    return tag_run_remove(store, &merge->out, key, &ignored, &found);
}
