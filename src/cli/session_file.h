/*
 * The session of who signed in with `amanah sign-in`: one file of mode 0600 in the user's runtime directory, which goes
 * when they log out of the machine. It names the vault that the session is of, and is shown to no other.
 *
 * Main calls: session_keep(), session_recall(), session_forget().
 */
#ifndef AMN_CLI_SESSION_FILE_H
#define AMN_CLI_SESSION_FILE_H

#include "base/bytes.h"

/* @param vault  one line, client_vault(). CONFIG when XDG_RUNTIME_DIR names no directory; UNAVAILABLE. */
RESULT session_keep(struct slice vault, struct slice token);
/* Append the token of that vault's session; nothing when there is none, or one of another vault. */
void session_recall(struct slice vault, struct buf *token);
void session_forget(void); /* whichever there is */

#endif
