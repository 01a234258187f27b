#include "serve/openapi.h"

#include "base/json.h"
#include "serve/route.h"
#include "serve/shape.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

static void put_string(struct buf *out, const char *text)
{
    json_text(out, slice_text(text));
}

/* A path as OpenAPI writes it: no star in the braces. */
static void put_path(struct buf *out, const char *path)
{
    buf_byte(out, '"');
    for (; *path != 0; path++) {
        if (*path != '*') buf_byte(out, (uint8_t)*path);
    }
    buf_byte(out, '"');
}

static void put_schema(struct buf *out, const struct member *member)
{
    static const char item_schema[] = "{\"type\":[\"string\",\"number\",\"null\"]}";
    switch (member->wire) {
    case WIRE_TEXT:
        buf_print(out, "{\"type\":\"string\",\"maxLength\":%zu}", member->max);
        return;
    case WIRE_BYTES:
        buf_print(out, "{\"type\":\"string\",\"contentEncoding\":\"base64\",\"maxLength\":%zu}",
                  (member->max + 2) / 3 * 4);
        return;
    case WIRE_U64:
        buf_text(out, "{\"type\":\"integer\",\"minimum\":0");
        if (member->max < SIZE_MAX) buf_print(out, ",\"maximum\":%zu", member->max);
        buf_byte(out, '}');
        return;
    case WIRE_BOOL:
        buf_text(out, "{\"type\":\"boolean\"}");
        return;
    case WIRE_TEXTS:
        buf_print(out,
                  "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":%d},\"maxItems\":%zu}",
                  BEARER_BYTES_MAX, member->max);
        return;
    case WIRE_VALUES:
        buf_print(out,
                  "{\"type\":\"object\",\"maxProperties\":%zu,\"additionalProperties\":{\"anyOf\":[%s,"
                  "{\"type\":\"array\",\"maxItems\":%d,\"items\":{\"anyOf\":[%s,"
                  "{\"type\":\"object\",\"additionalProperties\":%s}]}}]}}",
                  member->max, item_schema, ITEMS_MAX, item_schema, item_schema);
        return;
    case WIRE_END:
        break;
    }
    buf_text(out, "{}");
}

static void put_parameter(struct buf *out, const char *in, const struct member *member, bool required,
                          bool *first)
{
    buf_text(out, *first ? "{\"name\":" : ",{\"name\":");
    *first = false;
    put_string(out, member->name);
    buf_print(out, ",\"in\":\"%s\",\"required\":%s,\"description\":", in, required ? "true" : "false");
    put_string(out, member->about);
    buf_text(out, ",\"schema\":");
    put_schema(out, member);
    buf_byte(out, '}');
}

static void put_header_parameter(struct buf *out, const char *name, bool *first)
{
    buf_text(out, *first ? "{\"$ref\":" : ",{\"$ref\":");
    *first = false;
    buf_print(out, "\"#/components/parameters/%s\"}", name);
}

static void put_import_parameters(struct buf *out, bool *first)
{
    static const struct member options[] = {
        {"map", WIRE_TEXT, 4096, 0, false, "target=header,... where the headers do not say it"},
        {"format", WIRE_TEXT, 8, 0, false, "csv or jsonl; else as the content type says"},
        {"on_conflict", WIRE_TEXT, 8, 0, false, "fail, update or skip when the ref exists"},
    };
    for (size_t i = 0; i < COUNT_OF(options); i++) put_parameter(out, "query", &options[i], false, first);
}

static void put_parameters(struct buf *out, const struct route *route)
{
    const struct member *members = verb_row(route->verb)->members;
    bool first = true;
    buf_text(out, ",\"parameters\":[");
    for (size_t i = 0; members[i].wire != WIRE_END; i++) {
        if (!route_body_member(route, &members[i]))
            put_parameter(out, "path", &members[i], true, &first);
        else if (route_query_member(route, &members[i]))
            put_parameter(out, "query", &members[i], route->body == BODY_NONE && members[i].required, &first);
    }
    if (route->body == BODY_ROWS) put_import_parameters(out, &first);
    if (strcmp(route->method, "PATCH") == 0) put_header_parameter(out, "IfMatch", &first);
    if (verb_row(route->verb)->changes && route->body != BODY_ROWS)
        put_header_parameter(out, "IdempotencyKey", &first);
    buf_byte(out, ']');
}

