#include "keep/verify_priv.h"

#include <stdlib.h>
#include <string.h>

static RESULT known_get(struct hand *hand, struct subject_no no, const struct known **out)
{
    struct known *slot = &hand->known[no.at % KNOWN_SLOTS];
    if (slot->no.at != no.at) {
        known_done(slot);
        *slot = (struct known){0};
        TRY(subject_known(hand->shop, no, slot));
    }
    *out = slot;
    return OK;
}

static bool writes_records(enum entry_kind kind)
{
    return kind == ENTRY_CREATE || kind == ENTRY_PATCH || kind == ENTRY_CLOSE || kind == ENTRY_ERASE ||
           entry_binds_records(kind);
}

/* The one subject of a change: the entry itself carries the record's hash. */
static RESULT check_object(struct shop *shop, const struct entry *entry, uint64_t index,
                           const struct known *known)
{
    struct hash record = {{0}};
    if (entry_binds_records(entry->kind) || !writes_records(entry->kind)) return OK;
    TRY(known_record(shop, known, index, &record));
    if (entry->has_object && hash_equal(&record, &entry->object)) return OK;
    return FAIL(TAMPERED, "subject %llu: its record is not the one that entry %llu wrote",
                (unsigned long long)known->no.at, (unsigned long long)index);
}

static RESULT check_set(struct hand *hand, const struct entry *entry, uint64_t index,
                        const struct aside_read *aside)
{
    struct shop *shop = hand->shop;
    struct hash root = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) {
        const struct known *known = NULL;
        TRY(known_get(hand, aside->set[i].no, &known));
        TRY(check_object(shop, entry, index, known));
        TRY(known_leaf(shop, known, &(struct leaf_at){entry, index, aside, i}, &hand->leaves[i]));
    }
    merkle_root(shop->crypto, hand->leaves, aside->set_count, &root);
    hand->part.leaves += aside->set_count;
    hand->part.sets++;
    if (entry->has_root && hash_equal(&root, &entry->root) && entry->count == aside->set_count) return OK;
    return FAIL(TAMPERED,
                "entry %llu: its set does not hash to the root in it, or a record of it was changed",
                (unsigned long long)index);
}

static bool text_bound(const struct entry *entry, const struct aside_text *text, const struct hash *hash)
{
    for (size_t i = 0; i < entry->commitments; i++) {
        if (entry->commitment[i].kind == text->kind && hash_equal(hash, &entry->commitment[i].hash))
            return true;
    }
    return false;
}

/* Texts may have been erased, each alone; one that is there must open a commitment of its kind. */
static RESULT check_texts(struct crypto *crypto, const struct entry *entry, uint64_t index,
                          const struct aside_read *aside)
{
    for (size_t i = 0; i < aside->text_count; i++) {
        struct hash hash = {{0}};
        commitment_make(crypto, &aside->texts[i], &hash);
        if (text_bound(entry, &aside->texts[i], &hash)) continue;
        return FAIL(TAMPERED, "entry %llu: a text beside it was changed", (unsigned long long)index);
    }
    return OK;
}

/* An entry against its leaf, and what stands beside it. Whom it concerns will soon be asked for. */
static RESULT read_entry(struct hand *hand, unsigned i, struct checked *out)
{
    struct crypto *crypto = hand->shop->crypto;
    struct slice bytes = hand->bundle.entries[i];
    uint64_t index = hand->bundle.first + i;
    struct hash leaf = {{0}};
    leaf_hash(crypto, bytes, &leaf);
    if (!bytes_equal_ct(leaf.bytes, hand->tile.at + (size_t)i * HASH_BYTES, HASH_BYTES)) {
        return FAIL(TAMPERED, "entry %llu: its bytes do not hash to its leaf", (unsigned long long)index);
    }
    hand->part.entries++;
    TRY(entry_read(bytes, &out->entry));
    out->read = true;
    TRY(aside_read(hand->bundle.asides[i], &out->aside));
    out->opened = true;
    for (size_t at = 0; at < out->aside.set_count && at < SET_KEPT_MAX; at++)
        __builtin_prefetch(&hand->known[out->aside.set[at].no.at % KNOWN_SLOTS]);
    return OK;
}

