/* The verbs of the portal: as keep/verbs.h says of all. Whoever asks has no credential. */
#ifndef AMN_ANSWER_PORTAL_VERBS_H
#define AMN_ANSWER_PORTAL_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(portal_show);
VERB_FUNCTION(portal_verify);
VERB_FUNCTION(portal_status);
VERB_FUNCTION(portal_code);
VERB_FUNCTION(portal_enter);
VERB_FUNCTION(portal_leave);
VERB_FUNCTION(portal_mine);
VERB_FUNCTION(portal_data);
VERB_FUNCTION(portal_payee);
VERB_FUNCTION(portal_seen);
VERB_FUNCTION(portal_wallet);
VERB_FUNCTION(portal_write);

#endif
