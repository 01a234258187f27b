#include "answer/facts/deadlines.h"
#include "answer/facts/said.h"
#include "answer/facts/severe.h"
#include "answer/facts/verbs.h"
#include "answer/incident/incident.h"
#include "keep/put.h"

/* Numbers and words about a leak, no value of any person: no look. */
RESULT verb_incident_facts(struct batch *batch, const struct reader *reader,
                           const struct incident_facts_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(facts_of(batch->shop, &reading.fold, batch->now_us, &facts));
    facts_tell(batch->shop, &facts, &out->body);
    return OK;
}

RESULT verb_incident_clocks(struct batch *batch, const struct reader *reader,
                            const struct incident_clocks_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(deadlines_free) struct deadlines *all = NULL;
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(deadlines_of(batch->shop, incident, batch->now_us, &all));
    deadlines_tell(batch->shop, all, &out->body);
    return OK;
}

RESULT verb_incident_severity(struct batch *batch, const struct reader *reader,
                              const struct incident_severity_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    struct severe severe = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(facts_of(batch->shop, &reading.fold, batch->now_us, &facts));
    severe_of(&reading.fold, &facts, &severe);
    severe_tell(batch->shop, &severe, &out->body);
    return OK;
}

/* Each kind of data that leaked: a text that leaves one out says less than is known. */
static void needs_find(const struct facts *facts, struct slice language, struct arena *arena,
                       struct words_facts *out)
{
    struct words_need *needs = arena_take(arena, (facts->field_count + 1) * sizeof *needs);
    struct slice *labels = arena_take(arena, (facts->field_count + 1) * sizeof *labels);
    for (size_t i = 0; i < facts->field_count; i++) {
        if (!facts->fields[i].affected) continue;
        labels[out->need_count] = texts_in(&facts->fields[i].label, language);
        needs[out->need_count] = (struct words_need){"field", &labels[out->need_count], 1};
        out->need_count++;
    }
    out->needs = needs;
}

RESULT verb_words_check(struct batch *batch, const struct reader *reader, const struct words_check_ask *ask,
                        struct answer *out)
{
    struct incident *incident = NULL;
    struct words_facts said = {0};
    struct words_text text = {.language = ask->lang,
                              .kind = WORDS_NOTICE,
                              .subject = ask->subject,
                              .body = ask->text,
                              .possible = ask->possible};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(wording_free) struct wording *wording = NULL;
    if (ask->kind.len > 0 && !words_kind_by(ask->kind, &text.kind))
        return FAIL(INVALID, "kind: notice, statement, report, or other");
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(facts_of(batch->shop, &reading.fold, batch->now_us, &facts));
    TRY(wording_of(batch->shop, &wording));
    said_of(&facts, &reading.fold, ask->lang, &arena, &said);
    if (!ask->part && text.kind != WORDS_OTHER) needs_find(&facts, ask->lang, &arena, &said);
    struct words_findings *findings = arena_take(&arena, sizeof *findings);
    TRY(words_lint(wording, &text, &said, findings));
    cbor_map(&out->body, 2);
    findings_put(findings, &out->body);
    put_bool(&out->body, "more", findings->more);
    return OK;
}
