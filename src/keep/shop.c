#include "keep/shop.h"

#include "keep/access/authority.h"
#include "keep/access/guess.h"
#include "keep/access/quiet.h"
#include "keep/access/webauthn.h"
#include "keep/erased.h"
#include "keep/export/export.h"
#include "keep/post.h"
#include "keep/profile.h"
#include "keep/reopen.h"
#include "keep/reseal.h"
#include "keep/rotate.h"
#include "keep/spend.h"
#include "keep/tampered.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"
#include "keep/watch/sink.h"
#include "keep/watch/watching.h"
#include "store/sqlite/sqlite.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *prefix;
    const char tag[9]; /* second half of the block: zeros for subjects, as the design says */
} id_kinds[] = {
    [ID_SUBJECT] = {"sub_", "\0\0\0\0\0\0\0\0"}, [ID_KEY] = {"key_", "key\0\0\0\0\0"},
    [ID_STAFF] = {"staff_", "staff\0\0\0"},      [ID_SECRET] = {"sec_", "secret\0\0"},
    [ID_APPROVAL] = {"apr_", "apr\0\0\0\0\0"},   [ID_GRANT] = {"grant_", "grant\0\0\0"},
    [ID_PASS] = {"pass_", "pass\0\0\0\0"},       [ID_SINK] = {"sink_", "sink\0\0\0\0"},
    [ID_TELLING] = {"evt_", "evt\0\0\0\0\0"},    [ID_MORE] = {"more_", "more\0\0\0\0"},
    [ID_ALERT] = {"alert_", "alert\0\0\0"},      [ID_OUTSIDE] = {"outside_", "outside\0"},
    [ID_INCIDENT] = {"inc_", "incident"},        [ID_EXPORT] = {"exp_", "export\0\0"},
    [ID_JOB] = {"job_", "job\0\0\0\0\0"},        [ID_CAMPAIGN] = {"cam_", "campaign"},
    [ID_REDEMPTION] = {"red_", "redeemed"},      [ID_TICKET] = {"tkt_", "ticket\0\0"},
    [ID_PROMISE] = {"prm_", "promise\0"},        [ID_POOL] = {"pool_", "pool\0\0\0\0"},
    [ID_CLAIM] = {"clm_", "claim\0\0\0"},        [ID_PAYMENTS] = {"pmt_", "payments"},
    [ID_PAYMENT] = {"pay_", "payment\0"},        [ID_COUNSEL] = {"cns_", "counsel\0"},
    [ID_MANDATE] = {"mnd_", "mandate\0"},
};

void shop_path(const struct home *home, const char *name, const char *file, struct buf *out)
{
    buf_print(out, "%s/shops/%s", home_path(home), name);
    if (file) buf_print(out, "/%s", file);
}

void id_put(struct shop *shop, enum id_kind kind, uint64_t number, struct buf *out)
{
    uint8_t block[16], sealed[16];
    be64_put(block, number);
    memcpy(block + 8, id_kinds[kind].tag, 8);
    block_cipher_encrypt(shop->ids, block, sealed);
    buf_text(out, id_kinds[kind].prefix);
    base32_put(out, (struct slice){sealed, sizeof sealed});
}

RESULT id_get(struct shop *shop, enum id_kind kind, struct slice text, uint64_t *out)
{
    uint8_t block[16], sealed[16];
    const char *prefix = id_kinds[kind].prefix;
    if (!slice_starts(text, prefix) || !base32_get(slice_from(text, strlen(prefix)), sealed, sizeof sealed)) {
        return FAIL(ID_MALFORMED, "id: not of the form %s and 26 characters", prefix);
    }
    block_cipher_decrypt(shop->ids, sealed, block);
    if (!bytes_equal_ct(block + 8, id_kinds[kind].tag, 8))
        return FAIL(ID_MALFORMED, "id: not one of this shop's");
    *out = be64_get(block);
    return OK;
}

void reader_put(struct shop *shop, uint64_t reader, struct buf *out)
{
    uint32_t id = (uint32_t)reader;
    switch ((enum reader_kind)(reader >> 32)) {
    case READER_SYSTEM:
        buf_text(out, "system");
        return;
    case READER_OPERATOR:
        buf_text(out, "operator");
        return;
    case READER_KEY:
        id_put(shop, ID_KEY, id, out);
        return;
    case READER_STAFF:
        id_put(shop, ID_STAFF, id, out);
        return;
    case READER_PASS:
        if (id == 0) buf_text(out, "portal");
        if (id != 0) buf_print(out, "pass_%u", id);
        return;
    case READER_OUTSIDE:
        id_put(shop, ID_OUTSIDE, id, out);
        return;
    case READER_ROLE:
        buf_print(out, "role_%s", role_by_id(&shop->access, id) ? role_by_id(&shop->access, id)->name : "");
        return;
    }
    buf_text(out, "unknown");
}

