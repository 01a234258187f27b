#include "answer/redress/transfer.h"

#include "answer/redress/money.h"

#include <string.h>

enum { MEMBER_BYTES_MAX = 35 }; /* of a bank's number in its country's clearing */

static bool digit_is(uint8_t at)
{
    return at >= '0' && at <= '9';
}

static bool letter_is(uint8_t at)
{
    return at >= 'A' && at <= 'Z';
}

/* 97-10 of ISO 7064 over the text with its first four characters last; letters are 10 to 35. */
static bool iban_is(struct slice text)
{
    uint32_t rest = 0;
    if (text.len < 15 || !letter_is(text.at[0]) || !letter_is(text.at[1]) || !digit_is(text.at[2]) ||
        !digit_is(text.at[3]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t at = text.at[(i + 4) % text.len];
        if (!digit_is(at) && !letter_is(at)) return false;
        rest = digit_is(at) ? rest * 10 + (at - '0') : rest * 100 + (at - 'A' + 10U);
        rest %= 97;
    }
    return rest == 1;
}

bool account_clean(struct slice text, struct buf *out)
{
    size_t before = out->len;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t at = text.at[i];
        if (at == ' ' || at == '-' || at == '.') continue;
        if (at >= 'a' && at <= 'z') at = (uint8_t)(at - 'a' + 'A');
        if (!digit_is(at) && !letter_is(at)) return false;
        buf_byte(out, at);
    }
    struct slice clean = slice_from(buf_slice(out), before);
    if (clean.len < 4 || clean.len > ACCOUNT_CHARS_MAX) return false;
    bool begins = letter_is(clean.at[0]) && letter_is(clean.at[1]);
    return !begins || iban_is(clean);
}

bool bic_is(struct slice text)
{
    if (text.len != 8 && text.len != 11) return false;
    for (size_t i = 0; i < text.len; i++) {
        bool letters = i == 4 || i == 5;
        if (!letter_is(text.at[i]) && (letters || !digit_is(text.at[i]))) return false;
    }
    return true;
}

bool day_is(struct slice text)
{
    static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-') return false;
    for (size_t i = 0; i < text.len; i++) {
        if (i != 4 && i != 7 && !digit_is(text.at[i])) return false;
    }
    unsigned year = (unsigned)((text.at[0] - '0') * 1000 + (text.at[1] - '0') * 100 +
                               (text.at[2] - '0') * 10 + (text.at[3] - '0'));
    unsigned month = (unsigned)((text.at[5] - '0') * 10 + (text.at[6] - '0'));
    unsigned day = (unsigned)((text.at[8] - '0') * 10 + (text.at[9] - '0'));
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
    return month != 2 || day < 29 || leap;
}

/* U+FFFE and U+FFFF: characters of UTF-8, and none of XML. */
static bool no_character(struct slice text, size_t at)
{
    return text.len - at >= 3 && text.at[at] == 0xef && text.at[at + 1] == 0xbf && text.at[at + 2] >= 0xbe;
}

/*
 * Text of XML: marks escaped, what XML can't hold and line breaks as blanks, at most `bytes_max` bytes of it, no character
 * cut in two.
 */
static void xml_text(struct slice text, size_t bytes_max, struct buf *out)
{
    size_t len = text.len < bytes_max ? text.len : bytes_max;
    while (len > 0 && len < text.len && (text.at[len] & 0xc0) == 0x80) len--;
    for (size_t i = 0; i < len; i++) {
        uint8_t at = text.at[i];
        if (no_character(slice_part(text, 0, len), i)) {
            buf_byte(out, ' ');
            i += 2;
            continue;
        }
        const char *escape = at == '&' ? "&amp;" : at == '<' ? "&lt;" : at == '>' ? "&gt;" : NULL;
        if (escape)
            buf_text(out, escape);
        else
            buf_byte(out, at < ' ' || at == 0x7f ? ' ' : at);
    }
}

static void xml_within(const char *name, struct slice text, size_t bytes_max, struct buf *out)
{
    buf_print(out, "<%s>", name);
    xml_text(text, bytes_max, out);
    buf_print(out, "</%s>", name);
}

static void xml_element(const char *name, struct slice text, struct buf *out)
{
    xml_within(name, text, PARTY_BYTES_MAX, out);
}

