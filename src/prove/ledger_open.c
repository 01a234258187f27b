#include "prove/ledger_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void ledger_free(struct ledger **ledger)
{
    struct ledger *at = *ledger;
    if (!at) return;
    signed_close(at);
    signer_free(&at->signer);
    prf_free(&at->row_mac);
    aead_free(&at->aside_box);
    buf_done(&at->entries);
    buf_done(&at->leaves);
    buf_done(&at->aside);
    buf_done(&at->ends);
    buf_done(&at->roots);
    buf_done(&at->aside_before);
    buf_done(&at->ends_before);
    buf_done(&at->note);
    buf_done(&at->note_next);
    buf_done(&at->scratch);
    for (unsigned level = 0; level < UPPER_LEVELS; level++) {
        buf_done(&at->upper[level]);
        buf_done(&at->upper_before[level]);
    }
    free(at);
    *ledger = NULL;
}

static RESULT keys_load(struct ledger *ledger)
{
    const struct keyring *keyring = ledger->options.keyring;
    struct crypto *crypto = ledger->options.crypto;
    SECRET seed = {{0}}, mac = {{0}}, set = {{0}};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    TRY(keyring_key(keyring, KEY_LEDGER, 0, keyring_newest(keyring, KEY_LEDGER, 0), &seed));
    TRY(keyring_key(keyring, KEY_SET, 0, keyring_newest(keyring, KEY_SET, 0), &set));
    TRY(keyring_key(keyring, KEY_ROW_MAC, 0, keyring_newest(keyring, KEY_ROW_MAC, 0), &mac));
    TRY(aead_new(crypto, &ledger->aside_box));
    aead_key(ledger->aside_box, &set);
    TRY(signer_new(crypto, &seed, &ledger->signer));
    TRY(prf_new(crypto, &mac, &ledger->row_mac));
    signer_public(ledger->signer, public_key);
    return note_key_make(crypto, KEY_ED25519, keyring_origin(keyring), public_key, &ledger->key);
}

static RESULT tail_read(void *context, const struct tail_row *row)
{
    struct ledger *ledger = context;
    uint64_t have = ledger->ends.len / sizeof(struct tail_end);
    if (ledger->durable == 0)
        return FAIL(TAMPERED, "ledger: it has entries, but its newest checkpoint is missing");
    if (row->first != ledger->first + have || row->count == 0 || have + row->count > TILE_WIDTH) {
        return FAIL(TAMPERED, "ledger: entries are missing or doubled before %llu",
                    (unsigned long long)row->first);
    }
    struct slice entries[TILE_WIDTH];
    SCOPED(buf_done) struct buf aside = {0};
    struct hash leaf = {{0}};
    TRY(bundle_get(row->entries, row->count, entries));
    TRY(aside_open(ledger, "tail", row->first, row->aside, &aside));
    struct cursor cursor = {buf_slice(&aside), false};
    for (uint32_t i = 0; i < row->count; i++) {
        leaf_hash(ledger->options.crypto, entries[i], &leaf);
        if (memcmp(leaf.bytes, row->leaves.at + (size_t)i * HASH_BYTES, HASH_BYTES) != 0) {
            return FAIL(TAMPERED, "ledger: entry %llu was changed", (unsigned long long)(row->first + i));
        }
        uint64_t len = cursor_varint(&cursor);
        (void)cursor_take(&cursor, (size_t)len); /* only where it ends counts here */
        bundle_put(&ledger->entries, entries[i]);
        struct tail_end end = {ledger->entries.len, ledger->aside.len + aside.len - cursor.rest.len};
        buf_put(&ledger->ends, &end, sizeof end);
        buf_put(&ledger->leaves, leaf.bytes, HASH_BYTES);
    }
    if (cursor.bad || cursor.rest.len != 0)
        return FAIL(TAMPERED, "ledger: the set beside tail %llu was changed", (unsigned long long)row->first);
    buf_slice_put(&ledger->aside, buf_slice(&aside));
    return OK;
}

static RESULT upper_read(struct ledger *ledger)
{
    struct store *store = ledger->options.store;
    uint64_t hashes = ledger->first / TILE_WIDTH; /* roots of full tiles of the level below */
    for (unsigned level = 1; level < UPPER_LEVELS && hashes > 0; level++) {
        size_t width = hashes & (TILE_WIDTH - 1);
        struct buf *tile = &ledger->upper[level];
        if (width > 0) {
            struct result got = store->ledger->tile_get(store, level, hashes >> TILE_HEIGHT, tile);
            if (got.code == CODE_NOT_FOUND) {
                return FAIL(TAMPERED, "ledger: tile/%u/%llu is missing", level,
                            (unsigned long long)(hashes >> TILE_HEIGHT));
            }
            TRY(got);
            if (tile->len != width * HASH_BYTES) {
                return FAIL(TAMPERED, "ledger: tile/%u/%llu has another size than its log", level,
                            (unsigned long long)(hashes >> TILE_HEIGHT));
            }
        }
        hashes >>= TILE_HEIGHT;
    }
    return OK;
}

