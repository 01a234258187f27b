/*
 * Authority rows in memory: arrays of rows by id, without gaps, and what their bodies are read with. Main calls:
 * row_place(), body_time_read(). Example: see breaker_take() in keep/watch/rows.c.
 */
#ifndef AMN_KEEP_ACCESS_ROWS_H
#define AMN_KEEP_ACCESS_ROWS_H

#include "base/cbor.h"

struct limits;

/* A list of at most `room` numbers, a name of at most `bytes_max` bytes into `bytes_max + 1`, a time. CORRUPT. */
RESULT body_numbers_read(struct cbor *reader, uint32_t *out, size_t room, size_t *count);
RESULT body_name_read(struct cbor *reader, char *out, size_t bytes_max);
RESULT body_time_read(struct cbor *reader, int64_t *out);
RESULT body_limits_read(struct cbor *reader, struct limits *out);

/* Room for row `id` in an array of `count` rows: the row of that id, or the next free one. TAMPERED for a gap. */
RESULT row_place(void **rows, size_t *count, size_t row_bytes, uint32_t id, void **out);

#endif
