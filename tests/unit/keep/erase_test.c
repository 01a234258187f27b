#include "people.h"

#include "keep/erase.h"
#include "keep/values.h"
#include "keep/verify.h"
#include "store/sqlite/sqlite_priv.h"
#include "store/sqlite/tag_priv.h"

static RESULT fails(struct store *store, const struct subject_row *row)
{
    (void)store;
    (void)row;
    return FAIL(UNAVAILABLE, "store: fails on purpose");
}

static RESULT disk_full(struct store *store)
{
    store->batch->rollback(store);
    return FAIL(DISK_FULL, "store: full on purpose");
}

/* The texts beside an entry that are of this kind. */
static size_t texts_of(struct people *people, uint64_t index, enum commitment_kind kind)
{
    SCOPED(buf_done) struct buf bytes = {0}, aside_bytes = {0};
    SCOPED(aside_read_done) struct aside_read aside = {0};
    size_t count = 0;
    assert_ok(ledger_entry(people->shop->ledger, index, &bytes, &aside_bytes));
    assert_ok(aside_read(buf_slice(&aside_bytes), &aside));
    for (size_t i = 0; i < aside.text_count; i++) count += aside.texts[i].kind == kind;
    return count;
}

static enum cause erase(struct people *people, const char *id)
{
    struct subject_erase_ask ask = {.id = slice_text(id), .reason = SLICE_TEXT("asked for it")};
    return people_once(people, VERB_SUBJECT_ERASE, &ask);
}

/* One look with a reason at somebody new; the index of its entry. */
static uint64_t seen(struct people *people, const char *ref, char id[ID_BYTES_MAX + 1])
{
    people_make(people, ref, id);
    people_look(people, (const char *[]){id}, 1, "cried on the telephone");
    people_run(people);
    assert_int_equal(people->head.cause, CAUSE_OK);
    return people->head.index;
}

static void a_failed_erasure_keeps_the_texts(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1];
    struct people people;
    people_begin(&people);
    uint64_t index = seen(&people, "one", id);
    const struct subject_store *whole = people.shop->store->subject;
    struct subject_store broken = *whole;
    broken.replace = fails;
    people.shop->store->subject = &broken;
    assert_int_not_equal(erase(&people, id), CAUSE_OK);
    people.shop->store->subject = whole;
    assert_int_equal(texts_of(&people, index, COMMIT_REASON), 1);
    people_make(&people, "two", other); /* the next seal must not write what was dropped */
    people_fill(&people, other);
    people_reopen(&people);
    assert_int_equal(texts_of(&people, index, COMMIT_REASON), 1);
    assert_int_equal(erase(&people, id), CAUSE_OK);
    assert_int_equal(texts_of(&people, index, COMMIT_REASON), 0);
    people_reopen(&people);
    assert_int_equal(texts_of(&people, index, COMMIT_REASON), 0);
    people_end(&people);
}

/* The whole home holds together. */
static void verifies(struct people *people)
{
    struct verify_options options = {.home = people->home, .clock = people->shop->clock};
    static struct verify_report report;
    assert_ok(verify_home(&options, &report));
    if (report.finding_count > 0) fail_msg("%s", report.findings[0]);
}

static void an_erasure_drops_what_may_speak_of_the_person_and_nothing_else(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) { /* in the tail, and in a bundle */
        char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1];
        struct people people;
        people_begin(&people);
        uint64_t first = seen(&people, "one", id);
        people_look(&people, (const char *[]){id}, 1, "cried again");
        people_run(&people);
        uint64_t second = people.head.index, of_other = seen(&people, "two", other);
        if (packed) people_fill(&people, other);
        assert_int_equal(erase(&people, id), CAUSE_OK);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(texts_of(&people, first, COMMIT_REASON), 0);
            assert_int_equal(texts_of(&people, first, COMMIT_NETWORK), 1);
            assert_int_equal(texts_of(&people, second, COMMIT_REASON), 0);
            assert_int_equal(texts_of(&people, second, COMMIT_NETWORK), 1);
            assert_int_equal(texts_of(&people, of_other, COMMIT_REASON), 1);
            verifies(&people);
            people_reopen(&people);
        }
        people_end(&people);
    }
}

