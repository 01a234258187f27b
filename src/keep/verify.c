#include "keep/verify.h"

#include "keep/authority.h"
#include "keep/leaves.h"
#include "keep/values.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KNOWN_SLOTS = 1 << 16 };
#define NEVER UINT64_MAX

/* A shop under verification. Arrays are by subject number. */
struct verify {
    const struct verify_options *options;
    struct verify_report *report;
    struct shop *shop;
    struct known *known;  /* direct-mapped by number: what its leaves take */
    uint64_t *written;    /* newest entry that wrote the subject's record; NEVER */
    uint64_t *tags;       /* sum over the tags it should have, less those it has */
    uint64_t last;        /* highest subject number */
    struct hash *leaves;  /* of the entry at hand: SET_SUBJECTS_MAX */
    int64_t before_us;    /* time of the entry before */
};

static void verify_done(struct verify *verify)
{
    if (verify->known) {
        wipe(verify->known, KNOWN_SLOTS * sizeof *verify->known);
        free(verify->known);
    }
    free(verify->written);
    free(verify->tags);
    free(verify->leaves);
    shop_free(&verify->shop);
}

/* Note what is wrong, and go on: the next one counts too. */
static void found(struct verify *verify, const char *shop, const char *text)
{
    struct verify_report *report = verify->report;
    if (report->finding_count < VERIFY_FINDINGS_MAX) {
        (void)snprintf(report->findings[report->finding_count], FINDING_BYTES, "shop %s: %s", shop, text); /* cut is fine */
    }
    report->finding_count++;
}

/* Does a failure say something about the stored bytes? Rows that are missing or malformed count. */
static bool says_something(struct result result)
{
    return result.code == CODE_CORRUPT || result.code == CODE_INVALID || result.code == CODE_NOT_FOUND;
}

/* Such a failure is a finding; any other ends the work. */
static RESULT finding_of(struct verify *verify, struct result result)
{
    if (!says_something(result)) return result;
    found(verify, verify->shop->name, result_text());
    return OK;
}

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
static RESULT check_object(struct verify *verify, const struct entry *entry, uint64_t index, const struct known *known)
{
    struct hash record = {{0}};
    if (entry->kind == ENTRY_IMPORT || !writes_records(entry->kind)) return OK;
    TRY(known_record(verify->shop, known, index, &record));
    if (entry->has_object && hash_equal(&record, &entry->object)) return OK;
    return FAIL(TAMPERED, "subject %llu: its record is not the one that entry %llu wrote",
                (unsigned long long)known->no.at, (unsigned long long)index);
}

static RESULT check_set(struct verify *verify, const struct entry *entry, uint64_t index, const struct aside_read *aside)
{
    struct shop *shop = verify->shop;
    struct hash root = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) {
        const struct known *known = NULL;
        struct subject_no no = aside->set[i].no;
        if (no.at == 0 || no.at > verify->last) {
            return FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no.at);
        }
        if (writes_records(entry->kind)) verify->written[no.at] = index;
        TRY(known_get(verify, no, &known));
        TRY(check_object(verify, entry, index, known));
        TRY(known_leaf(shop, known, entry, index, &aside->set[i], &verify->leaves[i]));
    }
    merkle_root(shop->crypto, verify->leaves, aside->set_count, &root);
    verify->report->leaves += aside->set_count;
    verify->report->sets++;
    if (entry->has_root && hash_equal(&root, &entry->root) && entry->count == aside->set_count) return OK;
    return FAIL(TAMPERED, "entry %llu: its set does not hash to the root in it, or a record of it was changed",
                (unsigned long long)index);
}

