#include "base/form/form.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void form_folder_done(struct form_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) buf_done(&folder->texts[i]);
    folder->count = 0;
}

/* One byte more than a file may have: places_find() then says that it is too large. */
static RESULT file_read(int folder, const char *name, struct buf *out)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: could not be opened: %s", name, strerror(errno));
    FILE *file = fdopen(fd, "rb");
    if (!file) {
        (void)close(fd);
        return FAIL(UNAVAILABLE, "%s: could not be read", name);
    }
    uint8_t *room = buf_extend(out, FORM_FILE_BYTES_MAX + 1);
    size_t got = fread(room, 1, FORM_FILE_BYTES_MAX + 1, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file); /* only read */
    out->len = got;
    if (failed) return FAIL(UNAVAILABLE, "%s: could not be read", name);
    return OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static RESULT names_take(DIR *folder, struct form_folder *out)
{
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        size_t len = strlen(entry->d_name);
        if (len < 6 || entry->d_name[0] == '.' || strcmp(entry->d_name + len - 5, ".yaml") != 0) continue;
        if (len >= FORM_NAME_BYTES_MAX)
            return FAIL(CONFIG, "%.60s: a name longer than %d bytes", entry->d_name, FORM_NAME_BYTES_MAX - 1);
        if (count == FORM_FILES_MAX) return FAIL(CONFIG, "folder: more than %d files", FORM_FILES_MAX);
        memcpy(out->names[count++], entry->d_name, len + 1);
    }
    qsort(out->names, count, sizeof out->names[0], by_name);
    for (size_t i = 0; i < count; i++) {
        out->count = i + 1;
        TRY(file_read(dirfd(folder), out->names[i], &out->texts[i]));
        out->files[i] = (struct form_file){out->names[i], buf_slice(&out->texts[i])};
    }
    return OK;
}

RESULT form_folder_read(const char *path, struct form_folder *out)
{
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT) return OK;
    if (!folder) return FAIL(UNAVAILABLE, "%s: the folder could not be read: %s", path, strerror(errno));
    struct result result = names_take(folder, out);
    (void)closedir(folder);
    return result;
}
