/* The blind index against a naive model: adds, ends, drops, rollbacks, reopenings, with runs and merges in between. */
#include "prop.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/tag_priv.h"

#include <unistd.h>

enum { MODEL_TAGS = 4000, MODEL_SUBJECTS = 7 };

struct model {
    uint8_t has[MODEL_TAGS][MODEL_SUBJECTS];
};

static struct tag_row row_of(size_t tag, size_t subject)
{
    struct tag_row row = {
        .index = (uint32_t)(0x100 | tag % 3), .no = {subject + 1}, .since_s = (uint32_t)(tag + 1)};
    struct prop_rng rng = {tag};
    for (size_t i = 0; i < TAG_BYTES; i++) row.tag[i] = (uint8_t)prop_u64(&rng);
    be16_put(row.tag + TAG_BYTES - 2, (uint16_t)tag); /* so that a row tells which it is */
    return row;
}

static void check_tag(struct store *store, const struct model *model, size_t tag)
{
    struct subject_no found[MODEL_SUBJECTS];
    struct tag_row row = row_of(tag, 0);
    size_t count = 0, want = 0;
    assert_ok(store->tag->find(store, row.index, row.tag, found, MODEL_SUBJECTS, &count));
    for (size_t i = 0; i < MODEL_SUBJECTS; i++) {
        if (!model->has[tag][i]) continue;
        assert_true(want < count);
        assert_true(found[want++].at == i + 1);
    }
    assert_int_equal(count, want);
}

static RESULT count_one(void *context, const struct tag_row *row)
{
    struct model *model = context;
    size_t tag = be16_get(row->tag + TAG_BYTES - 2);
    assert_true(tag < MODEL_TAGS);
    struct tag_row same = row_of(tag, 0);
    assert_true(same.index == row->index && memcmp(same.tag, row->tag, TAG_BYTES) == 0);
    assert_int_equal(model->has[tag][row->no.at - 1], 1); /* each present tag exactly once */
    model->has[tag][row->no.at - 1] = 2;
    return OK;
}

/* A walk in order: what came last, and what is left to come. */
struct walk {
    struct model left;
    struct tag_row last;
    size_t seen;
};

static RESULT walk_one(void *context, const struct tag_row *row)
{
    struct walk *walk = context;
    int order = memcmp(walk->last.tag, row->tag, TAG_BYTES);
    assert_true(walk->seen++ == 0 || order < 0 || (order == 0 && walk->last.no.at < row->no.at));
    assert_true(row->index != 0x101); /* that was not asked for */
    walk->last = *row;
    return count_one(&walk->left, row);
}

static void check_sorted(struct store *store, const struct model *model)
{
    static struct walk walk;
    const struct tag_indexes indexes = {{0x100, 0x102}, 2};
    walk = (struct walk){.left = *model};
    assert_ok(store->tag->sorted(store, &indexes, walk_one, &walk));
    for (size_t tag = 0; tag < MODEL_TAGS; tag++) {
        for (size_t i = 0; i < MODEL_SUBJECTS; i++)
            if (walk.left.has[tag][i] == 1) assert_int_equal(tag % 3, 1);
    }
}

static void check_all(struct store *store, const struct model *model)
{
    struct model left = *model;
    check_sorted(store, model);
    for (size_t tag = 0; tag < MODEL_TAGS; tag++) check_tag(store, model, tag);
    assert_ok(store->tag->each(store, count_one, &left));
    for (size_t tag = 0; tag < MODEL_TAGS; tag++) {
        for (size_t i = 0; i < MODEL_SUBJECTS; i++) assert_int_not_equal(left.has[tag][i], 1);
    }
}

static void step(struct store *store, struct prop_rng *rng, struct model *model)
{
    size_t tag = prop_below(rng, MODEL_TAGS), subject = prop_below(rng, MODEL_SUBJECTS);
    struct tag_row row = row_of(tag, subject);
    row.until_s = 99;
    if (!model->has[tag][subject]) {
        assert_ok(store->tag->add(store, &row));
        model->has[tag][subject] = 1;
    } else if (prop_below(rng, 3) == 0) {
        if (prop_below(rng, 2) == 0) {
            assert_ok(store->tag->drop(store, &row));
        } else {
            assert_ok(store->tag->end(store, &row));
        }
        model->has[tag][subject] = 0;
    }
}

/* A small table in memory, so that runs and merges come soon. */
static void force_flush(struct store *store)
{
    ((struct sqlite_store *)store)->tags->flush = true;
}

