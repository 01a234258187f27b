#include "prove/ledger_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ledger_free(struct ledger **ledger)
{
    struct ledger *at = *ledger;
    if (!at) return;
    if (at->signed_fd >= 0) (void)close(at->signed_fd);
    signer_free(&at->signer);
    prf_free(&at->row_mac);
    aead_free(&at->aside_box);
    buf_done(&at->entries);
    buf_done(&at->leaves);
    buf_done(&at->aside);
    buf_done(&at->ends);
    buf_done(&at->aside_before);
    buf_done(&at->ends_before);
    buf_done(&at->note);
    buf_done(&at->note_next);
    for (unsigned level = 0; level < UPPER_LEVELS; level++) {
        buf_done(&at->upper[level]);
        buf_done(&at->upper_before[level]);
    }
    free(at);
    *ledger = NULL;
}

/* Two slots, written in turn, so that one torn by a power cut leaves the other. */
static void signed_encode(struct ledger *ledger, const struct signed_state *state, uint8_t out[SIGNED_SLOT_BYTES])
{
    struct hash mac = {{0}};
    be64_put(out, state->size);
    memcpy(out + 8, state->root.bytes, HASH_BYTES);
    be64_put(out + 40, state->authority.count);
    memcpy(out + 48, state->authority.hash.bytes, HASH_BYTES);
    struct slice parts[] = {SLICE_TEXT("signed"), {out, 80}};
    prf_run(ledger->row_mac, parts, COUNT_OF(parts), &mac);
    memcpy(out + 80, mac.bytes, HASH_BYTES);
}

static bool signed_decode(struct ledger *ledger, const uint8_t slot[SIGNED_SLOT_BYTES], struct signed_state *out)
{
    struct signed_state state = {.size = be64_get(slot), .authority = {.count = be64_get(slot + 40)}};
    uint8_t again[SIGNED_SLOT_BYTES];
    memcpy(state.root.bytes, slot + 8, HASH_BYTES);
    memcpy(state.authority.hash.bytes, slot + 48, HASH_BYTES);
    signed_encode(ledger, &state, again);
    if (!bytes_equal_ct(again, slot, SIGNED_SLOT_BYTES)) return false;
    *out = state;
    return true;
}

RESULT signed_read(struct ledger *ledger, struct signed_state *out)
{
    if (ledger->signed_fd < 0) return FAIL(NOT_FOUND, "ledger: no signed file is kept");
    uint8_t slot[SIGNED_SLOT_BYTES];
    bool any = false, found = false;
    struct signed_state best = {0};
    for (int i = 0; i < 2; i++) {
        struct signed_state state = {0};
        ssize_t got = pread(ledger->signed_fd, slot, sizeof slot, (off_t)i * SIGNED_SLOT_STEP);
        if (got < 0) return FAIL(UNAVAILABLE, "ledger: cannot read the signed file: %s", strerror(errno));
        static const uint8_t zeros[SIGNED_SLOT_BYTES];
        if (got < (ssize_t)sizeof slot || memcmp(slot, zeros, sizeof slot) == 0) continue;
        any = true;
        if (!signed_decode(ledger, slot, &state)) continue;
        if (!found || state.size > best.size) best = state;
        found = true;
    }
    if (!any) return FAIL(NOT_FOUND, "ledger: nothing was signed yet");
    if (!found) return FAIL(TAMPERED, "ledger: the file of the last signed size was changed; restore it or a backup");
    *out = best;
    return OK;
}

