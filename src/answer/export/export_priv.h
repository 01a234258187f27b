/* Inside answer/export only: the export at hand, its file, its lines. */
#ifndef AMN_ANSWER_EXPORT_PRIV_H
#define AMN_ANSWER_EXPORT_PRIV_H

#include "answer/export/choice.h"
#include "answer/export/job.h"
#include "keep/access/access.h"
#include "keep/watch/canary.h"

/* The file on its way. */
struct export_file {
    bool open;
    int fd;
    struct age_seal *seal;
    struct hasher *hasher;
    struct buf text, out; /* lines that wait to be sealed, octets that wait to be written */
    uint64_t bytes;
    struct hash hash; /* once it is whole */
};
void export_file_done(struct export_file *file);
/* Begin it anew, as a part. Errors of age_seal_to(); DISK_FULL, UNAVAILABLE. */
RESULT export_file_begin(struct shop *shop, const struct export *export, struct export_file *out);
/* Seal and write what stands in `text`, once it is much. */
RESULT export_file_write(struct shop *shop, struct export_file *file);
/* The end: sealed, synced, under its own name. */
RESULT export_file_end(struct shop *shop, const struct export *export, struct export_file *file);

/* What is at hand. In shop->exporting. */
struct exporting {
    uint32_t id; /* 0: nothing */
    bool ready;  /* what follows is set up */
    struct reader reader;
    struct permit permit;
    struct choice choice;
    struct subject_no canaries[CANARY_EXPORT_MAX];
    size_t canary_count;
    bool planted;

    /* The part of the ledger that is gathered: whom, and their leaves under its nonce. */
    struct subject_no from; /* the last that was looked at */
    uint8_t nonce[ENTRY_NONCE_BYTES];
    struct sighted *set;
    struct hash *leaves;
    size_t count;
    uint64_t salts_gone; /* of the shop, when it was begun */
    bool whole;          /* gathered to its end in one turn, as leaves became void before */
    bool ended;          /* there is nobody behind `from` */

    /* The part of the file. */
    struct export_file file;
    size_t part;
    struct aside_read aside;
    struct buf aside_bytes;
    uint32_t *order;
    size_t row;
    uint64_t shown;

    int64_t again_us; /* not before, after a failure */
    uint64_t failures;
};
RESULT exporting_of(struct shop *shop, struct exporting **out);
void exporting_clear(struct exporting *at);

/* The first line of a CSV; nothing of JSON lines. */
void export_head_put(const struct shop *shop, const struct export *export, const struct permit *permit,
                     struct buf *out);
/* Somebody: no field that their entry does not have. The record's data key is set. */
struct export_row {
    struct subject_no no;
    const struct record *record;
    bool canary; /* is told as the others are */
};
RESULT export_row_put(struct shop *shop, const struct export *export, const struct exporting *at,
                      const struct export_row *row, struct buf *out);

/* Who asked, as they are now, and what they may see: DENIED, NOT_FOUND when they may not any more. */
RESULT export_right(struct batch *batch, const struct export *export, struct reader *reader,
                    struct permit *permit);
/* The same of an ask that is not kept yet. */
RESULT export_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                     struct permit *permit);

#endif
