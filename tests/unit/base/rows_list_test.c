#include "rows_fixture.h"

static void reads_lists_of_both_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *list, *want;
    } cases[] = {
        {"CSV", "id,nama,email\nC1,Siti,a@example.com\n C2 ,,\n",
         "2:ref=C1 name=Siti email=a@example.com\n3:ref=C2 name= email=\n"},
        {"CSV after empty lines", "\n\r\nid;nama\nC1;Siti\n", "4:ref=C1 name=Siti\n"},
        {"semicolons, CRLF, a mark", "\xef\xbb\xbfid;nama\r\nC1;Siti, Dewi\r\n",
         "2:ref=C1 name=Siti, Dewi\n"},
        {"addresses", "id,address 1,address 2,door code 2\n1,a,b,c\n",
         "2:ref=1 address=a address.1=b door_code.1=c\n"},
        {"few and many columns", "id,name\n1\n2,b\n3,c,d\n",
         "2!too few columns: 1 where the header has 2\n3:ref=2 name=b\n4!too many columns: 3 where the "
         "header has 2\n"},
        {"no ref in a row", "id,name\n ,b\n2,c\n",
         "2!no ref: the customer's number is empty\n3:ref=2 name=c\n"},
        {"unmapped columns", "id,shoe,name\n1,44,b\n", "2:ref=1 name=b\n"},
        {"names in parts", "id,first name,last name\n1,Ada,King\n2,Budi,\n3,,Kim\n4,민준,김\n",
         "2:ref=1 name=Ada King\n3:ref=2 name=Budi\n4:ref=3 name=Kim\n5:ref=4 name=김민준\n"},
        {"Korean family and given name", "고객번호,성,이름\n1,김,민준\n", "2:ref=1 name=김민준\n"},
        {"JSON lines", "{\"ref\":\"C1\",\"name\":\"Siti \\\"A\\\" \\uAE40\"}\n\n{\"ref\":\"C2\"}",
         "1:ref=C1 name=Siti \"A\" 김\n3:ref=C2\n"},
        {"JSON lines, CRLF and blank lines first", "\r\n {\"ref\":\"C1\"}\r\n{\"ref\":\"C2\"}\r\n",
         "2:ref=C1\n3:ref=C2\n"},
        {"JSON, nested fields",
         "{\"ref\":\"1\",\"lang\":\"id\",\"country\":\"ID\",\"fields\":{\"name\":\"a\",\"email\":null,"
         "\"addresses\":["
         "{\"recipient\":\"r\",\"address\":\"x\"},{\"address\":\"y\",\"door_code\":77,\"colour\":\"red\"}],"
         "\"orders\":[{\"order_ref\":\"O1\",\"total\":12.50}]}}\n",
         "1:ref=1 lang=id country=ID name=a email= recipient=r address=x address.1=y door_code.1=77 "
         "order_ref=O1 total=12.50\n"},
        {"JSON, addresses as texts", "{\"ref\":\"1\",\"addresses\":[\"a\",\"b\"]}",
         "1:ref=1 address=a address.1=b\n"},
        {"JSON, names as in CSV",
         "{\"Customer ID\":1,\"nama depan\":\"Siti\",\"nama "
         "belakang\":\"Dewi\",\"주소2\":\"x\",\"x\":[1,{}]}",
         "1:ref=1 address.1=x name=Siti Dewi\n"},
        {"JSON numbers as written", "{\"ref\":900719925474099312345,\"total\":-1.50e+3,\"phone\":0}",
         "1:ref=900719925474099312345 total=-1.50e+3 phone=0\n"},
        {"JSON, the first of two wins", "{\"ref\":\"1\",\"email\":\"a\",\"e-mail\":\"b\",\"active\":true}",
         "1:ref=1 email=a\n"},
        {"JSON that is wrong",
         "{\"ref\":\"1\"}\n{\"ref\":\"2\"\n[]\n{\"ref\":01}\n{\"ref\":\"a\\u0000b\"}\n{\"ref\":[1]}\n{}\n{"
         "\"ref\":\"\xff\"}\n"
         "{\"a\":[[[[[[[[1]]]]]]]],\"ref\":1}\n{\"ref\":\"\t\"}\n{\"ref\":3}x\n{\"ref\":\"9\"}\n",
         "1:ref=1\n2!not a JSON object\n3!not a JSON object\n4!not a JSON object: a number is malformed\n"
         "5!not a JSON object: a text is malformed or not closed\n6!ref: not a text or a number\n"
         "7!no ref: the customer's number is empty\n8!bytes that its encoding does not have\n9!nested too "
         "deeply\n"
         "10!not a JSON object: a text is malformed or not closed\n11!not a JSON object\n12:ref=9\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t piece = 0; piece < 4; piece++) {
            SCOPED(buf_done) struct buf out = {0};
            struct rows_options options = {.encoding = ENCODING_UTF_8};
            assert_ok(list_read(&options, slice_text(cases[i].list), piece, &out));
            assert_text(cases[i].name, &out, cases[i].want);
        }
    }
}

