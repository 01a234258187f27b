/* Asks of what people want of the shop: tickets, losses, promises, certificates for who acts for them. */
#ifndef AMN_BASE_ASKS_DESK_H
#define AMN_BASE_ASKS_DESK_H

#include "base/asks/shape.h"

struct ticket_open_ask {
    struct slice kind, text, subject, incident, contact, sender, lang, country;
};
struct ticket_list_ask {
    struct slice kind, state, after;
    uint64_t limit;
    bool overdue;
};
struct ticket_show_ask {
    struct slice id;
};
struct ticket_act_ask {
    struct slice id, act, text, who;
    bool mail;
};
struct pool_open_ask {
    struct slice title, currency, until, incident, text;
    uint64_t amount;
};
struct pool_list_ask {
    char none;
};
struct pool_act_ask {
    struct slice id, act, text;
};
struct claim_make_ask {
    struct slice pool, subject, text, evidence;
    uint64_t amount;
};
struct claim_list_ask {
    struct slice pool, after;
    uint64_t limit;
};
struct claim_show_ask {
    struct slice id;
};
struct claim_act_ask {
    struct slice id, act, text;
    uint64_t amount;
};
struct counsel_open_ask {
    struct slice incident, counsel, recipient, text;
};
struct counsel_name_ask {
    struct slice id;
    struct texts lines;
    bool seen;
};
struct counsel_list_ask {
    char none;
};
struct counsel_show_ask {
    struct slice id;
};
struct counsel_act_ask {
    struct slice id, act, text;
};
struct counsel_file_ask {
    struct slice id;
};
struct mandate_own_ask {
    struct slice pass, mandate, act;
};
struct promise_add_ask {
    struct slice kind, text, due, provider, enrolment, purpose, currency, incident;
    uint64_t years, cost;
};
struct promise_list_ask {
    struct slice incident;
    bool open;
};
struct promise_act_ask {
    struct slice id, act, text, proof;
};
struct desk_rights_ask {
    struct slice country, lang;
};

#endif
