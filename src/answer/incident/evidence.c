#include "answer/incident/evidence.h"

#include "answer/incident/evidence_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char part_end[] = ".part";

static void passing_done(struct passing *passing)
{
    if (passing->open) (void)close(passing->fd); /* what matters was fsynced before */
    aead_free(&passing->box);
    hasher_free(&passing->hasher);
    *passing = (struct passing){0};
}

static void room_free(void *at)
{
    struct evidence_room *room = at;
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) passing_done(&room->at[i]);
    free(room);
}

RESULT evidence_room(struct shop *shop, struct evidence_room **out)
{
    *out = shop->evidence.at;
    if (*out) return OK;
    struct evidence_room *room = calloc(1, sizeof *room);
    if (!room) return FAIL(UNAVAILABLE, "evidence: out of memory");
    room->unsettled = true;
    shop->evidence.at = *out = room;
    shop->evidence.free = room_free;
    return OK;
}

void evidence_path(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], bool part, struct buf *out)
{
    SCOPED(buf_done) struct buf file = {0};
    buf_text(&file, "evidence");
    if (id) {
        buf_byte(&file, '/');
        hex_put(&file, (struct slice){id, SEALED_ID_BYTES});
        if (part) buf_text(&file, part_end);
    }
    shop_path(shop->home, shop->name, buf_c(&file), out);
}

void evidence_matching_path(const struct shop *shop, struct slice id, struct buf *out)
{
    SCOPED(buf_done) struct buf file = {0};
    buf_text(&file, "matching/");
    buf_slice_put(&file, id);
    shop_path(shop->home, shop->name, buf_c(&file), out);
}

RESULT evidence_file_open(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], int flags, int *out)
{
    for (int part = 0; part < 2; part++) {
        SCOPED(buf_done) struct buf path = {0};
        evidence_path(shop, id, part, &path);
        int fd = open(buf_c(&path), flags | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0) {
            *out = fd;
            return OK;
        }
        if (errno != ENOENT)
            return FAIL(UNAVAILABLE, "evidence: its file cannot be opened: %s", strerror(errno));
    }
    return FAIL(CORRUPT, "evidence: its file is gone");
}

RESULT evidence_file_new(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], int *out)
{
    SCOPED(buf_done) struct buf folder = {0}, path = {0};
    evidence_path(shop, NULL, false, &folder);
    evidence_path(shop, id, true, &path);
    if (mkdir(buf_c(&folder), 0700) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "evidence: its folder cannot be made: %s", strerror(errno));
    int fd = open(buf_c(&path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "evidence: a file cannot be made: %s", strerror(errno));
    *out = fd;
    return OK;
}

static RESULT sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0) (void)close(fd); /* only read */
    return good ? OK : FAIL(UNAVAILABLE, "evidence: its folder cannot be synced: %s", strerror(why));
}

/* The file's bytes, and that it is in its folder. */
RESULT evidence_file_sync(const struct shop *shop, int fd)
{
    SCOPED(buf_done) struct buf folder = {0}, parent = {0};
    evidence_path(shop, NULL, false, &folder);
    shop_path(shop->home, shop->name, "", &parent);
    if (fsync(fd) != 0) return FAIL(UNAVAILABLE, "evidence: cannot sync: %s", strerror(errno));
    TRY(sync_folder(buf_c(&folder)));
    return sync_folder(buf_c(&parent));
}

RESULT evidence_file_write(int fd, uint64_t at, struct slice bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t put = pwrite(fd, bytes.at + done, bytes.len - done, (off_t)(at + done));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && (errno == ENOSPC || errno == EDQUOT))
            return FAIL(DISK_FULL, "evidence: the disk is full; free some space");
        if (put < 0) return FAIL(UNAVAILABLE, "evidence: cannot write: %s", strerror(errno));
        done += (size_t)put;
    }
    return OK;
}

