/* What was found takes effect: alerts, breakers; each minute what ends by itself, and keeping what was learned. */
#include "keep/watch/watching_priv.h"

#include <string.h>

enum { OVER_MAX = 16, STATE_BYTES_MAX = WATCH_READERS_MAX * 8192 + 65536, STATE_MINUTE_BITS = 20 };
static const char state_file[] = "watch", state_aad[] = "amanah watch 1", saved_fact[] = "watch_saved";

static RESULT breaker_move(struct batch *batch, const struct finding *finding)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct watching *watching = batch->shop->watching;
    struct breaker_row *row = breaker_row_find(watching, finding->reader);
    struct breaker breaker = row ? row->breaker : (struct breaker){0};
    struct receipt receipt = {0};
    if (finding->detector == DETECTOR_PASSES)
        return OK; /* strangers cause it: they must not stop a shop's front end */
    if (finding->reader == reader_no(READER_OPERATOR, 0))
        return OK; /* who holds the machine could read the keys: an alert tells, a refusal would keep out nobody */
    if (breaker_finding(&watching->policy, &breaker, finding))
        return breaker_save(batch, &system, finding->reader, &breaker, &receipt);
    if (row) row->breaker.last_us = breaker.last_us;
    return OK;
}

static RESULT finding_settle(struct batch *batch, const struct finding *finding)
{
    struct alert_row row = {0};
    batch->authority = true; /* alerts in memory changed: made anew after a rollback */
    if (alerts_tells(alerts_note(batch->shop->watching->alerts, finding, &row.alert)))
        TRY(alert_save(batch, &row));
    return breaker_move(batch, finding);
}

RESULT watching_settle(struct batch *batch)
{
    struct watching *watching = batch->shop->watching;
    if (!watching->watch) return OK;
    watching->found_count += watch_findings(watching->watch, watching->found + watching->found_count,
                                            WATCH_FINDINGS_MAX - watching->found_count);
    while (watching->settled < watching->found_count) {
        TRY(finding_settle(batch, &watching->found[watching->settled]));
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
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
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
        TRY(breaker_save(batch, &system, watching->breakers[i].reader, &breaker, &receipt));
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
            TRY(alert_save(batch, &(struct alert_row){over[i], batch->now_us}));
            *noted = true;
        }
    }
    if (!watching->lost || watching->lost_told) return OK;
    const struct alert_row lost = {.alert = {.detector = (enum detector)ALERT_MEMORY_LOST,
                                             .first_us = batch->now_us,
                                             .last_us = batch->now_us,
                                             .told_us = batch->now_us,
                                             .count = 1},
                                   .over_us = batch->now_us};
    watching->lost_told = *noted = true;
    return alert_save(batch, &lost);
}

RESULT watching_minute(struct batch *batch, bool *noted)
{
    struct shop *shop = batch->shop;
    struct watching *watching = shop->watching;
    if (watching->off) return OK;
    watch_minute(watching->watch, batch->now_us, shop->last.at);
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

void watching_save(struct shop *shop, bool all)
{
    struct watching *watching = shop->watching;
    SCOPED(buf_done) struct buf state = {0}, sealed = {0}, path = {0};
    int64_t now_us = clock_now(&shop->clock);
    if (watching->off || !watching->changed) return;
    watch_save(watching->watch, &state);
    /* a state of so many MiB is written every so many minutes */
    if (!all && now_us - watching->saved_us < (int64_t)(state.len >> STATE_MINUTE_BITS) * MINUTE_US) return;
    aead_seal(shop->staff_box, slice_text(state_aad), buf_slice(&state), &sealed);
    shop_path(shop->home, shop->name, state_file, &path);
    if (file_replace(buf_c(&path), buf_slice(&sealed)).code != CODE_OK) return;
    watching->saved_us = now_us;
    watching->changed = false;
    watching->kept = true;
}

RESULT watching_start(struct shop *shop)
{
    struct watching *watching = shop->watching;
    const struct watch_options options = {.params = watching->params, .customers = shop->last.at};
    SCOPED(buf_done) struct buf state = {0}, sealed = {0}, path = {0};
    uint64_t known = 0;
    if (watching->off) return OK;
    TRY(watch_new(&options, &watching->watch));
    shop_path(shop->home, shop->name, state_file, &path);
    struct result got = file_read(buf_c(&path), STATE_BYTES_MAX, &sealed);
    if (got.code == CODE_OK)
        got = aead_open(shop->staff_box, slice_text(state_aad), buf_slice(&sealed), &state);
    if (got.code == CODE_OK) got = watch_load(watching->watch, buf_slice(&state));
    watching->kept = got.code == CODE_OK;
    if (watching->kept) return OK;
    got = shop->store->fact->get(shop->store, saved_fact, &known);
    if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
    watching->lost = got.code == CODE_OK;
    return OK;
}
