/*
 * Which pages a database had at the backup before: 16 bytes of the SHA-256 of each, kept in a file beside it, so that an
 * increment holds what changed alone. It is no proof of anything: a restored database is checked against the digest in
 * the manifest. Main calls: page_sums_same(), page_sums_save().
 */
#ifndef AMN_KEEP_BACKUP_PAGE_SUMS_H
#define AMN_KEEP_BACKUP_PAGE_SUMS_H

#include "crypto/crypto.h"

enum { PAGE_SUM_BYTES = 16 };

struct page_sums {
    uint64_t count;
    size_t page_bytes;
    uint8_t *at; /* PAGE_SUM_BYTES a page; NULL: none */
};
void page_sums_done(struct page_sums *sums);

RESULT page_sums_make(struct page_sums *out, uint64_t count, size_t page_bytes); /* UNAVAILABLE for memory */
void page_sums_set(struct page_sums *sums, uint64_t page, const struct hash *hash); /* pages count from 1 */
bool page_sums_same(const struct page_sums *sums, uint64_t page, const struct hash *hash);

/* Of the database as it was at the backup whose manifest has that hash. */
RESULT page_sums_save(const struct page_sums *sums, const struct hash *backup, const char *path);
/* NOT_FOUND: there is none of that backup. */
RESULT page_sums_load(const char *path, const struct hash *backup, struct page_sums *out);

#endif
