/*
 * Authority rows of notices: a shop's own texts, and the yes of two people to a run. Kept as they are; what they mean is
 * known by answer/notice. Main calls: notice_row(), notice_row_take().
 */
#ifndef AMN_KEEP_ACCESS_NOTICE_ROW_H
#define AMN_KEEP_ACCESS_NOTICE_ROW_H

#include "keep/access/authority.h"

enum {
    NOTICE_ROW_TEXT = 1,   /* + kind x 10 + language: a template */
    NOTICE_ROW_HOOK = 900, /* where text messages go */
    NOTICE_ROW_RUN = 1000, /* + number of the run: it may be sent */
    NOTICE_ROW_BYTES_MAX = 40 * 1024
};

/* The body of a row; empty: there is none. Lives until the rows are loaded anew. */
struct slice notice_row(const struct access *access, uint32_t id);

RESULT notice_row_take(struct access *access, uint32_t id, struct slice body);

#endif
