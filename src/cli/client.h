/*
 * The way to a vault: the daemon of a home over its Unix socket, a keeper in this process where no daemon runs, or a
 * remote vault over HTTPS. All take the same asks and give the same answers: a CBOR map with its receipt inside.
 *
 * A client is one thread's. Must never send a credential to another host than the one of --url. Main calls:
 * client_open(), client_ask(). Example:
 *     SCOPED(client_free) struct client *client = NULL;  TRY(client_open(call, &client));
 *     SCOPED(answer_done) struct answer answer = {0};  TRY(client_ask(client, VERB_SELF, &ask, &answer));
 */
#ifndef AMN_CLI_CLIENT_H
#define AMN_CLI_CLIENT_H

#include "base/doc.h"
#include "cli/call.h"

enum {
    CLIENT_WINDOW = 8,        /* asks on their way at once over the socket */
    CLIENT_ANSWER_S_MAX = 120 /* longest wait for one answer */
};

struct answer {
    struct answer_head head;
    struct buf body; /* with "receipt" as its last member where the answer has one */
    bool shown;      /* --output-curl or --output-role printed it instead; nothing was asked */
};
void answer_done(struct answer *answer);
struct doc answer_doc(const struct answer *answer);

struct client;

/**
 * Open the vault that --url or AMANAH_URL, else --home or AMANAH_HOME, names, as the reader whose key AMANAH_KEY_FILE
 * or AMANAH_KEY holds; by a session, when that file holds a private key; without a key as the local operator of the home. A passphrase is asked for only when the keeper
 * runs in this process and its home is sealed by one. With --output-curl or --output-role nothing is opened.
 *
 * @return USAGE        neither a home nor a URL is named, or both
 *         NOT_FOUND    there is no home
 *         UNAVAILABLE  another process holds the home and its socket does not answer within five seconds
 *         SEALED, STORE_NEWER, TAMPERED, LEDGER_BEHIND … as keeper_open()
 */
RESULT client_open(const struct call *call, struct client **out);
/* The same, but never a keeper in this process: UNAVAILABLE when the home is not served. For what reads strangers' bytes. */
RESULT client_open_served(const struct call *call, struct client **out);
void client_free(struct client **client);

/* The credential it asks with: a key, a session's token, or empty. As long as the client. */
struct slice client_bearer(const struct client *client);

/* Is a process that keeps running behind it, so that asks may overlap? How many may be on their way? 1 otherwise. */
size_t client_window(const struct client *client);

/**
 * Ask and wait for the answer.
 *
 * @param ask  struct of the verb; borrowed for the call
 * @param out  set whenever an answer came, a refusal too: a look that found nothing has a receipt
 * @return the refusal with its cause and words; INVALID for a member above its bound; UNAVAILABLE when the vault went
 *         away or did not answer in CLIENT_ANSWER_S_MAX seconds: whether it did what was asked is then unknown
 */
RESULT client_ask(struct client *client, enum verb verb, const void *ask, struct answer *out);

/* The same in two steps; answers come in the order of the asks. At most client_window() asks without their answers. */
RESULT client_send(struct client *client, enum verb verb, const void *ask);
RESULT client_next(struct client *client, struct answer *out);

/* The refusal that an answer's body tells of, in words: its detail, and what is wrong where. Never OK. */
RESULT client_refusal(enum cause cause, struct doc body);

/* The passphrase of the home at `path`, if its seal needs one: a TPM opens it without, unless one is named. Else empty. */
RESULT home_phrase_get(const char *path, struct buf *out);

/* The home that --home or AMANAH_HOME names, for what is done beside a running daemon. USAGE when there is none. */
RESULT client_home(const struct call *call, const char **out);

/* Which vault the call is about, in one line: what a kept session is bound to. Appended. USAGE when none is named. */
RESULT client_vault(const struct call *call, struct buf *out);

/* The vault far away that it asks; NULL for a home. Borrowed. */
struct remote;
struct remote *client_remote(const struct client *client);

#endif
