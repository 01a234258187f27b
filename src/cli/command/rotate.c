/* Rotating keys: begin, then show how far it is until every record is moved. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <time.h>

enum { TURN_MS = 200 };

static void show_rotation(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf moved = {0}, of = {0};
    (void)call;
    count_put(&moved, doc_number(doc_get(answer, "moved")));
    count_put(&of, doc_number(doc_get(answer, "of")));
    show_words("Epoch %llu, %s: ", (unsigned long long)doc_number(doc_get(answer, "epoch")),
               doc_true(doc_get(answer, "rekey")) ? "new data keys" : "data keys wrapped anew");
    show_value(doc_text(doc_get(answer, "state")));
    if (!doc_there(doc_get(answer, "note"))) {
        show_words(", up to %s records\n", buf_c(&of));
        return;
    }
    show_words(", %s records moved", buf_c(&moved));
    if (doc_number(doc_get(answer, "stuck")) > 0)
        show_words(", %llu do not open", (unsigned long long)doc_number(doc_get(answer, "stuck")));
    show_words("\n  ");
    show_value(doc_text(doc_get(answer, "note")));
    show_words("\n");
}

static bool under_way(const struct answer *answer)
{
    struct slice state = doc_text(doc_get(answer_doc(answer), "state"));
    return slice_is(state, "moving") || slice_is(state, "moved");
}

/* Ask how far it is until it is over, or waits for something else. Who breaks this off ends the asking only. */
static RESULT watch(struct call *call, struct client *client, struct answer *at)
{
    const struct rotation_ask ask = {0};
    const struct timespec turn = {.tv_nsec = (long)TURN_MS * 1000 * 1000};
    struct progress progress = progress_begin(call, 0);
    bool elsewhere =
        client_window(client) > 1 || client_remote(client); /* else it goes on while it is asked */
    struct result got = OK;
    while (got.code == CODE_OK && under_way(at)) {
        struct doc now = answer_doc(at);
        progress_part(&progress, doc_number(doc_get(now, "at")), doc_number(doc_get(now, "of")), "records");
        if (elsewhere) (void)nanosleep(&turn, NULL); /* a shorter sleep only asks sooner */
        answer_done(at);
        *at = (struct answer){0};
        got = ask_answer(call, client, VERB_ROTATION, &ask, at);
    }
    progress_end(&progress);
    return got;
}

RESULT command_rotate(struct call *call)
{
    const struct rotation_ask status = {0};
    const struct rotate_ask ask = {.rekey = call_has(call, OPT_REKEY),
                                   .dry_run = call_has(call, OPT_DRY_RUN)};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    if (call_has(call, OPT_STATUS)) return ask_and_show(call, VERB_ROTATION, &status, show_rotation);
    if (ask.dry_run) return ask_and_show(call, VERB_ROTATE, &ask, show_rotation);
    if (!call_shows(call)) {
        TRY(confirm(call, "Rotate the keys? Backups from before will open with an older custody copy only."));
    }
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_ROTATE, &ask, &answer));
    if (answer.shown) return OK;
    TRY(watch(call, client, &answer));
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    show_rotation(call, answer_doc(&answer));
    return OK;
}
