/*
 * Lines that answer what the law asks: are their names ones that there are? What is worked out from the scope or the
 * timeline nobody may type. Main call: law_line_may(). Example: TRY(law_line_may(shop, &line));
 */
#ifndef AMN_ANSWER_INCIDENT_LAW_LINES_H
#define AMN_ANSWER_INCIDENT_LAW_LINES_H

#include "answer/incident/line.h"
#include "keep/shop.h"

enum element_says { ELEMENT_COUNTED, ELEMENT_DRAWN, ELEMENT_SAID };
struct element_row {
    const char *name;
    enum element_says says;
    const char *knows; /* a role of playbooks: who is asked for it */
};
const struct element_row *element_rows(size_t *out_count);
const struct element_row *element_row(struct slice name); /* NULL */

/* INVALID names what there is; NOT_FOUND a regime, duty or switch that there is not. OK of every other kind of line. */
RESULT law_line_may(struct shop *shop, const struct line *line);

#endif
