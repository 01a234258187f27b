#include "cli/call.h"

#include "prop.h"

static RESULT run_nothing(struct call *call)
{
    (void)call;
    return OK;
}

#define OPTIONS(...) ((const enum option[]){__VA_ARGS__, OPT_COUNT})

static const struct command rows[] = {
    {"subject show", run_nothing, "ID", 1, 1, OPTIONS(OPT_HELP, OPT_JSON), ""},
    {"subject reveal", run_nothing, "ID...", 1, 3, OPTIONS(OPT_HELP, OPT_FIELDS, OPT_DAILY), ""},
    {"lookup", run_nothing, "FIELD", 1, 1, OPTIONS(OPT_HELP, OPT_HOLDER, OPT_JSON), ""},
    {"self", run_nothing, "", 0, 0, OPTIONS(OPT_HELP, OPT_PURPOSE), ""},
};

enum { WORDS_MAX = 16, WORD_BYTES = 48 };

/* Words of one command line, ended by NULL. The call borrows them, so they are copied to where they stay. */
static struct result parse(struct call *call, const char *const *words)
{
    static char texts[WORDS_MAX][WORD_BYTES];
    char *argv[WORDS_MAX + 1] = {NULL};
    int count = 0;
    for (; words[count]; count++) {
        assert_true(count < WORDS_MAX);
        assert_true(snprintf(texts[count], WORD_BYTES, "%s", words[count]) < WORD_BYTES);
        argv[count] = texts[count];
    }
    return call_parse(rows, COUNT_OF(rows), count, argv, call);
}

#define PARSE(call, ...) parse(call, (const char *const[]){"amanah", __VA_ARGS__, NULL})

static void finds_the_command_by_its_words(void **state)
{
    (void)state;
    struct call call = {0};
    assert_ok(PARSE(&call, "subject", "reveal", "sub_1", "sub_2"));
    assert_string_equal(call.command->words, "subject reveal");
    assert_int_equal(call.arg_count, 2);
    assert_string_equal(call.args[1], "sub_2");
}

static void takes_options_anywhere(void **state)
{
    (void)state;
    struct call call = {0};
    assert_ok(PARSE(&call, "--json", "subject", "show", "sub_1"));
    assert_true(call_has(&call, OPT_JSON));
    assert_ok(PARSE(&call, "subject", "--fields", "a,b", "reveal", "--daily=7", "sub_1"));
    assert_string_equal(call_text(&call, OPT_FIELDS), "a,b");
    assert_string_equal(call_text(&call, OPT_DAILY), "7");
}

static void leaves_what_follows_two_dashes(void **state)
{
    (void)state;
    struct call call = {0};
    assert_ok(PARSE(&call, "lookup", "--", "--json"));
    assert_string_equal(call.args[0], "--json");
    assert_false(call_has(&call, OPT_JSON));
    assert_ok(PARSE(&call, "lookup", "-"));
}

static void refuses_wrong_usage(void **state)
{
    (void)state;
    struct call call = {0};
    assert_code(CODE_INVALID, PARSE(&call, "subject"));
    assert_code(CODE_INVALID, PARSE(&call, "nothing"));
    assert_code(CODE_INVALID, PARSE(&call, "subject", "show"));
    assert_code(CODE_INVALID, PARSE(&call, "subject", "show", "a", "b"));
    assert_code(CODE_INVALID, PARSE(&call, "subject", "show", "a", "--fields", "b"));
    assert_code(CODE_INVALID, PARSE(&call, "subject", "show", "a", "--json=yes"));
    assert_code(CODE_INVALID, PARSE(&call, "subject", "show", "a", "--json", "--json"));
    assert_code(CODE_INVALID, PARSE(&call, "self", "--purpose"));
    assert_code(CODE_INVALID, PARSE(&call, "self", "--nonsense"));
    assert_code(CODE_INVALID, PARSE(&call, "self", "-p", "x"));
}

static void never_repeats_what_was_typed(void **state)
{
    (void)state;
    struct call call = {0};
    assert_code(CODE_INVALID, PARSE(&call, "canary@example.com"));
    assert_null(strstr(result_text(), "canary"));
    assert_code(CODE_INVALID, PARSE(&call, "lookup", "email", "canary@example.com"));
    assert_null(strstr(result_text(), "canary"));
    assert_code(CODE_INVALID, PARSE(&call, "lookup", "email", "--canary@example.com"));
    assert_null(strstr(result_text(), "canary"));
    assert_code(CODE_INVALID, PARSE(&call, "lookup", "email", "--canary=kim"));
    assert_null(strstr(result_text(), "canary"));
}

