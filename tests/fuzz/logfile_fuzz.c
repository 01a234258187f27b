/* A log file, plain or compressed: read in pieces of any size it gives the same bytes, and the same again from its start. */
#include "cli/ingest/log_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 4096, READ_MAX = 16 * 1024 * 1024 /* of what it unpacks to */ };

/* FNV-1a over all that is read; *total bytes of it. */
static uint64_t read_all(struct log_file *file, size_t piece, size_t *total)
{
    uint8_t room[ROOM];
    uint64_t hash = 0xcbf29ce484222325U;
    for (*total = 0; *total < READ_MAX;) {
        size_t got = 0, want = READ_MAX - *total < piece ? READ_MAX - *total : piece;
        if (log_file_read(file, room, want, &got).code != CODE_OK || got == 0) break;
        if (got > want) __builtin_trap();
        for (size_t i = 0; i < got; i++) hash = (hash ^ room[i]) * 0x100000001b3U;
        *total += got;
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char path[64];
    size_t first = 0, second = 0;
    struct log_file *file = NULL;
    int fd = memfd_create("log", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len) __builtin_trap();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (log_file_open(path, &file).code != CODE_OK) __builtin_trap();
    uint64_t hash = read_all(file, ROOM, &first);
    if (!log_file_rewind(file)) __builtin_trap();
    uint64_t again = read_all(file, len % 97 + 1, &second);
    bool plain = len < 2 || data[0] != 0x1f || data[1] != 0x8b;
    if (plain && first < READ_MAX && first != len) __builtin_trap();
    /* what comes before a broken place may be given in larger or smaller pieces, never other bytes */
    if (first == second && hash != again) __builtin_trap();
    if (plain && first != second) __builtin_trap();
    log_file_free(&file);
    (void)close(fd);
    return 0;
}
