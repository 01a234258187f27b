#include "cli/remote.h"

#include "base/doc.h"
#include "cli/http_ask.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200, HTTP_NOT_OK = 300, SLOW_BYTES = 1, SLOW_SECONDS = 120 };

struct remote {
    CURL *curl;
    struct buf url, authorization;
};

/* What one request gathers. */
struct exchange {
    struct curl_slist *headers;
    struct buf body;
    bool too_long;
};

static void exchange_done(struct exchange *exchange)
{
    curl_slist_free_all(exchange->headers);
    buf_done(&exchange->body);
}

void remote_free(struct remote **remote)
{
    if (!*remote) return;
    curl_easy_cleanup((*remote)->curl);
    buf_done(&(*remote)->url);
    buf_done(&(*remote)->authorization);
    free(*remote);
    *remote = NULL;
}

/* In the clear only to this machine. */
static bool url_good(const char *url)
{
    static const char *const local[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
    if (strpbrk(url, " \t\r\n@?#\"'\\")) return false;
    if (strncmp(url, "https://", strlen("https://")) == 0) return url[strlen("https://")] != '\0';
    for (size_t i = 0; i < COUNT_OF(local); i++) {
        size_t len = strlen(local[i]);
        if (strncmp(url, local[i], len) == 0 && strchr(":/", url[len]))
            return true; /* the end is a '\0' too */
    }
    return false;
}

RESULT remote_open(const char *url, struct slice bearer, struct remote **out)
{
    if (!url_good(url)) {
        return FAIL(CONFIG, "--url: not a vault's; give https://HOST[:PORT], http:// only for this machine");
    }
    SCOPED(remote_free) struct remote *remote = calloc(1, sizeof *remote);
    if (!remote) abort();
    remote->curl = curl_easy_init();
    if (!remote->curl) return FAIL(UNAVAILABLE, "curl: cannot start");
    buf_text(&remote->url, url);
    while (remote->url.at[remote->url.len - 1] == '/') remote->url.len--;
    remote_bearer(remote, bearer);
    *out = TAKE(remote);
    return OK;
}

void remote_bearer(struct remote *remote, struct slice bearer)
{
    buf_clear(&remote->authorization);
    if (bearer.len == 0) return;
    buf_text(&remote->authorization, "Authorization: Bearer ");
    buf_slice_put(&remote->authorization, bearer);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    exchange->too_long = exchange->body.len + size * count > REMOTE_ANSWER_BYTES_MAX;
    if (exchange->too_long) return 0;
    buf_put(&exchange->body, bytes, size * count);
    return size * count;
}

static size_t give_list(char *room, size_t size, size_t count, void *context)
{
    const struct remote_list *list = context;
    size_t given = list->read(list->context, room, size * count);
    return given == (size_t)-1 ? CURL_READFUNC_ABORT : given;
}

static void add_header(struct exchange *exchange, const char *line)
{
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);
    if (!longer) abort();
    exchange->headers = longer;
}

/* Options of every request. Those that a build of curl may lack are told by curl_easy_perform(). */
static void prepare(struct remote *remote, struct exchange *exchange, const char *method, struct slice path)
{
    SCOPED(buf_done) struct buf url = {0};
    CURL *curl = remote->curl;
    const char *ca = getenv("AMANAH_CACERT"), *cert = getenv("AMANAH_CERT"), *key = getenv("AMANAH_CERT_KEY");
    curl_easy_reset(curl);
    buf_slice_put(&url, buf_slice(&remote->url));
    buf_slice_put(&url, path);
    (void)curl_easy_setopt(curl, CURLOPT_URL, buf_c(&url));
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)REMOTE_CONNECT_S_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    if (slice_starts(buf_slice(&remote->url), "http:")) (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (ca && ca[0]) (void)curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    if (cert && cert[0]) (void)curl_easy_setopt(curl, CURLOPT_SSLCERT, cert);
    if (key && key[0]) (void)curl_easy_setopt(curl, CURLOPT_SSLKEY, key);
    if (remote->authorization.len > 0) add_header(exchange, buf_c(&remote->authorization));
    add_header(exchange, "Expect:"); /* one round trip less */
}

static RESULT perform(struct remote *remote, struct exchange *exchange, long *status)
{
    (void)curl_easy_setopt(remote->curl, CURLOPT_HTTPHEADER, exchange->headers);
    CURLcode done = curl_easy_perform(remote->curl);
    if (exchange->too_long) {
        return FAIL(UNAVAILABLE, "vault: its answer is longer than %d bytes; ask for less",
                    REMOTE_ANSWER_BYTES_MAX);
    }
    if (done != CURLE_OK)
        return FAIL(UNAVAILABLE, "vault: %s; is it up, and its URL right?", curl_easy_strerror(done));
    (void)curl_easy_getinfo(remote->curl, CURLINFO_RESPONSE_CODE, status);
    return OK;
}

/* Of an answer whose code is unknown here: a vault of a newer version. */
static enum cause cause_of_status(long status)
{
    if (status == 404 || status == 410) return CAUSE_NOT_FOUND;
    if (status == 401 || status == 403) return CAUSE_DENIED;
    if (status == 409 || status == 412) return CAUSE_CONFLICT;
    if (status == 429) return CAUSE_SPENT;
    return status >= 400 && status < 500 ? CAUSE_INVALID : CAUSE_UNAVAILABLE;
}

