/* The state for a restart. One table says what is kept of a reader, one what of a group; a bound stands beside each. */
#include "watch/detect/measure/statistic.h"
#include "watch/detect/watch_priv.h"

#include "base/cbor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Version 2 had the same members but for the last of a reader: the hours, for people to see. */
enum { SAVED_VERSION = 3, SAVED_WITHOUT_HOURS = 2, SAVED_MEMBERS = 6, HOURS_MEMBERS = 2 };

enum kept_as { KEPT_UINT, KEPT_INT, KEPT_BOOL, KEPT_DOUBLE, KEPT_SKETCH };

struct kept {
    enum kept_as as;
    size_t offset, size, count; /* of one; how many stand there */
    uint64_t most;              /* of a number; of a double its size, before FIXED_ONE */
};

#define TIME_MOST ((uint64_t)INT64_MAX / 4)
#define DAY_MOST (TIME_MOST / (uint64_t)DAY_US)
#define ONE(type, as, member, most)                                                    \
    {                                                                                  \
        as, offsetof(struct type, member), sizeof(((struct type *)0)->member), 1, most \
    }
#define MANY(type, as, member, most)                                              \
    {                                                                             \
        as, offsetof(struct type, member), sizeof(((struct type *)0)->member[0]), \
            COUNT_OF(((struct type *)0)->member), most                            \
    }

static const struct kept reader_kept[] = {
#define UINT(member, most) ONE(reader_state, KEPT_UINT, member, most)
#define INT(member, most) ONE(reader_state, KEPT_INT, member, most)
#define BOOL(member) ONE(reader_state, KEPT_BOOL, member, 1)
#define DOUBLE(member, most) ONE(reader_state, KEPT_DOUBLE, member, most)
#define UINTS(member, most) MANY(reader_state, KEPT_UINT, member, most)
    UINT(reader, UINT64_MAX),
    UINT(peers, UINT64_MAX),
    INT(last_us, TIME_MOST),
    UINT(days, UINT32_MAX),
    BOOL(active),
    BOOL(alerted),
    DOUBLE(intensity, 1000),
    INT(dormant.last_day, DAY_MOST),
    UINT(dormant.slept, DAY_MOST),
    UINT(dormant.people, UINT32_MAX),
    UINT(fruitless.missed, UINT64_MAX),
    UINT(fruitless.latest, FRUITLESS_LATEST),
    UINT(fruitless.day_misses, UINT32_MAX),
    UINT(fruitless.day_tries, UINT32_MAX),
    DOUBLE(fruitless.usual, 1),
    BOOL(fruitless.known),
    UINT(grantless.day_without, UINT32_MAX),
    UINT(grantless.day_looks, UINT32_MAX),
    DOUBLE(grantless.usual, 1),
    BOOL(grantless.known),
    INT(passes.hour, DAY_MOST * 24),
    UINT(passes.unknown, UINT32_MAX),
    BOOL(riding.today),
    UINT(riding.days, UINT32_MAX),
    UINT(riding.window, (1U << RIDING_WINDOW) - 1),
    UINT(riding.used_days, RIDING_WINDOW),
    INT(riding.hour, DAY_MOST * 24),
    UINT(riding.hours, UINT32_MAX),
    INT(burst.windows[0].until_us, TIME_MOST),
    DOUBLE(burst.windows[0].people, (uint64_t)INT32_MAX + 1),
    DOUBLE(burst.windows[0].busiest, (uint64_t)INT32_MAX + 1),
    DOUBLE(burst.windows[0].usual, (uint64_t)INT32_MAX + 1),
    INT(burst.windows[1].until_us, TIME_MOST),
    DOUBLE(burst.windows[1].people, (uint64_t)INT32_MAX + 1),
    DOUBLE(burst.windows[1].busiest, (uint64_t)INT32_MAX + 1),
    DOUBLE(burst.windows[1].usual, (uint64_t)INT32_MAX + 1),
    DOUBLE(rise.sum, 100),
    DOUBLE(rise.baseline, 64),
    DOUBLE(rise.spread, 4),
    DOUBLE(rise.anchor, 64),
    INT(rise.anchor_day, DAY_MOST),
    INT(rise.learned_day, DAY_MOST),
    UINTS(rise.learned, UINT16_MAX),
    UINTS(rise.recent, UINT16_MAX),
    UINT(rise.learned_count, 2UL * SLOW_RISE_DAYS),
    UINT(rise.recent_count, 2UL * SLOW_RISE_RECENT),
    DOUBLE(coverage.accepted, 1),
    DOUBLE(coverage.habit, 64),
    UINT(enumeration.last, UINT64_MAX),
    UINT(enumeration.width, UINT64_MAX),
    UINT(enumeration.run, UINT32_MAX),
    UINT(enumeration.steady, UINT32_MAX),
    BOOL(enumeration.upwards),
    UINT(enumeration.steps, ENUMERATION_STEPS - 1),
    UINTS(enumeration.widths, ENUMERATION_STEPS - 1),
    UINTS(enumeration.seen, UINT64_MAX),
    DOUBLE(enumeration.usual_values, (uint64_t)INT32_MAX + 1),
    UINTS(first_seen.networks, UINT64_MAX),
    UINTS(first_seen.network_days, UINT16_MAX),
    UINTS(first_seen.network_since, UINT16_MAX),
    UINTS(first_seen.countries, UINT16_MAX),
    UINTS(first_seen.country_days, UINT16_MAX),
    UINTS(first_seen.country_since, UINT16_MAX),
    UINT(first_seen.known.fields, UINT64_MAX),
    UINT(first_seen.known.purposes, UINT64_MAX),
    UINT(first_seen.known.hours, (1U << 24) - 1),
    UINT(first_seen.today.fields, UINT64_MAX),
    UINT(first_seen.today.purposes, UINT64_MAX),
    UINT(first_seen.today.hours, (1U << 24) - 1),
    DOUBLE(first_seen.points, (uint64_t)INT32_MAX + 1),
    ONE(reader_state, KEPT_SKETCH, today, 0),
    ONE(reader_state, KEPT_SKETCH, ever, 0),
    ONE(reader_state, KEPT_SKETCH, tried, 0),
    ONE(reader_state, KEPT_SKETCH, burst.windows[1].seen, 0),
    ONE(reader_state, KEPT_SKETCH, burst.windows[0].seen, 0),
    INT(burst.hours.latest, DAY_MOST * 24),
    UINTS(burst.hours.people, UINT32_MAX),
};

