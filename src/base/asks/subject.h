/* Asks of customers: kept, found, revealed, brought in, taken out. */
#ifndef AMN_BASE_ASKS_SUBJECT_H
#define AMN_BASE_ASKS_SUBJECT_H

#include "base/asks/shape.h"

enum {
    REVEAL_SUBJECTS_MAX = 1000,
    REVEAL_FIELDS_MAX = 64,
    IMPORT_TARGETS_MAX = 256,
    IMPORT_ROWS_MAX = 1000,
    IMPORT_BYTES_MAX = 3 * 1024 * 1024,
    EXPORT_PIECE_BYTES = 256 * 1024
};

struct subject_create_ask {
    struct slice ref, lang, country, kind, on_conflict;
    struct values fields;
};
struct subject_show_ask {
    struct slice id;
};
struct subject_patch_ask {
    struct slice id, lang, country, ref;
    uint64_t version; /* from If-Match; 0: none given */
    struct values fields;
};
struct subject_close_ask {
    struct slice id;
};
struct subject_erase_ask {
    struct slice id, reason;
    bool dry_run;
};
struct subject_sightings_ask {
    struct slice id, after;
    uint64_t limit;
    bool proofs;
};
struct lookup_ask {
    struct slice field, value, purpose, reason;
};
struct reveal_ask {
    struct texts subjects, fields;
    struct slice purpose, reason, grant, pass;
};
/* rows: repeated (varint line · u8 count · count x (u8 index into targets · u8 item · varint length · bytes)) */
struct import_ask {
    struct texts targets;
    struct slice rows, on_conflict;
    bool dry_run;
};
struct field_put_ask {
    struct slice name, kind, mask, group, index; /* index: none | full */
    uint64_t bytes;
};
struct field_list_ask {
    char none;
};
struct export_ask_ask {
    struct texts fields, subjects;
    struct slice purpose, reason, who, incident, field, class, format, recipient;
    uint64_t number; /* which count of the incident; 0: the newest */
};
struct export_list_ask {
    struct slice after;
    uint64_t limit;
};
struct export_show_ask {
    struct slice id;
};
struct export_read_ask {
    struct slice id;
    uint64_t from, bytes; /* bytes 0: as many as go into a piece */
};

/* Rows of an import ask. A writer appends to `rows`; the reader walks them. Bounds as in import_ask. */
struct import_value {
    uint8_t target; /* index into targets */
    uint8_t item;
    struct slice text;
};
void import_row_write(uint64_t line, const struct import_value *values, size_t count, struct buf *rows);
/* False at the end or when the bytes are bad (`rows->bad`). `values` has room for IMPORT_TARGETS_MAX. */
bool import_row_read(struct cursor *rows, uint64_t *line, struct import_value *values, size_t *count);

#endif
