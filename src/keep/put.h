/*
 * Members of answers: what the verbs write again and again, in CBOR. Example: `put_text(out, "name", name);`
 */
#ifndef AMN_KEEP_PUT_H
#define AMN_KEEP_PUT_H

#include "base/cbor.h"
#include "keep/shop.h"

/* One member of a map: its name, then its value. A time as RFC 3339, an id in its public form. */
void put_text(struct buf *out, const char *name, struct slice text);
void put_time(struct buf *out, const char *name, int64_t us);
void put_time_or_null(struct buf *out, const char *name, int64_t us); /* null: 0, it never was */
void put_id(struct shop *shop, struct buf *out, const char *name, enum id_kind kind, uint64_t number);
void put_number(struct buf *out, const char *name, uint64_t number);
void put_bool(struct buf *out, const char *name, bool value);

/* Rows `from` to `to` of `count`, counted from 0: one page of a list. */
struct page {
    size_t from, to, count;
};

/* From behind the row whose id is `after` (empty: from the first), at most `limit` (0: 100). ID_MALFORMED. */
RESULT page_of(struct shop *shop, enum id_kind kind, struct slice after, uint64_t limit, struct page *page);

/* The member "next": what to give as `after` for the page that follows, or null. */
void put_next(struct shop *shop, enum id_kind kind, const struct page *page, struct buf *out);

#endif
