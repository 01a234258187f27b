#include "answer/evidence/dump/dump.h"

#include "prop.h"

/* Rows as text: "line name=value name=value\n", columns as "[name:kind name:kind]\n". */
static RESULT columns_note(void *context, const struct sheet_column *columns, size_t count)
{
    buf_text(context, "[");
    for (size_t i = 0; i < count; i++)
        buf_print(context, "%s%s:%s", i ? " " : "", columns[i].name, kind_name(columns[i].kind));
    buf_text(context, "]\n");
    return OK;
}

static RESULT row_note(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    buf_decimal(context, line);
    for (size_t i = 0; i < count; i++) {
        buf_print(context, " %u.%s=", values[i].column, kind_name(values[i].kind));
        buf_slice_put(context, values[i].text);
    }
    buf_text(context, "\n");
    return OK;
}

static struct dump_summary read_dump(struct slice text, size_t piece, struct buf *out)
{
    SCOPED(dump_free) struct dump *dump = NULL;
    assert_ok(dump_new((struct sheet_sink){out, columns_note, row_note}, NULL, &dump));
    while (text.len > 0) {
        struct slice part = slice_part(text, 0, piece);
        assert_ok(dump_push(dump, part));
        text = slice_from(text, part.len);
    }
    assert_ok(dump_end(dump));
    return dump_summary(dump);
}

