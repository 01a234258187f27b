/*
 * A bundle as it comes from outside. Signatures would stop nearly all of it at the manifest; so where the first byte is odd
 * the input is the content alone, and a whole bundle of one line is made around it, with a ledger and a key of its own:
 *
 *     be16 length, a line (CBOR) · be16 length, timeline.jsonl · to the end: scope.json; none where it is empty
 *
 * Where it is even the rest is the archive as it is. What holds must not hold any more after one changed byte.
 */
#include "cli/bundle/check.h"
#include "keep/backup/tar.h"
#include "keep/incident_lines.h"
#include "prove/entry.h"
#include "prove/proof.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NUMBER = 3 };

static const char origin[] = "vault.example/log";

struct making {
    struct crypto *crypto;
    struct signer *signer;
    struct note_key key;
    struct buf archive, sums;
};

static struct making made; /* its keys are made once */

static void keys_make(void)
{
    SECRET seed = {{7}};
    uint8_t public_key[PUBLIC_KEY_BYTES];
    if (made.crypto) return;
    if (crypto_new(&made.crypto).code != CODE_OK ||
        signer_new(made.crypto, &seed, &made.signer).code != CODE_OK)
        abort();
    signer_public(made.signer, public_key);
    if (note_key_make(made.crypto, KEY_ED25519, slice_text(origin), public_key, &made.key).code != CODE_OK)
        abort();
}

static void member_put(const char *name, struct slice bytes, bool listed)
{
    tar_member_put(&made.archive, slice_text(name), bytes.len, 0);
    buf_slice_put(&made.archive, bytes);
    tar_pad_put(&made.archive, bytes.len);
    if (!listed) return;
    struct hash hash = {{0}};
    sha256_one(made.crypto, bytes, &hash);
    hex_put(&made.sums, SLICE_OF(hash.bytes));
    buf_print(&made.sums, "  %s\n", name);
}

/* The entry of the line, as the only one of a ledger, with its proof. */
static void line_put(struct slice line)
{
    SCOPED(buf_done) struct buf open = {0}, bytes = {0}, note = {0}, file = {0};
    SCOPED(tlog_proof_done) struct tlog_proof proof = {.index = 0};
    struct line_seal seal = {0};
    struct entry entry = {.kind = ENTRY_INCIDENT, .time_us = 1, .has_object = true};
    struct checkpoint checkpoint = {.size = 1};
    memset(buf_extend(&open, HASH_BYTES + LINE_SALT_BYTES), 9, HASH_BYTES + LINE_SALT_BYTES);
    buf_slice_put(&open, line);
    memcpy(seal.box.bytes, open.at, HASH_BYTES);
    incident_text_hash(made.crypto, slice_from(buf_slice(&open), HASH_BYTES), &seal.text);
    incident_line_object(made.crypto, NUMBER, 1, &seal, &entry.object);
    entry_write(&entry, &proof.extra);
    memcpy(checkpoint.origin, origin, sizeof origin);
    leaf_hash(made.crypto, buf_slice(&proof.extra), &checkpoint.root);
    checkpoint_sign(made.signer, &made.key, &checkpoint, &note);
    proof.checkpoint = buf_slice(&note);
    tlog_proof_put(&file, &proof);
    member_put("checkpoint", buf_slice(&note), true);
    member_put("lines/000001", buf_slice(&open), true);
    member_put("proofs/000001.tlog-proof", buf_slice(&file), true);
}

static struct slice part_take(struct cursor *input)
{
    uint16_t len = (uint16_t)(cursor_byte(input) << 8);
    len |= cursor_byte(input);
    struct slice rest = input->rest;
    return cursor_take(input, len < rest.len ? len : rest.len);
}

static void archive_make(struct cursor input)
{
    SCOPED(buf_done) struct buf text = {0}, note = {0}, vkey = {0};
    struct hash sums = {{0}};
    buf_clear(&made.archive);
    buf_clear(&made.sums);
    line_put(part_take(&input));
    member_put("timeline.jsonl", part_take(&input), true);
    if (input.rest.len > 0) member_put("scope.json", input.rest, true);
    vkey_put(&vkey, &made.key);
    member_put("vkeys", buf_slice(&vkey), true);
    sha256_one(made.crypto, buf_slice(&made.sums), &sums);
    buf_print(&text, "amanah bundle 1\n%s\nincident inc_x\nnumber %d\nmade then\nlines 1\nledger 1\nsums ",
              origin, NUMBER);
    hex_put(&text, SLICE_OF(sums.bytes));
    buf_byte(&text, '\n');
    note_sign(made.signer, &made.key, buf_slice(&text), &note);
    member_put("SHA256SUMS", buf_slice(&made.sums), false);
    member_put("manifest.note", buf_slice(&note), false);
    tar_end_put(&made.archive);
}

static bool holds(struct slice archive)
{
    SCOPED(bundle_found_done) struct bundle_found found = {0};
    int fd = memfd_create("bundle", MFD_CLOEXEC);
    if (fd < 0 || write(fd, archive.at, archive.len) != (ssize_t)archive.len || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    struct result done = bundle_check(made.crypto, fd, (struct slice){0}, &found);
    if (done.code != CODE_OK && found.count > 0) abort(); /* failure touches no output */
    (void)close(fd);
    return done.code == CODE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    keys_make();
    if (len == 0) return 0;
    if (!(data[0] & 1)) {
        (void)holds((struct slice){data + 1, len - 1});
        return 0;
    }
    archive_make((struct cursor){{data + 1, len - 1}, false});
    if (!holds(buf_slice(&made.archive))) return 0;
    enum { TAR_BLOCK = 512 };
    made.archive.at[TAR_BLOCK] ^= 1; /* the first byte of its first file */
    if (holds(buf_slice(&made.archive))) abort();
    return 0;
}
