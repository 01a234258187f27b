/*
 * An HTTP/1.1 load generator, closed-loop unless told a rate: one thread, one epoll, keep-alive connections with one
 * request each on its way. Every answer's status is checked; one that is not what the request should get ends the run. Prints one line
 * (measure.h); `count` is people for reveal_100, else requests.
 *
 *     load --port N --key-file FILE [--tls 1] [--connections 64] [--seconds 5] [--subjects N] [--first N]
 *          [--ids FILE] --what reveal|reveal_100|create|lookup|redeem|self     (redeem: --ids holds codes of vouchers)
 *     load --port N --what verify --ids FILE     at a portal: each time one of these notice codes, from a made-up address
 *     load --port N --what get --path /status/   any page of any server
 *     load … --what ids --ids FILE     look people up by ref and write their public ids, a line each
 *
 *     --rate N    requests a second over all connections, evenly, in place of each as soon as the last was answered;
 *                 times then count from the moment a request was due, so that one that had to wait is seen to
 *     --subjects  customers of `amanah synth --seed 7` that the shop has     --first  the first one that create makes up
 */
#include "cli/synth.h"
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    SEED = 7,
    CONNECTIONS_MAX = 1024,
    IDS_WANTED = 20000, /* at most; and at least as many as connections */
    MANY = 100,
    STRIDE = 7919, /* a prime: so many people apart, 100 of them are different ones */
    READ_BYTES = 64 * 1024,
    HEAD_BYTES_MAX = 16 * 1024,
    WARM_UP_NS = 300 * 1000 * 1000,
    NS_PER_S = 1000 * 1000 * 1000
};
static const uint64_t PATIENCE_NS = 10ULL * NS_PER_S;

struct connection {
    int fd;
    SSL *ssl; /* NULL: plain */
    struct buf out, in;
    size_t sent, want; /* bytes of `out` written; length of the whole answer once its head is there, else 0 */
    uint64_t started_ns, due_ns;
    bool wait_write, wait_due;
};

struct load {
    const char *what, *ids_path, *path;
    struct buf key, body;
    uint16_t port;
    bool tls;
    SSL_CTX *context;
    int epoll;
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    char (*ids)[64];
    size_t id_count;
    FILE *ids_out;
    uint64_t subjects, next, random, asked, ids_wanted;
    uint64_t pace_ns; /* between two requests of a connection; 0: each follows the last one's answer */
    uint64_t warm_ns, end_ns, counted, last_ns;
    struct times times;
};

static void json_text(struct buf *out, const char *text)
{
    buf_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') buf_byte(out, '\\');
        buf_byte(out, (uint8_t)*text);
    }
    buf_byte(out, '"');
}

static void json_member(struct buf *out, const char *name, const char *text)
{
    json_text(out, name);
    buf_byte(out, ':');
    json_text(out, text);
}

static void reveal_body(struct load *load, size_t people, struct buf *out)
{
    uint64_t first = draw(&load->random) % load->id_count;
    buf_text(out, "{\"subjects\":[");
    for (size_t i = 0; i < people; i++) {
        if (i > 0) buf_byte(out, ',');
        json_text(out, load->ids[(first + i * STRIDE) % load->id_count]);
    }
    buf_text(out, "],\"fields\":[\"name\",\"email\"],\"purpose\":\"support\"}");
}

static void create_body(struct load *load, struct buf *out)
{
    struct synth_customer one;
    synth_customer(SEED, load->next++, &one);
    buf_byte(out, '{');
    json_member(out, "ref", one.ref);
    buf_byte(out, ',');
    json_member(out, "lang", one.lang);
    buf_byte(out, ',');
    json_member(out, "country", one.country);
    buf_text(out, ",\"fields\":{");
    json_member(out, "name", one.name);
    buf_byte(out, ',');
    json_member(out, "email", one.email);
    buf_byte(out, ',');
    json_member(out, "phone", one.phone);
    buf_text(out, "}}");
}

static void lookup_body(struct load *load, const char *field, struct buf *out)
{
    struct synth_customer one;
    uint64_t who = load->ids_out ? load->asked * load->subjects / load->ids_wanted /* each once */
                                 : draw(&load->random) % load->subjects;
    synth_customer(SEED, who, &one);
    buf_byte(out, '{');
    json_member(out, "field", field);
    buf_byte(out, ',');
    json_member(out, "value", strcmp(field, "ref") == 0 ? one.ref : one.email);
    buf_text(out, ",\"purpose\":\"support\"}");
}

