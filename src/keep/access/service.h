/*
 * The endpoint map: which of the shop's services gets which fields of people for which purposes, by which keys and
 * through which of its own routes. What a service really asks for is held against what it declared; what goes beyond
 * is drift, written to its row by the minute's upkeep, with an entry, and told as an alert. The map is also the shop's record of processing
 * (GDPR article 30; UU 27/2022 article 31; PIPA's privacy policy items).
 *
 * Main calls: service_seen() after each commit, services_drift() in upkeep. Drift of the minute before a crash is lost.
 */
#ifndef AMN_KEEP_ACCESS_SERVICE_H
#define AMN_KEEP_ACCESS_SERVICE_H

#include "keep/access/authority.h"

enum {
    SERVICE_KEYS_MAX = 64,
    SERVICE_ROUTES_MAX = 200,
    SERVICE_ROUTE_BYTES_MAX = 200,
    SERVICE_TEXT_BYTES_MAX = 400
};

/* One of the service's own routes: "GET /api/customers/{ref}" and the fields that its answers hold. */
struct service_route {
    char text[SERVICE_ROUTE_BYTES_MAX + 1]; /* as base/weblog/route.h reads it */
    uint64_t fields;
};

struct service {
    uint32_t id;
    char name[NAME_BYTES_MAX + 1];
    char about[SERVICE_TEXT_BYTES_MAX + 1], recipients[SERVICE_TEXT_BYTES_MAX + 1];
    char basis[SERVICE_TEXT_BYTES_MAX + 1], retention[SERVICE_TEXT_BYTES_MAX + 1];
    uint32_t keys[SERVICE_KEYS_MAX];
    size_t key_count;
    uint64_t fields;                /* declared; bits of fields */
    uint64_t purposes;              /* declared; bit n is purpose n, bit 0 any that is in no table */
    uint64_t drift, drift_purposes; /* seen beyond them since it was put */
    int64_t drift_us;               /* when it was seen first; 0: never */
    struct service_route *routes;   /* owned */
    size_t route_count;
};
void service_done(struct service *service);
void service_body_write(const struct service *service, struct buf *out);

/* What a key asked for since the last minute's upkeep, by key number - 1. */
struct service_use {
    uint64_t fields, purposes;
};

/* A key looked at these fields for this purpose, and its entry is durable. No store, no failure. */
void service_seen(struct access *access, uint64_t reader, uint64_t fields, uint32_t purpose);

/*
 * Hold what was seen against what is declared, and write what goes beyond into the rows of the services.
 * @param noted  set true when a row was written
 */
RESULT services_drift(struct batch *batch, bool *noted);

/* Services with drift, and keys that looked at people but belong to no service. For metrics. */
size_t services_drifting(const struct access *access);

#endif
