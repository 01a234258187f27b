/*
 * Where sinks may lead: which URLs and file names are fine, and how long a sink that failed is left alone.
 * Main calls: target_web(), target_line(), target_file(), send_wait_us().
 */
#ifndef AMN_SEND_TARGET_H
#define AMN_SEND_TARGET_H

#include "base/bytes.h"
#include "base/clock.h"

enum { TARGET_BYTES_MAX = 500 };

/*
 * Is it https://host[:port][/path][?query], or the same with http:// to this machine alone? No user, no fragment, no
 * blanks: printable ASCII.
 */
bool target_web(struct slice url);

/* Is it tcp://host:port or tls://host:port, and nothing more? `tls` may be NULL. */
bool target_line(struct slice url, bool *tls);

/*
 * Is it the name of a file for the home's own folder: letters, digits, `.`, `_` and `-`, not beginning with a dot? Or an
 * absolute path without `.` and `..` as parts: `absolute` is set.
 */
bool target_file(struct slice path, bool *absolute);

#define SEND_AGE_MAX_US (3 * DAY_US) /* then an alert is no longer told one by one */

/* How long to wait after `failures` in a row, from 1: a second at first, an hour at most. */
int64_t send_wait_us(unsigned failures);

#endif
