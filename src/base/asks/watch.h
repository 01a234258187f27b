/* Asks of the watch, and what it tells: budgets, alerts, canaries, logs, mail. */
#ifndef AMN_BASE_ASKS_WATCH_H
#define AMN_BASE_ASKS_WATCH_H

#include "base/asks/shape.h"

struct budget_put_ask {
    struct slice scope, id;
    uint64_t minute, hour, daily, monthly; /* 0: as without it */
};
struct budget_list_ask {
    char none;
};
struct blast_radius_ask {
    char none;
};
struct watch_status_ask {
    char none;
};
struct alert_list_ask {
    struct slice after;
    uint64_t limit;
    bool all;
};
struct breaker_trip_ask {
    struct slice reader;
};
struct breaker_reset_ask {
    struct slice reader;
};
struct canary_begin_ask {
    struct texts domains, keepers;
};
struct canary_plant_ask {
    struct slice key, partner;
};
struct canary_list_ask {
    char none;
};
struct mute_put_ask {
    struct slice detector, reader, reason;
    uint64_t days;
};
struct mail_put_ask {
    struct slice url, starttls; /* starttls: required | never */
    struct slice user, password, from, name, reply_to, lang, ca;
};
struct mail_show_ask {
    char none;
};
struct mail_test_ask {
    struct slice to, lang;
};
/* What lines `lines_from` + 1 to `lines_to` of a log say, its bytes `from` to `to`: base/weblog/seen.h. Only on a home's own machine. */
struct observe_ask {
    struct slice system;      /* name of the service whose log it is */
    struct slice first, hash; /* SHA-256 of its first line, and of its first `to` bytes */
    uint64_t file, known;     /* its number, 0: new; then so many files of the system begin with that line */
    uint64_t from, to, lines_from, lines_to, broken;
    uint64_t newest_us, behind; /* time of its newest line; bytes that are there behind `to` */
    struct slice name;          /* of the file, sealed */
    struct slice
        marks; /* SHA-256 of its first 256 bytes, 512 … up to `to`: tells an older copy from another file */
    struct texts routes; /* of the service, as the rows number them */
    struct slice rows;
};
struct observe_list_ask {
    struct slice system, first, after;
    uint64_t limit;
};
struct mail_list_ask {
    char none;
};
struct sink_put_ask {
    struct slice id, kind, url, file, address, severity, state, ca, lang, offset; /* id empty: a new one */
};
struct sink_list_ask {
    char none;
};
struct sink_drop_ask {
    struct slice id;
};
struct sink_test_ask {
    struct slice id;
};
struct weekly_ask {
    struct slice lang;
};
struct events_ask {
    uint64_t next;  /* number of the first alert that is wanted; 0: from now on */
    uint64_t since; /* number of the newest news that is known; 0: from now on */
};

#endif
