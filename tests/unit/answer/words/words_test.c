#include "answer/words/words.h"
#include "base/text.h"

#include "prop.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

static struct wording *wording;

static int load(void **state)
{
    (void)state;
    struct result loaded = wording_load(NULL, &wording);
    if (loaded.code != CODE_OK) print_error("%s\n", result_text());
    return loaded.code == CODE_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    wording_free(&wording);
    return 0;
}

static struct words_findings lint(const char *language, enum words_kind kind, const char *body,
                                  const struct words_facts *facts)
{
    struct words_findings out = {0};
    const struct words_text text = {slice_text(language), kind, {0}, slice_text(body)};
    assert_ok(words_lint(wording, &text, facts, &out));
    return out;
}

static bool has(const struct words_findings *findings, enum words_rule rule, const char *word)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->at[i].rule == rule && slice_is(findings->at[i].word, word)) return true;
    }
    return false;
}

static void print(const struct words_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        print_error("line %u %s: %.*s\n", findings->at[i].line, words_rule_slug(findings->at[i].rule),
                    (int)findings->at[i].word.len, (const char *)findings->at[i].word.at);
}

/* One sentence, one fault, in each language. */
static void finds_what_its_tables_name(void **state)
{
    (void)state;
    static const struct {
        const char *language;
        enum words_kind kind;
        enum words_rule rule;
        const char *word, *text;
    } cases[] = {
        {"en", WORDS_NOTICE, WORDS_RULE_EUPHEMISM, "exposure",
         "We tell you of a data leak, an exposure of your address."},
        {"en", WORDS_NOTICE, WORDS_RULE_EUPHEMISM, "may\nhave  been",
         "A data breach: your address may\nhave  been seen."},
        {"en", WORDS_REPORT, WORDS_RULE_EUPHEMISM, "attempt", "A data breach, by an attempt to steal."},
        {"en", WORDS_STATEMENT, WORDS_RULE_BLAME, "former employee",
         "The data leaked; a former employee did it."},
        {"en", WORDS_STATEMENT, WORDS_RULE_SPIN, "seriously", "Data leaked. We take privacy seriously."},
        {"en", WORDS_NOTICE, WORDS_RULE_OFFER, "vouchers", "Your data leaked. Here are vouchers."},
        {"en", WORDS_NOTICE, WORDS_RULE_LINK, "https://shop.example/x",
         "Your data leaked. See https://shop.example/x now."},
        {"en", WORDS_NOTICE, WORDS_RULE_LINK, "shop.example/check",
         "Your data leaked. Type shop.example/check please."},
        {"en", WORDS_NOTICE, WORDS_RULE_VARIABLE, "{{name", "Dear {{name}}, your data leaked."},
        {"id", WORDS_NOTICE, WORDS_RULE_EUPHEMISM, "tereksposnya", "Kebocoran data: tereksposnya alamat."},
        {"id", WORDS_STATEMENT, WORDS_RULE_EUPHEMISM, "percobaan",
         "Ada percobaan pencurian; kebocoran data."},
        {"id", WORDS_STATEMENT, WORDS_RULE_BLAME, "oknum", "Data bocor karena oknum."},
        {"id", WORDS_NOTICE, WORDS_RULE_SPIN, "ketidaknyamanan",
         "Data Anda bocor. Maaf atas ketidaknyamanan ini."},
        {"id", WORDS_NOTICE, WORDS_RULE_OFFER, "kupon", "Data Anda bocor. Ada kupon."},
        {"ko", WORDS_NOTICE, WORDS_RULE_EUPHEMISM, "노출", "개인정보 유출 통지: 주소가 노출되었습니다."},
        {"ko", WORDS_NOTICE, WORDS_RULE_EUPHEMISM, "유출되었을 수", "주소가 유출되었을 수 있습니다."},
        {"ko", WORDS_STATEMENT, WORDS_RULE_BLAME, "퇴사한 직원", "유출: 퇴사한 직원이 했습니다."},
        {"ko", WORDS_STATEMENT, WORDS_RULE_SPIN, "심려", "유출로 심려를 끼쳐 드렸습니다."},
        {"ko", WORDS_NOTICE, WORDS_RULE_OFFER, "쿠폰", "유출되었습니다. 쿠폰을 드립니다."},
        {"en", WORDS_NOTICE, WORDS_RULE_MUST, "", "Somebody saw your address."},
        {"id", WORDS_REPORT, WORDS_RULE_MUST, "", "Ada kejadian."},
        {"ko", WORDS_NOTICE, WORDS_RULE_MUST, "", "주소를 누가 보았습니다."},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct words_findings out = lint(cases[i].language, cases[i].kind, cases[i].text, NULL);
        if (out.count != 1 || !has(&out, cases[i].rule, cases[i].word)) {
            print(&out);
            fail_msg("%s", cases[i].text);
        }
        if (cases[i].rule != WORDS_RULE_LINK && cases[i].rule != WORDS_RULE_VARIABLE)
            assert_true(out.at[0].instead.len > 0);
    }
}

