/* Roles: the built-in ones, those a shop puts, and the bodies of their rows. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"
#include "keep/access/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROLE_MEMBERS = 15,
    ROLE_MEMBERS_STANCE = 14, /* without `alone`, */
    ROLE_MEMBERS_BEFORE = 13  /* and without a stance: of homes made before there were any */
};
#define BIT(act) (UINT64_C(1) << ACT_##act)
#define FIELD_BIT(name) ((uint64_t)1 << FIELD_##name)

/* How many people their readers may look at goes by the shop's size: limits.def. */
static const struct role builtin[] = {
    {
        .name = "admin",
        .fields_all = true,
        .purposes = {PURPOSE_ANY},
        .purpose_count = 1,
        .acts = 0 /* all that there are */
#define ACT(NAME, bit, name, of, about) | ((bit) >= ACT_NONE ? 0 : UINT64_C(1) << (bit))
#include "keep/access/acts.def"
#undef ACT
    },
    {.name = "service",
     .fields_all = true,
     .purposes = {PURPOSE_ANY},
     .purpose_count = 1,
     .acts = BIT(REVEAL) | BIT(LOOKUP) | BIT(SHOW) | BIT(CREATE) | BIT(CHANGE) | BIT(IMPORT)},
    {.name = "support",
     .full = FIELD_BIT(REF) | FIELD_BIT(NAME),
     .masked = FIELD_BIT(EMAIL) | FIELD_BIT(PHONE) | FIELD_BIT(RECIPIENT) | FIELD_BIT(POSTCODE) |
               FIELD_BIT(ADDRESS) | FIELD_BIT(BIRTH_DATE),
     .acts = BIT(REVEAL) | BIT(LOOKUP) | BIT(SHOW) | BIT(WALLET) | BIT(DESK),
     .purposes = {1, 2, 3, 4},
     .purpose_count = 4,
     .reason = true},
    {.name = "auditor",
     .acts = BIT(SHOW) | BIT(HISTORY) | BIT(LEDGER) | BIT(STATUS) | BIT(AUDIT),
     .purposes = {8},
     .purpose_count = 1},
    {.name = "signin",
     .masked = FIELD_BIT(REF) | FIELD_BIT(EMAIL) | FIELD_BIT(PHONE),
     .acts = BIT(LOOKUP) | BIT(PASS),
     .purposes = {14},
     .purpose_count = 1},
    {.name = "frontend",
     .fields_all = true,
     .acts = BIT(REVEAL) | BIT(WALLET),
     .purposes = {12},
     .purpose_count = 1,
     .pass = true},
    {.name = "orders", .acts = BIT(GRANT)},
    {.name = "warehouse",
     .full = FIELD_BIT(RECIPIENT) | FIELD_BIT(ADDRESS) | FIELD_BIT(POSTCODE) | FIELD_BIT(PHONE),
     .acts = BIT(REVEAL),
     .purposes = {2},
     .purpose_count = 1,
     .grant = true},
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
    cbor_array(out, ROLE_MEMBERS);
    cbor_text(out, slice_text(role->name));
    cbor_uint(out, role->full);
    cbor_uint(out, role->masked);
    cbor_bool(out, role->fields_all);
    cbor_uint(out, role->acts);
    cbor_array(out, role->purpose_count);
    for (size_t i = 0; i < role->purpose_count; i++) cbor_uint(out, role->purposes[i]);
    cbor_array(out, WINDOW_COUNT);
    for (size_t i = 0; i < WINDOW_COUNT; i++) cbor_uint(out, role->limits.at[i]);
    cbor_array(out, CLASS_COUNT);
    for (size_t i = 0; i < CLASS_COUNT; i++) cbor_uint(out, role->classes[i]);
    cbor_bool(out, role->reason);
    cbor_bool(out, role->grant);
    cbor_bool(out, role->pass);
    cbor_text(out, slice_text(role->lesson));
    cbor_uint(out, role->approval_above);
    cbor_uint(out, role->stance);
    cbor_bool(out, role->alone);
}

