#include "keep/home.h"

#include "keep/access/authority.h"
#include "keep/reseal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char made_file[] = "made";

struct home {
    char path[4096];
    int lock_fd;
    struct secret *root; /* a page of its own, locked */
};

void home_made_done(struct home_made *made)
{
    buf_done(&made->shop);
    buf_done(&made->key);
    buf_done(&made->origin);
    buf_done(&made->vkey);
}

const char *home_path(const struct home *home)
{
    return home->path;
}

const struct secret *home_root(const struct home *home)
{
    return home->root;
}

void home_root_renew(struct home *home, const struct secret *root)
{
    memcpy(home->root->bytes, root->bytes, SECRET_BYTES);
}

void home_free(struct home **home)
{
    if (!*home) return;
    if ((*home)->root) {
        explicit_bzero((*home)->root, sizeof(struct secret));
        (void)munmap((*home)->root, sizeof(struct secret)); /* our own mapping */
    }
    if ((*home)->lock_fd >= 0) (void)close((*home)->lock_fd); /* and the lock with it */
    free(*home);
    *home = NULL;
}

static RESULT home_alloc(const char *path, struct home **out)
{
    SCOPED(home_free) struct home *home = calloc(1, sizeof *home);
    if (!home) return FAIL(UNAVAILABLE, "home: out of memory");
    home->lock_fd = -1;
    if (snprintf(home->path, sizeof home->path, "%s", path) >= (int)sizeof home->path) {
        return FAIL(CONFIG, "home: the path is too long");
    }
    void *page =
        mmap(NULL, sizeof(struct secret), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return FAIL(UNAVAILABLE, "home: out of memory");
    home->root = page;
    (void)mlock(page, sizeof(struct secret)); /* refused under a low limit: then swap is the risk */
    (void)madvise(page, sizeof(struct secret), MADV_DONTDUMP); /* core dumps are off anyway */
    *out = TAKE(home);
    return OK;
}

static void home_file(const char *home, const char *name, struct buf *out)
{
    buf_print(out, "%s/%s", home, name);
}

RESULT home_seal_kind(const char *path, enum seal_kind *out)
{
    SCOPED(buf_done) struct buf file = {0}, seal = {0};
    home_file(path, "home", &seal);
    struct result got = seal_read(buf_c(&seal), &file, out);
    if (got.code != CODE_NOT_FOUND) return got;
    buf_clear(&seal);
    home_file(path, "shops", &seal);
    if (access(buf_c(&seal), F_OK) == 0)
        return FAIL(NOT_FOUND, "%s/home: the seal file is gone; bring it back from the copy of the keys",
                    path);
    return FAIL(NOT_FOUND, "%s: not a home of Amanah; make one with `amanah init`", path);
}

static RESULT home_lock(struct home *home)
{
    SCOPED(buf_done) struct buf path = {0};
    home_file(home->path, "lock", &path);
    home->lock_fd = open(buf_c(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (home->lock_fd < 0) return FAIL(UNAVAILABLE, "%s: cannot open: %s", buf_c(&path), strerror(errno));
    if (flock(home->lock_fd, LOCK_EX | LOCK_NB) == 0) return OK;
    return FAIL(HOME_LOCKED, "%s: another process holds this home; stop it, or talk to it", home->path);
}

RESULT home_open(const char *path, struct slice passphrase, bool writer, struct home **out)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(buf_done) struct buf seal = {0};
    enum seal_kind kind = SEAL_PLAIN;
    TRY(home_seal_kind(path, &kind));
    TRY(home_alloc(path, &home));
    if (writer) TRY(home_lock(home)); /* before the slow unsealing: two daemons are told apart at once */
    home_file(path, "home", &seal);
    TRY(seal_open(buf_c(&seal), passphrase, home->root));
    if (writer) TRY(home_settle(home));
    *out = TAKE(home);
    return OK;
}

static bool shop_name_good(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > SHOP_NAME_BYTES_MAX || name[0] < 'a' || name[0] > 'z') return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    return true;
}

/* The first rows of a shop: its roles, and one admin key whose text is told once. */
static RESULT shop_first_rows(struct shop *shop, struct buf *key_text)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    struct key key = {.id = 1, .role = 1, .name = "first admin key", .created_us = clock_now(&shop->clock)};
    key.expires_us = key.created_us + KEY_DAYS_MAX * DAY_US;
    TRY(batch_begin(shop, &arena, &batch));
    for (size_t i = 0; i < role_builtin_count(); i++) {
        SCOPED(buf_done) struct buf body = {0};
        struct role role = role_builtin(i);
        role_body_write(&role, &body);
        TRY(authority_put(&batch, &system, AUTHORITY_ROLE, role.id, buf_slice(&body), &receipt));
    }
    SCOPED(buf_done) struct buf body = {0};
    key_secret_make(shop, &key, key_text);
    key_probe_make(shop, &key);
    key_body_write(&key, &body);
    TRY(authority_put(&batch, &system, AUTHORITY_KEY, key.id, buf_slice(&body), &receipt));
    return batch_settle(&batch);
}

