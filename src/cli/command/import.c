#include "base/rows/rows.h"
#include "cli/client.h"
#include "cli/command/account.h"
#include "cli/commands.h"
#include "cli/http_ask.h"
#include "cli/input.h"
#include "cli/remote.h"
#include "cli/role_ask.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_BYTES = 256 * 1024,
    VALUES_OF_ROW_MAX = IMPORT_TARGETS_MAX - 1,
    VALUE_HEAD_BYTES = 8, /* of one value in a chunk, at most */
    ROW_HEAD_BYTES = 12
};

/* One import on its way. */
struct import {
    struct call *call;
    struct client *client;
    struct account account;
    struct progress progress;
    struct rows *rows;

    struct slice
        targets[IMPORT_TARGETS_MAX]; /* what the columns hold, in the order of their first appearance */
    const char *target_names[IMPORT_TARGETS_MAX];
    size_t target_count;
    struct buf chunk; /* encoded rows that were not sent yet */
    size_t chunk_rows, on_their_way;
    struct import_value encoded[VALUES_OF_ROW_MAX]; /* of the row at hand */
};

static void import_done(struct import *import)
{
    account_done(&import->account);
    rows_free(&import->rows);
    client_free(&import->client);
    buf_done(&import->chunk);
}

/* One chunk's answer. */
static RESULT take_answer(struct import *import)
{
    SCOPED(answer_done) struct answer answer = {0};
    import->on_their_way--;
    TRY(client_next(import->client, &answer));
    account_count(&import->account, answer_doc(&answer));
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
    struct import_value *encoded = import->encoded;
    size_t bytes = ROW_HEAD_BYTES;
    if (count > VALUES_OF_ROW_MAX) {
        account_refuse(&import->account, line, SLICE_TEXT("more values than one row may have"));
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].item >= ITEMS_MAX || values[i].text.len > VALUE_BYTES_MAX) {
            account_refuse(&import->account, line,
                           values[i].item >= ITEMS_MAX ? SLICE_TEXT("more items than a group may have")
                                                       : SLICE_TEXT("a value is longer than 16384 bytes"));
            return OK;
        }
        encoded[i] = (struct import_value){.item = (uint8_t)values[i].item, .text = values[i].text};
        TRY(find_target(import, values[i].target, i, &encoded[i].target));
        bytes += VALUE_HEAD_BYTES + values[i].text.len;
    }
    if (bytes > IMPORT_BYTES_MAX) {
        account_refuse(&import->account, line, SLICE_TEXT("the row is too long"));
        return OK;
    }
    if (import->chunk.len + bytes > IMPORT_BYTES_MAX) TRY(send_chunk(import));
    import_row_write(line, encoded, count, &import->chunk);
    if (++import->chunk_rows == IMPORT_ROWS_MAX) TRY(send_chunk(import));
    return OK;
}

static RESULT take_reject(void *context, uint64_t line, const char *reason)
{
    struct import *import = context;
    account_refuse(&import->account, line, slice_text(reason));
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
    import->account.progress = &import->progress;
    import->progress = progress_begin(call, sized ? (uint64_t)at.st_size : 0);
    TRY(rows_new(&options, (struct rows_sink){import, take_row, take_reject}, &import->rows));
    return account_begin(&import->account);
}

/* The list on its way to a vault far away: the block that was read to see its format, then the rest. */
struct upload {
    struct import *import;
    int fd;
    struct slice first;
    uint64_t bytes;
};

static size_t give_bytes(void *context, void *room, size_t len)
{
    struct upload *upload = context;
    struct slice part = slice_part(upload->first, 0, len);
    ssize_t got = (ssize_t)part.len;
    if (part.len > 0) memcpy(room, part.at, part.len);
    upload->first = slice_from(upload->first, part.len);
    while (part.len == 0) {
        got = read(upload->fd, room, len);
        if (got >= 0 || errno != EINTR) break;
    }
    if (got < 0) return (size_t)-1;
    upload->bytes += (uint64_t)got;
    progress_show(&upload->import->progress, 0, upload->bytes);
    return (size_t)got;
}

