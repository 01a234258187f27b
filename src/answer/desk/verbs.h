/* The verbs of the desk: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_DESK_VERBS_H
#define AMN_ANSWER_DESK_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(ticket_open);
VERB_FUNCTION(ticket_list);
VERB_FUNCTION(ticket_show);
VERB_FUNCTION(ticket_act);
VERB_FUNCTION(desk_rights);
VERB_FUNCTION(pool_open);
VERB_FUNCTION(pool_list);
VERB_FUNCTION(pool_act);
VERB_FUNCTION(claim_make);
VERB_FUNCTION(claim_list);
VERB_FUNCTION(claim_show);
VERB_FUNCTION(claim_act);
VERB_FUNCTION(counsel_open);
VERB_FUNCTION(counsel_name);
VERB_FUNCTION(counsel_list);
VERB_FUNCTION(counsel_show);
VERB_FUNCTION(counsel_act);
VERB_FUNCTION(counsel_file);
VERB_FUNCTION(mandate_own);
VERB_FUNCTION(promise_add);
VERB_FUNCTION(promise_list);
VERB_FUNCTION(promise_act);

#endif
