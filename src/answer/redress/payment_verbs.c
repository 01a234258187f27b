/* Batches of payments: asked for by one person and agreed to by a second; and what the bank says became of them. */
#include "answer/redress/payment.h"
#include "answer/redress/verbs.h"
#include "crypto/age.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/containment.h"
#include "keep/put.h"

#include <stdio.h>
#include <string.h>

enum { OPEN_TOLD_MAX = 1000 };

static RESULT field_known(struct shop *shop, const char *member, struct slice name, const char *usual,
                          bool needed, struct slice *out)
{
    *out = name.len > 0 ? name : slice_text(usual);
    const struct field *field = field_find(&shop->fields, *out);
    if (field && field->group[0] == 0) return OK;
    if (!needed && name.len == 0) {
        *out = (struct slice){0};
        return OK;
    }
    return FAIL(FIELD_UNKNOWN, "%s: there is no such field here; amanah field put makes one", member);
}

static RESULT payer_read(const struct payments_make_ask *ask, struct buf *account, struct payments *out)
{
    struct transfer_head *head = &out->head;
    if (ask->format.len > 0 && !slice_is(ask->format, "csv") && !slice_is(ask->format, "pain.001"))
        return FAIL(INVALID, "format: csv or pain.001");
    head->format = slice_is(ask->format, "pain.001") ? TRANSFER_PAIN : TRANSFER_CSV;
    bool whole = ask->payer.len > 0 && ask->payer_account.len > 0 && ask->date.len > 0;
    if (head->format == TRANSFER_PAIN && !whole)
        return FAIL(MEMBER_MISSING, "payer, payer_account, date: pain.001 names who pays, whence and when");
    if (ask->payer_account.len > 0 && !account_clean(ask->payer_account, account)) {
        return FAIL(INVALID,
                    "payer_account: letters and digits, at most %d; an IBAN with its check digits right",
                    ACCOUNT_CHARS_MAX);
    }
    if (ask->payer_bank.len > 0 && !bic_is(ask->payer_bank))
        return FAIL(INVALID, "payer_bank: a BIC, eight or eleven capitals and digits");
    if (ask->date.len > 0 && !day_is(ask->date)) return FAIL(INVALID, "date: a day such as 2027-01-31");
    head->name = ask->payer;
    head->account = buf_slice(account);
    head->bank = ask->payer_bank;
    head->date = ask->date;
    return OK;
}

static RESULT asked_read(struct batch *batch, const struct payments_make_ask *ask, struct buf *account,
                         const struct campaign **campaign, struct payments *out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    struct campaign *found = NULL;
    struct age_recipient recipient = {{0}};
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(shop, redress, ask->id, &found));
    size_t part = campaign_part(found, ask->part);
    if (part == SIZE_MAX) return FAIL(NOT_FOUND, "part: the campaign has none of that name");
    if (found->spec.parts[part].unit[0]) return FAIL(INVALID, "part: is a benefit; only money can be paid");
    if (found->spec.state != CAMPAIGN_ANNOUNCED || batch->now_us < found->spec.from_us)
        return FAIL(CONFLICT,
                    "campaign: is paid once it is announced and has begun, and while it is not stopped");
    TRY(age_recipient_get(ask->recipient, &recipient));
    TRY(payer_read(ask, account, out));
    TRY(field_known(shop, "account", ask->account, "bank_account", true, &out->account));
    TRY(field_known(shop, "bank", ask->bank, "bank", false, &out->bank));
    TRY(field_known(shop, "name", ask->name, "name", true, &out->name));
    out->id = (uint32_t)shop->access.payments.count + 1;
    out->state = PAYMENTS_ASKED;
    out->campaign = found->id;
    out->part = (uint32_t)part + 1;
    out->again = ask->again;
    out->recipient = ask->recipient;
    *campaign = found;
    return OK;
}

/* What the second person reads before they say yes: all that decides which fields of how many go to whom. */
static void changes_of(const struct campaign *campaign, const struct payments *payments, struct buf *out)
{
    const struct transfer_head *head = &payments->head;
    const struct part *part = &campaign->spec.parts[payments->part - 1];
    uint64_t people = set_count(&campaign->people);
    SCOPED(buf_done) struct buf asked = {0};
    if (people > PAYMENTS_MAX) people = PAYMENTS_MAX;
    cbor_map(&asked, 14);
    put_text(&asked, "campaign", campaign->spec.title);
    put_text(&asked, "part", slice_text(part->name));
    put_number(&asked, "people_most", people);
    put_number(&asked, "sum_most", people * part->worth);
    put_bool(&asked, "again", payments->again);
    put_text(&asked, "format", head->format == TRANSFER_PAIN ? SLICE_TEXT("pain.001") : SLICE_TEXT("csv"));
    put_text(&asked, "payer", head->name);
    put_text(&asked, "payer_account", head->account);
    put_text(&asked, "payer_bank", head->bank);
    put_text(&asked, "date", head->date);
    put_text(&asked, "account", payments->account);
    put_text(&asked, "name", payments->name);
    put_text(&asked, "bank", payments->bank);
    put_text(&asked, "recipient", payments->recipient);
    changes_put((struct slice){0}, buf_slice(&asked), out);
}

