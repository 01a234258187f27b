#include "prove/ledger_priv.h"

#include <assert.h>
#include <string.h>

static RESULT tile_read(void *context, unsigned level, uint64_t n, unsigned width, struct buf *out)
{
    struct ledger *ledger = context;
    struct store *store = ledger->options.store;
    size_t want = (size_t)width * HASH_BYTES, start = out->len;
    if (level == 0 && n >= ledger->first / TILE_WIDTH) {
        struct slice tail =
            slice_from(buf_slice(&ledger->leaves), (size_t)(n * TILE_WIDTH - ledger->first) * HASH_BYTES);
        if (tail.len < want) return FAIL(NOT_FOUND, "ledger: no such tile");
        buf_put(out, tail.at, want);
        return OK;
    }
    struct result got = store->ledger->tile_get(store, level, n, out);
    if (got.code == CODE_NOT_FOUND) {
        return FAIL(TAMPERED, "ledger: tile/%u/%llu is missing", level, (unsigned long long)n);
    }
    TRY(got);
    if (out->len - start < want) {
        out->len = start;
        return FAIL(NOT_FOUND, "ledger: no such tile");
    }
    out->len = start + want; /* a partial tile is a prefix of the later one */
    return OK;
}

const struct tile_reader *ledger_tiles(struct ledger *ledger)
{
    ledger->tiles = (struct tile_reader){tile_read, ledger};
    return &ledger->tiles;
}

void bundle_done(struct bundle *bundle)
{
    buf_done(&bundle->entry_bytes);
    buf_done(&bundle->aside_bytes);
    *bundle = (struct bundle){0};
}

/* The durable part of the tail, entries or what stands aside. */
static struct slice tail_part(const struct ledger *ledger, uint64_t count, bool aside)
{
    const struct tail_end *ends = (const struct tail_end *)(const void *)ledger->ends.at;
    if (count == 0) return (struct slice){0};
    if (aside) return slice_part(buf_slice(&ledger->aside), 0, ends[count - 1].aside);
    return slice_part(buf_slice(&ledger->entries), 0, ends[count - 1].entry);
}

RESULT ledger_bundle_entries(struct ledger *ledger, uint64_t n, struct bundle *out)
{
    struct store *store = ledger->options.store;
    SCOPED(bundle_done) struct bundle bundle = {.first = n * TILE_WIDTH, .count = TILE_WIDTH};
    if (bundle.first >= ledger->durable) return FAIL(NOT_FOUND, "ledger: no such bundle yet");
    if (bundle.first >= ledger->first) {
        bundle.count = (unsigned)(ledger->durable - ledger->first);
        buf_slice_put(&bundle.entry_bytes, tail_part(ledger, bundle.count, false));
    } else {
        struct result got = store->ledger->bundle_get(store, n, &bundle.entry_bytes, NULL);
        if (got.code == CODE_NOT_FOUND) {
            return FAIL(TAMPERED, "ledger: bundle %llu is missing", (unsigned long long)n);
        }
        TRY(got);
    }
    TRY(bundle_get(buf_slice(&bundle.entry_bytes), bundle.count, bundle.entries));
    *out = TAKE(bundle);
    return OK;
}

RESULT ledger_bundle_asides(struct ledger *ledger, struct bundle *bundle)
{
    struct store *store = ledger->options.store;
    uint64_t n = bundle->first / TILE_WIDTH;
    SCOPED(buf_done) struct buf box = {0}, all = {0};
    if (bundle->first >= ledger->first) {
        buf_slice_put(&all, tail_part(ledger, bundle->count, true));
    } else {
        TRY(store->ledger->bundle_get(store, n, NULL, &box));
        TRY(aside_open(ledger, "bundle", n, buf_slice(&box), &all));
    }
    struct cursor cursor = {buf_slice(&all), false};
    for (unsigned i = 0; i < bundle->count; i++) {
        uint64_t len = cursor_varint(&cursor);
        bundle->asides[i] = cursor_take(&cursor, (size_t)len);
    }
    if (cursor.bad || cursor.rest.len > 0) {
        return FAIL(TAMPERED, "ledger: what stands beside bundle %llu was changed", (unsigned long long)n);
    }
    bundle->aside_bytes = TAKE(all);
    return OK;
}

RESULT ledger_bundle(struct ledger *ledger, uint64_t n, struct bundle *out)
{
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle_entries(ledger, n, &bundle));
    TRY(ledger_bundle_asides(ledger, &bundle));
    *out = TAKE(bundle);
    return OK;
}

RESULT ledger_entry(struct ledger *ledger, uint64_t index, struct buf *entry, struct buf *aside)
{
    if (index >= ledger->durable) {
        return FAIL(NOT_FOUND, "ledger: entry %llu does not exist yet; it holds %llu",
                    (unsigned long long)index, (unsigned long long)ledger->durable);
    }
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle_entries(ledger, index / TILE_WIDTH, &bundle));
    if (aside) TRY(ledger_bundle_asides(ledger, &bundle));
    unsigned at = (unsigned)(index - bundle.first);
    buf_slice_put(entry, bundle.entries[at]);
    if (aside) buf_slice_put(aside, bundle.asides[at]);
    return OK;
}

/* The root is that of the tree in memory, which was compared with the signed checkpoint. */
RESULT ledger_entry_proved(struct ledger *ledger, uint64_t index, struct buf *entry)
{
    struct crypto *crypto = ledger->options.crypto;
    struct proof proof = {0};
    struct hash leaf = {{0}}, root = {{0}};
    size_t start = entry->len;
    TRY(ledger_entry(ledger, index, entry, NULL));
    leaf_hash(crypto, slice_from(buf_slice(entry), start), &leaf);
    tree_root(crypto, &ledger->mark.tree, &root);
    struct result good = proof_inclusion(crypto, &ledger->tiles, ledger->durable, index, &proof);
    if (good.code == CODE_OK)
        good = proof_inclusion_check(crypto, index, ledger->durable, &leaf, &proof, &root);
    if (good.code == CODE_OK) return OK;
    entry->len = start;
    if (good.code == CODE_UNAVAILABLE) return good;
    return FAIL(TAMPERED, "ledger: entry %llu is not the one that was signed", (unsigned long long)index);
}