/* Ways around it that people, or their word processors, find. */
static void sees_through_disguises(void **state)
{
    (void)state;
    static const char *const korean[] = {
        "유출: 노\xe2\x80\x8b출",                                             /* a blank of no width */
        "유출: \xe1\x84\x82\xe1\x85\xa9\xe1\x84\x8e\xe1\x85\xae\xe1\x86\xaf", /* letters one by one, as a Mac writes them */
    };
    for (size_t i = 0; i < COUNT_OF(korean); i++)
        assert_int_equal(lint("ko", WORDS_NOTICE, korean[i], NULL).at[0].rule, WORDS_RULE_EUPHEMISM);
    struct words_findings wide = lint("en", WORDS_NOTICE, "leaked: ＥＸＰＯＳＵＲＥ", NULL);
    assert_int_equal(wide.count, 1);
    assert_int_equal(lint("en", WORDS_NOTICE,
                          "leaked: Valued\xc2\xa0"
                          "Customers",
                          NULL)
                         .count,
                     1);
    assert_int_equal(lint("en", WORDS_NOTICE, "leaked: disexposed, unattempted", NULL).count,
                     0); /* words, not parts */
    assert_int_equal(lint("en", WORDS_OTHER, "an attempt to sign in", NULL).count,
                     0); /* no leak is spoken of */
}