RESULT signed_write(struct ledger *ledger, const struct signed_state *state)
{
    uint8_t slot[SIGNED_SLOT_BYTES];
    if (ledger->signed_fd < 0) return OK;
    signed_encode(ledger, state, slot);
    off_t turn = (off_t)(state->size & 1);
    ssize_t put = pwrite(ledger->signed_fd, slot, sizeof slot, turn * SIGNED_SLOT_STEP);
    if (put == (ssize_t)sizeof slot && ledger->signed_anew) {
        put = pwrite(ledger->signed_fd, slot, sizeof slot, (1 - turn) * SIGNED_SLOT_STEP);
        ledger->signed_anew = put != (ssize_t)sizeof slot;
    }
    if (put != (ssize_t)sizeof slot) return FAIL(UNAVAILABLE, "ledger: cannot write the signed file");
    return OK;
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
    if (ledger->durable == 0) return FAIL(TAMPERED, "ledger: it has entries, but its newest checkpoint is missing");
    if (row->first != ledger->first + have || row->count == 0 || have + row->count > TILE_WIDTH) {
        return FAIL(TAMPERED, "ledger: entries are missing or doubled before %llu", (unsigned long long)row->first);
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
    if (cursor.bad || cursor.rest.len != 0) return FAIL(TAMPERED, "ledger: the set beside tail %llu was changed",
                                                        (unsigned long long)row->first);
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
    return FAIL(TAMPERED, "ledger: its tiles do not hash to its newest checkpoint; run `amanah ledger verify`");
}

static RESULT newest_read(struct ledger *ledger, struct checkpoint *out, bool *other_origin)
{
    struct store *store = ledger->options.store;
    uint64_t size = 0;
    int64_t time_us = 0;
    struct note note = {0};
    struct note_check check = {.key = ledger->key};
    buf_clear(&ledger->note);
    struct result got = store->ledger->checkpoint_get(store, CHECKPOINT_NEWEST, UINT64_MAX, &size, &time_us, &ledger->note);
    if (got.code == CODE_NOT_FOUND) return OK; /* a log without entries */
    if (got.code != CODE_OK) return got;
    if (note_parse(buf_slice(&ledger->note), &note).code != CODE_OK ||
        checkpoint_text_get(note.text, out).code != CODE_OK) {
        return FAIL(TAMPERED, "ledger: its newest checkpoint is malformed");
    }
    *other_origin = strcmp(out->origin, ledger->key.name) != 0;
    if (!*other_origin && note_verify(ledger->options.crypto, &note, &check, 1).code != CODE_OK) {
        return FAIL(TAMPERED, "ledger: its newest checkpoint is not signed by its key");
    }
    if (out->size != size) return FAIL(TAMPERED, "ledger: its newest checkpoint was changed");
    ledger->last_us = time_us;
    ledger->minute_s = time_us / SECOND_US / KEEP_CHECKPOINT_EVERY_S;
    return OK;
}

static RESULT authority_read(void *context, uint64_t index)
{
    struct ledger *ledger = context;
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry entry = {0};
    struct hash leaf = {{0}};
    TRY(ledger_entry(ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    if (entry.kind != ENTRY_AUTHORITY) return FAIL(TAMPERED, "ledger: its list of authority entries was changed");
    leaf_hash(ledger->options.crypto, buf_slice(&bytes), &leaf);
    authority_head_add(ledger->options.crypto, &ledger->authority, index, &leaf);
    return OK;
}

/* Compare what is stored with what was signed before, outside the store. */
static RESULT signed_compare(struct ledger *ledger)
{
    struct signed_state state = {0};
    struct result got = signed_read(ledger, &state);
    if (got.code == CODE_NOT_FOUND) return OK;
    if (got.code != CODE_OK) return got;
    if (state.size > ledger->durable) {
        return FAIL(LEDGER_BEHIND, "ledger: holds %llu entries, but %llu were signed: an old copy was put back",
                    (unsigned long long)ledger->durable, (unsigned long long)state.size);
    }
    if (state.size > 0) {
        SCOPED(tiles_done) struct tiles tiles = tiles_of(ledger->options.crypto, &ledger->tiles, state.size);
        struct hash root = {{0}};
        TRY(tiles_range(&tiles, 0, state.size, &root));
        if (!hash_equal(&root, &state.root)) {
            return FAIL(TAMPERED, "ledger: its first %llu entries are not those that were signed",
                        (unsigned long long)state.size);
        }
    }
    bool same = state.authority.count < ledger->authority.count ||
                (state.authority.count == ledger->authority.count &&
                 hash_equal(&state.authority.hash, &ledger->authority.hash));
    return same ? OK : FAIL(TAMPERED, "ledger: its list of authority entries is not the one that was signed");
}

static RESULT ledger_load(const struct ledger_options *options, struct ledger **out)
{
    SCOPED(ledger_free) struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) return FAIL(UNAVAILABLE, "ledger: out of memory");
    ledger->options = *options;
    ledger->signed_fd = -1;
    if (options->signed_path) {
        ledger->signed_fd = open(options->signed_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (ledger->signed_fd < 0) {
            return FAIL(UNAVAILABLE, "%s: cannot open: %s", options->signed_path, strerror(errno));
        }
    }
    ledger->tiles = *ledger_tiles(ledger);
    TRY(keys_load(ledger));
    *out = TAKE(ledger);
    return OK;
}

static RESULT ledger_open_any(const struct ledger_options *options, bool behind_fine, struct ledger **out)
{
    SCOPED(ledger_free) struct ledger *ledger = NULL;
    struct checkpoint newest = {0};
    bool other_origin = false;
    empty_root(&newest.root); /* of a log without entries */
    TRY(ledger_load(options, &ledger));
    TRY(newest_read(ledger, &newest, &other_origin));
    if (other_origin && !behind_fine) return FAIL(LEDGER_BEHIND, "ledger: its log was closed and not opened again");
    ledger->first = newest.size / TILE_WIDTH * TILE_WIDTH;
    ledger->durable = newest.size;
    TRY(options->store->ledger->tail_each(options->store, tail_read, ledger));
    if (ledger->ends.len / sizeof(struct tail_end) != newest.size - ledger->first) {
        return FAIL(TAMPERED, "ledger: entries at the end are missing");
    }
    TRY(upper_read(ledger));
    TRY(tree_read(ledger, &newest));
    TRY(options->store->ledger->authority_each(options->store, authority_read, ledger));
    if (!behind_fine) TRY(signed_compare(ledger));
    ledger->signed_anew = behind_fine;
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

RESULT ledger_behind(const struct ledger_options *options, uint64_t *size, struct hash *root)
{
    SCOPED(ledger_free) struct ledger *ledger = NULL;
    struct signed_state state = {0};
    TRY(ledger_load(options, &ledger));
    TRY(signed_read(ledger, &state));
    *size = state.size;
    *root = state.root;
    return OK;
}
