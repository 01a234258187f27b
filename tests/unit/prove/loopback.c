#include "loopback.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES_MAX = 1 << 20, TICK_MS = 20, FLOOD_BYTES = 1 << 20 };

static bool wait_for(struct loopback *server, int fd)
{
    struct pollfd watch = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&server->stop)) {
        if (poll(&watch, 1, TICK_MS) > 0) return true;
    }
    return false;
}

static void send_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes = slice_from(bytes, (size_t)sent);
    }
}

/* The body of the next request on the connection; false when there is none. */
static bool request_read(struct loopback *server, int fd, struct buf *request, struct slice *body)
{
    static const char length_name[] = "Content-Length: ";
    buf_clear(request);
    while (request->len < REQUEST_BYTES_MAX) {
        const char *text = buf_c(request);
        const char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, length_name);
        if (end && length) {
            size_t want = strtoul(length + strlen(length_name), NULL, 10);
            size_t head = (size_t)(end + 4 - text);
            if (request->len >= head + want) {
                *body = slice_part(buf_slice(request), head, want);
                return true;
            }
        }
        uint8_t part[4096];
        if (!wait_for(server, fd)) return false;
        ssize_t got = recv(fd, part, sizeof part, 0);
        if (got <= 0) return false;
        buf_put(request, part, (size_t)got);
    }
    return false;
}

static bool answer_one(struct loopback *server, int fd, struct slice body)
{
    SCOPED(buf_done) struct buf out = {0}, all = {0};
    if (server->fault == LOOPBACK_CLOSE) return false;
    if (server->fault == LOOPBACK_HANG) {
        (void)wait_for(server, fd); /* until the client gives up */
        return false;
    }
    int status = server->answer(server->context, body, &out);
    if (server->fault == LOOPBACK_FLOOD) memset(buf_extend(&out, FLOOD_BYTES), 'a', FLOOD_BYTES);
    buf_print(&all, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\nLocation: /elsewhere\r\n\r\n", status,
              out.len);
    buf_slice_put(&all, buf_slice(&out));
    send_all(fd, buf_slice(&all));
    return true;
}

static void *serve(void *context)
{
    struct loopback *server = context;
    while (wait_for(server, server->listener)) {
        int fd = accept(server->listener, NULL, NULL);
        SCOPED(buf_done) struct buf request = {0};
        struct slice body = {0};
        if (fd < 0) continue;
        while (request_read(server, fd, &request, &body) && answer_one(server, fd, body)) {}
        (void)close(fd); /* nothing to lose */
    }
    return NULL;
}

void loopback_start(struct loopback *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, len) != 0) abort();
    if (listen(server->listener, 4) != 0) abort();
    if (getsockname(server->listener, (struct sockaddr *)&address, &len) != 0) abort();
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->thread, NULL, serve, server) != 0) abort();
}

void loopback_done(struct loopback *server)
{
    if (server->port == 0) return;
    atomic_store(&server->stop, true);
    (void)pthread_join(server->thread, NULL); /* it ends within a tick */
    (void)close(server->listener);
    server->port = 0;
}
