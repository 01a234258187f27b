#include "answer/scope/own_gaps.h"

#include "crypto/keyring.h"
#include "keep/shop.h"

#include <string.h>

enum { STRETCHES_MAX = 128 /* that wait to be looked into: twice the bits of an index */ };

static const struct {
    const char *name, *why;
} kinds[] = {
    [OWN_GAP_RESTORED] = {"restored",
                          "an old copy of the vault was put back: what it had written down since is lost"},
    [OWN_GAP_QUIET] = {"quiet",
                       "nothing was written down: the vault was down, or nobody asked it; not provable here"},
    [OWN_GAP_BEFORE] = {"before", "the vault was not there yet: not provable here"},
};

const char *own_gap_name(enum own_gap_kind kind)
{
    return kinds[kind].name;
}

const char *own_gap_why(enum own_gap_kind kind)
{
    return kinds[kind].why;
}

uint32_t own_quiet_h(const struct own_gaps *gaps)
{
    return gaps->quiet_h > 0 ? gaps->quiet_h : QUIET_H;
}

static int64_t quiet_us(const struct own_gaps *gaps)
{
    return own_quiet_h(gaps) * HOUR_US;
}

/* The part of it that lies in the suspicion's time; none is no gap. */
static void gap_add(const struct suspicion *suspicion, struct own_gap gap, struct own_gaps *out)
{
    if (gap.from_us < suspicion->from_us) gap.from_us = suspicion->from_us;
    if (gap.to_us > suspicion->to_us) gap.to_us = suspicion->to_us;
    bool whole = gap.kind != OWN_GAP_QUIET || gap.to_us - gap.from_us >= quiet_us(out);
    if (gap.from_us >= gap.to_us || !whole) return;
    out->cut |= out->count == OWN_GAPS_MAX;
    if (out->count < OWN_GAPS_MAX) out->at[out->count++] = gap;
}

static RESULT entry_at(const struct scope_base *base, uint64_t index, struct entry *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(ledger_entry(base->ledger, index, &bytes, NULL));
    return entry_read(buf_slice(&bytes), out);
}

static RESULT time_at(const struct scope_base *base, uint64_t index, int64_t *out)
{
    struct entry entry = {0};
    TRY(entry_at(base, index, &entry));
    *out = entry.time_us;
    return OK;
}

/* Is the checkpoint of a log before epoch `epoch`? Its first line is its origin. */
static bool note_before(const struct keyring *keyring, struct slice note, uint16_t epoch)
{
    size_t end = 0;
    while (end < note.len && note.at[end] != '\n') end++;
    for (uint16_t at = 1; at < epoch; at++) {
        SCOPED(buf_done) struct buf origin = {0};
        keyring_origin_of(keyring, at, &origin);
        if (slice_equal(slice_part(note, 0, end), buf_slice(&origin))) return true;
    }
    return false;
}

/* Between which entries log `epoch` began: kept checkpoints tell, but for those of the same minute. */
static RESULT opening_near(const struct scope_base *base, uint16_t epoch, uint64_t *low, uint64_t *high)
{
    struct store *store = base->store;
    uint64_t probe = *low;
    while (*high - probe > 1) {
        SCOPED(buf_done) struct buf note = {0};
        uint64_t middle = probe + (*high - probe) / 2, size = 0;
        int64_t time_us = 0;
        struct result got =
            store->ledger->checkpoint_get(store, CHECKPOINT_MINUTE, middle, &size, &time_us, &note);
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
        bool there = got.code == CODE_OK && size > *low;
        if (there && !note_before(base->shop->keyring, buf_slice(&note), epoch)) {
            *high = size;
        } else {
            if (there) *low = size;
            probe = middle; /* none is between: only above it there may be */
        }
        if (probe < *low) probe = *low;
    }
    return OK;
}

