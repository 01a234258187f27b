#include "keep/backup/backup.h"

#include "keep/backup/page_sums.h"
#include "keep/reseal.h"
#include "keep/shop.h"
#include "store/sqlite/image.h"
#include "store/sqlite/sqlite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_PAGES = 256,
    FILE_STEP = 1024 * 1024,
    OUT_STEP = 1024 * 1024,
    KEYRING_BYTES_MAX = 1024 * 1024,
    REST_TIMES = 3,
    REST_US_MAX = 1000 * 1000
};

/* What was backed up before: the manifest in the home, the pages of each shop beside its database. */
static const char before_file[] = "backed";

void backup_report_done(struct backup_report *report)
{
    manifest_done(&report->manifest);
}

/* One backup on its way. */
struct making {
    const struct backup_options *options;
    struct backup_report *report;
    struct home *home;
    struct crypto *crypto;
    struct age_seal *seal;
    struct hasher *hasher;
    struct manifest before; /* of the backup before, of an increment */
    struct buf clear, out;  /* what waits to be sealed, and to be put */
    struct page_sums sums[BACKUP_SHOPS_MAX];
    uint64_t done, all; /* bytes of databases, for progress */
};

static void making_done(struct making *making)
{
    for (size_t i = 0; i < BACKUP_SHOPS_MAX; i++) page_sums_done(&making->sums[i]);
    manifest_done(&making->before);
    hasher_free(&making->hasher);
    age_seal_free(&making->seal);
    buf_done(&making->clear);
    buf_done(&making->out);
    crypto_free(&making->crypto);
    home_free(&making->home);
}

static RESULT put_out(struct making *making)
{
    if (making->out.len == 0) return OK;
    TRY(making->options->put(making->options->context, buf_slice(&making->out)));
    making->report->bytes += making->out.len;
    making->out.len = 0; /* sealed bytes: nothing to wipe */
    return OK;
}

/* Seal what gathered in `clear`, and hand on what is sealed. */
static RESULT flush(struct making *making)
{
    TRY(age_seal_put(making->seal, buf_slice(&making->clear), &making->out));
    making->clear.len = 0;
    return making->out.len >= OUT_STEP ? put_out(making) : OK;
}

static void member_put(struct making *making, struct slice name, uint64_t bytes)
{
    tar_member_put(&making->clear, name, bytes, making->report->manifest.made_us);
}

static void fd_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/* Its bytes into the hash, and into the stream if they are to be `inside`. */
static RESULT file_copy(struct making *making, int fd, const struct manifest_file *file, bool inside)
{
    for (uint64_t rest = file->bytes; rest > 0;) {
        size_t step = rest < FILE_STEP ? (size_t)rest : FILE_STEP, at = making->clear.len;
        ssize_t got = read(fd, buf_extend(&making->clear, step), step);
        if (got != (ssize_t)step)
            return FAIL(UNAVAILABLE, "backup: %s: it changed while it was read", file->path);
        hasher_put(making->hasher, (struct slice){making->clear.at + at, step});
        if (!inside) making->clear.len = at;
        TRY(flush(making));
        rest -= step;
    }
    return OK;
}

/* A file that does not change while it is read, such as sealed evidence. */
static RESULT file_add(struct making *making, const char *path, bool inside)
{
    SCOPED(buf_done) struct buf full = {0};
    struct stat status = {0};
    buf_print(&full, "%s/%s", making->options->home, path);
    if (!tar_name_good(slice_text(path)))
        return FAIL(UNAVAILABLE, "backup: %s: no name that a backup can hold; rename it", path);
    SCOPED(fd_done) int fd = open(buf_c(&full), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) != 0)
        return FAIL(UNAVAILABLE, "backup: %s: cannot be read: %s", path, strerror(errno));
    struct manifest_file *file = manifest_file_add(&making->report->manifest);
    memcpy(file->path, path, strlen(path) + 1);
    file->bytes = (uint64_t)status.st_size;
    if (inside) member_put(making, slice_text(path), file->bytes);
    TRY(file_copy(making, fd, file, inside));
    hasher_end(making->hasher, &file->hash);
    if (inside) tar_pad_put(&making->clear, file->bytes);
    return flush(making);
}

static bool was_there(const struct making *making, const char *path)
{
    for (size_t i = 0; i < making->before.file_count; i++) {
        if (strcmp(making->before.files[i].path, path) == 0) return true;
    }
    return false;
}

