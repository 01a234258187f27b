/* The textual header: stanzas that each wrap the file key, and the MAC over all of them. */
#include "crypto/age_priv.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    COLUMNS = 64,
    BOX_BYTES = AGE_FILE_KEY_BYTES + AGE_TAG_BYTES,
    MAC_CHARS = 43,   /* 32 bytes in base64 without padding */
    ARGUMENTS_MAX = 8 /* of a stanza of ours; one of another kind may have more, they are not kept */
};

static const char version_line[] = "age-encryption.org/v1\n";
static const char x25519_info[] = "age-encryption.org/v1/X25519";
static const char scrypt_label[] = "age-encryption.org/v1/scrypt";
static const uint8_t zero_nonce[12];

/* Base64 without padding. */
static void raw64_put(struct buf *out, struct slice bytes)
{
    base64_put(out, bytes);
    while (out->len > 0 && out->at[out->len - 1] == '=') out->len--;
}

/* The other way, strictly: one text for each value, of exactly `len` bytes. */
static bool raw64_get(struct slice text, uint8_t *bytes, size_t len)
{
    SCOPED(buf_done) struct buf padded = {0}, got = {0};
    if (text.len != (len * 8 + 5) / 6) return false;
    buf_slice_put(&padded, text);
    if (text.len > 0 && text.at[text.len - 1] == '=') return false;
    while (padded.len % 4 != 0) buf_byte(&padded, '=');
    if (base64_get(buf_slice(&padded), &got).code != CODE_OK || got.len != len) return false;
    if (len > 0) memcpy(bytes, got.at, len);
    return true;
}

static void header_mac(const uint8_t *file_key, struct slice header, uint8_t out[HASH_BYTES])
{
    SECRET key = {{0}};
    age_derive((struct slice){file_key, AGE_FILE_KEY_BYTES}, (struct slice){0}, "header", &key);
    SCOPED(prf_free) struct prf *prf = NULL;
    struct hash mac = {{0}};
    if (prf_new(NULL, &key, &prf).code != CODE_OK) abort(); /* no memory: nothing safe can follow */
    prf_run(prf, &header, 1, &mac);
    memcpy(out, mac.bytes, HASH_BYTES);
}

static void header_end(const uint8_t *file_key, size_t start, struct buf *out)
{
    uint8_t mac[HASH_BYTES];
    buf_text(out, "---");
    header_mac(file_key, (struct slice){out->at + start, out->len - start}, mac);
    buf_byte(out, ' ');
    raw64_put(out, (struct slice){mac, sizeof mac});
    buf_byte(out, '\n');
}

/* A wrapped file key is shorter than a line, so the line that ends a stanza is its only one. */
static RESULT wrapped_put(const struct secret *wrap, const uint8_t *file_key, struct buf *out)
{
    uint8_t box[BOX_BYTES];
    TRY(age_box_seal(wrap, zero_nonce, (struct slice){file_key, AGE_FILE_KEY_BYTES}, box));
    buf_byte(out, '\n');
    raw64_put(out, (struct slice){box, sizeof box});
    buf_byte(out, '\n');
    return OK;
}

static RESULT x25519_wrap_key(const struct secret *scalar, const uint8_t peer[32], const uint8_t share[32],
                              const uint8_t recipient[32], struct secret *out)
{
    SECRET shared = {{0}};
    uint8_t salt[64];
    TRY(age_share(scalar, peer, &shared));
    memcpy(salt, share, 32);
    memcpy(salt + 32, recipient, 32);
    age_derive((struct slice){shared.bytes, SECRET_BYTES}, (struct slice){salt, sizeof salt}, x25519_info,
               out);
    return OK;
}

static RESULT x25519_put(struct crypto *crypto, const struct age_recipient *to, const uint8_t *file_key,
                         struct buf *out)
{
    SECRET once = {{0}}, wrap = {{0}};
    uint8_t share[32];
    crypto_random(crypto, once.bytes, sizeof once.bytes);
    TRY(age_point(&once, share));
    TRY(x25519_wrap_key(&once, to->point, share, to->point, &wrap));
    buf_text(out, "-> X25519 ");
    raw64_put(out, (struct slice){share, sizeof share});
    return wrapped_put(&wrap, file_key, out);
}

RESULT age_header_to(struct crypto *crypto, const struct age_recipient *to, size_t count,
                     const uint8_t *file_key, struct buf *out)
{
    size_t start = out->len;
    buf_text(out, version_line);
    for (size_t i = 0; i < count; i++) TRY(x25519_put(crypto, &to[i], file_key, out));
    header_end(file_key, start, out);
    return OK;
}

