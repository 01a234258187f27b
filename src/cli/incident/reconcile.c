/* Claims of how many beside the newest count, in words: for the terminal, and for the board's page. */
#include "cli/incident/reconcile.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "mail/words.h"

#include <stdio.h>

static void word_of_group(struct slice language, const char *group, struct doc name, struct buf *out)
{
    char key[64];
    SCOPED(buf_done) struct buf text = {0};
    buf_slice_put(&text, doc_text(name));
    (void)snprintf(key, sizeof key, "reconcile.%s.%s", group, buf_c(&text));
    if (words_has(SLICE_TEXT("en"), key)) words_put(language, key, NULL, 0, out); /* else of a newer vault */
}

void reconcile_claim_put(struct slice language, struct doc claim, struct buf *out, struct buf *relation)
{
    SCOPED(buf_done) struct buf people = {0}, basis = {0}, known = {0}, possible = {0}, who = {0};
    bool counted = doc_there(doc_get(claim, "known"));
    count_put(&people, doc_number(doc_get(claim, "people")));
    count_put(&known, doc_number(doc_get(claim, "known")));
    count_put(&possible, doc_number(doc_get(claim, "possible")));
    word_of_group(language, "basis", doc_get(claim, "basis"), &basis);
    buf_slice_put(&who, doc_text(doc_get(claim, "source")));
    if (who.len == 0) words_put(language, "reconcile.somebody", NULL, 0, &who);
    const struct mail_value values[] = {{"who", buf_slice(&who)},
                                        {"people", buf_slice(&people)},
                                        {"basis", buf_slice(&basis)},
                                        {"known", buf_slice(&known)},
                                        {"possible", buf_slice(&possible)}};
    words_put(language, counted ? "reconcile.claim" : "reconcile.uncounted_claim", values,
              counted ? COUNT_OF(values) : 3, out);
    word_of_group(language, "relation", doc_get(claim, "relation"), relation);
}

static void show_sentence(struct slice language, const char *group, struct doc name)
{
    SCOPED(buf_done) struct buf text = {0};
    word_of_group(language, group, name, &text);
    show_words("  ");
    show_value(buf_slice(&text));
    show_words("\n");
}

static void show_reconciled(const struct call *call, struct doc answer)
{
    struct slice language = call_has(call, OPT_LANG) ? call_slice(call, OPT_LANG) : SLICE_TEXT("en");
    struct docs claims = docs_of(doc_get(answer, "claims"));
    struct doc claim = {0};
    if (claims.left == 0)
        show_words("No claim says how many: amanah incident claim ID text= people= basis= source=\n");
    while (docs_next(&claims, &claim)) {
        SCOPED(buf_done) struct buf text = {0}, relation = {0};
        show_words("%llu ", (unsigned long long)doc_number(doc_get(claim, "line")));
        show_value(doc_text(doc_get(claim, "text")));
        show_words("\n  ");
        reconcile_claim_put(language, claim, &text, &relation);
        show_value(buf_slice(&text));
        show_words("\n  ");
        show_value(buf_slice(&relation));
        show_words("\n");
        show_sentence(language, "proves", doc_get(claim, "basis"));
        if (doc_there(doc_get(claim, "known"))) {
            SCOPED(buf_done) struct buf scope = {0};
            words_put(language, "reconcile.proves.scope", NULL, 0, &scope);
            show_words("  ");
            show_value(buf_slice(&scope));
            show_words("\n");
        }
        show_sentence(language, "decides", doc_get(claim, "basis"));
    }
}

RESULT command_incident_reconcile(struct call *call)
{
    const struct incident_reconcile_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_INCIDENT_RECONCILE, &ask, show_reconciled);
}
