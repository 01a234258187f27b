/* The verbs that count whose what was exposed: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_SCOPE_VERBS_H
#define AMN_ANSWER_SCOPE_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(incident_scope);
VERB_FUNCTION(incident_exposures);
VERB_FUNCTION(incident_reconcile);

#endif
