/* Sightings against a naive count of the same looks: written now and then, lost now and then, made anew from the log. */
#include "prove/sighting.h"

#include "prop.h"
#include "store/sqlite/sqlite.h"

#include <unistd.h>

enum {
    READERS = 3,
    HOURS = 9,
    MASKS = 2,
    SUBJECTS = 40,
    FAR = 70000 /* the second half of them lie in another chunk */
};

/* Hours behind the start: neighbours, another day, another month, and months that nobody looked in. */
static const uint32_t hour_of[HOURS] = {0, 1, 2, 30, 31, 300, 900, 901, 3100};

struct seen {
    bool by[READERS][HOURS][MASKS][SUBJECTS];
};

struct log {
    char path[64];
    int64_t now_us, start_us;
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
    struct sightings *sightings;
    struct seen seen;
};

static int64_t now(void *context)
{
    return ((struct log *)context)->now_us;
}

static void log_open(struct log *log, enum sqlite_mode mode)
{
    struct ledger_options options = {.crypto = log->crypto, .keyring = log->keyring, .clock = {now, log}};
    assert_ok(sqlite_open(log->path, mode, &log->store));
    options.store = log->store;
    assert_ok(ledger_open(&options, &log->ledger));
    assert_ok(sightings_open(log->store, log->ledger, &log->sightings));
}

static void log_close(struct log *log)
{
    sightings_free(&log->sightings);
    ledger_free(&log->ledger);
    log->store->batch->close(&log->store);
}

static void log_begin(struct log *log)
{
    *log = (struct log){.start_us = 1795300000 * SECOND_US / HOUR_US * HOUR_US};
    log->now_us = log->start_us;
    (void)snprintf(log->path, sizeof log->path, "/tmp/amanah-sighting-%ld.db", (long)getpid());
    assert_ok(crypto_new(&log->crypto));
    assert_ok(keyring_new(log->crypto, SLICE_TEXT("vault.example/log"), &log->keyring));
    log_open(log, SQLITE_CREATE);
    struct subject_row last = {{FAR + SUBJECTS}, 0, SLICE_TEXT("somebody")};
    assert_ok(log->store->batch->begin(log->store));
    assert_ok(log->store->subject->add(log->store, &last));
    assert_ok(log->store->batch->commit(log->store));
}

static void log_end(struct log *log)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    log_close(log);
    keyring_free(&log->keyring);
    crypto_free(&log->crypto);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "%s%s", log->path, ends[i]);
        (void)unlink(path); /* -wal and -shm go with the last connection */
    }
}

static uint64_t number_of(size_t subject)
{
    return subject < SUBJECTS / 2 ? subject + 1 : FAR + subject;
}

static const struct {
    uint64_t full, masked;
} masks[MASKS] = {{6, 0}, {2, 8}};

/* One look at a few subjects, by a random reader; or an entry that is none. */
static void look(struct log *log, struct prop_rng *rng, struct entry *entry, struct sighted *set,
                 size_t *count)
{
    size_t reader = prop_below(rng, READERS);
    size_t hour = 0;
    while (log->start_us + (int64_t)hour_of[hour] * HOUR_US < log->now_us) hour++;
    *entry = (struct entry){.kind = prop_below(rng, 2) ? ENTRY_REVEAL : ENTRY_LOOKUP, .reader = reader + 1};
    bool none = prop_below(rng, 5) == 0;
    if (none) entry->kind = ENTRY_IMPORT;
    *count = prop_below(rng, 6);
    for (size_t i = 0; i < *count; i++) {
        size_t subject = prop_below(rng, SUBJECTS), mask = prop_below(rng, MASKS);
        set[i] = (struct sighted){{number_of(subject)}, masks[mask].full, masks[mask].masked};
        if (!none) log->seen.by[reader][hour][mask][subject] = true;
    }
}