RESULT verb_payments_make(struct batch *batch, const struct reader *reader,
                          const struct payments_make_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct campaign *campaign = NULL;
    struct payments payments = {.id = 0};
    struct receipt receipt = {0};
    bool put = false;
    SCOPED(buf_done) struct buf account = {0}, body = {0}, changes = {0}, made = {0};
    TRY(containment_ask(&shop->access));
    TRY(asked_read(batch, ask, &account, &campaign, &payments));
    if (shop->access.staff_count == 0)
        return FAIL(APPROVAL_UNNAMED,
                    "payments: two people must agree, and nobody with a name works here yet; add staff");
    time_put(&made, batch->now_us);
    payments.head.made = buf_slice(&made);
    TRY(payments_put(batch, reader, &payments, &receipt));
    changes_of(campaign, &payments, &changes);
    payments.state = PAYMENTS_AGREED;
    payments_write(&payments, &body);
    struct slice part = slice_text(campaign->spec.parts[payments.part - 1].name);
    const struct loosening loosening = {AUTHORITY_PAYMENT,
                                        payments.id,
                                        buf_slice(&body),
                                        {LOOSENS_PAYMENTS, {SAID_TEXT(part), SAID_NUMBER(campaign->id)}},
                                        buf_slice(&changes)};
    TRY(loosen(batch, reader, &loosening, out, &put));
    SCOPED(buf_done) struct buf approval = TAKE(out->body);
    struct cbor told = cbor_reader(buf_slice(&approval));
    size_t pairs = 0;
    if (approval.len > 0) TRY(cbor_read_map(&told, &pairs));
    cbor_map(&out->body, pairs + 1);
    put_id(shop, &out->body, "payments", ID_PAYMENTS, payments.id);
    if (approval.len > 0) buf_slice_put(&out->body, told.cursor.rest);
    return OK;
}

static const char *state_name(enum payments_state state)
{
    static const char *const names[] = {"?", "asked", "agreed", "made"};
    return (size_t)state < COUNT_OF(names) ? names[state] : "?";
}

/* How many of a batch stand how, and the ids of those that nobody booked yet. */
struct tally {
    uint64_t reserved, paid, returned, sum_reserved, sum_paid, sum_returned;
    struct buf open;
    size_t open_count;
};

static void tally_done(struct tally *tally)
{
    buf_done(&tally->open);
}

static void tally_add(struct shop *shop, const struct paying_one *one, struct tally *out)
{
    SCOPED(buf_done) struct buf id = {0};
    uint64_t amount = one->taking.reserved;
    if (one->taking.state == TAKING_CAPTURED && one->taking.refunded == 0) {
        out->paid++;
        out->sum_paid += amount;
    } else if (one->taking.state != TAKING_RESERVED) {
        out->returned++;
        out->sum_returned += amount;
    } else {
        out->reserved++;
        out->sum_reserved += amount;
        if (out->open_count == OPEN_TOLD_MAX) return;
        payment_id_put(shop, &one->row, &id);
        cbor_text(&out->open, buf_slice(&id));
        out->open_count++;
    }
}

RESULT verb_payments_show(struct batch *batch, const struct reader *reader,
                          const struct payments_show_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    struct payments payments = {.id = 0};
    SCOPED(tally_done) struct tally tally = {0};
    (void)reader;
    TRY(campaigns_of(batch, &redress));
    TRY(payments_at(shop, ask->id, &payments));
    struct payment_row row = {.at = {payments.campaign, payments.part, 0}, .batch = payments.id};
    for (;;) {
        struct paying_one one = {.campaign = NULL};
        struct result got = shop->store->voucher->payment_next(shop->store, &row);
        if (got.code == CODE_NOT_FOUND) break;
        TRY(got);
        TRY(payment_load(batch, redress, &row, &one));
        tally_add(shop, &one, &tally);
    }
    const struct campaign *campaign = &redress->at[payments.campaign - 1];
    struct buf *body = &out->body;
    cbor_map(body, 15);
    put_id(shop, body, "id", ID_PAYMENTS, payments.id);
    put_id(shop, body, "campaign", ID_CAMPAIGN, payments.campaign);
    put_text(body, "part", slice_text(campaign->spec.parts[payments.part - 1].name));
    put_text(body, "currency", slice_text(campaign->spec.currency));
    put_text(body, "state", slice_text(state_name(payments.state)));
    put_number(body, "reserved", tally.reserved);
    put_number(body, "reserved_sum", tally.sum_reserved);
    put_number(body, "paid", tally.paid);
    put_number(body, "paid_sum", tally.sum_paid);
    put_number(body, "returned", tally.returned);
    put_number(body, "returned_sum", tally.sum_returned);
    put_number(body, "unusable", payments.unusable);
    put_number(body, "unfunded", payments.unfunded);
    put_number(body, "waiting", payments.waiting);
    cbor_text(body, SLICE_TEXT("open"));
    cbor_array(body, tally.open_count);
    buf_slice_put(body, buf_slice(&tally.open));
    return OK;
}

