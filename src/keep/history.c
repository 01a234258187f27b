#include "keep/history.h"

#include "keep/leaves.h"
#include "keep/observe/observe.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

/* The hours in which readers saw the subject. */
struct hours {
    struct hour {
        uint64_t reader;
        uint32_t hour;
    } * at;
    size_t count, cap;
};

static void hours_done(struct hours *hours)
{
    free(hours->at);
}

static RESULT hour_note(void *context, const struct sighting_group *group)
{
    struct hours *hours = context;
    if (hours->count == hours->cap) {
        size_t cap = hours->cap ? hours->cap * 2 : 16;
        struct hour *at = realloc(hours->at, cap * sizeof *at);
        if (!at) return FAIL(UNAVAILABLE, "history: out of memory");
        hours->at = at;
        hours->cap = cap;
    }
    hours->at[hours->count++] = (struct hour){group->reader, group->hour};
    return OK;
}

static int by_hour(const void *a, const void *b)
{
    const struct hour *x = a, *y = b;
    if (x->hour != y->hour) return x->hour < y->hour ? -1 : 1;
    return x->reader < y->reader ? -1 : x->reader > y->reader;
}

struct visit {
    struct subject_no no;
    RESULT (*each)(void *context, const struct sighting *at, bool *stop);
    void *context;
};

/* Give the entry to the visitor for the first place that the subject has in its set. */
static RESULT entry_visit(const struct visit *visit, const struct sighting *entry, struct slice aside_bytes,
                          bool *stop)
{
    SCOPED(aside_read_done) struct aside_read aside = {0};
    struct sighting at = *entry;
    TRY(aside_read(aside_bytes, &aside));
    at.aside = &aside;
    for (size_t i = 0; i < aside.set_count; i++) {
        if (aside.set[i].no.at != visit->no.at) continue;
        at.position = i;
        return visit->each(visit->context, &at,
                           stop); /* the same subject twice in one look is one sighting */
    }
    return OK;
}

/* A walk over a part, one bundle at a time: hours that share one open it once. */
struct looking {
    struct shop *shop;
    struct looks_part *part;
    const struct visit *visit;
    struct bundle bundle; /* at hand; count 0: none */
    bool asides;          /* of the bundle at hand are open */
    unsigned opened;
};

static void looking_done(struct looking *looking)
{
    bundle_done(&looking->bundle);
}

static void part_end(struct looking *looking, uint64_t next)
{
    looking->part->more = true;
    looking->part->next = next;
}

/* Have bundle n at hand; false when the bound is met. */
static RESULT bundle_take(struct looking *looking, uint64_t n, bool *taken)
{
    *taken = true;
    if (looking->bundle.count > 0 && looking->bundle.first == n * TILE_WIDTH) return OK;
    *taken = !looking->part->bounded || looking->opened < LOOK_BUNDLES_MAX;
    if (!*taken) return OK;
    bundle_done(&looking->bundle);
    looking->asides = false;
    looking->opened++;
    return ledger_bundle_entries(looking->shop->ledger, n, &looking->bundle);
}

static bool among(const struct hour *readers, size_t count, uint64_t reader)
{
    struct hour key = {reader, readers[0].hour};
    return bsearch(&key, readers, count, sizeof key, by_hour) != NULL;
}

/* The looks of these readers in the bundle at hand, from index `from` to before `to`. */
static RESULT bundle_visit(struct looking *looking, const struct hour *readers, size_t count, uint64_t from,
                           uint64_t to)
{
    struct bundle *bundle = &looking->bundle;
    for (unsigned i = 0; i < bundle->count && !looking->part->more; i++) {
        struct sighting at = {.index = bundle->first + i, .bytes = bundle->entries[i]};
        bool stop = false;
        if (at.index < from || at.index >= to) continue;
        TRY(entry_read(at.bytes, &at.entry));
        if (!entry_is_look(at.entry.kind) || !among(readers, count, entry_sighted_by(&at.entry))) continue;
        if (!looking->asides) TRY(ledger_bundle_asides(looking->shop->ledger, bundle));
        looking->asides = true;
        TRY(entry_visit(looking->visit, &at, bundle->asides[i], &stop));
        if (stop) part_end(looking, at.index);
    }
    return OK;
}

