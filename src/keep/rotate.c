#include "keep/rotate.h"

#include "keep/access/authority.h"
#include "keep/hold.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/verbs.h"

#include <assert.h>
#include <string.h>

RESULT rotation_open(struct shop *shop)
{
    struct rotation_row row = {0};
    struct result got = shop->store->rotation->newest(shop->store, &row);
    if (got.code == CODE_NOT_FOUND) return OK;
    if (got.code == CODE_OK && row.state != ROTATION_DONE) shop->rotating = (uint8_t)row.state;
    return got;
}

bool rotation_waits(const struct shop *shop)
{
    return shop->rotating == ROTATION_MOVING ||
           (shop->rotating == ROTATION_MOVED && !hold_stands(&shop->access));
}

bool rotation_passed(const struct rotation_row *rows, size_t count, uint16_t was, uint16_t epoch,
                     int64_t created_us)
{
    if (epoch <= was) return epoch == was;
    for (size_t i = 0; i < count;
         i++) { /* the first to a later epoch: it moved whoever was made before it began */
        if (rows[i].epoch > was && rows[i].epoch <= epoch) return created_us < rows[i].began_us;
    }
    return false;
}

/* Records of one slice, copied out of the store, as it is written to afterwards. */
struct gathered {
    uint16_t epoch;
    struct buf bytes;
    struct taken {
        struct subject_no no;
        uint64_t entry;
        size_t end; /* of its bytes */
    } at[ROTATE_SLICE];
    size_t count, looked;
    struct subject_no last;
    bool full; /* it stopped before the end */
};

static void gathered_done(struct gathered *gathered)
{
    buf_done(&gathered->bytes);
}

static RESULT record_gather(void *context, const struct subject_row *row)
{
    struct gathered *gathered = context;
    struct record record;
    gathered->full = gathered->looked == ROTATE_SCAN || gathered->count == ROTATE_SLICE;
    if (gathered->full) return FAIL(TOO_BUSY, "rotate: goes on in its next turn");
    gathered->looked++;
    gathered->last = row->no;
    bool read = record_parse(row->record, &record).code == CODE_OK;
    if (read && (record.state == SUBJECT_ERASED || record.epoch >= gathered->epoch)) return OK;
    buf_slice_put(&gathered->bytes,
                  row->record); /* what is no record is found out again, and counted, below */
    gathered->at[gathered->count++] = (struct taken){row->no, row->entry, gathered->bytes.len};
    return OK;
}

/* A slice on its way into one entry. In the batch's arena. */
struct moving {
    struct sighted *set;
    struct hash *leaves, *pasts;
    struct taken *from;
    struct buf records;
    size_t *ends, count;
};

static void moving_done(struct moving *moving)
{
    buf_done(&moving->records);
}

/* One record as it will be, and its leaf. What does not open is passed over. */
static RESULT record_move(struct batch *batch, const struct draft *draft, const struct rotate_how *how,
                          const struct taken *taken, struct slice bytes, struct moving *moving)
{
    struct shop *shop = batch->shop;
    size_t n = moving->count, start = moving->records.len;
    struct record record;
    struct hash salt = {{0}}, now = {{0}};
    SECRET data_key = {{0}};
    TRY(record_parse(bytes, &record));
    TRY(record_rotate(shop, taken->no, &record, how, &data_key, &moving->records));
    sha256_one(shop->crypto, slice_from(buf_slice(&moving->records), start), &now);
    sha256_one(shop->crypto, bytes, &moving->pasts[n]);
    moving->set[n] = (struct sighted){.no = taken->no};
    leaf_salt(shop->crypto, &data_key, draft->entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, &moving->set[n], &now, &moving->leaves[n]);
    moving->ends[n] = moving->records.len;
    moving->from[n] = *taken;
    moving->count++;
    return OK;
}

static RESULT all_move(struct batch *batch, const struct draft *draft, struct rotation_row *row,
                       const struct gathered *gathered, struct moving *moving)
{
    struct slice all = buf_slice(&gathered->bytes);
    for (size_t i = 0, start = 0; i < gathered->count; start = gathered->at[i++].end) {
        const struct taken *taken = &gathered->at[i];
        const struct rotate_how how = {row->rekey, ledger_size(batch->shop->ledger), taken->entry};
        size_t len = moving->records.len;
        struct result moved =
            record_move(batch, draft, &how, taken, slice_part(all, start, taken->end - start), moving);
        if (moved.code == CODE_UNAVAILABLE) return moved;
        if (moved.code == CODE_OK) continue;
        moving->records.len = len;
        row->stuck++;
    }
    return OK;
}

static RESULT rows_write(struct batch *batch, const struct moving *moving, uint64_t entry)
{
    struct store *store = batch_write(batch);
    for (size_t i = 0, start = 0; i < moving->count; start = moving->ends[i++]) {
        const struct taken *from = &moving->from[i];
        struct slice bytes = slice_part(buf_slice(&moving->records), start, moving->ends[i] - start);
        struct subject_row row = {from->no, entry, bytes};
        TRY(store->subject->past_put(store, from->no, from->entry, moving->pasts[i].bytes));
        TRY(store->subject->replace(store, &row));
    }
    return OK;
}

