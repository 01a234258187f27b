/*
 * Backups as a timer runs them. A folder holds generations: a full backup, and the increments that follow it. One run
 * makes the next file, hands it to a command if one is named, removes generations that are too old, brings the newest
 * chain back as a drill when that is due, and notes all of it in the ledger of every shop.
 *
 * What a run that was killed leaves behind is no harm: a file ".part" that nobody takes for a backup, the folder of a
 * drill, both removed by the next run; and a backup that was made but not noted, which the next one is after.
 */
#include "answer/scope/kept.h"
#include "cli/ask.h"
#include "cli/command/backup.h"
#include "cli/command/backup_outlet.h"
#include "cli/commands.h"
#include "keep/backup/backup.h"
#include "keep/backup/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HOURS_DEFAULT = 24,
    HOURS_MAX = 24 * 31,
    GENERATIONS_DEFAULT = 14,
    GENERATIONS_MAX = 1000,
    DRILL_DAYS_DEFAULT = 30,
    DRILL_DAYS_MAX = 366,
    FILES_MAX = 100000,
    STATE_BYTES_MAX = 4096,
    READ_BYTES = 1024 * 1024,
    TIMER_SLACK_MIN = 15 /* a timer comes a little early or late */
};

static const char prefix[] = "amanah-", full_end[] = "-full.age", increment_end[] = "-increment.age";
static const char lock_name[] = ".amanah.lock", newest_name[] = ".amanah.newest",
                  drill_name[] = ".amanah.drill";

/* Backups of a folder by name, and so by time. */
struct files {
    char **at;
    size_t count;
};

struct turn {
    struct call *call;
    const char *home, *folder;
    struct buf phrase;
    struct clock clock;
    int64_t now_us;
    uint64_t full_hours, generations, drill_days;
    int lock_fd;
    struct files files;
    struct backup_report report;
    struct buf made;     /* path of what was made */
    struct buf manifest; /* of it, as signed; and its hash */
    struct hash hash;
};

static void files_done(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) free(files->at[i]);
    free(files->at);
    *files = (struct files){0};
}

static void turn_done(struct turn *turn)
{
    files_done(&turn->files);
    backup_report_done(&turn->report);
    buf_done(&turn->phrase);
    buf_done(&turn->made);
    buf_done(&turn->manifest);
    if (turn->lock_fd >= 0) (void)close(turn->lock_fd);
}

static RESULT failed(const char *what, const char *path)
{
    if (errno == ENOSPC) return FAIL(DISK_FULL, "backup: the disk is full; free some space, then try again");
    return FAIL(UNAVAILABLE, "backup: %s: cannot %s: %s", path, what, strerror(errno));
}

