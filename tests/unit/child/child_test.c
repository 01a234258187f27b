#include "child/child.h"

#include "prop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct child_limits limits = {256U << 20, 5, SANDBOX_FILTER};

static void say(const char *text)
{
    assert_int_equal(write(STDOUT_FILENO, text, strlen(text)), strlen(text));
}

/* Writes what it reads, in upper case, and its argument before. */
static int echo_main(int argc, char **argv)
{
    char byte = 0;
    if (child_enter(&limits).code != CODE_OK || argc != 2) return 1;
    say(argv[1]);
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        byte = (char)(byte - 32);
        if (write(STDOUT_FILENO, &byte, 1) != 1) return 1;
    }
    return 0;
}

/* Tries every door out, as a child that was taken over would; says which opened. */
static int taken_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (child_enter(&limits).code != CODE_OK) return 1;
    if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0) say("file ");
    if (open("/proc/self/maps", O_RDONLY | O_CLOEXEC) >= 0) say("proc ");
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) say("network ");
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) say("socket ");
    if (kill(getppid(), 0) == 0) say("signal ");
    if (chmod("/tmp", 0777) == 0) say("chmod ");
    if (fork() >= 0) say("fork ");
    if (geteuid() == 0) say("root ");
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) say("descriptor ");
    }
    if (getenv("AMANAH_KEY")) say("environment ");
    say("end");
    return 0;
}

static int program_main(int argc, char **argv)
{
    (void)argc;
    if (child_enter(&limits).code != CODE_OK) return 1;
    execv("/bin/true", argv);
    return 0;
}

static int greedy_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (child_enter(&limits).code != CODE_OK) return 1;
    char *much = malloc(512U << 20);
    say(much ? "had" : "refused");
    free(much);
    return 0;
}

static int endless_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    while (getppid() > 0) (void)pause();
    return 0;
}

static const struct child_kind kinds[] = {
    {"echo", echo_main},     {"taken", taken_main},     {"program", program_main},
    {"greedy", greedy_main}, {"endless", endless_main},
};

/* All that a child writes, as text. */
static void read_all(int fd, char *out, size_t room)
{
    size_t len = 0;
    ssize_t got = 0;
    while (len + 1 < room && (got = read(fd, out + len, room - len - 1)) > 0) len += (size_t)got;
    out[len] = '\0';
}

static struct child started(const char *word, const char *argument, int in_fd)
{
    struct child child = {0};
    assert_ok(child_start(word, (const char *[]){argument, NULL}, in_fd, &child));
    return child;
}

static void reads_and_writes(void **state)
{
    (void)state;
    char said[64];
    struct child child = started("echo", "to ", -1);
    assert_int_equal(write(child.in_fd, "abc", 3), 3);
    (void)close(child.in_fd);
    child.in_fd = -1;
    read_all(child.out_fd, said, sizeof said);
    assert_string_equal(said, "to ABC");
    assert_ok(child_end(&child));
}

static void reads_a_file(void **state)
{
    (void)state;
    char said[64], name[] = "/tmp/amn-child-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0 && write(fd, "xyz", 3) == 3 && lseek(fd, 0, SEEK_SET) == 0);
    struct child child = started("echo", "file ", fd);
    assert_int_equal(child.in_fd, -1);
    read_all(child.out_fd, said, sizeof said);
    assert_string_equal(said, "file XYZ");
    assert_ok(child_end(&child));
    (void)close(fd);
    (void)unlink(name);
}

static void reaches_nothing_when_taken_over(void **state)
{
    (void)state;
    if (SANITIZED) skip(); /* walls are not shut under a sanitizer */
    char said[128];
    int secret = open("/etc/hostname", O_RDONLY); /* inheritable on purpose */
    (void)setenv("AMANAH_KEY", "not a key", 1);
    struct child child = started("taken", NULL, -1);
    read_all(child.out_fd, said, sizeof said);
    assert_string_equal(said, "end");
    assert_ok(child_end(&child));
    (void)unsetenv("AMANAH_KEY");
    if (secret >= 0) (void)close(secret);
}

static void is_ended_when_it_starts_a_program(void **state)
{
    (void)state;
    if (SANITIZED) skip();
    struct child child = started("program", NULL, -1);
    assert_code(CODE_UNAVAILABLE, child_end(&child));
}

static void has_no_more_memory_than_its_limit(void **state)
{
    (void)state;
    if (SANITIZED) skip();
    char said[64];
    struct child child = started("greedy", NULL, -1);
    read_all(child.out_fd, said, sizeof said);
    assert_string_equal(said, "refused");
    assert_ok(child_end(&child));
}

static void is_killed_when_it_lingers(void **state)
{
    (void)state;
    struct child child = started("endless", NULL, -1);
    assert_code(CODE_UNAVAILABLE, child_end(&child));
    assert_int_equal(child.pid, 0);
    child_done(&child);
}

static void refuses_an_unknown_kind(void **state)
{
    (void)state;
    struct child child = started("nobody", NULL, -1);
    assert_code(CODE_UNAVAILABLE, child_end(&child));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0) return child_run(kinds, COUNT_OF(kinds), argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(reads_a_file),
        cmocka_unit_test(reaches_nothing_when_taken_over),
        cmocka_unit_test(is_ended_when_it_starts_a_program),
        cmocka_unit_test(has_no_more_memory_than_its_limit),
        cmocka_unit_test(is_killed_when_it_lingers),
        cmocka_unit_test(refuses_an_unknown_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