static const struct kept group_kept[] = {
    ONE(group, KEPT_UINT, peers, UINT64_MAX),
    MANY(group, KEPT_UINT, first_seen.networks, UINT64_MAX),
    MANY(group, KEPT_UINT, first_seen.countries, UINT16_MAX),
    ONE(group, KEPT_UINT, first_seen.known.fields, UINT64_MAX),
    ONE(group, KEPT_UINT, first_seen.known.purposes, UINT64_MAX),
    ONE(group, KEPT_UINT, first_seen.known.hours, (1U << 24) - 1),
    ONE(group, KEPT_UINT, first_seen.networks_next, FIRST_SEEN_PEERS_NETWORKS - 1),
    ONE(group, KEPT_UINT, first_seen.countries_next, FIRST_SEEN_PEERS_COUNTRIES - 1),
};

/* A number of 1, 2, 4 or 8 bytes in memory. */
static uint64_t number_get(const uint8_t *at, size_t size)
{
    uint64_t number = 0;
    memcpy(&number, at, size); /* the lowest byte stands first on every machine that we build for */
    return number;
}

static void one_put(struct buf *out, const struct kept *kept, const uint8_t *at)
{
    double value = 0;
    const struct sketch *sketch = (const void *)at;
    switch (kept->as) {
    case KEPT_UINT: {
        uint64_t number = number_get(at, kept->size);
        cbor_uint(out, number < kept->most ? number : kept->most);
        break;
    }
    case KEPT_INT:
        cbor_int(out, (int64_t)number_get(at, sizeof(int64_t)));
        break;
    case KEPT_BOOL:
        cbor_bool(out, *at != 0);
        break;
    case KEPT_DOUBLE:
        memcpy(&value, at, sizeof value);
        cbor_int(out, llrint(value * FIXED_ONE));
        break;
    case KEPT_SKETCH: {
        bool empty = true;
        for (size_t i = 0; empty && i < SKETCH_REGISTERS; i++) empty = sketch->rank[i] == 0;
        cbor_bytes(out, (struct slice){sketch->rank, empty ? 0 : SKETCH_REGISTERS});
        break;
    }
    }
}

