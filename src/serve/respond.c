#include "serve/serve_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libmicrohttpd lets go of a body: it held personal values. */
static void body_free(void *context)
{
    struct buf *body = context;
    buf_done(body);
    free(body);
}

static struct MHD_Response *make_response(struct buf *body)
{
    struct buf *kept = malloc(sizeof *kept);
    if (kept == NULL) abort(); /* as all memory: see bytes.h */
    *kept = TAKE(*body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(kept->len, kept->at, body_free, kept);
    if (response == NULL) body_free(kept);
    return response;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name,
                                  value); /* fails for our bugs only; tests read every header */
}

static void add_number(struct MHD_Response *response, const char *name, uint64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    add(response, name, text);
}

static void add_etag(struct MHD_Response *response, uint64_t version)
{
    char text[24];
    (void)snprintf(text, sizeof text, "\"%llu\"", (unsigned long long)version);
    add(response, "ETag", text);
}

static void add_budget(struct MHD_Response *response, const struct reply *reply)
{
    char text[WINDOW_BYTES + 64];
    int len = snprintf(text, sizeof text, "\"%s\";r=%llu", reply->budget_window,
                       (unsigned long long)reply->budget_left);
    if (reply->retry_after_s > 0) /* of a refusal: when there is room for it */
        (void)snprintf(text + len, sizeof text - (size_t)len, ";t=%u", reply->retry_after_s);
    add(response, "RateLimit", text);
    (void)snprintf(text, sizeof text, "\"%s\";q=%llu", reply->budget_window,
                   (unsigned long long)reply->budget_limit);
    add(response, "RateLimit-Policy", text);
}

static void add_cookie(struct MHD_Response *response, const struct request *request,
                       const struct reply *reply)
{
    SCOPED(buf_done) struct buf cookie = {0};
    cookie_put(buf_slice(&reply->token), request->door == DOOR_PORTAL, request->front->secure, &cookie);
    add(response, "Set-Cookie", buf_c(&cookie));
}

/* Public words: the same for everybody who reads one language, so nothing of the request stands in them. */
static bool of_words(const struct request *request)
{
    return request->found.route && request->found.route->reply == REPLY_PAGE;
}

static void add_headers(struct MHD_Response *response, const struct request *request,
                        const struct reply *reply)
{
    add(response, "Content-Type", reply->type);
    add(response, "Cache-Control", reply->cache);
    bool words = of_words(request);
    if (!words || reply->status != MHD_HTTP_OK) add(response, "X-Request-Id", request->id);
    if (reply->receipt) add_number(response, "Amanah-Receipt", reply->receipt_index);
    if (reply->version > 0) add_etag(response, reply->version);
    if (reply->retry_after_s > 0) add_number(response, "Retry-After", reply->retry_after_s);
    if (reply->replayed) add(response, "Idempotent-Replayed", "true");
    if (reply->status == 401) add(response, "WWW-Authenticate", "Bearer");
    if (reply->status == 405) add(response, "Allow", request->found.allow);
    if (reply->budget) add_budget(response, reply);
    if (reply->token.len > 0 || reply->session_ended) add_cookie(response, request, reply);
    if (request->front->ending) add(response, "Connection", "close");
    if (words) add(response, "Vary", "Accept-Language");
    if (request->door != DOOR_API)
        pages_headers(words ? &page_of_words : &page_of_answers, request->front->secure, response, add);
}

/* One line of a request that failed in here or below; of every request when asked for. */
static void log_request(const struct request *request, int status)
{
    struct log_line line = {0};
    bool health =
        request->found.route && request->found.route->reply == REPLY_HEALTH; /* asked every second */
    if ((status < 500 || health) && !request->front->log_requests) return;
    log_begin(&line, status < 500 ? LOG_INFO : LOG_WARN, "http.request");
    log_text(&line, "method", request->found.route ? request->found.route->method : "-");
    log_text(&line, "route",
             request->page          ? request->page->path
             : request->found.route ? request->found.route->path
                                    : "-");
    log_number(&line, "status", status);
    log_number(&line, "us", clock_monotonic_us() - request->began_us);
    log_text(&line, "request", request->id);
    log_end(&line, STDERR_FILENO);
}

