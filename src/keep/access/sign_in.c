#include "keep/access/sign_in.h"

#include "keep/access/access_priv.h"
#include "keep/access/authority.h"

#include <assert.h>
#include <string.h>

static const char invite_prefix[] = "ami_";

void sign_in_done(struct sign_in *sign_in)
{
    wipe(sign_in, sizeof *sign_in);
}

static void seal_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "sign-in");
    buf_be32(out, id);
}

static void hashes_put(const struct hash *hashes, size_t count, struct buf *out)
{
    cbor_bytes(out, (struct slice){(const uint8_t *)hashes, count * sizeof *hashes});
}

static void password_write(const struct password *password, struct buf *out)
{
    cbor_bool(out, password->set);
    cbor_bytes(out, SLICE_OF(password->salt));
    cbor_uint(out, password->memory_kib);
    cbor_uint(out, password->passes);
    cbor_bytes(out, SLICE_OF(password->mac));
}

static void totp_write(const struct totp *totp, struct buf *out)
{
    cbor_bytes(out, SLICE_OF(totp->secret));
    cbor_uint(out, totp->step);
}

static void passkey_write(const struct passkey *passkey, struct buf *out)
{
    cbor_bytes(out, (struct slice){passkey->id, passkey->id_len});
    cbor_int(out, passkey->algorithm);
    cbor_bytes(out, (struct slice){passkey->key, passkey->key_len});
    cbor_uint(out, passkey->count);
    cbor_text(out, slice_text(passkey->name));
    cbor_uint(out, (uint64_t)passkey->made_us);
}

static void sign_in_write(const struct sign_in *sign_in, struct buf *out)
{
    size_t mark = cbor_open(out);
    cbor_uint(out, (uint64_t)sign_in->invite.from_us);
    cbor_uint(out, (uint64_t)sign_in->invite.until_us);
    cbor_uint(out, sign_in->invite.by);
    cbor_bytes(out, SLICE_OF(sign_in->invite.mac));
    password_write(&sign_in->password, out);
    totp_write(&sign_in->totp, out);
    password_write(&sign_in->pending.password, out);
    totp_write(&sign_in->pending.totp, out);
    hashes_put(sign_in->pending.recovery, RECOVERY_CODES, out);
    hashes_put(sign_in->recovery, sign_in->recovery_count, out);
    cbor_bytes(out, (struct slice){sign_in->networks[0], sign_in->network_count * KNOWN_NETWORK_BYTES});
    for (size_t i = 0; i < sign_in->passkey_count; i++) passkey_write(&sign_in->passkeys[i], out);
    cbor_array_close(out, mark, 21 + 6 * sign_in->passkey_count);
}

/* Exactly or at most `room` bytes into `out`. */
static RESULT bytes_read(struct cbor *reader, void *out, size_t room, size_t *len)
{
    struct slice bytes = {0};
    TRY(cbor_read_bytes(reader, &bytes));
    if (len ? bytes.len > room : bytes.len != room)
        return FAIL(CORRUPT, "authority: a stored sign-in is malformed");
    if (bytes.len > 0) memcpy(out, bytes.at, bytes.len);
    if (len) *len = bytes.len;
    return OK;
}

static RESULT number_read(struct cbor *reader, uint32_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number > UINT32_MAX) return FAIL(CORRUPT, "authority: a stored sign-in is malformed");
    *out = (uint32_t)number;
    return OK;
}

static RESULT password_read(struct cbor *reader, struct password *out)
{
    TRY(cbor_read_bool(reader, &out->set));
    TRY(bytes_read(reader, out->salt, sizeof out->salt, NULL));
    TRY(number_read(reader, &out->memory_kib));
    TRY(number_read(reader, &out->passes));
    return bytes_read(reader, out->mac.bytes, HASH_BYTES, NULL);
}

static RESULT totp_read(struct cbor *reader, struct totp *out)
{
    TRY(bytes_read(reader, out->secret, sizeof out->secret, NULL));
    return cbor_read_uint(reader, &out->step);
}

