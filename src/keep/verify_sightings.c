#include "keep/verify_priv.h"

#include <stdlib.h>

static void groups_clear(struct seen_group *groups, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        set_done(&groups[i].subjects);
        set_done(&groups[i].stored);
    }
    *count = 0;
}

void verify_seen_done(struct verify *verify)
{
    groups_clear(verify->groups, &verify->group_count);
    free(verify->groups);
    verify->groups = NULL;
    for (enum sighting_span span = SPAN_DAY; span < SPAN_COUNT; span++) {
        groups_clear(verify->spans[span].groups, &verify->spans[span].count);
        free(verify->spans[span].groups);
        verify->spans[span].groups = NULL;
    }
}

struct seen_key {
    uint64_t reader, full, masked;
};

static struct seen_group *group_find(struct seen_group *groups, size_t count, const struct seen_key *key)
{
    for (size_t i = count; i > 0; i--) { /* the newest is asked most */
        struct seen_group *group = &groups[i - 1];
        if (group->reader == key->reader && group->full == key->full && group->masked == key->masked) {
            return group;
        }
    }
    return NULL;
}

static RESULT group_make(struct seen_group **groups, size_t *count, size_t *room, const struct seen_key *key,
                         struct seen_group **out)
{
    if (*count == *room) {
        size_t cap = *room ? *room * 2 : 64;
        struct seen_group *grown = realloc(*groups, cap * sizeof *grown);
        if (!grown) return FAIL(UNAVAILABLE, "verify: out of memory");
        *groups = grown;
        *room = cap;
    }
    *out = &(*groups)[(*count)++];
    **out = (struct seen_group){.reader = key->reader, .full = key->full, .masked = key->masked};
    return OK;
}

static RESULT row_check(struct verify *verify, struct seen_group *group, const struct sighting_row *row)
{
    if (!group) {
        return finding_of(
            verify,
            FAIL(TAMPERED, "sightings: a row of hour %u, where the ledger has no such look", row->hour));
    }
    if (set_chunk_put(&group->stored, row->chunk, row->bitmap).code == CODE_OK) return OK;
    return finding_of(verify, FAIL(TAMPERED, "sightings: a row of hour %u is malformed", row->hour));
}

static RESULT check_row(void *context, const struct sighting_row *row)
{
    struct verify *verify = context;
    struct seen_key key = {row->reader, row->full, row->masked};
    struct seen_group *group =
        row->hour == verify->hour ? group_find(verify->groups, verify->group_count, &key) : NULL;
    return row_check(verify, group, row);
}

struct span_check {
    struct verify *verify;
    struct seen_span *span;
};

static RESULT check_span_row(void *context, const struct sighting_row *row)
{
    struct span_check *check = context;
    struct seen_key key = {row->reader, row->full, row->masked};
    bool ours = check->span->count > 0 && row->hour == check->span->first;
    struct seen_group *group = ours ? group_find(check->span->groups, check->span->count, &key) : NULL;
    return row_check(check->verify, group, row);
}

/* All hours of the span at hand were walked. */
static RESULT span_end(struct verify *verify, enum sighting_span which)
{
    struct seen_span *span = &verify->spans[which];
    struct span_check check = {verify, span};
    struct store *store = verify->shop->store;
    if (span->count == 0) return OK;
    TRY(store->sighting->span_each(store, which, span->next, span->first, check_span_row, &check));
    for (size_t i = 0; i < span->count; i++) {
        if (set_equal(&span->groups[i].subjects, &span->groups[i].stored)) continue;
        TRY(finding_of(verify, FAIL(TAMPERED,
                                    "sightings: those of the %u hours from hour %u are not the looks"
                                    " of the ledger",
                                    sighting_span_hours(which), span->first)));
    }
    groups_clear(span->groups, &span->count);
    span->next = span->first + sighting_span_hours(which);
    return OK;
}

