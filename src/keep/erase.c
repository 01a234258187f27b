#include "keep/erase.h"

#include "keep/erased.h"
#include "keep/history.h"
#include "keep/hold.h"
#include "keep/leaves.h"
#include "keep/matter_sums.h"
#include "keep/subject.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"
#include "store/mail.h"
#include "store/right.h"

#include <string.h>

/*
 * The erasure goes to a file outside the database before its batch is committed: a restore from an older backup replays
 * it. When the commit then fails the row stands all the same: who asked will ask again, and finds it there.
 */
static RESULT intent_write(struct shop *shop, struct subject_no no, int64_t since_us, int64_t now_us)
{
    SCOPED(buf_done) struct buf path = {0};
    if (!shop->home) return OK; /* a shop without a directory: the simulator's */
    shop_path(shop->home, shop->name, "erased", &path);
    return erased_add(shop->row_mac, buf_c(&path), (struct erasure){no.at, now_us}, since_us);
}

/* Texts that may speak of the person. Where a reader asked from, and what for, is evidence about the reader. */
enum { TEXTS_OF_PERSON = 1 << COMMIT_REASON | 1 << COMMIT_VALUE | 1 << COMMIT_CLIENT };

#define NO_BUNDLE UINT64_MAX

struct keeping {
    struct batch *batch;
    struct subject_no no;
    const struct secret *data_key;
    struct eras eras;            /* the data keys before it */
    uint64_t newest;             /* entry of the present record */
    struct hash present;         /* and its hash */
    uint64_t bundle;             /* whose texts are to be dropped next; NO_BUNDLE */
    struct ledger_places places; /* the entries in it */
};

static void keeping_done(struct keeping *keeping)
{
    eras_done(&keeping->eras);
}

/* Drop what was gathered of one bundle: it is sealed anew only once. */
static RESULT texts_drop(struct keeping *keeping)
{
    if (keeping->bundle == NO_BUNDLE) return OK;
    uint64_t n = keeping->bundle;
    keeping->bundle = NO_BUNDLE;
    return ledger_texts_drop(keeping->batch->shop->ledger, n, &keeping->places, TEXTS_OF_PERSON);
}

static RESULT texts_gather(struct keeping *keeping, const struct sighting *at)
{
    uint64_t n = at->index / TILE_WIDTH, place = at->index % TILE_WIDTH;
    bool any = false;
    for (size_t i = 0; i < at->aside->text_count; i++) {
        any = any || (TEXTS_OF_PERSON >> at->aside->texts[i].kind & 1);
    }
    if (!any) return OK; /* then its bundle need not be opened again */
    if (n != keeping->bundle) {
        TRY(texts_drop(keeping));
        keeping->bundle = n;
        keeping->places = (struct ledger_places){{0}};
    }
    keeping->places.bits[place / 64] |= (uint64_t)1 << place % 64;
    return OK;
}

/* Keep the subject's leaf of one entry, and have the texts beside it dropped: a reason may speak of the person. */
static RESULT leaf_keep(void *context, const struct sighting *at)
{
    struct keeping *keeping = context;
    struct shop *shop = keeping->batch->shop;
    struct hash salt = {{0}}, leaf = {{0}}, past = {{0}};
    const struct hash *bound = NULL;
    struct store *store = batch_write(keeping->batch);
    if (entry_binds_records(at->entry.kind)) {
        bound = at->index == keeping->newest ? &keeping->present : &past;
        if (bound == &past) TRY(store->subject->past_get(store, keeping->no, at->index, past.bytes));
    }
    if (at->aside->observed.file > 0) {
        observed_bind(shop->crypto, &at->aside->observed, at->position, &past);
        bound = &past;
    }
    leaf_salt(shop->crypto, era_key(&keeping->eras, keeping->data_key, at->index), at->entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, &at->aside->set[at->position], bound, &leaf);
    TRY(store->subject->leaf_put(store, keeping->no, at->index, leaf.bytes));
    return texts_gather(keeping, at);
}

