/* Promises in a bundle: each line as the vault stores it, against its entry of the ledger. */
#include "cli/bundle/check.h"
#include "cli/call.h"
#include "keep/matter.h"
#include "prove/entry.h"
#include "prove/proof.h"

#include <stdio.h>
#include <string.h>

static const char folder[] = "promises/", proof_end[] = ".tlog-proof";

/* "promises/12-3": which promise, which line. */
static bool name_get(struct slice name, struct matter_line_row *out)
{
    uint64_t no = 0, n = 0;
    struct slice rest = slice_from(name, sizeof folder - 1);
    const uint8_t *dash = rest.len > 0 ? memchr(rest.at, '-', rest.len) : NULL;
    if (!dash) return false;
    size_t len = (size_t)(dash - rest.at);
    if (!number_get(slice_part(rest, 0, len), UINT64_MAX, &no) ||
        !number_get(slice_from(rest, len + 1), MATTER_LINES_MAX, &n))
        return false;
    out->matter = no;
    out->n = (uint32_t)n;
    return true;
}

static RESULT promise_bad(const struct matter_line_row *row)
{
    return FAIL(PROOF_BAD, "promise %llu: line %u is not what stands in the ledger",
                (unsigned long long)row->matter, row->n);
}

static RESULT one_check(struct crypto *crypto, const struct bundle_found *found,
                        const struct bundle_file *file)
{
    struct matter_line_row row = {.bytes = buf_slice(&file->bytes)};
    struct matter_line line = {0};
    struct checkpoint checkpoint = {0};
    struct note_check key = found->keys[0];
    struct entry entry = {0};
    struct hash leaf = {{0}}, object = {{0}};
    char name[64];
    SCOPED(tlog_proof_done) struct tlog_proof proof = {0};
    if (!name_get(buf_slice(&file->name), &row)) return FAIL(INVALID, "bundle: a promise has no number");
    (void)snprintf(name, sizeof name, "%s%llu-%u%s", folder, (unsigned long long)row.matter, row.n,
                   proof_end);
    const struct bundle_file *proven = bundle_file(found, name);
    if (!proven) return promise_bad(&row);
    TRY(tlog_proof_get(buf_slice(&proven->bytes), &proof));
    leaf_hash(crypto, buf_slice(&proof.extra), &leaf);
    TRY(tlog_proof_check(crypto, &proof, &leaf, &key, 1, &checkpoint));
    TRY(entry_read(buf_slice(&proof.extra), &entry));
    TRY(matter_line_head(&row, &line));
    matter_line_object(crypto, &row, &object);
    bool same = entry.kind == ENTRY_MATTER && entry.object_id == row.matter && entry.has_object &&
                hash_equal(&object, &entry.object) && checkpoint.size == found->checkpoint.size;
    bool ours = line.then.kind == MATTER_PROMISE && line.then.about == found->number;
    return same && ours ? OK : promise_bad(&row);
}

RESULT bundle_promises_check(struct crypto *crypto, const struct bundle_found *found)
{
    enum { END = sizeof proof_end - 1 };
    for (size_t i = 0; i < found->count; i++) {
        struct slice name = buf_slice(&found->files[i].name);
        bool proof = name.len > END && slice_is(slice_from(name, name.len - END), proof_end);
        if (slice_starts(name, folder) && !proof) TRY(one_check(crypto, found, &found->files[i]));
    }
    return OK;
}