static void names_the_nearest_word(void **state)
{
    (void)state;
    struct call call = {0};
    assert_code(CODE_INVALID, PARSE(&call, "subjet", "show", "x"));
    assert_non_null(strstr(result_text(), "did you mean amanah subject?"));
    assert_code(CODE_INVALID, PARSE(&call, "self", "--purpos", "x"));
    assert_non_null(strstr(result_text(), "did you mean --purpose"));
}

static void gives_help_whatever_else_is_missing(void **state)
{
    (void)state;
    struct call call = {0};
    assert_ok(PARSE(&call, "subject", "show", "--help"));
    assert_true(call_has(&call, OPT_HELP));
}

static void splits_lists_and_joins_repeats(void **state)
{
    (void)state;
    struct call call = {0};
    struct arena arena = {0};
    struct texts texts = {0};
    assert_ok(PARSE(&call, "lookup", "email", "--holder", "stf_1,stf_2", "--holder", "stf_3"));
    assert_ok(call_list(&call, OPT_HOLDER, &arena, &texts));
    assert_int_equal(texts.count, 3);
    assert_true(slice_is(texts.at[1], "stf_2") && slice_is(texts.at[2], "stf_3"));
    assert_ok(call_list(&call, OPT_FIELDS, &arena, &texts));
    assert_int_equal(texts.count, 0);
    arena_done(&arena);
}

static void reads_numbers_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t high;
        bool good;
        uint64_t want;
    } cases[] = {
        {"0", 10, true, 0},
        {"10", 10, true, 10},
        {"11", 10, false, 0},
        {"", 10, false, 0},
        {"-1", 10, false, 0},
        {"+1", 10, false, 0},
        {" 1", 10, false, 0},
        {"1x", 10, false, 0},
        {"7", 5, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999", UINT64_MAX, false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t got = 0;
        if (number_get(slice_text(cases[i].text), cases[i].high, &got) != cases[i].good ||
            got != cases[i].want) {
            fail_msg("%s", cases[i].text);
        }
    }
    struct call call = {0};
    uint64_t daily = 5;
    assert_ok(PARSE(&call, "subject", "reveal", "x", "--daily", "0"));
    assert_code(CODE_INVALID, call_number(&call, OPT_DAILY, 1, 90, &daily));
    assert_int_equal(daily, 5);
}

static void knows_every_option_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        const struct option_row *row = option_row((enum option)i);
        assert_true(row->name[0] && row->about[0] && !strpbrk(row->about, "\"\\"));
        for (unsigned k = 0; k < i; k++) assert_string_not_equal(row->name, option_row((enum option)k)->name);
    }
}

static void survives_any_words(void **state) /* a property: it parses or refuses, and stays in its bounds */
{
    (void)state;
    PROPERTY(2000, rng) {
        char text[8][24] = {{0}};
        const char *words[9] = {"amanah"};
        size_t count = 1 + prop_below(&rng, 7);
        for (size_t i = 1; i < count; i++) {
            static const char pieces[] = "-=,sel fubjct\xc3\xa9";
            for (size_t k = 0; k < prop_below(&rng, 20); k++)
                text[i][k] = pieces[prop_below(&rng, sizeof pieces - 1)];
            words[i] = text[i];
        }
        struct call call = {0};
        (void)parse(&call, words).code;
        assert_true(call.arg_count < 9 && call.given_count < 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_command_by_its_words),
        cmocka_unit_test(takes_options_anywhere),
        cmocka_unit_test(leaves_what_follows_two_dashes),
        cmocka_unit_test(refuses_wrong_usage),
        cmocka_unit_test(never_repeats_what_was_typed),
        cmocka_unit_test(names_the_nearest_word),
        cmocka_unit_test(gives_help_whatever_else_is_missing),
        cmocka_unit_test(splits_lists_and_joins_repeats),
        cmocka_unit_test(reads_numbers_strictly),
        cmocka_unit_test(knows_every_option_once),
        cmocka_unit_test(survives_any_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
