/*
 * What lines come to, until it is sent: lines that say the same of the same reader, subject, route and hour are one row.
 * Bounded; nothing is allocated for a line. Main calls: pile_add(), pile_write().
 */
#ifndef AMN_CLI_PILE_H
#define AMN_CLI_PILE_H

#include "base/asks.h"
#include "base/weblog/seen.h"

enum { PILE_SUBJECTS_MAX = 128 }; /* of one line; what is beyond counts as rows of nobody */

struct pile;

/* `routes`: texts of the service's routes, as routes_match() numbers them; borrowed. */
void pile_new(const struct slice *routes, size_t count, struct pile **out);
void pile_free(struct pile **pile); /* wipes what it holds */

/* Must it be sent before another line is added? */
bool pile_full(const struct pile *pile);
size_t pile_count(const struct pile *pile); /* rows */

/* One line, and the route that it is about. */
void pile_add(struct pile *pile, const struct weblog_line *line, const struct route_match *match);

/* The rows and the routes that they number; both are borrowed until pile_clear(). */
void pile_write(struct pile *pile, struct slice *rows, struct texts *routes);
void pile_clear(struct pile *pile);

#endif