static void reads_each_format(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum dump_format format;
        uint64_t rows, broken;
        const char *want;
    } cases[] = {
        {"csv with a header", "id,email,name\n7,Kim@X.kr,Kim Minjun\n8,lee@x.kr,Lee Seo\n", DUMP_CSV, 3, 0,
         "[id:ref email:email name:name]\n"
         "2 0.ref=7 1.email=kim@x.kr 2.name=Kim Minjun\n3 0.ref=8 1.email=lee@x.kr 2.name=Lee Seo\n"},
        {"tabs without a header", "1\tkim@x.kr\t010-1234-5678\n2\tlee@x.kr\t10-1234-5679\n", DUMP_CSV, 2, 0,
         "[:other :email :phone]\n"
         "1 0.other=1 1.email=kim@x.kr 2.phone=+821012345678\n2 0.other=2 1.email=lee@x.kr "
         "2.phone=+821012345679\n"},
        {"a header in a language that is not known", "a;correo\n1;kim@x.kr\n2;lee@x.kr\n3;park@x.kr\n",
         DUMP_CSV, 4, 0,
         "[a:other correo:email]\n"
         "2 0.other=1 1.email=kim@x.kr\n3 0.other=2 1.email=lee@x.kr\n4 0.other=3 1.email=park@x.kr\n"},
        {"a broken line", "email,name\nkim@x.kr,\"Kim\"x\nlee@x.kr,Lee\n", DUMP_CSV, 3, 1,
         "[email:email name:name]\n3 0.email=lee@x.kr 1.name=Lee\n"},
        {"a list", "kim@x.kr:pass:word\nLee.A+shop@gmail.com;p\n", DUMP_LIST, 2, 0,
         "[login:login password:password url:url]\n1 0.email=kim@x.kr 1.password=pass:word\n"
         "2 0.email=lee.a+shop@gmail.com 0.email_canonical=leea@gmail.com 1.password=p\n"},
        {"addresses of sites before it",
         "https://shop.kr/login:kim@x.kr:pw\nhttps://shop.kr:8080/a:minjun:pw2\n", DUMP_LIST, 2, 0,
         "[login:login password:password url:url]\n1 0.email=kim@x.kr 1.password=pw "
         "2.url=https://shop.kr/login\n"
         "2 0.login=8080/a 1.password=minjun:pw2 2.url=https://shop.kr\n"},
        {"blocks",
         "URL: https://a.kr\nUsername: kim@x.kr\nPassword: p:1\n===\nURL: b\nLogin: 010-1234-5678\nPass: x\n",
         DUMP_BLOCKS, 2, 0,
         "[url:url login:login password:password application:other]\n"
         "1 0.url=https://a.kr 1.email=kim@x.kr 2.password=p:1\n5 0.url=b 1.phone=+821012345678 "
         "2.password=x\n"},
        {"json lines",
         "{\"email\":\"kim@x.kr\",\"n\":{\"phone\":\"010-1234-5678\"}}\n{\"email\":\"lee@x.kr\"}\n",
         DUMP_JSON, 2, 0,
         "[email:email n.phone:phone]\n1 0.email=kim@x.kr 1.phone=+821012345678\n2 0.email=lee@x.kr\n"},
        {"a json array", "[{\"mail\":\"kim\\u0040x.kr\",\"a\":[1,2]},\n {\"mail\":\"lee@x.kr\",\"a\":null}]",
         DUMP_JSON, 2, 0, "[mail:email a:other]\n1 0.email=kim@x.kr 1.other=1\n2 0.email=lee@x.kr\n"},
        {"json within a wrapper",
         "{\"ok\":true,\"data\":[{\"email\":\"kim@x.kr\"},{\"email\":\"lee@x.kr\"}]}", DUMP_JSON, 2, 0,
         "[ok:other email:email]\n1 1.email=kim@x.kr\n1 1.email=lee@x.kr\n"},
        {"records that begin with a list",
         "{\"roles\":[\"admin\",\"staff\"],\"email\":\"kim@x.kr\"}\n{\"roles\":[],\"email\":\"lee@x.kr\"}\n",
         DUMP_JSON, 2, 0,
         "[roles:other email:email]\n1 0.other=admin 1.email=kim@x.kr\n2 1.email=lee@x.kr\n"},
        {"a broken object", "{\"email\":\"kim@x.kr\n{\"email\":\"lee@x.kr\"}\n", DUMP_JSON, 2, 1,
         "[email:email]\n2 0.email=lee@x.kr\n"},
        {"mysql",
         "-- MySQL dump 10\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE `users` (\n  `id` int(11) NOT NULL,\n"
         "  `email` varchar(255),\n  `nm` text,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n"
         "INSERT INTO `users` VALUES (1,'kim@x.kr','O\\'Neil; (x)'),(2,'lee@x.kr',NULL);\n",
         DUMP_SQL, 2, 0,
         "[id:ref email:email nm:name]\n9 0.ref=1 1.email=kim@x.kr 2.name=O'Neil; (x)\n9 0.ref=2 "
         "1.email=lee@x.kr\n"},
        {"postgres copy",
         "COPY public.users (id, email, phone) FROM "
         "stdin;\n1\tkim@x.kr\t\\N\n2\tlee@x.kr\t010-1234-5678\n\\.\nSELECT 1;\n",
         DUMP_SQL, 2, 0,
         "[id:ref email:email phone:phone]\n2 0.ref=1 1.email=kim@x.kr\n3 0.ref=2 1.email=lee@x.kr "
         "2.phone=+821012345678\n"},
        {"postgres insert",
         "INSERT INTO \"public\".\"u\" (\"email\", name) VALUES ('kim@x.kr', 'It''s'), (E'lee@x.kr', 'L') ON "
         "CONFLICT DO "
         "NOTHING;\nINSERT INTO other VALUES ('x', now());\n",
         DUMP_SQL, 3, 0,
         "[email:email name:name]\n1 0.email=kim@x.kr 1.name=It's\n1 0.email=lee@x.kr 1.name=L\n"
         "[:other :other]\n2 0.other=x 1.other=now\n"},
        {"nothing", "", DUMP_CSV, 0, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t piece = 1; piece < 4096; piece = piece * 7 + 1) {
            SCOPED(buf_done) struct buf got = {0};
            struct dump_summary summary = read_dump(slice_text(cases[i].text), piece, &got);
            if (summary.format != cases[i].format || strcmp(buf_c(&got), cases[i].want) != 0)
                fail_msg("%s (pieces of %zu): %s:\n%s\nnot\n%s", cases[i].name, piece,
                         dump_format_name(summary.format), buf_c(&got), cases[i].want);
            assert_int_equal(summary.rows, cases[i].rows);
            assert_int_equal(summary.broken, cases[i].broken);
        }
    }
}

