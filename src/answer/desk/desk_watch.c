#include "answer/desk/desk_priv.h"

#include "keep/access/access.h"
#include "keep/access/staff.h"
#include "keep/post.h"
#include "keep/watch/watching.h"
#include "mail/words.h"

#include <string.h>

enum { DUE_MAX = 4096, TOLD_MAX = 50 /* lines of one mail */ };
#define TOLD_FACT "desk_told"

/* How a matter that is due is told of. */
struct telling {
    const char *kind, *due, *over;
};

static struct telling telling_of(uint32_t kind)
{
    if (kind == MATTER_PROMISE) return (struct telling){"promise", "promise.due", "promise.over"};
    if (kind == MATTER_POOL) return (struct telling){"pool", "pool.due", "pool.over"};
    return (struct telling){ticket_kind_name((enum matter_kind)kind), "desk.due", "desk.over"};
}

/* What is due, as it is gathered: the longest due first. */
struct due {
    struct matter_row *at; /* DUE_MAX */
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
    if (due->count < DUE_MAX) due->at[due->count++] = *row;
    return OK;
}

void desk_line_put(struct batch *batch, const struct matter_row *row, struct slice lang, struct buf *out)
{
    struct telling telling = telling_of(row->kind);
    SCOPED(buf_done) struct buf id = {0}, kind = {0}, time = {0}, key = {0};
    buf_print(&key, "desk.kind.%s", telling.kind);
    id_put(batch->shop, matter_id_kind(row->kind), row->no, &id);
    words_put(lang, buf_c(&key), NULL, 0, &kind);
    mail_time_put(&time, row->due_us);
    const struct mail_value values[] = {
        {"ticket", buf_slice(&id)}, {"kind", buf_slice(&kind)}, {"due", buf_slice(&time)}};
    words_put(lang, row->due_us <= batch->now_us ? telling.over : telling.due, values, COUNT_OF(values), out);
    buf_byte(out, '\n');
}

/* By themself, or by a key that they hold: what a key may know of, its holders may. */
RESULT desk_staff_sees(struct shop *shop, uint32_t staff, const struct matter_row *row, bool *out)
{
    const struct access *access = &shop->access;
    struct reader reader = {.no = reader_no(READER_STAFF, staff), .persons = {staff}, .person_count = 1};
    TRY(desk_seen(shop, &reader, row, out));
    for (size_t i = 0; i < access->key_count && !*out; i++) {
        const struct key *key = &access->keys[i];
        bool holds = false;
        for (size_t k = 0; k < key->holder_count; k++) holds = holds || key->holders[k] == staff;
        if (!holds) continue;
        reader.no = reader_no(READER_KEY, key->id);
        reader.person_count = key->holder_count;
        memcpy(reader.persons, key->holders, key->holder_count * sizeof key->holders[0]);
        TRY(desk_seen(shop, &reader, row, out));
    }
    return OK;
}

/*
 * Is it theirs: their own, or nobody's and they work at the desk, of a promise with compensation? What belongs to an
 * incident concerns those only who may know of it; where its owner may not any more, all of those at work.
 */
static RESULT concerns(struct shop *shop, const struct staff *staff, const struct matter_row *row, bool *out)
{
    const struct role *role = role_by_id(&shop->access, staff->role);
    bool works = role && (role->acts >> (row->kind >= MATTER_PROMISE ? ACT_REDRESS : ACT_DESK) & 1);
    bool owned = row->owner >> 32 == READER_STAFF && row->kind != MATTER_POOL;
    if (owned && row->about > 0) TRY(desk_staff_sees(shop, (uint32_t)row->owner, row, &owned));
    *out = owned ? row->owner == reader_no(READER_STAFF, staff->id) : works;
    return *out ? desk_staff_sees(shop, staff->id, row, out) : OK;
}

static RESULT person_tell(struct batch *batch, const struct staff *staff, const struct due *due,
                          uint64_t *told)
{
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf lines = {0};
    TRY(staff_person(batch->shop, staff, &person));
    for (size_t i = 0, count = 0; i < due->count && count < TOLD_MAX; i++) {
        bool theirs = false;
        TRY(concerns(batch->shop, staff, &due->at[i], &theirs));
        if (theirs) desk_line_put(batch, &due->at[i], person.lang, &lines);
        count += theirs;
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
    struct due due = {.now_us = batch->now_us, .at = arena_take(batch->arena, DUE_MAX * sizeof *due.at)};
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
