/* Who may see what, for which purpose: permits of the built-in roles, and the bodies of roles, keys and fields. */
#include "keep/access/authority.h"
#include "two_shops.h"

static int set_up(void **state)
{
    static struct two_shops two;
    two_shops_begin(&two);
    *state = &two;
    return 0;
}

static int tear_down(void **state)
{
    two_shops_end(*state);
    return 0;
}

static struct shop *shop_of(void **state)
{
    return ((struct two_shops *)*state)->shops[0];
}

#define BIT(name) ((uint64_t)1 << FIELD_##name)
#define ADDRESSES (BIT(RECIPIENT) | BIT(ADDRESS) | BIT(POSTCODE) | BIT(DOOR_CODE))

static void each_role_sees_what_it_may_and_for_its_purposes(void **state)
{
    static const struct {
        const char *role, *fields[3], *purpose, *reason;
        enum cause want;
        uint64_t full, masked;
    } cases[] = {
        {"admin", {"email"}, "support", "", CAUSE_OK, BIT(EMAIL), 0},
        {"admin",
         {"email", "email.mask"},
         "support",
         "",
         CAUSE_OK,
         BIT(EMAIL),
         0}, /* the full form holds the other */
        {"admin", {"addresses", "name.mask"}, "anything-else", "", CAUSE_OK, ADDRESSES, BIT(NAME)},
        {"admin", {"phone.last4"}, "support", "", CAUSE_OK, 0, BIT(PHONE)},
        {"admin", {"shoe"}, "support", "", CAUSE_FIELD_UNKNOWN, 0, 0},
        {"admin", {""}, "support", "", CAUSE_FIELD_UNKNOWN, 0, 0},
        {"admin", {".mask"}, "support", "", CAUSE_FIELD_UNKNOWN, 0, 0},
        {"admin", {"email.mask.mask"}, "support", "", CAUSE_FIELD_UNKNOWN, 0, 0},
        {"admin", {"EMAIL"}, "support", "", CAUSE_FIELD_UNKNOWN, 0, 0},
        {"admin", {"email"}, "", "", CAUSE_PURPOSE_UNKNOWN, 0, 0},
        {"admin", {"email"}, "Not A Word", "", CAUSE_PURPOSE_UNKNOWN, 0, 0},
        {"service", {"national_id"}, "order", "", CAUSE_OK, BIT(NATIONAL_ID), 0},
        {"support", {"name", "ref"}, "support", "called", CAUSE_OK, BIT(NAME) | BIT(REF), 0},
        {"support", {"name"}, "support", "", CAUSE_REASON_MISSING, 0, 0},
        {"support", {"email"}, "support", "called", CAUSE_ROLE_FIELD, 0, 0},
        {"support", {"email.mask"}, "support", "called", CAUSE_OK, 0, BIT(EMAIL)},
        {"support",
         {"email.last4"},
         "support",
         "called",
         CAUSE_ROLE_FIELD,
         0,
         0}, /* more than its mask shows */
        {"support", {"phone.last4"}, "support", "called", CAUSE_OK, 0, BIT(PHONE)},
        {"support", {"door_code"}, "support", "called", CAUSE_ROLE_FIELD, 0, 0},
        {"support", {"door_code.mask"}, "support", "called", CAUSE_ROLE_FIELD, 0, 0},
        {"support",
         {"addresses.mask"},
         "support",
         "called",
         CAUSE_ROLE_FIELD,
         0,
         0}, /* it has the door code in it */
        {"support", {"national_id.mask"}, "support", "called", CAUSE_ROLE_FIELD, 0, 0},
        {"support", {"name"}, "marketing", "called", CAUSE_ROLE_PURPOSE, 0, 0},
        {"support", {"name"}, "anything-else", "called", CAUSE_PURPOSE_UNKNOWN, 0, 0},
        {"auditor", {"name"}, "audit", "", CAUSE_ROLE_FIELD, 0, 0},
        {"auditor", {"ref.mask"}, "audit", "", CAUSE_ROLE_FIELD, 0, 0},
    };
    struct shop *shop = shop_of(state);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slice names[3];
        struct texts fields = {names, 0};
        for (size_t f = 0; f < 3 && cases[i].fields[f]; f++)
            names[fields.count++] = slice_text(cases[i].fields[f]);
        struct reader reader = {
            .no = 7, .line = 7, .role = role_find(&shop->access, slice_text(cases[i].role))};
        struct permit permit = {.role = 99};
        struct reveal_ask ask = {
            .fields = fields, .purpose = slice_text(cases[i].purpose), .reason = slice_text(cases[i].reason)};
        struct result got = access_permit(shop, &reader, &ask, &permit);
        if (got.cause != cases[i].want) fail_msg("case %zu: %s", i, cause_row(got.cause)->slug);
        assert_int_equal(permit.role, got.code == CODE_OK ? reader.role->id : 99);
        if (got.code != CODE_OK) continue;
        if (permit.full != cases[i].full || permit.masked != cases[i].masked)
            fail_msg("case %zu: other fields", i);
        assert_int_equal(permit.role, reader.role->id);
    }
}