static void answer_free(struct remote_answer *answer)
{
    buf_done(&answer->body);
}

static RESULT send_list(struct import *import, int fd)
{
    const struct call *call = import->call;
    SCOPED(buf_done) struct buf first = {0};
    SCOPED(answer_free) struct remote_answer answer = {0};
    ssize_t got = read(fd, buf_extend(&first, READ_BYTES), READ_BYTES);
    if (got < 0) return FAIL(UNAVAILABLE, "import: the list cannot be read: %s", strerror(errno));
    first.len = (size_t)got;
    size_t blanks = 0;
    while (blanks < first.len && strchr(" \t\r\n", first.at[blanks]) && first.at[blanks]) blanks++;
    bool json = blanks < first.len && first.at[blanks] == '{';
    struct upload upload = {import, fd, buf_slice(&first), 0};
    struct remote_list list = {.read = give_bytes,
                               .context = &upload,
                               .format = call_text(call, OPT_FORMAT),
                               .map = call_text(call, OPT_MAP),
                               .on_conflict = call_text(call, OPT_ON_CONFLICT),
                               .dry_run = call_has(call, OPT_DRY_RUN)};
    if (!list.format) list.format = json ? "jsonl" : "csv";
    if (!list.on_conflict) list.on_conflict = "update";
    TRY(remote_import(client_remote(import->client), &list, &answer));
    struct doc account = doc_of(buf_slice(&answer.body));
    account_take(&import->account, account);
    if (answer.cause != CAUSE_OK) return client_refusal(answer.cause, account);
    return OK;
}

static RESULT show_import_curl(const struct call *call)
{
    SCOPED(buf_done) struct buf line = {0}, path = {0}, file = {0};
    const char *url = call_text(call, OPT_URL) ? call_text(call, OPT_URL) : getenv("AMANAH_URL");
    const char *format = call_text(call, OPT_FORMAT);
    struct remote_list list = {.format = format,
                               .map = call_text(call, OPT_MAP),
                               .on_conflict = call_text(call, OPT_ON_CONFLICT),
                               .dry_run = call_has(call, OPT_DRY_RUN)};
    remote_import_path(&list, &path);
    buf_print(&file, "@%s", call->args[0]);
    buf_print(&line,
              "curl --fail-with-body -X POST -H \"Authorization: Bearer $AMANAH_KEY\" -H 'Content-Type: %s' "
              "--data-binary ",
              format && strcmp(format, "jsonl") == 0 ? "application/x-ndjson" : "text/csv");
    shell_put(&line, buf_slice(&file));
    buf_byte(&line, ' ');
    if (url) {
        shell_put(&line, slice_text(url));
    } else {
        buf_text(&line, "\"$AMANAH_URL\"");
    }
    shell_put(&line, buf_slice(&path));
    buf_byte(&line, '\n');
    show_slice(buf_slice(&line));
    return OK;
}

/* The failure of an import that was under way, with what went in before it. */
static RESULT broken_off(const struct import *import, struct result failure)
{
    SCOPED(buf_done) struct buf text = {0};
    uint64_t done = import->account.created + import->account.changed + import->account.unchanged;
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
    SCOPED(import_done) struct import import = {.call = call, .account.call = call};
    SCOPED(descriptor_done) int fd = -1;
    if (call_has(call, OPT_OUTPUT_CURL)) return show_import_curl(call);
    if (call_has(call, OPT_OUTPUT_ROLE)) return role_ask_show(call, VERB_IMPORT, NULL);
    TRY(open_list(call->args[0], &fd));
    TRY(begin_import(&import, fd));
    TRY(client_open(call, &import.client));
    bool remote = client_remote(import.client) != NULL;
    struct result done = remote ? send_list(&import, fd) : read_list(&import, fd);
    progress_end(&import.progress);
    if (done.code != CODE_OK) return broken_off(&import, done);
    if (!remote) {
        struct rows_summary read = rows_summary(import.rows);
        account_read(&import.account, &read);
    }
    if (import.account.refused > 0) call->exit = EXIT_PARTLY;
    TRY(account_show(&import.account));
    return account_end(&import.account);
}
