#include "crypto/keyring.h"
#include "keep/backup/restore_priv.h"
#include "keep/erased.h"
#include "store/sqlite/sqlite.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_BYTES_MAX = 1024 * 1024, REMOVE_FDS = 16 };

static const char build_end[] = ".restoring";

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)place;
    return kind == FTW_DP ? remove(path) : file_remove(path).code != CODE_OK;
}

static void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, REMOVE_FDS, FTW_DEPTH | FTW_PHYS); /* what stays is named .restoring */
}

void restore_leftover_remove(const char *home)
{
    SCOPED(buf_done) struct buf build = {0};
    buf_print(&build, "%s%s", home, build_end);
    folder_remove(buf_c(&build));
}

void fd_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

void file_close(struct restore *restore)
{
    if (restore->fd >= 0) (void)close(restore->fd);
    restore->fd = -1;
}

void restore_free(struct restore **restore)
{
    struct restore *at = *restore;
    if (!at) return;
    file_close(at);
    home_free(&at->home);
    if (at->build.len > 0) folder_remove(buf_c(&at->build));
    shop_names_done(&at->names);
    manifest_done(&at->manifest);
    age_open_free(&at->open);
    hasher_free(&at->hasher);
    identities_done(&at->identities);
    buf_done(&at->build);
    buf_done(&at->clear);
    buf_done(&at->member);
    buf_done(&at->held);
    crypto_free(&at->crypto);
    free(at);
    *restore = NULL;
}

RESULT disk(const char *what, const char *path)
{
    if (errno == ENOSPC) return FAIL(DISK_FULL, "restore: the disk is full; free some space, then try again");
    return FAIL(UNAVAILABLE, "restore: %s: cannot %s: %s", path, what, strerror(errno));
}

RESULT build_path(struct restore *restore, const char *path, struct buf *out)
{
    buf_print(out, "%s/%s", buf_c(&restore->build), path);
    (void)buf_c(out); /* its end */
    char *text = (char *)out->at;
    for (char *at = text + restore->build.len + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        int made = mkdir(text, 0700);
        *at = '/';
        if (made != 0 && errno != EEXIST) return disk("make a folder for", path);
    }
    return OK;
}

static RESULT build_put(struct restore *restore, const char *path, struct slice bytes)
{
    SCOPED(buf_done) struct buf full = {0};
    TRY(build_path(restore, path, &full));
    return file_replace(buf_c(&full), bytes);
}

/* A file of the home that keys are taken from; NOT_FOUND when it has none. */
static RESULT key_file_take(struct restore *restore, const char *from, const char *path, size_t bytes_max)
{
    SCOPED(buf_done) struct buf full = {0}, file = {0};
    buf_print(&full, "%s/%s", from, path);
    TRY(file_read(buf_c(&full), bytes_max, &file));
    return build_put(restore, path, buf_slice(&file));
}

static bool shop_dir(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && tar_name_good(slice_text(entry->d_name)) &&
           strlen(entry->d_name) <= SHOP_NAME_BYTES_MAX;
}

static RESULT shop_keys_take(struct restore *restore, const char *from, const char *name)
{
    static const struct {
        const char *name;
        size_t bytes_max;
    } also[] = {{SIGNED_KEPT, KEY_FILE_BYTES_MAX},
                {"erased", ERASED_BYTES_MAX},
                {"keyring.next", KEY_FILE_BYTES_MAX},
                {"resealed", KEY_FILE_BYTES_MAX}};
    SCOPED(buf_done) struct buf path = {0}, full = {0}, file = {0}, to = {0};
    buf_print(&path, "shops/%s/keyring", name);
    struct result took = key_file_take(restore, from, buf_c(&path), KEY_FILE_BYTES_MAX);
    if (took.code == CODE_NOT_FOUND) return OK; /* half made, or no shop */
    TRY(took);
    for (size_t i = 0; i < COUNT_OF(also); i++) {
        bool kept = i == 0; /* the signed file comes into its place when the rest was checked */
        buf_clear(&full), buf_clear(&file), buf_clear(&to);
        buf_print(&full, "%s/shops/%s/%s", from, name, kept ? "signed" : also[i].name);
        buf_print(&to, "shops/%s/%s", name, also[i].name);
        struct result got = file_read(buf_c(&full), also[i].bytes_max, &file);
        if (got.code == CODE_NOT_FOUND) continue;
        TRY(got);
        TRY(build_put(restore, buf_c(&to), buf_slice(&file)));
    }
    return OK;
}

