#include "prove/sighting.h"

#include <stdlib.h>
#include <string.h>

static const char fact_upto[] = "sightings_upto", fact_day[] = "sightings_day",
                  fact_day_chunk[] = "sightings_day_chunk";

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
           kind == ENTRY_PASS || kind == ENTRY_OBSERVED || kind == ENTRY_EXPORT || kind == ENTRY_RUN ||
           kind == ENTRY_RELIEF || kind == ENTRY_REMIND || kind == ENTRY_PORTAL || kind == ENTRY_PAYMENT;
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

uint32_t sighting_span_hours(enum sighting_span span)
{
    static const uint32_t hours[SPAN_COUNT] = {[SPAN_HOUR] = 1, [SPAN_DAY] = 24, [SPAN_MONTH] = 30 * 24};
    return hours[span];
}

/* Unite what is new with the row of a span; a row that has it all stays as it is. */
static RESULT row_unite(struct store *store, enum sighting_span span, const struct sighting_row *fresh)
{
    const struct sighting_store *sighting = store->sighting;
    SCOPED(set_done) struct set both = {0};
    SCOPED(buf_done) struct buf old = {0}, bytes = {0};
    struct sighting_row row = *fresh;
    row.hour -= row.hour % sighting_span_hours(span);
    struct result got =
        span == SPAN_HOUR ? sighting->get(store, &row, &old) : sighting->span_get(store, span, &row, &old);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    if (got.code == CODE_OK) TRY(set_chunk_put(&both, row.chunk, buf_slice(&old)));
    uint64_t before = set_count(&both);
    TRY(set_chunk_put(&both, row.chunk, fresh->bitmap));
    if (set_count(&both) == before) return OK;
    set_chunk_get(&both, 0, &row.chunk, &bytes);
    row.bitmap = buf_slice(&bytes);
    return span == SPAN_HOUR ? sighting->put(store, &row) : sighting->span_put(store, span, &row);
}

static RESULT fact_or_none(struct store *store, const char *name, uint64_t *out)
{
    struct result got = store->fact->get(store, name, out);
    if (got.code != CODE_NOT_FOUND) return got;
    *out = 0;
    return OK;
}

RESULT sightings_rolled(struct store *store, struct sightings_roll *out)
{
    uint64_t day = 0;
    TRY(fact_or_none(store, fact_day, &day));
    TRY(fact_or_none(store, fact_day_chunk, &out->chunk));
    out->day = (uint32_t)day;
    return OK;
}

/* One chunk of a group; into its day and month too where those were made already. */
static RESULT chunk_write(struct store *store, const struct sightings_roll *rolled, struct group *group,
                          size_t at)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct sighting_row row = {group->reader, group->hour, group->full, group->masked, 0, {0}};
    uint32_t day = group->hour / sighting_span_hours(SPAN_DAY);
    set_chunk_get(&group->subjects, at, &row.chunk, &bytes);
    row.bitmap = buf_slice(&bytes);
    TRY(row_unite(store, SPAN_HOUR, &row));
    if (day > rolled->day || (day == rolled->day && row.chunk >= rolled->chunk)) return OK;
    TRY(row_unite(store, SPAN_DAY, &row));
    return row_unite(store, SPAN_MONTH, &row);
}

RESULT sightings_write(struct sightings *sightings, uint64_t upto)
{
    struct store *store = sightings->store;
    struct sightings_roll rolled = {0};
    TRY(sightings_rolled(store, &rolled));
    for (size_t i = 0; i < sightings->count; i++) {
        struct group *group = &sightings->groups[i];
        for (size_t at = 0; at < set_chunk_count(&group->subjects); at++)
            TRY(chunk_write(store, &rolled, group, at));
    }
    return store->fact->put(store, fact_upto, upto);
}

/* The rows of one chunk and day, by reader and fields. */
struct rolling {
    uint32_t first_hour;
    struct group *groups;
    size_t count, cap, rows;
    bool over; /* the day ended */
};

static void rolling_done(struct rolling *rolling)
{
    for (size_t i = 0; i < rolling->count; i++) set_done(&rolling->groups[i].subjects);
    free(rolling->groups);
}

static RESULT row_roll(void *context, const struct sighting_row *row)
{
    struct rolling *rolling = context;
    struct group *group = NULL;
    rolling->over = row->hour >= rolling->first_hour + sighting_span_hours(SPAN_DAY);
    if (rolling->over) return FAIL(TOO_MANY, "sightings: the day is over"); /* told to nobody */
    rolling->rows++;
    for (size_t i = 0; i < rolling->count && !group; i++) {
        struct group *at = &rolling->groups[i];
        if (at->reader == row->reader && at->full == row->full && at->masked == row->masked) group = at;
    }
    if (!group) {
        if (rolling->count == rolling->cap) {
            rolling->cap = rolling->cap ? rolling->cap * 2 : 16;
            rolling->groups = reallocarray(rolling->groups, rolling->cap, sizeof *rolling->groups);
            if (!rolling->groups) abort(); /* as all memory: see bytes.h */
        }
        group = &rolling->groups[rolling->count++];
        *group = (struct group){row->reader, row->full, row->masked, rolling->first_hour, {0}};
    }
    return set_chunk_put(&group->subjects, row->chunk, row->bitmap);
}

