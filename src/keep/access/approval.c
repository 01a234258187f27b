#include "keep/access/approval.h"

#include "base/text.h"
#include "keep/access/approval_words.h"
#include "keep/access/changes.h"
#include "keep/access/containment.h"
#include "keep/access/second.h"
#include "keep/access/staff.h"
#include "keep/post.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_SHOWN_BYTES = 90 };

bool approval_is_open(const struct approval *approval)
{
    return approval->state == APPROVAL_WAITING || approval->state == APPROVAL_DELAYED;
}

static struct asked_by asker_of(const struct approval *approval)
{
    return (struct asked_by){approval->asker, approval->persons, approval->person_count};
}

static bool is_among(uint32_t staff, const uint32_t *persons, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (persons[i] == staff) return true;
    }
    return false;
}

size_t approvals_open(const struct access *access)
{
    size_t count = 0;
    for (size_t i = 0; i < access->approval_count; i++) count += approval_is_open(&access->approvals[i]);
    return count;
}

struct row_search {
    uint32_t kind, id;
    uint64_t entry;
};

static RESULT row_is(void *context, const struct authority_row *row)
{
    struct row_search *search = context;
    if (row->kind == search->kind && row->id == search->id) search->entry = row->entry + 1;
    return OK;
}

/* The entry that made the row as it stands now, plus one; 0: there is no such row. */
static RESULT row_base(struct batch *batch, uint32_t kind, uint32_t id, uint64_t *out)
{
    struct row_search search = {kind, id, 0};
    struct store *store = batch->shop->store;
    if (kind != 0) TRY(store->authority->each(store, row_is, &search));
    *out = search.entry;
    return OK;
}

/* What an incident's containment does not freeze: its own lifting, telling people, and compensating them. */
static bool stands_frozen(uint32_t kind)
{
    return kind == AUTHORITY_CONTAINMENT || kind == AUTHORITY_NOTICE || kind == AUTHORITY_REDRESS;
}

static RESULT approval_save(struct batch *batch, const struct reader *reader, const struct approval *approval,
                            struct receipt *receipt)
{
    SCOPED(buf_done) struct buf body = {0};
    approval_body_write(approval, &body);
    return authority_put(batch, reader, AUTHORITY_APPROVAL, approval->id, buf_slice(&body), receipt);
}

/* Those that one reader asked for and that are open: nobody may fill the list, or everybody's mail, alone. */
static size_t open_of(const struct access *access, uint64_t asker)
{
    size_t count = 0;
    for (size_t i = 0; i < access->approval_count; i++)
        count += access->approvals[i].asker == asker && approval_is_open(&access->approvals[i]);
    return count;
}

