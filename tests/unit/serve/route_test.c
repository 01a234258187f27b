#include "prop.h"
#include "serve/route.h"

static void paths_find_their_rows(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *row, *value;
    } cases[] = {
        {"GET", "/v1/self", "/v1/self", NULL},
        {"HEAD", "/v1/self", "/v1/self", NULL},
        {"GET", "/v1/subjects/sub_1", "/v1/subjects/{id}", "sub_1"},
        {"POST", "/v1/subjects/sub_1/close", "/v1/subjects/{id}/close", "sub_1"},
        {"GET", "/v1/ledger/tile/0/x001/067", "/v1/ledger/tile/{path*}", "tile/0/x001/067"},
        {"GET", "/v1/ledger/tile/entries/000.p/3", "/v1/ledger/tile/{path*}", "tile/entries/000.p/3"},
        {"GET", "/v1/ledger/entries/7", "/v1/ledger/entries/{index}", "7"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct route_found found = {0};
        assert_ok(route_find(cases[i].method, cases[i].path, &found));
        assert_string_equal(found.route->path, cases[i].row);
        assert_int_equal(found.captures, cases[i].value != NULL);
        if (cases[i].value) assert_true(slice_is(found.values[0], cases[i].value));
    }
}

static void other_paths_find_none(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        enum cause cause;
        const char *allow;
    } cases[] = {
        {"GET", "/", CAUSE_ROUTE_UNKNOWN, ""},
        {"GET", "", CAUSE_ROUTE_UNKNOWN, ""},
        {"GET", "/v1/subjects/", CAUSE_ROUTE_UNKNOWN, ""},
        {"GET", "/v1/self/", CAUSE_ROUTE_UNKNOWN, ""},
        {"GET", "/v1/subjects/a/b/c", CAUSE_ROUTE_UNKNOWN, ""},
        {"GET", "/v1/ledger/tile/", CAUSE_ROUTE_UNKNOWN, ""},
        {"PUT", "/v1/subjects/a", CAUSE_METHOD_UNKNOWN, "GET, HEAD, PATCH, DELETE"},
        {"get", "/v1/self", CAUSE_METHOD_UNKNOWN, "GET, HEAD"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct route_found found = {0};
        struct result got = route_find(cases[i].method, cases[i].path, &found);
        if (got.cause != cases[i].cause) fail_msg("%s %s", cases[i].method, cases[i].path);
        assert_string_equal(found.allow, cases[i].allow);
    }
}

static void any_path_is_looked_at_within_its_bounds(void **state)
{
    (void)state;
    PROPERTY(3000, rng) {
        static const char alphabet[] = "/v1/subjects/ledger/tile/entries/{}.*a";
        char path[40];
        size_t len = prop_below(&rng, sizeof path);
        for (size_t i = 0; i < len; i++) path[i] = alphabet[prop_below(&rng, sizeof alphabet - 1)];
        path[len < sizeof path ? len : len - 1] = 0;
        struct route_found found = {0};
        if (route_find("GET", path, &found).code != CODE_OK) continue;
        union any_ask ask = {0};
        uint64_t taken = 0;
        struct result filled = route_fill(&found, &ask, &taken);
        assert_true(filled.code == CODE_OK || filled.code == CODE_INVALID);
    }
}

static void the_path_fills_and_takes_its_members(void **state)
{
    (void)state;
    struct route_found found = {0};
    union any_ask ask = {0};
    uint64_t taken = 0;
    assert_ok(route_find("PATCH", "/v1/subjects/sub_1", &found));
    assert_ok(route_fill(&found, &ask, &taken));
    assert_true(slice_is(ask.subject_patch.id, "sub_1"));
    const struct member *members = verb_row(VERB_SUBJECT_PATCH)->members;
    for (size_t i = 0; members[i].wire != WIRE_END; i++) { /* id from the path, version from If-Match */
        bool other = strcmp(members[i].name, "id") == 0 || strcmp(members[i].name, "version") == 0;
        assert_int_equal(taken >> i & 1, other);
    }
    static const char *const bad[] = {"/v1/subjects/a b", "/v1/subjects/a@b.example",
                                      "/v1/ledger/entries/1e3", "/v1/ledger/entries/99999999999999999999",
                                      "/v1/ledger/entries/-1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_ok(route_find("GET", bad[i], &found));
        assert_code(CODE_INVALID, route_fill(&found, &ask, &taken));
    }
}

static void the_query_holds_numbers_places_and_words_of_tables_only(void **state)
{
    (void)state;
    struct route_found found = {0};
    union any_ask ask = {0};
    uint64_t taken = 0;
    assert_ok(route_find("GET", "/v1/subjects/sub_1/sightings", &found));
    assert_ok(route_query(found.route, "limit", SLICE_TEXT("7"), &taken, &ask));
    assert_ok(route_query(found.route, "proofs", SLICE_TEXT("true"), &taken, &ask));
    assert_ok(route_query(found.route, "after", SLICE_TEXT("x"), &taken, &ask));
    assert_int_equal(ask.subject_sightings.limit, 7);
    assert_true(ask.subject_sightings.proofs);
    assert_code(CODE_INVALID, route_query(found.route, "limit", SLICE_TEXT("8"), &taken, &ask)); /* twice */
    taken = 0;
    assert_ok(route_find("GET", "/v1/desk/tickets", &found));
    assert_ok(route_query(found.route, "state", SLICE_TEXT("open"), &taken, &ask));
    assert_ok(route_query(found.route, "kind", SLICE_TEXT("scam"), &taken, &ask));
    static const struct {
        const char *method, *path, *name, *value;
    } bad[] = {
        {"GET", "/v1/staff", "limit", "1001"},        {"GET", "/v1/staff", "limit", ""},
        {"GET", "/v1/staff", "limit", "x"},           {"DELETE", "/v1/subjects/a", "dry_run", "maybe"},
        {"DELETE", "/v1/subjects/a", "reason", "r"},  {"DELETE", "/v1/subjects/a", "id", "b"},
        {"POST", "/v1/lookup", "value", "v"},         {"PATCH", "/v1/subjects/a", "version", "1"},
        {"POST", "/v1/desk/tickets", "kind", "scam"}, {"GET", "/v1/contacts", "state", "open"},
        {"GET", "/healthz", "metrics", "true"},       {"GET", "/metrics", "metrics", "false"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint64_t none = 0;
        assert_ok(route_find(bad[i].method, bad[i].path, &found));
        struct result got = route_query(found.route, bad[i].name, slice_text(bad[i].value), &none, &ask);
        if (got.code != CODE_INVALID) fail_msg("taken: %s?%s=%s", bad[i].path, bad[i].name, bad[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_rows),
        cmocka_unit_test(other_paths_find_none),
        cmocka_unit_test(any_path_is_looked_at_within_its_bounds),
        cmocka_unit_test(the_path_fills_and_takes_its_members),
        cmocka_unit_test(the_query_holds_numbers_places_and_words_of_tables_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
