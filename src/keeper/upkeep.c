#include "answer/desk/desk.h"
#include "answer/facts/deadlines.h"
#include "answer/incident/evidence.h"
#include "answer/incident/held.h"
#include "answer/redress/remind.h"
#include "answer/report/silence.h"
#include "keep/access/approval.h"
#include "keep/access/key_make.h"
#include "keep/access/secret.h"
#include "keep/access/service.h"
#include "keep/erase.h"
#include "keep/hold.h"
#include "keep/watch/sink.h"
#include "keep/watch/watching.h"
#include "keep/watch/weekly.h"
#include "keeper/keeper_priv.h"

#include <string.h>

uint64_t stranger_tries(const struct keeper *keeper, const struct shop *shop,
                        const uint8_t network[NETWORK_BYTES])
{
    int64_t minute = clock_now(&keeper->options.clock) / MINUTE_US;
    size_t place = shop_place(keeper, shop);
    uint64_t count = 0;
    for (size_t i = 0; i < keeper->stranger_count; i++) {
        const struct stranger *at = &keeper->strangers[i];
        if (at->minute == minute && at->shop == place && memcmp(at->network, network, NETWORK_BYTES) == 0)
            count += at->count;
    }
    return count;
}

void stranger_count(struct keeper *keeper, struct shop *shop, const uint8_t network[NETWORK_BYTES],
                    uint64_t reader, bool noted)
{
    int64_t minute = clock_now(&keeper->options.clock) / MINUTE_US;
    size_t place = shop_place(keeper, shop);
    for (size_t i = 0; i < keeper->stranger_count; i++) {
        struct stranger *at = &keeper->strangers[i];
        if (at->minute != minute || at->shop != place || at->reader != reader ||
            memcmp(at->network, network, NETWORK_BYTES) != 0)
            continue;
        at->count++;
        at->noted += noted;
        return;
    }
    size_t last = keeper->stranger_count;
    while (keeper->stranger_count == STRANGERS_MAX && last > 0 && keeper->strangers[last - 1].shop != place)
        last--;
    if (keeper->stranger_count == STRANGERS_MAX) { /* many networks at once share the shop's last row */
        if (last > 0) keeper->strangers[last - 1].count++;
        if (last > 0) keeper->strangers[last - 1].noted += noted;
        return;
    }
    struct stranger *at = &keeper->strangers[keeper->stranger_count++];
    *at = (struct stranger){.reader = reader, .shop = place, .minute = minute, .count = 1, .noted = noted};
    memcpy(at->network, network, NETWORK_BYTES);
}

/* One entry for each network and minute that is over; `all`: for the present minute too. Kept until committed. */
static size_t strangers_note(struct keeper *keeper, struct batch *batch, bool all)
{
    int64_t minute = clock_now(&keeper->options.clock) / MINUTE_US;
    size_t place = shop_place(keeper, batch->shop), noted = 0;
    for (size_t i = 0; i < keeper->stranger_count; i++) {
        const struct stranger *at = &keeper->strangers[i];
        if (at->shop != place || at->count == at->noted || (at->minute >= minute && !all)) continue;
        struct reader reader = {.no = at->reader};
        struct receipt receipt = {0};
        memcpy(reader.network, at->network, NETWORK_BYTES);
        struct draft draft = batch_draft(batch, &reader, ENTRY_STRANGERS);
        draft.entry.count = at->count - at->noted;
        batch_append(batch, &draft, &receipt);
        noted++;
    }
    return noted;
}

static void strangers_forget(struct keeper *keeper, const struct shop *shop, bool all)
{
    int64_t minute = clock_now(&keeper->options.clock) / MINUTE_US;
    size_t place = shop_place(keeper, shop), kept = 0;
    for (size_t i = 0; i < keeper->stranger_count; i++) {
        const struct stranger *at = &keeper->strangers[i];
        if (at->shop == place && (at->minute < minute || all)) continue;
        keeper->strangers[kept++] = *at;
    }
    keeper->stranger_count = kept;
}

/* What is kept for a while only; while a legal hold stands it is kept. */
static RESULT sweep(struct batch *batch, bool *noted)
{
    TRY(desk_forget(batch, noted));
    TRY(sinks_sweep(batch));
    TRY(post_sweep(batch));
    struct result expired = misses_expire(batch);
    return expired.code == CODE_CORRUPT ? OK : expired; /* tampering is for verify to tell */
}

/* What is due of vouchers. Where its rows were tampered with, the asks about them say so, and verify. */
static RESULT compensate(struct batch *batch, bool all)
{
    struct result done = redress_settle(batch);
    if (all && done.code == CODE_OK) redress_close(batch);
    return done.code == CODE_CORRUPT ? OK : done;
}

/* Who has compensation left that ends soon is told. As above: nobody's upkeep waits for rows that were tampered with. */
static RESULT remind(struct batch *batch, bool *noted)
{
    struct result done = reminders_due(batch, noted);
    return done.code == CODE_CORRUPT ? OK : done;
}

static RESULT upkeep(struct keeper *keeper, struct shop *shop, struct batch *batch, bool all, bool *noted)
{
    struct store *store = shop->store;
    TRY(batch_begin(shop, &keeper->arena, batch));
    *noted = strangers_note(keeper, batch, all) > 0;
    TRY(approvals_due(batch, noted));
    TRY(services_drift(batch, noted));
    TRY(watching_minute(batch, noted));
    TRY(store->replay->sweep(store, batch->now_us));
    TRY(keys_upkeep(batch));
    TRY(secrets_tell(batch, noted));
    TRY(weekly_due(batch, noted));
    TRY(deadlines_watch(batch, noted));
    TRY(desk_watch(batch, noted));
    TRY(holds_due(batch, noted));
    TRY(held_due(batch, noted));
    TRY(silence_due(batch, noted));
    TRY(compensate(batch, all));
    TRY(remind(batch, noted));
    if (!hold_stands(&shop->access)) TRY(sweep(batch, noted));
    TRY(sightings_write(shop->sightings, ledger_durable(shop->ledger)));
    TRY(sightings_roll(shop->sightings, (uint32_t)(ledger_last_us(shop->ledger) / HOUR_US)));
    return batch_settle(batch);
}

void evidence_tidy(struct keeper *keeper, struct shop *shop)
{
    struct result done = evidence_settle(shop, clock_now(&keeper->options.clock));
    if (done.code != CODE_OK)
        return; /* it is tried again in a minute; nothing is lost, and nothing waits for it */
}

void shop_upkeep(struct keeper *keeper, struct shop *shop, bool all)
{
    SCOPED(batch_done) struct batch batch = {0};
    bool noted = false;
    import_room_free(shop); /* an import that goes on takes its room anew */
    struct result done = upkeep(keeper, shop, &batch, all, &noted);
    if (done.code == CODE_OK) {
        sightings_written(shop->sightings);
        strangers_forget(keeper, shop, all);
        shop_scrub(shop);
        watching_save(shop, all);
        evidence_tidy(keeper, shop);
        jobs_tidy(keeper, shop);
        return;
    }
    batch_rollback(
        &batch); /* nothing is lost: it is tried again in a minute, and made anew at the next start */
}
