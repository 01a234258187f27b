/* Public answers kept for a second: by route, name and language, in a bounded number of places. */
#include "prop.h"
#include "serve/shelf.h"

static const struct route routes[2];

static struct MHD_Response *made(void)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    assert_non_null(response);
    return response;
}

static void finds_what_was_put_for_the_same_key_for_a_second(void **state)
{
    (void)state;
    struct shelf shelf = {0};
    const struct shelf_key key = {&routes[0], SLICE_TEXT("en.html"), SLICE_TEXT("ko")};
    const struct shelf_key others[] = {
        {&routes[1], SLICE_TEXT("en.html"), SLICE_TEXT("ko")},
        {&routes[0], SLICE_TEXT("id.html"), SLICE_TEXT("ko")},
        {&routes[0], SLICE_TEXT("en.html"), SLICE_TEXT("id")},
        {&routes[0], SLICE_TEXT("en.html"), {0}},
        {&routes[0], {0}, SLICE_TEXT("ko")},
    };
    struct MHD_Response *response = made(), *newer = made();
    assert_true(shelf_put(&shelf, &key, response, 1000));
    assert_ptr_equal(shelf_find(&shelf, &key, 1000), response);
    assert_ptr_equal(shelf_find(&shelf, &key, 1000 + SHELF_US - 1), response);
    assert_null(shelf_find(&shelf, &key, 1000 + SHELF_US));
    for (size_t i = 0; i < COUNT_OF(others); i++) assert_null(shelf_find(&shelf, &others[i], 1000));
    assert_true(shelf_put(&shelf, &key, newer, 2000 + SHELF_US));
    assert_ptr_equal(shelf_find(&shelf, &key, 2000 + SHELF_US), newer);
    shelf_done(&shelf);
    assert_null(shelf_find(&shelf, &key, 2000 + SHELF_US));
}

static void keeps_so_many_and_no_long_name(void **state)
{
    (void)state;
    struct shelf shelf = {0};
    static const char long_name[] = "a-name-of-more-than-thirty-two-bytes.html";
    struct MHD_Response *last = NULL, *none = made();
    char name[SHELF_PLACES + 1][8];
    for (size_t i = 0; i <= SHELF_PLACES; i++) {
        (void)snprintf(name[i], sizeof name[i], "%zu", i);
        const struct shelf_key key = {&routes[0], slice_text(name[i]), SLICE_TEXT("en")};
        last = made();
        assert_true(shelf_put(&shelf, &key, last, 0));
        assert_ptr_equal(shelf_find(&shelf, &key, 0), last);
    }
    const struct shelf_key first = {&routes[0], slice_text(name[0]), SLICE_TEXT("en")};
    const struct shelf_key second = {&routes[0], slice_text(name[1]), SLICE_TEXT("en")};
    assert_null(shelf_find(&shelf, &first, 0)); /* its place was given away */
    assert_non_null(shelf_find(&shelf, &second, 0));
    const struct shelf_key too_long = {&routes[0], slice_text(long_name), SLICE_TEXT("en")};
    assert_false(shelf_put(&shelf, &too_long, none, 0));
    MHD_destroy_response(none);
    shelf_done(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put_for_the_same_key_for_a_second),
        cmocka_unit_test(keeps_so_many_and_no_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