/* How often the bytes stand in a file of the shop, "shop.db" or "shop.db-wal". */
static size_t stands_in(const struct people *people, const char *file, struct slice bytes)
{
    SCOPED(buf_done) struct buf path = {0}, all = {0};
    size_t count = 0;
    shop_path(people->shop->home, people->shop->name, file, &path);
    FILE *in = fopen(buf_c(&path), "rb");
    if (!in) return 0;
    for (size_t got = 1; got > 0;) {
        buf_reserve(&all, 1 << 20);
        got = fread(all.at + all.len, 1, 1 << 20, in);
        all.len += got;
    }
    assert_int_equal(fclose(in), 0);
    for (const uint8_t *at = all.at; at && bytes.len <= (size_t)(all.at + all.len - at); at++, count++) {
        at = memmem(at, (size_t)(all.at + all.len - at), bytes.at, bytes.len);
        if (!at) break;
    }
    return count;
}

static size_t stands(const struct people *people, struct slice bytes)
{
    return stands_in(people, "shop.db", bytes) + stands_in(people, "shop.db-wal", bytes);
}

static void wrapped_key(struct people *people, const char *id, struct buf *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct record record;
    assert_ok(record_get(people->shop, people_no(people, id), false, &bytes, &record, NULL));
    buf_slice_put(out, record.wrapped);
}

static void an_erased_key_stands_nowhere(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1];
    SCOPED(buf_done) struct buf key = {0}, kept = {0};
    struct people people;
    people_begin(&people);
    (void)seen(&people, "one", id);
    (void)seen(&people, "two", other);
    wrapped_key(&people, id, &key);
    wrapped_key(&people, other, &kept);
    assert_true(stands(&people, buf_slice(&key)) > 0);
    assert_int_equal(erase(&people, id), CAUSE_OK);
    assert_int_equal(stands(&people, buf_slice(&key)), 0);
    assert_true(stands(&people, buf_slice(&kept)) > 0); /* the search would have found it */
    assert_int_equal(people.shop->unscrubbed, 0);
    people_end(&people);
}

static void a_reader_in_the_way_only_delays_it(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1];
    SCOPED(buf_done) struct buf key = {0}, path = {0};
    struct people people;
    struct store *reader = NULL;
    struct subject_no last = {0};
    people_begin(&people);
    (void)seen(&people, "one", id);
    wrapped_key(&people, id, &key);
    shop_path(people.shop->home, people.shop->name, "shop.db", &path);
    assert_ok(sqlite_open(buf_c(&path), SQLITE_READER, &reader));
    assert_ok(reader->batch->view(reader));
    assert_ok(reader->subject->last(reader, &last));
    int64_t began_us = clock_monotonic_us();
    assert_int_equal(erase(&people, id), CAUSE_OK);
    assert_true(clock_monotonic_us() - began_us < 2 * SECOND_US); /* it does not wait */
    assert_int_equal(people.shop->unscrubbed, 1);
    assert_true(stands_in(&people, "shop.db-wal", buf_slice(&key)) > 0);
    reader->batch->view_end(reader);
    people.now_us += 2 * MINUTE_US;
    (void)keeper_idle(people.keeper);
    assert_int_equal(people.shop->unscrubbed, 0);
    assert_int_equal(stands(&people, buf_slice(&key)), 0);
    reader->batch->close(&reader);
    people_end(&people);
}

/* The blind index tag of an email address. */
static void tag_of_email(struct people *people, const char *email, uint8_t tag[TAG_BYTES])
{
    const struct field *field = field_find(&people->shop->fields, SLICE_TEXT("email"));
    tag_make(people->shop, field->number, slice_text(email), tag);
}