RESULT evidence_file_read(int fd, uint64_t at, size_t len, struct buf *out)
{
    uint8_t *place = buf_extend(out, len);
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(fd, place + done, len - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "evidence: cannot read: %s", strerror(errno));
        if (got == 0) return FAIL(CORRUPT, "evidence: the file is cut short");
        done += (size_t)got;
    }
    return OK;
}

RESULT passing_new(struct shop *shop, int64_t now_us, struct passing **out)
{
    struct evidence_room *room = NULL;
    struct passing *place = NULL;
    TRY(evidence_room(shop, &room));
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) {
        struct passing *at = &room->at[i];
        if (at->open && now_us - at->used_us > EVIDENCE_IDLE_MIN * MINUTE_US) passing_end(shop, at);
        if (!at->open && !place) place = at;
    }
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX && !place;
         i++) { /* one whose line was written is needed no more */
        if (!room->at[i].ended) continue;
        place = &room->at[i];
        passing_end(shop, place);
    }
    if (!place)
        return FAIL(TOO_BUSY, "evidence: %d files are on their way; wait for one to end", EVIDENCE_OPEN_MAX);
    passing_done(place); /* of one that could not be begun */
    *place = (struct passing){.used_us = now_us};
    crypto_random(shop->crypto, place->id, SEALED_ID_BYTES);
    TRY(hasher_new(shop->crypto, &place->hasher));
    *out = place;
    return OK;
}

void passing_end(struct shop *shop, struct passing *passing)
{
    struct evidence_room *room = shop->evidence.at;
    room->unsettled = true; /* what it left is looked after */
    passing_done(passing);
}

struct passing *passing_of(struct shop *shop, struct slice id, const struct passing *like)
{
    struct evidence_room *room = shop->evidence.at;
    uint8_t wanted[SEALED_ID_BYTES];
    if (!room || !hex_get(id, wanted, sizeof wanted)) return NULL;
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) {
        struct passing *at = &room->at[i];
        if (at->open && bytes_equal_ct(at->id, wanted, sizeof wanted) && at->incident == like->incident &&
            at->reader == like->reader && at->line == like->line)
            return at;
    }
    return NULL;
}

/* What the lines say of a file. */
struct known {
    uint8_t id[SEALED_ID_BYTES];
    bool released;
};

struct knowns {
    struct known *at;
    size_t count, cap;
};

static void knowns_done(struct knowns *knowns)
{
    free(knowns->at);
}

static void knowns_add(struct knowns *knowns, const struct fold *fold)
{
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *line = &fold->items[i].now;
        struct known known = {.released = slice_is(line->state, "released")};
        if (line->kind != LINE_EVIDENCE || !hex_get(line->file, known.id, sizeof known.id)) continue;
        if (knowns->count == knowns->cap) {
            knowns->cap = knowns->cap ? knowns->cap * 2 : 16;
            knowns->at = realloc(knowns->at, knowns->cap * sizeof *knowns->at);
            if (!knowns->at) abort(); /* as all memory: see bytes.h */
        }
        knowns->at[knowns->count++] = known;
    }
}

static RESULT knowns_read(struct shop *shop, struct knowns *out)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        SCOPED(reading_done) struct reading reading = {0};
        TRY(incident_read(shop, &incidents->at[i], &reading));
        knowns_add(out, &reading.fold);
    }
    return OK;
}

static const struct known *known_of(const struct knowns *knowns, const uint8_t id[SEALED_ID_BYTES])
{
    for (size_t i = 0; i < knowns->count; i++) {
        if (memcmp(knowns->at[i].id, id, SEALED_ID_BYTES) == 0) return &knowns->at[i];
    }
    return NULL;
}

static bool is_coming(const struct evidence_room *room, const uint8_t id[SEALED_ID_BYTES])
{
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) {
        if (room->at[i].open && room->at[i].line == 0 && memcmp(room->at[i].id, id, SEALED_ID_BYTES) == 0)
            return true;
    }
    return false;
}

