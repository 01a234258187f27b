/* One regime as a page to read, and as JSON with everything that its file says. */
#ifndef AMN_CLI_LAW_REGIME_H
#define AMN_CLI_LAW_REGIME_H

#include "cli/law/jot.h"
#include "cli/law/sheet.h"

void regime_sheet(struct sheet *sheet, const struct law *law, const struct law_regime *regime);
void regime_jot(struct jot *jot, const struct law *law, const struct law_regime *regime);

/* "72 hours, from knowing of the leak", or what stands for a number. */
void due_words(const struct sheet *sheet, struct buf *out, const struct law_duty *duty);
/* Elements by their labels: "which personal data; course and cause". */
void elements_put(const struct sheet *sheet, struct buf *out, const struct law *law,
                  const struct law_names *names);
void when_put(const struct sheet *sheet, struct buf *out, const struct law_duty *duty);
void money_put(struct buf *out, uint64_t amount, const char *currency); /* KRW 30,000,000 */

#endif
