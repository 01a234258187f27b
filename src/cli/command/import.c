#include "base/rows/rows.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_BYTES = 256 * 1024,
    SHOWN_REFUSALS_MAX = 10, /* on the terminal; --rejects has them all */
    VALUES_OF_ROW_MAX = IMPORT_TARGETS_MAX - 1,
    VALUE_HEAD_BYTES = 8, /* of one value in a chunk, at most */
    ROW_HEAD_BYTES = 12
};

/* One import on its way. */
struct import {
    struct call *call;
    struct client *client;
    FILE *rejects; /* NULL: none asked for */
    struct progress progress;
    struct rows *rows;

    struct slice
        targets[IMPORT_TARGETS_MAX]; /* what the columns hold, in the order of their first appearance */
    const char *target_names[IMPORT_TARGETS_MAX];
    size_t target_count;
    struct buf chunk; /* encoded rows that were not sent yet */
    size_t chunk_rows, on_their_way;

    uint64_t created, changed, unchanged, refused;
};

static void import_done(struct import *import)
{
    if (import->rejects) (void)fclose(import->rejects); /* written out in write_rejects_end() */
    rows_free(&import->rows);
    client_free(&import->client);
    buf_done(&import->chunk);
}

/* A refused row: into the file of rejects, else the first ones on standard error. Reasons hold no values. */
static void note_refusal(struct import *import, uint64_t line, struct slice reason)
{
    SCOPED(buf_done) struct buf text = {0};
    import->refused++;
    if (import->rejects) {
        buf_print(&text, "%" PRIu64 ",\"", line);
        for (size_t i = 0; i < reason.len; i++) {
            if (reason.at[i] == '"') buf_byte(&text, '"');
            buf_byte(&text, reason.at[i]);
        }
        buf_text(&text, "\"\n");
        (void)fwrite(text.at, 1, text.len, import->rejects); /* a failed write is seen at the end */
    } else if (import->refused <= SHOWN_REFUSALS_MAX) {
        progress_end(&import->progress);
        buf_slice_put(&text, reason);
        show_remark(import->call, "line %" PRIu64 ": %s", line, buf_c(&text));
    }
}

/* One chunk's answer. */
static RESULT take_answer(struct import *import)
{
    SCOPED(answer_done) struct answer answer = {0};
    import->on_their_way--;
    TRY(client_next(import->client, &answer));
    struct doc counts = answer_doc(&answer), refusal = {0};
    struct docs refusals = docs_of(doc_get(counts, "refused"));
    import->created += doc_number(doc_get(counts, "created"));
    import->changed += doc_number(doc_get(counts, "changed"));
    import->unchanged += doc_number(doc_get(counts, "unchanged"));
    while (docs_next(&refusals, &refusal)) {
        note_refusal(import, doc_number(doc_get(refusal, "line")), doc_text(doc_get(refusal, "detail")));
    }
    struct rows_summary read = rows_summary(import->rows);
    progress_show(&import->progress, read.rows + read.rejects, read.bytes);
    return OK;
}

static RESULT send_chunk(struct import *import)
{
    const struct call *call = import->call;
    struct slice conflict = call_slice(call, OPT_ON_CONFLICT);
    struct import_ask ask = {.targets = {import->targets, import->target_count},
                             .rows = buf_slice(&import->chunk),
                             .on_conflict = conflict.len > 0 ? conflict : SLICE_TEXT("update"),
                             .dry_run = call_has(call, OPT_DRY_RUN)};
    if (import->chunk_rows == 0) return OK;
    while (import->on_their_way >= client_window(import->client)) TRY(take_answer(import));
    TRY(client_send(import->client, VERB_IMPORT, &ask));
    import->on_their_way++;
    import->chunk_rows = 0;
    buf_clear(&import->chunk);
    return OK;
}

/* The index of a target; targets of a list mostly come in the same order in each row. */
static RESULT find_target(struct import *import, const char *name, size_t guess, uint8_t *out)
{
    size_t at = guess < import->target_count && import->target_names[guess] == name ? guess : 0;
    while (at < import->target_count && strcmp(import->target_names[at], name) != 0) at++;
    if (at == IMPORT_TARGETS_MAX)
        return FAIL(TOO_MANY, "import: more than %d different columns", IMPORT_TARGETS_MAX);
    if (at == import->target_count) {
        import->target_names[at] = name;
        import->targets[at] = slice_text(name);
        import->target_count++;
    }
    *out = (uint8_t)at;
    return OK;
}