static void matching_remove(const struct shop *shop, struct slice id)
{
    SCOPED(buf_done) struct buf path = {0};
    evidence_matching_path(shop, id, &path);
    (void)unlink(buf_c(&path)); /* mostly there is none */
}

static RESULT file_settle(struct shop *shop, const struct evidence_room *room, const struct knowns *knowns,
                          const char *name)
{
    SCOPED(buf_done) struct buf part = {0}, whole = {0};
    uint8_t id[SEALED_ID_BYTES];
    struct slice text = slice_text(name), stem = slice_part(text, 0, (size_t)2 * SEALED_ID_BYTES);
    bool is_part = slice_is(slice_from(text, stem.len), part_end);
    if (!hex_get(stem, id, sizeof id) || (!is_part && stem.len != text.len)) return OK; /* none of ours */
    const struct known *known = known_of(knowns, id);
    evidence_path(shop, id, true, &part);
    evidence_path(shop, id, false, &whole);
    bool gone = known ? known->released : is_part && !is_coming(room, id);
    if (gone && unlink(buf_c(is_part ? &part : &whole)) != 0 && errno != ENOENT)
        return FAIL(UNAVAILABLE, "evidence: a file cannot be removed: %s", strerror(errno));
    if (gone) matching_remove(shop, stem);
    if (gone || !known || !is_part) return OK;
    if (rename(buf_c(&part), buf_c(&whole)) != 0)
        return FAIL(UNAVAILABLE, "evidence: a file cannot be renamed: %s", strerror(errno));
    return OK;
}

static void folder_done(DIR **folder)
{
    if (*folder) (void)closedir(*folder); /* only read */
}

RESULT evidence_settle(struct shop *shop, int64_t now_us)
{
    SCOPED(folder_done) DIR *folder = NULL;
    SCOPED(knowns_done) struct knowns knowns = {0};
    SCOPED(buf_done) struct buf path = {0};
    struct evidence_room *room = NULL;
    TRY(evidence_room(shop, &room));
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) {
        struct passing *at = &room->at[i];
        if (at->open && now_us - at->used_us > EVIDENCE_IDLE_MIN * MINUTE_US) passing_end(shop, at);
    }
    if (!room->unsettled) return OK;
    evidence_path(shop, NULL, false, &path);
    folder = opendir(buf_c(&path));
    if (!folder && errno == ENOENT) {
        room->unsettled = false;
        return OK;
    }
    if (!folder) return FAIL(UNAVAILABLE, "evidence: its folder cannot be read: %s", strerror(errno));
    TRY(knowns_read(shop, &knowns));
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        TRY(file_settle(shop, room, &knowns, entry->d_name));
    TRY(sync_folder(buf_c(&path)));
    room->unsettled = false;
    return OK;
}

RESULT evidence_orphans(struct shop *shop, RESULT (*each)(void *context, const struct orphan *orphan),
                        void *context)
{
    SCOPED(folder_done) DIR *folder = NULL;
    SCOPED(knowns_done) struct knowns knowns = {0};
    SCOPED(buf_done) struct buf path = {0};
    evidence_path(shop, NULL, false, &path);
    folder = opendir(buf_c(&path));
    if (!folder && errno == ENOENT) return OK;
    if (!folder) return FAIL(UNAVAILABLE, "evidence: its folder cannot be read: %s", strerror(errno));
    TRY(knowns_read(shop, &knowns));
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        struct orphan orphan = {.name = slice_text(entry->d_name)};
        struct stat status = {0};
        uint8_t id[SEALED_ID_BYTES];
        if (!hex_get(orphan.name, id, sizeof id) || known_of(&knowns, id)) continue;
        if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        orphan.bytes = (uint64_t)status.st_size;
        orphan.changed_us = (int64_t)status.st_mtime * SECOND_US;
        TRY(each(context, &orphan));
    }
    return OK;
}
