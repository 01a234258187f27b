/* Logs of systems outside the vault: each format with its quotes, escapes, zones and broken lines. */
#include "base/weblog/weblog.h"
#include "prop.h"

static const struct {
    const char *text;
    enum when_got got;
    const char *utc;
} times[] = {
    {"10/Oct/2023:13:55:36 -0700", WHEN_GOOD, "2023-10-10T20:55:36Z"},
    {"10/Oct/2023:13:55:36 +0900", WHEN_GOOD, "2023-10-10T04:55:36Z"},
    {"29/Feb/2024:23:59:60 +0000", WHEN_GOOD, "2024-03-01T00:00:00Z"}, /* a leap second, on a leap day */
    {"29/Feb/2023:00:00:00 +0000", WHEN_BAD, ""},
    {"10/Okt/2023:13:55:36 -0700", WHEN_BAD, ""},
    {"10/Oct/2023:24:00:00 +0000", WHEN_BAD, ""},
    {"10/Oct/2023:13:55:61 +0000", WHEN_BAD, ""},
    {"10/Oct/2023:13:55:36", WHEN_NO_ZONE, ""},
    {"10/Oct/2023:13:55:36 +1500", WHEN_BAD, ""},
    {"2023-11-20T10:00:00+09:00", WHEN_GOOD, "2023-11-20T01:00:00Z"},
    {"2023-11-20T10:00:00.250Z", WHEN_GOOD, "2023-11-20T10:00:00.250000Z"},
    {"2023-11-20 10:00:00,250 +0530", WHEN_GOOD, "2023-11-20T04:30:00.250000Z"},
    {"2023-11-20 10:00:00.123 KST", WHEN_GOOD, "2023-11-20T01:00:00.123000Z"},
    {"2023-11-20 10:00:00.123 WIB", WHEN_GOOD, "2023-11-20T03:00:00.123000Z"},
    {"2023-11-20 10:00:00 -03", WHEN_GOOD, "2023-11-20T13:00:00Z"},
    {"2023-11-20 10:00:00 CST", WHEN_NO_ZONE, ""}, /* three zones have that name */
    {"2023-11-20T10:00:00", WHEN_NO_ZONE, ""},
    {"2023-11-20T10:00:00.Z", WHEN_BAD, ""},
    {"2023-13-20T10:00:00Z", WHEN_BAD, ""},
    {"1700474400", WHEN_GOOD, "2023-11-20T10:00:00Z"},
    {"1700474400.250", WHEN_GOOD, "2023-11-20T10:00:00.250000Z"},
    {"1700474400250", WHEN_GOOD, "2023-11-20T10:00:00.250000Z"},
    {"1700474400250000", WHEN_GOOD, "2023-11-20T10:00:00.250000Z"},
    {"1700474400250000000", WHEN_GOOD, "2023-11-20T10:00:00.250000Z"},
    {"17004744002500000000", WHEN_BAD, ""},
    {"0", WHEN_BAD, ""},
    {"yesterday", WHEN_BAD, ""},
    {"", WHEN_BAD, ""},
};

static void reads_times_of_every_form(void **state)
{
    (void)state;
    struct when when = {0};
    for (size_t round = 0; round < 2; round++) { /* the second round meets what the first one kept */
        for (size_t i = 0; i < COUNT_OF(times); i++) {
            int64_t us = -1;
            SCOPED(buf_done) struct buf utc = {0};
            enum when_got got = when_get(&when, slice_text(times[i].text), &us);
            if (got == WHEN_GOOD) time_put(&utc, us);
            if (got != times[i].got || !slice_is(buf_slice(&utc), times[i].utc))
                fail_msg("%s", times[i].text);
            if (got != WHEN_GOOD && us != -1) fail_msg("%s: changed its output", times[i].text);
        }
    }
}