static RESULT keyring_make(const struct home *home, const char *name, struct slice origin)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SCOPED(buf_done) struct buf path = {0};
    struct fields fields;
    TRY(crypto_new(&crypto));
    TRY(keyring_new(crypto, origin, &keyring));
    fields_init(&fields);
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        if (!fields.at[field].indexed) continue;
        TRY(keyring_add(keyring, crypto, KEY_INDEX, (uint16_t)field, NULL));
    }
    shop_path(home, name, "keyring", &path);
    return keyring_save(keyring, crypto, buf_c(&path), home_root(home), name);
}

/* Remove what a failed making left behind: two levels, only what we make. Errors leave more behind, no harm. */
static void directory_remove(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) return;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        SCOPED(buf_done) struct buf file = {0};
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        buf_print(&file, "%s/%s", path, entry->d_name);
        (void)unlink(buf_c(&file));
    }
    (void)closedir(directory);
    (void)rmdir(path);
}

/* A shop is there once its last file is: a making that was cut short leaves none. */
static bool shop_is_made(const char *home, const char *name)
{
    struct stat status = {0};
    SCOPED(buf_done) struct buf mark = {0};
    buf_print(&mark, "%s/shops/%s/%s", home, name, made_file);
    return stat(buf_c(&mark), &status) == 0;
}

static RESULT shop_make(struct home *home, struct clock clock, const char *name, const char *origin,
                        struct home_made *out)
{
    SCOPED(shop_free) struct shop *shop = NULL;
    SCOPED(home_made_done) struct home_made made = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf path = {0}, mark = {0};
    uint8_t random[8];
    TRY(crypto_new(&crypto));
    crypto_random(crypto, random, sizeof random);
    if (origin) {
        buf_text(&made.origin, origin);
    } else {
        buf_print(&made.origin, "amanah.invalid/%s/", name);
        hex_put(&made.origin, SLICE_OF(random));
    }
    if (!origin_good(buf_slice(&made.origin))) {
        return FAIL(CONFIG, "origin: a URL without scheme and last slash, such as vault.example/amanah");
    }
    shop_path(home, name, NULL, &path);
    if (shop_is_made(home_path(home), name)) return FAIL(CONFLICT, "shop: there is one of that name already");
    if (mkdir(buf_c(&path), 0700) != 0) {
        if (errno == EEXIST) { /* perhaps a real shop whose mark was lost: never to be removed by us */
            return FAIL(
                CONFLICT,
                "%s: there without its last file, `made`: begun and not finished? look, then move it away",
                buf_c(&path));
        }
        return FAIL(UNAVAILABLE, "%s: cannot create: %s", buf_c(&path), strerror(errno));
    }
    TRY(keyring_make(home, name, buf_slice(&made.origin)));
    struct shop_options options = {home, name, clock, SHOP_CREATE, NULL};
    TRY(shop_open(&options, &shop));
    TRY(shop_first_rows(shop, &made.key));
    buf_text(&made.shop, name);
    ledger_vkey(shop->ledger, &made.vkey);
    shop_path(home, name, made_file, &mark);
    TRY(file_replace(buf_c(&mark), SLICE_TEXT("1\n"))); /* from here on the shop is there */
    *out = TAKE(made);
    return OK;
}

static void home_remove(const char *path, const char *shop)
{
    SCOPED(buf_done) struct buf one = {0}, all = {0};
    buf_print(&one, "%s/shops/%s", path, shop);
    buf_print(&all, "%s/shops", path);
    directory_remove(buf_c(&one));
    directory_remove(buf_c(&all));
    directory_remove(path);
}

