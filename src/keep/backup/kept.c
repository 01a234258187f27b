#include "keep/backup/kept.h"

#include "crypto/keyring.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* When the file at HOME/`name` was written; 0: there is none. */
static int64_t written_us(const char *home, const char *name)
{
    SCOPED(buf_done) struct buf path = {0};
    struct stat status = {0};
    buf_print(&path, "%s/%s", home, name);
    if (stat(buf_c(&path), &status) != 0) return 0;
    return (int64_t)status.st_mtim.tv_sec * SECOND_US + status.st_mtim.tv_nsec / 1000;
}

RESULT keys_kept(const char *home, int64_t begun_us)
{
    SCOPED(buf_done) struct buf path = {0};
    const struct timespec then = {begun_us / SECOND_US, begun_us % SECOND_US * 1000};
    const struct timespec times[2] = {then, then};
    buf_print(&path, "%s/kept", home);
    TRY(file_replace_at_home(buf_c(&path), SLICE_TEXT("1\n")));
    if (utimensat(AT_FDCWD, buf_c(&path), times, 0) != 0)
        return FAIL(UNAVAILABLE, "%s: its time cannot be set", buf_c(&path));
    return OK;
}

enum keys_kept keys_kept_state(const char *home)
{
    SCOPED(buf_done) struct buf path = {0};
    int64_t kept_us = written_us(home, "kept"), newest_us = written_us(home, "home");
    if (kept_us == 0) return KEYS_NEVER_KEPT;
    buf_print(&path, "%s/shops", home);
    DIR *shops = opendir(buf_c(&path));
    for (struct dirent *shop = NULL; shops && (shop = readdir(shops)) != NULL;) {
        buf_clear(&path);
        buf_print(&path, "shops/%s/keyring", shop->d_name);
        int64_t one_us = written_us(home, buf_c(&path));
        if (one_us > newest_us) newest_us = one_us;
    }
    if (shops) (void)closedir(shops); /* it was only read */
    return newest_us > kept_us ? KEYS_KEPT_BEFORE : KEYS_KEPT;
}
