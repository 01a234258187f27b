#include "keep/access/secret.h"

#include "keep/access/access_priv.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <assert.h>
#include <string.h>

static const struct {
    uint32_t number;
    const char *name;
} kinds[] = {
#define SECRET_KIND(NAME, number, name) {number, name},
#include "keep/access/secret_kinds.def"
#undef SECRET_KIND
};

/* What is sealed of a secret. Borrowed. */
struct words {
    struct slice name, fingerprint, proof, dead;
};

static void words_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "secret");
    buf_be32(out, id);
}

static void words_seal(struct shop *shop, const struct words *words, struct secret_row *secret)
{
    SCOPED(buf_done) struct buf text = {0}, aad = {0};
    cbor_array(&text, 4);
    cbor_text(&text, words->name);
    cbor_text(&text, words->fingerprint);
    cbor_text(&text, words->proof);
    cbor_text(&text, words->dead);
    words_aad(secret->id, &aad);
    buf_clear(&secret->sealed);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), &secret->sealed);
}

/* `out` borrows from `text`. */
static RESULT words_open(struct shop *shop, const struct secret_row *secret, struct buf *text,
                         struct words *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    size_t four = 0;
    words_aad(secret->id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&secret->sealed), text));
    struct cbor reader = cbor_reader(buf_slice(text));
    TRY(cbor_read_array(&reader, &four));
    TRY(cbor_read_text(&reader, &out->name));
    TRY(cbor_read_text(&reader, &out->fingerprint));
    TRY(cbor_read_text(&reader, &out->proof));
    return cbor_read_text(&reader, &out->dead);
}

static void numbers_put(const uint32_t *numbers, size_t count, struct buf *out)
{
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_uint(out, numbers[i]);
}

static void secret_body_write(const struct secret_row *secret, struct buf *out)
{
    cbor_array(out, 9);
    cbor_uint(out, secret->kind);
    cbor_uint(out, secret->owner);
    numbers_put(secret->holders, secret->holder_count, out);
    numbers_put(secret->ever, secret->ever_count, out);
    cbor_uint(out, (uint64_t)secret->made_us);
    cbor_uint(out, (uint64_t)secret->rotated_us);
    cbor_uint(out, secret->rotate_days);
    cbor_uint(out, (uint64_t)secret->open_us);
    cbor_bytes(out, buf_slice(&secret->sealed));
}

static RESULT secret_body_read(struct slice body, struct secret_row *out, struct slice *sealed)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t kind = 0, owner = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &kind));
    TRY(cbor_read_uint(&reader, &owner));
    TRY(body_numbers_read(&reader, out->holders, SECRET_HOLDERS_MAX, &out->holder_count));
    TRY(body_numbers_read(&reader, out->ever, SECRET_HOLDERS_MAX, &out->ever_count));
    TRY(body_time_read(&reader, &out->made_us));
    TRY(body_time_read(&reader, &out->rotated_us));
    TRY(cbor_read_uint(&reader, &out->rotate_days));
    TRY(body_time_read(&reader, &out->open_us));
    TRY(cbor_read_bytes(&reader, sealed));
    if (members != 9 || kind > UINT32_MAX || owner > UINT32_MAX)
        return FAIL(CORRUPT, "authority: a stored secret is malformed");
    out->kind = (uint32_t)kind;
    out->owner = (uint32_t)owner;
    return cbor_end(&reader);
}

RESULT secret_take(struct access *access, uint32_t id, struct slice body)
{
    struct secret_row secret = {.id = id};
    struct slice sealed = {0};
    void *rows = access->secrets, *at = NULL;
    TRY(secret_body_read(body, &secret, &sealed));
    TRY(row_place(&rows, &access->secret_count, sizeof secret, id, &at));
    access->secrets = rows;
    struct secret_row *row = at;
    buf_done(&row->sealed);
    *row = secret;
    buf_slice_put(&row->sealed, sealed);
    return OK;
}

static bool is_among(uint32_t staff, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == staff) return true;
    }
    return false;
}

bool secret_held_by(const struct secret_row *secret, uint32_t staff)
{
    return is_among(staff, secret->holders, secret->holder_count);
}

static RESULT holder_add(struct secret_row *secret, uint32_t staff)
{
    bool known = is_among(staff, secret->ever, secret->ever_count);
    if (secret_held_by(secret, staff)) return OK;
    if (secret->holder_count == SECRET_HOLDERS_MAX || (!known && secret->ever_count == SECRET_HOLDERS_MAX))
        return FAIL(TOO_MANY, "holders: more than %d ever held it; register it anew", SECRET_HOLDERS_MAX);
    secret->holders[secret->holder_count++] = staff;
    if (!known) secret->ever[secret->ever_count++] = staff;
    return OK;
}

