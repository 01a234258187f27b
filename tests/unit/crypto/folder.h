/* A folder of one's own for tests that write files: made by folder_begin(), removed by folder_end(). */
#ifndef AMN_TESTS_CRYPTO_FOLDER_H
#define AMN_TESTS_CRYPTO_FOLDER_H

#include "prop.h"

#include <unistd.h>

struct folder {
    char path[64];
    char name[128]; /* of the newest folder_file() */
};

static inline void folder_begin(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/amanah-crypto-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

static inline void folder_end(struct folder *folder)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", folder->path);
    assert_int_equal(system(command), 0);
}

static inline const char *folder_file(struct folder *folder, const char *file)
{
    (void)snprintf(folder->name, sizeof folder->name, "%s/%s", folder->path, file);
    return folder->name;
}

/* Write plainly, without the care of what is tested. */
static inline void folder_write(const char *path, struct slice bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (bytes.len > 0) assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

#endif
