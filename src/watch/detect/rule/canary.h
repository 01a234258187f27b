/*
 * Canary: a made-up customer was asked for. Score: how many; one is enough.
 *
 * With k canaries among n customers, a thief who copies the share f of them unseen has luck of (1 - f)^k: 50 canaries
 * see 5 % of a table with 92 %. Nothing to learn, nothing to keep.
 * Source: Spitzner, "Honeytokens: the other honeypot" (2003); the formula is the binomial's.
 * Parameter: canary.trip.
 */
#ifndef AMN_WATCH_DETECT_RULE_CANARY_H
#define AMN_WATCH_DETECT_RULE_CANARY_H

#include "watch/detect/detect.h"

double canary_look(const struct look *look);

#endif
