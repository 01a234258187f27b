/* Asks of incidents: lines, scope, reports, public words. */
#ifndef AMN_BASE_ASKS_INCIDENT_H
#define AMN_BASE_ASKS_INCIDENT_H

#include "base/asks/shape.h"

enum { SCOPE_TEXTS_MAX = 256 };

struct incident_open_ask {
    struct slice title, kind, at, source, lang;
};
struct incident_list_ask {
    struct slice after;
    uint64_t limit;
};
struct incident_show_ask {
    struct slice id, part, after; /* part empty: its state; timeline; or one kind of line */
    uint64_t limit;
};
struct incident_add_ask {
    struct slice id, kind, text, name, state, who, at, due;
    uint64_t of;
    struct slice source, confidence;
    struct texts evidence;
    struct slice hash, receipt, check;
    uint64_t fixes;
    struct slice stance;
    bool cause, needs_evidence;
    uint64_t minutes, amount;
    struct slice currency, peers, role, question, lang, answer, until, url;
    struct texts says;
    uint64_t people;
    struct slice basis;
};
struct incident_facts_ask {
    struct slice id;
};
struct report_draft_ask {
    struct slice id, duty, lang;
    uint64_t amends;
    bool dry_run;
};
struct report_show_ask {
    struct slice id;
    uint64_t line; /* 0: all, without their texts */
};
struct report_print_ask {
    struct slice id;
    uint64_t line;
};
struct report_file_ask {
    struct slice id, at, how, receipt, hash;
    uint64_t line;
};
struct incident_clocks_ask {
    struct slice id;
};
struct incident_severity_ask {
    struct slice id;
};
struct incident_cost_ask {
    struct slice id; /* empty: what a leak of everybody would cost today */
    uint64_t notice_each, redress_each;
};
struct profile_put_ask { /* empty: as it was; "-": not said any more */
    struct slice seat, turnover, currency, sector, marketplace, medium, prevention, name, contact, desk;
};
struct profile_show_ask {
    char none;
};
struct contact_put_ask {
    uint64_t number; /* 0: a new one */
    struct slice regime, recipient, name, way, note;
    bool drop;
};
struct contact_list_ask {
    struct slice regime;
};
struct statement_draft_ask {
    struct slice id, kind, lang, channel, text;
    uint64_t amends, hours;
    bool dry_run;
};
struct statement_show_ask {
    struct slice id;
    uint64_t line; /* 0: all, without their texts */
};
struct statement_publish_ask {
    struct slice id, where;
    uint64_t line, hours;
};
struct incident_contain_ask {
    struct slice id;
    bool dry_run, lift;
};
struct incident_scope_ask {
    struct slice id, from, to;
    struct texts fields, keys, staff, holders, outside_readers, networks, purposes, gaps, copied_at, keks,
        indexes, outside, evidence;
    uint64_t quiet_hours; /* 0: a day */
};
struct incident_hold_ask {
    struct slice id, place;
    struct texts files;
    struct slice text; /* why it ends */
    bool end;
};
struct incident_check_ask {
    struct slice id;
    uint64_t line; /* 0: all */
};
struct incident_exposures_ask {
    struct slice id, subject, after;
    uint64_t number, limit; /* number 0: the newest count */
};
struct incident_reconcile_ask {
    struct slice id;
};
struct incident_export_ask {
    struct slice id, personal;
};
struct incident_close_ask {
    struct slice id, text;
    bool dry_run, reopen;
};

#endif