/* The tree from tiles; its root must be the one of the newest checkpoint. */
static RESULT tree_read(struct ledger *ledger, const struct checkpoint *newest)
{
    SCOPED(tiles_done) struct tiles tiles = tiles_of(ledger->options.crypto, &ledger->tiles, newest->size);
    struct hash root = {{0}};
    TRY(tiles_tree(&tiles, &ledger->tree));
    tree_root(ledger->options.crypto, &ledger->tree, &root);
    if (hash_equal(&root, &newest->root)) return OK;
    struct tiles_report report = {0}; /* which one, at the cost of reading them all */
    TRY(tiles_check(ledger->options.crypto, &ledger->tiles, newest->size, &newest->root, NULL, &report));
    return FAIL(TAMPERED,
                "ledger: its tiles do not hash to its newest checkpoint; run `amanah ledger verify`");
}

/* The key of an older log of this shop. */
static RESULT old_key(struct ledger *ledger, uint16_t epoch, struct note_key *out)
{
    SECRET seed = {{0}};
    SCOPED(signer_free) struct signer *signer = NULL;
    SCOPED(buf_done) struct buf origin = {0};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    TRY(keyring_key(ledger->options.keyring, KEY_LEDGER, 0, epoch, &seed));
    TRY(signer_new(ledger->options.crypto, &seed, &signer));
    signer_public(signer, public_key);
    keyring_origin_of(ledger->options.keyring, epoch, &origin);
    return note_key_make(ledger->options.crypto, KEY_ED25519, buf_slice(&origin), public_key, out);
}

/* Which of the shop's logs signed the note: only under its own key and origin; the newest is asked first. */
static RESULT note_epoch(struct ledger *ledger, const struct note *note, const char *origin, uint64_t *out)
{
    uint16_t newest = keyring_newest(ledger->options.keyring, KEY_LEDGER, 0);
    for (uint16_t epoch = newest; epoch > 0; epoch--) {
        struct note_check check = {.key = ledger->key};
        if (epoch != newest && old_key(ledger, epoch, &check.key).code != CODE_OK)
            continue; /* that key was destroyed */
        if (strcmp(check.key.name, origin) != 0) continue;
        if (note_verify(ledger->options.crypto, note, &check, 1).code != CODE_OK) break;
        *out = epoch;
        return OK;
    }
    return FAIL(TAMPERED, "ledger: its newest checkpoint is not signed by its key");
}

/* The newest checkpoint, and the epoch of the log that signed it; 0 for a log without entries. */
static RESULT newest_read(struct ledger *ledger, struct checkpoint *out, uint64_t *epoch)
{
    struct store *store = ledger->options.store;
    uint64_t size = 0;
    int64_t time_us = 0; /* not signed: nobody relies on it */
    struct note note = {0};
    buf_clear(&ledger->note);
    struct result got =
        store->ledger->checkpoint_get(store, CHECKPOINT_NEWEST, UINT64_MAX, &size, &time_us, &ledger->note);
    if (got.code == CODE_NOT_FOUND) return OK; /* a log without entries */
    if (got.code != CODE_OK) return got;
    struct result read = note_parse(buf_slice(&ledger->note), &note);
    if (read.code == CODE_OK) read = checkpoint_text_get(note.text, out);
    if (read.code != CODE_OK)
        return FAIL(TAMPERED, "ledger: its newest checkpoint was changed: it is none any more");
    TRY(note_epoch(ledger, &note, out->origin, epoch));
    return out->size == size ? OK : FAIL(TAMPERED, "ledger: its newest checkpoint was changed");
}

/* The clock goes on where the newest entry stopped. */
static RESULT last_read(struct ledger *ledger)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry entry = {0};
    if (ledger->durable == 0) return OK;
    TRY(ledger_entry_proved(ledger, ledger->durable - 1, &bytes));
    TRY(entry_read(buf_slice(&bytes), &entry));
    ledger->last_us = entry.time_us;
    ledger->minute_s = entry.time_us / SECOND_US / KEEP_CHECKPOINT_EVERY_S;
    return OK;
}

struct authority_reading {
    struct ledger *ledger;
    const struct signed_state *state;
    struct authority_head then; /* as it was when that state was signed */
    uint64_t late, before;      /* entries listed from that size on; the index before, plus 1 */
};

