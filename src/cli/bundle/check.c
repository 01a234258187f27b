#include "cli/bundle/check.h"

#include "cli/call.h"
#include "keep/backup/tar.h"
#include "prove/proof.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, FILES_MAX = 50000 };

static const char personal_file[] = "personal/export.age";

void bundle_found_done(struct bundle_found *found)
{
    for (size_t i = 0; i < found->count; i++) {
        buf_done(&found->files[i].name);
        buf_done(&found->files[i].bytes);
    }
    free(found->files);
    buf_done(&found->incident);
    buf_done(&found->made);
    *found = (struct bundle_found){0};
}

static struct bundle_file *find(const struct bundle_found *found, const char *name)
{
    for (size_t i = 0; i < found->count; i++) {
        if (slice_is(buf_slice(&found->files[i].name), name)) return &found->files[i];
    }
    return NULL;
}

const struct bundle_file *bundle_file(const struct bundle_found *found, const char *name)
{
    return find(found, name);
}

/* Members as they come out of the archive. */
struct taking {
    struct bundle_found *found;
    struct hasher *hasher;
    struct crypto *crypto;
    uint64_t kept;
    bool keep;
};

static RESULT member_begin(void *context, struct slice name, uint64_t bytes)
{
    struct taking *taking = context;
    struct bundle_found *found = taking->found;
    SCOPED(buf_done) struct buf own = {0};
    buf_slice_put(&own, name);
    if (bundle_file(found, buf_c(&own))) return FAIL(PROOF_BAD, "bundle: two of its files have one name");
    if (found->count == FILES_MAX) return FAIL(TOO_MANY, "bundle: more than %d files", FILES_MAX);
    if (found->count == found->cap) {
        found->cap = found->cap ? found->cap * 2 : 256;
        found->files = realloc(found->files, found->cap * sizeof *found->files);
        if (!found->files) abort(); /* as all memory: see bytes.h */
    }
    taking->keep = !slice_is(name, personal_file);
    taking->kept += taking->keep ? bytes : 0;
    if (taking->kept > BUNDLE_KEPT_BYTES_MAX)
        return FAIL(TOO_MANY, "bundle: larger than any that amanah makes");
    found->files[found->count++] = (struct bundle_file){.name = TAKE(own)};
    return hasher_new(taking->crypto, &taking->hasher);
}

static RESULT member_bytes(void *context, struct slice bytes)
{
    struct taking *taking = context;
    hasher_put(taking->hasher, bytes);
    if (taking->keep) buf_slice_put(&taking->found->files[taking->found->count - 1].bytes, bytes);
    return OK;
}

static RESULT member_end(void *context)
{
    struct taking *taking = context;
    hasher_end(taking->hasher, &taking->found->files[taking->found->count - 1].hash);
    hasher_free(&taking->hasher);
    return OK;
}

static void taking_done(struct taking *taking)
{
    hasher_free(&taking->hasher);
}

static RESULT archive_take(struct crypto *crypto, int fd, struct bundle_found *found)
{
    SCOPED(taking_done) struct taking taking = {.found = found, .crypto = crypto};
    SCOPED(buf_done) struct buf room = {0};
    const struct tar_events events = {member_begin, member_bytes, member_end, &taking};
    struct tar tar = {{0}};
    uint8_t *at = buf_extend(&room, READ_BYTES);
    for (;;) {
        ssize_t got = read(fd, at, READ_BYTES);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "bundle: cannot read: %s", strerror(errno));
        if (got == 0) return tar_whole(&tar);
        TRY(tar_take(&tar, (struct slice){at, (size_t)got}, &events));
    }
}

/* Text up to the next end of a line, which is taken off `rest`. */
static bool line_take(struct slice *rest, struct slice *line)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
    if (!end) return false;
    *line = (struct slice){rest->at, (size_t)(end - rest->at)};
    *rest = slice_from(*rest, line->len + 1);
    return true;
}

static RESULT keys_take(struct crypto *crypto, struct slice vkeys, struct bundle_found *found)
{
    const struct bundle_file *own = bundle_file(found, "vkeys");
    SCOPED(buf_done) struct buf text = {0};
    struct slice line = {0};
    found->vkey_from_file = vkeys.len == 0;
    buf_slice_put(&text, vkeys.len > 0 ? vkeys : own ? buf_slice(&own->bytes) : (struct slice){0});
    buf_byte(&text, '\n');
    for (struct slice rest = buf_slice(&text); line_take(&rest, &line);) {
        if (line.len == 0) continue;
        if (found->key_count == NOTE_CHECKS_MAX)
            return FAIL(TOO_MANY, "--vkey: more than %d keys", NOTE_CHECKS_MAX);
        TRY(vkey_get(crypto, line, &found->keys[found->key_count++].key));
    }
    return found->key_count > 0 ? OK : FAIL(USAGE, "--vkey: missing, and the bundle carries none");
}

/* "name value" of the manifest; what is not known is passed over. */
static void manifest_line(struct slice line, struct bundle_found *found, struct slice *sums)
{
    static const char *const names[] = {"incident ", "number ", "made ", "lines ", "ledger ", "sums "};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!slice_starts(line, names[i])) continue;
        struct slice value = slice_from(line, strlen(names[i]));
        uint64_t number = 0;
        bool good = number_get(value, UINT64_MAX, &number);
        if (i == 0) buf_slice_put(&found->incident, value);
        if (i == 1 && good) found->number = number;
        if (i == 2) buf_slice_put(&found->made, value);
        if (i == 3 && good) found->lines = number;
        if (i == 4 && good) found->said_size = number;
        if (i == 5) *sums = value;
    }
    found->personal |= slice_starts(line, "personal ");
}

