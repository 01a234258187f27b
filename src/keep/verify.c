#include "keep/access/right.h"
#include "keep/incident_lines.h"
#include "keep/matter.h"
#include "keep/reseal.h"
#include "keep/verify_priv.h"
#include "store/sqlite/sqlite.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those that no shop has taken over are closed. */
struct views {
    struct store *at[HANDS_MAX];
    size_t count;
};

static void views_done(struct views *views)
{
    for (size_t i = 0; i < HANDS_MAX; i++) {
        if (views->at[i]) views->at[i]->batch->close(&views->at[i]);
    }
}

static void verify_done(struct verify *verify)
{
    crew_done(&verify->crew);
    free(verify->written);
    free(verify->tags);
    authority_list_done(&verify->authority);
    verify_seen_done(verify);
    verify_observed_done(&verify->outside);
    shop_free(&verify->shop);
}

static void found(struct verify_report *report, const char *shop, const char *text)
{
    if (report->finding_count < VERIFY_FINDINGS_MAX) {
        (void)snprintf(report->findings[report->finding_count], FINDING_BYTES, "shop %s: %s", shop,
                       text); /* cut is fine */
    }
    report->finding_count++;
}

static RESULT finding(struct verify_report *report, const struct shop *shop, struct result result)
{
    if (result.code == CODE_OK) return OK;
    if (result.code != CODE_CORRUPT && result.code != CODE_INVALID && result.code != CODE_NOT_FOUND)
        return result;
    found(report, shop->name, result_text());
    return OK;
}

RESULT finding_of(struct verify *verify, struct result result)
{
    return finding(verify->report, verify->shop, result);
}

RESULT finding_by(struct hand *hand, struct result result)
{
    return finding(&hand->part, hand->shop, result);
}

/* What was signed last, read before the snapshot is taken, so that a running daemon cannot be ahead of it. */
static RESULT signed_take(struct verify *verify, const struct home *home, const char *name)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(keyring_free) struct keyring *keyring = NULL;
    SCOPED(buf_done) struct buf file = {0};
    TRY(crypto_new(&crypto));
    shop_path(home, name, "signed", &file);
    TRY(home_keyring(home, crypto, name, &keyring));
    struct ledger_options options = {crypto, NULL, keyring, verify->options->clock, buf_c(&file)};
    struct result known = ledger_behind(&options, &verify->state);
    verify->state_known = known.code == CODE_OK;
    return known.code == CODE_NOT_FOUND ? OK : known;
}

/* As many lines as entries of them: the newest could be missing without a gap. */
static RESULT lines_whole(struct verify *verify, const char *of, uint64_t entries,
                          struct result (*check)(struct shop *shop, uint64_t *lines))
{
    uint64_t lines = 0;
    TRY(check(verify->shop, &lines));
    if (lines == entries) return OK;
    return FAIL(TAMPERED, "%s: the ledger has entries of %llu lines, the store has %llu", of,
                (unsigned long long)entries, (unsigned long long)lines);
}

static RESULT shop_check(struct verify *verify)
{
    TRY(sightings_upto(verify->shop->store, &verify->upto));
    TRY(sightings_rolled(verify->shop->store, &verify->rolled));
    TRY(verify_entries(verify));
    TRY(verify_subjects(verify));
    TRY(verify_authority(verify));
    TRY(finding_of(verify, rights_check(verify->shop)));
    TRY(finding_of(verify, lines_whole(verify, "incident", verify->incident_lines, incident_lines_check)));
    TRY(finding_of(verify, lines_whole(verify, "matter", verify->matter_lines, matters_check)));
    if (verify->options->kept)
        TRY(finding_of(verify, verify->options->kept(verify->shop, &verify->report->exposures)));
    TRY(verify_checkpoints(verify));
    if (!verify->options->restored) TRY(verify_signed(verify));
    return verify_pin(verify);
}

/* The shop, and one for each hand but the first, all of one moment while a daemon goes on. */
static RESULT shops_open(struct verify *verify, const struct home *home, const char *name,
                         struct views *views)
{
    SCOPED(buf_done) struct buf path = {0};
    shop_path(home, name, "shop.db", &path);
    TRY(sqlite_views(buf_c(&path), &views->count, views->at));
    struct shop_options options = {home, name, verify->options->clock, SHOP_READER, TAKE(views->at[0])};
    TRY(shop_open(&options, &verify->shop));
    return crew_make(verify, views->at, views->count);
}

static RESULT shop_verify(const struct verify_options *options, const struct home *home, const char *name,
                          struct verify_report *report)
{
    SCOPED(views_done) struct views views = {.count = crew_size()};
    SCOPED(verify_done) struct verify verify = {.options = options, .report = report};
    report->shops++;
    struct result opened = signed_take(&verify, home, name);
    if (opened.code == CODE_OK) opened = shops_open(&verify, home, name, &views);
    if (opened.code == CODE_CORRUPT) { /* so broken that it does not open: that is the finding */
        found(report, name, result_text());
        return OK;
    }
    TRY(opened);
    return shop_check(&verify);
}

RESULT verify_home(const struct verify_options *options, struct verify_report *out)
{
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(shop_names_done) struct shop_names names = {0};
    int64_t began_us = clock_monotonic_us();
    bool any = false;
    memset(out, 0, sizeof *out);
    sqlite_setup();
    TRY(home_open(options->home, options->passphrase, false, &home));
    TRY(home_shops(home, &names));
    for (size_t i = 0; i < names.count; i++) {
        if (options->shop && strcmp(options->shop, names.at[i]) != 0) continue;
        any = true;
        TRY(shop_verify(options, home, names.at[i], out));
    }
    if (!any) return FAIL(NOT_FOUND, "shop: this home has none of that name");
    if (options->pin.len > 0 && !out->pin_matched && out->finding_count == 0) {
        return FAIL(INVALID, "pin: not a checkpoint that a log of this home signed");
    }
    out->took_us = clock_monotonic_us() - began_us;
    return OK;
}
