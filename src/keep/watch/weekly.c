#include "keep/watch/weekly.h"

#include "base/set.h"
#include "keep/access/approval.h"
#include "keep/access/second.h"
#include "keep/access/secret.h"
#include "keep/backup/noted.h"
#include "keep/matter.h"
#include "keep/outside.h"
#include "keep/post.h"
#include "keep/watch/sink_priv.h"
#include "keep/watch/telling_words.h"
#include "watch/detect/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MONDAY_DAYS = 3
}; /* 1970-01-01 was a Thursday: Monday is 3 days after a week's start counted from it */

uint64_t weekly_number(int64_t now_us, int64_t offset_min)
{
    int64_t local_us = now_us + offset_min * MINUTE_US - WEEKLY_HOUR * HOUR_US;
    return (uint64_t)((local_us / DAY_US + MONDAY_DAYS) / WEEKLY_DAYS);
}

int64_t weekly_offset_min(struct slice lang)
{
    return slice_is(lang, "ko") ? 9 * 60 : slice_is(lang, "id") ? 7 * 60 : 0;
}

/* Who looked: persons by name, and keys that nobody alone stands behind. */
struct crowd {
    struct set people, programs, customers;
};

/* What happened in it, gathered once for all who are told. */
struct week {
    struct shop *shop;
    struct crowd all, roles[WEEKLY_ROLES_MAX + 1]; /* by role number; 0: of no role that it knows */
    uint64_t alerts, found[DETECTORS_END]; /* opened, by detector; 0: of one that is not in the table */
    uint64_t refused, approvals, secrets, tickets, promises;
    bool outside;
    int64_t backed_us; /* of the last backup; 0: none was made, or what it leaves behind was removed */
    struct noted backups[NOTED_END];
};

/* It, in a language. */
struct telling_week {
    const struct week *week;
    struct slice lang;
};

static void crowd_done(struct crowd *crowd)
{
    set_done(&crowd->people);
    set_done(&crowd->programs);
    set_done(&crowd->customers);
}

static void week_free(struct week **week)
{
    if (!*week) return;
    crowd_done(&(*week)->all);
    for (size_t i = 0; i <= WEEKLY_ROLES_MAX; i++) crowd_done(&(*week)->roles[i]);
    free(*week);
    *week = NULL;
}

static void crowd_add(struct crowd *crowd, uint64_t person, uint64_t program, const struct set *customers)
{
    if (person > 0) (void)set_add(&crowd->people, person);
    if (program > 0) (void)set_add(&crowd->programs, program);
    set_union_in(&crowd->customers, customers);
}

/* A key with one holder is that person; the operator is a person too. Customers who see themselves are not counted. */
static RESULT group_add(void *context, const struct sighting_group *group)
{
    struct week *week = context;
    struct access *access = &week->shop->access;
    uint32_t id = (uint32_t)group->reader, role = 0;
    uint64_t person = 0, program = 0;
    switch ((enum reader_kind)(group->reader >> 32)) {
    case READER_OPERATOR:
        person = (uint64_t)UINT32_MAX + 1;
        break;
    case READER_KEY: {
        const struct key *key = key_by_id(access, id);
        bool one = key && key->holder_count == 1;
        person = one ? key->holders[0] : 0;
        program = one ? 0 : id;
        role = key ? key->role : 0;
        break;
    }
    case READER_STAFF:
        person = id;
        role = staff_by_id(access, id) ? staff_by_id(access, id)->role : 0;
        break;
    case READER_SYSTEM:
    case READER_PASS:
    case READER_OUTSIDE:
    case READER_ROLE:
        return OK;
    }
    crowd_add(&week->roles[role <= WEEKLY_ROLES_MAX ? role : 0], person, program, group->subjects);
    return OK;
}