static RESULT holders_add(struct shop *shop, const struct texts *ids, struct secret_row *secret)
{
    for (size_t i = 0; i < ids->count; i++) {
        uint64_t staff = 0;
        TRY(id_get(shop, ID_STAFF, ids->at[i], &staff));
        if (staff == 0 || staff > shop->access.staff_count)
            return FAIL(NOT_FOUND, "holders: item %zu is no member of staff", i);
        TRY(holder_add(secret, (uint32_t)staff));
    }
    return OK;
}

static void secret_copy(const struct secret_row *from, struct secret_row *to)
{
    *to = *from;
    to->sealed = (struct buf){0};
    buf_slice_put(&to->sealed, buf_slice(&from->sealed));
}

static void row_done(struct secret_row *secret)
{
    buf_done(&secret->sealed);
}

static RESULT secret_save(struct batch *batch, const struct reader *reader, const struct secret_row *secret,
                          struct answer *out)
{
    SCOPED(buf_done) struct buf body = {0};
    struct receipt receipt = {0};
    secret_body_write(secret, &body);
    TRY(authority_put(batch, reader, AUTHORITY_SECRET, secret->id, buf_slice(&body), &receipt));
    if (out) batch_receipt(out, &receipt);
    return OK;
}

RESULT secrets_open_for(struct batch *batch, const struct reader *reader, uint32_t staff, size_t *count)
{
    const struct access *access = &batch->shop->access;
    for (size_t i = 0; i < access->secret_count; i++) {
        SCOPED(row_done) struct secret_row secret = {0};
        if (!secret_held_by(&access->secrets[i], staff)) continue;
        (*count)++;
        if (access->secrets[i].open_us > 0) continue;
        secret_copy(&access->secrets[i], &secret);
        secret.open_us = batch->now_us;
        TRY(secret_save(batch, reader, &secret, NULL));
    }
    return OK;
}

static void people_put(struct shop *shop, const char *name, const uint32_t *numbers, size_t count,
                       struct buf *out)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_STAFF, numbers[i], &id);
        cbor_text(out, buf_slice(&id));
    }
}

static const char *kind_name(uint32_t kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].number == kind) return kinds[i].name;
    }
    return "other";
}

static int64_t age_days(const struct secret_row *secret, int64_t now_us)
{
    int64_t since_us = secret->rotated_us ? secret->rotated_us : secret->made_us;
    return now_us > since_us ? (now_us - since_us) / DAY_US : 0;
}

static bool is_late(const struct secret_row *secret, int64_t now_us)
{
    return (uint64_t)age_days(secret, now_us) >= secret->rotate_days;
}

bool secret_due(const struct secret_row *secret, int64_t now_us)
{
    return secret->open_us > 0 || is_late(secret, now_us);
}

RESULT secret_name(struct shop *shop, const struct secret_row *secret, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    struct words words = {{0}};
    TRY(words_open(shop, secret, &text, &words));
    buf_slice_put(out, words.name);
    buf_text(out, ", ");
    id_put(shop, ID_SECRET, secret->id, out);
    return OK;
}

RESULT secret_put(struct shop *shop, const struct secret_row *secret, int64_t now_us, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    struct words words = {{0}};
    int64_t since_us = secret->rotated_us ? secret->rotated_us : secret->made_us;
    size_t mark = cbor_open(out), count = 8;
    TRY(words_open(shop, secret, &text, &words));
    put_id(shop, out, "id", ID_SECRET, secret->id);
    put_text(out, "name", words.name);
    put_text(out, "kind", slice_text(kind_name(secret->kind)));
    put_text(out, "state",
             secret->open_us > 0       ? SLICE_TEXT("open")
             : is_late(secret, now_us) ? SLICE_TEXT("late")
                                       : SLICE_TEXT("good"));
    people_put(shop, "holders", secret->holders, secret->holder_count, out);
    people_put(shop, "ever_held", secret->ever, secret->ever_count, out);
    put_number(out, "age_days", (uint64_t)age_days(secret, now_us));
    put_time(out, "rotate_by", since_us + (int64_t)secret->rotate_days * DAY_US);
    if (secret->owner > 0) put_id(shop, out, "owner", ID_STAFF, secret->owner);
    if (secret->open_us > 0) put_time(out, "open_since", secret->open_us);
    if (secret->rotated_us > 0) put_time(out, "rotated", secret->rotated_us);
    count += (secret->owner > 0) + (secret->open_us > 0) + (secret->rotated_us > 0);
    const struct {
        const char *name;
        struct slice text;
    } said[] = {{"fingerprint", words.fingerprint}, {"proof", words.proof}, {"old_dead", words.dead}};
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        if (said[i].text.len == 0) continue;
        put_text(out, said[i].name, said[i].text);
        count++;
    }
    cbor_map_close(out, mark, count);
    return OK;
}

