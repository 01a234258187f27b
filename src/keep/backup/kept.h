/*
 * Whether the copy of a home's keys (keys_export()) is as new as the keys: HOME/kept has the time that the newest copy is of.
 * Only times are compared, so it costs no key and no passphrase. Main calls: keys_kept(), keys_kept_state().
 */
#ifndef AMN_KEEP_BACKUP_KEPT_H
#define AMN_KEEP_BACKUP_KEPT_H

#include "base/clock.h"

enum keys_kept { KEYS_NEVER_KEPT, KEYS_KEPT_BEFORE /* they changed since */, KEYS_KEPT };

/* A copy that was begun at `begun_us` is durable elsewhere. UNAVAILABLE: it could not be noted. */
RESULT keys_kept(const char *home, int64_t begun_us);
enum keys_kept keys_kept_state(const char *home);

#endif
