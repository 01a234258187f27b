/* Members of the asks of what customers ask without a credential. */
#include "base/asks/tables.h"

static const char account_about[] = "which of the accounts with that address, from 0";
static const char browser_about[] = "which browser asks: its cookie at the portal, set by the front";

const struct member portal_show_members[] = {
    TEXT(portal_show_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_verify_members[] = {
    TEXT(portal_verify_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_verify_ask, code, 64, true, "the notice code, as it stands in the mail or letter"),
    {0},
};
const struct member portal_code_members[] = {
    TEXT(portal_code_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_code_ask, email, 320, true, "where the code shall go, if the shop knows that address"),
    TEXT(portal_code_ask, lang, 8, false, lang_about),
    {0},
};
const struct member portal_enter_members[] = {
    TEXT(portal_enter_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_enter_ask, code, 32, true, "the eight digits that came by mail"),
    {0},
};
const struct member portal_leave_members[] = {
    TEXT(portal_leave_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_mine_members[] = {
    TEXT(portal_mine_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_data_members[] = {
    TEXT(portal_data_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_data_ask, notice, 64, true, "the code of a notice that was sent to them"),
    {0},
};
const struct member portal_payee_members[] = {
    TEXT(portal_payee_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_payee_ask, notice, 64, true, "the code of a notice that was sent to them"),
    TEXT(portal_payee_ask, number, 64, false, "their bank account, as they write it; empty: none any more"),
    {0},
};
const struct member portal_seen_members[] = {
    TEXT(portal_seen_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_seen_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(portal_seen_ask, account, WIRE_U64, 7, false, account_about),
    {0},
};
const struct member portal_wallet_members[] = {
    TEXT(portal_wallet_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_wallet_ask, lang, 8, false, lang_about),
    MEMBER(portal_wallet_ask, account, WIRE_U64, 7, false, account_about),
    {0},
};
const struct member portal_write_members[] = {
    TEXT(portal_write_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_write_ask, kind, 16, true, "complaint, question, scam or rights"),
    TEXT(portal_write_ask, text, 8000, true, "what they say; sealed"),
    TEXT(portal_write_ask, sender, 300, false, "of a scam: who wrote or called; sealed"),
    TEXT(portal_write_ask, contact, 254, false,
         "an e-mail address for the answer, of somebody who did not come in"),
    MEMBER(portal_write_ask, mine, WIRE_BOOL, 1, false, "as who came in with a code; else as somebody"),
    MEMBER(portal_write_ask, account, WIRE_U64, 7, false, account_about),
    TEXT(portal_write_ask, lang, 3, false, lang_about),
    TEXT(portal_write_ask, country, 2, false,
         "whose law says by when they are answered: KR; none: the customer's"),
    {0},
};
const struct member portal_status_members[] = {
    TEXT(portal_status_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_status_ask, file, 32, false, "its name, such as en.html; none: the page in that language"),
    TEXT(portal_status_ask, lang, 8, false,
         "en, id or ko; none: what Accept-Language asks for, else the shop's"),
    {0},
};
