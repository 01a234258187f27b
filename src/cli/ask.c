#include "cli/ask.h"

#include "cli/http_ask.h"
#include "cli/role_ask.h"
#include "cli/show.h"

#include <stdlib.h>

static RESULT show_curl(const struct call *call, enum verb verb, const void *ask)
{
    SCOPED(http_ask_done) struct http_ask http = {0};
    SCOPED(buf_done) struct buf line = {0};
    const char *url = call_text(call, OPT_URL);
    TRY(http_ask_make(verb, ask, &http));
    http_ask_curl(&http, url ? url : getenv("AMANAH_URL"), &line);
    show_slice(buf_slice(&line));
    return OK;
}

RESULT ask_answer(struct call *call, struct client *client, enum verb verb, const void *ask,
                  struct answer *out)
{
    out->shown = call_shows(call);
    if (call_has(call, OPT_OUTPUT_ROLE)) return role_ask_show(call, verb, ask);
    if (call_has(call, OPT_OUTPUT_CURL)) return show_curl(call, verb, ask);
    struct result asked = client_ask(client, verb, ask, out);
    bool refused = asked.code != CODE_OK && out->head.cause != CAUSE_OK;
    if (refused && call_has(call, OPT_JSON)) call->printed = show_json_problem(asked.cause, answer_doc(out));
    return asked;
}

/* What loosens something may wait for a second person, or for a day: then that is the answer, whatever was asked. */
static bool waits_show(struct doc answer)
{
    SCOPED(buf_done) struct buf when = {0};
    struct doc effective = doc_get(answer, "effective"), lapses = doc_get(answer, "lapses");
    bool delayed = doc_text(effective).len > 0;
    if (doc_text(doc_get(answer, "approval")).len == 0 || (!delayed && doc_text(lapses).len == 0))
        return false;
    time_words_put(&when, delayed ? effective : lapses);
    show_words("Not yet: ");
    show_value(doc_text(doc_get(answer, "what")));
    show_words(
        delayed
            ? ".\nNobody else could approve it, so it takes effect by itself at %s, and everybody is told.\n"
              "Take it back with: amanah approval cancel "
            : ".\nAnother person must say yes before %s, with: amanah approval approve ",
        buf_c(&when));
    show_value(doc_text(doc_get(answer, "approval")));
    show_words("\n");
    return true;
}

RESULT ask_and_show(struct call *call, enum verb verb, const void *ask, show_answer *words)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, verb, ask, &answer));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    if (waits_show(answer_doc(&answer))) return OK;
    words(call, answer_doc(&answer));
    return OK;
}

RESULT ask_all_pages(struct call *call, struct client *client, enum verb verb, void *ask, struct slice *after,
                     struct buf *out)
{
    SCOPED(buf_done) struct buf items = {0}, next = {0};
    size_t count = 0;
    do {
        SCOPED(answer_done) struct answer answer = {0};
        *after = buf_slice(&next);
        TRY(ask_answer(call, client, verb, ask, &answer));
        struct docs page = docs_of(doc_get(answer_doc(&answer), "items"));
        count += page.left;
        buf_slice_put(&items, page.rest);
        buf_clear(&next);
        buf_slice_put(&next, doc_text(doc_get(answer_doc(&answer), "next")));
    } while (next.len > 0);
    cbor_map(out, 1);
    cbor_text(out, SLICE_TEXT("items"));
    cbor_array(out, count);
    buf_slice_put(out, buf_slice(&items));
    return OK;
}

RESULT ask_pages(struct call *call, enum verb verb, void *ask, struct slice *after, show_answer *words)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(buf_done) struct buf all = {0};
    TRY(client_open(call, &client));
    TRY(ask_all_pages(call, client, verb, ask, after, &all));
    if (call_shows(call)) return OK;
    if (call_has(call, OPT_JSON)) return show_json(doc_of(buf_slice(&all)));
    words(call, doc_of(buf_slice(&all)));
    return OK;
}
