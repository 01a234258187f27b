/*
 * A session by a private key: what the command line does when AMANAH_KEY_FILE holds one. It asks for a challenge, signs
 * it here, and goes on with the session's token; the private key goes nowhere.
 *
 * Main call: key_session(). Example: TRY(key_session(client, key_id, pem, &token));
 */
#ifndef AMN_CLI_KEY_SESSION_H
#define AMN_CLI_KEY_SESSION_H

#include "cli/client.h"

/**
 * Open a session.
 *
 * @param client  open, without a credential
 * @param key_id  the key's id, key_…
 * @param pem     its Ed25519 private key, PEM without a passphrase
 * @param token   the session's token is appended; good for a quarter of an hour
 * @return INVALID  no such private key; else what client_ask() refuses
 */
RESULT key_session(struct client *client, struct slice key_id, struct slice pem, struct buf *token);

#endif
