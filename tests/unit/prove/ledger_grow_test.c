/* A ledger grows: in batches of any size, some undone, closed and opened again at the edges of bundles and tiles. */
#include "prop.h"
#include "prove/ledger.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/sqlite_priv.h"

#include <unistd.h>

enum { BATCH_MAX = 300, GROWN_MAX = 1500, WIDE = 65537 };

/* The log under test, and what it must be: every entry's leaf, its reader (a serial number), and the tree over them. */
struct log {
    char folder[64];
    struct buf database, signed_path;
    int64_t now_us;
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
    struct buf leaves;
};

static int64_t now(void *context)
{
    return ((struct log *)context)->now_us;
}

static uint64_t count_of(const struct log *log)
{
    return log->leaves.len / HASH_BYTES;
}

static void log_open(struct log *log, enum sqlite_mode mode)
{
    struct ledger_options options = {.crypto = log->crypto, .keyring = log->keyring, .clock = {now, log}};
    assert_ok(sqlite_open(buf_c(&log->database), mode, &log->store));
    options.store = log->store;
    options.signed_path = buf_c(&log->signed_path);
    assert_ok(ledger_open(&options, &log->ledger));
}

static void log_close(struct log *log)
{
    ledger_free(&log->ledger);
    if (log->store) log->store->batch->close(&log->store);
}

static void log_begin(struct log *log)
{
    *log = (struct log){.now_us = 1795300000 * SECOND_US};
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(log->folder, sizeof log->folder, "%s/amanah-grow-XXXXXX", base);
    assert_non_null(mkdtemp(log->folder));
    buf_print(&log->database, "%s/shop.db", log->folder);
    buf_print(&log->signed_path, "%s/signed", log->folder);
    assert_ok(crypto_new(&log->crypto));
    assert_ok(keyring_new(log->crypto, SLICE_TEXT("vault.example/log"), &log->keyring));
    log_open(log, SQLITE_CREATE);
}

static void log_end(struct log *log)
{
    char command[128];
    log_close(log);
    keyring_free(&log->keyring);
    crypto_free(&log->crypto);
    buf_done(&log->database);
    buf_done(&log->signed_path);
    buf_done(&log->leaves);
    (void)snprintf(command, sizeof command, "rm -r '%s'", log->folder);
    assert_int_equal(system(command), 0);
}

/* Append entries whose reader is their own number, with a set of one and sometimes a text. */
static void append(struct log *log, uint64_t count, struct buf *leaves)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t index = ledger_size(log->ledger);
        struct sighted sighted = {{index + 1}, 6, 0};
        struct hash leaf = {{0}};
        struct draft draft = {
            .entry = {.kind = ENTRY_REVEAL, .reader = index + 1}, .set = &sighted, .leaves = &leaf};
        struct receipt receipt = {0};
        draft.set_count = 1;
        if (index % 3 == 0) {
            draft.texts[0] =
                (struct aside_text){.kind = COMMIT_REASON, .text = SLICE_TEXT("asked on the telephone")};
            draft.text_count = 1;
        }
        ledger_append(log->ledger, &draft, &receipt);
        assert_int_equal(receipt.index, index);
        buf_put(leaves, receipt.leaf.bytes, HASH_BYTES);
    }
}

static void batch(struct log *log, uint64_t count, bool fails)
{
    SCOPED(buf_done) struct buf leaves = {0};
    assert_ok(log->store->batch->begin(log->store));
    append(log, count, &leaves);
    assert_ok(ledger_seal(log->ledger));
    if (fails) {
        log->store->batch->rollback(log->store);
        ledger_rollback(log->ledger);
        return;
    }
    assert_ok(log->store->batch->commit(log->store));
    ledger_committed(log->ledger);
    buf_slice_put(&log->leaves, buf_slice(&leaves));
}

static void entry_check(struct log *log, uint64_t index)
{
    SCOPED(buf_done) struct buf bytes = {0}, aside_bytes = {0};
    SCOPED(aside_read_done) struct aside_read aside = {0};
    struct entry entry = {0};
    struct hash leaf = {{0}};
    assert_ok(ledger_entry(log->ledger, index, &bytes, &aside_bytes));
    assert_ok(entry_read(buf_slice(&bytes), &entry));
    assert_ok(aside_read(buf_slice(&aside_bytes), &aside));
    leaf_hash(log->crypto, buf_slice(&bytes), &leaf);
    assert_memory_equal(leaf.bytes, log->leaves.at + index * HASH_BYTES, HASH_BYTES);
    assert_int_equal(entry.reader, index + 1);
    assert_int_equal(aside.set_count, 1);
    assert_int_equal(aside.set[0].no.at, index + 1);
    assert_int_equal(aside.text_count, index % 3 == 0 ? 1 : 0);
}

