#include "cli/command/backup_outlet.h"

#include "base/clock.h"
#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 2 * 1024 * 1024 };

void outlet_done(struct outlet *outlet)
{
    if (outlet->hand.child) (void)hand_end(&outlet->hand).code; /* it failed before */
    if (outlet->at && outlet->at != stdout) (void)fclose(outlet->at);
    if (outlet->part.len > 0) (void)file_remove(buf_c(&outlet->part)).code; /* it was not finished */
    buf_done(&outlet->path);
    buf_done(&outlet->part);
}

static RESULT failed(const char *what)
{
    if (errno == ENOSPC) return FAIL(DISK_FULL, "backup: the disk is full; free some space, then try again");
    return FAIL(UNAVAILABLE, "backup: cannot %s: %s", what, strerror(errno));
}

/*
 * A file goes to the disk as it comes, one piece on its way at a time, and out of memory: a gigabyte that waited for its
 * fsync() would make every commit of the keeper wait with it, and push what looks read out of memory. What fails here
 * fails at that fsync() too, which is where it counts.
 */
static void pass_on(struct outlet *outlet)
{
    int fd = fileno(outlet->at);
    if (outlet->part.len == 0 || outlet->written - outlet->sent < PIECE || fflush(outlet->at) != 0) return;
    if (outlet->sent > 0) {
        (void)sync_file_range(fd, 0, outlet->sent, SYNC_FILE_RANGE_WAIT_BEFORE);
        (void)posix_fadvise(fd, 0, outlet->sent, POSIX_FADV_DONTNEED);
    }
    (void)sync_file_range(fd, outlet->sent, outlet->written - outlet->sent, SYNC_FILE_RANGE_WRITE);
    outlet->sent = outlet->written;
}

RESULT outlet_put(void *context, struct slice bytes)
{
    struct outlet *outlet = context;
    if (outlet->hand.child) return hand_more(&outlet->hand, bytes);
    if (fwrite(bytes.at, 1, bytes.len, outlet->at) != bytes.len) return failed("write it");
    outlet->written += (off_t)bytes.len;
    pass_on(outlet);
    return OK;
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

RESULT outlet_durable(void *context)
{
    struct outlet *outlet = context;
    TRY(outlet_close(outlet));
    if (outlet->part.len == 0) return OK;
    TRY(file_rename(buf_c(&outlet->part), buf_c(&outlet->path)));
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

RESULT outlet_file(const char *file, const char *kind, int64_t now_us, struct outlet *out)
{
    TRY(path_of(file, now_us, kind, &out->path));
    buf_slice_put(&out->part, buf_slice(&out->path));
    buf_text(&out->part, ".part");
    TRY(file_remove(buf_c(&out->part))); /* of a run that was killed */
    int fd = open(buf_c(&out->part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    out->at = fd < 0 ? NULL : fdopen(fd, "w");
    return out->at ? OK : failed("open the file");
}

RESULT outlet_open(const struct call *call, const char *kind, int64_t now_us, struct outlet *out)
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
    return outlet_file(file, kind, now_us, out);
}
