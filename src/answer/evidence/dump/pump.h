/*
 * The line to the child that reads a dump, served by a thread of its own: parts of the file go in as they are wanted, whole
 * frames come out one behind the other, while the caller works on those before.
 *
 * Knows of frames their head and what a part is wanted of; nothing else that the child writes is looked at here. Main
 * calls: pump_start(), pump_next(), pump_end(). Example: feed_run() in answer/evidence/dump/feed.c.
 */
#ifndef AMN_ANSWER_EVIDENCE_PUMP_H
#define AMN_ANSWER_EVIDENCE_PUMP_H

#include "answer/evidence/dump/frames.h"

struct pump;

/**
 * Start the child and the thread.
 *
 * @param source  read by the thread alone, until pump_end() or pump_free()
 * @param skip    rows that the child passes over
 * @return UNAVAILABLE  one of them cannot be started
 */
RESULT pump_start(const struct unpack_source *source, uint64_t skip, struct pump **out);
void pump_free(struct pump **pump); /* kills the child, waits for the thread */

/**
 * Wait for the next frame.
 *
 * @param type  FRAME_WANT, with an empty body: none came, but more of the file was asked for
 * @param body  lives until the next call
 * @param more  false: the child has ended its output, behind a whole frame
 * @return as the source does; UNAVAILABLE: the child was lost; CORRUPT: it wrote no frames, or asked for what there is not
 */
RESULT pump_next(struct pump *pump, enum frame_type *type, struct slice *body, bool *more);
uint64_t pump_read(struct pump *pump); /* from where on the file was asked for last */

/* Behind the last frame: how the child ended. UNAVAILABLE: by a signal, or not well. */
RESULT pump_end(struct pump *pump);

#endif