RESULT ledger_tile(struct ledger *ledger, const struct tile_at *at, struct buf *out)
{
    unsigned width = tile_width(ledger->durable, at->level, at->n);
    if (width < at->width) return FAIL(NOT_FOUND, "ledger: no such tile in a log of this size");
    if (!at->entries) return tile_read(ledger, at->level, at->n, at->width, out);
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle(ledger, at->n, &bundle));
    for (unsigned i = 0; i < at->width; i++) bundle_put(out, bundle.entries[i]);
    return OK;
}

static RESULT first_time(struct ledger *ledger, uint64_t n, int64_t *out)
{
    if (n < ledger->first / TILE_WIDTH)
        return ledger->options.store->ledger->bundle_time(ledger->options.store, n, out);
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(ledger_entry(ledger, n * TILE_WIDTH, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    *out = entry.time_us;
    return OK;
}

RESULT ledger_at_time(struct ledger *ledger, int64_t time_us, uint64_t *index)
{
    uint64_t low = 0, high = (ledger->durable + TILE_WIDTH - 1) /
                             TILE_WIDTH; /* first bundle that begins at or after */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int64_t first_us = 0;
        TRY(first_time(ledger, middle, &first_us));
        if (first_us < time_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        *index = 0;
        return OK;
    }
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle_entries(ledger, low - 1, &bundle)); /* it may lie within the one before */
    for (unsigned i = 0; i < bundle.count; i++) {
        struct entry entry = {0};
        TRY(entry_read(bundle.entries[i], &entry));
        if (entry.time_us < time_us) continue;
        *index = bundle.first + i;
        return OK;
    }
    *index = bundle.first + bundle.count;
    return OK;
}

/* What stands beside one entry, without its texts of these kinds. */
static RESULT aside_strip(struct slice bytes, unsigned kinds, struct buf *out, bool *changed)
{
    SCOPED(aside_read_done) struct aside_read read = {0};
    struct aside_text kept[COMMITMENTS_MAX];
    size_t count = 0;
    TRY(aside_read(bytes, &read));
    for (size_t i = 0; i < read.text_count; i++) {
        if (!(kinds >> read.texts[i].kind & 1)) kept[count++] = read.texts[i];
    }
    *changed = *changed || count < read.text_count;
    struct aside aside = {read.set, read.set_count, kept, count, read.more};
    aside_write(&aside, out);
    return OK;
}

/* Write one bundle's asides anew, those of the entries `at` stripped. `changed` when one of them had such a text. */
static RESULT texts_strip(const struct bundle *bundle, const struct ledger_places *at, unsigned kinds,
                          struct buf *out, bool *changed)
{
    for (unsigned i = 0; i < bundle->count; i++) {
        SCOPED(buf_done) struct buf one = {0};
        struct slice bytes = bundle->asides[i];
        if (at->bits[i / 64] >> i % 64 & 1) {
            TRY(aside_strip(bytes, kinds, &one, changed));
            bytes = buf_slice(&one);
        }
        buf_varint(out, bytes.len);
        buf_slice_put(out, bytes);
    }
    return OK;
}

/* The tail lives in memory too: strip it there, and have the next seal write its row anew. */
static void tail_texts_drop(struct ledger *ledger, struct slice stripped)
{
    struct tail_end *ends = (struct tail_end *)(void *)ledger->ends.at;
    uint64_t durable = ledger->durable - ledger->first, count = ledger->ends.len / sizeof *ends;
    size_t old = ends[durable - 1].aside, gone = old - stripped.len;
    SCOPED(buf_done) struct buf aside = {0};
    if (!ledger->tail_anew) {
        buf_clear(&ledger->aside_before);
        buf_clear(&ledger->ends_before);
        buf_put(&ledger->aside_before, ledger->aside.at, ledger->mark.aside);
        buf_put(&ledger->ends_before, ledger->ends.at, ledger->mark.ends);
    }
    buf_slice_put(&aside, stripped);
    buf_slice_put(&aside, slice_from(buf_slice(&ledger->aside), old));
    struct buf before = ledger->aside;
    ledger->aside = aside;
    aside = before;
    struct cursor cursor = {stripped, false};
    for (uint64_t i = 0; i < durable; i++) {
        (void)cursor_take(&cursor, (size_t)cursor_varint(&cursor));
        ends[i].aside = stripped.len - cursor.rest.len;
    }
    for (uint64_t i = durable; i < count; i++) ends[i].aside -= gone;
    ledger->mark.aside -= gone;
    ledger->tail_anew = true;
}

RESULT ledger_texts_drop(struct ledger *ledger, uint64_t n, const struct ledger_places *at, unsigned kinds)
{
    struct store *store = ledger->options.store;
    SCOPED(bundle_done) struct bundle bundle = {0};
    SCOPED(buf_done) struct buf all = {0}, box = {0};
    bool changed = false;
    TRY(ledger_bundle(ledger, n, &bundle));
    TRY(texts_strip(&bundle, at, kinds, &all, &changed));
    if (!changed) return OK;
    if (bundle.first >= ledger->first) {
        tail_texts_drop(ledger, buf_slice(&all));
        return OK;
    }
    aside_seal(ledger, "bundle", n, buf_slice(&all), &box);
    return store->ledger->aside_replace(store, n, buf_slice(&box));
}