/* The body of the next request into `out`; its path. */
static const char *body_make(struct load *load, struct buf *out)
{
    out->len = 0;
    if (strcmp(load->what, "reveal") == 0) {
        reveal_body(load, 1, out);
        return "/v1/reveal";
    }
    if (strcmp(load->what, "reveal_100") == 0) {
        reveal_body(load, MANY, out);
        return "/v1/reveal";
    }
    if (strcmp(load->what, "create") == 0) {
        create_body(load, out);
        return "/v1/subjects";
    }
    if (strcmp(load->what, "lookup") == 0 || strcmp(load->what, "ids") == 0) {
        lookup_body(load, strcmp(load->what, "ids") == 0 ? "ref" : "email", out);
        return "/v1/lookup";
    }
    if (strcmp(load->what, "self") == 0) return "/v1/self";
    if (strcmp(load->what, "get") == 0) return load->path;
    if (strcmp(load->what, "verify") == 0) {
        buf_byte(out, '{');
        json_member(out, "code", load->ids[draw(&load->random) % load->id_count]);
        buf_byte(out, '}');
        return "/v1/portal/verify";
    }
    if (strcmp(load->what, "redeem") == 0) {
        buf_byte(out, '{');
        json_member(out, "code", load->ids[draw(&load->random) % load->id_count]);
        buf_text(out, ",\"amount\":1}");
        return "/v1/vouchers/redeem";
    }
    give_up("--what: reveal, reveal_100, create, lookup, redeem, self, verify, get or ids");
}

static void watch(struct load *load, struct connection *connection, int act)
{
    struct epoll_event event = {.events = EPOLLIN | (connection->wait_write ? (uint32_t)EPOLLOUT : 0),
                                .data = {.ptr = connection}};
    if (epoll_ctl(load->epoll, act, connection->fd, &event) != 0) give_up("epoll: %s", strerror(errno));
}

static ssize_t bytes_write(struct connection *connection, const void *at, size_t len)
{
    if (!connection->ssl) return send(connection->fd, at, len, MSG_NOSIGNAL);
    int wrote = SSL_write(connection->ssl, at, (int)len);
    if (wrote > 0) return wrote;
    errno = SSL_get_error(connection->ssl, wrote) == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return -1;
}

static ssize_t bytes_read(struct connection *connection, void *at, size_t len)
{
    if (!connection->ssl) return recv(connection->fd, at, len, 0);
    int got = SSL_read(connection->ssl, at, (int)len);
    if (got > 0) return got;
    int why = SSL_get_error(connection->ssl, got);
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    errno = why == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
    return -1;
}

static void push(struct load *load, struct connection *connection)
{
    while (connection->sent < connection->out.len) {
        ssize_t wrote = bytes_write(connection, connection->out.at + connection->sent,
                                    connection->out.len - connection->sent);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno != EAGAIN) give_up("write: %s", strerror(errno));
        if (wrote < 0) break;
        connection->sent += (size_t)wrote;
    }
    bool wait = connection->sent < connection->out.len;
    if (wait == connection->wait_write) return;
    connection->wait_write = wait;
    watch(load, connection, EPOLL_CTL_MOD);
}

static void request_send(struct load *load, struct connection *connection)
{
    struct buf *out = &connection->out;
    const char *path = body_make(load, &load->body);
    out->len = connection->sent = 0;
    buf_text(out, load->body.len > 0 ? "POST " : "GET ");
    buf_text(out, path);
    buf_text(out, " HTTP/1.1\r\nHost: 127.0.0.1");
    if (load->key.len > 0) {
        buf_text(out, "\r\nAuthorization: Bearer ");
        buf_slice_put(out, buf_slice(&load->key));
    } else {
        uint32_t from = (uint32_t)draw(&load->random);
        buf_print(out, "\r\nX-Forwarded-For: 10.%u.%u.%u", from >> 16 & 255, from >> 8 & 255, from & 255);
    }
    if (load->body.len > 0) {
        buf_text(out, "\r\nContent-Type: application/json\r\nContent-Length: ");
        buf_decimal(out, load->body.len);
    }
    buf_text(out, "\r\n\r\n");
    buf_slice_put(out, buf_slice(&load->body));
    connection->in.len = connection->want = 0;
    connection->started_ns = load->pace_ns ? connection->due_ns : now_ns();
    load->asked++;
    push(load, connection);
}

/* The whole length of the answer once its head has come; 0 before. */
static size_t answer_len(struct connection *connection)
{
    const char *text = buf_c(&connection->in), *end = strstr(text, "\r\n\r\n");
    if (!end) {
        if (connection->in.len > HEAD_BYTES_MAX)
            give_up("an answer's head is longer than %d bytes", HEAD_BYTES_MAX);
        return 0;
    }
    const char *length = strcasestr(text, "\r\ncontent-length:");
    if (!length || length > end) give_up("an answer without Content-Length");
    return (size_t)(end - text) + 4 + strtoul(length + sizeof "\r\ncontent-length:" - 1, NULL, 10);
}

