/* What making and restoring backups share on the command line: where passphrases come from. */
#ifndef AMN_CLI_COMMAND_BACKUP_H
#define AMN_CLI_COMMAND_BACKUP_H

#include "cli/call.h"
#include "cli/input.h"
#include "crypto/age.h"

extern const struct passphrase_source
    custody_phrase; /* of a file of keys: AMANAH_CUSTODY_FILE, or the terminal */

/* --to, each: up to AGE_RECIPIENTS_MAX - 1. */
RESULT backup_recipients(const struct call *call, struct age_recipient *out, size_t *count);

/* What the timer runs: amanah backup --scheduled. */
RESULT backup_scheduled(struct call *call);

#endif
