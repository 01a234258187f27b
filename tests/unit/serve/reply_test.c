#include "prop.h"
#include "serve/reply.h"

static const struct route *route_of(const char *method, const char *path)
{
    struct route_found found = {0};
    assert_ok(route_find(method, path, &found));
    return found.route;
}

static void put_pair(struct buf *body, const char *name, const char *text)
{
    cbor_text(body, slice_text(name));
    cbor_text(body, slice_text(text));
}

static void a_receipt_is_the_last_member(void **state)
{
    (void)state;
    for (size_t members = 0; members < 2; members++) {
        struct answer_head head = {.flags = ANSWER_RECEIPT | ANSWER_CREATED, .index = 9, .version = 3};
        SCOPED(buf_done) struct buf body = {0};
        SCOPED(reply_done) struct reply reply = {0};
        cbor_map(&body, members);
        if (members) put_pair(&body, "id", "sub_1");
        reply_answer(route_of("POST", "/v1/subjects"), &head, buf_slice(&body), SLICE_TEXT("a\nb"), "r",
                     &reply);
        assert_int_equal(reply.status, 201);
        assert_string_equal(
            buf_c(&reply.body),
            members ? "{\"id\":\"sub_1\",\"receipt\":{\"index\":9,\"leaf_hash\":"
                      "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"checkpoint\":\"a\\nb\"}}"
                    : "{\"receipt\":{\"index\":9,\"leaf_hash\":"
                      "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"checkpoint\":\"a\\nb\"}}");
        assert_true(reply.receipt && reply.receipt_index == 9 && reply.version == 3);
    }
}

static void a_refusal_tells_all_that_the_keeper_told(void **state)
{
    (void)state;
    struct answer_head head = {.cause = CAUSE_BUDGET_DAY, .retry_after_s = 60};
    SCOPED(buf_done) struct buf body = {0};
    SCOPED(reply_done) struct reply reply = {0};
    cbor_map(&body, 3); /* in no order at all */
    cbor_text(&body, SLICE_TEXT("errors"));
    cbor_array(&body, 1);
    cbor_map(&body, 2);
    put_pair(&body, "pointer", "/a");
    put_pair(&body, "code", "b");
    cbor_text(&body, SLICE_TEXT("budget"));
    cbor_map(&body, 3);
    put_pair(&body, "window", "day");
    cbor_text(&body, SLICE_TEXT("used"));
    cbor_uint(&body, 7);
    cbor_text(&body, SLICE_TEXT("limit"));
    cbor_uint(&body, 10);
    put_pair(&body, "detail", "because \"so\"");
    reply_answer(route_of("POST", "/v1/reveal"), &head, buf_slice(&body), (struct slice){0}, "req-1", &reply);
    assert_int_equal(reply.status, 429);
    assert_string_equal(buf_c(&reply.body),
                        "{\"type\":\"/errors/budget.day\",\"title\":\"The number of people for this day is "
                        "spent\",\"status\":429,\"detail\":\"because "
                        "\\\"so\\\"\",\"instance\":\"req-1\",\"code\":\"budget.day\","
                        "\"errors\":[{\"pointer\":\"/a\",\"code\":\"b\"}],"
                        "\"budget\":{\"window\":\"day\",\"used\":7,\"limit\":10}}");
    assert_true(reply.budget && reply.budget_left == 3 && reply.budget_limit == 10 &&
                reply.retry_after_s == 60);
}

static void an_answer_that_cannot_be_read_is_no_success(void **state)
{
    (void)state;
    struct answer_head head = {.flags = ANSWER_RECEIPT};
    PROPERTY(2000, rng) {
        uint8_t noise[60];
        struct slice body = {noise, prop_fill(&rng, noise, sizeof noise)};
        SCOPED(reply_done) struct reply reply = {0};
        head.cause = prop_below(&rng, 2) ? CAUSE_OK : CAUSE_CONFLICT;
        reply_answer(route_of("POST", "/v1/reveal"), &head, body, SLICE_TEXT("note"), "r", &reply);
        assert_true(reply.body.len > 0);
        assert_int_equal(reply.body.at[0] == '{' || reply.status == 200, true);
        if (reply.status == 200) continue;
        assert_ok(json_check(buf_slice(&reply.body)));
    }
}

static void health_tells_its_reason_and_nothing_else(void **state)
{
    (void)state;
    struct answer_head head = {0};
    SCOPED(buf_done) struct buf body = {0};
    SCOPED(reply_done) struct reply reply = {0};
    cbor_map(&body, 3);
    put_pair(&body, "version", "1");
    cbor_text(&body, SLICE_TEXT("ready"));
    cbor_bool(&body, false);
    put_pair(&body, "reason", "sealed");
    reply_answer(route_of("GET", "/healthz"), &head, buf_slice(&body), (struct slice){0}, "r", &reply);
    assert_int_equal(reply.status, 503);
    assert_string_equal(buf_c(&reply.body), "{\"ready\":false,\"reason\":\"sealed\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_is_the_last_member),
        cmocka_unit_test(a_refusal_tells_all_that_the_keeper_told),
        cmocka_unit_test(an_answer_that_cannot_be_read_is_no_success),
        cmocka_unit_test(health_tells_its_reason_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
