/* Playbooks: a list, one as a page that can be printed before the day it is needed, a check. No keeper is asked. */
#include "cli/incident/books.h"

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/law/command.h"
#include "cli/law/jot.h"
#include "cli/law/sheet.h"
#include "cli/show.h"

#include <stdlib.h>
#include <string.h>

RESULT books_open(const struct call *call, struct playbooks **out)
{
    SCOPED(buf_done) struct buf folder = {0};
    const char *home = call_text(call, OPT_HOME);
    if (!home) home = getenv("AMANAH_HOME");
    if (!home || !home[0]) return playbooks_load(NULL, out);
    buf_print(&folder, "%s/playbooks", home);
    return playbooks_load(buf_c(&folder), out);
}

static void texts_jot(struct jot *jot, const char *key, const struct form_texts *texts)
{
    jot_open(jot, key, '{');
    jot_text(jot, "en", texts->en);
    jot_text(jot, "id", texts->id);
    jot_text(jot, "ko", texts->ko);
    jot_close(jot, '}');
}

static void list_jot(const struct playbooks *books)
{
    SCOPED(jot_done) struct jot jot = {0};
    jot_open(&jot, NULL, '{');
    jot_open(&jot, "items", '[');
    for (size_t i = 0; playbook_at(books, i); i++) {
        const struct playbook *book = playbook_at(books, i);
        jot_open(&jot, NULL, '{');
        jot_text(&jot, "id", book->id);
        texts_jot(&jot, "title", &book->title);
        jot_number(&jot, "tasks", book->tasks_count);
        jot_bool(&jot, "own", playbook_is_own(books, book));
        jot_close(&jot, '}');
    }
    jot_close(&jot, ']');
    jot_close(&jot, '}');
    jot_show(&jot);
}

RESULT command_playbook_list(struct call *call)
{
    SCOPED(playbooks_free) struct playbooks *books = NULL;
    SCOPED(table_done) struct table table = {.columns = 3};
    struct slice lang = {0};
    TRY(law_language(call, &lang));
    TRY(books_open(call, &books));
    if (call_has(call, OPT_JSON)) {
        list_jot(books);
        return OK;
    }
    table_cell(&table, SLICE_TEXT("kind"));
    table_cell(&table, SLICE_TEXT("tasks"));
    table_cell(&table, SLICE_TEXT("title"));
    for (size_t i = 0; playbook_at(books, i); i++) {
        const struct playbook *book = playbook_at(books, i);
        SCOPED(buf_done) struct buf count = {0};
        buf_decimal(&count, book->tasks_count);
        table_cell(&table, slice_text(book->id));
        table_cell(&table, buf_slice(&count));
        table_cell(&table, slice_text(form_text(&book->title, lang)));
    }
    table_show(&table);
    return OK;
}

static void book_jot(const struct playbook *book)
{
    SCOPED(jot_done) struct jot jot = {0};
    jot_open(&jot, NULL, '{');
    jot_text(&jot, "id", book->id);
    texts_jot(&jot, "title", &book->title);
    texts_jot(&jot, "about", &book->about);
    jot_open(&jot, "tasks", '[');
    for (uint32_t i = 0; i < book->tasks_count; i++) {
        const struct playbook_task *task = &book->tasks[i];
        jot_open(&jot, NULL, '{');
        jot_text(&jot, "id", task->id);
        jot_text(&jot, "role", playbook_role_name(task->role));
        jot_text(&jot, "due", task->due);
        jot_bool(&jot, "needs_evidence", task->needs_evidence);
        texts_jot(&jot, "text", &task->text);
        jot_close(&jot, '}');
    }
    jot_close(&jot, ']');
    jot_close(&jot, '}');
    jot_show(&jot);
}

static void task_sheet(struct sheet *sheet, const struct playbook_task *task)
{
    SCOPED(buf_done) struct buf head = {0}, key = {0}, box = {0};
    buf_print(&head, "[ ] %s", task->due);
    buf_print(&key, "playbook.role.%s", playbook_role_name(task->role));
    buf_text(&box, form_text(&task->text, sheet->language));
    buf_text(&box, " (");
    word_put(sheet, &box, buf_c(&key));
    if (task->needs_evidence) {
        buf_text(&box, "; ");
        word_put(sheet, &box, "playbook.evidence");
    }
    buf_text(&box, ")");
    sheet_line(sheet, 0, buf_c(&head), buf_slice(&box));
}

RESULT command_playbook_show(struct call *call)
{
    SCOPED(playbooks_free) struct playbooks *books = NULL;
    SCOPED(sheet_done) struct sheet sheet = {0};
    TRY(law_language(call, &sheet.language));
    TRY(books_open(call, &books));
    const struct playbook *book = playbook_of(books, slice_text(call->args[0]));
    if (!book) return FAIL(NOT_FOUND, "playbook: no such kind; amanah playbook list names them");
    if (call_has(call, OPT_JSON)) {
        book_jot(book);
        return OK;
    }
    sheet_text(&sheet, 0, NULL, form_text(&book->title, sheet.language));
    sheet_text(&sheet, 0, NULL, form_text(&book->about, sheet.language));
    sheet_head(&sheet, "playbook.due");
    for (uint32_t i = 0; i < book->tasks_count; i++) task_sheet(&sheet, &book->tasks[i]);
    sheet_show(&sheet);
    return OK;
}

RESULT command_playbook_check(struct call *call)
{
    SCOPED(playbooks_free) struct playbooks *books = NULL;
    SCOPED(buf_done) struct buf text = {0};
    size_t count = 0, own = 0;
    TRY(books_open(call, &books));
    for (; playbook_at(books, count); count++) own += playbook_is_own(books, playbook_at(books, count));
    if (call->arg_count > 0) {
        const char *slash = strrchr(call->args[0], '/');
        TRY(input_read(call->args[0], FORM_FILE_BYTES_MAX, &text));
        TRY(playbook_check(slash ? slash + 1 : call->args[0], buf_slice(&text)));
    }
    if (call_has(call, OPT_JSON)) {
        SCOPED(jot_done) struct jot jot = {0};
        jot_open(&jot, NULL, '{');
        jot_bool(&jot, "fine", true);
        jot_number(&jot, "playbooks", count);
        jot_number(&jot, "own", own);
        jot_close(&jot, '}');
        jot_show(&jot);
    } else if (call->arg_count > 0) {
        show_words("Fine: it reads as a playbook.\n");
    } else {
        show_words("Fine: %zu playbooks, %zu of them this home's own.\n", count, own);
    }
    return OK;
}