void shop_free(struct shop **shop)
{
    struct shop *at = *shop;
    if (!at) return;
    import_room_free(at);
    if (at->answer.at) at->answer.free(at->answer.at);
    if (at->evidence.at) at->evidence.free(at->evidence.at);
    if (at->notice.at) at->notice.free(at->notice.at);
    if (at->redress.at) at->redress.free(at->redress.at);
    if (at->portal.at) at->portal.free(at->portal.at);
    if (at->laws.at) at->laws.free(at->laws.at);
    if (at->exporting.at) at->exporting.free(at->exporting.at);
    sightings_free(&at->sightings);
    ledger_free(&at->ledger);
    if (at->store) at->store->batch->close(&at->store);
    budgets_free(&at->budgets);
    spread_free(&at->pass_spread);
    sessions_free(&at->sessions);
    post_free(&at->post);
    sinks_free(&at->sinks);
    watching_free(&at->watching);
    canaries_free(&at->canaries);
    profiles_free(&at->profiles);
    exports_free(&at->exports);
    key_uses_done(&at->key_uses);
    access_done(&at->access);
    guesses_free(&at->guesses);
    webauthn_free(&at->webauthn);
    for (size_t i = 0; i < FIELD_MAX; i++) prf_free(&at->index[i]);
    prf_free(&at->pepper);
    prf_free(&at->row_mac);
    aead_free(&at->kek);
    aead_free(&at->dek);
    aead_free(&at->staff_box);
    aead_free(&at->outside_box);
    prf_free(&at->outside_tag);
    block_cipher_free(&at->ids);
    keyring_free(&at->keyring);
    crypto_free(&at->crypto);
    free(at);
    *shop = NULL;
}

static RESULT key_newest(struct shop *shop, enum key_kind kind, uint16_t field, struct secret *out)
{
    return keyring_key(shop->keyring, kind, field, keyring_newest(shop->keyring, kind, field), out);
}

static RESULT outside_keys_set(struct shop *shop)
{
    SECRET key = {{0}}, tag = {{0}}, seal = {{0}};
    TRY(key_newest(shop, KEY_OUTSIDE, 0, &key));
    hkdf(shop->crypto, &key, "amanah outside tag 1", (struct slice){0}, &tag);
    hkdf(shop->crypto, &key, "amanah outside seal 1", (struct slice){0}, &seal);
    TRY(prf_new(shop->crypto, &tag, &shop->outside_tag));
    TRY(aead_new(shop->crypto, &shop->outside_box));
    aead_key(shop->outside_box, &seal);
    return OK;
}

RESULT shop_kek_open(struct shop *shop)
{
    SECRET kek = {{0}};
    TRY(key_newest(shop, KEY_KEK, 0, &kek));
    aead_key(shop->kek, &kek);
    shop->kek_epoch = keyring_newest(shop->keyring, KEY_KEK, 0);
    return OK;
}

static RESULT keys_set(struct shop *shop)
{
    SECRET id = {{0}}, pepper = {{0}}, mac = {{0}}, staff = {{0}};
    TRY(key_newest(shop, KEY_ID, 0, &id));
    TRY(key_newest(shop, KEY_PEPPER, 0, &pepper));
    TRY(key_newest(shop, KEY_ROW_MAC, 0, &mac));
    TRY(key_newest(shop, KEY_STAFF, 0, &staff));
    TRY(block_cipher_new(shop->crypto, &id, &shop->ids));
    TRY(prf_new(shop->crypto, &pepper, &shop->pepper));
    TRY(prf_new(shop->crypto, &mac, &shop->row_mac));
    TRY(aead_new(shop->crypto, &shop->kek));
    TRY(aead_new(shop->crypto, &shop->dek));
    TRY(aead_new(shop->crypto, &shop->staff_box));
    TRY(shop_kek_open(shop));
    aead_key(shop->staff_box, &staff);
    return outside_keys_set(shop);
}