static RESULT tags_drop(struct batch *batch, struct subject_no no, const struct record *record)
{
    struct shop *shop = batch->shop;
    SCOPED(tags_done) struct tags tags = {0};
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record->held >> i & 1) || !shop->fields.at[i].indexed) continue;
        TRY(record_field(shop, no, record, i, &value));
        TRY(tags_of(shop, &shop->fields.at[i], buf_slice(&value), &tags));
    }
    struct store *store = batch_write(batch);
    for (size_t i = 0; i < tags.count; i++) {
        struct tag_row row = {.index = tags.at[i].index, .no = no};
        memcpy(row.tag, tags.at[i].tag, TAG_BYTES);
        TRY(store->tag->drop(store, &row));
    }
    TRY(store->tag->drop_past(store, no));
    return store->right->drop_of(store, no);
}

/* Mails to them or about them that have not been sent, and what is known of those that have. */
static RESULT mails_drop(struct batch *batch, struct subject_no no)
{
    struct store *store = batch_write(batch);
    size_t dropped = 0;
    return store->mail->drop_subject(store, no, &dropped);
}

/* Told to whoever asks, for the person: neutral, as a hold may stand for many reasons. */
static const char why_it_waits[] = "legal hold: the shop must keep what may be evidence for now; it is "
                                   "erased by itself, with proof, once that has ended";

static void answer_put(struct shop *shop, const struct subject_erase_ask *ask, struct answer *out)
{
    bool waits = hold_stands(&shop->access);
    cbor_map(&out->body, 2U + ask->dry_run + waits);
    cbor_text(&out->body, SLICE_TEXT("id"));
    cbor_text(&out->body, ask->id);
    cbor_text(&out->body, SLICE_TEXT("status"));
    cbor_text(&out->body, ask->dry_run ? SLICE_TEXT("would be erased")
                          : waits      ? SLICE_TEXT("waits")
                                       : SLICE_TEXT("erased"));
    if (waits) {
        cbor_text(&out->body, SLICE_TEXT("why"));
        cbor_text(&out->body, slice_text(why_it_waits));
    }
    if (!ask->dry_run) return;
    cbor_text(&out->body, SLICE_TEXT("dry_run"));
    cbor_bool(&out->body, true);
}

/* The confirming entry, and the tombstone it carries the hash of. */
static RESULT tombstone_write(struct batch *batch, const struct reader *reader, struct keeping *keeping,
                              const struct record *record, struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct store *store = batch_write(batch);
    struct draft draft = batch_draft(batch, reader, ENTRY_ERASE);
    struct record head = *record;
    struct sighted sighted = {keeping->no, record->held, 0};
    struct hash salt = {{0}}, leaf = {{0}};
    SCOPED(buf_done) struct buf tombstone = {0};
    head.version++;
    record_tombstone(&head, &tombstone);
    leaf_salt(shop->crypto, keeping->data_key, draft.entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, &sighted, NULL, &leaf);
    draft.set = &sighted;
    draft.leaves = &leaf;
    draft.set_count = 1;
    draft.entry.full = record->held;
    draft.entry.has_object = true;
    sha256_one(shop->crypto, buf_slice(&tombstone), &draft.entry.object);
    batch_append(batch, &draft, out);
    TRY(store->subject->leaf_put(store, keeping->no, out->index, leaf.bytes));
    TRY(store->subject->past_put(store, keeping->no, keeping->newest, keeping->present.bytes));
    struct subject_row row = {keeping->no, out->index, buf_slice(&tombstone)};
    return store->subject->replace(store, &row);
}

