/* Inside keep/access only: reading the bodies of authority rows, and taking them into memory. */
#ifndef AMN_KEEP_ACCESS_PRIV_H
#define AMN_KEEP_ACCESS_PRIV_H

#include "base/cbor.h"
#include "keep/access/access.h"
#include "keep/access/rows.h"

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
