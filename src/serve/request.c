#include "serve/serve_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static RESULT starts_bearer(const char *header, struct slice *out)
{
    static const char scheme[] = "Bearer ";
    if (header == NULL) return OK;
    if (strncasecmp(header, scheme, sizeof scheme - 1) != 0) {
        return FAIL(CREDENTIAL_UNKNOWN, "Authorization: must be `Bearer` and a key");
    }
    struct slice bearer = slice_text(header + sizeof scheme - 1);
    if (strchr(header, ':')) /* the front's own words to the keeper have one; see BEARER_CERTIFICATE */
        return FAIL(CREDENTIAL_UNKNOWN, "Authorization: not a key or a session");
    *out = bearer;
    return OK;
}

static bool id_byte(char byte)
{
    char low = (char)(byte | 0x20);
    return (low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' ||
           byte == '-';
}

/* The asker's own id if it is one, else one of ours: boot and count. */
static void choose_id(struct request *request)
{
    const char *given = request->headers.request_id;
    size_t len = given ? strlen(given) : 0, good = 0;
    while (good < len && id_byte(given[good])) good++;
    if (len > 0 && good == len && len < sizeof request->id) {
        memcpy(request->id, given, len + 1);
        return;
    }
    (void)snprintf(request->id, sizeof request->id, "%s-%llx", request->front->boot,
                   (unsigned long long)++request->front->serial);
}

struct header_row {
    const char *name;
    size_t offset;
    bool once;
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    static const struct header_row rows[] = {
        {"Authorization", offsetof(struct headers, authorization), true},
        {"Content-Type", offsetof(struct headers, content_type), true},
        {"Content-Length", offsetof(struct headers, content_length), true},
        {"Content-Encoding", offsetof(struct headers, encoding), true},
        {"If-Match", offsetof(struct headers, if_match), true},
        {"Idempotency-Key", offsetof(struct headers, idempotency), true},
        {"X-Request-Id", offsetof(struct headers, request_id), false},
        {"X-Forwarded-For", offsetof(struct headers, forwarded), false},
        {"Expect", offsetof(struct headers, expect), false},
        {"Add-Padding", offsetof(struct headers, padding), false},
        {"Last-Event-ID", offsetof(struct headers, last_event), false},
        {"If-None-Match", offsetof(struct headers, if_none_match), false},
        {"Accept-Encoding", offsetof(struct headers, accept_encoding), false},
        {"Accept-Language", offsetof(struct headers, accept_language), false},
        {"Amanah-Cookie", offsetof(struct headers, as_cookie), false},
        {"Cookie", offsetof(struct headers, cookie.cookie), true},
        {"X-CSRF-Token", offsetof(struct headers, cookie.csrf), true},
        {"Sec-Fetch-Site", offsetof(struct headers, cookie.site), true},
        {"Origin", offsetof(struct headers, cookie.origin), true},
        {"Host", offsetof(struct headers, cookie.host), true},
    };
    (void)kind;
    struct request *request = context;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if ((name[0] ^ rows[i].name[0]) & ~0x20 || strcasecmp(name, rows[i].name) != 0) continue;
        const char **at = (const char **)((char *)&request->headers + rows[i].offset);
        if (rows[i].once && *at) request->headers_failed = FAIL(INVALID, "%s: is there twice", rows[i].name);
        *at = value ? value : "";
    }
    return MHD_YES;
}

bool is_proxy(const struct front *front, const uint8_t ip[NETWORK_BYTES])
{
    for (size_t i = 0; i < front->proxy_count; i++) {
        if (memcmp(front->proxies[i], ip, NETWORK_BYTES) == 0) return true;
    }
    return false;
}

/* The client's address. Behind listed proxies: the last one of X-Forwarded-For that is no listed proxy itself. */
static void find_network(struct request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    address_of_socket(info ? info->client_addr : NULL, request->network);
    struct slice list = slice_text(request->headers.forwarded);
    while (list.len > 0 && is_proxy(request->front, request->network)) {
        size_t start = list.len;
        while (start > 0 && list.at[start - 1] != ',') start--;
        struct slice item = slice_from(list, start);
        while (item.len > 0 && item.at[0] == ' ') item = slice_from(item, 1);
        while (item.len > 0 && item.at[item.len - 1] == ' ') item.len--;
        if (!address_ip(item, request->network)) return;
        list.len = start > 0 ? start - 1 : 0;
    }
}

