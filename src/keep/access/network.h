/*
 * Ranges of networks that a key is bound to: "192.0.2.0/24", "2001:db8::/32", or one address. IPv4 stands in its
 * IPv6-mapped form (::ffff:a.b.c.d), as in asks.
 *
 * Main calls: network_range_get(), network_in(). Example:
 *     struct network_range range = {0};  TRY(network_range_get(SLICE_TEXT("10.0.0.0/8"), &range));
 */
#ifndef AMN_KEEP_ACCESS_NETWORK_H
#define AMN_KEEP_ACCESS_NETWORK_H

#include "base/asks.h"

enum { NETWORK_BITS = 8 * NETWORK_BYTES, NETWORK_RANGE_TEXT_MAX = 49 };

struct network_range {
    uint8_t at[NETWORK_BYTES]; /* bits behind the first `bits` are zero */
    uint8_t bits;              /* 0 … NETWORK_BITS */
};

/* Read one range. INVALID: no address, a length that is none, or an address with bits behind its length. */
RESULT network_range_get(struct slice text, struct network_range *out);
/* Write it as it is read; appended. */
void network_range_put(const struct network_range *range, struct buf *out);

/* Is the network in one of the ranges? No range at all: anything is. */
bool network_in(const struct network_range *ranges, size_t count, const uint8_t network[NETWORK_BYTES]);

/* What of an address is one network: IPv4 whole, the first 64 bits of IPv6, whose rest a household changes at will. */
void network_block(const uint8_t network[NETWORK_BYTES], uint8_t out[NETWORK_BYTES]);

/* The first `bits` of it, for a network wider than network_block(). False: IPv4, or of this machine, is in none. */
bool network_wider(const uint8_t network[NETWORK_BYTES], unsigned bits, uint8_t out[NETWORK_BYTES]);

/* Of this machine: its local socket (all zero), or loopback. */
bool network_near(const uint8_t network[NETWORK_BYTES]);

#endif
