#include "answer/incident/lawbook.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

static void lawbook_free(void *at)
{
    struct lawbook *book = at;
    law_free(&book->law);
    buf_done(&book->problem);
    free(book);
}

/* Names, sizes and times of the files, mixed into one number (FNV-1a); 0 of none. */
static uint64_t mix(uint64_t stamp, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) stamp = (stamp ^ at[i]) * 0x100000001b3;
    return stamp;
}

/* The order in which a folder lists its files does not matter: each file's number is added. */
static uint64_t folder_stamp(const char *path)
{
    DIR *folder = opendir(path);
    uint64_t sum = 0;
    for (const struct dirent *file = folder ? readdir(folder) : NULL; file; file = readdir(folder)) {
        struct stat stat = {0};
        if (fstatat(dirfd(folder), file->d_name, &stat, 0) != 0 || !S_ISREG(stat.st_mode)) continue;
        uint8_t parts[4 * sizeof(uint64_t)] = {0};
        be64_put(parts, (uint64_t)stat.st_size);
        be64_put(parts + 8, (uint64_t)stat.st_mtim.tv_sec);
        be64_put(parts + 16, (uint64_t)stat.st_mtim.tv_nsec);
        be64_put(parts + 24, (uint64_t)stat.st_ino);
        uint64_t one = mix(0xcbf29ce484222325, file->d_name, strlen(file->d_name));
        sum += mix(one, parts, sizeof parts);
    }
    if (folder) (void)closedir(folder); /* it was read only */
    return sum;
}

RESULT lawbook(struct shop *shop, const struct lawbook **out)
{
    struct lawbook *book = shop->laws.at;
    SCOPED(buf_done) struct buf folder = {0};
    if (!book) book = calloc(1, sizeof *book);
    if (!book) return FAIL(UNAVAILABLE, "law: out of memory");
    shop->laws.at = book;
    shop->laws.free = lawbook_free;
    if (shop->home) buf_print(&folder, "%s/law", home_path(shop->home));
    uint64_t stamp = shop->home ? folder_stamp(buf_c(&folder)) : 0;
    if (!book->read || book->stamp != stamp) {
        law_free(&book->law);
        buf_clear(&book->problem);
        book->read = false;
        struct result read = law_load(shop->home ? buf_c(&folder) : NULL, &book->law);
        if (read.code != CODE_OK) {
            buf_text(&book->problem, result_text());
            TRY(law_load(NULL, &book->law));
        }
        book->stamp = stamp;
        book->read = true;
    }
    *out = book;
    return OK;
}