static void holds_numbers_against_facts(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {33673817, 4536};
    static const struct slice texts[] = {{(const uint8_t *)"call 15777011, sum 1.685.000.000.000", 36}};
    const struct words_facts facts = {
        .confirmed = true, .numbers = numbers, .number_count = 2, .texts = texts, .text_count = 1};
    static const struct {
        const char *language, *text;
        size_t wrong;
    } cases[] = {
        {"en", "Leaked: 33,673,817 customers.", 0},
        {"en", "Leaked: about 33.7 million accounts.", 0},
        {"en", "Leaked: 34 million customers.", 0},
        {"en", "Leaked: 33.6 million customers.", 0},
        {"en", "Leaked: 32 million customers.", 1},
        {"en", "Leaked: 4,537 customers.", 1},
        {"en", "Leaked: 4,536 affected customers.", 0},
        {"en", "Leaked: 12 people.", 1},
        {"en", "Leaked on 2025-11-17 at 16:00:00 for 137 days; call 15777011 within 72 hours.", 0},
        {"en", "Leaked; we pay 1,685,000,000,000 won.", 0},
        {"en", "Leaked; we pay 1,700,000,000,000 won.", 1},
        {"id", "Bocor: 33.673.817 pelanggan.", 0},
        {"id", "Bocor: 33,7 juta akun.", 0},
        {"id", "Bocor: 91 juta akun.", 1},
        {"ko", "유출: 33,673,817명.", 0},
        {"ko", "유출: 3,367만 명.", 0},
        {"ko", "유출: 3,370만 개 계정.", 1},
        {"ko", "유출: 4,536명.", 0},
        {"ko", "유출: 4,500명.", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct words_findings out = lint(cases[i].language, WORDS_STATEMENT, cases[i].text, &facts);
        if (out.count != cases[i].wrong || (out.count > 0 && out.at[0].rule != WORDS_RULE_NUMBER)) {
            print(&out);
            fail_msg("%s", cases[i].text);
        }
    }
}

static void wants_a_first_number_to_say_that_it_is_one(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {4536};
    const struct words_facts open = {.confirmed = true, .open = true, .numbers = numbers, .number_count = 1};
    static const struct {
        const char *language, *text;
        size_t wrong;
    } cases[] = {
        {"en", "Data of 4,536 customers leaked.", 1},
        {"en", "As of 20 November, data of 4,536 customers leaked. More may follow.", 0},
        {"en", "As of now data leaked. It concerns 4,536 customers.", 1},
        {"en", "So far only 4,536 customers: data leaked.", 1},
        {"id", "Data 4.536 pelanggan bocor.", 1},
        {"id", "Sampai saat ini data 4.536 pelanggan bocor.", 0},
        {"ko", "고객 4,536명의 정보가 유출되었습니다.", 1},
        {"ko", "11월 20일 기준 고객 4,536명의 정보가 유출되었습니다.", 0},
        {"ko", "현재까지 총 4,536명의 정보가 유출되었습니다.", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct words_findings out = lint(cases[i].language, WORDS_STATEMENT, cases[i].text, &open);
        if (out.count != cases[i].wrong || (out.count > 0 && out.at[0].rule != WORDS_RULE_FINAL)) {
            print(&out);
            fail_msg("%s", cases[i].text);
        }
    }
}

static void lets_only_verified_claims_stand(void **state)
{
    (void)state;
    const struct words_claim claims[] = {{SLICE_TEXT("card numbers were not taken"), true},
                                         {SLICE_TEXT("3000 records were stored and deleted"), false}};
    const struct words_facts facts = {.confirmed = true, .claims = claims, .claim_count = 2};
    struct words_findings out =
        lint("en", WORDS_STATEMENT, "Data leaked. Card numbers were\nnot taken.", &facts);
    assert_int_equal(out.count, 0);
    out = lint("en", WORDS_STATEMENT, "Data leaked. Passwords were not taken.", &facts);
    assert_true(out.count == 1 && has(&out, WORDS_RULE_NEGATION, "were not taken"));
    out = lint("en", WORDS_STATEMENT, "Data leaked.\n3000 records were stored and deleted.", &facts);
    assert_true(out.count == 1 && has(&out, WORDS_RULE_CLAIM, "3000 records were stored and deleted"));
    assert_int_equal(out.at[0].line, 2);
}

static void names_what_the_law_demands_and_is_missing(void **state)
{
    (void)state;
    const struct slice contact[] = {SLICE_TEXT("privacy@shop.example"), SLICE_TEXT("1577-7011")};
    const struct slice door[] = {SLICE_TEXT("공동현관 출입번호")};
    const struct words_need needs[] = {{"contact", contact, 2}, {"field", door, 1}};
    const struct words_facts facts = {.confirmed = true, .needs = needs, .need_count = 2};
    struct words_findings out = lint("ko", WORDS_NOTICE, "이름과 주소가 유출되었습니다.", &facts);
    assert_int_equal(out.count, 2);
    assert_true(slice_is(out.at[0].instead, "contact") || slice_is(out.at[1].instead, "contact"));
    assert_true(slice_is(out.at[0].instead, "공동현관 출입번호") ||
                slice_is(out.at[1].instead, "공동현관 출입번호"));
    out = lint("ko", WORDS_NOTICE, "이름과 공동현관\n출입번호가 유출되었습니다. 문의 1577-7011.", &facts);
    assert_int_equal(out.count, 0);
}

/* Parts of what two companies said first, in words of our own, and what was wrong with them. */
static void finds_what_was_wrong_with_the_first_words_of_two_leaks(void **state)
{
    (void)state;
    static const uint64_t counted[] = {33673817};
    const struct words_facts facts = {.confirmed = true, .open = true, .numbers = counted, .number_count = 1};
    struct words_findings out =
        lint("ko", WORDS_NOTICE,
             "고객님의 일부 정보가 비정상 접근으로 노출되었습니다.\n총 4,500명입니다. 결제 정보는 "
             "안전하게 보호되고 있습니다.\n심려를 끼쳐 드려 죄송합니다.",
             &facts);
    static const enum words_rule korean[] = {WORDS_RULE_EUPHEMISM, WORDS_RULE_MUST,     WORDS_RULE_NUMBER,
                                             WORDS_RULE_FINAL,     WORDS_RULE_NEGATION, WORDS_RULE_SPIN};
    for (size_t i = 0; i < COUNT_OF(korean); i++) {
        bool there = false;
        for (size_t j = 0; j < out.count; j++) there = there || out.at[j].rule == korean[i];
        if (!there) fail_msg("no %s", words_rule_slug(korean[i]));
    }
    out = lint("id", WORDS_STATEMENT,
               "Kami menemukan percobaan pencurian data. Kata sandi pelanggan tetap aman.", &facts);
    assert_true(has(&out, WORDS_RULE_EUPHEMISM, "percobaan") && has(&out, WORDS_RULE_NEGATION, "tetap aman"));
    assert_true(has(&out, WORDS_RULE_MUST, ""));
}

static void file_is_clean(const char *language, const char *path)
{
    char text[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    assert_true(got > 0);
    (void)close(fd);
    text[got] = '\0';
    struct words_findings out = lint(language, WORDS_OTHER, text, NULL);
    for (size_t i = 0; i < out.count; i++) {
        if (out.at[i].rule == WORDS_RULE_VARIABLE || out.at[i].rule == WORDS_RULE_LINK) continue;
        print(&out);
        fail_msg("%s", path);
    }
}

/* Every mail that the program carries, held against what needs no facts. */
static void our_own_mails_are_clean(void **state)
{
    (void)state;
    static const char *const languages[] = {"en", "id", "ko"};
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        char folder[500], path[800];
        (void)snprintf(folder, sizeof folder, LOCALE "/%s/mail", languages[i]);
        DIR *dir = opendir(folder);
        assert_non_null(dir);
        for (struct dirent *entry = NULL; (entry = readdir(dir)) != NULL;) {
            if (entry->d_name[0] == '.') continue;
            (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            file_is_clean(languages[i], path);
            count++;
        }
        (void)closedir(dir);
    }
    assert_true(count >= 40);
}

static void refuses_tables_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"  pattern before a heading\n", ":1:"},
        {"unheard always: x\n  y\n", ":1:"},
        {"blame sometimes: x\n", ":1:"},
        {"blame always x\n", ":1:"},
        {"link always: x\n", ":1:"}, /* is found in another way */
        {"# fine\n\nscale 1:\n  one\n", ":3:"},
        {"scale million:\n", ":1:"},
        {"blame always: x\n  a*b\n", ":2:"},
        {"blame always: x\n  *\n", ":2:"},
        {"blame always: \xff\n", ":1:"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_why(CAUSE_CONFIG, wording_check("en/lint.txt", slice_text(cases[i].text)));
        if (!strstr(result_text(), cases[i].where)) fail_msg("%s: %s", cases[i].text, result_text());
    }
    assert_ok(wording_check("x", slice_text("blame public: write it so\n  the dog\n\n# end")));
}

static void a_home_adds_words_of_its_own(void **state)
{
    (void)state;
    char folder[] = "/tmp/amn-words-XXXXXX", path[200];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path,
                   "mkdir %s/en && printf 'spin always: leave it out\\n  our journey\\n' > %s/en/lint.txt",
                   folder, folder);
    assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): our own words */
    struct wording *own = NULL;
    assert_ok(wording_load(folder, &own));
    struct words_findings out = {0};
    const struct words_text text = {SLICE_TEXT("en"), WORDS_OTHER, {0}, SLICE_TEXT("Our journey goes on.")};
    assert_ok(words_lint(own, &text, NULL, &out));
    assert_true(out.count == 1 && has(&out, WORDS_RULE_SPIN, "Our journey"));
    wording_free(&own);
    (void)snprintf(path, sizeof path, "printf 'nonsense\\n' > %s/en/lint.txt", folder);
    assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): our own words */
    assert_why(CAUSE_CONFIG, wording_load(folder, &own));
    (void)snprintf(path, sizeof path, "rm -r %s", folder);
    assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): our own words */
}

