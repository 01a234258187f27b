/*
 * What is told of a campaign: whole, of its terms, and the approval that it waits for.
 *
 * Main call: campaign_told(). Example: `campaign_told(batch->shop, &redress->at[id - 1], &out->body);`
 */
#ifndef AMN_ANSWER_REDRESS_CAMPAIGN_TOLD_H
#define AMN_ANSWER_REDRESS_CAMPAIGN_TOLD_H

#include "answer/redress/campaign.h"
#include "answer/redress/terms.h"
#include "keep/access/approval.h"

/* As a map; of that shop. */
RESULT campaign_told(struct shop *shop, const struct campaign *campaign, struct buf *out);

/* What the terms of all languages say, as a map; flags of all together, and the most conditions. */
struct terms_found campaign_terms_told(const struct campaign_spec *spec, struct buf *out);

/* The open approval of its next announcement; NULL: it waits for nobody. */
const struct approval *campaign_approval(const struct shop *shop, uint32_t id);

#endif
