#include "keep/backup/restore_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PAGES_BYTES_MAX = 64 * 1024 * 1024 /* of one member of changed pages */ };

RESULT restore_next(struct restore *restore)
{
    assert(!restore->open);
    restore->tar = (struct tar){0};
    restore->finished = false;
    return age_open_new(restore->crypto, restore->identities.at, restore->identities.count, (struct slice){0},
                        &restore->open);
}

static bool keys_of_shop(const struct restore *restore, struct slice name)
{
    for (size_t i = 0; i < restore->names.count; i++) {
        if (slice_is(name, restore->names.at[i])) return true;
    }
    return false;
}

/* "shops/NAME/REST" into its parts; false for another path. */
static bool of_shop(struct slice path, struct slice *name, struct slice *rest)
{
    if (!slice_starts(path, "shops/")) return false;
    *rest = slice_from(path, 6);
    const uint8_t *slash = memchr(rest->at, '/', rest->len);
    if (!slash) return false;
    *name = slice_part(*rest, 0, (size_t)(slash - rest->at));
    *rest = slice_from(*rest, name->len + 1);
    return true;
}

static bool is_pages(const struct restore *restore)
{
    struct slice name = {0}, rest = {0};
    return of_shop(buf_slice(&restore->member), &name, &rest) && slice_starts(rest, "pages/");
}

static bool folder_of_home(struct slice path)
{
    static const char *const folders[] = {"law/", "playbooks/", "locale/"};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        if (slice_starts(path, folders[i]) &&
            !memchr(path.at + strlen(folders[i]), '/', path.len - strlen(folders[i])))
            return true;
    }
    return false;
}

/* Only what a backup holds is written, and only where that goes. */
static RESULT member_begin(void *context, struct slice path, uint64_t bytes)
{
    struct restore *restore = context;
    struct slice name = {0}, rest = {0};
    SCOPED(buf_done) struct buf full = {0};
    if (restore->finished) return FAIL(CORRUPT, "backup: something follows its manifest");
    buf_clear(&restore->member);
    buf_clear(&restore->held);
    buf_slice_put(&restore->member, path);
    if (slice_is(path, MANIFEST_NAME))
        return bytes <= NOTE_BYTES_MAX ? OK : FAIL(CORRUPT, "backup: its manifest is too long");
    bool shop = of_shop(path, &name, &rest);
    if (shop && !keys_of_shop(restore, name))
        return FAIL(NOT_FOUND,
                    "backup: the keys of one of its shops are not there; bring a newer copy of the keys");
    if (shop && slice_starts(rest, "pages/"))
        return bytes <= PAGES_BYTES_MAX ? OK : FAIL(CORRUPT, "backup: a member is too large");
    bool evidence = shop && slice_starts(rest, "evidence/") && !memchr(rest.at + 9, '/', rest.len - 9);
    if (!(shop && slice_is(rest, "shop.db")) && !evidence && !folder_of_home(path))
        return FAIL(CORRUPT, "backup: it holds something that is no part of one");
    TRY(build_path(restore, buf_c(&restore->member), &full));
    restore->fd = open(buf_c(&full), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return restore->fd < 0 ? disk("write", buf_c(&restore->member)) : OK;
}

static RESULT write_all(int fd, struct slice bytes, const char *path)
{
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.at, bytes.len);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return disk("write", path);
        bytes = slice_from(bytes, (size_t)done);
    }
    return OK;
}

static RESULT member_bytes(void *context, struct slice bytes)
{
    struct restore *restore = context;
    if (restore->fd >= 0) return write_all(restore->fd, bytes, buf_c(&restore->member));
    buf_slice_put(&restore->held, bytes);
    return OK;
}