static RESULT role_body_read(struct slice body, struct role *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0, class_count = 0;
    uint64_t act_bits = 0, stance = STANCE_DEFAULT;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_name_read(&reader, out->name, ROLE_NAME_BYTES_MAX));
    TRY(cbor_read_uint(&reader, &out->full));
    TRY(cbor_read_uint(&reader, &out->masked));
    TRY(cbor_read_bool(&reader, &out->fields_all));
    TRY(cbor_read_uint(&reader, &act_bits));
    TRY(body_numbers_read(&reader, out->purposes, ROLE_PURPOSES_MAX, &out->purpose_count));
    TRY(body_limits_read(&reader, &out->limits));
    TRY(body_numbers_read(&reader, out->classes, CLASS_COUNT, &class_count));
    TRY(cbor_read_bool(&reader, &out->reason));
    TRY(cbor_read_bool(&reader, &out->grant));
    TRY(cbor_read_bool(&reader, &out->pass));
    TRY(body_name_read(&reader, out->lesson, ROLE_NAME_BYTES_MAX));
    TRY(cbor_read_uint(&reader, &out->approval_above));
    if (members >= ROLE_MEMBERS_STANCE) TRY(cbor_read_uint(&reader, &stance));
    if (members >= ROLE_MEMBERS) TRY(cbor_read_bool(&reader, &out->alone));
    out->acts = act_bits & builtin[0].acts;
    if (members > ROLE_MEMBERS || members < ROLE_MEMBERS_BEFORE || stance >= STANCES)
        return FAIL(CORRUPT, "authority: a stored role of %zu members", members);
    out->stance = (enum stance)stance;
    return cbor_end(&reader);
}

RESULT role_fields(struct shop *shop, const struct texts *names, struct role *out)
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
        if (bits == 0) return FAIL(FIELD_UNKNOWN, "fields: item %zu is not a field of this shop", i);
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
            return FAIL(PURPOSE_UNKNOWN, "role: purposes: item %zu is none; see keep/access/purposes.def", i);
        out->purposes[out->purpose_count++] = number;
    }
    return OK;
}

static bool act_is(enum act act, struct slice name)
{
    const char *known = act_name(act);
    return known && slice_is(name, known);
}

static RESULT role_acts(const struct texts *names, struct role *out)
{
    for (size_t i = 0; i < names->count; i++) {
        int act = 0;
        while (act < ACT_NONE && !act_is((enum act)act, names->at[i])) act++;
        if (act == ACT_NONE)
            return FAIL(INVALID, "role: acts: item %zu is none; see keep/access/acts.def", i);
        out->acts |= UINT64_C(1) << act;
    }
    return OK;
}

static bool purposes_within(const struct role *inner, const struct role *outer)
{
    if (outer->purpose_count == 1 && outer->purposes[0] == PURPOSE_ANY) return true;
    for (size_t i = 0; i < inner->purpose_count; i++) {
        bool found = false;
        for (size_t j = 0; j < outer->purpose_count; j++) found |= outer->purposes[j] == inner->purposes[i];
        if (!found) return false;
    }
    return true;
}

/* What `outer` asks of its readers beside role and purpose, `inner` asks too. */
static bool as_strict(const struct role *inner, const struct role *outer)
{
    bool lesson = !outer->lesson[0] || strcmp(inner->lesson, outer->lesson) == 0;
    bool approval = outer->approval_above == 0 ||
                    (inner->approval_above != 0 && inner->approval_above <= outer->approval_above);
    return (inner->reason || !outer->reason) && (inner->grant || !outer->grant) &&
           (inner->pass || !outer->pass) && (!inner->alone || outer->alone) && lesson && approval;
}

/* 0 is no limit. */
static bool classes_within(const struct role *inner, const struct role *outer)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (outer->classes[i] > 0 && (inner->classes[i] == 0 || inner->classes[i] > outer->classes[i]))
            return false;
    }
    return true;
}

bool role_gives_rights(const struct role *role)
{
    const uint64_t rights = BIT(ROLES) | BIT(KEYS);
    return (role->acts & rights) == rights;
}

bool role_may_give(const struct role *giver, const struct role *given)
{
    uint64_t full = giver->fields_all ? UINT64_MAX : giver->full, masked = full | giver->masked;
    return (!given->fields_all || giver->fields_all) && (given->full & ~full) == 0 &&
           (given->masked & ~masked) == 0 && (given->acts & ~giver->acts) == 0;
}

