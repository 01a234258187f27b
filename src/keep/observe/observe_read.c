/* The rows of a chunk: checked against the service's routes, their readers numbered. */
#include "keep/observe/observe_priv.h"

static RESULT malformed(void)
{
    return FAIL(INVALID, "rows: malformed");
}

/* The fields of each route that the rows speak of: those that the service declares now. */
static RESULT routes_read(struct observing *observing)
{
    const struct texts *routes = &observing->ask->routes;
    const struct service *service = observing->service;
    observing->fields = arena_take(observing->batch->arena, routes->count * sizeof *observing->fields);
    for (size_t i = 0; i < routes->count; i++) {
        size_t at = 0;
        while (at < service->route_count && !slice_is(routes->at[i], service->routes[at].text)) at++;
        if (at == service->route_count)
            return FAIL(CONFLICT, "routes: the service %s has changed meanwhile; run it again",
                        service->name);
        observing->fields[i] = service->routes[at].fields;
    }
    return OK;
}

static RESULT readers_read(struct observing *observing, struct cursor *rows)
{
    uint64_t count = cursor_varint(rows);
    if (rows->bad || count > SEEN_READERS_MAX) return malformed();
    observing->readers = arena_take(observing->batch->arena, count * sizeof *observing->readers);
    observing->names = arena_take(observing->batch->arena, count * sizeof *observing->names);
    for (; observing->reader_count < count; observing->reader_count++) {
        struct seen_reader reader = {0};
        if (!seen_reader_get(rows, &reader)) return malformed();
        observing->names[observing->reader_count] = reader;
        TRY(outside_reader_number(observing->batch, observing->service->id, &reader,
                                  &observing->readers[observing->reader_count]));
    }
    return OK;
}

static RESULT sights_read(struct observing *observing, struct cursor *rows)
{
    const struct observe_ask *ask = observing->ask;
    uint64_t count = cursor_varint(rows), line = 0;
    if (rows->bad || count > SEEN_ROWS_MAX) return malformed();
    observing->sights = arena_take(observing->batch->arena, count * sizeof *observing->sights);
    for (; observing->count < count; observing->count++) {
        struct sight *sight = &observing->sights[observing->count];
        struct seen_row row = {0};
        if (!seen_row_get(rows, &line, &row)) return malformed();
        if (row.reader >= observing->reader_count || row.route >= ask->routes.count ||
            row.line <= ask->lines_from || row.line > ask->lines_to)
            return malformed();
        *sight = (struct sight){.text = row.subject,
                                .kind = row.kind,
                                .reader = observing->readers[row.reader],
                                .hour = row.hour,
                                .full = observing->fields[row.route],
                                .line = row.line,
                                .lines = row.lines,
                                .rows = row.rows};
    }
    return rows->rest.len == 0 ? OK : malformed();
}

RESULT observe_read(struct observing *observing)
{
    struct cursor rows = {observing->ask->rows, false};
    TRY(routes_read(observing));
    if (rows.rest.len == 0) return OK; /* lines that were about nobody */
    TRY(readers_read(observing, &rows));
    return sights_read(observing, &rows);
}
