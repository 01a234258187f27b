/* The ledger's verbs: what auditors, witnesses and holders of pins ask for. */
#include "keep/outside.h"
#include "keep/access/authority.h"
#include "keep/verbs.h"

#include <stdlib.h>
#include <string.h>

static const char fact_pin[] = "pin_entry"; /* index of the newest PIN entry */

static void put_text(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
}

static void put_number(struct buf *out, const char *name, uint64_t number)
{
    cbor_text(out, slice_text(name));
    cbor_uint(out, number);
}

static void put_bytes(struct buf *out, const char *name, struct slice bytes)
{
    cbor_text(out, slice_text(name));
    cbor_bytes(out, bytes);
}

/* What cannot be read as it was signed counts as nothing; other failures are the caller's. */
static RESULT nothing_if_changed(struct result got)
{
    return got.code == CODE_UNAVAILABLE ? got : OK;
}

/* The time of the newest PIN entry. Where it stands is a hint in the store; the entry itself is proved. */
static RESULT pinned_us(struct shop *shop, int64_t *out)
{
    uint64_t index = 0;
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = shop->store->fact->get(shop->store, fact_pin, &index);
    if (got.code == CODE_OK) got = ledger_entry_proved(shop->ledger, index, &bytes);
    if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
    if (got.code != CODE_OK) return nothing_if_changed(got);
    if (entry.kind == ENTRY_PIN) *out = entry.time_us;
    return OK;
}

struct witness_keys {
    struct shop *shop;
    struct note_check checks[NOTE_CHECKS_MAX]; /* the log's key first */
    size_t count;
};

static RESULT witness_take(void *context, const struct authority_row *row)
{
    struct witness_keys *keys = context;
    struct cbor reader = cbor_reader(row->body);
    struct slice vkey = {0};
    size_t members = 0;
    if (row->kind != AUTHORITY_WITNESS || keys->count == NOTE_CHECKS_MAX) return OK;
    if (!authority_row_good(keys->shop, row)) return OK; /* put there since the start; `verify` names it */
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &vkey));
    TRY(vkey_get(keys->shop->crypto, vkey, &keys->checks[keys->count].key));
    keys->count++;
    return OK;
}

/* When a registered witness cosigned the newest kept checkpoint, by its own signature. */
static RESULT cosigned_us(struct shop *shop, int64_t *out)
{
    struct store *store = shop->store;
    struct witness_keys keys = {.shop = shop, .checks = {{.key = *ledger_key(shop->ledger)}}, .count = 1};
    struct note note = {0};
    uint64_t size = 0;
    int64_t time_us = 0; /* the row's own, which nobody signed */
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got =
        store->ledger->checkpoint_get(store, CHECKPOINT_COSIGNED, UINT64_MAX, &size, &time_us, &bytes);
    if (got.code == CODE_OK) got = store->authority->each(store, witness_take, &keys);
    if (got.code == CODE_OK) got = note_parse(buf_slice(&bytes), &note);
    if (got.code == CODE_OK) got = note_verify(shop->crypto, &note, keys.checks, keys.count);
    if (got.code != CODE_OK) return nothing_if_changed(got);
    for (size_t i = 1; i < keys.count && keys.checks[0].good; i++) {
        int64_t by_us = keys.checks[i].good ? keys.checks[i].time_s * SECOND_US : 0;
        if (by_us > *out) *out = by_us;
    }
    return OK;
}

RESULT outside_known(struct shop *shop, bool *out)
{
    int64_t pin_us = 0, cosign_us = 0, now_us = clock_now(&shop->clock);
    TRY(pinned_us(shop, &pin_us));
    TRY(cosigned_us(shop, &cosign_us));
    int64_t newest_us = pin_us > cosign_us ? pin_us : cosign_us;
    *out = newest_us > 0 && newest_us > now_us - DAY_US;
    return OK;
}

const char *outside_warning(void)
{
    return "not yet tamper-evident against the operator: nobody outside holds a checkpoint younger than a "
           "day; "
           "run `amanah ledger pin`";
}

RESULT verb_ledger_checkpoint(struct batch *batch, const struct reader *reader,
                              const struct ledger_checkpoint_ask *ask, struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf vkey = {0};
    bool outside = false;
    TRY(outside_known(shop, &outside));
    ledger_vkey(shop->ledger, &vkey);
    cbor_map(&out->body, outside ? 5 : 6);
    put_text(&out->body, "checkpoint", ledger_checkpoint(shop->ledger));
    put_text(&out->body, "vkey", buf_slice(&vkey));
    put_text(&out->body, "origin", slice_text(ledger_key(shop->ledger)->name));
    put_number(&out->body, "size", ledger_durable(shop->ledger));
    cbor_text(&out->body, SLICE_TEXT("outside"));
    cbor_bool(&out->body, outside);
    if (!outside) put_text(&out->body, "warning", slice_text(outside_warning()));
    return OK;
}

