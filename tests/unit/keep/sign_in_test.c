/* The rows of how staff sign in: invitations, recovery codes, networks, and what is sealed opens again. */
#include "two_shops.h"

#include "keep/access/authority.h"
#include "keep/access/sign_in.h"

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

/* One member of staff in the first shop, whose sign-in is `sign_in`. */
static void put_row(struct two_shops *two, const struct sign_in *sign_in)
{
    struct shop *shop = two->shops[0];
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf sealed = {0};
    struct reader reader = {.no = reader_no(READER_OPERATOR, 0)};
    struct receipt receipt = {0};
    struct identity kim = {{0}, SLICE_TEXT("Kim"), SLICE_TEXT("kim@shop.example"), SLICE_TEXT("ko")};
    struct staff staff = {.id = 1, .state = STAFF_ACTIVE, .created_us = 5, .role = 1, .lesson_count = 1};
    memcpy(staff.lessons[0].name, "privacy", 8);
    staff_seal(shop, 1, &kim, &sealed);
    staff.sealed = sealed;
    assert_ok(batch_begin(shop, &arena, &batch));
    assert_ok(sign_in_put(&batch, &reader, sign_in, &receipt));
    assert_ok(staff_put(&batch, &reader, &staff, &receipt));
    assert_ok(batch_settle(&batch));
}

static void rows_come_back_as_they_were_put(void **state)
{
    struct two_shops *two = *state;
    struct shop *shop = two->shops[0];
    PROPERTY(30, rng) {
        struct sign_in sign_in = {.id = 1}, got = {0};
        prop_fill(&rng, (uint8_t *)&sign_in.password.salt, sizeof sign_in.password.salt);
        prop_fill(&rng, sign_in.totp.secret, sizeof sign_in.totp.secret);
        sign_in.password.set = true;
        sign_in.password.memory_kib = 65536;
        sign_in.password.passes = 3;
        sign_in.totp.step = prop_below(&rng, 1 << 30);
        sign_in.invite.by = prop_below(&rng, 1 << 30);
        sign_in.invite.until_us = (int64_t)prop_below(&rng, 1 << 30);
        sign_in.recovery_count = prop_below(&rng, RECOVERY_CODES + 1);
        sign_in.network_count = prop_below(&rng, KNOWN_NETWORKS_MAX + 1);
        sign_in.passkey_count = prop_below(&rng, PASSKEYS_MAX + 1);
        for (size_t i = 0; i < sign_in.passkey_count; i++) {
            struct passkey *passkey = &sign_in.passkeys[i];
            passkey->id_len = 1 + prop_below(&rng, PASSKEY_ID_BYTES_MAX);
            passkey->key_len = 64;
            prop_fill(&rng, passkey->id, passkey->id_len);
            passkey->algorithm = PASSKEY_EDDSA;
            passkey->count = 9;
            memcpy(passkey->name, "phone", 6);
        }
        put_row(two, &sign_in);
        assert_ok(shop_readers_load(shop));
        assert_ok(sign_in_open(shop, 1, &got));
        assert_memory_equal(&got, &sign_in, sizeof got);
    }
    const struct staff *staff = staff_by_id(&shop->access, 1);
    SCOPED(identity_done) struct identity kim = {0};
    assert_ok(staff_person(shop, staff, &kim));
    assert_true(slice_is(kim.name, "Kim") && slice_is(kim.lang, "ko"));
    assert_true(staff_has_lesson(staff, SLICE_TEXT("privacy")));
    assert_false(staff_has_lesson(staff, SLICE_TEXT("privac")));
    assert_int_equal(staff->state, STAFF_ACTIVE);
}

static void staff_are_found_by_address_and_by_id(void **state)
{
    struct two_shops *two = *state;
    struct shop *shop = two->shops[0];
    SCOPED(buf_done) struct buf id = {0}, other = {0};
    const struct sign_in sign_in = {.id = 1};
    uint32_t found = 0;
    put_row(two, &sign_in);
    id_put(shop, ID_STAFF, 1, &id);
    id_put(two->shops[1], ID_STAFF, 1, &other);
    assert_ok(staff_find(shop, SLICE_TEXT(" KIM@shop.example"), &found));
    assert_int_equal(found, 1);
    assert_ok(staff_find(shop, buf_slice(&id), &found));
    assert_int_equal(found, 1);
    static const char *const nobody[] = {"", "lee@shop.example", "kim@shop.exampl", "staff_", "kim"};
    for (size_t i = 0; i < COUNT_OF(nobody); i++) {
        assert_ok(staff_find(shop, slice_text(nobody[i]), &found));
        assert_int_equal(found, 0);
    }
    assert_ok(staff_find(shop, buf_slice(&other), &found));
    assert_int_equal(found, 0);
}

