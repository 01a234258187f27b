/* Import: a chunk of rows becomes new subjects and new versions under one entry with its set. */
#include "keep/import_priv.h"
#include "keep/spend.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <assert.h>
#include <string.h>

static void import_done(struct import *import)
{
    hands_stop(&import->seal); /* when it was left before its end */
    for (size_t i = 0; i < import->canary_count; i++) change_done(&import->canaries[i]);
    reading_rest(import->batch->shop, &import->reading);
}

static uint16_t *ref_bucket(struct import *import, const struct import_row *row)
{
    return &import->ref_heads[be16_get(row->ref_tag) % REF_BUCKETS];
}

/* Did the chunk make or change that subject? Then its row is not in the store yet. */
static bool in_chunk(struct import *import, const struct import_row *row)
{
    for (uint16_t at = *ref_bucket(import, row); at > 0; at = import->ref_next[at - 1]) {
        if (bytes_equal_ct(import->rows[import->changes[at - 1]].ref_tag, row->ref_tag, TAG_BYTES))
            return true;
    }
    return false;
}

static void change_keep(struct import *import, struct import_row *row)
{
    uint16_t *bucket = ref_bucket(import, row);
    size_t at = import->change_count++;
    import->changes[at] = (uint16_t)(row - import->rows);
    import->ref_next[at] = *bucket;
    *bucket = (uint16_t)(at + 1);
}

static void same_keep(struct import *import, const struct change *change, uint64_t fields)
{
    size_t at = import->same_count++;
    import->same[at] = (struct sighted){change->no, fields, 0};
    import->same_keys[at] = change->data_key;
}

static RESULT row_change(struct import *import, struct subject_no no, struct import_row *row)
{
    struct batch *batch = import->batch;
    struct import_hand *hand = &import->hands[0];
    struct change *change = &row->change;
    struct record head;
    SCOPED(held_done) struct held held = {0};
    TRY(subject_hold(batch->shop, no, &held));
    if (import->fail || import->skip) {
        TRY(record_unlock(batch->shop, no, &held.record, &change->data_key));
        change->no = no;
        same_keep(import, change, (uint64_t)1 << FIELD_REF);
        if (import->fail) return FAIL(REF_TAKEN, "ref: another subject has it");
        import->unchanged++;
        return OK;
    }
    import_row_values(row, hand);
    uint64_t named = named_fields(&hand->values);
    head = held.record;
    if (row->state_given) head.state = row->state;
    if (row->lang[0]) memcpy(head.lang, row->lang, sizeof head.lang);
    if (row->country[0]) memcpy(head.country, row->country, sizeof head.country);
    TRY(subject_change(batch, &held, &head, &hand->values, change));
    if (!change->replaces || import->ask->dry_run) same_keep(import, change, named);
    import->changed += change->replaces;
    import->unchanged += !change->replaces;
    if (change->replaces) change_keep(import, row);
    return OK;
}

static RESULT row_decide(struct import *import, struct import_row *row)
{
    struct shop *shop = import->batch->shop;
    struct subject_no no = {0};
    if (in_chunk(import, row))
        return FAIL(ROW_MALFORMED, "ref: stands twice within a few rows; the first one counts");
    TRY(subject_by_ref_tag(shop, row->ref_tag, &no));
    bool taken = no.at != 0;
    if (taken && canary_is(shop, no) && !import->ask->dry_run)
        TRY(canary_yield(import->batch, import->reader, no, &taken));
    if (taken) return row_change(import, no, row);
    row->made = true;
    row->change.no = subject_number_take(shop);
    row->change.difference.new_tags = TAKE(row->tags);
    import->created++;
    change_keep(import, row);
    return OK;
}

/* The store is told of refs before they are looked for, and of tags before they are added. */
static void ref_soon(const struct import *import, size_t row)
{
    struct shop *shop = import->batch->shop;
    if (row >= import->row_count || import->rows[row].done.code != CODE_OK) return;
    shop->store->tag->soon(shop->store, tag_index(shop, FIELD_REF, TAG_EXACT), import->rows[row].ref_tag);
}

static void change_soon(const struct import *import, size_t change)
{
    struct store *store = import->batch->shop->store;
    if (change >= import->change_count) return;
    const struct tags *tags = &import->rows[import->changes[change]].change.difference.new_tags;
    for (size_t i = 0; i < tags->count; i++) store->tag->soon(store, tags->at[i].index, tags->at[i].tag);
}

/* For each number that was passed over one who is like a row of the chunk. */
static RESULT canaries_make(struct import *import, struct subject_no after)
{
    enum { PASSED_MAX = IMPORT_ROWS_MAX / CANARY_EVERY_FIRST + 2 };
    struct batch *batch = import->batch;
    struct import_hand *hand = &import->hands[0];
    struct subject_no passed[PASSED_MAX];
    size_t count = canaries_passed(batch->shop, after, passed, PASSED_MAX);
    if (count == 0) return OK;
    import->canaries = arena_take(batch->arena, count * sizeof *import->canaries);
    memset(import->canaries, 0, count * sizeof *import->canaries);
    for (size_t i = 0; i < count; i++) {
        size_t at = import->change_count + i;
        const struct import_row *like = &import->rows[import->changes[i * import->change_count / count]];
        struct change *change = &import->canaries[import->canary_count++];
        import_row_values(like, hand);
        TRY(canary_prepare(batch, passed[i], &hand->head, &hand->values, change));
        change_leaf(batch->shop, change, import->draft.entry.nonce, true, &import->set[at],
                    &import->leaves[at]);
    }
    return OK;
}