static RESULT scrypt_wrap_key(struct slice passphrase, const uint8_t salt[AGE_SALT_BYTES], unsigned work,
                              struct secret *out)
{
    uint8_t salted[sizeof scrypt_label - 1 + AGE_SALT_BYTES];
    memcpy(salted, scrypt_label, sizeof scrypt_label - 1);
    memcpy(salted + sizeof scrypt_label - 1, salt, AGE_SALT_BYTES);
    uint64_t room =
        (UINT64_C(1024) << work) + (1 << 20); /* 128 * r * N, and what the library takes beside it */
    if (EVP_PBE_scrypt((const char *)passphrase.at, passphrase.len, salted, sizeof salted,
                       UINT64_C(1) << work, 8, 1, room, out->bytes, SECRET_BYTES) != 1) {
        return FAIL(UNAVAILABLE, "age: scrypt wants %u MiB of memory and did not get it", 1u << work >> 10);
    }
    return OK;
}

RESULT age_header_with(struct crypto *crypto, struct slice passphrase, unsigned work, const uint8_t *file_key,
                       struct buf *out)
{
    size_t start = out->len;
    uint8_t salt[AGE_SALT_BYTES];
    SECRET wrap = {{0}};
    crypto_random(crypto, salt, sizeof salt);
    TRY(scrypt_wrap_key(passphrase, salt, work, &wrap));
    buf_text(out, version_line);
    buf_text(out, "-> scrypt ");
    raw64_put(out, (struct slice){salt, sizeof salt});
    buf_print(out, " %u", work);
    TRY(wrapped_put(&wrap, file_key, out));
    header_end(file_key, start, out);
    return OK;
}

size_t age_header_length(struct slice bytes, size_t *seen)
{
    for (size_t at = *seen; at + 4 <= bytes.len; at++) {
        if (memcmp(bytes.at + at, "\n---", 4) != 0) continue;
        *seen = at;
        const uint8_t *end = memchr(bytes.at + at + 1, '\n', bytes.len - at - 1);
        return end ? (size_t)(end - bytes.at) + 1 : 0;
    }
    *seen = bytes.len < 3 ? 0 : bytes.len - 3;
    return 0;
}

struct stanza {
    struct slice arguments[ARGUMENTS_MAX]; /* the first ones */
    size_t count;                          /* of all */
    uint8_t body[BOX_BYTES];               /* its start */
    size_t body_len;                       /* of all */
};

static struct result header_bad(const char *what)
{
    return FAIL(INVALID, "age: %s: not a file of age-encryption.org/v1, or it was damaged", what);
}

/* The next line without its end, which must be there. */
static bool line_take(struct slice *rest, struct slice *out)
{
    const uint8_t *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
    if (!end) return false;
    *out = (struct slice){rest->at, (size_t)(end - rest->at)};
    *rest = slice_from(*rest, out->len + 1);
    return true;
}

static bool arguments_read(struct slice line, struct stanza *out)
{
    if (!slice_starts(line, "-> ")) return false;
    line = slice_from(line, 3);
    for (;;) {
        size_t len = 0;
        while (len < line.len && line.at[len] > ' ' && line.at[len] < 0x7f) len++;
        if (len == 0) return false;
        if (out->count < ARGUMENTS_MAX) out->arguments[out->count] = slice_part(line, 0, len);
        out->count++;
        if (len == line.len) return true;
        if (line.at[len] != ' ') return false;
        line = slice_from(line, len + 1);
    }
}

/* Lines of 64 columns, and a shorter one, maybe empty, at the end. */
static bool body_read(struct slice *rest, struct stanza *out)
{
    struct slice line = {0};
    do {
        uint8_t bytes[COLUMNS / 4 * 3];
        if (!line_take(rest, &line) || line.len > COLUMNS) return false;
        size_t len = line.len * 3 / 4;
        if (line.len % 4 == 1 || !raw64_get(line, bytes, len)) return false;
        if (out->body_len == 0) memcpy(out->body, bytes, len < BOX_BYTES ? len : BOX_BYTES);
        out->body_len += len;
    } while (line.len == COLUMNS);
    return true;
}

/* What a header is opened with, and what it gave. */
struct opening {
    const struct secret *identities;
    size_t count;
    struct slice passphrase;
    bool found;
    uint8_t file_key[AGE_FILE_KEY_BYTES];
};

