/* Routes: which one a line is about, and where its subject stands. */
#include "base/weblog/route.h"
#include "prop.h"

static const char *const texts[] = {
    "GET /api/customers/{ref}",
    "GET /api/by-id/{id}",
    "GET /orders?customer={ref}&full=1",
    "GET /api/batch?ids={id,}",
    "GET /shops/{}/people/{ref}",
    "GET /admin/export",
    "SELECT public.customers",
    "EVENT customer.view",
    "DELETE /api/customers/{ref}",
    "GET /api/customers/{ref}/cart",
    "POST /v2/{ref}/{...}",
    "PUT /{...}?customer={ref}",
    "ANY /any/{...}",
    "ANY word",
};

static struct slice items[COUNT_OF(texts)];

static void match_finds_the_route_and_its_subject(void **state)
{
    (void)state;
    static const struct {
        const char *method, *target;
        int route; /* -1: none */
        enum route_subject kind;
        const char *subject;
        bool many;
    } cases[] = {
        {"GET", "/api/customers/C-7", 0, ROUTE_REF, "C-7", false},
        {"GET", "/api/customers/C-7/", 0, ROUTE_REF, "C-7", false},
        {"GET", "//api//customers/C-7?x=1#y", 0, ROUTE_REF, "C-7", false},
        {"GET", "/api/./x/../customers/C-7", 0, ROUTE_REF, "C-7", false},
        {"GET", "/../api/customers/C-7", 0, ROUTE_REF, "C-7", false},
        {"GET", "/api/%63ustomers/C%2D7", 0, ROUTE_REF, "C-7", false},
        {"GET", "/api/customers/%ED%95%9C%2", 0, ROUTE_REF, "\xed\x95\x9c%2", false},
        {"GET", "/api/customers/a%2Fb", 0, ROUTE_REF, "a/b", false},
        {"GET", "https://shop.example/api/customers/C-7", 0, ROUTE_REF, "C-7", false},
        {"GET", "/api/customers/a+b", 0, ROUTE_REF, "a+b", false},
        {"DELETE", "/api/customers/C-7", 8, ROUTE_REF, "C-7", false},
        {"GET", "/api/customers/C-7/cart", 9, ROUTE_REF, "C-7", false},
        {"GET", "/api/by-id/sub_0123", 1, ROUTE_ID, "sub_0123", false},
        {"GET", "/orders?a=b&full=1&customer=C%207", 2, ROUTE_REF, "C 7", false},
        {"GET", "/orders?full=1&customer=C+7", 2, ROUTE_REF, "C 7", false},
        {"GET", "/orders?customer=&customer=C-7&full=1", 2, ROUTE_REF, "C-7", false},
        {"GET", "/api/batch?ids=a,b,c", 3, ROUTE_ID, "a,b,c", true},
        {"GET", "/shops/12/people/C-7", 4, ROUTE_REF, "C-7", false},
        {"GET", "/admin/export?all=1", 5, ROUTE_NOBODY, "", false},
        {"SELECT", "public.customers", 6, ROUTE_NOBODY, "", false},
        {"EVENT", "customer.view", 7, ROUTE_NOBODY, "", false},
        {"GET", "/orders?customer=C-7", -1, ROUTE_NOBODY, "", false},
        {"GET", "/orders?customer=C-7&full=0", -1, ROUTE_NOBODY, "", false},
        {"GET", "/api/customers", -1, ROUTE_NOBODY, "", false},
        {"GET", "/api/customers/", -1, ROUTE_NOBODY, "", false},
        {"GET", "/api/customers/C-7/orders", -1, ROUTE_NOBODY, "", false},
        {"GET", "/API/customers/C-7", -1, ROUTE_NOBODY, "", false},
        {"get", "/api/customers/C-7", -1, ROUTE_NOBODY, "", false},
        {"SELECT", "public.orders", -1, ROUTE_NOBODY, "", false},
        {"GET", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/1/2/3/4/5/6/7/8/9/a/b/c", -1, ROUTE_NOBODY, "", false},
        {"POST", "/v2/C-7", 10, ROUTE_REF, "C-7", false},
        {"POST", "/v2/C-7/a/b", 10, ROUTE_REF, "C-7", false},
        {"POST", "/v2/C-7/2/3/4/5/6/7/8/9/a/b/c/d/e/f/1/2/3/4/5/6/7/8/9/a/b/c", 10, ROUTE_REF, "C-7", false},
        {"POST", "/v2/x/2/3/4/5/6/7/8/9/a/b/c/d/e/f/1/2/3/4/5/6/7/8/9/../../a/b/c", 10, ROUTE_REF, "x",
         false},
        {"POST", "/v2", -1, ROUTE_NOBODY, "", false},
        {"PUT", "/?customer=C-7", 11, ROUTE_REF, "C-7", false},
        {"PUT", "/a/b/c?x=1&customer=C-7", 11, ROUTE_REF, "C-7", false},
        {"PUT", "/a/b/c?x=1&customer=", -1, ROUTE_NOBODY, "", false},
        {"HEAD", "/any", 12, ROUTE_NOBODY, "", false},
        {"PATCH", "/any/thing", 12, ROUTE_NOBODY, "", false},
        {"PATCH", "/other/any", -1, ROUTE_NOBODY, "", false},
        {"EVENT", "word", 13, ROUTE_NOBODY, "", false},
        {"EVENT", "words", -1, ROUTE_NOBODY, "", false},
        {"", "", -1, ROUTE_NOBODY, "", false},
    };
    SCOPED(routes_free) struct routes *routes = NULL;
    assert_ok(routes_new(items, COUNT_OF(items), &routes));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct route_match match = {0};
        struct weblog_line line = {.method = slice_text(cases[i].method),
                                   .target = slice_text(cases[i].target)};
        bool found = routes_match(routes, &line, &match);
        if (found != (cases[i].route >= 0)) fail_msg("%s: %d", cases[i].target, (int)match.route);
        if (!found) continue;
        if ((int)match.route != cases[i].route || match.kind != cases[i].kind ||
            match.many != cases[i].many || !slice_is(match.subject, cases[i].subject)) {
            fail_msg("%s: route %zu, '%.*s'", cases[i].target, match.route, (int)match.subject.len,
                     match.subject.at);
        }
    }
}

