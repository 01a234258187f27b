#include "log.h"

#include <unistd.h>

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

void log_restart(struct log *log)
{
    log_close(log);
    log_open(log, SQLITE_WRITER);
}

uint64_t log_person(size_t at)
{
    return at < LOG_PEOPLE / 2 ? at + 1 : SET_CHUNK_NUMBERS + at;
}

void log_network(uint32_t number, uint8_t out[NETWORK_BYTES])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(out, 0, NETWORK_BYTES);
    if (number == 0) return;
    memcpy(out, mapped, sizeof mapped);
    out[12] = 10;
    out[15] = (uint8_t)number;
}

void log_begin(struct log *log)
{
    *log = (struct log){.start_us = 1795300000 * SECOND_US / HOUR_US * HOUR_US, .people = LOG_PEOPLE};
    log->now_us = log->start_us;
    (void)snprintf(log->path, sizeof log->path, "/tmp/amanah-scope-%ld.db", (long)getpid());
    log->looks = calloc(LOG_LOOKS_MAX, sizeof *log->looks);
    assert_non_null(log->looks);
    assert_ok(crypto_new(&log->crypto));
    assert_ok(keyring_new(log->crypto, SLICE_TEXT("vault.example/log"), &log->keyring));
    log_open(log, SQLITE_CREATE);
}

void log_end(struct log *log)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    log_close(log);
    keyring_free(&log->keyring);
    crypto_free(&log->crypto);
    free(log->looks);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "%s%s", log->path, ends[i]);
        (void)unlink(path); /* -wal and -shm go with the last connection */
    }
}

struct scope_base log_base(const struct log *log)
{
    return (struct scope_base){log->store, log->ledger, log->sightings};
}

static void look(struct log *log, struct prop_rng *rng, struct log_look *out)
{
    static const enum entry_kind kinds[] = {ENTRY_REVEAL,  ENTRY_REVEAL, ENTRY_LOOKUP,
                                            ENTRY_COMPARE, ENTRY_IMPORT, ENTRY_GRANT};
    static const struct hash leaves[LOG_SET_MAX];
    uint8_t network[NETWORK_BYTES];
    struct draft draft = {.leaves = leaves};
    struct receipt receipt = {0};
    *out = (struct log_look){.kind = kinds[prop_below(rng, COUNT_OF(kinds))],
                             .reader = 1 + prop_below(rng, LOG_READERS),
                             .purpose = (uint32_t)prop_below(rng, LOG_PURPOSES),
                             .network = (uint32_t)prop_below(rng, 4),
                             .count = prop_below(rng, LOG_SET_MAX + 1)};
    if (log->people == 0) out->count = 0;
    for (size_t i = 0; i < out->count; i++) {
        uint64_t full = prop_u64(rng) % (1 << LOG_FIELDS), masked = prop_u64(rng) % (1 << LOG_FIELDS);
        if (prop_below(rng, 2)) full &= 6; /* most looks are alike */
        if (out->kind == ENTRY_GRANT) full = masked = 0;
        out->set[i] = (struct sighted){{log_person(prop_below(rng, log->people))}, full, masked & ~full};
    }
    draft.entry = (struct entry){.kind = out->kind, .reader = out->reader, .purpose = out->purpose};
    draft.set = out->set;
    draft.set_count = out->count;
    log_network(out->network, network);
    if (out->network > 0) {
        draft.texts[draft.text_count++] =
            (struct aside_text){.kind = COMMIT_NETWORK, .text = {network, NETWORK_BYTES}};
    }
    ledger_append(log->ledger, &draft, &receipt);
    out->time_us = ledger_last_us(log->ledger);
    out->index = receipt.index;
}

void log_grow(struct log *log, struct prop_rng *rng)
{
    size_t first = log->look_count, more = 1 + prop_below(rng, 8);
    assert_true(first + more <= LOG_LOOKS_MAX);
    assert_ok(log->store->batch->begin(log->store));
    for (size_t i = 0; i < more; i++) {
        log->now_us += (int64_t)prop_below(rng, 10) * MINUTE_US + (int64_t)prop_below(rng, 1000);
        look(log, rng, &log->looks[log->look_count++]);
    }
    assert_ok(ledger_seal(log->ledger));
    assert_ok(log->store->batch->commit(log->store));
    ledger_committed(log->ledger);
    for (size_t i = first; i < log->look_count; i++) {
        struct entry entry = {
            .kind = log->looks[i].kind, .reader = log->looks[i].reader, .time_us = log->looks[i].time_us};
        sightings_add(log->sightings, &entry, log->looks[i].set, log->looks[i].count);
    }
    if (prop_below(rng, 3) != 0) return;
    assert_ok(log->store->batch->begin(log->store));
    assert_ok(sightings_write(log->sightings, ledger_durable(log->ledger)));
    assert_ok(sightings_roll(log->sightings, (uint32_t)(log->now_us / HOUR_US)));
    assert_ok(log->store->batch->commit(log->store));
    sightings_written(log->sightings);
}