static RESULT manifest_check(struct crypto *crypto, struct bundle_found *found)
{
    const struct bundle_file *file = bundle_file(found, "manifest.note");
    const struct bundle_file *sums = bundle_file(found, "SHA256SUMS");
    struct note note = {0};
    struct slice line = {0}, said = {0};
    uint8_t hash[HASH_BYTES];
    if (!file || !sums) return FAIL(INVALID, "bundle: neither manifest nor sums: it is no bundle");
    TRY(note_parse(buf_slice(&file->bytes), &note));
    TRY(note_verify(crypto, &note, found->keys, 1));
    struct slice rest = note.text;
    if (!line_take(&rest, &line) || !slice_is(line, "amanah bundle 1"))
        return FAIL(INVALID, "manifest.note: signed, but no manifest of a bundle");
    if (!line_take(&rest, &line) || !slice_is(line, found->keys[0].key.name))
        return FAIL(PROOF_BAD, "manifest.note: of another ledger");
    while (line_take(&rest, &line)) manifest_line(line, found, &said);
    if (!hex_get(said, hash, sizeof hash) || memcmp(hash, sums->hash.bytes, sizeof hash) != 0)
        return FAIL(PROOF_BAD, "SHA256SUMS: not the one that was signed");
    return OK;
}

/* Each listed file is there with that hash, and nothing else is. */
static RESULT sums_check(struct bundle_found *found)
{
    enum { HEX = 2 * HASH_BYTES };
    assert(found->files || found->count == 0);
    const struct bundle_file *sums = bundle_file(found, "SHA256SUMS");
    struct slice rest = sums ? buf_slice(&sums->bytes) : (struct slice){0}, line = {0};
    while (line_take(&rest, &line)) {
        uint8_t hash[HASH_BYTES];
        SCOPED(buf_done) struct buf name = {0};
        if (line.len < HEX + 3 || !hex_get(slice_part(line, 0, HEX), hash, sizeof hash))
            return FAIL(INVALID, "SHA256SUMS: a line is malformed");
        buf_slice_put(&name, slice_from(line, HEX + 2));
        struct bundle_file *file = find(found, buf_c(&name));
        if (!file) return FAIL(PROOF_BAD, "SHA256SUMS: a file that it lists is missing");
        if (memcmp(hash, file->hash.bytes, sizeof hash) != 0)
            return FAIL(PROOF_BAD, "SHA256SUMS: a file was changed: %s", buf_c(&file->name));
        file->listed = true;
    }
    for (size_t i = 0; i < found->count; i++) {
        struct slice name = buf_slice(&found->files[i].name);
        if (!found->files[i].listed && !slice_is(name, "SHA256SUMS") && !slice_is(name, "manifest.note"))
            return FAIL(PROOF_BAD, "SHA256SUMS: a file is not listed in it");
    }
    return OK;
}

/* An earlier checkpoint: signed, cosigned, and the tree only grew since. */
static RESULT earlier_check(struct crypto *crypto, struct bundle_found *found, struct bundle_file *file)
{
    struct checkpoint earlier = {0};
    struct proof proof = {0};
    struct note_check keys[NOTE_CHECKS_MAX];
    SCOPED(buf_done) struct buf name = {0};
    memcpy(keys, found->keys, sizeof keys);
    buf_print(&name, "%s.grew", buf_c(&file->name));
    const struct bundle_file *grew = bundle_file(found, buf_c(&name));
    if (!grew)
        return FAIL(PROOF_BAD, "%s: the proof that the ledger only grew is missing", buf_c(&file->name));
    TRY(checkpoint_open(crypto, buf_slice(&file->bytes), keys, found->key_count, &earlier));
    TRY(proof_lines_get(buf_slice(&grew->bytes), &proof));
    TRY(proof_consistency_check(crypto, earlier.size, found->checkpoint.size, &earlier.root,
                                &found->checkpoint.root, &proof));
    bool cosigned = false;
    for (size_t i = 1; i < found->key_count; i++) cosigned |= keys[i].good;
    found->cosigned += cosigned;
    if (cosigned && earlier.size > found->newest_cosigned) found->newest_cosigned = earlier.size;
    return OK;
}

static RESULT checkpoints_check(struct crypto *crypto, struct bundle_found *found)
{
    const struct bundle_file *newest = bundle_file(found, "checkpoint");
    if (!newest) return FAIL(INVALID, "bundle: it holds no checkpoint");
    TRY(checkpoint_open(crypto, buf_slice(&newest->bytes), found->keys, 1, &found->checkpoint));
    if (found->checkpoint.size != found->said_size)
        return FAIL(PROOF_BAD, "checkpoint: not of the size that the manifest names");
    for (size_t i = 0; i < found->count; i++) {
        struct slice name = buf_slice(&found->files[i].name);
        bool proof = name.len > 5 && slice_is(slice_from(name, name.len - 5), ".grew");
        if (slice_starts(name, "checkpoints/") && !proof) TRY(earlier_check(crypto, found, &found->files[i]));
    }
    return OK;
}

RESULT bundle_check(struct crypto *crypto, int fd, struct slice vkeys, struct bundle_found *out)
{
    SCOPED(bundle_found_done) struct bundle_found found = {0};
    TRY(archive_take(crypto, fd, &found));
    TRY(keys_take(crypto, vkeys, &found));
    TRY(manifest_check(crypto, &found));
    TRY(sums_check(&found));
    TRY(checkpoints_check(crypto, &found));
    TRY(bundle_lines_check(crypto, &found));
    TRY(bundle_promises_check(crypto, &found));
    *out = TAKE(found);
    return OK;
}