static enum cause cause_of(struct doc problem, long status)
{
    SCOPED(buf_done) struct buf slug = {0};
    buf_slice_put(&slug, doc_text(doc_get(problem, "code")));
    enum cause cause = slug.len > 0 ? cause_by_slug(buf_c(&slug)) : CAUSE_COUNT;
    return cause == CAUSE_COUNT || cause == CAUSE_OK ? cause_of_status(status) : cause;
}

/* The checkpoint route gives the note alone; a home's answer also says its size, which stands on the second line. */
static void put_checkpoint(struct slice note, struct buf *out)
{
    uint64_t size = 0;
    struct slice rest = note;
    const uint8_t *line = rest.len > 0 ? memchr(rest.at, '\n', rest.len) : NULL;
    if (line) rest = slice_from(rest, (size_t)(line - rest.at) + 1);
    for (size_t i = 0; i < rest.len && rest.at[i] >= '0' && rest.at[i] <= '9'; i++)
        size = size * 10 + rest.at[i] - '0';
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("size"));
    cbor_uint(out, size);
    cbor_text(out, SLICE_TEXT("checkpoint"));
    cbor_text(out, note);
}

static RESULT take_answer(const struct route *route, struct exchange *exchange, long status,
                          struct remote_answer *out)
{
    SCOPED(buf_done) struct buf cbor = {0};
    struct slice body = buf_slice(&exchange->body);
    bool good = status >= HTTP_OK && status < HTTP_NOT_OK;
    enum cause cause = CAUSE_OK;
    if (good && (route->reply == REPLY_OCTETS || route->reply == REPLY_FILE ||
                 route->reply == REPLY_ARCHIVE || route->reply == REPLY_PDF || route->reply == REPLY_RANGE)) {
        buf_slice_put(&cbor, body);
    } else if (good && route->reply == REPLY_CHECKPOINT) {
        put_checkpoint(body, &cbor);
    } else if (doc_from_json(body, &cbor).code != CODE_OK) {
        if (good) return FAIL(UNAVAILABLE, "vault: its answer is no JSON; is the URL that of a vault?");
        buf_clear(&cbor);
    }
    if (!good) cause = cause_of(doc_of(buf_slice(&cbor)), status);
    *out = (struct remote_answer){cause, TAKE(cbor)};
    return OK;
}

RESULT remote_ask(struct remote *remote, enum verb verb, const void *ask, long seconds,
                  struct remote_answer *out)
{
    SCOPED(http_ask_done) struct http_ask http = {0};
    SCOPED(exchange_done) struct exchange exchange = {0};
    long status = 0;
    TRY(http_ask_make(verb, ask, &http));
    prepare(remote, &exchange, http.route->method, buf_slice(&http.path));
    (void)curl_easy_setopt(remote->curl, CURLOPT_TIMEOUT, seconds);
    if (http.body.len > 0) {
        add_header(&exchange, "Content-Type: application/json");
        (void)curl_easy_setopt(remote->curl, CURLOPT_POSTFIELDS, (const char *)http.body.at);
        (void)curl_easy_setopt(remote->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)http.body.len);
    }
    TRY(perform(remote, &exchange, &status));
    return take_answer(http.route, &exchange, status, out);
}

static void option_put(const char *name, const char *value, char *mark, struct buf *out)
{
    if (!value) return;
    buf_print(out, "%c%s=", *mark, name);
    percent_put(out, slice_text(value));
    *mark = '&';
}

void remote_import_path(const struct remote_list *list, struct buf *out)
{
    char mark = '?';
    buf_text(out, "/v1/import");
    option_put("format", list->format, &mark, out);
    option_put("map", list->map, &mark, out);
    option_put("on_conflict", list->on_conflict, &mark, out);
    option_put("dry_run", list->dry_run ? "true" : NULL, &mark, out);
}

RESULT remote_import(struct remote *remote, struct remote_list *list, struct remote_answer *out)
{
    static const struct route route = {.method = "POST", .reply = REPLY_JSON};
    SCOPED(exchange_done) struct exchange exchange = {0};
    SCOPED(buf_done) struct buf path = {0};
    long status = 0;
    remote_import_path(list, &path);
    prepare(remote, &exchange, "POST", buf_slice(&path));
    bool json = list->format && strcmp(list->format, "jsonl") == 0;
    add_header(&exchange, json ? "Content-Type: application/x-ndjson" : "Content-Type: text/csv");
    add_header(&exchange, "Transfer-Encoding: chunked");
    (void)curl_easy_setopt(remote->curl, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(remote->curl, CURLOPT_READFUNCTION, give_list);
    (void)curl_easy_setopt(remote->curl, CURLOPT_READDATA, list);
    (void)curl_easy_setopt(remote->curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    (void)curl_easy_setopt(remote->curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
    TRY(perform(remote, &exchange, &status));
    return take_answer(&route, &exchange, status, out);
}
