#include "prop.h"

#include "serve/pages.h"

#include <string.h>

static const struct page_file page = {.path = "/a.js",
                                      .etag = "\"0123\"",
                                      .form_count = 3,
                                      .forms = {{"br", (const uint8_t *)"b", 1},
                                                {"gzip", (const uint8_t *)"gg", 2},
                                                {NULL, (const uint8_t *)"plain", 5}}};

static void the_smallest_form_that_is_taken_is_sent(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        size_t len;
    } cases[] = {
        {NULL, 5},           {"", 5},
        {"gzip, br", 1},     {"gzip,deflate,br;q=1.0", 1},
        {"gzip", 2},         {"GZIP;q=0.5", 2},
        {"br;q=0, gzip", 2}, {"br;q=0.000, gzip", 2},
        {"br;q=0.001", 1},   {"brotli, x-gzip", 5},
        {"identity", 5},     {"gzip;q=0", 5},
        {", ,", 5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (pages_form(&page, cases[i].accept)->len != cases[i].len) fail_msg("%s", cases[i].accept);
    }
}

static void the_language_wanted_most_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *accept, *want;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"ko", "ko"},
        {"ko-KR,ko;q=0.9,en;q=0.8", "ko"},
        {"fr-FR, id;q=0.3, en;q=0.7", "en"},
        {"in-ID", "id"},
        {"EN-us", "en"},
        {"kok, eng, idx", ""},
        {"en;q=0, id;q=0.001", "id"},
        {"en;q=0.0", ""},
        {"de, *", ""},
        {";;,,;q=", ""},
        {"en;q=1.000,ko;q=1", "en"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (!slice_is(pages_language(cases[i].accept), cases[i].want)) fail_msg("%s", cases[i].accept);
    }
}

static void what_a_browser_has_is_not_sent_again(void **state)
{
    (void)state;
    assert_true(pages_known(&page, "\"0123\""));
    assert_true(pages_known(&page, "W/\"9\", W/\"0123\""));
    assert_true(pages_known(&page, "*"));
    assert_false(pages_known(&page, "\"01234\""));
    assert_false(pages_known(&page, "0123"));
    assert_false(pages_known(&page, NULL));
}

static void each_file_has_its_listeners(void **state)
{
    (void)state;
    assert_null(pages_find(DOOR_API, "/"));
    assert_null(pages_find(DOOR_CONSOLE, "/console.html"));
    assert_null(pages_find(DOOR_CONSOLE, "/../etc/passwd"));
    assert_null(pages_find(DOOR_CONSOLE, ""));
    for (size_t i = 0; i < page_row_count; i++) {
        const struct page_file *row = &page_rows[i];
        assert_true(row->doors != 0 && (row->doors >> DOOR_API & 1) == 0);
        assert_true(row->etag[0] == '"' && row->etag[strlen(row->etag) - 1] == '"');
        assert_null(row->forms[row->form_count - 1].encoding);
        for (size_t form = 0; form + 1 < row->form_count; form++)
            assert_true(row->forms[form].len < row->forms[row->form_count - 1].len);
        assert_true(row->immutable == (strncmp(row->path, "/assets/", 8) == 0));
    }
}

static void the_portal_has_its_own_routes_and_no_other(void **state)
{
    (void)state;
    size_t count = 0;
    const struct route *rows = route_rows(&count);
    for (size_t i = 0; i < count; i++) {
        bool portal =
                 strncmp(rows[i].path, "/v1/portal", 10) == 0 || strncmp(rows[i].path, "/status/", 8) == 0,
             health = strcmp(rows[i].path, "/healthz") == 0;
        if (pages_route(DOOR_PORTAL, &rows[i]) != (portal || health)) fail_msg("%s", rows[i].path);
        if (pages_route(DOOR_API, &rows[i]) == portal) fail_msg("%s", rows[i].path);
        if (pages_route(DOOR_CONSOLE, &rows[i]) == portal) fail_msg("%s", rows[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_form_that_is_taken_is_sent),
        cmocka_unit_test(the_language_wanted_most_is_taken),
        cmocka_unit_test(what_a_browser_has_is_not_sent_again),
        cmocka_unit_test(each_file_has_its_listeners),
        cmocka_unit_test(the_portal_has_its_own_routes_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