static RESULT telling_add_up(void *context, const struct telling_row *row)
{
    struct week *week = context;
    struct alert_text text = {0};
    TRY(telling_read(row->body, &text));
    if (text.event != ALERT_OPENED) return OK;
    week->alerts++;
    for (unsigned i = 1; i < DETECTORS_END; i++) {
        if (slice_is(text.detector, detector_row(i)->name)) {
            week->found[i]++;
            return OK;
        }
    }
    week->found[0]++;
    return OK;
}

static RESULT due_count(void *context, const struct matter_row *row)
{
    struct week *week = context;
    bool promise = row->kind == MATTER_PROMISE;
    week->promises += promise;
    week->tickets += row->kind <= MATTER_RIGHTS;
    return OK;
}

static void line_end(struct buf *out)
{
    buf_byte(out, '\n');
}

static void counted_line(const struct telling_week *told, const char *key, uint64_t n, struct buf *out)
{
    if (n == 0) return;
    words_count(told->lang, key, n, out);
    line_end(out);
}

/* "3 people and 2 programs" */
static void who_put(const struct telling_week *told, const struct crowd *crowd, struct buf *out)
{
    SCOPED(buf_done) struct buf people = {0}, programs = {0};
    uint64_t persons = set_count(&crowd->people), keys = set_count(&crowd->programs);
    words_count(told->lang, "people", persons, &people);
    words_count(told->lang, "programs", keys, &programs);
    const struct mail_value values[] = {{"people", buf_slice(&people)}, {"programs", buf_slice(&programs)}};
    if (persons > 0 && keys > 0)
        words_put(told->lang, "both", values, COUNT_OF(values), out);
    else
        buf_slice_put(out, persons > 0 ? buf_slice(&people) : buf_slice(&programs));
}

static void crowd_put(const struct telling_week *told, const char *role, const struct crowd *crowd,
                      struct buf *out)
{
    SCOPED(buf_done) struct buf who = {0}, customers = {0};
    who_put(told, crowd, &who);
    words_count(told->lang, "customers", set_count(&crowd->customers), &customers);
    const struct mail_value values[] = {
        {"who", buf_slice(&who)}, {"customers", buf_slice(&customers)}, {"role", slice_text(role)}};
    words_put(told->lang, role ? "role" : "looked", values, COUNT_OF(values), out);
}

static void looks_put(const struct telling_week *told, struct buf *out)
{
    const struct week *week = told->week;
    if (set_count(&week->all.customers) == 0)
        words_put(told->lang, "nobody", NULL, 0, out);
    else
        crowd_put(told, NULL, &week->all, out);
    if (week->alerts == 0 && week->refused == 0) {
        buf_byte(out, ' ');
        words_put(told->lang, "usual", NULL, 0, out);
    }
    line_end(out);
    for (uint32_t id = 1; id <= WEEKLY_ROLES_MAX; id++) {
        const struct role *role = role_by_id(&week->shop->access, id);
        if (!role || set_count(&week->roles[id].customers) == 0) continue;
        crowd_put(told, role->name, &week->roles[id], out);
        line_end(out);
    }
}

static void alerts_put(const struct telling_week *told, struct buf *out)
{
    const struct week *week = told->week;
    counted_line(told, "alerts", week->alerts, out);
    for (unsigned i = 0; i < DETECTORS_END; i++) {
        SCOPED(buf_done) struct buf detector = {0}, number = {0};
        if (week->found[i] == 0) continue;
        detector_words_put(told->lang, i > 0 ? slice_text(detector_row(i)->name) : SLICE_TEXT("?"),
                           &detector);
        buf_decimal(&number, week->found[i]);
        const struct mail_value values[] = {{"n", buf_slice(&number)}, {"detector", buf_slice(&detector)}};
        words_put(told->lang, "alert", values, COUNT_OF(values), out);
        line_end(out);
    }
}

/* A line about one day. */
static void day_line(const struct telling_week *told, const char *key, int64_t at_us, struct buf *out)
{
    SCOPED(buf_done) struct buf day = {0};
    time_put(&day, at_us);
    const struct mail_value values[] = {{"day", slice_part(buf_slice(&day), 0, sizeof "2026-11-22" - 1)}};
    words_put(told->lang, key, values, at_us > 0 ? 1 : 0, out);
    line_end(out);
}

