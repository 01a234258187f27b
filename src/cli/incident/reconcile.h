/* A claim of how many, beside the count, in a sentence each. Example: reconcile_claim_put(language, claim, &text, &relation); */
#ifndef AMN_CLI_INCIDENT_RECONCILE_H
#define AMN_CLI_INCIDENT_RECONCILE_H

#include "base/doc.h"

/* `claim` as GET /v1/incidents/{id}/reconcile lists it; how it stands to the count goes to `relation`. */
void reconcile_claim_put(struct slice language, struct doc claim, struct buf *out, struct buf *relation);

#endif
