#include "keep/access/pass.h"

#include "keep/access/access_priv.h"
#include "keep/access/containment.h"
#include "keep/access/network.h"
#include "keep/put.h"

#include <string.h>

static const char pass_prefix[] = "amp_";

void pass_body_write(const struct pass *pass, struct buf *out)
{
    cbor_array(out, 3);
    cbor_uint(out, pass->issuer);
    cbor_bytes(out, SLICE_OF(pass->mac));
    cbor_bytes(out, (struct slice){pass->network, sizeof pass->network});
}

RESULT pass_body_read(struct slice body, struct pass *out)
{
    struct cbor reader = cbor_reader(body);
    struct pass pass = {0};
    size_t members = 0;
    struct slice mac = {0}, network = {0};
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &pass.issuer));
    TRY(cbor_read_bytes(&reader, &mac));
    TRY(cbor_read_bytes(&reader, &network));
    TRY(cbor_end(&reader));
    if (members != 3 || mac.len != sizeof pass.mac || network.len != sizeof pass.network)
        return FAIL(CORRUPT, "pass: a stored one is malformed");
    memcpy(pass.mac.bytes, mac.at, mac.len);
    memcpy(pass.network, network.at, network.len);
    *out = pass;
    return OK;
}

static void secret_mac(struct shop *shop, const uint8_t *number_and_secret, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("amp"), {number_and_secret, 8 + PASS_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

void pass_secret_make(struct shop *shop, uint64_t number, struct buf *text, struct hash *mac)
{
    uint8_t bytes[PASS_BYTES];
    memcpy(bytes, keyring_shop_id(shop->keyring), 4);
    be64_put(bytes + 4, number);
    crypto_random(shop->crypto, bytes + 12, PASS_SECRET_BYTES);
    secret_mac(shop, bytes + 4, mac);
    buf_text(text, pass_prefix);
    base32_put(text, (struct slice){bytes, sizeof bytes});
    wipe(bytes, sizeof bytes);
}

RESULT pass_network(struct shop *shop, struct slice network, struct buf *text,
                    uint8_t tag[PASS_NETWORK_BYTES])
{
    enum { V4_BITS = 96, V6_MOST = 64, V4_FEWEST = V4_BITS + 8, V6_FEWEST = 16 };
    static const uint8_t mapped[V4_BITS / 8] = {[10] = 0xff, [11] = 0xff};
    struct network_range range = {0};
    struct hash mac = {{0}};
    if (network_range_get(network, &range).code != CODE_OK)
        return FAIL(INVALID,
                    "client_network: no IP address or block of them; such as 192.0.2.7 or 192.0.2.0/24");
    bool four = range.bits >= V4_BITS && memcmp(range.at, mapped, sizeof mapped) == 0;
    if (range.bits < (four ? V4_FEWEST : V6_FEWEST))
        return FAIL(INVALID, "client_network: too wide to be one customer's; at most /8, of IPv6 /16");
    if (!four && range.bits > V6_MOST) { /* a household has as many of the others as it likes */
        range.bits = V6_MOST;
        memset(range.at + V6_MOST / 8, 0, sizeof range.at - V6_MOST / 8);
    }
    network_range_put(&range, text);
    const struct slice parts[] = {SLICE_TEXT("client network"), buf_slice(text)};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &mac);
    memcpy(tag, mac.bytes, PASS_NETWORK_BYTES);
    return OK;
}

/* The pass of a token. The same work whatever is wrong with it; what is not issued here is counted. */
static RESULT pass_find(struct shop *shop, struct slice token, struct right_row *row, struct pass *out)
{
    uint8_t bytes[PASS_BYTES] = {0};
    struct hash mac = {{0}};
    SCOPED(buf_done) struct buf body = {0};
    bool good = slice_starts(token, pass_prefix) &&
                base32_get(slice_from(token, sizeof pass_prefix - 1), bytes, sizeof bytes) &&
                memcmp(bytes, keyring_shop_id(shop->keyring), 4) == 0;
    secret_mac(shop, bytes + 4, &mac);
    uint64_t number = be64_get(bytes + 4);
    wipe(bytes, sizeof bytes);
    struct result got =
        good ? right_get(shop, RIGHT_PASS, number, row, &body) : FAIL(NOT_FOUND, "pass: malformed");
    if (got.code == CODE_OK) got = pass_body_read(row->body, out);
    row->body = (struct slice){0};
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    bool kept = got.code == CODE_OK && row->keep_us > right_now(shop); /* whether it was swept yet or not */
    if (kept && hash_equal(&mac, &out->mac)) return OK;
    shop->passes.unknown++;
    return FAIL(PASS_UNKNOWN, "pass: this shop never issued it");
}

static RESULT subjects_match(struct shop *shop, const struct texts *subjects, struct subject_no no)
{
    for (size_t i = 0; i < subjects->count; i++) {
        uint64_t asked = 0;
        if (id_get(shop, ID_SUBJECT, subjects->at[i], &asked).code == CODE_OK && asked == no.at) continue;
        return FAIL(PASS_SUBJECT, "pass: subjects: item %zu is not the customer who signed in", i);
    }
    return OK;
}

static RESULT pass_allows(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                          const struct right_row *row, const struct pass *pass)
{
    bool suspended =
        containment_has(&shop->access, (enum reader_kind)(pass->issuer >> 32), (uint32_t)pass->issuer);
    if (row->until_us <= right_now(shop) || suspended)
        return FAIL(PASS_EXPIRED, "pass: it has ended; let the customer sign in again");
    if (pass->issuer == reader->no) return FAIL(PASS_OWN, "pass: the key that issued it may not use it");
    return subjects_match(shop, &ask->subjects, row->no);
}

RESULT pass_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                   struct permit *permit)
{
    struct right_row row = {0};
    struct pass pass = {0};
    if (ask->pass.len == 0)
        return FAIL(PASS_MISSING, "pass: role %s looks only with the customer's own", reader->role->name);
    TRY(pass_find(shop, ask->pass, &row, &pass));
    struct result allowed = pass_allows(shop, reader, ask, &row, &pass);
    if (allowed.code == CODE_OK) {
        shop->passes.seen++;
    } else {
        shop->passes.refused++;
    }
    TRY(allowed);
    permit->right_kind = RIGHT_PASS;
    permit->right_entry = row.entry;
    permit->subject = row.no;
    memcpy(permit->network, pass.network, sizeof permit->network);
    return OK;
}

struct pass_counts pass_counts(struct shop *shop)
{
    struct pass_counts counts = {
        shop->passes.issued, shop->passes.seen, shop->passes.unknown, shop->passes.refused, 0, 0};
    spread_now(shop->pass_spread, clock_now(&shop->clock), &counts.networks, &counts.subjects_most);
    return counts;
}

void pass_counts_put(struct shop *shop, struct buf *out)
{
    struct pass_counts counts = pass_counts(shop);
    cbor_map(out, 6);
    put_number(out, "issued", counts.issued);
    put_number(out, "networks", counts.networks);
    put_number(out, "never_issued", counts.unknown);
    put_number(out, "refused", counts.refused);
    put_number(out, "seen", counts.seen);
    put_number(out, "subjects_most", counts.subjects_most);
}
