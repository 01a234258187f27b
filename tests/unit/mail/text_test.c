/* The texts of mails: what is a text, what a value can do in it, and that every one of ours is whole. */
#include "mail/texts.h"
#include "prop.h"

#include <sys/stat.h>
#include <unistd.h>

static void puts_values_in(void **state)
{
    (void)state;
    struct mail_text text = {0};
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    const struct mail_value values[] = {{"name", SLICE_TEXT("김서연")}, {"days", SLICE_TEXT("7")}};
    assert_ok(
        mail_text_parse(SLICE_TEXT("Subject: {{name}}: {{days}}\n\nIn {{days}} days,{{name}}{{days}}\n"),
                        "name days", "t", &text));
    mail_text_render(&text, values, COUNT_OF(values), &subject, &body);
    assert_string_equal(buf_c(&subject), "김서연: 7");
    assert_string_equal(buf_c(&body), "In 7 days,김서연7\n");
}

static void a_value_can_end_no_line_of_the_subject(void **state)
{
    (void)state;
    struct mail_text text = {0};
    const struct mail_value values[] = {{"name", SLICE_TEXT("a\r\nBcc: x\x7f\tb{{shop}}")}};
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    assert_ok(mail_text_parse(SLICE_TEXT("Subject: {{name}}\n\n{{name}}\n"), "name", "t", &text));
    mail_text_render(&text, values, COUNT_OF(values), &subject, &body);
    assert_string_equal(buf_c(&subject), "a  Bcc: x  b{{shop}}");
    assert_string_equal(buf_c(&body), "a \nBcc: x  b{{shop}}\n");
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "t:1: the first line"},
        {"Subject: \n\nbody\n", "t:1: the first line"},
        {"subject: x\n\nbody\n", "t:1: the first line"},
        {"Subject: x", "t:2: an empty line"},
        {"Subject: x\nbody\n", "t:2: an empty line"},
        {"Subject: x\n\n", "t:2: an empty line"},
        {"Subject: x\n\nline\n{{nobody}}\n", "t:4: an unknown variable"},
        {"Subject: {{nobody}}\n\nline\n", "t:1: an unknown variable"},
        {"Subject: x\n\n{{}}\n", "t:3: an unknown variable"},
        {"Subject: x\n\n{{ name }}\n", "t:3: an unknown variable"},
        {"Subject: x\n\n{{name\n}}\n", "t:3: {{ without }}"},
        {"Subject: x\n\n{{name} }\n", "t:3: {{ without }}"},
        {"Subject: x\n\n{{name", "t:3: {{ without }}"},
        {"Subject: x\n\n{{a_name_that_is_longer_than_any_name_is}}\n", "t:3: {{ without }}"},
        {"Subject: x\n\nname}}\n", "t:3: }} without {{"},
        {"Subject: x\n\nbody\r\n", "t:3: a control character"},
        {"Subject: x\n\n\xff\n", "t: is not UTF-8"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct mail_text text = {.count = 99};
        struct result got = mail_text_parse(slice_text(cases[i].text), "name", "t", &text);
        if (got.cause != CAUSE_CONFIG || text.count != 99) fail_msg("%zu: %s", i, result_text());
        if (strstr(result_text(), cases[i].says) != result_text()) fail_msg("%zu: %s", i, result_text());
    }
}

static void refuses_more_than_it_has_room_for(void **state)
{
    (void)state;
    struct mail_text text = {0};
    SCOPED(buf_done) struct buf many = {0}, large = {0};
    buf_text(&many, "Subject: x\n\n");
    buf_text(&large, "Subject: x\n\n");
    for (size_t i = 0; i < MAIL_PARTS_MAX; i++) buf_text(&many, "{{name}}");
    assert_code(CODE_INVALID, mail_text_parse(buf_slice(&many), "name", "t", &text));
    for (size_t i = 0; i < MAIL_TEXT_BYTES_MAX / 8; i++) buf_text(&large, "1234567\n");
    assert_code(CODE_INVALID, mail_text_parse(buf_slice(&large), "name", "t", &text));
}

