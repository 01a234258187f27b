/* The front's own process, with a keeper that holds nothing; spoken to over a socket, byte by byte. */
#include "fake_keeper.h"
#include "prop.h"
#include "serve/address.h"
#include "serve/launch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>

enum { ANSWER_ROOM = 256 * 1024 };

struct stage {
    struct fake_keeper keeper;
    struct front_options options;
    struct front_child child;
    uint16_t port;
    char answer[ANSWER_ROOM];
};

static int start(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct address address = {0};
    struct sockaddr_in name = {0};
    socklen_t len = sizeof name;
    int fd = -1;
    assert_ok(address_parse("127.0.0.1:0", &address));
    stage->options.console_fd = stage->options.portal_fd = -1;
    assert_ok(address_bind(&address, &stage->options.listen_fd));
    assert_int_equal(listen(stage->options.listen_fd, 512), 0);
    assert_int_equal(getsockname(stage->options.listen_fd, (struct sockaddr *)&name, &len), 0);
    stage->port = ntohs(name.sin_port);
    stage->options.proxies[stage->options.proxy_count++] = "127.0.0.1";
    assert_ok(front_start(&stage->options, &stage->child, &fd));
    fake_start(&stage->keeper, fd);
    *state = stage;
    return 0;
}

static int finish(void **state)
{
    struct stage *stage = *state;
    int status = 0;
    fake_stop(&stage->keeper);
    front_reap(&stage->child, &status);
    close(stage->options.listen_fd);
    assert_int_equal(status, 0);
    free(stage);
    return 0;
}

static int dial(const struct stage *stage)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(stage->port)};
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 20};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

/* Read one answer by its Content-Length; its status. 0: the connection ended. */
static int hear(struct stage *stage, int fd)
{
    size_t len = 0, whole = 0;
    while (whole == 0 || len < whole) {
        ssize_t more = recv(fd, stage->answer + len, ANSWER_ROOM - 1 - len, 0);
        if (more <= 0) return 0;
        len += (size_t)more;
        stage->answer[len] = 0;
        const char *end = strstr(stage->answer, "\r\n\r\n"),
                   *length = strcasestr(stage->answer, "Content-Length: ");
        if (end && length) whole = (size_t)(end + 4 - stage->answer) + strtoul(length + 16, NULL, 10);
    }
    assert_int_equal(len, whole);
    return atoi(stage->answer + strlen("HTTP/1.1 "));
}

static void say(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0) return; /* the front may have closed: hear() says so */
        text += sent;
        len -= (size_t)sent;
    }
}

/* A request and its answer on a connection of its own. */
static int ask(struct stage *stage, const char *head, const char *body)
{
    SCOPED(buf_done) struct buf text = {0};
    int fd = dial(stage);
    buf_print(&text, "%s\r\nHost: x\r\n", head);
    if (body) buf_print(&text, "Content-Length: %zu\r\n", strlen(body));
    buf_print(&text, "\r\n%s", body ? body : "");
    say(fd, buf_c(&text));
    int status = hear(stage, fd);
    close(fd);
    return status;
}

#define KEY "\r\nAuthorization: Bearer amk_x"
#define JSON KEY "\r\nContent-Type: application/json"
static const char good_reveal[] = "{\"subjects\":[\"sub_1\"],\"fields\":[\"name\"],\"purpose\":\"p\"}";

static void assert_has(const struct stage *stage, const char *text)
{
    if (!strstr(stage->answer, text)) fail_msg("no %s in: %s", text, stage->answer);
}

static void an_answer_has_its_headers_and_receipt(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(ask(stage, "POST /v1/reveal HTTP/1.1" JSON "\r\nX-Request-Id: my.id-1", good_reveal),
                     200);
    assert_has(stage, "\"id\":\"sub_1\",\"receipt\":{\"index\":42,\"leaf_hash\":\"AAAA");
    assert_has(stage, "\"checkpoint\":\"shop.example/log\\n1\\nAAAA=\\n\\n— shop.example/log AAAA\\n\"}}");
    assert_has(stage, "Cache-Control: no-store\r\n");
    assert_has(stage, "X-Request-Id: my.id-1\r\n");
    assert_has(stage, "Amanah-Receipt: 42\r\n");
    assert_has(stage, "Content-Type: application/json\r\n");
    assert_string_equal(stage->keeper.bearer, "amk_x");
    assert_int_equal(stage->keeper.last.network[15], 1);
}

