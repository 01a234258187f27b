/*
 * The file of a batch of payments: first what is left of each voucher is reserved, a piece at a time, each with its entry;
 * then whoever is still reserved is written, as CSV or pain.001, into a file of age that the batch's recipient alone opens.
 * A file that was lost is made anew, with the same payments and ids; who was erased is in none.
 */
#include "answer/redress/payment.h"
#include "answer/redress/verbs.h"
#include "crypto/age.h"
#include "keep/access/containment.h"
#include "keep/contact.h"
#include "keep/put.h"
#include "keep/record.h"
#include "keep/spend.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_PEOPLE = 1000, LOOKED_PEOPLE = 4 * PIECE_PEOPLE, TAKING_BYTES = 16 };

struct paying {
    uint8_t taking[TAKING_BYTES];
    uint32_t payments;
    uint64_t next, piece; /* the first serial that was not looked at */
    bool ended;
    bool counted;                  /* those of the file, each with its entry */
    uint64_t count;                /* of the batch: those reserved */
    uint64_t written, sum;         /* written so far */
    uint64_t head_count, head_sum; /* as the head of the file says */
    uint64_t unusable, unfunded, waiting;
    struct age_seal *seal; /* NULL: they are being reserved, or counted */
};

static void paying_free(struct paying **paying)
{
    if (!*paying) return;
    age_seal_free(&(*paying)->seal);
    free(*paying);
    *paying = NULL;
}

/* One ask at work: whose accounts are opened, and what stands in the entry of it. */
struct piece {
    struct batch *batch;
    const struct reader *reader;
    struct redress *redress;
    struct campaign *campaign;
    struct payments payments;
    struct permit permit;
    uint8_t nonce[ENTRY_NONCE_BYTES];
    struct hash sum; /* of the payments made up */
    struct sighted set[PIECE_PEOPLE];
    struct hash leaves[PIECE_PEOPLE];
    size_t count;
};

/* A person's account as it was opened. */
struct payee {
    struct buf name, account, bank;
    bool there, usable;
    bool waits; /* something of their record was changed lately: it may not have been them */
};
static void payee_done(struct payee *payee)
{
    buf_done(&payee->name);
    buf_done(&payee->account);
    buf_done(&payee->bank);
}

static RESULT field_open(struct shop *shop, struct subject_no no, const struct record *record,
                         struct slice name, struct buf *out)
{
    const struct field *field = name.len > 0 ? field_find(&shop->fields, name) : NULL;
    if (!field || !(record->held & field_bit(field))) return OK;
    return record_field(shop, no, record, field->number, out);
}

static void sight(struct piece *piece, struct subject_no no, const struct record *record,
                  const struct secret *data_key)
{
    struct crypto *crypto = piece->batch->shop->crypto;
    struct hash salt = {{0}};
    struct sighted *sighted = &piece->set[piece->count];
    *sighted = (struct sighted){no, piece->permit.full & record->held, 0};
    leaf_salt(crypto, data_key, piece->nonce, &salt);
    set_leaf(crypto, &salt, sighted, NULL, &piece->leaves[piece->count]);
    piece->count++;
}

