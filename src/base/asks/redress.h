/* Asks of compensation: campaigns and vouchers. */
#ifndef AMN_BASE_ASKS_REDRESS_H
#define AMN_BASE_ASKS_REDRESS_H

#include "base/asks/shape.h"

struct campaign_open_ask {
    struct slice title, purpose, incident, class, who;
    uint64_t number;
    struct texts subjects, parts, budgets, remind;
    struct slice currency, from, until, zone, recipient;
    uint64_t refund_days;
    bool linked;
    struct slice terms_en, terms_id, terms_ko;
};
struct campaign_announce_ask {
    struct slice id;
    struct texts accepted;
};
struct campaign_change_ask {
    struct slice id, from, until, zone, recipient;
    uint64_t refund_days;
    struct texts budgets;
    struct slice terms_en, terms_id, terms_ko;
    struct texts accepted;
    bool announce;
};
struct campaign_show_ask {
    struct slice id; /* empty: all */
};
struct campaign_totals_ask {
    struct slice id;
};
struct campaign_codes_ask {
    struct slice id, taking;
    uint64_t piece;
};
struct campaign_rekey_ask {
    struct slice id;
};
struct payments_make_ask {
    struct slice id, part, recipient, format, payer, payer_account, payer_bank, date, account, bank, name;
    bool again;
};
struct payments_show_ask {
    struct slice id;
};
struct payments_file_ask {
    struct slice id, taking, purpose, reason;
    uint64_t piece;
};
struct payments_book_ask {
    struct texts lines;
};
struct wallet_ask {
    struct slice id, pass, grant, reason, lang;
    bool codes;
};
struct voucher_check_ask {
    struct slice code, campaign, part, client_network;
};
struct voucher_reserve_ask {
    struct slice code, campaign, part, client_network;
    uint64_t amount, seconds;
};
struct voucher_redeem_ask {
    struct slice code, campaign, part, client_network;
    uint64_t amount;
};
struct voucher_capture_ask {
    struct slice redemption;
    uint64_t amount;
};
struct voucher_void_ask {
    struct slice redemption;
};
struct voucher_refund_ask {
    struct slice redemption;
    uint64_t amount;
};

#endif
