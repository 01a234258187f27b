#include "base/doc.h"
#include "cli/proof_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A proof file of a stranger, once with the key that it brings and once with another: it never holds under that one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t nobody[PUBLIC_KEY_BYTES] = {1};
    struct note_key key = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf vkey = {0}, cbor = {0};
    SCOPED(proof_found_done) struct proof_found found = {0}, none = {0};
    if (crypto_new(&crypto).code != CODE_OK) abort();
    struct proof_question question = {.file = {data, size}};
    struct result own = proof_file_check(crypto, &question, &found);
    if (own.code == CODE_OK && !found.vkey_from_file) abort();
    if (note_key_make(crypto, KEY_ED25519, SLICE_TEXT("shop.example/log"), nobody, &key).code != CODE_OK)
        abort();
    vkey_put(&vkey, &key);
    question.vkey = buf_slice(&vkey);
    if (proof_file_check(crypto, &question, &none).code == CODE_OK) abort();
    if (none.vkey.len != 0) abort(); /* failure touches no output */
    if (doc_from_json(question.file, &cbor).code == CODE_OK && doc_of(buf_slice(&cbor)).item.len != cbor.len)
        abort();
    return 0;
}