RESULT subject_erase_now(struct batch *batch, const struct reader *reader, struct subject_no no,
                         struct slice reason, struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct record record;
    struct receipt intent = {0};
    SCOPED(buf_done) struct buf bytes = {0}, id = {0};
    SECRET data_key = {{0}};
    SCOPED(keeping_done)
    struct keeping keeping = {.batch = batch, .no = no, .data_key = &data_key, .bundle = NO_BUNDLE};
    TRY(record_get(shop, no, false, &bytes, &record, &keeping.newest));
    TRY(record_unlock(shop, no, &record, &data_key));
    TRY(record_eras(shop, no, &record, &keeping.eras));
    if (keeping.newest >= ledger_durable(shop->ledger)) {
        return FAIL(CONFLICT,
                    "subject: was changed a moment ago; try again"); /* its entry is not in a bundle yet */
    }
    sha256_one(shop->crypto, buf_slice(&bytes), &keeping.present);
    id_put(shop, ID_SUBJECT, no.at, &id);
    struct draft draft = batch_draft(batch, reader, ENTRY_ERASE_INTENT);
    draft_text(&draft, COMMIT_REASON, reason);
    draft_text(&draft, COMMIT_VALUE, buf_slice(&id));
    batch->destroys = true;
    shop->salts_gone++;
    (void)batch_write(batch); /* from here on a failure undoes the batch: no intent without its erasure */
    batch_append(batch, &draft, &intent);
    TRY(history_changes(shop, no, keeping.newest, leaf_keep, &keeping));
    TRY(history_looks(shop, no, leaf_keep, &keeping));
    TRY(texts_drop(&keeping));
    TRY(tags_drop(batch, no, &record));
    TRY(mails_drop(batch, no));
    TRY(matter_sums_erased(batch, no));
    TRY(tombstone_write(batch, reader, &keeping, &record, out));
    return intent_write(shop, no, record.created_us,
                        batch->now_us); /* last: what fails before leaves no row */
}

static const char fact_misses[] = "values_stripped_upto"; /* bundles whose misses are forgotten */

/* The misses of a bundle. `due` unless one of its entries is younger than that. */
static RESULT misses_find(struct ledger *ledger, uint64_t n, int64_t before_us, struct ledger_places *at,
                          bool *any, bool *due)
{
    SCOPED(bundle_done) struct bundle bundle = {0};
    TRY(ledger_bundle_entries(ledger, n, &bundle));
    for (unsigned i = 0; i < bundle.count; i++) {
        struct entry entry = {0};
        TRY(entry_read(bundle.entries[i], &entry));
        *due = entry.time_us < before_us;
        if (!*due) return OK;
        if (entry.kind != ENTRY_LOOKUP || entry.count > 0) continue;
        at->bits[i / 64] |= (uint64_t)1 << i % 64;
        *any = true;
    }
    return OK;
}

RESULT misses_expire(struct batch *batch)
{
    struct shop *shop = batch->shop;
    uint64_t upto = 0, full = ledger_durable(shop->ledger) / TILE_WIDTH;
    struct result got = shop->store->fact->get(shop->store, fact_misses, &upto);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    uint64_t from = upto;
    for (bool any = false, due = true; !any && due && upto < full && upto - from < MISS_BUNDLES_MAX;) {
        struct ledger_places at = {{0}};
        TRY(misses_find(shop->ledger, upto, batch->now_us - MISS_DAYS * DAY_US, &at, &any, &due));
        if (!due) break;
        if (any) TRY(ledger_texts_drop(shop->ledger, upto, &at, 1U << COMMIT_VALUE));
        batch->destroys = batch->destroys || any;
        upto++;
    }
    if (upto == from) return OK;
    struct store *store = batch_write(batch);
    return store->fact->put(store, fact_misses, upto);
}

RESULT verb_subject_erase(struct batch *batch, const struct reader *reader,
                          const struct subject_erase_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct subject_no no = {0};
    struct record record;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(id_get(shop, ID_SUBJECT, ask->id, &no.at));
    canary_touched(batch, reader, no);
    if (ask->dry_run) {
        TRY(record_get(shop, no, false, &bytes, &record, NULL));
    } else if (hold_stands(&shop->access)) {
        TRY(hold_wait(batch, reader, no, ask->reason, &receipt));
        batch_receipt(out, &receipt);
        out->head.flags |= ANSWER_ACCEPTED;
    } else {
        TRY(subject_erase_now(batch, reader, no, ask->reason, &receipt));
        batch_receipt(out, &receipt);
    }
    answer_put(shop, ask, out);
    return OK;
}
