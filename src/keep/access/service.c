#include "keep/access/service.h"

#include "keep/access/access_priv.h"
#include "keep/watch/watching.h"

#include <stdlib.h>
#include <string.h>

enum { PURPOSE_BITS = 64, MEMBERS = 13 };

void service_done(struct service *service)
{
    free(service->routes);
    *service = (struct service){0};
}

static void numbers_put(const uint32_t *numbers, size_t count, struct buf *out)
{
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_uint(out, numbers[i]);
}

void service_body_write(const struct service *service, struct buf *out)
{
    cbor_array(out, MEMBERS);
    cbor_text(out, slice_text(service->name));
    cbor_text(out, slice_text(service->about));
    cbor_text(out, slice_text(service->recipients));
    cbor_text(out, slice_text(service->basis));
    cbor_text(out, slice_text(service->retention));
    numbers_put(service->keys, service->key_count, out);
    cbor_uint(out, service->fields);
    cbor_uint(out, service->purposes);
    cbor_uint(out, service->drift);
    cbor_uint(out, service->drift_purposes);
    cbor_uint(out, (uint64_t)service->drift_us);
    cbor_uint(out, service->route_count);
    cbor_array(out, service->route_count * 2);
    for (size_t i = 0; i < service->route_count; i++) {
        cbor_text(out, slice_text(service->routes[i].text));
        cbor_uint(out, service->routes[i].fields);
    }
}

static RESULT routes_read(struct cbor *reader, uint64_t count, struct service *out)
{
    size_t members = 0;
    TRY(cbor_read_array(reader, &members));
    if (count > SERVICE_ROUTES_MAX || members != count * 2)
        return FAIL(CORRUPT, "authority: a stored service has malformed routes");
    if (count == 0) return OK;
    out->routes = calloc(count, sizeof *out->routes);
    if (!out->routes) return FAIL(UNAVAILABLE, "service: out of memory");
    out->route_count = count;
    for (size_t i = 0; i < count; i++) {
        TRY(body_name_read(reader, out->routes[i].text, SERVICE_ROUTE_BYTES_MAX));
        TRY(cbor_read_uint(reader, &out->routes[i].fields));
    }
    return OK;
}

static RESULT service_body_read(struct slice body, struct service *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t routes = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_name_read(&reader, out->name, NAME_BYTES_MAX));
    TRY(body_name_read(&reader, out->about, SERVICE_TEXT_BYTES_MAX));
    TRY(body_name_read(&reader, out->recipients, SERVICE_TEXT_BYTES_MAX));
    TRY(body_name_read(&reader, out->basis, SERVICE_TEXT_BYTES_MAX));
    TRY(body_name_read(&reader, out->retention, SERVICE_TEXT_BYTES_MAX));
    TRY(body_numbers_read(&reader, out->keys, SERVICE_KEYS_MAX, &out->key_count));
    TRY(cbor_read_uint(&reader, &out->fields));
    TRY(cbor_read_uint(&reader, &out->purposes));
    TRY(cbor_read_uint(&reader, &out->drift));
    TRY(cbor_read_uint(&reader, &out->drift_purposes));
    TRY(body_time_read(&reader, &out->drift_us));
    TRY(cbor_read_uint(&reader, &routes));
    TRY(routes_read(&reader, routes, out));
    return members == MEMBERS ? cbor_end(&reader) : FAIL(CORRUPT, "authority: a stored service is malformed");
}

RESULT service_take(struct access *access, uint32_t id, struct slice body)
{
    SCOPED(service_done) struct service service = {.id = id};
    void *rows = access->services, *at = NULL;
    TRY(service_body_read(body, &service));
    TRY(row_place(&rows, &access->service_count, sizeof service, id, &at));
    access->services = rows;
    service_done(at);
    *(struct service *)at = TAKE(service);
    return OK;
}

void service_seen(struct access *access, uint64_t reader, uint64_t fields, uint32_t purpose)
{
    uint32_t key = (uint32_t)reader;
    if (reader >> 32 != READER_KEY || key == 0 || key > access->key_count) return;
    if (access->use_count < access->key_count) {
        struct service_use *grown = realloc(access->uses, access->key_count * sizeof *grown);
        if (!grown) abort(); /* as all memory: see bytes.h */
        memset(grown + access->use_count, 0, (access->key_count - access->use_count) * sizeof *grown);
        access->uses = grown;
        access->use_count = access->key_count;
    }
    access->uses[key - 1].fields |= fields;
    access->uses[key - 1].purposes |= (uint64_t)1 << (purpose < PURPOSE_BITS ? purpose : 0);
}

static RESULT drift_note(struct batch *batch, const struct service *found, uint64_t fields, uint64_t purposes)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    struct service changed = *found; /* its routes stay the row's own */
    SCOPED(buf_done) struct buf body = {0};
    changed.drift |= fields;
    changed.drift_purposes |= purposes;
    if (changed.drift_us == 0) changed.drift_us = batch->now_us;
    service_body_write(&changed, &body);
    TRY(authority_put(batch, &system, AUTHORITY_SERVICE, found->id, buf_slice(&body), &receipt));
    return alert_once(batch, ALERT_DRIFT);
}

RESULT services_drift(struct batch *batch, bool *noted)
{
    struct access *access = &batch->shop->access;
    for (size_t i = 0; i < access->service_count; i++) {
        const struct service *service = &access->services[i];
        uint64_t fields = 0, purposes = 0;
        for (size_t k = 0; k < service->key_count; k++) {
            uint32_t key = service->keys[k];
            if (key == 0 || key > access->use_count) continue;
            fields |= access->uses[key - 1].fields;
            purposes |= access->uses[key - 1].purposes;
        }
        fields &= ~service->fields & ~service->drift;
        purposes &= ~service->purposes & ~service->drift_purposes;
        if (fields == 0 && purposes == 0) continue;
        TRY(drift_note(batch, service, fields, purposes));
        *noted = true;
    }
    return OK;
}

size_t services_drifting(const struct access *access)
{
    size_t count = 0;
    for (size_t i = 0; i < access->service_count; i++) count += access->services[i].drift_us != 0;
    for (size_t key = 1; key <= access->use_count; key++) {
        bool mapped = access->uses[key - 1].fields == 0;
        for (size_t i = 0; i < access->service_count && !mapped; i++) {
            const struct service *service = &access->services[i];
            for (size_t k = 0; k < service->key_count; k++) mapped |= service->keys[k] == key;
        }
        count += !mapped && access->service_count > 0;
    }
    return count;
}
