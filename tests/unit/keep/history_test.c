#include "people.h"

#include "keep/history.h"

enum { SEEN_MAX = 2048 };

/* What the answers must say: the looks at one subject. */
struct seen {
    uint64_t at[SEEN_MAX];
    size_t count;
};

static void look(struct people *people, const char *id, struct seen *seen)
{
    people_look(people, (const char *[]){id}, 1, NULL);
    people_run(people);
    assert_int_equal(people->head.cause, CAUSE_OK);
    if (seen) seen->at[seen->count++] = people->head.index;
}

static size_t page(struct people *people, const char *id, uint64_t limit, char next[24])
{
    struct subject_sightings_ask ask = {.id = slice_text(id), .after = slice_text(next), .limit = limit};
    assert_int_equal(people_once(people, VERB_SUBJECT_SIGHTINGS, &ask), CAUSE_OK);
    next[0] = 0;
    if (people->body.at[people->body.len - 1] != 0xf6) { /* null */
        struct slice text = people_text(people, "next");
        memcpy(next, text.at, text.len);
        next[text.len] = 0;
    }
    return people_items(people, 0, NULL);
}

/* All pages hold exactly the looks, in order; how many pages it took. */
static size_t pages_hold(struct people *people, const char *id, uint64_t limit, const struct seen *seen)
{
    char next[24] = "";
    size_t given = 0, pages = 0;
    do {
        size_t count = page(people, id, limit, next);
        assert_true(count <= limit);
        for (size_t i = 0; i < count; i++) {
            uint64_t index = 0;
            (void)people_items(people, i, &index);
            assert_true(given < seen->count);
            assert_int_equal(index, seen->at[given++]);
        }
        assert_true(++pages < 10000);
    } while (next[0]);
    assert_int_equal(given, seen->count);
    return pages;
}

static RESULT never(struct store *store, uint32_t from_hour, uint32_t to_hour,
                    RESULT (*each)(void *context, const struct sighting_row *row), void *context)
{
    (void)store, (void)from_hour, (void)to_hour, (void)each, (void)context;
    fail_msg("sightings of everybody were read");
    return OK;
}

static void pages_hold_every_look_once_in_order(void **state)
{
    (void)state;
    PROPERTY(3, rng) {
        char ids[3][ID_BYTES_MAX + 1];
        static struct seen seen[3];
        struct people people;
        memset(seen, 0, sizeof seen);
        people_begin(&people);
        for (int i = 0; i < 3; i++) people_make(&people, (const char *[]){"one", "two", "three"}[i], ids[i]);
        for (int i = 0; i < 700; i++) {
            size_t whom = prop_below(&rng, 3);
            look(&people, ids[whom], &seen[whom]);
            if (prop_below(&rng, 8) == 0) people.now_us += (int64_t)prop_below(&rng, 3 * 60) * MINUTE_US;
            if (prop_below(&rng, 32) == 0) (void)keeper_idle(people.keeper); /* writes sightings */
        }
        struct sighting_store narrow = *people.shop->store->sighting;
        const struct sighting_store *whole = people.shop->store->sighting;
        narrow.each = never;
        people.shop->store->sighting = &narrow;
        for (int i = 0; i < 3; i++) {
            (void)pages_hold(&people, ids[i], 7, &seen[i]);
            (void)pages_hold(&people, ids[i], 1 + prop_below(&rng, 100), &seen[i]);
            assert_int_equal(pages_hold(&people, ids[i], 1000, &seen[i]), 1);
        }
        people.shop->store->sighting = whole;
        people_end(&people);
    }
}

static void one_page_opens_few_bundles(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1], next[24] = "";
    static struct seen seen;
    struct people people;
    people_begin(&people);
    people_make(&people, "one", id);
    people_make(&people, "two", other);
    look(&people, id, &seen);
    for (size_t i = 0; i < (LOOK_BUNDLES_MAX + 8) * TILE_WIDTH; i++)
        people_look(&people, (const char *[]){other}, 1, NULL);
    people_run(&people);
    look(&people, id, &seen); /* in the same hour, by the same reader, far behind */
    assert_int_equal(page(&people, id, 10, next), 1);
    assert_true(next[0] != 0);
    assert_int_equal(pages_hold(&people, id, 10, &seen), 2);
    people_end(&people);
}

static void one_page_examines_few_groups(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1];
    static struct seen seen;
    struct people people;
    SCOPED(set_done) struct set set = {0};
    SCOPED(buf_done) struct buf bitmap = {0};
    struct sighting_row row = {0};
    people_begin(&people);
    people_make(&people, "one", id);
    people_make(&people, "two", other);
    look(&people, id, &seen);
    (void)set_add(&set, people_no(&people, other).at);
    set_chunk_get(&set, 0, &row.chunk, &bitmap);
    row.bitmap = buf_slice(&bitmap);
    struct store *store = people.shop->store;
    assert_ok(store->batch->begin(store));
    for (uint32_t i = 0; i < LOOK_GROUPS_MAX + 100; i++) {
        row.hour = (uint32_t)(people.now_us / HOUR_US) + 1 + i / 4;
        row.reader = 1 + i % 4;
        assert_ok(store->sighting->put(store, &row));
    }
    assert_ok(store->batch->commit(store));
    for (int hours = 0; hours < LOOK_GROUPS_MAX / 4 + 100; hours += 200) { /* a key that rests ends */
        struct self_ask self = {0};
        people.now_us += 200 * HOUR_US;
        assert_int_equal(people_once(&people, VERB_SELF, &self), CAUSE_OK);
    }
    look(&people, id, &seen);
    assert_int_equal(pages_hold(&people, id, 10, &seen), 2);
    people_end(&people);
}

static void proofs_of_wide_looks_take_several_pages(void **state)
{
    (void)state;
    enum { WIDE = 1000, LOOKS = 20 };
    static char ids[WIDE][ID_BYTES_MAX + 1];
    const char *all[WIDE];
    struct people people;
    people_begin(&people);
    for (int i = 0; i < WIDE; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "wide%d", i);
        people_make(&people, ref, ids[i]);
        all[i] = ids[i];
    }
    for (int i = 0; i < LOOKS; i++) people_look(&people, all, WIDE, NULL);
    people_run(&people);
    struct subject_sightings_ask ask = {.id = slice_text(ids[0]), .limit = 100, .proofs = true};
    assert_int_equal(people_once(&people, VERB_SUBJECT_SIGHTINGS, &ask), CAUSE_OK);
    size_t first = people_items(&people, 0, NULL);
    assert_true(first > 0 && first < LOOKS);
    ask.after = people_text(&people, "next");
    char next[24] = "";
    memcpy(next, ask.after.at, ask.after.len);
    ask.after = slice_text(next);
    assert_int_equal(people_once(&people, VERB_SUBJECT_SIGHTINGS, &ask), CAUSE_OK);
    assert_int_equal(first + people_items(&people, 0, NULL), LOOKS);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_hold_every_look_once_in_order),
        cmocka_unit_test(one_page_opens_few_bundles),
        cmocka_unit_test(one_page_examines_few_groups),
        cmocka_unit_test(proofs_of_wide_looks_take_several_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
