#include "keep/backup/restore_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1024 * 1024 };

static RESULT file_check(struct restore *restore, const struct manifest_file *file, struct buf *room)
{
    SCOPED(buf_done) struct buf full = {0};
    struct hash hash = {{0}};
    uint64_t bytes = 0;
    buf_print(&full, "%s/%s", buf_c(&restore->build), file->path);
    SCOPED(fd_done) int fd = open(buf_c(&full), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return FAIL(CORRUPT, "backup: %s is not in it", file->path);
    ssize_t got = 0;
    while ((got = read(fd, room->at, READ_BYTES)) > 0) {
        hasher_put(restore->hasher, (struct slice){room->at, (size_t)got});
        bytes += (uint64_t)got;
    }
    hasher_end(restore->hasher, &hash);
    if (got < 0) return disk("read", file->path);
    if (bytes == file->bytes && hash_equal(&hash, &file->hash)) return OK;
    return FAIL(CORRUPT, "backup: %s is not what its manifest says", file->path);
}

/* Exactly the pages that its digest is over. */
static RESULT database_check(struct restore *restore, const struct manifest_shop *shop, struct buf *room)
{
    SCOPED(buf_done) struct buf full = {0};
    struct hash hash = {{0}};
    uint64_t left = shop->pages;
    size_t step = READ_BYTES / shop->page_bytes;
    shop_path(restore->home, shop->name, "shop.db", &full);
    SCOPED(fd_done) int fd = open(buf_c(&full), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return FAIL(CORRUPT, "backup: the database of the shop %s is not in it", shop->name);
    if (ftruncate(fd, (off_t)(shop->pages * shop->page_bytes)) != 0) return disk("write", shop->name);
    while (left > 0) {
        size_t count = left < step ? (size_t)left : step;
        if (read(fd, room->at, count * shop->page_bytes) != (ssize_t)(count * shop->page_bytes))
            return disk("read", shop->name);
        for (size_t i = 0; i < count; i++) {
            sha256_one(restore->crypto, (struct slice){room->at + i * shop->page_bytes, shop->page_bytes},
                       &hash);
            hasher_put(restore->hasher, (struct slice){hash.bytes, HASH_BYTES});
        }
        left -= count;
    }
    hasher_end(restore->hasher, &hash);
    if (fsync(fd) != 0) return disk("write", shop->name);
    if (hash_equal(&hash, &shop->digest)) return OK;
    return FAIL(CORRUPT, "backup: the database of the shop %s is not what its manifest says", shop->name);
}

static bool listed(const struct manifest *manifest, const char *path)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (strcmp(manifest->files[i].path, path) == 0) return true;
    }
    return false;
}

static void directory_done(DIR **directory)
{
    if (*directory) (void)closedir(*directory);
}

/* Evidence that was released between two backups of the chain. */
static RESULT released_remove(struct restore *restore, const char *shop)
{
    SCOPED(buf_done) struct buf folder = {0};
    shop_path(restore->home, shop, "evidence", &folder);
    SCOPED(directory_done) DIR *directory = opendir(buf_c(&folder));
    for (struct dirent *entry = directory ? readdir(directory) : NULL; entry; entry = readdir(directory)) {
        SCOPED(buf_done) struct buf path = {0}, full = {0};
        if (entry->d_name[0] == '.') continue;
        buf_print(&path, "shops/%s/evidence/%s", shop, entry->d_name);
        if (listed(&restore->manifest, buf_c(&path))) continue;
        buf_print(&full, "%s/%s", buf_c(&restore->build), buf_c(&path));
        if (unlink(buf_c(&full)) != 0) return disk("remove", buf_c(&path));
    }
    return OK;
}