static void each_role_does_what_it_may(void **state)
{
    static const struct {
        const char *role;
        enum verb verb;
        bool may;
    } cases[] = {
        {"admin", VERB_SUBJECT_ERASE, true},    {"admin", VERB_ROLE_PUT, true},
        {"service", VERB_SUBJECT_CREATE, true}, {"service", VERB_IMPORT, true},
        {"service", VERB_SUBJECT_ERASE, false}, {"service", VERB_KEY_ISSUE, false},
        {"service", VERB_LEDGER_TILE, false},   {"support", VERB_REVEAL, true},
        {"support", VERB_LOOKUP, true},         {"support", VERB_SUBJECT_CREATE, false},
        {"support", VERB_IMPORT, false},        {"support", VERB_SUBJECT_SIGHTINGS, false},
        {"auditor", VERB_LEDGER_ENTRY, true},   {"auditor", VERB_SUBJECT_SIGHTINGS, true},
        {"auditor", VERB_REVEAL, false},        {"auditor", VERB_LOOKUP, false},
        {"auditor", VERB_LEDGER_PIN, false},    {"auditor", VERB_STAFF_LIST, false},
        {"support", VERB_SELF, true},           {"auditor", VERB_FIELD_LIST, true},
    };
    struct shop *shop = shop_of(state);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reader reader = {.role = role_find(&shop->access, slice_text(cases[i].role))};
        struct result got = access_act(&reader, access_act_of(cases[i].verb));
        if ((got.code == CODE_OK) != cases[i].may) fail_msg("case %zu: %s", i, cause_row(got.cause)->slug);
        if (!cases[i].may) assert_int_equal(got.cause, CAUSE_ROLE_ACT);
    }
}

static void some_text(struct prop_rng *rng, char *out, size_t most)
{
    size_t len = 1 + prop_below(rng, most);
    for (size_t i = 0; i < len; i++) out[i] = (char)('a' + prop_below(rng, 26));
    out[len] = 0;
}

