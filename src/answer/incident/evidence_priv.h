/* Inside of the evidence files: what is on its way in or out, and the files themselves. */
#ifndef AMN_ANSWER_INCIDENT_EVIDENCE_PRIV_H
#define AMN_ANSWER_INCIDENT_EVIDENCE_PRIV_H

#include "answer/incident/evidence.h"
#include "answer/incident/evidence_file.h"
#include "answer/incident/incident.h"
#include "answer/incident/sealed_file.h"

/* A file on its way in (line 0) or out. In memory only: whoever was sending begins anew after a restart. */
struct passing {
    uint8_t id[SEALED_ID_BYTES]; /* what its asks name it by; of one coming in, also that of the file */
    uint64_t incident, reader, line;
    int64_t used_us;
    bool open; /* false: this place is free */
    int fd;
    struct aead *box;
    struct hasher *hasher;
    uint64_t next, bytes; /* parts and bytes that passed */
    struct hash part;     /* of the newest part that came in: an ask that is done again brings the same */
    bool ended, checks;
    struct hash whole;
};

struct evidence_room {
    struct passing at[EVIDENCE_OPEN_MAX];
    struct evidence_progress progress[EVIDENCE_OPEN_MAX];
    bool unsettled;
};
RESULT evidence_room(struct shop *shop, struct evidence_room **out);

/* A free place, with a random id. TOO_BUSY. The caller sets `fd` and `open`. */
RESULT passing_new(struct shop *shop, int64_t now_us, struct passing **out);
void passing_end(struct shop *shop, struct passing *passing);
/* The one of that id, of the same incident, reader and line; NULL. */
struct passing *passing_of(struct shop *shop, struct slice id, const struct passing *like);

/* A whole file that no line names: its line is younger than the database, as an old copy was put back. */
struct orphan {
    struct slice name; /* its id in hex */
    uint64_t bytes;    /* as it lies there, sealed */
    int64_t changed_us;
};
RESULT evidence_orphans(struct shop *shop, RESULT (*each)(void *context, const struct orphan *orphan),
                        void *context);

/* Path of a file, or with NULL of the folder. */
void evidence_path(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], bool part, struct buf *out);
RESULT evidence_file_new(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], int *out);
/* CORRUPT when it is gone. */
RESULT evidence_file_open(const struct shop *shop, const uint8_t id[SEALED_ID_BYTES], int flags, int *out);
RESULT evidence_file_write(int fd, uint64_t at, struct slice bytes);
RESULT evidence_file_read(int fd, uint64_t at, size_t len, struct buf *out); /* CORRUPT when it is shorter */
RESULT evidence_file_sync(const struct shop *shop, int fd);

#endif