bool request_has_body(const struct request *request)
{
    const char *length = request->headers.content_length;
    return length ? strcmp(length, "0") != 0
                  : MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, "Transfer-Encoding") != NULL;
}

/* Is it this media type, whatever its parameters? */
static bool media_is(const char *header, const char *type)
{
    size_t len = strlen(type);
    return header && strncasecmp(header, type, len) == 0 &&
           (header[len] == 0 || header[len] == ';' || header[len] == ' ');
}

static bool list_format(const char *header, enum rows_format *out)
{
    static const struct {
        const char *type;
        enum rows_format format;
    } types[] = {
        {"text/csv", ROWS_CSV},
        {"application/x-ndjson", ROWS_JSONL},
        {"application/jsonl", ROWS_JSONL},
        {"application/json", ROWS_JSONL},
        {"application/octet-stream", ROWS_AUTO},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (!media_is(header, types[i].type)) continue;
        *out = types[i].format;
        return true;
    }
    return false;
}

static RESULT check_media(const struct request *request)
{
    const struct route *route = request->found.route;
    const char *type = request->headers.content_type;
    enum rows_format format = ROWS_AUTO;
    if (request->headers.encoding)
        return FAIL(MEDIA_TYPE, "Content-Encoding: none is read; send it as it is");
    if (!request_has_body(request)) return OK;
    switch (route->body) {
    case BODY_NONE:
        return FAIL(INVALID, "body: this route takes none");
    case BODY_ROWS:
        if (list_format(type, &format)) return OK;
        return FAIL(MEDIA_TYPE, "Content-Type: must be text/csv or application/x-ndjson");
    case BODY_JSON:
    case BODY_OPTIONAL:
        if (media_is(type, "application/json")) return OK;
        if (strcmp(route->method, "PATCH") == 0 && media_is(type, "application/merge-patch+json")) return OK;
        return FAIL(MEDIA_TYPE, "Content-Type: must be application/json");
    }
    return OK;
}

/* Is it a file of the pages that this listener serves? */
static RESULT find_page(struct request *request, const char *method, const char *path)
{
    const struct page_file *page = pages_find(request->door, path);
    if (page == NULL) return OK;
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        request->page = page;
        return OK;
    }
    (void)snprintf(request->found.allow, sizeof request->found.allow, "GET, HEAD");
    return FAIL(METHOD_UNKNOWN, "method: this path takes GET, HEAD");
}

/* A page of another site must not have a visitor looked up, not even without seeing the answer: that look would have an entry. */
static bool asks_about_somebody(const struct request *request)
{
    enum route_reply reply = request->found.route->reply;
    return request->door == DOOR_PORTAL && reply != REPLY_PAGE && reply != REPLY_HEALTH;
}

size_t request_body_max(const struct request *request)
{
    return request->door == DOOR_PORTAL ? BODY_PORTAL_BYTES_MAX : BODY_BYTES_MAX;
}

static RESULT check_head(struct request *request, const char *method, const char *path)
{
    TRY(find_page(request, method, path));
    if (request->page) return request->headers_failed;
    TRY(route_find(method, path, &request->found));
    if (!pages_route(request->door, request->found.route))
        return FAIL(ROUTE_UNKNOWN, "path: there is nothing here");
    if (asks_about_somebody(request)) TRY(cookie_site(&request->headers.cookie));
    TRY(request->headers_failed);
    TRY(check_media(request));
    const char *length = request->headers.content_length;
    bool list = request->found.route->body == BODY_ROWS;
    size_t most = request_body_max(request);
    if (!list && length && (strlen(length) > 9 || strtoul(length, NULL, 10) > most))
        return FAIL(BODY_TOO_LARGE, "body: larger than %zu bytes; split it", most);
    if (strcmp(request->found.route->method, "PATCH") == 0 && request->headers.if_match == NULL) {
        return FAIL(IF_MATCH_MISSING, "If-Match: missing; read the subject and give its ETag");
    }
    return list ? request_import(request) : OK;
}

void request_refuse(struct request *request, struct result failure, const struct json_errors *errors)
{
    if (request->refused) return;
    request->refused = true;
    reply_problem(failure, errors, request->id, &request->refusal);
}

void request_begin(struct request *request, const char *method, const char *path)
{
    request->begun = true;
    (void)MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, take_header, request);
    choose_id(request);
    find_network(request);
    struct result checked = check_head(request, method, path);
    if (checked.code != CODE_OK) request_refuse(request, checked, NULL);
}