static bool text_bound(const struct entry *entry, const struct aside_text *text, const struct hash *hash)
{
    for (size_t i = 0; i < entry->commitments; i++) {
        if (entry->commitment[i].kind == text->kind && hash_equal(hash, &entry->commitment[i].hash)) return true;
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
    TRY(aside_read(aside_bytes, &aside));
    TRY(check_texts(verify, &entry, index, &aside));
    if (entry.has_root && aside.set_count == 0) {
        return FAIL(TAMPERED, "entry %llu: the set beside it is missing", (unsigned long long)index);
    }
    return aside.set_count > 0 ? check_set(verify, &entry, index, &aside) : OK;
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
    for (unsigned i = 0; i < bundle.count; i++) {
        struct hash leaf = {{0}};
        uint64_t index = bundle.first + i;
        leaf_hash(verify->shop->crypto, bundle.entries[i], &leaf);
        struct result checked = OK;
        if (!bytes_equal_ct(leaf.bytes, tile.at + (size_t)i * HASH_BYTES, HASH_BYTES)) {
            checked = FAIL(TAMPERED, "entry %llu: its bytes do not hash to its leaf", (unsigned long long)index);
        } else {
            checked = check_entry(verify, index, bundle.entries[i], bundle.asides[i]);
        }
        TRY(finding_of(verify, checked));
    }
    return OK;
}

static RESULT check_entries(struct verify *verify)
{
    uint64_t size = ledger_durable(verify->shop->ledger);
    for (uint64_t n = 0; n * TILE_WIDTH < size; n++) {
        TRY(check_bundle(verify, n));
        if (verify->options->progress) verify->options->progress(verify->options->context, n * TILE_WIDTH, size);
    }
    return OK;
}

static RESULT check_tiles(struct verify *verify)
{
    struct ledger *ledger = verify->shop->ledger;
    uint64_t size = ledger_durable(ledger);
    struct tiles_report report = {0};
    struct hash root = {{0}};
    SCOPED(tiles_done) struct tiles tiles = tiles_of(verify->shop->crypto, ledger_tiles(ledger), size);
    if (size == 0) return OK;
    TRY(finding_of(verify, tiles_range(&tiles, 0, size, &root)));
    struct result checked = tiles_check(verify->shop->crypto, ledger_tiles(ledger), size, &root, NULL, &report);
    verify->report->tiles += report.tiles;
    return finding_of(verify, checked);
}

/* The sum that a subject's present tags must come to, one 64-bit number a tag: order does not matter. */
static uint64_t tag_sum(uint32_t index, const uint8_t tag[TAG_BYTES])
{
    return (be64_get(tag) ^ index) * 0x9e3779b97f4a7c15U + be64_get(tag + 8);
}

/* Open what is indexed of a record, and count the tags it should have, each once. */
static RESULT expect_tags(struct verify *verify, struct subject_no no, const struct record *record)
{
    struct shop *shop = verify->shop;
    SCOPED(tags_done) struct tags tags = {0};
    SECRET data_key = {{0}};
    TRY(record_unlock(shop, no, record, &data_key));
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record->held >> i & 1) || !shop->fields.at[i].indexed) continue;
        TRY(record_field(shop, no, record, i, &value));
        TRY(tags_of(shop, &shop->fields.at[i], buf_slice(&value), &tags));
        verify->report->fields++;
    }
    for (size_t i = 0; i < tags.count; i++) {
        bool again = false;
        for (size_t j = 0; j < i && !again; j++) {
            again = tags.at[j].index == tags.at[i].index && bytes_equal_ct(tags.at[j].tag, tags.at[i].tag, TAG_BYTES);
        }
        if (!again) verify->tags[no.at] += tag_sum(tags.at[i].index, tags.at[i].tag);
    }
    return OK;
}

static RESULT check_subject(void *context, const struct subject_row *row)
{
    struct verify *verify = context;
    struct record record;
    uint64_t wrote = verify->written[row->no.at];
    verify->report->subjects++;
    verify->written[row->no.at] = NEVER; /* seen: what remains has no row */
    struct result checked = record_parse(row->record, &record);
    if (checked.code != CODE_OK) {
        checked = FAIL(TAMPERED, "subject %llu: its record is no record", (unsigned long long)row->no.at);
    } else if (wrote == NEVER) {
        checked = FAIL(TAMPERED, "subject %llu: no entry of the ledger made it", (unsigned long long)row->no.at);
    } else if (wrote != row->entry) {
        checked = FAIL(TAMPERED, "subject %llu: its record is of entry %llu, but entry %llu wrote a newer one",
                       (unsigned long long)row->no.at, (unsigned long long)row->entry, (unsigned long long)wrote);
    } else if (record.state != SUBJECT_ERASED) {
        checked = expect_tags(verify, row->no, &record);
        if (checked.code == CODE_CORRUPT) {
            checked = FAIL(TAMPERED, "subject %llu: its record does not open", (unsigned long long)row->no.at);
        }
    }
    return finding_of(verify, checked);
}

