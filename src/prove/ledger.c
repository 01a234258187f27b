#include "prove/ledger_priv.h"

#include <assert.h>
#include <string.h>

static struct tail_end *tail_end(const struct ledger *ledger, uint64_t offset)
{
    return (struct tail_end *)(void *)(ledger->ends.at + offset * sizeof(struct tail_end));
}

static uint64_t tail_count(const struct ledger *ledger)
{
    return ledger->ends.len / sizeof(struct tail_end);
}

uint64_t ledger_size(const struct ledger *ledger)
{
    return ledger->tree.size;
}

uint64_t ledger_durable(const struct ledger *ledger)
{
    return ledger->durable;
}

int64_t ledger_last_us(const struct ledger *ledger)
{
    return ledger->last_us;
}

struct slice ledger_checkpoint(const struct ledger *ledger)
{
    return buf_slice(&ledger->note);
}

void ledger_vkey(const struct ledger *ledger, struct buf *out)
{
    vkey_put(out, &ledger->key);
}

const struct note_key *ledger_key(const struct ledger *ledger)
{
    return &ledger->key;
}

struct authority_head ledger_authority(const struct ledger *ledger)
{
    return ledger->authority;
}

void authority_head_add(struct crypto *crypto, struct authority_head *head, uint64_t index,
                        const struct hash *leaf)
{
    uint8_t at[8];
    be64_put(at, index);
    const struct slice parts[] = {SLICE_OF(head->hash), {at, sizeof at}, {leaf->bytes, HASH_BYTES}};
    sha256(crypto, parts, COUNT_OF(parts), &head->hash);
    head->count++;
}

/* Set what the ledger itself knows of an entry: time, count, root, commitments. Salts go into `texts`. */
static void draft_finish(struct ledger *ledger, const struct draft *draft, struct aside_text *texts,
                         struct entry *out)
{
    struct crypto *crypto = ledger->options.crypto;
    *out = draft->entry;
    int64_t now = clock_now(&ledger->options.clock);
    out->time_us =
        now > ledger->last_us ? now : ledger->last_us; /* never backwards, whatever the clock does */
    ledger->last_us = out->time_us;
    if (draft->set_count > 0) {
        out->count = draft->set_count;
        out->has_root = true;
        merkle_root(crypto, draft->leaves, draft->set_count, &out->root);
    }
    for (size_t i = 0; i < draft->text_count; i++) {
        texts[i] = draft->texts[i];
        crypto_random(crypto, texts[i].salt, COMMIT_SALT_BYTES);
        out->commitment[i].kind = texts[i].kind;
        commitment_make(crypto, &texts[i], &out->commitment[i].hash);
    }
    out->commitments = draft->text_count;
}

/* The root of a tile that became full, which the level above wants once the batch is sealed. */
static void root_keep(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    struct ledger *ledger = context;
    (void)index;
    if (level == TILE_HEIGHT) buf_put(&ledger->roots, node->bytes, HASH_BYTES);
}

void ledger_append(struct ledger *ledger, const struct draft *draft, struct receipt *out)
{
    assert(!ledger->sealed && draft->text_count <= COMMITMENTS_MAX && draft->set_count <= SET_SUBJECTS_MAX);
    struct aside_text texts[COMMITMENTS_MAX];
    struct entry entry = {0};
    struct buf *scratch = &ledger->scratch;
    draft_finish(ledger, draft, texts, &entry);

    struct aside aside = {draft->set, draft->set_count, texts, draft->text_count, draft->more};
    aside_write(&aside, scratch);
    buf_varint(&ledger->aside, scratch->len);
    buf_slice_put(&ledger->aside, buf_slice(scratch));
    buf_clear(scratch);
    entry_write(&entry, scratch);
    bundle_put(&ledger->entries, buf_slice(scratch));
    struct tail_end end = {ledger->entries.len, ledger->aside.len};
    buf_put(&ledger->ends, &end, sizeof end);

    out->index = ledger->tree.size;
    leaf_hash(ledger->options.crypto, buf_slice(scratch), &out->leaf);
    buf_clear(scratch);
    buf_put(&ledger->leaves, out->leaf.bytes, HASH_BYTES);
    const struct tree_emit emit = {root_keep, ledger};
    tree_append(ledger->options.crypto, &ledger->tree, &out->leaf, &emit);
    if (entry.kind == ENTRY_AUTHORITY) {
        authority_head_add(ledger->options.crypto, &ledger->authority, out->index, &out->leaf);
    }
}

