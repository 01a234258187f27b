/* Inside desk only. */
#ifndef AMN_ANSWER_DESK_PRIV_H
#define AMN_ANSWER_DESK_PRIV_H

#include "answer/desk/desk.h"

/* A ticket as a line of a mail: which, what kind, due when. */
void desk_line_put(struct batch *batch, const struct matter_row *row, struct slice lang, struct buf *out);

#endif