static void an_invitation_opens_while_it_counts_and_only_whole(void **state)
{
    struct two_shops *two = *state;
    struct shop *shop = two->shops[0];
    const int64_t from_us = two->now_us + HOUR_US;
    SCOPED(buf_done) struct buf text = {0}, newer = {0};
    struct sign_in sign_in = {.id = 1}, got = {0};
    uint8_t tag[4];
    invite_make(shop, &sign_in, 7, from_us, &text);
    put_row(two, &sign_in);
    assert_true(invite_shop(buf_slice(&text), tag));
    assert_memory_equal(tag, keyring_shop_id(shop->keyring), sizeof tag);
    assert_why(CAUSE_CREDENTIAL_UNKNOWN, invite_open(shop, buf_slice(&text), from_us - 1, &got));
    assert_ok(invite_open(shop, buf_slice(&text), from_us, &got));
    assert_int_equal(got.id, 1);
    assert_ok(invite_open(shop, buf_slice(&text), from_us + INVITE_US - 1, &got));
    assert_why(CAUSE_CREDENTIAL_UNKNOWN, invite_open(shop, buf_slice(&text), from_us + INVITE_US, &got));
    assert_why(CAUSE_CREDENTIAL_UNKNOWN, invite_open(two->shops[1], buf_slice(&text), from_us, &got));
    PROPERTY(100, rng) {
        size_t at = 4 + prop_below(&rng, text.len - 4);
        uint8_t before = text.at[at];
        text.at[at] = other_symbol(&rng, before);
        assert_int_not_equal(invite_open(shop, buf_slice(&text), from_us, &got).code, CODE_OK);
        text.at[at] = before;
    }
    invite_make(shop, &sign_in, 7, from_us, &newer);
    put_row(two, &sign_in);
    assert_why(CAUSE_CREDENTIAL_UNKNOWN, invite_open(shop, buf_slice(&text), from_us, &got));
    assert_ok(invite_open(shop, buf_slice(&newer), from_us, &got));
}

static void each_recovery_code_serves_once(void **state)
{
    struct shop *shop = ((struct two_shops *)*state)->shops[0];
    struct sign_in sign_in = {.id = 1, .recovery_count = RECOVERY_CODES}, other = {.id = 2};
    SCOPED(buf_done) struct buf list = {0};
    struct slice codes[RECOVERY_CODES];
    size_t count = 0;
    recovery_make(shop, 1, sign_in.recovery, &list);
    struct cbor reader = cbor_reader(buf_slice(&list));
    assert_ok(cbor_read_array(&reader, &count));
    assert_int_equal(count, RECOVERY_CODES);
    for (size_t i = 0; i < count; i++) assert_ok(cbor_read_text(&reader, &codes[i]));
    memcpy(other.recovery, sign_in.recovery, sizeof other.recovery);
    other.recovery_count = RECOVERY_CODES;
    assert_false(recovery_use(shop, &other, codes[0]));
    assert_false(recovery_use(shop, &sign_in, SLICE_TEXT("")));
    assert_false(recovery_use(shop, &sign_in, SLICE_TEXT("0000000000000000")));
    for (size_t i = 0; i < count; i++) {
        assert_true(recovery_use(shop, &sign_in, codes[i]));
        assert_int_equal(sign_in.recovery_count, RECOVERY_CODES - 1 - i);
        assert_false(recovery_use(shop, &sign_in, codes[i]));
    }
}

static void the_newest_networks_are_known(void **state)
{
    struct shop *shop = ((struct two_shops *)*state)->shops[0];
    struct sign_in sign_in = {.id = 1};
    uint8_t network[NETWORK_BYTES] = {[10] = 0xff, 0xff, 192, 0, 2, 0};
    for (uint8_t i = 0; i < 20; i++) {
        network[15] = i;
        assert_false(network_known(shop, &sign_in, network));
        network_learn(shop, &sign_in, network);
        assert_true(network_known(shop, &sign_in, network));
        network[15] = 0;
        network_learn(shop, &sign_in, network); /* used again and again: it stays */
    }
    assert_int_equal(sign_in.network_count, KNOWN_NETWORKS_MAX);
    network[15] = 1;
    assert_false(network_known(shop, &sign_in, network));
    network[15] = 0;
    assert_true(network_known(shop, &sign_in, network));
    uint8_t six[NETWORK_BYTES] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9};
    network_learn(shop, &sign_in, six);
    six[15] = 0; /* another address of the same /64 */
    assert_true(network_known(shop, &sign_in, six));
    six[7] = 2;
    assert_false(network_known(shop, &sign_in, six));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_back_as_they_were_put, set_up, tear_down),
        cmocka_unit_test_setup_teardown(staff_are_found_by_address_and_by_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_invitation_opens_while_it_counts_and_only_whole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_recovery_code_serves_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_networks_are_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