static RESULT files_check(struct restore *restore)
{
    SCOPED(buf_done) struct buf room = {0};
    const struct manifest *manifest = &restore->manifest;
    (void)buf_extend(&room, READ_BYTES);
    for (size_t i = 0; i < manifest->shop_count; i++) {
        TRY(database_check(restore, &manifest->shops[i], &room));
        TRY(released_remove(restore, manifest->shops[i].name));
    }
    for (size_t i = 0; i < manifest->file_count; i++) TRY(file_check(restore, &manifest->files[i], &room));
    return OK;
}

static RESULT whole_check(struct restore *restore, struct verify_report *report)
{
    const struct restore_options *options = &restore->options;
    const struct verify_options verify = {.home = buf_c(&restore->build),
                                          .passphrase = options->passphrase,
                                          .clock = options->clock,
                                          .progress = options->progress,
                                          .context = options->context,
                                          .restored = true,
                                          .kept = options->kept};
    TRY(verify_home(&verify, report));
    if (report->finding_count == 0) return OK;
    return FAIL(TAMPERED, "restore: what the backup holds does not hold together: %s", report->findings[0]);
}

/*
 * `signed` tells an old copy from the newest: it goes back to its place. Without one, whatever came after the backup is
 * unknown, and `restored` has the next start open a new log (keep/shop.c); so it does where not all erasures are known.
 */
static RESULT shop_settle(struct restore *restore, const char *name)
{
    SCOPED(buf_done) struct buf kept = {0}, into = {0}, mark = {0};
    struct stat status = {0};
    shop_path(restore->home, name, SIGNED_KEPT, &kept);
    shop_path(restore->home, name, "signed", &into);
    bool known = stat(buf_c(&kept), &status) == 0;
    if (known && rename(buf_c(&kept), buf_c(&into)) != 0) return disk("rename", SIGNED_KEPT);
    if (known && !restore->erasures_lost) return OK;
    shop_path(restore->home, name, SHOP_RESTORED, &mark);
    return file_replace(buf_c(&mark),
                        restore->erasures_lost ? SLICE_TEXT(SHOP_RESTORED_QUIET) : SLICE_TEXT("restored\n"));
}

static RESULT shops_settle(struct restore *restore)
{
    const struct manifest *manifest = &restore->manifest;
    for (size_t i = 0; i < manifest->shop_count; i++) TRY(shop_settle(restore, manifest->shops[i].name));
    return OK;
}

/* What was in the home's place stands aside, as it may hold what nobody thought of. */
static RESULT place(struct restore *restore)
{
    SCOPED(buf_done) struct buf aside = {0};
    const char *home = restore->options.home;
    struct stat status = {0};
    home_free(&restore->home);
    if (stat(home, &status) == 0 && rmdir(home) != 0) {
        buf_print(&aside, "%s.before-restore", home);
        if (rename(home, buf_c(&aside)) != 0) return disk("rename", home);
    }
    if (rename(buf_c(&restore->build), home) != 0) return disk("rename", buf_c(&restore->build));
    buf_done(&restore->build); /* nothing to remove any more */
    return OK;
}

/* A shop that is not in the backup has keys, but no database: it must not be looked for. */
static RESULT absent_hide(struct restore *restore)
{
    for (size_t i = 0; i < restore->names.count; i++) {
        SCOPED(buf_done) struct buf made = {0}, base = {0};
        struct stat status = {0};
        shop_path(restore->home, restore->names.at[i], "shop.db", &base);
        shop_path(restore->home, restore->names.at[i], "made", &made);
        if (stat(buf_c(&base), &status) != 0 && unlink(buf_c(&made)) != 0)
            return disk("remove", buf_c(&made));
    }
    return OK;
}

RESULT restore_end(struct restore *restore, struct verify_report *report)
{
    if (!restore->any) return FAIL(INVALID, "restore: no backup was given");
    TRY(files_check(restore));
    TRY(absent_hide(restore));
    TRY(whole_check(restore, report));
    if (restore->options.drill) return OK;
    TRY(shops_settle(restore));
    return place(restore);
}
