/* What was found takes effect: alerts, breakers; each minute what ends by itself, and keeping what was learned. */
#include "keep/watch/canary.h"
#include "keep/watch/sink.h"
#include "keep/watch/watching_priv.h"
#include "watch/together.h"

#include <string.h>

enum { OVER_MAX = 16, STATE_BYTES_MAX = WATCH_READERS_MAX * 8192 + 65536, STATE_MINUTE_BITS = 20 };
static const char state_file[] = "watch", state_aad[] = "amanah watch 1", saved_fact[] = "watch_saved",
                  outside_file[] = "watch-outside", outside_aad[] = "amanah watch outside 1";

static const struct reader the_system = {.no = (uint64_t)READER_SYSTEM << 32};

/* Who the finding is about, as far as the policy asks. A reader that is gone stands as one without rights. */
static struct standing standing_of(struct batch *batch, uint64_t line)
{
    struct shop *shop = batch->shop;
    const struct role *role = reader_role(&shop->access, line);
    struct standing standing = {.customers = shop_customers(shop), .age_us = watching_age(batch)};
    if (role) {
        standing.stance = role->stance;
        standing.gives_rights = role_gives_rights(role);
    }
    return standing;
}

/* The role that this line is, and whose readers are stopped one by one only. */
static bool alone(const struct shop *shop, uint64_t line)
{
    const struct role *role = line >> 32 == READER_ROLE ? reader_role(&shop->access, line) : NULL;
    return role && role->alone;
}

/* `stopped`: it was not, and now it is. */
static RESULT breaker_move(struct batch *batch, const struct finding *finding, bool *stopped)
{
    struct watching *watching = batch->shop->watching;
    struct breaker_row *row = breaker_row_find(watching, finding->reader);
    struct breaker breaker = row ? row->breaker : (struct breaker){0};
    const struct standing standing = standing_of(batch, finding->reader);
    struct breaker_policy policy;
    struct receipt receipt = {0};
    if (finding->reader >> 32 == READER_OUTSIDE) return OK; /* nobody can be stopped there from here */
    if (!policy_heeds(finding->detector) || alone(batch->shop, finding->reader)) return OK;
    if (finding->reader == reader_no(READER_OPERATOR, 0))
        return OK; /* who holds the machine could read the keys: an alert tells, a refusal would keep out nobody */
    policy_of(&watching->params, &standing, &policy);
    if (breaker_finding(&policy, &breaker, finding)) {
        *stopped = breaker.state == BREAKER_OPEN;
        return breaker_save(batch, &the_system, finding->reader, &breaker, &receipt);
    }
    if (row) row->breaker.last_us = breaker.last_us;
    return OK;
}

static enum alert_severity severity_told(unsigned detector)
{
    switch (alert_severity(detector)) {
    case SEVERITY_LOW:
        return ALERT_LOW;
    case SEVERITY_MEDIUM:
        return ALERT_MEDIUM;
    case SEVERITY_HIGH:
        return ALERT_HIGH;
    case SEVERITY_CRITICAL:
        return ALERT_CRITICAL;
    }
    return ALERT_HIGH;
}

/* Write an alert, and tell it to every sink, in the batch of what caused it. */
static RESULT alert_tell(struct batch *batch, const struct alert_row *row, enum alert_event event)
{
    struct receipt receipt = {0};
    uint32_t number = 0;
    const struct breaker_row *breaker = breaker_row_find(batch->shop->watching, row->alert.reader);
    TRY(alert_save(batch, row, &number, &receipt));
    return sinks_tell(batch, &(struct alert_text){.event = event,
                                                  .severity = severity_told(row->alert.detector),
                                                  .detector = slice_text(alert_name(row->alert.detector)),
                                                  .alert = number,
                                                  .reader = row->alert.reader,
                                                  .people = row->alert.people,
                                                  .count = row->alert.count,
                                                  .entry = receipt.index,
                                                  .first_us = row->alert.first_us,
                                                  .last_us = row->alert.last_us,
                                                  .stopped = row->alert.reader != 0 && breaker &&
                                                             breaker->breaker.state == BREAKER_OPEN});
}

RESULT alert_once(struct batch *batch, unsigned detector)
{
    const struct alert_row row = {.alert = {.detector = (enum detector)detector,
                                            .first_us = batch->now_us,
                                            .last_us = batch->now_us,
                                            .told_us = batch->now_us,
                                            .count = 1},
                                  .over_us = batch->now_us};
    return alert_tell(batch, &row, ALERT_OPENED);
}

