/* Inside keep/access only: reading the bodies of authority rows, and taking them into memory. */
#ifndef AMN_KEEP_ACCESS_PRIV_H
#define AMN_KEEP_ACCESS_PRIV_H

#include "base/cbor.h"
#include "keep/access/access.h"

/* A list of at most `room` numbers, a name of at most `bytes_max` bytes into `bytes_max + 1`, a time. CORRUPT. */
RESULT body_numbers_read(struct cbor *reader, uint32_t *out, size_t room, size_t *count);
RESULT body_name_read(struct cbor *reader, char *out, size_t bytes_max);
RESULT body_time_read(struct cbor *reader, int64_t *out);
RESULT body_limits_read(struct cbor *reader, struct limits *out);

/* Room for row `id` in an array of `count` rows: the row of that id, or the next free one. TAMPERED for a gap. */
RESULT row_place(void **rows, size_t *count, size_t row_bytes, uint32_t id, void **out);

/* Take the row of that id into memory, in place of what was there. */
/* Fields by name into `full`, `masked` and `fields_all` of a role. FIELD_UNKNOWN names the item. */
RESULT role_fields(struct shop *shop, const struct texts *names, struct role *out);

RESULT role_take(struct access *access, uint32_t id, struct slice body);
RESULT key_take(struct access *access, uint32_t id, struct slice body);
RESULT staff_take(struct access *access, uint32_t id, struct slice body);
RESULT leave_take(struct access *access, uint32_t id, struct slice body);
RESULT service_take(struct access *access, uint32_t id, struct slice body);
RESULT secret_take(struct access *access, uint32_t id, struct slice body);
RESULT budget_take(struct access *access, uint32_t id, struct slice body);
RESULT approval_take(struct access *access, uint32_t id, struct slice body);
RESULT sign_in_take(struct access *access, uint32_t id, struct slice body);

#endif