/* One hour, in which `count` readers saw the subject. */
static RESULT hour_visit(struct looking *looking, const struct hour *readers, size_t count)
{
    struct ledger *ledger = looking->shop->ledger;
    uint64_t from = 0, to = 0;
    TRY(ledger_at_time(ledger, (int64_t)readers[0].hour * HOUR_US, &from));
    TRY(ledger_at_time(ledger, ((int64_t)readers[0].hour + 1) * HOUR_US, &to));
    if (from < looking->part->from) from = looking->part->from;
    for (uint64_t n = from / TILE_WIDTH; n * TILE_WIDTH < to && from < to && !looking->part->more; n++) {
        bool taken = false;
        TRY(bundle_take(looking, n, &taken));
        if (taken) {
            TRY(bundle_visit(looking, readers, count, from, to));
        } else {
            part_end(looking, n * TILE_WIDTH > from ? n * TILE_WIDTH : from);
        }
    }
    return OK;
}

/* The hour of the entry at `index`; 0 for the first one, UINT32_MAX behind the last. */
static RESULT hour_of(struct ledger *ledger, uint64_t index, uint32_t *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry entry = {0};
    *out = index == 0 ? 0 : UINT32_MAX;
    if (index == 0 || index >= ledger_durable(ledger)) return OK;
    TRY(ledger_entry(ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    *out = (uint32_t)(entry.time_us / HOUR_US);
    return OK;
}

RESULT history_part(struct shop *shop, struct subject_no no, struct looks_part *part,
                    RESULT (*each)(void *context, const struct sighting *at, bool *stop), void *context)
{
    SCOPED(hours_done) struct hours hours = {0};
    struct sightings_range range = {.most = part->bounded ? LOOK_GROUPS_MAX : 0};
    struct visit visit = {no, each, context};
    SCOPED(looking_done) struct looking looking = {.shop = shop, .part = part, .visit = &visit};
    part->more = false;
    TRY(hour_of(shop->ledger, part->from, &range.from_hour));
    TRY(sightings_of(shop->sightings, no, &range, hour_note, &hours));
    if (hours.count > 1) qsort(hours.at, hours.count, sizeof *hours.at, by_hour);
    for (size_t i = 0, count = 0; i < hours.count && !part->more; i += count) {
        for (count = 1; i + count < hours.count && hours.at[i + count].hour == hours.at[i].hour; count++)
            continue;
        TRY(hour_visit(&looking, &hours.at[i], count));
    }
    if (part->more || !range.cut) return OK;
    part_end(&looking, 0);
    return ledger_at_time(shop->ledger, (int64_t)range.until * HOUR_US, &part->next);
}

/* Every sighting, to a visitor that never stops. */
struct every {
    RESULT (*each)(void *context, const struct sighting *at);
    void *context;
};

static RESULT every_one(void *context, const struct sighting *at, bool *stop)
{
    const struct every *every = context;
    (void)stop;
    return every->each(every->context, at);
}

RESULT history_looks(struct shop *shop, struct subject_no no,
                     RESULT (*each)(void *context, const struct sighting *at), void *context)
{
    struct every every = {each, context};
    struct looks_part all = {.from = 0};
    return history_part(shop, no, &all, every_one, &every);
}

struct chain {
    struct shop *shop;
    const struct visit *visit;
};

static RESULT change_visit(void *context, uint64_t index)
{
    const struct chain *chain = context;
    struct sighting at = {.index = index};
    bool stop = false;
    SCOPED(buf_done) struct buf bytes = {0}, aside = {0};
    TRY(ledger_entry(chain->shop->ledger, index, &bytes, &aside));
    at.bytes = buf_slice(&bytes);
    TRY(entry_read(at.bytes, &at.entry));
    return entry_visit(chain->visit, &at, buf_slice(&aside), &stop);
}

RESULT history_changes(struct shop *shop, struct subject_no no, uint64_t newest,
                       RESULT (*each)(void *context, const struct sighting *at), void *context)
{
    struct every every = {each, context};
    struct visit visit = {no, every_one, &every};
    struct chain chain = {shop, &visit};
    TRY(change_visit(&chain, newest));
    return shop->store->subject->past_each(shop->store, no, change_visit, &chain);
}

/* What an answer about sightings gathers. */
struct listing {
    struct batch *batch;
    const struct looks_list *list;
    const struct secret *data_key;
    const struct eras *eras;
    size_t count, leaves; /* items given; leaves made anew for their proofs */
    struct buf *out;
};
enum { LISTING_LEAVES_MAX = 16384 }; /* about 50 ms of proofs; the first item is given whatever it takes */

static void text_put(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
}

/* What the leaf of an observed subject binds: the file's hash then, and each observation in numbers. */
static void observations_put(const struct observed *observed, size_t position, struct buf *out)
{
    struct observations of = observed_of(observed, position);
    cbor_text(out, SLICE_TEXT("observed"));
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("file"));
    cbor_bytes(out, SLICE_OF(observed->hash));
    cbor_text(out, SLICE_TEXT("ones"));
    cbor_array(out, of.count);
    for (size_t i = 0; i < of.count; i++) {
        cbor_array(out, 5);
        cbor_uint(out, of.at[i].reader);
        cbor_uint(out, of.at[i].hour);
        cbor_uint(out, of.at[i].full);
        cbor_uint(out, of.at[i].line);
        cbor_uint(out, of.at[i].lines);
    }
}

/* Leaf, its path to the entry's root, and the entry's place in the log: all that an outsider needs to check it. */
static RESULT proof_put(struct listing *listing, const struct sighting *at)
{
    struct shop *shop = listing->batch->shop;
    struct crypto *crypto = shop->crypto;
    const struct aside_read *aside = at->aside;
    struct proof path = {0}, inclusion = {0};
    struct hash salt = {{0}};
    struct buf *out = listing->out;
    struct hash *leaves = arena_take(listing->batch->arena, aside->set_count * sizeof *leaves);
    uint64_t size = ledger_durable(shop->ledger);
    bool observed = aside->observed.file > 0;
    TRY(entry_leaves(shop, &at->entry, at->index, aside, leaves));
    merkle_path(crypto, leaves, aside->set_count, at->position, &path);
    TRY(proof_inclusion(crypto, ledger_tiles(shop->ledger), size, at->index, &inclusion));
    leaf_salt(crypto, era_key(listing->eras, listing->data_key, at->index), at->entry.nonce, &salt);
    cbor_text(out, SLICE_TEXT("proof"));
    cbor_map(out, observed ? 10 : 9);
    if (observed) observations_put(&aside->observed, at->position, out);
    cbor_text(out, SLICE_TEXT("entry"));
    cbor_bytes(out, at->bytes);
    cbor_text(out, SLICE_TEXT("salt"));
    cbor_bytes(out, SLICE_OF(salt));
    cbor_text(out, SLICE_TEXT("subject"));
    cbor_uint(out, aside->set[at->position].no.at);
    cbor_text(out, SLICE_TEXT("full"));
    cbor_uint(out, aside->set[at->position].full);
    cbor_text(out, SLICE_TEXT("masked"));
    cbor_uint(out, aside->set[at->position].masked);
    cbor_text(out, SLICE_TEXT("position"));
    cbor_uint(out, at->position);
    cbor_text(out, SLICE_TEXT("path"));
    cbor_array(out, path.count);
    for (size_t i = 0; i < path.count; i++) cbor_bytes(out, SLICE_OF(path.hashes[i]));
    cbor_text(out, SLICE_TEXT("inclusion"));
    cbor_array(out, inclusion.count);
    for (size_t i = 0; i < inclusion.count; i++) cbor_bytes(out, SLICE_OF(inclusion.hashes[i]));
    cbor_text(out, SLICE_TEXT("size"));
    cbor_uint(out, size);
    return OK;
}

static RESULT listing_add(void *context, const struct sighting *at, bool *stop)
{
    struct listing *listing = context;
    struct shop *shop = listing->batch->shop;
    const struct sighted *sighted = &at->aside->set[at->position];
    const struct role *role = role_by_id(&shop->access, at->entry.role);
    const char *purpose = purpose_name(at->entry.purpose);
    SCOPED(buf_done) struct buf time = {0}, reader = {0};
    if (listing->list->want && !listing->list->want(listing->list->context, at)) return OK;
    if (listing->list->proofs) listing->leaves += at->aside->set_count;
    *stop = listing->count == listing->list->limit ||
            (listing->count > 0 && listing->leaves > LISTING_LEAVES_MAX);
    if (*stop) return OK;
    time_put(&time, at->entry.time_us);
    bool observed = at->aside->observed.file > 0;
    reader_put(shop,
               observed
                   ? reader_no(READER_OUTSIDE, observed_of(&at->aside->observed, at->position).at->reader)
                   : at->entry.reader,
               &reader);
    cbor_map(listing->out, (listing->list->proofs ? 9 : 8) + (observed ? 2 : 0));
    cbor_text(listing->out, SLICE_TEXT("index"));
    cbor_uint(listing->out, at->index);
    text_put(listing->out, "time", buf_slice(&time));
    text_put(listing->out, "kind", slice_text(entry_kind_name(at->entry.kind)));
    text_put(listing->out, "reader", buf_slice(&reader));
    text_put(listing->out, "role", slice_text(role ? role->name : ""));
    text_put(listing->out, "purpose", slice_text(purpose ? purpose : ""));
    cbor_text(listing->out, SLICE_TEXT("fields"));
    size_t mark = cbor_open(listing->out);
    cbor_array_close(listing->out, mark, field_names_put(&shop->fields, sighted->full, "", listing->out));
    cbor_text(listing->out, SLICE_TEXT("masked"));
    mark = cbor_open(listing->out);
    cbor_array_close(listing->out, mark, field_names_put(&shop->fields, sighted->masked, "", listing->out));
    if (observed) TRY(observed_put(shop, at->aside, at->position, listing->list->names, listing->out));
    if (listing->list->proofs) TRY(proof_put(listing, at));
    listing->count++;
    return OK;
}

/* An entry of who asked; whom it concerned stands aside. */
void history_asked(struct batch *batch, const struct reader *reader, struct slice id, struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_SIGHTINGS);
    struct receipt receipt = {0};
    draft_text(&draft, COMMIT_VALUE, id);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
}