static void takes_a_zone_for_times_that_name_none(void **state)
{
    (void)state;
    struct when when = {.zone_given = true};
    int64_t us = 0, named = 0;
    assert_true(zone_get(SLICE_TEXT("+0900"), &when.zone_s));
    assert_int_equal(when_get(&when, SLICE_TEXT("2023-11-20T10:00:00"), &us), WHEN_GOOD);
    assert_int_equal(when_get(&when, SLICE_TEXT("2023-11-20T10:00:00+02:00"), &named), WHEN_GOOD);
    assert_int_equal(named - us, 7 * HOUR_US); /* one that is named counts */
    int32_t zone = 7;
    static const char *const none[] = {"",      "+",    "+9",      "+09:60", "+1401",
                                       "-1500", "0900", "+09:00x", "NOWHERE"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        if (zone_get(slice_text(none[i]), &zone) || zone != 7) fail_msg("%s", none[i]);
    }
}

/* What a line should say; NULL: nothing. `got` is of the first line of the text. */
struct want {
    const char *name, *text;
    enum weblog_got got;
    const char *reader, *network, *method, *target;
    unsigned status;
    uint64_t rows;
    const char *subject;
};

static void check_text(const char *name, const char *what, struct slice got, const char *want)
{
    if (!slice_is(got, want ? want : "")) fail_msg("%s: %s is '%.*s'", name, what, (int)got.len, got.at);
}

static void check_table(const struct want *wants, size_t count, const struct weblog_options *options)
{
    for (size_t i = 0; i < count; i++) {
        const struct want *want = &wants[i];
        SCOPED(weblog_free) struct weblog *log = NULL;
        struct weblog_line line = {0};
        struct slice rest = slice_text(want->text);
        assert_ok(weblog_new(options, &log));
        enum weblog_got got = weblog_next(log, &rest, true, &line);
        if (got != want->got) fail_msg("%s: got %d, %s", want->name, (int)got, line.why ? line.why : "");
        if (line.number != 1) fail_msg("%s: line %llu", want->name, (unsigned long long)line.number);
        if (got == WEBLOG_BAD && !line.why) fail_msg("%s: does not say why", want->name);
        if (got != WEBLOG_LINE) continue;
        check_text(want->name, "reader", line.reader, want->reader);
        check_text(want->name, "network", line.network, want->network);
        check_text(want->name, "method", line.method, want->method);
        check_text(want->name, "target", line.target, want->target);
        check_text(want->name, "subject", line.subject, want->subject);
        if (line.status != want->status || line.rows != (want->rows ? want->rows : 1))
            fail_msg("%s: status %u, rows %llu", want->name, line.status, (unsigned long long)line.rows);
    }
}

#define AT "[20/Nov/2023:10:00:00 +0900]"
#define TAIL " 200 17 \"-\" \"curl\"\n"

