/*
 * How often strangers may do something, by where they come from and all together: wrong notice codes, asking for
 * one-time codes, entering them. Counted in memory, by the hour, under keyed tags: no address stands here.
 *
 * A source that is full may come again when its hour is over; so with the wider networks that it is in, or whoever holds
 * one of them would be as many sources as they like. When all together are full, each source still has its first one of
 * the hour, so that a few cannot lock everybody else out; at `end` nobody has. What a batch counted is undone with it,
 * so that a commit that fails uses up nobody's tries. Main calls: gate_may(), gate_count(). Example:
 *     TRY(gate_may(portal->gate, GATE_VERIFY, &from, now_us, &retry_s));  …  gate_count(gate, GATE_VERIFY, &from, now_us);
 */
#ifndef AMN_ANSWER_PORTAL_GATE_H
#define AMN_ANSWER_PORTAL_GATE_H

#include "base/clock.h"
#include "base/result.h"

#include <stdbool.h>

enum gate_kind {
#define GATE(NAME, one, in56, in48, in32, all, end) GATE_##NAME,
#include "answer/portal/gates.def"
#undef GATE
    GATE_COUNT
};

enum { GATE_ROWS = 262144, GATE_PLACES = 16, SOURCE_WIDTHS = 4 };

/* Where somebody comes from: a keyed tag of the source, then of the networks that it is in, wider and wider; 0: of none. */
struct source {
    uint64_t tags[SOURCE_WIDTHS];
};

struct gate;
RESULT gate_new(struct gate **out);
void gate_free(struct gate **gate);

/* VOUCHER_GUESSES' sister for the portal: PORTAL_WAIT, and after how many seconds to come back. */
RESULT gate_may(const struct gate *gate, enum gate_kind kind, const struct source *from, int64_t now_us,
                uint32_t *retry_after_s);
void gate_count(struct gate *gate, enum gate_kind kind, const struct source *from, int64_t now_us);
void gate_ended(struct gate *gate, bool durable); /* the batch: what it counted stands, or is undone */

#endif