static void all_put(struct buf *out, const struct kept *kept, size_t count, const void *from)
{
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = (const uint8_t *)from + kept[i].offset;
        if (kept[i].count > 1) cbor_array(out, kept[i].count);
        for (size_t j = 0; j < kept[i].count; j++) one_put(out, &kept[i], at + j * kept[i].size);
    }
}

static RESULT out_of_bounds(void)
{
    return FAIL(INVALID, "watch: a number of the saved state is out of its bounds");
}

static RESULT int_get(struct cbor *in, uint64_t most, int64_t *out)
{
    TRY(cbor_read_int(in, out));
    return *out >= -(int64_t)most && *out <= (int64_t)most ? OK : out_of_bounds();
}

static RESULT sketch_get(struct cbor *in, struct sketch *out)
{
    struct slice bytes;
    TRY(cbor_read_bytes(in, &bytes));
    if (bytes.len == 0) return OK;
    if (bytes.len != SKETCH_REGISTERS) return out_of_bounds();
    memcpy(out->rank, bytes.at, bytes.len);
    return sketch_restore(out) ? OK : out_of_bounds();
}

static RESULT one_get(struct cbor *in, const struct kept *kept, uint8_t *at)
{
    uint64_t number = 0;
    int64_t whole = 0;
    bool yes = false;
    switch (kept->as) {
    case KEPT_UINT:
        TRY(cbor_read_uint(in, &number));
        if (number > kept->most) return out_of_bounds();
        memcpy(at, &number, kept->size);
        break;
    case KEPT_INT:
        TRY(int_get(in, kept->most, &whole));
        memcpy(at, &whole, sizeof whole);
        break;
    case KEPT_BOOL:
        TRY(cbor_read_bool(in, &yes));
        memcpy(at, &yes, sizeof yes);
        break;
    case KEPT_DOUBLE: {
        TRY(int_get(in, kept->most * FIXED_ONE, &whole));
        double value = (double)whole / FIXED_ONE;
        memcpy(at, &value, sizeof value);
        break;
    }
    case KEPT_SKETCH:
        TRY(sketch_get(in, (void *)at));
        break;
    }
    return OK;
}

static RESULT array_of(struct cbor *in, size_t want)
{
    size_t count = 0;
    TRY(cbor_read_array(in, &count));
    return count == want ? OK : FAIL(INVALID, "watch: the saved state has other members than this version's");
}

static RESULT all_get(struct cbor *in, const struct kept *kept, size_t count, void *to)
{
    TRY(array_of(in, count));
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = (uint8_t *)to + kept[i].offset;
        if (kept[i].count > 1) TRY(array_of(in, kept[i].count));
        for (size_t j = 0; j < kept[i].count; j++) TRY(one_get(in, &kept[i], at + j * kept[i].size));
    }
    return OK;
}

static int by_reader(const void *a, const void *b)
{
    const struct reader_state *const *x = a, *const *y = b;
    return ((*x)->reader > (*y)->reader) - ((*x)->reader < (*y)->reader);
}

static int by_peers(const void *a, const void *b)
{
    const struct group *const *x = a, *const *y = b;
    return ((*x)->peers > (*y)->peers) - ((*x)->peers < (*y)->peers);
}

/* A copy of a list of pointers, in order. */
static void *sorted(const void *list, size_t count, int (*order)(const void *, const void *))
{
    void **copy = calloc(count + 1, sizeof *copy);
    if (!copy) abort();
    if (count > 0) memcpy(copy, list, count * sizeof *copy);
    qsort(copy, count, sizeof *copy, order);
    return copy;
}

void watch_save(const struct watch *watch, struct buf *out)
{
    cbor_array(out, SAVED_MEMBERS);
    cbor_uint(out, SAVED_VERSION);
    cbor_bool(out, watch->started);
    cbor_int(out, watch->hour_from_us);
    cbor_uint(out, watch->newest);
    struct group **groups = sorted(watch->groups, watch->groups_count, by_peers);
    cbor_array(out, watch->groups_count);
    for (size_t i = 0; i < watch->groups_count; i++)
        all_put(out, group_kept, COUNT_OF(group_kept), groups[i]);
    free(groups);
    struct reader_state **readers = sorted(watch->readers.list, watch->readers.count, by_reader);
    cbor_array(out, watch->readers.count);
    for (size_t i = 0; i < watch->readers.count; i++)
        all_put(out, reader_kept, COUNT_OF(reader_kept), readers[i]);
    free(readers);
}