/* The entry by which log `epoch` began, and when the entry before it was written. */
static RESULT opening_find(const struct scope_base *base, const struct suspicion *suspicion, uint16_t epoch,
                           uint64_t *from, struct own_gaps *out)
{
    uint64_t low = *from, high = ledger_durable(base->ledger);
    TRY(opening_near(base, epoch, &low, &high));
    struct entry entry = {0};
    int64_t before_us = 0;
    if (low == 0) low = 1; /* the first entry of all opens the first log */
    TRY(time_at(base, low - 1, &before_us));
    for (uint64_t index = low; index < high; index++, before_us = entry.time_us) {
        TRY(entry_at(base, index, &entry));
        if (entry.kind != ENTRY_LOG_OPENED) continue;
        struct own_gap gap = {.kind = OWN_GAP_RESTORED,
                              .from_us = before_us,
                              .to_us = entry.time_us,
                              .lost_known = entry.has_old && entry.old_size > 0};
        if (gap.lost_known && entry.old_size > index) gap.lost = entry.old_size - index;
        gap_add(suspicion, gap, out);
        *from = index;
        return OK;
    }
    return FAIL(TAMPERED, "ledger: log %u of it has no beginning; see ledger verify", epoch);
}

static RESULT restored_find(const struct scope_base *base, const struct suspicion *suspicion,
                            struct own_gaps *out)
{
    uint64_t from = 0;
    uint16_t newest = base->shop ? keyring_newest(base->shop->keyring, KEY_LEDGER, 0) : 1;
    for (uint16_t epoch = 2; epoch <= newest; epoch++) TRY(opening_find(base, suspicion, epoch, &from, out));
    return OK;
}

/* From one entry to a later one. */
struct stretch {
    uint64_t first, last;
    int64_t from_us, to_us;
};

/* Halved until it is shorter than what counts as quiet, or there is nothing between its ends. */
static RESULT quiet_find(const struct scope_base *base, const struct suspicion *suspicion, struct stretch all,
                         struct own_gaps *out)
{
    struct stretch waiting[STRETCHES_MAX] = {all};
    size_t count = 1;
    while (count > 0) {
        struct stretch at = waiting[--count];
        bool aside = at.to_us <= suspicion->from_us || at.from_us >= suspicion->to_us;
        if (aside || at.to_us - at.from_us < quiet_us(out)) continue;
        if (at.last - at.first <= 1) {
            gap_add(suspicion, (struct own_gap){OWN_GAP_QUIET, at.from_us, at.to_us, false, 0}, out);
            continue;
        }
        struct stretch left = at, right = at;
        left.last = right.first = at.first + (at.last - at.first) / 2;
        TRY(time_at(base, left.last, &left.to_us));
        right.from_us = left.to_us;
        waiting[count++] = right; /* each halving leaves one more, and an index has 64 bits */
        waiting[count++] = left;
    }
    return OK;
}

RESULT own_gaps_find(const struct scope_base *base, const struct suspicion *suspicion, struct own_gaps *out)
{
    uint64_t size = ledger_durable(base->ledger);
    struct stretch all = {0};
    if (size == 0) return OK;
    all.last = size - 1;
    TRY(time_at(base, 0, &all.from_us));
    TRY(time_at(base, all.last, &all.to_us));
    TRY(restored_find(base, suspicion, out));
    if (suspicion->from_us > 0)
        gap_add(suspicion, (struct own_gap){OWN_GAP_BEFORE, suspicion->from_us, all.from_us, false, 0}, out);
    TRY(quiet_find(base, suspicion, all, out));
    gap_add(suspicion, (struct own_gap){OWN_GAP_QUIET, all.to_us, suspicion->to_us, false, 0}, out);
    return OK;
}

RESULT own_gaps_suspect(const struct own_gaps *gaps, uint64_t reach, struct suspicion *suspicion)
{
    for (size_t i = 0; i < gaps->count; i++) {
        const struct own_gap *gap = &gaps->at[i];
        if (gap->kind != OWN_GAP_RESTORED || reach == 0) continue;
        if (suspicion->case_count == SUSPICION_CASES_MAX)
            return FAIL(TOO_MANY, "scope: more than %d rules, with the times that a restored copy lost",
                        SUSPICION_CASES_MAX);
        suspicion->cases[suspicion->case_count++] = (struct suspicion_case){
            .rule = RULE_LOST, .from_us = gap->from_us, .to_us = gap->to_us, .fields = reach};
    }
    return OK;
}
