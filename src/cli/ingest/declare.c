#include "cli/ingest/declare.h"

#include "cli/show.h"

#include <string.h>

static const char system_usual[] = "outside";

static struct slice trimmed(struct slice text)
{
    while (text.len > 0 && text.at[0] == ' ') text = slice_from(text, 1);
    while (text.len > 0 && text.at[text.len - 1] == ' ') text.len--;
    return text;
}

/* "GET /c/{ref} = name,email" at its last equals sign. */
static void route_split(struct slice text, struct slice *route, struct slice *fields)
{
    const uint8_t *equals = text.len > 0 ? memrchr(text.at, '=', text.len) : NULL;
    size_t at = equals ? (size_t)(equals - text.at) : text.len;
    *route = trimmed(slice_part(text, 0, at));
    *fields = trimmed(slice_from(text, at + 1));
}

static struct slice name_next(struct slice *rest)
{
    const uint8_t *comma = rest->len > 0 ? memchr(rest->at, ',', rest->len) : NULL;
    struct slice name = trimmed(slice_part(*rest, 0, comma ? (size_t)(comma - rest->at) : rest->len));
    *rest = slice_from(*rest, comma ? (size_t)(comma - rest->at) + 1 : rest->len);
    return name;
}

/* The route that --fields and its companions stand for. */
static RESULT short_route(const struct call *call, struct arena *arena, bool maps_subject, struct slice *out)
{
    struct slice fields = call_slice(call, OPT_FIELDS), param = call_slice(call, OPT_SUBJECT_PARAM);
    SCOPED(buf_done) struct buf text = {0};
    if (param.len > 0 && fields.len == 0)
        return FAIL(USAGE, "--subject-param: say with --fields what those requests showed");
    if (param.len == 0 && !maps_subject)
        return FAIL(USAGE, "--fields: say where the customer's ref stands: --subject-param NAME, --map "
                           "subject=MEMBER, or with --route in place of --fields");
    for (size_t i = 0; i < param.len; i++) {
        if (param.at[i] == 0 || strchr(" &={}/?#", param.at[i]))
            return FAIL(USAGE, "--subject-param: the bare name of a query parameter, such as customer");
    }
    buf_text(&text, param.len > 0 ? "ANY /{...}?" : "ANY {...}");
    buf_slice_put(&text, param);
    buf_text(&text, param.len > 0 ? "={ref} = " : " = ");
    buf_slice_put(&text, fields);
    *out = arena_copy(arena, buf_slice(&text));
    return OK;
}

/* All routes that the command names, with their fields. */
static RESULT routes_given(const struct call *call, struct arena *arena, bool maps_subject, struct texts *out)
{
    struct texts named = {0};
    call_values(call, OPT_ROUTE, arena, &named);
    bool shortly = call_has(call, OPT_FIELDS) || call_has(call, OPT_SUBJECT_PARAM);
    struct slice *all = arena_take(arena, (named.count + 1) * sizeof *all);
    *out = (struct texts){all, named.count};
    if (named.count > 0) memcpy(all, named.at, named.count * sizeof *all);
    if (!shortly) return OK;
    return short_route(call, arena, maps_subject, &all[out->count++]);
}

/* The service that --system names, or the only one that declares routes. */
static RESULT service_find(struct slice name, struct doc services, struct doc *out)
{
    struct docs items = docs_of(doc_get(services, "items"));
    struct doc item = {0};
    size_t found = 0;
    while (docs_next(&items, &item)) {
        bool routed = doc_count(doc_get(item, "routes")) > 0;
        if (name.len > 0 ? !slice_equal(doc_text(doc_get(item, "name")), name) : !routed) continue;
        *out = item;
        found++;
    }
    if (found == 1 && doc_count(doc_get(*out, "routes")) > 0) return OK;
    if (found == 1) {
        return FAIL(
            USAGE,
            "--system: this service declares no routes; say with amanah service put --route which of its "
            "paths return which fields");
    }
    if (found > 1) return FAIL(USAGE, "--system: several services declare routes; say whose log it is");
    if (name.len > 0) return FAIL(NOT_FOUND, "--system: no service of that name; see amanah service list");
    return FAIL(NOT_FOUND, "--system: no service declares routes yet; say here which requests showed which "
                           "fields: --fields name,email --subject-param customer, or --route 'GET "
                           "/customers/{ref} = name,email'");
}