RESULT shop_index_open(struct shop *shop, unsigned field)
{
    SECRET key = {{0}};
    uint16_t epoch = keyring_newest(shop->keyring, KEY_INDEX, (uint16_t)field);
    if (epoch == 0)
        return FAIL(CORRUPT, "keyring: lacks the index key of field %u; restore its custody copy", field);
    TRY(keyring_key(shop->keyring, KEY_INDEX, (uint16_t)field, epoch, &key));
    prf_free(&shop->index[field]);
    shop->index_epoch[field] = epoch;
    return prf_new(shop->crypto, &key, &shop->index[field]);
}

static RESULT indexes_open(struct shop *shop)
{
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        if (shop->fields.at[field].name[0] && shop->fields.at[field].indexed)
            TRY(shop_index_open(shop, field));
    }
    return OK;
}

void shop_hand_free(struct shop **hand)
{
    if (!*hand) return;
    ledger_free(&(*hand)->ledger);
    if ((*hand)->store) (*hand)->store->batch->close(&(*hand)->store);
    aead_free(&(*hand)->kek);
    aead_free(&(*hand)->dek);
    crypto_free(&(*hand)->crypto);
    free(*hand);
    *hand = NULL;
}

RESULT shop_hand_new(const struct shop *shop, struct shop **out)
{
    SECRET kek = {{0}};
    SCOPED(shop_hand_free) struct shop *hand = calloc(1, sizeof *hand);
    if (!hand) return FAIL(UNAVAILABLE, "shop: out of memory");
    hand->keyring = shop->keyring; /* only read, as are the index keys: threads may share them */
    hand->fields = shop->fields;
    memcpy(hand->index, shop->index, sizeof hand->index);
    memcpy(hand->index_epoch, shop->index_epoch, sizeof hand->index_epoch);
    hand->kek_epoch = shop->kek_epoch;
    TRY(keyring_key(shop->keyring, KEY_KEK, 0, shop->kek_epoch, &kek));
    TRY(crypto_new(&hand->crypto));
    TRY(aead_new(hand->crypto, &hand->kek));
    TRY(aead_new(hand->crypto, &hand->dek));
    aead_key(hand->kek, &kek);
    *out = TAKE(hand);
    return OK;
}

static RESULT take_row(struct shop *shop, const struct authority_row *row)
{
    return access_take(shop, row->kind, row->id, row->body);
}

void shop_readers_drop(struct shop *shop)
{
    struct service_use *uses = shop->access.uses; /* seen, and durable: no row says it yet */
    size_t use_count = shop->access.use_count;
    shop->access.uses = NULL;
    access_done(&shop->access);
    shop->access.uses = uses;
    shop->access.use_count = use_count;
    post_settings_drop(shop->post);
    sinks_drop(shop->sinks);
    watching_drop(shop->watching);
    canaries_drop(shop->canaries);
    profile_drop(shop);
    exports_drop(shop->exports);
    fields_init(&shop->fields);
}

RESULT shop_readers_load(struct shop *shop)
{
    shop_readers_drop(shop);
    TRY(authority_load(shop, take_row, &shop->forged));
    return watching_ready(shop);
}

static RESULT ledger_begin_again(struct shop *shop, struct ledger_options *options)
{
    SCOPED(buf_done) struct buf path = {0};
    TRY(keyring_add(shop->keyring, shop->crypto, KEY_LEDGER, 0, NULL)); /* and with it an origin */
    shop_path(shop->home, shop->name, "keyring", &path);
    TRY(keyring_save(shop->keyring, shop->crypto, buf_c(&path), home_root(shop->home), shop->name));
    shop->reopened = true;
    return ledger_reopen(options, &shop->ledger);
}

/* An entry by the vault itself, durable at once: while a shop is opened there is no batch yet. */
static RESULT entry_alone(struct shop *shop, const struct entry *entry)
{
    struct draft draft = {.entry = *entry};
    struct receipt receipt = {0};
    TRY(shop->store->batch->begin(shop->store));
    ledger_append(shop->ledger, &draft, &receipt);
    struct result done = ledger_seal(shop->ledger);
    if (done.code == CODE_OK) done = shop->store->batch->commit(shop->store);
    if (done.code != CODE_OK) {
        shop->store->batch->rollback(shop->store);
        ledger_rollback(shop->ledger);
        return done;
    }
    ledger_committed(shop->ledger);
    return OK;
}

static bool mark_there(const struct shop *shop)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(shop->home, shop->name, SHOP_RESTORED, &path);
    return access(buf_c(&path), F_OK) == 0;
}

