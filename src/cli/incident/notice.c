/* Notices to the persons of an incident: draft, send by two people, watch, prove. */
#include "base/json.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/show.h"

#include <string.h>

enum { RUN_NUMBER_MAX = UINT32_MAX / 2, BOUNCE_BYTES_MAX = 512 * 1024, TEXT_BYTES_MAX = 32 * 1024 };

static RESULT run_of(const struct call *call, uint64_t *out)
{
    if (number_get(slice_text(call->args[1]), RUN_NUMBER_MAX, out) && *out > 0) return OK;
    return FAIL(USAGE, "argument 2: the number of the run, as notice draft told it");
}

static void show_text_of(struct doc run, const char *name, const char *before)
{
    struct slice text = doc_text(doc_get(run, name));
    if (text.len == 0) return;
    show_words("%s", before);
    show_value(text);
    show_words("\n");
}

static void show_people(struct doc people)
{
    static const char *const states[] = {"queued",     "sending",           "waiting", "unknown",
                                         "accepted",   "refused",           "bounced", "no_address",
                                         "no_consent", "reached_otherwise", "gone"};
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        uint64_t count = doc_number(doc_get(people, states[i]));
        if (count > 0) show_words("  %-18s%llu\n", states[i], (unsigned long long)count);
    }
}

/* What the lint of words finds, in which of its texts. */
static void show_findings(struct doc findings)
{
    SCOPED(table_done) struct table table = {.columns = 5};
    static const char *const heads[] = {"lang", "text", "rule", "word", "instead"};
    struct docs each = docs_of(findings);
    struct doc one = {0};
    if (doc_count(findings) == 0) return;
    show_words("may not go with these words:\n");
    for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, slice_text(heads[i]));
    while (docs_next(&each, &one)) {
        for (size_t i = 0; i < COUNT_OF(heads); i++) table_cell(&table, doc_text(doc_get(one, heads[i])));
    }
    table_show(&table);
}

static void show_run(struct doc run)
{
    show_words("notice %llu: ", (unsigned long long)doc_number(doc_get(run, "run")));
    show_value(doc_text(doc_get(run, "kind")));
    show_words(", ");
    show_value(doc_text(doc_get(run, "state")));
    show_words("\n");
    show_people(doc_get(run, "people"));
    show_text_of(doc_get(run, "time"), "advice", "time: ");
    show_text_of(run, "missing", "does not say what it must: ");
    show_text_of(run, "consent", "consent: ");
    show_text_of(run, "waits_for", "may not go before this is done: ");
    show_findings(doc_get(run, "findings"));
    show_text_of(run, "problem", "held up: ");
    struct docs instead = docs_of(doc_get(run, "instead"));
    struct doc one = {{0}};
    while (docs_next(&instead, &one)) {
        show_words("whom nothing reaches, in public (");
        show_value(doc_text(doc_get(one, "regime")));
        show_text_of(one, "text", "): ");
    }
    show_text_of(run, "approval", "a second person agrees by: amanah approval approve ");
}

static void show_runs(const struct call *call, struct doc answer)
{
    (void)call;
    struct doc items = doc_get(answer, "items"), notice = doc_get(answer, "notice");
    if (!doc_there(items)) {
        show_run(doc_there(notice) ? notice : answer);
        return;
    }
    struct docs each = docs_of(items);
    struct doc item = {0};
    if (doc_count(items) == 0) show_words("no notice was drafted\n");
    while (docs_next(&each, &item)) show_run(item);
}

RESULT command_notice_draft(struct call *call)
{
    struct notice_draft_ask ask = {.id = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_NOTICE_DRAFT, &ask, show_runs);
}

RESULT command_notice_status(struct call *call)
{
    struct notice_status_ask ask = {.id = slice_text(call->args[0])};
    if (call->arg_count > 1) TRY(run_of(call, &ask.run));
    return ask_and_show(call, VERB_NOTICE_STATUS, &ask, show_runs);
}

static void show_asked(const struct call *call, struct doc answer)
{
    if (doc_there(doc_get(answer, "people"))) {
        show_runs(call, answer);
        return;
    }
    show_text_of(answer, "what", "");
    show_text_of(answer, "approval", "a second person agrees by: amanah approval approve ");
}

static RESULT act(struct call *call, show_answer *show)
{
    struct notice_act_ask ask = {.id = slice_text(call->args[0])};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    TRY(run_of(call, &ask.run));
    TRY(members_set(call, 2, VERB_NOTICE_ACT, &arena, &files, &ask));
    ask.act = slice_text(call_act(call));
    return ask_and_show(call, VERB_NOTICE_ACT, &ask, show);
}

RESULT command_notice_send(struct call *call)
{
    TRY(confirm(call, "Ask to send this notice to everybody in it?"));
    return act(call, show_asked);
}

RESULT command_notice_act(struct call *call)
{
    return act(call, show_runs);
}

RESULT command_notice_stop(struct call *call)
{
    TRY(confirm(call, "Stop this notice for good?"));
    return act(call, show_runs);
}

static void show_state(const struct call *call, struct doc answer)
{
    (void)call;
    show_text_of(answer, "state", "");
}

RESULT command_notice_test(struct call *call)
{
    return act(call, show_state);
}

/* The yes of a second person to the run's newest asking. */
RESULT command_notice_approve(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer told = {0}, done = {0};
    struct notice_status_ask ask = {.id = slice_text(call->args[0])};
    TRY(run_of(call, &ask.run));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_NOTICE_STATUS, &ask, &told));
    struct slice id = doc_text(doc_get(doc_of(buf_slice(&told.body)), "approval"));
    if (id.len == 0) return FAIL(NOT_FOUND, "notice: nobody has asked to send it yet; amanah notice send");
    struct approval_approve_ask approve = {.id = id};
    TRY(ask_answer(call, client, VERB_APPROVAL_APPROVE, &approve, &done));
    if (call_has(call, OPT_JSON)) return show_json(doc_of(buf_slice(&done.body)));
    show_asked(call, doc_of(buf_slice(&done.body)));
    return OK;
}