static bool queue(struct request *request, struct MHD_Response *response, int status)
{
    request->answered = true;
    request->replied_us = request->front->now_us;
    request->front->answered[status / 100 % STATUS_CLASSES]++;
    log_request(request, status);
    return MHD_queue_response(request->mhd, (unsigned)status, response) == MHD_YES;
}

static bool respond_with(struct request *request, struct MHD_Response *response, int status)
{
    bool queued = queue(request, response, status);
    MHD_destroy_response(response);
    return queued;
}

/* Only what is asked for plainly: no other member of a query can change what is answered. */
static bool shelf_key(const struct request *request, struct shelf_key *out)
{
    if (!of_words(request) || request->front->ending) return false;
    if (MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0) return false;
    *out = (struct shelf_key){.route = request->found.route,
                              .language = pages_language(request->headers.accept_language)};
    if (request->found.captures > 0) out->name = request->found.values[0];
    return true;
}

bool respond_kept(struct request *request, bool *out_kept)
{
    struct shelf_key key = {0};
    struct MHD_Response *response =
        shelf_key(request, &key) ? shelf_find(&request->front->shelf, &key, request->front->now_us) : NULL;
    *out_kept = response != NULL;
    return response && queue(request, response, MHD_HTTP_OK);
}

bool respond(struct request *request, struct reply *reply)
{
    assert(!request->answered && reply->status >= 200);
    struct MHD_Response *response = make_response(&reply->body);
    if (response == NULL) return false;
    add_headers(response, request, reply);
    struct shelf_key key = {0};
    bool keep = reply->status == MHD_HTTP_OK && shelf_key(request, &key);
    if (!keep || !shelf_put(&request->front->shelf, &key, response, request->front->now_us))
        return respond_with(request, response, reply->status);
    return queue(request, response, reply->status);
}

bool respond_page(struct request *request)
{
    const struct page_file *page = request->page;
    const struct page_form *form = pages_form(page, request->headers.accept_encoding);
    bool known = pages_known(page, request->headers.if_none_match);
    void *bytes = NULL; /* libmicrohttpd changes none of them, and says so nowhere */
    memcpy(&bytes, &form->at, sizeof bytes);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(known ? 0 : form->len, bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) return false;
    add(response, "Content-Type", page->type);
    add(response, "Cache-Control", page->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    add(response, "ETag", page->etag);
    add(response, "Vary", "Accept-Encoding");
    if (form->encoding) add(response, "Content-Encoding", form->encoding);
    pages_headers(page, request->front->secure, response, add);
    if (request->front->ending) add(response, "Connection", "close");
    return respond_with(request, response, known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK);
}

bool respond_stream(struct request *request, size_t block, MHD_ContentReaderCallback reader)
{
    const struct reply reply = {.status = MHD_HTTP_OK, .type = "text/event-stream", .cache = "no-store"};
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, reader, request, NULL);
    if (response == NULL) return false;
    add_headers(response, request, &reply);
    add(response, "X-Accel-Buffering", "no"); /* proxies must not hold it back */
    return respond_with(request, response, reply.status);
}

bool respond_file(struct request *request, uint64_t total, size_t block, MHD_ContentReaderCallback reader)
{
    const struct reply reply = {
        .status = MHD_HTTP_OK, .type = "application/octet-stream", .cache = "no-store"};
    struct MHD_Response *response = MHD_create_response_from_callback(total, block, reader, request, NULL);
    if (response == NULL) return false;
    add_headers(response, request, &reply);
    return respond_with(request, response, reply.status);
}

void add_metrics(const struct front *front, struct buf *out)
{
    buf_text(out, "# HELP amanah_http_responses_total Answers by the first digit of their status.\n"
                  "# TYPE amanah_http_responses_total counter\n");
    for (size_t i = 2; i < STATUS_CLASSES; i++) {
        buf_print(out, "amanah_http_responses_total{class=\"%zuxx\"} %llu\n", i,
                  (unsigned long long)front->answered[i]);
    }
    buf_print(out,
              "# HELP amanah_http_connections Open connections.\n# TYPE amanah_http_connections gauge\n"
              "amanah_http_connections %zu\n"
              "# HELP amanah_http_asks_waiting Asks that wait for the keeper.\n# TYPE "
              "amanah_http_asks_waiting gauge\n"
              "amanah_http_asks_waiting %zu\n",
              front->connection_count, link_waiting(front->link));
}
