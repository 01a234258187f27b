/* Asks of what customers ask without a credential. */
#ifndef AMN_BASE_ASKS_PORTAL_H
#define AMN_BASE_ASKS_PORTAL_H

#include "base/asks/shape.h"

struct portal_show_ask {
    struct slice browser;
};
struct portal_verify_ask {
    struct slice browser, code;
};
struct portal_code_ask {
    struct slice browser, email, lang;
};
struct portal_enter_ask {
    struct slice browser, code;
};
struct portal_leave_ask {
    struct slice browser;
};
struct portal_mine_ask {
    struct slice browser;
};
struct portal_data_ask {
    struct slice browser, notice;
};
struct portal_payee_ask {
    struct slice browser, notice, number;
};
struct portal_seen_ask {
    struct slice browser, after;
    uint64_t account;
};
struct portal_wallet_ask {
    struct slice browser, lang;
    uint64_t account;
};
struct portal_write_ask {
    struct slice browser, kind, text, sender, contact, lang, country;
    uint64_t account;
    bool mine;
};
struct portal_status_ask {
    struct slice browser, file, lang;
};

#endif