static void a_list_without_use_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *list, *map, *says;
    } cases[] = {
        {"empty", "", NULL, "empty"},
        {"blank", " \n\n", NULL, "empty"},
        {"a header of blanks", " \nid\n1\n", NULL, "--map ref="},
        {"no ref", "nama,email\na,b\n", NULL, "--map ref="},
        {"a map that is wrong", "id\n1\n", "email=surat", "no column with the header"},
        {"an array", "[{\"ref\":1}]", NULL, "one object a line"},
        {"a header that is not text", "id,\xff\n1,2\n", NULL, "the header"},
        {"a header that is not closed", "id,\"a\n1,2\n", NULL, "the header"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct rows_options options = {.encoding = ENCODING_UTF_8, .map = cases[i].map};
        assert_code(CODE_INVALID, list_read(&options, slice_text(cases[i].list), 0, &out));
        if (!strstr(result_text(), cases[i].says)) fail_msg("%s: %s", cases[i].name, result_text());
    }
}

static void options_have_bounds(void **state)
{
    (void)state;
    static const struct rows_options bad[] = {
        {.delimiter = ':'},
        {.row_bytes_max = ROWS_ROW_BYTES_MOST + 1},
        {.columns_max = ROWS_COLUMNS_MOST + 1},
        {.map = "x"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_code(CODE_INVALID, list_read(&bad[i], SLICE_TEXT("ref\n1\n"), 0, &out));
    }
}

static void json_lines_have_bounds(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf list = {0}, out = {0};
    buf_text(&list, "{\"kode\":\"1\",\"addresses\":[");
    for (size_t i = 0; i <= TARGET_ITEMS_MAX; i++) buf_text(&list, i > 0 ? ",\"x\"" : "\"x\"");
    buf_text(&list, "]}\n{\"kode\":\"2\",\"x\":[1");
    for (size_t i = 0; i < JSONL_VALUES_MAX; i++) buf_text(&list, ",1");
    buf_text(&list, "]}\n{\"kode\":\"");
    for (size_t i = 0; i < 10000; i++) buf_byte(&list, 'x');
    buf_text(&list, "\"}\n{\"kode\":\"4\",\"ukuran\":41}\n");
    struct rows_options options = {.map = "ref=Kode,shoe_size=ukuran", .row_bytes_max = 5000};
    for (size_t piece = 0; piece < 3; piece++) {
        assert_ok(list_read(&options, buf_slice(&list), piece * 700, &out));
        assert_text("bounds", &out,
                    "1!too many addresses or orders\n2!too many members\n3!longer than a line may be\n"
                    "4:ref=4 shoe_size=41\n");
        buf_clear(&out);
    }
}

static void the_summary_tells_what_was_found(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    SCOPED(rows_free) struct rows *rows = NULL;
    assert_ok(rows_new(&(struct rows_options){0}, (struct rows_sink){&out, note_values, note_reject}, &rows));
    /* header id;이름;색 and rows in CP949 */
    assert_ok(rows_push(rows, SLICE_TEXT("id;\xc0\xcc\xb8\xa7;\xbb\xf6\n1;\xb1\xe8;x\n2\n")));
    assert_ok(rows_end(rows));
    struct rows_summary summary = rows_summary(rows);
    assert_int_equal(summary.rows, 1);
    assert_int_equal(summary.rejects, 1);
    assert_int_equal(summary.bytes, 20);
    assert_string_equal(rows_format_name(summary.format), "csv");
    assert_int_equal(summary.delimiter, ';');
    assert_int_equal(summary.encoding, ENCODING_CP949);
    assert_int_equal(summary.column_count, 3);
    assert_int_equal(summary.unmapped, 1);
    assert_string_equal(summary.columns[1].target, "name");
    assert_true(slice_is(summary.columns[2].header, "색"));
    assert_text("row", &out, "2:ref=1 name=김\n3!too few columns: 1 where the header has 3\n");
}

static void pieces_change_nothing(void **state)
{
    (void)state;
    static const char *const scraps[] = {"{\"ref\":\"1\"}",
                                         "\n",
                                         "{\"ref\":2,\"name\":\"가\"}",
                                         "\r\n",
                                         " ",
                                         "{",
                                         "id,name\n",
                                         "1,a\n",
                                         "\"2",
                                         ",",
                                         "\",b\n",
                                         "가",
                                         "\xff"};
    PROPERTY(2000, rng) {
        SCOPED(buf_done) struct buf list = {0}, whole = {0}, pieces = {0};
        buf_text(&list, prop_below(&rng, 2) ? "id,name\n" : "{\"ref\":\"0\"}\n");
        for (size_t i = prop_below(&rng, 30); i > 0; i--)
            buf_text(&list, scraps[prop_below(&rng, COUNT_OF(scraps))]);
        struct rows_options options = {.encoding = prop_below(&rng, 2) ? ENCODING_AUTO : ENCODING_UTF_8,
                                       .row_bytes_max = 40};
        struct result result = list_read(&options, buf_slice(&list), 0, &whole);
        assert_int_equal(result.code,
                         list_read(&options, buf_slice(&list), 1 + prop_below(&rng, 5), &pieces).code);
        assert_true(slice_equal(buf_slice(&whole), buf_slice(&pieces)));
    }
}

static void reasons_hold_no_value(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "id,name\n1,\"secret\"secret\nsecret\n,secret\n3,secret\xff\n4,\"secret\n",
        "{\"ref\":\"1\"}\n{\"ref\":\"secret\nsecret\n{\"name\":\"secret\"}\n{\"ref\":[\"secret\"]}\n",
        "secret,name\n",
    };
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct rows_options options = {.encoding = ENCODING_UTF_8};
        struct result result = list_read(&options, slice_text(lists[i]), 0, &out);
        assert_null(strstr(buf_c(&out), "secret"));
        if (result.code != CODE_OK) assert_null(strstr(result_text(), "secret"));
    }
}