/* Every value of a kind, named by itself. */
static size_t values_of(const struct mail_kind_row *row, char names[16][MAIL_VARIABLE_BYTES_MAX + 1],
                        struct mail_value *out)
{
    size_t count = 0;
    char list[256];
    (void)snprintf(list, sizeof list, "shop time %s", row->values);
    for (char *rest = list, *word; (word = strsep(&rest, " "));) {
        if (!*word) continue;
        (void)snprintf(names[count], sizeof names[count], "%s", word);
        out[count] = (struct mail_value){names[count], slice_text(names[count])};
        count++;
    }
    return count;
}

static void every_mail_speaks_every_language(void **state)
{
    (void)state;
    SCOPED(mail_texts_free) struct mail_texts *texts = NULL;
    assert_ok(mail_texts_load(NULL, &texts));
    for (unsigned kind = 1; kind < 100; kind++) {
        SCOPED(buf_done) struct buf first = {0};
        if (!mail_kind_row(kind)) continue;
        for (size_t i = 0; mail_language(i); i++) {
            char names[16][MAIL_VARIABLE_BYTES_MAX + 1];
            struct mail_value values[16];
            SCOPED(buf_done) struct buf subject = {0}, body = {0};
            const struct mail_kind_row *row = mail_kind_row(kind);
            const struct mail_text *text =
                mail_texts_get(texts, (enum mail_kind)kind, slice_text(mail_language(i)));
            mail_text_render(text, values, values_of(row, names, values), &subject, &body);
            assert_true(subject.len > 5 && body.len > 50);
            assert_null(strstr(buf_c(&body), "{{"));
            assert_null(strstr(buf_c(&body), "http"));
            if (i == 0)
                buf_slice_put(&first, buf_slice(&body));
            else
                assert_false(slice_equal(buf_slice(&first), buf_slice(&body))); /* not the fallback's */
            for (size_t n = 0; n < text->count; n++) /* each of its values is told in each language */
                assert_true(text->parts[n].text.len > 0);
            for (const char *word = row->values; *word;
                 word += strcspn(word, " ") + (strchr(word, ' ') != NULL)) {
                struct slice name = {(const uint8_t *)word, strcspn(word, " ")};
                bool told = false;
                for (size_t n = 0; n < text->count; n++)
                    told = told || (text->parts[n].variable && slice_equal(text->parts[n].text, name));
                if (!told)
                    fail_msg("%s/%s: %.*s is not told", mail_language(i), row->name, (int)name.len, word);
            }
        }
    }
    assert_ptr_equal(mail_texts_get(texts, MAIL_TEST, SLICE_TEXT("fr")),
                     mail_texts_get(texts, MAIL_TEST, SLICE_TEXT("en")));
}