static void roles_come_back_from_their_rows(void **state)
{
    struct shop *shop = shop_of(state);
    PROPERTY(300, rng) {
        struct role role = {
            .id = 2, .full = prop_u64(&rng), .masked = prop_u64(&rng), .fields_all = prop_below(&rng, 2)};
        SCOPED(buf_done) struct buf body = {0};
        some_text(&rng, role.name, ROLE_NAME_BYTES_MAX);
        role.acts = (uint32_t)prop_below(&rng, 1U << ACT_SHOPS);
        role.purpose_count = prop_below(&rng, ROLE_PURPOSES_MAX + 1);
        for (size_t i = 0; i < role.purpose_count; i++) role.purposes[i] = (uint32_t)prop_u64(&rng);
        for (int i = 0; i < WINDOW_COUNT; i++) role.limits.at[i] = prop_u64(&rng);
        for (int i = 0; i < CLASS_COUNT; i++) role.classes[i] = (uint32_t)prop_u64(&rng);
        role.reason = prop_below(&rng, 2);
        role.grant = prop_below(&rng, 2);
        role.pass = prop_below(&rng, 2);
        if (prop_below(&rng, 2)) some_text(&rng, role.lesson, ROLE_NAME_BYTES_MAX);
        role.approval_above = prop_u64(&rng);
        role_body_write(&role, &body);
        assert_ok(access_take(shop, AUTHORITY_ROLE, 2, buf_slice(&body)));
        assert_memory_equal(role_by_id(&shop->access, 2), &role, sizeof role);
        size_t cut = prop_below(&rng, body.len);
        assert_true(access_take(shop, AUTHORITY_ROLE, 2, slice_part(buf_slice(&body), 0, cut)).code !=
                    CODE_OK);
        buf_byte(&body, 0);
        assert_true(access_take(shop, AUTHORITY_ROLE, 2, buf_slice(&body)).code != CODE_OK);
        assert_memory_equal(role_by_id(&shop->access, 2), &role, sizeof role); /* untouched */
    }
    assert_ok(shop_readers_load(shop));
}

static void keys_come_back_from_their_rows(void **state)
{
    struct shop *shop = shop_of(state);
    PROPERTY(300, rng) {
        struct key key = {.id = 1, .role = (uint32_t)prop_u64(&rng)};
        SCOPED(buf_done) struct buf body = {0};
        some_text(&rng, key.name, NAME_BYTES_MAX);
        key.holder_count = prop_below(&rng, KEY_HOLDERS_MAX + 1);
        for (size_t i = 0; i < key.holder_count; i++) key.holders[i] = (uint32_t)prop_u64(&rng);
        for (size_t i = 0; i < HASH_BYTES; i++) key.proof.bytes[i] = (uint8_t)prop_u64(&rng);
        for (size_t i = 0; i < HASH_BYTES; i++) key.probe_mac.bytes[i] = (uint8_t)prop_u64(&rng);
        for (size_t i = 0; i < sizeof key.probe; i++) key.probe[i] = (uint8_t)prop_u64(&rng);
        key.proof_kind = (enum key_proof)(PROOF_SECRET + prop_below(&rng, 3));
        key.rotated_from = (uint32_t)prop_u64(&rng);
        key.network_count = prop_below(&rng, KEY_NETWORKS_MAX + 1);
        for (size_t i = 0; i < key.network_count; i++) {
            (void)prop_fill(&rng, key.networks[i].at, NETWORK_BYTES);
            key.networks[i].bits = (uint8_t)prop_below(&rng, NETWORK_BITS + 1);
        }
        key.created_us = (int64_t)(prop_u64(&rng) >> 1);
        key.expires_us = (int64_t)(prop_u64(&rng) >> 1);
        key.ended_us = prop_below(&rng, 2) ? (int64_t)(prop_u64(&rng) >> 1) : 0;
        key_body_write(&key, &body);
        assert_ok(access_take(shop, AUTHORITY_KEY, 1, buf_slice(&body)));
        assert_memory_equal(key_by_id(&shop->access, 1), &key, sizeof key);
        size_t cut = prop_below(&rng, body.len);
        assert_true(access_take(shop, AUTHORITY_KEY, 1, slice_part(buf_slice(&body), 0, cut)).code !=
                    CODE_OK);
    }
    assert_ok(shop_readers_load(shop));
    assert_code(CODE_CORRUPT, access_take(shop, 99, 1, SLICE_TEXT("")));
    struct key key = {.id = 5, .proof_kind = PROOF_SECRET};
    SCOPED(buf_done) struct buf body = {0};
    key_body_write(&key, &body);
    assert_code(CODE_CORRUPT,
                access_take(shop, AUTHORITY_KEY, 5, buf_slice(&body))); /* rows 2 to 4 are missing */
    assert_code(CODE_CORRUPT, access_take(shop, AUTHORITY_KEY, 0, buf_slice(&body)));
}