struct query {
    const struct route *route;
    uint64_t taken;
    void *ask;
    struct result failed;
};

static enum MHD_Result take_query(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct query *query = context;
    query->failed = route_query(query->route, name, slice_text(value), &query->taken, query->ask);
    return query->failed.code == CODE_OK ? MHD_YES : MHD_NO;
}

/* `"7"`: the version of a subject, in If-Match. */
static RESULT read_version(const char *header, uint64_t *out)
{
    uint64_t version = 0;
    size_t len = strlen(header);
    if (len < 3 || len > 20 || header[0] != '"' || header[len - 1] != '"')
        return FAIL(INVALID, "If-Match: must be the subject's ETag");
    for (size_t i = 1; i + 1 < len; i++) {
        if (header[i] < '0' || header[i] > '9') return FAIL(INVALID, "If-Match: must be the subject's ETag");
        version = version * 10 + (uint64_t)(header[i] - '0');
    }
    *out = version;
    return OK;
}

/* Which browser asks at the portal: the first member of all its asks. */
static void take_browser(const struct request *request, union any_ask *ask)
{
    const struct member *first = verb_row(request->found.route->verb)->members;
    if (!verb_at_portal(request->found.route->verb)) return;
    assert(member_of_header(first));
    *(struct slice *)((uint8_t *)ask + first->offset) =
        cookie_browser(&request->headers.cookie, request->front->secure);
}

static RESULT fill_ask(struct request *request, union any_ask *ask, struct json_errors *errors)
{
    const struct route *route = request->found.route;
    struct query query = {.route = route, .ask = ask, .failed = OK};
    TRY(route_fill(&request->found, ask, &query.taken));
    take_browser(request, ask);
    const uint64_t from_path = query.taken;
    (void)MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, take_query, &query);
    TRY(query.failed);
    if (route->reply == REPLY_FILE) request->one_piece = query.taken != from_path;
    if (route->reply == REPLY_PAGE && ask->portal_status.lang.len == 0)
        ask->portal_status.lang = pages_language(request->headers.accept_language);
    if (route->verb == VERB_SUBJECT_PATCH)
        TRY(read_version(request->headers.if_match, &ask->subject_patch.version));
    if (route->reply == REPLY_METRICS) ask->status.metrics = true;
    if (route->reply == REPLY_EVENTS && ask->events.next == 0)
        ask->events.next = events_next(request->headers.last_event);
    if (route->verb == VERB_PASSWORD_RANGE && request->headers.padding)
        ask->password_range.padding |= strcasecmp(request->headers.padding, "true") == 0;
    if (route->verb == VERB_SESSION_OPEN && request->headers.as_cookie)
        TRY(cookie_site(&request->headers.cookie));
    if (route->body == BODY_JSON || (route->body == BODY_OPTIONAL && request->body.len > 0)) {
        struct slice body = buf_slice(&request->body);
        TRY(json_to_ask(body, verb_row(route->verb)->members, query.taken, &request->front->arena, ask,
                        errors));
    } else {
        const struct member *members = verb_row(route->verb)->members;
        for (size_t i = 0; members[i].wire != WIRE_END; i++) {
            if (members[i].required && (query.taken >> i & 1) == 0)
                return FAIL(MEMBER_MISSING, "query: %s: this route needs it", members[i].name);
        }
    }
    if (route->verb == VERB_SESSION_OPEN && request->headers.as_cookie) ask->session_open.cookie = true;
    return OK;
}

/* Who comes without a credential, but with a TLS certificate, is whom that certificate's key is registered for. */
static RESULT certificate_bearer(struct request *request, struct slice *out)
{
    struct connection *connection = request->connection;
    struct clock clock = clock_system();
    int64_t now_us = clock_now(&clock);
    if (!request->front->use_tls || !connection) return OK;
    if (!connection->client_read) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        if (info) tls_client_read(info->tls_session, &connection->client);
        connection->client_read = true;
    }
    const struct tls_client *client = &connection->client;
    if (!client->there) return OK;
    if (now_us < client->from_us || now_us >= client->until_us)
        return FAIL(CREDENTIAL_UNKNOWN,
                    "certificate: the client's has expired, or is not valid yet; renew it");
    buf_clear(&request->bearer);
    buf_text(&request->bearer, BEARER_CERTIFICATE);
    hex_put(&request->bearer, SLICE_OF(client->spki));
    *out = buf_slice(&request->bearer);
    return OK;
}

