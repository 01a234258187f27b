/*
 * The facts of an incident that texts may use: reports, notices and statements say these and nothing else. One for each
 * element of law/elements.yaml, with its value in English, Indonesian and Korean, where it comes from, and whether it is
 * known, not known yet, or not provable here; and beside them the numbers of the newest count by field and group.
 *
 * Numbers come from the scope and the timeline alone, nobody types one. What people said stands as they said it. Must
 * never be shown to who may not know of the incident: incident_find() comes first. Main call: facts_of(). Example:
 *     SCOPED(facts_done) struct facts facts = {0};
 *     TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
 *     const struct fact *how = fact_by(&facts, "how");  text = fact_text(how, SLICE_TEXT("ko"));
 */
#ifndef AMN_ANSWER_FACTS_FACTS_H
#define AMN_ANSWER_FACTS_FACTS_H

#include "answer/incident/fold.h"
#include "answer/incident/law_lines.h"
#include "answer/scope/told_read.h"

enum fact_state {
    FACT_KNOWN,
    FACT_NOT_YET, /* not known yet; follows by `follows_us` where somebody said until when */
    FACT_NOT_HERE /* cannot be proved here: outside the vault, or nobody can say any more */
};

/* The same in three languages; `any` in whatever language people wrote it. Some may be empty. */
struct fact_texts {
    struct slice en, id, ko, any;
};

struct fact {
    const char *element; /* of law/elements.yaml */
    enum element_says says;
    enum fact_state state;
    struct fact_texts text; /* of KNOWN; of NOT_HERE perhaps why */
    bool numeric; /* `number`: n_persons, n_records. Those known; `possible` stands beside, never in it */
    uint64_t number, possible;
    int64_t from_us, to_us; /* of when, aware: the earliest and latest candidate; 0: none */
    int64_t follows_us;     /* of NOT_YET: until when; 0: nobody said */
    uint64_t line;          /* of the timeline, that says it; 0: none */
    uint32_t scope;         /* version of the count that it is worked out from; 0: none */
    const char *source;     /* "line", "scope", "timeline", "profile": how it came about */
    const char *knows;      /* a role of playbooks: who is asked for it */
    bool partly;            /* known, but more may come: only possible people, an open cause */
};

/* What one leaked field means: its label, what may follow, and what a person can do. */
struct fact_field {
    struct slice name, class_name;
    struct fact_texts label, impact, help;
    struct told_three three; /* accounts and persons */
    bool affected;           /* known or possible of somebody */
};

/* One instant of the timeline: every candidate that was not withdrawn, the earliest first. */
struct fact_instant {
    struct slice name;
    int64_t at_us;
    uint64_t line, who; /* reader_no() */
    struct slice source;
    bool chosen, ours; /* ours: worked out from the count (the earliest trace) */
};

struct facts {
    struct arena arena;
    int64_t now_us;
    struct fact *at; /* in the order of elements.def */
    size_t count;
    bool counted; /* there is a count: `scope` holds it */
    struct told_count scope;
    struct fact_field *fields; /* of the count, in its order */
    size_t field_count;
    struct fact_instant *instants;
    size_t instant_count;
    struct slice title, kind; /* of the incident, as people named it */
};
void facts_done(struct facts *facts);

/*
 * Work them out. Texts borrow from `fold` and live as long as it and `out` both do.
 *
 * @return CORRUPT  a stored count is malformed
 * Cost: about 100 us, and 10 ns a line.
 */
RESULT facts_of(struct shop *shop, const struct fold *fold, int64_t now_us, struct facts *out);

const struct fact *fact_by(const struct facts *facts, const char *element); /* NULL: no such element */

/* In a language: its own text, else what people wrote in whatever language, else the English one; empty: none. */
struct slice fact_text(const struct fact *fact, struct slice language);
/* Has it a text in exactly this language? */
bool fact_has(const struct fact *fact, struct slice language);
struct slice texts_in(const struct fact_texts *texts, struct slice language);

/* As an answer: {"facts": [...], "fields": [...], "instants": [...], "statuses", "countries", "languages", …}. */
void facts_tell(struct shop *shop, const struct facts *facts, struct buf *out);

const char *fact_state_name(enum fact_state state); /* "known", "not_yet", "not_here" */

#endif
