/* Rotating keys: every record moves, whatever comes in between; what was proved stays provable; older keys go. */
#include "people.h"

#include "keep/hold.h"
#include "keep/leaves.h"
#include "keep/rotate.h"
#include "keep/verify.h"
#include "store/sqlite/sqlite_priv.h"

enum { SOME = 3 * ROTATE_SLICE / 2, SLICES_MAX = 100 };

static struct people people;
static char ids[SOME][ID_BYTES_MAX + 1];

static void fill(size_t count)
{
    people_begin(&people);
    for (size_t i = 0; i < count; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "R%04zu", i);
        people_make(&people, ref, ids[i]);
    }
}

static void look(size_t at)
{
    people_look(&people, (const char *[]){ids[at]}, 1, "why");
    people_run(&people);
    assert_int_equal(people.head.cause, CAUSE_OK);
}

static enum cause begin(bool rekey)
{
    const struct rotate_ask ask = {.rekey = rekey};
    return people_once(&people, VERB_ROTATE, &ask);
}

static struct slice state(void)
{
    const struct rotation_ask ask = {0};
    assert_int_equal(people_once(&people, VERB_ROTATION, &ask), CAUSE_OK);
    return people_text(&people, "state");
}

static void state_is(const char *want)
{
    struct slice is = state();
    if (!slice_is(is, want)) fail_msg("%.*s, not %s", (int)is.len, (const char *)is.at, want);
}

static void run_out(void)
{
    size_t slices = 0;
    do {
        people.now_us += 1000;
        assert_true(slices++ < SLICES_MAX);
    } while (keeper_jobs(people.keeper));
}

static void verifies(void)
{
    static struct verify_report report;
    struct verify_options options = {.home = people.home, .clock = people.shop->clock};
    assert_ok(verify_home(&options, &report));
    if (report.finding_count > 0) fail_msg("%s", report.findings[0]);
}

static bool has_epoch(uint16_t epoch)
{
    SECRET key = {{0}};
    return keyring_key(people.shop->keyring, KEY_KEK, 0, epoch, &key).code == CODE_OK;
}

/* The record as it stands, and what it opens to. */
struct seen {
    uint32_t version;
    uint16_t epoch;
    uint8_t eras;
    struct secret key;
    struct buf email, wrapped;
};

static void seen_done(struct seen *seen)
{
    buf_done(&seen->email);
    buf_done(&seen->wrapped);
}

static void see(size_t at, struct seen *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct record record;
    struct subject_no no = people_no(&people, ids[at]);
    assert_ok(record_get(people.shop, no, false, &bytes, &record, NULL));
    assert_ok(record_unlock(people.shop, no, &record, &out->key));
    assert_ok(record_field(people.shop, no, &record, FIELD_EMAIL, &out->email));
    buf_slice_put(&out->wrapped, record.wrapped);
    out->version = record.version;
    out->epoch = record.epoch;
    out->eras = record.era_count;
}

static size_t stands(struct slice bytes)
{
    size_t count = 0;
    static const char *const files[] = {"shop.db", "shop.db-wal"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        SCOPED(buf_done) struct buf path = {0}, all = {0};
        shop_path(people.shop->home, people.shop->name, files[i], &path);
        if (file_read(buf_c(&path), 64 << 20, &all).code != CODE_OK) continue;
        count += memmem(all.at, all.len, bytes.at, bytes.len) != NULL;
    }
    return count;
}

static void every_record_moves_and_the_older_key_goes(void **unused)
{
    (void)unused;
    for (int rekey = 0; rekey < 2; rekey++) {
        SCOPED(seen_done) struct seen before = {0}, after = {0};
        fill(SOME);
        look(5);
        see(5, &before);
        assert_true(stands(buf_slice(&before.wrapped)) > 0);
        assert_int_equal(begin(rekey), CAUSE_OK);
        assert_int_equal(begin(rekey), CAUSE_CONFLICT); /* one at a time */
        run_out();
        state_is("done");
        look(5);
        see(5, &after);
        assert_int_equal(after.epoch, 2);
        assert_int_equal(after.version, before.version); /* nobody's If-Match goes stale */
        assert_int_equal(after.eras, rekey);
        assert_true(slice_equal(buf_slice(&before.email), buf_slice(&after.email)));
        assert_int_equal(memcmp(before.key.bytes, after.key.bytes, SECRET_BYTES) != 0, rekey);
        assert_false(has_epoch(1));
        assert_true(has_epoch(2));
        assert_int_equal(stands(buf_slice(&before.wrapped)), 0); /* neither in the database nor in its log */
        verifies();
        people_reopen(&people); /* with the keyring as it is on disk */
        assert_false(has_epoch(1));
        look(6);
        verifies();
        people_end(&people);
    }
}

