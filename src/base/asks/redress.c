/* Members of the asks of compensation. */
#include "base/asks/tables.h"

enum { TERMS_TEXT_MAX = 12 * 1024, PARTS_TEXTS_MAX = 16, REFUND_MAX = 366, REMINDERS_MAX = 4 };

static const char campaign_about[] = "the campaign's id, cam_…";
static const char payments_about[] = "the batch's id, pmt_…";
static const char code_about[] = "the voucher's code as somebody typed it";
static const char only_campaign_about[] = "only of this campaign, cam_…; another's code is voucher.elsewhere";
static const char only_part_about[] = "only for this part; another's code is voucher.elsewhere";
static const char client_about[] = "the address that the customer comes from: wrong codes are counted by it";
static const char amount_about[] =
    "in minor units of the currency: 5000 won, 1250 cents; or units of a benefit";
static const char redemption_about[] = "id of the redemption, red_…";
static const char budgets_about[] = "PART=AMOUNT each; none: enough for everybody";
static const char recipient_about[] = "age1…: the only one for whom files of its codes are made";
static const char accepted_about[] =
    "what the check of terms found and is announced all the same: waiver, spend, …";
#define CAMPAIGN_TERMS(ask)                                             \
    TEXT(ask, terms_en, TERMS_TEXT_MAX, false, "the terms in English"), \
        TEXT(ask, terms_id, TERMS_TEXT_MAX, false, "in Indonesian"),    \
        TEXT(ask, terms_ko, TERMS_TEXT_MAX, false, "in Korean")
#define VOUCHER_CODE(ask)                                                                                 \
    TEXT(ask, code, 64, true, code_about), TEXT(ask, campaign, ID_BYTES_MAX, false, only_campaign_about), \
        TEXT(ask, part, 32, false, only_part_about), TEXT(ask, client_network, 49, false, client_about)

