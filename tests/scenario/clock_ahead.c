/*
 * Preloaded before the program, so that scenarios see what days do: the wall clock is ahead by CLOCK_AHEAD_S seconds.
 * Every other clock is the machine's.
 */
#include <dlfcn.h> /* RTLD_NEXT: _GNU_SOURCE is set for all */
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int clock_function(clockid_t id, struct timespec *now);

static clock_function *machines;
static time_t ahead_s;

__attribute__((constructor)) static void begin(void)
{
    const char *ahead = getenv("CLOCK_AHEAD_S");
    void *found = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&machines, &found, sizeof machines);
    if (ahead) ahead_s = strtol(ahead, NULL, 10);
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
    if (failed == 0 && id == CLOCK_REALTIME) now->tv_sec += ahead_s;
    return failed;
}
