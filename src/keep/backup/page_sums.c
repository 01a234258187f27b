#include "keep/backup/page_sums.h"

#include "crypto/keyring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* magic 8 · manifest's hash 32 · page bytes 4 · pages 8 · sums */
enum { HEAD_BYTES = 8 + HASH_BYTES + 4 + 8 };
static const char magic[] = "amnpages";
static const size_t file_bytes_max = (size_t)8 << 30;

void page_sums_done(struct page_sums *sums)
{
    free(sums->at);
    *sums = (struct page_sums){0};
}

RESULT page_sums_make(struct page_sums *out, uint64_t count, size_t page_bytes)
{
    uint8_t *at = calloc(count + 1, PAGE_SUM_BYTES);
    if (!at) return FAIL(UNAVAILABLE, "backup: out of memory");
    *out = (struct page_sums){count, page_bytes, at};
    return OK;
}

void page_sums_set(struct page_sums *sums, uint64_t page, const struct hash *hash)
{
    assert(page > 0 && page <= sums->count);
    memcpy(sums->at + (page - 1) * PAGE_SUM_BYTES, hash->bytes, PAGE_SUM_BYTES);
}

bool page_sums_same(const struct page_sums *sums, uint64_t page, const struct hash *hash)
{
    return page <= sums->count &&
           memcmp(sums->at + (page - 1) * PAGE_SUM_BYTES, hash->bytes, PAGE_SUM_BYTES) == 0;
}

RESULT page_sums_save(const struct page_sums *sums, const struct hash *backup, const char *path)
{
    SCOPED(buf_done) struct buf file = {0};
    buf_put(&file, magic, sizeof magic - 1);
    buf_put(&file, backup->bytes, HASH_BYTES);
    buf_be32(&file, (uint32_t)sums->page_bytes);
    buf_be64(&file, sums->count);
    buf_put(&file, sums->at, sums->count * PAGE_SUM_BYTES);
    return file_replace_at_home(path, buf_slice(&file));
}

RESULT page_sums_load(const char *path, const struct hash *backup, struct page_sums *out)
{
    SCOPED(buf_done) struct buf file = {0};
    TRY(file_read(path, file_bytes_max, &file));
    struct cursor at = {buf_slice(&file), false};
    struct slice kind = cursor_take(&at, sizeof magic - 1), of = cursor_take(&at, HASH_BYTES);
    size_t page_bytes = cursor_be32(&at);
    uint64_t count = cursor_be64(&at);
    if (at.bad || !slice_is(kind, magic) || memcmp(of.at, backup->bytes, HASH_BYTES) != 0 ||
        at.rest.len != count * PAGE_SUM_BYTES)
        return FAIL(NOT_FOUND, "backup: %s is not of the backup before", path);
    TRY(page_sums_make(out, count, page_bytes));
    memcpy(out->at, at.rest.at, at.rest.len);
    return OK;
}
