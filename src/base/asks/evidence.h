/* Asks of files found outside. */
#ifndef AMN_BASE_ASKS_EVIDENCE_H
#define AMN_BASE_ASKS_EVIDENCE_H

#include "base/asks/shape.h"

enum {
    EVIDENCE_PART_BYTES = 512 * 1024,
    HELD_FILES_MAX = 128 /* of one place */
};

struct password_range_ask {
    struct slice prefix;
    bool padding;
};
struct evidence_add_ask {
    struct slice id, data, name, source, upload; /* data: a part, base64 */
    uint64_t part;
    bool more;
};
struct evidence_read_ask {
    struct slice id;
    uint64_t line;
    struct slice reason, taking; /* taking: as the first answer names it; empty: begin */
    uint64_t part;
    bool check;
};
struct evidence_match_ask {
    struct slice id;
    uint64_t line;
    bool progress, again;
};
struct evidence_orphans_ask {
    struct slice id, file, reason;
    bool dry_run;
};
struct evidence_release_ask {
    struct slice id;
    uint64_t line;
    struct slice reason;
    bool dry_run;
};

#endif