static void an_ended_tag_of_an_erased_person_stands_nowhere(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1];
    uint8_t before[TAG_BYTES], after[TAG_BYTES];
    struct people people;
    people_begin(&people);
    people_make(&people, "one", id);
    tag_of_email(&people, "one@example.com", before);
    tag_of_email(&people, "new@example.com", after);
    sqlite_of(people.shop->store)->tags->flush = true; /* its present tags lie in runs */
    const struct value values[] = {{.name = SLICE_TEXT("name"), .text = SLICE_TEXT("Any")}};
    struct subject_create_ask another = {.ref = SLICE_TEXT("two"), .fields = {values, 1}};
    assert_int_equal(people_once(&people, VERB_SUBJECT_CREATE, &another), CAUSE_OK);
    const struct value changed[] = {{.name = SLICE_TEXT("email"), .text = SLICE_TEXT("new@example.com")}};
    struct subject_patch_ask patch = {.id = slice_text(id), .version = 1, .fields = {changed, 1}};
    assert_int_equal(people_once(&people, VERB_SUBJECT_PATCH, &patch), CAUSE_OK);
    const struct value removed[] = {{.name = SLICE_TEXT("email"), .kind = VALUE_REMOVE}};
    patch.fields = (struct values){removed, 1};
    patch.version = 2;
    assert_int_equal(people_once(&people, VERB_SUBJECT_PATCH, &patch), CAUSE_OK);
    assert_true(stands(&people, (struct slice){before, TAG_BYTES}) > 0);
    assert_int_equal(erase(&people, id), CAUSE_OK);
    assert_int_equal(stands(&people, (struct slice){before, TAG_BYTES}), 0);
    assert_int_equal(stands(&people, (struct slice){after, TAG_BYTES}), 0);
    people_end(&people);
}

static void list_of_erasures(const struct people *people, struct buf *path, struct buf *out)
{
    buf_clear(path);
    buf_clear(out);
    shop_path(people->shop->home, people->shop->name, "erased", path);
    FILE *in = fopen(buf_c(path), "rb");
    if (!in) return;
    buf_reserve(out, 4096);
    out->len = fread(out->at, 1, 4096, in);
    assert_int_equal(fclose(in), 0);
}

static void the_list_of_erasures_holds_whole_rows_each_once(void **state)
{
    (void)state;
    enum { ROW = 8 + 8 + HASH_BYTES };
    char one[ID_BYTES_MAX + 1], two[ID_BYTES_MAX + 1];
    SCOPED(buf_done) struct buf path = {0}, list = {0};
    struct people people;
    people_begin(&people);
    (void)seen(&people, "one", one);
    (void)seen(&people, "two", two);

    const struct subject_store *whole = people.shop->store->subject;
    struct subject_store broken = *whole;
    broken.replace = fails;
    people.shop->store->subject = &broken;
    assert_int_not_equal(erase(&people, one), CAUSE_OK);
    people.shop->store->subject = whole;
    list_of_erasures(&people, &path, &list);
    assert_int_equal(list.len, 0); /* a step before it failed */

    const struct batch_store *sound = people.shop->store->batch;
    struct batch_store full = *sound;
    full.commit = disk_full;
    people.shop->store->batch = &full;
    assert_int_not_equal(erase(&people, one), CAUSE_OK);
    people.shop->store->batch = sound;
    assert_int_equal(erase(&people, one), CAUSE_OK);
    list_of_erasures(&people, &path, &list);
    assert_int_equal(list.len, 2 * ROW); /* and its end; the second time it was there already */
    assert_int_equal(be64_get(list.at), people_no(&people, one).at);

    FILE *torn = fopen(buf_c(&path), "ab");
    assert_non_null(torn);
    assert_int_equal(fwrite("torn", 1, 4, torn), 4);
    assert_int_equal(fclose(torn), 0);
    assert_int_equal(erase(&people, two), CAUSE_OK);
    list_of_erasures(&people, &path, &list);
    assert_int_equal(list.len, 3 * ROW);
    assert_int_equal(be64_get(list.at + ROW), people_no(&people, two).at);
    people_end(&people);
}