/* File it: waiting when somebody else could say yes, delayed when nobody could. */
static RESULT approval_file(struct batch *batch, const struct reader *reader,
                            const struct loosening *loosening, struct approval *approval, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    SCOPED(approval_words_done) struct approval_words words = {0};
    if (approvals_open(&shop->access) >= APPROVALS_OPEN_MAX)
        return FAIL(TOO_MANY, "approvals: %d are open; approve or cancel some first", APPROVALS_OPEN_MAX);
    if (open_of(&shop->access, reader->no) >= APPROVALS_OF_ONE_MAX) {
        return FAIL(TOO_MANY,
                    "approvals: %d that you asked for are open; have some approved or cancelled first",
                    APPROVALS_OF_ONE_MAX);
    }
    approval->id = (uint32_t)shop->access.approval_count + 1;
    approval->asker = reader->no;
    approval->person_count = reader->person_count;
    for (size_t i = 0; i < approval->person_count; i++) approval->persons[i] = reader->persons[i];
    approval->asked_us = batch->now_us;
    const struct asked_by asker = asker_of(approval);
    bool waits = second_person(&shop->access, &asker, batch->now_us);
    int64_t alone_us = second_alone_us(&shop->access, &asker);
    approval->state = waits ? APPROVAL_WAITING : APPROVAL_DELAYED;
    approval->due_us =
        waits ? batch->now_us + APPROVAL_WAITS_DAYS * DAY_US
              : (alone_us > batch->now_us ? alone_us : batch->now_us) + APPROVAL_DELAY_HOURS * HOUR_US;
    approval_words_make(loosening, &words);
    approval_words_seal(shop, &words, approval);
    TRY(approval_save(batch, reader, approval, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_ACCEPTED;
    approval_put(shop, approval, &words, approval_may_agree(reader), &out->body);
    return approval_tell(batch, approval, waits ? MAIL_LOOSENING_ASKED : MAIL_LOOSENING_DELAYED, &words);
}

static void approval_done(struct approval *approval)
{
    buf_done(&approval->sealed);
}

RESULT loosen(struct batch *batch, const struct reader *reader, const struct loosening *loosening,
              struct answer *out, bool *put)
{
    struct receipt receipt = {0};
    SCOPED(approval_done) struct approval approval = {.kind = loosening->kind, .row = loosening->id};
    if (!stands_frozen(loosening->kind)) TRY(containment_ask(&batch->shop->access));
    *put = batch->shop->access.staff_count == 0;
    if (*put) {
        TRY(authority_put(batch, reader, loosening->kind, loosening->id, loosening->body, &receipt));
        batch_receipt(out, &receipt);
        return OK;
    }
    TRY(row_base(batch, loosening->kind, loosening->id, &approval.base));
    return approval_file(batch, reader, loosening, &approval, out);
}

RESULT loosen_in_a_day(struct batch *batch, uint64_t asker, const struct loosening *loosening)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct shop *shop = batch->shop;
    struct receipt receipt = {0};
    SCOPED(approval_words_done) struct approval_words words = {0};
    SCOPED(approval_done)
    struct approval approval = {.id = (uint32_t)shop->access.approval_count + 1,
                                .state = APPROVAL_DELAYED,
                                .asker = asker,
                                .kind = loosening->kind,
                                .row = loosening->id,
                                .asked_us = batch->now_us,
                                .due_us = batch->now_us + APPROVAL_DELAY_HOURS * HOUR_US};
    if (approvals_open(&shop->access) >= APPROVALS_OPEN_MAX)
        return FAIL(TOO_MANY, "approvals: %d are open; approve or cancel some first", APPROVALS_OPEN_MAX);
    TRY(row_base(batch, loosening->kind, loosening->id, &approval.base));
    approval_words_make(loosening, &words);
    approval_words_seal(shop, &words, &approval);
    TRY(approval_save(batch, &system, &approval, &receipt));
    return approval_tell(batch, &approval, MAIL_LOOSENING_DELAYED, &words);
}

bool approval_permits(const struct access *access, uint64_t reader, uint64_t count, int64_t now_us)
{
    if (containment_stands(access)) return false;
    for (size_t i = 0; i < access->approval_count; i++) {
        const struct approval *approval = &access->approvals[i];
        if (approval->state == APPROVAL_PERMITTED && approval->asker == reader &&
            count <= approval->subjects_max && now_us < approval->until_us)
            return true;
    }
    return false;
}

/* A copy to change and save: the row in memory changes only with its authority row. */
static void approval_copy(const struct approval *from, struct approval *to)
{
    *to = *from;
    to->sealed = (struct buf){0};
    buf_slice_put(&to->sealed, buf_slice(&from->sealed));
}

/* Carry it out: put the row, or permit. A row that changed since it was asked is left alone: APPROVAL_CHANGED. */
static RESULT approval_carry_out(struct batch *batch, const struct reader *reader, struct approval *approval)
{
    struct receipt receipt = {0};
    SCOPED(approval_words_done) struct approval_words words = {0};
    uint64_t base = 0;
    if (!stands_frozen(approval->kind)) TRY(containment_ask(&batch->shop->access));
    approval->decided_us = batch->now_us;
    if (approval->kind == 0) {
        approval->state = APPROVAL_PERMITTED;
        approval->until_us = batch->now_us + approval->minutes * MINUTE_US;
        return OK;
    }
    TRY(row_base(batch, approval->kind, approval->row, &base));
    if (base != approval->base)
        return FAIL(APPROVAL_CHANGED, "approval: what it would change was changed meanwhile; ask again");
    TRY(approval_words_open(batch->shop, approval, &words));
    TRY(authority_put(batch, reader, (enum authority_kind)approval->kind, approval->row, words.body,
                      &receipt));
    approval->state = APPROVAL_APPLIED;
    return approval_tell(batch, approval, MAIL_LOOSENING_APPLIED, &words);
}

static RESULT approval_due(struct batch *batch, const struct approval *found)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    SCOPED(approval_done) struct approval approval = {0};
    approval_copy(found, &approval);
    struct result done = approval.state == APPROVAL_DELAYED
                             ? approval_carry_out(batch, &system, &approval)
                             : FAIL(APPROVAL_OVER, "approval: nobody said yes in time");
    if (done.code != CODE_OK && done.code != CODE_CONFLICT) return done;
    if (done.code != CODE_OK) approval.state = APPROVAL_LAPSED;
    approval.decided_us = batch->now_us;
    return approval_save(batch, &system, &approval, &receipt);
}