static void reads_access_logs(void **state)
{
    (void)state;
    static const struct want wants[] = {
        {"combined", "10.0.0.9 - kim " AT " \"GET /c/7 HTTP/1.1\"" TAIL, WEBLOG_LINE, "kim", "10.0.0.9",
         "GET", "/c/7", 200},
        {"common", "10.0.0.9 - - " AT " \"GET /c/7 HTTP/1.1\" 404 -\n", WEBLOG_LINE, NULL, "10.0.0.9", "GET",
         "/c/7", 404},
        {"CRLF", "10.0.0.9 - - " AT " \"GET /c/7 HTTP/1.1\" 404 -\r\n", WEBLOG_LINE, NULL, "10.0.0.9", "GET",
         "/c/7", 404},
        {"no line end", "10.0.0.9 - - " AT " \"GET /c/7 HTTP/1.1\" 404", WEBLOG_LINE, NULL, "10.0.0.9", "GET",
         "/c/7", 404},
        {"IPv6", "2001:db8::1 - - " AT " \"GET / HTTP/2.0\"" TAIL, WEBLOG_LINE, NULL, "2001:db8::1", "GET",
         "/", 200},
        {"IPv6 in brackets", "[2001:db8::1]:443 - - " AT " \"GET / HTTP/2.0\"" TAIL, WEBLOG_LINE, NULL,
         "2001:db8::1", "GET", "/", 200},
        {"IPv4 with a port", "10.0.0.9:4711 - - " AT " \"GET / HTTP/2.0\"" TAIL, WEBLOG_LINE, NULL,
         "10.0.0.9", "GET", "/", 200},
        {"virtual host", "shop.example:443 10.0.0.9 - kim " AT " \"GET / HTTP/1.1\"" TAIL, WEBLOG_LINE, "kim",
         "10.0.0.9", "GET", "/", 200},
        {"a user with blanks and brackets", "10.0.0.9 - kim [x] y " AT " \"GET / HTTP/1.1\"" TAIL,
         WEBLOG_LINE, "kim [x] y", "10.0.0.9", "GET", "/", 200},
        {"a user who would forge a request",
         "10.0.0.9 - a\\x22 " AT " \\x22GET /no " AT " \"GET /yes HTTP/1.1\"" TAIL, WEBLOG_LINE,
         "a\" " AT " \"GET /no", "10.0.0.9", "GET", "/yes", 200},
        {"the same as Apache writes it", "10.0.0.9 - a\\\" " AT " \"GET /yes HTTP/1.1\"" TAIL, WEBLOG_LINE,
         "a\"", "10.0.0.9", "GET", "/yes", 200},
        {"a quote in the request", "10.0.0.9 - - " AT " \"GET /a\\\"b\\\\ HTTP/1.1\"" TAIL, WEBLOG_LINE, NULL,
         "10.0.0.9", "GET", "/a\"b\\", 200},
        {"HTTP/0.9", "10.0.0.9 - - " AT " \"GET /a\"" TAIL, WEBLOG_LINE, NULL, "10.0.0.9", "GET", "/a", 200},
        {"a blank in the target", "10.0.0.9 - - " AT " \"GET /a b HTTP/1.1\"" TAIL, WEBLOG_LINE, NULL,
         "10.0.0.9", "GET", "/a b", 200},
        {"no request", "10.0.0.9 - - " AT " \"-\" 408 0\n", WEBLOG_LINE, NULL, "10.0.0.9", NULL, NULL, 408},
        {"an empty request", "10.0.0.9 - - " AT " \"\" 400 0\n", WEBLOG_LINE, NULL, "10.0.0.9", NULL, NULL,
         400},
        {"TLS where HTTP was meant", "10.0.0.9 - - " AT " \"\\x16\\x03\\x01\" 400 0\n", WEBLOG_LINE, NULL,
         "10.0.0.9", NULL, NULL, 400},
        {"a cut escape", "10.0.0.9 - - " AT " \"GET /a\\x2 HTTP/1.1\"" TAIL, WEBLOG_LINE, NULL, "10.0.0.9",
         "GET", "/ax2", 200},
        {"an empty line", "\n", WEBLOG_OTHER},
        {"no time", "10.0.0.9 - - \"GET / HTTP/1.1\" 200 1\n", WEBLOG_BAD},
        {"another time", "10.0.0.9 - - [2023-11-20T10:00:00+09:00.] \"GET / HTTP/1.1\" 200 1\n", WEBLOG_BAD},
        {"no zone", "10.0.0.9 - - [20/Nov/2023:10:00:00 -----] \"GET / HTTP/1.1\" 200 1\n", WEBLOG_BAD},
        {"no status", "10.0.0.9 - - " AT " \"GET / HTTP/1.1\" - 1\n", WEBLOG_BAD},
        {"a status of four digits", "10.0.0.9 - - " AT " \"GET / HTTP/1.1\" 2000 1\n", WEBLOG_BAD},
        {"a quote never closed", "10.0.0.9 - - " AT " \"GET / HTTP/1.1 200 1\n", WEBLOG_BAD},
        {"nobody", AT " \"GET / HTTP/1.1\" 200 1\n", WEBLOG_BAD},
        {"too short", "\"\n", WEBLOG_BAD},
        {"an error log", "2023/11/20 10:00:00 [error] 7#7: *1 open() failed, client: 10.0.0.9\n", WEBLOG_BAD},
    };
    struct weblog_options options = {.kind = WEBLOG_NGINX};
    check_table(wants, COUNT_OF(wants), &options);
}