static struct slice aside_aad(const struct ledger *ledger, const char *kind, uint64_t first, struct buf *out)
{
    buf_put(out, keyring_shop_id(ledger->options.keyring), SHOP_ID_BYTES);
    buf_text(out, kind);
    buf_be64(out, first);
    return buf_slice(out);
}

void aside_seal(struct ledger *ledger, const char *kind, uint64_t first, struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    aead_seal(ledger->aside_box, aside_aad(ledger, kind, first, &aad), text, out);
}

RESULT aside_open(struct ledger *ledger, const char *kind, uint64_t first, struct slice box, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    struct result opened = aead_open(ledger->aside_box, aside_aad(ledger, kind, first, &aad), box, out);
    if (opened.code == CODE_OK) return OK;
    return FAIL(TAMPERED, "ledger: the set beside %s %llu was changed", kind, (unsigned long long)first);
}

/* The bytes of entries [from, to) of the tail, by what `end` gives for each. */
static struct slice tail_entries(const struct ledger *ledger, uint64_t from, uint64_t to)
{
    size_t start = from ? tail_end(ledger, from - 1)->entry : 0;
    return slice_part(buf_slice(&ledger->entries), start, tail_end(ledger, to - 1)->entry - start);
}

static struct slice tail_aside(const struct ledger *ledger, uint64_t from, uint64_t to)
{
    size_t start = from ? tail_end(ledger, from - 1)->aside : 0;
    return slice_part(buf_slice(&ledger->aside), start, tail_end(ledger, to - 1)->aside - start);
}

static RESULT tail_write(struct ledger *ledger, uint64_t from, uint64_t to)
{
    SCOPED(buf_done) struct buf box = {0};
    if (from == to) return OK;
    uint64_t first = ledger->first + from;
    aside_seal(ledger, "tail", first, tail_aside(ledger, from, to), &box);
    struct tail_row row = {
        first, (uint32_t)(to - from), tail_entries(ledger, from, to),
        slice_part(buf_slice(&ledger->leaves), from * HASH_BYTES, (to - from) * HASH_BYTES), buf_slice(&box)};
    return ledger->options.store->ledger->tail_add(ledger->options.store, &row);
}

/* Take a full tile's root into the level above, and write that growing tile. */
static RESULT upper_add(struct ledger *ledger, uint64_t bundle, struct hash root)
{
    struct store *store = ledger->options.store;
    uint64_t at = bundle; /* number of `root` within its level */
    for (unsigned level = 1; level < UPPER_LEVELS; level++) {
        struct buf *tile = &ledger->upper[level];
        buf_put(tile, root.bytes, HASH_BYTES);
        TRY(store->ledger->tile_put(store, level, at >> TILE_HEIGHT, buf_slice(tile)));
        if (tile->len < TILE_BYTES) return OK;
        merkle_root(ledger->options.crypto, (const struct hash *)(const void *)tile->at, TILE_WIDTH, &root);
        tile->len = 0;
        at >>= TILE_HEIGHT;
    }
    return FAIL(TOO_MANY, "ledger: 2^40 entries; open a new log");
}

static RESULT bundle_write(struct ledger *ledger, uint64_t from)
{
    struct store *store = ledger->options.store;
    uint64_t n = (ledger->first + from) / TILE_WIDTH;
    struct slice leaves = slice_part(buf_slice(&ledger->leaves), from * HASH_BYTES, TILE_BYTES);
    struct slice entries = tail_entries(ledger, from, from + TILE_WIDTH);
    struct entry entry = {0};
    SCOPED(buf_done) struct buf box = {0};
    TRY(entry_read(slice_from(tail_entries(ledger, from, from + 1), sizeof(uint16_t)), &entry));
    aside_seal(ledger, "bundle", n, tail_aside(ledger, from, from + TILE_WIDTH), &box);
    TRY(store->ledger->bundle_add(store, n, entry.time_us, entries, buf_slice(&box)));
    TRY(store->ledger->tile_put(store, 0, n, leaves));
    struct hash root;
    assert(from / TILE_WIDTH < ledger->roots.len / HASH_BYTES);
    memcpy(root.bytes, ledger->roots.at + from / TILE_WIDTH * HASH_BYTES, HASH_BYTES);
    return upper_add(ledger, n, root);
}

static RESULT pack(struct ledger *ledger)
{
    uint64_t count = tail_count(ledger), full = count / TILE_WIDTH;
    for (unsigned level = 1; level < UPPER_LEVELS; level++) {
        buf_clear(&ledger->upper_before[level]);
        buf_slice_put(&ledger->upper_before[level], buf_slice(&ledger->upper[level]));
    }
    ledger->packed = full; /* from here on a rollback restores the upper tiles */
    /* Cleared first: the bundles then take the pages that the tail gives back, instead of as many others. */
    TRY(ledger->options.store->ledger->tail_clear(ledger->options.store));
    for (uint64_t n = 0; n < full; n++) TRY(bundle_write(ledger, n * TILE_WIDTH));
    return tail_write(ledger, full * TILE_WIDTH, count);
}

