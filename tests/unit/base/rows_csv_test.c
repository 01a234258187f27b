#include "rows_fixture.h"

#include <time.h>

#define LONG20 "aaaaaaaaaaaaaaaaaaaa"

static const struct csv_options small = {0, 64, 5};

static void csv_read(struct csv_options options, struct slice list, struct prop_rng *rng, struct buf *out)
{
    SCOPED(csv_free) struct csv *csv = NULL;
    csv_new(options, (struct csv_sink){out, note_row, note_reject}, &csv);
    while (list.len > 0) {
        size_t len = rng ? 1 + prop_below(rng, prop_below(rng, 4) ? 3 : 40) : list.len;
        struct slice part = slice_part(list, 0, len);
        assert_ok(csv_push(csv, part));
        list = slice_from(list, part.len);
    }
    assert_ok(csv_end(csv));
}

static void cuts_rows_and_cells(void **state)
{
    (void)state;
    static const struct {
        const char *name, *list, *want;
    } cases[] = {
        {"nothing", "", ""},
        {"one row", "a,b\n", "1:a|b\n"},
        {"last line without its end", "a,b\nc,d", "1:a|b\n2:c|d\n"},
        {"CRLF", "a,b\r\nc,d\r\n", "1:a|b\n2:c|d\n"},
        {"lone CR", "a,b\rc,d\r", "1:a|b\n2:c|d\n"},
        {"mixed line ends", "a,b\r\nc,d\re,f\n", "1:a|b\n2:c|d\n3:e|f\n"},
        {"empty lines", "a,b\n\n\r\n\rc,d\n\n", "1:a|b\n5:c|d\n"},
        {"empty cells", "a,b\n,\n\"\",\n", "1:a|b\n2:|\n3:|\n"},
        {"one empty quoted cell", "a\n\"\"\n", "1:a\n2:\n"},
        {"quotes", "a,b\n\"c\",\"d,e\"\n", "1:a|b\n2:c|d,e\n"},
        {"doubled quotes", "a,b\n\"c\"\"d\"\"\",\"\"\"\"\n", "1:a|b\n2:c\"d\"|\"\n"},
        {"line end in quotes", "a,b\n\"c\nd\",e\nf,g\n", "1:a|b\n2:c\nd|e\n4:f|g\n"},
        {"CRLF and CR in quotes", "a,b\n\"c\r\nd\re\",f\ng,h\n", "1:a|b\n2:c\r\nd\re|f\n5:g|h\n"},
        {"quoted cell at the end", "a,b\nc,\"d\"", "1:a|b\n2:c|d\n"},
        {"quote inside an unquoted cell", "a,b\nc\"d\",e\"\n", "1:a|b\n2:c\"d\"|e\"\n"},
        {"rows of any width", "a,b\nc\nd,e,f\n", "1:a|b\n2:c\n3:d|e|f\n"},
        {"hangul", "이름,주소\n가나다라마바사,\"서울, 강남\"\n",
         "1:이름|주소\n2:가나다라마바사|서울, 강남\n"},
        {"too many columns", "a,b\n1,2,3,4,5,6\nc,d\n", "1:a|b\n2!more than 5 columns\n3:c|d\n"},
        {"semicolons", "a;b,c;g\nd;e,f;\n", "1:a|b,c|g\n2:d|e,f|\n"},
        {"tabs", "a\tb\tc,d\ne\tf\t\n", "1:a|b|c,d\n2:e|f|\n"},
        {"bars", "a|b\nc|d\n", "1:a|b\n2:c|d\n"},
        {"delimiters in quotes do not count", "\"a,,,,\";b\nc;d\n", "1:a,,,,|b\n2:c|d\n"},
        {"delimiter after empty lines", "\n\na;b\n", "3:a|b\n"},
        {"one column", "a\nb\n", "1:a\n2:b\n"},
        {"bad bytes",
         "a,b\nc,\xff"
         "d\ne,f\n",
         "1:a|b\n2!column 2: bytes that its encoding does not have\n3:e|f\n"},
        {"a character cut by the cell's end", "a,b\n\xea\xb0,\x80\n",
         "1:a|b\n2!column 1: bytes that its encoding does not have\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        csv_read(small, slice_text(cases[i].list), NULL, &out);
        assert_text(cases[i].name, &out, cases[i].want);
    }
}

static void loses_only_the_row_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *name, *list, *want;
    } cases[] = {
        {"text after a closing quote", "a,b\n\"c\"d,e\nf,g\n",
         "1:a|b\n2!column 1: text after its closing quote\n3:f|g\n"},
        {"blank after a closing quote", "a,b\nc,\"d\" \nf,g\n",
         "1:a|b\n2!column 2: text after its closing quote\n3:f|g\n"},
        {"text after a closing quote at the end", "a,b\n\"c\"d",
         "1:a|b\n2!column 1: text after its closing quote\n"},
        {"a stray quote takes no other row along", "a,b\n1,\"x\n2,\"y\"\n3,z\n",
         "1:a|b\n2!column 2: text after its closing quote\n3:2|y\n4:3|z\n"},
        {"unclosed at the end", "a,b\nc,\"d\ne,f\ng,h",
         "1:a|b\n2!column 2: the quote that opens it is not closed\n3:e|f\n4:g|h\n"},
        {"unclosed in the last line", "a,b\nc,\"d",
         "1:a|b\n2!column 2: the quote that opens it is not closed\n"},
        {"unclosed, CRLF", "a,b\r\nc,\"d\r\ne,f\r\n",
         "1:a|b\n2!column 2: the quote that opens it is not closed\n3:e|f\n"},
        {"a runaway quote", "a,b\nc,\"d\ne," LONG20 "\nf," LONG20 "\ng," LONG20 "\nh,\"i\nj\"\n",
         "1:a|b\n2!column 2: the quote that opens it is not closed within 64 bytes\n3:e|" LONG20
         "\n4:f|" LONG20 "\n5:g|" LONG20 "\n6:h|i\nj\n"},
        {"a line too long", "a,b\nc," LONG20 LONG20 LONG20 LONG20 ",\"x\nd,e\n",
         "1:a|b\n2!longer than 64 bytes\n3:d|e\n"},
        {"a row of the longest length", "a,b\n12," LONG20 LONG20 LONG20 "3\nc,d\n",
         "1:a|b\n2:12|" LONG20 LONG20 LONG20 "3\n3:c|d\n"},
        {"one byte more", "a,b\n12," LONG20 LONG20 LONG20 "34\nc,d\n",
         "1:a|b\n2!longer than 64 bytes\n3:c|d\n"},
        {"one byte more at the end", "a,b\n12," LONG20 LONG20 LONG20 "34", "1:a|b\n2!longer than 64 bytes\n"},
        {"a line too long in quotes", "a,b\n\"" LONG20 LONG20 LONG20 LONG20 "\",c\nd,e\n",
         "1:a|b\n2!column 1: the quote that opens it is not closed within 64 bytes\n3:d|e\n"},
        {"CRLF after a row that was refused", "a,b\r\n\"c\"d\r\ne,f\r\n",
         "1:a|b\n2!column 1: text after its closing quote\n3:e|f\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        csv_read(small, slice_text(cases[i].list), NULL, &out);
        assert_text(cases[i].name, &out, cases[i].want);
    }
    SCOPED(buf_done) struct buf out = {0};
    csv_read(small, SLICE_TEXT("a,b\nc,\0d\ne,f\n"), NULL, &out);
    assert_text("a zero byte", &out, "1:a|b\n2!column 2: a zero byte\n3:e|f\n");
}