static struct result count_row(void *context, uint64_t line, const struct row_value *values, size_t count)
{
    (void)line, (void)values, (void)count;
    ++*(uint64_t *)context;
    return OK;
}

static size_t memory_used(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu %lu", &all, &resident), 2);
    (void)fclose(file);
    return resident * 4096;
}

static void memory_stays_flat_for_200_megabytes(void **state)
{
    (void)state;
    static const char *const rows_of[] = {
        "C1234567,Siti Dewi Lestari,\"Jl. Mawar No. 12, Bandung\",siti.1@example.com,0890-1234-5678\n",
        "{\"ref\":\"C1\",\"name\":\"Siti\",\"addresses\":[{\"address\":\"Jl. Mawar\"}]}\n"};
    static const size_t megabytes[] = {200, 40};
    for (size_t i = 0; i < COUNT_OF(rows_of); i++) {
        uint64_t count = 0;
        SCOPED(rows_free) struct rows *rows = NULL;
        SCOPED(buf_done) struct buf piece = {0};
        struct rows_options options = {.encoding = i == 0 ? ENCODING_AUTO : ENCODING_UTF_8};
        assert_ok(rows_new(&options, (struct rows_sink){&count, count_row, note_reject}, &rows));
        if (i == 0) assert_ok(rows_push(rows, SLICE_TEXT("ref,name,address,email,phone\n")));
        while (piece.len < 1000000) buf_text(&piece, rows_of[i]);
        size_t before = 0;
        for (size_t done = 0; done < megabytes[i]; done++) {
            if (done == 8) before = memory_used();
            assert_ok(rows_push(rows, buf_slice(&piece)));
        }
        assert_ok(rows_end(rows));
        size_t after = memory_used();
        assert_int_equal(count, megabytes[i] * (piece.len / strlen(rows_of[i])));
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
        if (after > before + 8 * 1024 * 1024) fail_msg("grew by %zu bytes", after - before);
#else
        assert_true(before > 0 && after > 0);
#endif
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists_of_both_kinds),
        cmocka_unit_test(a_list_without_use_is_refused),
        cmocka_unit_test(options_have_bounds),
        cmocka_unit_test(json_lines_have_bounds),
        cmocka_unit_test(the_summary_tells_what_was_found),
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(reasons_hold_no_value),
        cmocka_unit_test(memory_stays_flat_for_200_megabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
