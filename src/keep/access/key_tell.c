/* Telling the holders of a key that its end comes near: each mark once, also across restarts. */
#include "keep/access/key_make.h"
#include "keep/post.h"

/* Days before an end at which holders are told. Bits are stored: never reuse one. */
static const struct mark {
    unsigned bit;
    int64_t days;
    bool rest; /* of the end that comes because nobody uses it */
} marks[] = {{0, 14, false}, {1, 7, false}, {2, 1, false}, {3, 7, true}, {4, 1, true}};

enum { REST_BITS = 1U << 3 | 1U << 4 };
_Static_assert((int)REST_BITS == (int)KEY_TOLD_REST, "what a use forgets");

static RESULT holders_tell(struct batch *batch, const struct key *key, enum mail_kind kind, int64_t ends_us)
{
    SCOPED(buf_done) struct buf id = {0}, days = {0}, ends = {0};
    uint64_t told = 0;
    if (key->name[0]) buf_print(&id, "%s, ", key->name);
    id_put(batch->shop, ID_KEY, key->id, &id);
    buf_decimal(&days, (uint64_t)((ends_us - batch->now_us + DAY_US - 1) / DAY_US));
    mail_time_put(&ends, ends_us);
    const struct mail_value values[] = {
        {"key", buf_slice(&id)}, {"days", buf_slice(&days)}, {"ends", buf_slice(&ends)}};
    struct mail_draft draft = {.kind = kind, .values = values, .count = COUNT_OF(values)};
    for (size_t i = 0; i < key->holder_count; i++)
        TRY(mail_tell_person(batch, staff_by_id(&batch->shop->access, key->holders[i]), &draft, &told));
    if (told > 0) mail_note(batch, kind, told);
    return OK;
}

RESULT key_tell(struct batch *batch, const struct key *key)
{
    struct shop *shop = batch->shop;
    uint32_t before = key_told_of(shop, key->id), told = before;
    int64_t rest_us = key_unused_us(shop, key, batch->now_us);
    for (int rest = 0; rest < 2; rest++) {
        int64_t ends_us = rest ? rest_us : key->expires_us;
        uint32_t due = 0;
        if (rest && rest_us >= key->expires_us) continue; /* its own end comes first */
        for (size_t i = 0; i < COUNT_OF(marks); i++) {
            int64_t mark_us = ends_us - marks[i].days * DAY_US;
            if (marks[i].rest == (rest == 1) && batch->now_us >= mark_us && mark_us > key->created_us)
                due |= 1U << marks[i].bit;
        }
        if ((due & ~told) == 0) continue;
        told |= due; /* of several that passed meanwhile one mail tells */
        TRY(holders_tell(batch, key, rest ? MAIL_KEY_RESTING : MAIL_KEY_ENDING, ends_us));
    }
    if (told != before) key_told(shop, key->id, told);
    return OK;
}
