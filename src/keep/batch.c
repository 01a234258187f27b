#include "keep/batch.h"

#include "base/list.h"
#include "keep/access/guess.h"
#include "keep/access/service.h"
#include "keep/verbs.h"
#include "keep/watch/watching.h"
#include "store/alert.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_wipe(struct answer *answer)
{
    buf_done(&answer->body);
    free(TAKE(answer->problems));
    answer->problem_count = 0;
}

RESULT batch_begin(struct shop *shop, struct arena *arena, struct batch *out)
{
    if (shop->readers_lost)
        TRY(shop_readers_load(shop)); /* a rollback could not read them: it is tried again */
    shop->readers_lost = false;
    *out =
        (struct batch){.shop = shop, .arena = arena, .now_us = clock_now(&shop->clock), .last = shop->last};
    out->passes = shop->passes;
    TRY(shop->store->batch->begin(shop->store));
    out->begun = true;
    return OK;
}

void errand_free(struct errand **errand)
{
    struct errand *at = *errand;
    if (!at) return;
    if (at->state) at->free(at->state);
    buf_done(&at->why);
    free(at);
    *errand = NULL;
}

RESULT errand_result(const struct errand *errand)
{
    if (errand->failed == CAUSE_OK) return OK;
    return result_carry(errand->failed, (const char *)errand->why.at, errand->why.len);
}

void batch_done(struct batch *batch)
{
    errand_free(&batch->errand);
    free(batch->looks);
    batch->looks = NULL;
    batch->look_count = batch->look_cap = 0;
    free(batch->uses);
    batch->uses = NULL;
    batch->use_count = batch->use_cap = 0;
}

/* The same key for the same purpose, as most looks of a batch are, is one use. */
static void use_note(struct batch *batch, const struct entry *entry)
{
    uint64_t fields = entry->full | entry->masked;
    if (entry->reader >> 32 != READER_KEY) return;
    struct pending_use *last = batch->use_count > 0 ? &batch->uses[batch->use_count - 1] : NULL;
    if (last && last->reader == entry->reader && last->purpose == entry->purpose) {
        last->fields |= fields;
        return;
    }
    batch->uses = list_room(batch->uses, batch->use_count, &batch->use_cap, sizeof *batch->uses);
    assert(batch->uses);
    batch->uses[batch->use_count++] = (struct pending_use){entry->reader, fields, entry->purpose};
}

static void count_uses(struct batch *batch)
{
    for (size_t i = 0; i < batch->use_count; i++) {
        const struct pending_use *use = &batch->uses[i];
        service_seen(&batch->shop->access, use->reader, use->fields, use->purpose);
    }
}

static void count_looks(struct batch *batch)
{
    for (size_t i = 0; i < batch->look_count; i++) {
        const struct pending_look *look = &batch->looks[i];
        sightings_add(batch->shop->sightings, &look->entry, look->set, look->count);
    }
}

RESULT batch_settle(struct batch *batch)
{
    struct shop *shop = batch->shop;
    assert(batch->begun);
    struct result done = shop->redress.flush ? shop->redress.flush(batch, shop->redress.at) : OK;
    if (done.code == CODE_OK) done = key_uses_write(batch);
    if (done.code == CODE_OK && batch->spent > 0) {
        done = shop->store->alert->tally_add(shop->store, TALLY_BUDGET_REFUSED,
                                             (uint32_t)(batch->now_us / DAY_US), batch->spent);
    }
    if (done.code == CODE_OK) done = ledger_seal(shop->ledger);
    bool write_sightings = done.code == CODE_OK && sightings_full(shop->sightings);
    uint64_t upto = ledger_durable(shop->ledger); /* those of this batch are counted after it */
    if (write_sightings) done = sightings_write(shop->sightings, upto);
    if (done.code == CODE_OK) done = shop->store->batch->commit(shop->store);
    if (done.code != CODE_OK) {
        batch_rollback(batch);
        return done;
    }
    batch->begun = false;
    ledger_committed(shop->ledger);
    if (write_sightings) sightings_written(shop->sightings);
    count_looks(batch);
    count_uses(batch);
    budget_settle(shop->budgets);
    sessions_settle(shop->sessions);
    key_uses_settle(&shop->key_uses);
    guesses_settle(shop->guesses);
    watching_settled(shop->watching);
    if (shop->portal.at) shop->portal.ended(shop->portal.at, true);
    shop->unscrubbed += batch->destroys;
    return OK;
}

void shop_scrub(struct shop *shop)
{
    if (shop->unscrubbed == 0 && shop->scrubbed) return;
    shop->scrubbed =
        shop->store->batch->scrub(shop->store).code == CODE_OK; /* else: tried again in a minute */
    if (shop->scrubbed) shop->unscrubbed = 0;
}

