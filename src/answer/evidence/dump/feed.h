/*
 * The parent's side of reading a dump: starts the child, hands it the parts of the file that it wants, takes its rows.
 *
 * Nothing the child writes is believed: a frame that is none ends it. Blocks its thread until the file was read. Main
 * call: feed_run().
 */
#ifndef AMN_ANSWER_EVIDENCE_FEED_H
#define AMN_ANSWER_EVIDENCE_FEED_H

#include "answer/evidence/dump/frames.h"

/* A failure of any ends the reading, and comes back from feed_run(). */
struct feed_sink {
    void *context;
    RESULT (*columns)(void *context, const struct frame_columns *columns);
    /* The values' texts live until the next `flush`, so that rows can be worked on together; `values` for the call. */
    RESULT (*row)(void *context, uint64_t line, const struct sheet_value *values, size_t count);
    /* Behind some rows, in which so many values of keys had no normal form. NULL: nothing is kept. */
    RESULT (*flush)(void *context, uint32_t unreadable);
    RESULT(*idle)
    (void *context, uint64_t read); /* now and then: so many bytes of the file were asked for. NULL */
};

/**
 * @param source  the file; asked for any part of it, in any order
 * @param skip    how many rows of it were given before: they are not given again, and count as `rows` of the end alone
 * @param out     how it ended; untouched on failure
 * @return UNAVAILABLE  no child can be started, or it ended early: by its limits, or a signal
 *         CORRUPT      it wrote what is no frame
 */
RESULT feed_run(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                struct frame_end *out);

/* The same in this process, for tests and benches: no child, no walls. */
RESULT feed_here(const struct unpack_source *source, uint64_t skip, const struct feed_sink *sink,
                 struct frame_end *out);

#endif
