/* How backups are: what the ledger knows of them. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

static void line_show(const char *what, struct doc one, const char *never)
{
    show_words("%s ", what);
    if (!doc_there(doc_get(one, "time"))) {
        show_words("%s\n", never);
        return;
    }
    show_value(doc_text(doc_get(one, "time")));
    if (doc_there(doc_get(one, "cause"))) {
        show_words(", for ");
        show_value(doc_text(doc_get(one, "cause")));
        show_words(" (amanah help explains it)");
    }
    show_words("\n");
}

static void show_backups(const struct call *call, struct doc answer)
{
    (void)call;
    line_show("Last backup:          ", doc_get(answer, "made"), "never");
    line_show("Last that failed:     ", doc_get(answer, "failed"), "none");
    line_show("Last restore drill:   ", doc_get(answer, "drill"), "never");
    line_show("Last drill that failed:", doc_get(answer, "drill_failed"), "none");
}

RESULT command_backups(struct call *call)
{
    struct backup_status_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_BACKUP_STATUS, &ask, &answer));
    if (answer.shown) return OK;
    bool well = doc_true(doc_get(answer_doc(&answer), "well"));
    call->exit = well ? 0 : code_row(CODE_NOT_FOUND)->exit;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    show_backups(call, answer_doc(&answer));
    return OK;
}
