#include "answer/facts/deadlines.h"
#include "answer/facts/severe.h"
#include "answer/facts/verbs.h"
#include "answer/incident/incident.h"

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