static void survives_any_text(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1};
    const struct words_facts facts = {.confirmed = true, .open = true, .numbers = numbers, .number_count = 1};
    static const char *const pieces[] = {
        "노출",       "12,3",    "만 명",        "\n\n",         " ",  "exposed",    ".",    "{{",
        "a/b",        "://",     "\xe1\x84\x82", "\xe1\x85\xa9", "- ", "9999999999", "juta", "\xe2\x80\x8b",
        "tetap aman", "2025-11-"};
    PROPERTY(2000, rng) {
        SCOPED(buf_done) struct buf text = {0};
        for (size_t i = prop_below(&rng, 40); i > 0; i--)
            buf_text(&text, pieces[prop_below(&rng, COUNT_OF(pieces))]);
        struct words_findings out = {0};
        const struct words_text of = {slice_text(prop_below(&rng, 2) ? "ko" : "id"), WORDS_NOTICE,
                                      buf_slice(&text), buf_slice(&text)};
        assert_ok(words_lint(wording, &of, &facts, &out));
        for (size_t i = 0; i < out.count; i++) {
            struct slice word = out.at[i].word;
            assert_true(utf8_valid(word) &&
                        (word.len == 0 || (word.at >= text.at && word.at + word.len <= text.at + text.len)));
        }
    }
    struct words_findings out = {0};
    const struct words_text bad = {SLICE_TEXT("en"), WORDS_NOTICE, {0}, SLICE_TEXT("\xff")};
    assert_why(CAUSE_INVALID, words_lint(wording, &bad, NULL, &out));
    const struct words_text french = {SLICE_TEXT("fr"), WORDS_NOTICE, {0}, SLICE_TEXT("x")};
    assert_why(CAUSE_INVALID, words_lint(wording, &french, NULL, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_its_tables_name),
        cmocka_unit_test(sees_through_disguises),
        cmocka_unit_test(holds_numbers_against_facts),
        cmocka_unit_test(wants_a_first_number_to_say_that_it_is_one),
        cmocka_unit_test(lets_only_verified_claims_stand),
        cmocka_unit_test(names_what_the_law_demands_and_is_missing),
        cmocka_unit_test(finds_what_was_wrong_with_the_first_words_of_two_leaks),
        cmocka_unit_test(our_own_mails_are_clean),
        cmocka_unit_test(refuses_tables_that_are_none),
        cmocka_unit_test(a_home_adds_words_of_its_own),
        cmocka_unit_test(survives_any_text),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