static RESULT passkey_read(struct cbor *reader, struct passkey *out)
{
    int64_t algorithm = 0;
    TRY(bytes_read(reader, out->id, sizeof out->id, &out->id_len));
    TRY(cbor_read_int(reader, &algorithm));
    TRY(bytes_read(reader, out->key, sizeof out->key, &out->key_len));
    TRY(number_read(reader, &out->count));
    TRY(body_name_read(reader, out->name, NAME_BYTES_MAX));
    TRY(body_time_read(reader, &out->made_us));
    if (algorithm != PASSKEY_ES256 && algorithm != PASSKEY_EDDSA && algorithm != PASSKEY_RS256)
        return FAIL(CORRUPT, "authority: a stored passkey is malformed");
    out->algorithm = (enum passkey_algorithm)algorithm;
    return OK;
}

static RESULT sign_in_read(struct slice text, struct sign_in *out)
{
    struct cbor reader = cbor_reader(text);
    size_t members = 0, recovery = 0, networks = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_time_read(&reader, &out->invite.from_us));
    TRY(body_time_read(&reader, &out->invite.until_us));
    TRY(cbor_read_uint(&reader, &out->invite.by));
    TRY(bytes_read(&reader, out->invite.mac.bytes, HASH_BYTES, NULL));
    TRY(password_read(&reader, &out->password));
    TRY(totp_read(&reader, &out->totp));
    TRY(password_read(&reader, &out->pending.password));
    TRY(totp_read(&reader, &out->pending.totp));
    TRY(bytes_read(&reader, out->pending.recovery, sizeof out->pending.recovery, NULL));
    TRY(bytes_read(&reader, out->recovery, sizeof out->recovery, &recovery));
    TRY(bytes_read(&reader, out->networks, sizeof out->networks, &networks));
    out->recovery_count = recovery / HASH_BYTES;
    out->network_count = networks / KNOWN_NETWORK_BYTES;
    if (members < 21 || members > 21 + 6 * PASSKEYS_MAX)
        return FAIL(CORRUPT, "authority: a stored sign-in is malformed");
    for (; out->passkey_count < (members - 21) / 6; out->passkey_count++)
        TRY(passkey_read(&reader, &out->passkeys[out->passkey_count]));
    return cbor_end(&reader);
}

RESULT sign_in_open(struct shop *shop, uint32_t id, struct sign_in *out)
{
    SCOPED(buf_done) struct buf aad = {0}, text = {0};
    if (id == 0 || id > shop->access.sign_in_count)
        return FAIL(CORRUPT, "authority: a member of staff without a sign-in");
    struct sign_in read = {.id = id};
    seal_aad(id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&shop->access.sign_ins[id - 1].sealed), &text));
    struct result done = sign_in_read(buf_slice(&text), &read);
    if (done.code == CODE_OK) memcpy(out, &read, sizeof read);
    sign_in_done(&read);
    return done;
}

void sign_in_body_write(struct shop *shop, const struct sign_in *sign_in, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, text = {0}, box = {0};
    seal_aad(sign_in->id, &aad);
    sign_in_write(sign_in, &text);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), &box);
    cbor_bytes(out, buf_slice(&box));
}

RESULT sign_in_put(struct batch *batch, const struct reader *reader, const struct sign_in *sign_in,
                   struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    sign_in_body_write(batch->shop, sign_in, &body);
    return authority_put(batch, reader, AUTHORITY_SIGN_IN, sign_in->id, buf_slice(&body), out);
}

RESULT sign_in_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    struct slice sealed = {0};
    void *rows = access->sign_ins, *at = NULL;
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(cbor_end(&reader));
    TRY(row_place(&rows, &access->sign_in_count, sizeof *access->sign_ins, id, &at));
    access->sign_ins = rows;
    struct sign_in_row *row = at;
    buf_done(&row->sealed);
    row->id = id;
    buf_slice_put(&row->sealed, sealed);
    return OK;
}

bool sign_in_ready(const struct sign_in *sign_in)
{
    return sign_in->password.set || sign_in->passkey_count > 0;
}