void ledger_statement(struct ledger *ledger, const char *kind, struct slice text, struct buf *out)
{
    SCOPED(buf_done) struct buf whole = {0};
    buf_print(&whole, "amanah %s 1\n%s\n", kind, ledger->key.name);
    buf_slice_put(&whole, text);
    note_sign(ledger->signer, &ledger->key, buf_slice(&whole), out);
}

/* The checkpoint over everything appended, as the newest one and, once a minute, to keep. */
static RESULT checkpoint_write(struct ledger *ledger)
{
    struct store *store = ledger->options.store;
    struct checkpoint checkpoint = {.size = ledger->tree.size};
    tree_root(ledger->options.crypto, &ledger->tree, &checkpoint.root);
    memcpy(checkpoint.origin, ledger->key.name, strlen(ledger->key.name) + 1);
    buf_clear(&ledger->note_next);
    checkpoint_sign(ledger->signer, &ledger->key, &checkpoint, &ledger->note_next);
    struct checkpoint_row row = {CHECKPOINT_NEWEST, checkpoint.size, ledger->last_us,
                                 buf_slice(&ledger->note_next)};
    TRY(store->ledger->checkpoint_put(store, &row));
    int64_t minute_s = ledger->last_us / SECOND_US / KEEP_CHECKPOINT_EVERY_S;
    if (minute_s == ledger->minute_s) return OK;
    ledger->minute_s = minute_s;
    row.kind = CHECKPOINT_MINUTE;
    return store->ledger->checkpoint_put(store, &row);
}

static RESULT authority_list(struct ledger *ledger, uint64_t from, uint64_t count)
{
    struct store *store = ledger->options.store;
    if (ledger->authority.count == ledger->mark.authority.count) return OK;
    for (uint64_t at = from; at < count; at++) {
        struct entry entry = {0};
        TRY(entry_read(slice_from(tail_entries(ledger, at, at + 1), sizeof(uint16_t)),
                       &entry)); /* behind its length */
        if (entry.kind == ENTRY_AUTHORITY) TRY(store->ledger->authority_add(store, ledger->first + at));
    }
    return OK;
}

RESULT ledger_seal(struct ledger *ledger)
{
    assert(!ledger->sealed);
    if (ledger->tree.size == ledger->durable) return OK;
    ledger->sealed = true;
    uint64_t count = tail_count(ledger), written = ledger->durable - ledger->first;
    TRY(authority_list(ledger, written, count));
    if (count >= TILE_WIDTH) {
        TRY(pack(ledger));
    } else if (ledger->tail_anew) {
        TRY(ledger->options.store->ledger->tail_clear(ledger->options.store));
        TRY(tail_write(ledger, 0, count));
    } else {
        TRY(tail_write(ledger, written, count));
    }
    return checkpoint_write(ledger);
}

void ledger_mark_set(struct ledger *ledger)
{
    ledger->mark =
        (struct ledger_mark){ledger->tree,     ledger->entries.len, ledger->leaves.len, ledger->aside.len,
                             ledger->ends.len, ledger->authority,   ledger->last_us,    ledger->minute_s};
}

static void buf_drop_front(struct buf *buf, size_t len)
{
    memmove(buf->at, buf->at + len, buf->len - len);
    buf->len -= len;
}

/* The packed bundles are in the store: the tail begins behind them. */
static void tail_advance(struct ledger *ledger)
{
    uint64_t gone = ledger->packed * TILE_WIDTH;
    struct tail_end end = *tail_end(ledger, gone - 1);
    buf_drop_front(&ledger->entries, end.entry);
    buf_drop_front(&ledger->aside, end.aside);
    buf_drop_front(&ledger->leaves, gone * HASH_BYTES);
    buf_drop_front(&ledger->ends, gone * sizeof end);
    for (uint64_t i = 0; i < tail_count(ledger); i++) {
        tail_end(ledger, i)->entry -= end.entry;
        tail_end(ledger, i)->aside -= end.aside;
    }
    ledger->roots.len = 0; /* each full tile is packed in the batch that filled it */
    ledger->first += gone;
    ledger->packed = 0;
}

