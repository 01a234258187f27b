#include "answer/scope/gaps.h"

#include "keep/access/service.h"
#include "store/observed.h"

#include <stdlib.h>

struct days {
    struct shop *shop;
    uint32_t *systems; /* of outside readers, by number; 0: not looked up yet */
    uint32_t readers;
    uint8_t *seen;  /* by system, then day: a line was taken in */
    bool *expected; /* by system: it has declared routes, or files */
    size_t system_count, day_count;
    uint32_t first; /* day since 1970 */
    bool earliest_known;
    uint32_t earliest; /* hour of the first row */
};

static void days_done(struct days *days)
{
    free(days->systems);
    free(days->seen);
    free(days->expected);
}

static RESULT line_seen(struct days *days, uint32_t reader, uint32_t hour)
{
    if (!days->earliest_known || hour < days->earliest) days->earliest = hour;
    days->earliest_known = true;
    if (!days->seen || reader > days->readers || hour / 24 < days->first) return OK;
    if (days->systems[reader] == 0) {
        SCOPED(buf_done) struct buf sealed = {0};
        struct outside_reader_row row = {0};
        struct store *store = days->shop->store;
        TRY(store->observed->reader_get(store, reader, &row, &sealed));
        days->systems[reader] = row.system;
    }
    size_t system = days->systems[reader], day = hour / 24 - days->first;
    if (system <= days->system_count && day < days->day_count) days->seen[system * days->day_count + day] = 1;
    return OK;
}

static RESULT row_take(void *context, const struct observed_row *row)
{
    return line_seen(context, row->reader, row->hour);
}

static RESULT nobody_take(void *context, const struct unattributed_row *row)
{
    return line_seen(context, row->reader, row->hour);
}

static RESULT file_take(void *context, const struct outside_file_row *row)
{
    struct days *days = context;
    if (row->system <= days->system_count) days->expected[row->system] = true;
    return OK;
}

static RESULT rows_read(struct days *days, uint32_t from_hour, uint32_t to_hour)
{
    struct store *store = days->shop->store;
    TRY(store->observed->each(store, from_hour, to_hour, row_take, days));
    return store->observed->count_each(store, from_hour, to_hour, nobody_take, days);
}

/* Room for all systems, and which of them are expected to have logs. */
static RESULT days_make(struct days *days)
{
    struct shop *shop = days->shop;
    struct store *store = shop->store;
    for (size_t i = 0; i < shop->access.service_count; i++) {
        if (shop->access.services[i].id > days->system_count)
            days->system_count = shop->access.services[i].id;
    }
    TRY(store->observed->reader_last(store, &days->readers));
    days->systems = calloc((size_t)days->readers + 1, sizeof *days->systems);
    days->expected = calloc(days->system_count + 1, sizeof *days->expected);
    if (!days->systems || !days->expected) return FAIL(UNAVAILABLE, "scope: out of memory");
    for (size_t i = 0; i < shop->access.service_count; i++)
        days->expected[shop->access.services[i].id] = shop->access.services[i].route_count > 0;
    return store->observed->file_each(store, 1, NULL, file_take, days);
}

static void gap_add(struct gaps *gaps, uint32_t system, int64_t from_us, int64_t to_us)
{
    gaps->cut |= gaps->count == GAPS_MAX;
    if (gaps->count < GAPS_MAX) gaps->at[gaps->count++] = (struct gap){system, from_us, to_us};
}

static void system_gaps(const struct days *days, uint32_t system, struct gaps *out)
{
    const uint8_t *seen = days->seen + system * days->day_count;
    for (size_t day = 0; day < days->day_count; day++) {
        size_t end = day;
        while (end < days->day_count && !seen[end]) end++;
        if (end == day) continue;
        gap_add(out, system, (int64_t)(days->first + day) * DAY_US, (int64_t)(days->first + end) * DAY_US);
        day = end;
    }
}

RESULT gaps_find(struct shop *shop, const struct suspicion *suspicion, struct gaps *out)
{
    SCOPED(days_done) struct days days = {.shop = shop};
    int64_t from_us = suspicion->from_us;
    uint32_t end = (uint32_t)(suspicion->to_us / DAY_US);
    if (shop->access.service_count == 0) return OK;
    TRY(days_make(&days));
    if (from_us == 0) {
        TRY(rows_read(&days, 0, end * 24));
        if (!days.earliest_known) return OK; /* nobody said when it may have begun, and no log does */
        from_us = (int64_t)days.earliest * HOUR_US;
    }
    days.first = (uint32_t)((from_us + DAY_US - 1) / DAY_US);
    if (days.first >= end) return OK;
    if (end - days.first > GAP_DAYS_MAX) days.first = end - GAP_DAYS_MAX;
    days.day_count = end - days.first;
    days.seen = calloc(days.system_count + 1, days.day_count);
    if (!days.seen) return FAIL(UNAVAILABLE, "scope: out of memory");
    TRY(rows_read(&days, days.first * 24, end * 24 - 1));
    for (uint32_t system = 1; system <= days.system_count; system++) {
        if (days.expected[system]) system_gaps(&days, system, out);
    }
    return OK;
}