static RESULT chunk_roll(struct store *store, const struct sightings_roll *at, size_t *cost)
{
    SCOPED(rolling_done) struct rolling rolling = {.first_hour = at->day * sighting_span_hours(SPAN_DAY)};
    struct result got = store->sighting->of_chunk(store, at->chunk, rolling.first_hour, row_roll, &rolling);
    if (got.code != CODE_OK && !rolling.over) return got;
    for (size_t i = 0; i < rolling.count; i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        const struct group *group = &rolling.groups[i];
        struct sighting_row row = {group->reader, group->hour, group->full, group->masked, 0, {0}};
        set_chunk_get(&rolling.groups[i].subjects, 0, &row.chunk, &bytes);
        row.bitmap = buf_slice(&bytes);
        TRY(row_unite(store, SPAN_DAY, &row));
        TRY(row_unite(store, SPAN_MONTH, &row));
    }
    *cost += 1 + rolling.rows + rolling.count * 8; /* a row written costs as much as eight read */
    return OK;
}

static RESULT hour_take(void *context, const struct sighting_row *row)
{
    *(uint32_t *)context = row->hour;
    return FAIL(TOO_MANY, "sightings: found"); /* told to nobody */
}

/* The first day from `day` on that has a row, UINT32_MAX when none has. */
static RESULT day_next(struct store *store, uint32_t day, uint32_t *out)
{
    uint32_t hour = UINT32_MAX, hours = sighting_span_hours(SPAN_DAY);
    struct result got = store->sighting->each(store, day * hours, UINT32_MAX, hour_take, &hour);
    if (got.code != CODE_OK && hour == UINT32_MAX) return got;
    *out = hour == UINT32_MAX ? UINT32_MAX : hour / hours;
    return OK;
}

RESULT sightings_roll(struct sightings *sightings, uint32_t hour)
{
    struct store *store = sightings->store;
    struct subject_no last = {0};
    struct sightings_roll at = {0};
    uint32_t today = hour / sighting_span_hours(SPAN_DAY), next = 0;
    size_t cost = 0;
    TRY(sightings_rolled(store, &at));
    if (at.day >= today) return OK;
    TRY(store->subject->last(store, &last));
    while (at.day < today && cost < SIGHTINGS_ROLL_ROWS) {
        if (at.chunk == 0) TRY(day_next(store, at.day, &next));
        if (at.chunk == 0) at.day = next < today ? next : today;
        for (; at.day < today && cost < SIGHTINGS_ROLL_ROWS && at.chunk <= last.at >> SET_CHUNK_BITS;
             at.chunk++)
            TRY(chunk_roll(store, &at, &cost));
        if (at.chunk > last.at >> SET_CHUNK_BITS) at = (struct sightings_roll){at.day + 1, 0};
    }
    TRY(store->fact->put(store, fact_day, at.day));
    return store->fact->put(store, fact_day_chunk, at.chunk);
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

/* The longest span that begins at this hour, ends by the last one, and was made. */
static enum sighting_span span_at(uint32_t hour, uint32_t to_hour, uint32_t made)
{
    enum sighting_span span = SPAN_MONTH;
    while (span > SPAN_HOUR) {
        uint32_t hours = sighting_span_hours(span);
        if (hour % hours == 0 && to_hour - hour >= hours - 1 && hour + hours <= made) break;
        span--;
    }
    return span;
}

static RESULT span_rows(struct store *store, enum sighting_span span, uint32_t hour,
                        const struct sightings_within *within, struct walk *walk)
{
    const struct sighting_store *sighting = store->sighting;
    if (within->reader_count == 0) {
        return span == SPAN_HOUR ? sighting->each(store, hour, hour, stored_group, walk)
                                 : sighting->span_each(store, span, hour, hour, stored_group, walk);
    }
    for (size_t i = 0; i < within->reader_count; i++) {
        TRY(sighting->of_reader(store, span, hour, within->readers[i], stored_group, walk));
    }
    return OK;
}

static bool reader_within(const struct sightings_within *within, uint64_t reader)
{
    size_t low = 0, high = within->reader_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (within->readers[middle] < reader)
            low = middle + 1;
        else
            high = middle;
    }
    return within->reader_count == 0 || (low < within->reader_count && within->readers[low] == reader);
}

RESULT sightings_within(struct sightings *sightings, const struct sightings_within *within,
                        RESULT (*each)(void *context, const struct sighting_group *group), void *context)
{
    struct walk walk = {each, context};
    struct store *store = sightings->store;
    struct sightings_roll rolled = {0};
    TRY(sightings_rolled(store, &rolled));
    uint32_t made = rolled.day * sighting_span_hours(SPAN_DAY);
    for (uint64_t hour = within->from_hour; hour <= within->to_hour;) {
        enum sighting_span span = span_at((uint32_t)hour, within->to_hour, made);
        TRY(span_rows(store, span, (uint32_t)hour, within, &walk));
        hour += sighting_span_hours(span);
    }
    for (size_t i = 0; i < sightings->count; i++) {
        const struct group *at = &sightings->groups[i];
        if (at->hour < within->from_hour || at->hour > within->to_hour) continue;
        if (!reader_within(within, at->reader)) continue;
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