static RESULT home_fill(const struct home_options *options, const char *path, struct home_made *out)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf shops = {0}, seal = {0};
    TRY(home_alloc(path, &home));
    TRY(crypto_new(&crypto));
    crypto_random(crypto, home->root->bytes, SECRET_BYTES);
    home_file(path, "shops", &shops);
    home_file(path, "home", &seal);
    if (mkdir(path, 0700) != 0) return FAIL(UNAVAILABLE, "%s: cannot create: %s", path, strerror(errno));
    if (mkdir(buf_c(&shops), 0700) != 0)
        return FAIL(UNAVAILABLE, "%s: cannot create: %s", buf_c(&shops), strerror(errno));
    TRY(seal_write(buf_c(&seal), &options->seal, home->root));
    return shop_make(home, options->clock, options->shop ? options->shop : "shop", options->origin, out);
}

static RESULT path_free(const char *path)
{
    struct stat status = {0};
    if (stat(path, &status) != 0) return OK;
    if (S_ISDIR(status.st_mode) && rmdir(path) == 0) return OK; /* it was empty: it is made again */
    return FAIL(HOME_EXISTS, "%s: there is something already; give a path that is empty or new", path);
}

RESULT home_init(const struct home_options *options, struct home_made *out)
{
    const char *shop = options->shop ? options->shop : "shop";
    SCOPED(buf_done) struct buf path = {0}, temporary = {0};
    buf_text(&path, options->path);
    while (path.len > 1 && path.at[path.len - 1] == '/') path.len--;
    if (!shop_name_good(shop)) {
        return FAIL(CONFIG, "shop: a name is 1 to %d of a-z, 0-9 and -, and begins with a letter",
                    SHOP_NAME_BYTES_MAX);
    }
    buf_print(&temporary, "%s.new-%ld", buf_c(&path), (long)getpid());
    TRY(path_free(buf_c(&path)));
    struct result done = home_fill(options, buf_c(&temporary), out);
    if (done.code == CODE_OK && rename(buf_c(&temporary), buf_c(&path)) != 0) {
        home_made_done(out);
        done = FAIL(UNAVAILABLE, "%s: cannot rename into place: %s", buf_c(&path), strerror(errno));
    }
    if (done.code != CODE_OK) home_remove(buf_c(&temporary), shop);
    return done;
}

void shop_names_done(struct shop_names *names)
{
    free(names->at);
    *names = (struct shop_names){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void directory_done(DIR **directory)
{
    if (*directory) (void)closedir(*directory);
}

RESULT home_shops(const struct home *home, struct shop_names *out)
{
    SCOPED(buf_done) struct buf path = {0};
    SCOPED(shop_names_done) struct shop_names names = {.at = calloc(HOME_SHOPS_MAX, sizeof *names.at)};
    home_file(home->path, "shops", &path);
    SCOPED(directory_done) DIR *directory = opendir(buf_c(&path));
    if (!names.at) return FAIL(UNAVAILABLE, "home: out of memory");
    if (!directory) return FAIL(UNAVAILABLE, "%s: cannot open: %s", buf_c(&path), strerror(errno));
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (!shop_name_good(entry->d_name) || !shop_is_made(home->path, entry->d_name)) continue;
        if (names.count == HOME_SHOPS_MAX) return FAIL(TOO_MANY, "home: more than %d shops", HOME_SHOPS_MAX);
        memcpy(names.at[names.count++], entry->d_name, strlen(entry->d_name) + 1);
    }
    qsort(names.at, names.count, sizeof *names.at, by_name);
    *out = TAKE(names);
    return OK;
}

RESULT home_shop_add(struct home *home, struct clock clock, const char *name, const char *origin,
                     struct home_made *out)
{
    if (!shop_name_good(name)) {
        return FAIL(CONFIG, "shop: a name is 1 to %d of a-z, 0-9 and -, and begins with a letter",
                    SHOP_NAME_BYTES_MAX);
    }
    struct stat status = {0};
    SCOPED(buf_done) struct buf path = {0};
    shop_path(home, name, NULL, &path);
    bool there = stat(buf_c(&path), &status) == 0;
    struct result made = shop_make(home, clock, name, origin, out);
    if (made.code != CODE_OK && !there) directory_remove(buf_c(&path)); /* what we began ourselves */
    return made;
}
