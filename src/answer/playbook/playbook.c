#include "answer/playbook/playbook.h"

#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

enum { DUE_NUMBER_MAX = 999 };

extern const struct form_file playbook_files[]; /* made by base/form/embed.py; ends with an empty row */

static const cyaml_strval_t role_words[] = {
#define ROLE(NAME, name) {name, PLAYBOOK_##NAME},
#include "answer/playbook/roles.def"
#undef ROLE
};

#define TEXT(need, key, of, member) \
    CYAML_FIELD_STRING_PTR(key, need, struct of, member, 1, FORM_TEXT_BYTES_MAX)
#define ID(key, of, member) \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_DEFAULT, struct of, member, 1, FORM_KEY_BYTES_MAX)
#define TEXTS(key, of, member) CYAML_FIELD_MAPPING(key, CYAML_FLAG_DEFAULT, struct of, member, texts_fields)

static const cyaml_schema_field_t texts_fields[] = {
    TEXT(CYAML_FLAG_DEFAULT, "en", form_texts, en), TEXT(CYAML_FLAG_OPTIONAL, "id", form_texts, id),
    TEXT(CYAML_FLAG_OPTIONAL, "ko", form_texts, ko), CYAML_FIELD_END};
static const cyaml_schema_field_t task_fields[] = {
    ID("id", playbook_task, id),
    CYAML_FIELD_ENUM("role", CYAML_FLAG_STRICT, struct playbook_task, role, role_words, COUNT_OF(role_words)),
    ID("due", playbook_task, due),
    CYAML_FIELD_BOOL("needs_evidence", CYAML_FLAG_OPTIONAL, struct playbook_task, needs_evidence),
    TEXTS("text", playbook_task, text),
    CYAML_FIELD_END};
static const cyaml_schema_value_t task_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct playbook_task, task_fields)};
static const cyaml_schema_field_t playbook_fields[] = {
    ID("id", playbook, id), TEXTS("title", playbook, title), TEXTS("about", playbook, about),
    CYAML_FIELD_SEQUENCE("tasks", CYAML_FLAG_POINTER, struct playbook, tasks, &task_value, 1,
                         PLAYBOOK_TASKS_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t playbook_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct playbook, playbook_fields)};
static const struct form_schema playbook_schema = {&playbook_value, "docs/incidents.md"};

struct book_row {
    struct playbook *book;
    bool own;
};
struct playbooks {
    size_t count;
    struct book_row rows[PLAYBOOKS_MAX];
};

const char *playbook_role_name(enum playbook_role role)
{
    assert(role < PLAYBOOK_ROLES);
    return role_words[role].str;
}

static void book_free(struct playbook **book)
{
    form_free(&playbook_schema, *book);
    *book = NULL;
}

void playbooks_free(struct playbooks **books)
{
    if (!*books) return;
    for (size_t i = 0; i < (*books)->count; i++) book_free(&(*books)->rows[i].book);
    free(*books);
    *books = NULL;
}

const struct playbook *playbook_at(const struct playbooks *books, size_t number)
{
    return number < books->count ? books->rows[number].book : NULL;
}

const struct playbook *playbook_of(const struct playbooks *books, struct slice id)
{
    for (size_t i = 0; i < books->count; i++) {
        if (slice_is(id, books->rows[i].book->id)) return books->rows[i].book;
    }
    return NULL;
}

bool playbook_is_own(const struct playbooks *books, const struct playbook *book)
{
    for (size_t i = 0; i < books->count; i++) {
        if (books->rows[i].book == book) return books->rows[i].own;
    }
    return false;
}

const struct playbook_task *playbook_task(const struct playbook *book, struct slice id)
{
    for (uint32_t i = 0; i < book->tasks_count; i++) {
        if (slice_is(id, book->tasks[i].id)) return &book->tasks[i];
    }
    return NULL;
}

