/* Small files of a home: replaced whole or not at all, read within a bound. */
#include "folder.h"

#include "crypto/keyring.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void holds(const char *path, const char *want)
{
    SCOPED(buf_done) struct buf got = {0};
    assert_ok(file_read(path, 4096, &got));
    assert_true(slice_is(buf_slice(&got), want));
}

static void reads_what_it_replaced(void **state)
{
    (void)state;
    struct folder folder;
    struct stat about;
    folder_begin(&folder);
    const char *path = folder_file(&folder, "signed");
    assert_ok(file_replace(path, SLICE_TEXT("one, and somewhat longer")));
    holds(path, "one, and somewhat longer");
    assert_ok(file_replace(path, SLICE_TEXT("two")));
    holds(path, "two");
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_ok(file_replace(path, (struct slice){0}));
    holds(path, "");
    assert_int_equal(access(folder_file(&folder, "signed.new"), F_OK), -1);
    folder_end(&folder);
}

static void stays_whose_it_was(void **state)
{
    (void)state;
    enum { SERVICE = 4711 };
    struct folder folder;
    struct stat about;
    if (geteuid() != 0) skip(); /* nobody else gives files away */
    folder_begin(&folder);
    char path[128];
    (void)snprintf(path, sizeof path, "%s", folder_file(&folder, "home"));
    assert_ok(file_replace(path, SLICE_TEXT("one")));
    assert_int_equal(chown(path, SERVICE, SERVICE), 0);
    assert_ok(file_replace(path, SLICE_TEXT("two")));
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_uid == SERVICE && about.st_gid == SERVICE);
    (void)snprintf(path, sizeof path, "%s", folder_file(&folder, ""));
    assert_int_equal(chown(path, SERVICE, SERVICE), 0);
    assert_ok(file_replace_at_home(folder_file(&folder, "former"), SLICE_TEXT("new")));
    assert_int_equal(stat(folder_file(&folder, "former"), &about), 0);
    assert_true(about.st_uid == SERVICE && about.st_gid == SERVICE);
    assert_ok(file_replace(folder_file(&folder, "mine"), SLICE_TEXT("new")));
    assert_int_equal(stat(folder_file(&folder, "mine"), &about), 0);
    assert_int_equal(about.st_uid, 0);
    folder_end(&folder);
}

static void keeps_the_old_file_when_writing_stops_midway(void **state)
{
    (void)state;
    enum { BYTES = 100000, LIMIT = 20000 };
    struct folder folder;
    struct rlimit before, low;
    uint8_t *bytes = calloc(1, BYTES);
    folder_begin(&folder);
    const char *path = folder_file(&folder, "keyring");
    assert_non_null(bytes);
    assert_ok(file_replace(path, SLICE_TEXT("old")));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = LIMIT;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    struct result replaced = file_replace(path, (struct slice){bytes, BYTES});
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(replaced.cause, CAUSE_UNAVAILABLE);
    holds(path, "old");
    assert_ok(file_replace(path, SLICE_TEXT("new"))); /* what was left behind is in nobody's way */
    holds(path, "new");
    free(bytes);
    folder_end(&folder);
}

static void says_when_the_disk_is_full(void **state)
{
    (void)state;
    static uint8_t much[64 * 1024];
    struct folder folder;
    char disk[128];
    folder_begin(&folder);
    (void)snprintf(disk, sizeof disk, "%s", folder_file(&folder, "disk"));
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=16k") != 0) {
        folder_end(&folder);
        skip(); /* not everybody may */
    }
    const char *path = folder_file(&folder, "disk/keyring");
    folder_write(path, SLICE_TEXT("old"));
    struct result replaced = file_replace(path, (struct slice){much, sizeof much});
    assert_int_equal(replaced.cause, CAUSE_DISK_FULL);
    holds(path, "old");
    assert_int_equal(umount2(disk, MNT_DETACH), 0);
    folder_end(&folder);
}

static void follows_no_link_that_was_put_in_its_way(void **state)
{
    (void)state;
    struct folder folder;
    char others[128];
    folder_begin(&folder);
    (void)snprintf(others, sizeof others, "%s", folder_file(&folder, "others"));
    folder_write(others, SLICE_TEXT("another's"));
    assert_int_equal(symlink(others, folder_file(&folder, "keyring.new")), 0);
    assert_ok(file_replace(folder_file(&folder, "keyring"), SLICE_TEXT("new")));
    holds(folder_file(&folder, "keyring"), "new");
    holds(others, "another's");
    folder_end(&folder);
}

static void refuses_a_place_that_cannot_be_written(void **state)
{
    (void)state;
    struct folder folder;
    folder_begin(&folder);
    assert_code(CODE_UNAVAILABLE, file_replace(folder_file(&folder, "none/signed"), SLICE_TEXT("text")));
    assert_int_equal(mkdir(folder_file(&folder, "signed"), 0700), 0);
    assert_int_equal(mkdir(folder_file(&folder, "signed/full"), 0700), 0);
    assert_code(CODE_UNAVAILABLE, file_replace(folder_file(&folder, "signed"), SLICE_TEXT("text")));
    static char deep[5000];
    memset(deep, 'a', sizeof deep - 1);
    assert_code(CODE_INVALID, file_replace(deep, SLICE_TEXT("text")));
    folder_end(&folder);
}

