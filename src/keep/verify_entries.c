#include "keep/verify_priv.h"

#include <stdlib.h>

static RESULT known_get(struct verify *verify, struct subject_no no, const struct known **out)
{
    struct known *slot = &verify->known[no.at % KNOWN_SLOTS];
    if (slot->no.at != no.at) {
        known_done(slot);
        *slot = (struct known){0};
        TRY(subject_known(verify->shop, no, slot));
    }
    *out = slot;
    return OK;
}

static bool writes_records(enum entry_kind kind)
{
    return kind == ENTRY_CREATE || kind == ENTRY_PATCH || kind == ENTRY_CLOSE || kind == ENTRY_ERASE ||
           kind == ENTRY_IMPORT;
}

/* The one subject of a change: the entry itself carries the record's hash. */
static RESULT check_object(struct verify *verify, const struct entry *entry, uint64_t index,
                           const struct known *known)
{
    struct hash record = {{0}};
    if (entry->kind == ENTRY_IMPORT || !writes_records(entry->kind)) return OK;
    TRY(known_record(verify->shop, known, index, &record));
    if (entry->has_object && hash_equal(&record, &entry->object)) return OK;
    return FAIL(TAMPERED, "subject %llu: its record is not the one that entry %llu wrote",
                (unsigned long long)known->no.at, (unsigned long long)index);
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

static RESULT check_set(struct verify *verify, const struct entry *entry, uint64_t index,
                        const struct aside_read *aside)
{
    struct shop *shop = verify->shop;
    struct hash root = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) {
        const struct known *known = NULL;
        struct subject_no no = aside->set[i].no;
        if (writes_records(entry->kind)) TRY(wrote(verify, no, index));
        if (no.at == 0 || no.at > verify->last) {
            return FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no.at);
        }
        TRY(known_get(verify, no, &known));
        TRY(check_object(verify, entry, index, known));
        TRY(known_leaf(shop, known, entry, index, &aside->set[i], &verify->leaves[i]));
    }
    merkle_root(shop->crypto, verify->leaves, aside->set_count, &root);
    verify->report->leaves += aside->set_count;
    verify->report->sets++;
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
static RESULT check_texts(struct verify *verify, const struct entry *entry, uint64_t index,
                          const struct aside_read *aside)
{
    for (size_t i = 0; i < aside->text_count; i++) {
        struct hash hash = {{0}};
        commitment_make(verify->shop->crypto, &aside->texts[i], &hash);
        if (text_bound(entry, &aside->texts[i], &hash)) continue;
        return FAIL(TAMPERED, "entry %llu: a text beside it was changed", (unsigned long long)index);
    }
    return OK;
}

static RESULT take_authority(struct verify *verify, uint64_t index, const struct entry *entry,
                             struct slice bytes)
{
    struct hash leaf = {{0}};
    leaf_hash(verify->shop->crypto, bytes, &leaf);
    authority_head_add(verify->shop->crypto, &verify->head, index, &leaf);
    if (index < verify->state.size) verify->then = verify->head;
    return authority_list_add(&verify->authority, index, entry);
}

static RESULT check_entry(struct verify *verify, uint64_t index, struct slice bytes, struct slice aside_bytes)
{
    struct entry entry = {0};
    SCOPED(aside_read_done) struct aside_read aside = {0};
    verify->report->entries++;
    TRY(entry_read(bytes, &entry));
    if (entry.time_us < verify->before_us) {
        return FAIL(TAMPERED, "entry %llu: is older than the one before it", (unsigned long long)index);
    }
    verify->before_us = entry.time_us;
    if (entry.kind == ENTRY_CREATE || entry.kind == ENTRY_IMPORT) verify->made += entry.count;
    if (entry.kind == ENTRY_AUTHORITY) TRY(take_authority(verify, index, &entry, bytes));
    TRY(aside_read(aside_bytes, &aside));
    TRY(verify_seen(verify, index, &entry, &aside));
    TRY(check_texts(verify, &entry, index, &aside));
    if (entry.has_root && aside.set_count == 0) {
        return FAIL(TAMPERED, "entry %llu: the set beside it is missing", (unsigned long long)index);
    }
    return aside.set_count > 0 ? check_set(verify, &entry, index, &aside) : OK;
}

/* A bundle's time stands in the clear, for searches: it must be its first entry's. */
static RESULT check_bundle_time(struct verify *verify, uint64_t n, struct slice first)
{
    struct store *store = verify->shop->store;
    struct entry entry = {0};
    int64_t time_us = 0;
    if ((n + 1) * TILE_WIDTH > ledger_durable(verify->shop->ledger))
        return OK; /* the tail has no such time */
    TRY(store->ledger->bundle_time(store, n, &time_us));
    TRY(entry_read(first, &entry));
    if (entry.time_us == time_us) return OK;
    return FAIL(TAMPERED, "bundle %llu: its time is not that of its first entry", (unsigned long long)n);
}

/* One bundle: every entry against its leaf in the tile, then what stands beside it. */
static RESULT check_bundle(struct verify *verify, uint64_t n)
{
    struct ledger *ledger = verify->shop->ledger;
    SCOPED(bundle_done) struct bundle bundle = {0};
    SCOPED(buf_done) struct buf tile = {0};
    struct result got = ledger_bundle(ledger, n, &bundle);
    if (got.code != CODE_OK) return finding_of(verify, got);
    got = ledger_tiles(ledger)->read(ledger_tiles(ledger)->context, 0, n, bundle.count, &tile);
    if (got.code != CODE_OK) return finding_of(verify, got);
    TRY(finding_of(verify, check_bundle_time(verify, n, bundle.entries[0])));
    for (unsigned i = 0; i < bundle.count; i++) {
        struct hash leaf = {{0}};
        uint64_t index = bundle.first + i;
        leaf_hash(verify->shop->crypto, bundle.entries[i], &leaf);
        struct result checked = OK;
        if (!bytes_equal_ct(leaf.bytes, tile.at + (size_t)i * HASH_BYTES, HASH_BYTES)) {
            checked =
                FAIL(TAMPERED, "entry %llu: its bytes do not hash to its leaf", (unsigned long long)index);
        } else {
            checked = check_entry(verify, index, bundle.entries[i], bundle.asides[i]);
        }
        TRY(finding_of(verify, checked));
    }
    return OK;
}

RESULT verify_entries(struct verify *verify)
{
    uint64_t size = ledger_durable(verify->shop->ledger);
    for (uint64_t n = 0; n * TILE_WIDTH < size; n++) {
        TRY(check_bundle(verify, n));
        if (verify->options->progress)
            verify->options->progress(verify->options->context, n * TILE_WIDTH, size);
    }
    return verify_seen_end(verify);
}

RESULT verify_tiles(struct verify *verify)
{
    struct ledger *ledger = verify->shop->ledger;
    uint64_t size = ledger_durable(ledger);
    struct tiles_report report = {0};
    struct hash root = {{0}};
    SCOPED(tiles_done) struct tiles tiles = tiles_of(verify->shop->crypto, ledger_tiles(ledger), size);
    if (size == 0) return OK;
    TRY(finding_of(verify, tiles_range(&tiles, 0, size, &root)));
    struct result checked =
        tiles_check(verify->shop->crypto, ledger_tiles(ledger), size, &root, NULL, &report);
    verify->report->tiles += report.tiles;
    return finding_of(verify, checked);
}
