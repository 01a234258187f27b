#include "serve/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IP_TEXT_BYTES = 64, RETRY_MS = 50 };
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool address_ip(struct slice text, uint8_t out[NETWORK_BYTES])
{
    char copy[IP_TEXT_BYTES];
    uint8_t ip[NETWORK_BYTES] = {0};
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.at, 0, text.len)) return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    if (inet_pton(AF_INET, copy, ip + sizeof mapped) == 1)
        memcpy(ip, mapped, sizeof mapped);
    else if (inet_pton(AF_INET6, copy, ip) != 1)
        return false;
    memcpy(out, ip, NETWORK_BYTES);
    return true;
}

bool address_loopback(const uint8_t ip[NETWORK_BYTES])
{
    static const uint8_t one[NETWORK_BYTES] = {[15] = 1};
    return memcmp(ip, one, sizeof one) == 0 || (memcmp(ip, mapped, sizeof mapped) == 0 && ip[12] == 127);
}

void address_of_socket(const struct sockaddr *socket, uint8_t out[NETWORK_BYTES])
{
    memset(out, 0, NETWORK_BYTES);
    if (socket == NULL) return;
    if (socket->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, socket, sizeof four);
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + sizeof mapped, &four.sin_addr, sizeof four.sin_addr);
    } else if (socket->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, socket, sizeof six);
        memcpy(out, &six.sin6_addr, NETWORK_BYTES);
    }
}

RESULT address_parse(const char *text, struct address *out)
{
    struct address address = {0};
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        return FAIL(CONFIG, "listen: no port; write ADDRESS:PORT, such as 127.0.0.1:8420 or [::1]:8420");
    struct slice host = {(const uint8_t *)text, (size_t)(colon - text)};
    if (slice_is(host, "localhost")) host = SLICE_TEXT("127.0.0.1");
    bool bracketed = host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']';
    if (bracketed) host = slice_part(host, 1, host.len - 2);
    bool six = memchr(host.at, ':', host.len) != NULL;
    if (six != bracketed || !address_ip(host, address.ip)) {
        return FAIL(CONFIG,
                    "listen: not an address; write 127.0.0.1:PORT, or IPv6 in brackets as [::1]:PORT");
    }
    char *end = NULL;
    errno = 0;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != 0 || port > 65535 || errno != 0) {
        return FAIL(CONFIG, "listen: the port must be a number from 0 to 65535");
    }
    address.port = (uint16_t)port;
    *out = address;
    return OK;
}

static socklen_t socket_of(const struct address *address, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (memcmp(address->ip, mapped, sizeof mapped) == 0) {
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&four.sin_addr, address->ip + sizeof mapped, sizeof four.sin_addr);
        memcpy(out, &four, sizeof four);
        return sizeof four;
    }
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(address->port)};
    memcpy(&six.sin6_addr, address->ip, sizeof six.sin6_addr);
    memcpy(out, &six, sizeof six);
    return sizeof six;
}

RESULT address_bind(const struct address *address, int *out_fd)
{
    struct sockaddr_storage name;
    socklen_t len = socket_of(address, &name);
    int fd = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) return FAIL(UNAVAILABLE, "listen: no socket: %s", strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (name.ss_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    int bound = bind(fd, (struct sockaddr *)&name, len);
    for (int waited = 0; bound != 0 && errno == EADDRINUSE && waited < ADDRESS_WAIT_MS; waited += RETRY_MS) {
        (void)usleep(RETRY_MS * 1000);
        bound = bind(fd, (struct sockaddr *)&name, len);
    }
    if (bound != 0) {
        struct result failed =
            FAIL(CONFIG, "listen: the address cannot be used: %s; choose another port", strerror(errno));
        (void)close(fd);
        return failed;
    }
    *out_fd = fd;
    return OK;
}

RESULT address_text(int fd, char out[ADDRESS_BYTES])
{
    struct sockaddr_storage name = {0};
    socklen_t len = sizeof name;
    char ip[INET6_ADDRSTRLEN];
    uint8_t bytes[NETWORK_BYTES];
    if (getsockname(fd, (struct sockaddr *)&name, &len) != 0)
        return FAIL(UNAVAILABLE, "listen: %s", strerror(errno));
    address_of_socket((struct sockaddr *)&name, bytes);
    bool four = name.ss_family == AF_INET;
    uint16_t port = 0;
    memcpy(&port,
           (char *)&name +
               (four ? offsetof(struct sockaddr_in, sin_port) : offsetof(struct sockaddr_in6, sin6_port)),
           sizeof port);
    if (!inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + sizeof mapped : bytes, ip, sizeof ip)) {
        return FAIL(UNAVAILABLE, "listen: an address of an unknown kind");
    }
    (void)snprintf(out, ADDRESS_BYTES, four ? "%s:%u" : "[%s]:%u", ip, ntohs(port));
    return OK;
}
