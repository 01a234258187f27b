/* Who is known from logs of other systems: by the hour, and only as far as those logs name somebody. */
#include "answer/scope/scope.h"

#include "keep/observe/outside.h"

struct observing {
    const struct scope_base *base;
    const struct suspicion *suspicion;
    struct scope *scope;
    uint32_t asked; /* the reader whose network was looked at last; 0: none */
    bool meant;
};

/* Where a log names its readers by address, that one decides; else no network is known, and none can be excluded by it. */
static RESULT reader_meant(struct observing *observing, uint32_t reader, bool *out)
{
    const struct suspicion *suspicion = observing->suspicion;
    if (observing->asked != reader) {
        SCOPED(buf_done) struct buf name = {0};
        uint32_t system = 0;
        struct network_range at = {.bits = 0};
        TRY(outside_reader_open(observing->base->shop, reader, &system, &name));
        observing->asked = reader;
        observing->meant = network_range_get(buf_slice(&name), &at).code == CODE_OK &&
                           at.bits == NETWORK_BITS &&
                           network_in(suspicion->networks, suspicion->network_count, at.at);
    }
    *out = observing->meant;
    return OK;
}

static RESULT group_take(void *context, const struct outside_group *group)
{
    struct observing *observing = context;
    const struct suspicion *suspicion = observing->suspicion;
    struct scope_trace *earliest = &observing->scope->earliest;
    uint64_t full = group->full & suspicion->fields;
    bool meant = true;
    if (full == 0 || !suspicion_stranger(suspicion, group->reader)) return OK;
    if (suspicion->network_count > 0) TRY(reader_meant(observing, group->reader, &meant));
    if (!meant) return OK;
    struct scope_part *part = scope_part(observing->scope, SOURCE_OBSERVED, 0, full, 0);
    set_union_in(&part->subjects, group->subjects);
    int64_t hour_us = (int64_t)group->hour * HOUR_US;
    if (earliest->found && earliest->time_us <= hour_us) return OK;
    *earliest = (struct scope_trace){.found = true,
                                     .outside = true,
                                     .time_us = hour_us,
                                     .reader = reader_no(READER_OUTSIDE, group->reader)};
    return OK;
}

static RESULT nobody_take(void *context, const struct unattributed_row *row)
{
    struct observing *observing = context;
    const struct suspicion *suspicion = observing->suspicion;
    bool meant = (row->full & suspicion->fields) && suspicion_stranger(suspicion, row->reader);
    if (meant && suspicion->network_count > 0) TRY(reader_meant(observing, row->reader, &meant));
    if (!meant) return OK;
    observing->scope->nobody.lines += row->lines;
    observing->scope->nobody.rows += row->rows;
    observing->scope->nobody.named += row->named ? row->lines : 0;
    return OK;
}

RESULT scope_observed(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out)
{
    struct observing observing = {base, suspicion, out, 0, false};
    uint64_t end = (uint64_t)(suspicion->to_us - 1) / HOUR_US;
    uint32_t first = (uint32_t)(suspicion->from_us / HOUR_US),
             last = end < UINT32_MAX ? (uint32_t)end : UINT32_MAX;
    if (!base->shop || suspicion->purpose_count > 0) return OK;
    TRY(outside_each(base->shop, first, last, group_take, &observing));
    return outside_counts(base->shop, first, last, nobody_take, &observing);
}