RESULT approvals_due(struct batch *batch, bool *due)
{
    const struct access *access = &batch->shop->access;
    for (size_t i = 0; i < access->approval_count; i++) {
        const struct approval *approval = &access->approvals[i];
        if (!approval_is_open(approval) || batch->now_us < approval->due_us) continue;
        bool waits = approval->state == APPROVAL_DELAYED && approval->kind != AUTHORITY_CONTAINMENT;
        if (waits && containment_stands(access)) continue; /* frozen: it takes effect once that is lifted */
        TRY(approval_due(batch, &access->approvals[i]));
        *due = true;
    }
    return OK;
}

static RESULT approval_find(struct shop *shop, struct slice id, const struct approval **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_APPROVAL, id, &number));
    if (number == 0 || number > shop->access.approval_count)
        return FAIL(NOT_FOUND, "approval: this shop has none of that id");
    *out = &shop->access.approvals[number - 1];
    return approval_is_open(*out)
               ? OK
               : FAIL(APPROVAL_OVER, "approval: it is %s already", approval_state_name((*out)->state));
}

/* Only a person with a name says yes, and none of those who may be behind the asker. */
static RESULT approver_check(const struct batch *batch, const struct reader *reader,
                             const struct approval *approval)
{
    if (reader->person_count != 1) {
        return FAIL(APPROVAL_UNNAMED,
                    "approval: it takes one person with a name; use a session, or a key with "
                    "one holder");
    }
    if (reader->no == approval->asker ||
        is_among(reader->persons[0], approval->persons, approval->person_count)) {
        return FAIL(APPROVAL_ASKER, "approval: you asked for it, so somebody else must approve it");
    }
    if (approval->kind == AUTHORITY_CANARY && !canary_keeper(batch->shop, reader))
        return FAIL(APPROVAL_UNNAMED,
                    "approval: of canaries only the other one whom the shop named may say yes");
    const struct asked_by asker = asker_of(approval);
    if (!maker_speaks(&batch->shop->access, reader->persons[0], reader->key, &asker, batch->now_us)) {
        return FAIL(
            APPROVAL_ASKER,
            "approval: whoever asked, or made the credential that asked, could be behind yours as well: by "
            "your key, or by an invitation of the last %d days; sign in by what only you know, or ask "
            "somebody else",
            MAKER_FRESH_DAYS);
    }
    return OK;
}

/* Is it their own: by the same credential, or by another of the same person? */
static bool asked_by_them(const struct approval *approval, const struct reader *reader)
{
    for (size_t i = 0; i < reader->person_count; i++) {
        if (is_among(reader->persons[i], approval->persons, approval->person_count)) return true;
    }
    return reader->no == approval->asker;
}

