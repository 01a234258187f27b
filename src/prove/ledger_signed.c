/* The file of what was signed last: outside the store, so that an old copy of the store does not bring its own. */
#include "prove/ledger_priv.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { SIGNED_SLOTS = 2, SIGNED_MACED_BYTES = SIGNED_SLOT_BYTES - HASH_BYTES };

/* epoch 8 · sequence 8 · size 8 · root 32 · authority count 8 · its hash 32 · MAC 32 */
static void signed_encode(struct ledger *ledger, const struct signed_state *state,
                          uint8_t out[SIGNED_SLOT_BYTES])
{
    struct hash mac = {{0}};
    be64_put(out, state->epoch);
    be64_put(out + 8, state->sequence);
    be64_put(out + 16, state->size);
    memcpy(out + 24, state->root.bytes, HASH_BYTES);
    be64_put(out + 56, state->authority.count);
    memcpy(out + 64, state->authority.hash.bytes, HASH_BYTES);
    struct slice parts[] = {SLICE_TEXT("signed"), {out, SIGNED_MACED_BYTES}};
    prf_run(ledger->row_mac, parts, COUNT_OF(parts), &mac);
    memcpy(out + SIGNED_MACED_BYTES, mac.bytes, HASH_BYTES);
}

static bool signed_decode(struct ledger *ledger, const uint8_t slot[SIGNED_SLOT_BYTES],
                          struct signed_state *out)
{
    struct signed_state state = {.epoch = be64_get(slot),
                                 .sequence = be64_get(slot + 8),
                                 .size = be64_get(slot + 16),
                                 .authority = {.count = be64_get(slot + 56)}};
    uint8_t again[SIGNED_SLOT_BYTES];
    memcpy(state.root.bytes, slot + 24, HASH_BYTES);
    memcpy(state.authority.hash.bytes, slot + 64, HASH_BYTES);
    signed_encode(ledger, &state, again);
    if (!bytes_equal_ct(again, slot, SIGNED_SLOT_BYTES)) return false;
    *out = state;
    return true;
}

static bool newer(const struct signed_state *a, const struct signed_state *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->sequence > b->sequence;
}

RESULT signed_read(struct ledger *ledger, struct signed_state *out)
{
    if (ledger->signed_fd < 0) return FAIL(NOT_FOUND, "ledger: no signed file is kept");
    uint8_t slot[SIGNED_SLOT_BYTES];
    bool any = false, found = false;
    struct signed_state best = {0};
    for (int i = 0; i < SIGNED_SLOTS; i++) {
        static const uint8_t zeros[SIGNED_SLOT_BYTES];
        struct signed_state state = {0};
        ssize_t got = pread(ledger->signed_fd, slot, sizeof slot, (off_t)i * SIGNED_SLOT_STEP);
        if (got < 0) return FAIL(UNAVAILABLE, "ledger: cannot read the signed file: %s", strerror(errno));
        if (got < (ssize_t)sizeof slot || memcmp(slot, zeros, sizeof slot) == 0) continue;
        any = true;
        if (!signed_decode(ledger, slot, &state)) continue;
        if (!found || newer(&state, &best)) best = state;
        found = true;
    }
    if (!any) return FAIL(NOT_FOUND, "ledger: nothing was signed yet");
    if (!found)
        return FAIL(TAMPERED, "ledger: the file of the last signed size was changed; restore it or a backup");
    ledger->signed_sequence = best.sequence;
    *out = best;
    return OK;
}

static void sync_now(struct ledger *ledger)
{
    if (!ledger->signed_dirty) return;
    ledger->signed_dirty = fdatasync(ledger->signed_fd) != 0; /* then it is tried again */
    ledger->signed_synced_us = clock_monotonic_us();
}

/* Slots take turns, so that one torn by a power cut leaves the other. */
RESULT signed_write(struct ledger *ledger, const struct signed_state *state)
{
    uint8_t slot[SIGNED_SLOT_BYTES];
    struct signed_state next = *state;
    if (ledger->signed_fd < 0) return OK;
    next.epoch = keyring_newest(ledger->options.keyring, KEY_LEDGER, 0);
    next.sequence = ledger->signed_sequence + 1;
    signed_encode(ledger, &next, slot);
    off_t at = (off_t)(next.sequence % SIGNED_SLOTS) * SIGNED_SLOT_STEP;
    if (pwrite(ledger->signed_fd, slot, sizeof slot, at) != (ssize_t)sizeof slot) {
        return FAIL(UNAVAILABLE, "ledger: cannot write the signed file");
    }
    ledger->signed_sequence = next.sequence;
    ledger->signed_dirty = true;
    if (clock_monotonic_us() - ledger->signed_synced_us >= SECOND_US) sync_now(ledger);
    return OK;
}

void signed_close(struct ledger *ledger)
{
    if (ledger->signed_fd < 0) return;
    sync_now(ledger);
    (void)close(ledger->signed_fd); /* all of it was written */
    ledger->signed_fd = -1;
}
