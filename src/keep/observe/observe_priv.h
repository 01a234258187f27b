/*
 * Inside keep/observe only. A chunk goes through four steps:
 *
 *     read     its rows and readers, checked                          the keeper's thread
 *     find     each named subject: tag, then the blind index          two hands, then the keeper's thread
 *     bind     each subject's leaf over what was seen of them         two hands
 *     write    one entry, the position, readers, index and counts     the keeper's thread
 */
#ifndef AMN_KEEP_OBSERVE_PRIV_H
#define AMN_KEEP_OBSERVE_PRIV_H

#include "base/hands.h"
#include "base/weblog/seen.h"
#include "keep/access/service.h"
#include "keep/observe/observe.h"
#include "keep/values.h"

/* One row on its way: at first as it came, in the end one observation. */
struct sight {
    struct slice text; /* the ref or id */
    enum route_subject kind;
    bool named; /* somebody was named, but nobody is held by that name */
    uint8_t tag[TAG_BYTES];
    struct subject_no no; /* 0: nobody */
    uint32_t reader, hour;
    uint64_t full, line, lines, rows;
};

/* A subject of the chunk: its place among the sights, its record, and its leaf. */
struct person {
    struct subject_no no;
    size_t from, count;
    struct buf record;
    struct result done;
    struct hash leaf;
};

struct observing {
    struct batch *batch;
    const struct observe_ask *ask;
    const struct service *service;
    struct outside_file_row file; /* as it was, or new with bytes 0 */
    struct buf file_name;         /* sealed */
    uint64_t *fields;             /* by route of the ask */
    uint32_t *readers;            /* numbers, by reader of the rows */
    struct seen_reader *names;    /* and as the log calls them */
    size_t reader_count;
    struct sight *sights; /* sorted by subject, those of nobody at the end */
    size_t count;
    struct person *persons;
    size_t person_count;
    struct shop *second; /* the second hand's */
    struct draft draft;
    struct observed observed; /* its arrays live in the arena */
};

/* observe_read.c: the ask's rows into sights, their readers into numbers. */
RESULT observe_read(struct observing *observing);
/* observe_find.c: whom they name; then they are sorted, equal ones joined, and everybody has a person. */
RESULT observe_find(struct observing *observing);
/* observe_write.c: position, index and counts under the chunk's entry. */
RESULT observe_write(struct observing *observing, uint64_t entry);

/* observe_watch.c: what was found, to the detectors. Behind all that may be refused. */
RESULT observe_watch(struct observing *observing);

/* The number of a reader outside: a new one is written. */
RESULT outside_reader_number(struct batch *batch, uint32_t system, const struct seen_reader *reader,
                             uint32_t *out);
/* A file's name, sealed for its number. */
void outside_file_seal(struct shop *shop, uint32_t id, struct slice name, struct buf *out);

#endif
