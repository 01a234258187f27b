/* The verbs on services: put one, list them with their drift, and the record of processing they make. */
#include "keep/access/service.h"

#include "base/text.h"
#include "base/weblog/route.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static RESULT text_take(struct slice text, const char *name, char *out, size_t bytes_max)
{
    if (text.len > bytes_max) return FAIL(TOO_MANY, "%s: longer than %zu bytes; shorten it", name, bytes_max);
    if (!text_plain(text)) return FAIL(FIELD_FORMAT, "%s: has a control character, or is not UTF-8", name);
    if (text.len > 0) memcpy(out, text.at, text.len);
    return OK;
}

static RESULT field_bits(struct shop *shop, struct slice name, const char *where, size_t item, uint64_t *out)
{
    static const char mask[] = ".mask";
    size_t len = sizeof mask - 1;
    if (name.len > len && slice_is(slice_from(name, name.len - len), mask)) name.len -= len;
    const struct field *field = field_find(&shop->fields, name);
    uint64_t bits = field ? field_bit(field) : field_group_mask(&shop->fields, name);
    if (bits == 0) return FAIL(FIELD_UNKNOWN, "%s: item %zu is not a field of this shop", where, item);
    *out |= bits;
    return OK;
}

static RESULT purposes_take(const struct texts *names, uint64_t *out)
{
    for (size_t i = 0; i < names->count; i++) {
        uint32_t number = 0;
        for (uint32_t at = 1; at < 64 && number == 0; at++) {
            const char *name = purpose_name(at);
            if (name && slice_is(names->at[i], name)) number = at;
        }
        if (number == 0)
            return FAIL(PURPOSE_UNKNOWN, "purposes: item %zu is none; see keep/access/purposes.def", i);
        *out |= (uint64_t)1 << number;
    }
    return OK;
}

static RESULT keys_take(struct shop *shop, const struct texts *ids, struct service *service)
{
    for (size_t i = 0; i < ids->count; i++) {
        uint64_t key = 0;
        TRY(id_get(shop, ID_KEY, ids->at[i], &key));
        if (key > UINT32_MAX || !key_by_id(&shop->access, (uint32_t)key))
            return FAIL(NOT_FOUND, "keys: item %zu is no key of this shop", i);
        for (size_t s = 0; s < shop->access.service_count; s++) {
            const struct service *other = &shop->access.services[s];
            for (size_t k = 0; k < other->key_count && other->id != service->id; k++) {
                if (other->keys[k] == key)
                    return FAIL(CONFLICT, "keys: item %zu belongs to the service %s", i, other->name);
            }
        }
        service->keys[service->key_count++] = (uint32_t)key;
    }
    return OK;
}

/* "GET /orders?customer={ref} = name,email": a route, the last equals sign, and the fields of its answer. */
static RESULT route_take(struct shop *shop, struct slice text, size_t item, struct service_route *out)
{
    const uint8_t *equals = text.len > 0 ? memrchr(text.at, '=', text.len) : NULL;
    struct slice route = slice_part(text, 0, equals ? (size_t)(equals - text.at) : 0);
    struct slice names = slice_from(text, route.len + 1);
    while (route.len > 0 && route.at[route.len - 1] == ' ') route.len--;
    if (!equals || route.len > SERVICE_ROUTE_BYTES_MAX)
        return FAIL(INVALID, "routes: item %zu is not of the form GET /path/{ref} = field,field", item);
    struct result good = route_check(route);
    if (good.code != CODE_OK) {
        SCOPED(buf_done) struct buf why = {0};
        buf_text(&why, result_text());
        return FAIL(INVALID, "routes: item %zu: %s", item, buf_c(&why));
    }
    memcpy(out->text, route.at, route.len);
    while (names.len > 0) {
        size_t end = 0;
        while (end < names.len && names.at[end] != ',') end++;
        struct slice name = slice_part(names, 0, end);
        while (name.len > 0 && name.at[0] == ' ') name = slice_from(name, 1);
        while (name.len > 0 && name.at[name.len - 1] == ' ') name.len--;
        if (name.len > 0) TRY(field_bits(shop, name, "routes", item, &out->fields));
        names = slice_from(names, end < names.len ? end + 1 : end);
    }
    return OK;
}