static void agrees_with_a_naive_index(void **state)
{
    (void)state;
    static struct model model, before;
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/amn-tag-%ld.db", (long)getpid());
    struct store *store = NULL;
    assert_ok(sqlite_open(path, SQLITE_CREATE, &store));
    struct prop_rng rng = {prop_seed()};
    for (int round = 0; round < 400; round++) {
        before = model;
        assert_ok(store->batch->begin(store));
        size_t steps = prop_below(&rng, 300);
        for (size_t i = 0; i < steps; i++) step(store, &rng, &model);
        if (prop_below(&rng, 2) == 0) force_flush(store);
        if (prop_below(&rng, 6) == 0) {
            store->batch->rollback(store);
            model = before;
        } else {
            assert_ok(store->batch->commit(store));
        }
        if (round % 20 == 0) check_all(store, &model);
        if (prop_below(&rng, 25) != 0) continue;
        store->batch->close(&store);
        assert_ok(sqlite_open(path, SQLITE_WRITER, &store));
        check_all(store, &model);
    }
    check_all(store, &model);
    store->batch->close(&store);
    const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char file[80];
        (void)snprintf(file, sizeof file, "%s%s", path, ends[i]);
        (void)unlink(file); /* -wal and -shm go with the last connection */
    }
}

static void sorts_by_the_whole_key(void **state)
{
    (void)state;
    PROPERTY(50, rng) {
        struct tag_bytes rows[300];
        uint32_t order[COUNT_OF(rows)];
        bool seen[COUNT_OF(rows)] = {false};
        size_t count = prop_below(&rng, COUNT_OF(rows) + 1);
        for (size_t i = 0; i < count; i++) {
            for (size_t b = 0; b < TAG_ROW_BYTES; b++)
                rows[i].at[b] = (uint8_t)(prop_u64(&rng) & (b < 9 ? 1 : 255));
        }
        for (size_t i = 0; i < count; i++) order[i] = (uint32_t)(count - 1 - i);
        tag_sort(rows, order, count);
        for (size_t i = 1; i < count; i++)
            assert_true(memcmp(rows[order[i - 1]].at, rows[order[i]].at, TAG_KEY_BYTES) <= 0);
        for (size_t i = 0; i < count; i++) {
            assert_true(order[i] < count && !seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

struct past_seen {
    size_t count;
    struct tag_row last;
};

static RESULT past_note(void *context, const struct tag_row *row)
{
    struct past_seen *seen = context;
    seen->count++;
    seen->last = *row;
    return OK;
}

/* Since when a tag is there, in memory and in a run; and, once it ended, from when to when it was. */
static void knows_validity(void **state)
{
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/amn-tag-since-%ld.db", (long)getpid());
    struct store *store = NULL;
    assert_ok(sqlite_open(path, SQLITE_CREATE, &store));
    struct tag_row row = {.index = 7, .no = {3}, .since_s = 100, .tag = {1, 2, 3}};
    for (int in_run = 0; in_run < 2; in_run++) {
        struct tag_row asked = {.index = 7, .no = {3}, .tag = {1, 2, 3}},
                       other = {.index = 7, .no = {4}, .tag = {1, 2, 3}};
        struct past_seen seen = {0};
        assert_ok(store->batch->begin(store));
        assert_ok(store->tag->add(store, &row));
        if (in_run) force_flush(store);
        assert_ok(store->batch->commit(store));
        assert_ok(store->tag->since(store, &asked));
        assert_int_equal(asked.since_s, 100);
        assert_code(CODE_NOT_FOUND, store->tag->since(store, &other));
        assert_ok(store->batch->begin(store));
        asked.until_s = 200;
        assert_ok(store->tag->end(store, &asked));
        assert_ok(store->batch->commit(store));
        assert_code(CODE_NOT_FOUND, store->tag->since(store, &asked));
        assert_ok(store->tag->past_each(store, past_note, &seen));
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.last.no.at, 3);
        assert_int_equal(seen.last.since_s, 100);
        assert_int_equal(seen.last.until_s, 200);
        assert_memory_equal(seen.last.tag, row.tag, TAG_BYTES);
        assert_ok(store->batch->begin(store));
        assert_ok(store->tag->drop_past(store, row.no));
        assert_ok(store->batch->commit(store));
    }
    store->batch->close(&store);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_index),
        cmocka_unit_test(sorts_by_the_whole_key),
        cmocka_unit_test(knows_validity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