static RESULT decide(struct batch *batch, const struct reader *reader, struct slice id, bool yes,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct approval *found = NULL;
    struct receipt receipt = {0};
    SCOPED(approval_done) struct approval approval = {0};
    SCOPED(approval_words_done) struct approval_words words = {0};
    TRY(approval_find(shop, id, &found));
    if (yes)
        TRY(approver_check(batch, reader, found));
    else if (!asked_by_them(found, reader))
        TRY(access_act(reader, ACT_APPROVE));
    approval_copy(found, &approval);
    TRY(approval_words_open(shop, &approval, &words));
    struct reader decider = *reader;
    uint32_t role = reader->role->id;
    if (yes) TRY(approval_carry_out(batch, reader, &approval));
    decider.role = role_by_id(&shop->access, role); /* the roles have moved when a new one was put */
    if (!yes) approval.state = APPROVAL_CANCELLED;
    approval.decided_by = reader->no;
    approval.decided_us = batch->now_us;
    TRY(approval_save(batch, &decider, &approval, &receipt));
    batch_receipt(out, &receipt);
    approval_put(shop, &approval, &words, approval_may_agree(&decider), &out->body);
    return OK;
}

RESULT approval_take_back(struct batch *batch, const struct reader *reader, uint32_t id)
{
    struct receipt receipt = {0};
    SCOPED(approval_done) struct approval approval = {0};
    approval_copy(&batch->shop->access.approvals[id - 1], &approval);
    approval.state = APPROVAL_CANCELLED;
    approval.decided_by = reader->no;
    approval.decided_us = batch->now_us;
    return approval_save(batch, reader, &approval, &receipt);
}

RESULT verb_approval_approve(struct batch *batch, const struct reader *reader,
                             const struct approval_approve_ask *ask, struct answer *out)
{
    return decide(batch, reader, ask->id, true, out);
}

RESULT verb_approval_cancel(struct batch *batch, const struct reader *reader,
                            const struct approval_cancel_ask *ask, struct answer *out)
{
    return decide(batch, reader, ask->id, false, out);
}

RESULT verb_approval_ask(struct batch *batch, const struct reader *reader, const struct approval_ask_ask *ask,
                         struct answer *out)
{
    SCOPED(approval_done)
    struct approval approval = {.subjects_max = ask->subjects_max,
                                .minutes = (int64_t)(ask->minutes > 0 ? ask->minutes : APPROVAL_MINUTES)};
    TRY(containment_ask(&batch->shop->access));
    if (ask->subjects_max == 0) return FAIL(MEMBER_MISSING, "subjects_max: say how many people");
    if (ask->reason.len == 0) return FAIL(REASON_MISSING, "reason: say what they are needed for");
    struct slice reason = slice_part(ask->reason, 0, REASON_SHOWN_BYTES);
    while (!utf8_valid(reason)) reason.len--;         /* it was valid before it was cut */
    uint64_t customers = shop_customers(batch->shop); /* who agrees must see when it is everybody */
    SCOPED(buf_done) struct buf asked = {0}, changes = {0};
    cbor_map(&asked, 4);
    put_number(&asked, "people", approval.subjects_max);
    put_number(&asked, "customers", customers);
    put_number(&asked, "minutes", (uint64_t)approval.minutes);
    put_text(&asked, "reason", ask->reason);
    changes_put((struct slice){0}, buf_slice(&asked), &changes);
    const struct loosening loosening = {
        .what = {approval.subjects_max >= customers ? LOOSENS_PERMISSION_ALL : LOOSENS_PERMISSION,
                 {SAID_NUMBER(approval.subjects_max), SAID_NUMBER(customers),
                  SAID_NUMBER((uint64_t)approval.minutes), SAID_TEXT(reason)}},
        .changes = buf_slice(&changes)};
    return approval_file(batch, reader, &loosening, &approval, out);
}

/* All for who may agree to them; for others what they asked for themselves. */
RESULT verb_approval_list(struct batch *batch, const struct reader *reader,
                          const struct approval_list_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.approval_count};
    TRY(page_of(shop, ID_APPROVAL, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), count = 0;
    for (size_t i = page.from; i < page.to; i++) {
        const struct approval *approval = &shop->access.approvals[i];
        SCOPED(approval_words_done) struct approval_words words = {0};
        if (!approval_may_agree(reader) && !asked_by_them(approval, reader)) continue;
        TRY(approval_words_open(shop, approval, &words));
        approval_put(shop, approval, &words, approval_may_agree(reader), &out->body);
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    put_next(shop, ID_APPROVAL, &page, &out->body);
    return OK;
}