RESULT verb_ledger_tile(struct batch *batch, const struct reader *reader, const struct ledger_tile_ask *ask,
                        struct answer *out)
{
    (void)reader;
    struct tile_at at = {0};
    if (tile_path_get(ask->path, &at).code != CODE_OK)
        return FAIL(ROUTE_UNKNOWN, "ledger: not the path of a tile");
    TRY(ledger_tile(batch->shop->ledger, &at, &out->body));
    out->head.shape = ANSWER_OCTETS;
    return OK;
}

static RESULT leaf_at(struct shop *shop, uint64_t index, struct buf *entry, struct hash *leaf)
{
    TRY(ledger_entry(shop->ledger, index, entry, NULL));
    leaf_hash(shop->crypto, buf_slice(entry), leaf);
    return OK;
}

/* The proof, checked before it leaves: a changed tile must never go out as a good answer. */
static RESULT inclusion_of(struct shop *shop, uint64_t index, uint64_t size, const struct hash *leaf,
                           struct proof *out)
{
    struct hash root = {{0}};
    SCOPED(tiles_done) struct tiles tiles = tiles_of(shop->crypto, ledger_tiles(shop->ledger), size);
    TRY(tiles_range(&tiles, 0, size, &root));
    TRY(proof_inclusion(shop->crypto, ledger_tiles(shop->ledger), size, index, out));
    return proof_inclusion_check(shop->crypto, index, size, leaf, out, &root);
}

RESULT verb_ledger_proof(struct batch *batch, const struct reader *reader, const struct ledger_proof_ask *ask,
                         struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    uint64_t durable = ledger_durable(shop->ledger), size = ask->size ? ask->size : durable;
    SCOPED(buf_done) struct buf entry = {0}, file = {0};
    SCOPED(tlog_proof_done) struct tlog_proof tlog = {.index = ask->index};
    struct hash leaf = {{0}};
    if (size > durable || ask->index >= size)
        return FAIL(NOT_FOUND, "ledger: holds %llu entries", (unsigned long long)durable);
    TRY(leaf_at(shop, ask->index, &entry, &leaf));
    TRY(inclusion_of(shop, ask->index, size, &leaf, &tlog.proof));
    bool newest = size == durable;
    cbor_map(&out->body, newest ? 6 : 4);
    put_number(&out->body, "index", ask->index);
    put_number(&out->body, "size", size);
    put_bytes(&out->body, "leaf_hash", SLICE_OF(leaf));
    cbor_text(&out->body, SLICE_TEXT("hashes"));
    cbor_array(&out->body, tlog.proof.count);
    for (size_t i = 0; i < tlog.proof.count; i++) cbor_bytes(&out->body, SLICE_OF(tlog.proof.hashes[i]));
    if (!newest) return OK;
    tlog.checkpoint = ledger_checkpoint(shop->ledger);
    tlog_proof_put(&file, &tlog);
    put_text(&out->body, "checkpoint", tlog.checkpoint);
    put_text(&out->body, "proof", buf_slice(&file));
    return OK;
}

static size_t entry_numbers(const struct entry *entry, struct buf *out)
{
    size_t count = 0;
    const struct {
        const char *name;
        uint64_t number;
    } rows[] = {{"count", entry->count},
                {"object_kind", entry->object_kind},
                {"object_id", entry->object_id},
                {"old_size", entry->old_size}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].number == 0) continue;
        put_number(out, rows[i].name, rows[i].number);
        count++;
    }
    return count;
}

static size_t entry_hashes(const struct entry *entry, struct buf *out)
{
    size_t count = 0;
    if (entry->has_root) {
        put_bytes(out, "root", SLICE_OF(entry->root));
        count++;
    }
    if (entry->has_object) {
        put_bytes(out, "object", SLICE_OF(entry->object));
        count++;
    }
    if (entry->has_old) {
        put_bytes(out, "old_root", SLICE_OF(entry->old_root));
        count++;
    }
    return count;
}