/* The new log is durable. Left behind it would have the next start begin one more: no harm but that. */
static void mark_remove(const struct shop *shop)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(shop->home, shop->name, SHOP_RESTORED, &path);
    (void)unlink(buf_c(&path)); /* there is none after most openings anew */
}

/* Nobody kept what was signed last: the store's own newest checkpoint is the best that is known of the old log. */
static RESULT newest_known(struct shop *shop, struct signed_state *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct checkpoint newest = {0};
    struct note note = {{0}};
    uint64_t size = 0;
    int64_t time_us = 0;
    struct result got = shop->store->ledger->checkpoint_get(shop->store, CHECKPOINT_NEWEST, UINT64_MAX, &size,
                                                            &time_us, &bytes);
    if (got.code == CODE_NOT_FOUND) return OK; /* a log without entries */
    if (got.code == CODE_OK) got = note_parse(buf_slice(&bytes), &note);
    if (got.code == CODE_OK) got = checkpoint_text_get(note.text, &newest);
    out->size = newest.size;
    out->root = newest.root;
    return got;
}

/* `old`: what was signed of the log before this one, when the shop was reopened. */
static RESULT ledger_start(struct shop *shop, enum shop_mode mode, struct signed_state *old)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(shop->home, shop->name, "signed", &path);
    struct ledger_options options = {shop->crypto, shop->store, shop->keyring, shop->clock,
                                     mode == SHOP_READER ? NULL : buf_c(&path)};
    bool restored = mode == SHOP_WRITER && mark_there(shop);
    struct result opened = restored ? OK : ledger_open(&options, &shop->ledger);
    if (restored || (opened.cause == CAUSE_LEDGER_BEHIND && mode == SHOP_WRITER)) {
        struct result known = ledger_behind(&options, old);
        if (known.code != CODE_OK && known.code != CODE_NOT_FOUND) return known;
        if (known.code == CODE_NOT_FOUND) TRY(newest_known(shop, old));
        return ledger_begin_again(shop, &options);
    }
    TRY(opened);
    const struct entry first = {.kind = ENTRY_LOG_OPENED};
    return mode != SHOP_READER && ledger_size(shop->ledger) == 0 ? entry_alone(shop, &first) : OK;
}

RESULT shop_hand_reading(const struct shop *shop, struct store *view, struct shop **out)
{
    SCOPED(shop_hand_free) struct shop *hand = NULL;
    struct result made = shop_hand_new(shop, &hand);
    if (made.code != CODE_OK) {
        view->batch->close(&view);
        return made;
    }
    hand->store = view;
    memcpy(hand->name, shop->name, sizeof hand->name);
    hand->clock = shop->clock;
    hand->home = shop->home;
    TRY(ledger_start(hand, SHOP_READER, NULL));
    *out = TAKE(hand);
    return OK;
}

/* One that an older version wrote, or that was torn as the machine went down. */
static void erasures_mend(const struct shop *shop)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(shop->home, shop->name, "erased", &path);
    struct result mended = erased_mend(shop->row_mac, buf_c(&path));
    (void)mended; /* the next erasure tries it again, and is refused if it can't be done then */
}

static RESULT store_start(struct shop *shop, const struct shop_options *options)
{
    SCOPED(buf_done) struct buf path = {0};
    if (shop->store) return OK;
    shop_path(shop->home, shop->name, "shop.db", &path);
    enum sqlite_mode mode = options->mode == SHOP_CREATE   ? SQLITE_CREATE
                            : options->mode == SHOP_READER ? SQLITE_READER
                                                           : SQLITE_WRITER;
    TRY(sqlite_open(buf_c(&path), mode, &shop->store));
    return mode == SQLITE_READER ? shop->store->batch->view(shop->store)
                                 : OK; /* one moment, while a daemon goes on */
}

/* Who reads the log must see that somebody changed what gives rights, whether the shop can be served or not. */
static struct entry tampered_entry(struct shop *shop)
{
    return (struct entry){.kind = ENTRY_REFUSED, .cause = entry_cause(shop->crypto, CAUSE_TAMPERED)};
}

static RESULT readers_start(struct shop *shop, enum shop_mode mode)
{
    SCOPED(buf_done) struct buf why = {0};
    struct result loaded = shop_readers_load(shop);
    if (loaded.cause != CAUSE_TAMPERED || mode != SHOP_WRITER) return loaded;
    buf_text(&why, result_text());
    shop_readers_drop(shop);
    const struct entry entry = tampered_entry(shop);
    TRY(entry_alone(shop, &entry));
    struct result told = shop_tampered(shop, buf_slice(&why));
    (void)told; /* it tells as many as it can; why the shop is closed is what counts */
    return result_carry(CAUSE_TAMPERED, (const char *)why.at, why.len);
}

