/* Grants and self passes: their rows, the networks of passes, and when they end, whatever the clock is made to say. */
#include "keep/access/grant.h"
#include "keep/access/pass.h"
#include "people.h"

static void grants_come_back_from_their_bodies(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        struct grant grant = {.granter = prop_u64(&rng),
                              .person_count = prop_below(&rng, KEY_HOLDERS_MAX + 1),
                              .role = (uint32_t)prop_u64(&rng),
                              .key = (uint32_t)prop_u64(&rng),
                              .full = prop_u64(&rng),
                              .masked = prop_u64(&rng),
                              .fields_all = prop_below(&rng, 2),
                              .made_us = (int64_t)(prop_u64(&rng) >> 1)},
                     back = {0};
        SCOPED(buf_done) struct buf body = {0};
        for (size_t i = 0; i < grant.person_count; i++) grant.persons[i] = (uint32_t)prop_u64(&rng);
        for (size_t i = 0; i < sizeof grant.ticket; i++) grant.ticket[i] = (uint8_t)prop_u64(&rng);
        grant_body_write(&grant, &body);
        assert_ok(grant_body_read(buf_slice(&body), &back));
        assert_memory_equal(&back, &grant, sizeof grant);
        struct grant none = {0};
        size_t cut = prop_below(&rng, body.len);
        assert_true(grant_body_read(slice_part(buf_slice(&body), 0, cut), &none).code != CODE_OK);
        buf_byte(&body, 0);
        assert_true(grant_body_read(buf_slice(&body), &none).code != CODE_OK);
        assert_int_equal(none.granter, 0);
    }
}

static void passes_come_back_from_their_bodies(void **state)
{
    (void)state;
    PROPERTY(300, rng) {
        struct pass pass = {.issuer = prop_u64(&rng)}, back = {0};
        SCOPED(buf_done) struct buf body = {0};
        for (size_t i = 0; i < sizeof pass.mac.bytes; i++) pass.mac.bytes[i] = (uint8_t)prop_u64(&rng);
        for (size_t i = 0; i < sizeof pass.network; i++) pass.network[i] = (uint8_t)prop_u64(&rng);
        pass_body_write(&pass, &body);
        assert_ok(pass_body_read(buf_slice(&body), &back));
        assert_memory_equal(&back, &pass, sizeof pass);
        size_t cut = prop_below(&rng, body.len);
        assert_true(pass_body_read(slice_part(buf_slice(&body), 0, cut), &back).code != CODE_OK);
    }
}

static void a_network_has_one_spelling(void **state)
{
    struct people *people = *state;
    static const struct {
        const char *text, *want; /* NULL: refused */
    } cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"192.0.2.7/32", "192.0.2.7"},
        {"192.0.2.0/24", "192.0.2.0/24"},
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"2001:DB8::1", "2001:db8::/64"},
        {"2001:db8:0:0:ffff::", "2001:db8::/64"},
        {"2001:db8:1:2:3::/128", "2001:db8:1:2::/64"},
        {"2001:db8:1::/48", "2001:db8:1::/48"},
        {"2001::/16", "2001::/16"},
        {"", NULL},
        {"/24", NULL},
        {"192.0.2", NULL},
        {"192.0.2.7/24", NULL},
        {"192.0.2.7/33", NULL},
        {"128.0.0.0/1", NULL},
        {"0.0.0.0/0", NULL},
        {"::/0", NULL},
        {"2000::/15", NULL},
        {"2001:db8::/129", NULL},
        {"here", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t tag[PASS_NETWORK_BYTES], again[PASS_NETWORK_BYTES];
        SCOPED(buf_done) struct buf text = {0}, same = {0};
        struct result got = pass_network(people->shop, slice_text(cases[i].text), &text, tag);
        if ((got.code == CODE_OK) != (cases[i].want != NULL))
            fail_msg("%s: %s", cases[i].text, code_row(got.code)->name);
        if (!cases[i].want) continue;
        assert_string_equal(buf_c(&text), cases[i].want);
        assert_ok(pass_network(people->shop, buf_slice(&text), &same, again));
        assert_memory_equal(tag, again, sizeof tag);
    }
}

/* A key of this role: its secret is the bearer of what is asked next. */
static void be(struct people *people, const char *role)
{
    struct key_issue_ask ask = {.role = slice_text(role)};
    SCOPED(buf_done) struct buf bearer = TAKE(people->bearer);
    assert_int_equal(people_once(people, VERB_KEY_ISSUE, &ask), CAUSE_OK); /* as the operator */
    struct slice key = people_text(people, "key");
    buf_slice_put(&people->bearer, key);
}

static enum cause look_by_pass(struct people *people, const char *token)
{
    struct slice field = SLICE_TEXT("email");
    struct reveal_ask ask = {.fields = {&field, 1}, .purpose = SLICE_TEXT("self"), .pass = slice_text(token)};
    return people_once(people, VERB_REVEAL, &ask);
}

static void text_keep(const struct people *people, const char *name, char *out, size_t room)
{
    struct slice text = people_text(people, name);
    assert_true(text.len < room);
    memcpy(out, text.at, text.len);
    out[text.len] = 0;
}

