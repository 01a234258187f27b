#include "serve/serve_priv.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

static enum MHD_Result answered(struct request *request, struct reply *reply)
{
    bool queued = respond(request, reply);
    reply_done(reply);
    return queued ? MHD_YES : MHD_NO;
}

static void suspend(struct request *request)
{
    assert(!request->suspended);
    request->suspended = true;
    MHD_suspend_connection(request->mhd);
}

static void resume(struct request *request)
{
    if (!request->suspended) return;
    request->suspended = false;
    MHD_resume_connection(request->mhd);
}

/* The head is here. What is refused at once is so: a body too large to swallow, or one that waits for a "100". */
static enum MHD_Result begin(struct request *request, const char *method, const char *path)
{
    request_begin(request, method, path);
    if (!request->refused || !request_has_body(request)) return MHD_YES;
    const char *length = request->headers.content_length;
    bool large = length && (strlen(length) > 9 || strtoul(length, NULL, 10) > SWALLOW_BYTES_MAX);
    return large || request->headers.expect ? answered(request, &request->refusal) : MHD_YES;
}

/* Some of the body. An answer must wait for its end, so a refused one is read on and dropped, within a bound. */
static enum MHD_Result take(struct request *request, const char *bytes, size_t *len)
{
    struct slice piece = {(const uint8_t *)bytes, *len};
    if (request->refused) {
        size_t most = request->found.route && request->found.route->body == BODY_ROWS ? SWALLOW_LIST_BYTES_MAX
                                                                                      : SWALLOW_BYTES_MAX;
        request->swallowed += *len;
        *len = 0;
        return request->swallowed <= most ? MHD_YES : MHD_NO;
    }
    if (request->import) {
        if (request->asks_open >= IMPORT_FLIGHT_MAX) {
            suspend(request); /* the piece comes again */
            return MHD_YES;
        }
        import_push(request->import, piece);
    } else if (request->body.len + *len > request_body_max(request)) {
        request_refuse(
            request, FAIL(BODY_TOO_LARGE, "body: larger than %zu bytes; split it", request_body_max(request)),
            NULL);
        buf_done(&request->body);
    } else {
        buf_slice_put(&request->body, piece);
    }
    *len = 0;
    return MHD_YES;
}

static enum MHD_Result answer_import(struct request *request)
{
    struct reply reply = {0};
    import_reply(request->import, request->id, &reply);
    return answered(request, &reply);
}

static enum MHD_Result answer_openapi(struct request *request)
{
    struct reply reply = {.status = 200, .type = "application/json", .cache = "no-store"};
    buf_slice_put(&reply.body, buf_slice(&request->front->openapi));
    return answered(request, &reply);
}

/* The whole request is here. */
static enum MHD_Result finish(struct request *request)
{
    request->ended = true;
    if (request->refused) return answered(request, &request->refusal);
    if (request->import) {
        import_end(request->import);
        if (request->asks_open == 0) return answer_import(request);
        suspend(request);
        return MHD_YES;
    }
    if (request->page) return respond_page(request) ? MHD_YES : MHD_NO;
    if (request->found.route->reply == REPLY_OPENAPI) return answer_openapi(request);
    bool kept = false, queued = respond_kept(request, &kept);
    if (kept) return queued ? MHD_YES : MHD_NO;
    if (request_ask(request).code != CODE_OK) return answered(request, &request->refusal);
    suspend(request);
    return MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's eight parameters */
static enum MHD_Result handle(void *context, struct MHD_Connection *mhd, const char *path, const char *method,
                              const char *version, const char *bytes, size_t *len, void **state)
{
    (void)context;
    (void)mhd;
    (void)version;
    struct request *request = *state;
    if (request == NULL) return MHD_NO;
    if (!request->begun) return begin(request, method, path);
    if (request->answered) {
        *len = 0;
        return MHD_YES;
    }
    return *len > 0 ? take(request, bytes, len) : finish(request);
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The request line is here; what it says is looked at when the head is whole. */
static void *arrive(void *context, const char *uri, struct MHD_Connection *mhd)
{
    (void)uri;
    const struct door *door = context;
    struct front *front = door->front;
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) return NULL;
    request->front = front;
    request->door = door->kind;
    request->mhd = mhd;
    request->connection = connection_of(mhd);
    request->headers_failed = OK;
    request->began_us = clock_monotonic_us();
    if (request->connection) request->connection->request = request;
    front->request_count++;
    return request;
}

static void complete(void *context, struct MHD_Connection *mhd, void **state,
                     enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)mhd;
    (void)code;
    if (*state) request_done(*state);
    *state = NULL;
}

/* Is it one that may hold many: a web server in front, or a program of the shop's own? */
static bool counted(const struct door *door, const uint8_t network[NETWORK_BYTES])
{
    return door->kind == DOOR_PORTAL && !is_proxy(door->front, network);
}

/* One source alone cannot hold all the connections there are. Whom it refuses finds the connection closed. */
static enum MHD_Result let_in(void *context, const struct sockaddr *name, socklen_t len)
{
    (void)len;
    const struct door *door = context;
    uint8_t network[NETWORK_BYTES];
    address_of_socket(name, network);
    if (!counted(door, network)) return MHD_YES;
    return sources_count(&door->front->sources, network) < door->connections_max / CONNECTIONS_OF_ONE
               ? MHD_YES
               : MHD_NO;
}