static void invite_mac(struct shop *shop, const uint8_t *number_and_secret, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("ami"), {number_and_secret, 4 + INVITE_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

void invite_make(struct shop *shop, struct sign_in *sign_in, uint64_t by, int64_t from_us, struct buf *text)
{
    uint8_t bytes[INVITE_BYTES];
    memcpy(bytes, keyring_shop_id(shop->keyring), 4);
    be32_put(bytes + 4, sign_in->id);
    crypto_random(shop->crypto, bytes + 8, INVITE_SECRET_BYTES);
    invite_mac(shop, bytes + 4, &sign_in->invite.mac);
    sign_in->invite.by = by;
    sign_in->invite.from_us = from_us;
    sign_in->invite.until_us = from_us + INVITE_US;
    memset(&sign_in->pending, 0, sizeof sign_in->pending);
    buf_text(text, invite_prefix);
    base32_put(text, (struct slice){bytes, sizeof bytes});
    wipe(bytes, sizeof bytes);
}

static bool invite_bytes(struct slice text, uint8_t out[INVITE_BYTES])
{
    return slice_starts(text, invite_prefix) &&
           base32_get(slice_from(text, sizeof invite_prefix - 1), out, INVITE_BYTES);
}

bool invite_shop(struct slice text, uint8_t out[4])
{
    uint8_t bytes[INVITE_BYTES];
    bool good = invite_bytes(text, bytes);
    if (good) memcpy(out, bytes, 4);
    wipe(bytes, sizeof bytes);
    return good;
}

RESULT invite_open(struct shop *shop, struct slice text, int64_t now_us, struct sign_in *out)
{
    uint8_t bytes[INVITE_BYTES] = {0};
    struct hash mac = {{0}};
    SCOPED(sign_in_done) struct sign_in found = {0};
    bool good = invite_bytes(text, bytes) && memcmp(bytes, keyring_shop_id(shop->keyring), 4) == 0;
    uint32_t id = be32_get(bytes + 4);
    invite_mac(shop, bytes + 4, &mac);
    wipe(bytes, sizeof bytes);
    const struct staff *staff = good ? staff_by_id(&shop->access, id) : NULL;
    if (staff && staff->state != STAFF_LEFT) TRY(sign_in_open(shop, id, &found));
    if (found.invite.until_us == 0 || !hash_equal(&mac, &found.invite.mac) ||
        now_us >= found.invite.until_us) {
        return FAIL(CREDENTIAL_UNKNOWN, "invitation: none of this shop's, used, or over; ask for a new one");
    }
    if (now_us < found.invite.from_us) {
        return FAIL(CREDENTIAL_UNKNOWN,
                    "invitation: it counts %d hours after it was made, so that others can object",
                    (int)(INVITE_DELAY_US / HOUR_US));
    }
    memcpy(out, &found, sizeof found);
    return OK;
}

RESULT password_mac(struct batch *batch, uint32_t id, const struct password *password, struct slice given,
                    bool known, struct hash *out)
{
    uint8_t number[4], hash[STRETCH_BYTES];
    struct stretching stretch = {
        .password = given, .memory_kib = password->memory_kib, .passes = password->passes, .known = known};
    be32_put(number, id);
    memcpy(stretch.salt, password->salt, STRETCH_SALT_BYTES);
    TRY(batch_stretch(batch, &stretch, hash));
    const struct slice parts[] = {SLICE_TEXT("password"), SLICE_OF(number), SLICE_OF(hash)};
    prf_run(batch->shop->pepper, parts, COUNT_OF(parts), out);
    wipe(hash, sizeof hash);
    return OK;
}

RESULT password_make(struct batch *batch, uint32_t id, struct slice given, struct password *out)
{
    struct password password = {.set = true, .memory_kib = PASSWORD_MEMORY_KIB, .passes = PASSWORD_PASSES};
    if (given.len < PASSWORD_BYTES_MIN || given.len > PASSWORD_BYTES_MAX) {
        return FAIL(PASSWORD_WEAK,
                    "password: must have %d to %d bytes; a few words that do not belong together are good",
                    PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX);
    }
    if (batch->stretched) /* the ask was put aside with the salt drawn then */
        memcpy(password.salt, batch->stretched->salt, PASSWORD_SALT_BYTES);
    else
        crypto_random(batch->shop->crypto, password.salt, PASSWORD_SALT_BYTES);
    TRY(password_mac(batch, id, &password, given, true, &password.mac));
    *out = password;
    return OK;
}

static void recovery_mac(struct shop *shop, uint32_t id, const uint8_t secret[RECOVERY_SECRET_BYTES],
                         struct hash *out)
{
    uint8_t number[4];
    be32_put(number, id);
    const struct slice parts[] = {SLICE_TEXT("recovery"), SLICE_OF(number), {secret, RECOVERY_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

void recovery_make(struct shop *shop, uint32_t id, struct hash macs[RECOVERY_CODES], struct buf *list)
{
    cbor_array(list, RECOVERY_CODES);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        uint8_t secret[RECOVERY_SECRET_BYTES];
        SCOPED(buf_done) struct buf text = {0};
        crypto_random(shop->crypto, secret, sizeof secret);
        recovery_mac(shop, id, secret, &macs[i]);
        base32_put(&text, SLICE_OF(secret));
        cbor_text(list, buf_slice(&text));
        wipe(secret, sizeof secret);
    }
}

bool recovery_use(struct shop *shop, struct sign_in *sign_in, struct slice code)
{
    uint8_t secret[RECOVERY_SECRET_BYTES] = {0};
    struct hash mac = {{0}};
    bool good = base32_get(code, secret, sizeof secret), found = false;
    size_t kept = 0;
    recovery_mac(shop, sign_in->id, secret, &mac);
    wipe(secret, sizeof secret);
    for (size_t i = 0; i < sign_in->recovery_count; i++) {
        bool same = hash_equal(&mac, &sign_in->recovery[i]) && good && !found;
        found |= same;
        if (!same) sign_in->recovery[kept++] = sign_in->recovery[i];
    }
    sign_in->recovery_count = kept;
    return found;
}

static void network_tag(struct shop *shop, uint32_t id, const uint8_t network[NETWORK_BYTES],
                        uint8_t out[KNOWN_NETWORK_BYTES])
{
    uint8_t number[4], block[NETWORK_BYTES];
    struct hash tag = {{0}};
    be32_put(number, id);
    network_block(network, block);
    const struct slice parts[] = {SLICE_TEXT("known network"), SLICE_OF(number), SLICE_OF(block)};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &tag);
    memcpy(out, tag.bytes, KNOWN_NETWORK_BYTES);
}

bool network_known(struct shop *shop, const struct sign_in *sign_in, const uint8_t network[NETWORK_BYTES])
{
    uint8_t tag[KNOWN_NETWORK_BYTES];
    bool known = false;
    network_tag(shop, sign_in->id, network, tag);
    for (size_t i = 0; i < sign_in->network_count; i++)
        known |= bytes_equal_ct(tag, sign_in->networks[i], KNOWN_NETWORK_BYTES);
    return known;
}

void network_learn(struct shop *shop, struct sign_in *sign_in, const uint8_t network[NETWORK_BYTES])
{
    uint8_t tag[KNOWN_NETWORK_BYTES];
    size_t at = 0;
    network_tag(shop, sign_in->id, network, tag);
    while (at < sign_in->network_count && !bytes_equal_ct(tag, sign_in->networks[at], KNOWN_NETWORK_BYTES))
        at++;
    if (at == sign_in->network_count && at < KNOWN_NETWORKS_MAX) sign_in->network_count++;
    if (at == KNOWN_NETWORKS_MAX) at--; /* the one not seen for the longest time goes */
    memmove(sign_in->networks[1], sign_in->networks[0], at * KNOWN_NETWORK_BYTES);
    memcpy(sign_in->networks[0], tag, KNOWN_NETWORK_BYTES);
}