static RESULT routes_take(struct shop *shop, const struct texts *texts, struct service *out)
{
    if (texts->count > SERVICE_ROUTES_MAX)
        return FAIL(TOO_MANY, "routes: more than %d; make two services of it", SERVICE_ROUTES_MAX);
    if (texts->count == 0) return OK;
    out->routes = calloc(texts->count, sizeof *out->routes);
    if (!out->routes) return FAIL(UNAVAILABLE, "service: out of memory");
    for (size_t i = 0; i < texts->count; i++) {
        TRY(route_take(shop, texts->at[i], i, &out->routes[i]));
        out->route_count++;
    }
    return OK;
}

static const struct service *service_find(const struct access *access, struct slice name)
{
    for (size_t i = 0; i < access->service_count; i++) {
        if (slice_is(name, access->services[i].name)) return &access->services[i];
    }
    return NULL;
}

static void fields_put(struct shop *shop, const char *name, uint64_t bits, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    size_t count = field_names_put(&shop->fields, bits, "", out);
    cbor_array_close(out, mark, count);
}

static void purposes_put(const char *name, uint64_t bits, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out), count = 0;
    for (uint32_t at = 0; at < 64; at++) {
        if (!(bits >> at & 1)) continue;
        const char *known = purpose_name(at);
        cbor_text(out, slice_text(known ? known : "other"));
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void keys_put(struct shop *shop, const struct service *service, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("keys"));
    cbor_array(out, service->key_count);
    for (size_t i = 0; i < service->key_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_KEY, service->keys[i], &id);
        cbor_text(out, buf_slice(&id));
    }
}

static void service_put(struct shop *shop, const struct service *service, struct buf *out)
{
    bool drift = service->drift_us != 0;
    cbor_map(out, drift ? 13 : 10);
    put_text(out, "name", slice_text(service->name));
    put_text(out, "state", drift ? SLICE_TEXT("drift") : SLICE_TEXT("as declared"));
    put_text(out, "about", slice_text(service->about));
    fields_put(shop, "fields", service->fields, out);
    purposes_put("purposes", service->purposes, out);
    put_text(out, "recipients", slice_text(service->recipients));
    put_text(out, "basis", slice_text(service->basis));
    put_text(out, "retention", slice_text(service->retention));
    keys_put(shop, service, out);
    cbor_text(out, SLICE_TEXT("routes"));
    cbor_array(out, service->route_count);
    for (size_t i = 0; i < service->route_count; i++) {
        cbor_map(out, 2);
        put_text(out, "route", slice_text(service->routes[i].text));
        fields_put(shop, "fields", service->routes[i].fields, out);
    }
    if (!drift) return;
    fields_put(shop, "drift_fields", service->drift, out);
    purposes_put("drift_purposes", service->drift_purposes, out);
    put_time(out, "drift_since", service->drift_us);
}

/* Does it declare more than before, watch fewer keys, or take back that it drifted? */
static bool service_is_wider(const struct service *service, const struct service *old)
{
    bool keys_stay = true;
    for (size_t i = 0; i < old->key_count; i++) {
        bool stays = false;
        for (size_t k = 0; k < service->key_count; k++) stays |= service->keys[k] == old->keys[i];
        keys_stay &= stays;
    }
    return (service->fields & ~old->fields) || (service->purposes & ~old->purposes) || !keys_stay ||
           old->drift_us != 0;
}

/* What stands in the row, in the members of a map that can be compared. */
static void service_said(struct shop *shop, const struct service *service, struct buf *out)
{
    SCOPED(buf_done) struct buf routes = {0};
    cbor_map(out, 11);
    put_text(out, "name", slice_text(service->name));
    put_text(out, "about", slice_text(service->about));
    fields_put(shop, "fields", service->fields, out);
    purposes_put("purposes", service->purposes, out);
    put_text(out, "recipients", slice_text(service->recipients));
    put_text(out, "basis", slice_text(service->basis));
    put_text(out, "retention", slice_text(service->retention));
    keys_put(shop, service, out);
    for (size_t i = 0; i < service->route_count; i++)
        buf_print(&routes, "%s%s", i > 0 ? "; " : "", service->routes[i].text);
    put_text(out, "routes", buf_slice(&routes));
    fields_put(shop, "drift_fields", service->drift, out);
    purposes_put("drift_purposes", service->drift_purposes, out);
}

