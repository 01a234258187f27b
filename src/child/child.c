#include "child/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ABOVE = 16, ENVIRONMENT_MAX = 4, STEP_MS = 10, WORDS = 3, ARGV_MAX = 64 };

static void fd_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

/* Of the environment only what sanitizers read: it may hold keys and passphrases. */
static void make_environment(char *out[ENVIRONMENT_MAX])
{
    static const char *const kept[] = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS="};
    size_t count = 0;
    for (char **entry = environ; *entry; entry++) {
        for (size_t i = 0; i < COUNT_OF(kept); i++) {
            if (strncmp(*entry, kept[i], strlen(kept[i])) == 0 && count + 1 < ENVIRONMENT_MAX)
                out[count++] = *entry;
        }
    }
    out[count] = NULL;
}

/* The descriptors are copied upwards first, so that none covers another. */
int child_spawn(const char *const *args, const int *fds, size_t count, int first, pid_t *out)
{
    assert(count <= CHILD_FDS_MAX);
    posix_spawn_file_actions_t actions;
    char *environment[ENVIRONMENT_MAX], *argv[ARGV_MAX] = {NULL};
    int high[CHILD_FDS_MAX], failed = posix_spawn_file_actions_init(&actions);
    for (size_t i = 0; i < CHILD_FDS_MAX; i++) high[i] = -1;
    for (size_t i = 0; i < count; i++) {
        high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, ABOVE);
        if (high[i] < 0)
            failed = errno;
        else
            failed |= posix_spawn_file_actions_adddup2(&actions, high[i], first + (int)i);
    }
    failed |= posix_spawn_file_actions_addclosefrom_np(&actions, first + (int)count);
    make_environment(environment);
    for (size_t i = 0; args[i]; i++) {
        assert(i + 1 < ARGV_MAX);
        memcpy(&argv[i], &args[i],
               sizeof argv[i]); /* posix_spawn() changes no argument, and says so nowhere */
    }
    if (!failed) failed = posix_spawn(out, "/proc/self/exe", &actions, NULL, argv, environment);
    for (size_t i = 0; i < count; i++) fd_done(&high[i]);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static void pipe_done(int (*ends)[2])
{
    fd_done(&(*ends)[0]);
    fd_done(&(*ends)[1]);
}

RESULT child_start(const char *word, const char *const *args, int in_fd, struct child *out)
{
    const char *argv[WORDS + CHILD_ARGS_MAX + 1] = {"amanah", CHILD_WORD, word};
    for (size_t i = 0; args[i]; i++) {
        assert(i < CHILD_ARGS_MAX);
        argv[WORDS + i] = args[i];
    }
    SCOPED(pipe_done) int into[2] = {-1, -1}, from[2] = {-1, -1};
    SCOPED(fd_done) int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || pipe2(from, O_CLOEXEC) != 0 || (in_fd < 0 && pipe2(into, O_CLOEXEC) != 0))
        return FAIL(UNAVAILABLE, "child: no line to it: %s", strerror(errno));
    const int fds[] = {in_fd < 0 ? into[0] : in_fd, from[1], SANITIZED ? STDERR_FILENO : nowhere};
    struct child child = {.in_fd = into[1], .out_fd = from[0]};
    int failed = child_spawn(argv, fds, COUNT_OF(fds), STDIN_FILENO, &child.pid);
    if (failed) return FAIL(UNAVAILABLE, "child: it cannot be started: %s", strerror(failed));
    into[1] = from[0] = -1;
    *out = child;
    return OK;
}

/* Wait at most so long, then kill. Its status as waitpid() has it. */
static int reap(struct child *child)
{
    int status = 0;
    pid_t gone = 0;
    for (int waited = 0; waited < CHILD_END_MS && gone == 0; waited += STEP_MS) {
        gone = waitpid(child->pid, &status, WNOHANG);
        if (gone == 0) (void)poll(NULL, 0, STEP_MS);
    }
    if (gone == 0) {
        (void)kill(child->pid, SIGKILL);
        (void)waitpid(child->pid, &status, 0);
    }
    child->pid = 0;
    return status;
}

RESULT child_end(struct child *child)
{
    assert(child->pid > 0);
    fd_done(&child->in_fd);
    fd_done(&child->out_fd);
    int status = reap(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    if (WIFSIGNALED(status)) return FAIL(UNAVAILABLE, "child: it was ended by signal %d", WTERMSIG(status));
    return FAIL(UNAVAILABLE, "child: it ended with %d", WEXITSTATUS(status));
}

void child_done(struct child *child)
{
    if (child->pid == 0) return;
    (void)kill(child->pid, SIGKILL);
    fd_done(&child->in_fd);
    fd_done(&child->out_fd);
    (void)reap(child);
}

static bool limited(int what, uint64_t most)
{
    const struct rlimit limit = {most, most};
    return setrlimit((__rlimit_resource_t)what, &limit) == 0;
}

RESULT child_enter(const struct child_limits *limits)
{
    (void)signal(SIGPIPE, SIG_IGN);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() == 1)
        return FAIL(UNAVAILABLE, "child: nobody waits for it");
    bool memory = SANITIZED || limited(RLIMIT_AS, limits->memory_bytes); /* a sanitizer maps terabytes */
    if (!memory || !limited(RLIMIT_CPU, limits->cpu_s) || !limited(RLIMIT_FSIZE, 0))
        return FAIL(UNAVAILABLE, "child: a limit was refused: %s", strerror(errno));
    return sandbox_enter(limits->walls);
}

int child_run(const struct child_kind *kinds, size_t count, int argc, char **argv)
{
    for (size_t i = 0; argc > 2 && i < count; i++) {
        if (strcmp(argv[2], kinds[i].word) == 0) return kinds[i].main(argc - 2, argv + 2);
    }
    return code_row(CODE_INVALID)->exit;
}