const struct member campaign_open_members[] = {
    TEXT(campaign_open_ask, title, 200, true, "its name, as people read it"),
    TEXT(campaign_open_ask, purpose, 200, false, "why: duty, goodwill, …; not told to customers"),
    TEXT(campaign_open_ask, incident, ID_BYTES_MAX, false, "for those whom this incident's count exposes"),
    TEXT(campaign_open_ask, class, 8, false, "known or possible; none: both"),
    TEXT(campaign_open_ask, who, 8, false, "exposed (default), listed, all"),
    MEMBER(campaign_open_ask, number, WIRE_U64, UINT32_MAX, false, "by which count; 0 or none: the newest"),
    MEMBER(campaign_open_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of listed: whom"),
    MEMBER(campaign_open_ask, parts, WIRE_TEXTS, PARTS_TEXTS_MAX, true,
           "NAME=AMOUNT in the currency, such as travel=20000; or NAME=NUMBER UNIT for a benefit"),
    MEMBER(campaign_open_ask, budgets, WIRE_TEXTS, PARTS_TEXTS_MAX, false, budgets_about),
    TEXT(campaign_open_ask, currency, 3, false, "ISO 4217: KRW, IDR, USD, …"),
    TEXT(campaign_open_ask, from, 40, false, "a day of its zone, or a time; none: now"),
    TEXT(campaign_open_ask, until, 40, true, "its last day in its zone, or a time"),
    TEXT(campaign_open_ask, zone, 64, false, "whose days: Asia/Seoul, Asia/Jakarta, or a rule; none: UTC"),
    TEXT(campaign_open_ask, recipient, 62, false, recipient_about),
    MEMBER(campaign_open_ask, refund_days, WIRE_U64, REFUND_MAX, false,
           "what is refunded can be used so long at least; 0 or none: 30"),
    MEMBER(campaign_open_ask, linked, WIRE_BOOL, 1, false, "who is linked to a customer has one, too"),
    MEMBER(campaign_open_ask, remind, WIRE_TEXTS, REMINDERS_MAX, false,
           "so many days before the end who has something left is reminded by mail, such as 30 and 7; none: "
           "nobody is"),
    CAMPAIGN_TERMS(campaign_open_ask),
    {0},
};
const struct member campaign_announce_members[] = {
    TEXT(campaign_announce_ask, id, ID_BYTES_MAX, true, campaign_about),
    MEMBER(campaign_announce_ask, accepted, WIRE_TEXTS, 8, false, accepted_about),
    {0},
};
const struct member campaign_change_members[] = {
    TEXT(campaign_change_ask, id, ID_BYTES_MAX, true, campaign_about),
    TEXT(campaign_change_ask, from, 40, false, "before it is announced only"),
    TEXT(campaign_change_ask, until, 40, false, "its last day in its zone, or a time"),
    TEXT(campaign_change_ask, zone, 64, false, "whose days `from` and `until` are"),
    TEXT(campaign_change_ask, recipient, 62, false, recipient_about),
    MEMBER(campaign_change_ask, refund_days, WIRE_U64, REFUND_MAX, false, "0 or none: as it was"),
    MEMBER(campaign_change_ask, budgets, WIRE_TEXTS, PARTS_TEXTS_MAX, false, budgets_about),
    CAMPAIGN_TERMS(campaign_change_ask),
    MEMBER(campaign_change_ask, accepted, WIRE_TEXTS, 8, false, accepted_about),
    MEMBER(campaign_change_ask, announce, WIRE_BOOL, 1, false,
           "to the worse: with a new announcement, which people are told"),
    {0},
};
const struct member campaign_show_members[] = {
    TEXT(campaign_show_ask, id, ID_BYTES_MAX, false, campaign_about),
    {0},
};
const struct member campaign_totals_members[] = {
    TEXT(campaign_totals_ask, id, ID_BYTES_MAX, true, campaign_about),
    {0},
};
const struct member campaign_codes_members[] = {
    TEXT(campaign_codes_ask, id, ID_BYTES_MAX, true, campaign_about),
    TEXT(campaign_codes_ask, taking, 32, false, "as the first piece named it; none: begin a file"),
    MEMBER(campaign_codes_ask, piece, WIRE_U64, UINT32_MAX, false, "number of the piece that comes next"),
    {0},
};
const struct member campaign_rekey_members[] = {
    TEXT(campaign_rekey_ask, id, ID_BYTES_MAX, true, campaign_about),
    {0},
};
const struct member payments_make_members[] = {
    TEXT(payments_make_ask, id, ID_BYTES_MAX, true, campaign_about),
    TEXT(payments_make_ask, part, 32, true, "which part: one in money"),
    TEXT(payments_make_ask, recipient, 128, true, "age1…: the only one who opens the file for the bank"),
    TEXT(payments_make_ask, format, 8, false, "csv (default) or pain.001, ISO 20022's pain.001.001.09"),
    TEXT(payments_make_ask, payer, 140, false, "of pain.001: who pays"),
    TEXT(payments_make_ask, payer_account, 40, false, "of pain.001: from which account, an IBAN or a number"),
    TEXT(payments_make_ask, payer_bank, 11, false, "of pain.001: its bank's BIC; none: not said"),
    TEXT(payments_make_ask, date, 10, false, "of pain.001: the day on which it is to be paid"),
    TEXT(payments_make_ask, account, 64, false, "field that holds account numbers; none: bank_account"),
    TEXT(payments_make_ask, bank, 64, false,
         "field that holds their bank's BIC or number; none: bank, if there is one"),
    TEXT(payments_make_ask, name, 64, false, "field that holds the name of an account's owner; none: name"),
    MEMBER(payments_make_ask, again, WIRE_BOOL, 1, false, "also those that the bank returned before"),
    {0},
};
const struct member payments_show_members[] = {
    TEXT(payments_show_ask, id, ID_BYTES_MAX, true, payments_about),
    {0},
};
const struct member payments_file_members[] = {
    TEXT(payments_file_ask, id, ID_BYTES_MAX, true, payments_about),
    TEXT(payments_file_ask, taking, 32, false, "as the first piece named it; none: begin a file"),
    MEMBER(payments_file_ask, piece, WIRE_U64, UINT32_MAX, false, "number of the piece that comes next"),
    TEXT(payments_file_ask, purpose, 32, true, "what for: one of the role's purposes"),
    TEXT(payments_file_ask, reason, REASON_BYTES_MAX, false, "why, in words; sealed, never in the ledger"),
    {0},
};
const struct member payments_book_members[] = {
    MEMBER(payments_book_ask, lines, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, true,
           "what the bank says: ID,paid or ID,returned,REASON, a reason of ISO 20022 such as AC04"),
    {0},
};
const struct member wallet_members[] = {
    TEXT(wallet_ask, id, ID_BYTES_MAX, false, "whose: a subject's id; none with a pass: the pass's customer"),
    TEXT(wallet_ask, pass, BEARER_BYTES_MAX, false, "a self pass of the customer, amp_…"),
    TEXT(wallet_ask, grant, ID_BYTES_MAX, false, "a grant to look at them, for a role that needs one"),
    TEXT(wallet_ask, reason, REASON_BYTES_MAX, false, "why, in words; sealed, never in the ledger"),
    TEXT(wallet_ask, lang, 8, false, "of the terms: en, id or ko; none: the customer's"),
    MEMBER(wallet_ask, codes, WIRE_BOOL, 1, false, "with their codes: with a pass only, as a code is money"),
    {0},
};
const struct member voucher_check_members[] = {
    VOUCHER_CODE(voucher_check_ask),
    {0},
};
const struct member voucher_reserve_members[] = {
    VOUCHER_CODE(voucher_reserve_ask),
    MEMBER(voucher_reserve_ask, amount, WIRE_U64, AMOUNT_MOST, true, amount_about),
    MEMBER(voucher_reserve_ask, seconds, WIRE_U64, UINT32_MAX, false,
           "how long it is held: 0 or none: 15 minutes; a week at most"),
    {0},
};
const struct member voucher_redeem_members[] = {
    VOUCHER_CODE(voucher_redeem_ask),
    MEMBER(voucher_redeem_ask, amount, WIRE_U64, AMOUNT_MOST, true, amount_about),
    {0},
};
const struct member voucher_capture_members[] = {
    TEXT(voucher_capture_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    MEMBER(voucher_capture_ask, amount, WIRE_U64, AMOUNT_MOST, false, "0 or none: all that was reserved"),
    {0},
};
const struct member voucher_void_members[] = {
    TEXT(voucher_void_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    {0},
};
const struct member voucher_refund_members[] = {
    TEXT(voucher_refund_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    MEMBER(voucher_refund_ask, amount, WIRE_U64, AMOUNT_MOST, false,
           "0 or none: all that is not refunded yet"),
    {0},
};
