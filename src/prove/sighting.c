#include "prove/sighting.h"

#include <stdlib.h>
#include <string.h>

static const char fact_upto[] = "sightings_upto";

struct group {
    uint64_t reader, full, masked;
    uint32_t hour;
    struct set subjects;
};

struct sightings {
    struct store *store;
    struct group *groups;
    size_t count, cap;
    uint64_t added;
};

bool entry_is_look(enum entry_kind kind)
{
    return kind == ENTRY_REVEAL || kind == ENTRY_LOOKUP || kind == ENTRY_COMPARE || kind == ENTRY_GRANT ||
           kind == ENTRY_PASS || kind == ENTRY_OBSERVED;
}

uint64_t entry_sighted_by(const struct entry *entry)
{
    return entry->kind == ENTRY_OBSERVED ? reader_no(READER_OUTSIDE, 0) : entry->reader;
}

static void groups_clear(struct sightings *sightings)
{
    for (size_t i = 0; i < sightings->count; i++) set_done(&sightings->groups[i].subjects);
    sightings->count = 0;
    sightings->added = 0;
}

void sightings_free(struct sightings **sightings)
{
    if (!*sightings) return;
    groups_clear(*sightings);
    free((*sightings)->groups);
    free(*sightings);
    *sightings = NULL;
}

/* Newest groups are looked at first: nearly every look belongs to one of the last few. */
static struct group *group_of(struct sightings *sightings, const struct group *key)
{
    for (size_t i = sightings->count; i > 0; i--) {
        struct group *group = &sightings->groups[i - 1];
        if (group->reader == key->reader && group->hour == key->hour && group->full == key->full &&
            group->masked == key->masked) {
            return group;
        }
    }
    if (sightings->count == sightings->cap) {
        size_t cap = sightings->cap ? sightings->cap * 2 : 16;
        struct group *groups = realloc(sightings->groups, cap * sizeof *groups);
        if (!groups) abort();
        sightings->groups = groups;
        sightings->cap = cap;
    }
    sightings->groups[sightings->count] = *key;
    return &sightings->groups[sightings->count++];
}

void sightings_add(struct sightings *sightings, const struct entry *entry, const struct sighted *set,
                   size_t count)
{
    if (!entry_is_look(entry->kind)) return;
    struct group *group = NULL;
    for (size_t i = 0; i < count; i++) {
        struct group key = {.reader = entry_sighted_by(entry),
                            .full = set[i].full,
                            .masked = set[i].masked,
                            .hour = (uint32_t)(entry->time_us / HOUR_US)};
        if (!group || group->full != key.full || group->masked != key.masked)
            group = group_of(sightings, &key);
        (void)set_add(&group->subjects, set[i].no.at); /* whether it was new counts nowhere here */
    }
    sightings->added += count;
}

bool sightings_full(const struct sightings *sightings)
{
    return sightings->added >= SIGHTINGS_WRITE_AFTER || sightings->count >= SIGHTINGS_GROUPS_MAX;
}

static RESULT count_bundle(struct sightings *sightings, struct bundle *bundle, uint64_t from)
{
    for (unsigned i = 0; i < bundle->count; i++) {
        if (bundle->first + i < from) continue;
        struct entry entry = {0};
        SCOPED(aside_read_done) struct aside_read aside = {0};
        TRY(entry_read(bundle->entries[i], &entry));
        if (!entry_is_look(entry.kind)) continue;
        TRY(aside_read(bundle->asides[i], &aside));
        sightings_add(sightings, &entry, aside.set, aside.set_count);
    }
    return OK;
}

RESULT sightings_upto(struct store *store, uint64_t *out)
{
    struct result got = store->fact->get(store, fact_upto, out);
    if (got.code != CODE_NOT_FOUND) return got;
    *out = 0;
    return OK;
}

RESULT sightings_open(struct store *store, struct ledger *ledger, struct sightings **out)
{
    SCOPED(sightings_free) struct sightings *sightings = calloc(1, sizeof *sightings);
    if (!sightings) return FAIL(UNAVAILABLE, "sightings: out of memory");
    sightings->store = store;
    uint64_t upto = 0;
    TRY(sightings_upto(store, &upto));
    if (upto > ledger_durable(ledger))
        upto = 0; /* written for another ledger: count again, sets do not double */
    for (uint64_t n = upto / TILE_WIDTH; n * TILE_WIDTH < ledger_durable(ledger); n++) {
        SCOPED(bundle_done) struct bundle bundle = {0};
        TRY(ledger_bundle(ledger, n, &bundle));
        TRY(count_bundle(sightings, &bundle, upto));
    }
    *out = TAKE(sightings);
    return OK;
}