static unsigned replaced; /* bundles sealed anew; counted below the ledger */
static const struct ledger_store *ledger_below;

static RESULT count_replace(struct store *store, uint64_t n, struct slice aside)
{
    replaced++;
    return ledger_below->aside_replace(store, n, aside);
}

static void an_erasure_seals_a_bundle_anew_once(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1], other[ID_BYTES_MAX + 1];
    struct people people;
    people_begin(&people);
    people_make(&people, "one", id);
    people_make(&people, "two", other);
    for (int i = 0; i < 2 * TILE_WIDTH; i++) people_look(&people, (const char *[]){id}, 1, "cried");
    people_run(&people);
    people_fill(&people, other);
    uint64_t bundles = ledger_durable(people.shop->ledger) / TILE_WIDTH;
    ledger_below = people.shop->store->ledger;
    struct ledger_store counting = *ledger_below;
    counting.aside_replace = count_replace;
    people.shop->store->ledger = &counting;
    replaced = 0;
    assert_int_equal(erase(&people, id), CAUSE_OK);
    people.shop->store->ledger = ledger_below;
    assert_in_range(replaced, 2, bundles);
    verifies(&people);
    people_end(&people);
}

static void a_value_that_nobody_has_is_forgotten_after_a_month(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1];
    uint64_t miss[3], hit = 0;
    struct people people;
    people_begin(&people);
    people_make(&people, "one", id);
    struct lookup_ask ask = {
        .field = SLICE_TEXT("email"), .purpose = SLICE_TEXT("support"), .reason = SLICE_TEXT("why")};
    for (int i = 0; i < 3; i++) { /* each in a bundle of its own; the last one later */
        if (i == 2) people.now_us += 10 * DAY_US;
        ask.value = SLICE_TEXT("nobody@example.com");
        assert_int_equal(people_once(&people, VERB_LOOKUP, &ask), CAUSE_SUBJECT_UNKNOWN);
        miss[i] = people.head.index;
        ask.value = SLICE_TEXT("one@example.com");
        assert_int_equal(people_once(&people, VERB_LOOKUP, &ask), CAUSE_OK);
        hit = people.head.index;
        people_fill(&people, id);
    }
    static const size_t left[][3] = {
        {1, 1, 1}, {0, 1, 1}, {0, 0, 1}, {0, 0, 1}}; /* after each minute of upkeep */
    for (size_t turn = 0; turn < COUNT_OF(left); turn++) {
        people.now_us += turn == 1 ? 25 * DAY_US : 2 * MINUTE_US;
        (void)keeper_idle(people.keeper);
        for (int i = 0; i < 3; i++) assert_int_equal(texts_of(&people, miss[i], COMMIT_VALUE), left[turn][i]);
    }
    assert_int_equal(texts_of(&people, miss[0], COMMIT_REASON), 1);
    assert_int_equal(texts_of(&people, hit, COMMIT_VALUE), 1);
    assert_int_equal(people.shop->unscrubbed, 0);
    verifies(&people);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_erasure_keeps_the_texts),
        cmocka_unit_test(an_erasure_drops_what_may_speak_of_the_person_and_nothing_else),
        cmocka_unit_test(an_erased_key_stands_nowhere),
        cmocka_unit_test(a_reader_in_the_way_only_delays_it),
        cmocka_unit_test(an_ended_tag_of_an_erased_person_stands_nowhere),
        cmocka_unit_test(the_list_of_erasures_holds_whole_rows_each_once),
        cmocka_unit_test(an_erasure_seals_a_bundle_anew_once),
        cmocka_unit_test(a_value_that_nobody_has_is_forgotten_after_a_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
