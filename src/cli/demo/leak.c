/* The day after: the reader who saw too many is shut out, and the shop says whose what, to whom, by when. */
#include "cli/demo/demo.h"

#include "cli/show.h"

#include <string.h>

enum { QUOTED_DUTIES_MAX = 4 };

/* Is somebody with this key still let in? */
static RESULT let_in(struct demo *demo, bool *out)
{
    const struct self_ask self = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    TRY(demo_ask(demo, DEMO_SUPPORT, VERB_SELF, &self, &answer));
    *out = answer.cause == CAUSE_OK;
    return OK;
}

static RESULT open_incident(struct demo *demo)
{
    SCOPED(buf_done) struct buf doc = {0}, who = {0};
    const char *const open[] = {"incident",     "open",   "Somebody in support went through the customers",
                                "kind=insider", "--json", NULL};
    TRY(demo_run(demo, open, DEMO_READERS, 0, &doc));
    buf_slice_put(&demo->incident, doc_text(doc_get(doc_of(buf_slice(&doc)), "id")));
    TRY(demo_expect(demo, demo->incident.len > 0, "an incident is opened"));
    buf_print(&who, "who=%s", buf_c(&demo->support_id));
    const char *const suspect[] = {"incident", "add", buf_c(&demo->incident), "suspects", buf_c(&who),
                                   "--json",   NULL};
    return demo_run(demo, suspect, DEMO_READERS, 0, NULL);
}

/* One act; the key that support works on with is the one that took the suspect's place. */
static RESULT contain(struct demo *demo)
{
    SCOPED(buf_done) struct buf doc = {0};
    bool in = false;
    const char *const words[] = {"incident", "contain", buf_c(&demo->incident), "--yes", "--json", NULL};
    TRY(let_in(demo, &in));
    TRY(demo_expect(demo, in, "the suspect's key is good before"));
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    TRY(let_in(demo, &in));
    TRY(demo_expect(demo, !in, "the suspect's key is refused after"));
    struct docs rotated = docs_of(doc_get(doc_of(buf_slice(&doc)), "rotated"));
    struct doc made = {0};
    while (docs_next(&rotated, &made)) {
        if (doc_is(doc_get(made, "role"), demo_reader_name(DEMO_SUPPORT)))
            return demo_take_key(demo, DEMO_SUPPORT, doc_text(doc_get(made, "key")));
    }
    return demo_expect(demo, false, "support gets another key");
}

RESULT demo_step_contain(struct demo *demo)
{
    page_step(&demo->page, "The day after: shut the door first");
    TRY(open_incident(demo));
    TRY(contain(demo));
    page_say(&demo->page, PAGE_DONE,
             "amanah incident open, incident add ID suspects, incident contain ID; and with the support key "
             "a call before and after.");
    page_say(&demo->page, PAGE_CAME,
             "Before: let in. After: refused, and every session and pass of that key with it. Support works "
             "on with another key, made in the same act. Suspects see nothing of the incident.");
    page_say(&demo->page, PAGE_WHY,
             "The key of the Coupang leak belonged to somebody who had left, and went on working. Each step "
             "here is tried from outside before it counts as done, and is an entry.");
    return OK;
}

static struct doc scope_field(struct doc scope, const char *name)
{
    struct docs fields = docs_of(doc_get(scope, "fields"));
    struct doc field = {0};
    while (docs_next(&fields, &field)) {
        if (doc_is(doc_get(field, "field"), name)) return field;
    }
    return (struct doc){0};
}

static uint64_t people(struct doc row, const char *verdict, const char *how)
{
    return doc_number(doc_get(doc_get(row, verdict), how));
}

static RESULT expect_scope(struct demo *demo, struct doc scope)
{
    struct doc any = doc_get(scope, "any");
    TRY(demo_expect(demo,
                    people(any, "known", "count") == demo->seen && people(any, "possible", "count") == 0,
                    "exactly the people of the walk are known, and nobody is possible"));
    TRY(demo_expect(demo, people(any, "excluded", "count") == DEMO_SUBJECTS - demo->seen,
                    "everybody else is excluded"));
    TRY(demo_expect(demo, people(scope_field(scope, "email"), "known", "full") == 0,
                    "nobody's e-mail was seen in full"));
    return demo_expect(demo, people(scope_field(scope, "door_code"), "known", "count") == 0,
                       "nobody's door code was seen");
}