static RESULT chunk_write(struct store *store, const struct group *group, uint64_t chunk, struct slice fresh)
{
    SCOPED(set_done) struct set both = {0};
    SCOPED(buf_done) struct buf old = {0}, bytes = {0};
    struct sighting_row row = {group->reader, group->hour, group->full, group->masked, chunk, {0}};
    struct result got = store->sighting->get(store, &row, &old);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK) TRY(set_chunk_put(&both, chunk, buf_slice(&old)));
    TRY(set_chunk_put(&both, chunk, fresh));
    set_chunk_get(&both, 0, &row.chunk, &bytes);
    row.bitmap = buf_slice(&bytes);
    return store->sighting->put(store, &row);
}

RESULT sightings_write(struct sightings *sightings, uint64_t upto)
{
    struct store *store = sightings->store;
    for (size_t i = 0; i < sightings->count; i++) {
        struct group *group = &sightings->groups[i];
        for (size_t at = 0; at < set_chunk_count(&group->subjects); at++) {
            uint64_t chunk = 0;
            SCOPED(buf_done) struct buf bytes = {0};
            set_chunk_get(&group->subjects, at, &chunk, &bytes);
            TRY(chunk_write(store, group, chunk, buf_slice(&bytes)));
        }
    }
    return store->fact->put(store, fact_upto, upto);
}

void sightings_written(struct sightings *sightings)
{
    groups_clear(sightings);
}

struct walk {
    RESULT (*each)(void *context, const struct sighting_group *group);
    void *context;
};

static RESULT stored_group(void *context, const struct sighting_row *row)
{
    const struct walk *walk = context;
    SCOPED(set_done) struct set subjects = {0};
    TRY(set_chunk_put(&subjects, row->chunk, row->bitmap));
    struct sighting_group group = {row->reader, row->hour, row->full, row->masked, &subjects};
    return walk->each(walk->context, &group);
}

RESULT sightings_each(struct sightings *sightings, uint32_t from_hour, uint32_t to_hour,
                      RESULT (*each)(void *context, const struct sighting_group *group), void *context)
{
    struct walk walk = {each, context};
    TRY(sightings->store->sighting->each(sightings->store, from_hour, to_hour, stored_group, &walk));
    for (size_t i = 0; i < sightings->count; i++) {
        const struct group *at = &sightings->groups[i];
        if (at->hour < from_hour || at->hour > to_hour) continue;
        struct sighting_group group = {at->reader, at->hour, at->full, at->masked, &at->subjects};
        TRY(each(context, &group));
    }
    return OK;
}

struct search {
    struct walk walk;
    struct subject_no no;
    struct sightings_range *range;
    size_t examined;
    uint32_t last; /* hour of the newest row examined */
};

static RESULT row_search(void *context, const struct sighting_row *row)
{
    struct search *search = context;
    struct sightings_range *range = search->range;
    if (range->most > 0 && search->examined >= range->most && row->hour > search->last) {
        range->cut = true;
        range->until = row->hour;
        return FAIL(TOO_MANY,
                    "sightings: more than one ask may examine"); /* ends the walk, and is told to nobody */
    }
    search->examined++;
    search->last = row->hour;
    SCOPED(set_done) struct set subjects = {0};
    TRY(set_chunk_put(&subjects, row->chunk, row->bitmap));
    if (!set_has(&subjects, search->no.at)) return OK;
    struct sighting_group group = {row->reader, row->hour, row->full, row->masked, &subjects};
    return search->walk.each(search->walk.context, &group);
}

RESULT sightings_of(struct sightings *sightings, struct subject_no no, struct sightings_range *range,
                    RESULT (*each)(void *context, const struct sighting_group *group), void *context)
{
    struct search search = {{each, context}, no, range, 0, 0};
    struct store *store = sightings->store;
    range->cut = false;
    struct result got =
        store->sighting->of_chunk(store, no.at >> SET_CHUNK_BITS, range->from_hour, row_search, &search);
    if (got.code != CODE_OK && !range->cut) return got;
    for (size_t i = 0; i < sightings->count; i++) {
        const struct group *at = &sightings->groups[i];
        if (at->hour < range->from_hour || (range->cut && at->hour >= range->until)) continue;
        if (!set_has(&at->subjects, no.at)) continue;
        struct sighting_group group = {at->reader, at->hour, at->full, at->masked, &at->subjects};
        TRY(each(context, &group));
    }
    return OK;
}
