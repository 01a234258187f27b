/* Roles, keys and staff in memory, and the bodies of their authority rows. */
#include "keep/authority.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ALL_ACTS ((1U << ACT_NONE) - 1)
#define BIT(act) (1U << ACT_##act)
#define FIELD_BIT(name) ((uint64_t)1 << FIELD_##name)

/*
 * The daily limits are plain until budgets by window and shop size land: an upper bound on what one credential can
 * take in a day, to be lowered with `amanah role put`.
 */
static const struct role builtin[] = {
    {.name = "admin",
     .fields_all = true,
     .acts = ALL_ACTS,
     .purposes = {PURPOSE_ANY},
     .purpose_count = 1,
     .daily = 100000},
    {.name = "service",
     .fields_all = true,
     .purposes = {PURPOSE_ANY},
     .purpose_count = 1,
     .daily = 100000,
     .acts = BIT(REVEAL) | BIT(LOOKUP) | BIT(SHOW) | BIT(CREATE) | BIT(CHANGE) | BIT(IMPORT)},
    {.name = "support",
     .full = FIELD_BIT(REF) | FIELD_BIT(NAME),
     .masked = FIELD_BIT(EMAIL) | FIELD_BIT(PHONE) | FIELD_BIT(RECIPIENT) | FIELD_BIT(POSTCODE) |
               FIELD_BIT(ADDRESS) | FIELD_BIT(BIRTH_DATE),
     .acts = BIT(REVEAL) | BIT(LOOKUP) | BIT(SHOW),
     .purposes = {1, 2, 3, 4},
     .purpose_count = 4,
     .daily = 200,
     .reason = true},
    {.name = "auditor",
     .acts = BIT(SHOW) | BIT(HISTORY) | BIT(LEDGER) | BIT(STATUS),
     .purposes = {8},
     .purpose_count = 1},
};

size_t role_builtin_count(void)
{
    return COUNT_OF(builtin);
}

struct role role_builtin(size_t index)
{
    assert(index < COUNT_OF(builtin));
    struct role role = builtin[index];
    role.id = (uint32_t)index + 1;
    return role;
}

void role_body_write(const struct role *role, struct buf *out)
{
    cbor_array(out, 8);
    cbor_text(out, slice_text(role->name));
    cbor_uint(out, role->full);
    cbor_uint(out, role->masked);
    cbor_bool(out, role->fields_all);
    cbor_uint(out, role->acts);
    cbor_array(out, role->purpose_count);
    for (size_t i = 0; i < role->purpose_count; i++) cbor_uint(out, role->purposes[i]);
    cbor_uint(out, role->daily);
    cbor_bool(out, role->reason);
}

static RESULT numbers_read(struct cbor *reader, uint32_t *out, size_t room, size_t *count)
{
    size_t found = 0;
    TRY(cbor_read_array(reader, &found));
    if (found > room) return FAIL(CORRUPT, "authority: a stored list is too long");
    for (size_t i = 0; i < found; i++) {
        uint64_t number = 0;
        TRY(cbor_read_uint(reader, &number));
        if (number > UINT32_MAX) return FAIL(CORRUPT, "authority: a stored number is out of range");
        out[i] = (uint32_t)number;
    }
    *count = found;
    return OK;
}

static RESULT name_read(struct cbor *reader, char *out, size_t bytes_max)
{
    struct slice name = {0};
    TRY(cbor_read_text(reader, &name));
    if (name.len > bytes_max) return FAIL(CORRUPT, "authority: a stored name is too long");
    if (name.len > 0) memcpy(out, name.at, name.len);
    out[name.len] = 0;
    return OK;
}

static RESULT role_body_read(struct slice body, struct role *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t act_bits = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(name_read(&reader, out->name, ROLE_NAME_BYTES_MAX));
    TRY(cbor_read_uint(&reader, &out->full));
    TRY(cbor_read_uint(&reader, &out->masked));
    TRY(cbor_read_bool(&reader, &out->fields_all));
    TRY(cbor_read_uint(&reader, &act_bits));
    TRY(numbers_read(&reader, out->purposes, ROLE_PURPOSES_MAX, &out->purpose_count));
    TRY(cbor_read_uint(&reader, &out->daily));
    TRY(cbor_read_bool(&reader, &out->reason));
    out->acts = (uint32_t)act_bits & ALL_ACTS;
    return members == 8 ? cbor_end(&reader)
                        : FAIL(CORRUPT, "authority: a stored role of %zu members", members);
}