static void id_keep(struct load *load, struct connection *connection)
{
    const char *at = strstr(buf_c(&connection->in), "\"sub_");
    if (!at) give_up("lookup: an answer without an id");
    size_t len = strcspn(at + 1, "\"");
    if (fprintf(load->ids_out, "%.*s\n", (int)len, at + 1) < 0)
        give_up("%s: %s", load->ids_path, strerror(errno));
}

static void answer_take(struct load *load, struct connection *connection)
{
    uint64_t now = now_ns();
    const char *text = buf_c(&connection->in);
    const char *good = strcmp(load->what, "create") == 0 ? "HTTP/1.1 201" : "HTTP/1.1 200";
    if (strncmp(text, good, strlen(good)) != 0) give_up("%s was not expected:\n%s", "this answer", text);
    if (load->ids_out) id_keep(load, connection);
    if (connection->started_ns < load->warm_ns) return;
    times_add(&load->times, now - connection->started_ns);
    load->counted++;
    load->last_ns = now;
}

static bool going(const struct load *load)
{
    return load->ids_out ? load->asked < load->ids_wanted : now_ns() < load->end_ns;
}

/* Read what is there. True while the connection has, waits for, or has just been given, a request. */
static bool pull(struct load *load, struct connection *connection)
{
    for (;;) {
        buf_reserve(&connection->in, READ_BYTES);
        ssize_t got = bytes_read(connection, connection->in.at + connection->in.len, READ_BYTES);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) give_up("the server closed a connection: %s", got ? strerror(errno) : "end");
        connection->in.len += (size_t)got;
        if (connection->want == 0) connection->want = answer_len(connection);
        if (connection->want == 0 || connection->in.len < connection->want) continue;
        answer_take(load, connection);
        if (!going(load)) return false;
        connection->due_ns += load->pace_ns;
        connection->wait_due = load->pace_ns > 0;
        if (connection->wait_due) return true;
        request_send(load, connection);
        if (!connection->ssl || !SSL_has_pending(connection->ssl)) return true;
    }
}

static void connection_open(struct load *load, struct connection *connection)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(load->port)};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        give_up("port %u: %s", load->port, strerror(errno));
    }
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only slower without */
    if (load->tls) {
        connection->ssl = SSL_new(load->context);
        if (!connection->ssl || SSL_set_fd(connection->ssl, connection->fd) != 1 ||
            SSL_connect(connection->ssl) != 1) {
            give_up("TLS: no handshake");
        }
        SSL_set_mode(connection->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0) give_up("socket: %s", strerror(errno));
    watch(load, connection, EPOLL_CTL_ADD);
}

static void file_read(const char *path, struct buf *out)
{
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) give_up("%s: %s", path ? path : "--key-file FILE", strerror(errno));
    for (;;) {
        size_t got = fread(buf_extend(out, READ_BYTES), 1, READ_BYTES, file);
        out->len -= READ_BYTES - got;
        if (got == 0) break;
    }
    (void)fclose(file); /* only read */
}

static void ids_read(struct load *load)
{
    SCOPED(buf_done) struct buf text = {0};
    file_read(load->ids_path, &text);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) lines += text.at[i] == '\n';
    load->ids = calloc(lines ? lines : 1, sizeof *load->ids);
    if (!load->ids || lines == 0) give_up("%s: no ids", load->ids_path);
    for (const char *at = buf_c(&text); load->id_count < lines; load->id_count++) {
        size_t len = strcspn(at, "\n");
        if (len >= sizeof *load->ids) give_up("%s: a line is no id", load->ids_path);
        memcpy(load->ids[load->id_count], at, len);
        at += len + 1;
    }
}

