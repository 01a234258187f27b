#include "cli/incident/hold_list.h"

#include "cli/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LIST_BYTES_MAX = 1 << 20 };

static const char head[] = "amanah hold 1";

void hold_list_done(struct hold_list *list)
{
    buf_done(&list->text);
}

void hold_path(const char *dir, const char *name, struct buf *out)
{
    buf_print(out, "%s/%s", dir, name);
    buf_byte(out, 0);
}

void hold_copy_path(const char *dir, const struct hold_list *list, size_t i, struct buf *out)
{
    struct slice path = list->files[i];
    size_t start = path.len;
    while (start > 0 && path.at[start - 1] != '/') start--;
    buf_print(out, "%s/copies/%zu-", dir, i + 1);
    buf_slice_put(out, slice_from(path, start));
    buf_byte(out, 0);
}

static struct slice *member_of(struct hold_list *list, struct slice word)
{
    if (slice_is(word, "incident")) return &list->incident;
    if (slice_is(word, "place")) return &list->place;
    if (slice_is(word, "logrotate")) return &list->logrotate;
    if (slice_is(word, "journald")) return &list->journald;
    return slice_is(word, "run") ? &list->run : NULL;
}

/* "WORD VALUE". */
static RESULT row_take(struct hold_list *list, struct slice row)
{
    size_t end = 0;
    while (end < row.len && row.at[end] != ' ') end++;
    struct slice word = slice_part(row, 0, end),
                 value = end < row.len ? slice_from(row, end + 1) : (struct slice){0};
    if (value.len > 0 && slice_is(word, "file")) return hold_list_add(list, value);
    struct slice *member = member_of(list, word);
    if (!member || value.len == 0) return FAIL(INVALID, "--dir: its list has a row that is none");
    *member = value;
    return OK;
}

RESULT hold_list_read(const char *dir, struct slice incident, struct hold_list *out)
{
    SCOPED(buf_done) struct buf path = {0};
    hold_path(dir, "held", &path);
    TRY(input_read((const char *)path.at, LIST_BYTES_MAX, &out->text));
    struct slice rest = buf_slice(&out->text);
    for (size_t row = 0; rest.len > 0; row++) {
        size_t end = 0;
        while (end < rest.len && rest.at[end] != '\n') end++;
        struct slice line = slice_part(rest, 0, end);
        rest = slice_from(rest, end < rest.len ? end + 1 : end);
        if (row == 0 && !slice_is(line, head)) return FAIL(INVALID, "--dir: its file `held` is not ours");
        if (row > 0) TRY(row_take(out, line));
    }
    if (slice_equal(out->incident, incident)) return OK;
    return FAIL(CONFLICT, "--dir: what is kept there is for another incident; name another directory");
}

static void row_put(struct buf *out, const char *word, struct slice value)
{
    if (value.len == 0) return;
    buf_print(out, "%s ", word);
    buf_slice_put(out, value);
    buf_byte(out, '\n');
}

RESULT hold_list_write(const char *dir, const struct hold_list *list)
{
    SCOPED(buf_done) struct buf path = {0}, text = {0};
    hold_path(dir, "held", &path);
    buf_print(&text, "%s\n", head);
    row_put(&text, "incident", list->incident);
    row_put(&text, "place", list->place);
    row_put(&text, "logrotate", list->logrotate);
    row_put(&text, "journald", list->journald);
    row_put(&text, "run", list->run);
    for (size_t i = 0; i < list->file_count; i++) row_put(&text, "file", list->files[i]);
    return output_write((const char *)path.at, buf_slice(&text));
}

/* What neither a list nor a file of logrotate's could hold as it is. */
static bool path_fits(struct slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] < ' ' || strchr("\"*?[]{}\\", path.at[i])) return false;
    }
    return path.len > 0 && path.at[0] == '/';
}

RESULT hold_list_add(struct hold_list *list, struct slice path)
{
    if (!path_fits(path))
        return FAIL(INVALID, "file: a whole path, without quotes, brackets, * ? \\ or control characters");
    for (size_t i = 0; i < list->file_count; i++) {
        if (slice_equal(list->files[i], path)) return OK;
    }
    if (list->file_count == HOLD_FILES_MAX)
        return FAIL(TOO_MANY, "file: more than %d; keep the others with another --dir and --place",
                    HOLD_FILES_MAX);
    list->files[list->file_count++] = path;
    return OK;
}

/*
 * The first that names a file decides, as `ignoreduplicates` makes the others pass over it: so nobody's own file is
 * changed, and the other logs that it names go on being rotated. Even a forced rotation ends at its first action.
 */
static void logrotate_put(const struct hold_list *list, struct buf *out)
{
    buf_text(
        out,
        "# Written by amanah incident hold, and removed when the hold ends: these files are not rotated.\n"
        "ignoreduplicates\n");
    for (size_t i = 0; i < list->file_count; i++) {
        buf_byte(out, '"');
        buf_slice_put(out, list->files[i]);
        buf_text(out, "\"\n");
    }
    buf_text(out, "{\n    size 8000000G\n    missingok\n    firstaction\n        exit 1\n    endscript\n}\n");
}

static const char journald_text[] =
    "# Written by amanah incident hold, and removed when the hold ends: nothing of the journal is vacuumed.\n"
    "[Journal]\nSystemMaxUse=1E\nSystemKeepFree=64M\nSystemMaxFiles=1000000\nRuntimeMaxFiles=1000000\n"
    "MaxRetentionSec=0\n";

static RESULT dropin_write(struct slice path, struct slice text)
{
    SCOPED(buf_done) struct buf name = {0};
    if (path.len == 0) return OK;
    buf_slice_put(&name, path);
    buf_byte(&name, 0);
    return output_write((const char *)name.at, text);
}

static RESULT dropin_remove(struct slice path)
{
    SCOPED(buf_done) struct buf name = {0};
    if (path.len == 0) return OK;
    buf_slice_put(&name, path);
    buf_byte(&name, 0);
    if (unlink((const char *)name.at) == 0 || errno == ENOENT) return OK;
    return FAIL(UNAVAILABLE, "hold: what keeps a log from rotation cannot be removed: %s", strerror(errno));
}

RESULT hold_list_place(const struct hold_list *list)
{
    SCOPED(buf_done) struct buf text = {0};
    logrotate_put(list, &text);
    if (list->file_count > 0) TRY(dropin_write(list->logrotate, buf_slice(&text)));
    return dropin_write(list->journald, slice_text(journald_text));
}

RESULT hold_list_lift(const char *dir, const struct hold_list *list)
{
    SCOPED(buf_done) struct buf path = {0};
    TRY(dropin_remove(list->logrotate));
    TRY(dropin_remove(list->journald));
    hold_path(dir, "held", &path);
    return dropin_remove(
        slice_text((const char *)path.at)); /* last: until then the same command does the rest */
}