static RESULT check_subjects(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(store->subject->each(store, (struct subject_no){0}, check_subject, verify));
    for (uint64_t no = 0; no <= verify->last; no++) {
        if (verify->written[no] == NEVER) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no)));
    }
    return OK;
}

static RESULT take_tag(void *context, const struct tag_row *row)
{
    struct verify *verify = context;
    verify->report->tags++;
    if (row->no.at > verify->last) {
        return finding_of(verify, FAIL(TAMPERED, "index: a tag of subject %llu, who is not there",
                                       (unsigned long long)row->no.at));
    }
    verify->tags[row->no.at] -= tag_sum(row->index, row->tag);
    return OK;
}

static RESULT check_tags(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(store->tag->each(store, take_tag, verify));
    for (uint64_t no = 0; no <= verify->last; no++) {
        if (verify->tags[no] == 0) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "index: the tags of subject %llu are not those of its record",
                                    (unsigned long long)no)));
    }
    return OK;
}

/* Is the note signed by this log's key, or by one of the logs before it (after a restore)? */
static RESULT note_ours(struct verify *verify, struct slice note, struct checkpoint *out)
{
    struct shop *shop = verify->shop;
    struct note parsed = {0};
    struct checkpoint said = {0};
    TRY(note_parse(note, &parsed));
    TRY(checkpoint_text_get(parsed.text, &said));
    for (uint16_t epoch = keyring_newest(shop->keyring, KEY_LEDGER, 0); epoch > 0; epoch--) {
        SECRET seed = {{0}};
        SCOPED(signer_free) struct signer *signer = NULL;
        uint8_t public_key[PUBLIC_KEY_BYTES];
        struct note_check check = {0};
        if (keyring_key(shop->keyring, KEY_LEDGER, 0, epoch, &seed).code != CODE_OK) continue;
        TRY(signer_new(shop->crypto, &seed, &signer));
        signer_public(signer, public_key);
        TRY(note_key_make(shop->crypto, KEY_ED25519, slice_text(said.origin), public_key, &check.key));
        if (checkpoint_open(shop->crypto, note, &check, 1, out).code == CODE_OK) return OK;
    }
    return FAIL(PROOF_BAD, "checkpoint of size %llu: not signed by this log", (unsigned long long)said.size);
}

static RESULT root_at(struct verify *verify, const struct checkpoint *checkpoint, const char *what)
{
    struct ledger *ledger = verify->shop->ledger;
    struct hash root = {{0}};
    uint64_t size = ledger_durable(ledger);
    if (checkpoint->size > size) {
        return FAIL(TAMPERED, "%s of size %llu: this ledger holds only %llu entries: its end was cut, or an old copy put back",
                    what, (unsigned long long)checkpoint->size, (unsigned long long)size);
    }
    SCOPED(tiles_done) struct tiles tiles = tiles_of(verify->shop->crypto, ledger_tiles(ledger), checkpoint->size);
    empty_root(&root);
    if (checkpoint->size > 0) TRY(tiles_range(&tiles, 0, checkpoint->size, &root));
    if (hash_equal(&root, &checkpoint->root)) return OK;
    return FAIL(TAMPERED, "%s of size %llu: this ledger's first %llu entries are not the ones it was made over", what,
                (unsigned long long)checkpoint->size, (unsigned long long)checkpoint->size);
}

static RESULT check_checkpoint(void *context, const struct checkpoint_row *row)
{
    struct verify *verify = context;
    struct checkpoint checkpoint = {0};
    verify->report->checkpoints++;
    struct result checked = note_ours(verify, row->note, &checkpoint);
    if (checked.code == CODE_OK && checkpoint.size != row->size) {
        checked = FAIL(TAMPERED, "checkpoint of size %llu: says another size", (unsigned long long)row->size);
    }
    if (checked.code == CODE_OK) checked = root_at(verify, &checkpoint, "checkpoint");
    return finding_of(verify, checked);
}

static RESULT check_pin(struct verify *verify)
{
    struct checkpoint checkpoint = {0};
    if (verify->options->pin.len == 0) return OK;
    if (note_ours(verify, verify->options->pin, &checkpoint).code != CODE_OK) return OK; /* another shop's, perhaps */
    struct result checked = root_at(verify, &checkpoint, "pin");
    verify->report->pin_matched = true;
    return finding_of(verify, checked);
}