/* "30m", "24h", "7d": false for anything else. */
static bool due_get(const char *text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'m', MINUTE_US}, {'h', HOUR_US}, {'d', DAY_US}};
    int64_t number = 0;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 3 || text[len] == '\0' || text[len + 1] != '\0') return false;
    for (size_t i = 0; i < len; i++) number = number * 10 + (text[i] - '0');
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (text[len] != units[i].unit || number == 0 || number > DUE_NUMBER_MAX) continue;
        *out = number * units[i].us;
        return true;
    }
    return false;
}

static bool id_fine(const char *id)
{
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static RESULT task_check(struct form_file file, const struct places *places, struct playbook *book,
                         uint32_t number)
{
    struct playbook_task *task = &book->tasks[number];
    char path[PLACE_BYTES_MAX];
    (void)snprintf(path, sizeof path, "tasks[%u].id", number);
    if (!id_fine(task->id)) return FORM_BAD(file, places, path, "an id is of small letters, digits and _");
    for (uint32_t i = 0; i < number; i++) {
        if (strcmp(book->tasks[i].id, task->id) == 0) return FORM_BAD(file, places, path, "this id is taken");
    }
    (void)snprintf(path, sizeof path, "tasks[%u].due", number);
    if (!due_get(task->due, &task->due_us))
        return FORM_BAD(file, places, path, "not a time such as 30m, 24h or 7d");
    return OK;
}

/* What a schema cannot say. */
static RESULT book_check(struct form_file file, const struct places *places, struct playbook *book)
{
    size_t len = strlen(book->id);
    bool named = strncmp(file.name, book->id, len) == 0 && strcmp(file.name + len, ".yaml") == 0;
    if (!id_fine(book->id)) return FORM_BAD(file, places, "id", "an id is of small letters, digits and _");
    if (!named) return FORM_BAD(file, places, "id", "must be the file's name without .yaml");
    if (strcmp(book->id, "other") == 0)
        return FORM_BAD(file, places, "id", "other is the kind that has no playbook");
    for (uint32_t i = 0; i < book->tasks_count; i++) TRY(task_check(file, places, book, i));
    return OK;
}

static RESULT book_read(struct form_file file, struct playbook **out)
{
    SCOPED(places_done) struct places places = {0};
    SCOPED(book_free) struct playbook *book = NULL;
    void *data = NULL;
    TRY(places_find(file, &places));
    TRY(form_build(file, &places, &playbook_schema, &data));
    book = data;
    TRY(book_check(file, &places, book));
    *out = TAKE(book);
    return OK;
}

/* In place of one of that id, or in its order between the others. */
static RESULT book_take(struct playbooks *books, struct form_file file, bool own)
{
    SCOPED(book_free) struct playbook *book = NULL;
    size_t at = 0;
    TRY(book_read(file, &book));
    while (at < books->count && strcmp(books->rows[at].book->id, book->id) < 0) at++;
    if (at < books->count && strcmp(books->rows[at].book->id, book->id) == 0) {
        book_free(&books->rows[at].book);
    } else {
        if (books->count == PLAYBOOKS_MAX) return FAIL(CONFIG, "playbooks: more than %d", PLAYBOOKS_MAX);
        memmove(&books->rows[at + 1], &books->rows[at], (books->count - at) * sizeof books->rows[0]);
        books->count++;
    }
    books->rows[at] = (struct book_row){TAKE(book), own};
    return OK;
}

RESULT playbooks_load(const char *folder, struct playbooks **out)
{
    SCOPED(playbooks_free) struct playbooks *books = calloc(1, sizeof *books);
    SCOPED(form_folder_done) struct form_folder files = {0};
    if (!books) return FAIL(UNAVAILABLE, "playbooks: no memory");
    for (const struct form_file *file = playbook_files; file->name; file++)
        TRY(book_take(books, *file, false));
    if (folder) TRY(form_folder_read(folder, &files));
    for (size_t i = 0; i < files.count; i++) TRY(book_take(books, files.files[i], true));
    *out = TAKE(books);
    return OK;
}

RESULT playbook_check(const char *name, struct slice text)
{
    SCOPED(book_free) struct playbook *book = NULL;
    return book_read((struct form_file){name, text}, &book);
}
