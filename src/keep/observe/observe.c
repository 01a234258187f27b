#include "keep/observe/observe.h"

#include "keep/observe/observe_priv.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

static void observing_done(struct observing *observing)
{
    for (size_t i = 0; i < observing->person_count; i++) buf_done(&observing->persons[i].record);
    buf_done(&observing->file_name);
    shop_hand_free(&observing->second);
}

static RESULT service_get(struct observing *observing)
{
    const struct access *access = &observing->batch->shop->access;
    for (size_t i = 0; i < access->service_count && !observing->service; i++) {
        if (slice_is(observing->ask->system, access->services[i].name))
            observing->service = &access->services[i];
    }
    if (observing->service) return OK;
    return FAIL(NOT_FOUND, "system: no service of that name; declare it with its routes first");
}

struct counting {
    uint32_t system;
    uint64_t files;
};

static RESULT file_count(void *context, const struct outside_file_row *row)
{
    struct counting *counting = context;
    counting->files += row->system == counting->system;
    return OK;
}

static RESULT moved_on(void)
{
    return FAIL(CONFLICT, "observe: this file was read on meanwhile by somebody else; run it again");
}

/* The file's row as it stands: the ask must go on exactly where it ends. */
static RESULT file_take(struct observing *observing)
{
    const struct observe_ask *ask = observing->ask;
    struct shop *shop = observing->batch->shop;
    struct store *store = shop->store;
    struct counting counting = {.system = observing->service->id};
    if (ask->first.len != HASH_BYTES || ask->hash.len != HASH_BYTES)
        return FAIL(INVALID, "first, hash: of 32 bytes each");
    if (ask->marks.len % HASH_BYTES != 0) return FAIL(INVALID, "marks: of 32 bytes each");
    if (ask->to <= ask->from || ask->lines_to < ask->lines_from || ask->newest_us > INT64_MAX)
        return FAIL(INVALID, "to, lines_to, newest_us: out of range");
    if (ask->file > 0) {
        struct result got = ask->file > UINT32_MAX
                                ? FAIL(NOT_FOUND, "file: no such file")
                                : store->observed->file_get(store, (uint32_t)ask->file, &observing->file,
                                                            &observing->file_name);
        if (got.code == CODE_NOT_FOUND) return moved_on();
        TRY(got);
        const struct outside_file_row *row = &observing->file;
        bool same =
            row->system == observing->service->id && memcmp(row->first, ask->first.at, HASH_BYTES) == 0;
        return same && row->bytes == ask->from && row->lines == ask->lines_from ? OK : moved_on();
    }
    TRY(store->observed->file_each(store, 0, ask->first.at, file_count, &counting));
    if (counting.files != ask->known || ask->from != 0 || ask->lines_from != 0) return moved_on();
    observing->file.system = observing->service->id;
    memcpy(observing->file.first, ask->first.at, HASH_BYTES);
    TRY(store->observed->file_last(store, &observing->file.id));
    if (observing->file.id == UINT32_MAX) return FAIL(TOO_MANY, "observe: more files than there are numbers");
    observing->file.id++;
    outside_file_seal(shop, observing->file.id, ask->name, &observing->file_name);
    return OK;
}

/* What stands beside the entry. Sights are in the order of persons, those of nobody behind them. */
static void observed_make(struct observing *observing)
{
    struct arena *arena = observing->batch->arena;
    const struct observe_ask *ask = observing->ask;
    struct observed *observed = &observing->observed;
    size_t persons = observing->person_count, ones = 0;
    for (size_t i = 0; i < persons; i++) ones += observing->persons[i].count;
    *observed =
        (struct observed){.file = observing->file.id,
                          .from = ask->from,
                          .to = ask->to,
                          .line_from = ask->lines_from,
                          .line_to = ask->lines_to,
                          .broken = ask->broken,
                          .newest_us = observing->file.newest_us,
                          .ones = arena_take(arena, ones * sizeof *observed->ones),
                          .ends = arena_take(arena, persons * sizeof *observed->ends),
                          .set_count = persons,
                          .others = arena_take(arena, (observing->count - ones) * sizeof *observed->others),
                          .other_count = observing->count - ones};
    if ((int64_t)ask->newest_us > observed->newest_us) observed->newest_us = (int64_t)ask->newest_us;
    crypto_random(observing->batch->shop->crypto, observed->salt, sizeof observed->salt);
    memcpy(observed->hash.bytes, ask->hash.at, HASH_BYTES);
    for (size_t i = 0; i < observing->count; i++) {
        const struct sight *sight = &observing->sights[i];
        if (i < ones) {
            observed->ones[i] =
                (struct observation){sight->reader, sight->hour, sight->full, sight->line, sight->lines};
        } else {
            observed->others[i - ones] = (struct unattributed){sight->reader, sight->hour, sight->full,
                                                               sight->lines,  sight->rows, sight->named};
        }
    }
    for (size_t i = 0; i < persons; i++)
        observed->ends[i] = (uint32_t)(observing->persons[i].from + observing->persons[i].count);
}

