#include "keep/subject.h"

#include "keep/contact.h"
#include "keep/put.h"
#include "keep/spend.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <assert.h>
#include <string.h>

void change_done(struct change *change)
{
    secret_done(&change->data_key);
    buf_done(&change->bytes);
    buf_done(&change->told);
    difference_done(&change->difference);
}

RESULT subject_by_ref(struct shop *shop, struct slice ref, struct subject_no *out)
{
    uint8_t tag[TAG_BYTES];
    struct subject_no no = {0};
    tag_make(shop, FIELD_REF, ref, tag);
    TRY(subject_by_ref_tag(shop, tag, &no));
    if (no.at == 0) return FAIL(SUBJECT_UNKNOWN, "subject: none with this ref");
    *out = no;
    return OK;
}

RESULT subject_by_ref_tag(struct shop *shop, const uint8_t tag[TAG_BYTES], struct subject_no *out)
{
    struct subject_no found[2] = {{0}};
    size_t count = 0;
    TRY(shop->store->tag->find(shop->store, tag_index(shop, FIELD_REF, TAG_EXACT), tag, found,
                               COUNT_OF(found), &count));
    *out = count > 0 ? found[0] : (struct subject_no){0};
    return OK;
}

void subject_seal(struct shop *shop, struct record *head, const struct new_fields *values, int64_t now_us,
                  struct change *out)
{
    uint8_t wrapped[WRAPPED_KEY_BYTES];
    out->difference.fields = values->set;
    record_key_new(shop, out->no, &out->data_key, wrapped);
    head->version = 1;
    head->created_us = now_us;
    head->epoch = shop->kek_epoch;
    head->wrapped = (struct slice){wrapped, sizeof wrapped};
    record_write(shop, out->no, head, values, &out->bytes);
    head->wrapped = (struct slice){0};
    sha256_one(shop->crypto, buf_slice(&out->bytes), &out->record);
}

RESULT subject_make(struct batch *batch, struct record *head, struct new_fields *values, struct change *out)
{
    struct shop *shop = batch->shop;
    TRY(values_tags(shop, values, &out->difference.new_tags));
    out->no = subject_number_take(shop);
    subject_seal(shop, head, values, batch->now_us, out);
    return OK;
}

void held_done(struct held *held)
{
    buf_done(&held->bytes);
}

RESULT subject_hold(struct shop *shop, struct subject_no no, struct held *out)
{
    out->no = no;
    return record_get(shop, no, false, &out->bytes, &out->record, &out->entry);
}

RESULT subject_change(struct batch *batch, const struct held *held, const struct record *head,
                      struct new_fields *values, struct change *out)
{
    struct shop *shop = batch->shop;
    const struct record *old = &held->record;
    struct record record = *head;
    const uint64_t contact = (uint64_t)1 << FIELD_EMAIL | (uint64_t)1 << FIELD_PHONE;
    out->no = held->no;
    TRY(record_unlock(shop, held->no, old, &out->data_key));
    TRY(values_compare(shop, held->no, old, values, &out->difference));
    bool place = memcmp(head->lang, old->lang, sizeof old->lang) != 0 ||
                 memcmp(head->country, old->country, sizeof old->country) != 0 || head->state != old->state;
    if (out->difference.fields == 0 && !place) return OK;
    if (out->difference.fields & contact) TRY(contact_changed(shop, held, &record, out));
    record.version = old->version + 1;
    record.wrote = 0; /* this change's own entry does */
    record_write(shop, held->no, &record, values, &out->bytes);
    sha256_one(shop->crypto, buf_slice(&out->bytes), &out->record);
    sha256_one(shop->crypto, buf_slice(&held->bytes), &out->past);
    out->before = held->entry;
    out->replaces = true;
    return OK;
}

RESULT change_write(struct batch *batch, const struct change *change, uint64_t entry)
{
    struct subject_row row = {change->no, entry, buf_slice(&change->bytes)};
    struct store *store = batch_write(batch);
    if (change->replaces) {
        TRY(store->subject->past_put(store, change->no, change->before, change->past.bytes));
        TRY(store->subject->replace(store, &row));
        TRY(contact_tell(batch, change));
    } else {
        TRY(store->subject->add(store, &row));
    }
    return tags_move(batch, change->no, &change->difference.old_tags, &change->difference.new_tags);
}

