#include "keep/backup/backup.h"
#include "cli/client.h"
#include "cli/command/backup.h"
#include "cli/command/backup_outlet.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "keep/backup/kept.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICEST = 19 };

const struct passphrase_source custody_phrase = {"AMANAH_CUSTODY_FILE", "custody",
                                                 "Passphrase of the file of keys"};

static void picture(void *context, uint64_t done, uint64_t all)
{
    struct outlet *outlet = context;
    progress_part(&outlet->progress, done >> 20, all >> 20, "MB");
}

RESULT backup_recipients(const struct call *call, struct age_recipient *out, size_t *count)
{
    for (size_t i = 0; i < call->given_count; i++) {
        if (call->given[i].option != OPT_TO) continue;
        if (*count == AGE_RECIPIENTS_MAX - 1) return FAIL(USAGE, "--to: at most %d", AGE_RECIPIENTS_MAX - 1);
        struct result got = age_recipient_get(slice_text(call->given[i].value), &out[*count]);
        if (got.code != CODE_OK) return FAIL(USAGE, "--to: not an age recipient, such as age1...");
        ++*count;
    }
    return OK;
}

static RESULT report_show(const struct call *call, const struct backup_report *report)
{
    FILE *talk = stderr; /* standard output may be the backup */
    const struct manifest *manifest = &report->manifest;
    if (call_has(call, OPT_QUIET)) return OK;
    (void)fprintf(talk, "%s of %zu %s: %llu pages, %llu bytes.\n",
                  manifest->follows ? "An increment" : "A backup", manifest->shop_count,
                  manifest->shop_count == 1 ? "shop" : "shops", (unsigned long long)report->pages,
                  (unsigned long long)report->bytes);
    for (size_t i = 0; i < manifest->shop_count; i++)
        (void)fprintf(talk, "  %s: its ledger up to %llu entries\n", manifest->shops[i].name,
                      (unsigned long long)manifest->shops[i].size);
    (void)fprintf(talk,
                  "It opens with this home's keys, which are not in it: keep a copy of them elsewhere, by "
                  "amanah backup --custody.\n");
    return OK;
}

static RESULT backup_keys(struct call *call)
{
    SCOPED(buf_done) struct buf phrase = {0}, custody = {0};
    SCOPED(outlet_done) struct outlet outlet = {0};
    const char *home = call->args[0];
    struct clock clock = clock_system();
    int64_t begun_us = clock_now(&clock);
    TRY(home_phrase_get(home, &phrase));
    TRY(passphrase_get_new(&custody_phrase, &custody));
    TRY(outlet_open(call, "keys", begun_us, &outlet));
    TRY(keys_export(home, buf_slice(&phrase), buf_slice(&custody), outlet_put, &outlet));
    TRY(outlet_durable(&outlet));
    TRY(keys_kept(home, begun_us));
    if (!call_has(call, OPT_QUIET)) {
        (void)fprintf(stderr,
                      "The keys of the home, sealed by that passphrase. Keep them where no backup is; make "
                      "them anew after another seal, a rotation, or a field, campaign, shop or log that was "
                      "added: amanah doctor tells.\n");
    }
    return OK;
}

/*
 * Whoever looks goes first: the least share of processors and disk, which is all of them while nobody else wants any. In
 * amanah-backup.service neither call is allowed, and systemd has done the same before.
 */
static void step_back(void)
{
    enum {
        PROCESS = 1,
        CLASS_IDLE = 3,
        CLASS_SHIFT = 13
    }; /* ioprio_set(2): the C library has no names for them */
    (void)setpriority(PRIO_PROCESS, 0, NICEST);
    (void)syscall(SYS_ioprio_set, PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
}

RESULT command_backup(struct call *call)
{
    if (call_has(call, OPT_CUSTODY)) return backup_keys(call);
    step_back();
    if (call_has(call, OPT_SCHEDULED)) return backup_scheduled(call);
    struct age_recipient to[AGE_RECIPIENTS_MAX];
    SCOPED(buf_done) struct buf phrase = {0};
    SCOPED(outlet_done) struct outlet outlet = {.progress = progress_begin(call, 0)};
    SCOPED(backup_report_done) struct backup_report report = {0};
    struct backup_options options = {.home = call->args[0],
                                     .increment = call_has(call, OPT_INCREMENT),
                                     .to = to,
                                     .clock = clock_system(),
                                     .put = outlet_put,
                                     .durable = outlet_durable,
                                     .progress = picture,
                                     .context = &outlet};
    TRY(backup_recipients(call, to, &options.to_count));
    TRY(home_phrase_get(options.home, &phrase));
    options.passphrase = buf_slice(&phrase);
    TRY(outlet_open(call, options.increment ? "increment" : "full", clock_now(&options.clock), &outlet));
    struct result made = backup_make(&options, &report);
    progress_end(&outlet.progress);
    TRY(made);
    return report_show(call, &report);
}
