#include "cli/demo/program.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { VARIABLES_MAX = 1024, TURN_NS = 20 * 1000 * 1000 };

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* what was written is read back, or is a log */
}

static void actions_done(posix_spawn_file_actions_t *actions)
{
    (void)posix_spawn_file_actions_destroy(actions); /* it only frees */
}

static void attributes_done(posix_spawnattr_t *attributes)
{
    (void)posix_spawnattr_destroy(attributes);
}

void ended_done(struct ended *ended)
{
    buf_done(&ended->out);
    buf_done(&ended->err);
}

/* Ours, without what names another home or key. `made` keeps the two that are set. */
static void environment(const struct program_options *options, struct buf made[2],
                        const char *out[VARIABLES_MAX])
{
    size_t count = 0;
    for (char **at = environ; *at && count + 3 < VARIABLES_MAX; at++) {
        if (strncmp(*at, "AMANAH_", strlen("AMANAH_")) != 0) out[count++] = *at;
    }
    if (options->home) {
        buf_print(&made[0], "AMANAH_HOME=%s", options->home);
        out[count++] = buf_c(&made[0]);
    }
    if (options->key_file) {
        buf_print(&made[1], "AMANAH_KEY_FILE=%s", options->key_file);
        out[count++] = buf_c(&made[1]);
    }
    out[count] = NULL;
}

/* Start it on these two descriptors, with nothing to read and no signal blocked. */
static RESULT spawn(const struct program_options *options, int out_fd, int err_fd, pid_t *out)
{
    static const char program[] = "/proc/self/exe";
    const char *words[CHILD_WORDS_MAX + 2] = {"amanah"}, *variables[VARIABLES_MAX];
    union { /* posix_spawn() takes pointers to char, and changes none of them */
        const char **ours;
        char *const *theirs;
    } given = {.ours = words}, environment_given = {.ours = variables};
    struct buf made[2] = {{0}};
    sigset_t none;
    SCOPED(actions_done) posix_spawn_file_actions_t actions;
    SCOPED(attributes_done) posix_spawnattr_t attributes;
    for (size_t i = 0; options->words[i]; i++) {
        assert(i < CHILD_WORDS_MAX);
        words[i + 1] = options->words[i];
    }
    environment(options, made, variables);
    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(
        &actions); /* these fail for lack of memory only, which aborts elsewhere */
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, err_fd, STDERR_FILENO);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawn(out, program, &actions, &attributes, given.theirs, environment_given.theirs);
    buf_done(&made[0]);
    buf_done(&made[1]);
    return failed ? FAIL(UNAVAILABLE, "demo: this program cannot start itself: %s", strerror(failed)) : OK;
}

static RESULT read_back(int fd, struct buf *out)
{
    struct stat status = {0};
    if (fstat(fd, &status) != 0) return FAIL(UNAVAILABLE, "demo: output lost: %s", strerror(errno));
    size_t len = (size_t)status.st_size;
    if (len == 0) return OK;
    if (pread(fd, buf_extend(out, len), len, 0) == (ssize_t)len) return OK;
    out->len -= len;
    return FAIL(UNAVAILABLE, "demo: output lost");
}

RESULT program_run(const struct program_options *options, struct ended *out)
{
    pid_t child = 0;
    int status = 0;
    SCOPED(descriptor_done)
    int words = options->output ? open(options->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
                                : memfd_create("out", MFD_CLOEXEC);
    SCOPED(descriptor_done) int talk = memfd_create("err", MFD_CLOEXEC);
    if (words < 0 || talk < 0) return FAIL(UNAVAILABLE, "demo: no file for output: %s", strerror(errno));
    TRY(spawn(options, words, talk, &child));
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return FAIL(UNAVAILABLE, "demo: a command was lost: %s", strerror(errno));
    }
    if (!WIFEXITED(status))
        return FAIL(UNAVAILABLE, "demo: amanah %s was killed by a signal", options->words[0]);
    out->exit = WEXITSTATUS(status);
    if (!options->output) TRY(read_back(words, &out->out));
    return read_back(talk, &out->err);
}

RESULT program_start(const struct program_options *options, const char *log, pid_t *out)
{
    SCOPED(descriptor_done) int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot be made: %s", log, strerror(errno));
    return spawn(options, fd, fd, out);
}

bool program_gone(pid_t child)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

RESULT program_stop(pid_t child)
{
    const struct timespec turn = {.tv_nsec = TURN_NS};
    int status = 0;
    int64_t until_us = clock_monotonic_us() + CHILD_STOP_MS * (SECOND_US / 1000);
    (void)kill(child, SIGTERM); /* it may be gone already */
    while (!program_gone(child) && clock_monotonic_us() < until_us) (void)nanosleep(&turn, NULL);
    if (!program_gone(child)) (void)kill(child, SIGKILL);
    if (waitpid(child, &status, 0) != child)
        return FAIL(UNAVAILABLE, "demo: the daemon was lost: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    return FAIL(UNAVAILABLE, "demo: the daemon did not end well (%s %d)",
                WIFEXITED(status) ? "status" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
