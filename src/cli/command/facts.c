/* The facts of an incident that texts may use, as a page. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/law/command.h"
#include "cli/show.h"

/* A text of the answer in the language asked for, else as people wrote it, else in English. */
static struct slice text_in(struct doc texts, const char *language)
{
    const char *const order[] = {language, "any", "en", "id", "ko"};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct slice text = doc_text(doc_get(texts, order[i]));
        if (text.len > 0) return text;
    }
    return (struct slice){0};
}

static void show_source(struct doc fact)
{
    static const char *const members[][2] = {{"line", "line"}, {"scope", "count"}};
    show_words("    from: ");
    show_value(doc_text(doc_get(fact, "source")));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        uint64_t number = doc_number(doc_get(fact, members[i][0]));
        if (number > 0) show_words(", %s %llu", members[i][1], (unsigned long long)number);
    }
    if (doc_true(doc_get(fact, "partly"))) show_words("; more may come");
    show_words("\n");
}

static void show_fact(struct doc fact, const char *language)
{
    struct doc state = doc_get(fact, "state");
    SCOPED(buf_done) struct buf follows = {0};
    show_value(doc_text(doc_get(fact, "element")));
    show_words(": ");
    if (doc_is(state, "known")) {
        show_value(text_in(doc_get(fact, "text"), language));
        show_words("\n");
        show_source(fact);
        return;
    }
    show_words(doc_is(state, "not_here") ? "not provable here" : "not known yet");
    time_words_put(&follows, doc_get(fact, "follows"));
    if (follows.len > 0) show_words(", follows by %s", buf_c(&follows));
    show_words("; ask: ");
    show_value(doc_text(doc_get(fact, "knows")));
    show_words("\n");
}

static void show_facts(const struct call *call, struct doc answer)
{
    struct docs facts = docs_of(doc_get(answer, "facts"));
    struct doc fact = {{0}};
    const char *language = call_has(call, OPT_LANG) ? call_text(call, OPT_LANG) : "en";
    while (docs_next(&facts, &fact)) show_fact(fact, language);
}

RESULT command_incident_facts(struct call *call)
{
    struct incident_facts_ask ask = {.id = slice_text(call->args[0])};
    struct slice language = {0};
    TRY(law_language(call, &language));
    return ask_and_show(call, VERB_INCIDENT_FACTS, &ask, show_facts);
}
