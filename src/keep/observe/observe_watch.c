/* What a chunk told, to the detectors: hour by hour, under each reader, its network, and its system as a whole. */
#include "keep/access/network.h"
#include "keep/observe/observe_priv.h"
#include "keep/watch/canary.h"
#include "keep/watch/outside_watch.h"
#include "keep/watch/watching.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One subject at one line, and the line of readers that it is counted under at the moment. */
struct seen {
    uint32_t hour, reader, under;
    uint64_t line, fields;
    struct subject_no no;
};

struct feeding {
    struct observing *observing;
    struct outside_watch *outside;
    struct seen *seen;
    size_t count;
    uint64_t *subjects; /* room for all */
    struct lines {
        uint32_t reader, network; /* network 0: it is no address */
        enum outside_line line;
    } * lines; /* by reader, sorted */
    size_t line_count;
    uint32_t everybody; /* of the system */
};

static int by_hour(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->hour != y->hour) return x->hour < y->hour ? -1 : 1;
    if (x->under != y->under) return x->under < y->under ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int by_reader(const void *a, const void *b)
{
    const struct lines *x = a, *y = b;
    return x->reader < y->reader ? -1 : x->reader > y->reader;
}

/* "203.0.113.0/24" of an address, or a /48; false: it is none. */
static bool network_of(struct slice address, struct buf *out)
{
    enum { MAPPED_BITS = 96, FOUR_BITS = MAPPED_BITS + 24, SIX_BITS = 48 };
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct network_range range = {.bits = 0};
    if (network_range_get(address, &range).code != CODE_OK || range.bits != NETWORK_BITS) return false;
    bool four = memcmp(range.at, mapped, sizeof mapped) == 0;
    range.bits = four ? FOUR_BITS : SIX_BITS;
    memset(range.at + range.bits / 8, 0, NETWORK_BYTES - range.bits / 8);
    network_range_put(&range, out);
    return true;
}

/* The numbers of what a reader of the chunk is counted under. */
static RESULT lines_make(struct feeding *feeding)
{
    struct observing *observing = feeding->observing;
    struct batch *batch = observing->batch;
    static const enum outside_line kinds[] = {
        [SEEN_USER] = OUTSIDE_USER, [SEEN_ADDRESS] = OUTSIDE_ADDRESS, [SEEN_UNNAMED] = OUTSIDE_UNNAMED};
    const struct seen_reader everybody = {.kind = SEEN_SYSTEM};
    feeding->lines = arena_take(batch->arena, observing->reader_count * sizeof *feeding->lines);
    feeding->line_count = observing->reader_count;
    for (size_t i = 0; i < observing->reader_count; i++) {
        const struct seen_reader *reader = &observing->names[i];
        struct lines *lines = &feeding->lines[i];
        SCOPED(buf_done) struct buf network = {0};
        *lines = (struct lines){.reader = observing->readers[i], .line = kinds[reader->kind]};
        if (reader->kind != SEEN_ADDRESS || !network_of(reader->name, &network)) continue;
        const struct seen_reader of = {SEEN_NETWORK, buf_slice(&network)};
        TRY(outside_reader_number(batch, observing->service->id, &of, &lines->network));
    }
    if (feeding->line_count > 1)
        qsort(feeding->lines, feeding->line_count, sizeof *feeding->lines, by_reader);
    return outside_reader_number(batch, observing->service->id, &everybody, &feeding->everybody);
}

static const struct lines *lines_of(const struct feeding *feeding, uint32_t reader)
{
    const struct lines key = {.reader = reader},
                       *found = bsearch(&key, feeding->lines, feeding->line_count, sizeof key, by_reader);
    assert(found); /* sights are of the chunk's readers */
    return found;
}

static void seen_make(struct feeding *feeding)
{
    const struct observing *observing = feeding->observing;
    struct arena *arena = observing->batch->arena;
    size_t most = 0;
    for (size_t i = 0; i < observing->person_count; i++) most += observing->persons[i].count;
    feeding->seen = arena_take(arena, most * sizeof *feeding->seen);
    feeding->subjects = arena_take(arena, most * sizeof *feeding->subjects);
    for (size_t i = 0; i < most; i++) { /* those of nobody stand behind them */
        const struct sight *sight = &observing->sights[i];
        feeding->seen[feeding->count++] = (struct seen){.hour = sight->hour,
                                                        .reader = sight->reader,
                                                        .line = sight->line,
                                                        .fields = sight->full,
                                                        .no = sight->no};
    }
}

/* The seen from `from` to before `to`, all of one hour, as looks of each `under` in the order of the lines. */
static void hour_give(struct feeding *feeding, size_t from, size_t to, enum outside_line line)
{
    while (from < to) {
        const struct seen *first = &feeding->seen[from];
        struct outside_looks looks = {.line = line,
                                      .reader = first->under,
                                      .system = feeding->observing->service->id,
                                      .hour = first->hour,
                                      .subjects = feeding->subjects};
        for (; from < to && feeding->seen[from].under == looks.reader; from++) {
            looks.fields |= feeding->seen[from].fields;
            feeding->subjects[looks.count++] = feeding->seen[from].no.at;
        }
        if (line == OUTSIDE_USER) looks.line = lines_of(feeding, looks.reader)->line;
        if (looks.reader > 0) outside_watch_look(feeding->outside, &looks, feeding->observing->batch->now_us);
    }
}

static void hour_watch(struct feeding *feeding, size_t from, size_t to)
{
    const struct batch *batch = feeding->observing->batch;
    bool networks = false;
    for (size_t i = from; i < to; i++) feeding->seen[i].under = feeding->everybody;
    hour_give(feeding, from, to, OUTSIDE_SYSTEM); /* they come in the order of the lines */
    for (size_t i = from; i < to; i++) feeding->seen[i].under = feeding->seen[i].reader;
    qsort(feeding->seen + from, to - from, sizeof *feeding->seen, by_hour);
    hour_give(feeding, from, to, OUTSIDE_USER);
    for (size_t i = from; i < to; i++) {
        feeding->seen[i].under = lines_of(feeding, feeding->seen[i].reader)->network;
        networks = networks || feeding->seen[i].under > 0;
    }
    if (networks) {
        qsort(feeding->seen + from, to - from, sizeof *feeding->seen, by_hour);
        hour_give(feeding, from, to, OUTSIDE_NETWORK);
    }
    outside_watch_hour(feeding->outside, feeding->seen[from].hour, batch->now_us,
                       shop_customers(batch->shop));
}

RESULT observe_watch(struct observing *observing)
{
    struct feeding feeding = {.observing = observing, .outside = watching_outside(observing->batch->shop)};
    if (!feeding.outside || observing->person_count == 0) return OK;
    TRY(lines_make(&feeding));
    seen_make(&feeding);
    qsort(feeding.seen, feeding.count, sizeof *feeding.seen, by_hour);
    if (observing->ask->from == 0)
        TRY(outside_watch_file(feeding.outside, feeding.seen[0].hour,
                               shop_customers(observing->batch->shop)));
    for (size_t from = 0, to = 0; from < feeding.count; from = to) {
        while (to < feeding.count && feeding.seen[to].hour == feeding.seen[from].hour) to++;
        hour_watch(&feeding, from, to);
    }
    return OK;
}