/* A person's looks of three eras, each with its proof; then the person is erased. */
static void what_was_proved_stays_provable_until_the_person_is_erased(void **unused)
{
    (void)unused;
    SCOPED(buf_done) struct buf leaf = {0};
    const struct subject_sightings_ask proofs = {.id = slice_text(ids[0]), .proofs = true};
    SCOPED(seen_done) struct seen seen = {0};
    fill(8);
    for (int era = 0; era < 3; era++) {
        look(0);
        look(1);
        assert_int_equal(begin(era != 1), CAUSE_OK); /* new ones, wrapped anew, new ones */
        run_out();
        look(0);
        verifies();
    }
    struct subject_sightings_ask ask = proofs;
    ask.id = slice_text(ids[0]);
    assert_int_equal(people_once(&people, VERB_SUBJECT_SIGHTINGS, &ask), CAUSE_OK);
    assert_int_equal(people_items(&people, 0, NULL), 6);
    see(0, &seen);
    assert_int_equal(seen.eras, 2);
    people_fill(&people, ids[1]);
    struct subject_erase_ask erase = {.id = slice_text(ids[0]), .reason = SLICE_TEXT("asked for it")};
    assert_int_equal(people_once(&people, VERB_SUBJECT_ERASE, &erase), CAUSE_OK);
    verifies(); /* by the leaves that were kept */
    assert_int_equal(begin(true), CAUSE_OK);
    run_out();
    verifies();
    people_end(&people);
}

static void a_change_in_between_counts_as_ever(void **unused)
{
    (void)unused;
    fill(SOME);
    assert_int_equal(begin(true), CAUSE_OK);
    (void)keeper_jobs(people.keeper);
    const struct value values[] = {{.name = SLICE_TEXT("email"), .text = SLICE_TEXT("new@example.com")}};
    for (size_t i = 0; i < SOME; i += SOME - 1) { /* one that was moved, one that was not */
        SCOPED(seen_done) struct seen seen = {0};
        struct subject_patch_ask patch = {.id = slice_text(ids[i]), .version = 1, .fields = {values, 1}};
        assert_int_equal(people_once(&people, VERB_SUBJECT_PATCH, &patch), CAUSE_OK);
        see(i, &seen);
        assert_int_equal(seen.epoch, i == 0 ? 2 : 1);
    }
    char late[ID_BYTES_MAX + 1];
    people_make(&people, "late", late);
    run_out();
    state_is("done");
    for (size_t i = 0; i < SOME; i += SOME - 1) {
        SCOPED(seen_done) struct seen seen = {0};
        see(i, &seen);
        assert_int_equal(seen.epoch, 2);
        assert_int_equal(seen.version, 2);
        assert_true(slice_is(buf_slice(&seen.email), "new@example.com"));
    }
    verifies();
    people_end(&people);
}

static void it_goes_on_after_a_start_behind_any_slice(void **unused)
{
    (void)unused;
    for (size_t cut = 0; cut < 5; cut++) {
        fill(SOME);
        look(3);
        assert_int_equal(begin(cut % 2), CAUSE_OK);
        for (size_t i = 0; i < cut; i++) (void)keeper_jobs(people.keeper);
        people_reopen(&people);
        run_out();
        state_is("done");
        verifies();
        people_end(&people);
    }
}

static unsigned fail_at;
static const struct subject_store *subjects;

static RESULT fails_replace(struct store *store, const struct subject_row *row)
{
    if (fail_at > 0 && --fail_at == 0) return FAIL(UNAVAILABLE, "store: fails on purpose");
    return subjects->replace(store, row);
}

static RESULT fails_past(struct store *store, struct subject_no no, uint64_t entry, const uint8_t hash[32])
{
    if (fail_at > 0 && --fail_at == 0) return FAIL(UNAVAILABLE, "store: fails on purpose");
    return subjects->past_put(store, no, entry, hash);
}