static bool in_body(const struct route *route, const struct member *member)
{
    return route_body_member(route, member) && !member_of_header(member);
}

static void put_body_schema(struct buf *out, const struct route *route)
{
    const struct member *members = verb_row(route->verb)->members;
    bool first = true;
    buf_text(out, "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; members[i].wire != WIRE_END; i++) {
        if (!in_body(route, &members[i])) continue;
        if (!first) buf_byte(out, ',');
        first = false;
        put_string(out, members[i].name);
        buf_text(out, ":{\"description\":");
        put_string(out, members[i].about);
        buf_text(out, ",\"allOf\":[");
        put_schema(out, &members[i]);
        buf_text(out, "]}");
    }
    buf_text(out, "},\"required\":[");
    first = true;
    for (size_t i = 0; members[i].wire != WIRE_END; i++) {
        if (!members[i].required || !in_body(route, &members[i])) continue;
        if (!first) buf_byte(out, ',');
        first = false;
        put_string(out, members[i].name);
    }
    buf_text(out, "]}");
}

static void put_request_body(struct buf *out, const struct route *route)
{
    if (route->body == BODY_NONE) return;
    if (route->body == BODY_ROWS) {
        buf_text(out, ",\"requestBody\":{\"required\":true,\"content\":{\"text/"
                      "csv\":{\"schema\":{\"type\":\"string\"}},"
                      "\"application/x-ndjson\":{\"schema\":{\"type\":\"string\"}}}}");
        return;
    }
    bool patch = strcmp(route->method, "PATCH") == 0;
    buf_print(out, ",\"requestBody\":{\"required\":%s,\"content\":{\"%s\":{\"schema\":",
              route->body == BODY_JSON ? "true" : "false",
              patch ? "application/merge-patch+json" : "application/json");
    put_body_schema(out, route);
    buf_text(out, "}}}");
}

static void put_responses(struct buf *out, const struct route *route)
{
    static const char *const types[] = {
        [REPLY_JSON] = "application/json",
        [REPLY_CHECKPOINT] = "text/plain",
        [REPLY_OCTETS] = "application/octet-stream",
        [REPLY_METRICS] = "text/plain",
        [REPLY_HEALTH] = "application/json",
        [REPLY_OPENAPI] = "application/json",
        [REPLY_EVENTS] = "text/event-stream",
        [REPLY_FILE] = "application/octet-stream",
        [REPLY_ARCHIVE] = "application/octet-stream",
        [REPLY_PDF] = "application/pdf",
        [REPLY_RANGE] = "text/plain",
        [REPLY_PAGE] = "text/html",
    };
    static_assert(COUNT_OF(types) == REPLY_PAGE + 1, "each kind of answer has its media type");
    buf_print(out,
              ",\"responses\":{\"2XX\":{\"description\":\"Done; 201 where it made "
              "something\",\"content\":{\"%s\":{",
              types[route->reply]);
    const char *shape = route->reply == REPLY_JSON ? answer_shape(route->verb) : NULL;
    if (shape) {
        buf_text(out, "\"schema\":");
        struct result put = shape_put(shape, out);
        assert(put.code == CODE_OK); /* tests/unit/serve/shape_test.c reads every row */
    }
    buf_text(out, "}}}");
    if (route->reply == REPLY_HEALTH) {
        buf_text(out, ",\"503\":{\"description\":\"Not ready: sealed, or the ledger cannot be written\","
                      "\"content\":{\"application/json\":{}}}");
    }
    buf_text(out, ",\"default\":{\"$ref\":\"#/components/responses/Problem\"}}");
}

