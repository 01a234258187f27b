/* Who is known to have been seen: sightings for whole hours, entries where an hour is too coarse. */
#include "answer/scope/scope.h"

#include <string.h>

/* Under whom sightings count what logs of other systems told; who it was there is asked for elsewhere (observed.c). */
static const uint64_t outside_nobody = (uint64_t)READER_OUTSIDE << 32;

struct knowing {
    const struct scope_base *base;
    const struct suspicion *suspicion;
    struct scope *scope;
};

static RESULT group_take(void *context, const struct sighting_group *group)
{
    const struct knowing *knowing = context;
    uint64_t full = group->full & knowing->suspicion->fields,
             masked = group->masked & knowing->suspicion->fields;
    if (full == 0 && masked == 0) return OK; /* a right to look was given, or other fields were seen */
    if (group->reader == outside_nobody) return OK;
    struct scope_part *part = scope_part(knowing->scope, SOURCE_ENTRIES, 0, full, masked);
    set_union_in(&part->subjects, group->subjects);
    return OK;
}

/* Whole hours, both included. */
static RESULT hours_take(struct knowing *knowing, uint32_t from_hour, uint32_t to_hour)
{
    const struct suspicion *suspicion = knowing->suspicion;
    struct sightings_within within = {from_hour, to_hour, suspicion->readers, suspicion->reader_count};
    return sightings_within(knowing->base->sightings, &within, group_take, knowing);
}

/* Is the entry one of those that are suspected, but for its network? */
static bool entry_meant(const struct knowing *knowing, const struct entry *entry, int64_t from_us,
                        int64_t to_us)
{
    const struct suspicion *suspicion = knowing->suspicion;
    return entry_is_look(entry->kind) && entry->kind != ENTRY_OBSERVED && entry->time_us >= from_us &&
           entry->time_us < to_us && suspicion_reader(suspicion, entry->reader) &&
           suspicion_purpose(suspicion, entry->purpose);
}

/* From where the asker came; nothing aside, and it was this machine. */
bool network_meant(const struct suspicion *suspicion, const struct aside_read *aside)
{
    uint8_t network[NETWORK_BYTES] = {0};
    for (size_t i = 0; i < aside->text_count; i++) {
        const struct aside_text *text = &aside->texts[i];
        if (text->kind == COMMIT_NETWORK && text->text.len == NETWORK_BYTES)
            memcpy(network, text->text.at, NETWORK_BYTES);
    }
    return network_in(suspicion->networks, suspicion->network_count, network);
}

static void trace_take(struct scope_trace *trace, const struct entry *entry, uint64_t index)
{
    if (trace->found) return; /* entries come in the order of time */
    *trace = (struct scope_trace){true, false, entry->time_us, index, entry->reader};
}

static void set_take(struct knowing *knowing, const struct entry *entry, uint64_t index,
                     const struct aside_read *aside, bool trace_only)
{
    uint64_t fields = knowing->suspicion->fields;
    struct scope_part *part = NULL;
    for (size_t i = 0; i < aside->set_count; i++) {
        const struct sighted *seen = &aside->set[i];
        uint64_t full = seen->full & fields, masked = seen->masked & fields;
        if (full == 0 && masked == 0) continue;
        trace_take(&knowing->scope->earliest, entry, index);
        if (trace_only) return;
        if (!part || part->full != full || part->masked != masked)
            part = scope_part(knowing->scope, SOURCE_ENTRIES, 0, full, masked);
        (void)set_add(&part->subjects, seen->no.at); /* seen twice is seen once */
    }
}

/* The entries of a stretch of time; with `trace_only` no further than the first that counts. */
static RESULT entries_take(struct knowing *knowing, int64_t from_us, int64_t to_us, bool trace_only)
{
    struct ledger *ledger = knowing->base->ledger;
    uint64_t from = 0, to = 0;
    TRY(ledger_at_time(ledger, from_us, &from));
    TRY(ledger_at_time(ledger, to_us, &to));
    for (uint64_t n = from / TILE_WIDTH; n * TILE_WIDTH < to && from < to; n++) {
        SCOPED(bundle_done) struct bundle bundle = {0};
        bool opened = false;
        TRY(ledger_bundle_entries(ledger, n, &bundle));
        for (unsigned i = 0; i < bundle.count; i++) {
            struct entry entry = {0};
            SCOPED(aside_read_done) struct aside_read aside = {0};
            if (bundle.first + i < from || bundle.first + i >= to) continue;
            TRY(entry_read(bundle.entries[i], &entry));
            if (!entry_meant(knowing, &entry, from_us, to_us)) continue;
            if (!opened) TRY(ledger_bundle_asides(ledger, &bundle));
            opened = true;
            TRY(aside_read(bundle.asides[i], &aside));
            if (!network_meant(knowing->suspicion, &aside)) continue;
            set_take(knowing, &entry, bundle.first + i, &aside, trace_only);
            if (trace_only && knowing->scope->earliest.found) return OK;
        }
    }
    return OK;
}

/* Ends a walk at the first group that counts. */
struct probe_walk {
    uint64_t fields;
    bool found;
};

