/*
 * Preloaded before the program: it ends by SIGKILL when it is about to rename a file for the KILLED_AT-th time. What the
 * program makes is whole or not there by renaming, so these are the moments that differ from each other. With KILLED_IN only
 * files count whose path has that in it.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long renames;

__attribute__((visibility("default"))) int rename(const char *from, const char *to)
{
    const char *at = getenv("KILLED_AT"), *in = getenv("KILLED_IN");
    bool counts = at && (!in || strstr(to, in));
    if (counts && ++renames == strtol(at, NULL, 10)) (void)kill(getpid(), SIGKILL);
    return (int)syscall(SYS_rename, from, to);
}
