/*
 * Budget rows: limits that a shop puts for one reader, holder, network, role or for itself, in place of those by its
 * size. Authority rows like others. Which numbers hold in the end is limits.h. Main call: budget_body_write().
 */
#ifndef AMN_KEEP_ACCESS_BUDGET_H
#define AMN_KEEP_ACCESS_BUDGET_H

#include "keep/access/limits.h"

/* The body of a row; access_take() reads it back. */
void budget_body_write(const struct budget_row *row, struct buf *out);

#endif
