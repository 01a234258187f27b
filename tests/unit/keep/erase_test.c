#include "people.h"

#include "keep/erase.h"
#include "keep/verify.h"

static RESULT fails(struct store *store, const struct subject_row *row)
{
    (void)store;
    (void)row;
    return FAIL(UNAVAILABLE, "store: fails on purpose");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_erasure_keeps_the_texts),
        cmocka_unit_test(an_erasure_drops_what_may_speak_of_the_person_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