void change_leaf(struct shop *shop, const struct change *change, const uint8_t nonce[ENTRY_NONCE_BYTES],
                 bool with_record, struct sighted *sighted, struct hash *leaf)
{
    struct hash salt = {{0}};
    *sighted = (struct sighted){change->no, change->difference.fields, 0};
    leaf_salt(shop->crypto, &change->data_key, nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, with_record ? &change->record : NULL, leaf);
}

void compare_note(struct batch *batch, const struct reader *reader, const struct sighted *set,
                  const struct secret *keys, size_t count, struct answer *out)
{
    struct draft draft = batch_draft(batch, reader, ENTRY_COMPARE);
    struct receipt receipt = {0};
    struct hash *leaves = arena_take(batch->arena, count * sizeof *leaves);
    for (size_t i = 0; i < count; i++) {
        struct hash salt = {{0}};
        leaf_salt(batch->shop->crypto, &keys[i], draft.entry.nonce, &salt);
        set_leaf(batch->shop->crypto, &salt, &set[i], NULL, &leaves[i]);
        draft.entry.full |= set[i].full;
    }
    draft.set = set;
    draft.leaves = leaves;
    draft.set_count = count;
    batch_append(batch, &draft, &receipt);
    if (!(out->head.flags & ANSWER_RECEIPT)) batch_receipt(out, &receipt);
}

/* A write that was refused because its ref is taken has told that it is: a look, too. */
static RESULT taken_note(struct batch *batch, const struct reader *reader, struct subject_no no,
                         struct answer *out)
{
    struct record record;
    struct sighted sighted = {no, (uint64_t)1 << FIELD_REF, 0};
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    TRY(spend(batch, reader, &sighted, 1, out));
    TRY(record_get(batch->shop, no, false, &bytes, &record, NULL));
    TRY(record_unlock(batch->shop, no, &record, &data_key));
    compare_note(batch, reader, &sighted, &data_key, 1, out);
    return OK;
}

RESULT subject_commit(struct batch *batch, const struct reader *reader, enum entry_kind kind,
                      const struct change *change, struct receipt *out)
{
    struct draft draft = batch_draft(batch, reader, kind);
    struct sighted sighted = {{0}};
    struct hash leaf = {{0}};
    change_leaf(batch->shop, change, draft.entry.nonce, false, &sighted, &leaf);
    draft.set = &sighted;
    draft.leaves = &leaf;
    draft.set_count = 1;
    draft.entry.full = change->difference.fields;
    draft.entry.has_object = true;
    draft.entry.object = change->record;
    batch_append(batch, &draft, out);
    return change_write(batch, change, out->index);
}

static RESULT change_commit(struct batch *batch, const struct reader *reader, enum entry_kind kind,
                            const struct change *change, struct answer *out)
{
    struct receipt receipt = {0};
    TRY(subject_commit(batch, reader, kind, change, &receipt));
    batch_receipt(out, &receipt);
    return OK;
}

/* A held subject as somebody wants it: a change with its entry, or the look that finding it so already is. */
struct wanted {
    const struct held *held;
    const struct record *head;
    struct new_fields *values;
};

/*
 * What compares with values that are held is charged before it does. A change that was real has told nothing, and is
 * given back. Once a budget is spent both are refused, so the refusal tells nothing.
 */
static RESULT held_change(struct batch *batch, const struct reader *reader, const struct wanted *wanted,
                          struct change *change, struct answer *out)
{
    struct budgets *budgets = batch->shop->budgets;
    size_t mark = budget_mark(budgets);
    struct sighted sighted = {wanted->held->no, named_fields(wanted->values), 0};
    TRY(spend(batch, reader, &sighted, 1, out));
    TRY(subject_change(batch, wanted->held, wanted->head, wanted->values, change));
    if (!change->replaces) {
        compare_note(batch, reader, &sighted, &change->data_key, 1, out);
        return OK;
    }
    budget_undo(budgets, mark);
    return change_commit(batch, reader, ENTRY_PATCH, change, out);
}

