/* What the files of a home and the system tell. */
#include "answer/paper/print.h"
#include "cli/doctor/doctor.h"
#include "cli/input.h"
#include "crypto/pem.h"
#include "keep/backup/kept.h"
#include "keep/home.h"

#include "base/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { WALK_FDS = 16, MIB = 1024 * 1024, BAD_MIB = 256, NOTE_MIB = 1024, BACKUP_HOURS = 48, HOUR_S = 3600 };
enum { CERTIFICATE_DAYS = 14, PROC_BYTES = 8192 };

/* nftw() takes no context: what one walk saw. */
static struct {
    uid_t owner; /* of the home */
    size_t open, strange;
} walked;

static int path_take(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)path;
    (void)place;
    if (kind == FTW_SL || S_ISSOCK(status->st_mode)) return 0; /* what guards a socket is its folder */
    walked.open += (status->st_mode & (S_IRWXG | S_IRWXO)) != 0;
    walked.strange += status->st_uid != walked.owner;
    return 0;
}

enum doctor_state doctor_permissions(struct doctor *doctor, struct buf *said)
{
    struct stat home = {0};
    walked.open = walked.strange = 0;
    walked.owner = stat(doctor->home, &home) == 0 ? home.st_uid : geteuid();
    if (nftw(doctor->home, path_take, WALK_FDS, FTW_PHYS) != 0) {
        doctor_say(doctor, "permissions.unread", said);
        return DOCTOR_BAD;
    }
    if (walked.open + walked.strange == 0) {
        doctor_say(doctor, "permissions.well", said);
        return DOCTOR_WELL;
    }
    doctor_say_of(doctor, "permissions.open", (struct doctor_values){.n = walked.open, .m = walked.strange},
                  said);
    return DOCTOR_BAD;
}

enum doctor_state doctor_seal(struct doctor *doctor, struct buf *said)
{
    enum seal_kind kind = SEAL_PLAIN;
    if (home_seal_kind(doctor->home, &kind).code != CODE_OK) {
        doctor_say(doctor, "seal.unread", said);
        doctor->mend = "seal.unread.mend";
        return DOCTOR_BAD;
    }
    doctor_say(doctor,
               kind == SEAL_PLAIN ? "seal.plain"
               : kind == SEAL_TPM ? "seal.tpm"
                                  : "seal.passphrase",
               said);
    return kind == SEAL_PLAIN ? DOCTOR_BAD : DOCTOR_WELL;
}

/* Without them a backup opens nowhere else: no other machine has these keys. */
enum doctor_state doctor_custody(struct doctor *doctor, struct buf *said)
{
    static const char *const words[] = {[KEYS_NEVER_KEPT] = "custody.never",
                                        [KEYS_KEPT_BEFORE] = "custody.before",
                                        [KEYS_KEPT] = "custody.kept"};
    enum keys_kept state = keys_kept_state(doctor->home);
    doctor_say(doctor, words[state], said);
    return state == KEYS_KEPT ? DOCTOR_WELL : DOCTOR_BAD;
}

enum doctor_state doctor_disk(struct doctor *doctor, struct buf *said)
{
    struct statvfs disk = {0};
    if (statvfs(doctor->home, &disk) != 0) {
        doctor_say(doctor, "disk.unread", said);
        return DOCTOR_NOTE;
    }
    uint64_t free_mib = (uint64_t)disk.f_bavail * disk.f_frsize / MIB;
    doctor_say_of(doctor, "disk.free", (struct doctor_values){.n = free_mib}, said);
    return free_mib < BAD_MIB ? DOCTOR_BAD : free_mib < NOTE_MIB ? DOCTOR_NOTE : DOCTOR_WELL;
}

