/*
 * A store that fails, drops or "crashes" at a chosen call: a wrapper around another store's functions, told what to do
 * by a plan that its owner keeps. A crash is told to the plan's owner, who saves what is on disk at that moment; from
 * then on every call fails, as nothing that the old process does may count. Example:
 *     struct fault_plan plan = {.fail_at = 3, .fail_count = 1, .cause = CAUSE_UNAVAILABLE};
 */
#ifndef AMN_TESTS_FAULT_STORE_H
#define AMN_TESTS_FAULT_STORE_H

#include "store/alert.h"
#include "store/authority.h"
#include "store/exposure.h"
#include "store/hold.h"
#include "store/incident.h"
#include "store/ledger.h"
#include "store/mail.h"
#include "store/matter.h"
#include "store/observed.h"
#include "store/right.h"
#include "store/rotation.h"
#include "store/run.h"
#include "store/voucher.h"

#include <stdbool.h>

/* FAULT_CALL(group, name, writes): one row a function of the store. */
enum fault_call {
    CALL_NONE,
#define FAULT_CALL(group, name, writes) CALL_##group##_##name,
#include "fault_calls.def"
#undef FAULT_CALL
    CALL_COUNT
};

enum fault_crash {
    CRASH_NONE,
    CRASH_BEFORE,
    CRASH_AFTER,
    CRASH_TORN /* after, with the end of the log cut off */
};

struct fault_plan {
    uint64_t calls; /* made so far */

    uint64_t fail_at, fail_count; /* calls fail_at … fail_at + fail_count - 1 fail; fail_at 0: none */
    enum cause cause;             /* of writes; reads fail with UNAVAILABLE */
    uint64_t failed;              /* how many did */
    enum fault_call failed_first; /* the first of them */

    uint64_t crash_at; /* the call at which to crash; 0: none */
    enum fault_crash crash;
    void (*commit)(void *context); /* told before each commit that is made; NULL: nobody asks */
    void (*save)(void *context, enum fault_crash crash);
    void *context;
    bool dead; /* it crashed */

    enum fault_call drop; /* the deliberate bug: calls of this kind are sometimes answered and not made */
    uint64_t drop_every;
    uint64_t drop_seen;
};

/* Wrap `inner`, which is taken over and closed with the wrapper. The plan must outlive it. */
RESULT fault_store_new(struct store *inner, struct fault_plan *plan, struct store **out);

const char *fault_call_name(enum fault_call call);

#endif
