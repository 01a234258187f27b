#include "cli/law/incident.h"

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/law/command.h"
#include "cli/show.h"

#include <string.h>

static const char *text_keep(struct arena *arena, struct slice text)
{
    if (text.len == 0) return NULL;
    char *copy = arena_take(arena, text.len + 1);
    memcpy(copy, text.at, text.len);
    return copy;
}

static int64_t time_of(struct doc doc)
{
    int64_t us = 0;
    return time_get(doc_text(doc), &us).code == CODE_OK ? us : 0;
}

static void people_read(struct doc from, struct case_read *out)
{
    struct docs items = docs_of(doc_get(from, "people"));
    struct law_people *people = arena_take(&out->arena, (items.left + 1) * sizeof *people);
    struct doc item = {{0}};
    size_t count = 0;
    while (docs_next(&items, &item)) {
        people[count].country = text_keep(&out->arena, doc_text(doc_get(item, "country")));
        people[count].count = doc_number(doc_get(item, "count"));
        if (people[count].country) count++;
    }
    out->facts.people = people;
    out->facts.people_count = count;
}

static uint64_t bits_read(struct doc list, int (*by)(struct slice))
{
    struct docs items = docs_of(list);
    struct doc item = {{0}};
    uint64_t bits = 0;
    while (docs_next(&items, &item)) {
        int number = by(doc_text(item));
        if (number >= 0) bits |= LAW_BIT(number);
    }
    return bits;
}

static void instants_read(struct doc from, struct case_read *out)
{
    struct docs items = docs_of(doc_get(from, "instants"));
    struct law_instant *at = arena_take(&out->arena, (items.left + 1) * sizeof *at);
    struct doc item = {{0}};
    size_t count = 0;
    while (docs_next(&items, &item)) {
        for (unsigned kind = 0; kind < LAW_FROM_COUNT; kind++) {
            if (kind == LAW_FROM_REPORT || !doc_is(doc_get(item, "kind"), law_from_name(kind))) continue;
            at[count++] = (struct law_instant){(enum law_from)kind, time_of(doc_get(item, "at")),
                                               text_keep(&out->arena, doc_text(doc_get(item, "who"))),
                                               text_keep(&out->arena, doc_text(doc_get(item, "why")))};
        }
    }
    out->facts.instants = at;
    out->facts.instant_count = count;
}

static void done_read(struct doc from, struct case_read *out)
{
    struct docs items = docs_of(doc_get(from, "done")), picked = docs_of(doc_get(from, "choices"));
    struct law_done *done = arena_take(&out->arena, (items.left + 1) * sizeof *done);
    struct law_choice *choices = arena_take(&out->arena, (picked.left + 1) * sizeof *choices);
    struct doc item = {{0}};
    size_t count = 0;
    while (docs_next(&items, &item)) {
        done[count++] = (struct law_done){text_keep(&out->arena, doc_text(doc_get(item, "regime"))),
                                          text_keep(&out->arena, doc_text(doc_get(item, "duty"))),
                                          time_of(doc_get(item, "from")), time_of(doc_get(item, "to"))};
    }
    out->facts.done = done;
    out->facts.done_count = count;
    count = 0;
    while (docs_next(&picked, &item)) {
        choices[count++] = (struct law_choice){text_keep(&out->arena, doc_text(doc_get(item, "regime"))),
                                               text_keep(&out->arena, doc_text(doc_get(item, "name"))),
                                               text_keep(&out->arena, doc_text(doc_get(item, "value")))};
    }
    out->facts.choices = choices;
    out->facts.choice_count = count;
}

RESULT incident_case_read(struct call *call, struct answer *answer, struct case_read *out)
{
    static const enum option others[] = {OPT_AWARE, OPT_INSTANT, OPT_COUNTRY, OPT_SEAT,
                                         OPT_FACT,  OPT_DONE,    OPT_SWITCH,  OPT_AT};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (call_has(call, others[i]))
            return FAIL(USAGE, "--%s: comes from the incident; say it there", option_row(others[i])->name);
    }
    struct incident_clocks_ask ask = {.id = call_slice(call, OPT_INCIDENT)};
    SCOPED(client_free) struct client *client = NULL;
    if (ask.id.len == 0) ask.id = slice_text(call->args[0]);
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_INCIDENT_CLOCKS, &ask, answer));
    if (answer->shown) return OK;
    struct doc whole = answer_doc(answer), from = doc_get(whole, "case"), risk = doc_get(from, "risk");
    people_read(from, out);
    out->facts.seat = text_keep(&out->arena, doc_text(doc_get(from, "seat")));
    out->facts.yes = bits_read(doc_get(from, "yes"), law_fact_by);
    out->facts.no = bits_read(doc_get(from, "no"), law_fact_by);
    out->facts.kinds = bits_read(doc_get(from, "kinds"), law_kind_by);
    out->facts.kinds_known = doc_true(doc_get(from, "kinds_known"));
    out->facts.risk_known = doc_there(risk) && law_risk_by(doc_text(risk)) >= 0;
    if (out->facts.risk_known) out->facts.risk = (enum law_risk)law_risk_by(doc_text(risk));
    instants_read(from, out);
    done_read(from, out);
    out->facts.now_us = time_of(doc_get(whole, "at"));
    return OK;
}

