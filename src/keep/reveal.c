#include "keep/access/approval.h"
#include "keep/record.h"
#include "keep/shown.h"
#include "keep/spend.h"
#include "keep/values.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

enum {
    REVEAL_BYTES_MAX = 32 * 1024 * 1024,
    SUBJECT_BYTES_GUESS = 256 /* of the answer, a subject */
};

/* One subject of a reveal: found and to be shown, or why not. */
struct shown {
    struct subject_no no;
    struct record record;
    struct buf bytes;
    enum cause cause;
};

static void shown_done(struct shown *shown)
{
    buf_done(&shown->bytes);
}

static void refusal_put(const struct shown *shown, struct buf *out)
{
    const struct cause_row *row = cause_row(shown->cause);
    cbor_text(out, SLICE_TEXT("status"));
    cbor_uint(out, (uint64_t)row->http);
    cbor_text(out, SLICE_TEXT("code"));
    cbor_text(out, slice_text(row->slug));
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The same subject twice in one ask would be shown twice for one budget: it is a mistake of the asker. */
static RESULT no_twins(struct batch *batch, const uint64_t *numbers, size_t count)
{
    if (count < 2) return OK;
    uint64_t *sorted = arena_take(batch->arena, count * sizeof *sorted);
    memcpy(sorted, numbers, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_number);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i] == sorted[i - 1]) return FAIL(INVALID, "subjects: one is named twice; name each once");
    }
    return OK;
}

/* Find the asked subjects. One that is not there or erased is an item without values, unless it is the only one. */
static RESULT subjects_find(struct batch *batch, const struct reveal_ask *ask, struct shown *shown,
                            uint64_t *numbers, size_t *found)
{
    for (size_t i = 0; i < ask->subjects.count; i++) {
        struct result got = id_get(batch->shop, ID_SUBJECT, ask->subjects.at[i], &shown[i].no.at);
        if (got.code == CODE_OK)
            got = record_get(batch->shop, shown[i].no, false, &shown[i].bytes, &shown[i].record, NULL);
        if (got.code == CODE_OK) {
            numbers[(*found)++] = shown[i].no.at;
        } else if (got.code == CODE_NOT_FOUND || got.cause == CAUSE_ID_MALFORMED) {
            shown[i].cause = got.cause == CAUSE_ID_MALFORMED ? CAUSE_SUBJECT_UNKNOWN : got.cause;
            if (ask->subjects.count > 1) continue;
            return got.code == CODE_NOT_FOUND ? got : FAIL(SUBJECT_UNKNOWN, "subject: no such subject here");
        } else {
            return got;
        }
    }
    return OK;
}

/* One item of the answer, and where its leaf goes. */
struct showing {
    struct batch *batch;
    const struct permit *permit;
    const struct draft *draft;
    struct buf *out;
};

static RESULT one_subject(const struct showing *showing, const struct shown *shown, struct slice id,
                          struct sighted *sighted, struct hash *leaf)
{
    struct shop *shop = showing->batch->shop;
    const struct permit *permit = showing->permit;
    struct hash salt = {{0}};
    SECRET data_key = {{0}};
    cbor_map(showing->out, shown->cause == CAUSE_OK ? 2 : 3);
    cbor_text(showing->out, SLICE_TEXT("id"));
    cbor_text(showing->out, id);
    if (shown->cause != CAUSE_OK) {
        refusal_put(shown, showing->out);
        return OK;
    }
    TRY(record_unlock(shop, shown->no, &shown->record, &data_key));
    cbor_text(showing->out, SLICE_TEXT("fields"));
    TRY(shown_fields_put(shop, shown->no, &shown->record, permit, showing->out));
    *sighted =
        (struct sighted){shown->no, permit->full & shown->record.held, permit->masked & shown->record.held};
    leaf_salt(shop->crypto, &data_key, showing->draft->entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, NULL, leaf);
    return OK;
}

static RESULT values_put(struct batch *batch, const struct reveal_ask *ask, const struct permit *permit,
                         const struct shown *shown, struct draft *draft, struct buf *out)
{
    struct showing showing = {batch, permit, draft, out};
    buf_reserve(out,
                ask->subjects.count * SUBJECT_BYTES_GUESS); /* each time it grows, it is copied and wiped */
    struct sighted *set = arena_take(batch->arena, ask->subjects.count * sizeof *set);
    struct hash *leaves = arena_take(batch->arena, ask->subjects.count * sizeof *leaves);
    cbor_map(out, 1);
    cbor_text(out, SLICE_TEXT("values"));
    cbor_array(out, ask->subjects.count);
    for (size_t i = 0; i < ask->subjects.count; i++) {
        size_t at = draft->set_count;
        TRY(one_subject(&showing, &shown[i], ask->subjects.at[i], &set[at], &leaves[at]));
        if (shown[i].cause == CAUSE_OK) draft->set_count++;
        if (out->len > REVEAL_BYTES_MAX) {
            return FAIL(TOO_MANY, "subjects: the answer would exceed %d bytes; ask for fewer at once",
                        REVEAL_BYTES_MAX);
        }
    }
    draft->set = set;
    draft->leaves = leaves;
    return OK;
}