static void reads_json_access_logs(void **state)
{
    (void)state;
    static const struct want wants[] = {
        {"nginx",
         "{\"time_iso8601\":\"2023-11-20T10:00:00+09:00\",\"remote_addr\":\"10.0.0.9\",\"remote_user\":"
         "\"kim\","
         "\"request\":\"GET /c/7 HTTP/1.1\",\"status\":200,\"body_bytes_sent\":17}\n",
         WEBLOG_LINE, "kim", "10.0.0.9", "GET", "/c/7", 200},
        {"nginx, all texts",
         "{\"msec\":\"1700474400.250\",\"remote_addr\":\"10.0.0.9\",\"remote_user\":\"-\","
         "\"request_method\":\"POST\",\"uri\":\"/b\",\"request_uri\":\"/c/7?x=1\",\"status\":\"201\"}\n",
         WEBLOG_LINE, NULL, "10.0.0.9", "POST", "/c/7?x=1", 201},
        {"Caddy",
         "{\"level\":\"info\",\"ts\":1700474400.25,\"request\":{\"remote_ip\":\"10.0.0.9\",\"headers\":{"
         "\"A\":[\"}\"]},"
         "\"method\":\"GET\",\"uri\":\"/c/7\"},\"user_id\":\"\",\"status\":200}\n",
         WEBLOG_LINE, NULL, "10.0.0.9", "GET", "/c/7", 200},
        {"Elastic Common Schema",
         "{\"@timestamp\":\"2023-11-20T10:00:00Z\",\"user\":{\"id\":\"u7\",\"name\":\"kim\"},"
         "\"client\":{\"ip\":\"2001:db8::1\"},\"http\":{\"request\":{\"method\":\"GET\"},"
         "\"response\":{\"status_code\":200}},\"url\":{\"original\":\"/c/7\"}}\n",
         WEBLOG_LINE, "u7", "2001:db8::1", "GET", "/c/7", 200},
        {"escapes",
         "{\"time\":\"2023-11-20T10:00:00Z\",\"user\":\"k\\u0069m \\ud55c\\ud83d\\ude00\\n\\\"\\/\","
         "\"path\":\"\\/c\\/7\",\"status\":200}\n",
         WEBLOG_LINE, "kim \xed\x95\x9c\xf0\x9f\x98\x80\n\"/", NULL, "GET", "/c/7", 200},
        {"half a pair",
         "{\"time\":\"2023-11-20T10:00:00Z\",\"user\":\"\\ud83d!\",\"path\":\"/c\",\"status\":200}\n",
         WEBLOG_LINE, "\xef\xbf\xbd!", NULL, "GET", "/c", 200},
        {"blanks and CRLF",
         " { \"time\" : 1700474400 , \"path\" : \"/c\" , \"a\" : [ 1 , { } ] , \"status\" : 200 } \r\n",
         WEBLOG_LINE, NULL, NULL, "GET", "/c", 200},
        {"null and empty",
         "{\"time\":1700474400,\"user\":null,\"remote_addr\":\"\",\"path\":\"/c\",\"status\":200}\n",
         WEBLOG_LINE, NULL, NULL, "GET", "/c", 200},
        {"the first of two", "{\"time\":1700474400,\"path\":\"/c\",\"path\":\"/d\",\"status\":200}\n",
         WEBLOG_LINE, NULL, NULL, "GET", "/c", 200},
        {"deeper than is looked",
         "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"path\":1}}}}}}}}},"
         "\"time\":1700474400,\"path\":\"/c\",\"status\":200}\n",
         WEBLOG_LINE, NULL, NULL, "GET", "/c", 200},
        {"no route", "{\"time\":1700474400,\"msg\":\"started\"}\n", WEBLOG_OTHER},
        {"an empty object", "{}\n", WEBLOG_OTHER},
        {"no time", "{\"path\":\"/c\",\"status\":200}\n", WEBLOG_BAD},
        {"a bad status", "{\"time\":1700474400,\"path\":\"/c\",\"status\":\"ok\"}\n", WEBLOG_BAD},
        {"a status too large", "{\"time\":1700474400,\"path\":\"/c\",\"status\":1000}\n", WEBLOG_BAD},
        {"a list", "[1]\n", WEBLOG_BAD},
        {"cut short", "{\"time\":1700474400,\"path\":\"/c\n", WEBLOG_BAD},
        {"not closed", "{\"time\":1700474400,\"path\":\"/c\"\n", WEBLOG_BAD},
        {"more behind it", "{\"time\":1700474400,\"path\":\"/c\"} x\n", WEBLOG_BAD},
        {"a colon missing", "{\"time\" 1700474400,\"path\":\"/c\"}\n", WEBLOG_BAD},
        {"brackets never closed", "{\"time\":1700474400,\"path\":\"/c\",\"a\":[[[\n", WEBLOG_BAD},
        {"an escape that is none", "{\"time\":1700474400,\"path\":\"\\q\",\"status\":200}\n", WEBLOG_BAD},
        {"hexadecimal that is none", "{\"time\":1700474400,\"path\":\"\\u00g0\",\"status\":200}\n",
         WEBLOG_BAD},
    };
    struct weblog_options options = {.kind = WEBLOG_JSON};
    check_table(wants, COUNT_OF(wants), &options);
}