static void show_preview(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("Subject: ");
    show_value(doc_text(doc_get(answer, "subject")));
    show_words("\n\n");
    show_slice(doc_text(doc_get(answer, "body")));
}

/* The after-care, too: it is agreed to with the notice. */
static void show_all_texts(const struct call *call, struct doc answer)
{
    struct doc care = doc_get(answer, "care");
    show_preview(call, answer);
    if (!doc_there(care)) return;
    show_words("\n\nAnd after 1, 3, 6 and 12 months, by itself:\n\n");
    show_preview(call, care);
}

RESULT command_notice_preview(struct call *call)
{
    struct notice_preview_ask ask = {.id = slice_text(call->args[0]), .lang = call_slice(call, OPT_LANG)};
    TRY(run_of(call, &ask.run));
    return ask_and_show(call, VERB_NOTICE_PREVIEW, &ask, show_all_texts);
}

static void show_person(const struct call *call, struct doc answer)
{
    struct doc delivered = doc_get(answer, "delivered"), text = doc_get(answer, "text");
    show_text_of(answer, "state", "state: ");
    show_text_of(delivered, "to", "to: ");
    show_text_of(delivered, "accepted", "taken by the host: ");
    show_text_of(delivered, "reply", "its words: ");
    if (doc_there(delivered)) {
        show_words("in entry %llu of the ledger; the text below is %s that was sent\n",
                   (unsigned long long)doc_number(doc_get(doc_get(answer, "proof"), "entry")),
                   doc_true(doc_get(text, "as_delivered")) ? "the one" : "no more the one");
    }
    show_words("\n");
    show_preview(call, text);
}

RESULT command_notice_person(struct call *call)
{
    struct notice_person_ask ask = {.id = slice_text(call->args[0]), .subject = slice_text(call->args[2])};
    TRY(run_of(call, &ask.run));
    return ask_and_show(call, VERB_NOTICE_PERSON, &ask, show_person);
}

static void show_ids(const struct call *call, struct doc answer)
{
    struct docs each = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    (void)call;
    while (docs_next(&each, &item)) {
        show_value(doc_text(item));
        show_words("\n");
    }
}

RESULT command_notice_list(struct call *call)
{
    struct notice_status_ask ask = {
        .id = slice_text(call->args[0]), .state = slice_text(call->args[2]), .limit = PAGE_MAX};
    TRY(run_of(call, &ask.run));
    return ask_pages(call, VERB_NOTICE_STATUS, &ask, &ask.after, show_ids);
}

static void show_verified(const struct call *call, struct doc answer)
{
    (void)call;
    if (!doc_true(doc_get(answer, "ours"))) {
        show_words("This code is none of ours: the message is false.\n");
        return;
    }
    show_words("This code is ours.\n");
    show_text_of(answer, "sent", "sent: ");
    show_text_of(answer, "to", "to: ");
    show_words("If that is somebody else's address, the message is false.\n");
}

RESULT command_notice_verify(struct call *call)
{
    struct notice_verify_ask ask = {.code = slice_text(call->args[0])};
    return ask_and_show(call, VERB_NOTICE_VERIFY, &ask, show_verified);
}

static void show_hook(const struct call *call, struct doc answer)
{
    if (doc_there(doc_get(answer, "approval"))) {
        show_asked(call, answer);
        return;
    }
    show_text_of(answer, "url", "text messages are posted to ");
    show_text_of(answer, "form", "form: ");
    show_text_of(answer, "template", "template: ");
    show_text_of(answer, "changed", "changed: ");
    show_slice(doc_text(doc_get(answer, "public_key"))); /* PEM, of our own making */
}

RESULT command_notice_hook(struct call *call)
{
    struct notice_hook_ask ask = {0};
    return ask_members(call, 0, VERB_NOTICE_HOOK, &ask, show_hook);
}

static void show_bounce(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("notice %llu: %s\n", (unsigned long long)doc_number(doc_get(answer, "run")),
               doc_true(doc_get(answer, "bounced")) ? "bounced" : "nothing changed");
}

/* What a mail host's pipe writes here may be no UTF-8: what is not ASCII says nothing that matters. */
RESULT command_notice_bounce(struct call *call)
{
    SCOPED(buf_done) struct buf message = {0};
    struct notice_bounce_ask ask = {.recipient = slice_text(call->args[0])};
    TRY(input_read(call->arg_count > 1 ? call->args[1] : "-", BOUNCE_BYTES_MAX, &message));
    for (size_t i = 0; i < message.len; i++) {
        if (message.at[i] >= 0x80 || message.at[i] == 0) message.at[i] = '?';
    }
    ask.message = buf_slice(&message);
    return ask_and_show(call, VERB_NOTICE_BOUNCE, &ask, show_bounce);
}

static void show_template(const struct call *call, struct doc answer)
{
    show_remark(call, "%s", doc_true(doc_get(answer, "own")) ? "the shop's own text" : "the program's text");
    show_slice(doc_text(doc_get(answer, "text")));
}

RESULT command_notice_text(struct call *call)
{
    SCOPED(buf_done) struct buf text = {0};
    struct notice_text_ask ask = {.lang = slice_text(call->args[0]), .kind = slice_text(call->args[1])};
    if (call->arg_count > 2) {
        TRY(input_read(call->args[2], TEXT_BYTES_MAX, &text));
        ask.text = buf_slice(&text);
    }
    return ask_and_show(call, VERB_NOTICE_TEXT, &ask, show_template);
}
