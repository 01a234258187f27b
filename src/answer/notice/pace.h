/*
 * How fast the mails to each domain may go: as fast as the host takes them, until it says "later" for one; then that
 * domain alone waits, and comes back with fewer on the way at a time. Numbers and hashes only. Example:
 *     if (!pace_may(&pace, domain, now_us, &wait_until_us)) put it off;  else pace_went(&pace, domain);
 *     pace_word(&pace, domain, PACE_TOOK, now_us);
 */
#ifndef AMN_ANSWER_NOTICE_PACE_H
#define AMN_ANSWER_NOTICE_PACE_H

#include "base/bytes.h"

enum { PACE_DOMAINS_MAX = 512, PACE_OPEN = 1024 /* on the way at a time before the first "later" */ };
#define PACE_HOLD_US ((int64_t)30 * 1000 * 1000) /* after the first one; doubled each time, to an hour */
#define PACE_HOLD_MAX_US ((int64_t)3600 * 1000 * 1000)

enum pace_end { PACE_TOOK, PACE_LATER, PACE_OTHER };

struct pace_row {
    uint64_t domain;                     /* pace_domain(); 0: free */
    int64_t hold_us;                     /* nothing goes before */
    uint32_t most, on_way, took, failed; /* failed: times running that it said later */
};

struct pace {
    struct pace_row rows[PACE_DOMAINS_MAX];
};

uint64_t pace_domain(struct slice domain); /* never 0 */

/* May one more go now? Else not before *out_us. */
bool pace_may(struct pace *pace, uint64_t domain, int64_t now_us, int64_t *out_us);
void pace_went(struct pace *pace, uint64_t domain);
void pace_word(struct pace *pace, uint64_t domain, enum pace_end end, int64_t now_us);

#endif