/* A stanza that does not open was made for somebody else. Only the length of its body is certain beforehand. */
static RESULT unwrap(const struct secret *wrap, const struct stanza *stanza, struct opening *opening)
{
    struct result opened =
        age_box_open(wrap, zero_nonce, (struct slice){stanza->body, BOX_BYTES}, opening->file_key);
    if (opened.code == CODE_OK) opening->found = true;
    return opened.code == CODE_CORRUPT ? OK : opened;
}

static RESULT x25519_try(const struct stanza *stanza, struct opening *opening)
{
    uint8_t share[32];
    if (stanza->count != 2 || !raw64_get(stanza->arguments[1], share, sizeof share) ||
        stanza->body_len != BOX_BYTES) {
        return header_bad("a stanza of X25519");
    }
    for (size_t i = 0; i < opening->count && !opening->found; i++) {
        SECRET wrap = {{0}};
        struct age_recipient own;
        TRY(age_identity_recipient(&opening->identities[i], &own));
        TRY(x25519_wrap_key(&opening->identities[i], share, share, own.point, &wrap));
        TRY(unwrap(&wrap, stanza, opening));
    }
    return OK;
}

static RESULT scrypt_try(const struct stanza *stanza, struct opening *opening)
{
    uint8_t salt[AGE_SALT_BYTES];
    SECRET wrap = {{0}};
    unsigned work = 0;
    bool good = stanza->count == 3 && stanza->body_len == BOX_BYTES &&
                raw64_get(stanza->arguments[1], salt, sizeof salt) && stanza->arguments[2].at[0] != '0';
    for (size_t i = 0; good && i < stanza->arguments[2].len; i++) {
        uint8_t digit = stanza->arguments[2].at[i];
        good = digit >= '0' && digit <= '9';
        if (good && work < 1000) work = work * 10 + digit - '0';
    }
    if (!good) return header_bad("a stanza of scrypt");
    if (work > AGE_WORK_MAX) {
        return FAIL(INVALID, "age: this passphrase would want 2^%u KiB of memory; at most 2^%d", work,
                    AGE_WORK_MAX);
    }
    if (opening->passphrase.len == 0) return OK;
    TRY(scrypt_wrap_key(opening->passphrase, salt, work, &wrap));
    return unwrap(&wrap, stanza, opening);
}

static RESULT stanzas_read(struct slice *rest, struct opening *opening)
{
    size_t stanzas = 0;
    bool has_scrypt = false;
    for (; slice_starts(*rest, "->"); stanzas++) {
        struct stanza stanza = {0};
        struct slice line = {0};
        if (!line_take(rest, &line) || !arguments_read(line, &stanza))
            return header_bad("a stanza's arguments");
        if (!body_read(rest, &stanza)) return header_bad("a stanza's body");
        bool scrypt = slice_is(stanza.arguments[0], "scrypt");
        /* Who knows a passphrase trusts that only those who know it wrote the file: no other stanza may stand beside it. */
        if (has_scrypt || (scrypt && (stanzas > 0 || slice_starts(*rest, "->")))) {
            return header_bad("a passphrase beside something else");
        }
        has_scrypt = scrypt;
        if (opening->found) continue;
        if (scrypt) TRY(scrypt_try(&stanza, opening));
        if (slice_is(stanza.arguments[0], "X25519")) TRY(x25519_try(&stanza, opening));
    }
    if (stanzas == 0) return header_bad("a header without recipients");
    return OK;
}

RESULT age_header_read(struct slice header, const struct secret *identities, size_t count,
                       struct slice passphrase, uint8_t *file_key)
{
    uint8_t told[HASH_BYTES], made[HASH_BYTES];
    struct opening opening = {identities, count, passphrase, false, {0}};
    if (!slice_starts(header, version_line)) return header_bad("the first line");
    struct slice rest = slice_from(header, sizeof version_line - 1);
    struct result read = stanzas_read(&rest, &opening);
    if (read.code == CODE_OK && (rest.len != 4 + MAC_CHARS + 1 || !slice_starts(rest, "--- ") ||
                                 !raw64_get(slice_part(rest, 4, MAC_CHARS), told, sizeof told))) {
        read = header_bad("the line of the MAC");
    }
    if (read.code == CODE_OK && !opening.found) {
        read = FAIL(NOT_FOUND, "age: made for others: no identity or passphrase of yours opens it");
    }
    if (read.code == CODE_OK) {
        header_mac(opening.file_key, slice_part(header, 0, header.len - rest.len + 3), made);
        if (!bytes_equal_ct(told, made, sizeof made)) read = FAIL(CORRUPT, "age: the header was changed");
    }
    if (read.code == CODE_OK) memcpy(file_key, opening.file_key, AGE_FILE_KEY_BYTES);
    wipe(&opening, sizeof opening);
    return read;
}
