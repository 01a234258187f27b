/* Playbooks: those carried are whole in three languages, a home's stand in their place, what is wrong is named by line. */
#include "answer/playbook/playbook.h"
#include "base/clock.h"
#include "prop.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_books(void **state)
{
    struct playbooks *books = NULL;
    struct result result = playbooks_load(NULL, &books);
    if (result.code != CODE_OK) print_error("%s\n", result_text());
    *state = books;
    return result.code == CODE_OK ? 0 : -1;
}

static int close_books(void **state)
{
    struct playbooks *books = *state;
    playbooks_free(&books);
    return 0;
}

static void whole(const char *book, const struct form_texts *texts)
{
    const char *all[] = {texts->en, texts->id, texts->ko};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        for (size_t j = 0; j < i; j++) {
            if (all[i] && all[j] && strcmp(all[i], all[j]) == 0) fail_msg("%s: \"%s\" twice", book, all[i]);
        }
        if (!all[i]) fail_msg("%s: \"%s\" is missing in a language", book, texts->en);
    }
}

static void carries_every_kind_whole_in_three_languages(void **state)
{
    static const char *const ids[] = {"database_copied", "drained_by_key", "dump_for_sale",
                                      "lost_device",     "mailbox",        "plugin",
                                      "ransom",          "signing_key",    "spreadsheet_sent"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        const struct playbook *book = playbook_at(*state, i);
        bool evidence = false, first_hours = false;
        assert_non_null(book);
        assert_string_equal(book->id, ids[i]);
        assert_ptr_equal(playbook_of(*state, slice_text(ids[i])), book);
        assert_false(playbook_is_own(*state, book));
        whole(book->id, &book->title);
        whole(book->id, &book->about);
        assert_true(book->tasks_count >= 5);
        for (uint32_t j = 0; j < book->tasks_count; j++) {
            const struct playbook_task *task = &book->tasks[j];
            whole(book->id, &task->text);
            assert_ptr_equal(playbook_task(book, slice_text(task->id)), task);
            assert_true(j == 0 ||
                        task->due_us >= book->tasks[j - 1].due_us); /* in the order of their hours */
            evidence = evidence || task->needs_evidence;
            first_hours = first_hours || task->due_us <= 2 * HOUR_US;
        }
        assert_true(evidence && first_hours);
    }
    assert_null(playbook_at(*state, COUNT_OF(ids)));
    assert_null(playbook_of(*state, SLICE_TEXT("other")));
}

static const char good[] = "id: xx\n"                                               /* 1 */
                           "title: {en: A test}\n"                                  /* 2 */
                           "about: {en: For tests, ko: 시험}\n"                     /* 3 */
                           "tasks:\n"                                               /* 4 */
                           "  - {id: a, role: legal, due: 30m, text: {en: do a}}\n" /* 5 */
                           "  - {id: b, role: owner, due: 7d, needs_evidence: true, text: {en: do b}}\n";

static void changed(const char *from, const char *to, struct buf *out)
{
    const char *at = strstr(good, from);
    assert_non_null(at);
    buf_clear(out);
    buf_put(out, good, (size_t)(at - good));
    buf_text(out, to);
    buf_text(out, at + strlen(from));
}