RESULT demo_step_scope(struct demo *demo)
{
    SCOPED(buf_done) struct buf doc = {0}, keys = {0}, excluded = {0};
    buf_print(&keys, "keys=%s", buf_c(&demo->support_id));
    const char *const words[] = {"incident", "scope", buf_c(&demo->incident), buf_c(&keys), "--json", NULL};
    page_step(&demo->page, "Exactly whose what leaked");
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    TRY(expect_scope(demo, doc_of(buf_slice(&doc))));
    count_put(&excluded, DEMO_SUBJECTS - demo->seen);
    page_say(&demo->page, PAGE_DONE, "amanah incident scope ID keys=KEY, the suspect's key.");
    page_say(&demo->page, PAGE_CAME,
             "Known: %zu people, name, e-mail and telephone, masked. In full: nobody. Door codes, birth "
             "dates, orders: nobody. Possible: 0. Excluded: %s, each with a reason. The person who was "
             "erased is counted, by number alone.",
             demo->seen, buf_c(&excluded));
    page_say(
        &demo->page, PAGE_WHY,
        "4,536 was the first number told in Korea; 33.7 million the last. A number that comes from "
        "entries is the same on the first day and on the last, and each \"not affected\" has its proof.");
    return OK;
}

/* "2026-11-25 19:18 UTC  Indonesia, Personal Data Protection Law: to the authority". */
static void quote_duty(struct demo *demo, struct doc clock, struct doc candidate)
{
    SCOPED(buf_done) struct buf line = {0};
    time_words_put(&line, doc_get(candidate, "due"));
    buf_text(&line, "  ");
    item_words_put(&line, doc_get(clock, "regime"));
    buf_text(&line,
             doc_is(doc_get(clock, "to"), "authority") ? ": tell the authority" : ": tell the persons");
    page_quote(&demo->page, buf_c(&line));
}

static RESULT quote_duties(struct demo *demo)
{
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"law", "clocks", "--incident", buf_c(&demo->incident), "--json", NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct docs clocks = docs_of(doc_get(doc_of(buf_slice(&doc)), "clocks"));
    struct doc clock = {0}, first = {0};
    size_t running = 0;
    while (docs_next(&clocks, &clock)) {
        struct docs candidates = docs_of(doc_get(clock, "candidates"));
        bool due = docs_next(&candidates, &first) && doc_there(doc_get(first, "due"));
        if (!due || !doc_true(doc_get(clock, "running"))) continue;
        if (running++ < QUOTED_DUTIES_MAX) quote_duty(demo, clock, first);
    }
    return demo_expect(demo, running > 0, "clocks run");
}

/* How many of a report's elements are known by themselves, before anybody typed. */
static RESULT count_report(struct demo *demo, size_t *known, size_t *all)
{
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"report", "draft", buf_c(&demo->incident), "kr-pipa/authority",
                                 "--json", NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct docs elements = docs_of(doc_get(doc_get(doc_of(buf_slice(&doc)), "report"), "elements"));
    struct doc element = {0};
    for (*all = 0, *known = 0; docs_next(&elements, &element); ++*all)
        *known += doc_is(doc_get(element, "state"), "known");
    return demo_expect(demo, *known > 0 && *known < *all, "a report says what is known, and what is not yet");
}

static RESULT count_notice(struct demo *demo, uint64_t *languages)
{
    static const char *const tags[] = {"id", "ko", "en"};
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"notice", "draft", buf_c(&demo->incident), "--json", NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct doc by = doc_get(doc_of(buf_slice(&doc)), "languages");
    uint64_t all = 0;
    for (size_t i = 0; i < COUNT_OF(tags); i++) all += languages[i] = doc_number(doc_get(by, tags[i]));
    return demo_expect(demo, all == demo->seen - 1, "each of them who is not erased gets a notice");
}

RESULT demo_step_tell(struct demo *demo)
{
    size_t known = 0, all = 0;
    uint64_t languages[3] = {0};
    page_step(&demo->page, "Whom to tell, by when, in which words");
    page_say(&demo->page, PAGE_DONE,
             "amanah law clocks --incident ID; report draft ID kr-pipa/authority; notice draft ID.");
    page_say(&demo->page, PAGE_CAME, "Clocks run from the minute the incident was opened. The next ones:");
    TRY(quote_duties(demo));
    TRY(count_report(demo, &known, &all));
    TRY(count_notice(demo, languages));
    page_say(
        &demo->page, PAGE_CAME,
        "The report to Korea's authority, in Korean: %zu of %zu parts are filled from the ledger; the "
        "rest says \"not yet known\" until somebody knows. The notice: %llu people in Indonesian, %llu in "
        "Korean, %llu in English, each with their own fields. It goes out when two people agree.",
        known, all, (unsigned long long)languages[0], (unsigned long long)languages[1],
        (unsigned long long)languages[2]);
    page_say(&demo->page, PAGE_WHY,
             "Most of these laws give 72 hours. A clock that nobody acknowledges is told to the next person. "
             "This is "
             "data with its sources, and no legal advice.");
    return OK;
}
