/* The shop's front end without its customers: what a thief who kept its key, and the key that signs passes, can see. */
#include "cli/demo/demo.h"

#include <stdio.h>
#include <string.h>

static const char network[] = "203.0.113.7"; /* RFC 5737: nobody's */

/* The front end asks for somebody, or for whose pass it is. */
static RESULT ask_with(struct demo *demo, struct slice id, struct slice pass, struct remote_answer *out)
{
    const struct slice field = SLICE_TEXT("name");
    struct reveal_ask ask = {
        .subjects = {&id, id.len > 0}, .fields = {&field, 1}, .purpose = SLICE_TEXT("self"), .pass = pass};
    return demo_ask(demo, DEMO_FRONTEND, VERB_REVEAL, &ask, out);
}

/* Passes of the right form that the vault never issued: what a signing key can make. */
static RESULT forge(struct demo *demo, struct slice id)
{
    for (unsigned n = 0; n < DEMO_FORGED; n++) {
        char pass[80];
        SCOPED(demo_answer_done) struct remote_answer answer = {0};
        (void)snprintf(pass, sizeof pass, "amp_%064u", n);
        TRY(ask_with(demo, id, slice_text(pass), &answer));
        TRY(demo_expect(demo, answer.cause == CAUSE_PASS_UNKNOWN, "a pass that was made up opens nobody"));
    }
    return OK;
}

static RESULT register_pass(struct demo *demo, struct slice id, struct buf *pass)
{
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    struct pass_issue_ask ask = {.subject = id, .client_network = slice_text(network)};
    TRY(demo_ask(demo, DEMO_SIGNIN, VERB_PASS_ISSUE, &ask, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_OK, "the sign-in service registers a pass"));
    buf_slice_put(pass, doc_text(doc_get(demo_doc(&answer), "pass")));
    return OK;
}

RESULT demo_step_pass(struct demo *demo)
{
    SCOPED(buf_done) struct buf pass = {0}, id = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    enum cause cause = CAUSE_OK;
    page_step(&demo->page, "Somebody kept the front end's key, and the key that signs");
    TRY(demo_find(demo, DEMO_SERVICE, DEMO_WALK_MAX, &id, &cause));
    TRY(demo_expect(demo, cause == CAUSE_OK && id.len > 0, "service finds a customer"));
    TRY(ask_with(demo, buf_slice(&id), (struct slice){0}, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_PASS_MISSING, "the front end sees nobody by itself"));
    TRY(forge(demo, buf_slice(&id)));
    TRY(register_pass(demo, buf_slice(&id), &pass));
    TRY(ask_with(demo, buf_slice(&demo->first_id), buf_slice(&pass), &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_PASS_SUBJECT, "a pass opens nobody else"));
    TRY(ask_with(demo, buf_slice(&id), buf_slice(&pass), &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_OK, "a pass opens its own customer"));
    page_say(&demo->page, PAGE_DONE,
             "With the front end's key: a customer without a pass, then with %d passes made up, as somebody "
             "who signs "
             "them could. Then a real one, registered by the sign-in service for one customer.",
             DEMO_FORGED);
    page_say(&demo->page, PAGE_CAME,
             "403 pass.missing, and %d times 403 pass.unknown: nobody was seen. The real pass showed its own "
             "customer "
             "and nobody else (403 pass.subject), for 15 minutes.",
             DEMO_FORGED);
    page_say(&demo->page, PAGE_WHY,
             "This is the door that Coupang's thief used: a signature alone stood for a customer. Here a "
             "pass is a "
             "random secret that the vault issued and keeps, so a signing key, kept or stolen, makes none.");
    return OK;
}
