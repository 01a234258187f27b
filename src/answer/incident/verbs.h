/* The verbs on incidents: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_INCIDENT_VERBS_H
#define AMN_ANSWER_INCIDENT_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(incident_open);
VERB_FUNCTION(incident_list);
VERB_FUNCTION(incident_show);
VERB_FUNCTION(incident_add);
VERB_FUNCTION(incident_contain);
VERB_FUNCTION(incident_close);
VERB_FUNCTION(incident_hold);
VERB_FUNCTION(incident_check);
VERB_FUNCTION(evidence_add);
VERB_FUNCTION(evidence_read);
VERB_FUNCTION(evidence_release);
VERB_FUNCTION(evidence_orphans);

#endif
