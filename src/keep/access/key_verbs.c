/* The verbs on keys. */
#include "crypto/pem.h"
#include "keep/access/authority.h"
#include "keep/access/containment.h"
#include "keep/access/key_make.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

static RESULT holders_of(struct shop *shop, const struct texts *ids, struct key *out)
{
    if (ids->count > KEY_HOLDERS_MAX) return FAIL(TOO_MANY, "holders: more than %d", KEY_HOLDERS_MAX);
    for (size_t i = 0; i < ids->count; i++) {
        uint64_t staff = 0;
        TRY(id_get(shop, ID_STAFF, ids->at[i], &staff));
        if (staff == 0 || staff > shop->access.staff_count)
            return FAIL(NOT_FOUND, "holders: item %zu is no member of staff", i);
        out->holders[out->holder_count++] = (uint32_t)staff;
    }
    return OK;
}

static RESULT networks_of(const struct texts *ranges, struct key *out)
{
    if (ranges->count > KEY_NETWORKS_MAX) return FAIL(TOO_MANY, "networks: more than %d", KEY_NETWORKS_MAX);
    for (size_t i = 0; i < ranges->count; i++) {
        struct result got = network_range_get(ranges->at[i], &out->networks[i]);
        if (got.code != CODE_OK) {
            SCOPED(buf_done) struct buf why = {0};
            buf_text(&why, result_text());
            return FAIL(INVALID, "networks: item %zu: %s", i, buf_c(&why));
        }
    }
    out->network_count = ranges->count;
    return OK;
}

static RESULT name_of(struct slice given, struct key *out)
{
    SCOPED(buf_done) struct buf name = {0};
    TRY(normalise(NORMALISE_TEXT, given, (struct slice){0}, &name));
    if (name.len > NAME_BYTES_MAX)
        return FAIL(FIELD_TOO_LONG, "name: longer than %d bytes once normalised", NAME_BYTES_MAX);
    if (name.len > 0) memcpy(out->name, name.at, name.len);
    return OK;
}

/* What was registered once is never taken again: a rotation to the same pair would be none. */
static RESULT proof_new(const struct shop *shop, const struct key *key)
{
    for (size_t i = 0; i < shop->access.key_count; i++) {
        const struct key *other = &shop->access.keys[i];
        if (other->proof_kind == key->proof_kind && hash_equal(&other->proof, &key->proof))
            return FAIL(CONFLICT, "key: this public key was registered before; make a new pair");
    }
    return OK;
}

RESULT key_make(struct shop *shop, struct slice public_key, struct slice certificate, struct key *key,
                struct buf *text)
{
    if (public_key.len > 0 && certificate.len > 0)
        return FAIL(INVALID, "key: public_key and certificate: give one of them");
    if (public_key.len > 0) {
        TRY(public_key_read(public_key, key->proof.bytes));
        key->proof_kind = PROOF_SIGNATURE;
    } else if (certificate.len > 0) {
        struct certificate read = {0};
        TRY(certificate_read(shop->crypto, certificate, &read));
        if (read.until_us <= key->created_us) return FAIL(INVALID, "certificate: it has expired; renew it");
        if (key->expires_us > read.until_us) key->expires_us = read.until_us;
        key->proof_kind = PROOF_CERTIFICATE;
        key->proof = read.spki;
    } else {
        key_secret_make(shop, key, text);
    }
    key_probe_make(shop, key);
    return proof_new(shop, key);
}