/* A hand's part: whom the leaf is of, and what it binds. */
static void leaf_take(void *context, unsigned hand, size_t item)
{
    struct observing *observing = context;
    struct shop *shop = hand == 0 ? observing->batch->shop : observing->second;
    struct person *person = &observing->persons[item];
    struct sighted sighted = {.no = person->no};
    struct record record;
    struct hash salt = {{0}}, bound = {{0}};
    SECRET data_key = {{0}};
    person->done = record_parse(buf_slice(&person->record), &record);
    if (person->done.code == CODE_OK) person->done = record_unlock(shop, person->no, &record, &data_key);
    if (person->done.code != CODE_OK) return;
    for (size_t i = 0; i < person->count; i++) sighted.full |= observing->sights[person->from + i].full;
    observed_bind(shop->crypto, &observing->observed, item, &bound);
    leaf_salt(shop->crypto, &data_key, observing->draft.entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, &sighted, &bound, &person->leaf);
}

static RESULT set_make(struct observing *observing)
{
    struct arena *arena = observing->batch->arena;
    size_t count = observing->person_count;
    struct sighted *set = arena_take(arena, count * sizeof *set);
    struct hash *leaves = arena_take(arena, count * sizeof *leaves);
    TRY(shop_hand_new(observing->batch->shop, &observing->second));
    hands_run(count, leaf_take, observing);
    for (size_t i = 0; i < count; i++) {
        const struct person *person = &observing->persons[i];
        if (person->done.code != CODE_OK)
            return FAIL(CORRUPT, "subject %llu: its record does not open; run `amanah ledger verify`",
                        (unsigned long long)person->no.at);
        set[i].no = person->no;
        leaves[i] = person->leaf;
        for (size_t at = 0; at < person->count; at++)
            set[i].full |= observing->sights[person->from + at].full;
        observing->draft.entry.full |= set[i].full;
    }
    observing->draft.set = set;
    observing->draft.leaves = leaves;
    observing->draft.set_count = count;
    return OK;
}

static void answer_put(const struct observing *observing, struct buf *out)
{
    uint64_t attributed = 0, unattributed = 0;
    for (size_t i = 0; i < observing->count; i++) {
        const struct sight *sight = &observing->sights[i];
        *(sight->no.at > 0 ? &attributed : &unattributed) += sight->lines;
    }
    cbor_map(out, 3);
    put_number(out, "file", observing->file.id);
    put_number(out, "attributed", attributed);
    put_number(out, "unattributed", unattributed);
}

RESULT verb_observe(struct batch *batch, const struct reader *reader, const struct observe_ask *ask,
                    struct answer *out)
{
    SCOPED(observing_done) struct observing observing = {.batch = batch, .ask = ask};
    SCOPED(buf_done) struct buf more = {0};
    struct receipt receipt = {0};
    TRY(service_get(&observing));
    TRY(file_take(&observing));
    TRY(observe_read(&observing));
    TRY(observe_find(&observing));
    observed_make(&observing);
    observing.draft = batch_draft(batch, reader, ENTRY_OBSERVED);
    TRY(set_make(&observing));
    observed_write(&observing.observed, &more);
    observing.draft.more = buf_slice(&more);
    observing.draft.entry.object_id = observing.service->id;
    observing.draft.entry.has_object = true;
    observed_hash(batch->shop->crypto, buf_slice(&more), &observing.draft.entry.object);
    batch_append(batch, &observing.draft, &receipt);
    TRY(observe_write(&observing, receipt.index));
    TRY(observe_watch(&observing));
    batch_receipt(out, &receipt);
    answer_put(&observing, &out->body);
    return OK;
}