/* "post_subjects_id_close": unique, for it is method and path. */
static void put_operation_id(struct buf *out, const struct route *route)
{
    const char *path = strncmp(route->path, "/v1/", 4) == 0 ? route->path + 4 : route->path + 1;
    buf_byte(out, '"');
    for (const char *at = route->method; *at != 0; at++) buf_byte(out, (uint8_t)tolower(*at));
    buf_byte(out, '_');
    for (; *path != 0; path++) {
        if (isalnum((unsigned char)*path))
            buf_byte(out, (uint8_t)*path);
        else if (*path == '/' || *path == '.')
            buf_byte(out, '_');
    }
    buf_byte(out, '"');
}

static void put_operation(struct buf *out, const struct route *route)
{
    bool open = route->reply == REPLY_HEALTH || route->reply == REPLY_OPENAPI;
    buf_byte(out, '"');
    for (const char *at = route->method; *at != 0; at++) buf_byte(out, (uint8_t)tolower(*at));
    buf_text(out, "\":{\"operationId\":");
    put_operation_id(out, route);
    buf_text(out, ",\"summary\":");
    put_string(out, route->about);
    if (open) buf_text(out, ",\"security\":[]");
    put_parameters(out, route);
    put_request_body(out, route);
    put_responses(out, route);
    buf_byte(out, '}');
}

static bool path_before(const struct route *routes, size_t end)
{
    for (size_t i = 0; i < end; i++) {
        if (strcmp(routes[i].path, routes[end].path) == 0) return true;
    }
    return false;
}

static void put_components(struct buf *out)
{
    buf_text(
        out,
        "\"components\":{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}},"
        "\"parameters\":{\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"required\":true,"
        "\"description\":\"the ETag of the version it was made from\",\"schema\":{\"type\":\"string\"}},"
        "\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
        "\"description\":\"the same key, the same answer, for 24 hours\",\"schema\":{\"type\":\"string\",");
    buf_print(out, "\"maxLength\":%d}}},", IDEMPOTENCY_BYTES_MAX);
    buf_text(
        out,
        "\"responses\":{\"Problem\":{\"description\":\"A refusal (RFC 9457)\",\"content\":"
        "{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
        "\"schemas\":{\"Problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\"],"
        "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
        "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},\"instance\":{\"type\":"
        "\"string\"},"
        "\"code\":{\"type\":\"string\",\"enum\":[");
    for (int i = 1; i < CAUSE_COUNT; i++) {
        if (i > 1) buf_byte(out, ',');
        put_string(out, cause_row((enum cause)i)->slug);
    }
    buf_text(out,
             "]},\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
             "\"pointer\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"detail\":{\"type\":"
             "\"string\"}}}},"
             "\"budget\":{\"type\":\"object\"},\"receipt\":{\"$ref\":\"#/components/schemas/Receipt\"}}},"
             "\"Receipt\":{\"type\":\"object\",\"required\":[\"index\",\"leaf_hash\",\"checkpoint\"],"
             "\"properties\":{"
             "\"index\":{\"type\":\"integer\"},\"leaf_hash\":{\"type\":\"string\"},"
             "\"checkpoint\":{\"type\":\"string\"}}}}}");
}

void openapi_put(struct buf *out)
{
    size_t count = 0;
    const struct route *routes = route_rows(&count);
    buf_text(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Amanah\",\"version\":\"" AMN_VERSION "\","
                  "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
                  "\"security\":[{\"key\":[]}],\"paths\":{");
    for (size_t i = 0; i < count; i++) {
        if (path_before(routes, i)) continue;
        if (i > 0) buf_byte(out, ',');
        put_path(out, routes[i].path);
        buf_text(out, ":{");
        for (size_t j = i; j < count; j++) {
            if (strcmp(routes[i].path, routes[j].path) != 0) continue;
            if (j > i) buf_byte(out, ',');
            put_operation(out, &routes[j]);
        }
        buf_byte(out, '}');
    }
    buf_text(out, "},");
    put_components(out);
    buf_byte(out, '}');
}
