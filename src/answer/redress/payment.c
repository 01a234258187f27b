#include "answer/redress/payment.h"

#include "base/cbor.h"
#include "keep/access/redress_row.h"

#include <string.h>

enum { PAYMENTS_MEMBERS = 17, SERIAL_BITS = 32, ATTEMPT_BITS = 8, PART_BITS = 5 };

void payments_write(const struct payments *payments, struct buf *out)
{
    const struct transfer_head *head = &payments->head;
    cbor_array(out, PAYMENTS_MEMBERS);
    cbor_uint(out, payments->state);
    cbor_uint(out, payments->campaign);
    cbor_uint(out, payments->part);
    cbor_bool(out, payments->again);
    cbor_uint(out, head->format);
    cbor_text(out, head->name);
    cbor_text(out, head->account);
    cbor_text(out, head->bank);
    cbor_text(out, head->date);
    cbor_text(out, head->made);
    cbor_text(out, payments->recipient);
    cbor_text(out, payments->account);
    cbor_text(out, payments->bank);
    cbor_text(out, payments->name);
    cbor_uint(out, payments->unusable);
    cbor_uint(out, payments->unfunded);
    cbor_uint(out, payments->waiting);
}

static RESULT small_read(struct cbor *reader, uint64_t most, uint32_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    *out = (uint32_t)number;
    return number <= most ? OK : FAIL(CORRUPT, "payments: a stored number is out of range");
}

RESULT payments_read(struct slice body, struct payments *out)
{
    struct cbor reader = cbor_reader(body);
    struct payments payments = {.id = 0};
    struct transfer_head *head = &payments.head;
    struct slice *const texts[] = {&head->name, &head->account, &head->bank, &head->date, &head->made};
    struct slice *const fields[] = {&payments.recipient, &payments.account, &payments.bank, &payments.name};
    size_t members = 0;
    uint32_t state = 0, format = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != PAYMENTS_MEMBERS) return FAIL(CORRUPT, "payments: a stored batch is malformed");
    TRY(small_read(&reader, PAYMENTS_MADE, &state));
    TRY(small_read(&reader, CAMPAIGNS_MAX, &payments.campaign));
    TRY(small_read(&reader, PARTS_MAX, &payments.part));
    TRY(cbor_read_bool(&reader, &payments.again));
    TRY(small_read(&reader, TRANSFER_PAIN, &format));
    for (size_t i = 0; i < COUNT_OF(texts); i++) TRY(cbor_read_text(&reader, texts[i]));
    for (size_t i = 0; i < COUNT_OF(fields); i++) TRY(cbor_read_text(&reader, fields[i]));
    TRY(cbor_read_uint(&reader, &payments.unusable));
    TRY(cbor_read_uint(&reader, &payments.unfunded));
    TRY(cbor_read_uint(&reader, &payments.waiting));
    if (state == 0 || format == 0 || payments.campaign == 0 || payments.part == 0)
        return FAIL(CORRUPT, "payments: a stored batch is malformed");
    payments.state = (enum payments_state)state;
    head->format = (enum transfer_format)format;
    *out = payments;
    return OK;
}

RESULT payments_at(struct shop *shop, struct slice id, struct payments *out)
{
    const struct body_rows *rows = &shop->access.payments;
    uint64_t number = 0;
    TRY(id_get(shop, ID_PAYMENTS, id, &number));
    if (number == 0 || number > rows->count || body_row(rows, (uint32_t)number).len == 0)
        return FAIL(NOT_FOUND, "payments: there is no batch of that id");
    TRY(payments_read(body_row(rows, (uint32_t)number), out));
    out->id = (uint32_t)number;
    return OK;
}

RESULT payments_put(struct batch *batch, const struct reader *reader, const struct payments *payments,
                    struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    payments_write(payments, &body);
    if (body.len > PAYMENT_ROW_BYTES_MAX) return FAIL(FIELD_TOO_LONG, "payments: names are too long");
    return authority_put(batch, reader, AUTHORITY_PAYMENT, payments->id, buf_slice(&body), out);
}

/* All of it in one number, from which the shop's id key makes a text that nobody else can. */
static uint64_t number_of(const struct payment_row *row)
{
    uint64_t place = (uint64_t)row->at.campaign << PART_BITS | row->at.part;
    return (place << SERIAL_BITS | row->at.serial) << ATTEMPT_BITS | row->attempt;
}