void ledger_committed(struct ledger *ledger)
{
    if (!ledger->sealed) return;
    if (ledger->packed > 0) tail_advance(ledger);
    struct signed_state state = {.size = ledger->tree.size, .authority = ledger->authority};
    tree_root(ledger->options.crypto, &ledger->tree, &state.root);
    struct result written = signed_write(ledger, &state);
    (void)written; /* an older file only makes the next start's comparison weaker; the store is the truth */
    struct buf note = ledger->note;
    ledger->note = ledger->note_next;
    ledger->note_next = note;
    ledger->durable = ledger->tree.size;
    ledger->sealed = false;
    ledger->tail_anew = false;
    buf_clear(&ledger->aside_before); /* dropped texts are gone from memory too */
    ledger_mark_set(ledger);
}

void ledger_rollback(struct ledger *ledger)
{
    const struct ledger_mark *mark = &ledger->mark;
    if (ledger->packed > 0) {
        for (unsigned level = 1; level < UPPER_LEVELS; level++) {
            struct buf changed = ledger->upper[level];
            ledger->upper[level] = ledger->upper_before[level];
            ledger->upper_before[level] = changed;
        }
    }
    if (ledger->tail_anew) {
        struct buf aside = ledger->aside, ends = ledger->ends;
        ledger->aside = ledger->aside_before;
        ledger->ends = ledger->ends_before;
        ledger->aside_before = aside;
        ledger->ends_before = ends;
        ledger->mark.aside = ledger->aside.len;
        ledger->tail_anew = false;
    }
    ledger->tree = mark->tree;
    ledger->entries.len = mark->entries;
    ledger->leaves.len = mark->leaves;
    ledger->aside.len = mark->aside;
    ledger->ends.len = mark->ends;
    ledger->roots.len = 0;
    ledger->authority = mark->authority;
    ledger->last_us = mark->last_us;
    ledger->minute_s = mark->minute_s;
    ledger->packed = 0;
    ledger->sealed = false;
}

/* The checkpoint is ours: signed by this log's key, over the entries that it still holds. */
static RESULT cosigned_check(struct ledger *ledger, const struct note_key *witness, struct slice note,
                             struct checkpoint *out, int64_t *time_s)
{
    struct hash root = {{0}};
    struct note_check checks[2] = {{.key = ledger->key}, {.key = *witness}};
    TRY(checkpoint_open(ledger->options.crypto, note, checks, COUNT_OF(checks), out));
    if (!checks[1].good)
        return FAIL(NOT_FOUND, "witness: the line is not its cosignature of this checkpoint");
    if (out->size == 0 || out->size > ledger->durable)
        return FAIL(CONFLICT, "witness: not a checkpoint of this log");
    SCOPED(tiles_done) struct tiles tiles = tiles_of(ledger->options.crypto, &ledger->tiles, out->size);
    TRY(tiles_range(&tiles, 0, out->size, &root));
    *time_s = checks[1].time_s;
    return hash_equal(&root, &out->root) ? OK : FAIL(CONFLICT, "witness: not a checkpoint of this log");
}

RESULT ledger_cosigned(struct ledger *ledger, const struct note_key *key, struct slice checkpoint,
                       struct slice line)
{
    struct store *store = ledger->options.store;
    struct checkpoint said = {0};
    int64_t time_s = 0, kept_us = 0;
    uint64_t kept_size = 0;
    SCOPED(buf_done) struct buf note = {0}, kept = {0};
    buf_slice_put(&note, checkpoint);
    buf_slice_put(&note, line);
    if (line.len == 0 || line.at[line.len - 1] != '\n') buf_byte(&note, '\n');
    struct result checked = cosigned_check(ledger, key, buf_slice(&note), &said, &time_s);
    if (checked.code == CODE_CORRUPT)
        return FAIL(INVALID, "witness: a signature of the checkpoint or line does not verify");
    TRY(checked);
    struct result got =
        store->ledger->checkpoint_get(store, CHECKPOINT_COSIGNED, said.size, &kept_size, &kept_us, &kept);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK && kept_size == said.size) { /* another witness's line of the same size stays */
        struct note parsed = {0};
        TRY(note_parse(buf_slice(&kept), &parsed));
        if (note_line_of(&parsed, key).len > 0) return OK;
        buf_slice_put(&kept, slice_from(buf_slice(&note), checkpoint.len));
    } else {
        buf_clear(&kept);
        buf_slice_put(&kept, buf_slice(&note));
    }
    struct checkpoint_row row = {CHECKPOINT_COSIGNED, said.size, time_s * SECOND_US, buf_slice(&kept)};
    return store->ledger->checkpoint_put(store, &row);
}