static RESULT authority_read(void *context, uint64_t index)
{
    struct authority_reading *reading = context;
    struct ledger *ledger = reading->ledger;
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry entry = {0};
    struct hash leaf = {{0}};
    TRY(ledger_entry(ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    if (entry.kind != ENTRY_AUTHORITY || index < reading->before) {
        return FAIL(TAMPERED, "ledger: its list of authority entries was changed");
    }
    reading->before = index + 1;
    leaf_hash(ledger->options.crypto, buf_slice(&bytes), &leaf);
    authority_head_add(ledger->options.crypto, &ledger->authority, index, &leaf);
    if (index < reading->state->size) {
        reading->then = ledger->authority;
    } else {
        reading->late++;
    }
    return OK;
}

/* Entries that were committed after the state was signed: their authority entries must all be on the list. */
static RESULT late_count(struct ledger *ledger, uint64_t from, uint64_t late)
{
    for (uint64_t index = from; index < ledger->durable; index++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct entry entry = {0};
        TRY(ledger_entry_proved(ledger, index, &bytes));
        TRY(entry_read(buf_slice(&bytes), &entry));
        if (entry.kind != ENTRY_AUTHORITY) continue;
        if (late == 0)
            return FAIL(TAMPERED, "ledger: its list of authority entries lacks entry %llu",
                        (unsigned long long)index);
        late--;
    }
    return late == 0 ? OK : FAIL(TAMPERED, "ledger: its list of authority entries has too many");
}

/* Compare what is stored with what was signed before, outside the store. */
static RESULT signed_compare(struct ledger *ledger, const struct authority_reading *reading)
{
    const struct signed_state *state = reading->state;
    SCOPED(tiles_done) struct tiles tiles = tiles_of(ledger->options.crypto, &ledger->tiles, state->size);
    struct hash root = {{0}};
    if (state->size == 0) return OK;
    TRY(tiles_range(&tiles, 0, state->size, &root));
    if (!hash_equal(&root, &state->root)) {
        return FAIL(TAMPERED, "ledger: its first %llu entries are not those that were signed",
                    (unsigned long long)state->size);
    }
    if (state->authority.count != reading->then.count ||
        !hash_equal(&state->authority.hash, &reading->then.hash)) {
        return FAIL(TAMPERED, "ledger: its list of authority entries is not the one that was signed");
    }
    return late_count(ledger, state->size, reading->late);
}

static RESULT ledger_load(const struct ledger_options *options, int flags, struct ledger **out)
{
    SCOPED(ledger_free) struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) return FAIL(UNAVAILABLE, "ledger: out of memory");
    ledger->options = *options;
    ledger->signed_fd = -1;
    if (options->signed_path) {
        ledger->signed_fd = open(options->signed_path, flags | O_CLOEXEC, 0600);
        if (ledger->signed_fd < 0 && errno == ENOENT)
            return FAIL(NOT_FOUND, "%s: there is none", options->signed_path);
        if (ledger->signed_fd < 0) {
            return FAIL(UNAVAILABLE, "%s: cannot open: %s", options->signed_path, strerror(errno));
        }
    }
    ledger->tiles = *ledger_tiles(ledger);
    TRY(keys_load(ledger));
    *out = TAKE(ledger);
    return OK;
}

/* The tree as the newest checkpoint says it is, and the tail. */
static RESULT tree_open(struct ledger *ledger, const struct checkpoint *newest)
{
    struct store *store = ledger->options.store;
    ledger->first = newest->size / TILE_WIDTH * TILE_WIDTH;
    ledger->durable = newest->size;
    TRY(store->ledger->tail_each(store, tail_read, ledger));
    if (ledger->ends.len / sizeof(struct tail_end) != newest->size - ledger->first) {
        return FAIL(TAMPERED, "ledger: entries at the end are missing");
    }
    TRY(upper_read(ledger));
    TRY(tree_read(ledger, newest));
    ledger_mark_set(ledger); /* proofs are against what is durable */
    return last_read(ledger);
}

static RESULT ledger_open_any(const struct ledger_options *options, bool behind_fine, struct ledger **out)
{
    SCOPED(ledger_free) struct ledger *ledger = NULL;
    struct checkpoint newest = {0};
    struct signed_state state = {0};
    uint64_t epoch = 0;
    empty_root(&newest.root); /* of a log without entries */
    TRY(ledger_load(options, O_RDWR | O_CREAT, &ledger));
    TRY(newest_read(ledger, &newest, &epoch));
    struct result got = signed_read(ledger, &state);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    bool closed = epoch != 0 && epoch != keyring_newest(options->keyring, KEY_LEDGER, 0);
    /* of a log before this one: the first write after its end was lost */
    bool outlived = state.epoch < epoch;
    bool behind = state.size > newest.size && !outlived;
    if (closed && !behind_fine) return FAIL(LEDGER_BEHIND, "ledger: its log was closed and not opened again");
    if (behind && !behind_fine) {
        return FAIL(LEDGER_BEHIND,
                    "ledger: holds %llu entries, but %llu were signed: an old copy was put back",
                    (unsigned long long)newest.size, (unsigned long long)state.size);
    }
    struct authority_reading reading = {.ledger = ledger, .state = &state};
    TRY(tree_open(ledger, &newest));
    TRY(options->store->ledger->authority_each(options->store, authority_read, &reading));
    if (got.code == CODE_OK && !behind && !outlived) TRY(signed_compare(ledger, &reading));
    ledger_mark_set(ledger);
    *out = TAKE(ledger);
    return OK;
}

RESULT ledger_open(const struct ledger_options *options, struct ledger **out)
{
    return ledger_open_any(options, false, out);
}

RESULT ledger_reopen(const struct ledger_options *options, struct ledger **out)
{
    return ledger_open_any(options, true, out);
}

RESULT ledger_behind(const struct ledger_options *options, struct signed_state *out)
{
    SCOPED(ledger_free) struct ledger *ledger = NULL;
    TRY(ledger_load(options, O_RDONLY, &ledger));
    return signed_read(ledger, out);
}
