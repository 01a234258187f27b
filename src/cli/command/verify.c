#include "base/clock.h"
#include "cli/bundle/check.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/proof_file.h"
#include "cli/show.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const kind_names[] = {"checkpoint", "receipt", "entry", "certificate", "person"};

/* --vkey is the key itself, or a file that holds it. */
static RESULT given_vkey(const struct call *call, struct buf *out)
{
    const char *given = call_text(call, OPT_VKEY);
    if (!given) return OK;
    if (access(given, R_OK) != 0) {
        buf_text(out, given);
        return OK;
    }
    TRY(input_read(given, (size_t)NOTE_CHECKS_MAX * (VKEY_BYTES_MAX + 2), out));
    while (out->len > 0 && out->at[out->len - 1] <= ' ') out->len--;
    return OK;
}

static void show_found_entry(const struct proof_found *found)
{
    SCOPED(buf_done) struct buf time = {0};
    if (!found->has_entry) return;
    time_put(&time, found->entry.time_us);
    show_words("  the entry    %s, at %s", entry_kind_name(found->entry.kind), buf_c(&time));
    if (found->entry.count > 0) show_words(", of %llu", (unsigned long long)found->entry.count);
    show_words("\n");
}

static void show_found(const struct call *call, const struct proof_found *found)
{
    SCOPED(buf_done) struct buf size = {0}, index = {0}, looks = {0};
    count_put(&size, found->checkpoint.size);
    buf_decimal(&index, found->index);
    count_put(&looks, found->looks);
    show_words("It holds: the ledger %s signed that it has %s %s", found->checkpoint.origin, buf_c(&size),
               plural(found->checkpoint.size, "entry", "entries"));
    switch (found->kind) {
    case PROOF_CHECKPOINT:
        show_words(".\n");
        break;
    case PROOF_RECEIPT:
        show_words(", entry %s among them.\n", buf_c(&index));
        show_remark(call,
                    "A receipt does not show that its leaf is at that index: amanah ledger prove %s does.",
                    buf_c(&index));
        break;
    case PROOF_ENTRY:
        show_words(", and this one is entry %s.\n", buf_c(&index));
        break;
    case PROOF_CERTIFICATE:
        show_words(", and entry %s holds the hash of this certificate, which it signed too:\n",
                   buf_c(&index));
        show_each_line(buf_slice(&found->facts), "  ");
        break;
    case PROOF_PERSON:
        show_words(", and %s %s in it %s about this person and these fields.\n", buf_c(&looks),
                   plural(found->looks, "entry", "entries"), plural(found->looks, "is", "are"));
        break;
    }
    show_found_entry(found);
    if (found->vkey_from_file) {
        show_remark(call,
                    "The verifier key was taken from the file itself: whoever made the file could have made "
                    "the key. Give the one that the shop publishes with --vkey.");
    }
}

static RESULT show_found_json(const struct proof_found *found)
{
    SCOPED(buf_done) struct buf doc = {0}, time = {0};
    bool certificate = found->kind == PROOF_CERTIFICATE;
    bool index = found->kind == PROOF_RECEIPT || found->kind == PROOF_ENTRY || certificate;
    cbor_map(&doc, 6 + index + certificate + (found->kind == PROOF_PERSON) + (found->has_entry ? 2 : 0));
    cbor_text(&doc, SLICE_TEXT("holds"));
    cbor_bool(&doc, true);
    cbor_text(&doc, SLICE_TEXT("kind"));
    cbor_text(&doc, slice_text(kind_names[found->kind]));
    cbor_text(&doc, SLICE_TEXT("origin"));
    cbor_text(&doc, slice_text(found->checkpoint.origin));
    cbor_text(&doc, SLICE_TEXT("size"));
    cbor_uint(&doc, found->checkpoint.size);
    cbor_text(&doc, SLICE_TEXT("vkey"));
    cbor_text(&doc, buf_slice(&found->vkey));
    cbor_text(&doc, SLICE_TEXT("vkey_from_file"));
    cbor_bool(&doc, found->vkey_from_file);
    if (index) {
        cbor_text(&doc, SLICE_TEXT("index"));
        cbor_uint(&doc, found->index);
    }
    if (certificate) {
        cbor_text(&doc, SLICE_TEXT("certificate"));
        cbor_text(&doc, buf_slice(&found->facts));
    }
    if (found->kind == PROOF_PERSON) {
        cbor_text(&doc, SLICE_TEXT("entries"));
        cbor_uint(&doc, found->looks);
    }
    if (found->has_entry) {
        time_put(&time, found->entry.time_us);
        cbor_text(&doc, SLICE_TEXT("entry_kind"));
        cbor_text(&doc, slice_text(entry_kind_name(found->entry.kind)));
        cbor_text(&doc, SLICE_TEXT("entry_time"));
        cbor_text(&doc, buf_slice(&time));
    }
    return show_json(doc_of(buf_slice(&doc)));
}