static void directory_done(DIR **directory)
{
    if (*directory) (void)closedir(*directory);
}

static RESULT keys_of_home(struct restore *restore, const char *from)
{
    SCOPED(buf_done) struct buf path = {0};
    struct result took = key_file_take(restore, from, "home", KEY_FILE_BYTES_MAX);
    if (took.code == CODE_NOT_FOUND)
        return FAIL(NOT_FOUND, "%s: holds no keys of a home; name what was kept of them with --keys", from);
    TRY(took);
    static const char *const also[] = {"former", "former.next"}; /* keep/reseal.h */
    for (size_t i = 0; i < COUNT_OF(also); i++) {
        took = key_file_take(restore, from, also[i], KEY_FILE_BYTES_MAX);
        if (took.code != CODE_NOT_FOUND) TRY(took);
    }
    buf_print(&path, "%s/shops", from);
    SCOPED(directory_done) DIR *directory = opendir(buf_c(&path));
    if (!directory) return disk("open", buf_c(&path));
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (shop_dir(entry)) TRY(shop_keys_take(restore, from, entry->d_name));
    }
    return OK;
}

/* Members of a custody file: "home", "former" (keep/reseal.h), and "shops/NAME/keyring". */
static RESULT custody_begin(void *context, struct slice name, uint64_t bytes)
{
    struct restore *restore = context;
    struct slice end = slice_part(name, name.len < 8 ? 0 : name.len - 8, 8);
    bool keyring = slice_starts(name, "shops/") && slice_is(end, "/keyring") && name.len > 14;
    bool of_home = slice_is(name, "home") || slice_is(name, "former");
    if ((!keyring && !of_home) || bytes > KEY_FILE_BYTES_MAX)
        return FAIL(CORRUPT, "restore: the file of keys holds something else");
    buf_clear(&restore->member);
    buf_clear(&restore->held);
    buf_slice_put(&restore->member, name);
    return OK;
}

static RESULT held_put(void *context, struct slice bytes)
{
    struct restore *restore = context;
    buf_slice_put(&restore->held, bytes);
    return OK;
}

static RESULT custody_end(void *context)
{
    struct restore *restore = context;
    return build_put(restore, buf_c(&restore->member), buf_slice(&restore->held));
}

static RESULT keys_of_custody(struct restore *restore)
{
    const struct restore_options *options = &restore->options;
    const struct tar_events events = {custody_begin, held_put, custody_end, restore};
    SCOPED(age_open_free) struct age_open *open = NULL;
    SCOPED(buf_done) struct buf clear = {0};
    struct tar tar = {0};
    TRY(age_open_new(restore->crypto, NULL, 0, options->custody_passphrase, &open));
    struct result opened = age_open_put(open, options->custody, &clear);
    if (opened.code == CODE_NOT_FOUND)
        return FAIL(SEALED, "restore: the file of keys does not open with this passphrase");
    TRY(opened);
    TRY(age_open_end(open, &clear));
    TRY(tar_take(&tar, buf_slice(&clear), &events));
    return tar_whole(&tar);
}

/* Who knows that the list of a shop is not whole may go on: what it holds is done again, and the shop is quiet. */
static RESULT erasures_look(struct restore *restore, const char *name)
{
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SCOPED(prf_free) struct prf *mac = NULL;
    SCOPED(buf_done) struct buf path = {0}, list = {0};
    SECRET key = {{0}};
    struct erased_look look;
    shop_path(restore->home, name, "erased", &path);
    struct result got = file_read(buf_c(&path), ERASED_BYTES_MAX, &list);
    if (got.code == CODE_NOT_FOUND) return OK; /* nobody was erased */
    TRY(got);
    TRY(home_keyring(restore->home, restore->crypto, name, &keyring));
    TRY(keyring_key(keyring, KEY_ROW_MAC, 0, keyring_newest(keyring, KEY_ROW_MAC, 0), &key));
    TRY(prf_new(restore->crypto, &key, &mac));
    TRY(erased_look(mac, buf_slice(&list), NULL, NULL, &look));
    if (!look.whole && !restore->options.erasures_unknown) {
        return FAIL(
            ERASURES_UNKNOWN,
            "restore: the list of erasures of %s is not whole: it was cut or changed, belongs to other "
            "keys, or is of a version that wrote no end; bring a whole copy of it (--erased FILE), or go "
            "on with the %llu rows that are good, and nobody is shown at first (--erasures-unknown)",
            name, (unsigned long long)look.count);
    }
    restore->erasures_lost = restore->erasures_lost || !look.whole;
    restore->erasures.count += look.count;
    if (look.newest_us > restore->erasures.newest_us) restore->erasures.newest_us = look.newest_us;
    return OK;
}