static RESULT role_fields(struct shop *shop, const struct texts *names, struct role *out)
{
    for (size_t i = 0; i < names->count; i++) {
        struct slice name = names->at[i];
        if (slice_is(name, "*")) {
            out->fields_all = true;
            continue;
        }
        bool masked = name.len > 5 && slice_is(slice_from(name, name.len - 5), ".mask");
        if (masked) name.len -= 5;
        const struct field *field = field_find(&shop->fields, name);
        uint64_t bits = field ? field_bit(field) : field_group_mask(&shop->fields, name);
        if (bits == 0) return FAIL(FIELD_UNKNOWN, "role: fields: item %zu is not a field of this shop", i);
        *(masked ? &out->masked : &out->full) |= bits;
    }
    return OK;
}

static RESULT role_purposes(const struct texts *names, struct role *out)
{
    if (names->count > ROLE_PURPOSES_MAX)
        return FAIL(TOO_MANY, "role: more than %d purposes", ROLE_PURPOSES_MAX);
    for (size_t i = 0; i < names->count; i++) {
        uint32_t number = 0;
        for (uint32_t try = 1; try < 64 && number == 0; try++) {
            const char *name = purpose_name(try);
            if (name && slice_is(names->at[i], name)) number = try;
        }
        if (slice_is(names->at[i], "*") && names->count == 1) number = PURPOSE_ANY;
        if (number == 0)
            return FAIL(PURPOSE_UNKNOWN, "role: purposes: item %zu is none; see keep/purposes.def", i);
        out->purposes[out->purpose_count++] = number;
    }
    return OK;
}

static RESULT role_acts(const struct texts *names, struct role *out)
{
    for (size_t i = 0; i < names->count; i++) {
        int act = 0;
        while (act < ACT_NONE && !slice_is(names->at[i], act_name((enum act)act))) act++;
        if (act == ACT_NONE) return FAIL(INVALID, "role: acts: item %zu is none; see keep/acts.def", i);
        out->acts |= 1U << act;
    }
    return OK;
}

RESULT role_from_ask(struct shop *shop, const struct role_put_ask *ask, struct role *out)
{
    struct role role = {.daily = ask->daily, .reason = ask->reason};
    if (ask->name.len == 0 || ask->name.len > ROLE_NAME_BYTES_MAX) {
        return FAIL(INVALID, "role: a name is 1 to %d bytes", ROLE_NAME_BYTES_MAX);
    }
    for (size_t i = 0; i < ask->name.len; i++) {
        uint8_t c = ask->name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
            return FAIL(INVALID, "role: a name is made of a-z, 0-9, - and _");
        }
    }
    memcpy(role.name, ask->name.at, ask->name.len);
    TRY(role_fields(shop, &ask->fields, &role));
    TRY(role_purposes(&ask->purposes, &role));
    TRY(role_acts(&ask->acts, &role));
    uint32_t keep = BIT(ROLES) | BIT(KEYS);
    if (slice_is(ask->name, "admin") && (role.acts & keep) != keep) {
        return FAIL(INVALID, "role: admin must keep the acts roles and keys, or nobody could give them back");
    }
    const struct role *old = role_find(&shop->access, ask->name);
    role.id = old ? old->id : (uint32_t)shop->access.role_count + 1;
    *out = role;
    return OK;
}

void key_body_write(const struct key *key, struct buf *out)
{
    cbor_array(out, 7);
    cbor_uint(out, key->role);
    cbor_text(out, slice_text(key->name));
    cbor_array(out, key->holder_count);
    for (size_t i = 0; i < key->holder_count; i++) cbor_uint(out, key->holders[i]);
    cbor_bytes(out, SLICE_OF(key->mac));
    cbor_uint(out, (uint64_t)key->created_us);
    cbor_uint(out, (uint64_t)key->expires_us);
    cbor_uint(out, (uint64_t)key->ended_us);
}

