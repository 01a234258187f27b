#include "keep/access/network.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

enum { MAPPED_BYTES = 12, MAPPED_BITS = 96, IPV4_BITS = 32 };
static const uint8_t mapped[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};

/* A decimal number without leading zeros, `most` at most. */
static bool length_get(struct slice text, unsigned most, unsigned *out)
{
    unsigned number = 0;
    if (text.len == 0 || text.len > 3 || (text.len > 1 && text.at[0] == '0')) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (text.at[i] - '0');
    }
    *out = number;
    return number <= most;
}

static uint8_t mask_of(unsigned bits, size_t byte)
{
    if (bits >= 8 * (byte + 1)) return 0xff;
    if (bits <= 8 * byte) return 0;
    return (uint8_t)(0xff << (8 - (bits - 8 * byte)));
}

RESULT network_range_get(struct slice text, struct network_range *out)
{
    char copy[INET6_ADDRSTRLEN] = "";
    struct network_range range = {.bits = NETWORK_BITS};
    const uint8_t *slash = text.len > 0 ? memchr(text.at, '/', text.len) : NULL;
    size_t len = slash ? (size_t)(slash - text.at) : text.len;
    unsigned bits = 0;
    if (len == 0 || len >= sizeof copy || memchr(text.at, 0, len))
        return FAIL(INVALID, "not an address or range such as 192.0.2.0/24 or 2001:db8::/32");
    memcpy(copy, text.at, len);
    bool four = inet_pton(AF_INET, copy, range.at + MAPPED_BYTES) == 1;
    if (four) memcpy(range.at, mapped, MAPPED_BYTES);
    if (!four && inet_pton(AF_INET6, copy, range.at) != 1)
        return FAIL(INVALID, "not an address or range such as 192.0.2.0/24 or 2001:db8::/32");
    if (slash) {
        if (!length_get(slice_from(text, len + 1), four ? IPV4_BITS : NETWORK_BITS, &bits))
            return FAIL(INVALID, "the length of a range is 0 to %d", four ? IPV4_BITS : NETWORK_BITS);
        range.bits = (uint8_t)(bits + (four ? MAPPED_BITS : 0));
    }
    for (size_t i = 0; i < NETWORK_BYTES; i++) {
        if (range.at[i] & ~mask_of(range.bits, i))
            return FAIL(INVALID, "the address has bits behind the length of its range; set them to zero");
    }
    *out = range;
    return OK;
}

void network_range_put(const struct network_range *range, struct buf *out)
{
    char text[INET6_ADDRSTRLEN] = "";
    bool four = range->bits >= MAPPED_BITS && memcmp(range->at, mapped, MAPPED_BYTES) == 0;
    const char *put = four ? inet_ntop(AF_INET, range->at + MAPPED_BYTES, text, sizeof text)
                           : inet_ntop(AF_INET6, range->at, text, sizeof text);
    assert(put); /* there is room for any */
    buf_text(out, put);
    unsigned bits = range->bits - (four ? MAPPED_BITS : 0U), most = four ? IPV4_BITS : NETWORK_BITS;
    if (bits < most) buf_print(out, "/%u", bits);
}

bool network_in(const struct network_range *ranges, size_t count, const uint8_t network[NETWORK_BYTES])
{
    for (size_t i = 0; i < count; i++) {
        size_t byte = 0;
        while (byte < NETWORK_BYTES && (network[byte] & mask_of(ranges[i].bits, byte)) == ranges[i].at[byte])
            byte++;
        if (byte == NETWORK_BYTES) return true;
    }
    return count == 0;
}

bool network_near(const uint8_t network[NETWORK_BYTES])
{
    static const uint8_t local[NETWORK_BYTES], loopback6[NETWORK_BYTES] = {[15] = 1};
    static const uint8_t loopback4[MAPPED_BYTES + 1] = {[10] = 0xff, [11] = 0xff, [12] = 127};
    return memcmp(network, local, NETWORK_BYTES) == 0 || memcmp(network, loopback6, NETWORK_BYTES) == 0 ||
           memcmp(network, loopback4, sizeof loopback4) == 0;
}

void network_block(const uint8_t network[NETWORK_BYTES], uint8_t out[NETWORK_BYTES])
{
    memcpy(out, network, NETWORK_BYTES);
    if (memcmp(network, mapped, sizeof mapped) != 0) memset(out + NETWORK_BYTES / 2, 0, NETWORK_BYTES / 2);
}

bool network_wider(const uint8_t network[NETWORK_BYTES], unsigned bits, uint8_t out[NETWORK_BYTES])
{
    if (memcmp(network, mapped, sizeof mapped) == 0 || network_near(network)) return false;
    for (size_t i = 0; i < NETWORK_BYTES; i++) out[i] = network[i] & mask_of(bits, i);
    return true;
}