/* What the hour at hand adds to its day and its month. */
static RESULT spans_add(struct verify *verify, const struct seen_group *group)
{
    struct seen_key key = {group->reader, group->full, group->masked};
    SCOPED(set_done) struct set made = {0}; /* those of chunks that were united already */
    uint32_t day = verify->hour / sighting_span_hours(SPAN_DAY);
    if (day > verify->rolled.day || (day == verify->rolled.day && verify->rolled.chunk == 0)) return OK;
    set_union_in(&made, &group->subjects);
    if (day == verify->rolled.day) {
        SCOPED(set_done) struct set first = {0};
        set_add_range(&first, 0, (verify->rolled.chunk << SET_CHUNK_BITS) - 1);
        set_intersect_in(&made, &first);
    }
    if (set_chunk_count(&made) == 0) return OK;
    for (enum sighting_span which = SPAN_DAY; which < SPAN_COUNT; which++) {
        struct seen_span *span = &verify->spans[which];
        uint32_t first = verify->hour - verify->hour % sighting_span_hours(which);
        if (first != span->first) TRY(span_end(verify, which));
        span->first = first;
        struct seen_group *whole = group_find(span->groups, span->count, &key);
        if (!whole) TRY(group_make(&span->groups, &span->count, &span->cap, &key, &whole));
        set_union_in(&whole->subjects, &made);
    }
    return OK;
}

/* All entries of the hour at hand were walked: its rows, and those of hours passed over, must say the same. */
static RESULT hour_end(struct verify *verify, struct store *store)
{
    if (verify->group_count == 0) return OK;
    TRY(store->sighting->each(store, verify->hour_next, verify->hour, check_row, verify));
    for (size_t i = 0; i < verify->group_count; i++) {
        const struct seen_group *group = &verify->groups[i];
        TRY(spans_add(verify, group));
        if (set_equal(&group->subjects, &group->stored)) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "sightings: those of hour %u are not the looks of the ledger",
                                    verify->hour)));
    }
    groups_clear(verify->groups, &verify->group_count);
    verify->hour_next = verify->hour + 1;
    return OK;
}

RESULT verify_seen(struct hand *hand, uint64_t index, const struct entry *entry,
                   const struct aside_read *aside)
{
    struct verify *verify = hand->verify;
    uint32_t hour = (uint32_t)(entry->time_us / HOUR_US);
    uint64_t reader = entry_sighted_by(entry);
    struct seen_group *group = NULL;
    if (index >= verify->upto || !entry_is_look(entry->kind)) return OK;
    if (hour != verify->hour) TRY(hour_end(verify, hand->shop->store));
    verify->hour = hour;
    for (size_t i = 0; i < aside->set_count; i++) {
        const struct sighted *seen = &aside->set[i];
        struct seen_key key = {reader, seen->full, seen->masked};
        if (!group || group->full != seen->full || group->masked != seen->masked) {
            group = group_find(verify->groups, verify->group_count, &key);
        }
        if (!group) TRY(group_make(&verify->groups, &verify->group_count, &verify->group_cap, &key, &group));
        (void)set_add(&group->subjects, seen->no.at); /* seen twice is seen once */
    }
    return OK;
}

RESULT verify_seen_end(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(hour_end(verify, store));
    verify->hour = UINT32_MAX;
    TRY(store->sighting->each(store, verify->hour_next, UINT32_MAX, check_row, verify));
    for (enum sighting_span which = SPAN_DAY; which < SPAN_COUNT; which++) {
        struct seen_span *span = &verify->spans[which];
        struct span_check check = {verify, span};
        TRY(span_end(verify, which));
        TRY(store->sighting->span_each(store, which, span->next, UINT32_MAX, check_span_row, &check));
    }
    if (verify->upto <= ledger_durable(verify->shop->ledger)) return OK;
    return finding_of(verify, FAIL(TAMPERED, "sightings: are said to be of more entries than there are"));
}