/* The row of a clock among those of the answer; empty: the vault does not count it. */
static struct doc row_of(struct doc answer, const struct law_clock *clock)
{
    struct docs items = docs_of(doc_get(answer, "clocks"));
    struct doc item = {{0}}, candidate = {{0}};
    while (docs_next(&items, &item)) {
        struct docs candidates = docs_of(doc_get(item, "candidates"));
        if (!doc_is(doc_get(item, "regime"), clock->applied.regime->id) ||
            !doc_is(doc_get(item, "duty"), clock->duty->id))
            continue;
        bool first = docs_next(&candidates, &candidate);
        if (!first || clock->count == 0 || clock->duty->from != LAW_FROM_FACT) return item;
        if (time_of(doc_get(candidate, "from")) == clock->at[0].from_us) return item;
    }
    return (struct doc){{0}};
}

void incident_clocks_keep(struct doc answer, struct law_clocks *clocks)
{
    size_t kept = 0;
    for (size_t i = 0; i < clocks->count; i++) {
        if (doc_there(row_of(answer, &clocks->at[i]))) clocks->at[kept++] = clocks->at[i];
    }
    clocks->count = kept;
}

static void held_line(struct sheet *sheet, struct doc item)
{
    SCOPED(buf_done) struct buf text = {0}, held = {0}, required = {0}, time = {0};
    struct doc taken = doc_get(item, "acknowledged"), proof = doc_get(item, "proof");
    buf_decimal(&held, doc_number(doc_get(item, "held")));
    buf_decimal(&required, doc_number(doc_get(item, "required")));
    const struct mail_value values[] = {{"held", buf_slice(&held)}, {"required", buf_slice(&required)}};
    words_put(sheet->language, "deadline.held", values, COUNT_OF(values), &text);
    buf_text(&text, "; ");
    time_words_put(&time, doc_get(taken, "at"));
    const struct mail_value takers[] = {{"who", doc_text(doc_get(taken, "who"))}, {"time", buf_slice(&time)}};
    words_put(sheet->language, doc_there(doc_get(taken, "who")) ? "deadline.taken" : "deadline.untaken",
              takers, COUNT_OF(takers), &text);
    if (doc_there(doc_get(proof, "line"))) {
        SCOPED(buf_done) struct buf number = {0}, entry = {0};
        buf_decimal(&number, doc_number(doc_get(proof, "line")));
        buf_decimal(&entry, doc_number(doc_get(proof, "entry")));
        const struct mail_value proofs[] = {{"line", buf_slice(&number)},
                                            {"entry", buf_slice(&entry)},
                                            {"receipt", doc_text(doc_get(proof, "receipt"))}};
        buf_text(&text, "; ");
        words_put(sheet->language, "deadline.proof", proofs, COUNT_OF(proofs), &text);
    }
    SCOPED(buf_done) struct buf name = {0};
    buf_slice_put(&name, doc_text(doc_get(item, "regime")));
    buf_byte(&name, '/');
    buf_slice_put(&name, doc_text(doc_get(item, "duty")));
    sheet_line(sheet, 1, buf_c(&name), buf_slice(&text));
}

void incident_clocks_sheet(struct sheet *sheet, struct doc answer)
{
    struct docs items = docs_of(doc_get(answer, "clocks"));
    struct doc item = {{0}};
    if (items.left > 0) sheet_head(sheet, "deadline.head");
    while (docs_next(&items, &item)) held_line(sheet, item);
    if (!doc_there(doc_get(answer, "law_problem"))) return;
    sheet_head(sheet, "deadline.problem");
    sheet_line(sheet, 1, NULL, doc_text(doc_get(answer, "law_problem")));
}

static void missing_line(struct sheet *sheet, const struct law *law, struct doc missing)
{
    SCOPED(buf_done) struct buf text = {0}, name = {0}, follows = {0};
    buf_slice_put(&name, doc_text(doc_get(missing, "element")));
    const struct law_element *element = law_element(law, buf_c(&name));
    if (element) buf_text(&text, form_text(&element->labels, sheet->language));
    buf_text(&text, ": ");
    word_put(sheet, &text,
             doc_is(doc_get(missing, "state"), "not_here") ? "deadline.not_here" : "deadline.not_yet");
    time_words_put(&follows, doc_get(missing, "follows"));
    buf_text(&text, "; ");
    if (follows.len > 0) {
        words_put(sheet->language, "deadline.follows", &(struct mail_value){"time", buf_slice(&follows)}, 1,
                  &text);
        buf_text(&text, "; ");
    }
    words_put(sheet->language, "deadline.ask",
              &(struct mail_value){"role", doc_text(doc_get(missing, "knows"))}, 1, &text);
    sheet_line(sheet, 2, buf_c(&name), buf_slice(&text));
}

RESULT command_incident_readiness(struct call *call)
{
    SCOPED(sheet_done) struct sheet sheet = {0};
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(case_done) struct case_read read = {0};
    SCOPED(answer_done) struct answer answer = {0};
    TRY(law_language(call, &sheet.language));
    TRY(law_open_anyway(call, &law));
    TRY(incident_case_read(call, &answer, &read));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    struct docs items = docs_of(doc_get(answer_doc(&answer), "clocks"));
    struct doc item = {{0}}, missing = {{0}};
    sheet_head(&sheet, "deadline.ready");
    while (docs_next(&items, &item)) {
        struct docs list = docs_of(doc_get(item, "missing"));
        if (doc_number(doc_get(item, "required")) == 0) continue;
        held_line(&sheet, item);
        while (docs_next(&list, &missing)) missing_line(&sheet, law, missing);
    }
    sheet_show(&sheet);
    return OK;
}
