/* The verb on bundles: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_BUNDLE_VERBS_H
#define AMN_ANSWER_BUNDLE_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(incident_export);

#endif
