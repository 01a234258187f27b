/* An old copy of a shop's database is put back under a running home. */
#include "people.h"

#include "keep/record.h"
#include "keep/verify.h"

static void copy(const struct people *people, const char *from, const char *to)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cp '%s/shops/shop/%s' '%s/shops/shop/%s'", people->home, from,
                   people->home, to);
    assert_int_equal(system(command), 0);
}

/* `old` is the database as it was in `keep`; the rest of the home stays as it is. */
static void put_back(struct people *people)
{
    keeper_free(&people->keeper);
    copy(people, "kept.db", "shop.db");
    people_reopen(people);
}

static void keep(struct people *people)
{
    keeper_free(&people->keeper);
    copy(people, "shop.db", "kept.db");
    people_reopen(people);
}

static enum subject_state state_of(struct people *people, uint64_t no)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    assert_ok(record_get(people->shop, (struct subject_no){no}, true, &bytes, &record, NULL));
    return record.state;
}

static void erase(struct people *people, const char *id)
{
    struct subject_erase_ask ask = {.id = slice_text(id)};
    assert_int_equal(people_once(people, VERB_SUBJECT_ERASE, &ask), CAUSE_OK);
}

static void verifies(struct people *people)
{
    static struct verify_report report;
    struct verify_options options = {.home = people->home, .clock = people->shop->clock};
    assert_ok(verify_home(&options, &report));
    if (report.finding_count > 0) fail_msg("%s", report.findings[0]);
}

static void the_erased_stay_erased(void **state)
{
    (void)state;
    struct people people;
    char one[ID_BYTES_MAX + 1], two[ID_BYTES_MAX + 1], three[ID_BYTES_MAX + 1];
    people_begin(&people);
    people_make(&people, "one", one);
    people_make(&people, "two", two);
    keep(&people);
    people_make(&people, "three", three);
    erase(&people, one);
    erase(&people, three);
    put_back(&people);
    assert_true(people.shop->reopened);
    assert_false(people.shop->keys_ended); /* no authority entry was lost */
    assert_int_equal(state_of(&people, 1), SUBJECT_ERASED);
    assert_int_equal(state_of(&people, 2), SUBJECT_ACTIVE);
    verifies(&people);
    people_make(&people, "four",
                three); /* takes the number of somebody who was erased later than the copy is */
    keep(&people);
    people_make(&people, "five", one);
    put_back(&people);
    assert_true(people.shop->reopened);
    assert_int_equal(state_of(&people, 3), SUBJECT_ACTIVE);
    verifies(&people);
    people_reopen(&people);
    assert_false(people.shop->reopened);
    people_end(&people);
}

static void a_torn_row_of_the_list_hides_no_other(void **state)
{
    (void)state;
    struct people people;
    char one[ID_BYTES_MAX + 1], path[128];
    people_begin(&people);
    people_make(&people, "one", one);
    keep(&people);
    (void)snprintf(path, sizeof path, "%s/shops/shop/erased", people.home);
    FILE *file = fopen(path, "a");
    assert_int_equal(fwrite("torn", 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
    erase(&people, one);
    put_back(&people);
    assert_int_equal(state_of(&people, 1), SUBJECT_ERASED);
    people_end(&people);
}

static void lost_revocations_end_every_key(void **state)
{
    (void)state;
    struct people people;
    char one[ID_BYTES_MAX + 1];
    people_begin(&people);
    people_make(&people, "one", one);
    keep(&people);
    struct key_issue_ask issue = {.role = SLICE_TEXT("everything"), .name = SLICE_TEXT("other")};
    SCOPED(buf_done) struct buf bearer = {0};
    buf_slice_put(&bearer, buf_slice(&people.bearer));
    buf_clear(&people.bearer); /* the local operator */
    assert_int_equal(people_once(&people, VERB_KEY_ISSUE, &issue), CAUSE_OK);
    put_back(&people);
    assert_true(people.shop->keys_ended);
    for (size_t i = 0; i < people.shop->access.key_count; i++)
        assert_true(people.shop->access.keys[i].ended_us > 0);
    verifies(&people);
    assert_int_equal(people_once(&people, VERB_KEY_ISSUE, &issue), CAUSE_OK);
    buf_slice_put(&people.bearer, people_text(&people, "key")); /* a key of after the opening is let in */
    struct subject_show_ask show = {.id = slice_text(one)};
    assert_int_equal(people_once(&people, VERB_SUBJECT_SHOW, &show), CAUSE_OK);
    buf_clear(&people.bearer);
    buf_slice_put(&people.bearer, buf_slice(&bearer));
    assert_int_equal(people_once(&people, VERB_SUBJECT_SHOW, &show), CAUSE_CREDENTIAL_UNKNOWN);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_erased_stay_erased),
        cmocka_unit_test(a_torn_row_of_the_list_hides_no_other),
        cmocka_unit_test(lost_revocations_end_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