static void role_asks_are_checked(void **state)
{
    static const struct {
        const char *name, *field, *purpose, *act;
        enum cause want;
        bool right, pass;
        const char *lesson;
    } cases[] = {
        {"own", "email.mask", "support", "reveal", CAUSE_OK},
        {"own-2_x", "*", "*", "lookup", CAUSE_OK},
        {"own", "addresses", "delivery", "show", CAUSE_OK},
        {"", "email", "support", "reveal", CAUSE_INVALID},
        {"Own", "email", "support", "reveal", CAUSE_INVALID},
        {"an own", "email", "support", "reveal", CAUSE_INVALID},
        {"a23456789012345678901234567890123", "email", "support", "reveal", CAUSE_INVALID},
        {"own", "shoe", "support", "reveal", CAUSE_FIELD_UNKNOWN},
        {"own", "email.last4", "support", "reveal", CAUSE_FIELD_UNKNOWN},
        {"own", "email", "fun", "reveal", CAUSE_PURPOSE_UNKNOWN},
        {"own", "email", "", "reveal", CAUSE_PURPOSE_UNKNOWN},
        {"own", "email", "support", "fly", CAUSE_INVALID},
        {"own", "email", "support", "none", CAUSE_INVALID},
        {"admin", "*", "*", "reveal", CAUSE_INVALID}, /* nobody could give its acts back */
        {"own", "email", "support", "reveal", CAUSE_OK, .right = true, .lesson = "values-1"},
        {"own", "email", "support", "reveal", CAUSE_OK, .pass = true},
        {"own", "email", "support", "reveal", CAUSE_INVALID, .lesson = "Not a word"},
        {"own", "email", "support", "reveal", CAUSE_INVALID, .lesson = "a23456789012345678901234567890123"},
        {"own", "email", "support", "lookup", CAUSE_INVALID,
         .right = true}, /* it would tell without a grant */
        {"own", "email", "support", "create", CAUSE_INVALID, .pass = true},
        {"own", "email", "support", "change", CAUSE_INVALID, .pass = true},
        {"own", "email", "support", "import", CAUSE_INVALID, .right = true},
    };
    struct shop *shop = shop_of(state);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slice field = slice_text(cases[i].field), purpose = slice_text(cases[i].purpose),
                     act = slice_text(cases[i].act);
        struct role_put_ask ask = {.name = slice_text(cases[i].name),
                                   .fields = {&field, 1},
                                   .purposes = {&purpose, 1},
                                   .acts = {&act, 1},
                                   .daily = 5,
                                   .reason = true,
                                   .grant = cases[i].right,
                                   .pass = !cases[i].right && cases[i].pass,
                                   .lesson = slice_text(cases[i].lesson ? cases[i].lesson : "")};
        struct role role = {.limits = {{7, 7, 77, 7}}};
        struct result got = role_from_ask(shop, &ask, &role);
        if (got.cause != cases[i].want) fail_msg("case %zu: %s", i, cause_row(got.cause)->slug);
        assert_int_equal(role.limits.at[WINDOW_DAY], got.code == CODE_OK ? 5 : 77);
        if (got.code == CODE_OK) assert_int_equal(role.id, role_builtin_count() + 1);
    }
}