static void batch(struct log *log, struct prop_rng *rng)
{
    enum { LOOKS_MAX = 8 };
    struct entry entries[LOOKS_MAX];
    struct sighted sets[LOOKS_MAX][6];
    size_t counts[LOOKS_MAX], looks = 1 + prop_below(rng, LOOKS_MAX);
    struct seen before = log->seen;
    static const struct hash leaves[6];
    assert_ok(log->store->batch->begin(log->store));
    for (size_t i = 0; i < looks; i++) {
        look(log, rng, &entries[i], sets[i], &counts[i]);
        struct draft draft = {.entry = entries[i], .set = sets[i], .leaves = leaves, .set_count = counts[i]};
        struct receipt receipt = {0};
        ledger_append(log->ledger, &draft, &receipt);
        entries[i].time_us = ledger_last_us(log->ledger);
    }
    assert_ok(ledger_seal(log->ledger));
    if (prop_below(rng, 6) == 0) {
        log->store->batch->rollback(log->store);
        ledger_rollback(log->ledger);
        log->seen = before;
        return;
    }
    assert_ok(log->store->batch->commit(log->store));
    ledger_committed(log->ledger);
    for (size_t i = 0; i < looks; i++) sightings_add(log->sightings, &entries[i], sets[i], counts[i]);
}

/* Write what is in memory; sometimes the commit fails, and nothing may be forgotten. */
static void write_down(struct log *log, struct prop_rng *rng)
{
    assert_ok(log->store->batch->begin(log->store));
    assert_ok(sightings_write(log->sightings, ledger_durable(log->ledger)));
    if (prop_below(rng, 2)) assert_ok(sightings_roll(log->sightings, (uint32_t)(log->now_us / HOUR_US)));
    if (prop_below(rng, 3) == 0) {
        log->store->batch->rollback(log->store);
        return;
    }
    assert_ok(log->store->batch->commit(log->store));
    sightings_written(log->sightings);
}

struct found {
    struct log *log;
    struct seen seen;
};

static RESULT found_group(void *context, const struct sighting_group *group)
{
    struct found *found = context;
    size_t hour = 0, mask = group->full == masks[0].full ? 0 : 1;
    while (hour < HOURS && hour_of[hour] != group->hour - (uint32_t)(found->log->start_us / HOUR_US)) hour++;
    assert_true(hour < HOURS && group->reader >= 1 && group->reader <= READERS);
    assert_int_equal(group->masked, masks[mask].masked);
    uint64_t known = 0;
    for (size_t subject = 0; subject < SUBJECTS; subject++) {
        if (!set_has(group->subjects, number_of(subject))) continue;
        known++;
        found->seen.by[group->reader - 1][hour][mask][subject] = true;
    }
    assert_int_equal(known, set_count(group->subjects));
    return OK;
}

static void check(struct log *log, struct prop_rng *rng)
{
    static struct found found;
    uint32_t first = (uint32_t)(log->start_us / HOUR_US);
    uint32_t from = (uint32_t)prop_below(rng, HOURS), to = from + (uint32_t)prop_below(rng, HOURS - from);
    found = (struct found){.log = log};
    assert_ok(
        sightings_each(log->sightings, first + hour_of[from], first + hour_of[to], found_group, &found));
    for (size_t reader = 0; reader < READERS; reader++) {
        for (uint32_t hour = 0; hour < HOURS; hour++) {
            bool asked = hour >= from && hour <= to;
            struct seen none = {0};
            const struct seen *want = asked ? &log->seen : &none;
            assert_memory_equal(found.seen.by[reader][hour], want->by[reader][hour],
                                sizeof want->by[reader][hour]);
        }
    }
}

/* Who saw what of whom within some hours, whichever. */
struct united {
    bool by[READERS][MASKS][SUBJECTS];
};

static RESULT unite_group(void *context, const struct sighting_group *group)
{
    struct united *united = context;
    size_t mask = group->full == masks[0].full ? 0 : 1;
    for (size_t subject = 0; subject < SUBJECTS; subject++)
        united->by[group->reader - 1][mask][subject] |= set_has(group->subjects, number_of(subject));
    return OK;
}

