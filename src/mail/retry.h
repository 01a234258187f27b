/*
 * When a mail that could not be sent is tried again: soon at first, then seldom, for three days in all; and for how long
 * a mail host that cannot be reached is left alone. Main calls: mail_retry_us(), mail_pause_us().
 */
#ifndef AMN_MAIL_RETRY_H
#define AMN_MAIL_RETRY_H

#include "base/clock.h"

#define MAIL_AGE_MAX_US (3 * DAY_US) /* then it is given up */

/* How long to wait before the next attempt, after `attempts` of them, from 1. */
int64_t mail_retry_us(unsigned attempts);

/* How long to leave the host alone after it failed `failures` times running, from 1. */
int64_t mail_pause_us(unsigned failures);

#endif
