#include "answer/portal/portal.h"

#include "keep/access/network.h"

#include <stdlib.h>

static void portal_free(void *at)
{
    struct portal *portal = at;
    gate_free(&portal->gate);
    visits_free(&portal->visits);
    status_done(&portal->status);
    free(portal);
}

/* Behind each batch of the shop. */
static void portal_ended(void *at, bool durable)
{
    struct portal *portal = at;
    if (portal->gate) gate_ended(portal->gate, durable);
    if (portal->visits) visits_ended(portal->visits, durable);
}

RESULT portal_of(struct shop *shop, struct portal **out)
{
    struct portal *portal = shop->portal.at;
    if (!portal) {
        portal = calloc(1, sizeof *portal);
        if (!portal) return FAIL(UNAVAILABLE, "portal: out of memory");
        shop->portal.at = portal;
        shop->portal.free = portal_free;
        shop->portal.ended = portal_ended;
    }
    if (!portal->gate) TRY(gate_new(&portal->gate));
    if (!portal->visits) TRY(visits_new(&portal->visits));
    *out = portal;
    return OK;
}

static uint64_t source_tag(struct shop *shop, const uint8_t block[NETWORK_BYTES], uint8_t bits)
{
    struct hash hash = {{0}};
    const struct slice parts[] = {SLICE_TEXT("portal source"), SLICE_OF(bits), {block, NETWORK_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &hash);
    return be64_get(hash.bytes) | 1;
}

struct source portal_source(struct shop *shop, const struct reader *reader)
{
    static const uint8_t wider[SOURCE_WIDTHS] = {0, 56, 48, 32};
    uint8_t block[NETWORK_BYTES];
    struct source from = {{0}};
    network_block(reader->network, block);
    from.tags[0] = source_tag(shop, block, 64);
    for (unsigned i = 1; i < SOURCE_WIDTHS && network_wider(reader->network, wider[i], block); i++)
        from.tags[i] = source_tag(shop, block, wider[i]);
    return from;
}

struct reader portal_reader(const struct reader *stranger)
{
    static const struct role role = {.name = "portal"}; /* without acts, fields, purposes */
    struct reader reader = *stranger;
    reader.no = reader.line = PORTAL_READER;
    reader.role = &role;
    return reader;
}
