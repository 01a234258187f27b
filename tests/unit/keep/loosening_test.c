/* What a second person is asked to agree to, in words: every row in every language, every value of a list, and the bytes. */
#include "base/cbor.h"
#include "keep/access/loosening.h"
#include "keep/export/export.h"
#include "mail/texts.h"
#include "mail/words.h"
#include "prop.h"
#include "watch/breaker.h"
#include "watch/budget/budget.h"

/* Values that no text has by chance. */
static struct loosening_said example(enum loosens what, char room[LOOSENING_VALUES_MAX][8])
{
    struct loosening_said said = {.what = what};
    const struct loosening_row *row = loosening_row(what);
    for (size_t i = 0; i < LOOSENING_VALUES_MAX && row->names[i]; i++) {
        (void)snprintf(room[i], sizeof room[i], "<%zu>", i);
        said.values[i] = SAID_TEXT(slice_text(room[i]));
    }
    return said;
}

static void every_row_says_all_its_values_in_every_language(void **state)
{
    (void)state;
    for (size_t what = 0; what < LOOSENS_COUNT; what++) {
        const struct loosening_row *row = loosening_row((enum loosens)what);
        char room[LOOSENING_VALUES_MAX][8], key[64];
        const struct loosening_said said = example((enum loosens)what, room);
        (void)snprintf(key, sizeof key, "loosening.%s", row->code);
        for (size_t l = 0; mail_language(l); l++) {
            SCOPED(buf_done) struct buf line = {0};
            struct slice language = slice_text(mail_language(l));
            if (!words_has(language, key)) fail_msg("%s: %s", mail_language(l), key);
            loosening_said_put(&said, language, &line);
            for (size_t i = 0; i < LOOSENING_VALUES_MAX && row->names[i]; i++) {
                if (!strstr(buf_c(&line), room[i]))
                    fail_msg("%s: %s: %s", mail_language(l), key, row->names[i]);
            }
        }
    }
}

static void assert_listed(const char *family, const char *value)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s.%s", family, value);
    for (size_t l = 0; mail_language(l); l++) {
        if (!words_has(slice_text(mail_language(l)), key)) fail_msg("%s: %s", mail_language(l), key);
    }
}

static void every_value_of_a_list_has_words(void **state)
{
    (void)state;
    for (int who = EXPORT_ALL; who <= EXPORT_EXPOSED; who++)
        assert_listed("export_who", export_who_name((enum export_who)who));
    for (int scope = 1; scope < BUDGET_SCOPES; scope++)
        assert_listed("budget_scope", budget_scope_name((enum budget_scope)scope));
    for (int breaker = BREAKER_SLOWED; breaker <= BREAKER_HALF_OPEN; breaker++)
        assert_listed("breaker_state", breaker_state_name((enum breaker_state)breaker));
#define SINK_KIND(NAME, number, name, target, about) assert_listed("sink_kind", name);
#include "send/kinds.def"
#undef SINK_KIND
}

static void a_value_of_a_list_stands_in_the_readers_language(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf en = {0}, ko = {0}, other = {0};
    const struct loosening_said said = {LOOSENS_EXPORT, {SAID_NUMBER(7), SAID_TEXT(SLICE_TEXT("closed"))}};
    loosening_said_put(&said, SLICE_TEXT("en"), &en);
    loosening_said_put(&said, SLICE_TEXT("ko"), &ko);
    loosening_said_put(&said, SLICE_TEXT("fr"), &other);
    assert_string_equal(buf_c(&en), "export 7 people (closed accounts) into a file for whoever asked");
    assert_string_equal(buf_c(&ko), "7명(닫힌 계정)의 정보를 요청한 사람의 파일로 내보내기");
    assert_string_equal(buf_c(&other), buf_c(&en));
}

static void reads_what_it_wrote_and_nothing_else(void **state)
{
    (void)state;
    for (size_t what = 0; what < LOOSENS_COUNT; what++) {
        char room[LOOSENING_VALUES_MAX][8];
        SCOPED(buf_done) struct buf bytes = {0}, again = {0};
        const struct loosening_said said = example((enum loosens)what, room);
        struct loosening_said back = {0};
        loosening_said_write(&said, &bytes);
        assert_ok(loosening_said_read(buf_slice(&bytes), &back));
        loosening_said_write(&back, &again);
        assert_int_equal(back.what, what);
        assert_true(slice_equal(buf_slice(&again), buf_slice(&bytes)));
        for (size_t len = 0; len < bytes.len; len++)
            assert_true(loosening_said_read(slice_part(buf_slice(&bytes), 0, len), &back).code != CODE_OK);
    }
    struct loosening_said none = {0};
    SCOPED(buf_done) struct buf unknown = {0};
    cbor_map(&unknown, 2);
    cbor_text(&unknown, SLICE_TEXT("code"));
    cbor_text(&unknown, SLICE_TEXT("nothing"));
    cbor_text(&unknown, SLICE_TEXT("values"));
    cbor_map(&unknown, 0);
    assert_code(CODE_CORRUPT, loosening_said_read(buf_slice(&unknown), &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_all_its_values_in_every_language),
        cmocka_unit_test(every_value_of_a_list_has_words),
        cmocka_unit_test(a_value_of_a_list_stands_in_the_readers_language),
        cmocka_unit_test(reads_what_it_wrote_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
