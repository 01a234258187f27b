/*
 * Budgets of wrong codes. A guess hits once in 2^48, so these are there to end the guessing, not to win by it: a source
 * has so many wrong codes an hour, a key and the shop more. When those of the key or the shop are spent, each source
 * still has its first one: so nobody can lock customers out of their vouchers by guessing.
 *
 * Holds keyed tags and no address. Counted in memory at once, written behind by wrongs_flush(), kept over restarts.
 * A mistyped code that its check symbol finds is no guess. Main calls: wrongs_may(), wrongs_count(). Example:
 *     TRY(wrongs_may(wrongs, &from, batch->now_us, &out->head.retry_after_s));  …  wrongs_count(wrongs, &from, now_us);
 */
#ifndef AMN_ANSWER_REDRESS_WRONGS_H
#define AMN_ANSWER_REDRESS_WRONGS_H

#include "keep/batch.h"
#include "store/voucher.h"

enum {
    WRONGS_SOURCE = 10, /* an hour, of one customer's network */
    WRONGS_KEY = 300,   /* of one key, and of who names no network of a customer */
    WRONGS_SHOP = 3000,
    WRONGS_ROWS_MAX = 16384
};

/* Where a code comes from: keyed tags. */
struct wrong_from {
    uint64_t source, key; /* source 0: the asker did not say whose it is */
};

struct wrongs;
RESULT wrongs_new(struct shop *shop, struct wrongs **out); /* with what the store has */
void wrongs_free(struct wrongs **wrongs);

/* Tags of an asker and of the network that it names, an address as text; empty: none. INVALID: it is no address. */
RESULT wrong_from(struct shop *shop, const struct reader *reader, struct slice client,
                  struct wrong_from *out);

/* VOUCHER_GUESSES, and after how many seconds to come back. */
RESULT wrongs_may(const struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us,
                  uint32_t *retry_after_s);
void wrongs_count(struct wrongs *wrongs, const struct wrong_from *from, int64_t now_us);
RESULT wrongs_flush(struct batch *batch, struct wrongs *wrongs);

#endif
