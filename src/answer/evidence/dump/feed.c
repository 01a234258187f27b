#include "answer/evidence/dump/feed.h"

#include "answer/evidence/dump/pump.h"
#include "answer/evidence/dump/reader.h"

#include <stdlib.h>

struct feed {
    const struct feed_sink *sink;
    struct frame_end end;
    bool ended;
    struct sheet_value *values; /* SHEET_VALUES_MAX of them */
};

static void feed_done(struct feed *feed)
{
    free(feed->values);
}

static RESULT feed_begin(struct feed *feed)
{
    feed->values = calloc(SHEET_VALUES_MAX, sizeof *feed->values);
    return feed->values ? OK : FAIL(UNAVAILABLE, "dump: out of memory");
}

static RESULT rows_take(struct feed *feed, const struct frame *frame)
{
    struct cursor rows = {frame->rows.at, false};
    uint64_t line = 0;
    size_t count = 0;
    while (rows_next(&rows, &line, feed->values, &count))
        TRY(feed->sink->row(feed->sink->context, line, feed->values, count));
    if (feed->sink->flush) TRY(feed->sink->flush(feed->sink->context, frame->rows.unreadable));
    return rows.bad ? FAIL(CORRUPT, "dump: the child that reads it wrote rows that are none") : OK;
}

static RESULT frame_take(struct feed *feed, enum frame_type type, struct slice body)
{
    struct frame frame = {0};
    if (feed->ended) return FAIL(CORRUPT, "dump: the child that reads it wrote behind its end");
    TRY(frame_read(type, body, &frame));
    switch (type) {
    case FRAME_COLUMNS:
        return feed->sink->columns(feed->sink->context, &frame.columns);
    case FRAME_ROWS:
        return rows_take(feed, &frame);
    case FRAME_END:
        feed->end = frame.end;
        feed->ended = true;
        return OK;
    case FRAME_WANT: /* those never come here */
        break;
    }
    return FAIL(CORRUPT, "dump: the child that reads it asks for what there is not");
}

RESULT feed_run(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                struct frame_end *out)
{
    SCOPED(feed_done) struct feed feed = {.sink = sink};
    SCOPED(pump_free) struct pump *pump = NULL;
    TRY(feed_begin(&feed));
    TRY(pump_start(source, skip, &pump));
    for (bool more = true; more;) {
        enum frame_type type = FRAME_WANT;
        struct slice body = {0};
        TRY(pump_next(pump, &type, &body, &more));
        if (sink->idle) TRY(sink->idle(sink->context, pump_read(pump)));
        if (type != FRAME_WANT) TRY(frame_take(&feed, type, body));
    }
    TRY(pump_end(pump));
    if (!feed.ended) return FAIL(CORRUPT, "dump: the child that reads it ended too early");
    *out = feed.end;
    return OK;
}

/* Whole frames, as reader_run() gives them. */
static RESULT here_take(void *context, struct slice frame)
{
    enum frame_type type = FRAME_END;
    size_t len = 0;
    TRY(frame_head(frame.at, &type, &len));
    return frame_take(context, type, slice_part(frame, FRAME_HEAD_BYTES, len));
}

RESULT feed_here(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                 struct frame_end *out)
{
    SCOPED(feed_done) struct feed feed = {.sink = sink};
    TRY(feed_begin(&feed));
    TRY(reader_run(source, skip, here_take, &feed));
    *out = feed.end;
    return OK;
}