/* The switch first: what is told says whether the reader is stopped. */
static RESULT finding_settle(struct batch *batch, const struct finding *finding, bool *stopped)
{
    struct watching *watching = batch->shop->watching;
    struct alert_row row = {0};
    batch->authority = true; /* alerts in memory changed: made anew after a rollback */
    enum alerts_event event = alerts_note(watching->alerts, finding, &row.alert);
    watching->muted += event == ALERTS_MUTED;
    TRY(breaker_move(batch, finding, stopped));
    /* what went on for months is told once, and once when it is over: not again for each day of it */
    if (event == ALERTS_AGAIN && finding->at_us < batch->now_us - OUTSIDE_PAST_US) return OK;
    if (alerts_tells(event) || (*stopped && event == ALERTS_FOLDED))
        return alert_tell(batch, &row, event == ALERTS_NEW ? ALERT_OPENED : ALERT_GREW);
    return OK;
}

/* One more reader was stopped: of its role, how many are? */
static RESULT role_settle(struct batch *batch, const struct finding *finding)
{
    struct watching *watching = batch->shop->watching;
    const struct access *access = &batch->shop->access;
    const struct role *role = reader_role(access, finding->reader);
    bool stopped = false;
    if (!role || finding->reader >> 32 == READER_ROLE) return OK;
    uint64_t line = reader_no(READER_ROLE, role->id);
    const struct breaker_row *own = breaker_row_find(watching, line);
    struct together together = together_begin(&watching->params, own ? &own->breaker : NULL, batch->now_us);
    for (size_t i = 0; i < watching->breaker_count; i++) {
        const struct breaker_row *row = &watching->breakers[i];
        if (row->reader >> 32 != READER_ROLE && reader_role(access, row->reader) == role)
            together_count(&together, &row->breaker);
    }
    if (together_score(&together) < 1) return OK;
    const struct finding all = together_finding(&together, line, finding);
    return finding_settle(batch, &all, &stopped);
}

RESULT watching_settle(struct batch *batch)
{
    struct watching *watching = batch->shop->watching;
    if (!watching->watch) return OK;
    watching->found_count += watch_findings(watching->watch, watching->found + watching->found_count,
                                            WATCH_FINDINGS_MAX - watching->found_count);
    watching->found_count +=
        outside_watch_findings(watching->outside, batch->now_us, watching->found + watching->found_count,
                               WATCH_FINDINGS_MAX - watching->found_count);
    while (watching->settled < watching->found_count) {
        const struct finding *finding = &watching->found[watching->settled];
        bool stopped = false;
        TRY(finding_settle(batch, finding, &stopped));
        if (stopped) TRY(role_settle(batch, finding));
        watching->settled++;
    }
    return OK;
}

void watching_settled(struct watching *watching)
{
    watching->found_count -= watching->settled;
    memmove(watching->found, watching->found + watching->settled,
            watching->found_count * sizeof *watching->found);
    watching->settled = 0;
}

void watching_undone(struct watching *watching)
{
    watching->settled = 0;
    watching->lost_told = false;
}

static RESULT breakers_minute(struct batch *batch, bool *noted)
{
    struct watching *watching = batch->shop->watching;
    for (size_t i = 0; i < watching->breaker_count; i++) {
        struct breaker breaker = watching->breakers[i].breaker;
        struct receipt receipt = {0};
        bool moved = false;
        if (breaker.since_us == 0 && breaker.state != BREAKER_CLOSED) { /* it took effect by an approval */
            breaker.since_us = batch->now_us;
            moved = true;
        } else {
            moved = breaker_minute(&watching->policy, &breaker, batch->now_us);
        }
        if (!moved) continue;
        TRY(breaker_save(batch, &the_system, watching->breakers[i].reader, &breaker, &receipt));
        *noted = true;
    }
    return OK;
}

static RESULT alerts_minute(struct batch *batch, bool *noted)
{
    struct watching *watching = batch->shop->watching;
    struct alert over[OVER_MAX];
    for (size_t count = 0; (count = alerts_over(watching->alerts, batch->now_us, over, OVER_MAX)) > 0;) {
        batch->authority = true;
        for (size_t i = 0; i < count; i++) {
            if (over[i].told_us == 0) continue;
            TRY(alert_tell(batch, &(struct alert_row){over[i], batch->now_us}, ALERT_ENDED));
            *noted = true;
        }
    }
    if (!watching->lost || watching->lost_told) return OK;
    watching->lost_told = *noted = true;
    return alert_once(batch, ALERT_MEMORY_LOST);
}