/* A browser's session, where no other credential came. */
static RESULT take_cookie(struct request *request, struct slice *bearer)
{
    if (bearer->len > 0 || !request->headers.cookie.cookie) return OK;
    bool get = strcmp(request->found.route->method, "GET") == 0;
    buf_clear(&request->bearer);
    TRY(cookie_bearer(&request->headers.cookie, request->front->secure, get, &request->bearer));
    *bearer = buf_slice(&request->bearer);
    return OK;
}

static RESULT take_credential(struct request *request, struct slice *bearer)
{
    TRY(starts_bearer(request->headers.authorization, bearer));
    TRY(take_cookie(request, bearer));
    return request->headers.authorization || bearer->len > 0 ? OK : certificate_bearer(request, bearer);
}

RESULT request_head(struct request *request, struct ask_head *out)
{
    if (request->front->keeper_gone) return FAIL(UNAVAILABLE, "service: it is ending; try again in a moment");
    const struct route *route = request->found.route;
    struct ask_head head = {.verb = route->verb};
    memcpy(head.network, request->network, sizeof head.network);
    if (request->door != DOOR_PORTAL) TRY(take_credential(request, &head.bearer)); /* nobody there has one */
    /* An import is idempotent by itself, and its chunks would share one key. */
    if (request->headers.idempotency && verb_row(route->verb)->changes && route->body != BODY_ROWS) {
        head.idempotency = slice_text(request->headers.idempotency);
        if (head.idempotency.len == 0) return FAIL(INVALID, "Idempotency-Key: empty");
    }
    *out = head;
    return OK;
}

RESULT request_ask(struct request *request)
{
    union any_ask ask = {0};
    struct ask_head head = {0};
    struct json_errors errors = {0};
    struct result result = request_head(request, &head);
    if (result.code == CODE_OK) result = fill_ask(request, &ask, &errors);
    if (result.code == CODE_OK) result = link_ask(request->front->link, &head, &ask, request);
    if (result.code == CODE_OK)
        request->asks_open++;
    else
        request_refuse(request, result, &errors);
    arena_reset(&request->front->arena);
    buf_done(&request->body);
    return result;
}

static RESULT send_chunk(void *context, const struct import_ask *ask)
{
    struct request *request = context;
    struct ask_head head = {0};
    TRY(request_head(request, &head));
    TRY(link_ask(request->front->link, &head, ask, request));
    request->asks_open++;
    return OK;
}

struct list_query {
    struct import_options options;
    struct result failed;
};

static RESULT take_option(struct import_options *options, const char *name, const char *value)
{
    if (strlen(value) > IMPORT_OPTION_BYTES_MAX) return FAIL(INVALID, "query: an option is too long");
    if (strcmp(name, "map") == 0) {
        options->map = value;
    } else if (strcmp(name, "on_conflict") == 0) {
        options->on_conflict = slice_text(value);
    } else if (strcmp(name, "format") == 0) {
        if (strcmp(value, "csv") != 0 && strcmp(value, "jsonl") != 0)
            return FAIL(INVALID, "query: format: csv or jsonl");
        options->format = value[0] == 'c' ? ROWS_CSV : ROWS_JSONL;
    } else if (strcmp(name, "dry_run") == 0) {
        options->dry_run = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
        if (!options->dry_run && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
            return FAIL(INVALID, "query: dry_run: true or false");
    } else {
        return FAIL(MEMBER_UNKNOWN, "query: a parameter that this route does not take");
    }
    return OK;
}

static enum MHD_Result take_list_query(void *context, enum MHD_ValueKind kind, const char *name,
                                       const char *value)
{
    (void)kind;
    struct list_query *query = context;
    query->failed = take_option(&query->options, name, value ? value : "");
    return query->failed.code == CODE_OK ? MHD_YES : MHD_NO;
}

RESULT request_import(struct request *request)
{
    struct list_query query = {.failed = OK};
    (void)list_format(request->headers.content_type, &query.options.format);
    (void)MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, take_list_query, &query);
    TRY(query.failed);
    return import_new(&query.options, (struct import_door){request, send_chunk}, &request->import);
}

void request_done(struct request *request)
{
    if (request->asks_open > 0) link_forget(request->front->link, request);
    buf_done(&request->body);
    buf_done(&request->bearer);
    reply_done(&request->refusal);
    import_free(&request->import);
    events_done(request);
    download_done(request);
    if (request->connection) {
        request->connection->request = NULL;
        request->connection->since = request->front->now_us;
    }
    request->front->request_count--;
    free(request);
}
