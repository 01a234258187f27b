/*
 * What is told of an alert, and the three forms it is told in: JSON (webhooks, server-sent events), RFC 5424 (syslog),
 * OCSF (files). Must never carry personal data: ids of readers, numbers and times, no values, networks or names of
 * persons. Main calls: alert_json(), alert_syslog(), alert_ocsf(). Example:
 *     alert_json(&text, &names, &job.bytes);
 */
#ifndef AMN_SEND_ALERT_H
#define AMN_SEND_ALERT_H

#include "base/bytes.h"

enum alert_event {
#define ALERT_EVENT(NAME, number, name, activity, activity_name) ALERT_##NAME = (number),
#include "send/events.def"
#undef ALERT_EVENT
};

enum alert_severity {
#define ALERT_SEVERITY(NAME, number, name, ocsf, caption, syslog) ALERT_##NAME = (number),
#include "send/severities.def"
#undef ALERT_SEVERITY
};

enum { ALERT_DETECTOR_BYTES_MAX = 32, ALERT_SAID_BYTES_MAX = 4096 /* of one alert, in any form */ };

/* One thing that happened to an alert, in numbers. */
struct alert_text {
    enum alert_event event;
    enum alert_severity severity;
    struct slice detector; /* "slow_rise": letters, digits, _ and -; empty of TEST and MORE */
    uint64_t alert;        /* its number in the shop, from 1; 0 of TEST and MORE */
    uint64_t reader;       /* reader_no() of whom it is about; 0: nobody alone */
    uint64_t people;       /* different customers concerned */
    uint64_t
        count; /* how often it was found, folded into this alert; of MORE: alerts that are not told one by one */
    uint64_t entry;            /* entry of the ledger that tells of it; 0: none */
    int64_t first_us, last_us; /* when it was found first and last; 0 of TEST and MORE */
    bool stopped;              /* the reader is refused from here on */
};

/* What stands for the numbers outside. Borrowed. */
struct alert_names {
    struct slice id;     /* of this telling: the same at every attempt, so that doubles can be dropped */
    struct slice alert;  /* of the alert; empty where it has none */
    struct slice reader; /* empty where it has none */
    struct slice shop;
    struct slice host; /* this machine, as syslog names it; empty: unknown */
    bool observed;     /* seen in the log of a system outside: the vault can stop nobody there */
    int64_t time_us;   /* when it was told */
};

/* Names of events and severities; "?" of a number that is none. */
const char *alert_event_name(unsigned event);
const char *alert_severity_name(unsigned severity);
/* The number of a severity's name; 0 when it is none. */
unsigned alert_severity_find(struct slice name);

/* Append one JSON object, without a line end. About 2 us. */
void alert_json(const struct alert_text *text, const struct alert_names *names, struct buf *out);

/*
 * Append one syslog message with its length before it (octet counting, RFC 6587 section 3.4.1; RFC 5425 section 4.3).
 * Facility authpriv; structured data under the enterprise number that RFC 5612 keeps for documents.
 */
void alert_syslog(const struct alert_text *text, const struct alert_names *names, struct buf *out);

/* Append one line: an OCSF 1.3.0 Detection Finding (class 2004), times in milliseconds. */
void alert_ocsf(const struct alert_text *text, const struct alert_names *names, struct buf *out);

#endif
