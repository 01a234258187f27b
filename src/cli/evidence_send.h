/*
 * A file on its way into the sealed evidence of an incident, part by part. Main call: evidence_send(). Example:
 *     TRY(evidence_send(call, client, fd, &ask, &answer));
 */
#ifndef AMN_CLI_EVIDENCE_SEND_H
#define AMN_CLI_EVIDENCE_SEND_H

#include "cli/client.h"

/* All of `fd`. The last answer stays in `out`, which says its line, size and hash; `ask` names incident, name and source. */
RESULT evidence_send(struct call *call, struct client *client, int fd, struct evidence_add_ask *ask,
                     struct answer *out);

#endif
