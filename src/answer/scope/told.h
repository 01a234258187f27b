/* How a count is told: the body of an incident's scope line, and what of it is answered. Example: told_put(shop, &told, &out); */
#ifndef AMN_ANSWER_SCOPE_TOLD_H
#define AMN_ANSWER_SCOPE_TOLD_H

#include "answer/scope/count.h"
#include "keep/shop.h"

struct told {
    uint32_t version;
    int64_t now_us, detected_us; /* detected 0: nobody said yet when */
    const struct count *count;
    const struct scope *before; /* NULL: there was no count before */
    const struct hash *hashes;  /* as count_keep() gave them */
    struct hash suspicion;      /* of its bytes */
};

/* Append a map: what was asked, what was found by field and class, why, and how it differs. No personal value, no id. */
void told_put(struct shop *shop, const struct told *told, struct buf *out);

/* The last member: its sets, then each. What lies in the store is held against these bytes, so they stay the last. */
void told_sets_head(size_t count, struct buf *out);
void told_set_put(struct shop *shop, const struct exposure_part_row *row, struct buf *out);

#endif