/* Is the field among those names, by its own or its group's? A mask shows the field as well. */
static bool field_named(struct doc field, struct slice names)
{
    static const char mask[] = ".mask";
    struct slice own = doc_text(doc_get(field, "name")), group = doc_text(doc_get(field, "group"));
    while (names.len > 0) {
        struct slice name = name_next(&names);
        size_t bare = name.len > sizeof mask - 1 ? name.len - (sizeof mask - 1) : 0;
        if (bare > 0 && slice_is(slice_from(name, bare), mask)) name.len = bare;
        if (name.len > 0 && (slice_equal(name, own) || slice_equal(name, group))) return true;
    }
    return false;
}

static bool field_listed(struct doc field, struct doc list)
{
    struct docs items = docs_of(list);
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        if (slice_equal(doc_text(item), doc_text(doc_get(field, "name")))) return true;
    }
    return false;
}

/* Does the service declare this route with these fields? `known`: all fields of the shop. */
static bool route_there(struct doc service, struct doc known, struct slice given)
{
    struct slice text = {0}, names = {0};
    struct docs routes = docs_of(doc_get(service, "routes")), fields = docs_of(known);
    struct doc route = {0}, field = {0};
    bool there = false;
    route_split(given, &text, &names);
    while (!there && docs_next(&routes, &route)) there = slice_equal(doc_text(doc_get(route, "route")), text);
    while (there && docs_next(&fields, &field))
        there = field_named(field, names) == field_listed(field, doc_get(route, "fields"));
    return there;
}

static RESULT service_declare(struct client *client, struct arena *arena, struct slice system,
                              const struct texts *routes)
{
    SCOPED(answer_done) struct answer answer = {0};
    struct service_put_ask ask = {.name = system,
                                  .about = SLICE_TEXT("a system outside the vault, declared by "
                                                      "amanah watch ingest as its logs were read"),
                                  .routes = *routes};
    size_t count = 0;
    for (size_t i = 0; i < routes->count; i++) count += routes->at[i].len;
    struct slice *names = arena_take(arena, (count + 1) * sizeof *names);
    count = 0;
    for (size_t i = 0; i < routes->count; i++) {
        struct slice route = {0}, fields = {0};
        route_split(routes->at[i], &route, &fields);
        while (fields.len > 0) {
            struct slice name = name_next(&fields);
            if (name.len > 0) names[count++] = name;
        }
    }
    ask.fields = (struct texts){names, count};
    return client_ask(client, VERB_SERVICE_PUT, &ask, &answer);
}

/* The service of that name, made when there is none; one that is there must say the same. */
static RESULT service_ensure(struct client *client, struct arena *arena, struct slice system,
                             const struct texts *routes)
{
    SCOPED(answer_done) struct answer answer = {0}, fields = {0};
    struct service_list_ask ask = {0};
    struct field_list_ask field_ask = {0};
    struct doc item = {0};
    TRY(client_ask(client, VERB_SERVICE_LIST, &ask, &answer));
    TRY(client_ask(client, VERB_FIELD_LIST, &field_ask, &fields));
    struct doc known = doc_get(answer_doc(&fields), "items");
    struct docs items = docs_of(doc_get(answer_doc(&answer), "items"));
    while (docs_next(&items, &item)) {
        if (!slice_equal(doc_text(doc_get(item, "name")), system)) continue;
        for (size_t i = 0; i < routes->count; i++) {
            if (!route_there(item, known, routes->at[i]))
                return FAIL(CONFLICT, "--system: this service is declared with other routes or fields; leave "
                                      "--route and --fields out to go by those, or name another --system");
        }
        return OK;
    }
    return service_declare(client, arena, system, routes);
}

RESULT declare_take(const struct call *call, struct client *client, struct arena *arena, bool maps_subject,
                    struct declared *out)
{
    SCOPED(answer_done) struct answer answer = {0};
    struct service_list_ask ask = {0};
    struct doc service = {0}, route = {0};
    struct texts given = {0};
    struct slice system = call_slice(call, OPT_SYSTEM);
    TRY(routes_given(call, arena, maps_subject, &given));
    if (given.count > 0) {
        if (system.len == 0) system = slice_text(system_usual);
        TRY(service_ensure(client, arena, system, &given));
    }
    TRY(client_ask(client, VERB_SERVICE_LIST, &ask, &answer));
    TRY(service_find(system, answer_doc(&answer), &service));
    struct docs routes = docs_of(doc_get(service, "routes"));
    out->system = arena_copy(arena, doc_text(doc_get(service, "name")));
    out->routes = arena_take(arena, routes.left * sizeof *out->routes);
    out->count = 0;
    while (docs_next(&routes, &route))
        out->routes[out->count++] = arena_copy(arena, doc_text(doc_get(route, "route")));
    return OK;
}
