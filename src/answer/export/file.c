/* The file of an export: a stream of age in the shop's folder, for a day. */
#include "answer/export/export_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    WRITE_BYTES = 256 * 1024,
    NAME_DIGITS = 8,
    FREE_BYTES_LEAST = 64 * 1024 * 1024 /* the vault itself needs room */
};

static const char part_end[] = ".part", whole_end[] = ".age";

void export_file_done(struct export_file *file)
{
    if (file->open) (void)close(file->fd); /* what matters was synced before */
    age_seal_free(&file->seal);
    hasher_free(&file->hasher);
    buf_done(&file->text);
    buf_done(&file->out);
    *file = (struct export_file){0};
}

/* The folder; or with `id` a file in it. */
static void path_of(const struct shop *shop, uint32_t id, const char *end, struct buf *out)
{
    char name[32] = "exports";
    if (id > 0) (void)snprintf(name, sizeof name, "exports/%08x%s", id, end);
    shop_path(shop->home, shop->name, name, out);
}

static RESULT failed(const char *what)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return FAIL(DISK_FULL, "export: the disk is full; free some space");
    return FAIL(UNAVAILABLE, "export: %s: %s", what, strerror(errno));
}

static RESULT room_left(int fd)
{
    struct statvfs disk = {0};
    if (fstatvfs(fd, &disk) != 0) return OK; /* the write itself will tell */
    if ((uint64_t)disk.f_bavail * disk.f_frsize >= FREE_BYTES_LEAST) return OK;
    return FAIL(DISK_FULL, "export: less than %d MiB would be left for the vault itself; free some space",
                FREE_BYTES_LEAST / 1024 / 1024);
}

static RESULT flush(struct export_file *file)
{
    struct slice rest = buf_slice(&file->out);
    TRY(room_left(file->fd));
    hasher_put(file->hasher, rest);
    file->bytes += rest.len;
    while (rest.len > 0) {
        ssize_t put = write(file->fd, rest.at, rest.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed("its file cannot be written");
        rest = slice_from(rest, (size_t)put);
    }
    buf_clear(&file->out);
    return OK;
}

RESULT export_file_begin(struct shop *shop, const struct export *export, struct export_file *out)
{
    SCOPED(export_file_done) struct export_file file = {0};
    SCOPED(buf_done) struct buf folder = {0}, path = {0};
    path_of(shop, 0, NULL, &folder);
    path_of(shop, export->id, part_end, &path);
    if (mkdir(buf_c(&folder), 0700) != 0 && errno != EEXIST) return failed("its folder cannot be made");
    file.fd = open(buf_c(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file.fd < 0) return failed("its file cannot be made");
    file.open = true;
    TRY(hasher_new(shop->crypto, &file.hasher));
    TRY(age_seal_to(shop->crypto, &export->recipient, 1, &file.out, &file.seal));
    export_file_done(out);
    *out = TAKE(file);
    return OK;
}

RESULT export_file_write(struct shop *shop, struct export_file *file)
{
    (void)shop;
    TRY(age_seal_put(file->seal, buf_slice(&file->text), &file->out));
    buf_clear(&file->text);
    return file->out.len < WRITE_BYTES ? OK : flush(file);
}

static RESULT sync_folder(const struct shop *shop)
{
    SCOPED(buf_done) struct buf folder = {0};
    path_of(shop, 0, NULL, &folder);
    int fd = open(buf_c(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0) (void)close(fd); /* only read */
    errno = why;
    return good ? OK : failed("its folder cannot be synced");
}

RESULT export_file_end(struct shop *shop, const struct export *export, struct export_file *file)
{
    SCOPED(buf_done) struct buf part = {0}, whole = {0};
    TRY(export_file_write(shop, file));
    TRY(age_seal_end(file->seal, &file->out));
    TRY(flush(file));
    if (fsync(file->fd) != 0) return failed("its file cannot be synced");
    hasher_end(file->hasher, &file->hash);
    path_of(shop, export->id, part_end, &part);
    path_of(shop, export->id, whole_end, &whole);
    if (rename(buf_c(&part), buf_c(&whole)) != 0) return failed("its file cannot be renamed");
    return sync_folder(shop);
}

bool export_held(const struct export *export, int64_t now_us)
{
    return export->state == EXPORT_DONE && now_us < export->done_us + EXPORT_HOURS * HOUR_US;
}

RESULT export_piece(struct shop *shop, const struct export *export, uint64_t from, size_t len,
                    struct buf *out)
{
    SCOPED(buf_done) struct buf path = {0};
    path_of(shop, export->id, whole_end, &path);
    int fd = open(buf_c(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return FAIL(CORRUPT, "export: its file is gone");
    uint64_t left = export->bytes - from;
    size_t done = 0;
    if (left < len) len = (size_t)left;
    uint8_t *place = buf_extend(out, len);
    while (done < len) {
        ssize_t got = pread(fd, place + done, len - done, (off_t)(from + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += (size_t)got;
    }
    (void)close(fd); /* only read */
    return done == len ? OK : FAIL(CORRUPT, "export: its file is cut short");
}

/* Is that file of an export that still needs it? */
static bool is_needed(struct shop *shop, const char *name, int64_t now_us)
{
    uint8_t number[NAME_DIGITS / 2];
    const struct exporting *at = shop->exporting.at;
    struct slice text = slice_text(name), end = slice_from(text, NAME_DIGITS);
    if (!hex_get(slice_part(text, 0, NAME_DIGITS), number, sizeof number)) return true; /* none of ours */
    uint32_t id = be32_get(number);
    const struct export *export = export_by_id(shop, id);
    if (slice_is(end, whole_end)) return export && export_held(export, now_us);
    if (!slice_is(end, part_end)) return true;
    return at && at->id == id && at->file.open;
}

static void folder_done(DIR **folder)
{
    if (*folder) (void)closedir(*folder); /* only read */
}

RESULT exports_tidy(struct shop *shop, int64_t now_us)
{
    SCOPED(folder_done) DIR *folder = NULL;
    SCOPED(buf_done) struct buf path = {0};
    if (!shop->home || export_count(shop) == 0) return OK; /* a shop without a directory: the simulator's */
    path_of(shop, 0, NULL, &path);
    folder = opendir(buf_c(&path));
    if (!folder && errno == ENOENT) return OK;
    if (!folder) return failed("its folder cannot be read");
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.' || is_needed(shop, entry->d_name, now_us)) continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0) return failed("a file cannot be removed");
    }
    return OK;
}