static void reads_json_lines_by_a_mapping(void **state)
{
    (void)state;
    static const struct want wants[] = {
        {"an application's own",
         "{\"when\":1700474400,\"actor\":{\"id\":\"kim\"},\"action\":\"customer.view\",\"who\":\"C-7\"}\n",
         WEBLOG_LINE, "kim", NULL, "EVENT", "customer.view", 0, 0, "C-7"},
        {"with rows", "{\"when\":1700474400,\"actor\":{\"id\":7},\"action\":\"export\",\"n\":1200}\n",
         WEBLOG_LINE, "7", NULL, "EVENT", "export", 0, 1200},
        {"the usual names are not looked at",
         "{\"time\":1,\"when\":1700474400,\"user\":\"no\",\"path\":\"/no\",\"action\":\"x\"}\n", WEBLOG_LINE,
         NULL, NULL, "EVENT", "x"},
        {"rows that are none", "{\"when\":1700474400,\"action\":\"x\",\"n\":\"many\"}\n", WEBLOG_BAD},
    };
    struct weblog_options options = {.kind = WEBLOG_JSONL,
                                     .map = "time=when,reader=actor.id,route=action,subject=who,rows=n"};
    SCOPED(weblog_free) struct weblog *log = NULL;
    check_table(wants, COUNT_OF(wants), &options);
    static const char *const bad[] = {"when=time", "time", "time=", "=x", "time=a,,reader=b"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        options.map = bad[i];
        if (weblog_new(&options, &log).code != CODE_INVALID) fail_msg("%s", bad[i]);
    }
    options = (struct weblog_options){.kind = WEBLOG_JSONL};
    assert_code(CODE_INVALID, weblog_new(&options, &log)); /* without a mapping */
    options = (struct weblog_options){.kind = WEBLOG_NGINX, .map = "time=x"};
    assert_code(CODE_INVALID, weblog_new(&options, &log)); /* one where nothing is mapped */
}

#define PG_HEAD                                                                                \
    "2023-11-20 10:00:00.123 "                                                                 \
    "KST,\"shop\",\"shopdb\",4711,\"10.0.0.9:54321\",655b.1,1,\"SELECT\",2023-11-20 09:59:00 " \
    "KST,3/7,0,LOG,00000,"
#define PG_TAIL ",,,,,,,,,\"psql\",\"client backend\",,0\n"