/* What came of booking one line. */
enum booked { BOOKED, BOOKED_BEFORE, BOOKED_NOT };

/* What came back can be used, or paid again, as what is refunded at a checkout. */
static RESULT return_book(struct batch *batch, const struct reader *reader, struct redress *redress,
                          struct paying_one *one, enum booked *out)
{
    struct account *account = &one->campaign->accounts[one->row.at.part - 1];
    int64_t again_us = batch->now_us + (int64_t)one->campaign->spec.refund_days * DAY_US;
    bool reserved = one->taking.state == TAKING_RESERVED;
    uint64_t amount = one->taking.reserved;
    if (!reserved && (one->taking.state != TAKING_CAPTURED || one->taking.refunded > 0)) {
        *out = BOOKED_BEFORE;
        return OK;
    }
    enum may may = reserved ? take_void(account, &one->voucher, &one->taking)
                            : take_refund(account, &one->voucher, &one->taking, amount, again_us);
    *out = may == MAY_DO ? BOOKED : BOOKED_NOT;
    if (may != MAY_DO) return OK;
    if (again_us > one->voucher.until_us) one->voucher.until_us = again_us;
    return payment_save(batch, reader, redress, one, reserved ? ACT_VOUCHER_VOID : ACT_VOUCHER_REFUND,
                        amount);
}

static RESULT paid_book(struct batch *batch, const struct reader *reader, struct redress *redress,
                        struct paying_one *one, enum booked *out)
{
    struct account *account = &one->campaign->accounts[one->row.at.part - 1];
    uint64_t amount = one->taking.reserved;
    if (one->taking.state == TAKING_CAPTURED && one->taking.refunded == 0) {
        *out = BOOKED_BEFORE;
        return OK;
    }
    enum may may = take_capture(account, &one->voucher, &one->taking, amount, batch->now_us);
    *out = may == MAY_DO ? BOOKED : BOOKED_NOT; /* what came back is not paid: it must be paid again */
    if (may != MAY_DO) return OK;
    return payment_save(batch, reader, redress, one, ACT_VOUCHER_CAPTURE, amount);
}

static RESULT line_book(struct batch *batch, const struct reader *reader, struct redress *redress,
                        struct slice text, enum booked *out)
{
    struct store *store = batch->shop->store;
    struct payment_line line = {.paid = false};
    struct payment_row asked = {.attempt = 0}, row;
    struct paying_one one = {.campaign = NULL};
    TRY(payment_line_read(text, &line));
    TRY(payment_id_get(batch->shop, line.id, &asked));
    row = asked;
    TRY(store->voucher->payment_newest(store, &row));
    *out = BOOKED_NOT;
    if (row.attempt != asked.attempt) { /* an older one: it came back, else there were no newer one */
        *out = line.paid ? BOOKED_NOT : BOOKED_BEFORE;
        return OK;
    }
    TRY(payment_load(batch, redress, &row, &one));
    if (!line.paid) one.row.reason = line.reason;
    return line.paid ? paid_book(batch, reader, redress, &one, out)
                     : return_book(batch, reader, redress, &one, out);
}

static RESULT lines_book(struct batch *batch, const struct reader *reader, struct redress *redress,
                         const struct texts *lines, uint64_t counts[BOOKED_NOT + 1], struct buf *refused)
{
    for (size_t i = 0; i < lines->count; i++) {
        enum booked booked = BOOKED_NOT;
        struct result done = line_book(batch, reader, redress, lines->at[i], &booked);
        bool theirs = done.code == CODE_INVALID || done.code == CODE_NOT_FOUND;
        if (done.code != CODE_OK && !theirs) return done;
        counts[booked]++;
        if (booked == BOOKED_NOT) cbor_uint(refused, i + 1);
    }
    return OK;
}

RESULT verb_payments_book(struct batch *batch, const struct reader *reader,
                          const struct payments_book_ask *ask, struct answer *out)
{
    struct redress *redress = NULL;
    struct receipt receipt = {0};
    uint64_t counts[BOOKED_NOT + 1] = {0};
    SCOPED(buf_done) struct buf refused = {0};
    TRY(campaigns_of(batch, &redress));
    struct draft draft = batch_draft(batch, reader, ENTRY_PAYMENT);
    struct result done = lines_book(batch, reader, redress, &ask->lines, counts, &refused);
    if (done.code != CODE_OK) {
        (void)batch_write(batch); /* what was moved in memory is read again */
        return done;
    }
    draft.entry.object_kind = PAYMENT_BOOKED;
    draft.entry.count = counts[BOOKED];
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 3);
    put_number(&out->body, "booked", counts[BOOKED]);
    put_number(&out->body, "before", counts[BOOKED_BEFORE]);
    cbor_text(&out->body, SLICE_TEXT("refused"));
    cbor_array(&out->body, counts[BOOKED_NOT]);
    buf_slice_put(&out->body, buf_slice(&refused));
    return OK;
}
