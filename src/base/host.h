/*
 * The host and port of a URL, behind its scheme: `mail.example:587`, `[::1]:25`.
 * Main call: host_take(). Example: if (!host_take(&rest, &host, &port) || rest.len > 0) return false;
 */
#ifndef AMN_BASE_HOST_H
#define AMN_BASE_HOST_H

#include "base/bytes.h"

/*
 * Take a host off the front of `rest`, and a port of 1 to 65535 if a colon follows; what is left is the path.
 * @param host  letters, digits, dots and hyphens, at most 253; of an address in brackets what stands between them. Borrowed
 * @return false: there is no such host, or no such port behind the colon
 */
bool host_take(struct slice *rest, struct slice *host, bool *port);

bool host_loopback(struct slice host); /* this machine, by its usual names */

#endif
