#include "crypto/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_FORMAT = 1 };

static struct result open_bytes(struct crypto *crypto, struct slice file, struct keyring **out)
{
    static const struct secret root;
    char path[32];
    int fd = memfd_create("keyring", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file.at, file.len) != (ssize_t)file.len) abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct result opened = keyring_open(crypto, path, &root, "shop", out);
    (void)close(fd); /* in memory only */
    return opened;
}

/* Wrapped as keyring_save() does it, so that what stands inside is read. */
static void wrapped(struct crypto *crypto, struct slice text, struct buf *out)
{
    static const struct secret root;
    SCOPED(aead_free) struct aead *aead = NULL;
    SECRET key = {{0}};
    if (aead_new(crypto, &aead).code != CODE_OK) abort();
    hkdf(crypto, &root, "amanah keyring 1", SLICE_TEXT("shop"), &key);
    aead_key(aead, &key);
    buf_byte(out, FILE_FORMAT);
    aead_seal(aead, SLICE_TEXT("amanah keyring"), text, out);
}

/* Nothing opens that this root did not wrap; what stands in the wrap is refused, or is a keyring that can be used. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {data, size};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(keyring_free) struct keyring *none = NULL, *keyring = NULL;
    SCOPED(buf_done) struct buf file = {0};
    if (crypto_new(&crypto).code != CODE_OK) abort();
    if (open_bytes(crypto, bytes, &none).code == CODE_OK || none) abort();
    wrapped(crypto, bytes, &file);
    if (open_bytes(crypto, buf_slice(&file), &keyring).code != CODE_OK) {
        if (keyring) abort();
        return 0;
    }
    struct slice origin = keyring_origin(keyring);
    if (origin.len == 0 || origin.len > KEYRING_ORIGIN_MAX || bytes.len < SHOP_ID_BYTES) abort();
    if (!slice_equal((struct slice){keyring_shop_id(keyring), SHOP_ID_BYTES},
                     slice_part(bytes, 0, SHOP_ID_BYTES)))
        abort();
    for (int kind = KEY_KEK; kind < KEY_KIND_COUNT; kind++) {
        SECRET key = {{0}};
        uint16_t newest = keyring_newest(keyring, (enum key_kind)kind, 0);
        struct result got = keyring_key(keyring, (enum key_kind)kind, 0, newest, &key);
        if (newest > 0 && got.code != CODE_OK) abort();
    }
    return 0;
}
