/* A home is changed behind its back; verify finds it. What it should not find, a home with a history, has no findings. */
#include "people.h"

#include "keep/outside.h"
#include "keep/verify.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/sqlite_priv.h"
#include "store/sqlite/tag_priv.h"

#include <unistd.h>

static void shop_file(const struct people *people, const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/shops/shop/%s", people->home, name);
}

static void run_sql(const struct people *people, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    shop_file(people, "shop.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t later(void *context)
{
    (void)context;
    return 1795400000 * SECOND_US;
}

static bool finds(const struct people *people, const char *word)
{
    static struct verify_report report;
    struct verify_options options = {.home = people->home, .clock = {later, NULL}};
    assert_ok(verify_home(&options, &report));
    if (!word && report.finding_count > 0) fail_msg("found: %s", report.findings[0]);
    for (size_t i = 0; i < report.finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        if (word && strstr(report.findings[i], word)) return true;
    }
    if (report.finding_count > 0) print_message("%s\n", report.findings[0]);
    return !word;
}

/* Two bundles of looks over some hours, an erasure, a run of tags; the keeper is closed. */
static void history_make(struct people *people)
{
    char ids[3][ID_BYTES_MAX + 1];
    people_begin(people);
    people_make(people, "one", ids[0]);
    people_make(people, "two", ids[1]);
    people_make(people, "three", ids[2]);
    for (unsigned i = 0; i < 3; i++) {
        people->now_us += 2 * HOUR_US;
        people_look(people, (const char *[]){ids[i], ids[(i + 1) % 3]}, 2, "a reason");
        people_run(people);
    }
    people_fill(people, ids[0]);
    struct subject_erase_ask ask = {.id = slice_text(ids[2])};
    sqlite_of(people->shop->store)->tags->flush = true;
    assert_int_equal(people_once(people, VERB_SUBJECT_ERASE, &ask), CAUSE_OK);
    people->now_us += 30 * HOUR_US; /* a day is over, and its sightings are united */
    people_look(people, (const char *[]){ids[1]}, 1, "a reason");
    people_run(people);
    keeper_free(&people->keeper);
}

static void people_leave(struct people *people)
{
    people_reopen(people);
    people_end(people);
}

static void every_change_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *word;
    } cases[] = {
        {"SELECT 1", NULL},
        {"UPDATE fact SET value = value + 1 WHERE name = 'sightings_day'",
         "sightings: those of the 24 hours"},
        {"DELETE FROM sighting WHERE hour = (SELECT min(hour) FROM sighting)", "sightings: those of hour"},
        {"DELETE FROM sighting WHERE hour = (SELECT max(hour) FROM sighting)", "sightings: those of hour"},
        {"UPDATE sighting SET reader = reader + 1", "sightings: a row of hour"},
        {"INSERT INTO sighting SELECT 1, reader, full, masked, chunk, bitmap FROM sighting LIMIT 1",
         "sightings: a row of hour 1"},
        {"INSERT INTO sighting SELECT 4000000, reader, full, masked, chunk, bitmap FROM sighting LIMIT 1",
         "hour 4000000"},
        {"UPDATE sighting SET bitmap = (SELECT bitmap FROM sighting ORDER BY hour DESC LIMIT 1)",
         "sightings: those of hour"},
        {"DELETE FROM sighting_span WHERE span = 1", "sightings: those of the 24 hours"},
        {"DELETE FROM sighting_span WHERE span = 2", "sightings: those of the 720 hours"},
        {"UPDATE sighting_span SET masked = masked + 1", "sightings: a row of hour"},
        {"INSERT INTO sighting_span SELECT 1, 24, reader, full, masked, chunk, bitmap FROM sighting_span "
         "LIMIT 1",
         "sightings: a row of hour 24"},
        {"INSERT INTO sighting_span SELECT 2, 4000320, reader, full, masked, chunk, bitmap FROM sighting_span"
         " LIMIT 1",
         "sightings: a row of hour 4000320"},
        {"UPDATE fact SET value = 1000000 WHERE name = 'sightings_upto'", "sightings"},
        {"UPDATE ledger_bundle SET first_us = first_us + 1", "its time is not that of its first entry"},
        {"INSERT INTO subject SELECT 1000000000000000000, entry, record FROM subject WHERE no = 1",
         "subject 1000000000000000000"},
        {"DELETE FROM ledger_authority WHERE entry = (SELECT max(entry) FROM ledger_authority)", "authority"},
        {"UPDATE tag_part SET bytes = zeroblob(length(bytes)) WHERE kind = 2", "would not be found"},
        {"UPDATE tag_part SET bytes = x'ff' || substr(bytes, 2) WHERE kind = 1", "would not be found"},
        {"UPDATE tag_part SET bytes = x'ff' WHERE kind = 2", "filter"},
        {"UPDATE tag_run SET rows = 1", "rows"},
        {"DELETE FROM tag_page", "index"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct people people;
        char path[128], command[300];
        history_make(&people);
        shop_file(&people, "shop.db", path);
        (void)snprintf(command, sizeof command, "cp '%s' '%s.good'", path, path);
        assert_int_equal(system(command), 0);
        run_sql(&people, cases[i].sql);
        if (!finds(&people, cases[i].word)) fail_msg("not found: %s", cases[i].sql);
        (void)snprintf(command, sizeof command, "mv '%s.good' '%s'", path, path);
        assert_int_equal(system(command), 0);
        people_leave(&people);
    }
}

static void a_missing_signed_file_is_found(void **state)
{
    (void)state;
    struct people people;
    char path[128];
    history_make(&people);
    shop_file(&people, "signed", path);
    assert_int_equal(unlink(path), 0);
    assert_true(finds(&people, "signed file: is missing"));
    assert_int_not_equal(access(path, F_OK), 0); /* and whoever only looks does not make one */
    people_leave(&people);
}

static RESULT take_first(void *context, const struct tag_row *row)
{
    struct tag_row *out = context;
    if (out->no.at == 0) *out = *row;
    return OK;
}

/* A tag becomes another with the same sum under fixed weights: who knows how tags add up must not be able to hide it. */
static void a_tag_with_the_same_plain_sum_is_found(void **state)
{
    (void)state;
    struct people people;
    struct tag_row row = {0};
    history_make(&people);
    people_reopen(&people);
    struct store *store = people.shop->store;
    assert_ok(store->tag->each(store, take_first, &row));
    assert_true(row.no.at > 0);
    assert_ok(store->batch->begin(store));
    assert_ok(store->tag->drop(store, &row));
    be64_put(row.tag, ((be64_get(row.tag) ^ row.index) + 1) ^ row.index);
    be64_put(row.tag + 8, be64_get(row.tag + 8) - 0x9e3779b97f4a7c15U);
    assert_ok(store->tag->add(store, &row));
    assert_ok(store->batch->commit(store));
    keeper_free(&people.keeper);
    assert_true(finds(&people, "index: the tags of subject"));
    people_leave(&people);
}

static bool outside(struct people *people)
{
    bool known = false;
    assert_ok(outside_known(people->shop, &known));
    return known;
}

static void only_a_pin_entry_switches_the_warning_off(void **state)
{
    (void)state;
    struct people people;
    struct ledger_pin_ask pin = {.where = SLICE_TEXT("a notary")};
    people_begin(&people);
    buf_clear(&people.bearer);
    assert_false(outside(&people));
    struct store *store = people.shop->store;
    assert_ok(store->batch->begin(store));
    assert_ok(store->fact->put(store, "pinned_s", (uint64_t)(people.now_us / SECOND_US)));
    assert_ok(store->fact->put(store, "pin_entry", 0));
    SCOPED(buf_done) struct buf note = {0};
    buf_slice_put(&note, ledger_checkpoint(people.shop->ledger));
    struct checkpoint_row row = {CHECKPOINT_COSIGNED, ledger_durable(people.shop->ledger), people.now_us,
                                 buf_slice(&note)};
    assert_ok(store->ledger->checkpoint_put(store, &row)); /* as if a witness had cosigned it now */
    assert_ok(store->batch->commit(store));
    assert_false(outside(&people));
    assert_int_equal(people_once(&people, VERB_LEDGER_PIN, &pin), CAUSE_OK);
    assert_true(outside(&people));
    people.now_us += 25 * HOUR_US;
    assert_false(outside(&people));
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_found),
        cmocka_unit_test(a_missing_signed_file_is_found),
        cmocka_unit_test(a_tag_with_the_same_plain_sum_is_found),
        cmocka_unit_test(only_a_pin_entry_switches_the_warning_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