static void count_source(struct connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    uint8_t network[NETWORK_BYTES];
    address_of_socket(info ? info->client_addr : NULL, network);
    if (counted(connection->door, network))
        connection->source = sources_add(&connection->door->front->sources, network);
}

static void open_connection(struct door *door, struct MHD_Connection *mhd, void **out)
{
    struct front *front = door->front;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) return; /* then its requests have no time bound but idleness */
    connection->door = door;
    connection->mhd = mhd;
    connection->since = front->now_us;
    count_source(connection);
    connection->after = front->connections;
    if (front->connections) front->connections->before = connection;
    front->connections = connection;
    front->connection_count++;
    door->connections++;
    if (front->use_tls) {
        connection->pair = tls_pair_take(&front->tls);
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        if (info) gnutls_session_set_ptr(info->tls_session, connection->pair);
        if (info) tls_ask_client(info->tls_session);
    }
    *out = connection;
}

static void close_connection(struct connection *connection)
{
    struct front *front = connection->door->front;
    if (connection->before)
        connection->before->after = connection->after;
    else
        front->connections = connection->after;
    if (connection->after) connection->after->before = connection->before;
    tls_pair_drop(&connection->pair);
    sources_drop(&front->sources, &connection->source);
    front->connection_count--;
    connection->door->connections--;
    free(connection);
}

static void notice_connection(void *context, struct MHD_Connection *mhd, void **state,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        open_connection(context, mhd, state);
    else if (*state)
        close_connection(TAKE(*state));
}

static void answer_to_import(struct request *request, const struct answer_head *head, struct slice body,
                             struct slice checkpoint)
{
    import_answer(request->import, head, body, checkpoint);
    if (!request->ended) {
        if (request->asks_open < IMPORT_FLIGHT_MAX) resume(request);
        return;
    }
    if (request->asks_open > 0) return;
    if (answer_import(request) == MHD_YES) resume(request);
}

void http_answer(void *context, void *asker, const struct answer_head *head, struct slice body,
                 struct slice checkpoint)
{
    struct front *front = context;
    struct request *request = asker;
    struct reply reply = {0};
    assert(request->asks_open > 0);
    request->asks_open--;
    if (request->import) {
        answer_to_import(request, head, body, checkpoint);
        return;
    }
    if (request->found.route->reply == REPLY_EVENTS && (head->cause == CAUSE_OK || request->stream)) {
        events_answer(request, head, body);
        return;
    }
    bool file = request->found.route->reply == REPLY_FILE && !request->one_piece;
    if (file && (head->cause == CAUSE_OK || request->download)) {
        download_answer(request, head, body);
        return;
    }
    reply_answer(request->found.route, head, body, checkpoint, request->id, &reply);
    if (head->shape == ANSWER_TEXT && head->cause == CAUSE_OK) add_metrics(front, &reply.body);
    (void)answered(request, &reply);
    resume(request);
}

void http_late(void *context, void *asker)
{
    (void)context;
    struct request *request = asker;
    struct result late =
        FAIL(UNAVAILABLE, "service: no answer in time; it is unknown whether this was done: ask again, "
                          "with the same Idempotency-Key");
    request->asks_open--;
    if (request->import) {
        struct answer_head head = {.cause = late.cause};
        answer_to_import(request, &head, (struct slice){0}, (struct slice){0});
        return;
    }
    if (request->stream) {
        events_late(request);
        return;
    }
    if (request->download) {
        download_late(request);
        return;
    }
    struct reply reply = {0};
    reply_problem(late, NULL, request->id, &reply);
    (void)answered(request, &reply);
    resume(request);
}

/* Those who hold a place and say nothing keep others out only while there are places enough. */
static bool crowded(const struct door *door)
{
    return door->connections_max - door->connections < door->connections_max / CONNECTIONS_CROWDED;
}

/* Is it over its time? A suspended one waits for us, not for its client. */
static bool overdue(const struct connection *connection, int64_t now)
{
    struct request *request = connection->request;
    if (request && request->stream) return events_turn(request);
    if (request == NULL)
        return now - connection->since > (crowded(connection->door) ? CROWDED_US : BETWEEN_US);
    if (request->suspended) return false;
    if (request->answered) return now - request->replied_us > REPLY_US;
    bool list = request->found.route && request->found.route->body == BODY_ROWS;
    return now - request->began_us > (list ? LIST_S * SECOND_US : (int64_t)REQUEST_US);
}

void http_sweep(struct front *front)
{
    for (struct connection *connection = front->connections; connection; connection = connection->after) {
        if (!overdue(connection, front->now_us)) continue;
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (info) (void)shutdown(info->connect_fd, SHUT_RDWR); /* libmicrohttpd then sees its end */
    }
}

bool http_start(struct door *door, int listen_fd)
{
    const struct front *front = door->front;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (front->use_tls ? MHD_USE_TLS : 0U);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)door->connections_max, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)complete, door},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notice_connection, door},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)arrive, door},
        {MHD_OPTION_END, 0, NULL},
    };
    enum MHD_OPTION tls =
        front->use_tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END; /* the end, or two more */
    door->daemon =
        MHD_start_daemon(flags, 0, let_in, door, handle, door, MHD_OPTION_ARRAY, options, tls, TLS_PRIORITIES,
                         MHD_OPTION_HTTPS_CERT_CALLBACK, tls_retrieve, MHD_OPTION_END);
    return door->daemon != NULL;
}