/* Every plain file of a folder of the home, if that is there; `fixed`: they never change once they are there. */
static RESULT folder_add(struct making *making, const char *folder, bool fixed)
{
    SCOPED(buf_done) struct buf full = {0};
    struct dirent **names = NULL;
    struct result done = OK;
    buf_print(&full, "%s/%s", making->options->home, folder);
    int count = scandir(buf_c(&full), &names, NULL, alphasort);
    if (count < 0 && errno != ENOENT) return FAIL(UNAVAILABLE, "backup: %s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf path = {0};
        buf_print(&path, "%s/%s", folder, names[i]->d_name);
        bool plain =
            names[i]->d_type == DT_REG && names[i]->d_name[0] != '.' && !strstr(names[i]->d_name, ".part");
        free(names[i]);
        if (!plain || done.code != CODE_OK) continue;
        done = file_add(making, buf_c(&path), !fixed || !was_there(making, buf_c(&path)));
    }
    free(names);
    return done;
}

/* One shop's database on its way. */
struct paging {
    struct making *making;
    const struct manifest_shop *shop;
    struct page_sums *now, before;
    struct buf pages, numbers, changed;
    unsigned members;
};

static void paging_done(struct paging *paging)
{
    page_sums_done(&paging->before);
    buf_done(&paging->pages);
    buf_done(&paging->numbers);
    buf_done(&paging->changed);
}

/* A member of changed pages. */
static void changed_put(struct paging *paging)
{
    SCOPED(buf_done) struct buf name = {0};
    struct buf *out = &paging->making->clear;
    uint64_t bytes = sizeof(uint32_t) + paging->numbers.len + paging->changed.len;
    buf_print(&name, "shops/%s/pages/%u", paging->shop->name, ++paging->members);
    member_put(paging->making, buf_slice(&name), bytes);
    buf_be32(out, (uint32_t)(paging->numbers.len / sizeof(uint32_t)));
    buf_slice_put(out, buf_slice(&paging->numbers));
    buf_slice_put(out, buf_slice(&paging->changed));
    tar_pad_put(out, bytes);
    paging->numbers.len = paging->changed.len = 0;
}

static void page_take(struct paging *paging, uint64_t number, struct slice page)
{
    struct making *making = paging->making;
    struct hash hash = {{0}};
    sha256_one(making->crypto, page, &hash);
    hasher_put(making->hasher, (struct slice){hash.bytes, HASH_BYTES});
    page_sums_set(paging->now, number, &hash);
    if (page_sums_same(&paging->before, number, &hash)) return;
    making->report->pages++;
    if (!making->options->increment) {
        buf_slice_put(&making->clear, page);
        return;
    }
    buf_be32(&paging->numbers, (uint32_t)number);
    buf_slice_put(&paging->changed, page);
}

/*
 * Whoever looks makes commits: as long as there are some, a piece is followed by a rest of three times as long as it
 * took. So a backup takes a quarter of a processor and of the disk at most, and four times as long; by itself all of both.
 */
static void rest(struct image *image, int64_t begun_us)
{
    int64_t us = REST_TIMES * (clock_monotonic_us() - begun_us);
    if (!image_stirred(image)) return;
    if (us > REST_US_MAX) us = REST_US_MAX;
    const struct timespec time = {.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
    (void)nanosleep(&time, NULL); /* a shorter one only goes on sooner */
}

static RESULT pages_add(struct paging *paging, struct image *image)
{
    const struct manifest_shop *shop = paging->shop;
    struct making *making = paging->making;
    uint8_t *at = buf_extend(&paging->pages, READ_PAGES * shop->page_bytes);
    for (uint64_t first = 1; first <= shop->pages; first += READ_PAGES) {
        int64_t begun_us = clock_monotonic_us();
        uint64_t left = shop->pages - first + 1;
        size_t count = left < READ_PAGES ? (size_t)left : READ_PAGES;
        TRY(image_read(image, first, count, at));
        for (size_t i = 0; i < count; i++)
            page_take(paging, first + i, (struct slice){at + i * shop->page_bytes, shop->page_bytes});
        if (paging->changed.len >= FILE_STEP) changed_put(paging);
        TRY(flush(making));
        making->done += count * shop->page_bytes;
        if (making->options->progress)
            making->options->progress(making->options->context, making->done, making->all);
        rest(image, begun_us);
    }
    if (paging->numbers.len > 0) changed_put(paging);
    return flush(making);
}

/* How far the ledger went at the image's moment, as its newest checkpoint says. */
static RESULT ledger_of(struct image *image, struct manifest_shop *shop)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct store *view = image_view(image);
    struct checkpoint newest = {0};
    struct note note = {{0}};
    uint64_t size = 0;
    int64_t time_us = 0;
    TRY(view->ledger->checkpoint_get(view, CHECKPOINT_NEWEST, UINT64_MAX, &size, &time_us, &bytes));
    TRY(note_parse(buf_slice(&bytes), &note));
    TRY(checkpoint_text_get(note.text, &newest));
    shop->size = newest.size;
    shop->root = newest.root;
    memcpy(shop->origin, newest.origin, sizeof newest.origin);
    return OK;
}