static RESULT group_probe(void *context, const struct sighting_group *group)
{
    struct probe_walk *probe = context;
    if (((group->full | group->masked) & probe->fields) == 0 || group->reader == outside_nobody) return OK;
    probe->found = true;
    return FAIL(TOO_MANY, "scope: found"); /* told to nobody */
}

/* Did a suspect see anything in these hours? */
static RESULT hours_probe(const struct knowing *knowing, uint32_t from_hour, uint32_t to_hour, bool *out)
{
    const struct suspicion *suspicion = knowing->suspicion;
    struct probe_walk probe = {.fields = suspicion->fields};
    struct sightings_within within = {from_hour, to_hour, suspicion->readers, suspicion->reader_count};
    struct result got = sightings_within(knowing->base->sightings, &within, group_probe, &probe);
    if (got.code != CODE_OK && !probe.found) return got;
    *out = probe.found;
    return OK;
}

/* Part of one hour: its entries are read only if a suspect saw somebody in it at all. */
static RESULT edge_take(struct knowing *knowing, int64_t from_us, int64_t to_us)
{
    uint32_t hour = (uint32_t)(from_us / HOUR_US);
    bool any = false;
    TRY(hours_probe(knowing, hour, hour, &any));
    return any ? entries_take(knowing, from_us, to_us, false) : OK;
}

/* All of it entry by entry, but only in hours in which a suspect saw somebody. */
static RESULT each_hour_take(struct knowing *knowing, int64_t from_us, int64_t to_us)
{
    for (int64_t at_us = from_us; at_us < to_us;) {
        int64_t end_us = (at_us / HOUR_US + 1) * HOUR_US;
        if (end_us > to_us) end_us = to_us;
        TRY(edge_take(knowing, at_us, end_us));
        at_us = end_us;
    }
    return OK;
}

/* The first hour, span by span: of a month in which there was something its days, of that day its hours. */
static RESULT hour_find(const struct knowing *knowing, uint32_t from, uint32_t last, uint32_t *hour,
                        bool *found)
{
    enum sighting_span span = SPAN_MONTH;
    *found = false;
    for (*hour = from; *hour <= last;) {
        while (span > SPAN_HOUR && *hour % sighting_span_hours(span) != 0) span--;
        uint32_t hours = sighting_span_hours(span);
        TRY(hours_probe(knowing, *hour, last - *hour < hours ? last : *hour + hours - 1, found));
        if (*found && span == SPAN_HOUR) return OK;
        if (*found) {
            span--; /* it begins here: look into it */
        } else {
            *hour += hours;
            span = SPAN_MONTH;
        }
    }
    return OK;
}

/* When the first of them was. In the first hour there may be one of before, whose hour is then passed over. */
static RESULT trace_find(struct knowing *knowing, int64_t from_us, int64_t to_us)
{
    uint32_t hour = (uint32_t)(from_us / HOUR_US), last = (uint32_t)((to_us - 1) / HOUR_US);
    for (bool found = true; found && !knowing->scope->earliest.found; hour++) {
        TRY(hour_find(knowing, hour, last, &hour, &found));
        if (!found) return OK;
        int64_t begin_us = (int64_t)hour * HOUR_US, end_us = begin_us + HOUR_US;
        TRY(entries_take(knowing, begin_us > from_us ? begin_us : from_us, end_us < to_us ? end_us : to_us,
                         true));
    }
    return OK;
}

static RESULT all_take(struct knowing *knowing, int64_t from_us, int64_t to_us)
{
    int64_t first_us = (from_us + HOUR_US - 1) / HOUR_US * HOUR_US, end_us = to_us / HOUR_US * HOUR_US;
    if (first_us >= end_us) return each_hour_take(knowing, from_us, to_us);
    if (from_us < first_us) TRY(edge_take(knowing, from_us, first_us));
    TRY(hours_take(knowing, (uint32_t)(first_us / HOUR_US), (uint32_t)(end_us / HOUR_US - 1)));
    if (end_us < to_us) TRY(edge_take(knowing, end_us, to_us));
    return OK;
}

RESULT scope_known(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out)
{
    struct knowing knowing = {base, suspicion, out};
    struct subject_no last = {0};
    int64_t first_us = 0, now_us = ledger_last_us(base->ledger);
    TRY(suspicion_check(suspicion));
    TRY(base->store->subject->last(base->store, &last));
    set_add_range(&out->customers, 1, last.at);
    if (suspicion->found_alone) return OK; /* no look is suspected */
    if (last.at == 0 || ledger_durable(base->ledger) == 0) return OK;
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry first = {0};
    TRY(ledger_entry(base->ledger, 0, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &first));
    first_us = suspicion->from_us > first.time_us ? suspicion->from_us : first.time_us;
    int64_t to_us =
        suspicion->to_us > now_us ? now_us + 1 : suspicion->to_us; /* no look is outside of these */
    if (first_us >= to_us || (suspicion->reader_count == 0 && suspicion->stranger_count > 0)) return OK;
    if (suspicion->network_count > 0 || suspicion->purpose_count > 0)
        return each_hour_take(&knowing, first_us, to_us);
    TRY(all_take(&knowing, first_us, to_us));
    out->earliest = (struct scope_trace){0}; /* an edge may have found a later one */
    return trace_find(&knowing, first_us, to_us);
}
