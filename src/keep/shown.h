/*
 * What is shown of one subject: the fields of a permit, each in the form that was asked, opened from its record and no
 * others. Main call: shown_fields_put(). Example: `TRY(shown_fields_put(shop, no, &record, &permit, &out->body));`
 */
#ifndef AMN_KEEP_SHOWN_H
#define AMN_KEEP_SHOWN_H

#include "keep/access/access.h"
#include "keep/record.h"

/*
 * Append a map of what was asked and is held: "email" and "email.mask" to texts, a group such as "addresses" to an array
 * of maps. The subject's data key is set (record_unlock()). CORRUPT when a field does not open.
 */
RESULT shown_fields_put(struct shop *shop, struct subject_no no, const struct record *record,
                        const struct permit *permit, struct buf *out);

/* The name under which an asked field stands there: "email.mask". Appended. */
void shown_name_put(const struct shop *shop, struct asked_field asked, struct buf *out);

#endif
