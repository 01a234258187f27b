/* The verbs of notices: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_NOTICE_VERBS_H
#define AMN_ANSWER_NOTICE_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(notice_draft);
VERB_FUNCTION(notice_status);
VERB_FUNCTION(notice_act);
VERB_FUNCTION(notice_preview);
VERB_FUNCTION(notice_person);
VERB_FUNCTION(notice_verify);
VERB_FUNCTION(notice_bounce);
VERB_FUNCTION(notice_text);
VERB_FUNCTION(notice_letters);
VERB_FUNCTION(notice_hook);

#endif