static void a_pass_ends_and_no_clock_lengthens_it(void **state)
{
    struct people *people = *state;
    char id[ID_BYTES_MAX + 1], token[BEARER_BYTES_MAX];
    SCOPED(buf_done) struct buf everything = {0};
    people_make(people, "pass-1", id);
    struct pass_issue_ask ask = {.subject = slice_text(id), .client_network = SLICE_TEXT("192.0.2.7")};
    assert_int_equal(people_once(people, VERB_PASS_ISSUE, &ask), CAUSE_ROLE_ACT);
    buf_slice_put(&everything, buf_slice(&people->bearer));
    be(people, "signin");
    assert_int_equal(people_once(people, VERB_PASS_ISSUE, &ask), CAUSE_OK);
    text_keep(people, "pass", token, sizeof token);
    be(people, "frontend");
    assert_int_equal(look_by_pass(people, token), CAUSE_OK);
    int64_t issued_us = people->now_us;
    people->now_us = issued_us + PASS_US - MINUTE_US;
    assert_int_equal(look_by_pass(people, token), CAUSE_OK);
    people_reopen(people);
    assert_int_equal(look_by_pass(people, token), CAUSE_OK);
    people->now_us = issued_us + PASS_US;
    assert_int_equal(look_by_pass(people, token), CAUSE_PASS_EXPIRED);
    people->now_us = issued_us; /* put back: the refusal stands in the ledger */
    assert_int_equal(look_by_pass(people, token), CAUSE_PASS_EXPIRED);
    people_reopen(people);
    assert_int_equal(look_by_pass(people, token), CAUSE_PASS_EXPIRED);
    people->now_us = issued_us + PASS_US + PASS_KEPT_US;
    assert_int_equal(look_by_pass(people, token), CAUSE_PASS_UNKNOWN);
    buf_clear(&people->bearer);
    buf_slice_put(&people->bearer, buf_slice(&everything));
}

static enum cause look_for_delivery(struct people *people, const char *id)
{
    struct slice field = SLICE_TEXT("phone"), subject = slice_text(id);
    struct reveal_ask ask = {
        .subjects = {&subject, 1}, .fields = {&field, 1}, .purpose = SLICE_TEXT("delivery")};
    return people_once(people, VERB_REVEAL, &ask);
}

static void a_grant_ends_and_its_ticket_is_free_after_thirty_days(void **state)
{
    struct people *people = *state;
    char id[ID_BYTES_MAX + 1];
    SCOPED(buf_done) struct buf everything = {0}, orders = {0}, warehouse = {0};
    people_make(people, "grant-1", id);
    buf_slice_put(&everything, buf_slice(&people->bearer));
    be(people, "orders");
    buf_slice_put(&orders, buf_slice(&people->bearer));
    be(people, "warehouse");
    buf_slice_put(&warehouse, buf_slice(&people->bearer));
    struct grant_add_ask ask = {
        .subject = slice_text(id), .role = SLICE_TEXT("warehouse"), .ticket = SLICE_TEXT("17"), .minutes = 5};
    assert_int_equal(look_for_delivery(people, id), CAUSE_GRANT_MISSING);
    buf_done(&people->bearer); /* the last key made is kept in `warehouse` */
    people->bearer = TAKE(orders);
    assert_int_equal(people_once(people, VERB_GRANT_ADD, &ask), CAUSE_OK);
    int64_t made_us = people->now_us;
    assert_int_equal(people_once(people, VERB_GRANT_ADD, &ask), CAUSE_GRANT_USED);
    orders = TAKE(people->bearer);
    people->bearer = TAKE(warehouse);
    assert_int_equal(look_for_delivery(people, id), CAUSE_OK);
    people->now_us = made_us + 4 * MINUTE_US;
    assert_int_equal(look_for_delivery(people, id), CAUSE_OK);
    people->now_us = made_us + 5 * MINUTE_US;
    assert_int_equal(look_for_delivery(people, id), CAUSE_GRANT_MISSING);
    people->now_us = made_us;
    assert_int_equal(look_for_delivery(people, id), CAUSE_GRANT_MISSING);
    people_reopen(people);
    assert_int_equal(look_for_delivery(people, id), CAUSE_GRANT_MISSING);
    buf_done(&people->bearer);
    people->bearer = TAKE(orders);
    for (int days = 10; days < GRANT_TICKET_DAYS; days += 10) { /* a key that rests ends */
        struct self_ask self = {0};
        people->now_us = made_us + days * DAY_US;
        assert_int_equal(people_once(people, VERB_SELF, &self), CAUSE_OK);
    }
    people->now_us = made_us + (GRANT_TICKET_DAYS - 1) * DAY_US;
    assert_int_equal(people_once(people, VERB_GRANT_ADD, &ask), CAUSE_GRANT_USED);
    people->now_us = made_us + GRANT_TICKET_DAYS * DAY_US;
    assert_int_equal(people_once(people, VERB_GRANT_ADD, &ask), CAUSE_OK);
    buf_done(&people->bearer);
    people->bearer = TAKE(everything);
}

static int set_up(void **state)
{
    static struct people people;
    people_begin(&people);
    *state = &people;
    return 0;
}

static int tear_down(void **state)
{
    people_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_come_back_from_their_bodies),
        cmocka_unit_test(passes_come_back_from_their_bodies),
        cmocka_unit_test(a_network_has_one_spelling),
        cmocka_unit_test(a_pass_ends_and_no_clock_lengthens_it),
        cmocka_unit_test(a_grant_ends_and_its_ticket_is_free_after_thirty_days),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
