/*
 * What stands beside an OBSERVED entry: which file of which bytes was read, and for each subject of the entry's set who
 * saw it outside the vault, in which hour, which fields, at which line. And what the log tells of no subject: counted
 * by reader, hour and fields.
 *
 * The entry's object is the hash of all of it; each subject's leaf binds the hash of its own observations, so a person's
 * proof covers them without showing anybody else's. Main calls: observed_write(), observed_read(). Example:
 *     observed_write(&observed, &more);  observed_hash(crypto, buf_slice(&more), &draft.entry.object);
 */
#ifndef AMN_PROVE_OBSERVED_H
#define AMN_PROVE_OBSERVED_H

#include "crypto/crypto.h"

enum { OBSERVED_SALT_BYTES = 16, OBSERVED_ONES_MAX = 65536 };

/* One reader of a system outside, one hour, some fields. */
struct observation {
    uint32_t reader; /* number of the outside reader */
    uint32_t hour;   /* since 1970 */
    uint64_t full;   /* fields */
    uint64_t line;   /* the first one that tells of it */
    uint64_t lines;  /* how many do */
};

/* The same where no subject can be told. */
struct unattributed {
    uint32_t reader, hour;
    uint64_t full, lines;
    uint64_t rows; /* that the lines say were returned */
    bool named;    /* the line names somebody, whom the shop does not hold */
};

/* Arrays are owned by who filled them in; observed_done() is for what observed_read() gave. */
struct observed {
    uint8_t
        salt[OBSERVED_SALT_BYTES]; /* random: the entry's object cannot be guessed from a copy of the log */
    uint32_t file;                 /* number of the file, from 1 */
    uint64_t from, to;             /* its bytes that were read, uncompressed */
    struct hash hash;              /* SHA-256 of the first `to` bytes */
    uint64_t line_from, line_to;   /* lines before it, and with it */
    uint64_t broken;               /* lines of it that could not be read */
    int64_t newest_us;             /* time of the newest line so far; 0: none had one */
    struct observation *ones;      /* those of one subject stand together, in the order of the set */
    uint32_t *ends;                /* behind the last one of each subject */
    size_t set_count;
    struct unattributed *others;
    size_t other_count;
};
void observed_done(struct observed *observed);

void observed_write(const struct observed *observed, struct buf *out);
/* CORRUPT when it is not what observed_write() made for a set of `set_count`. `out` is untouched then. */
RESULT observed_read(struct slice bytes, size_t set_count, struct observed *out);

/* The entry's object: over the bytes that observed_write() gave. */
void observed_hash(struct crypto *crypto, struct slice bytes, struct hash *out);

/* What the leaf of the subject at `position` binds: the file and the subject's own observations. */
void observed_bind(struct crypto *crypto, const struct observed *observed, size_t position, struct hash *out);

/* The observations of one subject. Borrowed. */
struct observations {
    const struct observation *at;
    size_t count;
};
struct observations observed_of(const struct observed *observed, size_t position);

#endif
