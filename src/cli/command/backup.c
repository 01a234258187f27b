#include "keep/backup/backup.h"
#include "cli/command/backup.h"
#include "cli/commands.h"
#include "cli/handover.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct passphrase_source custody_phrase = {"AMANAH_CUSTODY_FILE", "custody",
                                                 "Passphrase of the file of keys"};

RESULT home_phrase_get(const char *path, struct buf *out)
{
    static const struct passphrase_source source = {"AMANAH_PASSPHRASE_FILE", "passphrase",
                                                    "Passphrase of the home"};
    enum seal_kind seal = SEAL_PLAIN;
    TRY(home_seal_kind(path, &seal));
    return seal == SEAL_PASSPHRASE ? passphrase_get(&source, out) : OK;
}

/* Where a backup goes: standard output, a file that takes its name once it is whole, or a command. */
struct outlet {
    FILE *at;              /* NULL: a command, or none */
    struct hand_over hand; /* of a command */
    struct buf path, part; /* of a file; both empty otherwise */
    struct progress progress;
};

static void outlet_done(struct outlet *outlet)
{
    if (outlet->hand.child) (void)hand_end(&outlet->hand).code; /* it failed before */
    if (outlet->at && outlet->at != stdout) (void)fclose(outlet->at);
    if (outlet->part.len > 0) (void)unlink(buf_c(&outlet->part)); /* it was not finished */
    buf_done(&outlet->path);
    buf_done(&outlet->part);
}

static RESULT failed(const char *what)
{
    if (errno == ENOSPC) return FAIL(DISK_FULL, "backup: the disk is full; free some space, then try again");
    return FAIL(UNAVAILABLE, "backup: cannot %s: %s", what, strerror(errno));
}

static RESULT outlet_put(void *context, struct slice bytes)
{
    struct outlet *outlet = context;
    if (outlet->hand.child) return hand_more(&outlet->hand, bytes);
    return fwrite(bytes.at, 1, bytes.len, outlet->at) == bytes.len ? OK : failed("write it");
}

static RESULT outlet_close(struct outlet *outlet)
{
    FILE *at = outlet->at;
    if (outlet->hand.child) return hand_end(&outlet->hand);
    bool good = fflush(at) == 0;
    outlet->at = NULL;
    if (at == stdout) return good ? OK : failed("write it");
    good = good && fsync(fileno(at)) == 0;
    return fclose(at) == 0 && good ? OK : failed("write it");
}

static RESULT outlet_durable(void *context)
{
    struct outlet *outlet = context;
    TRY(outlet_close(outlet));
    if (outlet->part.len == 0) return OK;
    if (rename(buf_c(&outlet->part), buf_c(&outlet->path)) != 0) return failed("name it");
    buf_done(&outlet->part);
    return OK;
}

/* In a folder it is named by its time, so that they sort. */
static RESULT path_of(const char *out, int64_t now_us, const char *kind, struct buf *path)
{
    struct stat status = {0};
    SCOPED(buf_done) struct buf time = {0};
    buf_text(path, out);
    if (stat(out, &status) != 0 || !S_ISDIR(status.st_mode)) return OK;
    time_put(&time, now_us / SECOND_US * SECOND_US);
    buf_print(path, "/amanah-%.*s-%s.age", (int)time.len, (const char *)time.at, kind);
    return OK;
}

static RESULT outlet_open(const struct call *call, const char *kind, int64_t now_us, struct outlet *out)
{
    const char *file = call_text(call, OPT_OUT), *command = call_text(call, OPT_COMMAND);
    if (file && command) return FAIL(USAGE, "--out, --command: one of them");
    if (command) return hand_begin(command, &out->hand);
    if (!file || strcmp(file, "-") == 0) {
        if (isatty(STDOUT_FILENO)) {
            return FAIL(USAGE,
                        "%s: not onto a terminal: give it a file, as in amanah %s HOME > FILE, or --out",
                        call->command->words, call->command->words);
        }
        out->at = stdout;
        return OK;
    }
    TRY(path_of(file, now_us, kind, &out->path));
    buf_slice_put(&out->part, buf_slice(&out->path));
    buf_text(&out->part, ".part");
    int fd = open(buf_c(&out->part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    out->at = fd < 0 ? NULL : fdopen(fd, "w");
    return out->at ? OK : failed("open the file");
}

static void picture(void *context, uint64_t done, uint64_t all)
{
    struct outlet *outlet = context;
    progress_part(&outlet->progress, done >> 20, all >> 20, "MB");
}

static RESULT recipients_take(const struct call *call, struct age_recipient *out, size_t *count)
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
    TRY(home_phrase_get(home, &phrase));
    TRY(passphrase_get_new(&custody_phrase, &custody));
    TRY(outlet_open(call, "keys", clock_now(&clock), &outlet));
    TRY(keys_export(home, buf_slice(&phrase), buf_slice(&custody), outlet_put, &outlet));
    TRY(outlet_durable(&outlet));
    if (!call_has(call, OPT_QUIET)) {
        (void)fprintf(stderr,
                      "The keys of the home, sealed by that passphrase. Keep them where no backup is; make "
                      "them anew after a field, a shop or a log was added.\n");
    }
    return OK;
}

RESULT command_backup(struct call *call)
{
    if (call_has(call, OPT_CUSTODY)) return backup_keys(call);
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
    TRY(recipients_take(call, to, &options.to_count));
    TRY(home_phrase_get(options.home, &phrase));
    options.passphrase = buf_slice(&phrase);
    TRY(outlet_open(call, options.increment ? "increment" : "full", clock_now(&options.clock), &outlet));
    struct result made = backup_make(&options, &report);
    progress_end(&outlet.progress);
    TRY(made);
    return report_show(call, &report);
}