static void a_slice_that_fails_changes_nothing(void **unused)
{
    (void)unused;
    fill(40);
    subjects = people.shop->store->subject;
    struct subject_store broken = *subjects;
    broken.replace = fails_replace;
    broken.past_put = fails_past;
    for (unsigned at = 1; at < 80; at += 13) {
        uint64_t size = ledger_size(people.shop->ledger);
        assert_int_equal(begin(true), CAUSE_OK);
        people.shop->store->subject = &broken;
        fail_at = at;
        assert_false(keeper_jobs(people.keeper));
        people.shop->store->subject = subjects;
        assert_int_equal(fail_at, 0);
        assert_int_equal(ledger_size(people.shop->ledger), size + 1); /* that it began */
        state_is("moving");
        verifies();
        run_out();
        state_is("done");
        verifies();
    }
    people_end(&people);
}

static void hold(bool stands)
{
    SCOPED(batch_done) struct batch batch = {0};
    assert_ok(batch_begin(people.shop, &people.keeper->arena, &batch));
    assert_ok(hold_set(&batch, 7, stands));
    assert_ok(batch_settle(&batch));
}

static void while_a_hold_stands_older_keys_are_kept(void **unused)
{
    (void)unused;
    fill(4);
    hold(true);
    assert_int_equal(begin(true), CAUSE_OK);
    run_out();
    state_is("held");
    assert_true(has_epoch(1));
    people_reopen(&people);
    run_out();
    state_is("held");
    assert_int_equal(begin(false), CAUSE_OK); /* once all is moved, another may begin */
    run_out();
    state_is("held");
    hold(false);
    run_out();
    state_is("done");
    assert_false(has_epoch(1));
    assert_false(has_epoch(2));
    assert_true(has_epoch(3));
    verifies();
    people_end(&people);
}

static void a_record_that_does_not_open_keeps_the_older_key(void **unused)
{
    (void)unused;
    SCOPED(buf_done) struct buf whole = {0}, broken = {0};
    struct store *store = NULL;
    uint64_t entry = 0;
    fill(4);
    struct subject_no no = people_no(&people, ids[2]);
    store = people.shop->store;
    assert_ok(store->subject->get(store, no, &entry, &whole));
    buf_slice_put(&broken, buf_slice(&whole));
    broken.at[40] ^= 1; /* in the wrapped key */
    for (int mended = 0; mended < 2; mended++) {
        struct subject_row row = {no, entry, mended ? buf_slice(&whole) : buf_slice(&broken)};
        assert_ok(store->batch->begin(store));
        assert_ok(store->subject->replace(store, &row));
        assert_ok(store->batch->commit(store));
        assert_int_equal(begin(false), CAUSE_OK);
        run_out();
        state_is(mended ? "done" : "stuck");
        assert_int_equal(has_epoch(1), !mended);
    }
    verifies();
    people_end(&people);
}

static void a_trial_changes_nothing(void **unused)
{
    (void)unused;
    const struct rotate_ask ask = {.rekey = true, .dry_run = true};
    const struct rotation_ask status = {0};
    fill(2);
    assert_int_equal(people_once(&people, VERB_ROTATE, &ask), CAUSE_OK);
    assert_false(has_epoch(2));
    assert_int_equal(people_once(&people, VERB_ROTATION, &status), CAUSE_NOT_FOUND);
    people_end(&people);
}

static void who_was_ever_under_an_epoch_is_known(void **unused)
{
    (void)unused;
    static const struct rotation_row rows[] = {{.epoch = 2, .began_us = 100}, {.epoch = 4, .began_us = 200}};
    static const struct {
        uint16_t was, now;
        int64_t created_us;
        bool want;
    } cases[] = {
        {1, 1, 50, true},   {2, 1, 50, false},  {1, 2, 50, true},   {1, 2, 150, false}, {1, 4, 50, true},
        {1, 4, 150, false}, {2, 4, 150, true},  {2, 4, 50, true},   {2, 4, 250, false}, {3, 4, 150, true},
        {4, 4, 250, true},  {3, 4, 250, false}, {2, 3, 150, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool is = rotation_passed(rows, COUNT_OF(rows), cases[i].was, cases[i].now, cases[i].created_us);
        if (is != cases[i].want) fail_msg("case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_moves_and_the_older_key_goes),
        cmocka_unit_test(what_was_proved_stays_provable_until_the_person_is_erased),
        cmocka_unit_test(a_change_in_between_counts_as_ever),
        cmocka_unit_test(it_goes_on_after_a_start_behind_any_slice),
        cmocka_unit_test(a_slice_that_fails_changes_nothing),
        cmocka_unit_test(while_a_hold_stands_older_keys_are_kept),
        cmocka_unit_test(a_record_that_does_not_open_keeps_the_older_key),
        cmocka_unit_test(a_trial_changes_nothing),
        cmocka_unit_test(who_was_ever_under_an_epoch_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