static void says_what_is_wrong_by_line_and_field(void **state)
{
    static const char see[] = ", see docs/incidents.md";
    static const struct {
        const char *from, *to, *want;
        bool see;
    } rows[] = {
        {"id: xx", "id: yy", "xx.yaml:1: id: must be the file's name without .yaml", false},
        {"id: xx", "id: Xx", "xx.yaml:1: id: an id is of small letters, digits and _", false},
        {"title: {en: A test}", "title: {id: Uji}",
         "xx.yaml:2: title.en: a field that must be there is missing", true},
        {"title: {en: A test}", "title: {en: A test, fr: Un}",
         "xx.yaml:2: title.fr: a field that such files do not have", true},
        {"due: 30m", "due: 30", "xx.yaml:5: tasks[0].due: not a time such as 30m, 24h or 7d", false},
        {"due: 30m", "due: 0m", "xx.yaml:5: tasks[0].due: not a time such as 30m, 24h or 7d", false},
        {"due: 30m", "due: 1000h", "xx.yaml:5: tasks[0].due: not a time such as 30m, 24h or 7d", false},
        {"due: 7d", "due: 7dd", "xx.yaml:6: tasks[1].due: not a time such as 30m, 24h or 7d", false},
        {"id: b", "id: a", "xx.yaml:6: tasks[1].id: this id is taken", false},
        {"id: b", "id: a/b", "xx.yaml:6: tasks[1].id: an id is of small letters, digits and _", false},
        {"role: owner", "role: king",
         "xx.yaml:6: tasks[1].role: none of the words, numbers or lists that may stand here", true},
        {"role: owner, ", "", "xx.yaml:6: tasks[1].role: a field that must be there is missing", true},
        {"text: {en: do b}", "text: *a", "xx.yaml:6: tasks[1]: an alias; write it out", false},
    };
    SCOPED(buf_done) struct buf text = {0}, want = {0};
    (void)state;
    assert_ok(playbook_check("xx.yaml", slice_text(good)));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        changed(rows[i].from, rows[i].to, &text);
        buf_clear(&want);
        buf_print(&want, "%s%s", rows[i].want, rows[i].see ? see : "");
        assert_code(CODE_INVALID, playbook_check("xx.yaml", buf_slice(&text)));
        assert_string_equal(result_text(), buf_c(&want));
    }
    changed("id: xx", "id: other", &text);
    assert_code(CODE_INVALID, playbook_check("other.yaml", buf_slice(&text)));
    assert_code(CODE_INVALID, playbook_check("xx.yaml", SLICE_TEXT("")));
}

static void keeps_its_bounds(void **state)
{
    SCOPED(buf_done) struct buf text = {0};
    (void)state;
    buf_text(&text, "id: xx\ntitle: {en: t}\nabout: {en: t}\ntasks:\n");
    for (int i = 0; i < PLAYBOOK_TASKS_MAX; i++)
        buf_print(&text, "  - {id: t%d, role: legal, due: 1h, text: {en: x}}\n", i);
    assert_ok(playbook_check("xx.yaml", buf_slice(&text)));
    buf_text(&text, "  - {id: more, role: legal, due: 1h, text: {en: x}}\n");
    assert_code(CODE_INVALID, playbook_check("xx.yaml", buf_slice(&text)));
    assert_code(CODE_INVALID,
                playbook_check("xx.yaml", SLICE_TEXT("id: xx\ntitle: {en: t}\nabout: {en: t}\ntasks: []\n")));
}

static void write_file(const char *folder, const char *name, const char *text)
{
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/%s", folder, name);
    FILE *file = fopen(buf_c(&path), "wb");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void a_home_overrides_and_adds(void **state)
{
    char folder[] = "/tmp/amanah-playbooks-XXXXXX";
    SCOPED(playbooks_free) struct playbooks *books = NULL;
    SCOPED(buf_done) struct buf text = {0}, path = {0};
    static const char *const names[] = {"ransom.yaml", "xx.yaml", "yy.yaml", "notes.txt"};
    (void)state;
    assert_ok(playbooks_load("/nowhere/at/all", &books));
    assert_null(playbook_at(books, 9));
    playbooks_free(&books);
    assert_non_null(mkdtemp(folder));
    changed("id: xx", "id: ransom", &text);
    write_file(folder, "ransom.yaml", buf_c(&text));
    write_file(folder, "xx.yaml", good);
    write_file(folder, "notes.txt", "no playbook");
    assert_ok(playbooks_load(folder, &books));
    assert_string_equal(playbook_of(books, SLICE_TEXT("ransom"))->title.en, "A test");
    assert_true(playbook_is_own(books, playbook_of(books, SLICE_TEXT("ransom"))));
    assert_false(playbook_is_own(books, playbook_of(books, SLICE_TEXT("plugin"))));
    assert_string_equal(playbook_at(books, 9)->id, "xx");
    assert_int_equal(playbook_at(books, 9)->tasks[1].due_us, 7 * DAY_US);
    assert_string_equal(form_text(&playbook_at(books, 9)->title, SLICE_TEXT("ko")),
                        "A test"); /* else English */
    playbooks_free(&books);
    write_file(folder, "yy.yaml", "id: yy\n");
    assert_code(CODE_INVALID, playbooks_load(folder, &books));
    assert_null(books);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        buf_clear(&path);
        buf_print(&path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(buf_c(&path)), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_every_kind_whole_in_three_languages),
        cmocka_unit_test(says_what_is_wrong_by_line_and_field),
        cmocka_unit_test(keeps_its_bounds),
        cmocka_unit_test(a_home_overrides_and_adds),
    };
    return cmocka_run_group_tests(tests, open_books, close_books);
}
