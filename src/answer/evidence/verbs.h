/* The verbs on what was found outside: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_EVIDENCE_VERBS_H
#define AMN_ANSWER_EVIDENCE_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(evidence_match);

#endif
