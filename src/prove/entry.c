#include "prove/entry.h"

#include "base/cbor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Map keys of an entry, ascending: that is the deterministic order. */
enum member {
    MEMBER_KIND,
    MEMBER_TIME,
    MEMBER_READER,
    MEMBER_ROLE,
    MEMBER_PURPOSE,
    MEMBER_FULL,
    MEMBER_MASKED,
    MEMBER_COUNT,
    MEMBER_ROOT,
    MEMBER_NONCE,
    MEMBER_OBJECT_KIND,
    MEMBER_OBJECT_ID,
    MEMBER_OBJECT,
    MEMBER_CAUSE,
    MEMBER_OLD_SIZE,
    MEMBER_OLD_ROOT,
    MEMBER_COMMITMENTS,
    MEMBER_END
};

static const struct {
    enum entry_kind kind;
    const char *name;
} kinds[] = {
#define ENTRY(NAME, number, name, about) {ENTRY_##NAME, name},
#include "prove/entries.def"
#undef ENTRY
};

const char *entry_kind_name(enum entry_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].kind == kind) return kinds[i].name;
    }
    return "unknown";
}

static void put_number(struct buf *out, enum member member, uint64_t number, size_t *count)
{
    if (number == 0) return;
    cbor_uint(out, member);
    cbor_uint(out, number);
    (*count)++;
}

static void put_bytes(struct buf *out, enum member member, const void *at, size_t len, size_t *count)
{
    cbor_uint(out, member);
    cbor_bytes(out, (struct slice){at, len});
    (*count)++;
}

static void put_commitments(const struct entry *entry, struct buf *out, size_t *count)
{
    if (entry->commitments == 0) return;
    cbor_uint(out, MEMBER_COMMITMENTS);
    cbor_array(out, entry->commitments);
    for (size_t i = 0; i < entry->commitments; i++) {
        cbor_array(out, 2);
        cbor_uint(out, entry->commitment[i].kind);
        cbor_bytes(out, SLICE_OF(entry->commitment[i].hash));
    }
    (*count)++;
}

void entry_write(const struct entry *entry, struct buf *out)
{
    assert(entry->commitments <= COMMITMENTS_MAX && entry->time_us >= 0 && entry->kind != 0);
    size_t start = out->len, count = 0, mark = cbor_open(out);
    put_number(out, MEMBER_KIND, entry->kind, &count);
    put_number(out, MEMBER_TIME, (uint64_t)entry->time_us, &count);
    put_number(out, MEMBER_READER, entry->reader, &count);
    put_number(out, MEMBER_ROLE, entry->role, &count);
    put_number(out, MEMBER_PURPOSE, entry->purpose, &count);
    put_number(out, MEMBER_FULL, entry->full, &count);
    put_number(out, MEMBER_MASKED, entry->masked, &count);
    put_number(out, MEMBER_COUNT, entry->count, &count);
    if (entry->has_root) {
        put_bytes(out, MEMBER_ROOT, entry->root.bytes, HASH_BYTES, &count);
        put_bytes(out, MEMBER_NONCE, entry->nonce, ENTRY_NONCE_BYTES, &count);
    }
    put_number(out, MEMBER_OBJECT_KIND, entry->object_kind, &count);
    put_number(out, MEMBER_OBJECT_ID, entry->object_id, &count);
    if (entry->has_object) put_bytes(out, MEMBER_OBJECT, entry->object.bytes, HASH_BYTES, &count);
    put_number(out, MEMBER_CAUSE, entry->cause, &count);
    put_number(out, MEMBER_OLD_SIZE, entry->old_size, &count);
    if (entry->has_old) put_bytes(out, MEMBER_OLD_ROOT, entry->old_root.bytes, HASH_BYTES, &count);
    put_commitments(entry, out, &count);
    cbor_map_close(out, mark, count);
    assert(out->len - start <= LEDGER_ENTRY_BYTES_MAX);
}