/* What happened, when or whose it is, and what to do: of each mail, in each language, with values as they come. */
static void every_mail_names_the_shop_and_what_to_do(void **state)
{
    (void)state;
    const struct mail_value values[] = {{"shop", SLICE_TEXT("Toko Melati")},
                                        {"time", SLICE_TEXT("2026-11-22 09:00 UTC")},
                                        {"key", SLICE_TEXT("key_abc")},
                                        {"days", SLICE_TEXT("7")},
                                        {"ends", SLICE_TEXT("2026-11-29")},
                                        {"what", SLICE_TEXT("role support may see more")},
                                        {"who", SLICE_TEXT("staff_abc")},
                                        {"approval", SLICE_TEXT("apr_abc")},
                                        {"until", SLICE_TEXT("2026-11-23")},
                                        {"network", SLICE_TEXT("203.0.113.9")},
                                        {"secret", SLICE_TEXT("sec_abc")},
                                        {"subject", SLICE_TEXT("please look at this")},
                                        {"lines", SLICE_TEXT("09:00: one line.")},
                                        {"day", SLICE_TEXT("2026-11-22")},
                                        {"incident", SLICE_TEXT("inc_abc")},
                                        {"ticket", SLICE_TEXT("tkt_abc")},
                                        {"code", SLICE_TEXT("1234 5678")},
                                        {"minutes", SLICE_TEXT("10")},
                                        {"hours", SLICE_TEXT("30")},
                                        {"rows", SLICE_TEXT("2")},
                                        {"sink", SLICE_TEXT("sink_abc")},
                                        {"account", SLICE_TEXT("***7890")},
                                        {"title", SLICE_TEXT("For the leak of November")},
                                        {"contact", SLICE_TEXT("help@shop.example")},
                                        {"why", SLICE_TEXT("row staff 2 is not the one")}};
    static const struct {
        enum mail_kind kind;
        const char *act; /* what to do, as it is typed: the same in every language. NULL: nothing is typed */
    } acts[] = {
        {MAIL_KEY_ENDING, "amanah key rotate"},
        {MAIL_LOOSENING_ASKED, "amanah approval cancel apr_abc"},
        {MAIL_LOOSENING_DELAYED, "amanah approval cancel apr_abc"},
        {MAIL_LOOSENING_APPLIED, "amanah approval list"},
        {MAIL_RECOVERY_ASKED, "amanah staff leave"},
        {MAIL_SECRET_ROTATION_OPEN, "amanah secret rotated"},
        {MAIL_ALERT, "amanah key revoke"},
        {MAIL_ROWS_FORGED, "amanah ledger"},
        {MAIL_ROWS_CHANGED, "amanah ledger verify"},
        {MAIL_SINK_GONE, "amanah watch sink drop"},
        {MAIL_DEADLINES, "amanah law clocks"},
        {MAIL_STATEMENT_DUE, "amanah statement draft inc_abc"},
        {MAIL_DESK_DUE, "amanah desk show"},
        {MAIL_CONTACT_CHANGED, NULL},
        {MAIL_TICKET_ANSWERED, NULL},
        {MAIL_PORTAL_CODE, NULL},
        {MAIL_REDRESS_ENDING, NULL},
        {MAIL_PAYEE_GIVEN, NULL},
        {MAIL_SIGN_IN_NEW_NETWORK, NULL},
        {MAIL_TEST, NULL},
        {MAIL_NOTICE_TEST, NULL},
        {MAIL_KEY_RESTING, NULL},
        {MAIL_WEEKLY, NULL},
    };
    SCOPED(mail_texts_free) struct mail_texts *texts = NULL;
    size_t kinds = 0;
    for (unsigned kind = 1; kind < 100; kind++) kinds += mail_kind_row(kind) != NULL;
    assert_int_equal(kinds, COUNT_OF(acts)); /* a new mail is read here, too */
    assert_ok(mail_texts_load(NULL, &texts));
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        for (size_t l = 0; mail_language(l); l++) {
            SCOPED(buf_done) struct buf subject = {0}, body = {0};
            mail_text_render(mail_texts_get(texts, acts[i].kind, slice_text(mail_language(l))), values,
                             COUNT_OF(values), &subject, &body);
            assert_non_null(strstr(buf_c(&subject), "Toko Melati"));
            assert_null(strstr(buf_c(&subject), "{{"));
            assert_null(strstr(buf_c(&body), "{{"));
            if (acts[i].act && !strstr(buf_c(&body), acts[i].act))
                fail_msg("%s, kind %d: does not say %s", mail_language(l), (int)acts[i].kind, acts[i].act);
            if (getenv("AMN_MAILS_SHOW")) print_message("%s\n\n%s\n", buf_c(&subject), buf_c(&body));
        }
    }
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_home_has_its_own_words(void **state)
{
    (void)state;
    char folder[] = "/tmp/amanah-mail-XXXXXX", path[64], command[64];
    SCOPED(mail_texts_free) struct mail_texts *texts = NULL;
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    const struct mail_value values[] = {{"shop", SLICE_TEXT("toko")}, {"time", SLICE_TEXT("now")}};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/id", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/id/mail", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(path, "test.txt", "Subject: Percobaan {{shop}}\n\nHai.\n");
    assert_ok(mail_texts_load(folder, &texts));
    mail_text_render(mail_texts_get(texts, MAIL_TEST, SLICE_TEXT("id")), values, 2, &subject, &body);
    assert_string_equal(buf_c(&subject), "Percobaan toko");
    mail_texts_free(&texts);
    write_file(path, "test.txt", "Subject: Percobaan {{toko}}\n\nHai.\n");
    assert_code(CODE_INVALID, mail_texts_load(folder, &texts));
    assert_non_null(strstr(result_text(), "/id/mail/test.txt:1: an unknown variable"));
    write_file(path, "test.txt", "");
    assert_code(CODE_INVALID, mail_texts_load(folder, &texts));
    (void)snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_values_in),
        cmocka_unit_test(a_value_can_end_no_line_of_the_subject),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(refuses_more_than_it_has_room_for),
        cmocka_unit_test(every_mail_speaks_every_language),
        cmocka_unit_test(every_mail_names_the_shop_and_what_to_do),
        cmocka_unit_test(a_home_has_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