static size_t entry_words(struct shop *shop, const struct entry *entry, struct buf *out)
{
    SCOPED(buf_done) struct buf time = {0}, reader = {0};
    const struct role *role = role_by_id(&shop->access, entry->role);
    const char *purpose = purpose_name(entry->purpose);
    size_t count = 5;
    time_put(&time, entry->time_us);
    reader_put(shop, entry->reader, &reader);
    put_text(out, "time", buf_slice(&time));
    put_text(out, "kind", slice_text(entry_kind_name(entry->kind)));
    put_text(out, "reader", buf_slice(&reader));
    put_text(out, "role", slice_text(role ? role->name : ""));
    put_text(out, "purpose", slice_text(purpose ? purpose : ""));
    if (entry->cause != 0) {
        enum cause cause = entry_cause_find(shop->crypto, entry->cause);
        put_text(out, "cause", slice_text(cause < CAUSE_COUNT ? cause_row(cause)->slug : "unknown"));
        count++;
    }
    cbor_text(out, SLICE_TEXT("fields"));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, entry->full, "", out));
    cbor_text(out, SLICE_TEXT("masked"));
    mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, entry->masked, "", out));
    return count + 2;
}

RESULT verb_ledger_entry(struct batch *batch, const struct reader *reader, const struct ledger_entry_ask *ask,
                         struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct entry entry = {0};
    struct hash leaf = {{0}};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(leaf_at(shop, ask->index, &bytes, &leaf));
    TRY(entry_read(buf_slice(&bytes), &entry));
    size_t mark = cbor_open(&out->body), count = 3;
    put_number(&out->body, "index", ask->index);
    count += entry_words(shop, &entry, &out->body);
    count += entry_numbers(&entry, &out->body);
    count += entry_hashes(&entry, &out->body);
    put_bytes(&out->body, "leaf_hash", SLICE_OF(leaf));
    put_bytes(&out->body, "entry", buf_slice(&bytes));
    cbor_map_close(&out->body, mark, count);
    return OK;
}

RESULT verb_ledger_pin(struct batch *batch, const struct reader *reader, const struct ledger_pin_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    struct draft draft = batch_draft(batch, reader, ENTRY_PIN);
    struct receipt receipt = {0};
    struct hash root = {{0}};
    SCOPED(buf_done) struct buf vkey = {0};
    uint64_t size = ledger_durable(shop->ledger);
    SCOPED(tiles_done) struct tiles tiles = tiles_of(shop->crypto, ledger_tiles(shop->ledger), size);
    TRY(tiles_range(&tiles, 0, size, &root));
    draft.entry.old_size = size;
    draft.entry.old_root = root;
    draft.entry.has_old = true;
    draft_text(&draft, COMMIT_WHERE, ask->where);
    ledger_vkey(shop->ledger, &vkey);
    cbor_map(&out->body, 3);
    put_number(&out->body, "size", size);
    put_text(&out->body, "checkpoint", ledger_checkpoint(shop->ledger));
    put_text(&out->body, "vkey", buf_slice(&vkey));
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    struct store *store = batch_write(batch);
    return store->fact->put(store, fact_pin, receipt.index);
}

struct witness_count {
    uint32_t id;
    struct slice vkey;
    bool known;
};

static RESULT witness_find(void *context, const struct authority_row *row)
{
    struct witness_count *count = context;
    if (row->kind != AUTHORITY_WITNESS) return OK;
    struct cbor reader = cbor_reader(row->body);
    struct slice vkey = {0};
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &vkey));
    if (slice_equal(vkey, count->vkey)) count->known = true;
    if (row->id > count->id) count->id = row->id;
    return OK;
}

/* Register a witness by its key; or keep a line by which a registered one cosigned the newest checkpoint. */
RESULT verb_ledger_cosign(struct batch *batch, const struct reader *reader,
                          const struct ledger_cosign_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct note_key key = {0};
    struct witness_count count = {.vkey = ask->vkey};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(vkey_get(shop->crypto, ask->vkey, &key));
    if (key.type != KEY_COSIGNATURE) return FAIL(INVALID, "vkey: not the key of a witness (type 04)");
    TRY(shop->store->authority->each(shop->store, witness_find, &count));
    cbor_map(&out->body, 2);
    put_text(&out->body, "witness", slice_text(key.name));
    put_number(&out->body, "size", ledger_durable(shop->ledger));
    if (!count.known) {
        if (ask->line.len > 0) return FAIL(NOT_FOUND, "witness: register its key first, with its url");
        cbor_array(&body, 2);
        cbor_text(&body, ask->vkey);
        cbor_text(&body, ask->url);
        TRY(authority_put(batch, reader, AUTHORITY_WITNESS, count.id + 1, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    }
    if (ask->line.len == 0) return OK;
    struct result kept = ledger_cosigned(shop->ledger, &key, ask->checkpoint, ask->line);
    if (kept.code == CODE_UNAVAILABLE) batch->writes++; /* the store failed within it: the batch is undone */
    return kept;
}