static RESULT read_u32(struct cbor *reader, uint32_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number == 0 || number > UINT32_MAX) return FAIL(INVALID, "entry: a number out of range");
    *out = (uint32_t)number;
    return OK;
}

static RESULT read_u64(struct cbor *reader, uint64_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number == 0) return FAIL(INVALID, "entry: a zero that need not be there");
    *out = number;
    return OK;
}

static RESULT read_fixed(struct cbor *reader, void *out, size_t len, bool *has)
{
    struct slice bytes = {0};
    TRY(cbor_read_bytes(reader, &bytes));
    if (bytes.len != len) return FAIL(INVALID, "entry: a hash or nonce of %zu bytes", bytes.len);
    memcpy(out, bytes.at, len);
    if (has) *has = true;
    return OK;
}

static RESULT read_commitments(struct cbor *reader, struct entry *out)
{
    size_t count = 0, two = 0;
    TRY(cbor_read_array(reader, &count));
    if (count == 0 || count > COMMITMENTS_MAX) return FAIL(INVALID, "entry: %zu commitments", count);
    for (size_t i = 0; i < count; i++) {
        uint32_t kind = 0;
        TRY(cbor_read_array(reader, &two));
        if (two != 2) return FAIL(INVALID, "entry: a commitment of %zu parts", two);
        TRY(read_u32(reader, &kind));
        if (kind > COMMIT_LAST) return FAIL(INVALID, "entry: an unknown commitment");
        out->commitment[i].kind = (enum commitment_kind)kind;
        TRY(read_fixed(reader, out->commitment[i].hash.bytes, HASH_BYTES, NULL));
    }
    out->commitments = count;
    return OK;
}

static RESULT read_time(struct cbor *reader, int64_t *out)
{
    uint64_t time = 0;
    TRY(read_u64(reader, &time));
    if (time > INT64_MAX) return FAIL(INVALID, "entry: a time out of range");
    *out = (int64_t)time;
    return OK;
}

static RESULT read_kind(struct cbor *reader, enum entry_kind *out)
{
    uint32_t kind = 0;
    TRY(read_u32(reader, &kind));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if ((uint32_t)kinds[i].kind != kind) continue;
        *out = kinds[i].kind;
        return OK;
    }
    return FAIL(INVALID, "entry: an unknown kind");
}

static RESULT read_member(struct cbor *reader, uint64_t member, struct entry *out)
{
    switch (member < MEMBER_END ? (enum member)member : MEMBER_END) {
    case MEMBER_KIND:
        return read_kind(reader, &out->kind);
    case MEMBER_TIME:
        return read_time(reader, &out->time_us);
    case MEMBER_READER:
        return read_u64(reader, &out->reader);
    case MEMBER_ROLE:
        return read_u32(reader, &out->role);
    case MEMBER_PURPOSE:
        return read_u32(reader, &out->purpose);
    case MEMBER_FULL:
        return read_u64(reader, &out->full);
    case MEMBER_MASKED:
        return read_u64(reader, &out->masked);
    case MEMBER_COUNT:
        return read_u64(reader, &out->count);
    case MEMBER_ROOT:
        return read_fixed(reader, out->root.bytes, HASH_BYTES, &out->has_root);
    case MEMBER_NONCE:
        return read_fixed(reader, out->nonce, ENTRY_NONCE_BYTES, NULL);
    case MEMBER_OBJECT_KIND:
        return read_u32(reader, &out->object_kind);
    case MEMBER_OBJECT_ID:
        return read_u64(reader, &out->object_id);
    case MEMBER_OBJECT:
        return read_fixed(reader, out->object.bytes, HASH_BYTES, &out->has_object);
    case MEMBER_CAUSE:
        return read_u32(reader, &out->cause);
    case MEMBER_OLD_SIZE:
        return read_u64(reader, &out->old_size);
    case MEMBER_OLD_ROOT:
        return read_fixed(reader, out->old_root.bytes, HASH_BYTES, &out->has_old);
    case MEMBER_COMMITMENTS:
        return read_commitments(reader, out);
    case MEMBER_END:
        break;
    }
    return FAIL(INVALID, "entry: an unknown member");
}

