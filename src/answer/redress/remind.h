/*
 * Reminders before a campaign ends: whoever has something left is told once for each lead that it was announced with, by
 * mail and in their language: how much, until when, how it is used, where to ask. No more than that, no link, no code.
 *
 * Goes by itself, a slice of people a minute, each in one commit with its mails, its entry and how far it came: a kill
 * repeats nothing and leaves nobody out. Must never write to who was erased, asked not to be written to, or has nothing
 * left that they could use. Main call: reminders_due(), with the keeper's upkeep.
 */
#ifndef AMN_ANSWER_REDRESS_REMIND_H
#define AMN_ANSWER_REDRESS_REMIND_H

#include "answer/redress/campaign.h"

enum {
    REMIND_SLICE = 4096,    /* people looked at in one commit: about 0.1 s in which nobody else is served */
    REMIND_QUEUE_MAX = 8192 /* mails that wait to be sent: above it the next slice waits, too */
};

/* Leads as they are asked for, days before the end, each once; kept with the longest first. INVALID, TOO_MANY. */
RESULT remind_leads_get(const struct texts *texts, struct campaign_spec *out);

/*
 * When a lead begins: nine in the morning of the campaign's zone, so many days before its last day. Of several that are
 * due the last alone goes; one that came before the announcement goes to nobody.
 */
RESULT remind_begins_us(struct shop *shop, const struct campaign_spec *spec, size_t lead, int64_t *out);

/* How far each lead is: days, begins, state (waiting, going, done, passed), told. A member `remind` of a map. */
RESULT reminders_told(struct shop *shop, const struct campaign *campaign, int64_t now_us, struct buf *out);

/* The next slice of what is due, in the open batch. */
RESULT reminders_due(struct batch *batch, bool *noted);

#endif