static void settings(struct load *load, int argc, char **argv)
{
    load->what = argument_text(argc, argv, "--what", "reveal");
    load->ids_path = argument_text(argc, argv, "--ids", NULL);
    load->port = (uint16_t)argument(argc, argv, "--port", 0);
    load->tls = argument(argc, argv, "--tls", 0) != 0;
    load->subjects = argument(argc, argv, "--subjects", IDS_WANTED);
    load->next = argument(argc, argv, "--first", 0);
    load->connection_count = argument(argc, argv, "--connections", 64);
    load->random = SEED;
    uint64_t rate = argument(argc, argv, "--rate", 0);
    load->pace_ns = rate > 0 ? load->connection_count * NS_PER_S / rate : 0;
    if (load->connection_count == 0 || load->connection_count > CONNECTIONS_MAX || load->subjects == 0) {
        give_up("--connections: 1 to %d; --subjects: from 1", CONNECTIONS_MAX);
    }
    load->path = argument_text(argc, argv, "--path", "/");
    bool anybody = strcmp(load->what, "get") == 0 || strcmp(load->what, "verify") == 0;
    if (!anybody) file_read(argument_text(argc, argv, "--key-file", NULL), &load->key);
    while (load->key.len > 0 && load->key.at[load->key.len - 1] <= ' ') load->key.len--;
    if (strcmp(load->what, "ids") == 0) {
        load->ids_wanted = load->subjects < IDS_WANTED ? load->subjects : IDS_WANTED;
        load->ids_out = load->ids_path ? fopen(load->ids_path, "we") : NULL;
        if (!load->ids_out) give_up("--ids FILE: %s", strerror(errno));
    } else if (strncmp(load->what, "reveal", 6) == 0 || strcmp(load->what, "redeem") == 0 ||
               strcmp(load->what, "verify") == 0) {
        ids_read(load);
    }
}

/* Send what is due. How many connections have nothing more to do; when the next is due, at most `until_ns`. */
static size_t due_send(struct load *load, uint64_t *until_ns)
{
    size_t ended = 0;
    for (size_t i = 0; i < load->connection_count; i++) {
        struct connection *connection = &load->connections[i];
        if (connection->wait_due && connection->due_ns <= now_ns()) {
            connection->wait_due = false;
            if (going(load))
                request_send(load, connection);
            else
                ended++;
        } else if (connection->wait_due && connection->due_ns < *until_ns) {
            *until_ns = connection->due_ns;
        }
    }
    return ended;
}

/* Wait for answers, or until something is due; how many connections have something. */
static int answers_wait(struct load *load, struct epoll_event *events, uint64_t until_ns)
{
    uint64_t now = now_ns(), left = until_ns > now ? until_ns - now : 0;
    struct timespec time = {.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};
    int count = epoll_pwait2(load->epoll, events, CONNECTIONS_MAX, &time, NULL);
    if (count < 0 && errno != EINTR) give_up("epoll: %s", strerror(errno));
    return count;
}

static void begin(struct load *load, uint64_t seconds)
{
    uint64_t now = now_ns();
    load->warm_ns = now + WARM_UP_NS;
    load->end_ns = load->warm_ns + seconds * NS_PER_S;
    for (size_t i = 0; i < load->connection_count; i++) {
        struct connection *connection = &load->connections[i];
        connection->due_ns = now + load->pace_ns * i / load->connection_count;
        connection->wait_due = load->pace_ns > 0;
        if (!connection->wait_due) request_send(load, connection);
    }
}

static void run(struct load *load, uint64_t seconds)
{
    struct epoll_event events[CONNECTIONS_MAX];
    size_t busy = load->connection_count;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < load->connection_count; i++) connection_open(load, &load->connections[i]);
    begin(load, seconds);
    while (busy > 0) {
        uint64_t patience = now_ns() + PATIENCE_NS, until = patience;
        busy -= due_send(load, &until);
        int count = busy > 0 ? answers_wait(load, events, until) : 0;
        if (count == 0 && busy > 0 && until == patience) give_up("no answer in ten seconds");
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) push(load, connection);
            if (!pull(load, connection)) busy--;
        }
    }
}

int main(int argc, char **argv)
{
    static struct load load; /* its connections are too many for the stack */
    settings(&load, argc, argv);
    if (load.tls) {
        load.context =
            SSL_CTX_new(TLS_client_method()); /* the benchmark's own certificate: nothing to check it by */
        if (!load.context) give_up("TLS: out of memory");
        SSL_CTX_set_read_ahead(load.context, 1); /* a record in one read, not its head and then its body */
    }
    run(&load, argument(argc, argv, "--seconds", 5));
    uint64_t people = strcmp(load.what, "reveal_100") == 0 ? MANY : 1;
    round_print(load.what, load.connection_count, load.counted * people,
                (struct took){load.last_ns - load.warm_ns, cpu_ns()}, &load.times);
    if (load.ids_out && fclose(load.ids_out) != 0) give_up("%s: %s", load.ids_path, strerror(errno));
    for (size_t i = 0; i < load.connection_count; i++) {
        SSL_free(load.connections[i].ssl);
        (void)close(load.connections[i].fd);
        buf_done(&load.connections[i].in);
        buf_done(&load.connections[i].out);
    }
    SSL_CTX_free(load.context);
    free(load.ids);
    buf_done(&load.key);
    buf_done(&load.body);
    (void)close(load.epoll);
    return 0;
}
