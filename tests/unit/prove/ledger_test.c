/* A ledger opened on a store that somebody else wrote to, or that is older than what was signed. */
#include "prop.h"
#include "prove/ledger.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/sqlite_priv.h"

#include <fcntl.h>
#include <unistd.h>

struct log {
    char folder[64];
    struct buf database, signed_path;
    int64_t now_us;
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
};

static int64_t now(void *context)
{
    struct log *log = context;
    return log->now_us += 1000;
}

static struct ledger_options options_of(struct log *log)
{
    return (struct ledger_options){
        log->crypto, log->store, log->keyring, {now, log}, buf_c(&log->signed_path)};
}

static void log_begin(struct log *log)
{
    *log = (struct log){.folder = "/tmp/amanah-ledger-XXXXXX", .now_us = 1795300000 * SECOND_US};
    assert_non_null(mkdtemp(log->folder));
    buf_print(&log->database, "%s/shop.db", log->folder);
    buf_print(&log->signed_path, "%s/signed", log->folder);
    assert_ok(crypto_new(&log->crypto));
    assert_ok(keyring_new(log->crypto, SLICE_TEXT("vault.example/log"), &log->keyring));
    assert_ok(sqlite_open(buf_c(&log->database), SQLITE_CREATE, &log->store));
    struct ledger_options options = options_of(log);
    assert_ok(ledger_open(&options, &log->ledger));
}

static void log_close(struct log *log)
{
    ledger_free(&log->ledger);
    if (log->store) log->store->batch->close(&log->store);
}

static void log_end(struct log *log)
{
    char command[128];
    log_close(log);
    keyring_free(&log->keyring);
    crypto_free(&log->crypto);
    buf_done(&log->database);
    buf_done(&log->signed_path);
    (void)snprintf(command, sizeof command, "rm -r '%s'", log->folder);
    assert_int_equal(system(command), 0);
}

/* Open again; the log has a ledger only when it is OK. */
static struct result log_open(struct log *log, bool behind_fine)
{
    log_close(log);
    assert_ok(sqlite_open(buf_c(&log->database), SQLITE_WRITER, &log->store));
    struct ledger_options options = options_of(log);
    return behind_fine ? ledger_reopen(&options, &log->ledger) : ledger_open(&options, &log->ledger);
}

/* One batch of entries. */
static void append(struct log *log, enum entry_kind kind, unsigned count)
{
    struct draft draft = {
        .entry = {.kind = kind, .object_kind = 1, .object_id = 1, .has_object = kind == ENTRY_AUTHORITY}};
    struct receipt receipt;
    assert_ok(log->store->batch->begin(log->store));
    for (unsigned i = 0; i < count; i++) ledger_append(log->ledger, &draft, &receipt);
    assert_ok(ledger_seal(log->ledger));
    assert_ok(log->store->batch->commit(log->store));
    ledger_committed(log->ledger);
}

