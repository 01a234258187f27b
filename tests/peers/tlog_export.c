/*
 * Lays a log of N entries out in a folder as C2SP tlog-tiles, for other people's programs to check:
 *     tlog_export DIR N       prints the verifier keys of log and witness
 * DIR gets `checkpoint` (cosigned), `tile/…`, `proofs/<index>.tlog-proof` beside `<index>.entry`, and
 * `consistency/<old size>`, a witness request from that size.
 */
#include "prove/witness.h"

#include "../unit/prove/counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TIME_S = 1679315147 };

static void must(struct result result)
{
    if (result.code == CODE_OK) return;
    (void)fprintf(stderr, "tlog_export: %s\n", result_text());
    exit(1);
}

static void file_write(const char *dir, const char *path, struct slice bytes)
{
    SCOPED(buf_done) struct buf full = {0};
    buf_print(&full, "%s/%s", dir, path);
    buf_byte(&full, 0);
    char *name = (char *)full.at;
    for (char *at = strchr(name + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        (void)mkdir(name, 0755); /* one that is there is fine; fopen tells of all else */
        *at = '/';
    }
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(bytes.at, 1, bytes.len, file) != bytes.len || fclose(file) != 0) {
        perror(name);
        exit(1);
    }
}

static void tile_write(struct counter *counter, const char *dir, struct tile_at at)
{
    SCOPED(buf_done) struct buf path = {0}, bytes = {0};
    tile_path_put(&path, &at);
    if (at.entries) {
        for (uint64_t i = 0; i < at.width; i++) {
            uint8_t entry[COUNTER_ENTRY_BYTES];
            counter_entry(at.n * TILE_WIDTH + i, entry);
            bundle_put(&bytes, (struct slice){entry, sizeof entry});
        }
    } else {
        must(counter->reader.read(counter->reader.context, at.level, at.n, at.width, &bytes));
    }
    file_write(dir, buf_c(&path), buf_slice(&bytes));
}

static void proof_write(struct counter *counter, const char *dir, uint64_t index, struct slice checkpoint)
{
    SCOPED(buf_done) struct buf path = {0}, bytes = {0};
    SCOPED(tlog_proof_done) struct tlog_proof file = {.index = index, .checkpoint = checkpoint};
    uint8_t entry[COUNTER_ENTRY_BYTES];
    must(proof_inclusion(counter->crypto, &counter->reader, counter->tree.size, index, &file.proof));
    tlog_proof_put(&bytes, &file);
    buf_print(&path, "proofs/%llu.tlog-proof", (unsigned long long)index);
    file_write(dir, buf_c(&path), buf_slice(&bytes));
    counter_entry(index, entry);
    buf_clear(&path);
    buf_print(&path, "proofs/%llu.entry", (unsigned long long)index);
    file_write(dir, buf_c(&path), (struct slice){entry, sizeof entry});
}

static void consistency_write(struct counter *counter, const char *dir, uint64_t old, struct slice checkpoint)
{
    SCOPED(buf_done) struct buf path = {0}, bytes = {0};
    struct proof proof = {0};
    must(proof_consistency(counter->crypto, &counter->reader, old, counter->tree.size, &proof));
    witness_request_put(&bytes, old, &proof, checkpoint);
    buf_print(&path, "consistency/%llu", (unsigned long long)old);
    file_write(dir, buf_c(&path), buf_slice(&bytes));
}

static void log_write(struct counter *counter, const char *dir, const struct test_key *log,
                      const struct test_key *witness)
{
    SCOPED(buf_done) struct buf checkpoint = {0}, line = {0};
    struct note note = {0};
    uint64_t size = counter->tree.size;
    counter_checkpoint(counter, log, size, &checkpoint);
    must(note_parse(buf_slice(&checkpoint), &note));
    note_cosign(witness->signer, &witness->key, note.text, TIME_S, &line);
    buf_slice_put(&checkpoint, buf_slice(&line));
    file_write(dir, "checkpoint", buf_slice(&checkpoint));
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        struct tile_at at = {.level = level};
        for (; (at.width = tile_width(size, level, at.n)) > 0; at.n++) {
            tile_write(counter, dir, at);
            if (level == 0) tile_write(counter, dir, (struct tile_at){true, 0, at.n, at.width});
        }
    }
    const uint64_t picks[] = {0, 1, 2, size / 2, size - 2, size - 1};
    for (size_t i = 0; i < COUNT_OF(picks); i++) {
        if (picks[i] >= size) continue; /* also what went below zero */
        proof_write(counter, dir, picks[i], buf_slice(&checkpoint));
        consistency_write(counter, dir, picks[i] + 1, buf_slice(&checkpoint));
    }
}

int main(int argc, char **argv)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    if (argc != 3) {
        (void)fputs("usage: tlog_export DIR ENTRIES\n", stderr);
        return 2;
    }
    must(crypto_new(&crypto));
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, strtoull(argv[2], NULL, 10));
    SCOPED(test_key_done) struct test_key log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    SCOPED(test_key_done)
    struct test_key witness = test_key_make(crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    log_write(counter, argv[1], &log, &witness);
    (void)printf("%s\n%s\n", LOG_VKEY, WITNESS_VKEY);
    return 0;
}
