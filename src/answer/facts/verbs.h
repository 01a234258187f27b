/* The verbs that tell an incident's facts, and the shop as laws see it: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_FACTS_VERBS_H
#define AMN_ANSWER_FACTS_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(incident_facts);
VERB_FUNCTION(words_check);
VERB_FUNCTION(incident_clocks);
VERB_FUNCTION(incident_severity);
VERB_FUNCTION(incident_cost);
VERB_FUNCTION(profile_put);
VERB_FUNCTION(profile_show);
VERB_FUNCTION(contact_put);
VERB_FUNCTION(contact_list);

#endif
