/* Asks of the home: shops, keys that turn, backups, jobs. */
#ifndef AMN_BASE_ASKS_HOME_H
#define AMN_BASE_ASKS_HOME_H

#include "base/asks/shape.h"

enum {
    MANIFEST_BYTES_MAX = 1024 * 1024 /* of a backup */
};

struct backup_tell_ask {
    struct slice outcome, manifest, cause; /* manifest: the signed note, where one was made */
};
struct backup_status_ask {
    char none;
};
struct job_list_ask {
    struct slice after;
    uint64_t limit;
};
struct job_show_ask {
    struct slice id;
};
struct job_cancel_ask {
    struct slice id;
};
struct rotate_ask {
    bool rekey, dry_run;
};
struct rotation_ask {
    char none;
};
struct status_ask {
    bool metrics;
};
struct shop_add_ask {
    struct slice name, origin;
};
struct shop_list_ask {
    char none;
};

#endif