static RESULT service_loosen(struct batch *batch, const struct reader *reader, const struct service *service,
                             const struct service *old, struct answer *out, bool *put)
{
    SCOPED(buf_done) struct buf was = {0}, now = {0}, changes = {0}, body = {0};
    service_body_write(service, &body);
    service_said(batch->shop, old, &was);
    service_said(batch->shop, service, &now);
    changes_put(buf_slice(&was), buf_slice(&now), &changes);
    const struct loosening loosening = {AUTHORITY_SERVICE,
                                        service->id,
                                        buf_slice(&body),
                                        {old->drift_us != 0 ? LOOSENS_SERVICE_DRIFT : LOOSENS_SERVICE,
                                         {SAID_TEXT(slice_text(service->name))}},
                                        buf_slice(&changes)};
    return loosen(batch, reader, &loosening, out, put);
}

RESULT verb_service_put(struct batch *batch, const struct reader *reader, const struct service_put_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct service *old = service_find(&shop->access, ask->name);
    SCOPED(service_done)
    struct service service = {.id = old ? old->id : (uint32_t)shop->access.service_count + 1};
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    if (ask->name.len == 0) return FAIL(MEMBER_MISSING, "name: name the service, such as shop-frontend");
    TRY(text_take(ask->name, "name", service.name, NAME_BYTES_MAX));
    TRY(text_take(ask->about, "about", service.about, SERVICE_TEXT_BYTES_MAX));
    TRY(text_take(ask->recipients, "recipients", service.recipients, SERVICE_TEXT_BYTES_MAX));
    TRY(text_take(ask->basis, "basis", service.basis, SERVICE_TEXT_BYTES_MAX));
    TRY(text_take(ask->retention, "retention", service.retention, SERVICE_TEXT_BYTES_MAX));
    TRY(keys_take(shop, &ask->keys, &service));
    for (size_t i = 0; i < ask->fields.count; i++)
        TRY(field_bits(shop, ask->fields.at[i], "fields", i, &service.fields));
    TRY(purposes_take(&ask->purposes, &service.purposes));
    TRY(routes_take(shop, &ask->routes, &service));
    for (size_t i = 0; i < service.route_count; i++) {
        if (service.routes[i].fields & ~service.fields)
            return FAIL(INVALID, "routes: item %zu returns a field that the service does not declare", i);
    }
    service_body_write(&service, &body);
    if (old && service_is_wider(&service, old)) {
        bool put = false;
        TRY(service_loosen(batch, reader, &service, old, out, &put));
        if (!put) return OK;
    } else {
        TRY(authority_put(batch, reader, AUTHORITY_SERVICE, service.id, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    }
    if (!old) out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 1);
    put_text(&out->body, "name", ask->name);
    return OK;
}

/* Keys that looked at people since the start and are in no service. */
static void unmapped_put(struct shop *shop, struct buf *out)
{
    const struct access *access = &shop->access;
    cbor_text(out, SLICE_TEXT("unmapped_keys"));
    size_t mark = cbor_open(out), count = 0;
    for (uint32_t key = 1; key <= access->use_count; key++) {
        bool mapped = access->uses[key - 1].fields == 0;
        for (size_t i = 0; i < access->service_count; i++) {
            for (size_t k = 0; k < access->services[i].key_count; k++)
                mapped |= access->services[i].keys[k] == key;
        }
        if (mapped) continue;
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_KEY, key, &id);
        cbor_text(out, buf_slice(&id));
        count++;
    }
    cbor_array_close(out, mark, count);
}

RESULT verb_service_list(struct batch *batch, const struct reader *reader, const struct service_list_ask *ask,
                         struct answer *out)
{
    (void)reader;
    (void)ask;
    struct shop *shop = batch->shop;
    cbor_map(&out->body, 4);
    put_text(&out->body, "controller", slice_text(shop->name));
    put_time(&out->body, "at", batch->now_us);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, shop->access.service_count);
    for (size_t i = 0; i < shop->access.service_count; i++)
        service_put(shop, &shop->access.services[i], &out->body);
    unmapped_put(shop, &out->body);
    return OK;
}
