/*
 * Signed notes (C2SP signed-note): a text, an empty line, and one line a signature. Keys and their text form (vkey).
 * Two kinds of key: Ed25519 (type 0x01) over the text, and Ed25519 cosignature/v1 (type 0x04) over a time and the text.
 *
 * Must never treat a key id as a proof of anything: it only finds the key. Main calls: note_sign(), note_parse(),
 * note_verify(). Example:
 *     struct note note; struct note_check check = {.key = log_key};
 *     TRY(note_parse(bytes, &note));  TRY(note_verify(crypto, &note, &check, 1));  // then check.good is set
 */
#ifndef AMN_PROVE_NOTE_H
#define AMN_PROVE_NOTE_H

#include "crypto/crypto.h"

enum {
    NOTE_BYTES_MAX = 1 << 20,
    NOTE_LINES_MAX = 100, /* signature lines; the limit of Go's reader too */
    NOTE_CHECKS_MAX = 64, /* keys asked about in one call */
    KEY_NAME_BYTES_MAX = 255,
    VKEY_BYTES_MAX = KEY_NAME_BYTES_MAX + 1 + 8 + 1 + 44
};

enum key_type { KEY_ED25519 = 0x01, KEY_COSIGNATURE = 0x04 };

struct note_key {
    enum key_type type;
    uint32_t id;
    uint8_t public_key[PUBLIC_KEY_BYTES];
    char name[KEY_NAME_BYTES_MAX + 1];
};

/* Not empty, valid UTF-8, no Unicode space and no '+'. Length is not asked. */
bool key_name_good(struct slice name);

/* Make a key and its id. INVALID when the name is not good, longer than KEY_NAME_BYTES_MAX or holds a zero byte. */
RESULT note_key_make(struct crypto *crypto, enum key_type type, struct slice name,
                     const uint8_t public_key[PUBLIC_KEY_BYTES], struct note_key *out);

/* "name+1a2b3c4d+base64(type ‖ key)". Reading is strict and recomputes the id: INVALID otherwise. */
void vkey_put(struct buf *out, const struct note_key *key);
RESULT vkey_get(struct crypto *crypto, struct slice text, struct note_key *out);

/* A note cut at its last empty line; both borrow from what was parsed. */
struct note {
    struct slice text;  /* with its final newline: the signed bytes */
    struct slice lines; /* the signature lines, with theirs */
};

/**
 * Cut a note and check its whole form: UTF-8, no control characters, 1 … 100 signature lines, strict base64 of at least
 * five bytes each. No signature is verified.
 *
 * @param bytes  at most NOTE_BYTES_MAX
 * @return INVALID  malformed; `out` is untouched
 * Source: C2SP signed-note v1.0.0.
 */
RESULT note_parse(struct slice bytes, struct note *out);

/* A key to look for, and what was found. */
struct note_check {
    struct note_key key;
    bool good;      /* at least one line of this key, and all of them verify */
    int64_t time_s; /* of a cosignature, seconds since 1970, the latest of its lines; else 0 */
};

/**
 * Verify every signature line whose (name, id) is one of the given keys'. Lines of other keys are ignored.
 *
 * @param note    from note_parse()
 * @param checks  1 … NOTE_CHECKS_MAX keys; good and time_s are set for all of them, only on success
 * @return PROOF_BAD  a line of a given key does not verify, even if another one of it does
 *         NOT_FOUND  no line by any given key
 * Cost: 63 µs for each line of a given key.
 */
RESULT note_verify(struct crypto *crypto, const struct note *note, struct note_check *checks, size_t count);

/* The first signature line of a key, with its newline, borrowed and not verified; empty if there is none. */
struct slice note_line_of(const struct note *note, const struct note_key *key);

/* Append text, empty line and the key's signature line. The text ends in a newline; the signer is that of `key`. */
void note_sign(struct signer *signer, const struct note_key *key, struct slice text, struct buf *out);

/* Append the line of a cosignature/v1 over `text` at `time_s` >= 0; `key` is of type KEY_COSIGNATURE. */
void note_cosign(struct signer *signer, const struct note_key *key, struct slice text, int64_t time_s,
                 struct buf *out);

#endif
