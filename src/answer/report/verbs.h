/* The verbs on reports to authorities and public words: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_REPORT_VERBS_H
#define AMN_ANSWER_REPORT_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(report_draft);
VERB_FUNCTION(report_show);
VERB_FUNCTION(report_print);
VERB_FUNCTION(report_file);
VERB_FUNCTION(statement_draft);
VERB_FUNCTION(statement_show);
VERB_FUNCTION(statement_publish);

#endif
