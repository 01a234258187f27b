#include "keep/backup/restore.h"
#include "answer/scope/kept.h"
#include "cli/command/backup.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "keep/put.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1024 * 1024, CUSTODY_BYTES_MAX = 16 * 1024 * 1024, ERASED_BYTES_MAX = 256 * 1024 * 1024 };

/* What was read from the command line, as long as the restore. */
struct wanted {
    struct buf phrase, custody, custody_phrase, erased;
    struct progress progress;
};

static void wanted_done(struct wanted *wanted)
{
    buf_done(&wanted->phrase);
    buf_done(&wanted->custody);
    buf_done(&wanted->custody_phrase);
    buf_done(&wanted->erased);
}

static void file_done(FILE **file)
{
    if (*file && *file != stdin) (void)fclose(*file);
}

static RESULT take_one(struct restore *restore, const char *path)
{
    SCOPED(buf_done) struct buf room = {0};
    SCOPED(file_done) FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file) return FAIL(UNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
    uint8_t *at = buf_extend(&room, READ_BYTES);
    size_t got = 0;
    TRY(restore_next(restore));
    while ((got = fread(at, 1, READ_BYTES, file)) > 0) TRY(restore_take(restore, (struct slice){at, got}));
    if (ferror(file)) return FAIL(UNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
    return restore_close(restore);
}

static void picture(void *context, uint64_t done, uint64_t all)
{
    progress_part(context, done, all, "entries");
}

/* --keys: a folder is a home, or what is left of one; a file is what `backup --custody` made. */
static RESULT keys_name(const struct call *call, struct restore_options *options, struct wanted *wanted)
{
    struct stat status = {0};
    const char *keys = call_text(call, OPT_KEYS);
    if (keys && stat(keys, &status) == 0 && S_ISDIR(status.st_mode)) {
        options->keys = keys;
    } else if (keys) {
        TRY(input_read(keys, CUSTODY_BYTES_MAX, &wanted->custody));
        TRY(passphrase_get(&custody_phrase, &wanted->custody_phrase));
        options->custody = buf_slice(&wanted->custody);
        options->custody_passphrase = buf_slice(&wanted->custody_phrase);
    }
    if (call_has(call, OPT_ERASED)) {
        TRY(input_read(call_text(call, OPT_ERASED), ERASED_BYTES_MAX, &wanted->erased));
        if (wanted->erased.len == 0) {
            return FAIL(ERASURES_UNKNOWN, "%s: is empty, and no list of erasures: bring a whole copy of it",
                        call_text(call, OPT_ERASED));
        }
        options->erased = buf_slice(&wanted->erased);
    }
    options->erasures_unknown = call_has(call, OPT_ERASURES_UNKNOWN);
    return OK;
}

/* The seal is known once the keys are there: a passphrase is asked for when opening without one was refused. */
static RESULT begin(struct restore_options *options, struct wanted *wanted, struct restore **out)
{
    static const struct passphrase_source source = {"AMANAH_PASSPHRASE_FILE", "passphrase",
                                                    "Passphrase of the home"};
    if (getenv(source.variable)) TRY(passphrase_get(&source, &wanted->phrase));
    options->passphrase = buf_slice(&wanted->phrase);
    struct result begun = restore_begin(options, out);
    if (begun.cause != CAUSE_SEALED || wanted->phrase.len > 0) return begun;
    struct result asked = passphrase_get(&source, &wanted->phrase);
    if (asked.code != CODE_OK) return begun;
    options->passphrase = buf_slice(&wanted->phrase);
    return restore_begin(options, out);
}

/* An older copy of a list of erasures is whole as well: who restores sees how far it goes. */
static void erasures_show(struct restore_erasures erasures)
{
    SCOPED(buf_done) struct buf time = {0};
    if (erasures.count == 0) return;
    time_put(&time, erasures.newest_us);
    show_words("Of the list of erasures: %llu, the newest of ", (unsigned long long)erasures.count);
    show_slice(buf_slice(&time));
    show_words(". Whoever was erased later comes back: is that the newest copy of it?\n");
}

static RESULT report_show(const struct call *call, struct restore *restore,
                          const struct verify_report *report, bool drill)
{
    const struct manifest *manifest = restore_manifest(restore);
    struct restore_erasures erasures = restore_erasures(restore);
    if (call_has(call, OPT_JSON)) {
        SCOPED(buf_done) struct buf doc = {0}, time = {0};
        time_put(&time, manifest->made_us);
        cbor_map(&doc, 6);
        cbor_text(&doc, SLICE_TEXT("made"));
        cbor_text(&doc, buf_slice(&time));
        cbor_text(&doc, SLICE_TEXT("entries"));
        cbor_uint(&doc, report->entries);
        cbor_text(&doc, SLICE_TEXT("subjects"));
        cbor_uint(&doc, report->subjects);
        cbor_text(&doc, SLICE_TEXT("drill"));
        cbor_bool(&doc, drill);
        put_number(&doc, "erasures", erasures.count);
        put_time_or_null(&doc, "erasures_newest", erasures.newest_us);
        return show_json(doc_of(buf_slice(&doc)));
    }
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, manifest->made_us);
    show_words("%s of ", drill ? "The backup" : "Restored: the backup");
    show_slice(buf_slice(&time));
    show_words(" holds together: %llu subjects, %llu entries, every digest and signature.\n",
               (unsigned long long)report->subjects, (unsigned long long)report->entries);
    erasures_show(erasures);
    if (!drill) {
        show_words(
            "Whatever came after it is not there. At its first start the ledger begins a new log that names "
            "the "
            "old one, unless this was the newest state; people on the list of erasures are erased again.\n");
        if (call_has(call, OPT_ERASURES_UNKNOWN)) {
            show_words(
                "Nobody is shown what it keeps of people until a second person agrees (amanah approval "
                "list) or a day has passed since its first start.\n");
        }
    }
    return OK;
}

/* The files of the chain, then HOME. */
RESULT command_restore(struct call *call)
{
    const char *home = call->args[call->arg_count - 1];
    size_t files = call->arg_count - 1;
    bool drill = call_has(call, OPT_DRY_RUN);
    SCOPED(wanted_done) struct wanted wanted = {.progress = progress_begin(call, 0)};
    SCOPED(restore_free) struct restore *restore = NULL;
    struct restore_options options = {.home = home,
                                      .drill = drill,
                                      .clock = clock_system(),
                                      .progress = picture,
                                      .context = &wanted.progress,
                                      .kept = exposures_check};
    struct verify_report report = {0};
    TRY(keys_name(call, &options, &wanted));
    TRY(begin(&options, &wanted, &restore));
    for (size_t i = 0; i < files; i++) TRY(take_one(restore, call->args[i]));
    struct result ended = restore_end(restore, &report);
    progress_end(&wanted.progress);
    TRY(ended);
    return report_show(call, restore, &report, drill);
}