/* Changed pages over those of the backup before. */
static RESULT pages_apply(struct restore *restore)
{
    struct slice name = {0}, rest = {0};
    struct cursor at = {buf_slice(&restore->held), false};
    SCOPED(buf_done) struct buf path = {0}, full = {0};
    uint32_t count = cursor_be32(&at);
    struct slice numbers = cursor_take(&at, count * sizeof(uint32_t));
    if (at.bad || count == 0 || at.rest.len % count != 0 || at.rest.len == 0)
        return FAIL(CORRUPT, "backup: a member of pages is none");
    size_t page_bytes = at.rest.len / count;
    (void)of_shop(buf_slice(&restore->member), &name, &rest);
    buf_print(&path, "shops/%.*s/shop.db", (int)name.len, (const char *)name.at);
    TRY(build_path(restore, buf_c(&path), &full));
    SCOPED(fd_done) int fd = open(buf_c(&full), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return disk("write", buf_c(&path));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t page = be32_get(numbers.at + i * sizeof(uint32_t));
        struct slice bytes = cursor_take(&at, page_bytes);
        if (page == 0) return FAIL(CORRUPT, "backup: a member of pages is none");
        if (pwrite(fd, bytes.at, page_bytes, (off_t)((page - 1) * page_bytes)) != (ssize_t)page_bytes)
            return disk("write", buf_c(&path));
    }
    return OK;
}

/* Signed by every shop that it names, with the keys that are here. */
static RESULT signatures_check(struct restore *restore, const struct note *note,
                               const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->shop_count; i++) {
        SCOPED(keyring_free) struct keyring *keyring = NULL;
        SCOPED(signer_free) struct signer *signer = NULL;
        struct note_check check = {0};
        const char *name = manifest->shops[i].name;
        if (!keys_of_shop(restore, slice_text(name)))
            return FAIL(NOT_FOUND,
                        "backup: the keys of one of its shops are not there; bring a newer copy of the keys");
        TRY(home_keyring(restore->home, restore->crypto, name, &keyring));
        TRY(manifest_key(restore->crypto, keyring, &check.key, &signer));
        if (note_verify(restore->crypto, note, &check, 1).code != CODE_OK)
            return FAIL(CORRUPT, "backup: its manifest is not signed by the shop %s", name);
    }
    return OK;
}

static RESULT manifest_take(struct restore *restore)
{
    SCOPED(manifest_done) struct manifest manifest = {0};
    struct note note = {{0}};
    TRY(note_parse(buf_slice(&restore->held), &note));
    TRY(manifest_get(note.text, &manifest));
    TRY(signatures_check(restore, &note, &manifest));
    if (manifest.follows && !restore->any)
        return FAIL(INVALID,
                    "backup: an increment; name the full backup first, then its increments in order");
    if (manifest.follows && !hash_equal(&manifest.after, &restore->hash))
        return FAIL(INVALID,
                    "backup: this increment does not follow the backup before it; name all, in order");
    if (!manifest.follows && restore->any)
        return FAIL(INVALID, "backup: a second full one; name one, then increments");
    sha256_one(restore->crypto, buf_slice(&restore->held), &restore->hash);
    manifest_done(&restore->manifest);
    restore->manifest = TAKE(manifest);
    restore->finished = true;
    return OK;
}

static RESULT member_end(void *context)
{
    struct restore *restore = context;
    if (restore->fd >= 0) {
        bool kept = fsync(restore->fd) == 0;
        file_close(restore);
        return kept ? OK : disk("write", buf_c(&restore->member));
    }
    return is_pages(restore) ? pages_apply(restore) : manifest_take(restore);
}

RESULT restore_take(struct restore *restore, struct slice bytes)
{
    const struct tar_events events = {member_begin, member_bytes, member_end, restore};
    struct result opened = age_open_put(restore->open, bytes, &restore->clear);
    if (opened.code == CODE_NOT_FOUND) return FAIL(NOT_FOUND, "backup: not of a home with these keys");
    TRY(opened);
    struct result took = tar_take(&restore->tar, buf_slice(&restore->clear), &events);
    restore->clear.len = 0; /* sealed records: nothing to wipe */
    return took;
}

RESULT restore_close(struct restore *restore)
{
    const struct tar_events events = {member_begin, member_bytes, member_end, restore};
    TRY(age_open_end(restore->open, &restore->clear));
    TRY(tar_take(&restore->tar, buf_slice(&restore->clear), &events));
    restore->clear.len = 0;
    age_open_free(&restore->open);
    TRY(tar_whole(&restore->tar));
    if (!restore->finished) return FAIL(CORRUPT, "backup: it has no manifest");
    restore->any = true;
    return OK;
}

const struct manifest *restore_manifest(const struct restore *restore)
{
    return &restore->manifest;
}

struct restore_erasures restore_erasures(const struct restore *restore)
{
    return restore->erasures;
}

const struct hash *restore_hash(const struct restore *restore)
{
    return &restore->hash;
}