RESULT key_put_new(struct batch *batch, const struct reader *reader, const struct key *key, struct slice text,
                   struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    const struct role *role = role_by_id(&shop->access, key->role);
    key_body_write(key, &body);
    out->secret = text.len > 0;
    cbor_map(&out->body, 3U + out->secret + (key->rotated_from ? 1 : 0));
    put_id(shop, &out->body, "id", ID_KEY, key->id);
    if (out->secret) put_text(&out->body, "key", text);
    put_text(&out->body, "role", slice_text(role ? role->name : ""));
    put_time(&out->body, "expires", key->expires_us);
    if (key->rotated_from) put_id(shop, &out->body, "rotated_from", ID_KEY, key->rotated_from);
    TRY(authority_put(batch, reader, AUTHORITY_KEY, key->id, buf_slice(&body), &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

RESULT verb_key_issue(struct batch *batch, const struct reader *reader, const struct key_issue_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct role *role = role_find(&shop->access, ask->role);
    struct key key = {
        .id = (uint32_t)shop->access.key_count + 1, .created_us = batch->now_us, .made_by = reader->no};
    SCOPED(buf_done) struct buf text = {0};
    TRY(containment_ask_of(&batch->shop->access, reader));
    if (!role) return FAIL(NOT_FOUND, "role: this shop has none of that name; see GET /v1/roles");
    if (!role_may_give(reader->role, role)) {
        return FAIL(ROLE_ACT,
                    "role %s may do or see more than yours, so you cannot hand it out; ask an admin",
                    role->name);
    }
    key.role = role->id;
    key.expires_us = key.created_us + (int64_t)(ask->days ? ask->days : KEY_DAYS_MAX) * DAY_US;
    TRY(name_of(ask->name, &key));
    TRY(holders_of(shop, &ask->holders, &key));
    TRY(networks_of(&ask->networks, &key));
    TRY(key_make(shop, ask->public_key, ask->certificate, &key, &text));
    return key_put_new(batch, reader, &key, buf_slice(&text), out);
}

RESULT key_end(struct batch *batch, const struct reader *reader, uint32_t id, struct receipt *receipt)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf body = {0};
    struct key key = *key_by_id(&shop->access, id);
    key.ended_us = batch->now_us;
    key_body_write(&key, &body);
    session_end_of(shop, READER_KEY, id);
    return authority_put(batch, reader, AUTHORITY_KEY, id, buf_slice(&body), receipt);
}

RESULT key_named(struct shop *shop, struct slice id, const struct key **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_KEY, id, &number));
    const struct key *key = number <= UINT32_MAX ? key_by_id(&shop->access, (uint32_t)number) : NULL;
    if (!key) return FAIL(NOT_FOUND, "key: this shop has none of that id");
    *out = key;
    return OK;
}

RESULT verb_key_revoke(struct batch *batch, const struct reader *reader, const struct key_revoke_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    const struct key *key = NULL;
    struct receipt receipt = {0};
    TRY(key_named(shop, ask->id, &key));
    int64_t ended_us = key->ended_us;
    if (ended_us == 0) {
        ended_us = batch->now_us;
        TRY(key_end(batch, reader, key->id, &receipt));
        batch_receipt(out, &receipt);
    }
    cbor_map(&out->body, 2);
    put_text(&out->body, "id", ask->id);
    put_time(&out->body, "ended", ended_us);
    return OK;
}

static void holders_put(struct shop *shop, const struct key *key, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("holders"));
    cbor_array(out, key->holder_count);
    for (size_t i = 0; i < key->holder_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_STAFF, key->holders[i], &id);
        cbor_text(out, buf_slice(&id));
    }
}

static void networks_put(const struct key *key, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("networks"));
    cbor_array(out, key->network_count);
    for (size_t i = 0; i < key->network_count; i++) {
        SCOPED(buf_done) struct buf range = {0};
        network_range_put(&key->networks[i], &range);
        cbor_text(out, buf_slice(&range));
    }
}

static void key_put(struct batch *batch, const struct key *key, struct buf *out)
{
    static const char *const proofs[] = {
        [PROOF_SECRET] = "secret", [PROOF_SIGNATURE] = "signature", [PROOF_CERTIFICATE] = "certificate"};
    struct shop *shop = batch->shop;
    const struct role *role = role_by_id(&shop->access, key->role);
    size_t mark = cbor_open(out), count = 10;
    put_id(shop, out, "id", ID_KEY, key->id);
    put_text(out, "name", slice_text(key->name));
    put_text(out, "role", slice_text(role ? role->name : ""));
    put_text(out, "proof", slice_text(proofs[key->proof_kind]));
    holders_put(shop, key, out);
    networks_put(key, out);
    put_time(out, "created", key->created_us);
    put_time(out, "expires", key->expires_us);
    put_time(out, "unused_until", key_unused_us(shop, key, batch->now_us));
    put_number(out, "sessions", session_count_of(shop, READER_KEY, key->id, batch->now_us));
    if (key->rotated_from) {
        put_id(shop, out, "rotated_from", ID_KEY, key->rotated_from);
        count++;
    }
    if (key->ended_us) {
        put_time(out, "ended", key->ended_us);
        count++;
    }
    cbor_map_close(out, mark, count);
}

RESULT verb_key_list(struct batch *batch, const struct reader *reader, const struct key_list_ask *ask,
                     struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.key_count};
    TRY(page_of(shop, ID_KEY, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, page.to - page.from);
    for (size_t i = page.from; i < page.to; i++) key_put(batch, &shop->access.keys[i], &out->body);
    put_next(shop, ID_KEY, &page, &out->body);
    return OK;
}