/* Size, checkpoint, tiles, bundles and some proofs are those of the leaves that were appended. */
static void whole(struct log *log)
{
    uint64_t size = count_of(log);
    const struct hash *leaves = (const struct hash *)(const void *)log->leaves.at;
    struct note_check check = {.key = *ledger_key(log->ledger)};
    struct checkpoint checkpoint = {0};
    struct hash root = {{0}};
    struct tiles_report report = {0};
    assert_int_equal(ledger_durable(log->ledger), size);
    assert_int_equal(ledger_size(log->ledger), size);
    if (size == 0) return;
    merkle_root(log->crypto, leaves, size, &root);
    assert_ok(checkpoint_open(log->crypto, ledger_checkpoint(log->ledger), &check, 1, &checkpoint));
    assert_int_equal(checkpoint.size, size);
    assert_true(hash_equal(&checkpoint.root, &root));
    assert_ok(tiles_check(log->crypto, ledger_tiles(log->ledger), size, &root, NULL, &report));
    const uint64_t looked[] = {0, size / 2, size - 1};
    for (size_t i = 0; i < COUNT_OF(looked); i++) {
        struct proof proof = {0};
        entry_check(log, looked[i]);
        assert_ok(proof_inclusion(log->crypto, ledger_tiles(log->ledger), size, looked[i], &proof));
        assert_ok(proof_inclusion_check(log->crypto, looked[i], size, &leaves[looked[i]], &proof, &root));
    }
    SCOPED(buf_done) struct buf none = {0};
    assert_code(CODE_NOT_FOUND, ledger_entry(log->ledger, size, &none, NULL));
}

static void is_the_same_log_whatever_the_batches(void **state)
{
    (void)state;
    PROPERTY(6, rng) {
        struct log log;
        log_begin(&log);
        while (count_of(&log) < GROWN_MAX) {
            batch(&log, prop_below(&rng, 3) ? prop_below(&rng, 20) : prop_below(&rng, BATCH_MAX),
                  prop_below(&rng, 5) == 0);
            log.now_us += (int64_t)prop_below(&rng, 90) * SECOND_US;
            if (prop_below(&rng, 6) == 0) whole(&log);
            if (prop_below(&rng, 10) > 0) continue;
            log_close(&log);
            log_open(&log, SQLITE_WRITER);
            whole(&log);
        }
        for (uint64_t i = 0; i < count_of(&log); i++) entry_check(&log, i);
        log_end(&log);
    }
}

static void opens_again_at_every_edge(void **state)
{
    (void)state;
    static const uint64_t edges[] = {1, 2, 255, 256, 257, 258, 511, 512, 513, 65535, 65536, WIDE};
    struct log log;
    log_begin(&log);
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        while (count_of(&log) < edges[i]) {
            uint64_t left = edges[i] - count_of(&log);
            batch(&log, left < 4096 ? left : 4096, false);
        }
        batch(&log, 300, true); /* and what is undone here leaves nothing */
        whole(&log);
        log_close(&log);
        log_open(&log, SQLITE_WRITER);
        whole(&log);
    }
    log_end(&log);
}

static void a_batch_without_entries_signs_nothing(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    batch(&log, 5, false);
    SCOPED(buf_done) struct buf before = {0};
    buf_slice_put(&before, ledger_checkpoint(log.ledger));
    batch(&log, 0, false);
    assert_true(slice_equal(buf_slice(&before), ledger_checkpoint(log.ledger)));
    whole(&log);
    log_end(&log);
}

static void time_never_goes_back(void **state)
{
    (void)state;
    struct log log;
    int64_t before_us = 0;
    log_begin(&log);
    PROPERTY(40, rng) {
        log.now_us += (int64_t)prop_below(&rng, 200) * HOUR_US - 100 * HOUR_US;
        batch(&log, 1 + prop_below(&rng, 4), false);
        assert_true(ledger_last_us(log.ledger) >= before_us && ledger_last_us(log.ledger) >= log.now_us);
        before_us = ledger_last_us(log.ledger);
    }
    log_end(&log);
}

static void finds_the_first_entry_of_a_time(void **state)
{
    (void)state;
    enum { HOURS = 30 };
    uint64_t firsts[HOURS + 1];
    struct log log;
    log_begin(&log);
    log.now_us = log.now_us / HOUR_US * HOUR_US;
    int64_t start_us = log.now_us;
    struct prop_rng rng = {prop_seed()};
    for (int hour = 0; hour < HOURS; hour++) {
        log.now_us = start_us + hour * HOUR_US;
        firsts[hour] = count_of(&log);
        if (prop_below(&rng, 4) > 0) batch(&log, prop_below(&rng, 70), false);
    }
    firsts[HOURS] = count_of(&log);
    for (int hour = 0; hour <= HOURS; hour++) {
        uint64_t index = 0;
        assert_ok(ledger_at_time(log.ledger, start_us + hour * HOUR_US, &index));
        assert_int_equal(index, firsts[hour]);
        assert_ok(ledger_at_time(log.ledger, start_us + hour * HOUR_US - 1, &index));
        assert_int_equal(index, firsts[hour]);
    }
    log_end(&log);
}