static RESULT take_row(void *context, uint64_t line, const struct row_value *values, size_t count)
{
    struct import *import = context;
    struct import_value encoded[VALUES_OF_ROW_MAX];
    size_t bytes = ROW_HEAD_BYTES;
    if (count > VALUES_OF_ROW_MAX) {
        note_refusal(import, line, SLICE_TEXT("more values than one row may have"));
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].item >= ITEMS_MAX || values[i].text.len > VALUE_BYTES_MAX) {
            note_refusal(import, line,
                         values[i].item >= ITEMS_MAX ? SLICE_TEXT("more items than a group may have")
                                                     : SLICE_TEXT("a value is longer than 16384 bytes"));
            return OK;
        }
        encoded[i] = (struct import_value){.item = (uint8_t)values[i].item, .text = values[i].text};
        TRY(find_target(import, values[i].target, i, &encoded[i].target));
        bytes += VALUE_HEAD_BYTES + values[i].text.len;
    }
    if (bytes > IMPORT_BYTES_MAX) {
        note_refusal(import, line, SLICE_TEXT("the row is too long"));
        return OK;
    }
    if (import->chunk.len + bytes > IMPORT_BYTES_MAX) TRY(send_chunk(import));
    import_row_write(line, encoded, count, &import->chunk);
    if (++import->chunk_rows == IMPORT_ROWS_MAX) TRY(send_chunk(import));
    return OK;
}

static RESULT take_reject(void *context, uint64_t line, const char *reason)
{
    note_refusal(context, line, slice_text(reason));
    return OK;
}

static void descriptor_done(int *fd)
{
    if (*fd > STDIN_FILENO) (void)close(*fd); /* it was only read */
}

static RESULT open_list(const char *path, int *out)
{
    if (strcmp(path, "-") == 0) {
        *out = STDIN_FILENO;
        return OK;
    }
    *out = open(path, O_RDONLY | O_CLOEXEC);
    if (*out >= 0) return OK;
    if (errno == ENOENT) return FAIL(NOT_FOUND, "%s: no such file", path);
    return FAIL(UNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
}

static RESULT read_list(struct import *import, int fd)
{
    SCOPED(buf_done) struct buf block = {0};
    for (;;) {
        uint8_t *room = buf_extend(&block, READ_BYTES);
        ssize_t got = read(fd, room, READ_BYTES);
        int error = errno;
        block.len = 0; /* wiped at the end, all of it */
        if (got < 0 && error == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "import: the list cannot be read: %s", strerror(error));
        if (got == 0) break;
        TRY(rows_push(import->rows, (struct slice){room, (size_t)got}));
    }
    TRY(rows_end(import->rows));
    TRY(send_chunk(import));
    while (import->on_their_way > 0) TRY(take_answer(import));
    return OK;
}

static RESULT begin_import(struct import *import, int fd)
{
    const struct call *call = import->call;
    struct rows_options options = {.map = call_text(call, OPT_MAP)};
    struct slice format = call_slice(call, OPT_FORMAT), conflict = call_slice(call, OPT_ON_CONFLICT);
    struct stat at = {0};
    if (slice_is(format, "csv")) {
        options.format = ROWS_CSV;
    } else if (slice_is(format, "jsonl")) {
        options.format = ROWS_JSONL;
    } else if (format.len > 0) {
        return FAIL(USAGE, "--format: csv or jsonl");
    }
    if (conflict.len > 0 && !slice_is(conflict, "fail") && !slice_is(conflict, "update") &&
        !slice_is(conflict, "skip")) {
        return FAIL(USAGE, "--on-conflict: fail, update or skip");
    }
    bool sized = fstat(fd, &at) == 0 && S_ISREG(at.st_mode);
    import->progress = progress_begin(call, sized ? (uint64_t)at.st_size : 0);
    TRY(rows_new(&options, (struct rows_sink){import, take_row, take_reject}, &import->rows));
    if (!call_has(call, OPT_REJECTS)) return OK;
    import->rejects = fopen(call_text(call, OPT_REJECTS), "we");
    if (!import->rejects) return FAIL(UNAVAILABLE, "--rejects: cannot be written: %s", strerror(errno));
    (void)fputs("line,reason\n", import->rejects); /* a failed write is seen at the end */
    return OK;
}

static RESULT end_rejects(struct import *import)
{
    if (!import->rejects || (fflush(import->rejects) == 0 && !ferror(import->rejects))) return OK;
    return FAIL(UNAVAILABLE, "--rejects: cannot be written: %s; the import itself is done", strerror(errno));
}

/* "name" or, of the second item of a group, "address2". */
static void put_target(const struct column *column, struct buf *out)
{
    buf_text(out, column->target);
    if (column->item > 0) buf_decimal(out, (uint64_t)column->item + 1);
}

static RESULT show_import_json(const struct import *import)
{
    SCOPED(buf_done) struct buf doc = {0}, target = {0};
    struct rows_summary read = rows_summary(import->rows);
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"rows", read.rows + read.rejects},
                  {"created", import->created},
                  {"changed", import->changed},
                  {"unchanged", import->unchanged},
                  {"refused", import->refused}};
    cbor_map(&doc, COUNT_OF(counts) + 1);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        cbor_text(&doc, slice_text(counts[i].name));
        cbor_uint(&doc, counts[i].count);
    }
    cbor_text(&doc, SLICE_TEXT("mapping"));
    cbor_map(&doc, read.column_count);
    for (size_t i = 0; i < read.column_count; i++) {
        cbor_text(&doc, read.columns[i].header);
        buf_clear(&target);
        if (read.columns[i].target) put_target(&read.columns[i], &target);
        if (read.columns[i].target) {
            cbor_text(&doc, buf_slice(&target));
        } else {
            cbor_null(&doc);
        }
    }
    return show_json(doc_of(buf_slice(&doc)));
}