RESULT watching_minute(struct batch *batch, bool *noted)
{
    struct shop *shop = batch->shop;
    struct watching *watching = shop->watching;
    if (watching->off) return OK;
    watch_minute(watching->watch, batch->now_us, shop_customers(shop));
    size_t writes = batch->writes;
    TRY(watching_settle(batch));
    *noted |= batch->writes != writes;
    TRY(breakers_minute(batch, noted));
    TRY(alerts_minute(batch, noted));
    uint64_t known = 0;
    struct result got = shop->store->fact->get(shop->store, saved_fact, &known);
    if (got.code != CODE_NOT_FOUND || !watching->kept) return got.code == CODE_NOT_FOUND ? OK : got;
    struct store *store = batch_write(batch);
    return store->fact->put(store, saved_fact, 1);
}

static bool state_keep(struct shop *shop, const char *file, const char *aad, const struct buf *state)
{
    SCOPED(buf_done) struct buf sealed = {0}, path = {0};
    aead_seal(shop->staff_box, slice_text(aad), buf_slice(state), &sealed);
    shop_path(shop->home, shop->name, file, &path);
    return file_replace_at_home(buf_c(&path), buf_slice(&sealed)).code == CODE_OK;
}

static RESULT state_get(struct shop *shop, const char *file, const char *aad, struct buf *out)
{
    SCOPED(buf_done) struct buf sealed = {0}, path = {0};
    shop_path(shop->home, shop->name, file, &path);
    TRY(file_read(buf_c(&path), STATE_BYTES_MAX, &sealed));
    return aead_open(shop->staff_box, slice_text(aad), buf_slice(&sealed), out);
}

/* A state of so many MiB is written every so many minutes. */
static bool early(const struct buf *state, int64_t saved_us, int64_t now_us)
{
    return now_us - saved_us < (int64_t)(state->len >> STATE_MINUTE_BITS) * MINUTE_US;
}

static void outside_save(struct shop *shop, bool all, int64_t now_us)
{
    struct watching *watching = shop->watching;
    SCOPED(buf_done) struct buf state = {0};
    if (!watching->outside || !outside_watch_changed(watching->outside)) return;
    outside_watch_save(watching->outside, &state);
    if (!all && early(&state, watching->outside_saved_us, now_us)) return;
    if (!state_keep(shop, outside_file, outside_aad, &state)) return;
    watching->outside_saved_us = now_us;
    outside_watch_saved(watching->outside);
}

void watching_save(struct shop *shop, bool all)
{
    struct watching *watching = shop->watching;
    SCOPED(buf_done) struct buf state = {0};
    int64_t now_us = clock_now(&shop->clock);
    if (watching->off) return;
    outside_save(shop, all, now_us);
    if (!watching->changed) return;
    watch_save(watching->watch, &state);
    if (!all && early(&state, watching->saved_us, now_us)) return;
    if (!state_keep(shop, state_file, state_aad, &state)) return;
    watching->saved_us = now_us;
    watching->changed = false;
    watching->kept = true;
}

/* What was learned of systems outside: begun anew when it is gone, as it can be learned again from their logs. */
static RESULT outside_start(struct shop *shop)
{
    struct watching *watching = shop->watching;
    SCOPED(buf_done) struct buf state = {0};
    TRY(outside_watch_new(&watching->params, shop_customers(shop), &watching->outside));
    struct result got = state_get(shop, outside_file, outside_aad, &state);
    if (got.code == CODE_OK) got = outside_watch_load(watching->outside, buf_slice(&state));
    return got.code == CODE_UNAVAILABLE ? got : OK;
}

RESULT watching_start(struct shop *shop)
{
    struct watching *watching = shop->watching;
    const struct watch_options options = {.params = watching->params, .customers = shop_customers(shop)};
    SCOPED(buf_done) struct buf state = {0};
    uint64_t known = 0;
    if (watching->off) return OK;
    TRY(watch_new(&options, &watching->watch));
    TRY(outside_start(shop));
    struct result got = state_get(shop, state_file, state_aad, &state);
    if (got.code == CODE_OK) got = watch_load(watching->watch, buf_slice(&state));
    watching->kept = got.code == CODE_OK;
    if (watching->kept) return OK;
    got = shop->store->fact->get(shop->store, saved_fact, &known);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    watching->lost = got.code == CODE_OK;
    return OK;
}
