/*
 * What the command line takes in besides its arguments: files, standard input, secrets, a yes.
 *
 * A secret comes from a file, a systemd credential, the environment or a terminal without echo, never from argv. Main
 * calls: passphrase_get(), credential_get(), confirm(). Example:
 *     SCOPED(buf_done) struct buf phrase = {0};  TRY(passphrase_get("AMANAH_PASSPHRASE_FILE", "Passphrase", &phrase));
 */
#ifndef AMN_CLI_INPUT_H
#define AMN_CLI_INPUT_H

#include "cli/call.h"

enum { PASSPHRASE_BYTES_MAX = 1024, LINE_BYTES_MAX = 16384 };

/* All of a file, "-" being standard input, appended. TOO_MANY when it is longer than `bytes_max`; `out` is as before. */
RESULT input_read(const char *path, size_t bytes_max, struct buf *out);

/* One line of standard input, without its end; on a terminal `prompt` is shown first. INVALID when there is none. */
RESULT input_line(const char *prompt, struct buf *out);

/* Write a file whole and durably, or "-" to standard output. */
RESULT output_write(const char *path, struct slice bytes);

/**
 * A passphrase: from the file that the environment variable `variable` names, else $CREDENTIALS_DIRECTORY/`credential`,
 * else asked for on the terminal without echo.
 *
 * @param variable    NULL: none
 * @param credential  file name in the systemd credentials directory; NULL: none
 * @param prompt      what the terminal shows
 * @param out         owned by the caller, wiped by buf_done(); one line end at the end is dropped
 * @return CONFIG  an empty or overlong one, or no file named and no terminal to ask on
 */
struct passphrase_source {
    const char *variable, *credential, *prompt;
};
RESULT passphrase_get(const struct passphrase_source *source, struct buf *out);

/* Is there a file for it, so that nobody need be asked? */
bool passphrase_named(const struct passphrase_source *source);

/* A new one: on the terminal it is asked for twice, and CONFIG when the two differ. */
RESULT passphrase_get_new(const struct passphrase_source *source, struct buf *out);

/*
 * What the reader proves itself by. From the file that AMANAH_KEY_FILE names: a key, or a private key in PEM, whose id
 * AMANAH_KEY_ID tells. Else the key in AMANAH_KEY. Nothing: the local operator, or who has a TLS certificate.
 */
struct credential {
    struct buf bearer;      /* a key or a session's token */
    struct buf pem, key_id; /* or what signs challenges */
};
void credential_done(struct credential *credential);
RESULT credential_get(struct credential *out);

/* --yes, or a yes on the terminal. USAGE without a terminal and without --yes; CONFLICT when the answer was no. */
RESULT confirm(const struct call *call, const char *question);

#endif