/* Which columns went where, and which were left out. */
static void remark_columns(const struct import *import)
{
    SCOPED(buf_done) struct buf taken = {0}, left = {0};
    struct rows_summary read = rows_summary(import->rows);
    for (size_t i = 0; i < read.column_count; i++) {
        struct buf *list = read.columns[i].target ? &taken : &left;
        if (list->len > 0) buf_text(list, ", ");
        buf_slice_put(list, read.columns[i].header);
        if (!read.columns[i].target) continue;
        buf_text(list, " = ");
        put_target(&read.columns[i], list);
    }
    if (taken.len > 0) show_remark(import->call, "Columns taken: %s.", buf_c(&taken));
    if (left.len > 0)
        show_remark(import->call, "Columns left out: %s. --map FIELD=COLUMN takes one in.", buf_c(&left));
}

static void put_part(struct buf *out, uint64_t count, const char *what)
{
    if (count == 0) return;
    if (out->len > 0) buf_text(out, ", ");
    count_put(out, count);
    buf_print(out, " %s", what);
}

static void show_import(const struct import *import)
{
    SCOPED(buf_done) struct buf rows = {0}, parts = {0};
    struct rows_summary read = rows_summary(import->rows);
    uint64_t count = read.rows + read.rejects;
    bool dry = call_has(import->call, OPT_DRY_RUN);
    count_put(&rows, count);
    put_part(&parts, import->created, dry ? "would be created" : "created");
    put_part(&parts, import->changed, dry ? "would be changed" : "changed");
    put_part(&parts, import->unchanged, "unchanged");
    put_part(&parts, import->refused, "refused");
    show_words("%s %s", buf_c(&rows), plural(count, "row", "rows"));
    if (parts.len > 0) show_words(": %s", buf_c(&parts));
    show_words(".");
    if (import->created + import->changed == 0) {
        show_words(" Nothing %s.", dry ? "would change" : "changed");
    } else if (dry) {
        show_words(" This was a dry run: nothing changed.");
    }
    show_words("\n");
    remark_columns(import);
    if (import->refused > 0 && !import->rejects) {
        show_remark(import->call, "--rejects FILE keeps the line and reason of every refused row.");
    }
}

/* The failure of an import that was under way, with what went in before it. */
static RESULT broken_off(const struct import *import, struct result failure)
{
    SCOPED(buf_done) struct buf text = {0};
    uint64_t done = import->created + import->changed + import->unchanged;
    if (done == 0 || call_has(import->call, OPT_DRY_RUN)) return failure;
    buf_text(&text, result_text());
    buf_text(&text, "; ");
    count_put(&text, done);
    buf_print(&text, " %s went in before: run the same command again, they are left as they are",
              plural(done, "row", "rows"));
    return result_carry(failure.cause, (const char *)text.at, text.len);
}

RESULT command_import(struct call *call)
{
    SCOPED(import_done) struct import import = {.call = call};
    SCOPED(descriptor_done) int fd = -1;
    TRY(open_list(call->args[0], &fd));
    TRY(begin_import(&import, fd));
    TRY(client_open(call, &import.client));
    struct result read = read_list(&import, fd);
    progress_end(&import.progress);
    if (read.code != CODE_OK) return broken_off(&import, read);
    if (import.refused > 0) call->exit = EXIT_PARTLY;
    if (call_has(call, OPT_JSON)) {
        TRY(show_import_json(&import));
    } else {
        show_import(&import);
    }
    return end_rejects(&import);
}
