/* An incident as a bundle (docs/bundle.md): what the vault gathered, and behind it the file of an export. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "crypto/crypto.h"
#include "keep/backup/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void descriptor_done(int *fd)
{
    if (*fd > STDERR_FILENO) (void)close(*fd); /* what matters was fsynced before */
}

static RESULT write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return FAIL(UNAVAILABLE, "--out: cannot write: %s", strerror(errno));
        bytes = slice_from(bytes, (size_t)put);
    }
    return OK;
}

/* The export's file as the last member, piece by piece: it may be larger than memory. */
static RESULT personal_write(struct call *call, struct client *client, int fd)
{
    SCOPED(answer_done) struct answer shown = {0};
    SCOPED(buf_done) struct buf head = {0}, end = {0};
    const struct export_show_ask show = {.id = call_slice(call, OPT_PERSONAL)};
    struct clock clock = clock_system();
    struct export_read_ask ask = {.id = show.id, .bytes = EXPORT_PIECE_BYTES};
    TRY(ask_answer(call, client, VERB_EXPORT_SHOW, &show, &shown));
    uint64_t bytes = doc_number(doc_get(answer_doc(&shown), "bytes"));
    tar_member_put(&head, SLICE_TEXT("personal/export.age"), bytes, clock_now(&clock));
    TRY(write_all(fd, buf_slice(&head)));
    while (ask.from < bytes) {
        SCOPED(answer_done) struct answer piece = {0};
        TRY(ask_answer(call, client, VERB_EXPORT_READ, &ask, &piece));
        if (piece.body.len == 0 || piece.body.len > bytes - ask.from)
            return FAIL(CORRUPT, "vault: a piece of the export did not come");
        TRY(write_all(fd, buf_slice(&piece.body)));
        ask.from += piece.body.len;
    }
    tar_pad_put(&end, bytes);
    tar_end_put(&end);
    return write_all(fd, buf_slice(&end));
}

static RESULT bundle_write(struct call *call, struct client *client, struct slice archive, int fd)
{
    TRY(write_all(fd, archive));
    return call_has(call, OPT_PERSONAL) ? personal_write(call, client, fd) : OK;
}

static RESULT file_write(struct call *call, struct client *client, struct slice archive, const char *path)
{
    SCOPED(buf_done) struct buf temporary = {0};
    buf_print(&temporary, "%s.part", path);
    SCOPED(descriptor_done)
    int fd = open(buf_c(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot create: %s", buf_c(&temporary), strerror(errno));
    struct result done = bundle_write(call, client, archive, fd);
    if (done.code == CODE_OK && (fsync(fd) != 0 || rename(buf_c(&temporary), path) != 0))
        done = FAIL(UNAVAILABLE, "%s: cannot write: %s", path, strerror(errno));
    if (done.code != CODE_OK) (void)unlink(buf_c(&temporary)); /* the reason above is what counts */
    return done;
}

RESULT command_incident_export(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    const struct incident_export_ask ask = {.id = slice_text(call->args[0]),
                                            .personal = call_slice(call, OPT_PERSONAL)};
    struct slice path = {0};
    TRY(client_open(call, &client));
    if (!call_shows(call)) TRY(call_need(call, OPT_OUT, &path));
    TRY(ask_answer(call, client, VERB_INCIDENT_EXPORT, &ask, &answer));
    if (answer.shown) return OK;
    if (slice_is(path, "-")) return bundle_write(call, client, buf_slice(&answer.body), STDOUT_FILENO);
    TRY(file_write(call, client, buf_slice(&answer.body), call_text(call, OPT_OUT)));
    show_remark(call, "It holds in clear what people wrote. Check it with: amanah verify %s",
                call_text(call, OPT_OUT));
    return OK;
}
