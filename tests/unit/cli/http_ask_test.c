#include "cli/http_ask.h"

#include "prop.h"

static void check(enum verb verb, const void *ask, const char *method, const char *path, const char *body)
{
    SCOPED(http_ask_done) struct http_ask http = {0};
    assert_ok(http_ask_make(verb, ask, &http));
    assert_string_equal(http.route->method, method);
    assert_string_equal(buf_c(&http.path), path);
    assert_string_equal(buf_c(&http.body), body);
}

static void puts_ids_into_paths_and_numbers_into_queries(void **state)
{
    (void)state;
    struct subject_sightings_ask looks = {.id = SLICE_TEXT("sub_1"), .limit = 1000, .proofs = true};
    check(VERB_SUBJECT_SIGHTINGS, &looks, "GET", "/v1/subjects/sub_1/sightings?limit=1000&proofs=true", "");
    struct ledger_proof_ask proof = {.index = 0};
    check(VERB_LEDGER_PROOF, &proof, "GET", "/v1/ledger/proof?index=0", "");
    struct ledger_tile_ask tile = {SLICE_TEXT("tile/0/x001/067.p/5")};
    check(VERB_LEDGER_TILE, &tile, "GET", "/v1/ledger/tile/0/x001/067.p/5", "");
    struct self_ask self = {0};
    check(VERB_SELF, &self, "GET", "/v1/self", "");
}

static void puts_personal_values_into_bodies_alone(void **state)
{
    (void)state;
    struct lookup_ask lookup = {
        SLICE_TEXT("email"), SLICE_TEXT("kim@shop.example"), SLICE_TEXT("support"), {0}};
    check(VERB_LOOKUP, &lookup, "POST", "/v1/lookup",
          "{\"field\":\"email\",\"value\":\"kim@shop.example\",\"purpose\":\"support\"}");
    struct slice ids[] = {SLICE_TEXT("a"), SLICE_TEXT("b")}, fields[] = {SLICE_TEXT("name")};
    struct reveal_ask reveal = {{ids, 2}, {fields, 1}, SLICE_TEXT("support"), {0}, {0}, {0}};
    check(VERB_REVEAL, &reveal, "POST", "/v1/reveal",
          "{\"subjects\":[\"a\",\"b\"],\"fields\":[\"name\"],\"purpose\":\"support\"}");
    struct subject_erase_ask erase = {.id = SLICE_TEXT("sub_1"), .dry_run = true};
    check(VERB_SUBJECT_ERASE, &erase, "DELETE", "/v1/subjects/sub_1", "{\"dry_run\":true}");
}

static void keeps_strange_ids_out_of_the_path(void **state)
{
    (void)state;
    struct subject_show_ask show = {SLICE_TEXT("../a b?c#d\xc3\xa9")};
    check(VERB_SUBJECT_SHOW, &show, "GET", "/v1/subjects/..%2Fa%20b%3Fc%23d%C3%A9", "");
}

static void has_no_route_for_what_belongs_to_the_home(void **state)
{
    (void)state;
    SCOPED(http_ask_done) struct http_ask http = {0};
    struct shop_list_ask ask = {0};
    assert_code(CODE_INVALID, http_ask_make(VERB_SHOP_LIST, &ask, &http));
}

static void writes_curl_without_the_secret(void **state)
{
    (void)state;
    SCOPED(http_ask_done) struct http_ask http = {0};
    SCOPED(buf_done) struct buf line = {0};
    struct staff_add_ask ask = {SLICE_TEXT("O'Hara"), SLICE_TEXT("o@shop.example")};
    assert_ok(http_ask_make(VERB_STAFF_ADD, &ask, &http));
    http_ask_curl(&http, "https://v.example", &line);
    assert_string_equal(
        buf_c(&line),
        "curl --fail-with-body -X POST -H \"Authorization: Bearer $AMANAH_KEY\" -H 'Content-Type: "
        "application/json' --data-binary '{\"name\":\"O'\\''Hara\",\"email\":\"o@shop.example\"}' "
        "'https://v.example''/v1/staff'\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_ids_into_paths_and_numbers_into_queries),
        cmocka_unit_test(puts_personal_values_into_bodies_alone),
        cmocka_unit_test(keeps_strange_ids_out_of_the_path),
        cmocka_unit_test(has_no_route_for_what_belongs_to_the_home),
        cmocka_unit_test(writes_curl_without_the_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
