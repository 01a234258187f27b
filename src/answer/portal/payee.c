/*
 * The bank account for compensation in money, given by whoever it is to be paid to: who came in by their mailbox and has
 * the code of their own notice as well. It is a field of their record as any other; they are told of it by mail, and what
 * is paid waits (answer/redress/payment_file.c), so that a stolen mailbox is no way to somebody's money unseen.
 */
#include "answer/portal/portal.h"
#include "answer/portal/verbs.h"
#include "answer/redress/transfer.h"
#include "keep/contact.h"
#include "keep/post.h"
#include "keep/put.h"

#include <string.h>

enum { SHOWN_END = 4 };

const struct field *portal_payee_field(const struct shop *shop)
{
    const struct field *field = field_find(&shop->fields, SLICE_TEXT("bank_account"));
    return field && field->group[0] == 0 ? field : NULL;
}

/* Its last four. */
static void masked_put(struct slice number, struct buf *out)
{
    if (number.len == 0) return;
    buf_text(out, "***");
    if (number.len > (size_t)2 * SHOWN_END) buf_slice_put(out, slice_from(number, number.len - SHOWN_END));
}

/* They are told at the address that is held; where there is none nobody is, and the change stands. */
static RESULT payee_tell(struct batch *batch, const struct held *held, struct slice shown)
{
    SCOPED(buf_done) struct buf to = {0};
    if (!(held->record.held >> FIELD_EMAIL & 1)) return OK;
    TRY(record_field(batch->shop, held->no, &held->record, FIELD_EMAIL, &to));
    const struct mail_value values[] = {{"account", shown.len > 0 ? shown : SLICE_TEXT("-")}};
    const struct mail_draft draft = {.kind = MAIL_PAYEE_GIVEN,
                                     .to = buf_slice(&to),
                                     .lang = slice_text(held->record.lang),
                                     .subject = held->no,
                                     .values = values,
                                     .count = COUNT_OF(values)};
    struct result queued = mail_queue(batch, &draft);
    return queued.code == CODE_INVALID ? OK : queued;
}

static RESULT payee_change(struct batch *batch, const struct reader *person, struct held *held,
                           struct slice number, struct slice shown)
{
    const struct field *field = portal_payee_field(batch->shop);
    const struct record head = held->record;
    struct receipt receipt = {0};
    SCOPED(new_fields_done) struct new_fields values = {0};
    SCOPED(change_done) struct change change = {0};
    if (number.len > 0) {
        TRY(value_take(batch->shop, field, 0, number, slice_text(head.country), &values));
    } else {
        values.remove |= field_bit(field);
    }
    TRY(subject_change(batch, held, &head, &values, &change));
    if (!change.replaces) return OK;
    TRY(payee_tell(batch, held, shown));
    return subject_commit(batch, person, ENTRY_PATCH, &change, &receipt);
}

RESULT verb_portal_payee(struct batch *batch, const struct reader *reader, const struct portal_payee_ask *ask,
                         struct answer *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    struct subject_no no = {0};
    const struct reader person = portal_reader(reader);
    SCOPED(held_done) struct held held = {0};
    SCOPED(buf_done) struct buf number = {0}, shown = {0};
    TRY(portal_came_in(batch, ask->browser, &portal, &visit));
    if (!portal_payee_field(batch->shop)) return FAIL(NOT_FOUND, "payee: this shop pays nobody by bank");
    TRY(gate_may(portal->gate, GATE_VERIFY, &visit->from, batch->now_us, &out->head.retry_after_s));
    TRY(portal_by_notice(batch, portal, visit, ask->notice, &no));
    if (ask->number.len > 0 && !account_clean(ask->number, &number))
        return FAIL(FIELD_FORMAT, "number: letters and digits; an IBAN with its check digits right");
    TRY(subject_hold(batch->shop, no, &held));
    if (contact_held_until(batch->shop, &held.record) != 0) {
        return FAIL(CONFLICT,
                    "payee: the address or telephone number was changed in the last %d hours; try later",
                    CONTACT_HOLD_HOURS);
    }
    masked_put(buf_slice(&number), &shown);
    TRY(payee_change(batch, &person, &held, buf_slice(&number), buf_slice(&shown)));
    const struct sighted sighted = {no, 0, 0};
    TRY(portal_note(batch, PORTAL_PAID_TO, &person, &sighted, 1, out));
    cbor_map(&out->body, 1);
    put_text(&out->body, "account", buf_slice(&shown));
    return OK;
}