static RESULT group_get(struct cbor *in, struct watch *watch)
{
    struct group group = {0};
    TRY(all_get(in, group_kept, COUNT_OF(group_kept), &group));
    const struct group *last = watch->groups_count ? watch->groups[watch->groups_count - 1] : NULL;
    if (group.peers == 0 || (last && last->peers >= group.peers)) return out_of_bounds();
    struct group *made = watch_group(watch, group.peers);
    if (!made) return out_of_bounds();
    made->first_seen = group.first_seen;
    return OK;
}

/* What two members say together. */
static RESULT reader_check(const struct reader_state *state)
{
    unsigned steps = 0;
    for (size_t i = 0; i < COUNT_OF(state->enumeration.widths); i++) steps += state->enumeration.widths[i];
    bool good =
        steps == state->enumeration.steps && state->fruitless.day_misses <= state->fruitless.day_tries &&
        state->grantless.day_without <= state->grantless.day_looks && state->rise.sum >= 0 &&
        state->rise.baseline >= 0 && state->rise.spread >= 0 &&
        (state->rise.baseline <= 0 || state->rise.spread > 0) && state->intensity >= 0 &&
        state->fruitless.usual >= 0 && state->grantless.usual >= 0 && state->coverage.accepted >= 0 &&
        state->coverage.habit >= 0 && state->enumeration.usual_values >= 0 && state->first_seen.points >= 0;
    for (size_t i = 0; i < BURST_WINDOWS; i++) {
        const struct burst_window *window = &state->burst.windows[i];
        good = good && window->people >= 0 && window->busiest >= 0 && window->usual >= 0;
    }
    good = good && state->burst.hours.latest >= 0;
    return good ? OK : out_of_bounds();
}

static RESULT reader_get(struct cbor *in, struct watch *watch, uint64_t version, uint64_t *last)
{
    struct reader_state state = {0};
    size_t members = COUNT_OF(reader_kept) - (version == SAVED_WITHOUT_HOURS ? HOURS_MEMBERS : 0);
    TRY(all_get(in, reader_kept, members, &state));
    TRY(reader_check(&state));
    if (state.reader <= *last || watch->readers.count == watch->readers.max) return out_of_bounds();
    *last = state.reader;
    state.looked = state.active;
    state.group = watch_group(watch, state.peers);
    *readers_add(&watch->readers, state.reader) = state;
    return OK;
}

static RESULT saved_get(struct slice bytes, struct watch *watch)
{
    struct cbor in = cbor_reader(bytes);
    uint64_t version = 0, last = 0;
    int64_t hour_us = 0;
    size_t count = 0;
    TRY(array_of(&in, SAVED_MEMBERS));
    TRY(cbor_read_uint(&in, &version));
    if (version != SAVED_VERSION && version != SAVED_WITHOUT_HOURS)
        return FAIL(INVALID, "watch: saved by another version");
    TRY(cbor_read_bool(&in, &watch->started));
    TRY(int_get(&in, TIME_MOST, &hour_us));
    TRY(cbor_read_uint(&in, &watch->newest));
    TRY(cbor_read_array(&in, &count));
    for (size_t i = 0; i < count; i++) TRY(group_get(&in, watch));
    TRY(cbor_read_array(&in, &count));
    for (size_t i = 0; i < count; i++) TRY(reader_get(&in, watch, version, &last));
    TRY(cbor_end(&in));
    if (!watch->started) return OK;
    watch->started = false; /* no day is closed by being put back */
    watch_turn(watch, hour_us);
    return OK;
}

RESULT watch_load(struct watch *watch, struct slice bytes)
{
    struct watch_options options = {.params = watch->params,
                                    .customers = watch->customers,
                                    .offset_s = (int32_t)(watch->offset_us / SECOND_US),
                                    .readers_max = (uint32_t)watch->readers.max};
    SCOPED(watch_free) struct watch *fresh = NULL;
    TRY(watch_new(&options, &fresh));
    TRY(saved_get(bytes, fresh));
    for (size_t i = 0; i < fresh->readers.count; i++) {
        struct reader_state *state = fresh->readers.list[i];
        if (!state->active) continue;
        state->people = sketch_count(&state->today);
        state->values = sketch_count(&state->tried);
    }
    watch_groups_measure(fresh);
    struct watch before = *watch;
    *watch = *fresh;
    *fresh = before; /* freed with it */
    return OK;
}