/* The home is of an older version: what that had no keys for begins with new ones, durable before they are used. */
static RESULT keyring_grow(struct shop *shop, const char *path)
{
    bool added = false;
    TRY(keyring_complete(shop->keyring, shop->crypto, &added));
    return added ? keyring_save(shop->keyring, shop->crypto, path, home_root(shop->home), shop->name) : OK;
}

/* Rows that nobody made were passed over: an entry, an alert, a mail to all staff, at each start until they are gone. */
static RESULT forged_tell(struct shop *shop)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf rows = {0};
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    buf_print(&rows, "%llu", (unsigned long long)shop->forged);
    const struct mail_value values[] = {{"rows", buf_slice(&rows)}};
    const struct mail_draft mail = {.kind = MAIL_ROWS_FORGED, .values = values, .count = COUNT_OF(values)};
    TRY(batch_begin(shop, &arena, &batch));
    struct draft draft = batch_draft(&batch, &system, ENTRY_REFUSED);
    draft.entry.cause = tampered_entry(shop).cause;
    batch_append(&batch, &draft, &receipt);
    struct result done = mail_tell_staff(&batch, &mail);
    if (done.code == CODE_OK) done = alert_once(&batch, ALERT_FORGED);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}

RESULT shop_open(const struct shop_options *options, struct shop **out)
{
    SCOPED(shop_free) struct shop *shop = calloc(1, sizeof *shop);
    SCOPED(buf_done) struct buf path = {0};
    struct signed_state old = {0};
    if (!shop) return FAIL(UNAVAILABLE, "shop: out of memory");
    shop->store = options->store; /* from here on it is closed with the shop */
    assert(strlen(options->name) <= SHOP_NAME_BYTES_MAX);
    memcpy(shop->name, options->name, strlen(options->name) + 1);
    shop->home = options->home;
    shop->clock = options->clock;
    fields_init(&shop->fields);
    TRY(crypto_new(&shop->crypto));
    shop_path(shop->home, shop->name, "keyring", &path);
    TRY(home_keyring(shop->home, shop->crypto, shop->name, &shop->keyring));
    if (options->mode == SHOP_WRITER) TRY(keyring_grow(shop, buf_c(&path)));
    TRY(keys_set(shop));
    if (options->mode == SHOP_WRITER) erasures_mend(shop);
    TRY(post_open(shop, &shop->post));
    TRY(sinks_new(shop, &shop->sinks));
    shop->countries = options->countries;
    TRY(watching_new(options->unwatched, &shop->watching));
    TRY(canaries_new(&shop->canaries));
    TRY(exports_new(&shop->exports));
    TRY(budgets_new(&shop->budgets));
    TRY(spread_new(&shop->pass_spread));
    TRY(sessions_new(shop->crypto, &shop->sessions));
    TRY(guesses_new(&shop->guesses));
    TRY(webauthn_new(options->public_origin, &shop->webauthn));
    TRY(store_start(shop, options));
    TRY(ledger_start(shop, options->mode, &old));
    struct result readers = readers_start(shop, options->mode);
    if (readers.cause == CAUSE_TAMPERED && options->mode == SHOP_WRITER && options->closed)
        *options->closed = TAKE(shop);
    TRY(readers);
    TRY(key_uses_load(shop));
    TRY(indexes_open(shop));
    TRY(shop->store->subject->last(shop->store, &shop->last));
    TRY(sightings_open(shop->store, shop->ledger, &shop->sightings));
    if (options->mode != SHOP_READER) TRY(spend_restore(shop)); /* it lets nobody look */
    if (options->mode != SHOP_READER) TRY(watching_start(shop));
    if (shop->reopened) {
        TRY(shop_reopen(shop, &old));
        mark_remove(shop);
    }
    if (options->mode == SHOP_WRITER) TRY(quiet_ask(shop));
    if (options->mode == SHOP_WRITER) TRY(rotation_open(shop));
    if (options->mode == SHOP_WRITER && shop->forged > 0) TRY(forged_tell(shop));
    if (options->mode == SHOP_WRITER) TRY(reseal_note(shop));
    *out = TAKE(shop);
    return OK;
}
