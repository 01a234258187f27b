#include "prove/proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file that is read is written back as it was; checking it never reads past its hashes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {data, size};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(tlog_proof_done) struct tlog_proof file = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (tlog_proof_get(bytes, &file).code != CODE_OK) {
        if (file.checkpoint.len > 0 || file.extra.len > 0 || file.proof.count > 0) abort();
        return 0;
    }
    if (file.index < TREE_SIZE_MAX) {
        tlog_proof_put(&again, &file);
        if (!slice_equal(bytes, buf_slice(&again))) abort();
    }
    if (crypto_new(&crypto).code != CODE_OK) abort();
    struct note note = {0};
    struct checkpoint checkpoint = {0};
    const struct hash leaf = {{1}};
    if (note_parse(file.checkpoint, &note).code != CODE_OK) abort(); /* reading the file has done so */
    if (checkpoint_text_get(note.text, &checkpoint).code != CODE_OK) return 0;
    struct result included =
        proof_inclusion_check(crypto, file.index, checkpoint.size, &leaf, &file.proof, &checkpoint.root);
    struct result continued =
        proof_consistency_check(crypto, file.index, checkpoint.size, &leaf, &checkpoint.root, &file.proof);
    if (included.code == CODE_OK || (continued.code == CODE_OK && file.index > 0))
        abort(); /* nobody has these roots */
    return 0;
}
