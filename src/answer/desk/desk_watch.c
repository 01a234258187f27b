#include "answer/desk/desk_priv.h"

#include "keep/access/access.h"
#include "keep/access/staff.h"
#include "keep/post.h"
#include "keep/watch/watching.h"
#include "mail/words.h"

#include <string.h>

enum { TOLD_MAX = 50 };
#define TOLD_FACT "desk_told"

/* How a matter that is due is told of: its id and its words. */
struct telling {
    enum id_kind id;
    const char *kind, *due, *over;
};

static struct telling telling_of(uint32_t kind)
{
    if (kind == MATTER_PROMISE) return (struct telling){ID_PROMISE, "promise", "promise.due", "promise.over"};
    if (kind == MATTER_POOL) return (struct telling){ID_POOL, "pool", "pool.due", "pool.over"};
    return (struct telling){ID_TICKET, ticket_kind_name((enum matter_kind)kind), "desk.due", "desk.over"};
}

/* What is due, as it is gathered: the first ones by name, all by count. */
struct due {
    struct matter_row at[TOLD_MAX];
    size_t count;
    uint64_t over;
    bool fresh; /* one of them ran out since it was last told of */
    int64_t now_us, told_us;
};

static RESULT due_add(void *context, const struct matter_row *row)
{
    struct due *due = context;
    bool over = row->due_us <= due->now_us;
    if (!telling_of(row->kind).kind) return OK;
    due->over += over;
    due->fresh = due->fresh || (over && row->due_us > due->told_us);
    if (due->count < TOLD_MAX) due->at[due->count++] = *row;
    return OK;
}

void desk_line_put(struct batch *batch, const struct matter_row *row, struct slice lang, struct buf *out)
{
    struct telling telling = telling_of(row->kind);
    SCOPED(buf_done) struct buf id = {0}, kind = {0}, time = {0}, key = {0};
    buf_print(&key, "desk.kind.%s", telling.kind);
    id_put(batch->shop, telling.id, row->no, &id);
    words_put(lang, buf_c(&key), NULL, 0, &kind);
    mail_time_put(&time, row->due_us);
    const struct mail_value values[] = {
        {"ticket", buf_slice(&id)}, {"kind", buf_slice(&kind)}, {"due", buf_slice(&time)}};
    words_put(lang, row->due_us <= batch->now_us ? telling.over : telling.due, values, COUNT_OF(values), out);
    buf_byte(out, '\n');
}

/* Is it theirs: their own, or nobody's and they work at the desk, of a promise with compensation? */
static bool concerns(const struct shop *shop, const struct staff *staff, const struct matter_row *row)
{
    const struct role *role = role_by_id(&shop->access, staff->role);
    if (row->owner > 0 && row->kind != MATTER_POOL) return row->owner == reader_no(READER_STAFF, staff->id);
    return role && (role->acts >> (row->kind >= MATTER_PROMISE ? ACT_REDRESS : ACT_DESK) & 1);
}

static RESULT person_tell(struct batch *batch, const struct staff *staff, const struct due *due,
                          uint64_t *told)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf lines = {0};
    TRY(staff_person(batch->shop, staff, &person));
    for (size_t i = 0; i < due->count; i++) {
        if (concerns(batch->shop, staff, &due->at[i])) desk_line_put(batch, &due->at[i], person.lang, &lines);
    }
    if (lines.len == 0) return OK;
    const struct mail_value values[] = {{"lines", buf_slice(&lines)}};
    struct mail_draft draft = {.kind = MAIL_DESK_DUE, .values = values, .count = COUNT_OF(values)};
    return mail_tell_person(batch, staff, &draft, told);
}

RESULT desk_watch(struct batch *batch, bool *noted)
{
    struct shop *shop = batch->shop;
    struct store *store = shop->store;
    struct due due = {.now_us = batch->now_us};
    uint64_t known = 0, told = 0;
    struct result got = store->fact->get(store, TOLD_FACT, &known);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    due.told_us = (int64_t)known;
    TRY(store->matter->due(store, batch->now_us + DAY_US, due_add, &due));
    int64_t since_us = batch->now_us - due.told_us;
    if (due.count == 0 || since_us < HOUR_US || (!due.fresh && since_us < DAY_US)) return OK;
    for (size_t i = 0; i < shop->access.staff_count; i++)
        TRY(person_tell(batch, &shop->access.staff[i], &due, &told));
    if (told > 0) mail_note(batch, MAIL_DESK_DUE, told);
    if (due.over > 0) TRY(alert_once(batch, ALERT_DESK));
    store = batch_write(batch);
    TRY(store->fact->put(store, TOLD_FACT, (uint64_t)batch->now_us));
    *noted = true;
    return OK;
}
