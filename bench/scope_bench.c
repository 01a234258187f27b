/*
 * Whose what was seen, of so many looks: scope_bench --file PATH [--customers N] [--reads N] [--days N] [--order walk|random] [--persons 1]
 *
 * The first call makes the database with sightings of that many looks (one reader, two kinds of look, a steady pace);
 * a later one finds it. Then, by the round: "known" unites all of them (`count`: people found), "fields" makes the
 * three sets of each of five fields and counts them, "person" what one count says of one person, "known, odd hours" is known over a stretch that begins and ends
 * in the middle of days, and where the database was made with --persons 1 "persons" merges accounts by shared tags. Only the first and the last look have entries behind them: this measures sightings.
 */
#include "answer/scope/count.h"
#include "measure.h"
#include "store/sqlite/sqlite.h"

#include <stdlib.h>
#include <string.h>

enum { READER = 7, MASK_ACCOUNT = 0x6, MASK_ADDRESSES = 0x38, MASK_DOOR = 0x80 };

struct bench {
    struct crypto *crypto;
    struct keyring *keyring;
    struct store *store;
    struct ledger *ledger;
    struct sightings *sightings;
    int64_t now_us, from_us, to_us;
    uint64_t customers, reads, hours, step; /* step: no common divisor with customers */
};

static int64_t now(void *context)
{
    return ((struct bench *)context)->now_us;
}

/* The first and the last look are in the ledger, so that it says from when to when there were any. */
static void entry_add(struct bench *bench)
{
    static const struct hash leaf;
    struct sighted seen = {{1}, MASK_ACCOUNT, 0};
    struct draft draft = {
        .entry = {.kind = ENTRY_REVEAL, .reader = READER}, .set = &seen, .leaves = &leaf, .set_count = 1};
    struct receipt receipt = {0};
    need(bench->store->batch->begin(bench->store), "begin");
    ledger_append(bench->ledger, &draft, &receipt);
    draft.entry.time_us = ledger_last_us(bench->ledger);
    sightings_add(bench->sightings, &draft.entry, &seen, 1);
    need(ledger_seal(bench->ledger), "seal");
    need(sightings_write(bench->sightings, 0), "sightings");
    need(bench->store->batch->commit(bench->store), "commit");
    ledger_committed(bench->ledger);
    sightings_written(bench->sightings);
}

static void hour_fill(struct bench *bench, uint64_t hour)
{
    enum { SET = 4096 };
    static struct sighted set[SET];
    struct entry entry = {
        .kind = ENTRY_REVEAL, .reader = READER, .time_us = bench->from_us + (int64_t)hour * HOUR_US};
    uint64_t from = bench->reads * hour / bench->hours, to = bench->reads * (hour + 1) / bench->hours;
    for (uint64_t at = from; at < to;) {
        size_t count = 0;
        for (; at < to && count < SET; at++, count++) {
            uint64_t number = 1 + at % bench->customers * bench->step % bench->customers;
            bool first = at % 4 != 0; /* of four looks one is at the addresses */
            set[count] =
                (struct sighted){{number}, first ? MASK_ACCOUNT : MASK_ADDRESSES, first ? 0 : MASK_DOOR};
        }
        sightings_add(bench->sightings, &entry, set, count);
    }
    need(bench->store->batch->begin(bench->store), "begin");
    need(sightings_write(bench->sightings, 0), "sightings");
    need(bench->store->batch->commit(bench->store), "commit");
    sightings_written(bench->sightings);
}

/* What the keeper does each minute of the next day. */
static void roll(struct bench *bench)
{
    struct times times = {0};
    struct sightings_roll rolled = {0};
    uint64_t steps = 0;
    struct took took = {now_ns(), cpu_ns()};
    for (; rolled.day < (uint32_t)(bench->to_us / DAY_US); steps++) {
        uint64_t began = now_ns();
        need(bench->store->batch->begin(bench->store), "begin");
        need(sightings_roll(bench->sightings, (uint32_t)(bench->to_us / HOUR_US)), "roll");
        need(bench->store->batch->commit(bench->store), "commit");
        need(sightings_rolled(bench->store, &rolled), "roll");
        times_add(&times, now_ns() - began);
    }
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("roll, a step", bench->reads, steps, took, &times);
}

static const struct person_rule person_rules_here[] = {
    {.field = 2, .why = "", .indexes = {{0x102, 0x142}, 2}},
    {.field = 3, .why = "", .indexes = {{0x103}, 1}}};