static RESULT time_read(struct cbor *reader, int64_t *out)
{
    uint64_t time = 0;
    TRY(cbor_read_uint(reader, &time));
    if (time > INT64_MAX) return FAIL(CORRUPT, "authority: a stored time is out of range");
    *out = (int64_t)time;
    return OK;
}

static RESULT key_body_read(struct slice body, struct key *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t role = 0;
    struct slice mac = {0};
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &role));
    TRY(name_read(&reader, out->name, NAME_BYTES_MAX));
    TRY(numbers_read(&reader, out->holders, KEY_HOLDERS_MAX, &out->holder_count));
    TRY(cbor_read_bytes(&reader, &mac));
    TRY(time_read(&reader, &out->created_us));
    TRY(time_read(&reader, &out->expires_us));
    TRY(time_read(&reader, &out->ended_us));
    TRY(cbor_end(&reader));
    if (members != 7 || mac.len != HASH_BYTES || role > UINT32_MAX)
        return FAIL(CORRUPT, "authority: a stored key is malformed");
    memcpy(out->mac.bytes, mac.at, HASH_BYTES);
    out->role = (uint32_t)role;
    return OK;
}

/* Room for row `id` in an array of `count` rows: the row of that id, or the next free one. */
static RESULT row_place(void **rows, size_t *count, size_t row_bytes, uint32_t id, void **out)
{
    if (id == 0 || id > *count + 1) return FAIL(TAMPERED, "authority: row %u has no row before it", id);
    if (id == *count + 1) {
        uint8_t *grown = realloc(*rows, (*count + 1) * row_bytes);
        if (!grown) return FAIL(UNAVAILABLE, "authority: out of memory");
        *rows = grown;
        (*count)++;
        memset(grown + (id - 1) * row_bytes, 0, row_bytes);
    }
    *out = (uint8_t *)*rows + (size_t)(id - 1) * row_bytes;
    return OK;
}

static RESULT role_take(struct access *access, uint32_t id, struct slice body)
{
    struct role role = {.id = id};
    void *rows = access->roles, *at = NULL;
    TRY(role_body_read(body, &role));
    TRY(row_place(&rows, &access->role_count, sizeof role, id, &at));
    access->roles = rows;
    memcpy(at, &role, sizeof role);
    return OK;
}

static RESULT key_take(struct access *access, uint32_t id, struct slice body)
{
    struct key key = {.id = id};
    void *rows = access->keys, *at = NULL;
    TRY(key_body_read(body, &key));
    TRY(row_place(&rows, &access->key_count, sizeof key, id, &at));
    access->keys = rows;
    memcpy(at, &key, sizeof key);
    return OK;
}

static RESULT staff_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    struct slice sealed = {0};
    size_t members = 0;
    int64_t created_us = 0;
    void *rows = access->staff, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(time_read(&reader, &created_us));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(row_place(&rows, &access->staff_count, sizeof *access->staff, id, &at));
    access->staff = rows;
    struct staff *staff = at;
    buf_done(&staff->sealed);
    *staff = (struct staff){.id = id, .created_us = created_us};
    buf_slice_put(&staff->sealed, sealed);
    return members == 2 ? OK : FAIL(CORRUPT, "authority: a stored member of staff is malformed");
}

static RESULT field_take(struct shop *shop, struct slice body)
{
    struct field field = {0};
    TRY(field_body_read(body, &field));
    shop->fields.at[field.number] = field;
    return OK;
}

RESULT access_take(struct shop *shop, uint16_t kind, uint32_t id, struct slice body)
{
    switch (kind) {
    case AUTHORITY_ROLE:
        return role_take(&shop->access, id, body);
    case AUTHORITY_KEY:
        return key_take(&shop->access, id, body);
    case AUTHORITY_STAFF:
        return staff_take(&shop->access, id, body);
    case AUTHORITY_FIELD:
        return field_take(shop, body);
    case AUTHORITY_WITNESS:
        return OK; /* read from its row when it is needed */
    default:
        return FAIL(TAMPERED, "authority: a row of an unknown kind");
    }
}