RESULT entry_read(struct slice bytes, struct entry *out)
{
    struct entry entry = {0};
    struct cbor reader = cbor_reader(bytes);
    size_t pairs = 0;
    uint64_t before = 0, member = 0;
    if (bytes.len > LEDGER_ENTRY_BYTES_MAX)
        return FAIL(INVALID, "entry: longer than %d bytes", LEDGER_ENTRY_BYTES_MAX);
    TRY(cbor_read_map(&reader, &pairs));
    for (size_t i = 0; i < pairs; i++) {
        TRY(cbor_read_uint(&reader, &member));
        if (i > 0 && member <= before) return FAIL(INVALID, "entry: members out of order");
        if ((member == MEMBER_NONCE) != (i > 0 && before == MEMBER_ROOT)) {
            return FAIL(INVALID, "entry: a root and its nonce go together");
        }
        TRY(read_member(&reader, member, &entry));
        before = member;
    }
    TRY(cbor_end(&reader));
    if (before == MEMBER_ROOT) return FAIL(INVALID, "entry: a root without its nonce");
    if (entry.kind == 0 || entry.time_us == 0) return FAIL(INVALID, "entry: without kind or time");
    *out = entry;
    return OK;
}

uint32_t entry_cause(struct crypto *crypto, enum cause cause)
{
    struct hash hash = {{0}};
    if (cause == CAUSE_OK) return 0;
    sha256_one(crypto, slice_text(cause_row(cause)->slug), &hash);
    return be32_get(hash.bytes);
}

enum cause entry_cause_find(struct crypto *crypto, uint32_t code)
{
    for (int cause = 1; cause < CAUSE_COUNT; cause++) {
        if (entry_cause(crypto, (enum cause)cause) == code) return (enum cause)cause;
    }
    return CAUSE_COUNT;
}