static void three_dots_alone_are_every_line_that_asks(void **state)
{
    (void)state;
    const struct slice text = SLICE_TEXT("ANY {...}");
    SCOPED(routes_free) struct routes *routes = NULL;
    struct route_match match = {0};
    assert_ok(routes_new(&text, 1, &routes));
    assert_true(routes_match(
        routes, &(struct weblog_line){.method = SLICE_TEXT("EVENT"), .target = SLICE_TEXT("x")}, &match));
    assert_true(routes_match(
        routes, &(struct weblog_line){.method = SLICE_TEXT("GET"), .target = SLICE_TEXT("/x/y")}, &match));
    assert_int_equal(match.kind, ROUTE_NOBODY);
    assert_false(routes_match(routes, &(struct weblog_line){.method = SLICE_TEXT("GET")}, &match));
}

static void refuses_what_is_no_route(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "GET /{...}/x",
                                      "GET /x/{...}/{...}",
                                      "GET",
                                      "GET ",
                                      "/x",
                                      " /x",
                                      "get /x",
                                      "GET /a b",
                                      "GET /x{ref}",
                                      "GET /{name}",
                                      "GET /{ref}/{id}",
                                      "GET /{ref}?a={ref}",
                                      "GET /x?a",
                                      "GET /x?=b",
                                      "VERYLONGMETHODNAME /x",
                                      "GET /1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/1/2/3/4/5/6/7/8/9/a"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (route_check(slice_text(bad[i])).code != CODE_INVALID) fail_msg("%s", bad[i]);
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) assert_ok(route_check(items[i]));
    SCOPED(routes_free) struct routes *routes = NULL;
    struct slice mixed[] = {items[0], SLICE_TEXT("x")};
    assert_code(CODE_INVALID, routes_new(mixed, 2, &routes));
    assert_null(routes);
}

static void survives_any_target(void **state)
{
    (void)state;
    SCOPED(routes_free) struct routes *routes = NULL;
    assert_ok(routes_new(items, COUNT_OF(items), &routes));
    PROPERTY(2000, rng) {
        static const char *const bits[] = {"/", "api",    "customers", "%",        "2F", "%2f",  "?",
                                           "&", "=",      "ids",       "customer", "..", ".",    "#",
                                           "+", "orders", "full=1",    "://",      ",",  "shops"};
        SCOPED(buf_done) struct buf target = {0};
        struct route_match match = {0};
        for (size_t i = prop_below(&rng, 40); i > 0; i--)
            buf_text(&target, bits[prop_below(&rng, COUNT_OF(bits))]);
        struct weblog_line line = {.method = SLICE_TEXT("GET"), .target = buf_slice(&target)};
        if (!routes_match(routes, &line, &match)) continue;
        assert_true(match.route < COUNT_OF(texts));
        assert_int_equal(match.kind != ROUTE_NOBODY, match.subject.len > 0);
        assert_true(match.subject.len <= target.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_finds_the_route_and_its_subject),
        cmocka_unit_test(three_dots_alone_are_every_line_that_asks),
        cmocka_unit_test(refuses_what_is_no_route),
        cmocka_unit_test(survives_any_target),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) items[i] = slice_text(texts[i]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