static void serves_every_tile_that_exists_and_no_other(void **state)
{
    (void)state;
    struct log log;
    log_begin(&log);
    for (int i = 0; i < 6; i++) batch(&log, 117, false);
    uint64_t size = count_of(&log);
    for (unsigned level = 0; level < 3; level++) {
        for (uint64_t n = 0; n < 5; n++) {
            unsigned most = tile_width(size, level, n);
            for (unsigned width = 1; width <= TILE_WIDTH; width += 51) {
                struct tile_at at = {false, level, n, width};
                SCOPED(buf_done) struct buf out = {0};
                struct result got = ledger_tile(log.ledger, &at, &out);
                assert_int_equal(got.code, width <= most ? CODE_OK : CODE_NOT_FOUND);
                assert_int_equal(out.len, width <= most ? width * HASH_BYTES : 0);
                at.entries = true;
                if (level > 0) continue;
                buf_clear(&out);
                got = ledger_tile(log.ledger, &at, &out);
                assert_int_equal(got.code, width <= most ? CODE_OK : CODE_NOT_FOUND);
                struct slice entries[TILE_WIDTH];
                if (width <= most) assert_ok(bundle_get(buf_slice(&out), width, entries));
            }
        }
    }
    log_end(&log);
}

/* Some flipped bit in one column of the database, and where it must show: at opening, or when it is read. */
static void finds_what_was_changed_below_it(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sql;
        bool opens; /* then reading shows it */
    } cases[] = {
        {"an entry of the tail",
         "UPDATE ledger_tail SET entries = CAST(substr(entries, 1, 9) || x'00' || substr(entries, 11) AS "
         "BLOB)",
         false},
        {"a leaf of the tail", "UPDATE ledger_tail SET leaves = CAST(x'00' || substr(leaves, 2) AS BLOB)",
         false},
        {"what stands beside the tail",
         "UPDATE ledger_tail SET aside = CAST(substr(aside, 1, 20) || x'00' || substr(aside, 22) AS BLOB)",
         false},
        {"a row of the tail is gone",
         "DELETE FROM ledger_tail WHERE first = (SELECT max(first) FROM ledger_tail)", false},
        {"a tile",
         "UPDATE ledger_tile SET hashes = CAST(x'00' || substr(hashes, 2) AS BLOB) WHERE level = 0 AND n = 0",
         true},
        {"an upper tile",
         "UPDATE ledger_tile SET hashes = CAST(x'00' || substr(hashes, 2) AS BLOB) WHERE level = 1", false},
        {"an upper tile is short",
         "UPDATE ledger_tile SET hashes = CAST(substr(hashes, 33) AS BLOB) WHERE level = 1", false},
        {"a bundle's entries",
         "UPDATE ledger_bundle SET entries = CAST(substr(entries, 1, 9) || x'00' || substr(entries, 11) AS "
         "BLOB) WHERE n = 0",
         true},
        {"what stands beside a bundle",
         "UPDATE ledger_bundle SET aside = CAST(substr(aside, 1, 20) || x'00' || substr(aside, 22) AS BLOB) "
         "WHERE n = 0",
         true},
        {"the newest checkpoint's size", "UPDATE ledger_newest SET size = size - 1", false},
        {"the newest checkpoint's text",
         "UPDATE ledger_newest SET note = CAST(replace(CAST(note AS TEXT), char(10) || '6', char(10) || '5') "
         "AS BLOB)",
         false},
        {"no checkpoint", "DELETE FROM ledger_newest", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct log log;
        SCOPED(buf_done) struct buf bytes = {0}, aside = {0};
        log_begin(&log);
        batch(&log, 400, false);
        batch(&log, 230, false);
        assert_int_equal(sqlite3_exec(sqlite_of(log.store)->db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(sqlite_of(log.store)->db) > 0);
        log_close(&log);
        assert_ok(sqlite_open(buf_c(&log.database), SQLITE_WRITER, &log.store));
        struct ledger_options options = {
            log.crypto, log.store, log.keyring, {now, &log}, buf_c(&log.signed_path)};
        struct result got = ledger_open(&options, &log.ledger);
        if (got.code == CODE_OK && cases[i].opens) {
            struct hash root = {{0}};
            struct tiles_report report = {0};
            merkle_root(log.crypto, (const struct hash *)(const void *)log.leaves.at, count_of(&log), &root);
            got = tiles_check(log.crypto, ledger_tiles(log.ledger), count_of(&log), &root, NULL, &report);
            if (got.code == CODE_OK) got = ledger_entry_proved(log.ledger, 0, &bytes);
            buf_clear(&bytes);
            if (got.code == CODE_OK) got = ledger_entry(log.ledger, 0, &bytes, &aside);
        }
        if (got.code == CODE_OK) fail_msg("not found: %s", cases[i].name);
        if (got.code != CODE_CORRUPT) fail_msg("%s: %s", cases[i].name, result_text());
        log_end(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_log_whatever_the_batches),
        cmocka_unit_test(opens_again_at_every_edge),
        cmocka_unit_test(a_batch_without_entries_signs_nothing),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(finds_the_first_entry_of_a_time),
        cmocka_unit_test(serves_every_tile_that_exists_and_no_other),
        cmocka_unit_test(finds_what_was_changed_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