static void reads_csvlog_with_pgaudit(void **state)
{
    (void)state;
    static const struct want wants[] = {
        {"a table",
         PG_HEAD "\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.customers,select * from customers,<not "
                 "logged>\"" PG_TAIL,
         WEBLOG_LINE, "shop", "10.0.0.9", "SELECT", "public.customers"},
        {"with rows",
         PG_HEAD "\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.customers,\"\"select \"\"\"\"name\"\"\"\", 1"
                 "\nfrom customers\"\",<none>,1200\"" PG_TAIL,
         WEBLOG_LINE, "shop", "10.0.0.9", "SELECT", "public.customers", 0, 1200},
        {"another message", PG_HEAD "\"statement: select 1\"" PG_TAIL, WEBLOG_OTHER},
        {"an AUDIT line cut short", PG_HEAD "\"AUDIT: SESSION,1,1,READ\"" PG_TAIL, WEBLOG_BAD},
        {"rows that are none", PG_HEAD "\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,t,s,<none>,many\"" PG_TAIL,
         WEBLOG_BAD},
        {"too few fields", "2023-11-20 10:00:00.123 KST,\"shop\",\"shopdb\"\n", WEBLOG_BAD},
        {"a quote never closed", "2023-11-20 10:00:00.123 KST,\"shop\n", WEBLOG_BAD},
        {"no line end", "2023-11-20 10:00:00.123 KST,\"shop\"", WEBLOG_BAD},
        {"bytes behind a quote", "2023-11-20 10:00:00.123 KST,\"shop\"x,\n", WEBLOG_BAD},
    };
    struct weblog_options options = {.kind = WEBLOG_PGCSV};
    check_table(wants, COUNT_OF(wants), &options);
}

static void finds_the_kind_by_content(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum weblog_kind kind;
        unsigned good;
    } cases[] = {
        {"\nrubbish\n10.0.0.9 - - " AT " \"GET / HTTP/1.1\" 200 1\n10.0.0.9 - - " AT
         " \"GET / HTTP/1.1\" 200 1\n",
         WEBLOG_NGINX, 2},
        {"{\"time\":1700474400,\"path\":\"/c\",\"status\":200}\n", WEBLOG_JSON, 1},
        {PG_HEAD "\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,t,\"\"a\nb\"\",<none>\"" PG_TAIL, WEBLOG_PGCSV, 1},
        {"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n10.0.0.9 - - " AT " \"GET / HTTP/1.1\" 200 1\n", WEBLOG_NGINX, 1},
        {"once\nupon a time\n", WEBLOG_ANY, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(weblog_free) struct weblog *log = NULL;
        struct weblog_line line = {0};
        struct slice rest = slice_text(cases[i].text);
        unsigned good = 0;
        assert_ok(weblog_new(&(struct weblog_options){0}, &log));
        for (enum weblog_got got; (got = weblog_next(log, &rest, true, &line)) != WEBLOG_MORE;)
            good += got == WEBLOG_LINE;
        assert_int_equal(weblog_kind(log), cases[i].kind);
        assert_int_equal(good, cases[i].good);
    }
    for (int kind = 1; kind < WEBLOG_KIND_COUNT; kind++)
        assert_int_equal(weblog_kind_find(slice_text(weblog_kind_name((enum weblog_kind)kind))), kind);
    assert_int_equal(weblog_kind_find(SLICE_TEXT("any")), WEBLOG_ANY);
}

static void numbers_lines_as_an_editor_does(void **state)
{
    (void)state;
    SCOPED(weblog_free) struct weblog *log = NULL;
    struct weblog_line line = {0};
    struct slice rest = slice_text(PG_HEAD "\"a\nb\nc\"" PG_TAIL PG_HEAD "\"a\"" PG_TAIL);
    assert_ok(weblog_new(&(struct weblog_options){.kind = WEBLOG_PGCSV, .lines_before = 10}, &log));
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_OTHER);
    assert_int_equal(line.number, 11);
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_OTHER);
    assert_int_equal(line.number, 14); /* three lines of the one before */
}

