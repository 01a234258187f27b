/* What a chunk leaves in the store beside its entry: the file's position, the index of who saw whom, and the counts. */
#include "keep/observe/observe_priv.h"

#include <stdlib.h>
#include <string.h>

/* One subject of a group. */
struct place {
    uint32_t hour, reader;
    uint64_t full;
    struct subject_no no;
};

static int by_group(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->hour != y->hour) return x->hour < y->hour ? -1 : 1;
    if (x->reader != y->reader) return x->reader < y->reader ? -1 : 1;
    if (x->full != y->full) return x->full < y->full ? -1 : 1;
    return x->no.at < y->no.at ? -1 : x->no.at > y->no.at;
}

/* One chunk of subjects of a group, united with what is stored. */
static RESULT group_put(struct store *store, const struct place *first, struct set *fresh, size_t at)
{
    struct observed_row row = {.reader = first->reader, .hour = first->hour, .full = first->full};
    SCOPED(buf_done) struct buf old = {0}, bytes = {0};
    SCOPED(set_done) struct set both = {0};
    set_chunk_get(fresh, at, &row.chunk, &bytes);
    struct result got = store->observed->get(store, &row, &old);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK) {
        TRY(set_chunk_put(&both, row.chunk, buf_slice(&old)));
        TRY(set_chunk_put(&both, row.chunk, buf_slice(&bytes)));
        buf_clear(&bytes);
        set_chunk_get(&both, 0, &row.chunk, &bytes);
    }
    row.bitmap = buf_slice(&bytes);
    return store->observed->put(store, &row);
}

static RESULT index_write(struct observing *observing)
{
    struct store *store = batch_write(observing->batch);
    const struct observed *observed = &observing->observed;
    size_t count = observed->set_count > 0 ? observed->ends[observed->set_count - 1] : 0;
    struct place *places = arena_take(observing->batch->arena, count * sizeof *places);
    for (size_t i = 0; i < count; i++) {
        const struct sight *sight = &observing->sights[i];
        places[i] = (struct place){sight->hour, sight->reader, sight->full, sight->no};
    }
    if (count > 1) qsort(places, count, sizeof *places, by_group);
    for (size_t i = 0; i < count;) {
        const struct place *first = &places[i];
        SCOPED(set_done) struct set subjects = {0};
        for (; i < count && places[i].hour == first->hour && places[i].reader == first->reader &&
               places[i].full == first->full;
             i++) {
            (void)set_add(&subjects, places[i].no.at); /* each is new here: sights were joined */
        }
        for (size_t at = 0; at < set_chunk_count(&subjects); at++)
            TRY(group_put(store, first, &subjects, at));
    }
    return OK;
}

static RESULT counts_write(struct observing *observing)
{
    struct store *store = batch_write(observing->batch);
    for (size_t i = 0; i < observing->observed.other_count; i++) {
        const struct unattributed *other = &observing->observed.others[i];
        struct unattributed_row row = {other->reader, other->hour, other->full,
                                       other->lines,  other->rows, other->named};
        TRY(store->observed->count_add(store, &row));
    }
    return OK;
}

RESULT observe_write(struct observing *observing, uint64_t entry)
{
    const struct observe_ask *ask = observing->ask;
    struct outside_file_row row = observing->file;
    struct store *store = batch_write(observing->batch);
    memcpy(row.hash, ask->hash.at, sizeof row.hash);
    row.bytes = ask->to;
    row.lines = ask->lines_to;
    row.broken += ask->broken;
    row.behind = ask->behind;
    row.newest_us = observing->observed.newest_us;
    row.read_us = observing->batch->now_us;
    row.entry = entry;
    row.sealed = buf_slice(&observing->file_name);
    row.marks = ask->marks;
    for (size_t i = 0; i < observing->count; i++) {
        const struct sight *sight = &observing->sights[i];
        *(sight->no.at > 0 ? &row.attributed : &row.unattributed) += sight->lines;
    }
    TRY(store->observed->file_put(store, &row));
    TRY(index_write(observing));
    return counts_write(observing);
}
