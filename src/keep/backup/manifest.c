#include "keep/backup/manifest.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS_MAX = 19, PAGE_BYTES_MAX = 65536, FILES_FIRST = 16 };

void manifest_done(struct manifest *manifest)
{
    free(manifest->files);
    *manifest = (struct manifest){0};
}

struct manifest_file *manifest_file_add(struct manifest *manifest)
{
    if (manifest->file_count == manifest->file_room) {
        size_t room = manifest->file_room ? 2 * manifest->file_room : FILES_FIRST;
        struct manifest_file *files = realloc(manifest->files, room * sizeof *files);
        if (!files) abort();
        manifest->files = files;
        manifest->file_room = room;
    }
    struct manifest_file *file = &manifest->files[manifest->file_count++];
    *file = (struct manifest_file){0};
    return file;
}

static void hash_put(struct buf *out, const struct hash *hash)
{
    base64_put(out, (struct slice){hash->bytes, HASH_BYTES});
}

void manifest_put(struct buf *out, const struct manifest *manifest)
{
    buf_text(out, "amanah backup 1\nmade ");
    time_put(out, manifest->made_us);
    buf_text(out, "\nprogram " AMN_VERSION "\nafter ");
    if (manifest->follows)
        hash_put(out, &manifest->after);
    else
        buf_text(out, "-");
    buf_byte(out, '\n');
    for (size_t i = 0; i < manifest->shop_count; i++) {
        const struct manifest_shop *shop = &manifest->shops[i];
        buf_print(out, "shop %s %s %llu ", shop->name, shop->origin, (unsigned long long)shop->size);
        hash_put(out, &shop->root);
        buf_print(out, " %zu %llu ", shop->page_bytes, (unsigned long long)shop->pages);
        hash_put(out, &shop->digest);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        buf_print(out, "file %s %llu ", file->path, (unsigned long long)file->bytes);
        hash_put(out, &file->hash);
        buf_byte(out, '\n');
    }
}

static RESULT bad(void)
{
    return FAIL(CORRUPT, "backup: its manifest is none");
}

/* Up to `stop`, which is passed over; the whole rest when it is not there. */
static struct slice until(struct slice *rest, uint8_t stop)
{
    const uint8_t *end = rest->len ? memchr(rest->at, stop, rest->len) : NULL;
    struct slice word = end ? slice_part(*rest, 0, (size_t)(end - rest->at)) : *rest;
    *rest = slice_from(*rest, word.len + 1);
    return word;
}

static RESULT number_word(struct slice *line, uint64_t *out)
{
    struct slice word = until(line, ' ');
    uint64_t number = 0;
    if (word.len == 0 || word.len > NUMBER_DIGITS_MAX || (word.at[0] == '0' && word.len > 1)) return bad();
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9') return bad();
        number = number * 10 + (uint64_t)(word.at[i] - '0');
    }
    *out = number;
    return OK;
}

static RESULT hash_word(struct slice *line, struct hash *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    if (base64_get(until(line, ' '), &bytes).code != CODE_OK || bytes.len != HASH_BYTES) return bad();
    memcpy(out->bytes, bytes.at, HASH_BYTES);
    return OK;
}

static RESULT text_word(struct slice *line, char *out, size_t room)
{
    struct slice word = until(line, ' ');
    if (word.len == 0 || word.len >= room || memchr(word.at, 0, word.len)) return bad();
    memcpy(out, word.at, word.len);
    out[word.len] = '\0';
    return OK;
}

static RESULT shop_line(struct slice line, struct manifest *out)
{
    if (out->shop_count == BACKUP_SHOPS_MAX) return bad();
    struct manifest_shop *shop = &out->shops[out->shop_count++];
    uint64_t page_bytes = 0;
    TRY(text_word(&line, shop->name, sizeof shop->name));
    TRY(text_word(&line, shop->origin, sizeof shop->origin));
    TRY(number_word(&line, &shop->size));
    TRY(hash_word(&line, &shop->root));
    TRY(number_word(&line, &page_bytes));
    TRY(number_word(&line, &shop->pages));
    TRY(hash_word(&line, &shop->digest));
    if (page_bytes < TAR_BLOCK_BYTES || page_bytes > PAGE_BYTES_MAX || shop->pages == 0 || line.len > 0)
        return bad();
    shop->page_bytes = (size_t)page_bytes;
    return tar_name_good(slice_text(shop->name)) ? OK : bad();
}

static RESULT file_line(struct slice line, struct manifest *out)
{
    struct manifest_file *file = manifest_file_add(out);
    TRY(text_word(&line, file->path, sizeof file->path));
    TRY(number_word(&line, &file->bytes));
    TRY(hash_word(&line, &file->hash));
    return tar_name_good(slice_text(file->path)) && line.len == 0 ? OK : bad();
}

static RESULT head_get(struct slice *text, struct manifest *out)
{
    struct slice line = until(text, '\n');
    if (!slice_is(line, "amanah backup 1")) {
        return slice_starts(line, "amanah backup ")
                   ? FAIL(STORE_NEWER, "backup: made by a newer version; install that version")
                   : bad();
    }
    line = until(text, '\n');
    if (!slice_starts(line, "made ") || time_get(slice_from(line, 5), &out->made_us).code != CODE_OK)
        return bad();
    if (!slice_starts(until(text, '\n'), "program ")) return bad();
    line = until(text, '\n');
    if (!slice_starts(line, "after ")) return bad();
    line = slice_from(line, 6);
    out->follows = !slice_is(line, "-");
    return out->follows ? hash_word(&line, &out->after) : OK;
}

RESULT manifest_get(struct slice text, struct manifest *out)
{
    SCOPED(manifest_done) struct manifest manifest = {0};
    TRY(head_get(&text, &manifest));
    while (text.len > 0) {
        struct slice line = until(&text, '\n');
        bool shop = slice_starts(line, "shop ");
        if (!shop && !slice_starts(line, "file ")) return bad();
        line = slice_from(line, 5);
        TRY(shop ? shop_line(line, &manifest) : file_line(line, &manifest));
    }
    if (manifest.shop_count == 0) return bad();
    *out = TAKE(manifest);
    return OK;
}

RESULT manifest_key(struct crypto *crypto, const struct keyring *keyring, struct note_key *key,
                    struct signer **signer)
{
    SECRET seed = {{0}};
    SCOPED(signer_free) struct signer *made = NULL;
    SCOPED(buf_done) struct buf name = {0};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    TRY(keyring_key(keyring, KEY_BACKUP, 0, 1, &seed));
    TRY(signer_new(crypto, &seed, &made));
    signer_public(made, public_key);
    keyring_origin_of(keyring, 1, &name);
    buf_text(&name, "/backup");
    TRY(note_key_make(crypto, KEY_ED25519, buf_slice(&name), public_key, key));
    *signer = TAKE(made);
    return OK;
}