static void own_fields_come_back_and_others_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kind, *mask, *group, *index;
        enum code want;
    } cases[] = {
        {"shoe_size", "", "", "", "", CODE_OK},
        {"second_mail", "email", "email", "", "full", CODE_OK},
        {"sizes", "text", "tail", "feet", "none", CODE_OK},
        {"lift", "text", "text", "addresses", "", CODE_OK}, /* one more member of a group that is there */
        {"", "", "", "", "", CODE_INVALID},
        {"Shoe", "", "", "", "", CODE_INVALID},
        {"1shoe", "", "", "", "", CODE_INVALID},
        {"shoe.mask", "", "", "", "", CODE_INVALID},
        {"a23456789012345678901234567890123", "", "", "", "", CODE_INVALID},
        {"email", "", "", "", "", CODE_CONFLICT},
        {"addresses", "", "", "", "", CODE_CONFLICT},
        {"shoe", "number", "", "", "", CODE_INVALID},
        {"shoe", "", "stars", "", "", CODE_INVALID},
        {"shoe", "", "", "", "half", CODE_INVALID},
        {"shoe", "", "", "email", "", CODE_CONFLICT},
        {"shoe", "", "", "Feet", "", CODE_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static struct fields fields;
        struct field field = {0}, back = {0};
        SCOPED(buf_done) struct buf body = {0};
        struct field_put_ask ask = {slice_text(cases[i].name),  slice_text(cases[i].kind),
                                    slice_text(cases[i].mask),  slice_text(cases[i].group),
                                    slice_text(cases[i].index), 50};
        fields_init(&fields);
        struct result got = field_from_ask(&fields, &ask, &field);
        if (got.code != cases[i].want) fail_msg("case %zu: %s", i, cause_row(got.cause)->slug);
        if (got.code != CODE_OK) continue;
        assert_int_equal(field.number, FIELD_OWN_FIRST);
        assert_int_equal(field.bytes_max, 50);
        field_body_write(&field, &body);
        assert_ok(field_body_read(buf_slice(&body), &back));
        assert_memory_equal(&field, &back, sizeof field);
        for (size_t cut = 0; cut < body.len; cut++) {
            assert_true(field_body_read(slice_part(buf_slice(&body), 0, cut), &back).code != CODE_OK);
        }
    }
}

static void a_shop_has_room_for_thirty_two_own_fields(void **state)
{
    (void)state;
    static struct fields fields;
    fields_init(&fields);
    for (int i = 0; i <= FIELD_MAX - FIELD_OWN_FIRST; i++) {
        char name[16];
        struct field field = {0};
        (void)snprintf(name, sizeof name, "own_%d", i);
        struct field_put_ask ask = {.name = slice_text(name)};
        struct result got = field_from_ask(&fields, &ask, &field);
        assert_int_equal(got.cause, i < FIELD_MAX - FIELD_OWN_FIRST ? CAUSE_OK : CAUSE_TOO_MANY);
        if (got.code == CODE_OK) fields.at[field.number] = field;
    }
}

static void numbers_in_entries_are_never_given_twice(void **state)
{
    (void)state;
    static const unsigned fields[] = {
#define FIELD(NAME, number, name, group, class, normaliser, mask, indexed, bytes) number,
#include "keep/fields.def"
#undef FIELD
    };
    static const unsigned purposes[] = {
#define PURPOSE(number, name) number,
#include "keep/access/purposes.def"
#undef PURPOSE
    };
    static const unsigned acts[] = {
#define ACT(NAME, bit, name, of, about) bit,
#include "keep/access/acts.def"
#undef ACT
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        assert_true(fields[i] < FIELD_OWN_FIRST);
        for (size_t j = 0; j < i; j++) assert_int_not_equal(fields[i], fields[j]);
    }
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        assert_true(purposes[i] > 0);
        for (size_t j = 0; j < i; j++) assert_int_not_equal(purposes[i], purposes[j]);
    }
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        for (size_t j = 0; j < i; j++) assert_int_not_equal(acts[i], acts[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_role_sees_what_it_may_and_for_its_purposes),
        cmocka_unit_test(each_role_does_what_it_may),
        cmocka_unit_test(roles_come_back_from_their_rows),
        cmocka_unit_test(keys_come_back_from_their_rows),
        cmocka_unit_test(role_asks_are_checked),
        cmocka_unit_test(own_fields_come_back_and_others_are_refused),
        cmocka_unit_test(a_shop_has_room_for_thirty_two_own_fields),
        cmocka_unit_test(numbers_in_entries_are_never_given_twice),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
