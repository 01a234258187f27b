#include "keep/erased.h"

#include "crypto/keyring.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct made {
    const struct prf *mac;
    char path[40];
};

static struct result add(void *context, struct erasure erasure)
{
    const struct made *made = context;
    return erased_add(made->mac, made->path, erasure, INT64_MAX);
}

/* An empty file, in memory where the machine has such a folder: every row that is added is synced, and the first its folder. */
static int file_new(char *path, size_t room)
{
    static const char *const folders[] = {"/dev/shm", "/tmp"};
    int fd = -1;
    for (size_t i = 0; fd < 0 && i < sizeof folders / sizeof folders[0]; i++) {
        (void)snprintf(path, room, "%s/erased-XXXXXX", folders[i]);
        fd = mkostemp(path, O_CLOEXEC);
    }
    return fd;
}

/* A list that is whole is the one that its rows make; one that is not still gives rows that are good. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct secret key;
    struct slice bytes = {data, size};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(prf_free) struct prf *mac = NULL;
    SCOPED(buf_done) struct buf again = {0};
    struct made made = {0};
    struct erased_look look = {0}, looked = {0};
    int fd = file_new(made.path, sizeof made.path);
    if (fd < 0 || crypto_new(&crypto).code != CODE_OK || prf_new(crypto, &key, &mac).code != CODE_OK) abort();
    made.mac = mac;
    if (erased_look(mac, bytes, add, &made, &look).code != CODE_OK) abort();
    if (look.count > size / ERASED_ROW_BYTES || (look.whole && look.count == 0)) abort();
    if (file_read(made.path, size + ERASED_ROW_BYTES, &again).code != CODE_OK) abort();
    if (look.whole && !slice_equal(bytes, buf_slice(&again))) abort();
    if (erased_look(mac, buf_slice(&again), NULL, NULL, &looked).code != CODE_OK) abort();
    if (looked.whole != (look.count > 0) || looked.count != look.count) abort();
    (void)close(fd);
    (void)unlink(made.path);
    return 0;
}