static void run_sql(struct log *log, const char *sql)
{
    if (!log->store) assert_ok(sqlite_open(buf_c(&log->database), SQLITE_WRITER, &log->store));
    assert_int_equal(sqlite3_exec(sqlite_of(log->store)->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void file_copy(struct log *log, const char *from, const char *to)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cp '%s/%s' '%s/%s'", log->folder, from, log->folder, to);
    assert_int_equal(system(command), 0);
}

static void assert_cause(enum cause want, struct result got)
{
    if (got.cause != want)
        fail_msg("want %s, got %s: %s", cause_row(want)->slug, cause_row(got.cause)->slug, result_text());
}

/* The newest checkpoint with one byte changed, as whoever can write the database would leave it. */
static void forge_note(struct log *log, struct slice note, uint64_t size, size_t at)
{
    SCOPED(buf_done) struct buf forged = {0};
    buf_slice_put(&forged, note);
    forged.at[at] ^= 1;
    struct checkpoint_row row = {CHECKPOINT_NEWEST, size, log->now_us, buf_slice(&forged)};
    assert_ok(log->store->batch->begin(log->store));
    assert_ok(log->store->ledger->checkpoint_put(log->store, &row));
    assert_ok(log->store->batch->commit(log->store));
}

static void a_changed_checkpoint_is_not_one_of_an_old_log(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    append(&log, ENTRY_REVEAL, 3);
    SCOPED(buf_done) struct buf note = {0};
    buf_slice_put(&note, ledger_checkpoint(log.ledger));
    for (size_t at = 0; at < note.len; at++) { /* its first bytes are the origin */
        forge_note(&log, buf_slice(&note), 3, at);
        assert_cause(CAUSE_TAMPERED, log_open(&log, false));
        assert_cause(CAUSE_TAMPERED, log_open(&log, true));
    }
    log_end(&log);
}

static void a_closed_log_must_still_be_what_was_signed(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    append(&log, ENTRY_AUTHORITY, 3);
    assert_ok(keyring_add(log.keyring, log.crypto, KEY_LEDGER, 0, NULL));
    assert_true(slice_is(keyring_origin(log.keyring), "vault.example/log.2"));
    assert_cause(CAUSE_LEDGER_BEHIND, log_open(&log, false));
    assert_ok(log_open(&log, true));
    log_close(&log);
    run_sql(&log, "DELETE FROM ledger_authority WHERE entry = 2");
    assert_cause(CAUSE_TAMPERED, log_open(&log, true));
    log_end(&log);
}

static void a_list_of_authority_entries_is_compared_as_it_was_signed(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "DELETE FROM ledger_authority WHERE entry = 1",
        "UPDATE ledger_authority SET entry = 5 WHERE entry = 1",
        "DELETE FROM ledger_authority WHERE entry = 6", /* after what the kept file says */
        "INSERT INTO ledger_authority VALUES (4)",
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct log log;
        log_begin(&log);
        append(&log, ENTRY_AUTHORITY, 3);
        append(&log, ENTRY_REVEAL, 1);
        file_copy(&log, "signed", "kept");
        append(&log, ENTRY_REVEAL, 2);
        append(&log, ENTRY_AUTHORITY, 1);
        log_close(&log);
        file_copy(&log, "kept", "signed"); /* a power cut: what was signed last did not get there */
        assert_ok(log_open(&log, false));
        log_close(&log);
        run_sql(&log, changes[i]);
        assert_cause(CAUSE_TAMPERED, log_open(&log, false));
        log_end(&log);
    }
}

static void an_old_copy_is_behind_once_only(void **state)
{
    (void)state;
    for (unsigned kept = 1; kept < 5; kept++) {
        struct log log;
        log_begin(&log);
        append(&log, ENTRY_AUTHORITY, kept);
        log_close(&log);
        file_copy(&log, "shop.db", "old.db");
        assert_ok(log_open(&log, false));
        for (unsigned i = 0; i < 3; i++) append(&log, ENTRY_REVEAL, 2); /* even: the same parity each time */
        log_close(&log);
        file_copy(&log, "old.db", "shop.db");
        assert_cause(CAUSE_LEDGER_BEHIND, log_open(&log, false));
        assert_ok(keyring_add(log.keyring, log.crypto, KEY_LEDGER, 0, NULL));
        assert_ok(log_open(&log, true));
        append(&log, ENTRY_LOG_OPENED, 1);
        assert_ok(log_open(&log, false));
        log_end(&log);
    }
}

static void one_torn_slot_leaves_the_other(void **state)
{
    (void)state;
    struct log log;
    struct signed_state said = {0};
    log_begin(&log);
    for (unsigned i = 0; i < 4; i++) append(&log, ENTRY_REVEAL, 2); /* slots take turns whatever the size */
    log_close(&log);
    struct ledger_options options = options_of(&log);
    assert_ok(ledger_behind(&options, &said));
    assert_int_equal(said.size, 8);
    int fd = open(buf_c(&log.signed_path), O_WRONLY);
    assert_int_equal(pwrite(fd, "torn", 4, (off_t)(said.sequence % 2) * 512 + 20), 4);
    assert_int_equal(close(fd), 0);
    assert_ok(ledger_behind(&options, &said));
    assert_int_equal(said.size, 6);
    assert_ok(log_open(&log, false));
    log_end(&log);
}

static void what_was_signed_is_only_read(void **state)
{
    (void)state;
    struct log log;
    struct signed_state said = {0};
    log_begin(&log);
    append(&log, ENTRY_REVEAL, 1);
    log_close(&log);
    assert_int_equal(unlink(buf_c(&log.signed_path)), 0);
    struct ledger_options options = options_of(&log);
    assert_code(CODE_NOT_FOUND, ledger_behind(&options, &said));
    assert_int_not_equal(access(buf_c(&log.signed_path), F_OK), 0);
    log_end(&log);
}

static void the_clock_goes_on_from_the_newest_entry(void **state)
{
    (void)state;
    for (unsigned count = 255; count < 258; count++) {
        struct log log;
        log_begin(&log);
        append(&log, ENTRY_REVEAL, count);
        int64_t last_us = ledger_last_us(log.ledger);
        log_close(&log);
        run_sql(&log, "UPDATE ledger_newest SET time_us = 9000000000000000");
        assert_ok(log_open(&log, false));
        assert_true(ledger_last_us(log.ledger) == last_us);
        log_end(&log);
    }
}

static void a_proved_entry_is_the_one_that_was_signed(void **state)
{
    (void)state;
    struct log log;
    SCOPED(buf_done) struct buf entry = {0};
    log_begin(&log);
    append(&log, ENTRY_REVEAL, 300);
    assert_ok(ledger_entry_proved(log.ledger, 7, &entry));
    run_sql(&log, "UPDATE ledger_bundle SET aside = x'00' WHERE n = 0");
    assert_ok(ledger_entry_proved(log.ledger, 7, &entry)); /* what stands beside it is not even opened */
    run_sql(
        &log,
        "UPDATE ledger_bundle SET entries = substr(entries, 1, length(entries) - 1) || x'00' WHERE n = 0");
    entry.len = 0;
    assert_cause(CAUSE_TAMPERED, ledger_entry_proved(log.ledger, 255, &entry));
    assert_int_equal(entry.len, 0);
    log_end(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_checkpoint_is_not_one_of_an_old_log),
        cmocka_unit_test(a_closed_log_must_still_be_what_was_signed),
        cmocka_unit_test(a_list_of_authority_entries_is_compared_as_it_was_signed),
        cmocka_unit_test(an_old_copy_is_behind_once_only),
        cmocka_unit_test(one_torn_slot_leaves_the_other),
        cmocka_unit_test(what_was_signed_is_only_read),
        cmocka_unit_test(the_clock_goes_on_from_the_newest_entry),
        cmocka_unit_test(a_proved_entry_is_the_one_that_was_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