static RESULT ref_take(struct batch *batch, struct slice ref, struct answer *out, struct new_fields *values)
{
    struct result taken =
        value_take(batch->shop, &batch->shop->fields.at[FIELD_REF], 0, ref, (struct slice){0}, values);
    if (taken.code != CODE_OK) batch_problem(out, taken, "/ref");
    return taken;
}

static RESULT kind_take(struct slice kind, enum subject_state *out)
{
    if (kind.len == 0 || slice_is(kind, "customer")) {
        *out = SUBJECT_ACTIVE;
    } else if (slice_is(kind, "linked")) {
        *out = SUBJECT_LINKED;
    } else {
        return FAIL(INVALID, "kind: customer or linked");
    }
    return OK;
}

/* An existing ref: refuse, leave it, or change it, as was asked. */
static RESULT create_conflict(struct batch *batch, const struct reader *reader,
                              const struct subject_create_ask *ask, struct subject_no no,
                              struct new_fields *values, struct answer *out)
{
    struct record head;
    SCOPED(held_done) struct held held = {0};
    SCOPED(change_done) struct change change = {0};
    if (!slice_is(ask->on_conflict, "update")) TRY(taken_note(batch, reader, no, out));
    if (!slice_is(ask->on_conflict, "update") && !slice_is(ask->on_conflict, "skip")) {
        return FAIL(REF_TAKEN, "subject: another one has this ref; change that one, or say on_conflict");
    }
    TRY(subject_hold(batch->shop, no, &held));
    head = held.record;
    if (slice_is(ask->on_conflict, "update")) {
        TRY(access_act(reader, ACT_CHANGE));
        TRY(place_take(ask->lang, ask->country, out, &head));
        TRY(held_change(batch, reader, &(struct wanted){&held, &head, values}, &change, out));
    }
    out->head.version = held.record.version + (change.replaces ? 1 : 0);
    cbor_map(&out->body, 1);
    put_id(batch->shop, &out->body, "id", ID_SUBJECT, no.at);
    return OK;
}

/* Does somebody have it who keeps it? */
static RESULT ref_taken(struct batch *batch, const struct reader *reader, struct result found,
                        struct subject_no no, bool *out)
{
    *out = found.code == CODE_OK;
    if (found.code != CODE_OK) return found.code == CODE_NOT_FOUND ? OK : found;
    return canary_is(batch->shop, no) ? canary_yield(batch, reader, no, out) : OK;
}

RESULT verb_subject_create(struct batch *batch, const struct reader *reader,
                           const struct subject_create_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct record head = {.state = SUBJECT_ACTIVE};
    struct subject_no no = {0}, before = shop->last;
    bool taken = false;
    SCOPED(new_fields_done) struct new_fields values = {0};
    SCOPED(change_done) struct change change = {0};
    TRY(kind_take(ask->kind, &head.state));
    if (ask->on_conflict.len > 0 && !slice_is(ask->on_conflict, "fail") &&
        !slice_is(ask->on_conflict, "update") && !slice_is(ask->on_conflict, "skip")) {
        return FAIL(INVALID, "on_conflict: fail, update or skip");
    }
    TRY(place_take(ask->lang, ask->country, out, &head));
    TRY(values_take(shop, &ask->fields, slice_text(head.country), out, &values));
    TRY(ref_take(batch, ask->ref, out, &values));
    struct result found = subject_by_ref(shop, buf_slice(&values.text[FIELD_REF]), &no);
    TRY(ref_taken(batch, reader, found, no, &taken));
    if (taken) return create_conflict(batch, reader, ask, no, &values, out);
    TRY(subject_make(batch, &head, &values, &change));
    TRY(canaries_born(batch, reader, before, &head, &values));
    TRY(change_commit(batch, reader, ENTRY_CREATE, &change, out));
    out->head.flags |= ANSWER_CREATED;
    out->head.version = 1;
    cbor_map(&out->body, 1);
    put_id(shop, &out->body, "id", ID_SUBJECT, change.no.at);
    return OK;
}