static RESULT arrays_make(struct verify *verify)
{
    struct subject_no last = verify->shop->last;
    verify->last = last.at;
    verify->known = calloc(KNOWN_SLOTS, sizeof *verify->known);
    verify->leaves = calloc(SET_SUBJECTS_MAX, sizeof *verify->leaves);
    verify->written = malloc((last.at + 1) * sizeof *verify->written);
    verify->tags = calloc(last.at + 1, sizeof *verify->tags);
    if (!verify->known || !verify->leaves || !verify->written || !verify->tags) {
        return FAIL(UNAVAILABLE, "verify: out of memory");
    }
    for (uint64_t no = 0; no <= last.at; no++) verify->written[no] = NEVER;
    return OK;
}

/* What was signed last, read before the snapshot is taken, so that a running daemon cannot be ahead of it. */
static RESULT check_signed(struct verify *verify, const struct home *home, const char *name, uint64_t *size,
                           struct hash *root)
{
    struct signed_state state = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SCOPED(buf_done) struct buf path = {0}, file = {0};
    TRY(crypto_new(&crypto));
    shop_path(home, name, "keyring", &path);
    shop_path(home, name, "signed", &file);
    struct result done = keyring_open(crypto, buf_c(&path), home_root(home), name, &keyring);
    struct ledger_options options = {crypto, NULL, keyring, verify->options->clock, buf_c(&file)};
    if (done.code == CODE_OK) done = ledger_behind(&options, &state);
    *size = state.size;
    *root = state.root;
    return done.code == CODE_NOT_FOUND ? OK : done;
}

static RESULT check_signed_root(struct verify *verify, uint64_t size, const struct hash *root)
{
    struct checkpoint checkpoint = {.size = size, .root = *root};
    return size == 0 ? OK : finding_of(verify, root_at(verify, &checkpoint, "signed file"));
}

static RESULT shop_check(struct verify *verify, uint64_t signed_size, const struct hash *signed_root)
{
    TRY(arrays_make(verify));
    TRY(check_tiles(verify));
    TRY(check_entries(verify));
    TRY(check_subjects(verify));
    TRY(check_tags(verify));
    TRY(finding_of(verify, authority_load(verify->shop, NULL)));
    verify->report->rows += verify->shop->access.key_count + verify->shop->access.role_count + verify->shop->access.staff_count;
    TRY(verify->shop->store->ledger->checkpoint_each(verify->shop->store, check_checkpoint, verify));
    TRY(check_signed_root(verify, signed_size, signed_root));
    return check_pin(verify);
}

static RESULT shop_verify(const struct verify_options *options, const struct home *home, const char *name,
                          struct verify_report *report)
{
    SCOPED(verify_done) struct verify verify = {.options = options, .report = report};
    uint64_t signed_size = 0;
    struct hash signed_root = {{0}};
    struct shop_options shop_options = {home, name, options->clock, SHOP_READER, NULL};
    report->shops++;
    struct result opened = check_signed(&verify, home, name, &signed_size, &signed_root);
    if (opened.code == CODE_OK) opened = shop_open(&shop_options, &verify.shop);
    if (says_something(opened)) { /* so broken that it does not open: that is the finding */
        found(&verify, name, result_text());
        return OK;
    }
    TRY(opened);
    return finding_of(&verify, shop_check(&verify, signed_size, &signed_root));
}

RESULT verify_home(const struct verify_options *options, struct verify_report *out)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(shop_names_done) struct shop_names names = {0};
    int64_t began_us = clock_monotonic_us();
    bool any = false;
    memset(out, 0, sizeof *out);
    TRY(home_open(options->home, options->passphrase, false, &home));
    TRY(home_shops(home, &names));
    for (size_t i = 0; i < names.count; i++) {
        if (options->shop && strcmp(options->shop, names.at[i]) != 0) continue;
        any = true;
        TRY(shop_verify(options, home, names.at[i], out));
    }
    if (!any) return FAIL(NOT_FOUND, "shop: this home has none of that name");
    if (options->pin.len > 0 && !out->pin_matched && out->finding_count == 0) {
        return FAIL(INVALID, "pin: not a checkpoint that a log of this home signed");
    }
    out->took_us = clock_monotonic_us() - began_us;
    return OK;
}