void payment_id_put(struct shop *shop, const struct payment_row *row, struct buf *out)
{
    SCOPED(buf_done) struct buf id = {0};
    id_put(shop, ID_PAYMENT, number_of(row), &id);
    for (size_t i = 0; i < id.len; i++) {
        if (id.at[i] != '_') buf_byte(out, id.at[i]);
    }
}

RESULT payment_id_get(struct shop *shop, struct slice text, struct payment_row *out)
{
    SCOPED(buf_done) struct buf id = {0};
    uint64_t number = 0;
    if (!slice_starts(text, "pay")) return FAIL(ID_MALFORMED, "payment: no id of a payment");
    buf_text(&id, "pay_");
    buf_slice_put(&id, slice_from(text, slice_starts(text, "pay_") ? 4 : 3));
    TRY(id_get(shop, ID_PAYMENT, buf_slice(&id), &number));
    uint64_t place = number >> (SERIAL_BITS + ATTEMPT_BITS);
    *out = (struct payment_row){.attempt = number & ((1U << ATTEMPT_BITS) - 1)};
    out->at = (struct voucher_at){(uint32_t)(place >> PART_BITS), (uint32_t)place & ((1U << PART_BITS) - 1),
                                  (number >> ATTEMPT_BITS) & (((uint64_t)1 << SERIAL_BITS) - 1)};
    return OK;
}

void payment_hash(const struct prf *salts, const struct payment_row *row, struct hash *out)
{
    uint8_t bytes[4 + 4 + 8 + 4 + 4 + 8];
    be32_put(bytes, row->at.campaign);
    be32_put(bytes + 4, row->at.part);
    be64_put(bytes + 8, row->at.serial);
    be32_put(bytes + 16, row->attempt);
    be32_put(bytes + 20, row->batch);
    be64_put(bytes + 24, row->redemption);
    const struct slice parts[] = {SLICE_TEXT("amanah payment 1"), SLICE_OF(bytes)};
    prf_run(salts, parts, COUNT_OF(parts), out);
}

void payments_sum(struct hash *sum, const struct hash *one)
{
    for (size_t i = 0; i < sizeof sum->bytes; i += 8)
        be64_put(sum->bytes + i, be64_get(sum->bytes + i) + be64_get(one->bytes + i));
}

RESULT payment_load(struct batch *batch, struct redress *redress, const struct payment_row *row,
                    struct paying_one *out)
{
    struct store *store = batch->shop->store;
    out->row = *row;
    TRY(store->voucher->taken_get(store, row->redemption, &out->taken));
    const struct voucher_at *at = &row->at;
    if (at->campaign == 0 || at->campaign > redress->count || at->part == 0 ||
        at->part > redress->at[at->campaign - 1].spec.part_count || out->taken.at.campaign != at->campaign ||
        out->taken.at.part != at->part || out->taken.at.serial != at->serial)
        return FAIL(TAMPERED, "payment: a stored one is not of its voucher");
    out->campaign = &redress->at[at->campaign - 1];
    out->taking = taking_of(&out->taken);
    TRY(voucher_load(batch, out->campaign, at, &out->voucher));
    if (!taking_is_held(&out->taking, &out->voucher, &out->campaign->accounts[at->part - 1]))
        return FAIL(TAMPERED, "payment: a stored one is not what its voucher and account say");
    return OK;
}

RESULT payment_save(struct batch *batch, const struct reader *reader, struct redress *redress,
                    struct paying_one *one, enum voucher_act act, uint64_t amount)
{
    struct receipt receipt = {0};
    size_t part = one->row.at.part - 1;
    taking_put(&one->taking, &one->taken);
    const struct posting posting = {one->campaign, part, act, amount, &one->taken};
    TRY(posting_put(batch, reader, redress, &posting, &receipt));
    TRY(voucher_save(batch, one->campaign, &one->row.at, &one->voucher));
    struct store *store = batch_write(batch);
    if (act == ACT_VOUCHER_RESERVE) {
        one->taken.entry = receipt.index;
        one->taken.made = act;
        TRY(store->voucher->taken_add(store, &one->taken));
        redress->taken = one->taken.id;
    } else {
        TRY(store->voucher->taken_put(store, &one->taken));
    }
    if (batch->now_us >= one->campaign->spec.until_us) one->campaign->look_us[part] = 0;
    return store->voucher->payment_put(store, &one->row);
}
