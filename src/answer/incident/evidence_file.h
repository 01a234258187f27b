/*
 * A whole file of evidence, read in place: any part of it, by whoever works on it inside the vault. Giving it out is for
 * the verbs. And how far somebody is who works on one, told across threads. Main calls: evidence_open(),
 * evidence_read_at(). Example:
 *     SCOPED(evidence_close) struct evidence_file *file = NULL;  TRY(evidence_open(shop, incident, id, &file));
 */
#ifndef AMN_ANSWER_INCIDENT_EVIDENCE_FILE_H
#define AMN_ANSWER_INCIDENT_EVIDENCE_FILE_H

#include "answer/incident/incident.h"

#include <stdatomic.h>

struct evidence_file;

/* By the id that its line has as `file`. CORRUPT when it is gone, or not that file. */
RESULT evidence_open(struct shop *shop, const struct incident *incident, struct slice id,
                     struct evidence_file **out);
void evidence_close(struct evidence_file **file);
uint64_t evidence_bytes(const struct evidence_file *file);
/* Append `len` bytes from `at`, fewer at the end. CORRUPT when a part was changed. About 3 GB/s by parts of 512 KiB. */
RESULT evidence_read_at(struct evidence_file *file, uint64_t at, size_t len, struct buf *out);

/* How far the work on one file is. Places are few and never freed while the shop is open, so a thread may hold one. */
struct evidence_progress {
    atomic_bool busy;
    uint64_t incident, line; /* the keeper's: set before it is busy */
    atomic_ullong bytes, read, rows;
};
/* The place of that file; made when `make` and there is room, else NULL. */
struct evidence_progress *evidence_progress(struct shop *shop, uint64_t incident, uint64_t line, bool make);

#endif