/* What was gathered, under the new epoch, as one entry. */
static RESULT slice_move(struct batch *batch, struct rotation_row *row, const struct gathered *gathered)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    size_t most = gathered->count;
    struct receipt receipt = {0};
    struct draft draft = batch_draft(batch, &system, ENTRY_REKEY);
    uint64_t entry = ledger_size(batch->shop->ledger);
    SCOPED(moving_done)
    struct moving moving = {.set = arena_take(batch->arena, most * sizeof *moving.set),
                            .leaves = arena_take(batch->arena, most * sizeof *moving.leaves),
                            .pasts = arena_take(batch->arena, most * sizeof *moving.pasts),
                            .from = arena_take(batch->arena, most * sizeof *moving.from),
                            .ends = arena_take(batch->arena, most * sizeof *moving.ends)};
    TRY(all_move(batch, &draft, row, gathered, &moving));
    if (moving.count == 0) return OK;
    draft.set = moving.set;
    draft.leaves = moving.leaves;
    draft.set_count = moving.count;
    draft.entry.object_kind = row->rekey ? REKEY_RENEWED : REKEY_WRAPPED;
    draft.entry.object_id = row->epoch;
    batch->destroys = true; /* older wraps must not be found in a log of the store */
    batch->shop->salts_gone += row->rekey;
    batch_append(batch, &draft, &receipt);
    assert(receipt.index == entry);
    row->moved += moving.count;
    row->again = true;
    return rows_write(batch, &moving, entry);
}

/* A pass that moved nothing shows that no record needs an older epoch. */
static void pass_end(struct rotation_row *row, int64_t now_us)
{
    if (row->again) {
        row->at = (struct subject_no){0};
        row->again = false;
        row->stuck = 0;
        return;
    }
    row->state = ROTATION_MOVED;
    row->moved_us = now_us;
}

static RESULT moving_turn(struct batch *batch, struct rotation_row *row)
{
    struct shop *shop = batch->shop;
    SCOPED(gathered_done) struct gathered gathered = {.epoch = row->epoch, .last = row->at};
    struct result done = shop->store->subject->each(shop->store, (struct subject_no){row->at.at + 1},
                                                    record_gather, &gathered);
    if (done.code != CODE_OK && !gathered.full) return done;
    row->at = gathered.last;
    if (gathered.count > 0) TRY(slice_move(batch, row, &gathered));
    if (!gathered.full) pass_end(row, batch->now_us);
    struct store *store = batch_write(batch);
    TRY(store->rotation->put(store, row));
    shop->rotating = (uint8_t)row->state;
    return OK;
}

static RESULT ring_save(const struct shop *shop, const struct keyring *keyring)
{
    SCOPED(buf_done) struct buf path = {0};
    if (!shop->home) return OK; /* a shop without a directory: the simulator's */
    shop_path(shop->home, shop->name, "keyring", &path);
    return keyring_save(keyring, shop->crypto, buf_c(&path), home_root(shop->home), shop->name);
}

/* For good, before the entry that says so: cut off in between, the next turn finds them gone and says it. */
static RESULT older_destroy(struct batch *batch, struct rotation_row *row)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    SCOPED(keyring_free) struct keyring *without = NULL;
    import_wait(shop); /* its hand reads the keyring */
    TRY(keyring_copy(shop->keyring, &without));
    if (keyring_forget(without, KEY_KEK, 0, row->epoch) > 0) {
        TRY(ring_save(shop, without));
        (void)keyring_forget(shop->keyring, KEY_KEK, 0, row->epoch); /* as many as of the copy */
    }
    struct draft draft = batch_draft(batch, &system, ENTRY_REKEY);
    draft.entry.object_kind = REKEY_DESTROYED;
    draft.entry.object_id = row->epoch;
    struct store *store = batch_write(batch);
    batch_append(batch, &draft, &receipt);
    row->state = ROTATION_DONE;
    row->ended_us = batch->now_us;
    TRY(store->rotation->put(store, row));
    shop->rotating = 0;
    return OK;
}

RESULT rotation_turn(struct batch *batch, bool *more)
{
    struct shop *shop = batch->shop;
    struct rotation_row row = {0};
    struct result got = shop->store->rotation->newest(shop->store, &row);
    *more = false;
    if (got.code != CODE_OK || row.state == ROTATION_DONE) {
        bool none = got.code == CODE_OK || got.code == CODE_NOT_FOUND; /* its batch was undone */
        if (none) shop->rotating = 0;
        return none ? OK : got;
    }
    if (row.state == ROTATION_MOVED && row.stuck > 0) {
        shop->rotating = 0; /* until somebody has looked, and rotates again */
        return OK;
    }
    *more = true;
    if (row.state == ROTATION_MOVING) return moving_turn(batch, &row);
    if (!hold_stands(&shop->access)) return older_destroy(batch, &row);
    *more = false;
    return OK;
}