/* Whom and what of them it is about to show. */
static struct sighted *looks_of(struct batch *batch, const struct permit *permit, const struct shown *shown,
                                size_t count)
{
    struct sighted *looks = arena_take(batch->arena, count * sizeof *looks), *at = looks;
    for (size_t i = 0; i < count; i++) {
        uint64_t held = shown[i].record.held;
        if (shown[i].cause == CAUSE_OK)
            *at++ = (struct sighted){shown[i].no, permit->full & held, permit->masked & held};
    }
    return looks;
}

/* A look with a pass that names nobody is at the pass's customer. */
static struct texts subjects_of(struct batch *batch, const struct reveal_ask *ask,
                                const struct permit *permit)
{
    if (ask->subjects.count > 0) return ask->subjects;
    SCOPED(buf_done) struct buf id = {0};
    id_put(batch->shop, ID_SUBJECT, permit->subject.at, &id);
    uint8_t *text = arena_take(batch->arena, id.len);
    memcpy(text, id.at, id.len);
    struct slice *one = arena_take(batch->arena, sizeof *one);
    *one = (struct slice){text, id.len};
    return (struct texts){one, 1};
}

/* Beyond the role's bound, in this ask or in the reader's day, somebody else must have said yes. */
static RESULT approval_check(struct batch *batch, const struct reader *reader, size_t count)
{
    struct shop *shop = batch->shop;
    uint64_t above = reader->role->approval_above;
    if (above == 0) return OK;
    uint64_t used[WINDOW_COUNT], most = count;
    budget_used(shop->budgets, BUDGET_READER, reader->line, batch->now_us, used);
    if (used[WINDOW_DAY] > most) most = used[WINDOW_DAY];
    if (most <= above || approval_permits(&shop->access, reader->no, most, batch->now_us)) return OK;
    return FAIL(APPROVAL_NEEDED,
                "approval: role %s may look at %llu people; for more, have a permission approved",
                reader->role->name, (unsigned long long)above);
}

/* Show what the permit allows: the budgets before a key is touched, the values and whom they are of. */
static RESULT reveal_shown(struct batch *batch, const struct reader *reader, const struct reveal_ask *ask,
                           const struct permit *permit, struct draft *draft, struct answer *out)
{
    size_t count = ask->subjects.count, found = 0;
    struct reader person = *reader;
    struct shown *shown = arena_take(batch->arena, count * sizeof *shown);
    uint64_t *numbers = arena_take(batch->arena, count * sizeof *numbers);
    memcpy(person.network, permit->network, NETWORK_BYTES);
    struct result done = subjects_find(batch, ask, shown, numbers, &found);
    for (size_t i = 0; i < found; i++) canary_touched(batch, reader, (struct subject_no){numbers[i]});
    if (done.code == CODE_OK) done = no_twins(batch, numbers, found);
    if (done.code == CODE_OK) done = spend(batch, &person, looks_of(batch, permit, shown, count), found, out);
    if (done.code == CODE_OK) done = approval_check(batch, reader, found);
    if (done.code == CODE_OK) done = values_put(batch, ask, permit, shown, draft, &out->body);
    for (size_t i = 0; i < count; i++) shown_done(&shown[i]);
    return done;
}

RESULT verb_reveal(struct batch *batch, const struct reader *reader, const struct reveal_ask *ask,
                   struct answer *out)
{
    struct reveal_ask whole = *ask;
    struct permit permit;
    struct draft draft = batch_draft(batch, reader, ENTRY_REVEAL);
    struct receipt receipt = {0};
    if (ask->subjects.count == 0 && ask->pass.len == 0)
        return FAIL(MEMBER_MISSING, "subjects: name 1 to %d of them", REVEAL_SUBJECTS_MAX);
    if (ask->fields.count == 0) return FAIL(MEMBER_MISSING, "fields: name those you need");
    TRY(access_permit(batch->shop, reader, ask, &permit));
    whole.subjects = subjects_of(batch, ask, &permit);
    TRY(reveal_shown(batch, reader, &whole, &permit, &draft, out));

