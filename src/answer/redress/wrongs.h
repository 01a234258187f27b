/*
 * Budgets of wrong codes. A guess hits once in 2^48, so these are there to end the guessing, not to win by it: a source
 * has so many wrong codes an hour, a key and the shop more. When those of the key or the shop are spent, an alert tells
 * it, and each source still has its first one: so a few cannot lock all customers out of their vouchers. That, too, has
 * an end, since a network is only what the key says: behind it a key, or the shop, has none, whatever network is named.
 *
 * The first wrong codes of a key in each minute are entries; all further ones of that minute are one, with their count.
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
    WRONGS_KEY_END = 1000, /* with the first ones of further networks */
    WRONGS_SHOP_END = 10000,
    WRONGS_TOLD = 5, /* entries of one key in a minute; all beyond them are one */
    WRONGS_TELLINGS = 64,
    CAMPAIGN_WRONG = 3, /* object_kind of their entries */
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

/*
 * May a wrong or refused code of this reader have an entry of its own? False: it was counted, and stands in one that
 * wrongs_flush() writes when the minute is over. A kill loses what was counted since; the budgets are kept.
 */
bool wrongs_tell(struct wrongs *wrongs, const struct reader *reader, int64_t now_us);
/* Those entries: of minutes that are over, or of all, before the shop is closed. */
void wrongs_tell_counted(struct batch *batch, struct wrongs *wrongs, bool all);
/* What is due: counted entries, an alert that somebody guesses (one an hour), the budgets' rows. */
RESULT wrongs_flush(struct batch *batch, struct wrongs *wrongs);

#endif
