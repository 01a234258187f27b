/*
 * Text as HTML and XML have it: what would begin a tag, an entity or end a value is escaped; controls, which neither may
 * hold, become blanks. Must never be given what is markup already. Example: markup_put(&page, SLICE_TEXT("a < b"));
 */
#ifndef AMN_BASE_MARKUP_H
#define AMN_BASE_MARKUP_H

#include "base/bytes.h"

void markup_put(struct buf *out, struct slice text); /* appended */

#endif
