/* The clocks of a leak as a page, as JSON and as a calendar. */
#ifndef AMN_CLI_LAW_CLOCKS_H
#define AMN_CLI_LAW_CLOCKS_H

#include "answer/law/clocks.h"
#include "cli/law/jot.h"
#include "cli/law/sheet.h"

void clocks_sheet(struct sheet *sheet, const struct law *law, const struct law_case *facts,
                  const struct law_clocks *clocks);
void clocks_jot(struct jot *jot, const struct law *law, const struct law_case *facts,
                const struct law_clocks *clocks);
void clocks_ics(const struct sheet *sheet, const struct law *law, const struct law_case *facts,
                const struct law_clocks *clocks, struct buf *out);

/* "53 h left", "29 h too late". */
void clock_state_put(const struct sheet *sheet, struct buf *out, const struct law_due *due,
                     const struct law_done *done);
void duration_put(const struct sheet *sheet, struct buf *out, int64_t us); /* "53 h 35 min", "8 d 8 h" */

#endif