static RESULT rows_run(struct import *import)
{
    struct subject_no last = import->batch->shop->last;
    for (size_t i = 0; i < import->row_count; i++) {
        struct import_row *row = &import->rows[i];
        ref_soon(import, i + SOON_ROWS);
        if (row->done.code == CODE_OK) {
            row->done = row_decide(import, row);
            if (row->done.code != CODE_OK) buf_text(&row->why, result_text());
        }
        if (row->done.code == CODE_UNAVAILABLE || row->done.code == CODE_CORRUPT)
            return result_carry(row->done.cause, (const char *)row->why.at, row->why.len);
        import->refused_count += row->done.code != CODE_OK;
    }
    if (!import->ask->dry_run) TRY(canaries_make(import, last));
    return OK;
}

/* Write what was made, under the entry with that index, or what was changed. As soon as each is sealed. */
static RESULT changes_write(struct import *import, bool made, uint64_t entry)
{
    for (size_t i = 0; i < import->change_count; i++) {
        const struct import_row *row = &import->rows[import->changes[i]];
        if (row->made != made) continue;
        change_soon(import, i + SOON_ROWS);
        hands_until(&import->seal, i);
        TRY(change_write(import->batch, &row->change, entry));
    }
    return OK;
}

/* The entry can only be made when all is sealed. Who was made is written before, under the index that it will have; who
 * was changed behind it, as word of a new address may be an entry of its own. */
static RESULT chunk_write(struct import *import, struct answer *out)
{
    struct batch *batch = import->batch;
    struct receipt receipt = {0};
    struct draft *draft = &import->draft;
    uint64_t entry = ledger_size(batch->shop->ledger);
    if (import->change_count == 0) return OK;
    hands_begin(&import->seal, import->change_count, import_change_seal, import);
    TRY(changes_write(import, true, entry));
    hands_end(&import->seal);
    for (size_t i = 0; i < import->canary_count; i++) TRY(change_write(batch, &import->canaries[i], entry));
    draft->set = import->set;
    draft->leaves = import->leaves;
    draft->set_count = import->change_count + import->canary_count;
    for (size_t i = 0; i < draft->set_count; i++) draft->entry.full |= import->set[i].full;
    batch_append(batch, draft, &receipt);
    assert(receipt.index == entry);
    TRY(changes_write(import, false, entry));
    batch_receipt(out, &receipt);
    return OK;
}

static void answer_put(const struct import *import, struct buf *out)
{
    cbor_map(out, 4);
    cbor_text(out, SLICE_TEXT("created"));
    cbor_uint(out, import->created);
    cbor_text(out, SLICE_TEXT("changed"));
    cbor_uint(out, import->changed);
    cbor_text(out, SLICE_TEXT("unchanged"));
    cbor_uint(out, import->unchanged);
    cbor_text(out, SLICE_TEXT("refused"));
    cbor_array(out, import->refused_count);
    for (size_t i = 0; i < import->row_count; i++) {
        const struct import_row *row = &import->rows[i];
        if (row->done.code == CODE_OK) continue;
        cbor_map(out, 3);
        cbor_text(out, SLICE_TEXT("line"));
        cbor_uint(out, row->line);
        cbor_text(out, SLICE_TEXT("code"));
        cbor_text(out, slice_text(cause_row(row->done.cause)->slug));
        cbor_text(out, SLICE_TEXT("detail"));
        cbor_text(out, buf_slice(&row->why));
    }
}

static RESULT import_begin(struct import *import)
{
    struct arena *arena = import->batch->arena; /* wiped with the batch */
    TRY(reading_take(import->batch->shop, import->ask, &import->reading));
    size_t most = import->reading->row_count;
    import->hands = import->reading->hands;
    import->rows = import->reading->rows;
    import->row_count = most;
    import->changes = arena_take(arena, most * sizeof *import->changes);
    size_t with_canaries = most + most / CANARY_EVERY_FIRST + 2;
    import->set = arena_take(arena, with_canaries * sizeof *import->set);
    import->leaves = arena_take(arena, with_canaries * sizeof *import->leaves);
    import->same = arena_take(arena, most * sizeof *import->same);
    import->same_keys = arena_take(arena, most * sizeof *import->same_keys);
    return OK;
}

RESULT verb_import(struct batch *batch, const struct reader *reader, const struct import_ask *ask,
                   struct answer *out)
{
    SCOPED(import_done) struct import import = {.batch = batch, .reader = reader, .ask = ask};
    struct subject_no last = batch->shop->last;
    import.draft = batch_draft(batch, reader, ENTRY_IMPORT);
    import.skip = slice_is(ask->on_conflict, "skip");
    import.fail = slice_is(ask->on_conflict, "fail");
    if (ask->on_conflict.len > 0 && !import.skip && !import.fail && !slice_is(ask->on_conflict, "update")) {
        return FAIL(INVALID, "on_conflict: fail, update or skip");
    }
    TRY(import_begin(&import));
    struct result done = rows_run(&import);
    if (ask->dry_run)
        batch->shop->last = last; /* rows that nobody makes must not widen a share of the customers */
    if (done.code == CODE_OK) done = spend(batch, reader, import.same, import.same_count, out);
    if (done.code == CODE_OK && !ask->dry_run) done = chunk_write(&import, out);
    if (done.code == CODE_OK && batch->next_chunk) import_soon(batch->shop, batch->next_chunk);
    if (done.code == CODE_OK) {
        if (import.same_count > 0 || ask->dry_run)
            compare_note(batch, reader, import.same, import.same_keys, import.same_count, out);
        answer_put(&import, &out->body);
    }
    if (done.code != CODE_OK) batch->shop->last = last; /* no number was used */
    return done;
}
