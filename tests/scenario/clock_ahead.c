/*
 * Preloaded before the program, so that scenarios see what days do: the wall clock is ahead by CLOCK_AHEAD_S seconds.
 * Every other clock is the machine's. CLOCK_AHEAD_FILE names eight bytes, a number of seconds, by which it is ahead of
 * that: whoever writes them moves the clock of a program that runs. Eight more, where they are there and not 0, are the
 * second since 1970 at which the clock stands still, and moves by the first eight alone.
 */
#include <dlfcn.h> /* RTLD_NEXT: _GNU_SOURCE is set for all */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef int clock_function(clockid_t id, struct timespec *now);

static clock_function *machines;
static time_t ahead_s;
static const volatile int64_t *moved_s; /* NULL: no file */
static bool may_stand;

/* Mapped once, as the program may forbid itself later to open files. */
static void follow(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat told = {0};
    void *at = mmap(NULL, 2 * sizeof *moved_s, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) moved_s = at;
    may_stand = moved_s && fstat(file, &told) == 0 && told.st_size >= (off_t)(2 * sizeof *moved_s);
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
    if (failed != 0 || id != CLOCK_REALTIME) return failed;
    bool stands = may_stand && moved_s[1] != 0;
    *now = stands ? (struct timespec){.tv_sec = (time_t)moved_s[1]}
                  : (struct timespec){.tv_sec = now->tv_sec + ahead_s, .tv_nsec = now->tv_nsec};
    if (moved_s) now->tv_sec += (time_t)moved_s[0];
    return 0;
}