/* Of each shop the file that a backup leaves; the oldest counts. */
enum doctor_state doctor_backup(struct doctor *doctor, struct buf *said)
{
    SCOPED(buf_done) struct buf folder = {0};
    uint64_t never = 0, oldest_s = 0;
    buf_print(&folder, "%s/shops", doctor->home);
    DIR *shops = opendir(buf_c(&folder));
    for (struct dirent *shop = NULL; shops && (shop = readdir(shops)) != NULL;) {
        struct stat status = {0};
        SCOPED(buf_done) struct buf path = {0};
        if (shop->d_name[0] == '.') continue;
        buf_print(&path, "%s/%s/backed", buf_c(&folder), shop->d_name);
        if (stat(buf_c(&path), &status) != 0) {
            never++;
            continue;
        }
        int64_t age_s = doctor->now_us / SECOND_US - (int64_t)status.st_mtime;
        if (age_s > 0 && (uint64_t)age_s > oldest_s) oldest_s = (uint64_t)age_s;
    }
    if (shops) (void)closedir(shops); /* it was only read */
    if (never > 0) {
        doctor_say(doctor, "backup.never", said);
        return DOCTOR_BAD;
    }
    doctor_say_of(doctor, "backup.hours", (struct doctor_values){.n = oldest_s / HOUR_S}, said);
    return oldest_s / HOUR_S >= BACKUP_HOURS ? DOCTOR_BAD : DOCTOR_WELL;
}

enum doctor_state doctor_certificate(struct doctor *doctor, struct buf *said)
{
    SCOPED(buf_done) struct buf pem = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct certificate certificate = {0};
    const char *path = call_text(doctor->call, OPT_TLS_CERT);
    if (!path) {
        doctor_say(doctor, "certificate.unnamed", said);
        return DOCTOR_BLIND;
    }
    if (input_read(path, PEM_BYTES_MAX, &pem).code != CODE_OK || crypto_new(&crypto).code != CODE_OK ||
        certificate_read(crypto, buf_slice(&pem), &certificate).code != CODE_OK) {
        doctor_say(doctor, "certificate.unread", said);
        return DOCTOR_BAD;
    }
    int64_t days = (certificate.until_us - doctor->now_us) / DAY_US;
    if (certificate.until_us < doctor->now_us)
        doctor_say(doctor, "certificate.ended", said);
    else
        doctor_say_of(doctor, "certificate.days", (struct doctor_values){.n = (uint64_t)days}, said);
    return days < 1 ? DOCTOR_BAD : days < CERTIFICATE_DAYS ? DOCTOR_NOTE : DOCTOR_WELL;
}

enum doctor_state doctor_daemon(struct doctor *doctor, struct buf *said)
{
    if (doctor->pid > 0) {
        doctor_say_of(doctor, "daemon.runs", (struct doctor_values){.n = (uint64_t)doctor->pid}, said);
        return DOCTOR_WELL;
    }
    doctor_say(doctor, "daemon.none", said);
    return DOCTOR_NOTE;
}

/* Keys are in that process's memory: neither its limits nor anything else may let it be written to a disk. */
enum doctor_state doctor_dumps(struct doctor *doctor, struct buf *said)
{
    char path[64], text[PROC_BYTES];
    if (doctor->pid == 0) {
        doctor_say(doctor, "dumps.nobody", said);
        return DOCTOR_BLIND;
    }
    (void)snprintf(path, sizeof path, "/proc/%d/limits", doctor->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) (void)close(fd); /* it was only read */
    text[len > 0 ? len : 0] = '\0';
    const char *limit = strstr(text, "Max core file size");
    if (!limit) {
        doctor_say(doctor, "dumps.unread", said);
        return DOCTOR_BLIND;
    }
    limit += strlen("Max core file size");
    char *end = NULL;
    bool none = strtoul(limit, &end, 10) == 0 && end != limit; /* else a number, or "unlimited" */
    doctor_say(doctor, none ? "dumps.none" : "dumps.written", said);
    return none ? DOCTOR_WELL : DOCTOR_BAD;
}

/* By doing it: one page, drawn in the process that has no key, store or network. */
enum doctor_state doctor_sandbox(struct doctor *doctor, struct buf *said)
{
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf pdf = {0};
    document_begin(&document,
                   &(struct document_head){.title = SLICE_TEXT("doctor"), .language = SLICE_TEXT("en")});
    document_text(&document, BLOCK_PARAGRAPH, SLICE_TEXT("well"));
    if (document_print(&document, &pdf).code == CODE_OK) {
        doctor_say(doctor, "sandbox.well", said);
        return DOCTOR_WELL;
    }
    doctor_say_of(doctor, "sandbox.failed", (struct doctor_values){.a = slice_text(result_text())}, said);
    return DOCTOR_BAD;
}