bool role_within(const struct role *inner, const struct role *outer, uint64_t customers)
{
    struct limits less = limits_of_role(inner, customers), more = limits_of_role(outer, customers);
    uint64_t full = outer->fields_all ? UINT64_MAX : outer->full, masked = full | outer->masked;
    return (!inner->fields_all || outer->fields_all) && (inner->full & ~full) == 0 &&
           (inner->masked & ~masked) == 0 && (inner->acts & ~outer->acts) == 0 &&
           stance_within(inner->stance, role_gives_rights(inner), outer->stance, role_gives_rights(outer)) &&
           purposes_within(inner, outer) && limits_within(&less, &more) && classes_within(inner, outer) &&
           as_strict(inner, outer);
}

/* A name is 1 to 32 of a-z, 0-9, - and _; `what` says whose. */
static RESULT role_word(const char *what, struct slice word, char out[ROLE_NAME_BYTES_MAX + 1])
{
    if (word.len == 0 || word.len > ROLE_NAME_BYTES_MAX)
        return FAIL(INVALID, "%s: a name is 1 to %d bytes", what, ROLE_NAME_BYTES_MAX);
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return FAIL(INVALID, "%s: a name is made of a-z, 0-9, - and _", what);
    }
    memcpy(out, word.at, word.len);
    out[word.len] = 0;
    return OK;
}

/* What no role may be: an admin who cannot mend roles; one that compares values with no grant or pass to show for it. */
static RESULT role_sound(const struct role *role)
{
    uint64_t keep = BIT(ROLES) | BIT(KEYS), compare = BIT(LOOKUP) | BIT(CREATE) | BIT(CHANGE) | BIT(IMPORT);
    if (strcmp(role->name, "admin") == 0 && (role->acts & keep) != keep) {
        return FAIL(INVALID, "role: admin must keep the acts roles and keys, or nobody could give them back");
    }
    if ((role->grant || role->pass) && (role->acts & compare) != 0) {
        return FAIL(INVALID,
                    "role: one that needs a grant or pass may not lookup, create, change or import: those "
                    "tell of people it has none for");
    }
    return OK;
}

static bool count_read(struct slice text, uint32_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len && number <= UINT32_MAX; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *out = (uint32_t)number;
    return number > 0 && number <= UINT32_MAX;
}

/* "identity=5": at most five people a day at fields of that class. */
static RESULT role_classes(const struct texts *given, struct role *out)
{
    for (size_t i = 0; i < given->count; i++) {
        struct slice text = given->at[i];
        size_t name = 0;
        uint32_t number = 0;
        while (name < text.len && text.at[name] != '=') name++;
        enum field_class class = field_class_find(slice_part(text, 0, name));
        bool good = name < text.len && count_read(slice_from(text, name + 1), &number);
        if (!good || class == CLASS_COUNT)
            return FAIL(INVALID, "role: classes: item %zu is not of the form identity=5", i);
        out->classes[class] = number;
    }
    return OK;
}

RESULT role_from_ask(struct shop *shop, const struct role_put_ask *ask, struct role *out)
{
    struct role role = {.limits = {{ask->minute, ask->hour, ask->daily, ask->monthly}},
                        .reason = ask->reason,
                        .grant = ask->grant,
                        .pass = ask->pass,
                        .alone = ask->watch_alone,
                        .approval_above = ask->approval_above};
    TRY(role_word("role", ask->name, role.name));
    if (ask->lesson.len > 0) TRY(role_word("lesson", ask->lesson, role.lesson));
    TRY(role_fields(shop, &ask->fields, &role));
    TRY(role_purposes(&ask->purposes, &role));
    TRY(role_acts(&ask->acts, &role));
    TRY(role_classes(&ask->classes, &role));
    if (!stance_by_name(ask->watch, &role.stance))
        return FAIL(INVALID, "role: watch: default, alert, slow or trip");
    TRY(role_sound(&role));
    const struct role *old = role_find(&shop->access, ask->name);
    role.id = old ? old->id : (uint32_t)shop->access.role_count + 1;
    *out = role;
    return OK;
}

RESULT role_take(struct access *access, uint32_t id, struct slice body)
{
    struct role role = {.id = id};
    void *rows = access->roles, *at = NULL;
    TRY(role_body_read(body, &role));
    TRY(row_place(&rows, &access->role_count, sizeof role, id, &at));
    access->roles = rows;
    memcpy(at, &role, sizeof role);
    return OK;
}