/* The list of who was erased is known where the home's own folder is; else it must be brought. */
static RESULT erasures_take(struct restore *restore)
{
    const struct restore_options *options = &restore->options;
    SCOPED(buf_done) struct buf path = {0};
    bool brought = options->erased.len > 0;
    if (brought && restore->names.count != 1) {
        return FAIL(
            INVALID,
            "restore: --erased is the list of one shop, and this home has %zu; put each list into its "
            "place in a folder with the keys, and name that folder with --keys",
            restore->names.count);
    }
    if (brought) {
        buf_print(&path, "shops/%s/erased", restore->names.at[0]);
        TRY(build_put(restore, buf_c(&path), options->erased));
    } else if (options->drill) {
        return OK; /* nobody comes back by it */
    } else if (options->custody.len > 0) {
        restore->erasures_lost = options->erasures_unknown;
        if (options->erasures_unknown) return OK;
        return FAIL(
            ERASURES_UNKNOWN,
            "restore: who was erased after this backup is not known; bring the list (--erased FILE, the file "
            "shops/NAME/erased of the lost home or its copy), or go on without it (--erasures-unknown)");
    }
    for (size_t i = 0; i < restore->names.count; i++) TRY(erasures_look(restore, restore->names.at[i]));
    return OK;
}

static RESULT target_free(const struct restore_options *options)
{
    SCOPED(buf_done) struct buf path = {0};
    struct stat status = {0};
    if (options->drill || stat(options->home, &status) != 0) return OK;
    buf_print(&path, "%s/shops", options->home);
    SCOPED(directory_done) DIR *directory = opendir(buf_c(&path));
    for (struct dirent *entry = directory ? readdir(directory) : NULL; entry; entry = readdir(directory)) {
        if (!shop_dir(entry)) continue;
        buf_clear(&path);
        buf_print(&path, "%s/shops/%s/shop.db", options->home, entry->d_name);
        if (stat(buf_c(&path), &status) != 0) continue;
        return FAIL(HOME_EXISTS,
                    "%s: has a database already; restore to another place, or move that one away",
                    buf_c(&path));
    }
    return OK;
}

static RESULT keys_take(struct restore *restore)
{
    const struct restore_options *options = &restore->options;
    if (options->custody.len > 0) return keys_of_custody(restore);
    return keys_of_home(restore, options->keys ? options->keys : options->home);
}

/* Half a shop is there without `made`; it is written now so that the home lists it. */
static RESULT shops_made(struct restore *restore)
{
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/shops", buf_c(&restore->build));
    SCOPED(directory_done) DIR *directory = opendir(buf_c(&path));
    if (!directory) return FAIL(NOT_FOUND, "restore: there are no keyrings among the keys");
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        SCOPED(buf_done) struct buf made = {0};
        if (!shop_dir(entry)) continue;
        buf_print(&made, "shops/%s/made", entry->d_name);
        TRY(build_put(restore, buf_c(&made), SLICE_TEXT("1\n")));
    }
    return OK;
}

RESULT restore_begin(const struct restore_options *options, struct restore **out)
{
    SCOPED(restore_free) struct restore *restore = calloc(1, sizeof *restore);
    if (!restore) return FAIL(UNAVAILABLE, "restore: out of memory");
    restore->options = *options;
    restore->fd = -1;
    sqlite_setup();
    TRY(target_free(options));
    TRY(crypto_new(&restore->crypto));
    TRY(hasher_new(restore->crypto, &restore->hasher));
    SCOPED(buf_done) struct buf build = {0};
    buf_print(&build, "%s%s", options->home, build_end);
    if (mkdir(buf_c(&build), 0700) != 0) {
        if (errno == EEXIST)
            return FAIL(CONFLICT, "%s: is there; another restore is running, or one was cut: remove it",
                        buf_c(&build));
        return disk("make", buf_c(&build));
    }
    restore->build = TAKE(build);
    TRY(keys_take(restore));
    TRY(shops_made(restore));
    TRY(home_open(buf_c(&restore->build), options->passphrase, true, &restore->home));
    TRY(home_shops(restore->home, &restore->names));
    TRY(erasures_take(restore));
    TRY(home_identities(restore->home, &restore->identities));
    *out = TAKE(restore);
    return OK;
}