static RESULT database_add(struct making *making, struct manifest_shop *shop, struct page_sums *now)
{
    SCOPED(image_close) struct image *image = NULL;
    SCOPED(buf_done) struct buf path = {0}, sums = {0}, name = {0};
    SCOPED(paging_done) struct paging paging = {.making = making, .shop = shop, .now = now};
    shop_path(making->home, shop->name, "shop.db", &path);
    shop_path(making->home, shop->name, before_file, &sums);
    buf_print(&name, "shops/%s/shop.db", shop->name);
    TRY(image_open(buf_c(&path), &image));
    TRY(ledger_of(image, shop));
    shop->page_bytes = image_page_bytes(image);
    shop->pages = image_pages(image);
    making->all += shop->pages * shop->page_bytes;
    TRY(page_sums_make(now, shop->pages, shop->page_bytes));
    bool whole = !making->options->increment;
    if (whole) {
        member_put(making, buf_slice(&name), shop->pages * shop->page_bytes);
    } else {
        struct result known = page_sums_load(buf_c(&sums), &making->report->manifest.after, &paging.before);
        if (known.code != CODE_OK && known.code != CODE_NOT_FOUND) return known; /* a new shop: all pages */
        if (paging.before.page_bytes != shop->page_bytes) page_sums_done(&paging.before);
    }
    TRY(pages_add(&paging, image));
    hasher_end(making->hasher, &shop->digest);
    if (whole) tar_pad_put(&making->clear, shop->pages * shop->page_bytes);
    return flush(making);
}

static RESULT shop_add(struct making *making, const char *name)
{
    struct manifest *manifest = &making->report->manifest;
    SCOPED(buf_done) struct buf folder = {0};
    if (manifest->shop_count == BACKUP_SHOPS_MAX)
        return FAIL(TOO_MANY, "backup: more than %d shops in one home; divide it", BACKUP_SHOPS_MAX);
    struct manifest_shop *shop = &manifest->shops[manifest->shop_count];
    memcpy(shop->name, name, strlen(name) + 1);
    TRY(database_add(making, shop, &making->sums[manifest->shop_count++]));
    buf_print(&folder, "shops/%s/evidence", name);
    return folder_add(making, buf_c(&folder), true);
}

/* The last member. */
static RESULT manifest_add(struct making *making)
{
    const struct manifest *manifest = &making->report->manifest;
    SCOPED(buf_done) struct buf text = {0}, note = {0};
    manifest_put(&text, manifest);
    for (size_t i = 0; i < manifest->shop_count; i++) {
        SCOPED(buf_done) struct buf one = {0};
        SCOPED(keyring_free) struct keyring *keyring = NULL;
        SCOPED(signer_free) struct signer *signer = NULL;
        struct note_key key = {0};
        const char *name = manifest->shops[i].name;
        TRY(home_keyring(making->home, making->crypto, name, &keyring));
        TRY(manifest_key(making->crypto, keyring, &key, &signer));
        note_sign(signer, &key, buf_slice(&text), &one);
        buf_slice_put(&note, i == 0 ? buf_slice(&one) : slice_from(buf_slice(&one), text.len + 1));
    }
    if (note.len > NOTE_BYTES_MAX)
        return FAIL(TOO_MANY, "backup: more files of evidence than one backup can list");
    sha256_one(making->crypto, buf_slice(&note), &making->report->hash);
    member_put(making, SLICE_TEXT(MANIFEST_NAME), note.len);
    buf_slice_put(&making->clear, buf_slice(&note));
    tar_pad_put(&making->clear, note.len);
    tar_end_put(&making->clear);
    TRY(flush(making));
    TRY(age_seal_end(making->seal, &making->out));
    TRY(put_out(making));
    TRY(making->options->durable(making->options->context));
    buf_clear(&text);
    buf_print(&text, "%s/%s", making->options->home, before_file);
    return file_replace_at_home(buf_c(&text), buf_slice(&note));
}

/* What the next increment compares with. A crash in between makes the next increment ask for a full backup. */
static RESULT sums_keep(const struct making *making)
{
    const struct manifest *manifest = &making->report->manifest;
    for (size_t i = 0; i < manifest->shop_count; i++) {
        SCOPED(buf_done) struct buf path = {0};
        shop_path(making->home, manifest->shops[i].name, before_file, &path);
        TRY(page_sums_save(&making->sums[i], &making->report->hash, buf_c(&path)));
    }
    return OK;
}

