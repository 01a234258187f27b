/* How a run is told in answers. Example: TRY(run_told(batch, runs, run, &out->body)); */
#ifndef AMN_ANSWER_NOTICE_TOLD_H
#define AMN_ANSWER_NOTICE_TOLD_H

#include "answer/notice/draft.h"

/* A run as a map: where it and its people stand, what holds it up, how long it will take. No personal value. */
RESULT run_told(struct batch *batch, struct notices *runs, struct run *run, struct buf *out);

/* The run of that number, if the reader may know of its incident. NOT_FOUND. */
struct run_asked {
    struct incident *incident;
    struct notices *runs;
    struct run *run;
};
RESULT run_asked_for(struct batch *batch, const struct reader *reader, struct slice id, uint64_t number,
                     struct run_asked *out);

/* The yes of two people to a run: the body of its row. */
void run_yes_body(struct crypto *crypto, const struct run *run, struct slice spec, struct buf *out);

#endif