/* All that one entry, what stands beside it and the records say by themselves. */
static RESULT check_entry(struct hand *hand, unsigned i, struct checked *out)
{
    uint64_t index = hand->bundle.first + i;
    TRY(check_texts(hand->shop->crypto, &out->entry, index, &out->aside));
    TRY(verify_observed_entry(hand->shop, index, &out->entry, &out->aside));
    if (out->aside.set_count > 0) return check_set(hand, &out->entry, index, &out->aside);
    if (!out->entry.has_root) return OK;
    return FAIL(TAMPERED, "entry %llu: the set beside it is missing", (unsigned long long)index);
}

static RESULT settle_authority(struct hand *hand, uint64_t index, const struct entry *entry)
{
    struct verify *verify = hand->verify;
    struct hash leaf = {{0}};
    memcpy(leaf.bytes, hand->tile.at + index % TILE_WIDTH * HASH_BYTES, HASH_BYTES);
    authority_head_add(hand->shop->crypto, &verify->head, index, &leaf);
    if (index < verify->state.size) verify->then = verify->head;
    return authority_list_add(&verify->authority, index, entry);
}

/* Numbers are given out densely: one beyond all that were made is nobody's, and nothing is allocated for it. */
static RESULT wrote(struct verify *verify, struct subject_no no, uint64_t index)
{
    if (no.at > verify->made) {
        return FAIL(TAMPERED, "entry %llu: wrote subject %llu, but only %llu were made",
                    (unsigned long long)index, (unsigned long long)no.at, (unsigned long long)verify->made);
    }
    if (no.at >= verify->room) {
        uint64_t room = no.at * 2 + 1024;
        uint64_t *written = realloc(verify->written, room * sizeof *written);
        if (written) verify->written = written;
        uint64_t *tags = realloc(verify->tags, room * sizeof *tags);
        if (tags) verify->tags = tags;
        if (!written || !tags) return FAIL(UNAVAILABLE, "verify: out of memory");
        for (uint64_t at = verify->room; at < room; at++) {
            written[at] = NEVER;
            tags[at] = 0;
        }
        verify->room = room;
    }
    verify->written[no.at] = index;
    if (no.at > verify->last) verify->last = no.at;
    return OK;
}

static RESULT settle_set(struct verify *verify, const struct entry *entry, uint64_t index,
                         const struct aside_read *aside)
{
    bool writes = writes_records(entry->kind);
    for (size_t i = 0; i < aside->set_count; i++) {
        struct subject_no no = aside->set[i].no;
        if (writes) TRY(wrote(verify, no, index));
        if (no.at > 0 && no.at <= verify->last) continue;
        return FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no.at);
    }
    return OK;
}

/* What an entry says only together with those before it. */
static RESULT settle_entry(struct hand *hand, unsigned i)
{
    struct verify *verify = hand->verify;
    struct checked *checked = &hand->checked[i];
    const struct entry *entry = &checked->entry;
    uint64_t index = hand->bundle.first + i;
    if (!checked->read) return OK;
    if (entry->time_us < verify->before_us) {
        return FAIL(TAMPERED, "entry %llu: is older than the one before it", (unsigned long long)index);
    }
    verify->before_us = entry->time_us;
    if (entry->kind == ENTRY_CREATE || entry->kind == ENTRY_IMPORT) verify->made += entry->count;
    verify->incident_lines += entry->kind == ENTRY_INCIDENT;
    verify->matter_lines += entry->kind == ENTRY_MATTER;
    if (entry->kind == ENTRY_AUTHORITY) TRY(settle_authority(hand, index, entry));
    if (!checked->opened) return OK;
    if (checked->large) TRY(aside_read(hand->bundle.asides[i], &checked->aside));
    TRY(verify_seen(hand, index, entry, &checked->aside));
    TRY(verify_observed(hand, index, entry, &checked->aside));
    return settle_set(verify, entry, index, &checked->aside);
}