/* A failure is told of as long as nothing went well since. */
static void backup_put(const struct telling_week *told, struct buf *out)
{
    const struct noted *backups = told->week->backups;
    int64_t made_us = told->week->backed_us, drill_us = backups[NOTED_DRILL].time_us;
    day_line(told, made_us > 0 ? "backup.made" : "backup.none", made_us, out);
    if (backups[NOTED_FAILED].time_us > made_us)
        day_line(told, "backup.failed", backups[NOTED_FAILED].time_us, out);
    if (backups[NOTED_DRILL_FAILED].time_us > drill_us)
        day_line(told, "backup.drill.failed", backups[NOTED_DRILL_FAILED].time_us, out);
    else if (made_us > 0)
        day_line(told, drill_us > 0 ? "backup.drill" : "backup.drill.none", drill_us, out);
}

static void week_put(const struct telling_week *told, struct buf *out)
{
    const struct week *week = told->week;
    looks_put(told, out);
    alerts_put(told, out);
    counted_line(told, "refused", week->refused, out);
    counted_line(told, "approvals", week->approvals, out);
    counted_line(told, "secrets", week->secrets, out);
    counted_line(told, "tickets", week->tickets, out);
    counted_line(told, "promises", week->promises, out);
    words_put(told->lang, week->outside ? "outside" : "outside.none", NULL, 0, out);
    line_end(out);
    backup_put(told, out);
}

static RESULT tellings_add_up(struct store *store, int64_t from_us, struct week *week)
{
    uint64_t first = 0;
    struct result since = store->alert->since(store, from_us, &first);
    if (since.code == CODE_NOT_FOUND) return OK;
    TRY(since);
    return store->alert->each(store, 0, first, TELLINGS_MAX + TELLING_SWEEP, telling_add_up, week);
}

/* What a backup that counts leaves beside the database is as old as it. Only told, so an outside clock is good enough. */
static int64_t backed_us(struct shop *shop)
{
    SCOPED(buf_done) struct buf path = {0};
    struct stat status = {0};
    shop_path(shop->home, shop->name, "backed", &path);
    return stat(buf_c(&path), &status) == 0 ? (int64_t)status.st_mtime * SECOND_US : 0;
}

static RESULT week_gather(struct batch *batch, struct week **out)
{
    struct shop *shop = batch->shop;
    struct store *store = shop->store;
    int64_t from_us = batch->now_us - WEEKLY_DAYS * DAY_US;
    SCOPED(week_free) struct week *week = calloc(1, sizeof *week);
    if (!week) return FAIL(UNAVAILABLE, "weekly: out of memory");
    week->shop = shop;
    TRY(sightings_each(shop->sightings, (uint32_t)(from_us / HOUR_US), UINT32_MAX, group_add, week));
    for (size_t i = 0; i <= WEEKLY_ROLES_MAX; i++) {
        set_union_in(&week->all.people, &week->roles[i].people);
        set_union_in(&week->all.programs, &week->roles[i].programs);
        set_union_in(&week->all.customers, &week->roles[i].customers);
    }
    TRY(tellings_add_up(store, from_us, week));
    TRY(store->alert->tally_sum(store, TALLY_BUDGET_REFUSED, (uint32_t)(from_us / DAY_US), &week->refused));
    TRY(outside_known(shop, &week->outside));
    week->approvals = approvals_open(&shop->access);
    TRY(store->matter->due(store, batch->now_us, due_count, week));
    week->backed_us = backed_us(shop);
    TRY(backup_noted(shop, week->backups));
    if (week->backups[NOTED_MADE].time_us > week->backed_us)
        week->backed_us = week->backups[NOTED_MADE].time_us;
    for (size_t i = 0; i < shop->access.secret_count; i++)
        week->secrets += secret_due(&shop->access.secrets[i], batch->now_us);
    *out = TAKE(week);
    return OK;
}