static void check_within(struct log *log, struct prop_rng *rng)
{
    struct united found = {0}, want = {0};
    uint32_t first = (uint32_t)(log->start_us / HOUR_US), last = hour_of[HOURS - 1];
    uint64_t readers[READERS];
    struct sightings_within within = {.from_hour = first + (uint32_t)prop_below(rng, last),
                                      .readers = readers};
    within.to_hour = within.from_hour + (uint32_t)prop_below(rng, last);
    for (uint64_t reader = 1; reader <= READERS; reader++)
        if (prop_below(rng, 2)) readers[within.reader_count++] = reader;
    for (size_t reader = 0; reader < READERS; reader++) {
        bool asked = within.reader_count == 0;
        for (size_t i = 0; i < within.reader_count; i++) asked |= readers[i] == reader + 1;
        for (size_t hour = 0; asked && hour < HOURS; hour++) {
            if (first + hour_of[hour] < within.from_hour || first + hour_of[hour] > within.to_hour) continue;
            for (size_t mask = 0; mask < MASKS; mask++)
                for (size_t subject = 0; subject < SUBJECTS; subject++)
                    want.by[reader][mask][subject] |= log->seen.by[reader][hour][mask][subject];
        }
    }
    assert_ok(sightings_within(log->sightings, &within, unite_group, &found));
    assert_memory_equal(&found, &want, sizeof want);
}

static void agree_with_a_naive_count(void **state)
{
    (void)state;
    static struct log log;
    PROPERTY(4, rng) {
        log_begin(&log);
        for (int step = 0; step < 150; step++) {
            log.now_us = log.start_us + (int64_t)hour_of[step * HOURS / 150] * HOUR_US;
            batch(&log, &rng);
            if (prop_below(&rng, 8) == 0) write_down(&log, &rng);
            if (prop_below(&rng, 12) == 0) { /* a start: what was not written is counted from the log */
                log_close(&log);
                log_open(&log, SQLITE_WRITER);
            }
            check(&log, &rng);
            check_within(&log, &rng);
        }
        log_end(&log);
    }
}

static void are_made_anew_when_they_are_lost(void **state)
{
    (void)state;
    static struct log log;
    struct prop_rng rng = {prop_seed()};
    log_begin(&log);
    for (int i = 0; i < 120; i++) batch(&log, &rng);
    write_down(&log, &rng);
    assert_ok(log.store->batch->begin(log.store));
    assert_ok(log.store->sighting->clear(log.store));
    assert_ok(log.store->fact->put(log.store, "sightings_upto", 0));
    assert_ok(log.store->batch->commit(log.store));
    log_close(&log);
    log_open(&log, SQLITE_WRITER);
    for (int i = 0; i < 20; i++) {
        check(&log, &rng);
        check_within(&log, &rng);
    }
    log_end(&log);
}

static void only_answers_that_show_values_are_looks(void **state)
{
    (void)state;
    static const struct {
        enum entry_kind kind;
        bool look;
    } cases[] = {
#define ENTRY(NAME, number, name, about)                                                                \
    {ENTRY_##NAME,                                                                                      \
     ENTRY_##NAME == ENTRY_REVEAL || ENTRY_##NAME == ENTRY_LOOKUP || ENTRY_##NAME == ENTRY_COMPARE ||   \
         ENTRY_##NAME == ENTRY_GRANT || ENTRY_##NAME == ENTRY_PASS || ENTRY_##NAME == ENTRY_OBSERVED || \
         ENTRY_##NAME == ENTRY_EXPORT || ENTRY_##NAME == ENTRY_RUN || ENTRY_##NAME == ENTRY_RELIEF ||   \
         ENTRY_##NAME == ENTRY_REMIND || ENTRY_##NAME == ENTRY_PORTAL || ENTRY_##NAME == ENTRY_PAYMENT},
#include "prove/entries.def"
#undef ENTRY
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(entry_is_look(cases[i].kind), cases[i].look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_a_naive_count),
        cmocka_unit_test(are_made_anew_when_they_are_lost),
        cmocka_unit_test(only_answers_that_show_values_are_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