/* Was anything of the record written in the last CONTACT_HOLD_HOURS, other than at its making? */
static RESULT changed_lately(struct piece *piece, const struct record *record, uint64_t wrote, bool *out)
{
    struct entry entry = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    struct ledger *ledger = piece->batch->shop->ledger;
    uint64_t index = record->wrote > 0 ? record->wrote : wrote;
    *out = record->version > 1 && index >= ledger_durable(ledger); /* in the batch at hand */
    if (record->version < 2 || *out) return OK;
    TRY(ledger_entry(ledger, index, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    *out = piece->batch->now_us < entry.time_us + CONTACT_HOLD_HOURS * HOUR_US;
    return OK;
}

/* Open what a payment to them needs, which stands in the entry. `there`: they gave an account number. */
static RESULT payee_open(struct piece *piece, uint64_t serial, struct payee *out)
{
    struct shop *shop = piece->batch->shop;
    struct subject_no no = {serial};
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0}, account = {0};
    SECRET data_key = {{0}};
    uint64_t wrote = 0;
    bool may = false;
    const struct field *field = field_find(&shop->fields, piece->payments.account);
    if (canary_is(shop, no) || !field) return OK;
    TRY(campaign_may_have(shop, piece->campaign, no, &may));
    if (!may) return OK;
    TRY(record_get(shop, no, false, &bytes, &record, &wrote));
    if (!(record.held & field_bit(field))) return OK;
    out->there = true;
    TRY(changed_lately(piece, &record, wrote, &out->waits)); /* reserved or not */
    if (out->waits) return OK;
    TRY(record_unlock(shop, no, &record, &data_key));
    sight(piece, no, &record, &data_key);
    TRY(field_open(shop, no, &record, piece->payments.account, &account));
    TRY(field_open(shop, no, &record, piece->payments.name, &out->name));
    TRY(field_open(shop, no, &record, piece->payments.bank, &out->bank));
    out->usable = account_clean(buf_slice(&account), &out->account) && out->name.len > 0;
    return OK;
}

/* Is there a payment of this voucher that is under way, or came back and is not to be paid again? */
static RESULT payment_stands(struct piece *piece, struct payment_row *row, bool *out)
{
    struct store *store = piece->batch->shop->store;
    struct paying_one one = {.campaign = NULL};
    struct result got = store->voucher->payment_newest(store, row);
    *out = false;
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    TRY(payment_load(piece->batch, piece->redress, row, &one));
    bool back = one.taking.state != TAKING_RESERVED &&
                (one.taking.state != TAKING_CAPTURED || one.taking.refunded > 0);
    *out = !back || !piece->payments.again || row->batch == piece->payments.id ||
           row->attempt == PAYMENT_ATTEMPTS_MAX;
    return OK;
}

static RESULT reserve_one(struct piece *piece, struct paying *paying, uint64_t serial)
{
    struct batch *batch = piece->batch;
    const struct voucher_at at = {piece->payments.campaign, piece->payments.part, serial};
    struct paying_one one = {.campaign = piece->campaign, .row = {.at = at}};
    struct hash hash = {{0}};
    bool stands = false;
    SCOPED(payee_done) struct payee payee = {.there = false};
    TRY(voucher_load(batch, piece->campaign, &at, &one.voucher));
    uint64_t left = voucher_left(&one.voucher);
    if (left == 0 || batch->now_us >= one.voucher.until_us) return OK;
    TRY(payment_stands(piece, &one.row, &stands));
    if (stands) return OK;
    TRY(payee_open(piece, serial, &payee));
    if (!payee.there) return OK;
    if (payee.waits) {
        paying->waiting++;
        return OK;
    }
    if (!payee.usable) {
        paying->unusable++;
        return OK;
    }
    struct account *account = &piece->campaign->accounts[at.part - 1];
    if (take_reserve(account, &one.voucher, left, batch->now_us, INT64_MAX, &one.taking) != MAY_DO) {
        paying->unfunded++;
        return OK;
    }
    one.taken =
        (struct redemption_row){.id = piece->redress->taken + 1, .at = at, .reader = piece->reader->no};
    one.row = (struct payment_row){at, one.row.attempt + 1, piece->payments.id, one.taken.id, 0};
    payment_hash(piece->redress->salts, &one.row, &hash);
    payments_sum(&piece->sum, &hash);
    paying->count++;
    return payment_save(batch, piece->reader, piece->redress, &one, ACT_VOUCHER_RESERVE, left);
}

static RESULT reserve_piece(struct piece *piece, struct paying *paying)
{
    struct receipt receipt = {0};
    for (size_t looked = 0; piece->count < PIECE_PEOPLE && looked < LOOKED_PEOPLE; looked++) {
        if (paying->count == PAYMENTS_MAX ||
            !set_next(&piece->campaign->people, paying->next, &paying->next)) {
            paying->ended = true;
            break;
        }
        TRY(reserve_one(piece, paying, paying->next++));
    }
    if (!paying->ended) return OK;
    struct payments *payments = &piece->payments;
    payments->state = PAYMENTS_MADE;
    payments->unusable = paying->unusable;
    payments->unfunded = paying->unfunded;
    payments->waiting = paying->waiting;
    return payments_put(piece->batch, piece->reader, payments, &receipt);
}

/* The next of the batch, `more` unless there is none: `there` where it is still reserved and can be paid. */
static RESULT next_payee(struct piece *piece, uint64_t *next, struct paying_one *one, struct payee *out,
                         bool *more)
{
    struct store *store = piece->batch->shop->store;
    struct payment_row row = {.at = {piece->payments.campaign, piece->payments.part, *next},
                              .batch = piece->payments.id};
    struct result got = store->voucher->payment_next(store, &row);
    *more = got.code != CODE_NOT_FOUND;
    if (!*more) return OK;
    TRY(got);
    *next = row.at.serial;
    TRY(payment_load(piece->batch, piece->redress, &row, one));
    if (one->taking.state != TAKING_RESERVED) return OK;
    TRY(payee_open(piece, row.at.serial, out));
    out->there = out->there && out->usable && !out->waits;
    return OK;
}

/* How many there will be, and what of all: the head of a file for the bank says it before the first of them. */
static RESULT count_piece(struct piece *piece, struct paying *paying)
{
    while (piece->count < PIECE_PEOPLE && !paying->counted) {
        SCOPED(payee_done) struct payee payee = {.there = false};
        struct paying_one one = {.campaign = NULL};
        bool more = true;
        TRY(next_payee(piece, &paying->next, &one, &payee, &more));
        paying->counted = !more;
        if (!payee.there) continue;
        paying->head_count++;
        paying->head_sum += one.taking.reserved;
    }
    if (paying->counted) paying->next = 0;
    return OK;
}

/* Texts of the head borrow from the batch's row, which is read for each piece; sums are those of its beginning. */
static struct transfer_head head_of(const struct piece *piece, const struct paying *paying,
                                    struct slice message)
{
    const struct campaign_spec *spec = &piece->campaign->spec;
    struct transfer_head head = piece->payments.head;
    head.message = message;
    head.digits = spec->digits;
    memcpy(head.currency, spec->currency, sizeof head.currency);
    head.count = paying->head_count;
    head.sum = paying->head_sum;
    return head;
}

static RESULT rows_write(struct piece *piece, struct paying *paying, const struct transfer_head *head,
                         struct buf *text)
{
    while (piece->count < PIECE_PEOPLE && !paying->ended) {
        SCOPED(payee_done) struct payee payee = {.there = false};
        SCOPED(buf_done) struct buf id = {0};
        struct paying_one one = {.campaign = NULL};
        bool more = true;
        TRY(next_payee(piece, &paying->next, &one, &payee, &more));
        paying->ended = !more;
        if (!payee.there) continue;
        payment_id_put(piece->batch->shop, &one.row, &id);
        const struct transfer transfer = {buf_slice(&id), buf_slice(&payee.name), buf_slice(&payee.account),
                                          buf_slice(&payee.bank), one.taking.reserved};
        transfer_put(head, &transfer, text);
        paying->written++;
        paying->sum += one.taking.reserved;
    }
    bool same = paying->written == head->count && paying->sum == head->sum;
    if (paying->ended && !same)
        return FAIL(CONFLICT,
                    "payments: somebody was erased, or a payment booked, meanwhile; make the file anew");
    return OK;
}

static RESULT write_piece(struct piece *piece, struct paying *paying, struct buf *file)
{
    SCOPED(buf_done) struct buf text = {0}, id = {0}, message = {0};
    bool begins = !paying->seal;
    if (begins) {
        struct age_recipient recipient = {{0}};
        TRY(age_recipient_get(piece->payments.recipient, &recipient));
        TRY(age_seal_to(piece->batch->shop->crypto, &recipient, 1, file, &paying->seal));
    }
    id_put(piece->batch->shop, ID_PAYMENTS, piece->payments.id, &id);
    for (size_t i = 0; i < id.len; i++) {
        if (id.at[i] != '_') buf_byte(&message, id.at[i]);
    }
    const struct transfer_head head = head_of(piece, paying, buf_slice(&message));
    if (begins) transfer_head_put(&head, &text);
    TRY(rows_write(piece, paying, &head, &text));
    if (paying->ended) transfer_end_put(&head, &text);
    TRY(age_seal_put(paying->seal, buf_slice(&text), file));
    return paying->ended ? age_seal_end(paying->seal, file) : OK;
}

/* What an earlier taking, that was interrupted, reserved. */
static RESULT reserved_count(const struct piece *piece, uint64_t *out)
{
    struct store *store = piece->batch->shop->store;
    struct payment_row row = {.at = {piece->payments.campaign, piece->payments.part, 0},
                              .batch = piece->payments.id};
    for (*out = 0;; ++*out) {
        struct result got = store->voucher->payment_next(store, &row);
        if (got.code == CODE_NOT_FOUND) return OK;
        TRY(got);
    }
}

static RESULT paying_at(struct piece *piece, const struct payments_file_ask *ask, struct paying **out)
{
    struct redress *redress = piece->redress;
    uint8_t taking[TAKING_BYTES];
    if (ask->taking.len > 0) {
        struct paying *paying = redress->paying;
        bool same = paying && hex_get(ask->taking, taking, sizeof taking) &&
                    bytes_equal_ct(taking, paying->taking, sizeof taking) &&
                    paying->payments == piece->payments.id && paying->piece == ask->piece &&
                    !(paying->ended && paying->seal);
        if (!same) return FAIL(CONFLICT, "payments: this file was ended or interrupted; begin it anew");
        *out = paying;
        return OK;
    }
    SCOPED(paying_free) struct paying *paying = calloc(1, sizeof *paying);
    if (!paying) return FAIL(UNAVAILABLE, "payments: out of memory");
    crypto_random(piece->batch->shop->crypto, paying->taking, TAKING_BYTES);
    paying->payments = piece->payments.id;
    TRY(reserved_count(piece, &paying->count));
    if (redress->paying) redress->paying_free(&redress->paying);
    redress->paying_free = paying_free;
    *out = redress->paying = TAKE(paying);
    return OK;
}

static RESULT permit_make(struct piece *piece, const struct payments_file_ask *ask)
{
    const struct slice names[] = {piece->payments.account, piece->payments.name, piece->payments.bank};
    const struct reveal_ask look = {.fields = {names, piece->payments.bank.len > 0 ? 3 : 2},
                                    .purpose = ask->purpose,
                                    .reason = ask->reason};
    if (piece->reader->role->grant || piece->reader->role->pass)
        return FAIL(GRANT_MISSING, "payments: role %s sees people one by one", piece->reader->role->name);
    return access_permit(piece->batch->shop, piece->reader, &look, &piece->permit);
}

/* Reserve, or write; and the entry that says whose accounts were opened for it. */
static RESULT piece_run(struct piece *piece, struct paying *paying, const struct payments_file_ask *ask,
                        struct answer *out, struct buf *file)
{
    struct batch *batch = piece->batch;
    struct draft draft = batch_draft(batch, piece->reader, ENTRY_PAYMENT);
    struct receipt receipt = {0};
    bool made = piece->payments.state == PAYMENTS_MADE;
    crypto_random(batch->shop->crypto, piece->nonce, sizeof piece->nonce);
    memcpy(draft.entry.nonce, piece->nonce, sizeof piece->nonce);
    if (made && paying->ended && !paying->seal) { /* reserved by this taking: now they are written */
        paying->next = 0;
        paying->ended = false;
    }
    if (made)
        TRY(paying->counted ? write_piece(piece, paying, file) : count_piece(piece, paying));
    else
        TRY(reserve_piece(piece, paying));
    TRY(spend_approved(batch, piece->reader, piece->set, piece->count));
    draft.entry.object_kind = made ? PAYMENT_WRITTEN : PAYMENT_MADE_UP;
    draft.entry.object_id = piece->payments.id;
    draft.entry.has_object = !made;
    draft.entry.object = piece->sum;
    draft.entry.purpose = piece->permit.purpose;
    draft.entry.full = piece->permit.full;
    draft.set = piece->count > 0 ? piece->set : NULL;
    draft.leaves = piece->count > 0 ? piece->leaves : NULL;
    draft.set_count = piece->count;
    draft_text(&draft, COMMIT_REASON, ask->reason);
    if (piece->permit.purpose_named) draft_text(&draft, COMMIT_PURPOSE, ask->purpose);
    (void)batch_write(batch);
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

static void piece_free(struct piece **piece)
{
    free(*piece);
}

RESULT verb_payments_file(struct batch *batch, const struct reader *reader,
                          const struct payments_file_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct paying *paying = NULL;
    SCOPED(buf_done) struct buf file = {0}, data = {0}, taking = {0};
    SCOPED(piece_free) struct piece *piece = calloc(1, sizeof *piece);
    if (!piece) return FAIL(UNAVAILABLE, "payments: out of memory");
    piece->batch = batch;
    piece->reader = reader;
    TRY(containment_ask(&shop->access));
    TRY(campaigns_of(batch, &piece->redress));
    TRY(payments_at(shop, ask->id, &piece->payments));
    if (piece->payments.state == PAYMENTS_ASKED)
        return FAIL(CONFLICT, "payments: a second person has not agreed yet");
    if (piece->payments.campaign > piece->redress->count) return FAIL(TAMPERED, "payments: of no campaign");
    piece->campaign = &piece->redress->at[piece->payments.campaign - 1];
    if (piece->campaign->spec.state != CAMPAIGN_ANNOUNCED)
        return FAIL(VOUCHER_HALTED, "campaign: was stopped; nothing is paid until it has new codes");
    TRY(permit_make(piece, ask));
    TRY(paying_at(piece, ask, &paying));
    struct result done = piece_run(piece, paying, ask, out, &file);
    if (done.code != CODE_OK) {
        paying_free(&piece->redress->paying);
        (void)batch_write(batch); /* what was reserved in memory is read again */
        return done;
    }
    paying->piece++;
    base64_put(&data, buf_slice(&file));
    hex_put(&taking, SLICE_OF(paying->taking));
    cbor_map(&out->body, 5);
    put_text(&out->body, "taking", buf_slice(&taking));
    put_number(&out->body, "piece", paying->piece);
    put_number(&out->body, "people", paying->written);
    put_bool(&out->body, "more", !(paying->ended && paying->seal));
    put_text(&out->body, "data", buf_slice(&data));
    return OK;
}
