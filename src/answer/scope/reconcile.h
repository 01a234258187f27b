/*
 * Claims of how many beside the count of this shop: somebody says 3,000, the ledger says 33.7 million. Both are kept;
 * what each proves follows from what it rests on, and neither is reckoned into the other.
 *
 * Main call: reconcile_put(). Example: TRY(reconcile_put(shop, &reading.fold, &out->body));
 */
#ifndef AMN_ANSWER_SCOPE_RECONCILE_H
#define AMN_ANSWER_SCOPE_RECONCILE_H

#include "answer/incident/fold.h"
#include "keep/shop.h"

/*
 * Append a map: the newest count's numbers (null before there is one), and each claim with people: its relation to them
 * (`below` the known, `within` known and possible, `above`, `uncounted`), and its basis, by whose name the sentences of
 * locale/ say what it proves and what would decide. CORRUPT: the newest count tells of nothing.
 */
RESULT reconcile_put(struct shop *shop, const struct fold *fold, struct buf *out);

#endif
