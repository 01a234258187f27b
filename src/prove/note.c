#include "prove/note.h"

#include "base/text.h"
#include "prove/prove_priv.h"

#include <assert.h>
#include <string.h>

enum { ID_BYTES = 4, ID_DIGITS = 2 * ID_BYTES, TIME_BYTES = 8, BLOB_BYTES_MIN = ID_BYTES + 1 };

static const char line_start[] = "\xe2\x80\x94 "; /* an em dash, three bytes, and a space */

/* Unicode's White_Space, as the readers of other people's programs take it. */
static bool is_space(uint32_t point)
{
    return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

bool key_name_good(struct slice name)
{
    if (name.len == 0) return false;
    while (name.len > 0) {
        uint32_t point = utf8_next(&name);
        if (point == UTF8_BAD || point == '+' || is_space(point)) return false;
    }
    return true;
}

static struct slice key_name(const struct note_key *key)
{
    return slice_text(key->name);
}

RESULT note_key_make(struct crypto *crypto, enum key_type type, struct slice name,
                     const uint8_t public_key[PUBLIC_KEY_BYTES], struct note_key *out)
{
    assert(crypto && public_key && out);
    assert(type == KEY_ED25519 || type == KEY_COSIGNATURE);
    if (!key_name_good(name) || name.len > KEY_NAME_BYTES_MAX || memchr(name.at, 0, name.len)) {
        return FAIL(INVALID, "key name: empty, above %d bytes, or with a space or '+'; choose another",
                    KEY_NAME_BYTES_MAX);
    }
    const uint8_t type_byte = (uint8_t)type;
    struct slice parts[] = {name, SLICE_TEXT("\n"), {&type_byte, 1}, {public_key, PUBLIC_KEY_BYTES}};
    struct note_key key = {.type = type};
    struct hash hash = {{0}};
    sha256(crypto, parts, COUNT_OF(parts), &hash);
    key.id = be32_get(hash.bytes);
    memcpy(key.public_key, public_key, PUBLIC_KEY_BYTES);
    memcpy(key.name, name.at, name.len);
    *out = key;
    return OK;
}

void vkey_put(struct buf *out, const struct note_key *key)
{
    uint8_t bytes[1 + PUBLIC_KEY_BYTES];
    bytes[0] = (uint8_t)key->type;
    memcpy(bytes + 1, key->public_key, PUBLIC_KEY_BYTES);
    buf_text(out, key->name);
    buf_print(out, "+%08x+", key->id);
    base64_put(out, (struct slice){bytes, sizeof bytes});
}

RESULT vkey_get(struct crypto *crypto, struct slice text, struct note_key *out)
{
    assert(crypto && out);
    const uint8_t *plus = text.len > 0 && text.len <= VKEY_BYTES_MAX ? memchr(text.at, '+', text.len) : NULL;
    if (!plus) return FAIL(INVALID, "verifier key: not of the form NAME+ID+KEY");
    struct slice name = slice_part(text, 0, (size_t)(plus - text.at));
    struct slice id = slice_part(text, name.len + 1, ID_DIGITS + 1);
    uint8_t id_bytes[ID_BYTES];
    if (id.len != ID_DIGITS + 1 || id.at[ID_DIGITS] != '+' ||
        !hex_get(slice_part(id, 0, ID_DIGITS), id_bytes, ID_BYTES)) {
        return FAIL(INVALID, "verifier key: its id is not eight digits of lower-case hexadecimal");
    }
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(base64_get(slice_from(text, name.len + 1 + ID_DIGITS + 1), &bytes));
    if (bytes.len != 1 + PUBLIC_KEY_BYTES || (bytes.at[0] != KEY_ED25519 && bytes.at[0] != KEY_COSIGNATURE)) {
        return FAIL(INVALID, "verifier key: neither an Ed25519 key (01) nor an Ed25519 cosignature key (04)");
    }
    struct note_key key = {0};
    TRY(note_key_make(crypto, (enum key_type)bytes.at[0], name, bytes.at + 1, &key));
    if (key.id != be32_get(id_bytes))
        return FAIL(INVALID, "verifier key: its id is not that of its name and key");
    *out = key;
    return OK;
}

/* One signature line; `blob` is what its base64 holds. */
struct line {
    struct slice name;
    uint32_t id;
    struct slice signature;
};

static RESULT line_get(struct slice text, struct buf *blob, struct line *out)
{
    const size_t start = sizeof line_start - 1;
    if (!slice_starts(text, line_start)) return FAIL(INVALID, "note: a signature line without its dash");
    struct slice rest = slice_from(text, start);
    const uint8_t *space = rest.len > 0 ? memchr(rest.at, ' ', rest.len) : NULL;
    struct slice name = slice_part(rest, 0, space ? (size_t)(space - rest.at) : 0);
    if (!key_name_good(name)) return FAIL(INVALID, "note: a signature line without a valid key name");
    buf_clear(blob);
    TRY(base64_get(slice_from(rest, name.len + 1), blob));
    if (blob->len < BLOB_BYTES_MIN) return FAIL(INVALID, "note: a signature line without a signature");
    *out = (struct line){name, be32_get(blob->at), slice_from(buf_slice(blob), ID_BYTES)};
    return OK;
}

static bool characters_good(struct slice text)
{
    while (text.len > 0) {
        uint32_t point = utf8_next(&text);
        if (point == UTF8_BAD || (point < 0x20 && point != '\n')) return false;
    }
    return true;
}

/* Where the last empty line is: the length of the text before it, 0 if there is none. */
static size_t text_end(struct slice bytes)
{
    for (size_t i = bytes.len; i >= 2; i--) {
        if (bytes.at[i - 1] == '\n' && bytes.at[i - 2] == '\n') return i - 1;
    }
    return 0;
}

RESULT note_parse(struct slice bytes, struct note *out)
{
    assert(out);
    if (bytes.len > NOTE_BYTES_MAX) return FAIL(INVALID, "note: longer than %d bytes", NOTE_BYTES_MAX);
    if (!characters_good(bytes)) return FAIL(INVALID, "note: not UTF-8, or with control characters");
    size_t end = text_end(bytes);
    struct note note = {slice_part(bytes, 0, end), slice_from(bytes, end + 1)};
    if (end == 0 || note.lines.len == 0) return FAIL(INVALID, "note: no empty line with signatures after it");
    struct slice rest = note.lines, text = {0};
    SCOPED(buf_done) struct buf blob = {0};
    for (size_t count = 0; rest.len > 0; count++) {
        struct line line = {0};
        if (count == NOTE_LINES_MAX) return FAIL(INVALID, "note: more than %d signatures", NOTE_LINES_MAX);
        if (!line_next(&rest, &text)) return FAIL(INVALID, "note: does not end in a newline");
        TRY(line_get(text, &blob, &line));
    }
    *out = note;
    return OK;
}

static void cosigned_message(struct slice text, uint64_t time_s, struct buf *out)
{
    buf_text(out, "cosignature/v1\ntime ");
    buf_decimal(out, time_s);
    buf_byte(out, '\n');
    buf_slice_put(out, text);
}

static bool line_good(struct crypto *crypto, struct slice text, const struct line *line,
                      const struct note_key *key, int64_t *time_s)
{
    *time_s = 0;
    if (key->type == KEY_ED25519) {
        return line->signature.len == SIGNATURE_BYTES &&
               signature_good(crypto, key->public_key, text, line->signature.at);
    }
    if (line->signature.len != TIME_BYTES + SIGNATURE_BYTES) return false;
    uint64_t when = be64_get(line->signature.at);
    if (when > (uint64_t)INT64_MAX) return false;
    *time_s = (int64_t)when;
    SCOPED(buf_done) struct buf message = {0};
    cosigned_message(text, when, &message);
    return signature_good(crypto, key->public_key, buf_slice(&message), line->signature.at + TIME_BYTES);
}

static size_t key_find(const struct note_check *checks, size_t count, const struct line *line)
{
    size_t i = 0;
    while (i < count && (checks[i].key.id != line->id || !slice_equal(key_name(&checks[i].key), line->name)))
        i++;
    return i;
}

RESULT note_verify(struct crypto *crypto, const struct note *note, struct note_check *checks, size_t count)
{
    assert(crypto && note && checks);
    assert(count > 0 && count <= NOTE_CHECKS_MAX);
    int64_t times[NOTE_CHECKS_MAX] = {0};
    bool good[NOTE_CHECKS_MAX] = {false}, any = false;
    struct slice rest = note->lines, text = {0};
    SCOPED(buf_done) struct buf blob = {0};
    while (line_next(&rest, &text)) {
        struct line line = {0};
        int64_t time_s = 0;
        TRY(line_get(text, &blob, &line));
        size_t i = key_find(checks, count, &line);
        if (i == count) continue;
        if (!line_good(crypto, note->text, &line, &checks[i].key, &time_s)) {
            return FAIL(PROOF_BAD,
                        "note: a signature of a known key does not verify; do not trust this text");
        }
        any = good[i] = true;
        if (time_s > times[i]) times[i] = time_s;
    }
    if (!any) return FAIL(NOT_FOUND, "note: no signature by a key that was given; is it the right key?");
    for (size_t i = 0; i < count; i++) {
        checks[i].good = good[i];
        checks[i].time_s = times[i];
    }
    return OK;
}

struct slice note_line_of(const struct note *note, const struct note_key *key)
{
    struct slice rest = note->lines, text = {0};
    SCOPED(buf_done) struct buf blob = {0};
    while (line_next(&rest, &text)) {
        struct line line = {0};
        if (line_get(text, &blob, &line).code != CODE_OK) break; /* note_parse() admits no such line */
        if (line.id == key->id && slice_equal(line.name, key_name(key)))
            return (struct slice){text.at, text.len + 1};
    }
    return (struct slice){0};
}

static void line_put(const struct note_key *key, const uint8_t *signature, size_t len, struct buf *out)
{
    uint8_t blob[ID_BYTES + TIME_BYTES + SIGNATURE_BYTES];
    assert(len <= sizeof blob - ID_BYTES);
    be32_put(blob, key->id);
    memcpy(blob + ID_BYTES, signature, len);
    buf_text(out, line_start);
    buf_text(out, key->name);
    buf_byte(out, ' ');
    base64_put(out, (struct slice){blob, ID_BYTES + len});
    buf_byte(out, '\n');
}

void note_sign(struct signer *signer, const struct note_key *key, struct slice text, struct buf *out)
{
    assert(signer && key && out && key->type == KEY_ED25519);
    assert(text.len > 0 && text.at[text.len - 1] == '\n');
    uint8_t signature[SIGNATURE_BYTES];
    signer_sign(signer, text, signature);
    buf_slice_put(out, text);
    buf_byte(out, '\n');
    line_put(key, signature, sizeof signature, out);
}

void note_cosign(struct signer *signer, const struct note_key *key, struct slice text, int64_t time_s,
                 struct buf *out)
{
    assert(signer && key && out && key->type == KEY_COSIGNATURE);
    assert(time_s >= 0);
    uint8_t signature[TIME_BYTES + SIGNATURE_BYTES];
    SCOPED(buf_done) struct buf message = {0};
    cosigned_message(text, (uint64_t)time_s, &message);
    be64_put(signature, (uint64_t)time_s);
    signer_sign(signer, buf_slice(&message), signature + TIME_BYTES);
    line_put(key, signature, sizeof signature, out);
}
