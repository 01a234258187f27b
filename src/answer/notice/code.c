#include "answer/notice/code.h"

#include "crypto/keyring.h"

#include <stdlib.h>

enum { BLOCK = 16, RUN_AT = 0, NO_AT = 2, NO_BYTES = 5, ZEROS_AT = 7, ID_BYTES = 16, TEXT_MAX = 64 };

struct codes {
    struct block_cipher *codes, *paths;
    struct prf *ids;
};

void codes_free(struct codes **codes)
{
    struct codes *at = *codes;
    if (!at) return;
    block_cipher_free(&at->codes);
    block_cipher_free(&at->paths);
    prf_free(&at->ids);
    free(at);
    *codes = NULL;
}

static RESULT derived(struct shop *shop, const char *label, struct secret *out)
{
    SECRET key = {{0}};
    TRY(keyring_key(shop->keyring, KEY_MAIL, 0, keyring_newest(shop->keyring, KEY_MAIL, 0), &key));
    hkdf(shop->crypto, &key, label, (struct slice){0}, out);
    return OK;
}

RESULT codes_new(struct shop *shop, struct codes **out)
{
    SCOPED(codes_free) struct codes *codes = calloc(1, sizeof *codes);
    SECRET code = {{0}}, path = {{0}}, id = {{0}};
    if (!codes) return FAIL(UNAVAILABLE, "notice: out of memory");
    TRY(derived(shop, "amanah notice code 1", &code));
    TRY(derived(shop, "amanah notice path 1", &path));
    TRY(derived(shop, "amanah notice id 1", &id));
    TRY(block_cipher_new(shop->crypto, &code, &codes->codes));
    TRY(block_cipher_new(shop->crypto, &path, &codes->paths));
    TRY(prf_new(shop->crypto, &id, &codes->ids));
    *out = TAKE(codes);
    return OK;
}

/* run 2 bytes · subject 5 · zeros 9 */
static void block_put(struct block_cipher *cipher, uint32_t run, struct subject_no no, struct buf *out)
{
    uint8_t clear[BLOCK] = {0}, block[BLOCK] = {0};
    be16_put(clear + RUN_AT, (uint16_t)run);
    for (size_t i = 0; i < NO_BYTES; i++) clear[NO_AT + i] = (uint8_t)(no.at >> (8 * (NO_BYTES - 1 - i)));
    block_cipher_encrypt(cipher, clear, block);
    base32_put(out, SLICE_OF(block));
}

static bool block_get(struct block_cipher *cipher, struct slice text, uint32_t *run, struct subject_no *no)
{
    static const uint8_t zeros[BLOCK - ZEROS_AT];
    uint8_t block[BLOCK] = {0}, clear[BLOCK] = {0};
    uint64_t number = 0;
    if (!base32_get(text, block, sizeof block)) return false;
    block_cipher_decrypt(cipher, block, clear);
    if (!bytes_equal_ct(clear + ZEROS_AT, zeros, sizeof zeros)) return false;
    for (size_t i = 0; i < NO_BYTES; i++) number = number << 8 | clear[NO_AT + i];
    *run = (uint32_t)(clear[RUN_AT] << 8 | clear[RUN_AT + 1]);
    *no = (struct subject_no){number};
    return *run > 0 && number > 0;
}

void notice_code_put(struct codes *codes, uint32_t run, struct subject_no no, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    block_put(codes->codes, run, no, &text);
    for (size_t i = 0; i < text.len; i++) {
        if (i > 0 && i % CODE_GROUP == 0) buf_byte(out, '-');
        buf_byte(out, text.at[i]);
    }
}

/* As people copy it: i and l are 1, o is 0. */
static uint8_t symbol(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') c = (uint8_t)(c - 'A' + 'a');
    if (c == 'i' || c == 'l') return '1';
    return c == 'o' ? '0' : c;
}

bool notice_code_get(struct codes *codes, struct slice text, uint32_t *run, struct subject_no *no)
{
    uint8_t symbols[TEXT_MAX];
    size_t count = 0;
    if (text.len > TEXT_MAX) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '-' && text.at[i] != ' ') symbols[count++] = symbol(text.at[i]);
    }
    return block_get(codes->codes, (struct slice){symbols, count}, run, no);
}

static size_t at_sign(struct slice address)
{
    size_t at = address.len;
    while (at > 0 && address.at[at - 1] != '@') at--;
    return at > 0 ? at - 1 : address.len;
}

void return_path_put(struct codes *codes, uint32_t run, struct subject_no no, struct slice from,
                     struct buf *out)
{
    size_t at = at_sign(from);
    buf_slice_put(out, slice_part(from, 0, at));
    buf_text(out, "+n");
    block_put(codes->paths, run, no, out);
    buf_slice_put(out, slice_from(from, at));
}

bool return_path_get(struct codes *codes, struct slice address, uint32_t *run, struct subject_no *no)
{
    struct slice left = slice_part(address, 0, at_sign(address));
    size_t symbols = base32_len(BLOCK);
    if (left.len < symbols + 2 || left.at[left.len - symbols - 2] != '+' ||
        left.at[left.len - symbols - 1] != 'n')
        return false;
    return block_get(codes->paths, slice_from(left, left.len - symbols), run, no);
}

void message_id_put(struct codes *codes, uint32_t run, struct subject_no no, struct buf *out)
{
    uint8_t number[12];
    struct hash hash = {{0}};
    be32_put(number, run);
    be64_put(number + 4, no.at);
    const struct slice parts[] = {SLICE_OF(number)};
    prf_run(codes->ids, parts, COUNT_OF(parts), &hash);
    base32_put(out, (struct slice){hash.bytes, ID_BYTES});
}