RESULT history_after(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i > 15)
            return FAIL(INVALID, "after: not the `next` of a page before");
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = number;
    return OK;
}

RESULT history_list(struct batch *batch, const struct looks_list *list, struct buf *out)
{
    struct shop *shop = batch->shop;
    struct record record;
    SECRET data_key = {{0}};
    SCOPED(buf_done) struct buf bytes = {0}, next = {0};
    SCOPED(eras_done) struct eras eras = {0};
    struct listing listing = {.batch = batch, .list = list, .data_key = &data_key, .eras = &eras, .out = out};
    struct looks_part part = {.from = list->from, .bounded = true};
    TRY(record_get(shop, list->no, false, &bytes, &record, NULL));
    TRY(record_unlock(shop, list->no, &record, &data_key));
    TRY(record_eras(shop, list->no, &record, &eras));
    cbor_text(out, SLICE_TEXT("items"));
    size_t items = cbor_open(out);
    TRY(history_part(shop, list->no, &part, listing_add, &listing));
    cbor_array_close(out, items, listing.count);
    cbor_text(out, SLICE_TEXT("next"));
    if (part.more) {
        buf_decimal(&next, part.next);
        cbor_text(out, buf_slice(&next));
    } else {
        cbor_null(out);
    }
    return OK;
}

RESULT verb_subject_sightings(struct batch *batch, const struct reader *reader,
                              const struct subject_sightings_ask *ask, struct answer *out)
{
    struct looks_list list = {.limit = ask->limit ? ask->limit : 100,
                              .proofs = ask->proofs,
                              .names = access_act(reader, ACT_OBSERVE).code == CODE_OK};
    TRY(id_get(batch->shop, ID_SUBJECT, ask->id, &list.no.at));
    canary_touched(batch, reader, list.no);
    TRY(history_after(ask->after, &list.from));
    cbor_map(&out->body, 2);
    TRY(history_list(batch, &list, &out->body));
    history_asked(batch, reader, ask->id, out);
    return OK;
}
