/*
 * First seen: a network, country, hour of the day, field or purpose that this reader never used.
 *
 * Each new thing gives points once (first_seen.network ... .purpose), fewer when a peer has used it
 * (first_seen.peers); score: the day's points / first_seen.limit. In a reader's first learn.days days of use, only what
 * is new to its peers as well gives points. New things are learned when the day ends without an alert of any detector.
 * Behind a self pass network and country are the customer's and are not looked at. The least recently used of
 * FIRST_SEEN_NETWORKS networks is forgotten for a new one.
 * Sources: first-seen rules of SIEMs; one in 10,000 networks is what a rented proxy pool gives.
 * Parameters: first_seen.limit, .network, .country, .hour, .field, .purpose (points), .peers (share), .trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_FIRST_SEEN_H
#define AMN_WATCH_DETECT_RULE_FIRST_SEEN_H

#include "watch/detect/detect.h"

enum {
    FIRST_SEEN_NETWORKS = 48,
    FIRST_SEEN_COUNTRIES = 16,
    FIRST_SEEN_PEERS_NETWORKS = 256,
    FIRST_SEEN_PEERS_COUNTRIES = 64
};

struct seen_bits {
    uint64_t fields, purposes; /* purposes of 64 and above share a bit by their last 6 bits */
    uint32_t hours;            /* local, 0 to 23 */
};

struct first_seen {
    struct seen_bits known, today; /* learned; and new today */
    double points;                 /* of today */
    uint64_t last_network;         /* of the look before: most looks end with a comparison */
    uint16_t last_country;
    uint64_t networks[FIRST_SEEN_NETWORKS];                                         /* 0 none */
    uint16_t network_days[FIRST_SEEN_NETWORKS], network_since[FIRST_SEEN_NETWORKS]; /* latest, first use */
    uint16_t countries[FIRST_SEEN_COUNTRIES], country_days[FIRST_SEEN_COUNTRIES],
        country_since[FIRST_SEEN_COUNTRIES];
};

/* What a group of peers has used and learned. */
struct first_seen_peers {
    uint64_t networks[FIRST_SEEN_PEERS_NETWORKS];
    uint16_t countries[FIRST_SEEN_PEERS_COUNTRIES];
    struct seen_bits known;
    uint32_t networks_next, countries_next; /* the place to overwrite when full */
};

struct first_seen_at {
    int64_t day;
    unsigned hour;                        /* local hour of the day */
    bool learning;                        /* the reader's first days of use */
    const struct first_seen_peers *peers; /* NULL: none that were learned from */
};

double first_seen_look(struct first_seen *state, const struct params *params, const struct look *look,
                       struct first_seen_at at);

/* The day is over: what was new becomes known to the reader and to `peers` (may be NULL), or is forgotten. */
void first_seen_close(struct first_seen *state, int64_t day, bool learn, struct first_seen_peers *peers);

#endif