static void reads_each_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        enum encoding encoding;
    } cases[] = {
        {"name,email\n\xea\xb9\x80,k@x.kr\n", 22, ENCODING_UTF_8},
        {"name,email\n\xb1\xe8\xb9\xce\xc1\xd8,k@x.kr\n", 25, ENCODING_CP949},
        {"\xff\xfe"
         "e\0m\0a\0i\0l\0,\0n\0a\0m\0e\0\n\0k\0@\0x\0.\0k\0r\0,\0\x40\xae\n\0",
         42, ENCODING_UTF_16LE},
        {"name,email\nJos\xe9 P\xe9rez,k@x.kr\n", 29, ENCODING_LATIN_1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf got = {0};
        struct dump_summary summary =
            read_dump((struct slice){(const uint8_t *)cases[i].text, cases[i].len}, 9, &got);
        assert_int_equal(summary.encoding, cases[i].encoding);
        assert_int_equal(summary.broken, 0);
        assert_non_null(strstr(buf_c(&got), "email=k@x.kr"));
    }
}

/* Whatever somebody made a file of: it ends, in bounded memory, and the rows behind the trouble come out. */
static void survives_hostile_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *head;
        char fill;
        const char *tail;
        uint64_t broken; /* at least */
    } cases[] = {
        {"an endless line", "email,name\n", 'a', "\nlast@x.kr,z\n", 1},
        {"an endless quote", "email,name\n\"", 'a', "\nlast@x.kr,z\n", 1},
        {"an endless json text", "{\"email\":\"", 'a', "\n{\"email\":\"last@x.kr\"}\n", 1},
        {"json, ever deeper", "{\"a\":", '[', "\n{\"email\":\"last@x.kr\"}\n", 1},
        {"an endless sql text", "INSERT INTO t (email) VALUES ('", 'a',
         "\nINSERT INTO t (email) VALUES ('last@x.kr');\n", 1},
        {"sql, ever more parentheses", "INSERT INTO t (email) VALUES (", '(',
         "\nINSERT INTO t (email) VALUES ('last@x.kr');\n", 1},
        {"zero bytes", "email,name\n", '\0', "\nlast@x.kr,z\n", 1},
        {"an endless login", "kim@x.kr:p\nlee@x.kr:p\npark@x.kr:p\nchoi@x.kr:p\n", 'a', "\nlast@x.kr:z\n", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf text = {0}, got = {0};
        buf_text(&text, cases[i].head);
        memset(buf_extend(&text, 3 << 20), cases[i].fill, 3 << 20);
        buf_text(&text, cases[i].tail);
        struct dump_summary summary = read_dump(buf_slice(&text), 60000, &got);
        if (summary.broken < cases[i].broken || !strstr(buf_c(&got), "email=last@x.kr"))
            fail_msg("%s: %llu broken, %s", cases[i].name, (unsigned long long)summary.broken, buf_c(&got));
        assert_true(got.len < 4 << 20);
    }
}

static void tells_columns_by_content(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        unsigned looks;
    } cases[] = {
        {"kim@x.kr", LOOKS_EMAIL},
        {"a@b", 0},
        {"010-1234-5678", LOOKS_PHONE},
        {"+62 812 3456 7890", LOOKS_PHONE},
        {"12345678", 0},
        {"1990-01-31", LOOKS_DATE},
        {"31/12/1990", LOOKS_DATE},
        {"10.0.0.1", LOOKS_NETWORK},
        {"https://x.kr/", LOOKS_URL},
        {"5f4dcc3b5aa765d61d8327deb882cf99", LOOKS_HASH},
        {"$2y$10$abcdefghijk", LOOKS_HASH},
        {"Budi Santoso", LOOKS_NAME},
        {"\xea\xb9\x80\xeb\xaf\xbc\xec\xa4\x80", LOOKS_NAME},
        {"Jl. Merdeka No. 12", LOOKS_ADDRESS},
        {"12345", LOOKS_POSTCODE},
        {"3174015501900001", LOOKS_NATIONAL_ID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned got = content_looks(slice_text(cases[i].cell));
        bool good = cases[i].looks ? (got & cases[i].looks) != 0
                                   : (got & (LOOKS_EMAIL | LOOKS_PHONE | LOOKS_NATIONAL_ID)) == 0;
        if (!good) fail_msg("%s: %x", cases[i].cell, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_format),
        cmocka_unit_test(reads_each_encoding),
        cmocka_unit_test(survives_hostile_text),
        cmocka_unit_test(tells_columns_by_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