static void tag_fill(struct bench *bench, uint32_t index, uint64_t value, uint64_t no)
{
    struct tag_row row = {.index = index, .no = {no}, .since_s = 1};
    uint64_t state = value << 8 | (index & 0x3f);
    for (size_t i = 0; i < TAG_BYTES; i += 8) be64_put(row.tag + i, draw(&state));
    need(bench->store->tag->add(bench->store, &row), "tag");
}

/* An e-mail and a telephone each; every tenth account has the telephone of the one before it. */
static void tags_fill(struct bench *bench)
{
    enum { BATCH = 5000 };
    for (uint64_t no = 1; no <= bench->customers;) {
        need(bench->store->batch->begin(bench->store), "begin");
        for (size_t i = 0; i < BATCH && no <= bench->customers; i++, no++) {
            tag_fill(bench, 0x102, no, no);
            tag_fill(bench, 0x103, no % 10 == 0 ? no - 1 : no, no);
        }
        need(bench->store->batch->commit(bench->store), "commit");
    }
}

/* Accounts into persons, then the persons of all of them and of every other one. */
static void persons(struct bench *bench)
{
    SCOPED(persons_done) struct persons found = {0};
    SCOPED(set_done) struct set half = {0}, rest = {0}, counted = {0};
    for (uint64_t no = 1; no <= bench->customers; no++) (void)set_add(no % 2 ? &half : &rest, no);
    struct took took = {now_ns(), cpu_ns()};
    need(persons_find(bench->store, person_rules_here, COUNT_OF(person_rules_here), bench->customers, &found),
         "persons");
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("persons", bench->customers, bench->customers, took, NULL);
    took = (struct took){now_ns(), cpu_ns()};
    uint64_t all = persons_among(&found, &half, &counted);
    all += persons_among(&found, &rest, &counted);
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("persons of two classes", bench->customers, all, took, NULL);
    if (all != bench->customers - bench->customers / 10) give_up("persons: not as many as there are");
}

static void fill(struct bench *bench)
{
    need(bench->store->batch->begin(bench->store), "begin");
    struct subject_row last = {{bench->customers}, 0, SLICE_TEXT("somebody")};
    need(bench->store->subject->add(bench->store, &last), "subject");
    need(bench->store->batch->commit(bench->store), "commit");
    bench->now_us = bench->from_us;
    entry_add(bench);
    for (uint64_t hour = 0; hour < bench->hours; hour++) hour_fill(bench, hour);
    bench->now_us = bench->to_us;
    entry_add(bench);
    roll(bench);
}

static void known(struct bench *bench, const char *what, int64_t from_us, int64_t to_us, bool fields)
{
    SCOPED(scope_done) struct scope scope = {0};
    SCOPED(set_done) struct set any = {0};
    struct scope_base base = {bench->store, bench->ledger, bench->sightings};
    struct suspicion suspicion = {.readers = {READER},
                                  .reader_count = 1,
                                  .from_us = from_us,
                                  .to_us = to_us,
                                  .fields = MASK_ACCOUNT | MASK_ADDRESSES | MASK_DOOR};
    need(bench->store->batch->view(bench->store), "view");
    struct took took = {now_ns(), cpu_ns()};
    need(scope_known(&base, &suspicion, &scope), "known");
    scope_any_known(&scope, &any);
    uint64_t count = set_count(&any);
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print(what, bench->reads, count, took, NULL);
    bench->store->batch->view_end(bench->store);
    if (count == 0) give_up("%s: nobody was found", what);
    if (!fields) return;
    took = (struct took){now_ns(), cpu_ns()};
    count = 0;
    for (uint64_t bit = 1; bit <= MASK_DOOR; bit <<= 1) {
        SCOPED(scope_field_done) struct scope_field field = {0};
        if (!(suspicion.fields & bit)) continue;
        scope_field(&scope, bit, &field);
        uint64_t all = set_count(&field.full) + set_count(&field.masked) + set_count(&field.observed) +
                       set_count(&field.possible) + set_count(&field.excluded);
        if (all != bench->customers) give_up("fields: they are not all of them");
        count += set_count(&field.full) + set_count(&field.masked);
    }
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("fields", bench->reads, count, took, NULL);
}