static const char *state_name(const struct shop *shop, const struct rotation_row *row)
{
    switch (row->state) {
    case ROTATION_MOVING:
        return "moving";
    case ROTATION_MOVED:
        return row->stuck > 0 ? "stuck" : hold_stands(&shop->access) ? "held" : "moved";
    case ROTATION_DONE:
        return "done";
    }
    return "unknown";
}

/* What to know about it, in the state that it is in. */
static const char *state_words(const char *state)
{
    static const struct {
        const char *state, *words;
    } known[] = {
        {"stuck",
         "some records do not open and were left as they are; older keys are kept. Run amanah ledger "
         "verify, mend them, then rotate again"},
        {"held",
         "every record is moved; older keys are kept while a legal hold stands, as backups from before "
         "may be evidence, and are destroyed by themselves once it ends"},
        {"done",
         "backups made before open no more with this keyring, only with a custody copy of it from "
         "before: make a new backup and a new custody copy now (amanah backup --custody), and destroy "
         "the older copies knowingly"},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(state, known[i].state) == 0) return known[i].words;
    }
    return "looks go on; a new custody copy is needed already: amanah backup --custody";
}

static void rotation_put(struct shop *shop, const struct rotation_row *row, struct buf *out)
{
    const char *state = state_name(shop, row);
    cbor_map(out, 11);
    put_text(out, "state", slice_text(state));
    put_number(out, "epoch", row->epoch);
    put_bool(out, "rekey", row->rekey);
    put_number(out, "moved", row->moved);
    put_number(out, "stuck", row->stuck);
    put_number(out, "at", row->state == ROTATION_MOVING ? row->at.at : shop->last.at);
    put_number(out, "of", shop->last.at);
    put_time(out, "began", row->began_us);
    put_time_or_null(out, "moved_at", row->moved_us);
    put_time_or_null(out, "destroyed", row->ended_us);
    put_text(out, "note", slice_text(state_words(state)));
}

static RESULT count_rekeys(void *context, const struct rotation_row *row)
{
    size_t *count = context;
    *count += row->rekey;
    return OK;
}

static RESULT may_begin(struct shop *shop, const struct rotate_ask *ask)
{
    struct rotation_row row = {0};
    size_t rekeys = 0;
    struct result got = shop->store->rotation->newest(shop->store, &row);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK && row.state == ROTATION_MOVING)
        return FAIL(CONFLICT, "rotate: one is under way, to epoch %u; wait until every record is moved",
                    row.epoch);
    TRY(shop->store->rotation->each(shop->store, count_rekeys, &rekeys));
    if (ask->rekey && rekeys >= ERAS_MAX)
        return FAIL(TOO_MANY, "rotate: data keys were renewed %d times, which is as often as can be",
                    ERAS_MAX);
    return OK;
}

/* The new epoch is durable before any record is under it. */
static RESULT epoch_add(struct shop *shop, uint16_t *epoch)
{
    TRY(keyring_add(shop->keyring, shop->crypto, KEY_KEK, 0, epoch));
    struct result saved = ring_save(shop, shop->keyring);
    if (saved.code != CODE_OK) {
        keyring_drop_last(shop->keyring);
        return saved;
    }
    return shop_kek_open(shop);
}

RESULT verb_rotate(struct batch *batch, const struct reader *reader, const struct rotate_ask *ask,
                   struct answer *out)
{
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    struct rotation_row row = {.rekey = ask->rekey, .state = ROTATION_MOVING, .began_us = batch->now_us};
    TRY(may_begin(shop, ask));
    if (ask->dry_run) {
        row.epoch = (uint16_t)(keyring_newest(shop->keyring, KEY_KEK, 0) + 1);
        cbor_map(&out->body, 4);
        put_text(&out->body, "state", SLICE_TEXT("would begin"));
        put_number(&out->body, "epoch", row.epoch);
        put_bool(&out->body, "rekey", row.rekey);
        put_number(&out->body, "of", shop->last.at);
        return OK;
    }
    TRY(epoch_add(shop, &row.epoch));
    struct draft draft = batch_draft(batch, reader, ENTRY_REKEY);
    draft.entry.object_kind = REKEY_BEGAN;
    draft.entry.object_id = row.epoch;
    struct store *store = batch_write(batch);
    batch_append(batch, &draft, &receipt);
    row.entry = receipt.index;
    TRY(store->rotation->put(store, &row));
    shop->rotating = ROTATION_MOVING;
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_ACCEPTED;
    rotation_put(shop, &row, &out->body);
    return OK;
}

RESULT verb_rotation(struct batch *batch, const struct reader *reader, const struct rotation_ask *ask,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    struct rotation_row row = {0};
    (void)reader;
    (void)ask;
    struct result got = shop->store->rotation->newest(shop->store, &row);
    if (got.code == CODE_NOT_FOUND)
        return FAIL(NOT_FOUND, "rotate: no rotation was ever begun; records are under epoch %u",
                    shop->kek_epoch);
    TRY(got);
    rotation_put(shop, &row, &out->body);
    return OK;
}