void batch_rollback(struct batch *batch)
{
    struct shop *shop = batch->shop;
    if (!batch->begun) return;
    batch->begun = false;
    import_drop(shop); /* fields are read again below */
    shop->store->batch->rollback(shop->store);
    ledger_rollback(shop->ledger);
    budget_undo(shop->budgets, 0);
    sessions_undo(shop->sessions);
    key_uses_undo(&shop->key_uses);
    watching_undone(shop->watching);
    shop->last = batch->last;
    shop->passes = batch->passes;
    guesses_undo(shop->guesses);
    if (shop->portal.at) shop->portal.ended(shop->portal.at, false);
    shop->answer.stale = true;
    shop->notice.stale = true;
    shop->redress.stale = true;
    batch->look_count = batch->use_count = 0;
    if (!batch->authority) return;
    shop->readers_lost = shop_readers_load(shop).code != CODE_OK;
    if (shop->readers_lost) shop_readers_drop(shop); /* nobody is let in until the next batch has read them */
}

void batch_append(struct batch *batch, const struct draft *draft, struct receipt *out)
{
    ledger_append(batch->shop->ledger, draft, out);
    if (draft->entry.kind == ENTRY_REVEAL || draft->entry.kind == ENTRY_LOOKUP)
        use_note(batch, &draft->entry);
    watching_look(batch, draft);
    news_entry(&batch->shop->news, &draft->entry);
    if (!entry_is_look(draft->entry.kind) || draft->set_count == 0) return;
    batch->looks = list_room(batch->looks, batch->look_count, &batch->look_cap, sizeof *batch->looks);
    struct pending_look *look = &batch->looks[batch->look_count++];
    size_t bytes = draft->set_count * sizeof *look->set;
    *look = (struct pending_look){.entry = {.kind = draft->entry.kind, .reader = draft->entry.reader},
                                  .set = arena_take(batch->arena, bytes),
                                  .count = draft->set_count};
    look->entry.time_us = ledger_last_us(batch->shop->ledger);
    memcpy(look->set, draft->set, bytes);
}

void batch_receipt(struct answer *answer, const struct receipt *receipt)
{
    answer->head.flags |= ANSWER_RECEIPT;
    answer->head.index = receipt->index;
    memcpy(answer->head.leaf_hash, receipt->leaf.bytes, HASH_BYTES);
}

void batch_problem(struct answer *answer, struct result result, const char *pointer_format, ...)
{
    if (answer->problem_count == PROBLEMS_MAX) return;
    if (!answer->problems) answer->problems = calloc(PROBLEMS_MAX, sizeof *answer->problems);
    if (!answer->problems) abort(); /* as all memory: see bytes.h */
    struct problem *problem = &answer->problems[answer->problem_count++];
    va_list args;
    va_start(args, pointer_format);
    (void)vsnprintf(problem->pointer, sizeof problem->pointer, pointer_format,
                    args); /* cut is fine: it is talk */
    va_end(args);
    (void)snprintf(problem->detail, sizeof problem->detail, "%s", result_text());
    problem->cause = result.cause;
}

struct draft batch_draft(struct batch *batch, const struct reader *reader, enum entry_kind kind)
{
    static const uint8_t local[NETWORK_BYTES];
    struct draft draft = {
        .entry = {.kind = kind, .reader = reader->no, .role = reader->role ? reader->role->id : 0}};
    crypto_random(batch->shop->crypto, draft.entry.nonce, ENTRY_NONCE_BYTES);
    if (memcmp(reader->network, local, NETWORK_BYTES) != 0) {
        draft_text(&draft, COMMIT_NETWORK, (struct slice){reader->network, NETWORK_BYTES});
    }
    return draft;
}

void draft_text(struct draft *draft, enum commitment_kind kind, struct slice text)
{
    if (text.len == 0) return;
    assert(draft->text_count < COMMITMENTS_MAX);
    draft->texts[draft->text_count++] = (struct aside_text){.kind = kind, .text = text};
}

RESULT batch_stretch(struct batch *batch, const struct stretching *stretch, uint8_t out[STRETCH_BYTES])
{
    const struct stretched *done = batch->stretched;
    if (done && done->failed) return FAIL(UNAVAILABLE, "sign-in: no memory to check a password; try again");
    if (done && bytes_equal_ct(done->salt, stretch->salt, STRETCH_SALT_BYTES)) {
        memcpy(out, done->hash, STRETCH_BYTES);
        return OK;
    }
    if (!batch->stretch_later)
        return passphrase_stretch(stretch->password, stretch->salt, stretch->memory_kib, stretch->passes,
                                  out);
    batch->wanted = *stretch;
    return FAIL(TOO_BUSY, "sign-in: too many wait already; try again in a moment");
}