static void each_reply_has_its_shape(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(ask(stage, "POST /v1/subjects HTTP/1.1" JSON "\r\nIdempotency-Key: k1",
                         "{\"ref\":\"r\",\"fields\":{}}"),
                     201);
    assert_has(stage, "Idempotent-Replayed: true\r\n");
    assert_string_equal(stage->keeper.idempotency, "k1");
    assert_int_equal(ask(stage, "GET /v1/subjects/sub_1 HTTP/1.1" KEY, NULL), 200);
    assert_has(stage, "ETag: \"7\"\r\n");
    assert_int_equal(ask(stage, "GET /v1/ledger/checkpoint HTTP/1.1" KEY, NULL), 200);
    assert_has(stage, "Content-Type: text/plain; charset=utf-8\r\n");
    assert_has(stage, "\r\n\r\nshop.example/log\n1\n");
    assert_int_equal(ask(stage, "GET /v1/ledger/tile/entries/x001/067.p/3 HTTP/1.1" KEY, NULL), 200);
    assert_has(stage, "immutable");
    assert_has(stage, "\r\n\r\ntile/entries/x001/067.p/3");
    assert_int_equal(ask(stage, "GET /healthz HTTP/1.1", NULL), 503);
    assert_has(stage, "{\"ready\":false,\"reason\":\"sealed\"}");
    assert_int_equal(ask(stage, "GET /metrics HTTP/1.1" KEY, NULL), 200);
    assert_has(stage, "amanah_up 1\n");
    assert_has(stage, "amanah_http_responses_total{class=\"2xx\"}");
    assert_int_equal(ask(stage, "GET /openapi.json HTTP/1.1", NULL), 200);
    assert_has(stage, "\"openapi\":\"3.1.0\"");
    assert_int_equal(
        ask(stage, "PATCH /v1/subjects/sub_1 HTTP/1.1" JSON "\r\nIf-Match: \"12\"", "{\"lang\":\"ko\"}"),
        200);
    assert_int_equal(stage->keeper.version, 12);
    assert_int_equal(ask(stage, "DELETE /v1/subjects/sub_1?dry_run=true HTTP/1.1" KEY, NULL), 200);
    assert_int_equal(ask(stage, "POST /v1/subjects/sub_1/close HTTP/1.1" KEY, ""), 200);
}

