/*
 * Whose log it is, and which of its routes show which fields: a service of the endpoint map, or one that is declared now
 * by the options of the command, so that a shop on the day of its leak needs nothing but its customers and its logs.
 *
 *     --route "GET /c/{ref} = name,email"      a route as of amanah service put, once for each
 *     --fields name,email --subject-param ref  every request with ?ref=... showed these:  ANY /{...}?ref={ref} = name,email
 *     --fields name,email --map subject=who    every line whose member names somebody did: ANY {...} = name,email
 *
 * What is declared is a service with its entry, as by hand; one that is there is never changed. Main call: declare_take().
 */
#ifndef AMN_CLI_DECLARE_H
#define AMN_CLI_DECLARE_H

#include "cli/client.h"

struct declared {
    struct slice system;
    struct slice *routes; /* texts, without their fields */
    size_t count;
};

/*
 * @param maps_subject  a mapping says which member is the subject
 * @param out           lives in the arena
 * USAGE: nothing says which requests show which fields. NOT_FOUND: no such service. CONFLICT: the service is there, with
 * other routes or fields.
 */
RESULT declare_take(const struct call *call, struct client *client, struct arena *arena, bool maps_subject,
                    struct declared *out);

#endif