static void passes_over_what_is_too_long_or_holds_zeros(void **state)
{
    (void)state;
    static const char good[] = "10.0.0.9 - - " AT " \"GET / HTTP/1.1\" 200 1\n";
    SCOPED(weblog_free) struct weblog *log = NULL;
    SCOPED(buf_done) struct buf text = {0};
    struct weblog_line line = {0};
    memset(buf_extend(&text, 3 * WEBLOG_RECORD_BYTES_MAX), 'x', 3 * WEBLOG_RECORD_BYTES_MAX);
    buf_text(&text, "\n");
    buf_put(&text, "a\0b\n", 4);
    buf_text(&text, good);
    struct slice rest = buf_slice(&text);
    assert_ok(weblog_new(&(struct weblog_options){.kind = WEBLOG_NGINX}, &log));
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_BAD);
    assert_false(weblog_between(log)); /* no position to keep */
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_BAD);
    assert_int_equal(line.number, 2);
    assert_true(weblog_between(log));
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_LINE);
    assert_int_equal(line.number, 3);
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_MORE);
}

static void finds_the_next_record_behind_a_quote_that_never_closes(void **state)
{
    (void)state;
    SCOPED(weblog_free) struct weblog *log = NULL;
    SCOPED(buf_done) struct buf text = {0};
    struct weblog_line line = {0};
    buf_text(&text, "2023-11-20 10:00:00.123 KST,\"never closed\nmore of it\n");
    size_t rows = 0;
    while (text.len < WEBLOG_RECORD_BYTES_MAX + 1000) {
        buf_text(&text, PG_HEAD "\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,t,s,<none>\"" PG_TAIL);
        rows++;
    }
    struct slice rest = buf_slice(&text);
    assert_ok(weblog_new(&(struct weblog_options){.kind = WEBLOG_PGCSV}, &log));
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_BAD);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_LINE);
        assert_int_equal(line.number, i + 3);
    }
}

static void tells_of_a_zone_that_is_missing(void **state)
{
    (void)state;
    SCOPED(weblog_free) struct weblog *log = NULL;
    struct weblog_line line = {0};
    struct slice rest = SLICE_TEXT("{\"time\":\"2023-11-20T10:00:00\",\"path\":\"/c\"}\n");
    assert_ok(weblog_new(&(struct weblog_options){.kind = WEBLOG_JSON}, &log));
    assert_false(weblog_zone_missing(log));
    assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_BAD);
    assert_true(weblog_zone_missing(log));
}

static void a_line_in_two_pieces_is_the_same_line(void **state)
{
    (void)state;
    static const char text[] = "10.0.0.9 - a\\x22 " AT " \"GET /c/7 HTTP/1.1\"" TAIL;
    for (size_t cut = 0; cut < sizeof text - 1; cut++) {
        SCOPED(weblog_free) struct weblog *log = NULL;
        struct weblog_line line = {0};
        struct slice rest = {(const uint8_t *)text, cut};
        assert_ok(weblog_new(&(struct weblog_options){0}, &log));
        assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_MORE);
        assert_ptr_equal(rest.at, text); /* nothing of it was taken */
        rest.len = sizeof text - 1;
        assert_int_equal(weblog_next(log, &rest, false, &line), WEBLOG_LINE);
        assert_int_equal(rest.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times_of_every_form),
        cmocka_unit_test(takes_a_zone_for_times_that_name_none),
        cmocka_unit_test(reads_access_logs),
        cmocka_unit_test(reads_json_access_logs),
        cmocka_unit_test(reads_json_lines_by_a_mapping),
        cmocka_unit_test(reads_csvlog_with_pgaudit),
        cmocka_unit_test(finds_the_kind_by_content),
        cmocka_unit_test(numbers_lines_as_an_editor_does),
        cmocka_unit_test(passes_over_what_is_too_long_or_holds_zeros),
        cmocka_unit_test(finds_the_next_record_behind_a_quote_that_never_closes),
        cmocka_unit_test(tells_of_a_zone_that_is_missing),
        cmocka_unit_test(a_line_in_two_pieces_is_the_same_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
