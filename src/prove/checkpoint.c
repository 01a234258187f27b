#include "prove/checkpoint.h"

#include "prove/prove_priv.h"

#include <assert.h>
#include <string.h>

bool origin_good(struct slice origin)
{
    if (origin.len == 0 || origin.len > ORIGIN_BYTES_MAX || origin.at[origin.len - 1] == '/') return false;
    for (size_t i = 0; i < origin.len; i++) {
        if (origin.at[i] <= ' ' || origin.at[i] > '~' || origin.at[i] == '+') return false;
    }
    return memmem(origin.at, origin.len, "://", 3) == NULL;
}

void checkpoint_text_put(struct buf *out, const struct checkpoint *checkpoint)
{
    assert(origin_good(slice_text(checkpoint->origin)) && checkpoint->size <= TREE_SIZE_MAX);
    buf_text(out, checkpoint->origin);
    buf_byte(out, '\n');
    buf_decimal(out, checkpoint->size);
    buf_byte(out, '\n');
    hash_text_put(out, &checkpoint->root);
    buf_byte(out, '\n');
}

RESULT checkpoint_text_get(struct slice text, struct checkpoint *out)
{
    assert(out);
    struct slice rest = text, origin = {0}, size = {0}, root = {0}, extension = {0};
    struct checkpoint checkpoint = {0};
    struct hash empty = {{0}};
    if (!line_next(&rest, &origin) || !line_next(&rest, &size) || !line_next(&rest, &root)) {
        return FAIL(INVALID, "checkpoint: fewer than three lines");
    }
    if (!origin_good(origin)) return FAIL(INVALID, "checkpoint: line 1 is not an origin");
    if (!decimal_get(size, &checkpoint.size)) return FAIL(INVALID, "checkpoint: line 2 is not a size");
    if (!hash_text_get(root, &checkpoint.root)) return FAIL(INVALID, "checkpoint: line 3 is not a root");
    while (line_next(&rest, &extension)) {
        if (extension.len == 0) return FAIL(INVALID, "checkpoint: an empty line");
    }
    if (rest.len > 0) return FAIL(INVALID, "checkpoint: does not end in a newline");
    empty_root(&empty);
    if (checkpoint.size == 0 && !hash_equal(&checkpoint.root, &empty)) {
        return FAIL(INVALID, "checkpoint: size 0, but not the root of an empty tree");
    }
    memcpy(checkpoint.origin, origin.at, origin.len);
    *out = checkpoint;
    return OK;
}

void checkpoint_sign(struct signer *signer, const struct note_key *key, const struct checkpoint *checkpoint,
                     struct buf *out)
{
    assert(strcmp(key->name, checkpoint->origin) == 0);
    SCOPED(buf_done) struct buf text = {0};
    checkpoint_text_put(&text, checkpoint);
    note_sign(signer, key, buf_slice(&text), out);
}

RESULT checkpoint_open(struct crypto *crypto, struct slice bytes, struct note_check *checks, size_t count,
                       struct checkpoint *out)
{
    assert(crypto && checks && out);
    assert(count > 0 && count <= NOTE_CHECKS_MAX && checks[0].key.type == KEY_ED25519);
    struct note note = {0};
    struct checkpoint checkpoint = {0};
    struct note_check seen[NOTE_CHECKS_MAX];
    memcpy(seen, checks, count * sizeof *checks);
    TRY(note_parse(bytes, &note));
    TRY(checkpoint_text_get(note.text, &checkpoint));
    TRY(note_verify(crypto, &note, seen, count));
    if (!seen[0].good) return FAIL(NOT_FOUND, "checkpoint: not signed by the log's key");
    if (strcmp(checkpoint.origin, seen[0].key.name) != 0) {
        return FAIL(PROOF_BAD,
                    "checkpoint: signed by the log's key, but for another origin; do not trust it");
    }
    memcpy(checks, seen, count * sizeof *checks);
    *out = checkpoint;
    return OK;
}