    draft.entry.purpose = permit.purpose;
    draft.entry.full = permit.full;
    draft.entry.masked = permit.masked;
    draft.entry.object_kind = permit.right_kind;
    draft.entry.object_id = permit.right_entry;
    draft_text(&draft, COMMIT_REASON, ask->reason);
    if (permit.purpose_named) draft_text(&draft, COMMIT_PURPOSE, ask->purpose);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

/* Whom a lookup found: a leaf each, under their data keys. */
static RESULT found_leaves(struct batch *batch, const struct subject_no *found, size_t count, uint64_t bit,
                           struct draft *draft)
{
    struct sighted *set = arena_take(batch->arena, count * sizeof *set);
    struct hash *leaves = arena_take(batch->arena, count * sizeof *leaves);
    for (size_t i = 0; i < count; i++) {
        struct record record;
        struct hash salt = {{0}};
        SCOPED(buf_done) struct buf bytes = {0};
        SECRET data_key = {{0}};
        TRY(record_get(batch->shop, found[i], false, &bytes, &record, NULL));
        TRY(record_unlock(batch->shop, found[i], &record, &data_key));
        set[i] = (struct sighted){found[i], bit, 0};
        leaf_salt(batch->shop->crypto, &data_key, draft->entry.nonce, &salt);
        set_leaf(batch->shop->crypto, &salt, &set[i], NULL, &leaves[i]);
    }
    draft->set = set;
    draft->leaves = leaves;
    draft->set_count = count;
    return OK;
}

static RESULT lookup_right(struct shop *shop, const struct reader *reader, const struct lookup_ask *ask,
                           const struct field **field, uint32_t *purpose)
{
    const struct role *role = reader->role;
    *field = field_find(&shop->fields, ask->field);
    if (!*field || !(*field)->indexed)
        return FAIL(FIELD_UNKNOWN, "field: not one that can be looked up; see GET /v1/fields");
    if (!role->fields_all && !((role->full | role->masked) & field_bit(*field))) {
        return FAIL(ROLE_FIELD, "role %s may not look up by %s", role->name, (*field)->name);
    }
    if (role->reason && ask->reason.len == 0)
        return FAIL(REASON_MISSING, "reason: role %s must say why it looks", role->name);
    return access_purpose(reader, ask->purpose, purpose);
}

RESULT verb_lookup(struct batch *batch, const struct reader *reader, const struct lookup_ask *ask,
                   struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct field *field = NULL;
    struct subject_no found[TAG_SUBJECTS_MAX];
    size_t count = 0;
    uint8_t tag[TAG_BYTES];
    uint32_t purpose = 0;
    SCOPED(buf_done) struct buf value = {0};
    struct receipt receipt = {0};
    TRY(lookup_right(shop, reader, ask, &field, &purpose));
    TRY(normalise(field->normaliser, ask->value, (struct slice){0}, &value));
    tag_make(shop, field->number, buf_slice(&value), tag);
    TRY(spend_try(batch, reader, tag, out));
    size_t tried = budget_mark(shop->budgets);
    TRY(shop->store->tag->find(shop->store, tag_index(shop, field->number, 0), tag, found, COUNT_OF(found),
                               &count));
    count = canaries_unfound(shop, field->number == FIELD_EMAIL, found, count);
    for (size_t i = 0; i < count; i++) canary_touched(batch, reader, found[i]);

    struct draft draft = batch_draft(batch, reader, ENTRY_LOOKUP);
    struct sighted *looks = arena_take(batch->arena, count * sizeof *looks);
    for (size_t i = 0; i < count; i++) looks[i] = (struct sighted){found[i], field_bit(field), 0};
    struct result may = spend(batch, reader, looks, count, out);
    if (may.code == CODE_OK) may = approval_check(batch, reader, count);
    if (may.code == CODE_SPENT || may.code == CODE_DENIED)
        batch->charged = tried; /* it tells that somebody has it */
    TRY(may);
    if (count > 0) TRY(found_leaves(batch, found, count, field_bit(field), &draft));
    draft.entry.purpose = purpose;
    draft.entry.full = field_bit(field);
    draft_text(&draft, COMMIT_VALUE, buf_slice(&value));
    draft_text(&draft, COMMIT_REASON, ask->reason);
    if (purpose == 0) draft_text(&draft, COMMIT_PURPOSE, ask->purpose);
    batch->tried = be64_get(tag);
    batch_append(batch, &draft, &receipt); /* a look that found nothing is an entry too */
    batch_receipt(out, &receipt);
    if (count == 0) return FAIL(SUBJECT_UNKNOWN, "lookup: nobody has this value");
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("ids"));
    cbor_array(&out->body, count);
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_SUBJECT, found[i].at, &id);
        cbor_text(&out->body, buf_slice(&id));
    }
    return OK;
}