static RESULT before_read(struct making *making)
{
    SCOPED(buf_done) struct buf path = {0}, file = {0};
    struct note note = {{0}};
    buf_print(&path, "%s/%s", making->options->home, before_file);
    struct result got = file_read(buf_c(&path), NOTE_BYTES_MAX, &file);
    if (got.code == CODE_NOT_FOUND)
        return FAIL(NOT_FOUND,
                    "backup: nothing was backed up before; make a full one first, without --increment");
    TRY(got);
    TRY(note_parse(buf_slice(&file), &note));
    TRY(manifest_get(note.text, &making->before));
    sha256_one(making->crypto, buf_slice(&file), &making->report->manifest.after);
    making->report->manifest.follows = true;
    return OK;
}

static RESULT seal_begin(struct making *making)
{
    SECRET identity = {{0}};
    struct age_recipient to[AGE_RECIPIENTS_MAX] = {{{0}}};
    const struct backup_options *options = making->options;
    if (options->to_count >= AGE_RECIPIENTS_MAX)
        return FAIL(TOO_MANY, "backup: at most %d recipients", AGE_RECIPIENTS_MAX - 1);
    TRY(home_identity(making->home, &identity));
    TRY(age_identity_recipient(&identity, &to[0]));
    for (size_t i = 0; i < options->to_count; i++) to[i + 1] = options->to[i];
    return age_seal_to(making->crypto, to, options->to_count + 1, &making->out, &making->seal);
}

RESULT backup_make(const struct backup_options *options, struct backup_report *out)
{
    SCOPED(making_done) struct making making = {.options = options, .report = out};
    SCOPED(shop_names_done) struct shop_names names = {0};
    *out = (struct backup_report){.manifest = {.made_us = clock_now(&options->clock)}};
    sqlite_setup();
    TRY(crypto_new(&making.crypto));
    TRY(hasher_new(making.crypto, &making.hasher));
    TRY(home_open(options->home, options->passphrase, false, &making.home));
    TRY(home_shops(making.home, &names));
    TRY(seal_begin(&making));
    if (options->increment) TRY(before_read(&making));
    for (size_t i = 0; i < names.count; i++) TRY(shop_add(&making, names.at[i]));
    TRY(folder_add(&making, "law", false));
    TRY(folder_add(&making, "playbooks", false));
    TRY(folder_add(&making, "locale", false));
    TRY(manifest_add(&making));
    return sums_keep(&making);
}

/* Files of the home as they lie there, into one archive. */
static RESULT key_file_put(const char *home, const char *path, int64_t now_us, struct buf *out)
{
    SCOPED(buf_done) struct buf full = {0}, file = {0};
    buf_print(&full, "%s/%s", home, path);
    TRY(file_read(buf_c(&full), KEYRING_BYTES_MAX, &file));
    tar_member_put(out, slice_text(path), file.len, now_us);
    buf_slice_put(out, buf_slice(&file));
    tar_pad_put(out, file.len);
    return OK;
}

static RESULT keys_archive(const char *path, struct slice passphrase, struct buf *out)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(shop_names_done) struct shop_names names = {0};
    struct clock clock = clock_system();
    int64_t now_us = clock_now(&clock);
    SCOPED(buf_done) struct buf seal = {0}, before = {0}, after = {0};
    buf_print(&seal, "%s/home", path);
    TRY(file_read(buf_c(&seal), KEYRING_BYTES_MAX, &before));
    TRY(home_open(path, passphrase, false, &home));
    if (home_unsettled(home))
        return FAIL(CONFLICT, "home: a change of its seal was cut off; start the vault once, then try again");
    TRY(home_shops(home, &names));
    TRY(key_file_put(path, "home", now_us, out));
    struct result former = key_file_put(path, "former", now_us, out);
    if (former.code != CODE_NOT_FOUND) TRY(former); /* it was never sealed anew */
    for (size_t i = 0; i < names.count; i++) {
        SCOPED(buf_done) struct buf name = {0};
        buf_print(&name, "shops/%s/keyring", names.at[i]);
        TRY(key_file_put(path, buf_c(&name), now_us, out));
    }
    tar_end_put(out);
    TRY(file_read(buf_c(&seal), KEYRING_BYTES_MAX, &after)); /* what came between is all of one root */
    bool same = before.len == after.len && memcmp(before.at, after.at, before.len) == 0;
    return same ? OK : FAIL(CONFLICT, "home: it was sealed anew meanwhile; try again");
}

RESULT keys_export(const char *home, struct slice passphrase, struct slice custody,
                   RESULT (*put)(void *context, struct slice bytes), void *context)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    SCOPED(buf_done) struct buf archive = {0}, out = {0};
    TRY(keys_archive(home, passphrase, &archive));
    TRY(crypto_new(&crypto));
    TRY(age_seal_with(crypto, custody, AGE_WORK, &out, &seal));
    TRY(age_seal_put(seal, buf_slice(&archive), &out));
    TRY(age_seal_end(seal, &out));
    return put(context, buf_slice(&out));
}
