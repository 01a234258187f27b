/*
 * Preloaded before the program, so that scenarios see what days do: the wall clock is ahead by CLOCK_AHEAD_S seconds.
 * Every other clock is the machine's. CLOCK_AHEAD_FILE names eight bytes, a number of seconds, by which it is ahead of
 * that: whoever writes them moves the clock of a program that runs.
 */
#include <dlfcn.h> /* RTLD_NEXT: _GNU_SOURCE is set for all */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int clock_function(clockid_t id, struct timespec *now);

static clock_function *machines;
static time_t ahead_s;
static const volatile int64_t *moved_s; /* NULL: no file */

/* Mapped once, as the program may forbid itself later to open files. */
static void follow(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *at = mmap(NULL, sizeof *moved_s, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) moved_s = at;
    (void)close(file);
}

__attribute__((constructor)) static void begin(void)
{
    const char *ahead = getenv("CLOCK_AHEAD_S");
    void *found = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&machines, &found, sizeof machines);
    if (ahead) ahead_s = strtol(ahead, NULL, 10);
    const char *path = getenv("CLOCK_AHEAD_FILE");
    if (path && !moved_s) follow(path);
}

/* What the vault's libraries ask for whole seconds: the Date of an answer. */
__attribute__((visibility("default"))) time_t time(time_t *out)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *now)
{
    if (!machines) begin(); /* somebody's constructor came first */
    int failed = machines(id, now);
    if (failed == 0 && id == CLOCK_REALTIME) now->tv_sec += ahead_s + (moved_s ? (time_t)*moved_s : 0);
    return failed;
}
