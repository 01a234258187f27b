#include "keep/history.h"

#include "keep/leaves.h"
#include "keep/verbs.h"

#include <stdlib.h>
#include <string.h>

/* The hours in which one reader saw the subject. */
struct hours {
    struct subject_no no;
    struct hour {
        uint64_t reader;
        uint32_t hour;
    } *at;
    size_t count, cap;
};

static void hours_done(struct hours *hours)
{
    free(hours->at);
}

static RESULT hour_note(void *context, const struct sighting_group *group)
{
    struct hours *hours = context;
    if (!set_has(group->subjects, hours->no.at)) return OK;
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
    RESULT (*each)(void *context, const struct sighting *at);
    void *context;
};

/* Give the entry to the visitor for every place that the subject has in its set. */
static RESULT entry_visit(const struct visit *visit, uint64_t index, struct slice bytes, struct slice aside_bytes)
{
    SCOPED(aside_read_done) struct aside_read aside = {0};
    struct sighting at = {.index = index, .bytes = bytes, .aside = &aside};
    TRY(entry_read(bytes, &at.entry));
    TRY(aside_read(aside_bytes, &aside));
    for (size_t i = 0; i < aside.set_count; i++) {
        if (aside.set[i].no.at != visit->no.at) continue;
        at.position = i;
        TRY(visit->each(visit->context, &at));
        break; /* the same subject twice in one look is one sighting */
    }
    return OK;
}

static bool reader_in_hour(const struct hours *hours, uint32_t hour, uint64_t reader)
{
    for (size_t i = 0; i < hours->count; i++) {
        if (hours->at[i].hour == hour && hours->at[i].reader == reader) return true;
    }
    return false;
}

static RESULT hour_visit(struct shop *shop, const struct hours *hours, uint32_t hour, const struct visit *visit)
{
    uint64_t from = 0, to = 0;
    TRY(ledger_at_time(shop->ledger, (int64_t)hour * HOUR_US, &from));
    TRY(ledger_at_time(shop->ledger, ((int64_t)hour + 1) * HOUR_US, &to));
    for (uint64_t n = from / TILE_WIDTH; n * TILE_WIDTH < to; n++) {
        SCOPED(bundle_done) struct bundle bundle = {0};
        TRY(ledger_bundle(shop->ledger, n, &bundle));
        for (unsigned i = 0; i < bundle.count; i++) {
            struct entry entry = {0};
            uint64_t index = bundle.first + i;
            if (index < from || index >= to) continue;
            TRY(entry_read(bundle.entries[i], &entry));
            if (!entry_is_look(entry.kind) || !reader_in_hour(hours, hour, entry.reader)) continue;
            TRY(entry_visit(visit, index, bundle.entries[i], bundle.asides[i]));
        }
    }
    return OK;
}

RESULT history_looks(struct shop *shop, struct subject_no no, RESULT (*each)(void *context, const struct sighting *at),
                     void *context)
{
    SCOPED(hours_done) struct hours hours = {.no = no};
    struct visit visit = {no, each, context};
    TRY(sightings_each(shop->sightings, 0, UINT32_MAX, hour_note, &hours));
    if (hours.count > 1) qsort(hours.at, hours.count, sizeof *hours.at, by_hour);
    for (size_t i = 0; i < hours.count; i++) {
        if (i > 0 && hours.at[i].hour == hours.at[i - 1].hour) continue;
        TRY(hour_visit(shop, &hours, hours.at[i].hour, &visit));
    }
    return OK;
}

struct chain {
    struct shop *shop;
    const struct visit *visit;
};

static RESULT change_visit(void *context, uint64_t index)
{
    const struct chain *chain = context;
    SCOPED(buf_done) struct buf bytes = {0}, aside = {0};
    TRY(ledger_entry(chain->shop->ledger, index, &bytes, &aside));
    return entry_visit(chain->visit, index, buf_slice(&bytes), buf_slice(&aside));
}

RESULT history_changes(struct shop *shop, struct subject_no no, uint64_t newest,
                       RESULT (*each)(void *context, const struct sighting *at), void *context)
{
    struct visit visit = {no, each, context};
    struct chain chain = {shop, &visit};
    TRY(change_visit(&chain, newest));
    return shop->store->subject->past_each(shop->store, no, change_visit, &chain);
}

/* What an answer about sightings gathers. */
struct listing {
    struct batch *batch;
    const struct subject_sightings_ask *ask;
    const struct secret *data_key;
    uint64_t after, limit, newest_given;
    size_t count;
    bool more;
    struct buf *out;
};

static void text_put(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
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
    TRY(entry_leaves(shop, &at->entry, at->index, aside, leaves));
    merkle_path(crypto, leaves, aside->set_count, at->position, &path);
    TRY(proof_inclusion(crypto, ledger_tiles(shop->ledger), size, at->index, &inclusion));
    leaf_salt(crypto, listing->data_key, at->entry.nonce, &salt);
    cbor_text(out, SLICE_TEXT("proof"));
    cbor_map(out, 9);
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

static RESULT listing_add(void *context, const struct sighting *at)
{
    struct listing *listing = context;
    struct shop *shop = listing->batch->shop;
    const struct sighted *sighted = &at->aside->set[at->position];
    const struct role *role = role_by_id(&shop->access, at->entry.role);
    const char *purpose = purpose_name(at->entry.purpose);
    SCOPED(buf_done) struct buf time = {0}, reader = {0};
    if (at->index < listing->after) return OK;
    if (listing->count == listing->limit) {
        listing->more = true;
        return OK;
    }
    time_put(&time, at->entry.time_us);
    reader_put(shop, at->entry.reader, &reader);
    cbor_map(listing->out, listing->ask->proofs ? 9 : 8);
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
    if (listing->ask->proofs) TRY(proof_put(listing, at));
    listing->count++;
    listing->newest_given = at->index;
    return OK;
}

/* An entry of who asked; whom it concerned stands aside. */
static void note_asked(struct batch *batch, const struct reader *reader, struct slice id, struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_SIGHTINGS);
    struct receipt receipt = {0};
    draft_text(&draft, COMMIT_VALUE, id);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
}

static RESULT after_read(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i > 15) return FAIL(INVALID, "after: not the `next` of a page before");
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = number;
    return OK;
}

RESULT verb_subject_sightings(struct batch *batch, const struct reader *reader,
                              const struct subject_sightings_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct subject_no no = {0};
    struct record record;
    SECRET data_key = {{0}};
    SCOPED(buf_done) struct buf bytes = {0}, next = {0};
    struct listing listing = {.batch = batch, .ask = ask, .data_key = &data_key, .out = &out->body};
    TRY(id_get(shop, ID_SUBJECT, ask->id, &no.at));
    TRY(after_read(ask->after, &listing.after));
    TRY(record_get(shop, no, false, &bytes, &record, NULL));
    TRY(record_unlock(shop, no, &record, &data_key));
    listing.limit = ask->limit ? ask->limit : 100;
    size_t map = cbor_open(&out->body);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t items = cbor_open(&out->body);
    TRY(history_looks(shop, no, listing_add, &listing));
    cbor_array_close(&out->body, items, listing.count);
    cbor_text(&out->body, SLICE_TEXT("next"));
    if (listing.more) {
        buf_decimal(&next, listing.newest_given + 1);
        cbor_text(&out->body, buf_slice(&next));
    } else {
        cbor_null(&out->body);
    }
    cbor_map_close(&out->body, map, 2);
    note_asked(batch, reader, ask->id, out);
    return OK;
}
