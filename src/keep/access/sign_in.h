/*
 * How a member of staff proves who they are: password with one-time code, passkeys, codes to recover with, and the
 * invitation by which all of that is set up. One sealed row a person, of the same id as the row in keep/access/staff.h:
 * it changes with every sign-in (a code's step, a passkey's count, a network seen), which the other does not.
 *
 * Secrets lie here only as HMAC under the pepper, but for the one-time code's key, which both sides must hold. Must
 * never say which of password and code was wrong. Main calls: sign_in_open(), sign_in_put(). Example:
 *     SCOPED(sign_in_done) struct sign_in sign_in = {0};  TRY(sign_in_open(shop, id, &sign_in));
 */
#ifndef AMN_KEEP_ACCESS_SIGN_IN_H
#define AMN_KEEP_ACCESS_SIGN_IN_H

#include "keep/access/access.h"
#include "keep/access/passkey.h"
#include "keep/access/totp.h"

#define STAFF_SESSION_US (12 * HOUR_US)
#define STAFF_IDLE_US (30 * MINUTE_US)
#define INVITE_US (72 * HOUR_US)
#define INVITE_DELAY_US (24 * HOUR_US)

enum {
    PASSWORD_BYTES_MIN = 12,
    PASSWORD_BYTES_MAX = 200,
    PASSWORD_SALT_BYTES = 16,
    PASSWORD_MEMORY_KIB = 65536, /* Argon2id; RFC 9106's second choice, in one lane */
    PASSWORD_PASSES = 3,
    RECOVERY_CODES = 10,
    RECOVERY_SECRET_BYTES = 10, /* 80 bits: 16 letters and digits */
    INVITE_SECRET_BYTES = 20,
    INVITE_BYTES = 4 + 4 + INVITE_SECRET_BYTES, /* shop tag, staff id, secret */
    PASSKEYS_MAX = 8,
    KNOWN_NETWORKS_MAX = 16,
    KNOWN_NETWORK_BYTES = 8
};

struct answer;

/* A row as it lies in memory. */
struct sign_in_row {
    uint32_t id;
    struct buf sealed;
};

struct password {
    bool set;
    uint8_t salt[PASSWORD_SALT_BYTES];
    uint32_t memory_kib, passes;
    struct hash mac; /* HMAC(pepper, id, Argon2id of it) */
};

struct sign_in {
    uint32_t id;
    struct {
        int64_t from_us, until_us; /* until_us 0: there is none */
        uint64_t by;               /* reader_no() of who made it, and saw it */
        struct hash mac;
    } invite;
    struct password password;
    struct totp totp; /* of no use without a password */
    struct {          /* set up by invitation, and not confirmed by a code yet */
        struct password password;
        struct totp totp;
        struct hash recovery[RECOVERY_CODES];
    } pending;
    struct passkey passkeys[PASSKEYS_MAX];
    size_t passkey_count;
    struct hash recovery[RECOVERY_CODES];
    size_t recovery_count;
    uint8_t networks[KNOWN_NETWORKS_MAX][KNOWN_NETWORK_BYTES]; /* newest first */
    size_t network_count;
};
void sign_in_done(struct sign_in *sign_in); /* wipes it */

/* CORRUPT when the row does not open or there is none. */
RESULT sign_in_open(struct shop *shop, uint32_t id, struct sign_in *out);
/* The body of its row, sealed; appended. */
void sign_in_body_write(struct shop *shop, const struct sign_in *sign_in, struct buf *out);
/* Write the row and its entry. */
RESULT sign_in_put(struct batch *batch, const struct reader *reader, const struct sign_in *sign_in,
                   struct receipt *out);

/* Can they sign in by what is set up? */
bool sign_in_ready(const struct sign_in *sign_in);

/*
 * A new invitation by reader_no() `by` in place of any other, good from `from_us` for INVITE_US: its text "ami_…" goes to
 * `text`. Whoever it was sent to sets up a password or passkey with it.
 */
void invite_make(struct shop *shop, struct sign_in *sign_in, uint64_t by, int64_t from_us, struct buf *text);
/* The shop tag in an invitation's text; false when it is none. */
bool invite_shop(struct slice text, uint8_t out[4]);
/* Open the sign-in it is for. CREDENTIAL_UNKNOWN when it is none, was used, is over, or does not count yet. */
RESULT invite_open(struct shop *shop, struct slice text, int64_t now_us, struct sign_in *out);

/*
 * HMAC(pepper, id, Argon2id of the password), by the salt and costs in `password`. `known`: see struct stretching.
 * Errors as batch_stretch().
 */
RESULT password_mac(struct batch *batch, uint32_t id, const struct password *password, struct slice given,
                    bool known, struct hash *out);
/* A new password: salt, costs, MAC. PASSWORD_WEAK when it is too short or too long. */
RESULT password_make(struct batch *batch, uint32_t id, struct slice given, struct password *out);

/* New recovery codes: their MACs, and a CBOR list of their texts appended to `list`. */
void recovery_make(struct shop *shop, uint32_t id, struct hash macs[RECOVERY_CODES], struct buf *list);
/* Use one up. False when it is none of theirs. */
bool recovery_use(struct shop *shop, struct sign_in *sign_in, struct slice code);

/*
 * Sign a member of staff in, or take a step towards it: see struct session_open_ask. Whether the person, the password or
 * the code was wrong is never said, and takes the same time.
 * CREDENTIAL_UNKNOWN, SIGN_IN_WAIT, PASSKEYS_OFF, TOO_BUSY.
 */
RESULT staff_sign_in(struct batch *batch, const struct reader *stranger, const struct session_open_ask *ask,
                     struct answer *out);

/* What the object kind of a STRANGERS entry says when it is one wrong guess at a sign-in; its object id is whose. */
enum { GUESS_KNOWN = 1 /* from a network known with that person */, GUESS_STRANGE = 2 };

/* Under which tags guesses at this person from this network are counted; `known` is left as it was. */
struct guess_from;
void guess_source(struct shop *shop, uint32_t staff, const uint8_t network[NETWORK_BYTES],
                  struct guess_from *out);
/* Write a wrong guess down: `staff` was guessed at, 0: nobody whom there is. */
void guess_note(struct batch *batch, uint32_t staff, const uint8_t network[NETWORK_BYTES],
                const struct guess_from *from);
/* Count it again when the shop is opened, from that entry; what is none is passed over. `network` NULL: from here. */
void guess_restore(struct shop *shop, const struct entry *entry, const uint8_t *network);

/* Did they sign in from this network before? And: they did now. */
bool network_known(struct shop *shop, const struct sign_in *sign_in, const uint8_t network[NETWORK_BYTES]);
void network_learn(struct shop *shop, struct sign_in *sign_in, const uint8_t network[NETWORK_BYTES]);

#endif