static void pieces_change_nothing(void **state)
{
    (void)state;
    static const char *const scraps[] = {"a",    "b,",   ",",     "\"",   "\"\"", "\n",
                                         "\r",   "\r\n", "\",",   ",\"",  "\"\n", "가",
                                         "\xea", "x,y",  "\"z\"", LONG20, ";",    "\xff"};
    PROPERTY(3000, rng) {
        SCOPED(buf_done) struct buf list = {0}, whole = {0}, pieces = {0};
        for (size_t i = prop_below(&rng, 60); i > 0; i--)
            buf_text(&list, scraps[prop_below(&rng, COUNT_OF(scraps))]);
        csv_read(small, buf_slice(&list), NULL, &whole);
        csv_read(small, buf_slice(&list), &rng, &pieces);
        if (!slice_equal(buf_slice(&whole), buf_slice(&pieces)))
            fail_msg("AMN_SEED=%llu\n%s\nat once\n%s\nin pieces\n%s", (unsigned long long)prop_seed(),
                     buf_c(&list), buf_c(&whole), buf_c(&pieces));
    }
}

/* What a writer by RFC 4180 makes of any cells is read back as these cells. */
static struct result same_row(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    struct slice *want = context;
    (void)line;
    struct cursor cursor = {*want, false};
    assert_int_equal(cursor_byte(&cursor), count);
    for (size_t i = 0; i < count; i++) {
        struct slice cell = cursor_take(&cursor, cursor_byte(&cursor));
        if (!slice_equal(cell, cells[i])) fail_msg("cell %zu of line %llu", i, (unsigned long long)line);
    }
    assert_false(cursor.bad);
    *want = cursor.rest;
    return OK;
}

