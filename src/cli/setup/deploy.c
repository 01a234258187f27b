/* The service of the Debian package: its settings, and where systemd runs the units. */
#include "cli/handover.h"
#include "cli/input.h"
#include "cli/setup/setup_priv.h"
#include "crypto/keyring.h"

#include <errno.h>
#include <ftw.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_FDS = 16, SETTINGS_BYTES_MAX = 65536 };

static const char user_name[] = "amanah";

static RESULT folder_need(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0 || errno == EEXIST) return OK;
    return FAIL(UNAVAILABLE, "setup: %s: cannot make it: %s", path, strerror(errno));
}

/* Between quotes of an environment file: nothing there can end the word, or be a second one. */
static RESULT plain_word(const char *what, struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] <= ' ' || strchr("\"'\\$`%", word.at[i]) || word.at[i] >= 0x7f)
            return FAIL(INVALID, "setup: %s: no blanks, quotes or signs such as $ there; give a plain path",
                        what);
    }
    return OK;
}

static RESULT default_write(const struct setup *setup)
{
    SCOPED(buf_done) struct buf path = {0}, text = {0};
    buf_print(&path, "%s/default/amanah", setup->etc);
    buf_text(&text, "# Written by amanah setup.\nAMANAH_OPTIONS=\"");
    if (setup->certificate.len > 0) {
        TRY(plain_word("certificate", buf_slice(&setup->certificate)));
        TRY(plain_word("key", buf_slice(&setup->key)));
        buf_text(&text, "--listen 0.0.0.0:8420 --tls-cert ");
        buf_slice_put(&text, buf_slice(&setup->certificate));
        buf_text(&text, " --tls-key ");
        buf_slice_put(&text, buf_slice(&setup->key));
    }
    buf_text(&text, "\"\nAMANAH_BACKUP_OPTIONS=\"");
    if (setup->command.len > 0) {
        TRY(plain_word("program for copies", buf_slice(&setup->command)));
        buf_text(&text, "--command ");
        buf_slice_put(&text, buf_slice(&setup->command));
    }
    buf_text(&text, "\"\n");
    return file_replace(buf_c(&path), buf_slice(&text));
}

static RESULT passphrase_write(const struct setup *setup)
{
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/amanah/passphrase", setup->etc);
    return file_replace(buf_c(&path), buf_slice(&setup->phrase));
}

/* The units may use the TPM, and get no passphrase. */
static RESULT tpm_write(const struct setup *setup)
{
    static const char *const units[] = {"amanah.service.d", "amanah-backup.service.d"};
    static const char text[] =
        "# Written by amanah setup: the TPM opens the vault.\n[Service]\nLoadCredential=\n"
        "UnsetEnvironment=AMANAH_PASSPHRASE_FILE\nPrivateDevices=no\nDevicePolicy=closed\n"
        "DeviceAllow=/dev/tpmrm0 rw\nSupplementaryGroups=tss\n";
    SCOPED(buf_done) struct buf folder = {0};
    buf_print(&folder, "%s/systemd", setup->etc);
    TRY(folder_need(buf_c(&folder), 0755));
    buf_text(&folder, "/system");
    TRY(folder_need(buf_c(&folder), 0755));
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        SCOPED(buf_done) struct buf path = {0};
        buf_print(&path, "%s/%s", buf_c(&folder), units[i]);
        TRY(folder_need(buf_c(&path), 0755));
        buf_text(&path, "/tpm.conf");
        TRY(file_replace(buf_c(&path), slice_text(text)));
    }
    return OK;
}

RESULT deploy_settings(struct setup *setup)
{
    SCOPED(buf_done) struct buf folder = {0};
    if (!setup->etc) return OK;
    buf_print(&folder, "%s/amanah", setup->etc);
    TRY(folder_need(setup->etc, 0755));
    TRY(folder_need(buf_c(&folder), 0700));
    TRY(sealed_by_tpm(setup) ? tpm_write(setup) : passphrase_write(setup));
    buf_clear(&folder);
    buf_print(&folder, "%s/default", setup->etc);
    TRY(folder_need(buf_c(&folder), 0755));
    return default_write(setup);
}

/* nftw() has no context: the owner to be stands here for the walk. */
static uid_t owner_user;
static gid_t owner_group;

static int owner_set(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return lchown(path, owner_user, owner_group);
}

static RESULT give_away(const char *path)
{
    const struct passwd *user = getpwnam(user_name);
    if (geteuid() != 0 || !user) return OK; /* it is hers who runs this */
    owner_user = user->pw_uid;
    owner_group = user->pw_gid;
    if (nftw(path, owner_set, WALK_FDS, FTW_PHYS) == 0) return OK;
    return FAIL(UNAVAILABLE, "setup: %s: cannot give it to the user %s: %s", path, user_name,
                strerror(errno));
}

RESULT deploy_start(struct setup *setup)
{
    static const char *const words[] = {"/usr/bin/systemctl",  "enable", "--now", "amanah.service",
                                        "amanah-backup.timer", NULL};
    if (!setup->etc) return OK;
    TRY(give_away(setup->home));
    TRY(give_away(buf_c(&setup->backups)));
    if (strcmp(setup->etc, "/etc") != 0 || access("/run/systemd/system", F_OK) != 0) return OK;
    TRY(hand_from_program(words, STDERR_FILENO));
    setup->service = true;
    return OK;
}
