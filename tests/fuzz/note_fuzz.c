#include "prove/note.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The two parts of a note and the newline between them are the whole; only signed ones verify; keys are read strictly. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {data, size};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf again = {0};
    struct note note = {0};
    struct note_key key = {0};
    struct note_check check = {0};
    if (crypto_new(&crypto).code != CODE_OK) abort();
    if (vkey_get(crypto, bytes, &key).code == CODE_OK) {
        vkey_put(&again, &key);
        if (!slice_equal(bytes, buf_slice(&again))) abort();
    }
    if (note_parse(bytes, &note).code != CODE_OK) {
        if (note.text.len > 0 || note.lines.len > 0) abort();
        return 0;
    }
    if (note.text.len + 1 + note.lines.len != size || note.text.at[note.text.len - 1] != '\n') abort();
    struct slice log =
        SLICE_TEXT("vault.example/amanah+13664933+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
    if (vkey_get(crypto, log, &check.key).code != CODE_OK) abort();
    struct result verified = note_verify(crypto, &note, &check, 1);
    if (check.good != (verified.code == CODE_OK)) abort();
    if (check.good && note_line_of(&note, &check.key).len == 0) abort();
    return 0;
}