static void folder_path(const struct turn *turn, const char *name, struct buf *out)
{
    buf_print(out, "%s/%s", turn->folder, name);
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static bool is_full(const char *name)
{
    return ends_with(name, full_end);
}

/* The time in a name of ours; 0: it is none. */
static int64_t time_of(const char *name)
{
    int64_t time_us = 0;
    size_t head = sizeof prefix - 1, len = strlen(name);
    const char *end = is_full(name) ? full_end : ends_with(name, increment_end) ? increment_end : NULL;
    if (!end || strncmp(name, prefix, head) != 0 || len <= head + strlen(end)) return 0;
    struct slice text = {(const uint8_t *)name + head, len - head - strlen(end)};
    return time_get(text, &time_us).code == CODE_OK ? time_us : 0;
}

static int ours(const struct dirent *entry)
{
    return time_of(entry->d_name) > 0;
}

static RESULT files_list(struct turn *turn)
{
    struct dirent **names = NULL;
    files_done(&turn->files);
    int count = scandir(turn->folder, &names, ours, alphasort);
    if (count < 0) return failed("list", turn->folder);
    turn->files.at = calloc((size_t)count + 1, sizeof *turn->files.at);
    if (!turn->files.at) abort();
    for (int i = 0; i < count; i++) {
        char *name = strdup(names[i]->d_name);
        if (!name) abort();
        turn->files.at[turn->files.count++] = name;
        free(names[i]);
    }
    free(names);
    return OK;
}

/* Place of the newest full backup; files.count: there is none. */
static size_t newest_full(const struct files *files)
{
    for (size_t i = files->count; i > 0; i--) {
        if (is_full(files->at[i - 1])) return i - 1;
    }
    return files->count;
}

/* One run at a time; whoever comes second has nothing to do. */
static RESULT lock(struct turn *turn)
{
    SCOPED(buf_done) struct buf path = {0};
    folder_path(turn, lock_name, &path);
    turn->lock_fd = open(buf_c(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (turn->lock_fd < 0) return failed("open", buf_c(&path));
    if (flock(turn->lock_fd, LOCK_EX | LOCK_NB) == 0) return OK;
    return FAIL(CONFLICT, "%s: another backup is being made there; let it end", turn->folder);
}

/* Of the newest backup that a run here finished: "HASH NAME", the hash that of its manifest. */
static void newest_line(const struct hash *hash, const char *name, struct buf *out)
{
    base64_put(out, SLICE_OF(*hash));
    buf_print(out, " %s\n", name);
}

/* The signed manifest of the home's newest backup, wherever that went. */
static RESULT manifest_read(struct turn *turn, struct hash *hash)
{
    SCOPED(buf_done) struct buf path = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    buf_clear(&turn->manifest);
    buf_print(&path, "%s/backed", turn->home);
    TRY(crypto_new(&crypto));
    TRY(file_read(buf_c(&path), MANIFEST_BYTES_MAX, &turn->manifest));
    sha256_one(crypto, buf_slice(&turn->manifest), hash);
    return OK;
}

/*
 * An increment only if it follows the newest file here: not after a backup went elsewhere, after a run that was killed
 * in between, or when the newest full one is due again.
 */
static bool increment_due(struct turn *turn)
{
    SCOPED(buf_done) struct buf path = {0}, kept = {0}, want = {0};
    struct hash hash = {{0}};
    size_t full = newest_full(&turn->files);
    if (full == turn->files.count) return false;
    int64_t age_us = turn->now_us - time_of(turn->files.at[full]);
    if (age_us < 0 || age_us + TIMER_SLACK_MIN * MINUTE_US >= (int64_t)turn->full_hours * HOUR_US)
        return false;
    folder_path(turn, newest_name, &path);
    if (manifest_read(turn, &hash).code != CODE_OK ||
        file_read(buf_c(&path), STATE_BYTES_MAX, &kept).code != CODE_OK)
        return false;
    newest_line(&hash, turn->files.at[turn->files.count - 1], &want);
    return slice_equal(buf_slice(&want), buf_slice(&kept));
}

/* Names have seconds: two runs in one of them would share a name. */
static void name_wait(struct turn *turn)
{
    for (int64_t newest_us = turn->files.count > 0 ? time_of(turn->files.at[turn->files.count - 1]) : 0;
         turn->now_us / SECOND_US == newest_us / SECOND_US; turn->now_us = clock_now(&turn->clock))
        (void)usleep(50 * 1000);
}

static RESULT make(struct turn *turn, bool increment)
{
    SCOPED(outlet_done) struct outlet outlet = {0};
    SCOPED(buf_done) struct buf path = {0}, line = {0};
    struct age_recipient to[AGE_RECIPIENTS_MAX];
    struct backup_options options = {.home = turn->home,
                                     .passphrase = buf_slice(&turn->phrase),
                                     .increment = increment,
                                     .to = to,
                                     .clock = turn->clock,
                                     .put = outlet_put,
                                     .durable = outlet_durable,
                                     .context = &outlet};
    TRY(backup_recipients(turn->call, to, &options.to_count));
    name_wait(turn);
    TRY(outlet_file(turn->folder, increment ? "increment" : "full", turn->now_us, &outlet));
    buf_slice_put(&turn->made, buf_slice(&outlet.path));
    TRY(backup_make(&options, &turn->report));
    TRY(manifest_read(turn, &turn->hash));
    folder_path(turn, newest_name, &path);
    newest_line(&turn->hash, strrchr(buf_c(&turn->made), '/') + 1, &line);
    return file_replace(buf_c(&path), buf_slice(&line));
}

static void file_close(FILE **file)
{
    if (*file) (void)fclose(*file);
}

/* Elsewhere: what lies on one disk only is lost with it. */
static RESULT hand_on(struct turn *turn)
{
    const char *command = call_text(turn->call, OPT_COMMAND);
    SCOPED(buf_done) struct buf room = {0};
    struct hand_over hand = {0};
    size_t got = 0;
    if (!command) return OK;
    SCOPED(file_close) FILE *file = fopen(buf_c(&turn->made), "re");
    if (!file) return failed("read", buf_c(&turn->made));
    if (setenv("AMANAH_BACKUP_NAME", strrchr(buf_c(&turn->made), '/') + 1, 1) != 0)
        return FAIL(UNAVAILABLE, "backup: out of memory");
    uint8_t *at = buf_extend(&room, READ_BYTES);
    TRY(hand_begin(command, &hand));
    struct result handed = OK;
    while (handed.code == CODE_OK && (got = fread(at, 1, READ_BYTES, file)) > 0)
        handed = hand_more(&hand, (struct slice){at, got});
    struct result ended = hand_end(&hand);
    TRY(handed);
    TRY(ended);
    return ferror(file) ? failed("read", buf_c(&turn->made)) : OK;
}

/* The newest `generations` stay. What has no name of ours is never touched, parts of runs that were killed are. */
static RESULT thin(struct turn *turn)
{
    size_t fulls = 0, first = turn->files.count;
    while (first > 0 && fulls < turn->generations) fulls += is_full(turn->files.at[--first]);
    for (size_t i = 0; i < first; i++) {
        SCOPED(buf_done) struct buf path = {0};
        folder_path(turn, turn->files.at[i], &path);
        TRY(file_remove(buf_c(&path)));
    }
    return OK;
}

static int cut(const struct dirent *entry)
{
    return strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 && ends_with(entry->d_name, ".age.part");
}

static void parts_remove(const struct turn *turn)
{
    struct dirent **names = NULL;
    int count = scandir(turn->folder, &names, cut, NULL);
    for (int i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf path = {0};
        folder_path(turn, names[i]->d_name, &path);
        (void)file_remove(buf_c(&path)).code; /* it takes room, no more */
        free(names[i]);
    }
    free(names);
}

/* Failed ones are tried again the next day. */
static bool drill_due(const struct turn *turn)
{
    SCOPED(buf_done) struct buf path = {0}, kept = {0};
    int64_t last_us = 0;
    folder_path(turn, drill_name, &path);
    if (turn->drill_days == 0 || file_read(buf_c(&path), STATE_BYTES_MAX, &kept).code != CODE_OK) return true;
    struct slice text = buf_slice(&kept);
    bool good = slice_starts(text, "good ");
    text = slice_from(text, text.len < 5 ? text.len : good ? 5 : 4);
    if (text.len > 0) text.len--; /* its line end */
    if (time_get(text, &last_us).code != CODE_OK) return true;
    uint64_t days = good ? turn->drill_days : 1;
    return turn->now_us < last_us ||
           turn->now_us + TIMER_SLACK_MIN * MINUTE_US >= last_us + (int64_t)days * DAY_US;
}

static RESULT drill_take(const struct turn *turn, struct restore *restore, const char *name)
{
    SCOPED(buf_done) struct buf path = {0}, room = {0};
    size_t got = 0;
    folder_path(turn, name, &path);
    SCOPED(file_close) FILE *file = fopen(buf_c(&path), "re");
    if (!file) return failed("read", buf_c(&path));
    uint8_t *at = buf_extend(&room, READ_BYTES);
    TRY(restore_next(restore));
    while ((got = fread(at, 1, READ_BYTES, file)) > 0) TRY(restore_take(restore, (struct slice){at, got}));
    if (ferror(file)) return failed("read", buf_c(&path));
    return restore_close(restore);
}

/* The newest chain, as it would be after a loss of the home but for its keys, beside the home; nothing stays. */
static RESULT drill_run(struct turn *turn)
{
    SCOPED(buf_done) struct buf beside = {0};
    SCOPED(restore_free) struct restore *restore = NULL;
    struct verify_report report = {0};
    size_t len = strlen(turn->home);
    while (len > 1 && turn->home[len - 1] == '/') len--;
    buf_print(&beside, "%.*s.drill", (int)len, turn->home);
    struct restore_options options = {.home = buf_c(&beside),
                                      .keys = turn->home,
                                      .passphrase = buf_slice(&turn->phrase),
                                      .drill = true,
                                      .clock = turn->clock,
                                      .kept = exposures_check};
    restore_leftover_remove(buf_c(&beside)); /* of a run that was killed: the lock is ours */
    TRY(restore_begin(&options, &restore));
    for (size_t i = newest_full(&turn->files); i < turn->files.count; i++)
        TRY(drill_take(turn, restore, turn->files.at[i]));
    TRY(restore_end(restore, &report));
    if (!hash_equal(&turn->hash, restore_hash(restore)))
        return FAIL(CORRUPT, "backup: what came back in the drill is not the newest backup");
    return OK;
}

static int shop_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static RESULT tell_shop(struct turn *turn, const char *shop, const struct backup_tell_ask *ask)
{
    struct call call = {.command = turn->call->command,
                        .given_count = 2,
                        .given = {{OPT_HOME, turn->home}, {OPT_SHOP, shop}}};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    TRY(client_open(&call, &client));
    return client_ask(client, VERB_BACKUP_TELL, ask, &answer);
}

/* Every shop of the home notes it. The first failure is told, the others are asked all the same. */
static RESULT tell(struct turn *turn, const struct backup_tell_ask *ask)
{
    SCOPED(buf_done) struct buf path = {0};
    struct dirent **names = NULL;
    struct result done = OK;
    buf_print(&path, "%s/shops", turn->home);
    int count = scandir(buf_c(&path), &names, shop_folder, alphasort);
    if (count < 0) return failed("list", buf_c(&path));
    for (int i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf made = {0};
        buf_print(&made, "%s/%s/made", buf_c(&path), names[i]->d_name);
        struct result told = access(buf_c(&made), F_OK) == 0 ? tell_shop(turn, names[i]->d_name, ask) : OK;
        if (done.code == CODE_OK) done = told;
        free(names[i]);
    }
    free(names);
    return done;
}

/* Note a failure, and give it back. That it could not be noted too is told, as nobody would know of either. */
static RESULT tell_failed(struct turn *turn, const char *outcome, struct result why)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_text(&text, result_text());
    const struct backup_tell_ask ask = {.outcome = slice_text(outcome),
                                        .cause = slice_text(cause_row(why.cause)->slug)};
    struct result told = tell(turn, &ask);
    if (told.code != CODE_OK)
        (void)fprintf(stderr, "amanah: warning: the ledger could not be told of this: %s\n", result_text());
    return result_carry(why.cause, (const char *)text.at, text.len);
}

static RESULT drill(struct turn *turn)
{
    SCOPED(buf_done) struct buf path = {0}, line = {0};
    struct result went = drill_run(turn);
    if (went.code != CODE_OK) went = tell_failed(turn, "drill_failed", went);
    buf_text(&line, went.code == CODE_OK ? "good " : "bad ");
    time_put(&line, turn->now_us);
    buf_byte(&line, '\n');
    folder_path(turn, drill_name, &path);
    TRY(file_replace(buf_c(&path), buf_slice(&line)));
    TRY(went);
    const struct backup_tell_ask ask = {.outcome = SLICE_TEXT("drill"),
                                        .manifest = buf_slice(&turn->manifest)};
    TRY(tell(turn, &ask));
    if (!call_has(turn->call, OPT_QUIET))
        (void)fprintf(stderr, "The newest backup was brought back as a drill: everything holds together.\n");
    return OK;
}

static RESULT turn_begin(struct turn *turn)
{
    struct call *call = turn->call;
    struct stat status = {0};
    turn->folder = call_text(call, OPT_OUT);
    if (!turn->folder || call_has(call, OPT_INCREMENT))
        return FAIL(USAGE, "--scheduled: wants a folder, --out DIR, and decides on increments by itself");
    if (stat(turn->folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return FAIL(USAGE, "--out: %s: no such folder; with --scheduled it must be there", turn->folder);
    TRY(call_number(call, OPT_FULL_HOURS, 0, HOURS_MAX, &turn->full_hours));
    TRY(call_number(call, OPT_GENERATIONS, 1, GENERATIONS_MAX, &turn->generations));
    TRY(call_number(call, OPT_DRILL_DAYS, 0, DRILL_DAYS_MAX, &turn->drill_days));
    TRY(home_phrase_get(turn->home, &turn->phrase));
    TRY(lock(turn));
    parts_remove(turn);
    turn->now_us = clock_now(&turn->clock);
    return files_list(turn);
}

static RESULT make_and_hand_on(struct turn *turn)
{
    bool increment = increment_due(turn);
    TRY(make(turn, increment));
    const struct backup_tell_ask ask = {.outcome = SLICE_TEXT("made"),
                                        .manifest = buf_slice(&turn->manifest)};
    TRY(tell(turn, &ask));
    if (!call_has(turn->call, OPT_QUIET))
        (void)fprintf(stderr, "%s: %s, %llu bytes.\n", buf_c(&turn->made),
                      increment ? "an increment" : "a full backup", (unsigned long long)turn->report.bytes);
    return hand_on(turn);
}

RESULT backup_scheduled(struct call *call)
{
    SCOPED(turn_done)
    struct turn turn = {.call = call,
                        .home = call->args[0],
                        .clock = clock_system(),
                        .full_hours = HOURS_DEFAULT,
                        .generations = GENERATIONS_DEFAULT,
                        .drill_days = DRILL_DAYS_DEFAULT,
                        .lock_fd = -1};
    TRY(turn_begin(&turn));
    struct result made = make_and_hand_on(&turn);
    if (made.code != CODE_OK) return tell_failed(&turn, "failed", made);
    TRY(files_list(&turn));
    TRY(thin(&turn));
    return drill_due(&turn) ? drill(&turn) : OK;
}