static RESULT settle_bundle(struct hand *hand, uint64_t n)
{
    struct verify *verify = hand->verify;
    for (unsigned i = 0; i < hand->bundle.count; i++) {
        struct checked *checked = &hand->checked[i];
        struct result settled = settle_entry(hand, i);
        aside_read_done(&checked->aside);
        if (settled.code != CODE_UNAVAILABLE && checked->bad) continue;
        TRY(finding_by(hand, settled));
    }
    if (verify->options->progress) {
        verify->options->progress(verify->options->context, n * TILE_WIDTH,
                                  ledger_durable(verify->shop->ledger));
    }
    return OK;
}

/* A bundle's time stands in the clear, for searches: it must be its first entry's. */
static RESULT check_bundle_time(struct shop *shop, uint64_t n, struct slice first)
{
    struct store *store = shop->store;
    struct entry entry = {0};
    int64_t time_us = 0;
    if ((n + 1) * TILE_WIDTH > ledger_durable(shop->ledger)) return OK; /* the tail has no such time */
    TRY(store->ledger->bundle_time(store, n, &time_us));
    TRY(entry_read(first, &entry));
    if (entry.time_us == time_us) return OK;
    return FAIL(TAMPERED, "bundle %llu: its time is not that of its first entry", (unsigned long long)n);
}

static RESULT read_bundle(struct hand *hand, uint64_t n)
{
    struct ledger *ledger = hand->shop->ledger;
    const struct tile_reader *tiles = ledger_tiles(ledger);
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle(ledger, n, &bundle));
    buf_clear(&hand->tile);
    TRY(tiles->read(tiles->context, 0, n, bundle.count, &hand->tile));
    TRY(finding_by(hand, check_bundle_time(hand->shop, n, bundle.entries[0])));
    hand->bundle = TAKE(bundle);
    return OK;
}

/* One bundle: every entry against its leaf in the tile, then what stands beside it. One that cannot be read is a
 * finding, and has no entries. */
static RESULT work_bundle(struct hand *hand, uint64_t n)
{
    bundle_done(&hand->bundle);
    TRY(finding_by(hand, read_bundle(hand, n)));
    for (unsigned i = 0; i < hand->bundle.count; i++) {
        struct checked *checked = &hand->checked[i];
        checked->read = checked->opened = false;
        struct result result = read_entry(hand, i, checked);
        if (result.code == CODE_OK) result = check_entry(hand, i, checked);
        checked->bad = result.code != CODE_OK;
        TRY(finding_by(hand, result));
        checked->large = checked->aside.set_count > SET_KEPT_MAX;
        if (checked->large) aside_read_done(&checked->aside);
    }
    return OK;
}

RESULT verify_entries(struct verify *verify)
{
    static const struct crew_job job = {work_bundle, settle_bundle};
    uint64_t size = ledger_durable(verify->shop->ledger);
    TRY(crew_run(verify, &job, (size + TILE_WIDTH - 1) / TILE_WIDTH));
    TRY(verify_seen_end(verify));
    return verify_observed_end(verify);
}

RESULT verify_tiles(struct hand *hand)
{
    struct crypto *crypto = hand->shop->crypto;
    struct ledger *ledger = hand->shop->ledger;
    uint64_t size = ledger_durable(ledger);
    struct tiles_report report = {0};
    struct hash root = {{0}};
    SCOPED(tiles_done) struct tiles tiles = tiles_of(crypto, ledger_tiles(ledger), size);
    if (size == 0) return OK;
    TRY(finding_by(hand, tiles_range(&tiles, 0, size, &root)));
    struct result checked = tiles_check(crypto, ledger_tiles(ledger), size, &root, NULL, &report);
    hand->part.tiles += report.tiles;
    return finding_by(hand, checked);
}