RESULT verb_subject_show(struct batch *batch, const struct reader *reader, const struct subject_show_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct subject_no no = {0};
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(id_get(shop, ID_SUBJECT, ask->id, &no.at));
    TRY(record_get(shop, no, true, &bytes, &record, NULL));
    canary_touched(batch, reader, no);
    if (record.state == SUBJECT_ERASED) return FAIL(SUBJECT_ERASED, "subject: was erased");
    int64_t held_until_us = contact_held_until(shop, &record);
    out->head.version = record.version;
    cbor_map(&out->body, held_until_us ? 8 : 7);
    put_text(&out->body, "id", ask->id);
    put_text(&out->body, "status", slice_text(subject_state_name(record.state)));
    put_number(&out->body, "version", record.version);
    put_text(&out->body, "lang", slice_text(record.lang));
    put_text(&out->body, "country", slice_text(record.country));
    put_time(&out->body, "created", record.created_us);
    if (held_until_us) put_time(&out->body, "contact_held_until", held_until_us);
    cbor_text(&out->body, SLICE_TEXT("fields"));
    size_t mark = cbor_open(&out->body);
    cbor_array_close(&out->body, mark, field_names_put(&shop->fields, record.held, "", &out->body));
    return OK;
}

RESULT verb_subject_patch(struct batch *batch, const struct reader *reader,
                          const struct subject_patch_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct subject_no no = {0}, other = {0};
    struct record head;
    SCOPED(held_done) struct held held = {0};
    SCOPED(new_fields_done) struct new_fields values = {0};
    SCOPED(change_done) struct change change = {0};
    TRY(id_get(shop, ID_SUBJECT, ask->id, &no.at));
    canary_touched(batch, reader, no);
    TRY(subject_hold(shop, no, &held));
    if (ask->version == 0) return FAIL(IF_MATCH_MISSING, "subject: send If-Match with the ETag you changed");
    if (ask->version != held.record.version)
        return FAIL(SUBJECT_STALE, "subject: was changed since; read it again");
    head = held.record;
    TRY(place_take(ask->lang, ask->country, out, &head));
    TRY(values_take(shop, &ask->fields, slice_text(head.country), out, &values));
    if (ask->ref.len > 0) {
        TRY(ref_take(batch, ask->ref, out, &values));
        struct result found = subject_by_ref(shop, buf_slice(&values.text[FIELD_REF]), &other);
        bool taken = false;
        if (other.at != no.at) TRY(ref_taken(batch, reader, found, other, &taken));
        if (taken) {
            TRY(taken_note(batch, reader, other, out));
            return FAIL(REF_TAKEN, "subject: another one has this ref");
        }
    }
    TRY(held_change(batch, reader, &(struct wanted){&held, &head, &values}, &change, out));
    out->head.version = held.record.version + (change.replaces ? 1 : 0);
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("id"));
    cbor_text(&out->body, ask->id);
    cbor_text(&out->body, SLICE_TEXT("version"));
    cbor_uint(&out->body, out->head.version);
    return OK;
}

RESULT verb_subject_close(struct batch *batch, const struct reader *reader,
                          const struct subject_close_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct subject_no no = {0};
    struct record head;
    SCOPED(held_done) struct held held = {0};
    SCOPED(new_fields_done) struct new_fields none = {0};
    SCOPED(change_done) struct change change = {0};
    TRY(id_get(shop, ID_SUBJECT, ask->id, &no.at));
    canary_touched(batch, reader, no);
    TRY(subject_hold(shop, no, &held));
    if (held.record.state == SUBJECT_CLOSED) return FAIL(SUBJECT_CLOSED, "subject: is closed already");
    head = held.record;
    head.state = SUBJECT_CLOSED;
    TRY(subject_change(batch, &held, &head, &none, &change));
    assert(change.replaces);
    TRY(change_commit(batch, reader, ENTRY_CLOSE, &change, out));
    out->head.version = held.record.version + 1;
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("id"));
    cbor_text(&out->body, ask->id);
    cbor_text(&out->body, SLICE_TEXT("status"));
    cbor_text(&out->body, SLICE_TEXT("closed"));
    return OK;
}