static void refusals_are_problems(void **state)
{
    struct stage *stage = *state;
    static const struct {
        const char *head, *body;
        int status;
        const char *has;
    } cases[] = {
        {"GET /v1/nothing HTTP/1.1" KEY, NULL, 404, "\"code\":\"route.not_found\""},
        {"PUT /v1/subjects/sub_1 HTTP/1.1" JSON, "{}", 405, "Allow: GET, HEAD, PATCH, DELETE\r\n"},
        {"POST /v1/reveal HTTP/1.1\r\nContent-Type: application/json", good_reveal, 401,
         "WWW-Authenticate: Bearer\r\n"},
        {"POST /v1/reveal HTTP/1.1\r\nAuthorization: Basic x\r\nContent-Type: application/json", good_reveal,
         401, "\"code\":\"credential.unknown\""},
        {"POST /v1/reveal HTTP/1.1" KEY "\r\nContent-Type: text/plain", good_reveal, 415,
         "request.media_type"},
        {"POST /v1/reveal HTTP/1.1" KEY, good_reveal, 415, "request.media_type"},
        {"POST /v1/reveal HTTP/1.1" JSON, "{\"subjects\":1}", 400, "\"pointer\":\"/subjects\""},
        {"POST /v1/reveal HTTP/1.1" JSON, "{", 400, "\"code\":\"request.malformed\""},
        {"POST /v1/reveal HTTP/1.1" JSON, "", 400, "empty"},
        {"POST /v1/reveal HTTP/1.1" JSON, "{\"subjects\":[\"s\"],\"fields\":[\"n\"],\"purpose\":\"spent\"}",
         429, "Retry-After: 77\r\n"},
        {"POST /v1/reveal HTTP/1.1" JSON, "{\"subjects\":[\"s\"],\"fields\":[\"n\"],\"purpose\":\"spent\"}",
         429, "RateLimit: \"day\";r=0;t=77\r\n"},
        {"PATCH /v1/subjects/sub_1 HTTP/1.1" JSON, "{}", 428, "subject.if_match"},
        {"PATCH /v1/subjects/sub_1 HTTP/1.1" JSON "\r\nIf-Match: *", "{}", 400, "If-Match"},
        {"GET /v1/subjects/%20x HTTP/1.1" KEY, NULL, 400, "id.malformed"},
        {"GET /v1/self?x=1 HTTP/1.1" KEY, NULL, 400, "request.unknown_member"},
        {"GET /v1/staff?limit=1001 HTTP/1.1" KEY, NULL, 400, "limit"},
        {"GET /v1/ledger/proof HTTP/1.1" KEY, NULL, 400, "request.missing_member"},
        {"DELETE /v1/subjects/sub_1?reason=secret HTTP/1.1" KEY, NULL, 400, "request.unknown_member"},
        {"GET /v1/self HTTP/1.1" KEY "\r\nAuthorization: Bearer amk_y", NULL, 400, "there twice"},
        {"GET /v1/self HTTP/1.1" JSON, "{}", 400, "takes none"},
        {"POST /v1/import HTTP/1.1" KEY "\r\nContent-Type: image/png", "x", 415, "text/csv"},
        {"POST /v1/import?map=1=2 HTTP/1.1" KEY "\r\nContent-Type: text/csv", "ref\n1\n", 400,
         "request.malformed"},
        {"POST /v1/import?x=2 HTTP/1.1" KEY "\r\nContent-Type: text/csv", "ref\n1\n", 400, "unknown_member"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int status = ask(stage, cases[i].head, cases[i].body);
        if (status != cases[i].status || !strstr(stage->answer, cases[i].has) ||
            !strstr(stage->answer, "application/problem+json")) {
            fail_msg("%s: want %d and %s, got %d: %s", cases[i].head, cases[i].status, cases[i].has, status,
                     stage->answer);
        }
    }
}

static void a_long_credential_or_body_is_refused(void **state)
{
    struct stage *stage = *state;
    SCOPED(buf_done) struct buf head = {0}, body = {0}, chunked = {0};
    buf_text(&head, "GET /v1/self HTTP/1.1\r\nAuthorization: Bearer ");
    for (int i = 0; i <= BEARER_BYTES_MAX; i++) buf_byte(&head, 'a');
    assert_int_equal(ask(stage, buf_c(&head), NULL), 401);

    for (int i = 0; i < 1100; i++) buf_print(&body, "%01000d", 0);
    assert_int_equal(ask(stage, "POST /v1/reveal HTTP/1.1" JSON, buf_c(&body)), 413);
    buf_text(&chunked, "POST /v1/reveal HTTP/1.1" JSON "\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    buf_print(&chunked, "%zx\r\n", body.len);
    buf_slice_put(&chunked, buf_slice(&body));
    buf_text(&chunked, "\r\n0\r\n\r\n");
    int fd = dial(stage);
    say(fd, buf_c(&chunked));
    assert_int_equal(hear(stage, fd), 413);
    close(fd);
    fd = dial(stage);
    say(fd, "POST /v1/reveal HTTP/1.1" JSON "\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
    assert_int_equal(hear(stage, fd), 413);
    close(fd);
}

static void a_connection_serves_many_requests(void **state)
{
    struct stage *stage = *state;
    int fd = dial(stage);
    for (int i = 0; i < 50; i++) {
        say(fd, "GET /v1/self HTTP/1.1" KEY "\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(stage, fd), 200);
        say(fd, "GET /v1/none HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(stage, fd), 404);
    }
    say(fd, "HEAD /v1/self HTTP/1.1" KEY "\r\nHost: x\r\nConnection: close\r\n\r\n");
    ssize_t len = recv(fd, stage->answer, ANSWER_ROOM, MSG_WAITALL);
    assert_true(len > 4 && memcmp(stage->answer + len - 4, "\r\n\r\n", 4) == 0); /* no body */
    close(fd);
}

static void only_listed_proxies_name_the_client(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        ask(stage, "GET /v1/self HTTP/1.1" KEY "\r\nX-Forwarded-For: 9.9.9.9, 203.0.113.7, 127.0.0.1", NULL),
        200);
    static const uint8_t want[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 7};
    assert_memory_equal(stage->keeper.last.network, want, sizeof want);
    assert_int_equal(ask(stage, "GET /v1/self HTTP/1.1" KEY "\r\nX-Forwarded-For: nonsense", NULL), 200);
    assert_int_equal(stage->keeper.last.network[12], 127);
}

static void a_list_streams_in(void **state)
{
    struct stage *stage = *state;
    SCOPED(buf_done) struct buf list = {0};
    buf_text(&list, "ref,name,email\r\n");
    for (int i = 0; i < 30000; i++) buf_print(&list, "c%d,Name %d,c%d@example.com\r\n", i, i, i);
    buf_text(&list, "one,two,three,four\r\n");
    assert_int_equal(
        ask(stage, "POST /v1/import HTTP/1.1" KEY "\r\nContent-Type: text/csv; charset=utf-8", buf_c(&list)),
        200);
    assert_has(stage, "\"rows\":30001,\"created\":30000,\"changed\":0,\"unchanged\":0,\"refused_count\":1");
    assert_has(stage, "\"line\":30002,\"code\":\"import.row\"");
    assert_has(stage, "\"receipt\":{");
    assert_has(stage, "{\"column\":\"email\",\"target\":\"email\"}");
    assert_int_equal(stage->keeper.import_rows, 30000);

    assert_int_equal(
        ask(stage, "POST /v1/import HTTP/1.1\r\nAuthorization: Bearer amk_denied\r\nContent-Type: text/csv",
            buf_c(&list)),
        403);
    assert_has(stage, "\"code\":\"role.act\"");
    assert_has(stage, "\"created\":0");
    assert_int_equal(ask(stage,
                         "POST /v1/import?dry_run=1 HTTP/1.1" KEY "\r\nContent-Type: application/x-ndjson",
                         "{\"ref\":\"a\",\"name\":\"n\"}\n{\"ref\":\n"),
                     200);
    assert_has(stage, "\"dry_run\":true");
    assert_has(stage, "\"refused_count\":1");
}

static void garbage_ends_the_connection_alone(void **state)
{
    struct stage *stage = *state;
    PROPERTY(40, rng) {
        uint8_t noise[300];
        size_t len = prop_fill(&rng, noise, sizeof noise);
        int fd = dial(stage);
        if (len > 0) (void)send(fd, noise, len, MSG_NOSIGNAL);
        close(fd);
    }
    assert_int_equal(ask(stage, "GET /v1/self HTTP/1.1" KEY, NULL), 200);
}

static void a_lost_keeper_is_said_and_ends_the_front(void **state)
{
    struct stage *stage = *state;
    stage->keeper.hold = true;
    int fd = dial(stage);
    say(fd, "GET /v1/self HTTP/1.1" KEY "\r\nHost: x\r\n\r\n");
    while (stage->keeper.asks == 0) usleep(1000);
    (void)shutdown(stage->keeper.fd, SHUT_RDWR);
    assert_int_equal(hear(stage, fd), 503);
    close(fd);
}

static void asked_to_end_it_finishes_what_runs(void **state)
{
    struct stage *stage = *state;
    int fd = dial(stage);
    SCOPED(buf_done) struct buf head = {0};
    buf_print(&head,
              "POST /v1/reveal HTTP/1.1" JSON "\r\nHost: x\r\nContent-Length: %zu\r\n\r\n{\"subjects\":",
              strlen(good_reveal));
    say(fd, buf_c(&head));
    usleep(50000);
    front_quit(&stage->child);
    usleep(50000);
    say(fd, good_reveal + strlen("{\"subjects\":"));
    assert_int_equal(hear(stage, fd), 200);
    assert_has(stage, "Connection: close");
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], FRONT_WORD) == 0) return front_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_has_its_headers_and_receipt, start, finish),
        cmocka_unit_test_setup_teardown(each_reply_has_its_shape, start, finish),
        cmocka_unit_test_setup_teardown(refusals_are_problems, start, finish),
        cmocka_unit_test_setup_teardown(a_long_credential_or_body_is_refused, start, finish),
        cmocka_unit_test_setup_teardown(a_connection_serves_many_requests, start, finish),
        cmocka_unit_test_setup_teardown(only_listed_proxies_name_the_client, start, finish),
        cmocka_unit_test_setup_teardown(a_list_streams_in, start, finish),
        cmocka_unit_test_setup_teardown(garbage_ends_the_connection_alone, start, finish),
        cmocka_unit_test_setup_teardown(a_lost_keeper_is_said_and_ends_the_front, start, finish),
        cmocka_unit_test_setup_teardown(asked_to_end_it_finishes_what_runs, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