RESULT weekly_put(struct batch *batch, struct slice lang, struct buf *out)
{
    SCOPED(week_free) struct week *week = NULL;
    TRY(week_gather(batch, &week));
    week_put(&(struct telling_week){week, lang}, out);
    return OK;
}

/* To whom, and in which offset. Borrowed. */
struct receiver {
    struct slice to, name, lang;
    int64_t offset_min;
};

/* `week` is gathered for the first one. */
static RESULT weekly_mail(struct batch *batch, struct week **week, const struct receiver *receiver)
{
    SCOPED(buf_done) struct buf lines = {0}, day = {0};
    if (!*week) TRY(week_gather(batch, week));
    week_put(&(struct telling_week){*week, receiver->lang}, &lines);
    time_put(&day, batch->now_us + receiver->offset_min * MINUTE_US);
    lines.len--; /* the last line's end: the text has one */
    const struct mail_value values[] = {{"day", slice_part(buf_slice(&day), 0, sizeof "2026-11-22" - 1)},
                                        {"lines", buf_slice(&lines)}};
    return mail_queue(batch, &(struct mail_draft){.kind = MAIL_WEEKLY,
                                                  .to = receiver->to,
                                                  .to_name = receiver->name,
                                                  .lang = receiver->lang,
                                                  .values = values,
                                                  .count = COUNT_OF(values)});
}

/* Is it a new week for this receiver? The first one that is seen is not told: it was not seen whole. */
static RESULT week_is_new(struct batch *batch, uint32_t sink, int64_t offset_min, bool *out)
{
    char name[32];
    uint64_t told = 0, now = weekly_number(batch->now_us, offset_min);
    (void)snprintf(name, sizeof name, "weekly.%u", sink);
    struct store *store = batch->shop->store;
    struct result got = store->fact->get(store, name, &told);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    *out = got.code == CODE_OK && now > told;
    if (got.code == CODE_OK && now <= told) return OK;
    store = batch_write(batch);
    return store->fact->put(store, name, now);
}

static RESULT approvers_mail(struct batch *batch, struct week **week, uint64_t *count)
{
    struct shop *shop = batch->shop;
    for (size_t i = 0; i < shop->access.staff_count; i++) {
        SCOPED(identity_done) struct identity person = {0};
        if (!person_may_approve(&shop->access, shop->access.staff[i].id)) continue;
        TRY(staff_person(shop, &shop->access.staff[i], &person));
        const struct receiver receiver = {.to = person.email,
                                          .name = person.name,
                                          .lang = person.lang.len > 0 ? person.lang : post_language(shop),
                                          .offset_min = weekly_offset_min(post_language(shop))};
        TRY(weekly_mail(batch, week, &receiver));
        (*count)++;
    }
    return OK;
}

RESULT weekly_due(struct batch *batch, bool *sent)
{
    struct sinks *sinks = batch->shop->sinks;
    struct slice shops = post_language(batch->shop);
    SCOPED(week_free) struct week *week = NULL;
    uint64_t count = 0, mails = 0;
    bool due = false;
    for (size_t i = 0; i < sinks->count; i++) {
        const struct sink *sink = &sinks->at[i];
        if (!sink->set || sink->row.kind != SINK_MAIL || sink->row.state != SINK_ON) continue;
        const struct receiver receiver = {.to = buf_slice(&sink->row.target),
                                          .lang = sink->row.lang.len > 0 ? buf_slice(&sink->row.lang) : shops,
                                          .offset_min = sink->row.offset_min};
        mails++;
        TRY(week_is_new(batch, sink->id, sink->row.offset_min, &due));
        if (!due) continue;
        TRY(weekly_mail(batch, &week, &receiver));
        count++;
    }
    if (mails == 0) TRY(week_is_new(batch, 0, weekly_offset_min(shops), &due));
    if (mails == 0 && due) TRY(approvers_mail(batch, &week, &count));
    if (count > 0) mail_note(batch, MAIL_WEEKLY, count);
    *sent = *sent || count > 0;
    return OK;
}