void leaf_salt(struct crypto *crypto, const struct secret *data_key, const uint8_t nonce[ENTRY_NONCE_BYTES],
               struct hash *out)
{
    const struct slice parts[] = {
        SLICE_TEXT("amanah leaf salt 1"), {data_key->bytes, SECRET_BYTES}, {nonce, ENTRY_NONCE_BYTES}};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

void set_leaf(struct crypto *crypto, const struct hash *salt, const struct sighted *sighted,
              const struct hash *bound, struct hash *out)
{
    uint8_t text[1 + HASH_BYTES + 24 + HASH_BYTES] = {0};
    size_t len = 1 + HASH_BYTES + 24;
    memcpy(text + 1, salt->bytes, HASH_BYTES);
    be64_put(text + 1 + HASH_BYTES, sighted->no.at);
    be64_put(text + 1 + HASH_BYTES + 8, sighted->full);
    be64_put(text + 1 + HASH_BYTES + 16, sighted->masked);
    if (bound) {
        memcpy(text + len, bound->bytes, HASH_BYTES);
        len += HASH_BYTES;
    }
    sha256_one(crypto, (struct slice){text, len}, out);
}

void commitment_make(struct crypto *crypto, const struct aside_text *text, struct hash *out)
{
    uint8_t kind = (uint8_t)text->kind;
    const struct slice parts[] = {
        SLICE_TEXT("amanah commitment 1"), {&kind, 1}, {text->salt, COMMIT_SALT_BYTES}, text->text};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

static bool uniform(const struct aside *aside)
{
    for (size_t i = 1; i < aside->set_count; i++) {
        if (aside->set[i].full != aside->set[0].full || aside->set[i].masked != aside->set[0].masked)
            return false;
    }
    return true;
}

/* Zigzag of the step to the next number: sets come in the order of their leaves, not sorted. */
static uint64_t zigzag(uint64_t from, uint64_t to)
{
    uint64_t step = to - from;
    return step << 1 ^ (step >> 63 ? UINT64_MAX : 0);
}

void aside_write(const struct aside *aside, struct buf *out)
{
    assert(aside->set_count <= SET_SUBJECTS_MAX && aside->text_count <= COMMITMENTS_MAX);
    bool same = uniform(aside);
    buf_varint(out, aside->set_count << 1 | (same ? 1 : 0));
    uint64_t before = 0;
    for (size_t i = 0; i < aside->set_count; i++) {
        buf_varint(out, zigzag(before, aside->set[i].no.at));
        before = aside->set[i].no.at;
        if (same && i > 0) continue;
        buf_varint(out, aside->set[i].full);
        buf_varint(out, aside->set[i].masked);
    }
    buf_varint(out, aside->text_count);
    for (size_t i = 0; i < aside->text_count; i++) {
        buf_byte(out, (uint8_t)aside->texts[i].kind);
        buf_put(out, aside->texts[i].salt, COMMIT_SALT_BYTES);
        buf_varint(out, aside->texts[i].text.len);
        buf_slice_put(out, aside->texts[i].text);
    }
    buf_slice_put(out, aside->more);
}

void aside_read_done(struct aside_read *aside)
{
    free(aside->set);
    observed_done(&aside->observed);
    *aside = (struct aside_read){0};
}

static RESULT read_set(struct cursor *cursor, struct aside_read *out)
{
    uint64_t head = cursor_varint(cursor), count = head >> 1, before = 0;
    if (cursor->bad || count > SET_SUBJECTS_MAX || count > cursor->rest.len) {
        return FAIL(CORRUPT, "ledger: a set beside an entry is malformed");
    }
    if (count == 0) return OK;
    out->set = calloc(count, sizeof *out->set);
    if (!out->set) return FAIL(UNAVAILABLE, "ledger: out of memory");
    for (size_t i = 0; i < count; i++) {
        uint64_t step = cursor_varint(cursor);
        before += step >> 1 ^ (step & 1 ? UINT64_MAX : 0);
        out->set[i].no.at = before;
        bool shared = (head & 1) && i > 0;
        out->set[i].full = shared ? out->set[0].full : cursor_varint(cursor);
        out->set[i].masked = shared ? out->set[0].masked : cursor_varint(cursor);
    }
    out->set_count = count;
    return OK;
}

static RESULT read_texts(struct cursor *cursor, struct aside_read *out)
{
    uint64_t count = cursor_varint(cursor);
    if (count > COMMITMENTS_MAX) return FAIL(CORRUPT, "ledger: too many texts beside an entry");
    for (size_t i = 0; i < count; i++) {
        struct aside_text *text = &out->texts[i];
        uint8_t kind = cursor_byte(cursor);
        struct slice salt = cursor_take(cursor, COMMIT_SALT_BYTES);
        uint64_t len = cursor_varint(cursor);
        text->text = cursor_take(cursor, len > LEDGER_ENTRY_BYTES_MAX ? SIZE_MAX : (size_t)len);
        if (cursor->bad || kind == 0 || kind > COMMIT_LAST) {
            return FAIL(CORRUPT, "ledger: a text beside an entry is malformed");
        }
        text->kind = (enum commitment_kind)kind;
        memcpy(text->salt, salt.at, COMMIT_SALT_BYTES);
    }
    out->text_count = count;
    return OK;
}

RESULT aside_read(struct slice bytes, struct aside_read *out)
{
    SCOPED(aside_read_done) struct aside_read read = {0};
    struct cursor cursor = {bytes, false};
    TRY(read_set(&cursor, &read));
    TRY(read_texts(&cursor, &read));
    if (cursor.bad) return FAIL(CORRUPT, "ledger: what stands beside an entry is malformed");
    read.more = cursor.rest;
    if (read.more.len > 0) TRY(observed_read(read.more, read.set_count, &read.observed));
    *out = TAKE(read);
    return OK;
}