static void account_put(const char *name, struct slice account, struct buf *out)
{
    bool iban = iban_is(account);
    buf_print(out, "<%s><Id>%s", name, iban ? "" : "<Othr>");
    xml_element(iban ? "IBAN" : "Id", account, out);
    buf_print(out, "%s</Id></%s>", iban ? "" : "</Othr>", name);
}

/* A bank by its BIC, or by the number that its country's clearing knows it by. */
static void bank_put(const char *name, struct slice bank, struct buf *out)
{
    buf_print(out, "<%s><FinInstnId>", name);
    if (bic_is(bank)) {
        xml_element("BICFI", bank, out);
    } else if (bank.len > 0) {
        buf_text(out, "<ClrSysMmbId>");
        xml_within("MmbId", bank, MEMBER_BYTES_MAX, out);
        buf_text(out, "</ClrSysMmbId>");
    } else {
        buf_text(out, "<Othr><Id>NOTPROVIDED</Id></Othr>");
    }
    buf_print(out, "</FinInstnId></%s>", name);
}

static void sums_put(const struct transfer_head *head, struct buf *out)
{
    buf_print(out, "<NbOfTxs>%llu</NbOfTxs><CtrlSum>", (unsigned long long)head->count);
    amount_put(out, head->sum, head->digits);
    buf_text(out, "</CtrlSum>");
}

void transfer_head_put(const struct transfer_head *head, struct buf *out)
{
    if (head->format == TRANSFER_CSV) {
        buf_text(out, "id,name,account,bank,currency,amount\r\n");
        return;
    }
    buf_text(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>\n<GrpHdr>");
    xml_element("MsgId", head->message, out);
    xml_element("CreDtTm", head->made, out);
    sums_put(head, out);
    buf_text(out, "<InitgPty>");
    xml_element("Nm", head->name, out);
    buf_text(out, "</InitgPty></GrpHdr>\n<PmtInf>");
    xml_element("PmtInfId", head->message, out);
    buf_text(out, "<PmtMtd>TRF</PmtMtd>");
    sums_put(head, out);
    buf_text(out, "<ReqdExctnDt>");
    xml_element("Dt", head->date, out);
    buf_text(out, "</ReqdExctnDt><Dbtr>");
    xml_element("Nm", head->name, out);
    buf_text(out, "</Dbtr>");
    account_put("DbtrAcct", head->account, out);
    bank_put("DbtrAgt", head->bank, out);
    buf_byte(out, '\n');
}

/* A cell that no spreadsheet takes for a formula. */
static void cell_put(struct slice text, struct buf *out)
{
    bool formula = text.len > 0 && strchr("=+-@\t\r", text.at[0]) && text.at[0] != 0;
    buf_byte(out, '"');
    if (formula) buf_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"') buf_byte(out, '"');
        buf_byte(out, text.at[i] < ' ' ? ' ' : text.at[i]);
    }
    buf_byte(out, '"');
}

void transfer_put(const struct transfer_head *head, const struct transfer *one, struct buf *out)
{
    if (head->format == TRANSFER_CSV) {
        const struct slice cells[] = {one->id, one->name, one->account, one->bank};
        for (size_t i = 0; i < COUNT_OF(cells); i++) {
            cell_put(cells[i], out);
            buf_byte(out, ',');
        }
        buf_print(out, "%s,", head->currency);
        amount_put(out, one->amount, head->digits);
        buf_text(out, "\r\n");
        return;
    }
    buf_text(out, "<CdtTrfTxInf><PmtId>");
    xml_element("EndToEndId", one->id, out);
    buf_print(out, "</PmtId><Amt><InstdAmt Ccy=\"%s\">", head->currency);
    amount_put(out, one->amount, head->digits);
    buf_text(out, "</InstdAmt></Amt>");
    if (one->bank.len > 0) bank_put("CdtrAgt", one->bank, out);
    buf_text(out, "<Cdtr>");
    xml_element("Nm", one->name, out);
    buf_text(out, "</Cdtr>");
    account_put("CdtrAcct", one->account, out);
    buf_text(out, "</CdtTrfTxInf>\n");
}

void transfer_end_put(const struct transfer_head *head, struct buf *out)
{
    if (head->format == TRANSFER_PAIN) buf_text(out, "</PmtInf></CstmrCdtTrfInitn></Document>\n");
}
