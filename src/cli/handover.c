#include "cli/handover.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void actions_done(posix_spawn_file_actions_t *actions)
{
    (void)posix_spawn_file_actions_destroy(actions); /* it only frees */
}

static RESULT write_all(int fd, struct slice text)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.at, text.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return FAIL(UNAVAILABLE, "command: it does not take its input: %s", strerror(errno));
        text = slice_from(text, (size_t)put);
    }
    return OK;
}

static RESULT wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return FAIL(UNAVAILABLE, "command: lost: %s", strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    if (WIFEXITED(status)) return FAIL(UNAVAILABLE, "command: it ended with status %d", WEXITSTATUS(status));
    return FAIL(UNAVAILABLE, "command: it was killed by a signal");
}

/* The keys of the vault are no business of the command's. */
static void environment_without_keys(char **out, size_t most)
{
    size_t count = 0;
    for (char **at = environ; *at && count + 1 < most; at++) {
        if (strncmp(*at, "AMANAH_KEY", strlen("AMANAH_KEY")) == 0) continue;
        if (strncmp(*at, "AMANAH_PASSPHRASE", strlen("AMANAH_PASSPHRASE")) == 0) continue;
        if (strncmp(*at, "AMANAH_CUSTODY", strlen("AMANAH_CUSTODY")) == 0) continue;
        out[count++] = *at;
    }
    out[count] = NULL;
}

enum { VARIABLES_MAX = 1024, WORDS_MAX = 8 };

static RESULT start(char *const *arguments, int *in_fd, pid_t *child)
{
    enum { INPUT_END = 0, OUR_END = 1 };
    char *variables[VARIABLES_MAX];
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0) return FAIL(UNAVAILABLE, "command: no pipe: %s", strerror(errno));
    SCOPED(actions_done) posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions); /* fails for lack of memory only, which aborts elsewhere */
    (void)posix_spawn_file_actions_adddup2(&actions, ends[INPUT_END], STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclose(&actions, ends[INPUT_END]);
    (void)posix_spawn_file_actions_addclose(&actions, ends[OUR_END]);
    environment_without_keys(variables, VARIABLES_MAX);
    int failed = posix_spawn(child, arguments[0], &actions, NULL, arguments, variables);
    (void)close(ends[INPUT_END]); /* it is the command's */
    *in_fd = ends[OUR_END];
    if (!failed) return OK;
    (void)close(ends[OUR_END]);
    return FAIL(UNAVAILABLE, "command: %s cannot be started: %s", arguments[0], strerror(failed));
}

static RESULT run(char *const *arguments, struct slice text)
{
    int in_fd = -1;
    pid_t child = 0;
    TRY(start(arguments, &in_fd, &child));
    struct result written = write_all(in_fd, text);
    (void)close(in_fd); /* so that the command sees the end */
    struct result ended = wait_for(child);
    return ended.code != CODE_OK ? ended : written;
}

RESULT hand_begin(const char *command, struct hand_over *out)
{
    char shell[] = "/bin/sh", flag[] = "-c";
    SCOPED(buf_done) struct buf line = {0};
    buf_text(&line, command);
    buf_byte(&line, '\0');
    char *const arguments[] = {shell, flag, (char *)line.at, NULL};
    return start(arguments, &out->in_fd, &out->child);
}

RESULT hand_more(const struct hand_over *hand, struct slice text)
{
    return write_all(hand->in_fd, text);
}

RESULT hand_end(struct hand_over *hand)
{
    (void)close(hand->in_fd); /* so that the command sees the end */
    struct result ended = wait_for(hand->child);
    *hand = (struct hand_over){0};
    return ended;
}

RESULT hand_to_command(const char *command, struct slice text)
{
    struct hand_over hand = {0};
    TRY(hand_begin(command, &hand));
    struct result written = hand_more(&hand, text);
    struct result ended = hand_end(&hand);
    return ended.code != CODE_OK ? ended : written;
}

RESULT hand_to_mail(const char *address, const char *subject, struct slice text)
{
    char program[] = "/usr/sbin/sendmail", flag[] = "-i", end[] = "--";
    SCOPED(buf_done) struct buf line = {0}, mail = {0};
    if (!strchr(address, '@') || strpbrk(address, " \t\r\n,;<>\"\\|")) {
        return FAIL(CONFIG, "--mail: not one plain address; give NAME@HOST");
    }
    buf_print(&mail, "To: %s\nSubject: %s\nContent-Type: text/plain; charset=utf-8\n\n", address, subject);
    buf_slice_put(&mail, text);
    buf_text(&line, address);
    buf_byte(&line, '\0');
    char *const arguments[] = {program, flag, end, (char *)line.at, NULL};
    return run(arguments, buf_slice(&mail));
}

RESULT hand_from_program(const char *const *words, int out_fd)
{
    char *variables[VARIABLES_MAX], *arguments[WORDS_MAX] = {0};
    SCOPED(buf_done) struct buf texts = {0};
    size_t count = 0, at[WORDS_MAX] = {0};
    pid_t child = 0;
    for (; words[count] && count + 1 < WORDS_MAX; count++) {
        at[count] = texts.len;
        buf_text(&texts, words[count]);
        buf_byte(&texts, 0);
    }
    assert(count > 0);
    for (size_t i = 0; i < count; i++) arguments[i] = (char *)texts.at + at[i];
    SCOPED(actions_done) posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions); /* fails for lack of memory only, which aborts elsewhere */
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    environment_without_keys(variables, VARIABLES_MAX);
    int failed = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, variables);
    if (failed) return FAIL(UNAVAILABLE, "command: %s cannot be started: %s", arguments[0], strerror(failed));
    return wait_for(child);
}