static void reads_within_its_bound(void **state)
{
    (void)state;
    static const size_t bounds[] = {0, 1, 17, 4095, 4096, 4097, 9000};
    static uint8_t bytes[9001];
    struct folder folder;
    folder_begin(&folder);
    const char *path = folder_file(&folder, "file");
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        SCOPED(buf_done) struct buf out = {0};
        buf_text(&out, "before");
        folder_write(path, (struct slice){bytes, bounds[i]});
        assert_ok(file_read(path, bounds[i], &out));
        assert_int_equal(out.len, 6 + bounds[i]);
        assert_memory_equal(out.at, "before", 6);
        out.len = 6;
        folder_write(path, (struct slice){bytes, bounds[i] + 1});
        assert_code(CODE_INVALID, file_read(path, bounds[i], &out));
        assert_true(slice_is(buf_slice(&out), "before"));
    }
    folder_end(&folder);
}

static void tells_none_from_unreadable(void **state)
{
    (void)state;
    struct folder folder;
    SCOPED(buf_done) struct buf out = {0};
    folder_begin(&folder);
    assert_code(CODE_NOT_FOUND, file_read(folder_file(&folder, "none"), 100, &out));
    assert_code(CODE_UNAVAILABLE, file_read(folder.path, 100, &out)); /* a folder */
    folder_write(folder_file(&folder, "file"), SLICE_TEXT("text"));
    assert_code(CODE_UNAVAILABLE, file_read(folder_file(&folder, "file/below"), 100, &out));
    assert_int_equal(out.len, 0);
    folder_end(&folder);
}

enum { LARGE = 40 * 1024 * 1024, PIECES_MS = 9 * 3 };

static void large_make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, LARGE), 0);
    assert_int_equal(close(fd), 0);
}

static int64_t now_ms(void)
{
    struct timespec now = {0};
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Pieces are told by the rests between them. */
static void what_goes_gives_its_room_back_in_pieces(void **state)
{
    (void)state;
    struct folder folder;
    char path[128];
    folder_begin(&folder);
    (void)snprintf(path, sizeof path, "%s", folder_file(&folder, "large"));
    large_make(path);
    int64_t begun_ms = now_ms();
    assert_ok(file_remove(path));
    assert_true(now_ms() - begun_ms >= PIECES_MS);
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(file_remove(path)); /* it may be gone */
    large_make(path);
    assert_ok(file_replace(folder_file(&folder, "next"), SLICE_TEXT("next")));
    begun_ms = now_ms();
    assert_ok(file_rename(folder_file(&folder, "next"), path));
    assert_true(now_ms() - begun_ms >= PIECES_MS);
    holds(path, "next");
    assert_code(CODE_UNAVAILABLE, file_rename(folder_file(&folder, "none"), path));
    holds(path, "next");
    assert_code(CODE_UNAVAILABLE, file_remove(folder_file(&folder, "")));
    folder_end(&folder);
}

static void what_somebody_has_stays_whole(void **state)
{
    (void)state;
    struct folder folder;
    struct stat about;
    char path[128], other[128];
    folder_begin(&folder);
    (void)snprintf(path, sizeof path, "%s", folder_file(&folder, "large"));
    (void)snprintf(other, sizeof other, "%s", folder_file(&folder, "other"));
    large_make(path);
    int reads = open(path, O_RDONLY | O_CLOEXEC); /* as who copies it away */
    assert_true(reads >= 0);
    assert_ok(file_remove(path));
    assert_int_equal(fstat(reads, &about), 0);
    assert_int_equal(about.st_size, LARGE);
    assert_int_equal(close(reads), 0);
    large_make(path);
    assert_int_equal(link(path, other), 0);
    assert_ok(file_remove(path));
    assert_int_equal(stat(other, &about), 0);
    assert_int_equal(about.st_size, LARGE);
    assert_int_equal(symlink(other, path), 0);
    assert_ok(file_remove(path)); /* the link, not what it leads to */
    assert_int_equal(stat(other, &about), 0);
    assert_int_equal(about.st_size, LARGE);
    assert_int_equal(unlink(other), 0);
    folder_end(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_replaced),
        cmocka_unit_test(stays_whose_it_was),
        cmocka_unit_test(keeps_the_old_file_when_writing_stops_midway),
        cmocka_unit_test(says_when_the_disk_is_full),
        cmocka_unit_test(follows_no_link_that_was_put_in_its_way),
        cmocka_unit_test(refuses_a_place_that_cannot_be_written),
        cmocka_unit_test(reads_within_its_bound),
        cmocka_unit_test(tells_none_from_unreadable),
        cmocka_unit_test(what_goes_gives_its_room_back_in_pieces),
        cmocka_unit_test(what_somebody_has_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
