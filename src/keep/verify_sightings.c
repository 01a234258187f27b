#include "keep/verify_priv.h"

#include <stdlib.h>

static void groups_clear(struct verify *verify)
{
    for (size_t i = 0; i < verify->group_count; i++) {
        set_done(&verify->groups[i].subjects);
        set_done(&verify->groups[i].stored);
    }
    verify->group_count = 0;
}

void verify_seen_done(struct verify *verify)
{
    groups_clear(verify);
    free(verify->groups);
    verify->groups = NULL;
}

static struct seen_group *group_find(struct verify *verify, uint64_t reader, uint64_t full, uint64_t masked)
{
    for (size_t i = verify->group_count; i > 0; i--) { /* the newest is asked most */
        struct seen_group *group = &verify->groups[i - 1];
        if (group->reader == reader && group->full == full && group->masked == masked) return group;
    }
    return NULL;
}

static RESULT group_make(struct verify *verify, uint64_t reader, const struct sighted *seen,
                         struct seen_group **out)
{
    if (verify->group_count == verify->group_cap) {
        size_t cap = verify->group_cap ? verify->group_cap * 2 : 64;
        struct seen_group *groups = realloc(verify->groups, cap * sizeof *groups);
        if (!groups) return FAIL(UNAVAILABLE, "verify: out of memory");
        verify->groups = groups;
        verify->group_cap = cap;
    }
    *out = &verify->groups[verify->group_count++];
    **out = (struct seen_group){.reader = reader, .full = seen->full, .masked = seen->masked};
    return OK;
}

static RESULT check_row(void *context, const struct sighting_row *row)
{
    struct verify *verify = context;
    struct seen_group *group =
        row->hour == verify->hour ? group_find(verify, row->reader, row->full, row->masked) : NULL;
    if (!group) {
        return finding_of(
            verify,
            FAIL(TAMPERED, "sightings: a row of hour %u, where the ledger has no such look", row->hour));
    }
    if (set_chunk_put(&group->stored, row->chunk, row->bitmap).code == CODE_OK) return OK;
    return finding_of(verify, FAIL(TAMPERED, "sightings: a row of hour %u is malformed", row->hour));
}

/* All entries of the hour at hand were walked: its rows, and those of hours passed over, must say the same. */
static RESULT hour_end(struct verify *verify, struct store *store)
{
    if (verify->group_count == 0) return OK;
    TRY(store->sighting->each(store, verify->hour_next, verify->hour, check_row, verify));
    for (size_t i = 0; i < verify->group_count; i++) {
        const struct seen_group *group = &verify->groups[i];
        if (set_equal(&group->subjects, &group->stored)) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "sightings: those of hour %u are not the looks of the ledger",
                                    verify->hour)));
    }
    groups_clear(verify);
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
        if (!group || group->full != seen->full || group->masked != seen->masked) {
            group = group_find(verify, reader, seen->full, seen->masked);
        }
        if (!group) TRY(group_make(verify, reader, seen, &group));
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
    if (verify->upto <= ledger_durable(verify->shop->ledger)) return OK;
    return finding_of(verify, FAIL(TAMPERED, "sightings: are said to be of more entries than there are"));
}