static RESULT kind_find(struct slice name, uint32_t *out)
{
    if (name.len == 0) name = SLICE_TEXT("other");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!slice_is(name, kinds[i].name)) continue;
        *out = kinds[i].number;
        return OK;
    }
    return FAIL(INVALID, "kind: signing_key, database, cloud, server, api, password or other");
}

static RESULT owner_find(struct shop *shop, struct slice id, uint32_t *out)
{
    uint64_t owner = 0;
    TRY(id_get(shop, ID_STAFF, id, &owner));
    if (owner == 0 || owner > shop->access.staff_count) return FAIL(NOT_FOUND, "owner: no member of staff");
    *out = (uint32_t)owner;
    return OK;
}

RESULT verb_secret_add(struct batch *batch, const struct reader *reader, const struct secret_add_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(row_done)
    struct secret_row secret = {.id = (uint32_t)shop->access.secret_count + 1,
                                .made_us = batch->now_us,
                                .rotate_days = ask->rotate_days ? ask->rotate_days : SECRET_ROTATE_DAYS};
    const struct words words = {.name = ask->name, .fingerprint = ask->fingerprint};
    if (ask->name.len == 0) return FAIL(MEMBER_MISSING, "name: say what it opens, never the secret itself");
    TRY(kind_find(ask->kind, &secret.kind));
    if (ask->owner.len > 0) TRY(owner_find(shop, ask->owner, &secret.owner));
    if (secret.owner > 0) TRY(holder_add(&secret, secret.owner)); /* who owns it has it */
    TRY(holders_add(shop, &ask->holders, &secret));
    words_seal(shop, &words, &secret);
    TRY(secret_save(batch, reader, &secret, out));
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 1);
    put_id(shop, &out->body, "id", ID_SECRET, secret.id);
    return OK;
}

static RESULT secret_find(struct shop *shop, struct slice id, struct secret_row *out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_SECRET, id, &number));
    if (number == 0 || number > shop->access.secret_count)
        return FAIL(NOT_FOUND, "secret: this shop has none of that id");
    secret_copy(&shop->access.secrets[number - 1], out);
    return OK;
}

RESULT verb_secret_hold(struct batch *batch, const struct reader *reader, const struct secret_hold_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(row_done) struct secret_row secret = {0};
    TRY(secret_find(shop, ask->id, &secret));
    if (ask->holders.count == 0) return FAIL(MEMBER_MISSING, "holders: name the staff who were given it");
    TRY(holders_add(shop, &ask->holders, &secret));
    TRY(secret_save(batch, reader, &secret, out));
    return secret_put(shop, &secret, batch->now_us, &out->body);
}

/* A rotation: who holds the new one, what was done, and how the old one was shown dead. */
RESULT verb_secret_rotated(struct batch *batch, const struct reader *reader,
                           const struct secret_rotated_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(row_done) struct secret_row secret = {0};
    SCOPED(buf_done) struct buf text = {0};
    struct words words = {{0}};
    TRY(secret_find(shop, ask->id, &secret));
    TRY(words_open(shop, &secret, &text, &words));
    if (ask->proof.len == 0) return FAIL(MEMBER_MISSING, "proof: say what was done, such as a ticket");
    if (ask->old_dead.len == 0)
        return FAIL(MEMBER_MISSING, "old_dead: say how the old one was tried and refused");
    if (words.fingerprint.len > 0 && slice_equal(words.fingerprint, ask->fingerprint))
        return FAIL(CHECK_NOT_MET, "fingerprint: it is the old one's, so nothing was rotated");
    if (words.fingerprint.len > 0 && ask->fingerprint.len == 0)
        return FAIL(MEMBER_MISSING, "fingerprint: this secret has one; give the new one's");
    if (ask->owner.len > 0) TRY(owner_find(shop, ask->owner, &secret.owner));
    secret.holder_count = 0;
    secret.rotated_us = batch->now_us;
    secret.open_us = 0;
    TRY(holders_add(shop, &ask->holders, &secret));
    if (secret.owner > 0 && secret.holder_count == 0) TRY(holder_add(&secret, secret.owner));
    words.fingerprint = ask->fingerprint;
    words.proof = ask->proof;
    words.dead = ask->old_dead;
    words_seal(shop, &words, &secret);
    TRY(secret_save(batch, reader, &secret, out));
    return secret_put(shop, &secret, batch->now_us, &out->body);
}

RESULT verb_secret_list(struct batch *batch, const struct reader *reader, const struct secret_list_ask *ask,
                        struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct page page = {.count = shop->access.secret_count};
    TRY(page_of(shop, ID_SECRET, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, page.to - page.from);
    for (size_t i = page.from; i < page.to; i++)
        TRY(secret_put(shop, &shop->access.secrets[i], batch->now_us, &out->body));
    put_next(shop, ID_SECRET, &page, &out->body);
    return OK;
}
