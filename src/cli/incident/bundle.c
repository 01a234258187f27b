/* An incident as a bundle (docs/bundle.md): what the vault gathered, and behind it the file of an export. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/show.h"
#include "crypto/crypto.h"
#include "keep/backup/tar.h"

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
    TRY(output_all(fd, buf_slice(&head)));
    while (ask.from < bytes) {
        SCOPED(answer_done) struct answer piece = {0};
        TRY(ask_answer(call, client, VERB_EXPORT_READ, &ask, &piece));
        if (piece.body.len == 0 || piece.body.len > bytes - ask.from)
            return FAIL(CORRUPT, "vault: a piece of the export did not come");
        TRY(output_all(fd, buf_slice(&piece.body)));
        ask.from += piece.body.len;
    }
    tar_pad_put(&end, bytes);
    tar_end_put(&end);
    return output_all(fd, buf_slice(&end));
}

struct writing {
    struct call *call;
    struct client *client;
    struct slice archive;
};

static RESULT bundle_write(void *context, int fd)
{
    const struct writing *writing = context;
    TRY(output_all(fd, writing->archive));
    return call_has(writing->call, OPT_PERSONAL) ? personal_write(writing->call, writing->client, fd) : OK;
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
    struct writing writing = {call, client, buf_slice(&answer.body)};
    TRY(output_made(call_text(call, OPT_OUT), bundle_write, &writing));
    if (slice_is(path, "-")) return OK;
    show_remark(call, "It holds in clear what people wrote. Check it with: amanah verify %s",
                call_text(call, OPT_OUT));
    return OK;
}
