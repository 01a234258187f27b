/*
 * Limits: how many different people somebody may look at in a minute, an hour, a day and 30 days. A role says so, or
 * leaves it to the shop's size (limits.def); a budget row says so for one reader, holder, network, role or the shop.
 * Numbers only: watch/budget counts, keep/spend.h puts both together.
 *
 * In rows a limit of 0 is "by the shop's size". Main calls: limits_of_role(), limits_of_scope(). Example:
 *     struct limits limits = limits_of_role(reader->role, customers);  // limits.at[WINDOW_DAY]
 */
#ifndef AMN_KEEP_ACCESS_LIMITS_H
#define AMN_KEEP_ACCESS_LIMITS_H

#include "keep/access/access.h"
#include "watch/budget/budget.h"

enum { BUDGETS_MAX = 200, NETWORK_FOUR = 0xffff /* upper half of an IPv4 network's id */ };

/* A limit of its own for one scope. 0 in a window: as without the row. */
struct budget_row {
    uint32_t id; /* from 1 */
    enum budget_scope scope;
    uint64_t target; /* reader_no(), staff number, network_id(), role number; 0 of the shop */
    struct limits limits;
};

/* Whose a network is: IPv4 by address, IPv6 by its first 64 bits. 0: this machine's local socket. */
uint64_t network_id(const uint8_t network[NETWORK_BYTES]);

/*
 * Minute, hour and 30 days that go with so many a day: half of it in an hour, a fifth in a minute (all of it while it
 * is small), ten times it in 30 days.
 */
struct limits limits_of_day(uint64_t day);

/* Those of one reader of a role, in a shop of so many customers: what the role says, and the rest by size. */
struct limits limits_of_role(const struct role *role, uint64_t customers);

/* Those of the local operator. */
struct limits limits_of_operator(void);

/* Those of a scope above a reader whose own are `reader`. Networks have no month. */
struct limits limits_of_scope(enum budget_scope scope, const struct limits *reader, uint64_t customers);

/* With the numbers of a budget row in place, if the shop has put one for that scope. Cost: a pass over the rows. */
struct limits limits_put(const struct access *access, enum budget_scope scope, uint64_t target,
                         struct limits limits);

/* No window of `inner` is wider. */
bool limits_within(const struct limits *inner, const struct limits *outer);

#endif