/* An archive is known by its second word; a pipe is none, as it cannot be looked at twice. */
static bool is_bundle(int fd)
{
    enum { AT_MAGIC = 257 };
    char magic[5] = {0};
    return pread(fd, magic, sizeof magic, AT_MAGIC) == (ssize_t)sizeof magic &&
           memcmp(magic, "ustar", sizeof magic) == 0;
}

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* only read */
}

static void show_bundle(const struct call *call, const struct bundle_found *found)
{
    SCOPED(buf_done) struct buf lines = {0}, size = {0}, cosigned = {0};
    count_put(&lines, found->lines);
    count_put(&size, found->checkpoint.size);
    count_put(&cosigned, found->cosigned);
    show_words("It holds: each of the %s %s of ", buf_c(&lines), plural(found->lines, "line", "lines"));
    show_value(buf_slice(&found->incident));
    show_words(" stands in the ledger %s, which has %s %s; made ", found->checkpoint.origin, buf_c(&size),
               plural(found->checkpoint.size, "entry", "entries"));
    show_value(buf_slice(&found->made));
    show_words(".\n");
    if (found->cosigned > 0) {
        show_words("  witnesses    cosigned %s earlier %s of it, the newest at %llu entries\n",
                   buf_c(&cosigned), plural(found->cosigned, "checkpoint", "checkpoints"),
                   (unsigned long long)found->newest_cosigned);
    }
    if (found->personal) show_words("  personal     the export's file is the one that was signed\n");
    if (found->cosigned == 0) {
        show_remark(call, "No witness's line was checked: against the operator's own key it proves nothing. "
                          "Give witnesses' keys with --vkey, below the ledger's.");
    }
    if (found->vkey_from_file) {
        show_remark(call, "The verifier keys were taken from the bundle itself: whoever made it could have "
                          "made them. Give those that the shop publishes with --vkey.");
    }
}

static RESULT show_bundle_json(const struct bundle_found *found)
{
    SCOPED(buf_done) struct buf doc = {0};
    cbor_map(&doc, 10);
    cbor_text(&doc, SLICE_TEXT("holds"));
    cbor_bool(&doc, true);
    cbor_text(&doc, SLICE_TEXT("kind"));
    cbor_text(&doc, SLICE_TEXT("bundle"));
    cbor_text(&doc, SLICE_TEXT("incident"));
    cbor_text(&doc, buf_slice(&found->incident));
    cbor_text(&doc, SLICE_TEXT("made"));
    cbor_text(&doc, buf_slice(&found->made));
    cbor_text(&doc, SLICE_TEXT("lines"));
    cbor_uint(&doc, found->lines);
    cbor_text(&doc, SLICE_TEXT("origin"));
    cbor_text(&doc, slice_text(found->checkpoint.origin));
    cbor_text(&doc, SLICE_TEXT("size"));
    cbor_uint(&doc, found->checkpoint.size);
    cbor_text(&doc, SLICE_TEXT("cosigned"));
    cbor_uint(&doc, found->cosigned);
    cbor_text(&doc, SLICE_TEXT("personal"));
    cbor_bool(&doc, found->personal);
    cbor_text(&doc, SLICE_TEXT("vkey_from_file"));
    cbor_bool(&doc, found->vkey_from_file);
    return show_json(doc_of(buf_slice(&doc)));
}

static RESULT verify_bundle(struct call *call, int fd)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(bundle_found_done) struct bundle_found found = {0};
    SCOPED(buf_done) struct buf vkeys = {0};
    TRY(given_vkey(call, &vkeys));
    TRY(crypto_new(&crypto));
    TRY(bundle_check(crypto, fd, buf_slice(&vkeys), &found));
    if (call_has(call, OPT_JSON)) return show_bundle_json(&found);
    show_bundle(call, &found);
    return OK;
}

RESULT command_verify(struct call *call)
{
    SCOPED(descriptor_done) int fd = open(call->args[0], O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0 && is_bundle(fd)) return verify_bundle(call, fd);
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf file = {0}, entry = {0}, vkey = {0};
    SCOPED(proof_found_done) struct proof_found found = {0};
    TRY(input_read(call->args[0], PERSON_PROOF_BYTES_MAX, &file));
    if (call_has(call, OPT_ENTRY)) TRY(input_read(call_text(call, OPT_ENTRY), ENTRY_BYTES_MAX, &entry));
    TRY(given_vkey(call, &vkey));
    TRY(crypto_new(&crypto));
    struct proof_question question = {buf_slice(&file), buf_slice(&entry), buf_slice(&vkey)};
    TRY(proof_file_check(crypto, &question, &found));
    if (call_has(call, OPT_JSON)) return show_found_json(&found);
    show_found(call, &found);
    return OK;
}
