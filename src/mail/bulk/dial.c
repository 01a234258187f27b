#include "mail/bulk/dial.h"

#include "mail/mail_priv.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* smtp://host:port/hello, as mail_url_good() let it in. */
static RESULT url_read(struct slice url, struct dial_host *out)
{
    out->secure = slice_starts(url, "smtps://");
    struct slice rest = slice_from(url, out->secure ? strlen("smtps://") : strlen("smtp://"));
    bool bracket = slice_starts(rest, "[");
    size_t len = 0;
    rest = slice_from(rest, bracket);
    while (len < rest.len && rest.at[len] != '/' && rest.at[len] != (bracket ? ']' : ':')) len++;
    if (len == 0 || len > DIAL_HOST_BYTES_MAX) return FAIL(CONFIG, "mail: the url names no host");
    memcpy(out->name, rest.at, len);
    rest = slice_from(rest, len + bracket);
    (void)snprintf(out->port, sizeof out->port, "%s", out->secure ? "465" : "25");
    if (!slice_starts(rest, ":")) return OK;
    rest = slice_from(rest, 1);
    for (len = 0; len < rest.len && len + 1 < sizeof out->port && rest.at[len] != '/'; len++)
        out->port[len] = (char)rest.at[len];
    out->port[len] = 0;
    return OK;
}

RESULT dial_host_open(const struct mail_route *route, struct dial_host *out)
{
    struct dial_host host = {0};
    gnutls_datum_t pem = {route->ca.at, (unsigned)route->ca.len};
    TRY(url_read(buf_slice(&route->url), &host));
    if (gnutls_certificate_allocate_credentials(&host.trust) != GNUTLS_E_SUCCESS)
        return FAIL(UNAVAILABLE, "mail: out of memory");
    int got = route->clear    ? 0
              : pem.size == 0 ? gnutls_certificate_set_x509_system_trust(host.trust)
                              : gnutls_certificate_set_x509_trust_mem(host.trust, &pem, GNUTLS_X509_FMT_PEM);
    if (!route->clear && got <= 0) {
        dial_host_done(&host);
        return FAIL(UNAVAILABLE, "mail: the certificates to trust cannot be read");
    }
    *out = host;
    return OK;
}

void dial_host_done(struct dial_host *host)
{
    if (host->trust) gnutls_certificate_free_credentials(host->trust);
    *host = (struct dial_host){0};
}

bool dial_host_look_up(struct dial_host *host)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    host->address_count = host->next = 0;
    if (getaddrinfo(host->name, host->port, &hints, &found) != 0) return false;
    for (struct addrinfo *at = found; at && host->address_count < DIAL_ADDRESSES_MAX; at = at->ai_next) {
        if (at->ai_addrlen > sizeof host->addresses[0].bytes) continue;
        memcpy(host->addresses[host->address_count].bytes, at->ai_addr, at->ai_addrlen);
        host->addresses[host->address_count++].len = at->ai_addrlen;
    }
    freeaddrinfo(found);
    return host->address_count > 0;
}

bool dial_open(struct dial *dial, struct dial_host *host)
{
    struct sockaddr_storage address = {0};
    size_t at = host->next % host->address_count;
    int one = 1;
    memcpy(&address, host->addresses[at].bytes, host->addresses[at].len);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* slower without it, no more */
    if (connect(fd, (const struct sockaddr *)&address, host->addresses[at].len) != 0 &&
        errno != EINPROGRESS) {
        (void)close(fd);
        return false;
    }
    *dial = (struct dial){.fd = fd, .connecting = true};
    return true;
}

void dial_close(struct dial *dial)
{
    if (dial->tls) gnutls_deinit(dial->tls); /* goodbye was said in SMTP, where there was time for one */
    if (dial->fd >= 0) (void)close(dial->fd);
    *dial = (struct dial){.fd = -1};
}

bool dial_connected(struct dial *dial)
{
    int error = 0;
    socklen_t len = sizeof error;
    dial->connecting = false;
    return getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
}

bool dial_secure(struct dial *dial, struct dial_host *host)
{
    bool numeric = strspn(host->name, "0123456789.:abcdefABCDEF") == strlen(host->name);
    if (gnutls_init(&dial->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != GNUTLS_E_SUCCESS)
        return false;
    bool good = gnutls_set_default_priority(dial->tls) == GNUTLS_E_SUCCESS &&
                gnutls_credentials_set(dial->tls, GNUTLS_CRD_CERTIFICATE, host->trust) == GNUTLS_E_SUCCESS &&
                (numeric || gnutls_server_name_set(dial->tls, GNUTLS_NAME_DNS, host->name,
                                                   strlen(host->name)) == GNUTLS_E_SUCCESS);
    gnutls_session_set_verify_cert(dial->tls, host->name, 0);
    gnutls_transport_set_int(dial->tls, dial->fd);
    dial->shaking = true;
    return good;
}

int dial_shake(struct dial *dial)
{
    int got = gnutls_handshake(dial->tls);
    dial->wants_write = gnutls_record_get_direction(dial->tls) == 1;
    if (got == GNUTLS_E_SUCCESS) {
        dial->shaking = dial->wants_write = false;
        return 1;
    }
    return gnutls_error_is_fatal(got) ? -1 : 0;
}

long dial_read(struct dial *dial, uint8_t *at, size_t room)
{
    if (dial->tls) {
        ssize_t got = gnutls_record_recv(dial->tls, at, room);
        if (got >= 0) return got;
        return gnutls_error_is_fatal((int)got) ? -2 : -1;
    }
    ssize_t got = recv(dial->fd, at, room, 0);
    if (got >= 0) return got;
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

long dial_write(struct dial *dial, struct slice bytes)
{
    if (dial->tls) {
        ssize_t sent = gnutls_record_send(dial->tls, bytes.at, bytes.len);
        if (sent >= 0) return sent;
        return gnutls_error_is_fatal((int)sent) ? -2 : -1;
    }
    ssize_t sent = send(dial->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

bool dial_pending(const struct dial *dial)
{
    return dial->tls && gnutls_record_check_pending(dial->tls) > 0;
}
