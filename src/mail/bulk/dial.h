/*
 * A connection to a mail host: TCP, and TLS on top when it is time, without ever waiting. The certificate must be good for
 * the host's name, or there is no connection. Main calls: dial_open(), dial_secure(), dial_read(), dial_write().
 * Example:
 *     TRY(host_find(&host, route));  if (dial_open(&dial, &host)) poll on dial.fd …
 */
#ifndef AMN_MAIL_BULK_DIAL_H
#define AMN_MAIL_BULK_DIAL_H

#include "mail/sender.h"

#include <gnutls/gnutls.h>

enum { DIAL_ADDRESSES_MAX = 8, DIAL_HOST_BYTES_MAX = 253 };

/* Where a route leads: its name looked up, and whom it trusts. */
struct dial_host {
    char name[DIAL_HOST_BYTES_MAX + 1];
    char port[6];
    bool secure; /* TLS from the first byte */
    struct {
        uint8_t bytes[128]; /* a struct sockaddr */
        unsigned len;
    } addresses[DIAL_ADDRESSES_MAX];
    size_t address_count, next; /* next: the one to try */
    gnutls_certificate_credentials_t trust;
};

struct dial {
    int fd;
    gnutls_session_t tls; /* NULL: in the clear */
    bool connecting, shaking;
    bool wants_write; /* of TLS, amid its handshake */
};

/* Read the route's URL and its certificates; looks up nothing. UNAVAILABLE, with why in words. */
RESULT dial_host_open(const struct mail_route *route, struct dial_host *out);
void dial_host_done(struct dial_host *host);
/* Look its name up, which may take seconds. False: it has no address now. */
bool dial_host_look_up(struct dial_host *host);

/* Begin to connect to its next address. False: not even that. */
bool dial_open(struct dial *dial, struct dial_host *host);
void dial_close(struct dial *dial);

/* The socket can be written for the first time: does the connection stand? */
bool dial_connected(struct dial *dial);

/* Begin TLS, then go on with it when the socket is ready, until it says yes (1) or no (-1); 0: not yet. */
bool dial_secure(struct dial *dial, struct dial_host *host);
int dial_shake(struct dial *dial);

/* As read() and write(): bytes; 0: the end (of reading); -1: not now; -2: it is broken. */
long dial_read(struct dial *dial, uint8_t *at, size_t room);
long dial_write(struct dial *dial, struct slice bytes);
/* Does TLS hold bytes that were read from the socket already? */
bool dial_pending(const struct dial *dial);

#endif
