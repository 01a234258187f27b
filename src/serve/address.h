/*
 * Network addresses: of the listener, of clients, of proxies. All are 16 bytes, IPv4 as ::ffff:a.b.c.d.
 *
 * Must never resolve a name: what a DNS server says decides nothing here. Main calls: address_parse(), address_bind().
 */
#ifndef AMN_SERVE_ADDRESS_H
#define AMN_SERVE_ADDRESS_H

#include "base/asks.h"

#include <sys/socket.h>

enum { ADDRESS_BYTES = 72 }; /* of "[v6]:port" with its zero */

struct address {
    uint8_t ip[NETWORK_BYTES];
    uint16_t port;
};

/* "127.0.0.1:8420", "[::1]:8443", "localhost:0". CONFIG otherwise. */
RESULT address_parse(const char *text, struct address *out);

bool address_ip(struct slice text,
                uint8_t out[NETWORK_BYTES]); /* an address without a port; false otherwise */
bool address_loopback(const uint8_t ip[NETWORK_BYTES]);
void address_of_socket(const struct sockaddr *socket,
                       uint8_t out[NETWORK_BYTES]); /* zeros for a family unknown */

/*
 * A bound socket, not yet listening: close-on-exec, non-blocking. Tries for ADDRESS_WAIT_MS while a predecessor still
 * holds the port. CONFIG when the address is not ours or the port is taken.
 */
enum { ADDRESS_WAIT_MS = 3000 };
RESULT address_bind(const struct address *address, int *out_fd);

/* The address a socket is bound to, as text. */
RESULT address_text(int fd, char out[ADDRESS_BYTES]);

#endif