/* Beside the database, so that a later call finds its ledger signed by the same key. */
static void keys_open(struct bench *bench, const char *path, bool fresh)
{
    static const struct secret root;
    SCOPED(buf_done) struct buf file = {0};
    buf_print(&file, "%s.keys", path);
    buf_byte(&file, 0);
    const char *name = (const char *)file.at;
    if (!fresh) {
        need(keyring_open(bench->crypto, name, &root, "bench", &bench->keyring), "keyring");
        return;
    }
    need(keyring_new(bench->crypto, SLICE_TEXT("bench.example/log"), &bench->keyring), "keyring");
    need(keyring_save(bench->keyring, bench->crypto, name, &root, "bench"), "keyring");
}

/* A count that is kept; then people drawn from all, one after another, as a help desk asks. */
static void person(struct bench *bench)
{
    enum { PEOPLE = 20000 };
    static struct count count;
    static struct hash hashes[64];
    struct times times = {0};
    uint32_t version = 0;
    uint64_t state = 7, exposed = 0;
    struct store *store = bench->store;
    struct scope_base base = {store, bench->ledger, bench->sightings};
    count.suspicion = (struct suspicion){.readers = {READER},
                                         .reader_count = 1,
                                         .from_us = bench->from_us,
                                         .to_us = bench->to_us,
                                         .fields = MASK_ACCOUNT | MASK_ADDRESSES | MASK_DOOR};
    need(scope_known(&base, &count.suspicion, &count.scope), "known");
    if (count.scope.part_count >= COUNT_OF(hashes)) give_up("person: too many parts");
    need(store->exposure->newest(store, 1, &version), "newest");
    struct took took = {now_ns(), cpu_ns()};
    need(store->batch->begin(store), "begin");
    count_hashes(bench->crypto, &count.scope, hashes);
    need(count_keep(store, 1, version + 1, &count, hashes), "keep");
    need(store->batch->commit(store), "commit");
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("keep a count", bench->reads, 1, took, NULL);
    took = (struct took){now_ns(), cpu_ns()};
    for (size_t i = 0; i < PEOPLE; i++) {
        struct person_parts parts = {0};
        uint64_t began = now_ns();
        struct subject_no no = {1 + draw(&state) % bench->customers};
        need(count_person(store, 1, version + 1, no, &parts), "person");
        times_add(&times, now_ns() - began);
        exposed += (parts.full | parts.masked) != 0;
    }
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("person", bench->reads, PEOPLE, took, &times);
    if (exposed == 0) give_up("person: nobody was exposed");
    count_done(&count);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    const char *path = argument_text(argc, argv, "--file", "");
    bool walk = strcmp(argument_text(argc, argv, "--order", "random"), "walk") == 0;
    bool with_persons = argument(argc, argv, "--persons", 0) != 0;
    uint64_t rounds = argument(argc, argv, "--rounds", 3), days = argument(argc, argv, "--days", 150);
    bench.customers = argument(argc, argv, "--customers", 34000000);
    bench.reads = argument(argc, argv, "--reads", bench.customers);
    bench.hours = days * 24;
    bench.step = walk ? 1 : 15485863; /* a prime */
    bench.from_us = 20400 * DAY_US + 7 * HOUR_US;
    bench.to_us = bench.from_us + (int64_t)bench.hours * HOUR_US;
    bench.now_us = bench.to_us;
    if (bench.customers % bench.step == 0 && !walk) give_up("--customers: take another number");
    sqlite_setup();
    need(crypto_new(&bench.crypto), "crypto");
    bool fresh = sqlite_open(path, SQLITE_CREATE, &bench.store).code == CODE_OK;
    if (!fresh) need(sqlite_open(path, SQLITE_WRITER, &bench.store), path);
    keys_open(&bench, path, fresh);
    struct ledger_options options = {
        .crypto = bench.crypto, .store = bench.store, .keyring = bench.keyring, .clock = {now, &bench}};
    need(ledger_open(&options, &bench.ledger), "ledger");
    need(sightings_open(bench.store, bench.ledger, &bench.sightings), "sightings");
    struct took took = {now_ns(), cpu_ns()};
    if (fresh) fill(&bench);
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    if (fresh && with_persons) tags_fill(&bench);
    if (fresh) round_print("fill", bench.reads, bench.reads, took, NULL);
    for (uint64_t round = 0; round < rounds; round++) {
        known(&bench, "known", bench.from_us, bench.to_us, true);
        known(&bench, "known, odd hours", bench.from_us + 5 * HOUR_US, bench.to_us - 17 * HOUR_US, false);
        person(&bench);
        if (with_persons) persons(&bench);
    }
    sightings_free(&bench.sightings);
    ledger_free(&bench.ledger);
    bench.store->batch->close(&bench.store);
    keyring_free(&bench.keyring);
    crypto_free(&bench.crypto);
    return 0;
}
