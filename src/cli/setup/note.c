/*
 * How far a setup came: HOME.setup, beside the home, from before the sheet is written until all is done. It has the
 * answers and no secret: the words of the sheet are on the sheet only, which is asked for when setup goes on.
 *
 * Each step can be done twice. It is counted after it was done, so what is repeated is what was cut off.
 */
#include "base/doc.h"
#include "cli/setup/setup_priv.h"
#include "crypto/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTE_BYTES_MAX = 65536, ANSWERS = 11, WALK_FDS = 16, SHEET_BYTES_MAX = 1 << 24 };

/* What the note has beside `done` and `sheet`. */
static const struct answered {
    const char *name;
    size_t at;
} members[ANSWERS] = {
    {"etc", offsetof(struct setup, etc_text)},
    {"key", offsetof(struct setup, key)},
    {"lang", offsetof(struct setup, lang_text)},
    {"mail", offsetof(struct setup, mail_host)},
    {"seal", offsetof(struct setup, seal)},
    {"shop", offsetof(struct setup, shop)},
    {"domain", offsetof(struct setup, domain)},
    {"folder", offsetof(struct setup, folder)},
    {"address", offsetof(struct setup, address)},
    {"command", offsetof(struct setup, command)},
    {"certificate", offsetof(struct setup, certificate)},
};

static struct buf *answer_of(struct setup *setup, size_t i)
{
    return (struct buf *)(void *)((uint8_t *)setup + members[i].at);
}

static void note_path(const struct setup *setup, struct buf *out)
{
    buf_print(out, "%s.setup", setup->home);
}

RESULT note_write(struct setup *setup)
{
    SCOPED(buf_done) struct buf note = {0}, path = {0};
    note_path(setup, &path);
    cbor_map(&note, 2 + ANSWERS);
    cbor_text(&note, SLICE_TEXT("done"));
    cbor_uint(&note, setup->done);
    cbor_text(&note, SLICE_TEXT("sheet"));
    cbor_bytes(&note, SLICE_OF(setup->sheet));
    for (size_t i = 0; i < ANSWERS; i++) {
        cbor_text(&note, slice_text(members[i].name));
        cbor_text(&note, buf_slice(answer_of(setup, i)));
    }
    return file_replace(buf_c(&path), buf_slice(&note));
}

RESULT note_read(struct setup *setup, bool *there)
{
    SCOPED(buf_done) struct buf path = {0}, note = {0};
    note_path(setup, &path);
    struct result got = file_read(buf_c(&path), NOTE_BYTES_MAX, &note);
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    struct doc doc = doc_of(buf_slice(&note));
    if (!doc_there(doc_get(doc, "done")) || !doc_hash(doc_get(doc, "sheet"), setup->sheet.bytes))
        return FAIL(CORRUPT, "%s: not what setup wrote there; remove it", buf_c(&path));
    setup->done = (size_t)doc_number(doc_get(doc, "done"));
    for (size_t i = 0; i < ANSWERS; i++) {
        buf_clear(answer_of(setup, i));
        buf_slice_put(answer_of(setup, i), doc_text(doc_get(doc, members[i].name)));
    }
    setup->lang = buf_slice(&setup->lang_text);
    *there = true;
    return OK;
}

RESULT note_remove(const struct setup *setup)
{
    SCOPED(buf_done) struct buf path = {0};
    note_path(setup, &path);
    if (unlink(buf_c(&path)) == 0 || errno == ENOENT) return OK;
    return FAIL(UNAVAILABLE, "%s: cannot remove it: %s", buf_c(&path), strerror(errno));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    (void)remove(path); /* what stays is in nobody's way */
    return 0;
}

/* home_init() builds beside, in HOME.new-PID. */
static void homes_half_made_remove(const struct setup *setup)
{
    SCOPED(buf_done) struct buf prefix = {0};
    char *folder = strdup(setup->home), *name = strdup(setup->home);
    if (!folder || !name) abort();
    const char *in = dirname(folder);
    buf_print(&prefix, "%s.new-", basename(name));
    DIR *directory = opendir(in);
    for (struct dirent *entry = directory ? readdir(directory) : NULL; entry; entry = readdir(directory)) {
        SCOPED(buf_done) struct buf path = {0};
        if (strncmp(entry->d_name, buf_c(&prefix), prefix.len) != 0) continue;
        buf_print(&path, "%s/%s", in, entry->d_name);
        (void)nftw(buf_c(&path), remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
    }
    if (directory) (void)closedir(directory);
    free(folder);
    free(name);
}

/* The sheet that the note tells of, whole or half written; no other that lies there by now. */
static RESULT sheet_remove(struct setup *setup)
{
    SCOPED(buf_done) struct buf path = {0}, half = {0}, pdf = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct hash found = {{0}};
    TRY(crypto_new(&crypto));
    buf_print(&path, "%s/" SHEET_FILE, buf_c(&setup->folder));
    buf_print(&half, "%s.new", buf_c(&path));
    (void)unlink(buf_c(&half));
    if (file_read(buf_c(&path), SHEET_BYTES_MAX, &pdf).code != CODE_OK) return OK; /* nothing there */
    sha256_one(crypto, buf_slice(&pdf), &found);
    if (!hash_equal(&found, &setup->sheet) || unlink(buf_c(&path)) == 0 || errno == ENOENT) return OK;
    return FAIL(UNAVAILABLE, "%s: cannot remove it: %s", buf_c(&path), strerror(errno));
}

RESULT note_undo(struct setup *setup)
{
    homes_half_made_remove(setup);
    TRY(sheet_remove(setup));
    for (size_t i = 0; i < ANSWERS; i++) buf_clear(answer_of(setup, i));
    return note_remove(setup);
}

RESULT setup_lock(struct setup *setup)
{
    char *path = strdup(setup->home);
    if (!path) abort();
    const char *folder = dirname(path);
    setup->lock_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool open = setup->lock_fd >= 0, locked = open && flock(setup->lock_fd, LOCK_EX | LOCK_NB) == 0;
    struct result done = !open    ? FAIL(NOT_FOUND, "setup: %s: %s", folder, strerror(errno))
                         : locked ? OK
                                  : FAIL(CONFLICT, "setup: another one is at work in %s; let it end", folder);
    free(path);
    return done;
}
