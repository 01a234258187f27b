/*
 * A report to an authority in the making: from the facts of an incident and the elements that a duty demands. Every element
 * is there, as a fact or as *not yet known, follows by*; numbers are those of the newest count; whatever is said not to be
 * affected names the count that shows it. Nothing is typed in, nothing is sent.
 *
 * Main call: filing_make(). Example:
 *     TRY(filing_make(batch, &making, &body));      -> a CBOR map, as POST /v1/incidents/{id}/reports answers it
 */
#ifndef AMN_ANSWER_REPORT_FILING_H
#define AMN_ANSWER_REPORT_FILING_H

#include "answer/facts/facts.h"
#include "answer/incident/incident.h"
#include "answer/law/law.h"

enum { FILING_ELEMENTS_MAX = 64, FILING_DUTY_BYTES_MAX = 100 };

/* Which elements a document has, and how firmly each is demanded: "must", "case", "doubted", "practice", "asked". */
struct filing_element {
    struct slice name;
    const char *demand;
};
struct filing {
    struct slice name; /* "kr-pipa/authority", or a name of papers.def */
    const struct law *law;
    const struct law_regime *regime;
    const struct law_duty *duty; /* NULL of papers.def */
    struct slice language;
    struct filing_element elements[FILING_ELEMENTS_MAX];
    size_t count;
};

/*
 * Find what is to be made. `language` empty: the first of the authority's that there is here, else English.
 * NOT_FOUND names what there is; INVALID a duty towards persons, or a language that there is not.
 */
RESULT filing_find(const struct law *law, struct slice name, struct slice language, struct filing *out);

struct filing_making {
    const struct filing *filing;
    const struct incident *incident;
    const struct reading *reading;
    const struct facts *facts;
    const struct line *amends; /* the report that this one changes; NULL: none */
};

/* Append it. `now_us` is when it is as it says. CORRUPT: the report that it changes is malformed. */
RESULT filing_make(struct shop *shop, const struct filing_making *making, int64_t now_us, struct buf *out);

/* Elements of papers.def that no law names: their words. False: it is none of those. Empty: nothing is known. */
bool filing_drawn(struct shop *shop, const struct filing_making *making, struct slice name,
                  struct slice language, struct buf *out);

/* "changes": [{element, label, before, after}]: what differs between the report `before` and the elements `after`. CORRUPT. */
RESULT filing_changes(struct slice before, struct slice after, struct buf *out);

#endif