static struct result no_reject(void *context, uint64_t line, const char *reason)
{
    (void)context;
    fail_msg("line %llu: %s", (unsigned long long)line, reason);
    return OK;
}

static void cell_write(struct buf *out, struct slice cell, bool quote)
{
    if (quote) buf_byte(out, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (quote && cell.at[i] == '"') buf_byte(out, '"');
        buf_byte(out, cell.at[i]);
    }
    if (quote) buf_byte(out, '"');
}

static void reads_what_was_written(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    static const char odd[] = "\",;\t|\r\n aZ";
    PROPERTY(500, rng) {
        SCOPED(buf_done) struct buf list = {0}, want = {0};
        const char delimiter = CSV_DELIMITERS[prop_below(&rng, 4)];
        const char *end = ends[prop_below(&rng, COUNT_OF(ends))];
        size_t columns = 2 + prop_below(&rng, 6), rows = 1 + prop_below(&rng, 20);
        for (size_t row = 0; row < rows; row++) {
            buf_byte(&want, (uint8_t)columns);
            for (size_t column = 0; column < columns; column++) {
                uint8_t cell[24];
                size_t len = prop_below(&rng, sizeof cell);
                for (size_t i = 0; i < len; i++) {
                    cell[i] = (uint8_t)(prop_below(&rng, 3) ? 'a' + prop_below(&rng, 26)
                                                            : (uint8_t)odd[prop_below(&rng, sizeof odd - 1)]);
                }
                struct slice text = {cell, len};
                bool must = len > 0 && (memchr(cell, '"', len) || memchr(cell, delimiter, len) ||
                                        memchr(cell, '\n', len) || memchr(cell, '\r', len));
                if (column > 0) buf_byte(&list, (uint8_t)delimiter);
                cell_write(&list, text, must || prop_below(&rng, 3) == 0);
                buf_byte(&want, (uint8_t)len);
                buf_slice_put(&want, text);
            }
            if (row + 1 < rows || prop_below(&rng, 2)) buf_text(&list, end);
        }
        struct slice rest = buf_slice(&want);
        SCOPED(csv_free) struct csv *csv = NULL;
        csv_new((struct csv_options){delimiter, 4096, 8}, (struct csv_sink){&rest, same_row, no_reject},
                &csv);
        assert_ok(csv_push(csv, buf_slice(&list)));
        assert_ok(csv_end(csv));
        assert_int_equal(rest.len, 0);
    }
}

static struct result stop(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    (void)context, (void)cells, (void)count;
    return line == 2 ? FAIL(SPENT, "enough") : OK;
}

static void a_failing_sink_ends_the_reading(void **state)
{
    (void)state;
    SCOPED(csv_free) struct csv *csv = NULL;
    csv_new(small, (struct csv_sink){NULL, stop, no_reject}, &csv);
    assert_code(CODE_SPENT, csv_push(csv, SLICE_TEXT("a\nb\nc\n")));
}

/* A quote that never closes is followed once, not again from each line after it. */
static void runaway_quotes_cost_linear_work(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf list = {0}, out = {0};
    buf_text(&list, "a,b\n");
    while (list.len < 4 * 1024 * 1024)
        buf_text(&list, "c\",\"d\"\"\n"); /* open at its end, from both sides */
    int64_t begin = (int64_t)clock();
    csv_read((struct csv_options){',', 256 * 1024, 1 << 15}, buf_slice(&list), NULL, &out);
    assert_true((int64_t)clock() - begin < 20 * (int64_t)CLOCKS_PER_SEC); /* quadratic would be hours */
    assert_true(out.len > list.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_rows_and_cells),
        cmocka_unit_test(loses_only_the_row_that_is_wrong),
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(a_failing_sink_ends_the_reading),
        cmocka_unit_test(runaway_quotes_cost_linear_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
